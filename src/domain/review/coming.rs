//! What is about to happen to an account, by itself or because somebody has to do something, for
//! reminders.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::ENDS_SOON;
use crate::domain::account::Account;
use crate::domain::freeze::{Disclosure, Freeze, FreezeStatus, FreezeType, Urgency};
use crate::domain::objection::Objection;
use crate::domain::status::{Cause, ConditionKind};

/// A freeze that ends is announced this long before for the first time: by then whoever wants it
/// renewed has to ask for that (财产保全规定 18).
const FREEZE_ENDS: TimeDelta = TimeDelta::days(7);

/// An emergency freeze that nobody confirmed is told of when half of its 48 hours is over.
const UNCONFIRMED: TimeDelta = TimeDelta::hours(24);

/// Something that comes, and its reminder.
#[derive(Debug, Clone)]
pub(super) struct Coming<'a> {
    /// What it is about, as the event says it.
    pub(super) about: &'static str,
    /// When it comes.
    pub(super) at: DateTime<Utc>,
    /// From when it is announced.
    pub(super) from: DateTime<Utc>,
    /// From when it is too late to announce it; absent = as long as it is there.
    pub(super) until: Option<DateTime<Utc>>,
    /// The row that it is about, where there is one.
    pub(super) subject: Subject<'a>,
}

/// The row that a reminder is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// The account itself.
    Account,
    /// A row, by its id.
    Row(&'a str),
    /// A freeze.
    Freeze(&'a Freeze),
}

/// What makes two reminders the same.
type Key<'a> = (&'static str, DateTime<Utc>, &'a str, Option<DateTime<Utc>>);

impl<'a> Coming<'a> {
    /// Something that happens to the account at an instant, announced so long before.
    pub(super) fn to_account(about: &'static str, at: DateTime<Utc>, ahead: TimeDelta) -> Self {
        Self { about, at, from: before(at, ahead), until: Some(at), subject: Subject::Account }
    }

    fn to_row(about: &'static str, at: DateTime<Utc>, id: &'a str) -> Self {
        Self { subject: Subject::Row(id), ..Self::to_account(about, at, ENDS_SOON) }
    }

    fn id(&self) -> &'a str {
        match self.subject {
            Subject::Account => "",
            Subject::Row(id) => id,
            Subject::Freeze(freeze) => freeze.freeze_id.as_str(),
        }
    }

    /// The first of two reminders of one thing: the second comes when it is too late for it.
    fn is_first_of_two(&self) -> bool {
        self.until.is_some_and(|until| until < self.at)
    }

    /// The name under which it is remembered that it was announced: what moves is announced anew.
    pub(super) fn key(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let first = if self.is_first_of_two() { " FIRST" } else { "" };
        format!("{} {at} {}{first}", self.about, self.id())
    }

    fn same(&self) -> Key<'a> {
        (self.about, self.at, self.id(), self.until)
    }

    /// What the event says. When a confidential freeze ends would tell which kind of authority is
    /// behind it; who comes next is said of a freeze that an authority ordered.
    pub(super) fn payload(&self, waiting: &[&Freeze]) -> Value {
        let mut said = Map::new();
        said.insert("about".to_owned(), json!(self.about));
        let hidden = match self.subject {
            Subject::Account | Subject::Row(_) => false,
            Subject::Freeze(freeze) => freeze.disclosure == Disclosure::Confidential,
        };
        if !hidden {
            let due_time = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
            said.insert("due_time".to_owned(), json!(due_time));
        }
        match self.subject {
            Subject::Account => {}
            Subject::Row(id) => {
                said.insert("subject_id".to_owned(), json!(id));
            }
            Subject::Freeze(freeze) => {
                said.insert("freeze_id".to_owned(), json!(freeze.freeze_id));
                let next = next_in_line(freeze, waiting, self.at);
                let next = next.map(|next| ("next_in_line".to_owned(), json!(next.freeze_id)));
                said.extend(next);
            }
        }
        Value::Object(said)
    }
}

/// The freezes that wait, the one that takes effect first first.
pub fn waiting(freezes: &[Freeze]) -> Vec<&Freeze> {
    let waits = |freeze: &&Freeze| freeze.freeze_status == FreezeStatus::Waiting;
    let mut waiting: Vec<&Freeze> = freezes.iter().filter(waits).collect();
    waiting.sort_by_key(|freeze| freeze.rank());
    waiting
}

