//! Accounts that are not NORMAL: each filter, what lapsed, what is hidden, and pages that stay steady.

pub(crate) mod plans;

use std::collections::BTreeSet;

use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

type Asked = ListAbnormalAccountsRequest;

fn number(index: usize) -> String {
    format!("99905840010000007{index:02}")
}

async fn page(
    bank: &Bank,
    by_whom: &str,
    asked: Asked,
) -> Result<ListAbnormalAccountsResponse, Status> {
    Ok(bank.status_client().list_abnormal_accounts(by(by_whom, asked)).await?.into_inner())
}

/// The last two digits of all that is listed, in pages of this size.
async fn listed(bank: &Bank, by_whom: &str, asked: &Asked, page_size: i32) -> Vec<usize> {
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let asked = Asked { page_size, page_token, ..asked.clone() };
        let page = page(bank, by_whom, asked).await.unwrap();
        let numbers = page.account_statuses.iter().map(|one| {
            assert_ne!(one.status(), AccountStatus::Normal);
            one.account_number[17..].parse::<usize>().unwrap()
        });
        found.extend(numbers);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}

async fn finds(bank: &Bank, by_whom: &str, asked: Asked, expected: &[usize]) {
    for size in [1, 2, 1_000] {
        assert_eq!(listed(bank, by_whom, &asked, size).await, expected, "{asked:?} by {size}");
    }
}

async fn mark(bank: &Bank, index: usize) {
    bank.act(&number(index), StatusAction::MarkSuspicious, |_| {}).await.unwrap();
}

async fn restrict(bank: &Bank, index: usize, hours: i64) {
    let until = (bank.now() + chrono::Duration::hours(hours)).timestamp();
    let set = |change: &mut ChangeAccountStatusRequest| {
        change.restriction = Restriction::NoDebit.into();
        change.cause = Cause::RestrictedByList.into();
        change.end_time = Some(prost_types::Timestamp { seconds: until, nanos: 0 });
    };
    bank.act(&number(index), StatusAction::Restrict, set).await.unwrap();
}

/// Nine accounts with a condition of each kind among them; 0 and 6 are NORMAL.
async fn something_of_each_kind(bank: &Bank) {
    for index in 0..8 {
        bank.account(&number(index), "100.00").await;
    }
    bank.applied(&number(8)).await;
    bank.act(&number(7), StatusAction::MarkSuspicious, |_| {}).await.unwrap();
    bank.freeze(bank.court_order(&number(1), "200.00")).await.unwrap();
    let second = CreateFreezeRecordRequest {
        document_no: "second".to_owned(),
        ..bank.court_order(&number(1), "10.00")
    };
    bank.freeze(second).await.unwrap();
    let hidden =
        CreateFreezeRecordRequest { confidential: true, ..bank.court_order(&number(2), "10.00") };
    bank.freeze(hidden).await.unwrap();
    bank.freeze(bank.bank_freeze(&number(3), "10.00")).await.unwrap();
    mark(bank, 3).await;
    let lost = |change: &mut ChangeAccountStatusRequest| change.cause = Cause::LossOral.into();
    bank.act(&number(4), StatusAction::ReportLoss, lost).await.unwrap();
    restrict(bank, 5, 1).await;
    restrict(bank, 1, 1).await;
    bank.act(&number(6), StatusAction::ReportLoss, lost).await.unwrap();
    bank.act(&number(6), StatusAction::WithdrawLoss, |_| {}).await.unwrap();
}

