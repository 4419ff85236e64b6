//! What is told of an objection that waits: the day before it is due, and when it is overdue.

use chrono::Duration;

use super::{answer, answering, object, objecting};
use crate::actions::{N, instant};
use crate::on_every_engine;
use crate::reviews::{events, identify, reminders, review};

on_every_engine! {
    async fn it_is_announced_the_day_before_and_when_it_is_overdue_once_each(bank) {
        bank.account(N, "100.00").await;
        bank.freeze(bank.court_order(N, "40.00")).await.unwrap();
        let recorded = object(&bank, objecting(N, "")).await.unwrap();
        let due = instant(&recorded.due_time);
        // What else is done on the account doesn't put it off.
        identify(&bank, N, "ENTRY_CHANNEL_COUNTER", |update| update.verified = true).await.unwrap();
        bank.clock.set(due - Duration::days(1) - Duration::microseconds(1));
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, Vec::<String>::new());
        bank.clock.set(due - Duration::days(1));
        review(&bank).await;
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, ["OBJECTION_DUE"]);
        bank.clock.set(due - Duration::microseconds(1));
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, ["OBJECTION_DUE"]);
        bank.clock.set(due);
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, ["OBJECTION_DUE", "OBJECTION_OVERDUE"]);
        for _ in 0..3 {
            bank.pass(Duration::days(40));
            review(&bank).await;
        }
        let told = events(&bank, N, "REMINDER").await;
        let mine: Vec<&str> = told
            .iter()
            .filter(|said| said["subject_id"] == recorded.objection_id)
            .map(|said| said["about"].as_str().unwrap())
            .collect();
        assert_eq!(mine, ["OBJECTION_DUE", "OBJECTION_OVERDUE"], "{told:?}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn one_that_is_answered_is_not_announced(bank) {
        bank.account(N, "100.00").await;
        bank.freeze(bank.court_order(N, "40.00")).await.unwrap();
        let recorded = object(&bank, objecting(N, "")).await.unwrap();
        answer(&bank, answering(N, &recorded.objection_id)).await.unwrap();
        bank.clock.set(instant(&recorded.due_time));
        review(&bank).await;
        assert_eq!(reminders(&bank, N).await, Vec::<String>::new());
        bank.finish().await;
    }
}
