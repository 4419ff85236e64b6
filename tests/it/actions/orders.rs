//! Stop orders, dormancy, suspicion and restrictions.

use account_status::pb::v1::*;
use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn a_fraud_case_stops_an_account_twice_for_48_hours_each(bank) {
        bank.account(N, "100.00").await;
        let info = carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        assert_eq!(held(&info), [(Condition::Stoppay, Cause::StopFraud)]);
        let row = &info.conditions[0];
        assert_eq!((row.authority.as_str(), row.document_no.as_str()), ("Police platform", "ZF-1"));
        assert_eq!(instant(&row.until_time) - instant(&row.since_time), Duration::hours(48));
        let refused = bank.withdraw(N, "1.00").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_STOPPAY");
        bank.credit(N, "1.00").await.unwrap();

        let long = ChangeAccountStatusRequest {
            end_time: stamp(bank.now() + Duration::hours(49)),
            ..fraud_stop(N, "ZF-1")
        };
        let refused = carry_out(&bank, long).await.unwrap_err();
        assert_eq!(reason(&refused), "TERM_TOO_LONG");
        let latest: DateTime<Utc> = told(&refused, "latest").unwrap().parse().unwrap();
        assert!((latest - bank.now() - Duration::hours(48)).num_seconds() == 0);
        let short = ChangeAccountStatusRequest {
            end_time: stamp(bank.now() + Duration::hours(2)),
            ..fraud_stop(N, "ZF-1")
        };
        carry_out(&bank, short).await.unwrap();
        assert_eq!(bank.status(N).await.unwrap().conditions.len(), 2);

        bank.pass(Duration::hours(49));
        assert_eq!(bank.code(N).await, "00");
        // Writes down what lapsed, so that the refusal below has nothing to write.
        bank.credit(N, "1.00").await.unwrap();
        let before = picture(&bank, N).await;
        let third = carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap_err();
        assert_eq!(reason(&third), "STOP_REPEATED");
        assert_eq!(picture(&bank, N).await, before);
        carry_out(&bank, fraud_stop(N, "ZF-2")).await.unwrap();
        bank.account("6222021234567890124", "0").await;
        carry_out(&bank, fraud_stop("6222021234567890124", "ZF-1")).await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_stopped_amount_lets_pass_what_leaves_it_in_the_account(bank) {
        bank.account(N, "1000.00").await;
        let customs = ChangeAccountStatusRequest {
            authority: "Customs".to_owned(),
            document_no: "HG-1".to_owned(),
            amount: cny("300.00"),
            ..change(N, StatusAction::StopPayment, Cause::StopCustoms)
        };
        let info = carry_out(&bank, customs).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.conditions[0].amount.clone()),
            ("02", cny("300.00")));
        assert_eq!(info.available.unwrap().amount, "1000.00");
        assert_eq!(info.can_debit, Some(true));
        bank.withdraw(N, "700.00").await.unwrap();
        let refused = bank.withdraw(N, "0.01").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_STOPPAY");

        let yen = ChangeAccountStatusRequest {
            amount: Some(Money { currency_code: "JPY".to_owned(), amount: "5".to_owned() }),
            ..change(N, StatusAction::StopPayment, Cause::StopArrears)
        };
        assert_eq!(reason(&carry_out(&bank, yen).await.unwrap_err()), "CURRENCY_MISMATCH");
        let info = set(&bank, N, StatusAction::StopPayment, Cause::StopArrears).await.unwrap();
        assert_eq!(held(&info), [
            (Condition::Stoppay, Cause::StopCustoms),
            (Condition::Stoppay, Cause::StopArrears),
        ]);
        let arrears = &info.conditions[1];
        assert_eq!((&arrears.until_time, &arrears.amount), (&None, &None));
        assert_eq!(info.can_debit, Some(false));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn of_several_conditions_of_a_kind_only_the_named_one_ends(bank) {
        bank.account(N, "1000.00").await;
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        set(&bank, N, StatusAction::StopPayment, Cause::StopArrears).await.unwrap();
        set(&bank, N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantLowBalance).await.unwrap();
        let info = carry_out(&bank, restrict(N, Restriction::NonCounter)).await.unwrap();
        assert_eq!(info.conditions.len(), 6);
        assert_eq!(info.status_code, "02");

        let before = picture(&bank, N).await;
        let suspicion = id_of(&info, Cause::SuspiciousPattern);
        for named in ["", suspicion.as_str(), "no-such-row"] {
            let refused = bank
                .act(N, StatusAction::ResumePayment, |change| change.condition_id = named.into())
                .await
                .unwrap_err();
            assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE", "{named:?}");
        }
        assert_eq!(picture(&bank, N).await, before);

        let ids: Vec<String> = info.conditions.iter().map(|row| row.condition_id.clone()).collect();
        let ended = id_of(&info, Cause::StopFraud);
        let info = bank
            .act(N, StatusAction::ResumePayment, |change| change.condition_id = ended.clone())
            .await
            .unwrap();
        let left: Vec<String> =
            info.conditions.iter().map(|row| row.condition_id.clone()).collect();
        let expected: Vec<String> = ids.into_iter().filter(|id| *id != ended).collect();
        assert_eq!(left, expected);
        assert_eq!(info.status_code, "02");

        for cause in [Cause::StopFraud, Cause::StopArrears] {
            let info = bank.status(N).await.unwrap();
            let id = id_of(&info, cause);
            bank.act(N, StatusAction::ResumePayment, |change| change.condition_id = id)
                .await
                .unwrap();
        }
        assert_eq!(bank.code(N).await, "08");
        plain(&bank, N, StatusAction::ClearSuspicion).await.unwrap();
        assert_eq!(bank.code(N).await, "07");
        let counter = change(N, StatusAction::Reactivate, Cause::Unspecified);
        let counter = ChangeAccountStatusRequest { customer_identified: true, ..counter };
        carry_out(&bank, with(&[("x-entry-channel", "COUNTER")], counter)).await.unwrap();
        assert_eq!(bank.code(N).await, "09");
        plain(&bank, N, StatusAction::LiftRestriction).await.unwrap();
        assert_eq!(bank.code(N).await, "00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn dormancy_ends_with_the_identified_customer_at_the_counter_only(bank) {
        bank.account(N, "100.00").await;
        for cause in [Cause::DormantNoUse, Cause::DormantOrganisation] {
            let info = set(&bank, N, StatusAction::MarkDormant, cause).await.unwrap();
            assert_eq!(held(&info), [(Condition::Dormant, cause)]);
            assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_DORMANT");
            let before = picture(&bank, N).await;
            for (channel, identified) in [("COUNTER", false), ("APP", true), ("API", false)] {
                let wake = change(N, StatusAction::Reactivate, Cause::Unspecified);
                let wake = ChangeAccountStatusRequest { customer_identified: identified, ..wake };
                let wake = with(&[("x-entry-channel", channel)], wake);
                let refused = carry_out(&bank, wake).await.unwrap_err();
                assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE", "{channel}");
            }
            let silent = change(N, StatusAction::Reactivate, Cause::Unspecified);
            let silent = ChangeAccountStatusRequest { customer_identified: true, ..silent };
            carry_out(&bank, silent.clone()).await.unwrap_err();
            assert_eq!(picture(&bank, N).await, before);

            let wake = ChangeAccountStatusRequest { request_id: fresh(), ..silent };
            let wake = with(&[("x-entry-channel", "COUNTER")], wake);
            let info = carry_out(&bank, wake).await.unwrap();
            assert_eq!((info.status_code.as_str(), info.can_debit), ("00", Some(true)));
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn suspicion_stops_the_customer_not_the_bank_and_is_cleared(bank) {
        bank.account(N, "100.00").await;
        let marked = ChangeAccountStatusRequest {
            reason: "structuring".to_owned(),
            ..change(N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern)
        };
        let info = carry_out(&bank, marked).await.unwrap();
        assert_eq!(info.status_code, "08");
        assert_eq!((info.can_credit, info.can_debit), (Some(true), Some(false)));
        assert_eq!(answer(&info, Operation::CustomerDebitExempt), OperationAnswer::No);
        assert_eq!(answer(&info, Operation::BankDebit), OperationAnswer::Yes);
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_SUSPICIOUS");
        let info = plain(&bank, N, StatusAction::ClearSuspicion).await.unwrap();
        assert_eq!(info.status_code, "00");
        bank.withdraw(N, "1.00").await.unwrap();
        let nothing = plain(&bank, N, StatusAction::ClearSuspicion).await.unwrap_err();
        assert_eq!(reason(&nothing), "ACTION_NOT_APPLICABLE");

        // What a suspicion is about is for the auditor alone.
        let list = ListAccountStatusHistoryRequest {
            account_number: N.to_owned(),
            ..ListAccountStatusHistoryRequest::default()
        };
        let seen = bank.status_client().list_account_status_history(list).await.unwrap();
        let row = &seen.into_inner().status_changes[1];
        assert_eq!((row.new_status_code.as_str(), row.change_reason.as_str()), ("08", ""));
        assert_eq!(bank.history(N).await[1].change_reason, "structuring");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn restrictions_bind_what_they_name_and_are_lifted_one_by_one(bank) {
        bank.account(N, "1000.00").await;
        let capped = ChangeAccountStatusRequest {
            amount: cny("100.00"),
            ..restrict(N, Restriction::Amount)
        };
        let info = carry_out(&bank, capped).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.conditions[0].restriction()),
            ("09", Restriction::Amount));
        bank.withdraw(N, "100.00").await.unwrap();
        let over = bank.withdraw(N, "100.01").await.unwrap_err();
        assert_eq!(reason(&over), "ACCOUNT_RESTRICTED");
        let tax =
            WithdrawRequest { purpose: Purpose::Tax.into(), ..bank.withdrawal(N, "100.01") };
        bank.withdraw_with(tax).await.unwrap();

        let ending = ChangeAccountStatusRequest {
            end_time: stamp(bank.now() + Duration::days(2)),
            ..restrict(N, Restriction::NoDebit)
        };
        let info = carry_out(&bank, ending).await.unwrap();
        assert_eq!(info.conditions.len(), 2);
        assert_eq!(instant(&info.conditions[1].until_time), bank.now() + Duration::days(2));
        let counter = with(&[("x-entry-channel", "COUNTER")], bank.withdrawal(N, "1.00"));
        let refused = bank.withdraw_with(counter).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_RESTRICTED");

        let which = plain(&bank, N, StatusAction::LiftRestriction).await.unwrap_err();
        assert_eq!(reason(&which), "ACTION_NOT_APPLICABLE");
        let no_debit = info.conditions[1].condition_id.clone();
        let info = bank
            .act(N, StatusAction::LiftRestriction, |change| change.condition_id = no_debit)
            .await
            .unwrap();
        assert_eq!(info.conditions[0].restriction(), Restriction::Amount);
        plain(&bank, N, StatusAction::LiftRestriction).await.unwrap();
        carry_out(&bank, restrict(N, Restriction::NonCounter)).await.unwrap();
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_RESTRICTED");
        let info = plain(&bank, N, StatusAction::LiftRestriction).await.unwrap();
        assert_eq!(info.status_code, "00");
        bank.finish().await;
    }
}
