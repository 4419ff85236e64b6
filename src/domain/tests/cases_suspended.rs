//! What is booked as paid, and was not paid as its channel says, is written to suspense by people.

use super::cases_found::{kinds, resolve, sent};
use super::support::{World, rejected, returned, settled};
use crate::domain::act::clear_suspense::ClearSuspense;
use crate::domain::case::{CaseCause, CaseEntryKind, CaseResolution, CaseState};
use crate::domain::id::WithdrawalId;
use crate::domain::money::Direction;
use crate::domain::payout::evidence::{Said, Source};
use crate::domain::payout::reason::RejectReason;
use crate::domain::refusal::Reason;
use crate::domain::suspense::{Clearing, SuspenseItem};
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::State;

const WAY: CaseResolution = CaseResolution::WriteToSuspense;

/// 100 out of 1,000 were paid, and the channel says that they were not.
fn denied() -> (World, WithdrawalId) {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, settled(100));
    world.answered(&id, Source::Callback, rejected(RejectReason::PayeeAccountClosed));
    assert_eq!((world.withdrawal(&id).state, world.money()), (State::Settled, (900, 0, 0)));
    (world, id)
}

fn items(world: &World) -> Vec<SuspenseItem> {
    world.tables.suspense.values().cloned().collect()
}

fn clear(item: &SuspenseItem, clearing: Clearing) -> ClearSuspense {
    ClearSuspense {
        item_id: item.item_id.clone(),
        clearing,
        other_item_id: None,
        reference: "memo-1".to_owned(),
        reason: "the payee confirms".to_owned(),
        expected_version: None,
    }
}

#[test]
fn what_was_not_paid_stands_in_suspense_until_it_is_known_whose_it_is() {
    let (mut world, id) = denied();
    let case = world.case(CaseCause::Contradiction);
    world.done(resolve(&case, WAY));
    assert_eq!((world.withdrawal(&id).state, world.money()), (State::Settled, (900, 0, 0)));
    let resolved = world.case(CaseCause::Contradiction);
    assert_eq!((resolved.state, resolved.resolution), (CaseState::Resolved, Some(WAY)));
    let [item] = &items(&world)[..] else { panic!("not one item") };
    let stands = (item.booking, item.direction, item.amount_minor, item.clearing);
    assert_eq!(stands, (Booking::Suspense, Direction::Credit, 100, None));
    let about = world.case(CaseCause::FactNotBooked);
    assert_eq!((item.case_id.as_str(), about.is_open()), (about.case_id.as_str(), true));
    world.done(clear(item, Clearing::CreditAccount));
    assert_eq!(world.money(), (1_000, 0, 0));
    let about = world.case(CaseCause::FactNotBooked);
    assert_eq!(about.resolution, Some(CaseResolution::Cleared));
    assert!(kinds(&world, &about).contains(&CaseEntryKind::Resolved));
}

#[test]
fn what_comes_back_after_it_was_written_to_suspense_is_not_given_twice() {
    for cleared_before in [false, true] {
        let (mut world, id) = denied();
        let case = world.case(CaseCause::Contradiction);
        world.done(resolve(&case, WAY));
        let item = items(&world).pop().unwrap();
        if cleared_before {
            world.done(clear(&item, Clearing::CreditAccount));
        }
        let before = world.money();
        world.answered(&id, Source::Callback, returned(100));
        assert_eq!((world.withdrawal(&id).state, world.money()), (State::Returned, before));
        let open = items(&world).into_iter().filter(|item| item.clearing.is_none());
        assert_eq!(open.count(), if cleared_before { 1 } else { 2 });
        assert!(world.case(CaseCause::ReturnNotTaken).is_open());
    }
}

#[test]
fn it_is_written_once_and_only_where_it_is_booked_as_paid() {
    let (mut world, id) = denied();
    let case = world.case(CaseCause::Contradiction);
    world.done(resolve(&case, WAY));
    world.answered(&id, Source::Callback, Said::Tombstone);
    let again = world.tables.cases.values().find(|row| row.is_open() && row.cause == case.cause);
    let again = again.expect("something else is said against it").clone();
    assert_eq!(world.reasons(resolve(&again, WAY)), [Reason::ActionNotApplicable]);

    // Nobody knows yet.
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, Said::Accepted);
    world.answered(&id, Source::Callback, Said::UnknownKey);
    world.answered(&id, Source::Submit, rejected(RejectReason::ComplianceHold));
    let cases: Vec<_> = world.tables.cases.values().cloned().collect();
    assert!(!cases.is_empty());
    for case in cases {
        assert_eq!(world.reasons(resolve(&case, WAY)), [Reason::ActionNotApplicable]);
    }
}
