//! What holds on an account: stored conditions and freezes, as one list.

use chrono::{DateTime, Utc};

use super::{View, hides, is_confidential, money, timestamp};
use crate::domain::account::Account;
use crate::domain::condition::Condition;
use crate::domain::freeze::control::in_order;
use crate::domain::freeze::line::{CROWD, FIRST_IN_LINE};
use crate::domain::freeze::{Freeze, FreezeType};
use crate::domain::money::Minor;
use crate::domain::principal::Scope;
use crate::domain::status::{Cause, ConditionKind, SEVERITY};
use crate::grpc::caller::{Caller, local_time};
use crate::grpc::names::Named;
use crate::pb::v1;
use crate::text::{self, Placeholders};

/// Something in force.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held<'a> {
    /// A stored condition.
    Row(&'a Condition),
    /// A freeze, which counts as one.
    Freeze(&'a Freeze),
}

/// What is in force, the most severe first; freezes in their order of filling, the rest by age. Of a
/// long line of freezes the first, and the holder's own loss reports.
pub(super) fn held(account: &Account) -> Vec<Held<'_>> {
    let rows = account.conditions_by_age();
    let mut freezes = in_order(account.freezes.loaded());
    if is_crowd(freezes.len()) {
        let mut place = 0;
        freezes.retain(|freeze| {
            place += 1;
            place <= FIRST_IN_LINE || freeze.freeze_type == FreezeType::Customer
        });
    }
    let freezes = freezes.into_iter().map(Held::Freeze);
    let mut held: Vec<Held<'_>> = freezes.chain(rows.into_iter().map(Held::Row)).collect();
    held.sort_by_key(|held| SEVERITY.iter().position(|status| *status == held.kind().status()));
    held
}

/// How many conditions are in force, listed or not.
pub(super) fn total(account: &Account) -> i32 {
    let rows = account.conditions.iter().filter(|row| row.in_force()).count();
    i32::try_from(rows.saturating_add(account.freezes.count())).unwrap_or(i32::MAX)
}

fn is_crowd(freezes: usize) -> bool {
    i64::try_from(freezes).is_ok_and(|freezes| freezes > CROWD)
}

/// The line for staff; empty for callers who are not.
pub(super) fn bank_line(cause: Cause, caller: &Caller) -> String {
    let may = caller.may(Scope::BankRead);
    if may { text::bank_line(cause, caller.locale).into_owned() } else { String::new() }
}

impl<'a> Held<'a> {
    /// What kind of condition it is.
    pub(super) fn kind(self) -> ConditionKind {
        match self {
            Self::Row(row) => row.kind,
            Self::Freeze(freeze) => freeze.condition_kind(),
        }
    }

    /// Why it holds.
    pub(super) fn cause(self) -> Cause {
        match self {
            Self::Row(row) => row.cause,
            Self::Freeze(freeze) => freeze.shown_cause(),
        }
    }

    /// Why it holds, as far as the customer may hear it: a confidential freeze has no more to say
    /// than that there is something.
    pub(super) fn cause_for_customer(self) -> Cause {
        match self {
            Self::Freeze(freeze) if is_confidential(freeze) => Cause::AmlMeasure,
            Self::Freeze(_) | Self::Row(_) => self.cause(),
        }
    }

