//! Identity documents: notice, grace, INFO_EXPIRED, and what ends it.

use account_status::pb::v1::*;
use sea_orm::ConnectionTrait;

use super::{apply, causes, events, identify, open, reminders, review_at};
use crate::actions::{N, instant, local, plain, set, stamp};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// An account in use whose holder's document is valid up to the end of March.
async fn with_document(bank: &Bank) {
    open(bank, N, |open| {
        open.holder_kind = HolderKind::Person.into();
        open.document_no = "11010119900307 000-x".to_owned();
        open.document_expiry_date = "2026-03-31".to_owned();
    })
    .await;
    bank.credit(N, "1000.00").await.unwrap();
}

on_every_engine! {
    async fn a_document_that_ran_out_is_noticed_and_after_the_grace_the_account_says_so(bank) {
        with_document(&bank).await;
        review_at(&bank, "2026-03-31 23:59:59.999999").await;
        assert_eq!(reminders(&bank, N).await, ["IDENTITY_EXPIRY"]);
        assert_eq!(events(&bank, N, "IDENTITY_NOTICE").await.len(), 0);
        assert_eq!(review_at(&bank, "2026-04-01 00:00:00").await, 1);
        let notice = events(&bank, N, "IDENTITY_NOTICE").await;
        assert_eq!((notice.len(), bank.code(N).await.as_str()), (1, "00"));
        review_at(&bank, "2026-06-30 23:59:59.999999").await;
        assert_eq!(bank.code(N).await, "00");
        review_at(&bank, "2026-07-01 00:00:00").await;
        assert_eq!((bank.code(N).await.as_str(), causes(&bank, N).await), (
            "06",
            vec![Cause::IdentityExpired],
        ));
        let row = &bank.history(N).await[0];
        assert_eq!((row.change_by.as_str(), row.cause()), ("sweep", Cause::IdentityExpired));
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_INFO_EXPIRED");

        // A verification doesn't make the document valid; a renewed one does.
        let (info, _) = identify(&bank, N, "APP", |update| update.verified = true).await.unwrap();
        assert_eq!(info.status_code, "06");
        let (info, known) = identify(&bank, N, "APP", |update| {
            update.document_expiry_date = "2036-03-31".to_owned();
        })
        .await
        .unwrap();
        assert_eq!(info.status_code, "00");
        assert_eq!(known.document_expiry_date, "2036-03-31");
        assert_eq!((known.notice_time, known.grace_until_time), (None, None));
        assert_eq!(instant(&known.verify_time), local("2026-07-01 00:00:00.000001"));
        assert_eq!(known.holder_kind(), HolderKind::Person);
        bank.withdraw(N, "1.00").await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_excuse_moves_the_grace_and_needs_one_that_runs(bank) {
        with_document(&bank).await;
        let late = |update: &mut UpdateIdentityRequest| {
            update.excuse = "abroad until August".to_owned();
            update.grace_until_time = stamp(local("2026-08-20 00:00:00"));
        };
        let early = identify(&bank, N, "PHONE", late).await.unwrap_err();
        assert_eq!(reason(&early), "ACTION_NOT_APPLICABLE");
        review_at(&bank, "2026-04-01 00:00:00").await;
        let sooner = identify(&bank, N, "PHONE", |update| {
            late(update);
            update.grace_until_time = stamp(local("2026-06-30 00:00:00"));
        });
        assert_eq!(fields(&sooner.await.unwrap_err()), ["grace_until_time"]);
        let (_, known) = identify(&bank, N, "PHONE", late).await.unwrap();
        assert_eq!(known.excuse, "abroad until August");
        assert_eq!(instant(&known.grace_until_time), local("2026-08-20 00:00:00"));
        assert_eq!(instant(&known.notice_time), local("2026-04-01 00:00:00"));
        bank.credit(N, "1.00").await.unwrap();
        review_at(&bank, "2026-08-19 23:59:59.999999").await;
        assert!(!causes(&bank, N).await.contains(&Cause::IdentityExpired));
        review_at(&bank, "2026-08-20 00:00:00").await;
        assert!(causes(&bank, N).await.contains(&Cause::IdentityExpired));
        let over = identify(&bank, N, "PHONE", |update| {
            late(update);
            update.grace_until_time = stamp(local("2026-09-20 00:00:00"));
        });
        assert_eq!(reason(&over.await.unwrap_err()), "ACTION_NOT_APPLICABLE");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_incomplete_or_not_verified_ends_only_by_what_satisfies_it(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        bank.act(N, StatusAction::RequireVerification, |change| {
            change.cause = Cause::IdentityIncomplete.into();
            change.missing_items = vec!["occupation".to_owned(), "address".to_owned()];
        })
        .await
        .unwrap();
        identify(&bank, N, "APP", |update| update.document_does_not_expire = true).await.unwrap();
        assert_eq!(causes(&bank, N).await.len(), 2);
        identify(&bank, N, "APP", |update| update.supplied_items = vec!["address".to_owned()])
            .await
            .unwrap();
        assert_eq!(causes(&bank, N).await.len(), 2, "the occupation still misses");
        identify(&bank, N, "APP", |update| update.verified = true).await.unwrap();
        assert_eq!(causes(&bank, N).await, [Cause::IdentityIncomplete]);
        let (info, _) = identify(&bank, N, "APP", |update| {
            update.supplied_items = vec!["occupation".to_owned()];
            update.reason = "form of 3 March".to_owned();
        })
        .await
        .unwrap();
        assert_eq!(info.status_code, "00");
        assert_eq!(bank.history(N).await[0].change_reason, "form of 3 March");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_document_finds_its_holders_accounts_and_its_number_is_kept_nowhere(bank) {
        with_document(&bank).await;
        let other = "6222021234567890124";
        apply(&bank, other, |open| open.customer_id = "C10002".to_owned()).await.unwrap();
        let list = |document: &str, customer: &str| ListAccountsByCustomerRequest {
            identity_document_no: document.to_owned(),
            customer_id: customer.to_owned(),
            ..Default::default()
        };
        let found = async |document: &str| {
            let list = list(document, "");
            let listed = bank.status_client().list_accounts_by_customer(list).await.unwrap();
            let rows = listed.into_inner().account_statuses;
            rows.into_iter().map(|row| row.account_number).collect::<Vec<_>>()
        };
        assert_eq!(found("11010119900307000X").await, [N]);
        assert_eq!(found("11010119900307000Y").await, Vec::<String>::new());
        identify(&bank, other, "COUNTER", |update| {
            update.document_no = "1101-0119-9003-0700-0x".to_owned();
        })
        .await
        .unwrap();
        assert_eq!(found("11010119900307000x").await, [N, other]);
        for wrong in [list("1", "C10001"), list(" - ", "")] {
            let refused = bank.status_client().list_accounts_by_customer(wrong).await;
            assert_eq!(fields(&refused.unwrap_err()), ["identity_document_no"]);
        }
        let database = bank.database().await;
        for (table, column) in [
            ("account_review", "document_hash"),
            ("idempotency", "outcome"),
            ("idempotency", "content_hash"),
            ("event", "payload"),
        ] {
            let sql = format!("SELECT CAST({column} AS text) AS said FROM {table}");
            let backend = database.get_database_backend();
            let rows = database
                .query_all_raw(sea_orm::Statement::from_string(backend, sql))
                .await
                .unwrap();
            for row in rows {
                let said: String = row.try_get("", "said").unwrap();
                assert!(!said.contains("11010119"), "{table}.{column}: {said}");
            }
        }
        database.close().await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn malformed_identities_are_refused_by_field(bank) {
        bank.account(N, "0").await;
        let refused = async |set: fn(&mut UpdateIdentityRequest)| {
            fields(&identify(&bank, N, "APP", set).await.unwrap_err())
        };
        assert_eq!(refused(|_| {}).await, ["document_no"]);
        assert_eq!(refused(|u| u.document_no = "x".repeat(65)).await, ["document_no"]);
        assert_eq!(refused(|u| u.document_no = "--".to_owned()).await, ["document_no"]);
        for day in ["2026-3-1", "tomorrow", "2026-02-30", "1026-01-01"] {
            let wrong = identify(&bank, N, "APP", |u| u.document_expiry_date = day.to_owned());
            assert_eq!(fields(&wrong.await.unwrap_err()), ["document_expiry_date"], "{day}");
        }
        let past = |u: &mut UpdateIdentityRequest| u.document_expiry_date = "2026-03-09".to_owned();
        assert_eq!(refused(past).await, ["document_expiry_date"]);
        let both = |u: &mut UpdateIdentityRequest| {
            u.document_expiry_date = "2036-03-09".to_owned();
            u.document_does_not_expire = true;
        };
        assert_eq!(refused(both).await, ["document_does_not_expire"]);
        assert_eq!(refused(|u| u.excuse = "ill".to_owned()).await, ["grace_until_time"]);
        let bare = |u: &mut UpdateIdentityRequest| u.grace_until_time = stamp(local("2027-01-01 00:00:00"));
        assert_eq!(refused(bare).await, ["excuse"]);
        assert_eq!(refused(|u| u.supplied_items = vec![" ".to_owned()]).await, ["supplied_items[0]"]);
        let gone = identify(&bank, "999", "APP", |u| u.verified = true).await.unwrap_err();
        assert_eq!(reason(&gone), "ACCOUNT_NOT_FOUND");
        let stale = identify(&bank, N, "APP", |u| {
            u.verified = true;
            u.etag = "1".repeat(16);
        });
        assert!(stale.await.is_err());
        plain(&bank, N, StatusAction::Close).await.unwrap();
        let closed = identify(&bank, N, "APP", |u| u.verified = true).await.unwrap_err();
        assert_eq!(reason(&closed), "ACCOUNT_CLOSED");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_same_update_twice_is_answered_once_and_a_rehearsal_leaves_nothing(bank) {
        with_document(&bank).await;
        let rehearsed = |update: &mut UpdateIdentityRequest| {
            update.document_expiry_date = "2030-01-01".to_owned();
            update.validate_only = true;
        };
        let (_, known) = identify(&bank, N, "APP", rehearsed).await.unwrap();
        assert_eq!(known.document_expiry_date, "2030-01-01");
        review_at(&bank, "2026-04-01 00:00:00").await;
        assert_eq!(events(&bank, N, "IDENTITY_NOTICE").await.len(), 1);
        let renewed = |update: &mut UpdateIdentityRequest| {
            update.document_expiry_date = "2031-01-01".to_owned();
            update.request_id = "identity-1".to_owned();
        };
        let first = identify(&bank, N, "APP", renewed).await.unwrap();
        bank.pass(chrono::Duration::days(1));
        assert_eq!(identify(&bank, N, "APP", renewed).await.unwrap(), first);
        assert_eq!(events(&bank, N, "IDENTITY_UPDATED").await.len(), 1);
        let other = identify(&bank, N, "WEB", renewed).await.unwrap_err();
        assert_eq!(reason(&other), "REQUEST_ID_REUSED");
        bank.finish().await;
    }
}
