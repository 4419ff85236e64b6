//! A channel that keeps its word over a network that doesn't: nothing is paid twice, nothing is lost,
//! and everything comes to an end.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use proptest::prelude::*;

use super::payout_sequences::{Step, audit, check_new_attempts, common, pick, take};
use super::properties::settings;
use super::support::{World, rejected, report, settled, transient};
use crate::domain::act::errand::{Doing, Errand};
use crate::domain::id::WithdrawalId;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::evidence::{Said, SaidKind, Source, Statement};
use crate::domain::payout::reason::RejectReason;
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::State;

fn honest_step() -> impl Strategy<Value = Step> {
    let channel = (0..8_usize, 0..20_usize).prop_map(|(choice, at)| Step::Channel { choice, at });
    prop_oneof![4 => common(), 5 => channel]
}

/// What the honest channel has of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Taken,
    Paid,
    Closed,
}

/// A channel that keeps the contract, behind a network that loses, delays and repeats.
#[derive(Debug, Default)]
struct Channel {
    kept: BTreeMap<PayoutKey, Kept>,
    /// Requests on their way, with the epoch of who sent them.
    under_way: Vec<(PayoutKey, i64)>,
    /// Answers on their way; one that was delivered may come again.
    answers: Vec<Statement>,
    /// Which sending of a key was answered as not taken.
    not_taken: BTreeSet<(PayoutKey, i64)>,
}

impl Channel {
    fn hears_of(&mut self, errand: &Errand, world: &World) {
        let (key, epoch) = (errand.attempt.key(), errand.attempt.epoch);
        match errand.doing {
            Doing::Send => {
                for earlier in world.attempts(&key.withdrawal_id) {
                    let closed = self.kept.get(&earlier.key()) == Some(&Kept::Closed);
                    assert!(earlier.number >= key.number || closed, "{earlier:?} may be paid yet");
                }
                let again = epoch == 1 || self.not_taken.contains(&(key.clone(), epoch - 1));
                assert!(again, "sent again though nobody knows of the first");
                self.under_way.push((key, epoch));
            }
            Doing::Inquire => {
                let amount = errand.withdrawal.amount_minor;
                let said = match self.kept.get(&key) {
                    None => Said::UnknownKey,
                    Some(Kept::Taken) => Said::InProgress,
                    Some(Kept::Paid) => settled(amount),
                    Some(Kept::Closed) => Said::Tombstone,
                };
                self.answer(Source::Inquiry, &key, epoch, said);
            }
            Doing::Void => {
                let said = match self.kept.get(&key) {
                    Some(Kept::Taken) => Said::Accepted,
                    Some(Kept::Paid) => settled(errand.withdrawal.amount_minor),
                    None | Some(Kept::Closed) => {
                        self.kept.insert(key.clone(), Kept::Closed);
                        Said::Tombstone
                    }
                };
                self.answer(Source::Void, &key, epoch, said);
            }
        }
    }

    fn answer(&mut self, source: Source, key: &PayoutKey, epoch: i64, said: Said) {
        self.answers.push(Statement { source, epoch, ..report(key, said) });
    }

