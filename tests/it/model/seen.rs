//! What can be seen of an account from outside, the service's and the model's in one form.

use account_status::pb::v1::*;
use chrono::{DateTime, Utc};
use prost_types::Timestamp;

use super::ask::{Answer, Cash};

/// An instant.
pub(super) type Time = DateTime<Utc>;

/// An account with its freezes and withdrawals, as the auditor sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) face: Face,
    /// The last entered first.
    pub(super) freezes: Vec<FreezeSeen>,
    /// The newest first.
    pub(super) withdrawals: Vec<WithdrawalSeen>,
}

/// What the status query tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Face {
    pub(super) status: AccountStatus,
    pub(super) etag: String,
    pub(super) balance: i64,
    pub(super) reserved: i64,
    pub(super) frozen: i64,
    pub(super) available: i64,
    /// The type of the freeze that is first in line.
    pub(super) first: FreezeType,
    pub(super) held: Vec<Held>,
    /// In the order of the what-may-pass table.
    pub(super) operations: Vec<OperationAnswer>,
    pub(super) can_credit: bool,
    pub(super) can_debit: bool,
    pub(super) last_posting: Option<Time>,
    pub(super) protected: ProtectedKind,
}

/// A condition in force.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    /// Empty in the model until it is known.
    pub(super) id: String,
    pub(super) kind: Condition,
    pub(super) cause: Cause,
    pub(super) restriction: Restriction,
    pub(super) amount: Option<i64>,
    pub(super) authority: String,
    pub(super) document: String,
    pub(super) by: String,
    pub(super) since: Time,
    pub(super) until: Option<Time>,
    pub(super) missing: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct FreezeSeen {
    pub(super) id: String,
    pub(super) r#type: FreezeType,
    pub(super) status: FreezeStatus,
    pub(super) mode: FreezeMode,
    pub(super) kind: AuthorityKind,
    pub(super) name: String,
    pub(super) document: String,
    pub(super) amount: Option<i64>,
    pub(super) exempt: Option<i64>,
    pub(super) controlled: i64,
    pub(super) position: i32,
    pub(super) confidential: bool,
    pub(super) emergency: bool,
    pub(super) cause: Cause,
    pub(super) served: Time,
    pub(super) effective: Option<Time>,
    pub(super) expire: Option<Time>,
    pub(super) last_day: String,
    pub(super) released: Option<Time>,
    pub(super) created: Time,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct WithdrawalSeen {
    pub(super) id: String,
    pub(super) minor: i64,
    pub(super) state: WithdrawalState,
    pub(super) reason: String,
    pub(super) etag: String,
    pub(super) created: Time,
    pub(super) updated: Time,
}

/// What an authority is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) requested: Option<i64>,
    pub(super) controlled: i64,
    pub(super) short_by: Option<i64>,
    pub(super) position: i32,
    /// Freeze, amount, end.
    pub(super) ahead: Vec<(String, Option<i64>, Option<Time>)>,
    pub(super) cancelled: Vec<String>,
}

/// What an accepted call tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Facts {
    Account(Face),
    Frozen(FreezeSeen, Told),
    Released(FreezeSeen),
    Posted {
        id: String,
        minor: i64,
        booking: Booking,
        balance: i64,
        available: i64,
        recorded: Time,
    },
    Withdrawal(WithdrawalSeen),
}

/// Minor units of an amount with two decimals.
pub(super) fn minor(money: &Money) -> i64 {
    assert_eq!(money.currency_code, "CNY");
    money.amount.replace('.', "").parse().unwrap()
}

/// An amount as it is sent.
pub(super) fn text(cash: Cash) -> Money {
    let amount = format!("{}.{:02}", cash.minor / 100, cash.minor % 100);
    Money { currency_code: cash.currency.to_owned(), amount }
}

/// An instant as it is sent.
pub(super) fn stamp(at: Time) -> Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap();
    Timestamp { seconds: at.timestamp(), nanos }
}

fn some_time(at: Option<Timestamp>) -> Option<Time> {
    let nanos = |at: &Timestamp| u32::try_from(at.nanos).unwrap();
    at.map(|at| DateTime::from_timestamp(at.seconds, nanos(&at)).unwrap())
}

fn time(at: Option<Timestamp>) -> Time {
    some_time(at).unwrap()
}

fn sum(money: &Option<Money>) -> i64 {
    minor(money.as_ref().unwrap())
}

impl From<&AccountStatusInfo> for Face {
    fn from(info: &AccountStatusInfo) -> Self {
        let mut held: Vec<Held> = info.conditions.iter().map(Held::from).collect();
        sort_ties(&mut held);
        Self {
            status: info.status(),
            etag: info.etag.clone(),
            balance: sum(&info.balance),
            reserved: sum(&info.reserved),
            frozen: sum(&info.frozen),
            available: sum(&info.available),
            first: info.freeze_type(),
            held,
            operations: info.operations.iter().map(|permission| permission.answer()).collect(),
            can_credit: info.can_credit.unwrap(),
            can_debit: info.can_debit.unwrap(),
            last_posting: some_time(info.last_transaction_time),
            protected: info.protected_kind(),
        }
    }
}

