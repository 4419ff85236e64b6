//! BatchGetAccountStatus: one result for each key, in the order of the keys, whatever the others are.

use account_status::pb::v1::account_key::Key;
use account_status::pb::v1::account_status_result::Result as Answer;
use account_status::pb::v1::get_account_status_request::Key as SingleKey;
use account_status::pb::v1::*;
use futures::future::join_all;
use prost::Message as _;
use tonic::{Code, Status};

use super::{NUMBER, get};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const OTHER: &str = "9990584001000000702";
const CARD: &str = "6299990000000010";

fn account(number: &str) -> AccountKey {
    AccountKey { key: Some(Key::AccountNumber(number.to_owned())) }
}

fn card(number: &str) -> AccountKey {
    AccountKey { key: Some(Key::CardNumber(number.to_owned())) }
}

async fn batch(bank: &Bank, keys: Vec<AccountKey>) -> Result<Vec<Answer>, Status> {
    let request = BatchGetAccountStatusRequest { keys, view: AccountStatusView::Full.into() };
    let response = bank.status_client().batch_get_account_status(request).await?;
    Ok(response.into_inner().results.into_iter().map(|one| one.result.unwrap()).collect())
}

/// What the single call answers for a key, as a batch would have it.
async fn single(bank: &Bank, key: &AccountKey) -> Answer {
    let key = match key.key.clone().unwrap() {
        Key::AccountNumber(number) => SingleKey::AccountNumber(number),
        Key::CardNumber(number) => SingleKey::CardNumber(number),
    };
    match get(bank, key, AccountStatusView::Full).await {
        Ok(info) => Answer::AccountStatus(info),
        Err(status) => Answer::Error(tonic_types::Status::decode(status.details()).unwrap()),
    }
}

/// An item's error with its details, as the status that it stands for.
fn status_of(answer: &Answer) -> Status {
    match answer {
        Answer::Error(error) => {
            let details = error.encode_to_vec().into();
            Status::with_details(Code::from_i32(error.code), error.message.clone(), details)
        }
        Answer::AccountStatus(info) => panic!("found: {info:?}"),
    }
}

