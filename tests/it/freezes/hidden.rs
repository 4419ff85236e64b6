//! Confidential freezes.

use account_status::pb::v1::*;
use tonic_types::StatusExt as _;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

/// What must not show of a confidential freeze.
const SECRETS: [&str; 6] = ["Nanshan", "粤0305", "execution", "Lu Heng", "officer asked", "协1234"];

/// Fails when an answer, or the details of an error, shows a secret.
fn shows_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} shows in {text}");
    }
}

/// A confidential order over an amount.
fn secret_order(bank: &Bank, amount: &str) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        confidential: true,
        unfreeze_condition: "officer asked".to_owned(),
        ..bank.court_order(N, amount)
    }
}

on_every_engine! {
    async fn a_confidential_freeze_shows_itself_to_the_auditor_alone(bank) {
        bank.account(N, "500.00").await;
        let (freeze, _) = bank.freeze(secret_order(&bank, "500.00")).await.unwrap();
        shows_no_secret(&format!("{freeze:?}"));
        let id = freeze.freeze_id.as_str();
        assert_eq!((freeze.r#type(), freeze.status(), freeze.amount),
            (FreezeType::Judicial, FreezeStatus::Active, cny("500.00")));

        let get_status = || GetAccountStatusRequest {
            key: Some(get_account_status_request::Key::AccountNumber(N.to_owned())),
            view: AccountStatusView::Full.into(),
        };
        let seen = bank.status_client().get_account_status(get_status()).await.unwrap();
        let seen = seen.into_inner().account_status.unwrap();
        shows_no_secret(&format!("{seen:?}"));
        assert_eq!((seen.status_code.as_str(), seen.status_name.as_str()), ("01", "FROZEN"));
        assert_eq!((seen.iso20022_reason_code.as_str(), seen.iso8583_response_code.as_str()),
            ("AC06", "62"), "never AM07, which tells of an authority");
        assert_eq!((seen.conditions[0].cause(), seen.conditions[0].until_time),
            (Cause::Unspecified, None));
        assert_eq!(seen.remedy.unwrap().contact, format!("Your branch {}", seen.branch_code));

        let hidden = get(&bank, "local", id).await;
        shows_no_secret(&format!("{hidden:?}"));
        assert_eq!((hidden.acts.len(), hidden.expire_time, hidden.cause(), hidden.source()),
            (0, None, Cause::Unspecified, FreezeSource::Unspecified));
        let list = ListFreezeRecordsRequest { account_number: N.to_owned(), ..Default::default() };
        let listed = bank.freeze_client().list_freeze_records(list).await.unwrap().into_inner();
        assert_eq!(listed.freeze_records.len(), 1);
        shows_no_secret(&format!("{listed:?}"));
        let list =
            ListAccountStatusHistoryRequest { account_number: N.to_owned(), ..Default::default() };
        let listed = bank.status_client().list_account_status_history(list).await.unwrap();
        let row = listed.into_inner().status_changes[0].clone();
        assert_eq!((row.new_status_code.as_str(), row.change_reason.as_str(), row.cause()),
            ("01", "", Cause::Unspecified));
        assert_eq!((row.change_by.as_str(), row.conditions_after[0].cause()),
            ("", Cause::Unspecified));

        let open = get(&bank, "auditor", id).await;
        assert_eq!((open.authority_name.as_str(), open.reason.as_str(), open.acts.len()),
            (NANSHAN, "execution", 1));
        assert_eq!((open.cause(), open.expiry_date.as_str()),
            (Cause::JudicialCourt, "2027-03-10"));
        let info = bank.status(N).await.unwrap();
        assert_eq!((info.freeze_reason.as_str(), info.conditions[0].authority.as_str()),
            ("execution", NANSHAN));
        let row = &bank.history(N).await[0];
        assert_eq!((row.change_reason.as_str(), row.change_by.as_str(), row.cause()),
            ("execution", "local", Cause::JudicialCourt));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn refusals_and_answers_never_tell_of_a_confidential_freeze(bank) {
        bank.account(N, "1000.00").await;
        let (freeze, _) = bank.freeze(secret_order(&bank, "600.00")).await.unwrap();
        let refused = bank.withdraw(N, "500.00").await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_FROZEN", "INSUFFICIENT_AVAILABLE_FUNDS"]);
        shows_no_secret(refused.message());
        shows_no_secret(&String::from_utf8_lossy(refused.details()));
        for key in ["authority", "document", "freeze_id", "cause", "until"] {
            assert_eq!(told(&refused, key), None, "{key}");
        }
        assert_eq!(subjects(&refused)[0].1, "");
        let clear = bank.withdraw_with(by("auditor", bank.withdrawal(N, "500.00"))).await;
        let clear = clear.unwrap_err();
        assert_eq!(told(&clear, "authority").as_deref(), Some(NANSHAN));
        assert_eq!(told(&clear, "freeze_id").as_deref(), Some(freeze.freeze_id.as_str()));
        // The customer line may be passed on whoever asked, so the auditor's tells nothing either.
        let line = |status: &Status| {
            status.get_error_details().localized_message().unwrap().message.clone()
        };
        assert_eq!(line(&clear), line(&refused));

        let (_, answer) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        assert_eq!((answer.ahead[0].authority_name.as_str(), answer.ahead[0].expire_time),
            ("", None));
        let (_, answer) = place(&bank, by("auditor", bank.court_order(N, "10.00"))).await.unwrap();
        assert_eq!(answer.ahead[0].authority_name, NANSHAN);

        // Measures against money laundering are confidential without being asked to be.
        let aml = "6222021234567890124";
        bank.account(aml, "100.00").await;
        let (freeze, _) =
            bank.freeze(order(&bank, aml, AuthorityKind::AmlTemporary, "")).await.unwrap();
        assert!(freeze.confidential);
        assert_eq!((freeze.authority_name.as_str(), freeze.authority_kind()),
            ("", AuthorityKind::Unspecified));
        let seen = get(&bank, "auditor", &freeze.freeze_id).await;
        assert_eq!((seen.authority_kind(), seen.cause()),
            (AuthorityKind::AmlTemporary, Cause::AmlMeasure));
        bank.finish().await;
    }
}
