//! Lists of objections: those due soonest first, in pages.

use account_status::pb::v1::*;
use chrono::Duration;

use super::{answer, answering, list, object, objecting, of};
use crate::actions::instant;
use crate::harness::calls::*;
use crate::on_every_engine;

const NUMBERS: [&str; 3] = ["6222021234567890201", "6222021234567890202", "6222021234567890203"];

on_every_engine! {
    async fn every_objection_comes_once_in_the_order_in_which_they_are_due(bank) {
        for number in NUMBERS {
            bank.account(number, "100.00").await;
            bank.freeze(bank.court_order(number, "40.00")).await.unwrap();
        }
        let mut recorded = Vec::new();
        for turn in 0..9 {
            // Three of one day are due at one instant.
            if turn % 3 == 0 {
                bank.pass(Duration::days(1));
            }
            recorded.push(object(&bank, objecting(NUMBERS[turn % 3], "")).await.unwrap());
        }
        let closed = recorded.remove(4);
        answer(&bank, answering(&closed.account_number, &closed.objection_id)).await.unwrap();
        // Those that are due at once stand in the order of their ids.
        recorded.sort_by_key(|row| (instant(&row.due_time), row.objection_id.clone()));
        let open = || ListObjectionsRequest { open_only: true, ..Default::default() };
        for size in [1, 2, 3, 8, 0] {
            let (mut found, mut token) = (Vec::new(), String::new());
            loop {
                let asked = ListObjectionsRequest { page_size: size, page_token: token, ..open() };
                let (page, next) = list(&bank, "local", asked).await.unwrap();
                found.extend(page);
                token = next;
                if token.is_empty() { break; }
            }
            assert_eq!(found, recorded, "{size} a page");
        }
        let (_, token) = list(&bank, "local", ListObjectionsRequest { page_size: 1, ..open() }).await.unwrap();
        let of_other = ListObjectionsRequest {
            account_number: NUMBERS[0].to_owned(), page_token: token, ..open()
        };
        assert_eq!(fields(&list(&bank, "local", of_other).await.unwrap_err()), ["page_token"]);

        let mine = of(&bank, "local", &closed.account_number).await;
        assert_eq!(mine.len(), 3, "answered ones, too");
        let mine_open = ListObjectionsRequest { account_number: closed.account_number.clone(), ..open() };
        assert_eq!(list(&bank, "local", mine_open).await.unwrap().0.len(), 2);
        let all = list(&bank, "local", ListObjectionsRequest::default()).await.unwrap_err();
        assert_eq!(fields(&all), ["open_only"], "not everything there ever was");
        let unknown = ListObjectionsRequest { account_number: "1".to_owned(), ..open() };
        assert_eq!(reason(&list(&bank, "local", unknown).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        bank.finish().await;
    }
}
