//! The walk through orders about freezes that are there, and objections to them.

use account_status::pb::v1::*;
use tonic::Status;

use super::walk::Walk;
use super::{NUMBER, UNKNOWN};
use crate::freezes::{deduction, renewal, succession};
use crate::harness::calls::*;

const COURT: &str = "Canary Court";
const DOCUMENT: &str = "CNRY-DOC-1";
const BAD: &str = "Canary\u{202e}\0金丝雀";

fn brought() -> Vec<Officer> {
    ["CNRY-BADGE-1", "CNRY-BADGE-2"]
        .map(|badge_no| Officer {
            name: "Canary Officer 金丝雀".to_owned(),
            badge_no: badge_no.to_owned(),
        })
        .to_vec()
}

fn longer(id: &str) -> RenewFreezeRecordRequest {
    RenewFreezeRecordRequest {
        authority_name: COURT.to_owned(),
        document_no: DOCUMENT.to_owned(),
        officers: brought(),
        notice_no: "CNRY-NOTICE".to_owned(),
        reason: "Canary renewal".to_owned(),
        ..renewal(NUMBER, id)
    }
}

fn taken(id: &str, amount: &str) -> DeductFreezeRecordRequest {
    DeductFreezeRecordRequest {
        authority_name: COURT.to_owned(),
        document_no: DOCUMENT.to_owned(),
        officers: brought(),
        notice_no: "CNRY-NOTICE".to_owned(),
        receiving_account: "9990888011112222".to_owned(),
        receiving_name: "Canary Treasury 金丝雀".to_owned(),
        reason: "Canary deduction".to_owned(),
        ..deduction(NUMBER, id, amount)
    }
}

fn over(id: &str) -> SucceedFreezeRecordRequest {
    SucceedFreezeRecordRequest {
        authority_name: "Canary Court of another place".to_owned(),
        document_no: DOCUMENT.to_owned(),
        officers: brought(),
        notice_no: "CNRY-NOTICE".to_owned(),
        reason: "Canary succession".to_owned(),
        ..succession(NUMBER, id)
    }
}

fn objecting(subject_id: &str) -> RecordObjectionRequest {
    RecordObjectionRequest {
        account_number: NUMBER.to_owned(),
        subject_id: subject_id.to_owned(),
        raised_by: ObjectionParty::Holder.into(),
        text: "Canary objection 金丝雀".to_owned(),
        request_id: fresh(),
        ..RecordObjectionRequest::default()
    }
}

fn answering(objection_id: &str) -> AnswerObjectionRequest {
    AnswerObjectionRequest {
        account_number: NUMBER.to_owned(),
        objection_id: objection_id.to_owned(),
        outcome: ObjectionOutcome::Rejected.into(),
        answer: "Canary answer 金丝雀".to_owned(),
        request_id: fresh(),
        ..AnswerObjectionRequest::default()
    }
}

fn protecting(number: &str) -> ProtectAccountRequest {
    ProtectAccountRequest {
        account_number: number.to_owned(),
        protected_kind: ProtectedKind::Wages.into(),
        reason: "Canary protection 金丝雀".to_owned(),
        request_id: fresh(),
        validate_only: true,
        ..ProtectAccountRequest::default()
    }
}

impl Walk<'_> {
    /// Every order about the freeze in force, carried out and refused.
    pub(super) async fn through_orders(&self) -> Vec<Status> {
        let bank = self.bank;
        let mut client = bank.freeze_client();
        let listed = bank.freezes(NUMBER).await;
        let active = |row: &&FreezeRecord| row.status() == FreezeStatus::Active;
        let id = &listed.iter().find(active).unwrap().freeze_id;
        client.renew_freeze_record(longer(id)).await.unwrap();
        client.deduct_freeze_record(taken(id, "1.00")).await.unwrap();
        let objection = client.record_objection(objecting(id)).await.unwrap().into_inner();
        let objection = objection.objection.unwrap().objection_id;
        client.answer_objection(answering(&objection)).await.unwrap();
        bank.account_client().protect_account(protecting(NUMBER)).await.unwrap();
        let years = Term { count: 3, unit: TermUnit::Years.into() };
        let long = SucceedFreezeRecordRequest {
            duration: Some(succeed_freeze_record_request::Duration::Term(years)),
            ..over(id)
        };
        let other = AnswerObjectionRequest {
            answer: "Canary second thoughts".to_owned(),
            ..answering(&objection)
        };
        let mut refused = vec![
            client.succeed_freeze_record(long).await.unwrap_err(),
            client.deduct_freeze_record(taken(id, "500.00")).await.unwrap_err(),
            client.answer_objection(other).await.unwrap_err(),
            bank.account_client().protect_account(protecting(UNKNOWN)).await.unwrap_err(),
        ];
        client.succeed_freeze_record(over(id)).await.unwrap();
        // Another court's now.
        for id in [id.as_str(), "CNRY-FREEZE-2"] {
            refused.push(client.renew_freeze_record(longer(id)).await.unwrap_err());
            refused.push(client.deduct_freeze_record(taken(id, "1.00")).await.unwrap_err());
            refused.push(client.succeed_freeze_record(over(id)).await.unwrap_err());
            refused.push(client.record_objection(objecting(id)).await.unwrap_err());
        }
        refused.push(client.answer_objection(answering("CNRY-OBJECTION")).await.unwrap_err());
        refused.extend(self.through_bad_orders().await);
        refused
    }

    async fn through_bad_orders(&self) -> Vec<Status> {
        let bank = self.bank;
        let mut client = bank.freeze_client();
        let list = ListFreezeRecordsRequest {
            authority_name: BAD.to_owned(),
            page_token: "Canary".to_owned(),
            ..ListFreezeRecordsRequest::default()
        };
        let named = ListFreezeRecordsRequest {
            authority_name: COURT.to_owned(),
            ..ListFreezeRecordsRequest::default()
        };
        client.list_freeze_records(named).await.unwrap();
        let longer = RenewFreezeRecordRequest { reason: BAD.to_owned(), ..longer(BAD) };
        let taken = DeductFreezeRecordRequest {
            receiving_account: BAD.to_owned(),
            receiving_name: BAD.to_owned(),
            ..taken(BAD, "99908880,1")
        };
        let over = SucceedFreezeRecordRequest { authority_name: BAD.to_owned(), ..over(BAD) };
        let objecting = RecordObjectionRequest { text: BAD.to_owned(), ..objecting(BAD) };
        let answering = AnswerObjectionRequest { answer: BAD.to_owned(), ..answering(BAD) };
        let protecting = ProtectAccountRequest { reason: BAD.to_owned(), ..protecting(BAD) };
        let listing =
            ListObjectionsRequest { account_number: BAD.to_owned(), ..Default::default() };
        vec![
            client.list_freeze_records(list).await.unwrap_err(),
            client.renew_freeze_record(longer).await.unwrap_err(),
            client.deduct_freeze_record(taken).await.unwrap_err(),
            client.succeed_freeze_record(over).await.unwrap_err(),
            client.record_objection(objecting).await.unwrap_err(),
            client.answer_objection(answering).await.unwrap_err(),
            client.list_objections(listing).await.unwrap_err(),
            bank.account_client().protect_account(protecting).await.unwrap_err(),
        ]
    }
}
