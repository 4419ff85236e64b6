//! Attempts and their evidence as GetWithdrawal shows them, and what holds a withdrawal.

use account_status::domain::payout::evidence::{Finality, Said, Source};
use account_status::domain::payout::reason::RejectReason;
use account_status::pb::v1::*;
use sea_orm::ConnectionTrait as _;

use super::paying::{Payout, bank_with_channels, dead, paid};
use super::*;
use crate::harness::Engine;
use crate::harness::calls::*;
use crate::on_every_engine;

/// Whether something happened just now: changes of one account in one instant are a microsecond apart.
fn is_now(bank: &Bank, time: &Option<prost_types::Timestamp>) -> bool {
    let later = instant(time) - bank.now();
    later >= chrono::Duration::zero() && later < chrono::Duration::milliseconds(1)
}

/// What was said of an attempt, and what it did.
fn evidence(attempt: &PayoutAttempt) -> Vec<(EvidenceSource, SaidKind, EvidenceEffect)> {
    attempt.evidence.iter().map(|row| (row.source(), row.said(), row.effect())).collect()
}

on_every_engine! {
    async fn attempts_are_shown_with_all_that_was_said_of_them(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::begin(&paying, N, "60.00").await;
        let shown = get(&paying, N, &payout.id).await.unwrap();
        assert_eq!((shown.state(), shown.channel.as_str()), (WithdrawalState::Dispatching, "CH-1"));
        assert!(shown.next_action_time.is_some());
        let [attempt] = &shown.attempts[..] else { panic!("{shown:?}") };
        assert_eq!((attempt.payout_key.clone(), attempt.number), (payout.key(1), 1));
        assert_eq!((attempt.channel.as_str(), attempt.state()), ("CH-1", AttemptState::Intent));
        assert!(is_now(&paying, &attempt.create_time));
        assert_eq!((attempt.evidence.len(), attempt.reason.as_str()), (0, ""));

        paying.pass(chrono::Duration::seconds(1));
        payout.said(1, Source::Submit, dead(RejectReason::BankNotServed)).await;
        payout.start().await;
        payout.said(2, Source::Submit, Said::Accepted).await;
        paying.pass(chrono::Duration::seconds(1));
        payout.said(2, Source::Inquiry, Said::InProgress).await;
        payout.said(2, Source::Inquiry, Said::Settled(paid("60.00"))).await;
        let shown = get(&paying, N, &payout.id).await.unwrap();
        assert_eq!((shown.state(), shown.channel.as_str()), (WithdrawalState::Settled, "CH-2"));
        assert_eq!((shown.next_action_time, shown.held_reason()),
            (None, HeldReason::Unspecified));
        let [first, second] = &shown.attempts[..] else { panic!("{shown:?}") };
        assert_eq!((first.state(), first.reason.as_str()), (AttemptState::Dead, "BANK_NOT_SERVED"));
        assert_eq!(evidence(first), [
            (EvidenceSource::Submit, SaidKind::RejectedFinal, EvidenceEffect::Applied),
        ]);
        let said = &first.evidence[0];
        assert_eq!((said.reason.as_str(), said.channel_code.as_str(), &said.amount),
            ("BANK_NOT_SERVED", "E-1", &None));
        assert_eq!((second.state(), second.channel.as_str()), (AttemptState::Settled, "CH-2"));
        let kinds: Vec<_> = evidence(second).into_iter().map(|(_, said, _)| said).collect();
        assert_eq!(kinds[0], SaidKind::Accepted, "the oldest comes first");
        assert!(kinds.contains(&SaidKind::InProgress) && kinds.len() == 3, "{kinds:?}");
        let settled = second.evidence.iter().find(|row| row.said() == SaidKind::Settled).unwrap();
        assert_eq!((settled.amount.clone(), settled.source()),
            (cny("60.00"), EvidenceSource::Inquiry));
        assert!(is_now(&paying, &settled.received_time));

        let all = ListWithdrawalsRequest { account_number: N.to_owned(), ..Default::default() };
        let listed = paying.withdraw_client().list_withdrawals(all).await.unwrap().into_inner();
        let without = Withdrawal { attempts: Vec::new(), ..shown };
        assert_eq!(listed.withdrawals, [without], "a list shows the rest");
        assert_eq!(money(&paying, N).await, ["40.00", "0.00", "40.00"]);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_holds_a_withdrawal_is_shown_and_why_it_failed(bank) {
        // No channel is configured here.
        bank.account(N, "100.00").await;
        let held = Payout::reserve(&bank, N, "10.00").await;
        held.try_to_start_over(&[]).await;
        let shown = get(&bank, N, &held.id).await.unwrap();
        assert_eq!((shown.state(), shown.held_reason()),
            (WithdrawalState::Reserved, HeldReason::NoChannel));
        bank.pass(bank.settings.rules.payouts.held_max + chrono::Duration::seconds(1));
        held.try_to_start_over(&[]).await;
        let shown = get(&bank, N, &held.id).await.unwrap();
        assert_eq!((shown.state(), shown.reason.as_str()), (WithdrawalState::Failed, "NO_CHANNEL"));
        assert_eq!((shown.held_reason(), shown.next_action_time),
            (HeldReason::Unspecified, None));

        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::begin(&paying, N, "10.00").await;
        let busy = Said::Rejected(Finality::Transient, RejectReason::ChannelBusy);
        payout.said(1, Source::Submit, busy).await;
        let shown = get(&paying, N, &payout.id).await.unwrap();
        assert_eq!((shown.state(), shown.held_reason()),
            (WithdrawalState::Dispatching, HeldReason::RetryBackoff));
        paying.clock.set(instant(&shown.next_action_time));
        payout.follow_up().await;
        let shown = get(&paying, N, &payout.id).await.unwrap();
        assert_eq!(shown.held_reason(), HeldReason::Unspecified);
        assert_eq!((shown.attempts[0].retries, shown.attempts[0].inquiries), (1, 0));
        payout.said(1, Source::Submit, dead(RejectReason::PayeeAccountClosed)).await;
        let shown = get(&paying, N, &payout.id).await.unwrap();
        assert_eq!((shown.state(), shown.reason.as_str()),
            (WithdrawalState::Failed, "PAYEE_ACCOUNT_CLOSED"));
        assert_eq!(money(&paying, N).await, ["100.00", "0.00", "100.00"]);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn of_very_much_evidence_the_newest_is_shown(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::begin(&paying, N, "10.00").await;
        payout.said(1, Source::Submit, Said::Accepted).await;
        // As many rows more as are shown, each a second younger than the one before.
        let copies = "INSERT INTO evidence (withdrawal_id, number, evidence_id, account_number,
                source, said, reason, channel_code, effect, received_time)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            SELECT e.withdrawal_id, e.number, 'copy-' || n.i, e.account_number, 'INQUIRY',
                'IN_PROGRESS', '', 'C-' || n.i, 'NOTHING_NEW', {later}
            FROM evidence e, n";
        let later = match paying.engine {
            Engine::Sqlite => {
                "strftime('%Y-%m-%dT%H:%M:%S', e.received_time, '+' || n.i || ' seconds')
                    || '.000000+00:00'"
            }
            Engine::Postgres => "e.received_time + make_interval(secs => n.i)",
        };
        let database = paying.database().await;
        let copied = database.execute_unprepared(&copies.replace("{later}", later)).await;
        assert_eq!(copied.unwrap().rows_affected(), 1_000);
        database.close().await.unwrap();
        let shown = get(&paying, N, &payout.id).await.unwrap();
        let codes: Vec<&str> =
            shown.attempts[0].evidence.iter().map(|row| row.channel_code.as_str()).collect();
        assert_eq!((codes.len(), codes[0], codes[999]), (1_000, "C-1", "C-1000"));
        paying.finish().await;
        bank.finish().await;
    }
}
