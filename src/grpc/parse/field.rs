//! Single fields: text, ids, money, times and enum values.
//!
//! Two kinds of text. Words are for people to read (names, reasons): any printable Unicode. Ids are
//! for machines to compare: what cannot be seen, such as zero-width and bidirectional marks, would
//! make two different ids look alike.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use prost_types::Timestamp;

use super::Violations;
use crate::domain::card::CardNumber;
use crate::domain::id::AccountNumber;
use crate::domain::money::{Currency, Money};
use crate::domain::review::IdentityKey;
use crate::domain::terms;
use crate::grpc::names::Named;
use crate::pb::v1;

/// The longest authority, holder or beneficiary name.
pub(super) const NAME_MAX: usize = 140;
/// The longest free text.
pub(super) const REASON_MAX: usize = 500;
/// The longest document number.
pub(super) const DOCUMENT_MAX: usize = 64;
/// The longest reference of a client's own.
pub(super) const REFERENCE_MAX: usize = 140;
/// The longest code of a product.
pub(super) const PRODUCT_MAX: usize = 35;
/// The longest id that isn't ours.
pub(super) const ID_MAX: usize = 64;

const REQUIRED: &str = "is required";
const NOT_A_NUMBER: &str = "must be 1 to 34 letters and digits";
const NOT_A_CARD: &str = "must be 12 to 19 digits";

impl Violations {
    /// Words that may be empty.
    pub(super) fn words(&mut self, field: &str, text: String, max: usize) -> String {
        self.text(field, &text, max, is_printable);
        text
    }

    /// Words that may not be empty or blank.
    pub(super) fn required_words(&mut self, field: &str, text: String, max: usize) -> String {
        if text.trim().is_empty() {
            self.add(field, REQUIRED);
            return text;
        }
        self.words(field, text, max)
    }

    /// An id that may be empty.
    pub(super) fn id(&mut self, field: &str, text: String, max: usize) -> String {
        self.text(field, &text, max, |sign| is_printable(sign) && !is_invisible(sign));
        text
    }

    /// An id that may not be empty or blank.
    pub(super) fn required_id(&mut self, field: &str, text: String, max: usize) -> String {
        if text.trim().is_empty() {
            self.add(field, REQUIRED);
            return text;
        }
        self.id(field, text, max)
    }

    fn text(&mut self, field: &str, text: &str, max: usize, allowed: impl Fn(char) -> bool) {
        if text.chars().count() > max {
            self.add(field, &format!("must have at most {max} characters"));
        } else if !text.chars().all(allowed) {
            self.add(field, "has characters that cannot be printed");
        }
    }

    /// An id of one of the domain's types, which has to be there.
    pub(super) fn typed_id<T>(
        &mut self,
        field: &str,
        text: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if text.is_empty() {
            self.add(field, REQUIRED);
            return None;
        }
        let id = parse(text);
        if id.is_none() {
            self.add(field, "must be 1 to 64 visible ASCII characters");
        }
        id
    }

    /// An account number that has to be there.
    pub(super) fn account_number(&mut self, field: &str, text: &str) -> Option<AccountNumber> {
        let number = AccountNumber::parse(text);
        if number.is_none() {
            self.add(field, if text.is_empty() { REQUIRED } else { NOT_A_NUMBER });
        }
        number
    }

    /// A card number that has to be there.
    pub(super) fn card_number(&mut self, field: &str, text: &str) -> Option<CardNumber> {
        let number = CardNumber::parse(text);
        if number.is_none() {
            self.add(field, if text.is_empty() { REQUIRED } else { NOT_A_CARD });
        }
        number
    }

