//! What each status action does, beyond whether it applies.

use chrono::Duration;

use super::support::{
    World, account, at, change, cny, condition, court, credit, debit, fraud_stop, usd,
};
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::open_account::OpenAccount;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::action::Action;
use crate::domain::command::Command;
use crate::domain::condition::Condition;
use crate::domain::freeze::FreezeType;
use crate::domain::refusal::{Fact, Reason};
use crate::domain::review::HolderKind;
use crate::domain::status::{AccountStatus, Cause, ConditionKind, Lifecycle, Restriction};
use crate::domain::transaction::{EntryChannel, Identification, Initiator, TransactionType};

fn opened() -> World {
    let mut world = World::empty();
    let open = OpenAccount {
        account_id: None,
        account_name: "许星辰".to_owned(),
        customer_id: "C10012".to_owned(),
        branch_code: "SZ".to_owned(),
        currency: super::support::currency("CNY"),
        product_code: String::new(),
        holder_kind: HolderKind::Unspecified,
        document_hash: String::new(),
        document_expiry_date: None,
        protected_kind: None,
    };
    world.done(Command::OpenAccount(open));
    world
}

fn causes(world: &World) -> Vec<Cause> {
    world.account().face().conditions.into_iter().filter_map(|held| held.cause).collect()
}

fn stored(world: &World, kind: ConditionKind) -> &Condition {
    let rows = &world.account().conditions;
    rows.iter().find(|row| row.kind == kind).unwrap()
}

#[test]
fn an_opening_is_reviewed_rejected_resubmitted_and_completed() {
    let mut world = opened();
    assert_eq!(causes(&world), [Cause::OpeningInReview]);
    let mut reject = change(Action::RejectOpening);
    reject.causes.push(Cause::OpeningNotInPerson);
    world.done(reject);
    assert_eq!(world.account().status(), AccountStatus::OpenFailed);
    let mut failed = causes(&world);
    failed.sort();
    assert_eq!(failed, [Cause::OpeningIncomplete, Cause::OpeningNotInPerson]);
    let incomplete = &world.account().conditions;
    let missing = incomplete.iter().find(|row| row.cause == Cause::OpeningIncomplete).unwrap();
    assert_eq!(missing.missing_items, ["lease proof"]);
    world.done(Action::ResubmitOpening);
    assert_eq!(world.account().status(), AccountStatus::Opening);
    assert_eq!(causes(&world), [Cause::OpeningInReview]);
    world.done(Action::CompleteOpening);
    assert_eq!(world.account().status(), AccountStatus::Normal);
    assert_eq!(causes(&world), []);
    let codes: Vec<(&str, &str)> = world
        .tables
        .history
        .iter()
        .map(|row| (row.old_status.as_str(), row.new_status.as_str()))
        .collect();
    assert_eq!(codes, [("", "04"), ("04", "05"), ("05", "04"), ("04", "00")]);
}

#[test]
fn each_marking_shows_its_status_with_its_cause() {
    let markings = [
        (Action::RequireVerification, AccountStatus::InfoExpired, Cause::IdentityIncomplete),
        (Action::ReportLoss, AccountStatus::Lost, Cause::LossOral),
        (Action::StopPayment, AccountStatus::StopPay, Cause::StopArrears),
        (Action::MarkDormant, AccountStatus::Dormant, Cause::DormantNoUse),
        (Action::MarkSuspicious, AccountStatus::Suspicious, Cause::SuspiciousPattern),
        (Action::Restrict, AccountStatus::Restricted, Cause::RestrictedByList),
    ];
    for (action, status, cause) in markings {
        let mut world = World::with_balance(100);
        world.done(action);
        assert_eq!((world.account().status(), causes(&world)), (status, vec![cause]), "{action:?}");
    }
}

#[test]
fn a_loss_is_a_customer_freeze_of_the_whole_account() {
    let mut world = World::with_balance(100);
    world.done(Action::ReportLoss);
    let loss = &world.account().freezes[0];
    assert_eq!((loss.freeze_type, loss.freeze_amount), (FreezeType::Customer, None));
    assert_eq!(world.account().available(), 0);
    assert_eq!(loss.expire_time, Some(at("2026-03-16 00:00:00")));
}

