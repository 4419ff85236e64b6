//! What a channel's result says, in the words of the domain: one reading for replies and for
//! reports.
//!
//! Total: whatever a channel sends has a meaning or has none, and what has none is no answer. A wrong
//! amount has a meaning; an amount that can't be read has none.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;

use crate::domain::id::ID_MAX_CHARS;
use crate::domain::money::{Currency, Money};
use crate::domain::payout::evidence::{Finality, Paid, Said};
use crate::domain::payout::reason::RejectReason;
use crate::domain::terms;
use crate::pb::channel::v1 as channel;
use crate::pb::channel::v1::payout_result::Result as Reported;
use crate::pb::v1;

/// What a result says, with the channel's own code (empty = none); `None` when it says nothing that
/// can be used.
pub fn said(result: Option<channel::PayoutResult>) -> Option<(Said, String)> {
    let said = match result?.result? {
        Reported::Accepted(channel::Accepted {}) => Said::Accepted,
        Reported::InProgress(channel::InProgress {}) => Said::InProgress,
        Reported::UnknownKey(channel::UnknownKey {}) => Said::UnknownKey,
        Reported::Tombstone(channel::Tombstone {}) => Said::Tombstone,
        Reported::Settled(settled) => Said::Settled(Paid {
            amount: amount(settled.amount)?,
            payee_account: Some(settled.payee_account_number).filter(|text| !text.is_empty()),
            at: settled.settle_time.and_then(instant),
        }),
        Reported::Returned(returned) => Said::Returned(Paid {
            amount: amount(returned.amount)?,
            payee_account: None,
            at: returned.return_time.and_then(instant),
        }),
        Reported::Rejected(rejected) => {
            let finality = finality(rejected.finality)?;
            let said = Said::Rejected(finality, reason(rejected.reason));
            return Some((said, code(&rejected.channel_code)));
        }
    };
    Some((said, String::new()))
}

fn amount(money: Option<v1::Money>) -> Option<Money> {
    let money = money?;
    let currency = Currency::from_code(&money.currency_code)?;
    Money::parse_positive(&money.amount, currency).ok()
}

fn instant(time: Timestamp) -> Option<DateTime<Utc>> {
    terms::instant(time.seconds, time.nanos)
}

fn finality(number: i32) -> Option<Finality> {
    match channel::Finality::try_from(number) {
        Ok(channel::Finality::Transient) => Some(Finality::Transient),
        Ok(channel::Finality::Final) => Some(Finality::Final),
        Ok(channel::Finality::Unspecified) | Err(_) => None,
    }
}

/// A reason that this service doesn't know is none of those that it acts on.
fn reason(number: i32) -> RejectReason {
    use channel::RejectReason as Theirs;
    match Theirs::try_from(number) {
        Ok(Theirs::Unspecified) | Err(_) => RejectReason::Unspecified,
        Ok(Theirs::ChannelBusy) => RejectReason::ChannelBusy,
        Ok(Theirs::Maintenance) => RejectReason::Maintenance,
        Ok(Theirs::RateLimited) => RejectReason::RateLimited,
        Ok(Theirs::BankNotServed) => RejectReason::BankNotServed,
        Ok(Theirs::AmountOutOfRange) => RejectReason::AmountOutOfRange,
        Ok(Theirs::PayeeAccountClosed) => RejectReason::PayeeAccountClosed,
        Ok(Theirs::PayeeAccountFrozen) => RejectReason::PayeeAccountFrozen,
        Ok(Theirs::PayeeNameMismatch) => RejectReason::PayeeNameMismatch,
        Ok(Theirs::PayeeAccountInvalid) => RejectReason::PayeeAccountInvalid,
        Ok(Theirs::PayeeBlacklisted) => RejectReason::PayeeBlacklisted,
        Ok(Theirs::ComplianceHold) => RejectReason::ComplianceHold,
        Ok(Theirs::SystemError) => RejectReason::SystemError,
    }
}

