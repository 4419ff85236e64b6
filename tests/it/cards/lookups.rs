//! An account asked for by a card: the answer is the account's, with the card's own state beside.

use account_status::pb::v1::get_account_status_request::Key;
use account_status::pb::v1::*;
use tonic::Status;

use super::{CARD, NEW, NUMBER, carry_out, change, replacement, state};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

async fn asked(bank: &Bank, key: Key) -> Result<AccountStatusInfo, Status> {
    let get = GetAccountStatusRequest { key: Some(key), view: AccountStatusView::Basic.into() };
    let response = bank.status_client().get_account_status(get).await?;
    Ok(response.into_inner().account_status.unwrap())
}

/// The state of a card as both ways of asking tell it; the account is the first one, as ever.
async fn seen(bank: &Bank, card: &str) -> CardState {
    let account = asked(bank, Key::AccountNumber(NUMBER.to_owned())).await.unwrap();
    assert_eq!(account.card, None, "it was asked for by its own number");
    let by_card = asked(bank, Key::CardNumber(card.to_owned())).await.unwrap();
    let as_account = asked(bank, Key::AccountNumber(card.to_owned())).await.unwrap();
    assert_eq!(by_card, as_account);
    let info = by_card.card.clone().unwrap();
    assert_eq!(info.card_last4, &card[card.len() - 4..]);
    assert_eq!(AccountStatusInfo { card: None, ..by_card }, account);
    info.state()
}

on_every_engine! {
    async fn a_card_in_any_state_leads_to_its_account(bank) {
        bank.account(NUMBER, "100.00").await;
        let unknown = asked(&bank, Key::CardNumber(CARD.to_owned())).await.unwrap_err();
        assert_eq!(reason(&unknown), "CARD_NOT_FOUND");
        bank.bind_card(NUMBER, CARD).await.unwrap();
        assert_eq!(seen(&bank, CARD).await, CardState::Valid);
        state(&bank, CARD, CardAction::ReportLoss).await;
        assert_eq!(seen(&bank, CARD).await, CardState::Lost);
        carry_out(&bank, replacement(CARD, NEW)).await.unwrap();
        assert_eq!(seen(&bank, CARD).await, CardState::Replaced);
        assert_eq!(seen(&bank, NEW).await, CardState::Valid);
        carry_out(&bank, change(NEW, CardAction::Cancel)).await.unwrap();
        assert_eq!(seen(&bank, NEW).await, CardState::Cancelled);
        // Of an account that doesn't let money pass, too.
        bank.act(NUMBER, StatusAction::ReportLoss, |c| c.cause = Cause::LossWritten.into())
            .await
            .unwrap();
        let info = asked(&bank, Key::CardNumber(CARD.to_owned())).await.unwrap();
        assert_eq!(info.status_code, "03");
        bank.finish().await;
    }
}
