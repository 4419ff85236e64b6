//! What cards are refused: malformed numbers, actions that don't fit, accounts that aren't open.

use account_status::pb::v1::*;
use tonic_types::StatusExt as _;

use super::{CARD, NEW, NUMBER, SECOND, carry_out, change, replacement, state};
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::refusals::in_status;

on_every_engine! {
    async fn malformed_cards_are_refused_by_field(bank) {
        bank.account(NUMBER, "0").await;
        bank.bind_card(NUMBER, CARD).await.unwrap();
        for bad in [
            "", "62999900000", "62999900000000000000", "6299 9900 0000 0050", "62999900000x0050",
            "6299990000000\0", "629999000000\n", "６２９９９９００００００００５０", "٦٢٩٩٩٩٠٠٠٠٠٠",
            "6299990000000\u{200b}", "-629999000000", "+629999000000", "0x6299990000",
        ] {
            let refused = bank.bind_card(NUMBER, bad).await.unwrap_err();
            assert_eq!((reason(&refused).as_str(), fields(&refused)), (
                "INVALID_REQUEST",
                vec!["card_number".to_owned()],
            ), "{bad:?}");
            let refused = carry_out(&bank, change(bad, CardAction::Cancel)).await.unwrap_err();
            assert_eq!(fields(&refused), ["card_number"], "{bad:?}");
            let refused = carry_out(&bank, replacement(CARD, bad)).await.unwrap_err();
            assert_eq!(fields(&refused), ["new_card_number"], "{bad:?}");
        }
        let same = carry_out(&bank, replacement(CARD, CARD)).await.unwrap_err();
        assert_eq!(fields(&same), ["new_card_number"]);
        let idle = ChangeCardRequest {
            new_card_number: NEW.to_owned(),
            ..change(CARD, CardAction::ReportLoss)
        };
        assert_eq!(fields(&carry_out(&bank, idle).await.unwrap_err()), ["new_card_number"]);
        let wrong = ChangeCardRequest { action: 99, etag: "x".to_owned(), ..Default::default() };
        let refused = carry_out(&bank, wrong).await.unwrap_err();
        assert_eq!(fields(&refused), ["account_number", "request_id", "etag", "card_number", "action"]);
        // The shortest and the longest; no check digit is right.
        for card in ["629999000001", "6299990000000000001"] {
            assert_eq!(bank.bind_card(NUMBER, card).await.unwrap().card_number, card);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn actions_fit_the_state_of_the_card_or_are_refused(bank) {
        bank.account(NUMBER, "0").await;
        bank.account(SECOND, "0").await;
        let taken = "6299990000000060";
        bank.bind_card(SECOND, taken).await.unwrap();
        let all = [
            CardAction::ReportLoss,
            CardAction::WithdrawLoss,
            CardAction::Replace,
            CardAction::Cancel,
        ];
        let refused_in = async |card: &str, actions: &[CardAction], state: &str| {
            for action in actions {
                let mut change = change(card, *action);
                if *action == CardAction::Replace {
                    change.new_card_number = "6299990000000070".to_owned();
                }
                let refused = carry_out(&bank, change).await.unwrap_err();
                assert_eq!(violations(&refused), ["ACTION_NOT_APPLICABLE"], "{state} {action:?}");
                let details = refused.get_error_details();
                assert_eq!(details.error_info().unwrap().metadata["state"], state);
            }
        };
        let unknown = carry_out(&bank, change(CARD, CardAction::Cancel)).await.unwrap_err();
        assert_eq!(reason(&unknown), "CARD_NOT_FOUND");
        bank.bind_card(NUMBER, CARD).await.unwrap();
        refused_in(CARD, &[CardAction::WithdrawLoss], "VALID").await;
        let refused = carry_out(&bank, replacement(CARD, taken)).await.unwrap_err();
        assert_eq!(reason(&refused), "CARD_EXISTS");
        let theirs = carry_out(&bank, change(taken, CardAction::Cancel)).await.unwrap_err();
        assert_eq!(reason(&theirs), "CARD_NOT_FOUND");
        state(&bank, CARD, CardAction::ReportLoss).await;
        refused_in(CARD, &[CardAction::ReportLoss], "LOST").await;
        carry_out(&bank, replacement(CARD, NEW)).await.unwrap();
        refused_in(CARD, &all, "REPLACED").await;
        assert_eq!(reason(&bank.bind_card(NUMBER, CARD).await.unwrap_err()), "CARD_EXISTS");
        carry_out(&bank, change(NEW, CardAction::Cancel)).await.unwrap();
        refused_in(NEW, &all, "CANCELLED").await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn only_open_accounts_get_cards_whatever_else_holds_on_them(bank) {
        use AccountStatus as S;
        let rows = [
            (S::Normal, None),
            (S::Frozen, None),
            (S::Stoppay, None),
            (S::Lost, None),
            (S::Opening, Some("ACCOUNT_OPENING")),
            (S::OpenFailed, Some("ACCOUNT_OPEN_FAILED")),
            (S::InfoExpired, None),
            (S::Dormant, None),
            (S::Suspicious, None),
            (S::Restricted, None),
            (S::Closed, Some("ACCOUNT_CLOSED")),
        ];
        for (index, (status, expected)) in rows.into_iter().enumerate() {
            let number = format!("99905840010000006{index:02}");
            in_status(&bank, &number, status).await;
            let card = format!("62999900000006{index:02}");
            let bound = bank.bind_card(&number, &card).await;
            assert_eq!(bound.err().map(|refused| reason(&refused)).as_deref(), expected);
        }
        let unknown = bank.bind_card("9990584001000000699", CARD).await.unwrap_err();
        assert_eq!(reason(&unknown), "ACCOUNT_NOT_FOUND");
        // A closed account can still lose a card, and nothing else happens to it.
        bank.account(NUMBER, "0").await;
        bank.bind_card(NUMBER, CARD).await.unwrap();
        bank.act(NUMBER, StatusAction::Close, |_| {}).await.unwrap();
        for action in [CardAction::ReportLoss, CardAction::Replace] {
            let mut change = change(CARD, action);
            if action == CardAction::Replace {
                change.new_card_number = NEW.to_owned();
            }
            let refused = carry_out(&bank, change).await.unwrap_err();
            assert_eq!(reason(&refused), "ACCOUNT_CLOSED");
        }
        assert_eq!(state(&bank, CARD, CardAction::Cancel).await, CardState::Cancelled);
        bank.finish().await;
    }
}
