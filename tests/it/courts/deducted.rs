//! Deductions: in turn, from what a freeze holds, in one step with a freeze, and by whom.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::on_every_engine;

const N: &str = "9990290001000009902";
const A: &str = "Haidian District Court";
const B: &str = "Xuhui District Court";

async fn refused(bank: &Bank, order: DeductFreezeRecordRequest) -> String {
    reason(&deduct(bank, order).await.unwrap_err())
}

on_every_engine! {
    async fn nobody_takes_ahead_of_their_turn(bank) {
        bank.account(N, "1000.00").await;
        let (a, _) = bank.freeze(court(&bank, N, A, "700.00")).await.unwrap();
        let (b, _) = bank.freeze(court(&bank, N, B, "500.00")).await.unwrap();
        let (c, _) = bank.freeze(court(&bank, N, "Nanshan District Court", "100.00")).await.unwrap();
        let ids = [a.freeze_id.as_str(), b.freeze_id.as_str(), c.freeze_id.as_str()];
        assert_eq!(stand(&bank, &ids).await,
            [active("700.00", 1), active("300.00", 2), waiting(3)]);

        // C waits; B holds 300 and no more; a ruling that freezes and deducts finds nothing left.
        assert_eq!(refused(&bank, deduction(N, "Nanshan District Court", ids[2], "1.00")).await,
            "OUT_OF_TURN");
        assert_eq!(refused(&bank, deduction(N, B, ids[1], "300.01")).await, "OUT_OF_TURN");
        assert_eq!(refused(&bank, deduction(N, "Futian District Court", "", "1.00")).await,
            "OUT_OF_TURN");
        assert_eq!(refused(&bank, deduction(N, B, ids[0], "1.00")).await, "NOT_THIS_AUTHORITY");
        assert_eq!(bank.freezes(N).await.len(), 3, "nothing is left of what was refused");

        let up_to = DeductFreezeRecordRequest { up_to: true, ..deduction(N, B, ids[1], "500.00") };
        let done = deduct(&bank, up_to).await.unwrap();
        let (freeze, posting) = (done.freeze_record.unwrap(), done.transaction.unwrap());
        assert_eq!((freeze.amount.clone(), freeze.status()), (cny("200.00"), FreezeStatus::Active));
        assert_eq!((posting.amount.clone(), posting.transaction_type(), posting.balance_after),
            (cny("300.00"), TransactionType::Deduction, cny("700.00")));
        assert_eq!(stand(&bank, &ids).await, [active("700.00", 1), active("0.00", 2), waiting(3)]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_deducted_leaves_the_freeze_and_zero_ends_it(bank) {
        bank.account(N, "1000.00").await;
        let (a, _) = bank.freeze(court(&bank, N, A, "700.00")).await.unwrap();
        // No condition stands in its way, and no withdrawal is woken.
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        set(&bank, N, StatusAction::StopPayment, Cause::StopArrears).await.unwrap();
        let done = deduct(&bank, deduction(N, A, &a.freeze_id, "200.00")).await.unwrap();
        let posting = done.transaction.unwrap();
        assert_eq!(stand(&bank, &[&a.freeze_id]).await, [active("500.00", 1)]);
        let act = get(&bank, &a.freeze_id).await.acts.pop().unwrap();
        assert_eq!((act.act(), act.amount, act.transaction_id),
            (FreezeActKind::Deducted, cny("200.00"), posting.transaction_id));
        deduct(&bank, deduction(N, A, &a.freeze_id, "500.00")).await.unwrap();
        assert_eq!(stand(&bank, &[&a.freeze_id]).await, [over(FreezeStatus::Released)]);
        assert_eq!(acts(&bank, &a.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Deducted, FreezeActKind::Deducted]);
        assert_eq!(bank.status(N).await.unwrap().balance, cny("300.00"));
        assert_eq!(refused(&bank, deduction(N, A, &a.freeze_id, "1.00")).await,
            "FREEZE_NOT_IN_FORCE");

        // A ruling of its own freezes and takes in one step, and what was not sent gives way.
        let done = deduct(&bank, deduction(N, B, "", "250.00")).await.unwrap();
        let both = done.freeze_record.unwrap();
        assert_eq!(acts(&bank, &both.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Deducted]);
        assert_eq!((both.status(), bank.status(N).await.unwrap().balance),
            (FreezeStatus::Released, cny("50.00")));
        assert_eq!(refused(&bank, deduction(N, B, "", "50.01")).await,
            "INSUFFICIENT_AVAILABLE_FUNDS");
        bank.finish().await;
    }
}

on_every_engine! {
    /// 公安刑事程序规定 237(2); 刑事裁判涉财产部分执行规定 5.
    async fn the_police_take_nothing_and_a_criminal_court_takes_over_at_its_rank(bank) {
        bank.account(N, "1000.00").await;
        let police = CreateFreezeRecordRequest {
            authority_kind: AuthorityKind::PoliceCriminal.into(),
            authority_name: "Xihu Police".to_owned(),
            ..bank.court_order(N, "400.00")
        };
        let (p, _) = bank.freeze(police).await.unwrap();
        let (b, _) = bank.freeze(court(&bank, N, B, "1000.00")).await.unwrap();
        let by_police = DeductFreezeRecordRequest {
            authority_kind: AuthorityKind::PoliceCriminal.into(),
            ..deduction(N, "Xihu Police", &p.freeze_id, "1.00")
        };
        assert_eq!(refused(&bank, by_police).await, "ACTION_NOT_APPLICABLE");
        let criminal = AuthorityKind::CourtCriminal.into();
        let by_court = DeductFreezeRecordRequest {
            authority_kind: criminal,
            ..deduction(N, A, &p.freeze_id, "100.00")
        };
        deduct(&bank, by_court).await.unwrap();

        let taken = SucceedFreezeRecordRequest {
            account_number: N.to_owned(),
            freeze_id: p.freeze_id.clone(),
            authority_kind: criminal,
            authority_name: A.to_owned(),
            document_no: "刑初7号".to_owned(),
            notice_no: "协7".to_owned(),
            officers: officers(),
            reason: "judgment".to_owned(),
            source: FreezeSource::Paper.into(),
            request_id: fresh(),
            ..SucceedFreezeRecordRequest::default()
        };
        let answer = bank.freeze_client().succeed_freeze_record(taken.clone()).await.unwrap();
        let heir = answer.into_inner().freeze_record.unwrap();
        let ids = [p.freeze_id.as_str(), heir.freeze_id.as_str(), b.freeze_id.as_str()];
        assert_eq!(stand(&bank, &ids).await,
            [over(FreezeStatus::Released), active("300.00", 1), active("600.00", 2)]);
        assert_eq!((heir.preceding_freeze_id, heir.served_time, heir.expire_time),
            (p.freeze_id.clone(), p.served_time, p.expire_time));
        assert_eq!(acts(&bank, ids[0]).await.last(), Some(&FreezeActKind::Succeeded));
        let again = SucceedFreezeRecordRequest { request_id: fresh(), ..taken };
        let refused = bank.freeze_client().succeed_freeze_record(again).await.unwrap_err();
        assert_eq!(reason(&refused), "FREEZE_NOT_IN_FORCE");
        bank.finish().await;
    }
}

on_every_engine! {
    /// 信用证开证保证金规定 1: frozen, not deducted.
    async fn the_margin_of_a_letter_of_credit_is_frozen_and_not_deducted(bank) {
        bank.account(N, "1000.00").await;
        let protect = ProtectAccountRequest {
            account_number: N.to_owned(),
            protected_kind: ProtectedKind::LetterOfCredit.into(),
            reason: "margin of LC 77".to_owned(),
            request_id: fresh(),
            ..ProtectAccountRequest::default()
        };
        bank.account_client().protect_account(protect).await.unwrap();
        let (a, _) = bank.freeze(court(&bank, N, A, "700.00")).await.unwrap();
        assert_eq!(stand(&bank, &[&a.freeze_id]).await, [active("700.00", 1)]);
        assert_eq!(refused(&bank, deduction(N, A, &a.freeze_id, "1.00")).await, "PROTECTED_FUNDS");
        assert_eq!(refused(&bank, deduction(N, B, "", "1.00")).await, "PROTECTED_FUNDS");
        assert_eq!(bank.status(N).await.unwrap().balance, cny("1000.00"));
        bank.finish().await;
    }
}
