//! Trouble as it is found, before it is a case.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::case::CaseCause;
use crate::domain::freeze::Disclosure;
use crate::domain::money::Minor;
use crate::domain::objection::Objection;
use crate::domain::transaction::Transaction;
use crate::domain::withdrawal::Withdrawal;

/// Trouble as it was found.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    /// What it is.
    pub cause: CaseCause,
    /// The withdrawal; empty = none.
    pub withdrawal_id: String,
    /// Which of its attempts; 0 = none.
    pub attempt_number: i64,
    /// The channel of that attempt; empty = none.
    pub channel_id: String,
    /// The objection or item that it is about; empty = none.
    pub subject_id: String,
    /// Minor units at stake.
    pub amount: Option<Minor>,
    /// By when it has to be resolved; absent = by the rule of its cause.
    pub due_time: Option<DateTime<Utc>>,
    /// Who may know of it.
    pub disclosure: Disclosure,
    /// What was seen, in words that name nobody.
    pub text: String,
}

/// Trouble with a withdrawal and its last attempt.
pub(super) fn of_withdrawal(cause: CaseCause, row: &Withdrawal, text: String) -> Trouble {
    Trouble {
        cause,
        withdrawal_id: row.withdrawal_id.as_str().to_owned(),
        attempt_number: row.attempts,
        channel_id: row.channel_id.clone(),
        subject_id: String::new(),
        amount: Some(row.amount_minor),
        due_time: None,
        disclosure: Disclosure::Open,
        text,
    }
}

/// Trouble that the holder has with a measure.
pub(super) fn of_objection(row: &Objection) -> Trouble {
    Trouble {
        cause: CaseCause::Objection,
        withdrawal_id: String::new(),
        attempt_number: 0,
        channel_id: String::new(),
        subject_id: row.objection_id.as_str().to_owned(),
        amount: None,
        due_time: Some(row.due_time),
        disclosure: row.disclosure,
        text: "the holder objects".to_owned(),
    }
}

/// Trouble with what happened elsewhere and the account could not take.
pub(super) fn of_fact(row: &Transaction) -> Trouble {
    let booking: &'static str = row.booking.into();
    Trouble {
        cause: CaseCause::FactNotBooked,
        withdrawal_id: String::new(),
        attempt_number: 0,
        channel_id: String::new(),
        subject_id: row.transaction_id.as_str().to_owned(),
        amount: Some(row.transaction_amount),
        due_time: None,
        disclosure: Disclosure::Open,
        text: format!("the account could not take it: booked to {booking}"),
    }
}

/// A time in words.
pub(super) fn spoken(time: TimeDelta) -> String {
    match time.num_minutes() {
        0 => format!("{} s", time.num_seconds()),
        minutes @ 1..=599 => format!("{minutes} min"),
        _ => format!("{} h", time.num_hours()),
    }
}
