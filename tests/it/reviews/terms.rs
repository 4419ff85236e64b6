//! Oral losses by product and over holidays; reminders of what ends soon.

use account_status::pb::v1::*;
use chrono::Duration;

use super::{events, open, reminders, review, review_at};
use crate::actions::{N, carry_out, fraud_stop, instant, local, set};
use crate::harness::Bank;
use crate::on_every_engine;

async fn loss_ends(bank: &Bank, number: &str) -> chrono::DateTime<chrono::Utc> {
    let info = set(bank, number, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
    instant(&info.conditions[0].until_time)
}

on_every_engine! {
    async fn an_oral_loss_follows_the_products_term_and_rolls_over_holidays(bank) {
        let bank = bank
            .reopen(|given| {
                given.oral_loss_days_of = Some(vec!["CARD=3".to_owned()]);
                given.holidays = Some(vec!["2026-03-15".to_owned(), "2026-03-16".to_owned()]);
            })
            .await;
        open(&bank, N, |open| open.product_code = "CARD".to_owned()).await;
        assert_eq!(loss_ends(&bank, N).await, local("2026-03-14 00:00:00"));
        // The fifth day, 15 March, is a holiday, and so is the next.
        let other = "6222021234567890124";
        open(&bank, other, |open| open.product_code = "PASSBOOK".to_owned()).await;
        assert_eq!(loss_ends(&bank, other).await, local("2026-03-18 00:00:00"));
        // A freeze never rolls.
        let third = "6222021234567890125";
        bank.account(third, "100.00").await;
        let day = CreateFreezeRecordRequest {
            duration: Some(create_freeze_record_request::Duration::ExpireTime(
                crate::actions::stamp(local("2026-03-16 00:00:00")).unwrap(),
            )),
            ..bank.court_order(third, "10.00")
        };
        let (freeze, _) = bank.freeze(day).await.unwrap();
        assert_eq!(freeze.expiry_date, "2026-03-15");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_ends_within_a_day_is_announced_once(bank) {
        bank.account(N, "100.00").await;
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        let mut stop = bank.status(N).await.unwrap().conditions.into_iter();
        let stop = stop.find(|held| held.condition() == Condition::Stoppay).unwrap();
        let end = crate::actions::instant(&stop.until_time) - Duration::hours(24);
        bank.clock.set(end - Duration::seconds(1));
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, Vec::<String>::new());
        bank.clock.set(end);
        review(&bank).await;
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, ["STOP_ORDER_END"]);
        let payload = &events(&bank, N, "REMINDER").await[0];
        assert_eq!(payload["subject_id"], stop.condition_id);
        review_at(&bank, "2026-03-15 00:00:00").await;
        assert_eq!(reminders(&bank, N).await, ["STOP_ORDER_END", "LOSS_END"]);
        bank.finish().await;
    }
}
