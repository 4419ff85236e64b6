//! Every cell of the action table: each action on an account with each single thing in force, over
//! gRPC. What applies has the effect that the design names and leaves every other condition alone;
//! what doesn't changes nothing.

use account_status::pb::v1::*;
use tonic::Status;

use super::*;
use crate::on_every_engine;

/// What is in force, one row each, and the actions across. `.` doesn't apply; `+` adds its
/// condition beside what is there; `-` ends what the row is about; `o` moves the opening; `c` closes;
/// `b` applies and is blocked by what is there; `=` confirms a loss, which stays.
///
/// Across: COMPLETE_OPENING, REJECT_OPENING, RESUBMIT_OPENING, REQUIRE_VERIFICATION, REPORT_LOSS,
/// CONFIRM_LOSS, WITHDRAW_LOSS, REPLACE_MEDIUM, STOP_PAYMENT, RESUME_PAYMENT, REACTIVATE,
/// MARK_DORMANT, MARK_SUSPICIOUS, CLEAR_SUSPICION, RESTRICT, LIFT_RESTRICTION, CLOSE.
const TABLE: &str = "
    NORMAL                  . . . + + . . . + . . + + . + . c
    CLOSED                  . . . . . . . . . . . . . . . . .
    OPENING_IN_REVIEW       o o . . . . . . . . . . . . . . c
    OPENING_TOO_MANY        . . o . . . . . . . . . . . . . c
    OPENING_INCOMPLETE      . . o . . . . . . . . . . . . . c
    OPENING_NOT_VERIFIED    . . o . . . . . . . . . . . . . c
    OPENING_NOT_IN_PERSON   . . o . . . . . . . . . . . . . c
    JUDICIAL_COURT          . . . + + . . . + . . + + . + . b
    JUDICIAL_TWO_WAY        . . . + + . . . + . . + + . + . b
    CONFIDENTIAL            . . . + + . . . + . . + + . + . b
    FREEZE_WAITING          . . . + + . . . + . . + + . + . b
    RISK_FREEZE             . . . + + . . . + . . + + . + . b
    LOSS_ORAL               . . . + . = - - + . . + + . + . b
    LOSS_BY_BANK            . . . + . = - - + . . + + . + . b
    LOSS_WRITTEN            . . . + . . - - + . . + + . + . b
    STOP_FRAUD              . . . + + . . . + - . + + . + . b
    STOP_ARREARS            . . . + + . . . + - . + + . + . b
    STOP_CUSTOMS            . . . + + . . . + - . + + . + . b
    IDENTITY_INCOMPLETE     . . . + + . . . + . . + + . + . c
    IDENTITY_NOT_VERIFIED   . . . + + . . . + . . + + . + . c
    DORMANT_NO_USE          . . . + + . . . + . - + + . + . c
    DORMANT_LOW_BALANCE     . . . + + . . . + . - + + . + . c
    DORMANT_ORGANISATION    . . . + + . . . + . - + + . + . c
    SUSPICIOUS_PATTERN      . . . + + . . . + . . + + - + . b
    NON_COUNTER_SUSPENDED   . . . + + . . . + . . + + . + - c
    BY_LIST_AMOUNT          . . . + + . . . + . . + + . + - c
    BY_LIST_NO_DEBIT        . . . + + . . . + . . + + . + - b
";

/// An action with its cause, where it takes one.
type Act = (StatusAction, Option<Cause>);

/// The columns.
const ACTIONS: [StatusAction; 17] = [
    StatusAction::CompleteOpening,
    StatusAction::RejectOpening,
    StatusAction::ResubmitOpening,
    StatusAction::RequireVerification,
    StatusAction::ReportLoss,
    StatusAction::ConfirmLoss,
    StatusAction::WithdrawLoss,
    StatusAction::ReplaceMedium,
    StatusAction::StopPayment,
    StatusAction::ResumePayment,
    StatusAction::Reactivate,
    StatusAction::MarkDormant,
    StatusAction::MarkSuspicious,
    StatusAction::ClearSuspicion,
    StatusAction::Restrict,
    StatusAction::LiftRestriction,
    StatusAction::Close,
];

