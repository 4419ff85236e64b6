//! An account as rules see it: its profile, the narrow balance row that commands lock, the
//! conditions and freezes in force.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::approval::Approval;
use super::condition::{Condition, ConditionSummary};
use super::freeze::control::{self, Control, Counting, Funds};
use super::freeze::line::{Freezes, Rest};
use super::freeze::standing::Standing;
use super::freeze::{Freeze, FreezeMode, FreezeStatus};
use super::id::{AccountNumber, FreezeId};
use super::money::{Currency, Direction, Minor, Money};
use super::protection::ProtectedKind;
use super::status::{self, AccountStatus, ConditionKind, Lifecycle};

/// Who the account belongs to; changes rarely. The columns of `account_master` that are not
/// derived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The bank's or the service's own id of the account.
    pub account_id: String,
    /// The account.
    pub account_number: AccountNumber,
    /// The holder's name.
    pub account_name: String,
    /// The customer it belongs to.
    pub customer_id: String,
    /// The branch that keeps it.
    pub branch_code: String,
    /// When core banking or the import opened it here.
    pub opened_time: DateTime<Utc>,
    /// The bank's code of the product; empty = not said.
    #[serde(default)]
    pub product_code: String,
    /// From when the displayed status holds.
    #[serde(default)]
    pub status_since_time: DateTime<Utc>,
    /// What it holds that is protected from authorities; absent = nothing.
    #[serde(default)]
    pub protected_kind: Option<ProtectedKind>,
}

/// The row of `account_balance`: what moves with money and what every command needs. Field names
/// are columns; amounts are minor units of `currency_code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The account.
    pub account_number: AccountNumber,
    /// Its currency.
    pub currency_code: Currency,
    /// What was there when the account was imported; never changes.
    pub opening_balance_minor: Minor,
    /// The ledger balance, ≥ 0.
    pub balance_minor: Minor,
    /// Held by withdrawals, between 0 and the balance.
    pub reserved_minor: Minor,
    /// Σ amounts of freezes ACTIVE and WAITING.
    pub freeze_claim_minor: Minor,
    /// How many freezes are ACTIVE or WAITING.
    #[serde(default)]
    pub freezes_in_force: i64,
    /// What is left of the exempt amount: the largest that an authority's freeze in effect leaves for
    /// living costs, less what is used up.
    pub exempt_minor: Minor,
    /// How much of the exempt amount the holder has used up.
    #[serde(default)]
    pub exempt_used_minor: Minor,
    /// The last entry's number when an exempt amount was gone of which something was used up: what
    /// withdrawals up to it took was of that one.
    #[serde(default)]
    pub exempt_from_seq: i64,
    /// The widest mode of the freezes in effect: AMOUNT stands for none or only amounts.
    pub freeze_whole: FreezeMode,
    /// The stage of the account's life.
    pub lifecycle: Lifecycle,
    /// One bit per [`ConditionKind`] in force, by declaration order, and [`OPEN_APPROVALS`].
    pub condition_mask: i64,
    /// Withdrawals that hold money now.
    pub open_withdrawals: i64,
    /// How many cases are open.
    #[serde(default)]
    pub open_cases: i64,
    /// The next instant at which something lapses.
    pub next_lapse_time: Option<DateTime<Utc>>,
    /// The last transaction that the customer initiated.
    pub last_customer_time: Option<DateTime<Utc>>,
    /// The last transaction of anyone.
    pub last_transaction_time: Option<DateTime<Utc>>,
    /// Moves with lifecycle, conditions, freezes and profile; the etag.
    pub status_version: i64,
    /// The last history row's number.
    pub history_seq: i64,
    /// The last freeze's number.
    pub freeze_seq: i64,
    /// The last event's number.
    pub event_seq: i64,
    /// The last transaction's or withdrawal's number.
    pub entry_seq: i64,
    /// The hash of the last history row, hex.
    pub history_head: String,
    /// The instant of the last change; the account's time never runs backwards from it.
    pub changed_time: DateTime<Utc>,
}

