//! Owners are reminded in time; what nobody acknowledges, or what is overdue, goes up.

use account_status::feed::Feed;
use account_status::service;
use account_status::sweep::Sweep;
use chrono::Duration;

use super::*;
use crate::on_every_engine;
use CaseEntryKind as K;

/// Reminds of what is due now; of how many cases.
async fn remind(bank: &Bank) -> usize {
    let store = service::open(&bank.settings).await.unwrap();
    let sweep = Sweep {
        store: store.clone(),
        clock: bank.clock.clone(),
        ledger: bank.ledger.clone(),
        feed: Feed::default(),
    };
    let reminded = sweep.reminders().await;
    drop(sweep);
    store.close().await;
    reminded
}

on_every_engine! {
    async fn nobody_who_answers_sends_it_up_and_who_acknowledges_has_time_until_it_is_due(bank) {
        let case = owing(&bank).await;
        assert_eq!(remind(&bank).await, 0);
        for _ in 0..2 {
            bank.pass(Duration::hours(8) + Duration::seconds(1));
            assert_eq!(remind(&bank).await, 1);
            assert_eq!(remind(&bank).await, 0);
        }
        let (seen, way) = story(&bank, &case).await;
        assert_eq!((seen.reminders, seen.escalations), (2, 1));
        assert_eq!(kinds(&way), [K::Opened, K::Reminded, K::Reminded, K::Escalated]);
        assert!(way[1..].iter().all(|step| step.phase() == CasePhase::Remind));
        let seen = add(&bank, note(&case, K::Acknowledged)).await.unwrap();
        assert_eq!(seen.acknowledged_by, "ops.li");
        bank.pass(Duration::hours(7));
        assert_eq!(remind(&bank).await, 0, "it falls due at 24 hours");
        bank.pass(Duration::hours(1));
        assert_eq!(remind(&bank).await, 1);
        let (overdue, _) = story(&bank, &case).await;
        assert_eq!((overdue.reminders, overdue.escalations), (3, 2));
        assert_eq!(overdue.owner_role(), CaseRole::DutyManager);
        resolve(&bank, resolving(&case, CaseResolution::NoAction)).await.unwrap();
        bank.pass(Duration::days(2));
        assert_eq!(remind(&bank).await, 0);
        bank.finish().await;
    }
}