/// The conditions that an action adds, one for each cause that it takes.
fn added(action: StatusAction) -> (Condition, &'static [Cause]) {
    use Cause as C;
    match action {
        StatusAction::RequireVerification => {
            (Condition::InfoExpired, &[C::IdentityNotVerified, C::IdentityIncomplete])
        }
        StatusAction::ReportLoss => {
            (Condition::Lost, &[C::LossOral, C::LossByBank, C::LossWritten])
        }
        StatusAction::StopPayment => {
            (Condition::Stoppay, &[C::StopArrears, C::StopFraud, C::StopCustoms])
        }
        StatusAction::MarkDormant => {
            (Condition::Dormant, &[C::DormantNoUse, C::DormantLowBalance, C::DormantOrganisation])
        }
        StatusAction::MarkSuspicious => (Condition::Suspicious, &[C::SuspiciousPattern]),
        StatusAction::Restrict => {
            (Condition::Restricted, &[C::RestrictedByList, C::NonCounterSuspended])
        }
        StatusAction::RejectOpening => (
            Condition::Opening,
            &[
                C::OpeningTooMany,
                C::OpeningIncomplete,
                C::OpeningNotVerified,
                C::OpeningNotInPerson,
            ],
        ),
        _ => (Condition::Unspecified, &[]),
    }
}

/// The cause that an action takes on a row: another on each, so that every one has its turn. A loss
/// of a stronger cause would be another report, so on losses it is the weakest.
fn cause_on(row: &str, turn: usize, action: StatusAction) -> Option<Cause> {
    let (_, causes) = added(action);
    let turn = if row.starts_with("LOSS") { 0 } else { turn };
    (!causes.is_empty()).then(|| causes[turn % causes.len()])
}

/// The request that a teller would make before the customer at the counter.
async fn carried_out(
    bank: &Bank,
    number: &str,
    action: StatusAction,
    cause: Option<Cause>,
) -> Result<AccountStatusInfo, Status> {
    let rejects = action == StatusAction::RejectOpening;
    let restricts = action == StatusAction::Restrict;
    let gaps = [Cause::OpeningIncomplete, Cause::IdentityIncomplete].map(Some).contains(&cause);
    let ordered = [Cause::StopFraud, Cause::StopCustoms].map(Some).contains(&cause);
    let said = |text: &str| if ordered { text.to_owned() } else { String::new() };
    let request = ChangeAccountStatusRequest {
        causes: cause.filter(|_| rejects).map(Into::into).into_iter().collect(),
        missing_items: if gaps { vec!["occupation".to_owned()] } else { Vec::new() },
        restriction: if restricts { Restriction::NonCounter.into() } else { 0 },
        authority: said("Shekou"),
        document_no: said("A-2"),
        customer_identified: true,
        ..change(number, action, cause.filter(|_| !rejects).unwrap_or_default())
    };
    carry_out(bank, with(&[("x-entry-channel", "COUNTER")], request)).await
}

