//! The walk through cases and what stands in suspense.

use account_status::pb::v1::*;
use tonic::Status;

use super::walk::Walk;
use super::{NUMBER, UNKNOWN};
use crate::case_lists::insert_case;
use crate::harness::calls::*;

/// Cases that are there, the second hidden from whoever calls here.
const CASES: [&str; 2] = ["canary-case-1", "canary-case-2"];

fn resolution(number: &str, case_id: &str, words: &str) -> ResolveCaseRequest {
    ResolveCaseRequest {
        account_number: number.to_owned(),
        case_id: case_id.to_owned(),
        resolution: CaseResolution::NoAction.into(),
        reference: words.to_owned(),
        reason: words.to_owned(),
        analysis: words.to_owned(),
        root_cause: RootCause::Other.into(),
        request_id: fresh(),
        ..Default::default()
    }
}

fn clearing(number: &str, item_id: &str, words: &str) -> ClearSuspenseRequest {
    ClearSuspenseRequest {
        account_number: number.to_owned(),
        item_id: item_id.to_owned(),
        clearing: SuspenseClearing::SettledOutside.into(),
        reference: words.to_owned(),
        reason: words.to_owned(),
        request_id: fresh(),
        ..Default::default()
    }
}

impl Walk<'_> {
    /// Cases with canaries in all that is said of them, found and not, in good form and bad.
    pub(super) async fn through_cases(&self) -> Vec<Status> {
        let hidden = "Canary hidden 金丝雀";
        insert_case(self.bank, CASES[0], NUMBER, ("OPEN", "Canary step 金丝雀")).await;
        insert_case(self.bank, CASES[1], NUMBER, ("CONFIDENTIAL", hidden)).await;
        let mut refused = self.through_lists_of_cases().await;
        assert_eq!(refused.len(), 8, "{refused:?}");
        for number in [NUMBER, UNKNOWN, "Canary number"] {
            for id in [CASES[0], CASES[1], "CNRY-CASE", "Canary case"] {
                refused.extend(self.through_a_case(number, id).await);
            }
            for item in ["CNRY-ITEM", "Canary item\u{202e}"] {
                let clear = clearing(number, item, "Canary clearing");
                refused.extend(self.bank.case_client().clear_suspense(clear).await.err());
            }
        }
        assert!(refused.len() >= 30, "{}", refused.len());
        refused
    }

    async fn through_lists_of_cases(&self) -> Vec<Status> {
        let mut client = self.bank.case_client();
        let mut refused = Vec::new();
        for (number, words) in
            [(NUMBER, "CNRY-OWNER"), (UNKNOWN, "CNRY-OWNER"), ("Canary number", "Canary\u{202e}")]
        {
            let list = ListCasesRequest {
                account_number: number.to_owned(),
                owner: words.to_owned(),
                withdrawal_id: words.to_owned(),
                channel: words.to_owned(),
                ..Default::default()
            };
            refused.extend(client.list_cases(list).await.err());
            let list = ListSuspenseRequest {
                account_number: number.to_owned(),
                channel: words.to_owned(),
                ..Default::default()
            };
            refused.extend(client.list_suspense(list).await.err());
        }
        let list = ListCasesRequest { account_number: NUMBER.to_owned(), ..Default::default() };
        let listed = client.list_cases(list).await.unwrap().into_inner().cases;
        let listed: Vec<&str> = listed.iter().map(|case| &*case.case_id).collect();
        assert!(listed.contains(&CASES[0]) && !listed.contains(&CASES[1]), "{listed:?}");
        for (case_id, number) in [
            (CASES[0], NUMBER),
            (CASES[0], UNKNOWN),
            (CASES[1], NUMBER),
            ("CNRY-CASE", ""),
            ("Canary case", "Canary number"),
        ] {
            let get =
                GetCaseRequest { case_id: case_id.to_owned(), account_number: number.to_owned() };
            refused.extend(client.get_case(get).await.err());
        }
        refused
    }

    async fn through_a_case(&self, number: &str, id: &str) -> Vec<Status> {
        let mut client = self.bank.case_client();
        let mut refused = Vec::new();
        for words in ["CNRY-WORDS", "Canary\u{202e}"] {
            let assign = AssignCaseRequest {
                account_number: number.to_owned(),
                case_id: id.to_owned(),
                owner: words.to_owned(),
                reason: words.to_owned(),
                request_id: fresh(),
                ..Default::default()
            };
            refused.extend(client.assign_case(assign).await.err());
            let add = AddCaseNoteRequest {
                account_number: number.to_owned(),
                case_id: id.to_owned(),
                kind: CaseEntryKind::Consulted.into(),
                text: words.to_owned(),
                institution: words.to_owned(),
                reference: words.to_owned(),
                request_id: fresh(),
                ..Default::default()
            };
            refused.extend(client.add_case_note(add).await.err());
            refused.extend(client.resolve_case(resolution(number, id, words)).await.err());
        }
        refused
    }
}
