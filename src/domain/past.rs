//! What held on an account at an instant of the past, told from its history.
//!
//! Two times belong to a row: from when it counts (`change_date`) and when it was written down
//! (`recorded_time`, which never runs backwards along the chain and is never before the other).
//! The answer goes by the first: what held then by all that is known now, also by rows written
//! down later, such as a lapse that nobody was awake for or a status that an import brought with its
//! old date. A row holds from its instant on; the one before it holds up to that instant.
//!
//! Rows written down by the instant count whole, so the last of them says all that was known. Of a
//! row written down later only what it changed counts, because what stood beside may be younger.

use chrono::{DateTime, Utc};

use super::condition::ConditionSummary;
use super::history::StatusChange;
use super::lapse::Step;
use super::status::{self, AccountStatus, Lifecycle};

/// What held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The status displayed.
    pub status: AccountStatus,
    /// The stage of life.
    pub lifecycle: Lifecycle,
    /// The conditions in force, freezes included.
    pub conditions: Vec<ConditionSummary>,
    /// From when all of it held.
    pub since: DateTime<Utc>,
    /// The row that began it; absent for a lapse that is not written down yet.
    pub began: Option<StatusChange>,
}

/// Gathers what held at an instant: first the last row written down by then, then later ones that
/// count from before, then lapses that nobody wrote down yet.
#[derive(Debug)]
pub struct Past {
    at: DateTime<Utc>,
    held: Option<Held>,
}

impl Past {
    /// Nothing held yet at this instant.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self { at, held: None }
    }

    /// Takes the last row that was written down by the instant: what it left, held.
    pub fn known(&mut self, row: StatusChange) {
        self.held = Some(Held {
            status: shown(&row),
            lifecycle: row.lifecycle_after,
            conditions: row.conditions_after.clone(),
            since: row.change_date,
            began: Some(row),
        });
    }

    /// Looks at a row before the known one, the later ones first: it began what held if it counts
    /// from later on. Whether rows further back could still do so.
    pub fn looked_back(&mut self, row: StatusChange) -> bool {
        let Some(held) = &mut self.held else { return false };
        let recorded = row.recorded_time;
        if row.change_date > held.since {
            held.since = row.change_date;
            held.began = Some(row);
        }
        recorded > held.since
    }

    /// Whether rows before the known one may have begun what held, because the known one counts
    /// from before it was written down.
    pub fn may_have_begun_before(&self) -> bool {
        let began = self.held.as_ref().and_then(|held| held.began.as_ref());
        began.is_some_and(|row| row.sequence > 1 && row.recorded_time > row.change_date)
    }

    /// Takes a row that was written down after the instant, in their order; it counts when it is
    /// effective by then.
    pub fn learnt(&mut self, row: StatusChange) {
        if row.change_date > self.at {
            return;
        }
        let before = (row.lifecycle_before, row.conditions_before.as_slice());
        let after = (row.lifecycle_after, row.conditions_after.as_slice());
        let whole = self.held.as_ref().map_or(row.sequence == 1, |held| {
            before == (Some(held.lifecycle), held.conditions.as_slice())
        });
        let status = whole.then(|| shown(&row));
        self.change(before, after, status);
        self.begun(row.change_date, Some(row));
    }

    /// Takes a lapse that nobody wrote down yet.
    pub fn lapsed(&mut self, step: &Step) {
        if step.at > self.at || self.held.is_none() {
            return;
        }
        let Step { before, after, .. } = step;
        self.change(
            (Some(before.lifecycle), &before.conditions),
            (after.lifecycle, &after.conditions),
            None,
        );
        self.begun(step.at, None);
    }

    /// What held; `None` when the account had not begun.
    pub fn held(self) -> Option<Held> {
        self.held
    }

    /// Changes what held by the difference of two faces.
    fn change(
        &mut self,
        (lifecycle_before, before): (Option<Lifecycle>, &[ConditionSummary]),
        (lifecycle, after): (Lifecycle, &[ConditionSummary]),
        status: Option<AccountStatus>,
    ) {
        let was = self.held.take();
        let mut conditions = was.as_ref().map(|held| held.conditions.clone()).unwrap_or_default();
        conditions.retain(|held| {
            after.iter().any(|kept| kept.id == held.id)
                || !before.iter().any(|ended| ended.id == held.id)
        });
        for new in after.iter().filter(|new| !before.contains(new)) {
            match conditions.iter_mut().find(|held| held.id == new.id) {
                Some(held) => held.clone_from(new),
                None => conditions.push(new.clone()),
            }
        }
        let moved = lifecycle_before != Some(lifecycle);
        let lifecycle = was.as_ref().filter(|_| !moved).map_or(lifecycle, |held| held.lifecycle);
        let kinds = conditions.iter().map(|held| held.kind);
        let status = status.unwrap_or_else(|| status::displayed(lifecycle, kinds));
        let (since, began) =
            was.map_or((DateTime::<Utc>::MIN_UTC, None), |held| (held.since, held.began));
        self.held = Some(Held { status, lifecycle, conditions, since, began });
    }

    fn begun(&mut self, since: DateTime<Utc>, row: Option<StatusChange>) {
        if let Some(held) = &mut self.held
            && since >= held.since
        {
            held.since = since;
            held.began = row;
        }
    }
}

/// The status that a row left; what the row says, unless it says no known code.
fn shown(row: &StatusChange) -> AccountStatus {
    AccountStatus::from_code(&row.new_status).unwrap_or_else(|| {
        let kinds = row.conditions_after.iter().map(|held| held.kind);
        status::displayed(row.lifecycle_after, kinds)
    })
}