/// An account with one thing on it and no money, so that closing asks about that thing alone.
async fn with_one(bank: &Bank, number: &str, row: &str) {
    if row.starts_with("OPENING") {
        bank.applied(number).await;
    } else {
        bank.account(number, "0").await;
    }
    let act = |action, cause| set(bank, number, action, cause);
    match row {
        "NORMAL" | "OPENING_IN_REVIEW" => Ok(()),
        "CLOSED" => plain(bank, number, StatusAction::Close).await.map(drop),
        "OPENING_TOO_MANY" => declined(bank, number, Cause::OpeningTooMany).await,
        "OPENING_INCOMPLETE" => declined(bank, number, Cause::OpeningIncomplete).await,
        "OPENING_NOT_VERIFIED" => declined(bank, number, Cause::OpeningNotVerified).await,
        "OPENING_NOT_IN_PERSON" => declined(bank, number, Cause::OpeningNotInPerson).await,
        "JUDICIAL_COURT" | "JUDICIAL_TWO_WAY" | "CONFIDENTIAL" | "FREEZE_WAITING"
        | "RISK_FREEZE" => frozen(bank, number, row).await,
        "LOSS_ORAL" => act(StatusAction::ReportLoss, Cause::LossOral).await.map(drop),
        "LOSS_BY_BANK" => act(StatusAction::ReportLoss, Cause::LossByBank).await.map(drop),
        "LOSS_WRITTEN" => act(StatusAction::ReportLoss, Cause::LossWritten).await.map(drop),
        "STOP_FRAUD" => carry_out(bank, fraud_stop(number, "A-1")).await.map(drop),
        "STOP_ARREARS" => act(StatusAction::StopPayment, Cause::StopArrears).await.map(drop),
        "STOP_CUSTOMS" => {
            let asked = change(number, StatusAction::StopPayment, Cause::StopCustoms);
            let (authority, document_no) = ("Shekou Customs".to_owned(), "C-1".to_owned());
            let asked = ChangeAccountStatusRequest { authority, document_no, ..asked };
            carry_out(bank, asked).await.map(drop)
        }
        "IDENTITY_INCOMPLETE" => {
            let asked =
                change(number, StatusAction::RequireVerification, Cause::IdentityIncomplete);
            let missing_items = vec!["occupation".to_owned()];
            let asked = ChangeAccountStatusRequest { missing_items, ..asked };
            carry_out(bank, asked).await.map(drop)
        }
        "IDENTITY_NOT_VERIFIED" => {
            act(StatusAction::RequireVerification, Cause::IdentityNotVerified).await.map(drop)
        }
        "DORMANT_NO_USE" => act(StatusAction::MarkDormant, Cause::DormantNoUse).await.map(drop),
        "DORMANT_LOW_BALANCE" => {
            act(StatusAction::MarkDormant, Cause::DormantLowBalance).await.map(drop)
        }
        "DORMANT_ORGANISATION" => {
            act(StatusAction::MarkDormant, Cause::DormantOrganisation).await.map(drop)
        }
        "SUSPICIOUS_PATTERN" => {
            act(StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.map(drop)
        }
        "NON_COUNTER_SUSPENDED" => {
            carry_out(bank, restrict(number, Restriction::NonCounter)).await.map(drop)
        }
        "BY_LIST_AMOUNT" => {
            let asked = restrict(number, Restriction::Amount);
            let asked = ChangeAccountStatusRequest { amount: cny("10.00"), ..asked };
            carry_out(bank, asked).await.map(drop)
        }
        "BY_LIST_NO_DEBIT" => {
            carry_out(bank, restrict(number, Restriction::NoDebit)).await.map(drop)
        }
        other => panic!("the table has no row {other}"),
    }
    .unwrap_or_else(|refused| panic!("{row}: {refused:?}"));
}

async fn frozen(bank: &Bank, number: &str, row: &str) -> Result<(), Status> {
    match row {
        "JUDICIAL_COURT" => bank.freeze(bank.court_order(number, "10.00")).await.map(drop),
        "JUDICIAL_TWO_WAY" => {
            let mode = FreezeMode::TwoWay.into();
            let order = CreateFreezeRecordRequest { mode, ..bank.court_order(number, "") };
            bank.freeze(order).await.map(drop)
        }
        "CONFIDENTIAL" => {
            let order = bank.court_order(number, "10.00");
            let order = CreateFreezeRecordRequest { confidential: true, ..order };
            bank.freeze(order).await.map(drop)
        }
        "FREEZE_WAITING" => {
            bank.freeze(bank.court_order(number, "")).await.unwrap();
            let document_no = "（2026）粤0305执5678号".to_owned();
            let order = bank.court_order(number, "10.00");
            let order = CreateFreezeRecordRequest { document_no, ..order };
            let placed = bank.freeze(order).await;
            placed.map(|(freeze, _)| assert_eq!(freeze.status(), FreezeStatus::Waiting))
        }
        "RISK_FREEZE" => bank.freeze(bank.bank_freeze(number, "10.00")).await.map(drop),
        other => panic!("{other} is no freeze"),
    }
}

async fn declined(bank: &Bank, number: &str, cause: Cause) -> Result<(), Status> {
    let reject = bank.act(number, StatusAction::RejectOpening, |change| {
        change.causes = vec![cause.into()];
        if cause == Cause::OpeningIncomplete {
            change.missing_items = vec!["lease proof".to_owned()];
        }
    });
    reject.await.map(drop)
}

/// The conditions after the cell's action, given those before.
fn expected(
    cell: &str,
    (action, cause): (StatusAction, Option<Cause>),
    before: Vec<(Condition, Cause)>,
) -> Vec<(Condition, Cause)> {
    let new = cause.map(|cause| (added(action).0, cause));
    let mut after = match (cell, action) {
        ("+", _) => before.into_iter().chain(new).collect(),
        ("-" | "c", _) | ("o", StatusAction::CompleteOpening) => Vec::new(),
        ("o", StatusAction::RejectOpening) => new.into_iter().collect(),
        ("o", StatusAction::ResubmitOpening) => vec![(Condition::Opening, Cause::OpeningInReview)],
        ("=", _) => vec![(Condition::Lost, Cause::LossWritten)],
        other => panic!("no such cell: {other:?}"),
    };
    after.sort_by_key(|(kind, cause)| (i32::from(*kind), i32::from(*cause)));
    after
}

fn sorted(info: &AccountStatusInfo) -> Vec<(Condition, Cause)> {
    let mut rows = held(info);
    rows.sort_by_key(|(kind, cause)| (i32::from(*kind), i32::from(*cause)));
    rows
}

/// Carries out one cell's action and compares.
async fn one_cell(bank: &Bank, number: &str, (row, cell): (&str, &str), act: Act) {
    let (action, cause) = act;
    let before = picture(bank, number).await;
    let named = Cause::from_str_name(&format!("CAUSE_{row}"));
    for cause in named.into_iter().filter(|cause| *cause != Cause::Closed) {
        assert!(held(&before.0).iter().any(|(_, held)| *held == cause), "{row}: {before:?}");
    }
    let outcome = carried_out(bank, number, action, cause).await;
    let after = picture(bank, number).await;
    let told = format!("{row} × {action:?} {cause:?}");
    match cell {
        "." | "b" => {
            let refused = outcome.expect_err(&told);
            let reason = reason(&refused);
            assert_eq!(reason == "ACTION_NOT_APPLICABLE", cell == ".", "{told}: {reason}");
            assert_eq!(after, before, "{told}");
        }
        _ => {
            let info = outcome.unwrap_or_else(|refused| panic!("{told}: {refused:?}"));
            assert_eq!(info.etag, after.0.etag, "{told}");
            assert_ne!(after.0.etag, before.0.etag, "{told}");
            assert_eq!(sorted(&after.0), expected(cell, act, held(&before.0)), "{told}");
            assert_eq!(after.1.len(), before.1.len() + 1, "{told}: one row of history");
            let closed = after.0.status() == AccountStatus::Closed;
            assert_eq!(closed, cell == "c", "{told}");
            // The row that was there is the same row, not one like it.
            for kept in before.0.conditions.iter().filter(|_| cell == "+") {
                assert!(after.0.conditions.contains(kept), "{told}: {kept:?}");
            }
        }
    }
}

/// Each row of a table: its place, its name and its cells.
fn rows(table: &str) -> Vec<(usize, &str, Vec<&str>)> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let rows = lines.enumerate().map(|(place, line)| {
        let mut words = line.split_whitespace();
        let row = words.next().unwrap();
        let letters: Vec<&str> = words.collect();
        assert_eq!(letters.len(), ACTIONS.len(), "{row}");
        (place, row, letters)
    });
    rows.collect()
}

