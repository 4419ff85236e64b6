//! What channels report by themselves: early, late, twice, contradicting, wrong.

use account_status::domain::payout::evidence::{Said, Source};
use account_status::domain::payout::reason::RejectReason;
use account_status::pb::channel::v1 as channel;
use account_status::pb::channel::v1::payout_callback_service_client::PayoutCallbackServiceClient;
use account_status::pb::channel::v1::payout_result::Result as Reported;
use account_status::pb::v1::*;
use prost_types::Timestamp;
use tonic::Status;

use super::paying::{Payout, bank_with_channels, dead, paid};
use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

fn report(payout: &Payout<'_>, attempt: i64, result: Reported) -> channel::ReportPayoutRequest {
    channel::ReportPayoutRequest {
        channel_id: "CH-1".to_owned(),
        payout_key: payout.key(attempt),
        routing_token: payout.number.to_owned(),
        result: Some(channel::PayoutResult { result: Some(result) }),
    }
}

fn settled(amount: Option<Money>) -> Reported {
    Reported::Settled(channel::Settled { amount, ..Default::default() })
}

fn rejected(finality: i32, channel_code: &str) -> Reported {
    let reason = channel::RejectReason::PayeeNameMismatch.into();
    Reported::Rejected(channel::Rejected {
        finality,
        reason,
        channel_code: channel_code.to_owned(),
    })
}

async fn send(bank: &Bank, request: channel::ReportPayoutRequest) -> Result<(), Status> {
    let mut client = PayoutCallbackServiceClient::new(bank.channel.clone());
    client.report_payout(request).await.map(|_| ())
}

/// The state of the withdrawal, and of each attempt.
async fn states(payout: &Payout<'_>) -> (WithdrawalState, Vec<AttemptState>) {
    let shown = get(payout.bank, payout.number, &payout.id).await.unwrap();
    let attempts = shown.attempts.iter().map(PayoutAttempt::state).collect();
    (shown.state(), attempts)
}

/// Source and effect of the first attempt's evidence from callbacks.
async fn effects(payout: &Payout<'_>) -> Vec<EvidenceEffect> {
    let shown = get(payout.bank, payout.number, &payout.id).await.unwrap();
    let evidence = shown.attempts.iter().flat_map(|attempt| &attempt.evidence);
    let reports = evidence.filter(|row| row.source() == EvidenceSource::Callback);
    reports.map(PayoutEvidence::effect).collect()
}

