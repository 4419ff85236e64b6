//! Cards: binding and changing them, over the wire.

mod lookups;
mod refused;

use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::Status;

use crate::harness::calls::*;
use crate::harness::{Bank, Engine, engine};
use crate::on_every_engine;

const NUMBER: &str = "9990584001000000103";
const SECOND: &str = "9990584001000000104";
const CARD: &str = "6299990000000030";
const NEW: &str = "6299990000000040";

/// An action on a card of the first account.
fn change(card: &str, action: CardAction) -> ChangeCardRequest {
    ChangeCardRequest {
        account_number: NUMBER.to_owned(),
        card_number: card.to_owned(),
        action: action.into(),
        request_id: fresh(),
        ..ChangeCardRequest::default()
    }
}

fn replacement(card: &str, new: &str) -> ChangeCardRequest {
    ChangeCardRequest { new_card_number: new.to_owned(), ..change(card, CardAction::Replace) }
}

async fn carry_out(bank: &Bank, change: ChangeCardRequest) -> Result<ChangeCardResponse, Status> {
    Ok(bank.account_client().change_card(change).await?.into_inner())
}

async fn state(bank: &Bank, card: &str, action: CardAction) -> CardState {
    carry_out(bank, change(card, action)).await.unwrap().card.unwrap().state()
}

/// All that is stored of events, as text.
async fn events(bank: &Bank) -> String {
    use sea_orm::{ConnectionTrait, DbBackend, Statement};
    let backend = match bank.engine {
        Engine::Sqlite => DbBackend::Sqlite,
        Engine::Postgres => DbBackend::Postgres,
    };
    let database = bank.database().await;
    let sql = "SELECT kind || ' ' || CAST(payload AS text) FROM event ORDER BY account_seq";
    let rows = database.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    database.close().await.unwrap();
    let texts: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    texts.join("\n")
}

