//! Releases: whole, in part, by whom, of what ended or never was.

use super::support::{COURT, World, cny, court, order, police, release, usd};
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::action::Action;
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeActKind, FreezeMode, FreezeStatus};
use crate::domain::id::FreezeId;
use crate::domain::refusal::Reason;
use crate::domain::status::AccountStatus;

fn frozen(
    balance: i64,
    create: crate::domain::act::create_freeze::CreateFreeze,
) -> (World, Freeze) {
    let mut world = World::with_balance(balance);
    let freeze = world.place(create).freeze;
    (world, freeze)
}

#[test]
fn a_release_ends_the_freeze_with_its_document_and_frees_the_money() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    world.done(release(&freeze, Extent::Whole));
    let ended = world.freeze(&freeze.freeze_id);
    assert_eq!(ended.freeze_status, FreezeStatus::Released);
    assert_eq!(ended.ended_time, Some(ended.update_time));
    assert_eq!(
        (world.account().available(), world.account().status()),
        (100, AccountStatus::Normal)
    );
    let act = world.tables.freeze_acts.last().unwrap();
    assert_eq!((act.act, act.authority_name.as_str()), (FreezeActKind::Released, COURT));
    assert_eq!(act.document_no, "（2026）粤0305执1234号之一");
}

#[test]
fn releasing_one_of_two_freezes_leaves_the_account_frozen() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    world.place(police(Some(10)));
    world.done(release(&freeze, Extent::Whole));
    assert_eq!(
        (world.account().status(), world.account().available()),
        (AccountStatus::Frozen, 90)
    );
}

#[test]
fn a_part_release_of_an_amount_keeps_the_rest_and_its_place() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    world.done(release(&freeze, Extent::Part(cny(20))));
    let rest = world.freeze(&freeze.freeze_id);
    assert_eq!((rest.freeze_status, rest.freeze_amount), (FreezeStatus::Active, Some(40)));
    assert_eq!((rest.served_time, rest.expire_time), (freeze.served_time, freeze.expire_time));
    assert_eq!(world.account().available(), 60);
    let act = world.tables.freeze_acts.last().unwrap();
    assert_eq!((act.act, act.amount_minor), (FreezeActKind::PartlyReleased, Some(20)));
}

#[test]
fn a_part_release_of_everything_claimed_ends_the_freeze() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    world.done(release(&freeze, Extent::Part(cny(60))));
    assert_eq!(world.freeze(&freeze.freeze_id).freeze_status, FreezeStatus::Released);
}

#[test]
fn a_part_release_of_a_whole_freeze_names_what_stays() {
    let (mut world, freeze) = frozen(100, court(None));
    let part = release(&freeze, Extent::Part(cny(20)));
    assert_eq!(world.reasons(part), [Reason::InvalidRequest]);
    world.done(release(&freeze, Extent::Remaining(cny(30))));
    let rest = world.freeze(&freeze.freeze_id);
    assert_eq!((rest.freeze_mode, rest.freeze_amount), (FreezeMode::Amount, Some(30)));
    assert_eq!(world.account().available(), 70);
}

#[test]
fn nothing_is_released_beyond_the_claim() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    for extent in [Extent::Part(cny(61)), Extent::Remaining(cny(60)), Extent::Remaining(cny(99))] {
        let before = world.tables.clone();
        assert_eq!(world.reasons(release(&freeze, extent)), [Reason::InvalidRequest], "{extent:?}");
        assert_eq!(world.tables, before);
    }
}

#[test]
fn a_waiting_freeze_is_released_without_touching_the_one_before_it() {
    let (mut world, first) = frozen(100, court(None));
    let waiting = world.place(police(Some(30))).freeze;
    world.done(release(&waiting, Extent::Whole));
    assert_eq!(world.freeze(&waiting.freeze_id).freeze_status, FreezeStatus::Released);
    assert_eq!(world.freeze(&first.freeze_id), &first);
}

#[test]
fn a_freeze_that_never_was_is_not_found() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    let unknown = FreezeId::parse("nothing").unwrap();
    let lift = ReleaseFreeze { freeze_id: unknown, ..release(&freeze, Extent::Whole) };
    assert_eq!(world.reasons(lift), [Reason::FreezeNotFound]);
}

#[test]
fn a_freeze_that_ended_is_not_in_force() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    world.done(release(&freeze, Extent::Whole));
    assert_eq!(world.reasons(release(&freeze, Extent::Whole)), [Reason::FreezeNotInForce]);
    let (mut world, freeze) = frozen(100, court(Some(60)));
    world.go_to("2027-03-11 00:00:00");
    assert_eq!(world.reasons(release(&freeze, Extent::Whole)), [Reason::FreezeNotInForce]);
    assert_eq!(world.freeze(&freeze.freeze_id).freeze_status, FreezeStatus::Expired);
}

