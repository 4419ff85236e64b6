//! What one answer says: when it is over, what may be told of it, and of which account.

use account_status::pb::v1::*;
use chrono::Duration;

use super::{NON_COUNTER, ask, question, reasons};
use crate::actions::{N, carry_out, fraud_stop, instant, local, set, stamp};
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn frozen_money_is_promised_for_the_day_the_freeze_ends(bank) {
        bank.account(N, "100.00").await;
        let end = local("2026-04-01 00:00:00");
        let order = CreateFreezeRecordRequest {
            duration: Some(create_freeze_record_request::Duration::ExpireTime(stamp(end).unwrap())),
            ..bank.court_order(N, "60.00")
        };
        bank.freeze(order).await.unwrap();
        let free = ask(&bank, question(N, NON_COUNTER, "40.00")).await.unwrap();
        assert_eq!((free.allowed, free.unblock_time, free.available), (Some(true), None, cny("40.00")));
        assert_eq!((free.iso20022_reason_code.as_str(), free.iso8583_response_code.as_str()), ("", "00"));

        let short = ask(&bank, question(N, NON_COUNTER, "40.01")).await.unwrap();
        assert_eq!(reasons(&short), ["ACCOUNT_FROZEN", "INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(instant(&short.unblock_time), end);
        assert_eq!((short.iso20022_reason_code.as_str(), short.iso8583_response_code.as_str()), ("AM07", "51"));
        let first = &short.blocking_reasons[0];
        assert_eq!((first.cause(), instant(&first.until_time)), (Cause::JudicialCourt, end));
        let status = bank.status(N).await.unwrap();
        assert_eq!(first.condition_id, status.conditions[0].condition_id);
        assert_eq!((short.etag, short.account_number), (status.etag, N.to_owned()));

        let missing = ask(&bank, question(N, NON_COUNTER, "100.01")).await.unwrap();
        assert_eq!(reasons(&missing), ["INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!((missing.unblock_time, missing.iso20022_reason_code.as_str()), (None, "AM04"));

        bank.clock.set(end - Duration::microseconds(1));
        assert_eq!(ask(&bank, question(N, NON_COUNTER, "100.00")).await.unwrap().allowed, Some(false));
        bank.clock.set(end);
        assert_eq!(ask(&bank, question(N, NON_COUNTER, "100.00")).await.unwrap().allowed, Some(true));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_confidential_freeze_is_told_to_the_auditor_alone(bank) {
        bank.account(N, "100.00").await;
        let end = local("2026-04-01 00:00:00");
        for amount in ["30.00", "40.00"] {
            let order = CreateFreezeRecordRequest {
                confidential: true,
                duration: Some(create_freeze_record_request::Duration::ExpireTime(stamp(end).unwrap())),
                ..bank.court_order(N, amount)
            };
            bank.freeze(order).await.unwrap();
        }
        let asked = || question(N, NON_COUNTER, "100.00");
        let hidden = ask(&bank, asked()).await.unwrap();
        assert_eq!(reasons(&hidden), ["ACCOUNT_FROZEN", "INSUFFICIENT_AVAILABLE_FUNDS"], "two look alike");
        let first = &hidden.blocking_reasons[0];
        assert_eq!((first.cause(), first.until_time, hidden.unblock_time), (Cause::Unspecified, None, None));
        assert_eq!((first.condition_id.as_str(), first.bank_line.as_str()), ("", ""));
        let shown = ask(&bank, by("auditor", asked())).await.unwrap();
        assert_eq!(shown.blocking_reasons.len(), 3);
        let told = &shown.blocking_reasons[0];
        assert_eq!((told.cause(), instant(&told.until_time)), (Cause::JudicialCourt, end));
        assert_eq!(instant(&shown.unblock_time), end);
        assert_eq!(told.message, first.message, "the line may be passed on, whoever asked");
        for seen in [&hidden, &shown] {
            let codes = (seen.iso20022_reason_code.as_str(), seen.iso8583_response_code.as_str());
            assert_eq!(codes, ("AC06", "62"), "never RR04 or AM07");
        }
        let secrets = ["Nanshan", "粤0305", "execution"];
        assert!(secrets.iter().all(|secret| !format!("{hidden:?}").contains(secret)), "{hidden:?}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn closing_says_all_that_is_left(bank) {
        bank.account(N, "100.00").await;
        bank.withdraw(N, "10.00").await.unwrap();
        bank.freeze(bank.court_order(N, "5.00")).await.unwrap();
        let close = ask(&bank, question(N, Operation::Close, "")).await.unwrap();
        assert_eq!(reasons(&close)[0], "ACCOUNT_FROZEN");
        let left: Vec<&str> = close.blocking_reasons[1..].iter().map(|row| row.detail.as_str()).collect();
        assert_eq!(left, ["balance", "reserved", "freezes", "open withdrawals"]);
        assert_eq!((&close.available, &close.unblock_time), (&None, &None));
        let refused = bank.act(N, StatusAction::Close, |_| {}).await.unwrap_err();
        assert_eq!(violations(&refused), reasons(&close));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_calls_channel_counts_where_the_field_says_nothing(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        let close = || question(N, Operation::Close, "");
        let elsewhere = ask(&bank, close()).await.unwrap();
        assert_eq!(reasons(&elsewhere)[0], "ACCOUNT_INFO_EXPIRED");
        let counter = ask(&bank, with(&[("x-entry-channel", "COUNTER")], close())).await.unwrap();
        assert_eq!(reasons(&counter), ["CLOSE_BLOCKED"]);
        let app = CheckOperationRequest { entry_channel: EntryChannel::App.into(), ..close() };
        let app = ask(&bank, with(&[("x-entry-channel", "COUNTER")], app)).await.unwrap();
        assert_eq!(reasons(&app), reasons(&elsewhere));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn bank_lines_and_languages_are_those_of_the_caller(bank) {
        bank.account(N, "100.00").await;
        carry_out(&bank, fraud_stop(N, "A-1")).await.unwrap();
        let asked = || question(N, NON_COUNTER, "");
        let hans = ask(&bank, with(&[("accept-language", "zh-CN")], asked())).await.unwrap();
        assert!(hans.blocking_reasons[0].message.contains("防范诈骗"), "{hans:?}");
        let english = ask(&bank, asked()).await.unwrap();
        let first = &english.blocking_reasons[0];
        assert!(first.message.contains("fraud precaution") && !first.bank_line.is_empty(), "{english:?}");
        assert_eq!(english.unblock_time, first.until_time);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_card_leads_to_its_account_and_is_no_reason_itself(bank) {
        bank.account(N, "100.00").await;
        bank.bind_card(N, "6299990000000010").await.unwrap();
        for key in [
            check_operation_request::Key::CardNumber("6299990000000010".to_owned()),
            check_operation_request::Key::AccountNumber("6299990000000010".to_owned()),
        ] {
            let asked = CheckOperationRequest { key: Some(key), ..question(N, NON_COUNTER, "1.00") };
            let check = ask(&bank, asked).await.unwrap();
            assert_eq!((check.account_number.as_str(), check.allowed), (N, Some(true)));
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_credit_beyond_64_bits_and_a_deduction_beyond_the_money_are_refused(bank) {
        bank.account(N, "100.00").await;
        bank.freeze(bank.court_order(N, "")).await.unwrap();
        let most = "92233720368547758.07";
        let over = ask(&bank, question(N, Operation::Credit, most)).await.unwrap();
        assert_eq!((reasons(&over), over.iso20022_reason_code.as_str()),
            (vec!["INVALID_REQUEST".to_owned()], "AM02"));
        let deduct = |amount| ask(&bank, question(N, Operation::JudicialDeduction, amount));
        assert_eq!(deduct("100.00").await.unwrap().allowed, Some(true));
        let over = deduct("100.01").await.unwrap();
        assert_eq!((reasons(&over), over.available),
            (vec!["INSUFFICIENT_AVAILABLE_FUNDS".to_owned()], cny("100.00")));
        bank.finish().await;
    }
}