on_every_engine! {
    async fn filters_fit_together_and_agree_with_what_is_shown(bank) {
        something_of_each_kind(&bank).await;
        let all = Asked::default();
        finds(&bank, "local", all.clone(), &[1, 2, 3, 4, 5, 7, 8]).await;
        let status = |status: AccountStatus| Asked { status: status.into(), ..Asked::default() };
        let kind = |kind: Condition| Asked { condition: kind.into(), ..Asked::default() };
        let cause = |cause: Cause| Asked { cause: cause.into(), ..Asked::default() };
        for (asked, expected) in [
            (status(AccountStatus::Frozen), &[1, 2, 3][..]),
            (status(AccountStatus::Opening), &[8]),
            (status(AccountStatus::Suspicious), &[7]),
            (status(AccountStatus::Closed), &[]),
            (kind(Condition::Frozen), &[1, 2, 3]),
            (kind(Condition::Suspicious), &[3, 7]),
            (kind(Condition::Restricted), &[1, 5]),
            (kind(Condition::Lost), &[4]),
            (kind(Condition::Opening), &[8]),
            (cause(Cause::RiskFreeze), &[3]),
            (cause(Cause::JudicialCourt), &[1]),
            (cause(Cause::FreezeWaiting), &[1]),
            (cause(Cause::LossOral), &[4]),
            (cause(Cause::OpeningInReview), &[8]),
            (cause(Cause::Closed), &[]),
            (Asked { condition: Condition::Frozen.into(), ..cause(Cause::RestrictedByList) }, &[1]),
            (Asked { condition: Condition::Restricted.into(), ..status(AccountStatus::Frozen) }, &[1]),
            (Asked { branch_code: "999584000101".to_owned(), ..status(AccountStatus::Lost) }, &[4]),
            (Asked { branch_code: "none".to_owned(), ..all.clone() }, &[]),
        ] {
            finds(&bank, "local", asked, expected).await;
        }
        finds(&bank, "auditor", cause(Cause::JudicialCourt), &[1, 2]).await;

        // Since when the status holds, and what lapsed though nobody wrote it down.
        bank.pass(chrono::Duration::minutes(30));
        mark(&bank, 0).await;
        let seconds = bank.now().timestamp();
        let since = |asked: Asked| Asked {
            since_time: Some(prost_types::Timestamp { seconds, nanos: 0 }), ..asked };
        finds(&bank, "local", since(all.clone()), &[0]).await;
        finds(&bank, "local", since(kind(Condition::Suspicious)), &[0]).await;
        finds(&bank, "local", since(status(AccountStatus::Frozen)), &[]).await;
        restrict(&bank, 0, 1).await;
        bank.pass(chrono::Duration::hours(200));
        finds(&bank, "local", kind(Condition::Restricted), &[]).await;
        finds(&bank, "local", all.clone(), &[0, 1, 2, 3, 7, 8]).await;
        let wrong = Asked {
            status: AccountStatus::Normal.into(),
            condition: 99,
            cause: -1,
            branch_code: "x".repeat(36),
            page_size: -1,
            page_token: "x".to_owned(),
            ..Asked::default()
        };
        assert_eq!(fields(&page(&bank, "local", wrong).await.unwrap_err()),
            ["status", "condition", "cause", "branch_code", "page_size", "page_token"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_lapse_that_changes_what_is_shown_is_found_before_it_is_written(bank) {
        bank.account(&number(1), "100.00").await;
        mark(&bank, 1).await;
        let until = (bank.now() + chrono::Duration::hours(1)).timestamp();
        let order = CreateFreezeRecordRequest {
            duration: Some(create_freeze_record_request::Duration::ExpireTime(
                prost_types::Timestamp { seconds: until, nanos: 0 },
            )),
            ..bank.court_order(&number(1), "10.00")
        };
        bank.freeze(order).await.unwrap();
        bank.pass(chrono::Duration::hours(2));
        let status = |status: AccountStatus| Asked { status: status.into(), ..Asked::default() };
        finds(&bank, "local", status(AccountStatus::Suspicious), &[1]).await;
        finds(&bank, "local", status(AccountStatus::Frozen), &[]).await;
        let since_time = Some(prost_types::Timestamp { seconds: until, nanos: 0 });
        finds(&bank, "local", Asked { since_time, ..Asked::default() }, &[1]).await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_fits_all_the_while_is_listed_once_whatever_changes_between_pages(bank) {
        for index in 0..30 {
            bank.account(&number(index), "0").await;
        }
        let stays: Vec<usize> = (0..30).filter(|index| index % 3 == 0).collect();
        for index in &stays {
            mark(&bank, *index).await;
        }
        for kind in [Condition::Unspecified, Condition::Suspicious] {
            let (mut found, mut page_token, mut turn) = (Vec::new(), String::new(), 0);
            loop {
                let asked = Asked { condition: kind.into(), page_size: 3, page_token, ..Asked::default() };
                let page = page(&bank, "local", asked).await.unwrap();
                let numbers = page.account_statuses.iter();
                found.extend(numbers.map(|one| one.account_number[17..].parse::<usize>().unwrap()));
                page_token = page.next_page_token;
                if page_token.is_empty() {
                    break;
                }
                // Others come and go, and those that stay change, too.
                for index in (0..30).filter(|index| index % 3 == 1 + turn % 2) {
                    let action = if bank.code(&number(index)).await == "00" {
                        StatusAction::MarkSuspicious
                    } else {
                        StatusAction::ClearSuspicion
                    };
                    bank.act(&number(index), action, |_| {}).await.unwrap();
                }
                restrict(&bank, stays[turn % stays.len()], 1).await;
                turn += 1;
            }
            let once: BTreeSet<usize> = found.iter().copied().collect();
            assert_eq!(once.len(), found.len(), "{found:?}");
            assert!(found.is_sorted());
            let missing: Vec<_> = stays.iter().filter(|index| !once.contains(index)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
        bank.finish().await;
    }
}
