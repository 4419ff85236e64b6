//! Cards: the table of actions, one account a number, and nothing of the account's status moves.

use strum::VariantArray;

use super::support::{
    World, account, bind, card_number, change, change_card, number, replace, table,
};
use crate::domain::action::Action;
use crate::domain::card::CardReceipt;
use crate::domain::card::{Card, CardAction, CardState};
use crate::domain::command::Receipt;
use crate::domain::id::AccountNumber;
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::Lifecycle;

const CARD: &str = "6299990000000030";
const OTHER: &str = "6299990000000040";

fn card(world: &World, card: &str) -> Card {
    world.tables.cards[&card_number(card)].clone()
}

fn receipt(receipt: Receipt) -> CardReceipt {
    match receipt {
        Receipt::Card(receipt) => *receipt,
        other => panic!("not a card: {other:?}"),
    }
}

/// A world with one card in this state.
fn with_card(state: CardState) -> World {
    let mut world = World::with_balance(1_000);
    world.done(bind(CARD));
    match state {
        CardState::Valid => {}
        CardState::Lost => _ = world.done(change_card(CARD, CardAction::ReportLoss)),
        CardState::Replaced => _ = world.done(replace(CARD, OTHER)),
        CardState::Cancelled => _ = world.done(change_card(CARD, CardAction::Cancel)),
    }
    assert_eq!(card(&world, CARD).card_status, state);
    world
}

/// The states that each action leads to; N where it doesn't apply.
const ACTIONS: &str = "
                    VALID      LOST       REPLACED  CANCELLED
    REPORT_LOSS     LOST       N          N         N
    WITHDRAW_LOSS   N          VALID      N         N
    REPLACE         REPLACED   REPLACED   N         N
    CANCEL          CANCELLED  CANCELLED  N         N
";

#[test]
fn actions_lead_from_state_to_state_as_the_table_says() {
    let rows = table(ACTIONS, CardState::VARIANTS.len());
    assert_eq!(rows.len(), 1 + CardAction::VARIANTS.len());
    for (name, cells) in &rows[1..] {
        let action: CardAction = name.parse().unwrap();
        for (from, expected) in CardState::VARIANTS.iter().zip(cells) {
            let mut world = with_card(*from);
            let before = world.tables.clone();
            let change = match action {
                CardAction::Replace => replace(CARD, "6299990000000050"),
                _ => change_card(CARD, action),
            };
            let outcome = world.send(change);
            let to: &str = card(&world, CARD).card_status.into();
            if *expected == "N" {
                let refused = outcome.unwrap_err();
                assert_eq!(refused.reason(), Reason::ActionNotApplicable, "{name} {from:?}");
                let state: &str = (*from).into();
                assert_eq!(refused.first().facts[&Fact::State], state);
                assert_eq!(world.tables, before);
            } else {
                assert_eq!((outcome.is_ok(), to), (true, *expected), "{name} {from:?}");
            }
        }
    }
}

#[test]
fn a_card_command_writes_events_and_neither_history_nor_status() {
    let mut world = World::with_balance(1_000);
    let before = world.account().clone();
    let history = world.tables.history.len();
    world.done(bind(CARD));
    world.done(change_card(CARD, CardAction::ReportLoss));
    let replaced = receipt(world.done(replace(CARD, OTHER)));
    assert_eq!(replaced.card.replaced_by, Some(card_number(OTHER)));
    assert_eq!(replaced.new_card.unwrap(), card(&world, OTHER));
    let after = world.account();
    assert_eq!(after.balance.status_version, before.balance.status_version);
    assert_eq!((after.face(), after.status()), (before.face(), before.status()));
    assert_eq!(world.tables.history.len(), history);
    let events = &world.tables.events;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["CARD_BOUND", "CARD_CHANGED", "CARD_CHANGED", "CARD_BOUND"]);
    let told = events.iter().map(|event| event.payload.to_string()).collect::<String>();
    assert!(told.contains("0030") && told.contains("0040"), "{told}");
    assert!(!told.contains(&CARD[..12]), "{told}");
}

#[test]
fn a_number_is_bound_once_and_again_only_after_it_was_cancelled() {
    for (state, expected) in [
        (CardState::Valid, vec![Reason::CardExists]),
        (CardState::Lost, vec![Reason::CardExists]),
        (CardState::Replaced, vec![Reason::CardExists]),
        (CardState::Cancelled, vec![]),
    ] {
        let mut world = with_card(state);
        assert_eq!(world.reasons(bind(CARD)), expected, "{state:?}");
        let mut world = with_card(state);
        world.done(bind("6299990000000060"));
        assert_eq!(world.reasons(replace("6299990000000060", CARD)), expected, "{state:?}");
    }
}

/// A second account, as in [`World::holding`].
fn with_two_accounts(mut world: World) -> (World, AccountNumber) {
    let second = AccountNumber::parse("9990584001000000104").unwrap();
    let mut other = account(Lifecycle::Open, 0);
    other.balance.account_number = second.clone();
    std::sync::Arc::make_mut(&mut other.profile).account_number = second.clone();
    world.tables.accounts.insert(second.clone(), other);
    (world, second)
}

