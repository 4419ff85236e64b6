//! Third-party platforms: which cards they have bound, and how little they see of them.

mod plans;

use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const NUMBER: &str = "9990584001000000601";
const SECOND: &str = "9990584001000000602";
const CARD: &str = "6299990000000610";

fn binding(card: &str, platform: &str, action: PlatformAction) -> BindPlatformRequest {
    BindPlatformRequest {
        account_number: NUMBER.to_owned(),
        card_number: card.to_owned(),
        platform_id: platform.to_owned(),
        action: action.into(),
        request_id: fresh(),
        ..BindPlatformRequest::default()
    }
}

async fn send(bank: &Bank, request: BindPlatformRequest) -> Result<PlatformBinding, Status> {
    let response = bank.account_client().bind_platform(request).await?.into_inner();
    Ok(response.platform_binding.unwrap())
}

async fn bind(bank: &Bank, card: &str, platform: &str) -> Result<PlatformBinding, Status> {
    send(bank, binding(card, platform, PlatformAction::Bind)).await
}

async fn list(
    bank: &Bank,
    platform: &str,
    set: impl FnOnce(&mut ListCardBindingsRequest),
) -> Result<ListCardBindingsResponse, Status> {
    let mut request =
        ListCardBindingsRequest { platform_id: platform.to_owned(), ..Default::default() };
    set(&mut request);
    Ok(bank.status_client().list_card_bindings(request).await?.into_inner())
}

async fn cards(bank: &Bank, platform: &str) -> Vec<(String, CardState, String, bool)> {
    let listed = list(bank, platform, |_| {}).await.unwrap().card_bindings;
    let shown = |one: CardBinding| {
        let state = one.card_state();
        (one.card_number, state, one.account_status_code, one.abnormal)
    };
    listed.into_iter().map(shown).collect()
}

