//! Protected accounts: marked over gRPC, at their opening or by an import, and what that keeps away.

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;
use tonic::Status;

use crate::actions::{N, told};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::import::{program, text};
use crate::on_every_engine;
use crate::reviews::events;

fn protecting(number: &str, kind: ProtectedKind) -> ProtectAccountRequest {
    ProtectAccountRequest {
        account_number: number.to_owned(),
        protected_kind: kind.into(),
        reason: "wage account of project 12".to_owned(),
        request_id: fresh(),
        ..ProtectAccountRequest::default()
    }
}

async fn protect(
    bank: &Bank,
    request: ProtectAccountRequest,
) -> Result<protect_account_response::Outcome, Status> {
    Ok(bank.account_client().protect_account(request).await?.into_inner().outcome.unwrap())
}

async fn marked(bank: &Bank, number: &str, kind: ProtectedKind) {
    match protect(bank, protecting(number, kind)).await.unwrap() {
        protect_account_response::Outcome::AccountStatus(info) => {
            assert_eq!(info.protected_kind(), kind);
        }
        protect_account_response::Outcome::Approval(approval) => panic!("{approval:?}"),
    }
}

/// Why an order is refused; empty when it is not.
async fn refused(bank: &Bank, order: CreateFreezeRecordRequest) -> String {
    let check = CreateFreezeRecordRequest { validate_only: true, request_id: fresh(), ..order };
    bank.freeze(check).await.err().map(|status| reason(&status)).unwrap_or_default()
}

