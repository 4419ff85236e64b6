//! The rows of one account, what time does to them, and which freeze holds how much.

use std::collections::BTreeSet;

use account_status::pb::v1::*;
use chrono::{DateTime, Duration, FixedOffset, Months, NaiveDate};

use super::super::ask::{Ask, What};
use super::super::seen::{Held, Time};
use super::Blocks;

/// A condition, ended or not.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Row {
    /// Empty until the service has told it.
    pub(in super::super) id: String,
    pub(in super::super) kind: Condition,
    pub(super) cause: Cause,
    pub(super) restriction: Restriction,
    pub(super) amount: Option<i64>,
    pub(super) authority: String,
    pub(super) document: String,
    pub(super) missing: Vec<String>,
    pub(super) by: &'static str,
    pub(super) since: Time,
    pub(super) until: Option<Time>,
    pub(super) ended: Option<Time>,
}

/// A freeze, ended or not. Its place in the vector is the order of entry.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Freeze {
    /// Empty until the service has told it.
    pub(in super::super) id: String,
    pub(in super::super) r#type: FreezeType,
    pub(in super::super) kind: AuthorityKind,
    pub(super) status: FreezeStatus,
    pub(super) mode: FreezeMode,
    pub(in super::super) name: String,
    pub(super) document: String,
    pub(in super::super) amount: Option<i64>,
    pub(super) exempt: i64,
    pub(super) confidential: bool,
    /// An emergency; its confirmation waits as long as it stands.
    pub(super) emergency: bool,
    pub(super) cause: Cause,
    pub(super) served: Time,
    pub(super) effective: Option<Time>,
    pub(super) expire: Option<Time>,
    /// The term that starts when it takes effect.
    pub(super) term: Option<(u32, TermUnit)>,
    pub(super) by: &'static str,
    pub(super) created: Time,
    pub(super) ended: Option<Time>,
}

/// A withdrawal.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Payout {
    /// Empty until the service has told it.
    pub(in super::super) id: String,
    pub(super) minor: i64,
    /// How much of it is for living costs.
    pub(super) exempt: i64,
    pub(super) state: WithdrawalState,
    pub(super) version: i64,
    pub(super) created: Time,
    pub(super) updated: Time,
    /// The reason that the client gave, or the place of the freeze that took it.
    pub(super) cancelled: Option<Result<String, usize>>,
}

/// An account.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Account {
    pub(in super::super) life: Lifecycle,
    pub(in super::super) balance: i64,
    /// How much of what freezes leave for living costs was taken.
    pub(super) exempt_used: i64,
    /// Facts that it could not take, each a case that people have to look at.
    pub(super) untaken: usize,
    /// What it holds that is protected; UNSPECIFIED = nothing.
    pub(super) protected: ProtectedKind,
    pub(in super::super) rows: Vec<Row>,
    pub(in super::super) freezes: Vec<Freeze>,
    pub(in super::super) payouts: Vec<Payout>,
    /// Ids of transactions that core banking gave.
    pub(super) posted: BTreeSet<String>,
    pub(super) last_posting: Option<Time>,
    pub(super) version: i64,
    /// The last change.
    pub(super) changed: Time,
}

/// What an act did, as its answer needs it.
#[derive(Debug)]
pub(super) enum Done {
    Account,
    /// The place of the freeze, and of what gave way to it, newest first.
    Frozen(usize, Vec<usize>),
    Released(usize),
    Posted(String, i64, Booking),
    Withdrawal(usize),
}

/// Which freezes count: the bank may debit beside a loss report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Counting {
    All,
    WithoutLoss,
}

impl Account {
    /// An application under review.
    pub(super) fn new(now: Time, by: &'static str) -> Self {
        let mut account = Self {
            life: Lifecycle::Opening,
            balance: 0,
            exempt_used: 0,
            untaken: 0,
            protected: ProtectedKind::Unspecified,
            rows: Vec::new(),
            freezes: Vec::new(),
            payouts: Vec::new(),
            posted: BTreeSet::new(),
            last_posting: None,
            version: 0,
            changed: now,
        };
        account.add_row(Condition::Opening, Cause::OpeningInReview, by, now);
        account
    }