on_every_engine! {
    async fn each_key_has_its_own_answer_in_its_place(bank) {
        bank.account(NUMBER, "100.00").await;
        bank.account(OTHER, "200.00").await;
        bank.freeze(bank.court_order(OTHER, "10.00")).await.unwrap();
        bank.bind_card(NUMBER, CARD).await.unwrap();
        let mut keys = vec![
            account(OTHER),
            account("9990584001000000799"),
            card(CARD),
            card("6299990000000099"),
            account(NUMBER),
            // A card given as an account number, an account given as a card, both twice.
            account(CARD),
            card(NUMBER),
            account(OTHER),
            account(CARD),
        ];
        let answers = batch(&bank, keys.clone()).await.unwrap();
        for (key, answer) in keys.iter().zip(&answers) {
            assert_eq!(*answer, single(&bank, key).await, "{key:?}");
        }
        let reasons = [1, 3, 6].map(|place| reason(&status_of(&answers[place])));
        assert_eq!(reasons, ["ACCOUNT_NOT_FOUND", "CARD_NOT_FOUND", "CARD_NOT_FOUND"]);
        let by_card = |place: usize| match &answers[place] {
            Answer::AccountStatus(info) => info.card.clone().map(|card| card.card_last4),
            Answer::Error(error) => panic!("{error:?}"),
        };
        assert_eq!([2, 5, 8].map(by_card), [const { Some("0010") }; 3].map(|card| card.map(String::from)));
        assert_eq!([0, 4, 7].map(by_card), [None, None, None]);

        // Malformed keys are told by their path and change nothing of the others.
        for bad in [account("12 34"), card("1234"), card("12345678901\0"), AccountKey { key: None }] {
            keys[1] = bad.clone();
            let again = batch(&bank, keys.clone()).await.unwrap();
            let refused = status_of(&again[1]);
            let field = match bad.key {
                Some(Key::CardNumber(_)) => "keys[1].card_number",
                Some(Key::AccountNumber(_)) | None => "keys[1].account_number",
            };
            assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
            assert_eq!((&again[0], &again[2..]), (&answers[0], &answers[2..]));
        }
        let nothing_known = batch(&bank, vec![account("1"), card("6299990000000099")]).await.unwrap();
        assert!(nothing_known.iter().all(|answer| matches!(answer, Answer::Error(_))));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_ended_by_now_is_gone_and_what_is_hidden_is_hidden(bank) {
        bank.account(NUMBER, "100.00").await;
        bank.bind_card(NUMBER, CARD).await.unwrap();
        bank.act(NUMBER, StatusAction::ReportLoss, |change| change.cause = Cause::LossOral.into())
            .await
            .unwrap();
        let secret = CreateFreezeRecordRequest { confidential: true, ..bank.court_order(NUMBER, "1.00") };
        bank.freeze(secret).await.unwrap();
        bank.pass(chrono::Duration::days(7));
        for key in [account(NUMBER), card(CARD)] {
            let answers = batch(&bank, vec![key.clone()]).await.unwrap();
            assert_eq!(answers, [single(&bank, &key).await]);
            let Answer::AccountStatus(info) = &answers[0] else { panic!("not found") };
            assert_eq!((info.conditions.len(), info.status_code.as_str()), (1, "01"), "the loss lapsed");
            assert!(!format!("{info:?}").contains("Nanshan"), "{info:?}");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_batch_has_1_to_1000_keys(bank) {
        let numbers: Vec<String> = (0..20).map(|index| format!("{index:034}")).collect();
        join_all(numbers.iter().map(|number| bank.account(number, "1.00"))).await;
        bank.freeze(bank.court_order(&numbers[0], "")).await.unwrap();
        // Every fiftieth is known; all are as long as a number can be.
        let name = |index: usize| if index.is_multiple_of(50) { index / 50 } else { index + 1_000 };
        let keys: Vec<AccountKey> =
            (0..1_000).map(|index| account(&format!("{:034}", name(index)))).collect();
        let began = std::time::Instant::now();
        let answers = batch(&bank, keys.clone()).await.unwrap();
        println!("{:?}: 1,000 keys, 20 of them known, in {:?}", bank.engine, began.elapsed());
        assert_eq!(answers.len(), 1_000);
        for (index, answer) in answers.iter().enumerate() {
            match answer {
                Answer::AccountStatus(info) => assert_eq!(info.account_number, numbers[index / 50]),
                Answer::Error(_) => assert_ne!(index % 50, 0),
            }
        }
        let frozen = vec![account(&numbers[0]); 1_000];
        let request = BatchGetAccountStatusRequest { keys: frozen, view: AccountStatusView::Full.into() };
        assert!(request.encoded_len() < 64 * 1024, "the largest batch fits a message");
        let response = bank.status_client().batch_get_account_status(request).await.unwrap().into_inner();
        println!("a thousand frozen accounts in full: {} bytes", response.encoded_len());
        assert_eq!(response.results.len(), 1_000);

        let invalid = |status: Status| (reason(&status), fields(&status));
        let expected = || ("INVALID_REQUEST".to_owned(), vec!["keys".to_owned()]);
        assert_eq!(invalid(batch(&bank, Vec::new()).await.unwrap_err()), expected());
        let many = vec![account("1"); 1_001];
        assert_eq!(invalid(batch(&bank, many).await.unwrap_err()), expected());
        let huge = vec![account(&numbers[0]); 2_000];
        assert_eq!(reason(&batch(&bank, huge).await.unwrap_err()), "MESSAGE_TOO_LARGE");
        let view = BatchGetAccountStatusRequest { keys, view: 9 };
        let refused = bank.status_client().batch_get_account_status(view).await.unwrap_err();
        assert_eq!(fields(&refused), ["view"]);
        bank.finish().await;
    }
}
