//! Accounts that nobody uses: dormancy by three rules, suspension of new ones, and what ends them.

use account_status::pb::v1::*;

use super::{causes, events, identify, open, reminders, review, review_at};
use crate::actions::{N, plain};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// A movement that the customer made, through a channel.
async fn own(bank: &Bank, direction: Direction, channel: EntryChannel, identified: bool) {
    let posting = RecordTransactionRequest {
        initiator: Initiator::Customer.into(),
        entry_channel: channel.into(),
        customer_identified: identified,
        mode: TransactionMode::Fact.into(),
        ..bank.posting(N, direction, "5.00")
    };
    bank.record(posting).await.unwrap();
}

on_every_engine! {
    async fn six_months_without_use_make_a_persons_account_dormant_and_a_stranger_never_wakes_it(bank) {
        bank.account(N, "1000.00").await;
        own(&bank, Direction::Credit, EntryChannel::Counter, true).await;
        review_at(&bank, "2026-08-15 00:00:00").await;
        assert_eq!(reminders(&bank, N).await, ["DORMANCY"]);
        bank.credit(N, "10.00").await.unwrap();
        review_at(&bank, "2026-09-10 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2026-09-11 00:00:00").await;
        assert_eq!(causes(&bank, N).await, [Cause::DormantNoUse]);
        assert_eq!(reminders(&bank, N).await, ["DORMANCY"], "once");
        assert_eq!(bank.history(N).await[0].change_by, "sweep");
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_DORMANT");
        bank.credit(N, "10.00").await.unwrap();
        review(&bank).await;
        assert_eq!(bank.code(N).await, "07");
        own(&bank, Direction::Credit, EntryChannel::App, false).await;
        assert_eq!(bank.code(N).await, "07", "not at the counter");
        own(&bank, Direction::Debit, EntryChannel::Counter, true).await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2027-03-11 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00", "the clock ran anew");
        review_at(&bank, "2027-03-12 00:00:00").await;
        assert_eq!(bank.code(N).await, "07");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_low_balance_sleeps_sooner_and_reactivation_restarts_the_clock(bank) {
        bank.account(N, "5.00").await;
        own(&bank, Direction::Credit, EntryChannel::App, false).await;
        review_at(&bank, "2026-06-10 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2026-06-11 00:00:00").await;
        assert_eq!(causes(&bank, N).await, [Cause::DormantLowBalance]);
        let mut reactivate = ChangeAccountStatusRequest {
            account_number: N.to_owned(),
            action: StatusAction::Reactivate.into(),
            customer_identified: true,
            request_id: fresh(),
            ..Default::default()
        };
        bank.set_time("2026-06-20 10:00:00");
        reactivate.reason = "came to the branch".to_owned();
        let request = with(&[("x-entry-channel", "COUNTER")], reactivate);
        bank.account_client().change_account_status(request).await.unwrap();
        for now in ["2026-06-21 00:00:00", "2026-07-22 00:00:00", "2026-09-20 23:59:59.999999"] {
            review_at(&bank, now).await;
            assert_eq!(bank.code(N).await, "00", "{now}");
        }
        review_at(&bank, "2026-09-21 00:00:00").await;
        assert_eq!(causes(&bank, N).await, [Cause::DormantLowBalance]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_organisation_is_told_first_and_a_movement_cancels_the_notice(bank) {
        // Opened before anybody said so: a firm, as it turns out.
        open(&bank, N, |_open| {}).await;
        let firm = HolderKind::Organisation.into();
        identify(&bank, N, "API", |update| update.holder_kind = firm).await.unwrap();
        bank.credit(N, "5.00").await.unwrap();
        review_at(&bank, "2027-03-10 23:59:59.999999").await;
        assert_eq!(events(&bank, N, "DORMANCY_NOTICE").await.len(), 0);
        review_at(&bank, "2027-03-11 00:00:00").await;
        assert_eq!(events(&bank, N, "DORMANCY_NOTICE").await.len(), 1);
        bank.set_time("2027-04-10 12:00:00");
        bank.credit(N, "5.00").await.unwrap();
        review_at(&bank, "2027-04-11 00:00:00").await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2028-04-11 00:00:00").await;
        assert_eq!(events(&bank, N, "DORMANCY_NOTICE").await.len(), 2);
        review_at(&bank, "2028-05-11 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2028-05-12 00:00:00").await;
        assert_eq!(causes(&bank, N).await, [Cause::DormantOrganisation]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_new_account_that_is_never_used_is_suspended_until_verified_at_the_counter(bank) {
        bank.account(N, "0").await;
        review_at(&bank, "2026-09-10 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00");
        assert_eq!(reminders(&bank, N).await, ["UNUSED_SUSPENSION"]);
        review_at(&bank, "2026-09-11 00:00:00").await;
        assert_eq!(causes(&bank, N).await, [Cause::NonCounterSuspended]);
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_RESTRICTED");
        review_at(&bank, "2026-10-20 00:00:00").await;
        assert_eq!(causes(&bank, N).await, [Cause::NonCounterSuspended], "set once");
        identify(&bank, N, "APP", |update| update.verified = true).await.unwrap();
        assert_eq!(bank.code(N).await, "09", "not at the counter");
        let (info, _) = identify(&bank, N, "COUNTER", |u| u.verified = true).await.unwrap();
        assert_eq!(info.status_code, "00");
        review_at(&bank, "2027-04-20 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2027-04-21 00:00:00").await;
        assert_eq!(bank.code(N).await, "09");
        // What the risk desk lifts, the next review doesn't set again.
        plain(&bank, N, StatusAction::LiftRestriction).await.unwrap();
        review_at(&bank, "2027-06-01 00:00:00").await;
        assert_eq!(bank.code(N).await, "00");
        bank.finish().await;
    }
}