    /// An account number that may be left out.
    pub(super) fn optional_account_number(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<AccountNumber> {
        if text.is_empty() { None } else { self.account_number(field, text) }
    }

    /// An amount above zero that may be left out.
    pub(super) fn money(&mut self, field: &str, money: Option<v1::Money>) -> Option<Money> {
        let money = money?;
        let Some(currency) = self.currency(&format!("{field}.currency_code"), &money.currency_code)
        else {
            if money.amount.is_empty() {
                self.add(&format!("{field}.amount"), REQUIRED);
            }
            return None;
        };
        match Money::parse_positive(&money.amount, currency) {
            Ok(money) => Some(money),
            Err(error) => {
                let empty = money.amount.is_empty();
                let text = if empty { REQUIRED.to_owned() } else { error.to_string() };
                self.add(&format!("{field}.amount"), &text);
                None
            }
        }
    }

    /// An amount above zero that has to be there.
    pub(super) fn required_money(
        &mut self,
        field: &str,
        money: Option<v1::Money>,
    ) -> Option<Money> {
        if money.is_none() {
            self.add(field, REQUIRED);
        }
        self.money(field, money)
    }

    /// A currency that has to be there.
    pub(super) fn currency(&mut self, field: &str, code: &str) -> Option<Currency> {
        let currency = Currency::from_code(code);
        if currency.is_none() {
            let text = "must be an ISO 4217 code of a currency, such as \"CNY\"";
            self.add(field, if code.is_empty() { REQUIRED } else { text });
        }
        currency
    }

    /// An instant that may be left out, to the microsecond.
    pub(super) fn time(&mut self, field: &str, time: Option<Timestamp>) -> Option<DateTime<Utc>> {
        let instant = instant(&time?);
        if instant.is_none() {
            self.add(field, "must lie in the years 1900 to 9998, nanos between 0 and 999,999,999");
        }
        instant
    }

    /// A day that may be left out.
    pub(super) fn day(&mut self, field: &str, text: &str) -> Option<NaiveDate> {
        if text.is_empty() {
            return None;
        }
        let dated = text.len() == "YYYY-MM-DD".len();
        let day = text
            .parse()
            .ok()
            .filter(|day: &NaiveDate| dated && (1900..=9998).contains(&day.year()));
        if day.is_none() {
            self.add(field, "must be a day of the years 1900 to 9998, as YYYY-MM-DD");
        }
        day
    }

    /// The number of an identity document, which goes no further than here: its keyed hash, empty
    /// where it is left out.
    pub(super) fn document(&mut self, key: &IdentityKey, field: &str, text: String) -> String {
        let text = self.id(field, text, DOCUMENT_MAX);
        let hash = key.hash(&text);
        if hash.is_empty() && !text.is_empty() {
            self.add(field, "has no sign that counts");
        }
        hash
    }

    /// An enum value that has to be there.
    pub(super) fn choice<D: Named>(&mut self, field: &str, number: i32) -> Option<D> {
        if number == 0 {
            self.add(field, REQUIRED);
            return None;
        }
        self.optional_choice(field, number)
    }

    /// An enum value that may be left out.
    pub(super) fn optional_choice<D: Named>(&mut self, field: &str, number: i32) -> Option<D> {
        match D::Wire::try_from(number) {
            Ok(wire) => D::domain(wire),
            Err(_) => {
                self.add(field, "is not a value of this enum");
                None
            }
        }
    }

    /// At most so many rows of a repeated field.
    pub(super) fn at_most(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.add(field, &format!("has more than {max} entries"));
        }
    }

    /// Refuses a field that has to be there under a condition that the caller checked.
    pub(super) fn missing(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.add(field, REQUIRED);
        }
    }
}

fn instant(time: &Timestamp) -> Option<DateTime<Utc>> {
    terms::instant(time.seconds, time.nanos)
}

/// Whether a character shows, blanks included. Line ends don't: they would forge lines in files
/// and logs. Marks that turn the direction of writing don't either.
fn is_printable(sign: char) -> bool {
    let turns = matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends_line = matches!(sign, '\u{2028}' | '\u{2029}');
    !sign.is_control() && !turns && !ends_line
}