/// Causes of one rejection are of one instant, and their order is that of ids that nobody chose.
pub(super) fn sort_ties(held: &mut [Held]) {
    let opening = |row: &Held| row.kind == Condition::Opening;
    for run in held.chunk_by_mut(|a, b| opening(a) && opening(b) && a.since == b.since) {
        run.sort_by_key(|row| i32::from(row.cause));
    }
}

impl From<&AccountCondition> for Held {
    fn from(row: &AccountCondition) -> Self {
        Self {
            id: row.condition_id.clone(),
            kind: row.condition(),
            cause: row.cause(),
            restriction: row.restriction(),
            amount: row.amount.as_ref().map(minor),
            authority: row.authority.clone(),
            document: row.document_no.clone(),
            by: row.set_by.clone(),
            since: time(row.since_time),
            until: some_time(row.until_time),
            missing: row.missing_items.clone(),
        }
    }
}

impl From<&FreezeRecord> for FreezeSeen {
    fn from(record: &FreezeRecord) -> Self {
        Self {
            id: record.freeze_id.clone(),
            r#type: record.r#type(),
            status: record.status(),
            mode: record.mode(),
            kind: record.authority_kind(),
            name: record.authority_name.clone(),
            document: record.document_no.clone(),
            amount: record.amount.as_ref().map(minor),
            exempt: record.exempt_amount.as_ref().map(minor),
            controlled: sum(&record.controlled_amount),
            position: record.queue_position,
            confidential: record.confidential,
            emergency: record.emergency,
            cause: record.cause(),
            served: time(record.served_time),
            effective: some_time(record.effective_time),
            expire: some_time(record.expire_time),
            last_day: record.expiry_date.clone(),
            released: some_time(record.release_time),
            created: time(record.create_time),
        }
    }
}

impl From<&Withdrawal> for WithdrawalSeen {
    fn from(row: &Withdrawal) -> Self {
        Self {
            id: row.withdrawal_id.clone(),
            minor: sum(&row.amount),
            state: row.state(),
            reason: row.reason.clone(),
            etag: row.etag.clone(),
            created: time(row.create_time),
            updated: time(row.update_time),
        }
    }
}

impl From<&AuthorityAnswer> for Told {
    fn from(answer: &AuthorityAnswer) -> Self {
        let ahead = answer.ahead.iter().map(|freeze| {
            let amount = freeze.amount.as_ref().map(minor);
            (freeze.freeze_id.clone(), amount, some_time(freeze.expire_time))
        });
        Self {
            requested: answer.requested.as_ref().map(minor),
            controlled: sum(&answer.controlled),
            short_by: answer.short_by.as_ref().map(minor),
            position: answer.queue_position,
            ahead: ahead.collect(),
            cancelled: answer.cancelled_withdrawals.clone(),
        }
    }
}

impl From<&Answer> for Facts {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Account(info) => Self::Account(Face::from(&**info)),
            Answer::Frozen(record, answer) => {
                Self::Frozen(FreezeSeen::from(&**record), Told::from(answer))
            }
            Answer::Released(record) => Self::Released(FreezeSeen::from(&**record)),
            Answer::Posted(row) => Self::Posted {
                id: row.transaction_id.clone(),
                minor: sum(&row.amount),
                booking: row.booking(),
                balance: sum(&row.balance_after),
                available: sum(&row.available_after),
                recorded: time(row.record_time),
            },
            Answer::Withdrawal(row) => Self::Withdrawal(WithdrawalSeen::from(row)),
            Answer::Waits(..) => panic!("a proposal has done nothing: {answer:?}"),
        }
    }
}

impl Facts {
    /// Whether what was made can be asked for by its id.
    pub(super) fn is_named(&self) -> bool {
        match self {
            Self::Account(_) => true,
            Self::Frozen(freeze, _) | Self::Released(freeze) => !freeze.id.is_empty(),
            Self::Posted { id, .. } => !id.is_empty(),
            Self::Withdrawal(row) => !row.id.is_empty(),
        }
    }

    /// Fills in the ids that the model can't know from what was answered.
    pub(super) fn with_ids_of(mut self, answered: &Self) -> Self {
        let fill = |id: &mut String, known: &String| {
            if id.is_empty() {
                id.clone_from(known);
            }
        };
        match (&mut self, answered) {
            (Self::Account(mine), Self::Account(face)) => {
                for (row, known) in mine.held.iter_mut().zip(&face.held) {
                    fill(&mut row.id, &known.id);
                }
            }
            (Self::Frozen(mine, _), Self::Frozen(freeze, _)) => fill(&mut mine.id, &freeze.id),
            (Self::Posted { id, .. }, Self::Posted { id: known, .. }) => fill(id, known),
            (Self::Withdrawal(mine), Self::Withdrawal(row)) => fill(&mut mine.id, &row.id),
            _ => {}
        }
        self
    }
}