fn loss(cause: Cause) -> ChangeStatus {
    ChangeStatus { causes: vec![cause], ..change(Action::ReportLoss) }
}

#[test]
fn a_loss_is_reported_again_only_when_it_is_stronger() {
    let mut world = World::with_balance(100);
    world.done(loss(Cause::LossOral));
    assert_eq!(world.reasons(loss(Cause::LossOral)), [Reason::ActionNotApplicable]);
    world.done(loss(Cause::LossWritten));
    for weaker in [Cause::LossOral, Cause::LossByBank, Cause::LossWritten] {
        assert_eq!(world.reasons(loss(weaker)), [Reason::ActionNotApplicable], "{weaker:?}");
    }
    assert_eq!(world.in_force().len(), 2);
}

#[test]
fn confirming_a_loss_keeps_its_row_and_takes_its_end() {
    let mut world = World::with_balance(100);
    world.done(Action::ReportLoss);
    let reported = world.account().freezes[0].clone();
    world.done(Action::ConfirmLoss);
    let confirmed = &world.account().freezes[0];
    assert_eq!(confirmed.freeze_id, reported.freeze_id);
    assert_eq!((confirmed.cause, confirmed.expire_time), (Cause::LossWritten, None));
    assert_eq!(confirmed.expiry_date, None);
    world.go_to("2027-03-10 10:00:00");
    world.done(Command::Lapse);
    assert_eq!(world.account().status(), AccountStatus::Lost);
}

#[test]
fn a_stop_order_keeps_what_it_says() {
    let mut world = World::with_balance(10_000);
    let end = at("2026-04-01 00:00:00");
    let stop = ChangeStatus {
        causes: vec![Cause::StopCustoms],
        amount: Some(super::support::cny(640)),
        authority: "深圳海关".to_owned(),
        document_no: "HG-1".to_owned(),
        end_time: Some(end),
        ..change(Action::StopPayment)
    };
    world.done(stop);
    let row = stored(&world, ConditionKind::StopPay);
    assert_eq!((row.amount_minor, row.until_time), (Some(640), Some(end)));
    assert_eq!(row.authority.as_deref(), Some("深圳海关"));
    assert_eq!(row.document_no.as_deref(), Some("HG-1"));
    assert_eq!(row.set_by, "local");
}

#[test]
fn a_third_fraud_stop_of_one_case_is_refused() {
    let mut world = World::with_balance(100);
    world.done(fraud_stop("ZF-1"));
    world.go_to("2026-03-13 10:00:00");
    world.done(fraud_stop("ZF-1"));
    world.go_to("2026-03-16 10:00:00");
    assert_eq!(world.reasons(fraud_stop("ZF-1")), [Reason::StopRepeated]);
    assert_eq!(world.reasons(fraud_stop("ZF-2")), []);
}

#[test]
fn a_third_fraud_stop_of_one_case_is_refused_within_one_batch() {
    let mut world = World::with_balance(100);
    let stops = ["s-1", "s-2", "s-3"].map(|id| world.envelope(id, fraud_stop("ZF-1")));
    let outcomes = world.run_batch(&stops);
    assert!(outcomes[0].is_ok() && outcomes[1].is_ok());
    assert_eq!(outcomes[2].as_ref().unwrap_err().reason(), Reason::StopRepeated);
}

#[test]
fn a_fraud_stop_lasts_48_hours_and_no_longer() {
    let mut world = World::with_balance(100);
    let latest = at("2026-03-12 10:00:00");
    let longer = ChangeStatus {
        end_time: Some(latest + chrono::Duration::seconds(1)),
        ..fraud_stop("ZF-1")
    };
    let refused = world.refused(longer);
    assert_eq!(refused.reason(), Reason::TermTooLong);
    assert_eq!(refused.first().facts[&Fact::Latest], "2026-03-12T02:00:00Z");
    world.done(fraud_stop("ZF-1"));
    assert_eq!(stored(&world, ConditionKind::StopPay).until_time, Some(latest));
}

#[test]
fn a_stopped_amount_in_another_currency_is_refused() {
    let mut world = World::with_balance(100);
    let stop = ChangeStatus { amount: Some(usd(5)), ..change(Action::StopPayment) };
    assert_eq!(world.reasons(stop), [Reason::CurrencyMismatch]);
}

