//! More accounts or cards of one customer than allowed: a review, or a refusal.

use account_status::config::TooManySetting;
use account_status::pb::v1::*;

use super::{apply, causes};
use crate::actions::{plain, told};
use crate::harness::calls::*;
use crate::on_every_engine;

fn number(nth: usize) -> String {
    format!("62220212345678{nth:05}")
}

on_every_engine! {
    async fn one_account_too_many_is_reviewed_for_that_too(bank) {
        let bank = bank.reopen(|given| given.accounts_per_customer = Some(2)).await;
        for nth in 1..=2 {
            apply(&bank, &number(nth), |_| {}).await.unwrap();
            assert_eq!(causes(&bank, &number(nth)).await, [Cause::OpeningInReview]);
        }
        let mine = number(3);
        apply(&bank, &mine, |_| {}).await.unwrap();
        let mut both = causes(&bank, &mine).await;
        both.sort_by_key(|cause| *cause as i32);
        assert_eq!(both, [Cause::OpeningInReview, Cause::OpeningTooMany]);
        assert_eq!(bank.code(&mine).await, "04");
        apply(&bank, &number(4), |open| open.customer_id = "C10002".to_owned()).await.unwrap();
        assert_eq!(causes(&bank, &number(4)).await.len(), 1, "another customer");
        let passed = plain(&bank, &mine, StatusAction::CompleteOpening).await.unwrap();
        assert_eq!((passed.status_code.as_str(), passed.conditions.len()), ("00", 0));
        // A closed one makes room.
        for nth in [1, 2] {
            plain(&bank, &number(nth), StatusAction::Close).await.unwrap();
        }
        apply(&bank, &number(5), |_| {}).await.unwrap();
        assert_eq!(causes(&bank, &number(5)).await, [Cause::OpeningInReview]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn where_the_bank_says_so_one_account_too_many_is_refused(bank) {
        let bank = bank
            .reopen(|given| {
                given.accounts_per_customer = Some(1);
                given.too_many_accounts = Some(TooManySetting::Refuse);
            })
            .await;
        apply(&bank, &number(1), |_| {}).await.unwrap();
        let refused = apply(&bank, &number(2), |_| {}).await.unwrap_err();
        assert_eq!(reason(&refused), "LIMIT_EXCEEDED");
        let said = |key: &str| told(&refused, key);
        assert_eq!((said("limit"), said("used")), (Some("1".to_owned()), Some("1".to_owned())));
        assert_eq!(reason(&bank.status(&number(2)).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn cards_are_counted_over_all_accounts_of_the_customer(bank) {
        let bank = bank.reopen(|given| given.cards_per_customer = Some(2)).await;
        for nth in 1..=2 {
            bank.account(&number(nth), "0").await;
            bank.bind_card(&number(nth), &format!("629999000000000{nth}")).await.unwrap();
        }
        let refused = bank.bind_card(&number(1), "6299990000000003").await.unwrap_err();
        assert_eq!(reason(&refused), "LIMIT_EXCEEDED");
        assert_eq!(told(&refused, "limit"), Some("2".to_owned()));
        let cancel = ChangeCardRequest {
            account_number: number(2),
            card_number: "6299990000000002".to_owned(),
            action: CardAction::Cancel.into(),
            request_id: fresh(),
            ..Default::default()
        };
        bank.account_client().change_card(cancel).await.unwrap();
        bank.bind_card(&number(1), "6299990000000003").await.unwrap();
        // Nor does a card count whose account is closed.
        bank.bind_card(&number(1), "6299990000000004").await.unwrap_err();
        bank.account(&number(3), "0").await;
        plain(&bank, &number(1), StatusAction::Close).await.unwrap();
        bank.bind_card(&number(3), "6299990000000004").await.unwrap();
        // A customer of very many accounts and cards costs no more than one at the limit.
        let bank = bank.reopen(|given| given.cards_per_customer = Some(1)).await;
        let refused = bank.bind_card(&number(3), "6299990000000005").await.unwrap_err();
        assert_eq!(told(&refused, "used"), Some("1".to_owned()), "counted up to the limit");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn every_cause_of_an_opening_can_be_reached_and_completing_ends_them_all(bank) {
        let n = number(1);
        apply(&bank, &n, |_| {}).await.unwrap();
        let all = [
            Cause::OpeningIncomplete,
            Cause::OpeningNotVerified,
            Cause::OpeningNotInPerson,
            Cause::OpeningTooMany,
        ];
        bank.act(&n, StatusAction::RejectOpening, |change| {
            change.causes = all.iter().map(|cause| (*cause).into()).collect();
            change.missing_items = vec!["lease".to_owned()];
        })
        .await
        .unwrap();
        assert_eq!((bank.code(&n).await.as_str(), causes(&bank, &n).await.len()), ("05", 4));
        plain(&bank, &n, StatusAction::ResubmitOpening).await.unwrap();
        assert_eq!(causes(&bank, &n).await, [Cause::OpeningInReview]);
        let info = plain(&bank, &n, StatusAction::CompleteOpening).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.conditions.len()), ("00", 0));
        bank.finish().await;
    }
}
