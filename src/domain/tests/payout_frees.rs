//! What an attempt took of what its channel may carry is free again once it is proven dead, whoever
//! proves it, once, and never when it was paid.

use chrono::{DateTime, Utc};

use super::support::{World, rejected, settled, two_channels};
use crate::domain::channel::quota::{LeaseKey, LeaseKind};
use crate::domain::command::Command;
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{Period, Said, Source};
use crate::domain::payout::reason::RejectReason;

fn takes(channel: &ChannelId) -> Vec<LeaseKey> {
    let key = |kind, currency: &str, period: &str| LeaseKey {
        channel_id: channel.clone(),
        kind,
        currency_code: currency.to_owned(),
        period: period.to_owned(),
    };
    vec![key(LeaseKind::Float, "CNY", "3"), key(LeaseKind::DailyCount, "", "2026-03-10")]
}

/// A withdrawal of 100 whose first attempt took of its channel, and would have of the other.
fn sent() -> (World, WithdrawalId) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    let mut start = world.offered(&id);
    start.offers.iter_mut().for_each(|offer| offer.takes = takes(&offer.channel_id));
    world.done(Command::StartAttempt(start));
    (world, id)
}

fn of_first() -> Vec<(LeaseKey, i64)> {
    let [first, _] = two_channels();
    takes(&first).into_iter().zip([100, 1]).collect()
}

#[test]
fn whoever_proves_it_dead_frees_what_it_took_once() {
    let (from, until) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let listed = Period { from, until };
    let proofs = [
        (Source::Submit, rejected(RejectReason::ChannelBusy)),
        (Source::Inquiry, rejected(RejectReason::PayeeAccountClosed)),
        (Source::Callback, rejected(RejectReason::PayeeAccountClosed)),
        (Source::Void, Said::Tombstone),
        (Source::Statement, Said::NotListed(listed)),
        (Source::People, rejected(RejectReason::PayeeAccountClosed)),
    ];
    for (source, proof) in proofs {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, Said::Accepted);
        assert!(world.freed.is_empty(), "{source:?}");
        world.answered(&id, source, proof.clone());
        assert_eq!(world.freed, of_first(), "{source:?}");
        world.answered(&id, source, proof);
        assert_eq!(world.freed, of_first(), "{source:?}");
    }
}

#[test]
fn a_final_rejection_of_what_was_paid_frees_nothing() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Callback, settled(100));
    world.answered(&id, Source::Submit, rejected(RejectReason::PayeeAccountClosed));
    assert!(world.freed.is_empty());
}

#[test]
fn what_is_not_proven_frees_nothing() {
    let (mut world, id) = sent();
    for said in [Said::NoAnswer, Said::UnknownKey, Said::InProgress] {
        world.answered(&id, Source::Inquiry, said);
    }
    assert!(world.freed.is_empty());
}

#[test]
fn an_attempt_keeps_what_it_took_and_not_what_others_would_have() {
    let (world, id) = sent();
    let attempt = world.attempts(&id).pop().unwrap();
    let kept: Vec<_> = attempt.choice.iter().map(|offer| offer.takes.len()).collect();
    assert_eq!((attempt.takes().len(), kept), (2, vec![2, 0]));
    let text = serde_json::to_string(&attempt).unwrap();
    assert_eq!(serde_json::from_str::<Attempt>(&text).unwrap(), attempt);
}
