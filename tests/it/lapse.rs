//! What ends by itself: gone at its exact instant for reads and commands, written down by the
//! account's next command or by the sweep.

use account_status::config::Switch;
use account_status::feed::Feed;
use account_status::pb::v1::*;
use account_status::service;
use account_status::sweep::Sweep;
use chrono::{DateTime, Duration, Utc};

use crate::actions::{
    N, carry_out, change, fraud_stop, held, instant, local, picture, plain, restrict, set, stamp,
};
use crate::freezes::{acts, get, order, release};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const MICRO: Duration = Duration::microseconds(1);

/// A court's order until a local time.
fn court_until(bank: &Bank, amount: &str, end: &str) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        duration: stamp(local(end)).map(create_freeze_record_request::Duration::ExpireTime),
        ..bank.court_order(N, amount)
    }
}

/// When and by whom the history's rows were made, newest first: effective, by, code.
async fn rows(bank: &Bank) -> Vec<(DateTime<Utc>, String, String)> {
    let rows = bank.history(N).await.into_iter();
    rows.map(|row| (instant(&row.effective_time), row.change_by, row.new_status_code)).collect()
}

fn row(at: &str, by: &str, code: &str) -> (DateTime<Utc>, String, String) {
    (local(at), by.to_owned(), code.to_owned())
}

