//! Whatever the channels are and however they fare: the order is one, and nothing is offered or
//! taken that may not be.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use proptest::prelude::*;
use strum::VariantArray;

use super::properties::settings;
use super::support::{ZONE, at, currency};
use crate::domain::channel::hours::{Calendar, Hours, OpenDays};
use crate::domain::channel::roster::Roster;
use crate::domain::channel::window::Tally;
use crate::domain::channel::{Channel, ChannelRole, ChannelState, MoneyRange};
use crate::domain::id::{AccountNumber, ChannelId, WithdrawalId};
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::reason::RejectReason;
use crate::domain::payout::routing::{
    Room, Standing, Wanted, choose, fits, is_any_left, is_turned_down, kept, order, why_none,
};
use crate::domain::withdrawal::HeldReason;

static NO_HOLIDAYS: BTreeSet<NaiveDate> = BTreeSet::new();
const CALENDAR: Calendar<'static> = Calendar { zone: ZONE, holidays: &NO_HOLIDAYS };

fn noon() -> DateTime<Utc> {
    at("2026-03-10 12:00:00")
}

fn id(number: usize) -> ChannelId {
    ChannelId::parse(&format!("CH-{number:02}")).unwrap()
}

/// Few values, so that ties and exact fits are common.
fn any_channel(number: usize) -> impl Strategy<Value = Channel> {
    let row = Channel::of_setting(id(number), String::new(), 1, noon());
    let state = prop_oneof![
        4 => Just(ChannelState::Enabled),
        1 => Just(ChannelState::Drained),
        1 => Just(ChannelState::Disabled),
    ];
    let ranges = prop_oneof![2 => Just(None), 1 => (0..3_i64, 0..3_i64).prop_map(Some)];
    let ranges = ranges.prop_map(|ends| {
        ends.map(|(min, more)| MoneyRange {
            currency: currency("CNY"),
            min_minor: Some(min),
            max_minor: Some(min + more),
            daily_minor: None,
            float_minor: None,
            float_period: 0,
        })
    });
    let hours = prop::option::of((prop::sample::select(OpenDays::VARIANTS), 0..1_440_i64));
    let role = prop::sample::select(ChannelRole::VARIANTS);
    (state, role, 1..3_i64, ranges, hours, any::<bool>()).prop_map(
        move |(state, role, priority, range, hours, refuses)| Channel {
            state,
            role,
            priority,
            ranges: range.into_iter().collect(),
            hours: hours
                .map(|(days, opens_minute)| Hours { days, opens_minute, closes_minute: 1_440 })
                .into_iter()
                .collect(),
            refused_bank_codes: if refuses { vec!["ICBK".to_owned()] } else { Vec::new() },
            reopen_time: (priority == 1).then(|| noon() + Duration::hours(1)),
            ..row.clone()
        },
    )
}

fn any_standing() -> impl Strategy<Value = Standing> {
    let until = noon() + Duration::minutes(1);
    let room = prop_oneof![
        4 => Just(Room::Enough),
        1 => Just(Room::Full),
        1 => Just(Room::NoFloat),
        1 => Just(Room::NoQuota { until }),
    ];
    let tally = (0..40_i64, 0..20_i64);
    (tally, 0..6_u8, room).prop_map(move |((successes, failures), trouble, room)| Standing {
        tally: Tally { successes, failures },
        flagged: trouble == 0,
        breaker_until: (trouble == 1).then_some(until),
        room,
    })
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let reason = prop::option::of(prop::sample::select(RejectReason::VARIANTS));
    let state = prop_oneof![3 => Just(AttemptState::Dead), 1 => Just(AttemptState::Unknown)];
    (0..12_usize, state, reason).prop_map(|(channel, state, reason)| Attempt {
        withdrawal_id: WithdrawalId::parse("W1").unwrap(),
        number: 1,
        account_number: AccountNumber::parse("6222").unwrap(),
        channel_id: id(channel),
        state,
        reason: reason.map_or("", Into::into).to_owned(),
        epoch: 1,
        retries: 0,
        inquiries: 0,
        last_said: None,
        create_time: noon(),
        update_time: noon(),
        choice: Vec::new(),
        sent_until_time: None,
        was_unknown: 0,
    })
}