#[test]
fn two_accounts_in_one_batch_do_not_get_one_card() {
    let (mut world, second) = with_two_accounts(World::with_balance(0));
    let mut theirs = world.envelope("b-2", bind(CARD));
    theirs.account_number = second.clone();
    let outcomes = world.run_batch(&[world.envelope("b-1", bind(CARD)), theirs.clone()]);
    assert!(outcomes[0].is_ok());
    assert_eq!(outcomes[1].as_ref().unwrap_err().reason(), Reason::CardExists);
    assert_eq!(card(&world, CARD).account_number, number());

    // Nothing they try shows them that it exists.
    let mut change = world.envelope("b-3", change_card(CARD, CardAction::ReportLoss));
    change.account_number = second.clone();
    assert_eq!(world.run(&change).unwrap_err().reason(), Reason::CardNotFound);
    change.command = super::support::Sent::from(change_card(OTHER, CardAction::Cancel)).0;
    assert_eq!(world.run(&change).unwrap_err().reason(), Reason::CardNotFound);

    // Cancelled here and bound there, in one batch; what was refused is not remembered.
    let cancel = world.envelope("b-4", change_card(CARD, CardAction::Cancel));
    let outcomes = world.run_batch(&[cancel, theirs]);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(card(&world, CARD).account_number, second);
    assert_eq!(card(&world, CARD).card_status, CardState::Valid);
}

#[test]
fn what_becomes_of_a_card_in_one_batch_is_one_row() {
    let mut world = World::with_balance(0);
    let batch = [
        world.envelope("b-1", bind(CARD)),
        world.envelope("b-2", change_card(CARD, CardAction::ReportLoss)),
        world.envelope("b-3", replace(CARD, OTHER)),
        world.envelope("b-4", change_card(OTHER, CardAction::Cancel)),
        world.envelope("b-5", bind(OTHER)),
    ];
    let outcomes = world.run_batch(&batch);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(card(&world, CARD).card_status, CardState::Replaced);
    assert_eq!(card(&world, OTHER).card_status, CardState::Valid);
    assert_eq!(world.tables.cards.len(), 2);
}

#[test]
fn only_an_open_account_gets_cards_and_a_closed_one_can_still_lose_them() {
    for (lifecycle, reason) in [
        (Lifecycle::Opening, Reason::AccountOpening),
        (Lifecycle::OpenFailed, Reason::AccountOpenFailed),
        (Lifecycle::Closed, Reason::AccountClosed),
    ] {
        let mut world = World::holding(account(lifecycle, 0));
        assert_eq!(world.reasons(bind(CARD)), [reason]);
    }
    let mut world = World::with_balance(0);
    world.done(bind(CARD));
    world.done(change(Action::Close));
    let closed = [Reason::AccountClosed];
    assert_eq!(world.reasons(change_card(CARD, CardAction::ReportLoss)), closed);
    assert_eq!(world.reasons(replace(CARD, OTHER)), closed);
    assert_eq!(
        world.reasons(change_card(CARD, CardAction::WithdrawLoss)),
        [Reason::AccountClosed, Reason::ActionNotApplicable,]
    );
    assert_eq!(world.reasons(bind(CARD)), [Reason::AccountClosed, Reason::CardExists]);
    world.done(change_card(CARD, CardAction::Cancel));
}

#[test]
fn conditions_guard_the_money_and_not_the_cards() {
    for action in [Action::ReportLoss, Action::MarkSuspicious, Action::StopPayment] {
        let mut world = World::with_balance(1_000);
        world.done(change(action));
        world.done(bind(CARD));
        world.done(change_card(CARD, CardAction::ReportLoss));
    }
}

#[test]
fn a_card_command_is_answered_again_as_it_was() {
    let mut world = World::with_balance(0);
    let binding = world.envelope("c-1", bind(CARD));
    let bound = world.run(&binding).unwrap();
    let replacing = world.envelope("c-2", replace(CARD, OTHER));
    let replaced = world.run(&replacing).unwrap();
    let before = world.tables.clone();
    assert_eq!(world.run(&binding), Ok(bound));
    assert_eq!(world.run(&replacing), Ok(replaced));
    let other = world.envelope("c-1", bind(OTHER));
    assert_eq!(world.run(&other).unwrap_err().reason(), Reason::RequestIdReused);
    assert_eq!(world.tables, before);
}

#[test]
fn the_new_card_goes_with_replace_and_is_another() {
    let fields = |change: crate::domain::act::change_card::ChangeCard| {
        change.violations().into_iter().map(|wrong| wrong.field).collect::<Vec<_>>()
    };
    assert!(fields(replace(CARD, OTHER)).is_empty());
    assert_eq!(fields(replace(CARD, CARD)), ["new_card_number"]);
    for action in CardAction::VARIANTS {
        let alone = fields(change_card(CARD, *action)).is_empty();
        assert_eq!(alone, *action != CardAction::Replace);
        let with_new =
            crate::domain::act::change_card::ChangeCard { action: *action, ..replace(CARD, OTHER) };
        assert_eq!(fields(with_new).is_empty(), *action == CardAction::Replace);
    }
}

#[test]
fn a_replaced_card_in_the_same_batch_is_not_counted_besides_the_one_in_its_place() {
    let mut world = World::with_balance(1_000);
    world.rules.reviews.cards_per_customer = 2;
    world.done(bind(CARD));
    let third = "6299990000000050";
    let batch = [
        world.envelope("c-1", replace(CARD, OTHER)),
        world.envelope("c-2", bind(third)),
        world.envelope("c-3", bind("6299990000000060")),
        world.envelope("c-4", change_card(third, CardAction::Cancel)),
        world.envelope("c-5", bind("6299990000000070")),
    ];
    let outcomes = world.run_batch(&batch);
    let reasons = outcomes.iter().map(|outcome| outcome.as_ref().err().map(|r| r.reason()));
    let full = Some(Reason::LimitExceeded);
    assert_eq!(reasons.collect::<Vec<_>>(), [None, None, full, None, None]);
}
