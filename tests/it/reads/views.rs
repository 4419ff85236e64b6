//! What the BASIC view leaves out: exactly what the contract says, field by field.

use account_status::pb::v1::get_account_status_request::Key;
use account_status::pb::v1::*;

use super::{NUMBER, get};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// An account with a holder, a freeze, a suspicion and a stop order, all with everything that a
/// request can say of them.
async fn burdened(bank: &Bank) {
    bank.account(NUMBER, "1000.00").await;
    bank.bind_card(NUMBER, "6299990000000010").await.unwrap();
    let order = CreateFreezeRecordRequest {
        unfreeze_condition: "paid up".to_owned(),
        ..bank.court_order(NUMBER, "600.00")
    };
    bank.freeze(order).await.unwrap();
    bank.act(NUMBER, StatusAction::StopPayment, |change| {
        change.cause = Cause::StopFraud.into();
        change.authority = "Anti-Fraud Centre".to_owned();
        change.document_no = "ZF-17".to_owned();
        change.reason = "a call from the victim".to_owned();
    })
    .await
    .unwrap();
    bank.act(NUMBER, StatusAction::RequireVerification, |change| {
        change.cause = Cause::IdentityIncomplete.into();
        change.missing_items = vec!["address".to_owned()];
    })
    .await
    .unwrap();
}

/// Blanks what the BASIC view leaves out; the texts are those of the basic view already.
fn without_detail(mut full: AccountStatusInfo, basic: &AccountStatusInfo) -> AccountStatusInfo {
    full.account_name.clear();
    full.customer_id.clear();
    full.freeze_reason.clear();
    full.conditions_total = 0;
    full.message.clone_from(&basic.message);
    full.remedy.as_mut().unwrap().contact = format!("Your branch {}", full.branch_code);
    for (condition, other) in full.conditions.iter_mut().zip(&basic.conditions) {
        condition.authority.clear();
        condition.document_no.clear();
        condition.set_by.clear();
        condition.message.clone_from(&other.message);
    }
    for (solution, other) in full.solutions.iter_mut().zip(&basic.solutions) {
        solution.customer_line.clone_from(&other.customer_line);
    }
    full
}

on_every_engine! {
    async fn the_basic_view_is_the_full_one_without_persons_and_freeze_detail(bank) {
        burdened(&bank).await;
        for key in [
            Key::AccountNumber(NUMBER.to_owned()),
            Key::CardNumber("6299990000000010".to_owned()),
        ] {
            let basic = get(&bank, key.clone(), AccountStatusView::Basic).await.unwrap();
            let full = get(&bank, key.clone(), AccountStatusView::Full).await.unwrap();
            assert_eq!(get(&bank, key, AccountStatusView::Unspecified).await.unwrap(), full);
            // Each of these stands in the full view, so that its absence means something.
            let said = format!("{full:?}");
            let hidden = [
                "Lin", "C10001", "Nanshan", "1234", "execution", "ZF-17", "Centre", "\"local\"",
            ];
            for text in hidden {
                assert!(said.contains(text), "{text} in {said}");
            }
            let said = format!("{basic:?}");
            for text in hidden.iter().chain(&["Lu Heng", "0305-11", "paid up", "victim"]) {
                assert!(!said.contains(text), "{text} in {said}");
            }
            assert_eq!(without_detail(full.clone(), &basic), basic, "nothing else is left out");

            assert_eq!((basic.status_code.as_str(), basic.conditions.len()), ("01", 3));
            assert_eq!(full.conditions_total, 3);
            assert_eq!((&basic.available, basic.freeze_type()), (&cny("400.00"), FreezeType::Judicial));
            assert!(!basic.message.is_empty() && basic.conditions[0].amount == cny("600.00"));
            let full_first = &full.conditions[0];
            assert_eq!(full_first.condition(), Condition::Frozen);
            assert_eq!(full_first.document_no, "（2026）粤0305执1234号");
            assert_eq!(full_first.condition_id, full_first.freeze_id);
            assert_eq!((full.account_name.as_str(), full.customer_id.as_str()), ("Lin Zhixia", "C10001"));
            assert_eq!((full.freeze_reason.as_str(), full.branch_code.as_str()), ("execution", "999584000101"));
        }
        bank.finish().await;
    }
}

on_every_engine! {
    /// Where many accounts are asked for, nothing said means BASIC.
    async fn lists_and_batches_show_the_same_as_the_single_call(bank) {
        burdened(&bank).await;
        let key = || Key::AccountNumber(NUMBER.to_owned());
        for (view, expected) in [
            (AccountStatusView::Unspecified, AccountStatusView::Basic),
            (AccountStatusView::Basic, AccountStatusView::Basic),
            (AccountStatusView::Full, AccountStatusView::Full),
        ] {
            let single = get(&bank, key(), expected).await.unwrap();
            let batch = BatchGetAccountStatusRequest {
                keys: vec![AccountKey { key: Some(account_key::Key::AccountNumber(NUMBER.to_owned())) }],
                view: view.into(),
            };
            let batch = bank.status_client().batch_get_account_status(batch).await.unwrap();
            let result = batch.into_inner().results.remove(0).result.unwrap();
            assert_eq!(result, account_status_result::Result::AccountStatus(single.clone()));
            let list = ListAccountsByCustomerRequest {
                customer_id: "C10001".to_owned(),
                view: view.into(),
                ..Default::default()
            };
            let list = bank.status_client().list_accounts_by_customer(list).await.unwrap();
            assert_eq!(list.into_inner().account_statuses, [single]);
        }
        bank.finish().await;
    }
}