/// An account with all that is in force on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose it is; shared by the account's drafts, because it changes rarely.
    pub profile: Arc<Profile>,
    /// The hot row.
    pub balance: Balance,
    /// Stored conditions in force.
    pub conditions: Vec<Condition>,
    /// Freezes in force, ACTIVE or WAITING; of many the first in line.
    pub freezes: Freezes,
    /// Proposals that wait for a second person. No part of answers: they are asked for by themselves.
    #[serde(skip)]
    pub approvals: Vec<Approval>,
}

/// What history compares: lifecycle, conditions in force, and the status displayed for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// The status displayed.
    pub status: AccountStatus,
    /// The stage of life.
    pub lifecycle: Lifecycle,
    /// All conditions in force, freezes included.
    pub conditions: Vec<ConditionSummary>,
}

impl Balance {
    /// The balance after a movement, minor units; `None` when it would not fit 64 bits, or leave
    /// less than what withdrawals hold.
    pub fn after(&self, direction: Direction, amount: Minor) -> Option<Minor> {
        match direction {
            Direction::Credit => self.balance_minor.checked_add(amount),
            Direction::Debit => self.balance_minor.checked_sub(amount),
        }
        .filter(|after| *after >= self.reserved_minor)
    }

    /// balance − reserved.
    pub fn unreserved(&self) -> Minor {
        self.balance_minor.saturating_sub(self.reserved_minor)
    }

    /// What this row tells of freezes of which only so many were loaded; `None` when it doesn't tell
    /// all that a status or a debit asks. It does where nothing ends by `now`, none takes the whole
    /// account or reports a loss, and all are filled with money to spare: so none of them waits, and
    /// which of them is filled first makes no difference.
    pub fn rest(&self, loaded: usize, now: DateTime<Utc>) -> Option<Rest> {
        let money = self.unreserved();
        let free = money.saturating_sub(self.exempt_minor.min(money));
        let losses = self.condition_mask & mask_bit(ConditionKind::Lost) != 0;
        let due = self.next_lapse_time.is_some_and(|at| at <= now);
        // Where nothing is left of it, how much it was is not in this row.
        let exempt = match (self.exempt_minor, self.exempt_used_minor) {
            (0, 0) => Some(0),
            (0, _) => None,
            (left, used) => left.checked_add(used),
        };
        let plain = self.freeze_whole == FreezeMode::Amount && !losses && !due;
        let loaded = i64::try_from(loaded).unwrap_or(i64::MAX);
        let count = self.freezes_in_force.saturating_sub(loaded);
        let filled = self.freeze_claim_minor < free;
        exempt.filter(|_| plain && filled).map(|exempt| Rest { count, exempt })
    }
}

impl Account {
    /// The account's number.
    pub fn number(&self) -> &AccountNumber {
        &self.balance.account_number
    }

    /// An amount in the account's currency.
    pub fn money(&self, minor: Minor) -> Money {
        Money { minor, currency: self.balance.currency_code }
    }

    /// balance − reserved.
    pub fn unreserved(&self) -> Minor {
        self.balance.unreserved()
    }

    /// The money that freezes may control part of.
    pub fn funds(&self) -> Funds {
        Funds { money: self.unreserved(), exempt_used: self.balance.exempt_used_minor }
    }

    /// What of the exempt amount is not used up, minor units.
    pub fn exempt_left(&self) -> Minor {
        let used = self.balance.exempt_used_minor;
        match self.freezes.rest() {
            None => control::exempt_left(&self.freezes, used),
            Some(rest) => rest.exempt.saturating_sub(used).max(0),
        }
    }

    /// What freezes may control: the money that is not exempt.
    fn free(&self) -> Minor {
        let money = self.unreserved();
        money.saturating_sub(self.exempt_left().min(money))
    }

