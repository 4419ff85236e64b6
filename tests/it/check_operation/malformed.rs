//! Questions that nobody could answer.

use account_status::pb::v1::*;

use super::{NON_COUNTER, ask, question};
use crate::actions::N;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn what_contradicts_itself_is_refused(bank) {
        bank.account(N, "100.00").await;
        let (app, counter) = (EntryChannel::App, EntryChannel::Counter);
        let none = EntryChannel::Unspecified;
        let exempt = Operation::CustomerDebitExempt;
        for (operation, channel, purpose, identified, wrong) in [
            (Operation::CustomerDebitCounter, app, Purpose::Transfer, true, "entry_channel"),
            (NON_COUNTER, counter, Purpose::Unspecified, false, "entry_channel"),
            (exempt, counter, Purpose::Tax, false, "entry_channel"),
            (exempt, app, Purpose::Transfer, false, "purpose"),
            (NON_COUNTER, app, Purpose::Tax, true, "customer_identified"),
            (NON_COUNTER, none, Purpose::Unspecified, true, "customer_identified"),
        ] {
            let asked = CheckOperationRequest {
                entry_channel: channel.into(),
                purpose: purpose.into(),
                customer_identified: identified,
                ..question(N, operation, "1.00")
            };
            let refused = ask(&bank, asked).await.unwrap_err();
            assert_eq!((reason(&refused).as_str(), fields(&refused)),
                ("INVALID_REQUEST", vec![wrong.to_owned()]), "{operation:?} {channel:?}");
        }
        let counter = question(N, Operation::CustomerDebitCounter, "1.00");
        let refused = ask(&bank, with(&[("x-entry-channel", "APP")], counter)).await.unwrap_err();
        assert_eq!(fields(&refused), ["entry_channel"], "the call's own channel counts as given");
        let close = question(N, Operation::Close, "1.00");
        assert_eq!(fields(&ask(&bank, close).await.unwrap_err()), ["amount"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn every_wrong_field_is_named(bank) {
        let nothing = ask(&bank, CheckOperationRequest::default()).await.unwrap_err();
        assert_eq!(fields(&nothing), ["account_number", "operation"]);
        let all = CheckOperationRequest {
            key: Some(check_operation_request::Key::CardNumber("x".to_owned())),
            operation: 99,
            amount: cny("-1"),
            entry_channel: 99,
            purpose: -1,
            customer_identified: false,
        };
        let wrong = ["card_number", "operation", "amount.amount", "entry_channel", "purpose"];
        assert_eq!(fields(&ask(&bank, all).await.unwrap_err()), wrong);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_not_there_and_other_currencies_are_errors(bank) {
        let unknown = ask(&bank, question(N, NON_COUNTER, "")).await.unwrap_err();
        assert_eq!(reason(&unknown), "ACCOUNT_NOT_FOUND");
        let key = Some(check_operation_request::Key::CardNumber("6299990000000010".to_owned()));
        let card = CheckOperationRequest { key, ..question(N, NON_COUNTER, "") };
        assert_eq!(reason(&ask(&bank, card).await.unwrap_err()), "CARD_NOT_FOUND");
        bank.account(N, "100.00").await;
        let amount = Some(Money { currency_code: "USD".to_owned(), amount: "1.00".to_owned() });
        let dollars = CheckOperationRequest { amount, ..question(N, NON_COUNTER, "") };
        let refused = ask(&bank, dollars).await.unwrap_err();
        assert_eq!(reason(&refused), "CURRENCY_MISMATCH");
        assert_eq!(crate::actions::told(&refused, "iso20022_reason_code").unwrap(), "CURR");
        bank.finish().await;
    }
}
