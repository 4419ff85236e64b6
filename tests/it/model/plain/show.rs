//! What an account shows, and what an act answers.

use account_status::pb::v1::*;

use super::super::ask::{Ask, WHO};
use super::super::seen::{Face, Facts, FreezeSeen, Held, Seen, Told, WithdrawalSeen, sort_ties};
use super::account::{Account, Counting, Done, Freeze, Payout, Row, last_day};
use super::pass::answers;

/// From the most to the least severe.
const SEVERITY: [(Condition, AccountStatus); 8] = [
    (Condition::Opening, AccountStatus::Opening),
    (Condition::Frozen, AccountStatus::Frozen),
    (Condition::Lost, AccountStatus::Lost),
    (Condition::Stoppay, AccountStatus::Stoppay),
    (Condition::Suspicious, AccountStatus::Suspicious),
    (Condition::InfoExpired, AccountStatus::InfoExpired),
    (Condition::Dormant, AccountStatus::Dormant),
    (Condition::Restricted, AccountStatus::Restricted),
];

/// Who looks: whether what is confidential may be read, and through which channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    pub(super) confidential: bool,
    counter: bool,
}

impl Reader {
    pub(super) fn of(ask: &Ask) -> Self {
        Self { confidential: ask.by == WHO[1], counter: ask.counter }
    }

    /// The auditor, who may read everything.
    pub(super) fn auditor() -> Self {
        Self { confidential: true, counter: false }
    }

    fn may_read(self, freeze: &Freeze) -> bool {
        self.confidential || !freeze.confidential
    }
}

impl Account {
    pub(super) fn seen(&self) -> Seen {
        let reader = Reader { confidential: true, counter: false };
        let freezes = (0..self.freezes.len()).rev();
        Seen {
            face: self.face(reader),
            freezes: freezes.map(|place| self.freeze_seen(place, reader)).collect(),
            withdrawals: self.payouts.iter().rev().map(|row| self.withdrawal_seen(row)).collect(),
        }
    }

    pub(super) fn facts(&self, done: &Done, ask: &Ask) -> Facts {
        let reader = Reader::of(ask);
        match done {
            Done::Account => Facts::Account(self.face(reader)),
            Done::Frozen(place, taken) => {
                Facts::Frozen(self.freeze_seen(*place, reader), self.told(*place, taken, reader))
            }
            Done::Released(place) => Facts::Released(self.freeze_seen(*place, reader)),
            Done::Posted(id, minor, booking) => Facts::Posted {
                // Nothing was made that could be asked for under the id.
                id: if ask.validate_only { String::new() } else { id.clone() },
                minor: *minor,
                booking: *booking,
                balance: self.balance,
                available: self.available(),
                recorded: self.changed,
            },
            Done::Withdrawal(place) => {
                Facts::Withdrawal(self.withdrawal_seen(&self.payouts[*place]))
            }
        }
    }