#[test]
fn reactivation_takes_the_identified_customer_at_the_counter() {
    let dormant = || {
        let mut account = account(Lifecycle::Open, 100);
        account.conditions.push(condition(ConditionKind::Dormant, Cause::DormantNoUse));
        World::holding(account)
    };
    let elsewhere = ChangeStatus { entry_channel: EntryChannel::App, ..change(Action::Reactivate) };
    let unidentified =
        ChangeStatus { identification: Identification::None, ..change(Action::Reactivate) };
    for absent in [elsewhere, unidentified] {
        assert_eq!(dormant().reasons(absent), [Reason::ActionNotApplicable]);
    }
    let mut world = dormant();
    world.done(Action::Reactivate);
    assert_eq!(world.account().status(), AccountStatus::Normal);
}

#[test]
fn the_customers_own_deposit_or_withdrawal_at_the_counter_reactivates_and_nothing_else_does() {
    let own = |record: RecordTransaction| RecordTransaction {
        initiator: Initiator::Customer,
        entry_channel: EntryChannel::Counter,
        identification: Identification::Checked,
        ..record
    };
    let unidentified = RecordTransaction { identification: Identification::None, ..own(credit(5)) };
    let stranger = RecordTransaction { initiator: Initiator::Counterparty, ..own(credit(5)) };
    let bank = RecordTransaction { initiator: Initiator::Bank, ..own(debit(5)) };
    let app = RecordTransaction { entry_channel: EntryChannel::App, ..own(credit(5)) };
    let returned =
        RecordTransaction { transaction_type: TransactionType::Return, ..own(credit(5)) };
    let cases = [
        (returned, AccountStatus::Dormant),
        (own(credit(5)), AccountStatus::Normal),
        (own(debit(5)), AccountStatus::Normal),
        (unidentified, AccountStatus::Dormant),
        (stranger, AccountStatus::Dormant),
        (bank, AccountStatus::Dormant),
        (app, AccountStatus::Dormant),
    ];
    for (record, status) in cases {
        let mut account = account(Lifecycle::Open, 100);
        account.conditions.push(condition(ConditionKind::Dormant, Cause::DormantNoUse));
        let mut world = World::holding(account);
        world.done(record.clone());
        assert_eq!(world.account().status(), status, "{record:?}");
        let rows = world.tables.history.len();
        assert_eq!(rows, usize::from(status == AccountStatus::Normal), "{record:?}");
    }
}

#[test]
fn what_a_limit_set_is_lifted_by_the_limit_alone() {
    let mut account = account(Lifecycle::Open, 100);
    let limit = condition(ConditionKind::Restricted, Cause::LimitReached);
    account.conditions.push(Condition { restriction: Some(Restriction::Limit), ..limit });
    let mut world = World::holding(account);
    let mut lift = change(Action::LiftRestriction);
    assert_eq!(world.reasons(lift.clone()), [Reason::ActionNotApplicable]);
    lift.condition_id = Some("RESTRICTED:LIMIT_REACHED".to_owned());
    assert_eq!(world.reasons(lift), [Reason::ActionNotApplicable]);
}

#[test]
fn closing_is_blocked_by_money_and_by_freezes_that_wait() {
    let mut world = World::with_balance(1);
    let refused = world.refused(Action::Close);
    assert_eq!(refused.reason(), Reason::CloseBlocked);
    assert_eq!(refused.first().facts[&Fact::BlockedBy], "balance");
    let mut world = World::with_balance(0);
    world.place(court(Some(5)));
    world.place(court(Some(7)));
    let reasons = world.reasons(Action::Close);
    assert_eq!(reasons, [Reason::AccountFrozen, Reason::CloseBlocked]);
}

#[test]
fn closing_with_money_reserved_is_refused() {
    let mut world = World::with_balance(100);
    world.reserve(100);
    let refused = world.refused(Action::Close);
    assert!(refused.all().iter().all(|refusal| refusal.reason == Reason::CloseBlocked));
    let blockers: Vec<_> =
        refused.all().iter().map(|refusal| refusal.facts[&Fact::BlockedBy].as_str()).collect();
    assert!(blockers.contains(&"reserved"), "{blockers:?}");
}

