//! The main job in one walk.

use account_status::pb::v1::*;

use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn ask_a_status_place_a_freeze_reserve_a_withdrawal(bank) {
        bank.account("6222021234567890123", "1000.00").await;
        let info = bank.status("6222021234567890123").await.unwrap();
        assert_eq!((info.status_code.as_str(), info.transaction_code.as_str()), ("00", "ACTQ"));

        let (freeze, answer) =
            bank.freeze(bank.court_order("6222021234567890123", "600.00")).await.unwrap();
        assert_eq!(freeze.status(), FreezeStatus::Active);
        assert_eq!(answer.controlled, cny("600.00"));
        assert_eq!(bank.code("6222021234567890123").await, "01");
        assert_eq!(bank.available("6222021234567890123").await, "400.00");

        let withdrawal = bank.withdraw("6222021234567890123", "399.99").await.unwrap();
        assert_eq!(withdrawal.state(), WithdrawalState::Reserved);
        let refused = bank.withdraw("6222021234567890123", "0.02").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");

        bank.cancel("6222021234567890123", &withdrawal.withdrawal_id).await.unwrap();
        assert_eq!(bank.available("6222021234567890123").await, "400.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn why_a_suspicion_came_and_went_is_told_only_with_the_scope(bank) {
        let number = "6222021234567890123";
        bank.account(number, "1000.00").await;
        let because = |cause: Cause, words: &'static str| {
            move |change: &mut ChangeAccountStatusRequest| {
                change.cause = cause.into();
                change.reason = words.to_owned();
                change.missing_items =
                    if cause == Cause::Unspecified { vec![] } else { vec!["secret item".to_owned()] };
            }
        };
        let marked = because(Cause::SuspiciousPattern, "secret rule fired");
        bank.act(number, StatusAction::MarkSuspicious, marked).await.unwrap();
        let get = GetAccountStatusRequest {
            key: Some(get_account_status_request::Key::AccountNumber(number.to_owned())),
            view: AccountStatusView::Full.into(),
        };
        let seen = bank.status_client().get_account_status(get).await.unwrap();
        assert!(!format!("{seen:?}").contains("secret"), "{seen:?}");
        let refused = bank.withdraw(number, "1.00").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_SUSPICIOUS");
        assert!(!String::from_utf8_lossy(refused.details()).contains("secret"), "{refused:?}");
        let cleared = because(Cause::Unspecified, "secret report filed");
        bank.act(number, StatusAction::ClearSuspicion, cleared).await.unwrap();

        let list = ListAccountStatusHistoryRequest {
            account_number: number.to_owned(),
            ..ListAccountStatusHistoryRequest::default()
        };
        let told = bank.status_client().list_account_status_history(list).await.unwrap();
        assert!(!format!("{told:?}").contains("secret"), "{told:?}");
        let rows = bank.history(number).await;
        assert_eq!(rows[0].change_reason, "secret report filed");
        assert_eq!(rows[1].change_reason, "secret rule fired");
        bank.finish().await;
    }
}