    /// What freezes control together, minor units.
    pub fn controlled(&self, counting: Counting) -> Minor {
        match self.freezes.rest() {
            None => control::controlled(self.free(), &self.freezes, counting),
            Some(_) => self.balance.freeze_claim_minor.min(self.free()),
        }
    }

    /// Whether every judicial and bank freeze has what it claims; a whole one never has.
    pub fn claims_filled(&self) -> bool {
        match self.freezes.rest() {
            None => control::all_filled(self.free(), &self.freezes, Counting::WithoutLoss),
            Some(_) => self.balance.freeze_claim_minor <= self.free(),
        }
    }

    /// Lets waiting freezes whose turn has come take effect at `at`. Returns their ids. Of a line that
    /// was loaded in part none waits.
    pub fn promote(&mut self, at: DateTime<Utc>, zone: Tz) -> Vec<FreezeId> {
        let waits = |freeze: &Freeze| freeze.freeze_status == FreezeStatus::Waiting;
        if !self.freezes.loaded().iter().any(waits) {
            return Vec::new();
        }
        let funds = self.funds();
        control::promote(funds, &mut self.freezes, at, zone)
    }

    /// What each freeze controls now.
    pub fn control(&self, counting: Counting) -> Control {
        control::control(self.funds(), &self.freezes, counting)
    }

    /// Where a freeze stands among those on the account.
    pub fn standing(&self, freeze: &Freeze) -> Standing {
        Standing::of(freeze, (self.funds(), self.balance.currency_code), &self.freezes)
    }

    /// How much of the exempt amount a debit uses up: what it takes beyond the money that is free
    /// beside it. Minor units; to be asked before the debit, with the freezes that count for it.
    pub fn exempt_spent_by(&self, amount: Minor, counting: Counting) -> Minor {
        let left = self.exempt_left();
        if left == 0 {
            return 0;
        }
        let beside = self.available_but(counting).saturating_sub(left).max(0);
        amount.saturating_sub(beside).clamp(0, left)
    }

    /// Uses up part of the exempt amount, or gives it back when negative.
    pub fn use_exempt(&mut self, minor: Minor) {
        let used = self.balance.exempt_used_minor.saturating_add(minor).max(0);
        self.balance.exempt_used_minor = used;
    }

    /// Where nothing is exempt any more, forgets what was used up, and by whom: what comes later begins
    /// anew.
    pub fn forget_exempt(&mut self) {
        let used = self.balance.exempt_used_minor > 0;
        if used && self.freezes.rest().is_none() && control::exempt(&self.freezes) == 0 {
            self.balance.exempt_used_minor = 0;
            self.balance.exempt_from_seq = self.balance.entry_seq;
        }
    }

    /// money − controlled: what a debit by the customer may take.
    pub fn available(&self) -> Minor {
        self.available_but(Counting::All)
    }

    /// money − what these freezes control.
    pub fn available_but(&self, counting: Counting) -> Minor {
        self.unreserved().saturating_sub(self.controlled(counting))
    }

    /// Stored conditions in force, the oldest first: which one speaks never depends on the order of
    /// rows in a table.
    pub fn conditions_by_age(&self) -> Vec<&Condition> {
        let mut rows: Vec<&Condition> =
            self.conditions.iter().filter(|row| row.in_force()).collect();
        rows.sort_by(|a, b| (a.since_time, &a.condition_id).cmp(&(b.since_time, &b.condition_id)));
        rows
    }

