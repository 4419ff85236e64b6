//! What is about to happen to an account by itself, for reminders.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::ENDS_SOON;
use crate::domain::account::Account;
use crate::domain::status::{Cause, ConditionKind};

/// Something that happens by itself.
#[derive(Debug, Clone)]
pub(super) struct Coming {
    /// What it is about, as the event says it.
    pub(super) about: &'static str,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// How long before it is announced.
    pub(super) ahead: TimeDelta,
    /// The row that ends, where there is one.
    pub(super) subject: Option<String>,
}

impl Coming {
    /// The name under which it is remembered that it was announced: what moves is announced anew.
    pub(super) fn key(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("{} {at} {}", self.about, self.subject.as_deref().unwrap_or_default())
    }

    /// From when it is announced; absent when that lies beyond the calendar.
    pub(super) fn announced_from(&self) -> Option<DateTime<Utc>> {
        self.at.checked_sub_signed(self.ahead)
    }

    /// What the event says.
    pub(super) fn payload(&self) -> Value {
        let due_time = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        match &self.subject {
            Some(id) => json!({ "about": self.about, "due_time": due_time, "subject_id": id }),
            None => json!({ "about": self.about, "due_time": due_time }),
        }
    }
}

/// What of an account ends by itself and is announced: stop orders, restrictions, oral losses and
/// open proposals.
pub(super) fn ends(account: &Account) -> impl Iterator<Item = Coming> + '_ {
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
        Some((about, row.until_time?, row.condition_id.as_str()))
    });
    let losses = account.freezes.iter().filter(|f| f.in_force() && f.cause == Cause::LossOral);
    let losses =
        losses.filter_map(|loss| Some(("LOSS_END", loss.expire_time?, loss.freeze_id.as_str())));
    let proposals = account.approvals.iter().filter(|approval| approval.is_open());
    let proposals =
        proposals.map(|open| ("APPROVAL_END", open.expire_time, open.approval_id.as_str()));
    rows.chain(losses).chain(proposals).map(|(about, at, id)| Coming {
        about,
        at,
        ahead: ENDS_SOON,
        subject: Some(id.to_owned()),
    })
}

/// From when something is to be announced that ends by itself now and didn't before; absent when
/// there is no such thing.
pub fn announced_from(before: Option<&Account>, account: &Account) -> Option<DateTime<Utc>> {
    let known: Vec<String> =
        before.map(|before| ends(before).map(|end| end.key()).collect()).unwrap_or_default();
    let new = ends(account).filter(|end| !known.contains(&end.key()));
    new.filter_map(|end| end.announced_from()).min()
}