    pub(super) fn add_row(&mut self, kind: Condition, cause: Cause, by: &'static str, at: Time) {
        self.rows.push(Row {
            id: String::new(),
            kind,
            cause,
            restriction: Restriction::Unspecified,
            amount: None,
            authority: String::new(),
            document: String::new(),
            missing: Vec::new(),
            by,
            since: at,
            until: None,
            ended: None,
        });
    }

    /// Each change of an account has an instant of its own: two within one microsecond don't share.
    pub(super) fn next_instant(&self, now: Time) -> Time {
        now.max(self.changed + Duration::microseconds(1))
    }

    pub(in super::super) fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    pub(super) fn carry_out(&mut self, ask: &Ask, at: Time) -> Result<Done, Blocks> {
        match &ask.what {
            What::Open => Ok(Done::Account),
            What::Act(act) => self.act(act, ask, at),
            What::Freeze(order) => self.freeze(order, ask, at),
            What::Release(release) => self.release(release, ask, at),
            What::Protect(kind) => self.protect(*kind),
            What::Record(posting) => self.record(posting, ask, at),
            What::Withdraw(payment) => self.withdraw(payment, ask, at),
            What::Cancel(id) => self.cancel(id, ask, at),
        }
    }

    // Money.

    pub(in super::super) fn reserved(&self) -> i64 {
        self.reserved_payouts().map(|payout| payout.minor).sum()
    }

    pub(super) fn reserved_payouts(&self) -> impl Iterator<Item = &Payout> {
        self.payouts.iter().filter(|payout| payout.state == WithdrawalState::Reserved)
    }

    pub(super) fn money(&self) -> i64 {
        self.balance - self.reserved()
    }

    pub(in super::super) fn available(&self) -> i64 {
        self.available_of(Counting::All)
    }

    pub(super) fn available_of(&self, counting: Counting) -> i64 {
        self.money() - self.shares(counting).iter().map(|(_, held)| held).sum::<i64>()
    }

    // Conditions.