on_every_engine! {
    async fn a_report_may_come_early_and_twice(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        // Before the reply to sending it.
        let payout = Payout::begin(&paying, N, "10.00").await;
        let settlement = report(&payout, 1, settled(cny("10.00")));
        for _ in 0..3 {
            send(&paying, settlement.clone()).await.unwrap();
        }
        let expected = (WithdrawalState::Settled, vec![AttemptState::Settled]);
        assert_eq!(states(&payout).await, expected);
        assert_eq!(effects(&payout).await, [EvidenceEffect::Applied], "it counts once");
        payout.said(1, Source::Submit, Said::Accepted).await;
        assert_eq!(states(&payout).await, expected, "what is said late changes nothing");
        assert_eq!(money(&paying, N).await, ["90.00", "0.00", "90.00"]);

        let payout = Payout::begin(&paying, N, "20.00").await;
        send(&paying, report(&payout, 1, Reported::Accepted(channel::Accepted {}))).await.unwrap();
        assert_eq!(states(&payout).await.0, WithdrawalState::Accepted);
        send(&paying, report(&payout, 1, rejected(2, "E-7"))).await.unwrap();
        assert_eq!(states(&payout).await, (WithdrawalState::Failed, vec![AttemptState::Dead]));
        let shown = get(&paying, N, &payout.id).await.unwrap();
        assert_eq!(shown.reason, "PAYEE_NAME_MISMATCH");
        assert_eq!(money(&paying, N).await, ["90.00", "0.00", "90.00"]);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_report_may_come_late_and_contradict(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        // Settled after all.
        let payout = Payout::begin(&paying, N, "10.00").await;
        payout.said(1, Source::Submit, dead(RejectReason::PayeeAccountClosed)).await;
        send(&paying, report(&payout, 1, settled(cny("10.00")))).await.unwrap();
        assert_eq!(states(&payout).await,
            (WithdrawalState::SettledLate, vec![AttemptState::Settled]));
        assert_eq!(effects(&payout).await, [EvidenceEffect::Contradiction]);
        // And returned.
        let back = channel::Returned { amount: cny("10.00"), ..Default::default() };
        send(&paying, report(&payout, 1, Reported::Returned(back))).await.unwrap();
        assert_eq!(states(&payout).await,
            (WithdrawalState::Returned, vec![AttemptState::Returned]));
        assert_eq!(money(&paying, N).await, ["100.00", "0.00", "100.00"]);

        // Dead, says the channel of what it has paid.
        let payout = Payout::begin(&paying, N, "10.00").await;
        payout.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        send(&paying, report(&payout, 1, Reported::Tombstone(channel::Tombstone {}))).await.unwrap();
        assert_eq!(states(&payout).await, (WithdrawalState::Settled, vec![AttemptState::Settled]));
        assert_eq!(effects(&payout).await, [EvidenceEffect::Contradiction]);

        // An older attempt was paid, and then the newer one, too.
        let payout = Payout::begin(&paying, N, "10.00").await;
        payout.said(1, Source::Submit, dead(RejectReason::BankNotServed)).await;
        payout.start().await;
        send(&paying, report(&payout, 1, settled(cny("10.00")))).await.unwrap();
        assert_eq!(states(&payout).await,
            (WithdrawalState::Settled, vec![AttemptState::Settled, AttemptState::Intent]));
        payout.said(2, Source::Submit, Said::Settled(paid("10.00"))).await;
        assert_eq!(states(&payout).await,
            (WithdrawalState::Settled, vec![AttemptState::Settled, AttemptState::Duplicate]));
        assert_eq!(money(&paying, N).await, ["80.00", "0.00", "80.00"]);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn another_amount_or_payee_is_evidence_and_stops_the_withdrawal(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let yen = Money { currency_code: "JPY".to_owned(), amount: "10".to_owned() };
        let other_payee = Reported::Settled(channel::Settled {
            amount: cny("10.00"),
            payee_account_number: "9990111122224444".to_owned(),
            settle_time: None,
        });
        for result in [settled(cny("10.01")), settled(Some(yen)), other_payee] {
            let payout = Payout::begin(&paying, N, "10.00").await;
            send(&paying, report(&payout, 1, result)).await.unwrap();
            assert_eq!(states(&payout).await,
                (WithdrawalState::Quarantined, vec![AttemptState::Unknown]));
            assert_eq!(effects(&payout).await, [EvidenceEffect::Contradiction]);
        }
        assert_eq!(money(&paying, N).await, ["100.00", "30.00", "70.00"], "the money stays held");
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_report_about_nothing_that_the_channel_has_is_kept_and_answered_alike(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        paying.account(M, "100.00").await;
        let payout = Payout::begin(&paying, N, "10.00").await;
        let good = report(&payout, 1, settled(cny("10.00")));
        for (channel_id, key, token) in [
            ("CH-2", payout.key(1).as_str(), N),
            ("CH-9", payout.key(1).as_str(), N),
            ("CH-1", payout.key(2).as_str(), N),
            ("CH-1", "no-such.1", N),
            ("CH-1", "no-key", N),
            ("CH-1", "no-key.0", N),
            ("CH-1", payout.key(1).as_str(), M),
            ("CH-1", payout.key(1).as_str(), "6222021234567890129"),
            ("CH-1", payout.key(1).as_str(), "not-a-token"),
            ("CH-1", payout.key(1).as_str(), &"9".repeat(128)),
        ] {
            let wrong = channel::ReportPayoutRequest {
                channel_id: channel_id.to_owned(),
                payout_key: key.to_owned(),
                routing_token: token.to_owned(),
                ..good.clone()
            };
            send(&paying, wrong).await.expect("it is kept");
        }
        assert_eq!(states(&payout).await,
            (WithdrawalState::Dispatching, vec![AttemptState::Intent]));
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn malformed_reports_are_refused_with_the_path_of_each_field(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::begin(&paying, N, "10.00").await;
        let before = picture(&paying, N).await;
        let empty = channel::ReportPayoutRequest::default();
        assert_eq!(fields(&send(&paying, empty).await.unwrap_err()),
            ["channel_id", "payout_key", "routing_token", "result"]);
        let unseen = channel::ReportPayoutRequest {
            channel_id: "CH 1".to_owned(),
            payout_key: "k\u{200b}".to_owned(),
            routing_token: "9".repeat(129),
            result: Some(channel::PayoutResult { result: None }),
        };
        assert_eq!(fields(&send(&paying, unseen).await.unwrap_err()),
            ["channel_id", "payout_key", "routing_token", "result"]);
        let amount = "result.settled.amount.amount";
        let at = |seconds, nanos| Some(Timestamp { seconds, nanos });
        let whole = channel::Settled { amount: cny("10.00"), ..Default::default() };
        let crooked = channel::Settled {
            payee_account_number: "12 34".to_owned(),
            settle_time: at(0, 1_000_000_000),
            ..whole.clone()
        };
        let back = channel::Returned { return_time: at(i64::MAX, 0), ..Default::default() };
        for (result, expected) in [
            (Reported::UnknownKey(channel::UnknownKey {}), vec!["result.unknown_key"]),
            (rejected(1, ""), vec!["result.rejected.finality"]),
            (rejected(0, ""), vec!["result.rejected.finality"]),
            (rejected(9, "a b"), vec!["result.rejected.finality", "result.rejected.channel_code"]),
            (rejected(2, &"x".repeat(65)), vec!["result.rejected.channel_code"]),
            (settled(None), vec!["result.settled.amount"]),
            (settled(cny("0")), vec![amount]),
            (settled(cny("-1")), vec![amount]),
            (settled(cny("1e2")), vec![amount]),
            (settled(cny("0.001")), vec![amount]),
            (settled(Some(Money::default())),
                vec!["result.settled.amount.currency_code", amount]),
            (Reported::Settled(crooked),
                vec!["result.settled.payee_account_number", "result.settled.settle_time"]),
            (Reported::Returned(back), vec!["result.returned.amount", "result.returned.return_time"]),
        ] {
            let refused = send(&paying, report(&payout, 1, result)).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()),
                (tonic::Code::InvalidArgument, "INVALID_REQUEST"));
            assert_eq!(fields(&refused), expected);
        }
        assert_eq!(picture(&paying, N).await, before);
        assert_eq!(states(&payout).await,
            (WithdrawalState::Dispatching, vec![AttemptState::Intent]));
        // A reason that we don't know is none, and not wrong: what is to be done, people decide.
        let unheard = Reported::Rejected(channel::Rejected {
            finality: channel::Finality::Final.into(),
            reason: 99,
            channel_code: String::new(),
        });
        send(&paying, report(&payout, 1, unheard)).await.unwrap();
        assert_eq!(states(&payout).await, (WithdrawalState::Reserved, vec![AttemptState::Dead]));
        assert_eq!(get(&paying, N, &payout.id).await.unwrap().held_reason(), HeldReason::Manual);
        paying.finish().await;
        bank.finish().await;
    }
}
