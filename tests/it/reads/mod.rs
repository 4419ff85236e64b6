//! Reads: pages, views, cards, and what an account says of itself.

mod batch;
mod codes;
mod customers;
mod gathered;
mod pages;
mod standing;
mod views;

use account_status::pb::v1::get_account_status_request::Key;
use account_status::pb::v1::*;
use sea_orm::ConnectionTrait as _;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const NUMBER: &str = "9990584001000000701";

async fn get(bank: &Bank, key: Key, view: AccountStatusView) -> Result<AccountStatusInfo, Status> {
    let get = GetAccountStatusRequest { key: Some(key), view: view.into() };
    let response = bank.status_client().get_account_status(get).await?;
    Ok(response.into_inner().account_status.unwrap())
}

on_every_engine! {
    async fn an_account_is_found_by_its_cards_too(bank) {
        bank.account(NUMBER, "10.00").await;
        bank.account("6299990000000099", "20.00").await;
        let database = bank.database().await;
        for (card, number) in [
            ("6299990000000010", NUMBER),
            ("629999000000", NUMBER),
            // An account has this number as well.
            ("6299990000000099", NUMBER),
        ] {
            let sql = format!("INSERT INTO card (card_number, account_number) VALUES ('{card}', '{number}')");
            database.execute_unprepared(&sql).await.unwrap();
        }
        database.close().await.unwrap();
        let found = async |key| {
            let info = get(&bank, key, AccountStatusView::Full).await;
            info.map(|info| info.account_number).map_err(|status| reason(&status))
        };
        let card = |number: &str| Key::CardNumber(number.to_owned());
        let account = |number: &str| Key::AccountNumber(number.to_owned());
        let ours = Ok(NUMBER.to_owned());
        // The check digit of the first is wrong, as that of real cards may be.
        assert_eq!(found(card("6299990000000010")).await, ours);
        assert_eq!(found(card("629999000000")).await, ours);
        assert_eq!(found(card("6299990000000099")).await, ours);
        assert_eq!(found(account(NUMBER)).await, ours);
        assert_eq!(found(account("6299990000000099")).await, Ok("6299990000000099".to_owned()));
        assert_eq!(found(card("6299990000000011")).await, Err("CARD_NOT_FOUND".to_owned()));
        assert_eq!(found(card(NUMBER)).await, Err("CARD_NOT_FOUND".to_owned()));
        assert_eq!(found(account("6299990000000011")).await, Err("ACCOUNT_NOT_FOUND".to_owned()));
        // design, contract: a card number given as account number is found too.
        assert_eq!(found(account("6299990000000010")).await, ours);
        bank.finish().await;
    }
}

async fn amounts(bank: &Bank) -> [String; 4] {
    let info = bank.status(NUMBER).await.unwrap();
    [info.balance, info.reserved, info.frozen, info.available].map(|money| {
        let money = money.unwrap();
        assert_eq!(money.currency_code, "CNY");
        money.amount
    })
}

