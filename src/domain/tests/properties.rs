//! Properties of claim and control over any freezes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::support::{ZONE, freeze, funds};
use crate::domain::freeze::control::{self, Control, Counting, Funds};
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::money::Minor;

/// Nothing is written beside the sources when a case fails: the seed is in the output.
pub(super) fn settings() -> ProptestConfig {
    ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() }
}

/// A freeze in force: amounts and services are few, so that ties and exact fits are common.
fn any_freeze(seq: i64) -> impl Strategy<Value = Freeze> {
    let types = prop_oneof![
        4 => Just(FreezeType::Judicial),
        1 => Just(FreezeType::Bank),
        1 => Just(FreezeType::Customer),
    ];
    let amount = prop_oneof![4 => (1..8_i64).prop_map(|tens| Some(tens * 10)), 1 => Just(None)];
    let exempt = prop_oneof![4 => Just(0), 1 => 0..50_i64];
    (types, amount, exempt, any::<(bool, bool)>(), 0..4_i64).prop_map(
        move |(freeze_type, amount, exempt_minor, (waits, took_over), served)| {
            let plain = freeze(freeze_type, seq, amount);
            let rank_seq = took_over.then_some(seq - 100);
            let waiting = waits && freeze_type == FreezeType::Judicial;
            Freeze {
                exempt_minor,
                rank_seq,
                freeze_status: if waiting { FreezeStatus::Waiting } else { FreezeStatus::Active },
                served_time: freeze(freeze_type, served, None).served_time,
                ..plain
            }
        },
    )
}

fn any_freezes() -> impl Strategy<Value = Vec<Freeze>> {
    (0..7_usize).prop_flat_map(|count| (1_i64..).take(count).map(any_freeze).collect::<Vec<_>>())
}

fn free_of(funds: Funds, freezes: &[Freeze]) -> Minor {
    let exempting = freezes.iter().filter(|freeze| {
        freeze.freeze_status == FreezeStatus::Active && freeze.freeze_type == FreezeType::Judicial
    });
    let exempt = exempting.map(|freeze| freeze.exempt_minor).max().unwrap_or(0);
    funds.money - (exempt - funds.exempt_used).clamp(0, funds.money)
}

/// I9: Σ controlled = free under a whole freeze, else min(claim, free).
fn all_controlled(funds: Funds, freezes: &[Freeze]) -> Minor {
    let free = free_of(funds, freezes);
    if freezes.iter().any(|freeze| freeze.freeze_amount.is_none()) {
        return free;
    }
    freezes.iter().filter_map(|freeze| freeze.freeze_amount).sum::<Minor>().min(free)
}

/// Authorities by service, then the bank, then the customer; entry breaks ties, that of the freeze
/// whose place it took where one was taken over.
fn by_rank(freezes: &[Freeze]) -> Vec<Freeze> {
    let mut ordered = freezes.to_vec();
    let of_type = |freeze: &Freeze| match freeze.freeze_type {
        FreezeType::Judicial => 1,
        FreezeType::Bank => 2,
        FreezeType::Customer => 3,
    };
    let seq = |freeze: &Freeze| freeze.rank_seq.unwrap_or(freeze.freeze_seq);
    ordered.sort_by_key(|freeze| (of_type(freeze), freeze.served_time, seq(freeze)));
    ordered
}

pub(super) fn check_control(funds: Funds, freezes: &[Freeze], control: &Control) {
    assert_eq!(control.controlled, all_controlled(funds, freezes));
    assert_eq!(control.available, funds.money - control.controlled);
    assert!(control.available >= 0);
    let ordered = by_rank(freezes);
    let mut left = free_of(funds, freezes);
    assert_eq!(control.shares.len(), ordered.len());
    for (share, freeze) in control.shares.iter().zip(&ordered) {
        assert_eq!(share.freeze_id, freeze.freeze_id);
        let wanted = freeze.freeze_amount.unwrap_or(Minor::MAX);
        assert_eq!(share.controlled, wanted.min(left), "{}", share.freeze_id);
        assert_eq!(share.filled, share.controlled == wanted, "{}", share.freeze_id);
        left -= share.controlled;
    }
}

/// design, domain 4: the first in-force authority is ACTIVE; one that waits controls nothing.
pub(super) fn check_waiting(freezes: &[Freeze], control: &Control) {
    for share in &control.shares {
        let freeze = freezes.iter().find(|freeze| freeze.freeze_id == share.freeze_id).unwrap();
        if freeze.freeze_status == FreezeStatus::Waiting {
            assert_eq!(freeze.freeze_type, FreezeType::Judicial);
            assert_eq!(share.controlled, 0, "{} waits and controls", share.freeze_id);
        }
    }
    let ordered = by_rank(freezes);
    let first = ordered.iter().find(|freeze| freeze.freeze_type == FreezeType::Judicial);
    assert!(first.is_none_or(|freeze| freeze.freeze_status == FreezeStatus::Active));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..settings() })]

    #[test]
    fn control_fills_in_rank_order_and_never_beyond_claims(
        money in 0..300_i64,
        exempt_used in 0..60_i64,
        freezes in any_freezes(),
    ) {
        let funds = Funds { money, exempt_used };
        check_control(funds, &freezes, &control::control(funds, &freezes, Counting::All));
    }

    #[test]
    fn without_the_loss_the_others_control_as_if_it_were_not_there(
        money in 0..300_i64,
        freezes in any_freezes(),
    ) {
        let freezes: Vec<Freeze> = freezes
            .into_iter()
            .map(|freeze| match freeze.freeze_type {
                FreezeType::Customer => Freeze { exempt_minor: 0, ..freeze },
                FreezeType::Judicial | FreezeType::Bank => freeze,
            })
            .collect();
        let control = control::control(funds(money), &freezes, Counting::WithoutLoss);
        let others: Vec<Freeze> = freezes
            .into_iter()
            .filter(|freeze| freeze.freeze_type != FreezeType::Customer)
            .collect();
        check_control(funds(money), &others, &control);
    }

    #[test]
    fn after_promotion_none_waits_whose_turn_has_come(
        money in 0..300_i64,
        exempt_used in 0..60_i64,
        mut freezes in any_freezes(),
    ) {
        let now = super::support::at("2026-03-10 10:00:00");
        let funds = Funds { money, exempt_used };
        let before = freezes.clone();
        let promoted: BTreeSet<_> =
            control::promote(funds, &mut freezes, now, ZONE).into_iter().collect();
        check_waiting(&freezes, &control::control(funds, &freezes, Counting::All));
        for (was, is) in before.iter().zip(&freezes) {
            let turned = was.freeze_status != is.freeze_status;
            prop_assert_eq!(turned, promoted.contains(&was.freeze_id));
            prop_assert!(!turned || is.effective_time == Some(now));
        }
        prop_assert_eq!(control::promote(funds, &mut freezes, now, ZONE), []);
    }
}
