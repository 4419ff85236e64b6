//! Money: exact integers of minor units with their ISO 4217 currency. Never a float, never
//! rounded.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use strum::{EnumString, IntoStaticStr};

/// An amount in the smallest unit of its currency (fen, cent, yen).
pub type Minor = i64;

/// Which way the money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// In.
    Credit,
    /// Out.
    Debit,
}

/// An ISO 4217 currency whose minor unit is defined.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency with this three-letter code in capitals; `None` for unknown codes and for
    /// codes without a minor unit (metals, test codes).
    pub fn from_code(code: &str) -> Option<Self> {
        let currency = iso_currency::Currency::from_code(code)?;
        currency.exponent()?;
        Some(Self(currency))
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has (ISO 4217): 0 for JPY, 2 for CNY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("unknown currency"))
    }
}

/// An amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In minor units.
    pub minor: Minor,
    /// Its currency.
    pub currency: Currency,
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a plain decimal.
    #[error("must be a plain decimal such as \"100.50\": digits, at most one point, no sign")]
    NotPlain,
    /// More decimals than the currency has.
    #[error("has more decimals than the currency")]
    TooPrecise,
    /// Beyond 64-bit minor units.
    #[error("is too large")]
    TooLarge,
    /// Zero, where an amount must move something.
    #[error("must be above zero")]
    Zero,
}

impl Money {
    /// Reads a plain decimal in major units, such as `100.50`; zero is allowed.
    ///
    /// # Errors
    /// For anything but digits with at most one point between them: signs, exponents, separators,
    /// blanks, leading zeros, more decimals than the currency has, more than 64-bit minor units.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, AmountError> {
        let (whole, fraction) = match amount.split_once('.') {
            Some((_, "")) => return Err(AmountError::NotPlain),
            Some(parts) => parts,
            None => (amount, ""),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || leading_zero || !digits(whole) || !digits(fraction) {
            return Err(AmountError::NotPlain);
        }
        let exponent = currency.exponent();
        if u32::try_from(fraction.len()).unwrap_or(u32::MAX) > exponent {
            return Err(AmountError::TooPrecise);
        }
        // The text is plain by now: what the library would forgive (`_`, `+`, exponents) is out.
        let mut value = Decimal::from_str_exact(amount).map_err(|_error| AmountError::TooLarge)?;
        value.rescale(exponent);
        let minor = Minor::try_from(value.mantissa()).map_err(|_error| AmountError::TooLarge)?;
        Ok(Self { minor, currency })
    }

    /// Reads an amount that moves or claims something: as [`Money::parse`], and above zero.
    ///
    /// # Errors
    /// As [`Money::parse`], and for zero.
    pub fn parse_positive(amount: &str, currency: Currency) -> Result<Self, AmountError> {
        match Self::parse(amount, currency)? {
            Money { minor: 0, .. } => Err(AmountError::Zero),
            money => Ok(money),
        }
    }
}

/// The amount in major units with all decimals of the currency, without its code: `100.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.minor, self.currency.exponent()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cny() -> Currency {
        Currency::from_code("CNY").unwrap()
    }

    #[test]
    fn amounts_that_are_not_plain_decimals_are_refused() {
        for text in [
            "", "-1", "+1", "-0", "1e2", "1_000", "1,000", " 1", "1 ", ".5", "5.", ".", "NaN",
            "Infinity", "0x10", "٣", "１", "007", "1.2.3", "00", "1.٣",
        ] {
            assert_eq!(Money::parse(text, cny()), Err(AmountError::NotPlain), "{text:?}");
        }
    }

    #[test]
    fn more_decimals_than_the_currency_has_are_refused() {
        let jpy = Currency::from_code("JPY").unwrap();
        let usd = Currency::from_code("USD").unwrap();
        assert_eq!(Money::parse("0.001", usd), Err(AmountError::TooPrecise));
        assert_eq!(Money::parse("1.5", jpy), Err(AmountError::TooPrecise));
        let long = format!("1.{}", "0".repeat(29));
        assert_eq!(Money::parse(&long, usd), Err(AmountError::TooPrecise));
    }

    #[test]
    fn amounts_beyond_64_bit_minor_units_are_refused() {
        let max = Money { minor: i64::MAX, currency: cny() }.to_string();
        assert_eq!(Money::parse(&max, cny()).map(|money| money.minor), Ok(i64::MAX));
        for text in ["92233720368547758.08", &"9".repeat(25), &"9".repeat(40)] {
            assert_eq!(Money::parse(text, cny()), Err(AmountError::TooLarge), "{text}");
        }
    }

    #[test]
    fn zero_moves_nothing() {
        assert_eq!(Money::parse_positive("0", cny()), Err(AmountError::Zero));
        assert_eq!(Money::parse_positive("0.00", cny()), Err(AmountError::Zero));
        assert_eq!(Money::parse("0.00", cny()).map(|money| money.minor), Ok(0));
    }

    #[test]
    fn currencies_without_a_minor_unit_are_unknown() {
        for code in ["XAU", "XXX", "cny", "", "ZZZ", "CN"] {
            assert_eq!(Currency::from_code(code), None, "{code}");
        }
    }

    proptest! {
        #[test]
        fn formatting_and_parsing_lose_nothing(minor in 0..=i64::MAX, code in "CNY|JPY|KWD|USD") {
            let currency = Currency::from_code(&code).unwrap();
            let money = Money { minor, currency };
            prop_assert_eq!(Money::parse(&money.to_string(), currency), Ok(money));
        }
    }
}