on_every_engine! {
    async fn the_etag_moves_with_the_status_and_not_with_money(bank) {
        bank.account(NUMBER, "0").await;
        let etag = async || bank.status(NUMBER).await.unwrap().etag;
        let info = bank.status(NUMBER).await.unwrap();
        assert_eq!(info.last_transaction_time, None);
        bank.pass(chrono::Duration::hours(1));
        let at = bank.now().timestamp();
        bank.credit(NUMBER, "1000.00").await.unwrap();
        let withdrawal = bank.withdraw(NUMBER, "100.00").await.unwrap();
        assert_eq!(amounts(&bank).await, ["1000.00", "100.00", "0.00", "900.00"]);
        assert_eq!(etag().await, info.etag, "money moves no etag");
        let last = bank.status(NUMBER).await.unwrap().last_transaction_time.unwrap();
        assert_eq!(last.seconds, at);

        let (freeze, _) = bank.freeze(bank.court_order(NUMBER, "250.50")).await.unwrap();
        let frozen = etag().await;
        assert_ne!(frozen, info.etag);
        assert_eq!(amounts(&bank).await, ["1000.00", "100.00", "250.50", "649.50"]);
        let cancelled = bank.cancel(NUMBER, &withdrawal.withdrawal_id).await.unwrap();
        assert_ne!(cancelled.etag, withdrawal.etag, "a withdrawal has one of its own");
        assert_eq!(etag().await, frozen);
        let insisting = WithdrawRequest { etag: frozen.clone(), ..bank.withdrawal(NUMBER, "1.00") };
        bank.withdraw_with(insisting).await.unwrap();
        bank.release(bank.court_release(NUMBER, &freeze.freeze_id)).await.unwrap();
        let mut seen = vec![info.etag, frozen, etag().await];
        for (action, cause) in [
            (StatusAction::MarkDormant, Cause::DormantNoUse),
            (StatusAction::ReportLoss, Cause::LossOral),
        ] {
            bank.act(NUMBER, action, |change| change.cause = cause.into()).await.unwrap();
            seen.push(etag().await);
        }
        // What lapses by itself moves it too, and a refusal moves nothing.
        bank.pass(chrono::Duration::days(7));
        assert_eq!(reason(&bank.withdraw(NUMBER, "1.00").await.unwrap_err()), "ACCOUNT_DORMANT");
        seen.push(etag().await);
        assert!(bank.withdraw(NUMBER, "1.00").await.is_err());
        assert_eq!(etag().await, seen[5]);
        seen.dedup();
        assert_eq!(seen.len(), 6, "{seen:?}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn amounts_have_the_decimals_of_their_currency(bank) {
        for (number, code, amount) in [
            ("9990290001000000125", "JPY", "1500000"),
            ("9990290001000000126", "KWD", "1.005"),
            ("9990290001000000127", "USD", "0.10"),
        ] {
            let open = OpenAccountRequest {
                account_number: number.to_owned(),
                account_name: "株式会社サンプル".to_owned(),
                customer_id: "C20025".to_owned(),
                branch_code: "SH".to_owned(),
                currency_code: code.to_owned(),
                request_id: fresh(),
                ..OpenAccountRequest::default()
            };
            bank.account_client().open_account(open).await.unwrap();
            bank.act(number, StatusAction::CompleteOpening, |_| {}).await.unwrap();
            let money = Some(Money { currency_code: code.to_owned(), amount: amount.to_owned() });
            let credit = RecordTransactionRequest {
                amount: money.clone(),
                ..bank.posting(number, Direction::Credit, "1")
            };
            let posted = bank.record(credit).await.unwrap();
            assert_eq!((&posted.amount, &posted.balance_after), (&money, &money));
            assert_eq!(bank.status(number).await.unwrap().available, money);
            assert_eq!(reason(&bank.withdraw(number, "1").await.unwrap_err()), "CURRENCY_MISMATCH");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn who_am_i_tells_how_the_server_sees_a_caller(bank) {
        let who = async |metadata: &[(&'static str, &str)]| {
            let asked = with(metadata, WhoAmIRequest {});
            let response = bank.client_client().who_am_i(asked).await.unwrap();
            response.into_inner().client.unwrap()
        };
        let local = who(&[]).await;
        assert_eq!((local.principal.as_str(), local.locale.as_str()), ("local", "en"));
        assert_eq!(local.entry_channel(), EntryChannel::Unspecified);
        let mut sorted = local.scopes.clone();
        sorted.sort();
        assert_eq!(local.scopes, sorted);
        let has = |client: &Client, scope: &str| client.scopes.iter().any(|one| one == scope);
        for scope in ["account.read", "account.write", "withdraw.write", "freeze.release"] {
            assert!(has(&local, scope), "{scope}");
        }
        assert!(!has(&local, "confidential"));
        let auditor = who(&[("x-principal", "auditor")]).await;
        assert!(has(&auditor, "confidential"));
        assert_eq!(auditor.scopes.len(), local.scopes.len() + 1);
        let teller = who(&[
            ("x-principal", "teller-sz"),
            ("x-entry-channel", "COUNTER"),
            ("accept-language", "zh-TW"),
            ("x-request-id", "call-1"),
        ])
        .await;
        assert_eq!((teller.principal.as_str(), teller.locale.as_str()), ("teller-sz", "zh-TW"));
        assert_eq!(teller.entry_channel(), EntryChannel::Counter);
        assert_eq!(teller.request_id, "call-1");
        bank.finish().await;
    }
}

on_every_engine! {
    /// What looks like SQL, JSON or a placeholder comes back as it went in.
    async fn text_in_a_field_is_just_text(bank) {
        bank.account(NUMBER, "1000.00").await;
        for text in [
            "'; DROP TABLE account_balance; --",
            "\" OR \"\"=\"",
            "$1 ? :a %s \\x00 \\",
            "{\"a\": [null]}",
            "{authority} {until}",
            "NULL",
            "深圳市南山区人民法院 👩‍⚖️",
        ] {
            let order = CreateFreezeRecordRequest {
                authority_name: text.to_owned(),
                document_no: "No. 1".to_owned(),
                reason: text.to_owned(),
                unfreeze_condition: text.to_owned(),
                ..bank.court_order(NUMBER, "1.00")
            };
            let (placed, _) = bank.freeze(order).await.unwrap();
            let get = GetFreezeRecordRequest {
                freeze_id: placed.freeze_id.clone(),
                account_number: NUMBER.to_owned(),
            };
            let read = bank.freeze_client().get_freeze_record(get).await.unwrap().into_inner();
            let read = read.freeze_record.unwrap();
            assert_eq!((read.authority_name.as_str(), read.reason.as_str()), (text, text));
            assert_eq!(read.unfreeze_condition, text);
            assert_eq!(bank.history(NUMBER).await[0].change_reason, text);
            let line = bank.status(NUMBER).await.unwrap().conditions.pop().unwrap().message;
            assert!(line.contains(text), "{line}");
            let mut request = bank.withdrawal(NUMBER, "1.00");
            request.reference = text.to_owned();
            request.beneficiary.as_mut().unwrap().name = text.to_owned();
            let reserved = bank.withdraw_with(request).await.unwrap();
            assert_eq!(reserved.reference, text);
            assert_eq!(reserved.beneficiary.unwrap().name, text);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_not_there_or_not_of_this_account_is_not_found(bank) {
        bank.account(NUMBER, "1000.00").await;
        bank.account("9990584001000000702", "1000.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(NUMBER, "1.00")).await.unwrap();
        let withdrawal = bank.withdraw(NUMBER, "1.00").await.unwrap();
        for (account, there) in [("", true), (NUMBER, true), ("9990584001000000702", false), ("1", false)] {
            let get = GetFreezeRecordRequest {
                freeze_id: freeze.freeze_id.clone(),
                account_number: account.to_owned(),
            };
            let found = bank.freeze_client().get_freeze_record(get).await;
            assert_eq!(found.map_err(|status| reason(&status)).is_ok(), there, "{account}");
            let get = GetWithdrawalRequest {
                withdrawal_id: withdrawal.withdrawal_id.clone(),
                account_number: account.to_owned(),
            };
            match bank.withdraw_client().get_withdrawal(get).await {
                Ok(found) => assert_eq!(found.into_inner().withdrawal.as_ref(), Some(&withdrawal)),
                Err(status) => assert_eq!((reason(&status).as_str(), there), ("WITHDRAWAL_NOT_FOUND", false)),
            }
        }
        let payee = withdrawal.beneficiary.clone().unwrap();
        assert_eq!((payee.account_number.as_str(), payee.name.as_str()), ("****3333", "Example Payee"));
        let unknown = "9990584001000000703".to_owned();
        let list = ListWithdrawalsRequest { account_number: unknown.clone(), ..Default::default() };
        let refused = bank.withdraw_client().list_withdrawals(list).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_NOT_FOUND");
        let list = ListFreezeRecordsRequest { account_number: unknown.clone(), ..Default::default() };
        let refused = bank.freeze_client().list_freeze_records(list).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_NOT_FOUND");
        let list =
            ListAccountStatusHistoryRequest { account_number: unknown, ..Default::default() };
        let refused = bank.status_client().list_account_status_history(list).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_NOT_FOUND");
        bank.finish().await;
    }
}