    /// The kinds of all conditions in force. Freezes that were not loaded are of the kind of those
    /// that were.
    pub fn condition_kinds(&self) -> impl Iterator<Item = ConditionKind> + '_ {
        let stored = self.conditions.iter().filter(|row| row.in_force()).map(|row| row.kind);
        let frozen = self.freezes.loaded().iter().filter(|f| f.in_force());
        stored.chain(frozen.map(Freeze::condition_kind))
    }

    /// The status that the account displays.
    pub fn status(&self) -> AccountStatus {
        status::displayed(self.balance.lifecycle, self.condition_kinds())
    }

    /// Whether a condition of this kind is in force.
    pub fn has(&self, kind: ConditionKind) -> bool {
        self.condition_kinds().any(|held| held == kind)
    }

    /// The face that history compares, conditions in order of since, then id.
    pub fn face(&self) -> Face {
        let stored = self.conditions.iter().filter(|row| row.in_force()).map(|row| {
            let id = row.condition_id.as_str().to_owned();
            (row.since_time, ConditionSummary { id, kind: row.kind, cause: Some(row.cause) })
        });
        let frozen = self.freezes.iter().filter(|freeze| freeze.in_force()).map(|freeze| {
            let id = freeze.freeze_id.as_str().to_owned();
            let kind = freeze.condition_kind();
            (freeze.create_time, ConditionSummary { id, kind, cause: Some(freeze.shown_cause()) })
        });
        let mut all: Vec<_> = stored.chain(frozen).collect();
        all.sort_by(|(a_time, a), (b_time, b)| (a_time, &a.id).cmp(&(b_time, &b.id)));
        let conditions = all.into_iter().map(|(_, summary)| summary).collect();
        Face { status: self.status(), lifecycle: self.balance.lifecycle, conditions }
    }

    /// The next instant at which a condition, freeze or proposal ends by itself.
    pub fn next_lapse(&self) -> Option<DateTime<Utc>> {
        if self.freezes.rest().is_some() {
            return self.balance.next_lapse_time;
        }
        let rows = self.conditions.iter().filter(|row| row.in_force()).filter_map(|r| r.until_time);
        let freezes = self.freezes.iter().filter(|f| f.in_force()).filter_map(|f| f.expire_time);
        let approvals = self.approvals.iter().filter(|a| a.is_open()).map(|a| a.expire_time);
        rows.chain(freezes).chain(approvals).min()
    }

    /// Forgets conditions, freezes and proposals that ended.
    pub fn drop_ended(&mut self) {
        self.conditions.retain(Condition::in_force);
        if self.freezes.loaded().iter().any(|freeze| !freeze.in_force()) {
            self.freezes.retain(Freeze::in_force);
        }
        self.approvals.retain(Approval::is_open);
    }

    /// Brings what the hot row derives from conditions and freezes up to date. Where not all freezes
    /// were loaded, none of them has changed, nor has a condition.
    pub fn derive_balance(&mut self) {
        if self.freezes.rest().is_some() {
            self.balance.exempt_minor = self.exempt_left();
            return;
        }
        self.balance.freeze_claim_minor = control::claim(&self.freezes);
        let in_force = self.freezes.iter().filter(|freeze| freeze.in_force()).count();
        self.balance.freezes_in_force = i64::try_from(in_force).unwrap_or(i64::MAX);
        self.forget_exempt();
        let used = self.balance.exempt_used_minor;
        self.balance.exempt_minor = control::exempt_left(&self.freezes, used);
        self.balance.freeze_whole = control::widest(&self.freezes);
        let proposed = self.approvals.iter().any(Approval::is_open);
        self.balance.condition_mask = self
            .condition_kinds()
            .map(mask_bit)
            .chain(proposed.then_some(OPEN_APPROVALS))
            .fold(0, |mask, bit| mask | bit);
        self.balance.next_lapse_time = self.next_lapse();
    }
}

/// The bit in `condition_mask` that says whether a proposal is open.
pub const OPEN_APPROVALS: i64 = 256;

/// The bit of a kind in `condition_mask`.
pub fn mask_bit(kind: ConditionKind) -> i64 {
    match kind {
        ConditionKind::Opening => 1,
        ConditionKind::Frozen => 2,
        ConditionKind::Lost => 4,
        ConditionKind::StopPay => 8,
        ConditionKind::Suspicious => 16,
        ConditionKind::InfoExpired => 32,
        ConditionKind::Dormant => 64,
        ConditionKind::Restricted => 128,
    }
}