fn number(place: usize, column: usize) -> String {
    format!("999020{place:04}{column:04}")
}

/// Carries out a row's actions, each on an account of its own.
async fn each_cell(bank: &Bank, (place, row, letters): &(usize, &str, Vec<&str>)) {
    let cells = letters.iter().zip(ACTIONS).enumerate();
    let asked = cells.map(|(column, (cell, action))| async move {
        let act = (action, cause_on(row, *place, action));
        one_cell(bank, &number(*place, column), (row, cell), act).await;
    });
    futures::future::join_all(asked).await;
}

on_every_engine! {
    async fn every_cell_of_the_action_table_does_what_it_says(bank) {
        let rows = rows(TABLE);
        assert_eq!(rows.len(), 27);
        for row in &rows {
            let numbers = (0..ACTIONS.len()).map(|column| number(row.0, column));
            let bank = &bank;
            let made = numbers.map(|number| async move { with_one(bank, &number, row.1).await });
            futures::future::join_all(made).await;
            each_cell(bank, row).await;
        }
        bank.finish().await;
    }
}

#[test]
fn every_cause_that_an_action_takes_has_its_turn() {
    let rows = rows(TABLE);
    for (column, action) in ACTIONS.into_iter().enumerate() {
        let applies = rows.iter().filter(|(_, _, letters)| ["+", "o"].contains(&letters[column]));
        let taken: Vec<Cause> =
            applies.filter_map(|(place, row, _)| cause_on(row, *place, action)).collect();
        for cause in added(action).1 {
            // Few rows are in review; the others show what each cause of declining leaves.
            let declines = action == StatusAction::RejectOpening;
            assert!(declines || taken.contains(cause), "{action:?} never takes {cause:?}");
        }
    }
}