/// What of a code is one: visible ASCII, and no more of it than is kept.
fn code(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(ID_MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    fn read(result: Reported) -> Option<(Said, String)> {
        said(Some(channel::PayoutResult { result: Some(result) }))
    }

    fn money(amount: &str, currency: &str) -> Option<v1::Money> {
        Some(v1::Money { currency_code: currency.to_owned(), amount: amount.to_owned() })
    }

    fn settled(amount: Option<v1::Money>, at: Option<Timestamp>) -> channel::Settled {
        channel::Settled { amount, payee_account_number: String::new(), settle_time: at }
    }

    fn rejected(finality: i32, reason: i32, code: &str) -> Option<(Said, String)> {
        let channel_code = code.to_owned();
        read(Reported::Rejected(channel::Rejected { finality, reason, channel_code }))
    }

    #[test]
    fn nothing_said_is_no_answer() {
        assert_eq!(said(None), None);
        assert_eq!(said(Some(channel::PayoutResult { result: None })), None);
    }

    #[test]
    fn what_has_no_details_is_what_it_is_called() {
        for (result, expected) in [
            (Reported::Accepted(channel::Accepted {}), Said::Accepted),
            (Reported::InProgress(channel::InProgress {}), Said::InProgress),
            (Reported::UnknownKey(channel::UnknownKey {}), Said::UnknownKey),
            (Reported::Tombstone(channel::Tombstone {}), Said::Tombstone),
        ] {
            assert_eq!(read(result), Some((expected, String::new())));
        }
    }

    #[test]
    fn a_payment_says_how_much_to_whom_and_when() {
        let at = Timestamp { seconds: 1_700_000_000, nanos: 123_456_789 };
        let payee_account_number = "DE89370400440532013000".to_owned();
        let paid =
            channel::Settled { payee_account_number, ..settled(money("7.5", "CNY"), Some(at)) };
        let Some((Said::Settled(paid), code)) = read(Reported::Settled(paid)) else {
            panic!("a payment can be read");
        };
        assert_eq!((paid.amount.minor, paid.amount.currency.code(), &*code), (750, "CNY", ""));
        assert_eq!(paid.payee_account.as_deref(), Some("DE89370400440532013000"));
        assert_eq!(paid.at.map(|at| at.timestamp_subsec_nanos()), Some(123_456_000));
        let bare = read(Reported::Settled(settled(money("7.50", "CNY"), None)));
        let amount = paid.amount;
        let expected = Said::Settled(Paid { amount, payee_account: None, at: None });
        assert_eq!(bare, Some((expected, String::new())));
    }

    #[test]
    fn what_came_back_says_how_much_and_when() {
        let return_time = Some(Timestamp { seconds: 0, nanos: 0 });
        let reason = channel::RejectReason::PayeeAccountClosed.into();
        let back = channel::Returned { amount: money("7.50", "CNY"), reason, return_time };
        let Some((Said::Returned(paid), _)) = read(Reported::Returned(back)) else {
            panic!("a return can be read");
        };
        assert_eq!((paid.amount.minor, paid.payee_account), (750, None));
        assert_eq!(paid.at, Some(DateTime::UNIX_EPOCH));
    }

    #[test]
    fn an_amount_that_cannot_be_read_is_no_answer() {
        for amount in [
            None,
            money("", "CNY"),
            money("0", "CNY"),
            money("-1", "CNY"),
            money("1e2", "CNY"),
            money("0.001", "CNY"),
            money("1", "cny"),
            money("1", ""),
            money(&"9".repeat(40), "CNY"),
        ] {
            assert_eq!(read(Reported::Settled(settled(amount.clone(), None))), None, "{amount:?}");
            let back = channel::Returned { amount, reason: 0, return_time: None };
            assert_eq!(read(Reported::Returned(back)), None);
        }
    }

    #[test]
    fn a_time_that_cannot_be_is_no_time() {
        for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0), (253_402_300_800, 0)] {
            let paid = settled(money("1", "CNY"), Some(Timestamp { seconds, nanos }));
            let Some((Said::Settled(paid), _)) = read(Reported::Settled(paid)) else {
                panic!("the payment can be read");
            };
            assert_eq!(paid.at, None, "{seconds} {nanos}");
        }
    }

    #[test]
    fn a_rejection_without_finality_is_no_answer() {
        for finality in [0, 3, -1, i32::MAX] {
            assert_eq!(rejected(finality, 1, ""), None);
        }
        let transient = Said::Rejected(Finality::Transient, RejectReason::ChannelBusy);
        assert_eq!(rejected(1, 1, "E-1"), Some((transient, "E-1".to_owned())));
    }

    #[test]
    fn reasons_are_those_of_the_domain_and_unknown_ones_are_none() {
        for (number, reason) in (0..).zip(RejectReason::VARIANTS) {
            let theirs = channel::RejectReason::try_from(number).unwrap();
            let name: &'static str = reason.into();
            assert_eq!(theirs.as_str_name(), format!("REJECT_REASON_{name}"));
            let expected = Said::Rejected(Finality::Final, *reason);
            assert_eq!(rejected(2, number, ""), Some((expected, String::new())));
        }
        for number in [-1, 13, 99, i32::MAX] {
            let expected = Said::Rejected(Finality::Final, RejectReason::Unspecified);
            assert_eq!(rejected(2, number, ""), Some((expected, String::new())));
        }
    }

    #[test]
    fn codes_are_short_and_visible() {
        let code = |text: &str| rejected(2, 0, text).map(|(_, code)| code);
        assert_eq!(code("E 4\n2\u{202e}冻"), Some("E42".to_owned()));
        assert_eq!(code(&"x".repeat(100)), Some("x".repeat(64)));
    }
}
