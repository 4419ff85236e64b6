//! The line of freezes: who is first, who waits, and when the next takes effect.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn three_courts_take_effect_one_after_the_other(bank) {
        bank.account(N, "412600.00").await;
        let haidian = CreateFreezeRecordRequest {
            authority_name: "Haidian District Court".to_owned(),
            document_no: "（2026）京0108执5678号".to_owned(),
            ..bank.court_order(N, "")
        };
        let (f2, _) = bank.freeze(haidian).await.unwrap();
        let preserving = CreateFreezeRecordRequest {
            authority_name: "Xuhui District Court".to_owned(),
            document_no: "（2026）沪0104执保912号".to_owned(),
            ..bank.court_order(N, "800000.00")
        };
        let (f3, told_xuhui) = bank.freeze(preserving).await.unwrap();
        assert_eq!(f3.status(), FreezeStatus::Waiting);
        assert_eq!((f3.effective_time, f3.expire_time), (None, None));
        assert_eq!((told_xuhui.requested, told_xuhui.controlled, told_xuhui.short_by),
            (cny("800000.00"), cny("0.00"), cny("800000.00")));
        assert_eq!(told_xuhui.queue_position, 2);
        assert_eq!(told_xuhui.ahead, [FreezeAhead {
            freeze_id: f2.freeze_id.clone(),
            authority_name: "Haidian District Court".to_owned(),
            amount: None,
            expire_time: f2.expire_time,
        }]);
        let (f4, told_nanshan) = bank.freeze(bank.court_order(N, "350000.00")).await.unwrap();
        assert_eq!((told_nanshan.queue_position, told_nanshan.ahead.len()), (3, 2));
        let ids = [f2.freeze_id.as_str(), &f3.freeze_id, &f4.freeze_id];
        assert_eq!(stand(&bank, &ids).await, [active("412600.00"), waiting(), waiting()]);
        let info = bank.status(N).await.unwrap();
        assert_eq!(info.conditions[1].cause(), Cause::FreezeWaiting);

        bank.set_time("2026-06-01 10:00:00");
        let lifted = ReleaseFreezeRecordRequest {
            authority_name: "Haidian District Court".to_owned(),
            ..release(&bank, N, ids[0])
        };
        bank.release(lifted).await.unwrap();
        assert_eq!(stand(&bank, &ids).await,
            [ended(FreezeStatus::Released), active("412600.00"), waiting()]);
        let f3 = get(&bank, "auditor", ids[1]).await;
        assert_eq!((instant(&f3.effective_time), instant(&f3.expire_time)),
            (bank.now(), local("2027-06-02 00:00:00")));
        assert_eq!(f3.expiry_date, "2027-06-01");
        assert_eq!(acts(&bank, ids[1]).await, [FreezeActKind::Placed, FreezeActKind::Promoted]);
        assert_eq!(bank.code(N).await, "01");

        let lifted = ReleaseFreezeRecordRequest {
            authority_name: "Xuhui District Court".to_owned(),
            ..release(&bank, N, ids[1])
        };
        bank.release(lifted).await.unwrap();
        assert_eq!(stand(&bank, &ids[2..]).await, [active("350000.00")]);
        assert_eq!(bank.available(N).await, "62600.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn credits_fill_the_first_freeze_and_then_the_one_that_waits(bank) {
        bank.account(N, "50.00").await;
        let (f5, told_court) = bank.freeze(bank.court_order(N, "100.00")).await.unwrap();
        assert_eq!((told_court.controlled, told_court.short_by), (cny("50.00"), cny("50.00")));
        let police = order(&bank, N, AuthorityKind::PoliceCriminal, "30.00");
        let (f6, _) = bank.freeze(police).await.unwrap();
        let ids = [f5.freeze_id.as_str(), &f6.freeze_id];
        assert_eq!(stand(&bank, &ids).await, [active("50.00"), waiting()]);
        let first = bank.credit(N, "30.00").await.unwrap();
        assert_eq!((first.balance_after, first.available_after), (cny("80.00"), cny("0.00")));
        assert_eq!(stand(&bank, &ids).await, [active("80.00"), waiting()]);

        let before = bank.history(N).await.len();
        bank.set_time("2026-04-01 10:00:00");
        let second = bank.credit(N, "80.00").await.unwrap();
        assert_eq!((second.balance_after, second.available_after), (cny("160.00"), cny("30.00")));
        assert_eq!(stand(&bank, &ids).await, [active("100.00"), active("30.00")]);
        let f6 = get(&bank, "auditor", ids[1]).await;
        assert_eq!((instant(&f6.effective_time), instant(&f6.expire_time)),
            (bank.now(), local("2026-10-02 00:00:00")));
        let rows = bank.history(N).await;
        assert_eq!(rows.len(), before + 1);
        assert_eq!(rows[0].conditions_after[1].cause(), Cause::JudicialCriminal);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_loss_never_makes_a_court_wait_and_each_shows_when_the_other_ends(bank) {
        for (number, first) in [(N, "loss"), ("6222021234567890124", "court")] {
            bank.account(number, "22000.00").await;
            set(&bank, number, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
            assert_eq!(bank.code(number).await, "03");
            let (court, told) = bank.freeze(bank.court_order(number, "5000.00")).await.unwrap();
            assert_eq!((court.status(), told.controlled), (FreezeStatus::Active, cny("5000.00")));
            assert_eq!((told.queue_position, told.ahead.len()), (1, 0));
            let info = bank.status(number).await.unwrap();
            assert_eq!((info.status_code.as_str(), info.available), ("01", cny("0.00")));
            let refused = bank.withdraw(number, "20000.00").await.unwrap_err();
            assert_eq!(violations(&refused),
                ["ACCOUNT_FROZEN", "ACCOUNT_LOST", "INSUFFICIENT_AVAILABLE_FUNDS"]);
            let refused = bank.withdraw(number, "17000.00").await.unwrap_err();
            assert_eq!(violations(&refused), ["ACCOUNT_LOST", "INSUFFICIENT_AVAILABLE_FUNDS"]);

            if first == "loss" {
                let info = plain(&bank, number, StatusAction::WithdrawLoss).await.unwrap();
                assert_eq!((info.status_code.as_str(), info.available), ("01", cny("17000.00")));
            }
            bank.release(release(&bank, number, &court.freeze_id)).await.unwrap();
            let expected = if first == "loss" { "00" } else { "03" };
            assert_eq!(bank.code(number).await, expected);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_paper_served_earlier_but_entered_late_takes_its_legal_place(bank) {
        bank.account(N, "100.00").await;
        let (a, _) = bank.freeze(bank.court_order(N, "100.00")).await.unwrap();
        let earlier = CreateFreezeRecordRequest {
            served_time: stamp(local("2026-03-09 16:00:00")),
            ..bank.court_order(N, "80.00")
        };
        let (b, told_court) = bank.freeze(earlier).await.unwrap();
        assert_eq!((told_court.queue_position, told_court.controlled), (1, cny("80.00")));
        assert_eq!(instant(&b.expire_time), local("2027-03-10 00:00:00"));
        let ids = [a.freeze_id.as_str(), &b.freeze_id];
        assert_eq!(stand(&bank, &ids).await, [active("20.00"), active("80.00")]);

        let earliest = CreateFreezeRecordRequest {
            served_time: stamp(local("2026-03-08 16:00:00")),
            ..bank.court_order(N, "")
        };
        let (c, _) = bank.freeze(earliest).await.unwrap();
        assert_eq!(stand(&bank, &ids).await, [waiting(), waiting()]);
        let info = bank.status(N).await.unwrap();
        let line: Vec<&str> = info.conditions.iter().map(|row| row.freeze_id.as_str()).collect();
        assert_eq!(line, [&c.freeze_id, ids[1], ids[0]]);

        bank.release(release(&bank, N, &c.freeze_id)).await.unwrap();
        assert_eq!(stand(&bank, &ids).await, [active("20.00"), active("80.00")]);
        let again = get(&bank, "auditor", ids[0]).await;
        assert_eq!(again.expire_time, a.expire_time, "its term ran on");
        let future = CreateFreezeRecordRequest {
            served_time: stamp(bank.now() + chrono::Duration::seconds(1)),
            ..bank.court_order(N, "80.00")
        };
        assert_eq!(fields(&bank.freeze(future).await.unwrap_err()), ["served_time"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_freeze_that_was_sent_back_to_the_queue_shows_no_effective_time(bank) {
        bank.account(N, "100.00").await;
        let (a, _) = bank.freeze(bank.court_order(N, "100.00")).await.unwrap();
        let earlier = CreateFreezeRecordRequest {
            served_time: stamp(local("2026-03-09 16:00:00")),
            ..bank.court_order(N, "")
        };
        bank.freeze(earlier).await.unwrap();
        let back = get(&bank, "auditor", &a.freeze_id).await;
        assert_eq!((back.status(), back.effective_time), (FreezeStatus::Waiting, None));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn who_lets_a_waiting_freeze_take_effect_stands_in_its_acts(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "30.00")).await.unwrap();
        let lift = by("court-desk", release(&bank, N, &first.freeze_id));
        bank.freeze_client().release_freeze_record(lift).await.unwrap();
        let seen = get(&bank, "auditor", &second.freeze_id).await;
        let found: Vec<(FreezeActKind, &str)> =
            seen.acts.iter().map(|act| (act.act(), act.principal.as_str())).collect();
        // "lapse" is for what time did.
        assert_eq!(found,
            [(FreezeActKind::Placed, "local"), (FreezeActKind::Promoted, "court-desk")]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_kind_that_may_not_wait_takes_the_free_part_or_is_refused(bank) {
        bank.account(N, "100.00").await;
        bank.freeze(bank.court_order(N, "70.00")).await.unwrap();
        let admin = order(&bank, N, AuthorityKind::AdminGeneral, "50.00");
        let (admin, told_organ) = bank.freeze(admin).await.unwrap();
        assert_eq!((admin.status(), told_organ.controlled, told_organ.short_by),
            (FreezeStatus::Active, cny("30.00"), cny("20.00")));
        let before = picture(&bank, N).await;
        for kind in [AuthorityKind::AdminGeneral, AuthorityKind::Securities] {
            let refused = bank.freeze(order(&bank, N, kind, "1.00")).await.unwrap_err();
            assert_eq!(reason(&refused), "FUNDS_ALREADY_FROZEN", "{kind:?}");
        }
        assert_eq!(picture(&bank, N).await, before);
        let police = order(&bank, N, AuthorityKind::PoliceCriminal, "1.00");
        assert_eq!(bank.freeze(police).await.unwrap().0.status(), FreezeStatus::Waiting);

        // The bank's own measure makes no authority wait.
        let other = "6222021234567890124";
        bank.account(other, "100.00").await;
        let (own, _) = bank.freeze(bank.bank_freeze(other, "")).await.unwrap();
        let admin = order(&bank, other, AuthorityKind::AdminGeneral, "100.00");
        let (admin, _) = bank.freeze(admin).await.unwrap();
        assert_eq!(stand(&bank, &[&admin.freeze_id, &own.freeze_id]).await,
            [active("100.00"), active("0.00")]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn money_frozen_to_the_last_cent_makes_later_authorities_wait(bank) {
        bank.account(N, "100.00").await;
        bank.freeze(bank.court_order(N, "100.00")).await.unwrap();
        let admin = order(&bank, N, AuthorityKind::AdminGeneral, "1.00");
        assert_eq!(reason(&bank.freeze(admin).await.unwrap_err()), "FUNDS_ALREADY_FROZEN");
        let (court, _) = bank.freeze(bank.court_order(N, "30.00")).await.unwrap();
        assert_eq!(court.status(), FreezeStatus::Waiting);
        bank.credit(N, "20.00").await.unwrap();
        assert_eq!(stand(&bank, &[&court.freeze_id]).await, [active("20.00")]);
        bank.finish().await;
    }
}
