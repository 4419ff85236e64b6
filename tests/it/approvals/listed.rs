//! Reading approvals: one, and lists in pages with filters.

use account_status::pb::v1::*;
use prost_types::value::Kind;

use super::*;
use crate::actions::N;
use crate::harness::calls::*;
use crate::on_every_engine;

const OTHER: &str = "EYES2";

async fn page(bank: &Bank, list: ListApprovalsRequest) -> Result<(Vec<String>, String), Status> {
    let answer = bank.approval_client().list_approvals(list).await?.into_inner();
    let ids = answer.approvals.into_iter().map(|row| row.approval_id).collect();
    Ok((ids, answer.next_page_token))
}

on_every_engine! {
    async fn lists_run_from_the_newest_with_every_filter_and_page(bank) {
        bank.account(N, "100.00").await;
        bank.account(OTHER, "100.00").await;
        let bank = strict(bank).await;
        let mut ids = Vec::new();
        for (number, who) in [(N, "one"), (N, "two"), (OTHER, "one"), (N, "one"), (OTHER, "two")] {
            let amount = format!("{}.00", ids.len() + 1);
            let freeze = Act::Freeze(bank.bank_freeze(number, &amount));
            let Came::Waits(approval) = freeze.ask(&bank, who).await.unwrap() else {
                panic!("done at once")
            };
            ids.push(*approval);
            bank.pass(chrono::Duration::milliseconds(5));
        }
        reject(&bank, "checker", &ids[0]).await.unwrap();
        let ids: Vec<String> = ids.into_iter().map(|row| row.approval_id).collect();
        let at = |picked: &[usize]| -> Vec<String> {
            picked.iter().map(|index| ids[*index].clone()).collect()
        };
        let all = ListApprovalsRequest::default;
        let pending = ApprovalState::Pending.into();
        for (list, expected) in [
            (all(), &[4, 3, 2, 1, 0][..]),
            (ListApprovalsRequest { account_number: N.to_owned(), ..all() }, &[3, 1, 0]),
            (ListApprovalsRequest { proposed_by: "two".to_owned(), ..all() }, &[4, 1]),
            (ListApprovalsRequest { state: pending, ..all() }, &[4, 3, 2, 1]),
            (ListApprovalsRequest { state: ApprovalState::Rejected.into(), ..all() }, &[0]),
            (ListApprovalsRequest { state: ApprovalState::Approved.into(), ..all() }, &[]),
            (ListApprovalsRequest { state: ApprovalState::Withdrawn.into(), ..all() }, &[]),
            (ListApprovalsRequest { state: ApprovalState::Stale.into(), ..all() }, &[]),
            (ListApprovalsRequest {
                account_number: N.to_owned(), proposed_by: "one".to_owned(), state: pending, ..all()
            }, &[3]),
        ] {
            for size in [0, 1, 2, 5] {
                let mut found = Vec::new();
                let mut token = String::new();
                loop {
                    let list = ListApprovalsRequest {
                        page_size: size, page_token: token, ..list.clone()
                    };
                    let (rows, next) = page(&bank, list).await.unwrap();
                    found.extend(rows);
                    token = next;
                    if token.is_empty() {
                        break;
                    }
                }
                assert_eq!(found, at(expected), "{list:?} by {size}");
            }
        }
        let (_, token) = page(&bank, ListApprovalsRequest { page_size: 1, ..all() }).await.unwrap();
        let foreign = ListApprovalsRequest { page_token: token, state: pending, ..all() };
        assert_eq!(fields(&page(&bank, foreign).await.unwrap_err()), ["page_token"]);
        let unknown = ListApprovalsRequest { account_number: "EYES8".to_owned(), ..all() };
        assert_eq!(reason(&page(&bank, unknown).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn one_is_read_with_the_request_as_it_was_made(bank) {
        bank.account(N, "100.00").await;
        bank.account(OTHER, "100.00").await;
        let bank = strict(bank).await;
        let approval = propose(&bank, &Act::Freeze(bank.bank_freeze(N, "60.50"))).await;
        let get = |number: &str, id: &str| GetApprovalRequest {
            approval_id: id.to_owned(), account_number: number.to_owned(),
        };
        let mut client = bank.approval_client();
        for number in ["", N] {
            let got = client.get_approval(get(number, &approval.approval_id)).await.unwrap();
            assert_eq!(got.into_inner().approval.unwrap(), approval);
        }
        for (number, id) in [(OTHER, approval.approval_id.as_str()), ("", "0199")] {
            let refused = client.get_approval(get(number, id)).await.unwrap_err();
            assert_eq!(reason(&refused), "APPROVAL_NOT_FOUND");
        }
        let refused = client.get_approval(get("1 2", "a b")).await.unwrap_err();
        assert_eq!(fields(&refused), ["approval_id", "account_number"]);

        let request = approval.request.unwrap();
        let Some(Kind::StructValue(create)) = &request.fields["create_freeze"].kind else {
            panic!("{request:?}")
        };
        let text = Kind::StringValue("execution".to_owned());
        assert_eq!(create.fields["reason"].kind, Some(text));
        let Some(Kind::StructValue(amount)) = &create.fields["amount"].kind else {
            panic!("{create:?}")
        };
        assert_eq!(amount.fields["minor"].kind, Some(Kind::NumberValue(6050.0)));
        bank.finish().await;
    }
}
