//! Importing transactions: history of another system. It never moves a balance; it only moves the
//! account's last times forward.
//!
//! Not a command: there may be millions, in any order over all accounts, and none of them can be
//! refused for what the account may do. They come in bulk through `ledger::intake`, and this decides
//! which of them fit. The `transaction_id` is the idempotency.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::id::{AccountNumber, TransactionId};
use crate::domain::money::{Currency, Minor, Money};
use crate::domain::terms;
use crate::domain::transaction::{
    Booking, Direction, EntryChannel, Initiator, Mode, Origin, Purpose, Transaction,
    TransactionType,
};

/// A transaction as the other system has it.
#[derive(Debug, Clone)]
pub struct ImportTransaction {
    /// Its place in the file, from 1.
    pub record: u64,
    /// Its id there.
    pub transaction_id: TransactionId,
    /// The account.
    pub account_number: AccountNumber,
    /// What kind.
    pub transaction_type: TransactionType,
    /// Which way.
    pub direction: Direction,
    /// How much, above zero.
    pub amount: Money,
    /// Who set it off.
    pub initiator: Initiator,
    /// Through which channel.
    pub entry_channel: EntryChannel,
    /// What for.
    pub purpose: Purpose,
    /// The other side's account; empty = not said.
    pub counterparty_account: String,
    /// The other side's name; empty = not said.
    pub counterparty_name: String,
    /// When it counted.
    pub value_time: DateTime<Utc>,
    /// Minor units after it; absent = not known.
    pub balance_after_minor: Option<Minor>,
    /// 0–100; absent = not scored.
    pub risk_score: Option<i32>,
    /// What the other system said of the risk.
    pub risk_flag: Option<String>,
}

/// Which import a row comes with.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The number of the run, from 1.
    pub run_id: i64,
    /// Who imports.
    pub by: &'a str,
    /// When.
    pub now: DateTime<Utc>,
    /// The bank's zone.
    pub zone: Tz,
}

/// What an import has to know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its currency.
    pub currency: Currency,
    /// Its last transaction of anyone.
    pub last_transaction_time: Option<DateTime<Utc>>,
    /// The last that the customer initiated.
    pub last_customer_time: Option<DateTime<Utc>>,
}

/// Why a row can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No such account.
    #[error("ACCOUNT_NOT_FOUND: no such account")]
    UnknownAccount,
    /// The account has another currency.
    #[error("CURRENCY_MISMATCH: the account's currency is {}", .0.code())]
    OtherCurrency(Currency),
    /// The account has a transaction with this id, and it says something else.
    #[error("TRANSACTION_EXISTS: the account has a transaction with this id and other content")]
    OtherContent,
}

/// The last times of an account, where an import moves them forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The account.
    pub account_number: AccountNumber,
    /// The last transaction of anyone in the import.
    pub last_transaction_time: DateTime<Utc>,
    /// The last that the customer initiated, if there is one.
    pub last_customer_time: Option<DateTime<Utc>>,
}

/// Below every number that a posting gets.
const ENTRY_SEQ_FIRST: i64 = -(1 << 62);
/// The most rows that one run can number.
const RECORDS_PER_RUN: i64 = 1 << 36;

impl ImportTransaction {
    /// Whether it can be history of this account.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, standing: Option<&Standing>) -> Result<(), Unfit> {
        match standing {
            None => Err(Unfit::UnknownAccount),
            Some(Standing { currency, .. }) if *currency != self.amount.currency => {
                Err(Unfit::OtherCurrency(*currency))
            }
            Some(_) => Ok(()),
        }
    }

    /// Its row. The number on the account comes from its place in the import and lies below zero:
    /// nothing has to be counted or locked for it, and history sorts before every posting.
    pub fn row(&self, arrival: &Arrival<'_>) -> Transaction {
        let record = i64::try_from(self.record).unwrap_or(i64::MAX);
        let of_run = arrival.run_id.saturating_mul(RECORDS_PER_RUN).saturating_add(record);
        Transaction {
            transaction_id: self.transaction_id.clone(),
            account_number: self.account_number.clone(),
            entry_seq: ENTRY_SEQ_FIRST.saturating_add(of_run),
            transaction_type: self.transaction_type,
            transaction_amount: self.amount.minor,
            currency_code: self.amount.currency,
            direction: self.direction,
            mode: Mode::Fact,
            initiator: self.initiator,
            entry_channel: self.entry_channel,
            purpose: self.purpose,
            counterparty_account: self.counterparty_account.clone(),
            counterparty_name: self.counterparty_name.clone(),
            value_time: self.value_time,
            recorded_time: arrival.now,
            transaction_date: terms::local_day(self.value_time, arrival.zone),
            transaction_time: local_time(self.value_time, arrival.zone),
            balance_after_minor: self.balance_after_minor,
            available_after_minor: None,
            recorded_by: arrival.by.to_owned(),
            risk_score: self.risk_score,
            risk_flag: self.risk_flag.clone(),
            origin: Origin::Imported,
            booking: Booking::Balance,
        }
    }
}

fn local_time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M:%S").to_string()
}

/// Whether a stored row says what an arriving one says. When, by whom and as which number it was
/// recorded is no content.
pub fn same_content(stored: &Transaction, arriving: &Transaction) -> bool {
    let arriving = Transaction {
        entry_seq: stored.entry_seq,
        recorded_time: stored.recorded_time,
        recorded_by: stored.recorded_by.clone(),
        ..arriving.clone()
    };
    *stored == arriving
}

/// Who sets a transaction off when the file doesn't say: the bank its fees and interest; else the
/// customer pays out and someone else pays in.
pub fn likely_initiator(kind: TransactionType, direction: Direction) -> Initiator {
    match (kind, direction) {
        (
            TransactionType::Fee
            | TransactionType::Loan
            | TransactionType::Correction
            | TransactionType::Collection
            | TransactionType::Interest,
            _,
        ) => Initiator::Bank,
        (
            TransactionType::Transfer
            | TransactionType::Cash
            | TransactionType::Payment
            | TransactionType::Return
            | TransactionType::Payout
            | TransactionType::Deduction,
            Direction::Credit,
        ) => Initiator::Counterparty,
        (
            TransactionType::Transfer
            | TransactionType::Cash
            | TransactionType::Payment
            | TransactionType::Return
            | TransactionType::Payout
            | TransactionType::Deduction,
            Direction::Debit,
        ) => Initiator::Customer,
    }
}

/// The last times that rows of one account give it; `None` where it has later ones already.
pub fn moved<'r>(
    standing: &Standing,
    rows: impl IntoIterator<Item = &'r Transaction>,
) -> Option<Moved> {
    let mut last: Option<Moved> = None;
    for row in rows {
        let by_customer = (row.initiator == Initiator::Customer).then_some(row.value_time);
        last = Some(match last {
            None => Moved {
                account_number: row.account_number.clone(),
                last_transaction_time: row.value_time,
                last_customer_time: by_customer,
            },
            Some(last) => Moved {
                last_transaction_time: last.last_transaction_time.max(row.value_time),
                last_customer_time: last.last_customer_time.max(by_customer),
                ..last
            },
        });
    }
    // No time is before every time.
    last.filter(|last| {
        Some(last.last_transaction_time) > standing.last_transaction_time
            || last.last_customer_time > standing.last_customer_time
    })
}
