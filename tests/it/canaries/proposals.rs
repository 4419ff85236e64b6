//! The walk through what waits for a second person.

use account_status::pb::v1::*;
use tonic::Status;

use super::walk::Walk;
use super::{NUMBER, UNKNOWN, found};
use crate::harness::calls::*;

fn pending() -> ListApprovalsRequest {
    ListApprovalsRequest {
        account_number: NUMBER.to_owned(),
        state: ApprovalState::Pending.into(),
        ..ListApprovalsRequest::default()
    }
}

impl Walk<'_> {
    /// An emergency freeze, hidden and not, with canaries in all that is said of it.
    pub(super) async fn through_proposals(&self) -> Vec<Status> {
        let mut refused = self.through_a_confirmation(false).await;
        refused.extend(self.through_a_confirmation(true).await);
        refused
    }

    /// Its confirmation.
    async fn emergency(&self, confidential: bool) -> String {
        let bank = self.bank;
        let emergency = CreateFreezeRecordRequest {
            emergency: true,
            emergency_cause: EmergencyCause::FraudInProgress.into(),
            reason: "Canary emergency 金丝雀".to_owned(),
            unfreeze_condition: "Canary condition".to_owned(),
            confidential,
            ..bank.bank_freeze(NUMBER, "1.00")
        };
        bank.freeze(emergency).await.unwrap();
        let mut client = bank.approval_client();
        let listed = client.list_approvals(by("local", pending())).await.unwrap().into_inner();
        if confidential {
            // The account's own number is what it is asked by.
            let text = format!("{:?}", listed.approvals).replace(NUMBER, "");
            assert_eq!(found(&text), None, "{text}");
        }
        listed.approvals[0].approval_id.clone()
    }

    async fn through_a_confirmation(&self, confidential: bool) -> Vec<Status> {
        let id = self.emergency(confidential).await;
        let mut client = self.bank.approval_client();
        let get = |id: &str| GetApprovalRequest {
            approval_id: id.to_owned(),
            account_number: String::new(),
        };
        client.get_approval(by("auditor", get(&id))).await.unwrap();
        let comment = || "Canary comment 金丝雀".to_owned();
        let say = |number: &str, id: &str| ApproveRequest {
            account_number: number.to_owned(),
            approval_id: id.to_owned(),
            comment: comment(),
            request_id: fresh(),
            validate_only: false,
        };
        let no = |id: &str| RejectRequest {
            account_number: NUMBER.to_owned(),
            approval_id: id.to_owned(),
            comment: comment(),
            request_id: fresh(),
            validate_only: false,
        };
        let back = |id: &str| WithdrawApprovalRequest {
            account_number: NUMBER.to_owned(),
            approval_id: id.to_owned(),
            comment: comment(),
            request_id: fresh(),
            validate_only: false,
        };
        let unknown = "CNRY-APPROVAL-1";
        let mut refused = vec![
            client.approve(say(NUMBER, &id)).await.unwrap_err(),
            client.reject(no(&id)).await.unwrap_err(),
            client.withdraw_approval(back(&id)).await.unwrap_err(),
            client.withdraw_approval(by("another", back(&id))).await.unwrap_err(),
            client.get_approval(get(unknown)).await.unwrap_err(),
            client.approve(by("checker", say(UNKNOWN, &id))).await.unwrap_err(),
            client.approve(by("checker", say(NUMBER, unknown))).await.unwrap_err(),
        ];
        client.approve(by("checker", say(NUMBER, &id))).await.unwrap();
        refused.push(client.reject(by("checker", no(&id))).await.unwrap_err());
        let bad =
            ApproveRequest { comment: "Canary\u{202e}".to_owned(), ..say("Canary 1", "CNRY 金") };
        refused.push(client.approve(bad).await.unwrap_err());
        let bad = ListApprovalsRequest {
            proposed_by: "Canary\u{200b}".to_owned(),
            page_token: "Canary".to_owned(),
            ..pending()
        };
        refused.push(client.list_approvals(bad).await.unwrap_err());
        refused
    }
}