fn any_bank() -> impl Strategy<Value = Vec<(Channel, Standing)>> {
    (0..12_usize).prop_flat_map(|count| {
        (0..count).map(|number| (any_channel(number), any_standing())).collect::<Vec<_>>()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..settings() })]

    #[test]
    fn the_order_is_one_and_every_channel_is_offered_or_has_a_reason(
        bank in any_bank(),
        amount_minor in 0..5_i64,
        now in (0..20_000_i64).prop_map(|minutes| noon() + Duration::minutes(minutes)),
    ) {
        let wanted =
            Wanted { currency: currency("CNY"), amount_minor, bank_code: "ICBK", preferred: "" };
        let roster = Roster::of(bank.iter().map(|(channel, _)| channel.clone()));
        let of = |channel: &ChannelId| bank.iter().find(|(row, _)| row.channel_id == *channel);
        let standing = |row: &Channel| of(&row.channel_id).unwrap().1;
        let ranking = order(&roster, &wanted, now, CALENDAR, standing);
        let mut seen: BTreeSet<_> = ranking.others.iter().map(|(id, _)| id.clone()).collect();
        seen.extend(ranking.offers.iter().map(|offer| offer.channel_id.clone()));
        prop_assert_eq!(seen.len(), bank.len());
        prop_assert_eq!(ranking.offers.len() + ranking.others.len(), bank.len());
        for offer in &ranking.offers {
            let (row, standing) = of(&offer.channel_id).unwrap();
            prop_assert_eq!(fits(row, &wanted, now, CALENDAR), Ok(()));
            prop_assert!(!standing.flagged && standing.breaker_until.is_none());
            prop_assert_eq!(standing.room, Room::Enough);
        }
        for pair in ranking.offers.windows(2) {
            let key = |at: usize| (pair[at].degraded, pair[at].role, pair[at].priority);
            prop_assert!(key(0) <= key(1));
            let tie = key(0) == key(1);
            // Of fewer than 20 answers nothing is held against a channel.
            let rate = |at: usize| if pair[at].sample < 20 { 1_000_000 } else { pair[at].score_ppm };
            prop_assert!(!tie || rate(0) >= rate(1));
            let tie = tie && rate(0) == rate(1);
            prop_assert!(!tie || pair[0].channel_id < pair[1].channel_id);
        }
        // The rows come in no order that matters.
        let backwards = Roster::of(bank.iter().rev().map(|(channel, _)| channel.clone()));
        prop_assert_eq!(order(&backwards, &wanted, now, CALENDAR, standing), ranking.clone());
        let (why, until) = why_none(ranking.others.iter().map(|(_, why)| *why));
        prop_assert!(until.is_none_or(|until| until > now || why == HeldReason::RetryBackoff));
        prop_assert!(why != HeldReason::ChannelClosed || until.is_some());
    }

    #[test]
    fn what_is_taken_was_offered_and_not_turned_down_and_something_is_taken_if_it_can_be(
        bank in any_bank(),
        attempts in prop::collection::vec(any_attempt(), 0..6),
        preferred in 0..12_usize,
    ) {
        let preferred = id(preferred);
        let wanted = Wanted {
            currency: currency("CNY"),
            amount_minor: 2,
            bank_code: "",
            preferred: preferred.as_str(),
        };
        let roster = Roster::of(bank.iter().map(|(channel, _)| channel.clone()));
        let standing = |row: &Channel| {
            bank.iter().find(|(other, _)| other.channel_id == row.channel_id).unwrap().1
        };
        let offers = order(&roster, &wanted, noon(), CALENDAR, standing).offers;
        let open: Vec<_> =
            offers.iter().filter(|one| !is_turned_down(&attempts, &one.channel_id)).collect();
        let taken = choose(&offers, preferred.as_str(), &attempts);
        let liked = open.iter().find(|offer| offer.channel_id == preferred);
        prop_assert_eq!(taken, liked.or(open.first()).copied());
        if let Some(taken) = taken {
            prop_assert!(is_any_left(&roster, &wanted, &attempts));
            let kept = kept(&offers, taken);
            prop_assert!(kept.len() <= 8 && kept.contains(taken));
        }
    }
}