    fn face(&self, reader: Reader) -> Face {
        let held = self.held(reader);
        let answers = answers(self);
        let [counter, elsewhere, ..] = &answers[..] else { unreachable!() };
        let debit = if reader.counter { counter } else { elsewhere };
        let first = self.line().first().map(|place| self.freezes[*place].r#type);
        Face {
            status: self.status(),
            etag: self.etag(),
            balance: self.balance,
            reserved: self.reserved(),
            frozen: self.money() - self.available(),
            available: self.available(),
            first: first.unwrap_or(FreezeType::Unspecified),
            held,
            can_debit: *debit != OperationAnswer::No,
            can_credit: answers[5] != OperationAnswer::No,
            operations: answers,
            last_posting: self.last_posting,
            protected: self.protected,
        }
    }

    fn status(&self) -> AccountStatus {
        match self.life {
            Lifecycle::Closed => AccountStatus::Closed,
            Lifecycle::OpenFailed => AccountStatus::OpenFailed,
            Lifecycle::Opening => AccountStatus::Opening,
            Lifecycle::Open | Lifecycle::Unspecified => {
                let worst = SEVERITY.iter().find(|(kind, _)| self.has(*kind));
                worst.map_or(AccountStatus::Normal, |(_, status)| *status)
            }
        }
    }

    /// All that is in force, the most severe first: freezes in line, the rest by age.
    fn held(&self, reader: Reader) -> Vec<Held> {
        let mut held = Vec::new();
        for (kind, _) in SEVERITY {
            let line = self.line().into_iter().map(|place| &self.freezes[place]);
            let freezes = line.filter(|freeze| freeze.condition() == kind);
            held.extend(freezes.map(|freeze| held_by(freeze, reader)));
            let rows = self.rows_by_age().into_iter().filter(|row| row.kind == kind);
            held.extend(rows.map(|row| held_row(row, reader)));
        }
        sort_ties(&mut held);
        held
    }

    fn freeze_seen(&self, place: usize, reader: Reader) -> FreezeSeen {
        let freeze = &self.freezes[place];
        let open = reader.may_read(freeze);
        let text = |text: &String| if open { text.clone() } else { String::new() };
        let position = self.line().iter().position(|other| *other == place);
        let shares = self.shares(Counting::All);
        let share = shares.iter().find(|(other, _)| *other == place);
        let expire = freeze.expire.filter(|_| open);
        FreezeSeen {
            id: freeze.id.clone(),
            r#type: freeze.r#type,
            status: freeze.status,
            mode: freeze.mode,
            kind: if open { freeze.kind } else { AuthorityKind::Unspecified },
            name: text(&freeze.name),
            document: text(&freeze.document),
            amount: freeze.amount,
            exempt: Some(freeze.exempt).filter(|minor| *minor > 0),
            controlled: share.map_or(0, |(_, held)| *held),
            position: position.map_or(0, |position| i32::try_from(position + 1).unwrap()),
            confidential: freeze.confidential,
            emergency: freeze.emergency,
            cause: if open { shown_cause(freeze) } else { Cause::Unspecified },
            served: freeze.served,
            effective: freeze.effective,
            expire,
            last_day: expire.map_or_else(String::new, |end| last_day(end).to_string()),
            released: freeze.ended.filter(|_| freeze.status == FreezeStatus::Released),
            created: freeze.created,
        }
    }

    fn told(&self, place: usize, taken: &[usize], reader: Reader) -> Told {
        let seen = self.freeze_seen(place, reader);
        let ahead = self.line().into_iter().take_while(|other| *other != place);
        let ahead = ahead.map(|other| {
            let freeze = &self.freezes[other];
            let end = freeze.expire.filter(|_| reader.may_read(freeze));
            (freeze.id.clone(), freeze.amount, end)
        });
        Told {
            requested: seen.amount,
            controlled: seen.controlled,
            short_by: seen.amount.map(|amount| amount - seen.controlled),
            position: seen.position,
            ahead: ahead.collect(),
            cancelled: taken.iter().map(|payout| self.payouts[*payout].id.clone()).collect(),
        }
    }

    fn withdrawal_seen(&self, payout: &Payout) -> WithdrawalSeen {
        WithdrawalSeen {
            id: payout.id.clone(),
            minor: payout.minor,
            state: payout.state,
            reason: match &payout.cancelled {
                None => String::new(),
                Some(Ok(reason)) => reason.clone(),
                Some(Err(place)) if self.freezes[*place].confidential => {
                    "money under a freeze".to_owned()
                }
                Some(Err(place)) => format!("freeze {}", self.freezes[*place].id),
            },
            etag: payout.etag(),
            created: payout.created,
            updated: payout.updated,
        }
    }

    /// What is worth counting about a change.
    pub(super) fn remarkable(&self, before: &Self) -> Vec<&'static str> {
        let whole = |account: &Self| account.freezes.iter().any(|f| f.in_force() && f.is_whole());
        let several = |account: &Self| account.line().len() > 1;
        let waits = self.freezes.iter().zip(&before.freezes);
        let mut waits = waits.map(|(now, then)| (then.status, now.status));
        let sent_back = (FreezeStatus::Active, FreezeStatus::Waiting);
        let taken = |account: &Self| {
            account.payouts.iter().filter(|p| matches!(p.cancelled, Some(Err(_)))).count()
        };
        let woken = before.has(Condition::Dormant) && !self.has(Condition::Dormant);
        let found = [
            (whole(before), "while all is frozen"),
            (several(before), "while several freezes stand in line"),
            (before.waiting() > 0, "while a freeze waits"),
            (before.waiting() > 1, "while several freezes wait"),
            (before.reserved() > 0, "while money is reserved"),
            (waits.any(|pair| pair == sent_back), "a freeze sent back by one served before it"),
            (taken(self) > taken(before), "withdrawals given way to a freeze"),
            (woken, "a dormant account woken"),
            (self.exempt_used > before.exempt_used, "money for living costs taken"),
            (self.exempt_used < before.exempt_used, "money for living costs given back, or anew"),
            (self.exempt_used > 0 && self.exempt_used == self.exempt(), "living costs used up"),
        ];
        found.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| what).collect()
    }
}

fn shown_cause(freeze: &Freeze) -> Cause {
    match freeze.status {
        FreezeStatus::Waiting => Cause::FreezeWaiting,
        _ => freeze.cause,
    }
}

fn held_by(freeze: &Freeze, reader: Reader) -> Held {
    let open = reader.may_read(freeze);
    let text = |text: &str| if open { text.to_owned() } else { String::new() };
    Held {
        id: freeze.id.clone(),
        kind: freeze.condition(),
        cause: if open { shown_cause(freeze) } else { Cause::Unspecified },
        restriction: Restriction::Unspecified,
        amount: freeze.amount,
        authority: text(&freeze.name),
        document: text(&freeze.document),
        by: text(freeze.by),
        since: freeze.effective.unwrap_or(freeze.created),
        until: freeze.expire.filter(|_| open),
        missing: Vec::new(),
    }
}

fn held_row(row: &Row, reader: Reader) -> Held {
    // Who reported a suspicion is confidential, too.
    let open = reader.confidential || row.kind != Condition::Suspicious;
    let text = |text: &str| if open { text.to_owned() } else { String::new() };
    Held {
        id: row.id.clone(),
        kind: row.kind,
        cause: row.cause,
        restriction: row.restriction,
        amount: row.amount,
        authority: text(&row.authority),
        document: text(&row.document),
        by: text(row.by),
        since: row.since,
        until: row.until,
        missing: row.missing.clone(),
    }
}
