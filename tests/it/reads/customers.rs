//! ListAccountsByCustomer: a customer's accounts by number, in pages.

use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::Status;

use super::pages::walk;
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const CUSTOMER: &str = "C10001";

async fn page(
    bank: &Bank,
    customer_id: &str,
    page_size: i32,
    page_token: &str,
) -> Result<(Vec<String>, String), Status> {
    let list = ListAccountsByCustomerRequest {
        customer_id: customer_id.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        ..ListAccountsByCustomerRequest::default()
    };
    let page = bank.status_client().list_accounts_by_customer(list).await?.into_inner();
    let numbers = page.account_statuses.into_iter().map(|info| info.account_number);
    Ok((numbers.collect(), page.next_page_token))
}

async fn open(bank: &Bank, number: &str, customer_id: &str) {
    let open = OpenAccountRequest {
        account_number: number.to_owned(),
        account_name: "何雨桐".to_owned(),
        customer_id: customer_id.to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    };
    bank.account_client().open_account(open).await.unwrap();
}

on_every_engine! {
    async fn a_customers_accounts_come_once_each_by_number(bank) {
        let numbers: Vec<String> = (0..60).map(|index| format!("99905840{index:04}")).collect();
        join_all(numbers.iter().rev().map(|number| open(&bank, number, CUSTOMER))).await;
        open(&bank, "9990584000015", "C10002").await;
        open(&bank, "1", "c10001").await;
        for (size, expected) in [(0, vec![50, 10]), (60, vec![60]), (59, vec![59, 1]), (7, vec![7, 7, 7, 7, 7, 7, 7, 7, 4])] {
            let pages =
                walk(async |token| page(&bank, CUSTOMER, size, &token).await.unwrap()).await;
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            assert_eq!(pages.concat(), numbers);
        }
        let (all, rest) = page(&bank, CUSTOMER, i32::MAX, "").await.unwrap();
        assert_eq!((all.len(), rest.as_str()), (60, ""));
        // An account that opens between two pages has its place among them.
        let (first, token) = page(&bank, CUSTOMER, 30, "").await.unwrap();
        open(&bank, "99905840002999", CUSTOMER).await;
        open(&bank, "99905840", CUSTOMER).await;
        let (second, _) = page(&bank, CUSTOMER, 50, &token).await.unwrap();
        assert_eq!((first.len(), second.len()), (30, 31));
        assert_eq!(second[0], "99905840002999");

        assert_eq!(page(&bank, "C10002", 0, "").await.unwrap().0, ["9990584000015"]);
        assert_eq!(page(&bank, "nobody", 0, "").await.unwrap(), (Vec::new(), String::new()));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn each_account_is_listed_as_it_is_now(bank) {
        bank.account("9990584001", "10.00").await;
        bank.account("9990584002", "0").await;
        bank.applied("9990584003").await;
        bank.act("9990584002", StatusAction::Close, |_| {}).await.unwrap();
        bank.act("9990584001", StatusAction::ReportLoss, |c| c.cause = Cause::LossOral.into())
            .await
            .unwrap();
        let codes = async || {
            let list = ListAccountsByCustomerRequest {
                customer_id: CUSTOMER.to_owned(),
                ..ListAccountsByCustomerRequest::default()
            };
            let page = bank.status_client().list_accounts_by_customer(list).await.unwrap();
            let infos = page.into_inner().account_statuses;
            infos.into_iter().map(|info| info.status_code).collect::<Vec<_>>()
        };
        assert_eq!(codes().await, ["03", "10", "04"]);
        bank.pass(chrono::Duration::days(7));
        assert_eq!(codes().await, ["00", "10", "04"], "nobody has written the lapse down");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_list_of_a_customer_is_asked_for_in_form(bank) {
        for number in ["9990584001", "9990584002"] {
            open(&bank, number, CUSTOMER).await;
            open(&bank, &format!("{number}9"), "C10002").await;
        }
        let refused = |answer: Result<(Vec<String>, String), Status>, field: &str| {
            let status = answer.unwrap_err();
            assert_eq!((reason(&status).as_str(), fields(&status)), (
                "INVALID_REQUEST",
                vec![field.to_owned()],
            ));
        };
        let (_, token) = page(&bank, CUSTOMER, 1, "").await.unwrap();
        assert!(page(&bank, CUSTOMER, 2, &token).await.is_ok(), "the size may change");
        refused(page(&bank, "C10002", 1, &token).await, "page_token");
        refused(page(&bank, CUSTOMER, -1, &token).await, "page_size");
        let longer = format!("{token}00");
        for garbage in ["x", &token[..14], &longer, &token.to_uppercase(), "🙂", " ", "0"] {
            if garbage != token {
                refused(page(&bank, CUSTOMER, 1, garbage).await, "page_token");
            }
        }
        let view = ListAccountsByCustomerRequest {
            customer_id: CUSTOMER.to_owned(),
            view: AccountStatusView::Full.into(),
            page_size: 1,
            page_token: token,
            identity_document_no: String::new(),
        };
        let answer = bank.status_client().list_accounts_by_customer(view.clone()).await;
        assert_eq!(fields(&answer.unwrap_err()), ["page_token"], "another view");
        let view = ListAccountsByCustomerRequest { view: 9, page_token: String::new(), ..view };
        let answer = bank.status_client().list_accounts_by_customer(view).await;
        assert_eq!(fields(&answer.unwrap_err()), ["view"]);
        for bad in ["", " ", &"c".repeat(65), "C1\0", "C1\n", "C\u{200b}1", "C\u{202e}1"] {
            refused(page(&bank, bad, 0, "").await, "customer_id");
        }
        // The token of a list that runs by numbers is not one of this list.
        let history = ListAccountStatusHistoryRequest {
            account_number: "9990584001".to_owned(),
            page_size: 1,
            ..Default::default()
        };
        bank.act("9990584001", StatusAction::CompleteOpening, |_| {}).await.unwrap();
        let listed = bank.status_client().list_account_status_history(history).await.unwrap();
        let foreign = listed.into_inner().next_page_token;
        assert!(!foreign.is_empty());
        refused(page(&bank, CUSTOMER, 1, &foreign).await, "page_token");
        bank.finish().await;
    }
}
