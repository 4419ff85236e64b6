//! Paying withdrawals out in a world: starting, following up, and what channels say.

use chrono::DateTime;

use super::{World, cny, number};
use crate::domain::act::errand::Errand;
use crate::domain::act::follow_up::FollowUp;
use crate::domain::act::record_evidence::RecordEvidence;
use crate::domain::act::start_attempt::StartAttempt;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::channel::Channel;
use crate::domain::channel::roster::Roster;
use crate::domain::channel::window::Tally;
use crate::domain::command::{Command, Outcome, Receipt};
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::money::Minor;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{Finality, Paid, Said, Source, Statement};
use crate::domain::payout::reason::RejectReason;
use crate::domain::payout::routing::{Ranking, Room, Standing, Wanted, order};
use crate::domain::transaction::{Booking, Transaction};
use crate::domain::withdrawal::Withdrawal;

pub(crate) fn paid(minor: Minor) -> Paid {
    Paid { amount: cny(minor), payee_account: None, at: None }
}

pub(crate) fn settled(minor: Minor) -> Said {
    Said::Settled(paid(minor))
}

pub(crate) fn returned(minor: Minor) -> Said {
    Said::Returned(paid(minor))
}

pub(crate) fn rejected(reason: RejectReason) -> Said {
    Said::Rejected(Finality::Final, reason)
}

pub(crate) fn transient(reason: RejectReason) -> Said {
    Said::Rejected(Finality::Transient, reason)
}

/// The channels of the tests, the first one first.
pub(crate) fn two_channels() -> [ChannelId; 2] {
    ["CH-1", "CH-2"].map(|id| ChannelId::parse(id).unwrap())
}

/// Their rows.
pub(crate) fn roster() -> Roster {
    let row = |(id, priority)| {
        Channel::of_setting(id, "http://127.0.0.1:1".to_owned(), priority, DateTime::UNIX_EPOCH)
    };
    Roster::of(two_channels().into_iter().zip(1..).map(row))
}

/// A channel of which nothing is known that speaks against it.
fn well(_channel: &Channel) -> Standing {
    let tally = Tally::default();
    Standing { tally, flagged: false, breaker_until: None, room: Room::Enough }
}

/// What a channel reports of itself.
pub(crate) fn report(key: &PayoutKey, said: Said) -> Statement {
    let channel_code = String::new();
    Statement { key: key.clone(), source: Source::Callback, epoch: 0, said, channel_code }
}

/// The answer to whoever took the attempt up as it is now.
pub(crate) fn reply(source: Source, attempt: &Attempt, said: Said) -> Statement {
    Statement { source, epoch: attempt.epoch, ..report(&attempt.key(), said) }
}

impl World {
    pub(crate) fn reserve_as(&mut self, command: Withdraw) -> Withdrawal {
        match self.done(command) {
            Receipt::Withdrawal(withdrawal) => *withdrawal,
            other => panic!("not a withdrawal: {other:?}"),
        }
    }

    pub(crate) fn try_start(&mut self, id: &WithdrawalId) -> Option<Box<Errand>> {
        errand(self.send(Command::StartAttempt(self.offered(id))))
    }

    /// The channels of the roster for a withdrawal, all of them well.
    pub(crate) fn offered(&self, id: &WithdrawalId) -> StartAttempt {
        let wanted = Wanted::of(self.withdrawal(id));
        let ranking = order(&self.roster, &wanted, self.now, self.rules.calendar(), well);
        let Ranking { offers, others } = ranking;
        StartAttempt { withdrawal_id: id.clone(), offers, others }
    }

    /// Starts an attempt, which has to be possible.
    pub(crate) fn start(&mut self, id: &WithdrawalId) -> Box<Errand> {
        self.try_start(id).expect("it may be started")
    }

    pub(crate) fn try_follow(&mut self, id: &WithdrawalId) -> Option<Box<Errand>> {
        errand(self.send(Command::FollowUp(FollowUp { withdrawal_id: id.clone() })))
    }

    /// Waits until the withdrawal is due and takes its attempt up.
    pub(crate) fn follow(&mut self, id: &WithdrawalId) -> Box<Errand> {
        let due = self.withdrawal(id).next_action_time.expect("something is to be done");
        self.now = self.now.max(due);
        self.try_follow(id).expect("it is due")
    }

    /// A channel says something.
    pub(crate) fn hears(&mut self, statement: Statement) -> Withdrawal {
        let record = RecordEvidence { statement, channel_id: None, promise_secs: None };
        match self.done(Command::RecordEvidence(Box::new(record))) {
            Receipt::Withdrawal(withdrawal) => *withdrawal,
            other => panic!("not a withdrawal: {other:?}"),
        }
    }

    /// The one who took up the attempt that was made last hears this from the channel.
    pub(crate) fn answered(&mut self, id: &WithdrawalId, source: Source, said: Said) -> Withdrawal {
        let last = self.attempts(id).pop().expect("there is an attempt");
        self.hears(reply(source, &last, said))
    }

    pub(crate) fn withdrawal(&self, id: &WithdrawalId) -> &Withdrawal {
        &self.tables.withdrawals[id]
    }

    /// The attempts to pay it, the first first.
    pub(crate) fn attempts(&self, id: &WithdrawalId) -> Vec<Attempt> {
        let rows = self.tables.attempts.values().filter(|row| row.withdrawal_id == *id);
        rows.cloned().collect()
    }

    /// Balance, reserved and open withdrawals.
    pub(crate) fn money(&self) -> (Minor, Minor, i64) {
        let balance = &self.account().balance;
        (balance.balance_minor, balance.reserved_minor, balance.open_withdrawals)
    }

    /// What was posted, as id after the withdrawal's, booking and amount.
    pub(crate) fn booked(&self) -> Vec<(String, Booking, Minor)> {
        let brief = |row: &Transaction| {
            let id = row.transaction_id.as_str();
            let tail = id.split_once('.').map_or(id, |(_, tail)| tail);
            (tail.to_owned(), row.booking, row.transaction_amount)
        };
        let own = self.tables.transactions.iter().filter(|row| row.account_number == number());
        own.map(brief).collect()
    }
}

fn errand(outcome: Outcome) -> Option<Box<Errand>> {
    match outcome.unwrap() {
        Receipt::Errand(errand) => Some(errand),
        Receipt::Withdrawal(_) => None,
        other => panic!("not of a payout: {other:?}"),
    }
}
