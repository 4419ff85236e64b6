//! Bindings of cards to platforms: what applies when, and nothing of the account's status moves.

use super::support::{World, bind, card_number, change_card, number};
use crate::domain::act::bind_platform::BindPlatform;
use crate::domain::card::CardAction;
use crate::domain::id::PlatformId;
use crate::domain::platform::PlatformAction;
use crate::domain::refusal::Reason;
use crate::domain::status::Lifecycle;

const CARD: &str = "6299990000000030";

fn platform(action: PlatformAction) -> BindPlatform {
    let platform_id = PlatformId::parse("platform-a").unwrap();
    BindPlatform { card_number: card_number(CARD), platform_id, action }
}

#[test]
fn a_binding_begins_and_ends_and_begins_again_in_one_row() {
    use PlatformAction::{Bind, Unbind};
    let mut world = World::with_balance(1_000);
    world.done(bind(CARD));
    let version = world.account().balance.status_version;
    assert_eq!(world.reasons(platform(Unbind)), [Reason::ActionNotApplicable]);
    for _ in 0..2 {
        world.done(platform(Bind));
        assert_eq!(world.reasons(platform(Bind)), [Reason::ActionNotApplicable]);
        assert!(world.tables.bindings.values().all(|binding| binding.in_force()));
        world.done(platform(Unbind));
        assert_eq!(world.reasons(platform(Unbind)), [Reason::ActionNotApplicable]);
        assert!(!world.tables.bindings.values().any(|binding| binding.in_force()));
    }
    assert_eq!(world.tables.bindings.len(), 1);
    assert_eq!(world.account().balance.status_version, version);
    assert!(world.tables.history.is_empty());
    let kinds = world.tables.events.iter().map(|event| event.kind.as_str());
    let told = ["PLATFORM_BOUND", "PLATFORM_UNBOUND"].repeat(2);
    assert_eq!(kinds.filter(|kind| kind.starts_with("PLATFORM_")).collect::<Vec<_>>(), told);
}

#[test]
fn only_a_valid_card_of_an_open_account_is_bound_and_any_is_unbound() {
    use PlatformAction::{Bind, Unbind};
    let mut world = World::with_balance(1_000);
    assert_eq!(world.reasons(platform(Bind)), [Reason::CardNotFound]);
    world.done(bind(CARD));
    world.done(platform(Bind));
    world.done(change_card(CARD, CardAction::ReportLoss));
    world.done(platform(Unbind));
    assert_eq!(world.reasons(platform(Bind)), [Reason::ActionNotApplicable]);
    world.done(change_card(CARD, CardAction::WithdrawLoss));
    world.done(platform(Bind));
    let account = world.tables.accounts.get_mut(&number()).unwrap();
    account.balance.lifecycle = Lifecycle::Closed;
    let reasons = world.reasons(platform(Bind));
    assert_eq!(reasons, [Reason::AccountClosed, Reason::ActionNotApplicable]);
    world.done(platform(Unbind));
}
