//! What once told of a confidential freeze after all, and lists on a database that sorts as people do.

use account_status::pb::v1::*;
use sea_orm::ConnectionTrait as _;
use tonic_types::StatusExt as _;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::harness::{Engine, engine};
use crate::on_every_engine;

/// All that an error says, as text.
fn said(status: &Status) -> String {
    format!("{} {:?}", status.message(), status.get_error_details())
}

fn for_years(count: i32) -> Term {
    Term { count, unit: TermUnit::Years.into() }
}

on_every_engine! {
    async fn a_refused_order_tells_no_end_and_no_kind_of_a_confidential_freeze(bank) {
        bank.account(N, "100.00").await;
        let secret =
            CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "60.00") };
        let (secret, _) = bank.freeze(secret).await.unwrap();
        let id = secret.freeze_id.as_str();
        // Whoever names a court above, or any other court, gets as far as the term.
        let over = || SucceedFreezeRecordRequest {
            duration: Some(succeed_freeze_record_request::Duration::Term(for_years(3))),
            validate_only: true,
            ..succession(N, id)
        };
        let longer = || RenewFreezeRecordRequest {
            authority_name: "最高人民法院".to_owned(),
            duration: Some(renew_freeze_record_request::Duration::Term(for_years(3))),
            validate_only: true,
            ..renewal(N, id)
        };
        for who in ["local", "auditor"] {
            for refused in [
                succeed(&bank, by(who, over())).await.unwrap_err(),
                renew(&bank, by(who, longer())).await.unwrap_err(),
            ] {
                assert_eq!(reason(&refused), "TERM_TOO_LONG");
                let latest = (who == "auditor").then(|| "2028-03-10T16:00:00Z".to_owned());
                assert_eq!(told(&refused, "latest"), latest, "{who}");
                assert_eq!(said(&refused).contains("2028"), who == "auditor", "{who}");
            }
        }

        let listed = order(&bank, N, AuthorityKind::ListBased, "");
        let listed = CreateFreezeRecordRequest { confidential: true, ..listed };
        let (listed, _) = bank.freeze(listed).await.unwrap();
        let lift = || ReleaseFreezeRecordRequest {
            authority_kind: AuthorityKind::Bank.into(),
            source: FreezeSource::Internal.into(),
            request_id: fresh(),
            ..bank.court_release(N, &listed.freeze_id)
        };
        for who in ["local", "auditor"] {
            let refused = bank.freeze_client().release_freeze_record(by(who, lift())).await;
            let refused = refused.unwrap_err();
            assert_eq!(reason(&refused), "NOT_THIS_AUTHORITY");
            assert_eq!(said(&refused).contains("list_ground"), who == "auditor", "{who}");
        }
        bank.finish().await;
    }
}

/// The ids that a list finds, two a page.
async fn paged(bank: &Bank, list: ListFreezeRecordsRequest) -> Vec<String> {
    let mut list = ListFreezeRecordsRequest { page_size: 2, ..list };
    let mut found = Vec::new();
    loop {
        let page = bank.freeze_client().list_freeze_records(list.clone()).await.unwrap();
        let page = page.into_inner();
        found.extend(page.freeze_records.into_iter().map(|row| row.freeze_id));
        if page.next_page_token.is_empty() {
            return found;
        }
        list.page_token = page.next_page_token;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_miss_nothing_where_the_database_sorts_as_people_do() {
    if !engine::postgres_is_there().await {
        return;
    }
    let url = engine::sorting_as_people_do().await;
    let inside = tempfile::tempdir().unwrap();
    let bank = Bank::on(Engine::Postgres, url.clone(), inside, |_given| {}).await;
    // Ids of another system that came by import: as people sort, small and capital letters mix.
    let ids = ["a1", "B1", "c1", "D1"];
    let database = bank.database().await;
    for (nth, id) in ids.iter().enumerate() {
        let number = format!("62220212345678902{nth:02}");
        bank.account(&number, "100.00").await;
        let (made, _) = bank.freeze(bank.court_order(&number, "10.00")).await.unwrap();
        for table in ["account_freeze", "account_freeze_act"] {
            let sql = format!(
                "UPDATE {table} SET freeze_id = '{id}' WHERE freeze_id = '{}'",
                made.freeze_id
            );
            database.execute_unprepared(&sql).await.unwrap();
        }
    }
    database.close().await.unwrap();
    let far = stamp(local("2030-01-01 00:00:00"));
    let active = FreezeStatus::Active.into();
    for list in [
        ListFreezeRecordsRequest { status: active, ..Default::default() },
        ListFreezeRecordsRequest { authority_name: NANSHAN.to_owned(), ..Default::default() },
        ListFreezeRecordsRequest { expiring_before: far, ..Default::default() },
    ] {
        assert_eq!(paged(&bank, list.clone()).await, ["B1", "D1", "a1", "c1"], "{list:?}");
    }
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Postgres, &url).await;
}

on_every_engine! {
    async fn no_term_ends_beyond_the_calendar(bank) {
        bank.account(N, "100.00").await;
        let (own, _) = bank.freeze(CreateFreezeRecordRequest {
            duration: Some(create_freeze_record_request::Duration::ExpireTime(
                stamp(local("9998-01-01 00:00:00")).unwrap(),
            )),
            ..bank.bank_freeze(N, "60.00")
        }).await.unwrap();
        let longer = |duration| RenewFreezeRecordRequest {
            account_number: N.to_owned(),
            freeze_id: own.freeze_id.clone(),
            reason: "still under review".to_owned(),
            duration: Some(duration),
            request_id: fresh(),
            ..RenewFreezeRecordRequest::default()
        };
        use renew_freeze_record_request::Duration::Term as For;
        let refused = renew(&bank, longer(For(for_years(1000)))).await.unwrap_err();
        assert_eq!(fields(&refused), ["term"]);
        let months = Term { count: 6, unit: TermUnit::Months.into() };
        let (kept, _) = renew(&bank, longer(For(months))).await.unwrap();
        assert_eq!((kept.status(), kept.expiry_date.as_str()), (FreezeStatus::Active, "9998-06-30"));
        assert_eq!(bank.code(N).await, "01");
        bank.finish().await;
    }
}
