//! Reviews by the calendar, through the service: identity, dormancy, unused accounts, reminders, and
//! how many accounts and cards a customer may have.

mod identity;
mod openings;
mod sweeping;
mod terms;
mod unused;

use account_status::feed::Feed;
use account_status::pb::v1::*;
use account_status::service;
use account_status::sweep::Sweep;
use sea_orm::ConnectionTrait;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

/// Reviews everything that is due at a local time; how many accounts it were.
pub(crate) async fn review_at(bank: &Bank, local: &str) -> usize {
    bank.set_time(local);
    review(bank).await
}

/// Reviews everything that is due now.
pub(crate) async fn review(bank: &Bank) -> usize {
    let store = service::open(&bank.settings).await.unwrap();
    let sweep = Sweep {
        store: store.clone(),
        clock: bank.clock.clone(),
        ledger: bank.ledger.clone(),
        feed: Feed::default(),
    };
    let mut reviewed = 0;
    // What is due is lapses first, as in the running sweep.
    while sweep.round().await > 0 {}
    loop {
        let round = sweep.reviews().await;
        if round == 0 {
            break;
        }
        reviewed += round;
    }
    drop(sweep);
    store.close().await;
    reviewed
}

/// The payloads of an account's events of a kind, in order.
pub(crate) async fn events(bank: &Bank, number: &str, kind: &str) -> Vec<serde_json::Value> {
    let database = bank.database().await;
    let sql = format!(
        "SELECT CAST(payload AS text) AS payload FROM event
            WHERE account_number = '{number}' AND kind = '{kind}' ORDER BY account_seq"
    );
    let rows = database
        .query_all_raw(sea_orm::Statement::from_string(database.get_database_backend(), sql));
    let rows = rows.await.unwrap();
    let payloads = rows.iter().map(|row| row.try_get::<String>("", "payload").unwrap());
    let payloads = payloads.map(|text| serde_json::from_str(&text).unwrap()).collect();
    database.close().await.unwrap();
    payloads
}

/// What an account's reminders were about, in order.
pub(crate) async fn reminders(bank: &Bank, number: &str) -> Vec<String> {
    let payloads = events(bank, number, "REMINDER").await;
    payloads.iter().map(|payload| payload["about"].as_str().unwrap().to_owned()).collect()
}

/// Applies for an account with details of its own.
pub(crate) async fn apply(
    bank: &Bank,
    number: &str,
    set: impl FnOnce(&mut OpenAccountRequest),
) -> Result<AccountStatusInfo, Status> {
    let mut open = OpenAccountRequest {
        account_number: number.to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "999584000101".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    };
    set(&mut open);
    let opened = bank.account_client().open_account(open).await?.into_inner();
    Ok(opened.account_status.unwrap())
}

/// Opens an account with details of its own.
pub(crate) async fn open(bank: &Bank, number: &str, set: impl FnOnce(&mut OpenAccountRequest)) {
    apply(bank, number, set).await.unwrap();
    bank.act(number, StatusAction::CompleteOpening, |_| {}).await.unwrap();
}

/// Records what is known of a holder, through an entry channel.
pub(crate) async fn identify(
    bank: &Bank,
    number: &str,
    channel: &str,
    set: impl FnOnce(&mut UpdateIdentityRequest),
) -> Result<(AccountStatusInfo, IdentityRecord), Status> {
    let mut update = UpdateIdentityRequest {
        account_number: number.to_owned(),
        request_id: fresh(),
        ..UpdateIdentityRequest::default()
    };
    set(&mut update);
    let update = with(&[("x-entry-channel", channel)], update);
    let answer = bank.account_client().update_identity(update).await?.into_inner();
    Ok((answer.account_status.unwrap(), answer.identity.unwrap()))
}

/// The causes in force, in the order of the answer.
pub(crate) async fn causes(bank: &Bank, number: &str) -> Vec<Cause> {
    bank.status(number).await.unwrap().conditions.iter().map(AccountCondition::cause).collect()
}