/// Which of the waiting ones takes effect first when a freeze ends or shrinks at an instant: the first
/// behind it that is there by then. Nobody waits for the bank's own freeze, or for one that waits
/// itself.
pub fn next_in_line<'a>(
    freeze: &Freeze,
    waiting: &[&'a Freeze],
    at: DateTime<Utc>,
) -> Option<&'a Freeze> {
    let held =
        freeze.freeze_type == FreezeType::Judicial && freeze.freeze_status == FreezeStatus::Active;
    let behind = |other: &&&Freeze| {
        other.rank() > freeze.rank() && other.expire_time.is_none_or(|end| end > at)
    };
    waiting.iter().filter(|_| held).find(behind).copied()
}

fn before(at: DateTime<Utc>, ahead: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(ahead).unwrap_or(at)
}

/// What of an account ends by itself and is announced: stop orders, restrictions, losses, freezes and
/// open proposals.
pub(super) fn ends(account: &Account) -> impl Iterator<Item = Coming<'_>> {
    let rows = account.conditions.iter().filter(|row| row.in_force()).filter_map(|row| {
        let about = match row.kind {
            ConditionKind::StopPay => "STOP_ORDER_END",
            ConditionKind::Restricted => "RESTRICTION_END",
            ConditionKind::Opening
            | ConditionKind::Frozen
            | ConditionKind::Lost
            | ConditionKind::Suspicious
            | ConditionKind::InfoExpired
            | ConditionKind::Dormant => return None,
        };
        Some(Coming::to_row(about, row.until_time?, row.condition_id.as_str()))
    });
    let freezes = account.freezes.iter().filter(|freeze| freeze.in_force()).flat_map(freeze_ends);
    let proposals = account.approvals.iter().filter(|approval| approval.is_open());
    let proposals = proposals
        .map(|open| Coming::to_row("APPROVAL_END", open.expire_time, open.approval_id.as_str()));
    rows.chain(freezes).chain(proposals)
}

/// A freeze is announced twice. The bank's own in an emergency is over soon after it began: what is
/// told of it is that nobody confirmed it.
fn freeze_ends(freeze: &Freeze) -> impl Iterator<Item = Coming<'_>> {
    let comings = |at: DateTime<Utc>| {
        let soon = Coming {
            about: "FREEZE_END",
            at,
            from: before(at, ENDS_SOON),
            until: Some(at),
            subject: Subject::Freeze(freeze),
        };
        match (freeze.freeze_type, freeze.urgency) {
            (FreezeType::Customer, _) if freeze.cause == Cause::LossOral => {
                vec![Coming::to_row("LOSS_END", at, freeze.freeze_id.as_str())]
            }
            (FreezeType::Customer, _) => Vec::new(),
            (FreezeType::Bank | FreezeType::Judicial, Urgency::Emergency) => {
                let from = before(at, UNCONFIRMED);
                vec![Coming { about: "EMERGENCY_UNCONFIRMED", from, ..soon }]
            }
            (FreezeType::Bank | FreezeType::Judicial, Urgency::Ordinary) => {
                let from = before(at, FREEZE_ENDS);
                vec![Coming { from, until: Some(soon.from), ..soon.clone() }, soon]
            }
        }
    };
    freeze.expire_time.into_iter().flat_map(comings)
}

/// What is told of objections that wait for an answer: the day before it is due, and when it is
/// overdue, once each.
pub(super) fn answers<'a>(open: &[&'a Objection]) -> impl Iterator<Item = Coming<'a>> {
    open.iter().flat_map(|objection| {
        let at = objection.due_time;
        let due = Coming::to_row("OBJECTION_DUE", at, objection.objection_id.as_str());
        let overdue = Coming { about: "OBJECTION_OVERDUE", from: at, until: None, ..due.clone() };
        [due, overdue]
    })
}

/// From when something is to be announced that ends by itself now and didn't before; absent when
/// there is no such thing.
pub fn announced_from(before: Option<&Account>, account: &Account) -> Option<DateTime<Utc>> {
    let known: BTreeSet<Key<'_>> =
        before.into_iter().flat_map(ends).map(|coming| coming.same()).collect();
    let new = ends(account).filter(|end| !known.contains(&end.same()));
    new.map(|end| end.from).min()
}

/// From when an objection's answer is announced.
pub fn answer_announced_from(objection: &Objection) -> Option<DateTime<Utc>> {
    answers(&[objection]).map(|coming| coming.from).min().filter(|_| objection.is_open())
}