on_every_engine! {
    async fn a_cards_life_leaves_the_status_of_its_account_alone(bank) {
        bank.account(NUMBER, "100.00").await;
        let before = (bank.status(NUMBER).await.unwrap(), bank.history(NUMBER).await);
        let bound = bank.bind_card(NUMBER, CARD).await.unwrap();
        assert_eq!((bound.card_number.as_str(), bound.state()), (CARD, CardState::Valid));
        assert_eq!((bound.account_number.as_str(), bound.replaced_by.as_str()), (NUMBER, ""));
        let at = bank.now().timestamp();
        assert_eq!(bound.bind_time.unwrap().seconds, at);
        assert_eq!(bound.bind_time, bound.change_time);

        bank.pass(chrono::Duration::hours(1));
        assert_eq!(state(&bank, CARD, CardAction::ReportLoss).await, CardState::Lost);
        assert_eq!(bank.code(NUMBER).await, "00", "the card is lost, not the account's medium");
        bank.withdraw(NUMBER, "1.00").await.unwrap();
        assert_eq!(state(&bank, CARD, CardAction::WithdrawLoss).await, CardState::Valid);
        assert_eq!(state(&bank, CARD, CardAction::ReportLoss).await, CardState::Lost);
        let replaced = carry_out(&bank, replacement(CARD, NEW)).await.unwrap();
        let (old, new) = (replaced.card.unwrap(), replaced.new_card.unwrap());
        assert_eq!((old.state(), old.replaced_by.as_str()), (CardState::Replaced, NEW));
        assert_eq!(old.bind_time, bound.bind_time);
        assert_eq!(old.change_time, new.bind_time);
        assert_eq!((new.card_number.as_str(), new.state()), (NEW, CardState::Valid));
        let cancelled = carry_out(&bank, change(NEW, CardAction::Cancel)).await.unwrap();
        assert_eq!(cancelled.card.unwrap().state(), CardState::Cancelled);
        assert_eq!(cancelled.new_card, None);

        let after = bank.status(NUMBER).await.unwrap();
        assert_eq!((&after.etag, &bank.history(NUMBER).await), (&before.0.etag, &before.1));
        let told = events(&bank).await;
        let cards = told.lines().filter(|event| event.starts_with("CARD_"));
        let kinds: Vec<&str> = cards.map(|event| event.split(' ').next().unwrap()).collect();
        let changed = "CARD_CHANGED";
        let kinds_expected =
            ["CARD_BOUND", changed, changed, changed, changed, "CARD_BOUND", changed];
        assert_eq!(kinds, kinds_expected);
        assert!(told.contains("0030") && !told.contains(&CARD[..12]), "{told}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_cancelled_number_can_be_bound_again_elsewhere(bank) {
        bank.account(NUMBER, "0").await;
        bank.account(SECOND, "0").await;
        bank.bind_card(NUMBER, CARD).await.unwrap();
        assert_eq!(reason(&bank.bind_card(SECOND, CARD).await.unwrap_err()), "CARD_EXISTS");
        carry_out(&bank, change(CARD, CardAction::Cancel)).await.unwrap();
        let moved = bank.bind_card(SECOND, CARD).await.unwrap();
        assert_eq!((moved.account_number.as_str(), moved.state()), (SECOND, CardState::Valid));
        let refused = carry_out(&bank, change(CARD, CardAction::ReportLoss)).await.unwrap_err();
        assert_eq!(reason(&refused), "CARD_NOT_FOUND", "it is not theirs any more");
        assert_eq!(reason(&bank.bind_card(NUMBER, CARD).await.unwrap_err()), "CARD_EXISTS");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn card_commands_replay(bank) {
        bank.account(NUMBER, "0").await;
        let binding = BindCardRequest {
            account_number: NUMBER.to_owned(),
            card_number: CARD.to_owned(),
            etag: bank.status(NUMBER).await.unwrap().etag,
            request_id: "bind-1".to_owned(),
            ..BindCardRequest::default()
        };
        let bind = async |request: BindCardRequest| {
            let answer = bank.account_client().bind_card(request).await;
            answer.map(|answer| answer.into_inner().card.unwrap())
        };
        let check = BindCardRequest { validate_only: true, ..binding.clone() };
        assert_eq!(bind(check.clone()).await.unwrap().state(), CardState::Valid);
        let bound = bind(binding.clone()).await.unwrap();
        assert_eq!(reason(&bind(check).await.unwrap_err()), "CARD_EXISTS", "it looks, not recalls");
        let replacing = ChangeCardRequest { request_id: "c-1".to_owned(), ..replacement(CARD, NEW) };
        let replaced = carry_out(&bank, replacing.clone()).await.unwrap();
        bank.act(NUMBER, StatusAction::MarkDormant, |c| c.cause = Cause::DormantNoUse.into())
            .await
            .unwrap();
        assert_eq!(bind(binding.clone()).await.unwrap(), bound, "valid, as it was then");
        assert_eq!(carry_out(&bank, replacing.clone()).await.unwrap(), replaced);
        let other = BindCardRequest { card_number: "6299990000000050".to_owned(), ..binding };
        assert_eq!(reason(&bind(other).await.unwrap_err()), "REQUEST_ID_REUSED");
        let other = ChangeCardRequest { card_number: NEW.to_owned(), ..replacing };
        let refused = carry_out(&bank, ChangeCardRequest {
            action: CardAction::Cancel.into(),
            new_card_number: String::new(),
            ..other
        });
        assert_eq!(reason(&refused.await.unwrap_err()), "REQUEST_ID_REUSED");
        // What the state refuses is remembered; what the caller can mend is not.
        let found = ChangeCardRequest { request_id: "c-2".to_owned(), ..change(NEW, CardAction::WithdrawLoss) };
        let refused = carry_out(&bank, found.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        state(&bank, NEW, CardAction::ReportLoss).await;
        let refused = carry_out(&bank, found).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        let stale = ChangeCardRequest { etag: "v0".to_owned(), ..change(NEW, CardAction::Cancel) };
        assert_eq!(reason(&carry_out(&bank, stale.clone()).await.unwrap_err()), "ETAG_MISMATCH");
        let etag = bank.status(NUMBER).await.unwrap().etag;
        carry_out(&bank, ChangeCardRequest { etag, ..stale }).await.unwrap();
        bank.finish().await;
    }
}

/// Binds each of many cards to two accounts at once, through these services, and answers how often
/// each card was bound.
async fn race(one: &Bank, other: &Bank) {
    let cards: Vec<String> = (0..20).map(|card| format!("62999900000{card:05}")).collect();
    let both = cards
        .iter()
        .map(async |card| tokio::join!(one.bind_card(NUMBER, card), other.bind_card(SECOND, card)));
    for (first, second) in join_all(both).await {
        assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
        let refused = first.err().or(second.err()).unwrap();
        assert_eq!(reason(&refused), "CARD_EXISTS");
    }
}

on_every_engine! {
    async fn two_accounts_never_get_one_card(bank) {
        bank.account(NUMBER, "0").await;
        bank.account(SECOND, "0").await;
        race(&bank, &bank).await;
        bank.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_never_bind_one_card_twice_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    let directory = tempfile::tempdir().unwrap();
    let other = Bank::on(Engine::Postgres, bank.url.clone(), directory, |_given| {}).await;
    // Clocks of two servers never agree.
    other.pass(chrono::Duration::seconds(1));
    bank.account(NUMBER, "0").await;
    bank.account(SECOND, "0").await;
    race(&bank, &other).await;
    bank.pass(chrono::Duration::seconds(2));
    other.stop_without_audit().await;
    bank.finish().await;
}