on_every_engine! {
    async fn a_platform_sees_that_a_card_is_abnormal_and_never_why(bank) {
        bank.account(NUMBER, "100.00").await;
        bank.bind_card(NUMBER, CARD).await.unwrap();
        let before = bank.status(NUMBER).await.unwrap();
        let bound = bind(&bank, CARD, "platform-a").await.unwrap();
        assert_eq!((bound.card_number.as_str(), bound.account_number.as_str()), (CARD, NUMBER));
        assert_eq!((bound.bind_time.unwrap().seconds, bound.unbind_time),
            (bank.now().timestamp(), None));
        bind(&bank, CARD, "platform-b").await.unwrap();
        assert_eq!(bank.status(NUMBER).await.unwrap().etag, before.etag);
        assert_eq!(bank.history(NUMBER).await.len(), 2);
        let seen = |state, code: &str, abnormal| (CARD.to_owned(), state, code.to_owned(), abnormal);
        assert_eq!(cards(&bank, "platform-a").await, [seen(CardState::Valid, "00", false)]);
        let only = |request: &mut ListCardBindingsRequest| request.abnormal_only = true;
        assert_eq!(list(&bank, "platform-a", only).await.unwrap().card_bindings, []);

        let hidden = CreateFreezeRecordRequest {
            confidential: true,
            ..bank.court_order(NUMBER, "10.00")
        };
        let (placed, _) = bank.freeze(hidden).await.unwrap();
        let shown = list(&bank, "platform-a", only).await.unwrap();
        assert_eq!(shown.card_bindings.len(), 1);
        let text = format!("{shown:?}");
        for secret in [NUMBER, "execution", "Court", placed.freeze_id.as_str()] {
            assert!(!text.contains(secret), "{text}");
        }
        assert_eq!(cards(&bank, "platform-a").await, [seen(CardState::Valid, "01", true)]);
        bank.release(bank.court_release(NUMBER, &placed.freeze_id)).await.unwrap();
        let lost = ChangeCardRequest {
            account_number: NUMBER.to_owned(),
            card_number: CARD.to_owned(),
            action: CardAction::ReportLoss.into(),
            request_id: fresh(),
            ..ChangeCardRequest::default()
        };
        bank.account_client().change_card(lost).await.unwrap();
        assert_eq!(cards(&bank, "platform-b").await, [seen(CardState::Lost, "00", true)]);

        // An unbound card is gone from the one platform, and bound anew only when it may be used.
        let request = binding(CARD, "platform-a", PlatformAction::Unbind);
        let ended = send(&bank, request.clone()).await.unwrap();
        assert_eq!(ended.unbind_time.unwrap().seconds, bank.now().timestamp());
        assert_eq!(send(&bank, request).await.unwrap(), ended, "the same request again");
        assert_eq!(cards(&bank, "platform-a").await, []);
        assert_eq!(cards(&bank, "platform-b").await.len(), 1);
        let refused = bind(&bank, CARD, "platform-a").await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_does_not_apply_is_refused(bank) {
        bank.account(NUMBER, "0").await;
        bank.account(SECOND, "0").await;
        bank.bind_card(NUMBER, CARD).await.unwrap();
        let why = |result: Result<PlatformBinding, Status>| reason(&result.unwrap_err());
        let other = BindPlatformRequest {
            account_number: SECOND.to_owned(),
            ..binding(CARD, "p", PlatformAction::Bind)
        };
        assert_eq!(why(send(&bank, other).await), "CARD_NOT_FOUND");
        assert_eq!(why(bind(&bank, "6299990000000999", "p").await), "CARD_NOT_FOUND");
        let unbind = || binding(CARD, "p", PlatformAction::Unbind);
        assert_eq!(why(send(&bank, unbind()).await), "ACTION_NOT_APPLICABLE");
        let dry = BindPlatformRequest {
            validate_only: true,
            ..binding(CARD, "p", PlatformAction::Bind)
        };
        send(&bank, dry).await.unwrap();
        bind(&bank, CARD, "p").await.unwrap();
        assert_eq!(why(bind(&bank, CARD, "p").await), "ACTION_NOT_APPLICABLE");
        let stale = BindPlatformRequest { etag: "v0".to_owned(), ..unbind() };
        assert_eq!(why(send(&bank, stale).await), "ETAG_MISMATCH");
        bank.act(NUMBER, StatusAction::Close, |_| {}).await.unwrap();
        assert_eq!(why(bind(&bank, CARD, "q").await), "ACCOUNT_CLOSED");
        send(&bank, unbind()).await.unwrap();
        let wrong = BindPlatformRequest { platform_id: "a b".to_owned(), action: 0, ..unbind() };
        assert_eq!(fields(&send(&bank, wrong).await.unwrap_err()), ["platform_id", "action"]);
        let named = |card: &str| {
            let card = card.to_owned();
            list(&bank, "", |request| request.card_number = card)
        };
        assert_eq!(reason(&named("6299990000000999").await.unwrap_err()), "CARD_NOT_FOUND");
        assert_eq!(named(CARD).await.unwrap().card_bindings, []);
        let token = list(&bank, "p", |request| request.page_token = "ab".repeat(40)).await;
        assert_eq!(fields(&token.unwrap_err()), ["page_token"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn pages_hold_each_binding_once_and_a_number_that_moved_on_is_bound_by_nobody(bank) {
        bank.account(NUMBER, "0").await;
        bank.account(SECOND, "0").await;
        let numbers: Vec<String> = (0..7).map(|n| format!("629999000000{n:04}")).collect();
        for card in &numbers {
            bank.bind_card(NUMBER, card).await.unwrap();
            bind(&bank, card, "p").await.unwrap();
        }
        for platform in ["q", "a"] {
            bind(&bank, &numbers[3], platform).await.unwrap();
        }
        for size in [1, 2, 3, 7, 8] {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let set = |request: &mut ListCardBindingsRequest| {
                    request.page_size = size;
                    request.page_token.clone_from(&token);
                };
                let page = list(&bank, "p", set).await.unwrap();
                seen.extend(page.card_bindings.into_iter().map(|one| one.card_number));
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
                assert!(!token.contains(&hex::encode(&numbers[0][..8])));
            }
            assert_eq!(seen, numbers, "pages of {size}");
        }
        let card = numbers[3].clone();
        let every = list(&bank, "", |request| request.card_number = card).await.unwrap();
        let platforms: Vec<&str> =
            every.card_bindings.iter().map(|one| one.platform_id.as_str()).collect();
        assert_eq!(platforms, ["a", "p", "q"]);
        let cancel = ChangeCardRequest {
            account_number: NUMBER.to_owned(),
            card_number: numbers[3].clone(),
            action: CardAction::Cancel.into(),
            request_id: fresh(),
            ..ChangeCardRequest::default()
        };
        bank.account_client().change_card(cancel).await.unwrap();
        assert_eq!(cards(&bank, "q").await[0].1, CardState::Cancelled);
        bank.bind_card(SECOND, &numbers[3]).await.unwrap();
        assert_eq!(cards(&bank, "q").await, []);
        let moved = BindPlatformRequest {
            account_number: SECOND.to_owned(),
            ..binding(&numbers[3], "q", PlatformAction::Bind)
        };
        send(&bank, moved).await.unwrap();
        assert_eq!(cards(&bank, "q").await.len(), 1);
        bank.finish().await;
    }
}
