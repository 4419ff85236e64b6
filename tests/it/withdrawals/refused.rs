//! What keeps money from leaving, and through which channel it may.

use account_status::pb::v1::*;

use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn wrong_fields_of_a_withdrawal_are_all_named(bank) {
        bank.account(N, "100.00").await;
        let before = picture(&bank, N).await;
        let own = Beneficiary { account_number: N.to_owned(), ..payee().unwrap() };
        let own = WithdrawRequest { beneficiary: Some(own), ..bank.withdrawal(N, "1.00") };
        assert_eq!(fields(&bank.withdraw_with(own).await.unwrap_err()),
            ["beneficiary.account_number"]);
        for amount in ["", "0", "-1", "+1", "1e2", "1,000", " 1", ".5", "5.", "007", "0.001"] {
            let refused = bank.withdraw(N, amount).await.unwrap_err();
            assert_eq!(fields(&refused), ["amount.amount"], "{amount:?}");
        }
        let empty = WithdrawRequest::default();
        let mut found = fields(&bank.withdraw_with(empty).await.unwrap_err());
        found.sort();
        assert_eq!(found, ["account_number", "amount", "beneficiary", "request_id"]);
        let hollow = WithdrawRequest {
            beneficiary: Some(Beneficiary::default()),
            purpose: 99,
            ..bank.withdrawal(N, "1.00")
        };
        let mut found = fields(&bank.withdraw_with(hollow).await.unwrap_err());
        found.sort();
        assert_eq!(found, [
            "beneficiary.account_number",
            "beneficiary.bank_code",
            "beneficiary.kind",
            "beneficiary.name",
            "purpose",
        ]);
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn suspended_channels_leave_the_counter_and_exempt_purposes_open(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        carry_out(&bank, restrict(N, Restriction::NonCounter)).await.unwrap();
        set(&bank, M, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        for (number, expected) in [(N, "ACCOUNT_RESTRICTED"), (M, "ACCOUNT_INFO_EXPIRED")] {
            for channel in ["APP", "WEB", "PHONE", "API", "THIRD_PARTY", "SELF_SERVICE"] {
                let refused = through(&bank, number, channel, Purpose::Transfer).await.unwrap_err();
                assert_eq!(reason(&refused), expected, "{channel}");
            }
            for purpose in [Purpose::Unspecified, Purpose::Payment, Purpose::Other] {
                let refused = through(&bank, number, "APP", purpose).await.unwrap_err();
                assert_eq!(reason(&refused), expected, "{purpose:?}");
            }
            // Not said is not the counter.
            assert_eq!(reason(&bank.withdraw(number, "1.00").await.unwrap_err()), expected);
            for purpose in [
                Purpose::Tax,
                Purpose::SocialInsurance,
                Purpose::Utilities,
                Purpose::Medical,
                Purpose::OwnNameTransfer,
            ] {
                through(&bank, number, "APP", purpose).await.unwrap();
            }
            let paid = through(&bank, number, "COUNTER", Purpose::Transfer).await.unwrap();
            assert_eq!(paid.entry_channel(), EntryChannel::Counter);
            assert_eq!(money(&bank, number).await, ["100.00", "6.00", "94.00"]);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_withdrawal_never_wakes_a_dormant_account(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        let before = picture(&bank, N).await;
        for (channel, purpose) in [
            ("COUNTER", Purpose::Transfer),
            ("COUNTER", Purpose::Tax),
            ("APP", Purpose::Tax),
            ("APP", Purpose::Transfer),
        ] {
            let refused = through(&bank, N, channel, purpose).await.unwrap_err();
            assert_eq!(violations(&refused), ["ACCOUNT_DORMANT"], "{channel} {purpose:?}");
        }
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_refusal_names_everything_in_the_way_in_order_of_precedence(bank) {
        bank.account(N, "100.00").await;
        carry_out(&bank, restrict(N, Restriction::NoDebit)).await.unwrap();
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        set(&bank, N, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        set(&bank, N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
        let stop = carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        let (freeze, _) = bank.freeze(bank.court_order(N, "70.00")).await.unwrap();
        let refused = bank.withdraw(N, "50.00").await.unwrap_err();
        assert_eq!(violations(&refused), [
            "ACCOUNT_FROZEN",
            "ACCOUNT_LOST",
            "ACCOUNT_STOPPAY",
            "ACCOUNT_SUSPICIOUS",
            "ACCOUNT_INFO_EXPIRED",
            "ACCOUNT_DORMANT",
            "ACCOUNT_RESTRICTED",
            "INSUFFICIENT_AVAILABLE_FUNDS",
        ]);
        let about = subjects(&refused);
        assert_eq!(about[0].1, freeze.freeze_id);
        let stop = stop.conditions.iter().find(|row| row.cause() == Cause::StopFraud).unwrap();
        assert_eq!(about[2].1, stop.condition_id);
        // Currency comes before everything about the account.
        let yen = Some(Money { currency_code: "JPY".to_owned(), amount: "5".to_owned() });
        let other = WithdrawRequest { amount: yen, ..bank.withdrawal(N, "1") };
        assert_eq!(violations(&bank.withdraw_with(other).await.unwrap_err()),
            ["CURRENCY_MISMATCH"]);
        // No number of an account and no name of a payee in an error.
        let text = String::from_utf8_lossy(refused.details()).into_owned();
        for personal in [N, "Lin Zhixia", "Example Payee", "9990111122223333"] {
            assert!(!text.contains(personal) && !refused.message().contains(personal));
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_account_that_was_not_opened_pays_nothing(bank) {
        bank.applied(N).await;
        let refused = bank.withdraw(N, "1.00").await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_OPENING", "INSUFFICIENT_AVAILABLE_FUNDS"]);
        bank.act(N, StatusAction::RejectOpening, |change| {
            change.causes = vec![Cause::OpeningNotVerified.into()];
        })
        .await
        .unwrap();
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_OPEN_FAILED");
        let refused = bank.withdraw("6222021234567890129", "1.00").await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()),
            (tonic::Code::NotFound, "ACCOUNT_NOT_FOUND"));
        bank.finish().await;
    }
}