#[test]
fn closing_elsewhere_than_at_the_counter_is_refused_where_the_table_says_counter() {
    let mut account = account(Lifecycle::Open, 0);
    account.conditions.push(condition(ConditionKind::InfoExpired, Cause::IdentityExpired));
    let mut world = World::holding(account);
    let elsewhere = ChangeStatus { entry_channel: EntryChannel::App, ..change(Action::Close) };
    assert_eq!(world.reasons(elsewhere), [Reason::AccountInfoExpired]);
    world.done(Action::Close);
    assert_eq!(world.account().status(), AccountStatus::Closed);
}

#[test]
fn fields_that_are_wrong_whatever_the_account_looks_like_are_named() {
    let now = at("2026-03-10 10:00:00");
    let amount = Some(super::support::cny(5));
    let no_cause = ChangeStatus { causes: Vec::new(), ..change(Action::MarkDormant) };
    let two_causes = ChangeStatus {
        causes: vec![Cause::LossOral, Cause::LossWritten],
        ..change(Action::ReportLoss)
    };
    let foreign_cause = ChangeStatus { causes: vec![Cause::Closed], ..change(Action::Close) };
    let no_items = ChangeStatus { missing_items: Vec::new(), ..change(Action::RejectOpening) };
    let no_restriction = ChangeStatus { restriction: None, ..change(Action::Restrict) };
    let limit = ChangeStatus { restriction: Some(Restriction::Limit), ..change(Action::Restrict) };
    let no_amount =
        ChangeStatus { restriction: Some(Restriction::Amount), ..change(Action::Restrict) };
    let odd_amount = ChangeStatus { amount, ..change(Action::MarkDormant) };
    let odd_end = ChangeStatus { end_time: Some(now), ..change(Action::MarkDormant) };
    let no_case = fraud_stop("");
    let rows = [
        (no_cause, "causes"),
        (two_causes, "causes"),
        (foreign_cause, "causes"),
        (no_items, "missing_items"),
        (no_restriction, "restriction"),
        (limit, "restriction"),
        (no_amount, "amount"),
        (odd_amount, "amount"),
        (odd_end, "end_time"),
        (no_case, "document_no"),
    ];
    for (wrong, field) in rows {
        let fields: Vec<_> = wrong.violations().into_iter().map(|w| w.field).collect();
        assert_eq!(fields, [field], "{wrong:?}");
    }
    for action in <Action as strum::VariantArray>::VARIANTS {
        assert_eq!(change(*action).violations(), [], "{action:?}");
    }
}

#[test]
fn what_is_said_twice_in_one_request_is_refused_and_in_two_stands_twice() {
    let reject = change(Action::RejectOpening);
    let twice = ChangeStatus { causes: reject.causes.repeat(2), ..reject.clone() };
    let wrong: Vec<_> = twice.violations().into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(wrong, ["causes"]);
    assert!(reject.violations().is_empty());

    let mut opening = World::holding(account(Lifecycle::Opening, 0));
    opening.done(Action::RejectOpening);
    assert_eq!(opening.reasons(Action::RejectOpening), [Reason::ActionNotApplicable]);
    opening.done(Action::ResubmitOpening);
    assert_eq!(opening.reasons(Action::ResubmitOpening), [Reason::ActionNotApplicable]);

    // Rows of one kind stand side by side, however equal: who lifts one names it.
    for (set, lift) in [
        (Action::Restrict, Action::LiftRestriction),
        (Action::StopPayment, Action::ResumePayment),
        (Action::MarkDormant, Action::Reactivate),
    ] {
        let mut world = World::with_balance(1_000);
        let end_time = (set != Action::MarkDormant).then(|| world.now + Duration::hours(24));
        let amount = (set == Action::StopPayment).then(|| cny(500));
        let act = ChangeStatus { end_time, amount, ..change(set) };
        world.done(act.clone());
        world.done(act);
        let held: Vec<_> = world.in_force().into_iter().collect();
        assert_eq!(held.len(), 2, "{set:?}");
        assert_eq!(world.reasons(lift), [Reason::ActionNotApplicable], "which of them?");
        let first = ChangeStatus { condition_id: Some(held[0].clone()), ..change(lift) };
        world.done(first);
        assert_eq!(world.in_force().into_iter().collect::<Vec<_>>(), held[1..]);
        world.done(lift);
        assert!(world.in_force().is_empty());
    }
}