on_every_engine! {
    async fn a_mark_moves_the_etag_and_is_set_once(bank) {
        bank.account(N, "100.00").await;
        let before = bank.status(N).await.unwrap();
        assert_eq!(before.protected_kind(), ProtectedKind::Unspecified);
        let stale = ProtectAccountRequest {
            etag: "0".to_owned(), ..protecting(N, ProtectedKind::Wages)
        };
        let first = ProtectAccountRequest {
            etag: before.etag.clone(), ..protecting(N, ProtectedKind::Wages)
        };
        let check = ProtectAccountRequest {
            validate_only: true, request_id: fresh(), ..first.clone()
        };
        protect(&bank, check).await.unwrap();
        assert_eq!(bank.status(N).await.unwrap(), before);
        let done = protect(&bank, first.clone()).await.unwrap();
        assert_eq!(protect(&bank, first.clone()).await.unwrap(), done, "replayed");
        let after = bank.status(N).await.unwrap();
        assert_eq!(after.protected_kind(), ProtectedKind::Wages);
        assert_ne!(after.etag, before.etag);
        let old = ProtectAccountRequest { request_id: fresh(), ..first };
        assert_eq!(reason(&protect(&bank, old).await.unwrap_err()), "ETAG_MISMATCH");
        assert!(protect(&bank, stale).await.is_err());
        let again = protect(&bank, protecting(N, ProtectedKind::Wages)).await.unwrap_err();
        assert_eq!(reason(&again), "ACTION_NOT_APPLICABLE");
        marked(&bank, N, ProtectedKind::Unspecified).await;
        assert_eq!(bank.status(N).await.unwrap().protected_kind(), ProtectedKind::Unspecified);
        assert_eq!(events(&bank, N, "ACCOUNT_PROTECTED").await, [
            serde_json::json!({ "protected_kind": "WAGES" }),
            serde_json::json!({ "protected_kind": null }),
        ]);
        let unknown = protecting("6222021234567890999", ProtectedKind::Wages);
        assert_eq!(reason(&protect(&bank, unknown).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        let malformed = ProtectAccountRequest {
            reason: " ".to_owned(), protected_kind: 77, ..protecting(N, ProtectedKind::Wages)
        };
        assert_eq!(fields(&protect(&bank, malformed).await.unwrap_err()), ["protected_kind", "reason"]);
        bank.act(N, StatusAction::Close, |_| {}).await.unwrap_err();
        let empty = "6222021234567890124";
        bank.account(empty, "0").await;
        bank.act(empty, StatusAction::Close, |_| {}).await.unwrap();
        let closed = protect(&bank, protecting(empty, ProtectedKind::Wages)).await.unwrap_err();
        assert_eq!(reason(&closed), "ACCOUNT_CLOSED");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_mark_waits_for_a_second_person(bank) {
        bank.account(N, "100.00").await;
        let bank = bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await;
        let outcome = protect(&bank, protecting(N, ProtectedKind::Treasury)).await.unwrap();
        let protect_account_response::Outcome::Approval(approval) = outcome else {
            panic!("it waits: {outcome:?}")
        };
        assert_eq!(bank.status(N).await.unwrap().protected_kind(), ProtectedKind::Unspecified);
        let approve = ApproveRequest {
            account_number: N.to_owned(),
            approval_id: approval.approval_id,
            request_id: fresh(),
            ..Default::default()
        };
        bank.approval_client().approve(by("checker", approve)).await.unwrap();
        assert_eq!(bank.status(N).await.unwrap().protected_kind(), ProtectedKind::Treasury);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn orders_on_protected_money_are_refused_but_for_what_the_law_excepts(bank) {
        // law.md 2.5 to 2.8: kind, what a court may, what it may for the money's own purpose.
        use ProtectedKind as P;
        for (index, (kind, any, purpose)) in [
            (P::Wages, "PROTECTED_FUNDS", ""),
            (P::SecuritiesClients, "PROTECTED_FUNDS", ""),
            (P::Clearing, "PROTECTED_FUNDS", "PROTECTED_FUNDS"),
            (P::FundSales, "PROTECTED_FUNDS", "PROTECTED_FUNDS"),
            (P::FuturesMargin, "PROTECTED_FUNDS", "PROTECTED_FUNDS"),
            (P::PaymentReserve, "PROTECTED_FUNDS", "PROTECTED_FUNDS"),
            (P::Treasury, "PROTECTED_FUNDS", "PROTECTED_FUNDS"),
            (P::SocialInsurance, "PROTECTED_FUNDS", "PROTECTED_FUNDS"),
            (P::LetterOfCredit, "", ""),
        ].into_iter().enumerate() {
            let number = format!("622202123456789030{index}");
            bank.account(&number, "100.00").await;
            marked(&bank, &number, kind).await;
            let order = bank.court_order(&number, "10.00");
            assert_eq!(refused(&bank, order.clone()).await, any, "{kind:?}");
            let own = CreateFreezeRecordRequest { protected_purpose: true, ..order };
            assert_eq!(refused(&bank, own).await, purpose, "{kind:?} for its purpose");
            assert_eq!(refused(&bank, bank.bank_freeze(&number, "10.00")).await, "", "{kind:?}: the bank");
            let listed = CreateFreezeRecordRequest {
                authority_kind: AuthorityKind::ListBased.into(),
                ..bank.court_order(&number, "")
            };
            assert_eq!(refused(&bank, listed).await, "", "{kind:?}: lists take everything");
        }
        bank.account(N, "100.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        marked(&bank, N, ProtectedKind::Wages).await;
        assert_eq!(bank.freezes(N).await[0].status(), FreezeStatus::Active, "it stays");
        let more = bank.freeze(bank.court_order(N, "10.00")).await.unwrap_err();
        assert_eq!((reason(&more).as_str(), told(&more, "source").is_some()), ("PROTECTED_FUNDS", true));
        bank.release(bank.court_release(N, &freeze.freeze_id)).await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn openings_and_imports_say_what_an_account_holds(bank) {
        crate::reviews::open(&bank, N, |open| open.protected_kind = ProtectedKind::Clearing.into()).await;
        assert_eq!(bank.status(N).await.unwrap().protected_kind(), ProtectedKind::Clearing);
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("accounts.csv");
        let content = "account_number,account_status,currency,balance,protected_kind\n\
            6222020000000000401,00,CNY,5.00,WAGES\n\
            6222020000000000402,00,CNY,5.00,\n\
            6222020000000000403,00,CNY,5.00,SAVINGS\n";
        std::fs::write(&file, content).unwrap();
        let file = file.to_str().unwrap();
        let done = program(&["import", "accounts", file, "--database-url", &bank.url]);
        assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
        let rejects = std::fs::read_to_string(format!("{file}.rejects.csv")).unwrap();
        assert!(rejects.contains("4,") && rejects.contains("protected_kind"), "{rejects}");
        for (number, kind) in [
            ("6222020000000000401", ProtectedKind::Wages),
            ("6222020000000000402", ProtectedKind::Unspecified),
        ] {
            assert_eq!(bank.status(number).await.unwrap().protected_kind(), kind);
        }
        let order = bank.court_order("6222020000000000401", "1.00");
        assert_eq!(refused(&bank, order).await, "PROTECTED_FUNDS");
        bank.finish().await;
    }
}