on_every_engine! {
    async fn a_courts_freeze_is_over_at_its_instant_and_the_next_command_writes_it(bank) {
        bank.account(N, "1000.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let end = local("2027-03-11 00:00:00");
        bank.clock.set(end - MICRO);
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_FROZEN");
        let info = bank.status(N).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.available), ("01", cny("0.00")));
        assert_eq!(bank.freezes(N).await[0].status(), FreezeStatus::Active);

        bank.clock.set(end);
        let info = bank.status(N).await.unwrap();
        assert_eq!((info.status_code.as_str(), &info.available), ("00", &cny("1000.00")));
        assert_eq!((info.conditions.len(), info.freeze_type()), (0, FreezeType::Unspecified));
        let expired = &bank.freezes(N).await[0];
        assert_eq!((expired.status(), expired.queue_position), (FreezeStatus::Expired, 0));
        assert_eq!(get(&bank, "auditor", &freeze.freeze_id).await.status(), FreezeStatus::Expired);
        assert_eq!(bank.history(N).await.len(), 3, "a read writes nothing");

        // A refused command changes nothing of its own, but what was due is written with it.
        bank.pass(Duration::hours(3));
        let refused = bank.release(release(&bank, N, &freeze.freeze_id)).await.unwrap_err();
        assert_eq!(reason(&refused), "FREEZE_NOT_IN_FORCE");
        let history = bank.history(N).await;
        assert_eq!(history.len(), 4);
        let row = &history[0];
        assert_eq!((instant(&row.effective_time), instant(&row.record_time)), (end, bank.now()));
        assert_eq!((row.change_by.as_str(), row.approval_status()),
            ("lapse", ApprovalStatus::NotRequired));
        assert_eq!((row.old_status(), row.new_status()),
            (AccountStatus::Frozen, AccountStatus::Normal));
        assert_eq!((row.conditions_before.len(), row.conditions_after.len()), (1, 0));
        assert_eq!(acts(&bank, &freeze.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Expired]);
        let act = get(&bank, "auditor", &freeze.freeze_id).await.acts[1].clone();
        assert_eq!((instant(&act.act_time), act.principal.as_str()), (end, "lapse"));
        bank.withdraw(N, "1000.00").await.unwrap();
        assert_eq!(bank.history(N).await.len(), 4);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_oral_loss_is_over_at_midnight_after_the_fifth_day(bank) {
        bank.account(N, "100.00").await;
        bank.set_time("2026-03-18 09:00:00");
        set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        bank.set_time("2026-03-23 23:59:59.999999");
        assert_eq!(bank.code(N).await, "03");
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_LOST");
        bank.set_time("2026-03-24 00:00:00");
        assert_eq!(bank.code(N).await, "00");
        let late = plain(&bank, N, StatusAction::ConfirmLoss).await.unwrap_err();
        assert_eq!(reason(&late), "ACTION_NOT_APPLICABLE");
        assert_eq!(rows(&bank).await[0], row("2026-03-24 00:00:00", "lapse", "00"));
        bank.withdraw(N, "1.00").await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn stops_and_restrictions_are_over_at_their_instant(bank) {
        bank.account(N, "100.00").await;
        bank.set_time("2026-03-12 14:30:00");
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        bank.set_time("2026-03-14 14:29:59.999999");
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_STOPPAY");
        bank.set_time("2026-03-14 14:30:00");
        assert_eq!(bank.code(N).await, "00");
        bank.withdraw(N, "1.00").await.unwrap();
        assert_eq!(rows(&bank).await[0], row("2026-03-14 14:30:00", "lapse", "00"));

        let arrears = ChangeAccountStatusRequest {
            end_time: stamp(local("2026-03-20 12:00:00")),
            ..change(N, StatusAction::StopPayment, Cause::StopArrears)
        };
        carry_out(&bank, arrears).await.unwrap();
        let no_debit = ChangeAccountStatusRequest {
            end_time: stamp(local("2026-03-20 12:00:00.5")),
            ..restrict(N, Restriction::NoDebit)
        };
        carry_out(&bank, no_debit).await.unwrap();
        bank.set_time("2026-03-20 12:00:00.499999");
        assert_eq!(bank.code(N).await, "09");
        assert_eq!(violations(&bank.withdraw(N, "1.00").await.unwrap_err()),
            ["ACCOUNT_RESTRICTED"]);
        bank.set_time("2026-03-20 12:00:00.5");
        assert_eq!(bank.code(N).await, "00");
        let lapsed = plain(&bank, N, StatusAction::LiftRestriction).await.unwrap_err();
        assert_eq!(reason(&lapsed), "ACTION_NOT_APPLICABLE");
        assert_eq!(rows(&bank).await[..2], [
            row("2026-03-20 12:00:00.5", "lapse", "00"),
            row("2026-03-20 12:00:00", "lapse", "09"),
        ]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_central_banks_measure_is_over_after_48_hours_to_the_second(bank) {
        bank.account(N, "100.00").await;
        bank.set_time("2026-03-10 14:30:00");
        let aml = order(&bank, N, AuthorityKind::AmlTemporary, "");
        bank.freeze(aml).await.unwrap();
        bank.set_time("2026-03-12 14:29:59.999");
        assert_eq!(bank.code(N).await, "01");
        bank.set_time("2026-03-12 14:30:00");
        assert_eq!(bank.code(N).await, "00");
        bank.withdraw(N, "100.00").await.unwrap();
        assert_eq!(rows(&bank).await[0], row("2026-03-12 14:30:00", "lapse", "00"));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_next_in_line_takes_effect_at_the_instant_and_lapses_in_its_turn(bank) {
        bank.account(N, "100.00").await;
        let first = court_until(&bank, "", "2026-05-01 00:00:00");
        let (first, _) = bank.freeze(first).await.unwrap();
        let police = order(&bank, N, AuthorityKind::PoliceCriminal, "30.00");
        let (second, _) = bank.freeze(police).await.unwrap();
        assert_eq!(second.status(), FreezeStatus::Waiting);

        bank.set_time("2026-05-01 00:00:00");
        let info = bank.status(N).await.unwrap();
        assert_eq!((info.status_code.as_str(), &info.available), ("01", &cny("70.00")));
        assert_eq!(held(&info), [(Condition::Frozen, Cause::JudicialCriminal)]);
        let seen = get(&bank, "auditor", &second.freeze_id).await;
        assert_eq!((seen.status(), instant(&seen.effective_time), instant(&seen.expire_time)),
            (FreezeStatus::Active, bank.now(), local("2026-11-02 00:00:00")));
        bank.set_time("2026-11-01 23:59:59.999999");
        assert_eq!(bank.code(N).await, "01");

        // Nobody touched the account: both lapses are written together, each as of its instant.
        bank.set_time("2026-11-02 00:00:00");
        assert_eq!(bank.code(N).await, "00");
        assert_eq!(bank.history(N).await.len(), 4);
        let refused = bank.withdraw(N, "100.01").await.unwrap_err();
        assert_eq!(violations(&refused), ["INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(rows(&bank).await[..2], [
            row("2026-11-02 00:00:00", "lapse", "00"),
            row("2026-05-01 00:00:00", "lapse", "01"),
        ]);
        let history = bank.history(N).await;
        assert_eq!(history[1].conditions_before.len(), 2);
        assert_eq!(history[1].conditions_after, history[0].conditions_before);
        assert_eq!(history[0].conditions_before[0].cause(), Cause::JudicialCriminal);
        assert_eq!(acts(&bank, &first.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Expired]);
        let seen = get(&bank, "auditor", &second.freeze_id).await;
        let kinds: Vec<FreezeActKind> = seen.acts.iter().map(FreezeAct::act).collect();
        assert_eq!(kinds,
            [FreezeActKind::Placed, FreezeActKind::Promoted, FreezeActKind::Expired]);
        assert_eq!(instant(&seen.acts[1].act_time), local("2026-05-01 00:00:00"));
        assert_eq!(seen.expiry_date, "2026-11-01");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_waiting_freeze_ends_at_its_stated_end_and_two_ends_at_once_are_one_row(bank) {
        bank.account(N, "100.00").await;
        let first = court_until(&bank, "", "2026-06-01 00:00:00");
        bank.freeze(first).await.unwrap();
        let (waiting, _) =
            bank.freeze(court_until(&bank, "30.00", "2026-05-01 00:00:00")).await.unwrap();
        assert_eq!((waiting.status(), waiting.expiry_date.as_str()),
            (FreezeStatus::Waiting, "2026-04-30"));
        let stop = ChangeAccountStatusRequest {
            end_time: stamp(local("2026-06-01 00:00:00")),
            ..change(N, StatusAction::StopPayment, Cause::StopArrears)
        };
        carry_out(&bank, stop).await.unwrap();
        bank.set_time("2026-05-01 00:00:00");
        let info = bank.status(N).await.unwrap();
        assert_eq!(held(&info), [
            (Condition::Frozen, Cause::JudicialCourt),
            (Condition::Stoppay, Cause::StopArrears),
        ]);
        bank.set_time("2026-06-01 00:00:00");
        assert_eq!(bank.code(N).await, "00");
        bank.withdraw(N, "100.00").await.unwrap();
        let found = rows(&bank).await;
        assert_eq!(found[..2], [
            row("2026-06-01 00:00:00", "lapse", "00"),
            row("2026-05-01 00:00:00", "lapse", "01"),
        ]);
        assert_eq!(found.len(), 7);
        assert_eq!(acts(&bank, &waiting.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Expired]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn lists_of_freezes_by_status_see_the_lapse_at_its_instant(bank) {
        bank.account(N, "100.00").await;
        let first = court_until(&bank, "", "2026-05-01 00:00:00");
        let (first, _) = bank.freeze(first).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "30.00")).await.unwrap();
        bank.set_time("2026-05-01 00:00:00");
        for (status, expected) in [
            (FreezeStatus::Expired, vec![first.freeze_id.clone()]),
            (FreezeStatus::Active, vec![second.freeze_id.clone()]),
            (FreezeStatus::Waiting, vec![]),
        ] {
            let list = ListFreezeRecordsRequest {
                account_number: N.to_owned(),
                status: status.into(),
                ..Default::default()
            };
            let listed = bank.freeze_client().list_freeze_records(list).await.unwrap();
            let rows = listed.into_inner().freeze_records;
            let ids: Vec<String> = rows.into_iter().map(|row| row.freeze_id).collect();
            assert_eq!(ids, expected, "{status:?}");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_etag_read_after_a_lapse_is_good_for_the_next_command(bank) {
        bank.account(N, "100.00").await;
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        let stopped = bank.status(N).await.unwrap().etag;
        bank.pass(Duration::hours(49));
        let old = WithdrawRequest { etag: stopped.clone(), ..bank.withdrawal(N, "1.00") };
        let info = bank.status(N).await.unwrap();
        assert_eq!(info.status_code, "00");
        assert_ne!(info.etag, stopped, "the etag moves with the conditions");
        let fresh = WithdrawRequest { etag: info.etag, ..bank.withdrawal(N, "1.00") };
        bank.withdraw_with(fresh).await.unwrap();
        assert_eq!(reason(&bank.withdraw_with(old).await.unwrap_err()), "ETAG_MISMATCH");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_round_of_the_sweep_writes_what_is_due_and_nothing_twice(bank) {
        let store = service::open(&bank.settings).await.unwrap();
        let sweep = Sweep {
            store: store.clone(),
            clock: bank.clock.clone(),
            ledger: bank.ledger.clone(),
            feed: Feed::default(),
        };
        let other = "6222021234567890124";
        for number in [N, other] {
            bank.account(number, "100.00").await;
            bank.set_time("2026-03-10 12:00:00");
            set(&bank, number, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        }
        bank.account("6222021234567890125", "100.00").await;
        bank.set_time("2026-03-15 23:59:59.999999");
        assert_eq!(sweep.round().await, 0);
        assert_eq!(bank.history(N).await.len(), 3);

        bank.set_time("2026-03-16 08:00:00");
        assert_eq!(sweep.round().await, 2);
        let before = picture(&bank, N).await;
        assert_eq!(before.0.status_code, "00");
        assert_eq!(rows(&bank).await[0], row("2026-03-16 00:00:00", "lapse", "00"));
        assert_eq!(instant(&before.1[0].record_time), bank.now());
        assert_eq!(bank.history(other).await.len(), 4);
        assert_eq!(sweep.round().await, 0);
        assert_eq!(picture(&bank, N).await, before);
        drop(sweep);
        store.close().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_running_sweep_wakes_when_something_is_due(bank) {
        let swept = Bank::open_with(bank.engine, |given| given.sweep = Some(Switch::On)).await;
        swept.account(N, "100.00").await;
        carry_out(&swept, fraud_stop(N, "ZF-1")).await.unwrap();
        swept.pass(Duration::hours(48) + Duration::seconds(1));
        let mut found = rows(&swept).await;
        for _ in 0..2_000 {
            if found.len() > 3 {
                break;
            }
            found = rows(&swept).await;
        }
        assert_eq!((found.len(), found[0].1.as_str(), found[0].2.as_str()), (4, "lapse", "00"));
        swept.finish().await;
        bank.finish().await;
    }
}
