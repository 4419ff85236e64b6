//! Objections in a batch: what one records, the next one sees.

use super::support::{World, court};
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::act::record_objection::RecordObjection;
use crate::domain::command::{Command, Effect};
use crate::domain::objection::{OPEN_MAX, ObjectionParty};
use crate::domain::refusal::{Fact, Reason};
use crate::domain::terms::Term;

fn objecting(text: &str) -> Command {
    let text = text.to_owned();
    let raised_by = ObjectionParty::Holder;
    Command::RecordObjection(RecordObjection { subject_id: String::new(), raised_by, text })
}

fn too_long() -> Command {
    Command::CreateFreeze(CreateFreeze {
        duration: Duration::For(Term::years(2)),
        ..court(Some(10))
    })
}

#[test]
fn no_more_than_so_many_wait_on_one_account_whoever_objects() {
    let mut world = World::with_balance(100);
    world.place(court(Some(10)));
    let mut batch: Vec<_> =
        (0..OPEN_MAX - 1).map(|n| world.envelope(&format!("o-{n}"), objecting("mine"))).collect();
    batch.push(world.envelope("long-1", too_long()));
    batch.push(world.envelope("long-2", too_long()));
    batch.push(world.envelope("o-last", objecting("mine")));
    let mut outcomes = world.run_batch(&batch).into_iter().rev();
    let full = outcomes.next().unwrap().unwrap_err();
    assert_eq!(full.reason(), Reason::LimitExceeded);
    let second = outcomes.next().unwrap().unwrap_err();
    assert_eq!(second.reason(), Reason::TermTooLong, "it is refused all the same");
    assert_eq!(second.first().facts.get(&Fact::ObjectionId), None);
    let first = outcomes.next().unwrap().unwrap_err();
    assert!(first.first().facts.contains_key(&Fact::ObjectionId));
    assert!(outcomes.all(|one| one.is_ok()));
    assert_eq!(world.tables.objections.len(), OPEN_MAX);
}

#[test]
fn an_order_for_too_long_changes_nothing_but_what_the_objection_says() {
    let mut world = World::with_balance(100);
    let before = world.tables.clone();
    let mut check = world.envelope("long-0", too_long());
    check.effect = Effect::ValidateOnly;
    assert!(world.run(&check).is_err());
    assert_eq!(world.tables, before);
    let order = world.envelope("long-1", too_long());
    let refused = world.run(&order).unwrap_err();
    let id = &refused.first().facts[&Fact::ObjectionId];
    let row = world.tables.objections.values().next().unwrap();
    assert_eq!((row.objection_id.as_str(), row.create_time), (id.as_str(), world.now));
    let (was, is) = (&before.accounts[&order.account_number], world.account());
    assert_eq!(
        (was.balance.status_version, &was.freezes),
        (is.balance.status_version, &is.freezes)
    );
    assert_eq!(world.tables.history, before.history);
    let after = world.tables.clone();
    assert_eq!(world.run(&order).unwrap_err(), refused);
    assert_eq!(world.tables, after);
}