    pub(super) fn rows_in_force(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.ended.is_none())
    }

    /// The oldest first; of one instant, by id.
    pub(super) fn rows_by_age(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows_in_force().collect();
        rows.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
        rows
    }

    pub(super) fn end_rows(&mut self, at: Time, which: impl Fn(&Row) -> bool) {
        for row in self.rows.iter_mut().filter(|row| row.ended.is_none()) {
            if which(row) {
                row.ended = Some(at);
            }
        }
    }

    pub(in super::super) fn has(&self, kind: Condition) -> bool {
        self.rows_in_force().any(|row| row.kind == kind)
            || self.freezes.iter().any(|freeze| freeze.in_force() && freeze.condition() == kind)
    }

    // Freezes.

    /// The places of the freezes in force, in the order in which they fill: authorities by time of
    /// service, the bank, the customer; the order of entry breaks ties.
    pub(super) fn line(&self) -> Vec<usize> {
        let mut line: Vec<usize> =
            (0..self.freezes.len()).filter(|place| self.freezes[*place].in_force()).collect();
        line.sort_by_key(|place| {
            let freeze = &self.freezes[*place];
            (i32::from(freeze.r#type), freeze.served, *place)
        });
        line
    }

    /// What each freeze in force controls: free = money − min(exempt, money); each takes its claim
    /// of what those before it left, a whole one all of it.
    pub(super) fn shares(&self, counting: Counting) -> Vec<(usize, i64)> {
        let mut left = self.money() - self.exempt_left().min(self.money());
        let mut shares = Vec::new();
        for place in self.line() {
            let freeze = &self.freezes[place];
            if counting == Counting::WithoutLoss && freeze.r#type == FreezeType::Customer {
                continue;
            }
            let held = if freeze.is_whole() { left } else { freeze.amount.unwrap().min(left) };
            left -= held;
            shares.push((place, held));
        }
        shares
    }

    /// Whether the freeze at a place has to wait: an authority's that controls nothing, behind an
    /// earlier authority, which is then unfilled or holds all.
    pub(super) fn has_to_wait(&self, place: usize) -> bool {
        let judicial = |place: &usize| self.freezes[*place].r#type == FreezeType::Judicial;
        let shares = self.shares(Counting::All);
        let nothing = shares.contains(&(place, 0));
        let first = shares.iter().map(|(place, _)| place).find(|place| judicial(place));
        judicial(&place) && nothing && first != Some(&place)
    }

    pub(super) fn waiting(&self) -> usize {
        self.freezes.iter().filter(|freeze| freeze.status == FreezeStatus::Waiting).count()
    }

    /// Those that waited and need not any more take effect, the first in line first, and their terms
    /// start. What one leaves for living costs is not there for the next.
    pub(super) fn promote(&mut self, at: Time) {
        let is_due = |account: &Self, place: usize| {
            account.freezes[place].status == FreezeStatus::Waiting && !account.has_to_wait(place)
        };
        while let Some(place) = self.line().into_iter().find(|place| is_due(self, *place)) {
            let freeze = &mut self.freezes[place];
            freeze.status = FreezeStatus::Active;
            freeze.effective = Some(at);
            if freeze.expire.is_none() {
                freeze.expire = freeze.term.map(|(count, unit)| term_end(at, count, unit));
            }
        }
        self.forget_living();
    }

    // Time.

    /// The next instant at which something ends by itself.
    pub(in super::super) fn next_end(&self) -> Option<Time> {
        let rows = self.rows_in_force().filter_map(|row| row.until);
        let freezes = self.freezes.iter().filter(|freeze| freeze.in_force());
        rows.chain(freezes.filter_map(|freeze| freeze.expire)).min()
    }

    /// Ends what is due, instant by instant; what waited takes effect at the same instant.
    pub(super) fn lapse(&mut self, now: Time) -> bool {
        let mut lapsed = false;
        while let Some(at) = self.next_end().filter(|at| *at <= now) {
            self.end_rows(at, |row| row.until.is_some_and(|until| until <= at));
            for freeze in self.freezes.iter_mut().filter(|freeze| freeze.in_force()) {
                if freeze.expire.is_some_and(|end| end <= at) {
                    freeze.status = FreezeStatus::Expired;
                    freeze.ended = Some(at);
                }
            }
            self.promote(at);
            lapsed = true;
        }
        lapsed
    }

    /// Whether the status version has to move.
    pub(super) fn status_differs(&self, before: &Self) -> bool {
        let of = |account: &Self| (account.life, account.protected);
        of(self) != of(before) || self.rows != before.rows || self.freezes != before.freezes
    }

    /// Takes the id of a condition, or of a loss, over from an answer.
    pub(super) fn learn(&mut self, held: &Held) {
        let fits = |row: &&mut Row| {
            row.id.is_empty()
                && (row.kind, row.cause, row.since) == (held.kind, held.cause, held.since)
        };
        if let Some(row) = self.rows.iter_mut().find(fits) {
            row.id.clone_from(&held.id);
        }
        let fits = |freeze: &&mut Freeze| freeze.id.is_empty() && freeze.condition() == held.kind;
        let known = self.freezes.iter().any(|freeze| freeze.id == held.id);
        if let Some(freeze) = self.freezes.iter_mut().find(fits).filter(|_| !known) {
            freeze.id.clone_from(&held.id);
        }
    }
}

impl Freeze {
    pub(in super::super) fn in_force(&self) -> bool {
        matches!(self.status, FreezeStatus::Active | FreezeStatus::Waiting)
    }

    pub(in super::super) fn is_whole(&self) -> bool {
        self.mode != FreezeMode::Amount
    }

    pub(super) fn condition(&self) -> Condition {
        match self.r#type {
            FreezeType::Customer => Condition::Lost,
            _ => Condition::Frozen,
        }
    }
}

/// The bank's zone has kept this offset since 1991.
fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap()
}

/// The last day, inclusive, of what ends at an instant.
pub(super) fn last_day(end: Time) -> NaiveDate {
    (end - Duration::nanoseconds(1)).with_timezone(&zone()).date_naive()
}

/// Hours count to the second. Days, months and years don't count the first day; the last one,
/// or the month's last where there is no such day, is over at midnight.
pub(super) fn term_end(from: Time, count: u32, unit: TermUnit) -> Time {
    let first = from.with_timezone(&zone()).date_naive();
    let last = match unit {
        TermUnit::Hours | TermUnit::Unspecified => return from + Duration::hours(count.into()),
        TermUnit::Days => first + Duration::days(count.into()),
        TermUnit::Months => first + Months::new(count),
        TermUnit::Years => first + Months::new(12 * count),
    };
    let midnight = (last + Duration::days(1)).and_hms_opt(0, 0, 0).unwrap();
    let local: DateTime<FixedOffset> = midnight.and_local_timezone(zone()).unwrap();
    local.to_utc()
}