    /// Does one thing that it or the network may do.
    fn acts(&mut self, world: &mut World, choice: usize, at: usize) {
        match choice {
            0..=2 if !self.under_way.is_empty() => {
                let (key, epoch) = self.under_way.remove(at % self.under_way.len());
                let amount = world.withdrawal(&key.withdrawal_id).amount_minor;
                let said = match (self.kept.get(&key), choice, at % 4) {
                    (Some(Kept::Closed), _, _) => Said::Tombstone,
                    (Some(Kept::Paid), _, _) | (None, 0, _) => {
                        self.kept.insert(key.clone(), Kept::Paid);
                        settled(amount)
                    }
                    (Some(Kept::Taken), _, _) | (None, 1, _) => {
                        self.kept.insert(key.clone(), Kept::Taken);
                        Said::Accepted
                    }
                    (None, _, 0) => {
                        self.kept.insert(key.clone(), Kept::Closed);
                        rejected(RejectReason::BankNotServed)
                    }
                    (None, ..) => {
                        self.not_taken.insert((key.clone(), epoch));
                        transient(RejectReason::ChannelBusy)
                    }
                };
                self.answer(Source::Submit, &key, epoch, said);
            }
            // Nobody waits longer than the call: whatever comes of it is heard of later.
            3 => {
                if let Some((key, epoch)) = pick(self.under_way.iter().cloned(), at) {
                    self.answer(Source::Submit, &key, epoch, Said::NoAnswer);
                }
            }
            4 => {
                let taken = self.kept.iter().filter(|(_, kept)| **kept == Kept::Taken);
                let Some(key) = pick(taken.map(|(key, _)| key.clone()), at) else { return };
                let paid = !at.is_multiple_of(3);
                let amount = world.withdrawal(&key.withdrawal_id).amount_minor;
                self.kept.insert(key.clone(), if paid { Kept::Paid } else { Kept::Closed });
                let said = if paid { settled(amount) } else { rejected(RejectReason::ChannelBusy) };
                self.answer(Source::Callback, &key, 0, said);
            }
            5 if !self.answers.is_empty() => {
                let lost = at % self.answers.len();
                self.answers.remove(lost);
            }
            _ => {
                if let Some(answer) = pick(self.answers.iter().cloned(), at) {
                    world.hears(answer);
                }
            }
        }
    }

    fn has_paid(&self, id: &WithdrawalId) -> usize {
        let paid =
            |(key, kept): &(&PayoutKey, &Kept)| key.withdrawal_id == *id && **kept == Kept::Paid;
        self.kept.iter().filter(paid).count()
    }

    /// Nothing is lost any more: everything arrives, everybody answers, until nothing is due.
    fn runs_out(&mut self, world: &mut World) {
        for _round in 0..200 {
            for at in 0..self.under_way.len() {
                self.acts(world, 1, at);
            }
            for at in (0..self.answers.len()).rev() {
                let answer = self.answers.remove(at);
                world.hears(answer);
            }
            let taken: Vec<_> =
                self.kept.iter().filter(|(_, kept)| **kept == Kept::Taken).collect();
            if !taken.is_empty() {
                self.acts(world, 4, 1);
            }
            let due =
                world.tables.withdrawals.values().filter(|row| row.next_action_time.is_some());
            let due: Vec<WithdrawalId> = due.map(|row| row.withdrawal_id.clone()).collect();
            if due.is_empty() {
                return;
            }
            world.now += Duration::days(2);
            for id in due {
                let errand = world.try_start(&id).or_else(|| world.try_follow(&id));
                audit(world);
                if let Some(errand) = errand {
                    self.hears_of(&errand, world);
                }
            }
        }
        panic!("it never comes to an end: {:?}", world.tables.withdrawals);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, ..settings() })]

    #[test]
    fn an_honest_channel_pays_each_withdrawal_once_or_never_and_the_account_knows_which(
        opening in 100..300_i64,
        steps in prop::collection::vec(honest_step(), 1..120),
    ) {
        let mut world = World::with_balance(opening);
        let mut channel = Channel::default();
        for step in &steps {
            let before = world.tables.clone();
            if let Step::Channel { choice, at } = step {
                channel.acts(&mut world, *choice, *at);
            } else if let Some(errand) = take(step, &mut world) {
                channel.hears_of(&errand, &world);
            }
            audit(&world);
            check_new_attempts(&before, &world);
        }
        channel.runs_out(&mut world);
        for (id, row) in &world.tables.withdrawals {
            let paid = usize::from(row.state == State::Settled);
            prop_assert_eq!(channel.has_paid(id), paid, "{:?}", row);
        }
        let booked = world.tables.transactions.iter();
        prop_assert!(booked.clone().all(|row| row.booking == Booking::Balance));
        let contradictions = world.tables.events.iter().filter(|e| e.kind == "PAYOUT_CONTRADICTION");
        let reordered = world.tables.evidence.values().filter(|row| row.said == SaidKind::Accepted);
        prop_assert!(contradictions.count() == 0 || reordered.count() > 0);
    }
}
