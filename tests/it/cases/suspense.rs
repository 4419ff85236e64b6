//! Money beside accounts, worked off each way; two persons always.

use super::*;
use crate::on_every_engine;
use SuspenseClearing as S;

on_every_engine! {
    async fn what_is_owed_is_taken_when_it_is_there(bank) {
        let case = owing(&bank).await;
        let item = items(&bank, false).await.pop().unwrap();
        assert_eq!((item.kind(), &item.case_id), (SuspenseKind::Receivable, &case.case_id));
        let refused = clear(&bank, clearing(&item, S::DebitAccount)).await.unwrap_err();
        assert_eq!(reason(&refused), "INSUFFICIENT_AVAILABLE_FUNDS");
        let refused = clear(&bank, clearing(&item, S::CreditAccount)).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        bank.credit(ACCOUNT, "100.00").await.unwrap();
        let cleared = clear(&bank, clearing(&item, S::DebitAccount)).await.unwrap();
        assert!(!cleared.open);
        assert_eq!(bank.available(ACCOUNT).await, "70.00");
        assert_eq!(items(&bank, false).await, []);
        assert_eq!(items(&bank, true).await, [cleared]);
        let (case, _) = story(&bank, &case).await;
        assert_eq!(case.resolution(), CaseResolution::Cleared);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_came_is_credited_settled_elsewhere_written_off_or_offset(bank) {
        bank.account(ACCOUNT, "0").await;
        let two_way = FreezeMode::TwoWay;
        let (freeze, _) = bank
            .freeze(CreateFreezeRecordRequest {
                mode: two_way.into(), ..bank.court_order(ACCOUNT, "")
            })
            .await
            .unwrap();
        for amount in ["1.00", "2.00", "3.00", "4.00"] {
            bank.credit(ACCOUNT, amount).await.unwrap();
        }
        bank.record(bank.posting(ACCOUNT, Direction::Debit, "4.00")).await.unwrap();
        let all = items(&bank, false).await;
        assert_eq!(all.len(), 5);
        let refused = clear(&bank, clearing(&all[0], S::CreditAccount)).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");
        clear(&bank, clearing(&all[1], S::SettledOutside)).await.unwrap();
        clear(&bank, clearing(&all[2], S::WriteOff)).await.unwrap();
        let wrong = ClearSuspenseRequest {
            other_item_id: all[4].item_id.clone(), ..clearing(&all[0], S::Offset)
        };
        let refused = clear(&bank, wrong).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        let right = ClearSuspenseRequest {
            other_item_id: all[4].item_id.clone(), ..clearing(&all[3], S::Offset)
        };
        clear(&bank, right).await.unwrap();
        bank.release(bank.court_release(ACCOUNT, &freeze.freeze_id)).await.unwrap();
        clear(&bank, clearing(&all[0], S::CreditAccount)).await.unwrap();
        assert_eq!(bank.available(ACCOUNT).await, "1.00");
        assert_eq!(items(&bank, false).await, []);
        let again = clear(&bank, clearing(&all[0], S::CreditAccount)).await.unwrap_err();
        assert_eq!(reason(&again), "ACTION_NOT_APPLICABLE");
        let nobody = ClearSuspenseRequest {
            item_id: "none".to_owned(), ..clearing(&all[0], S::WriteOff)
        };
        let refused = clear(&bank, nobody).await.unwrap_err();
        assert_eq!(reason(&refused), "SUSPENSE_NOT_FOUND");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn clearing_waits_for_a_second_person_and_is_stale_once_it_was_cleared(bank) {
        let case = owing(&bank).await;
        let bank = strict(bank).await;
        let item = items(&bank, false).await.pop().unwrap();
        let ask = by("ops.li", clearing(&item, S::WriteOff));
        let answer = bank.case_client().clear_suspense(ask).await.unwrap().into_inner();
        let clear_suspense_response::Outcome::Approval(approval) = answer.outcome.unwrap() else {
            panic!("it doesn't wait");
        };
        assert!(items(&bank, false).await[0].open);
        let (_, way) = story(&bank, &case).await;
        assert_eq!(kinds(&way), [CaseEntryKind::Opened, CaseEntryKind::Proposed]);
        let done = approve(&bank, &approval).await.unwrap();
        let Some(approve_response::Outcome::SuspenseItem(cleared)) = done.outcome else {
            panic!("no item");
        };
        assert_eq!((&*cleared.cleared_by, &*cleared.approved_by), ("ops.li", "checker"));
        assert_eq!(items(&bank, true).await[0].approved_by, "checker");
        bank.finish().await;
    }
}
