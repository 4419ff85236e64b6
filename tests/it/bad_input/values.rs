//! Enum values, times and terms.

use account_status::pb::v1::*;
use prost_types::Timestamp;

use super::{NUMBER, assert_invalid, busy_account, payment, posting, seen, whole, withdrawal};
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn enum_values_have_to_be_there_and_known(bank) {
        let before = busy_account(&bank).await;
        for value in [0, 99, -1, i32::MAX] {
            let what = value.to_string();
            let kind = payment(&bank, |payee| payee.kind = value);
            assert_invalid(bank.withdraw_with(kind).await, &["beneficiary.kind"], &what);
            let request = posting(&bank, |request| request.mode = value);
            assert_invalid(bank.record(request).await, &["mode"], &what);
            let request = posting(&bank, |request| request.direction = value);
            assert_invalid(bank.record(request).await, &["direction"], &what);
            let request = posting(&bank, |request| request.transaction_type = value);
            assert_invalid(bank.record(request).await, &["transaction_type"], &what);
            let request = posting(&bank, |request| request.initiator = value);
            assert_invalid(bank.record(request).await, &["initiator"], &what);
            let order = whole(&bank, |order| order.authority_kind = value);
            assert_invalid(bank.freeze(order).await, &["authority_kind"], &what);
            let order = whole(&bank, |order| order.mode = value);
            assert_invalid(bank.freeze(order).await, &["mode"], &what);
            let order = whole(&bank, |order| order.source = value);
            assert_invalid(bank.freeze(order).await, &["source"], &what);
            let act = bank.act(NUMBER, StatusAction::ReportLoss, |change| change.action = value);
            assert_invalid(act.await, &["action"], &what);
            let change = |change: &mut ChangeAccountStatusRequest| change.cause = value;
            let act = bank.act(NUMBER, StatusAction::ReportLoss, change);
            assert_eq!(fields(&act.await.unwrap_err())[0], "cause", "{what}");
        }
        for value in [99, -1] {
            let purpose = withdrawal(&bank, |request| request.purpose = value);
            assert_invalid(bank.withdraw_with(purpose).await, &["purpose"], "purpose");
            let channel = posting(&bank, |request| request.entry_channel = value);
            assert_invalid(bank.record(channel).await, &["entry_channel"], "entry channel");
            let get = GetAccountStatusRequest {
                key: Some(get_account_status_request::Key::AccountNumber(NUMBER.to_owned())),
                view: value,
            };
            let answer = bank.status_client().get_account_status(get).await;
            assert_invalid(answer, &["view"], "view");
        }
        // Known, but not for this.
        let loss = whole(&bank, |order| order.r#type = FreezeType::Customer.into());
        assert!(fields(&bank.freeze(loss).await.unwrap_err()).contains(&"type".to_owned()));
        let limit = bank.act(NUMBER, StatusAction::Restrict, |change| {
            change.cause = Cause::NonCounterSuspended.into();
            change.restriction = Restriction::Limit.into();
        });
        assert_invalid(limit.await, &["restriction"], "only a limit sets it");
        for cause in [Cause::JudicialCourt, Cause::LimitReached, Cause::Closed] {
            let act = bank.act(NUMBER, StatusAction::Restrict, |change| {
                change.cause = cause.into();
                change.restriction = Restriction::NoDebit.into();
            });
            assert_invalid(act.await, &["cause"], cause.as_str_name());
        }
        let none = GetAccountStatusRequest::default();
        let answer = bank.status_client().get_account_status(none).await;
        assert_invalid(answer, &["account_number"], "no key");
        assert_eq!(seen(&bank).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn times_and_terms_lie_within_the_calendar_and_ahead(bank) {
        use create_freeze_record_request::Duration;
        let before = busy_account(&bank).await;
        let now = bank.now().timestamp();
        let at = |seconds: i64, nanos: i32| Some(Timestamp { seconds, nanos });
        let impossible = [
            at(now + 60, 1_000_000_000),
            at(now + 60, -1),
            at(253_402_300_800, 0),
            at(i64::MAX, 0),
            at(i64::MIN, 0),
        ];
        for time in impossible {
            let what = format!("{time:?}");
            let until = whole(&bank, |order| order.duration = time.map(Duration::ExpireTime));
            assert_invalid(bank.freeze(until).await, &["expire_time"], &what);
            let served = whole(&bank, |order| order.served_time = time);
            assert_invalid(bank.freeze(served).await, &["served_time"], &what);
            let valued = posting(&bank, |request| request.value_time = time);
            assert_invalid(bank.record(valued).await, &["value_time"], &what);
            let stop = bank.act(NUMBER, StatusAction::StopPayment, |change| {
                change.cause = Cause::StopArrears.into();
                change.end_time = time;
            });
            assert_invalid(stop.await, &["end_time"], &what);
        }
        for past in [at(now, 0), at(now - 1, 0), at(0, 0)] {
            let until = whole(&bank, |order| order.duration = past.map(Duration::ExpireTime));
            assert_invalid(bank.freeze(until).await, &["expire_time"], "over already");
            let stop = bank.act(NUMBER, StatusAction::StopPayment, |change| {
                change.cause = Cause::StopArrears.into();
                change.end_time = past;
            });
            assert_invalid(stop.await, &["end_time"], "over already");
        }
        let served = whole(&bank, |order| order.served_time = at(now + 1, 0));
        assert_invalid(bank.freeze(served).await, &["served_time"], "not served yet");
        for (count, unit, field) in [
            (0, TermUnit::Days.into(), "term.count"),
            (-1, TermUnit::Days.into(), "term.count"),
            (1_001, TermUnit::Days.into(), "term.count"),
            (1, 0, "term.unit"),
            (1, 99, "term.unit"),
        ] {
            let term = Some(Duration::Term(Term { count, unit }));
            let order = whole(&bank, |order| order.duration = term);
            assert_invalid(bank.freeze(order).await, &[field], "term");
        }
        assert_eq!(seen(&bank).await, before);
        bank.finish().await;
    }
}