/// Whether a character takes no room: zero-width, joiners, soft hyphen, direction marks, tags.
fn is_invisible(sign: char) -> bool {
    matches!(
        sign,
        '\u{00ad}'
            | '\u{034f}'
            | '\u{061c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::status::Cause;

    fn wrong(check: impl FnOnce(&mut Violations)) -> Vec<String> {
        let mut violations = Violations::new();
        check(&mut violations);
        violations.iter().map(|(field, _)| field.to_owned()).collect()
    }

    fn money(code: &str, amount: &str) -> Option<v1::Money> {
        Some(v1::Money { currency_code: code.to_owned(), amount: amount.to_owned() })
    }

    #[test]
    fn words_hold_what_can_be_printed() {
        for text in ["", "Lin Zhixia", "（2026）粤0305执1234号", "株式会社サンプル", "👨‍👩‍👧", "क्‍ष"]
        {
            assert!(wrong(|v| _ = v.words("reason", text.to_owned(), 500)).is_empty(), "{text:?}");
        }
        for text in ["a\0b", "a\r\nb", "a\tb", "\u{1b}[31m", "a\u{202e}b", "a\u{2028}b", "\u{85}"] {
            assert_eq!(wrong(|v| _ = v.words("reason", text.to_owned(), 500)), ["reason"]);
        }
        assert!(wrong(|v| _ = v.words("reason", "冻".repeat(500), 500)).is_empty());
        assert_eq!(wrong(|v| _ = v.words("reason", "冻".repeat(501), 500)), ["reason"]);
        assert_eq!(wrong(|v| _ = v.required_words("reason", " ".to_owned(), 500)), ["reason"]);
    }

    #[test]
    fn ids_hold_nothing_that_cannot_be_seen() {
        for text in ["a\u{200b}b", "a\u{200f}b", "a\u{feff}", "a\u{2066}b", "a\u{ad}b", "a\nb"] {
            assert_eq!(wrong(|v| _ = v.id("document_no", text.to_owned(), 64)), ["document_no"]);
        }
        let document = "(2026) 0305 No. 1234".to_owned();
        assert!(wrong(|v| _ = v.id("document_no", document, 64)).is_empty());
    }

    #[test]
    fn money_names_the_part_that_is_wrong() {
        for (code, amount, field) in [
            ("CNY", "-1", "amount.amount"),
            ("CNY", "1e2", "amount.amount"),
            ("CNY", "0", "amount.amount"),
            ("CNY", "0.001", "amount.amount"),
            ("CNY", "", "amount.amount"),
            ("CNY", "NaN", "amount.amount"),
            ("JPY", "1.5", "amount.amount"),
            ("cny", "1", "amount.currency_code"),
            ("XAU", "1", "amount.currency_code"),
            ("", "1", "amount.currency_code"),
        ] {
            assert_eq!(wrong(|v| _ = v.money("amount", money(code, amount))), [field], "{amount}");
        }
        assert_eq!(wrong(|v| _ = v.required_money("amount", None)), ["amount"]);
        assert_eq!(wrong(|v| _ = v.money("amount", money("", ""))).len(), 2);
        assert!(wrong(|v| _ = v.money("amount", money("CNY", "100.50"))).is_empty());
    }

    #[test]
    fn times_are_cut_to_microseconds_and_kept_within_the_calendar() {
        let read = |seconds, nanos| instant(&Timestamp { seconds, nanos });
        let micros = |at: DateTime<Utc>| at.timestamp_subsec_nanos();
        assert_eq!(read(0, 123_456_789).map(micros), Some(123_456_000));
        for (seconds, nanos) in [
            (0, -1),
            (0, 1_000_000_000),
            (-2_208_988_801, 0),
            (253_370_764_800, 0),
            (i64::MAX, 0),
            (i64::MIN, 0),
        ] {
            assert_eq!(read(seconds, nanos), None, "{seconds} {nanos}");
        }
        assert!(read(-2_208_988_800, 0).is_some());
        assert!(read(253_370_764_799, 999_999_999).is_some());
    }

    #[test]
    fn enum_values_have_to_be_known() {
        assert_eq!(wrong(|v| _ = v.choice::<Cause>("cause", 0)), ["cause"]);
        assert_eq!(wrong(|v| _ = v.choice::<Cause>("cause", 99)), ["cause"]);
        assert_eq!(wrong(|v| _ = v.optional_choice::<Cause>("cause", -1)), ["cause"]);
        assert!(wrong(|v| _ = v.optional_choice::<Cause>("cause", 0)).is_empty());
    }
}
