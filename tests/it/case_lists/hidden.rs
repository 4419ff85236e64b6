//! A case about something confidential is there for who may know of it, and for nobody else.

use account_status::pb::v1::*;

use super::{delete_cases, insert_case};
use crate::actions::N;
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// The ids of the cases that a list shows, by pages of one.
async fn listed(bank: &Bank, who: &str, filter: ListCasesRequest) -> Vec<String> {
    let mut ids = Vec::new();
    let mut page_token = String::new();
    loop {
        let list = ListCasesRequest { page_token, page_size: 1, ..filter.clone() };
        let page = bank.case_client().list_cases(by(who, list)).await.unwrap().into_inner();
        assert!(page.cases.len() <= 1, "{page:?}");
        ids.extend(page.cases.into_iter().map(|case| case.case_id));
        assert!(ids.is_sorted() && ids.len() < 10, "pages that don't end: {ids:?}");
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return ids;
        }
    }
}

async fn found(bank: &Bank, who: &str, id: &str, number: &str) -> Result<GetCaseResponse, String> {
    let get = GetCaseRequest { case_id: id.to_owned(), account_number: number.to_owned() };
    let answer = bank.case_client().get_case(by(who, get)).await;
    answer.map(tonic::Response::into_inner).map_err(|status| {
        assert!(!format!("{status:?}").contains("hidden"), "{status:?}");
        reason(&status)
    })
}

on_every_engine! {
    async fn a_confidential_case_shows_itself_to_the_auditor_alone(bank) {
        bank.account(N, "500.00").await;
        for (id, said) in [
            ("case-1", ("OPEN", "open words")),
            ("case-2", ("CONFIDENTIAL", "hidden words")),
            ("case-3", ("OPEN", "open words")),
        ] {
            insert_case(&bank, id, N, said).await;
        }
        let of_account =
            ListCasesRequest { account_number: N.to_owned(), ..ListCasesRequest::default() };
        let open = ListCasesRequest {
            state: CaseState::Open.into(),
            cause: CaseCause::Objection.into(),
            ..ListCasesRequest::default()
        };
        for filter in [ListCasesRequest::default(), of_account, open] {
            // Pages go past what is hidden, and their tokens don't tell of it.
            assert_eq!(listed(&bank, "local", filter.clone()).await, ["case-1", "case-3"]);
            let all = ["case-1", "case-2", "case-3"];
            assert_eq!(listed(&bank, "auditor", filter).await, all);
        }
        for number in ["", N] {
            let case = found(&bank, "auditor", "case-2", number).await.unwrap();
            assert_eq!(case.entries[0].text, "hidden words");
            assert_eq!(case.withdrawal_case.unwrap().amount, cny("1234.50"));
            // As if there were none.
            let hidden = found(&bank, "local", "case-2", number).await.unwrap_err();
            let none = found(&bank, "local", "case-9", number).await.unwrap_err();
            assert_eq!((hidden.as_str(), none.as_str()), ("CASE_NOT_FOUND", "CASE_NOT_FOUND"));
            assert!(found(&bank, "local", "case-1", number).await.is_ok());
        }
        // Nor is there one to work on.
        let (account_number, case_id) = (N.to_owned(), "case-2".to_owned());
        for who in ["local", "auditor"] {
            let note = AddCaseNoteRequest {
                account_number: account_number.clone(),
                case_id: case_id.clone(),
                text: "by the way".to_owned(),
                kind: CaseEntryKind::Note.into(),
                request_id: fresh(),
                ..Default::default()
            };
            let noted = bank.case_client().add_case_note(by(who, note)).await;
            let assign = AssignCaseRequest {
                account_number: account_number.clone(),
                case_id: case_id.clone(),
                owner: "ops.li".to_owned(),
                request_id: fresh(),
                ..Default::default()
            };
            let assigned = bank.case_client().assign_case(by(who, assign)).await;
            let resolve = ResolveCaseRequest {
                account_number: account_number.clone(),
                case_id: case_id.clone(),
                resolution: CaseResolution::NoAction.into(),
                reason: "nothing to do".to_owned(),
                request_id: fresh(),
                ..Default::default()
            };
            let resolved = bank.case_client().resolve_case(by(who, resolve)).await;
            for refusal in [noted.err(), assigned.err(), resolved.err()] {
                let said = refusal.map(|status| reason(&status));
                assert_eq!(said.as_deref() == Some("CASE_NOT_FOUND"), who == "local", "{said:?}");
            }
        }
        let elsewhere = found(&bank, "auditor", "case-1", "9990584001000000999").await;
        assert_eq!(elsewhere.unwrap_err(), "CASE_NOT_FOUND");
        delete_cases(&bank, N).await;
        bank.finish().await;
    }
}