#[test]
fn a_freeze_that_lapsed_earlier_in_the_same_batch_is_not_in_force() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    let both = ["r-1", "r-2"].map(|id| world.envelope(id, release(&freeze, Extent::Whole)));
    let outcomes = world.run_batch(&both);
    assert!(outcomes[0].is_ok());
    assert_eq!(outcomes[1].as_ref().unwrap_err().reason(), Reason::FreezeNotInForce);
}

#[test]
fn a_release_in_another_currency_is_refused_before_anything_about_the_freeze() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    let foreign = release(&freeze, Extent::Part(usd(20)));
    assert_eq!(world.reasons(foreign.clone()), [Reason::CurrencyMismatch]);
    world.done(release(&freeze, Extent::Whole));
    assert_eq!(world.reasons(foreign), [Reason::CurrencyMismatch]);
}

/// Who tries to lift whose freeze.
fn lifted_by(kind: Option<AuthorityKind>, name: &str, freeze: &Freeze) -> ReleaseFreeze {
    ReleaseFreeze {
        authority_kind: kind,
        authority_name: name.to_owned(),
        ..release(freeze, Extent::Whole)
    }
}

#[test]
fn only_the_authority_behind_a_freeze_lifts_it() {
    let (mut world, freeze) = frozen(100, police(Some(60)));
    let strangers = [
        (None, COURT),
        (Some(AuthorityKind::Bank), COURT),
        (Some(AuthorityKind::CourtCivil), COURT),
        (Some(AuthorityKind::TaxPreservation), COURT),
        (Some(AuthorityKind::PoliceCriminal), "杭州市公安局西湖分局"),
    ];
    for (kind, name) in strangers {
        let reasons = world.reasons(lifted_by(kind, name, &freeze));
        assert_eq!(reasons, [Reason::NotThisAuthority], "{kind:?} {name}");
    }
    world.done(lifted_by(Some(AuthorityKind::PoliceCriminal), COURT, &freeze));
}

#[test]
fn a_superior_court_lifts_a_courts_freeze() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    let superior = "广东省高级人民法院";
    world.done(lifted_by(Some(AuthorityKind::CourtCivil), superior, &freeze));
}

/// design, law 1.8: only the court that ordered it or its superior.
#[test]
fn a_court_of_the_same_level_does_not_lift_another_courts_freeze() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    let other = lifted_by(Some(AuthorityKind::CourtCivil), "北京市海淀区人民法院", &freeze);
    assert_eq!(world.reasons(other), [Reason::NotThisAuthority]);
}

#[test]
fn no_authority_lifts_the_banks_freeze_and_the_bank_does() {
    let (mut world, freeze) = frozen(100, order(AuthorityKind::Bank, None));
    let stranger = lifted_by(Some(AuthorityKind::CourtCivil), COURT, &freeze);
    assert_eq!(world.reasons(stranger), [Reason::NotThisAuthority]);
    world.done(lifted_by(None, "", &freeze));
}

/// design, law 3: bank lifts a list-based measure without a ground of 6.4 | refused.
#[test]
fn the_bank_does_not_lift_a_list_based_measure() {
    let (mut world, freeze) = frozen(100, order(AuthorityKind::ListBased, None));
    for kind in [None, Some(AuthorityKind::Bank)] {
        let reasons = world.reasons(lifted_by(kind, "", &freeze));
        assert_eq!(reasons, [Reason::NotThisAuthority]);
    }
}

#[test]
fn a_loss_is_ended_by_the_loss_actions_alone() {
    let mut world = World::with_balance(100);
    world.done(Action::ReportLoss);
    let loss = world.account().freezes[0].clone();
    assert_eq!(world.reasons(release(&loss, Extent::Whole)), [Reason::ActionNotApplicable]);
    assert_eq!(world.account().status(), AccountStatus::Lost);
}

#[test]
fn a_release_by_an_authority_names_its_document() {
    let (_, freeze) = frozen(100, court(Some(60)));
    let silent = ReleaseFreeze { document_no: String::new(), ..release(&freeze, Extent::Whole) };
    let fields: Vec<_> = silent.violations().into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["document_no"]);
}

#[test]
fn a_release_writes_one_history_row_and_moves_the_etag() {
    let (mut world, freeze) = frozen(100, court(Some(60)));
    let version = world.account().balance.status_version;
    world.done(release(&freeze, Extent::Whole));
    let codes: Vec<_> = world
        .tables
        .history
        .iter()
        .map(|row| (row.old_status.as_str(), row.new_status.as_str()))
        .collect();
    assert_eq!(codes, [("00", "01"), ("01", "00")]);
    assert!(world.account().balance.status_version > version);
    let rows = world.tables.history.len();
    world.done(Command::Lapse);
    assert_eq!(world.tables.history.len(), rows);
}