    /// When it ends by itself.
    pub(super) fn until(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Row(row) => row.until_time,
            Self::Freeze(freeze) => freeze.expire_time,
        }
    }

    /// What is missing.
    pub(super) fn missing_items(self) -> &'a [String] {
        match self {
            Self::Row(row) => &row.missing_items,
            Self::Freeze(_) => &[],
        }
    }

    /// The authority behind it, if there is one and the answer may name it.
    pub(super) fn authority(self, caller: &Caller, view: View) -> Option<String> {
        let name = match self {
            Self::Row(row) => row.authority.clone(),
            Self::Freeze(freeze) => Some(freeze.freeze_by.clone()),
        };
        name.filter(|name| !name.is_empty() && view == View::Full && !self.is_hidden(caller))
    }

    /// The authority that the customer can turn to, if there is one. Not that of a confidential
    /// freeze, whoever asks, and not the department behind the bank's own.
    pub(super) fn contact(self, caller: &Caller, view: View) -> Option<String> {
        let names_nobody = match self {
            Self::Row(_) => false,
            Self::Freeze(freeze) => {
                is_confidential(freeze) || freeze.freeze_type != FreezeType::Judicial
            }
        };
        self.authority(caller, view).filter(|_| !names_nobody)
    }

    fn document(self, caller: &Caller, view: View) -> Option<String> {
        let document = match self {
            Self::Row(row) => row.document_no.clone(),
            Self::Freeze(freeze) => Some(freeze.court_order_no.clone()),
        };
        document.filter(|text| !text.is_empty() && view == View::Full && !self.is_hidden(caller))
    }

    /// Whether its facts are hidden from the caller.
    fn is_hidden(self, caller: &Caller) -> bool {
        match self {
            Self::Row(_) => false,
            Self::Freeze(freeze) => hides(freeze, caller),
        }
    }

    fn amount(self) -> Option<Minor> {
        match self {
            Self::Row(row) => row.amount_minor,
            Self::Freeze(freeze) => freeze.freeze_amount,
        }
    }

    /// What the customer may be told, with what the answer may name filled in.
    pub(super) fn customer_line(self, account: &Account, caller: &Caller, view: View) -> String {
        if let Self::Freeze(freeze) = self
            && is_confidential(freeze)
        {
            return text::confidential_line(caller.locale).into_owned();
        }
        let authority = self.authority(caller, view);
        let cause = self.cause();
        let placeholders = Placeholders {
            contact: authority.clone().filter(|_| cause == Cause::StopFraud),
            authority,
            document: self.document(caller, view),
            until: self.until().map(|until| local_time(until, caller.zone)),
            items: Some(self.missing_items().join(", ")),
            amount: self.amount().map(|minor| {
                let money = account.money(minor);
                format!("{} {money}", money.currency.code())
            }),
            limit: Some(caller.accounts_max.to_string()).filter(|_| cause == Cause::OpeningTooMany),
            ..Placeholders::default()
        };
        text::customer_line(cause, caller.locale, &placeholders).into_owned()
    }

    /// Its cause as the caller is told it; 0 where that is hidden.
    pub(super) fn told_cause(self, caller: &Caller) -> i32 {
        if self.is_hidden(caller) { 0 } else { self.cause().number() }
    }

    /// What clears it.
    pub(super) fn solution(self, account: &Account, caller: &Caller, view: View) -> v1::Solution {
        let hidden = self.is_hidden(caller);
        v1::Solution {
            cause: self.told_cause(caller),
            customer_line: self.customer_line(account, caller, view),
            bank_line: if hidden { String::new() } else { bank_line(self.cause(), caller) },
        }
    }

    /// The condition as answers list it.
    pub(super) fn condition(
        self,
        account: &Account,
        caller: &Caller,
        view: View,
    ) -> v1::AccountCondition {
        let hidden = self.is_hidden(caller);
        let (id, since, set_by, restriction) = match self {
            Self::Row(row) => {
                let restriction = row.restriction.map_or(0, Named::number);
                (row.condition_id.as_str(), row.since_time, &row.set_by, restriction)
            }
            Self::Freeze(freeze) => {
                let since = freeze.effective_time.unwrap_or(freeze.create_time);
                (freeze.freeze_id.as_str(), since, &freeze.created_by, 0)
            }
        };
        let freeze_id = match self {
            Self::Row(_) => String::new(),
            Self::Freeze(_) => id.to_owned(),
        };
        let solution = self.solution(account, caller, view);
        v1::AccountCondition {
            condition_id: id.to_owned(),
            condition: self.kind().number(),
            cause: solution.cause,
            restriction,
            amount: self.amount().map(|minor| money(minor, account.balance.currency_code)),
            authority: self.authority(caller, view).unwrap_or_default(),
            document_no: self.document(caller, view).unwrap_or_default(),
            set_by: if hidden || view == View::Basic { String::new() } else { set_by.clone() },
            since_time: Some(timestamp(since)),
            until_time: self.until().filter(|_| !hidden).map(timestamp),
            missing_items: self.missing_items().to_vec(),
            freeze_id,
            message: solution.customer_line,
            bank_line: solution.bank_line,
        }
    }
}
