//! The requests that are sent for what a step asks for.

use account_status::pb::v1::*;

use super::ask::{Act, Ask, Extent, Lasts, MISSING, Order, Papers, Payment, Posting, Release};
use super::seen::{stamp, text};
use crate::harness::calls::{officers, payee};

impl Papers {
    fn officers(self) -> Vec<Officer> {
        let mut named: Vec<Officer> = officers().into_iter().take(self.officers).collect();
        for officer in named.iter_mut().skip(self.badges) {
            officer.badge_no.clear();
        }
        named
    }

    fn notice_no(self) -> String {
        if self.notice { "N-1".to_owned() } else { String::new() }
    }
}

impl Ask {
    pub(super) fn open(&self) -> OpenAccountRequest {
        OpenAccountRequest {
            account_number: self.account.clone(),
            account_name: "Lin Zhixia".to_owned(),
            customer_id: "C10001".to_owned(),
            branch_code: "999584000101".to_owned(),
            currency_code: "CNY".to_owned(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
            ..OpenAccountRequest::default()
        }
    }

    pub(super) fn act(&self, act: &Act) -> ChangeAccountStatusRequest {
        let several = act.action == StatusAction::RejectOpening;
        let gaps = [Cause::OpeningIncomplete, Cause::IdentityIncomplete];
        let missing = act.causes.iter().any(|cause| gaps.contains(cause));
        let one = act.causes.first().filter(|_| !several);
        ChangeAccountStatusRequest {
            account_number: self.account.clone(),
            action: act.action.into(),
            cause: one.map_or(0, |cause| (*cause).into()),
            causes: act.causes.iter().filter(|_| several).map(|cause| (*cause).into()).collect(),
            missing_items: missing.then(|| MISSING.to_owned()).into_iter().collect(),
            condition_id: act.row.clone(),
            restriction: act.restriction.into(),
            amount: act.amount.map(text),
            end_time: act.end.map(stamp),
            authority: act.authority.clone(),
            document_no: act.document.clone(),
            customer_identified: act.identified,
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
            ..ChangeAccountStatusRequest::default()
        }
    }

    pub(super) fn order(&self, order: &Order) -> CreateFreezeRecordRequest {
        use create_freeze_record_request::Duration as Said;
        let bank = order.kind == AuthorityKind::Bank;
        CreateFreezeRecordRequest {
            account_number: self.account.clone(),
            r#type: if bank { FreezeType::Bank } else { FreezeType::Judicial }.into(),
            authority_kind: order.kind.into(),
            authority_name: order.name.clone(),
            document_no: order.document.clone(),
            served_time: order.served.map(stamp),
            mode: order.mode.into(),
            amount: order.amount.map(text),
            exempt_amount: order.exempt.map(text),
            duration: match order.lasts {
                Lasts::Unsaid => None,
                Lasts::Until(end) => Some(Said::ExpireTime(stamp(end))),
                Lasts::For(count, unit) => {
                    let count = i32::try_from(count).unwrap();
                    Some(Said::Term(Term { count, unit: unit.into() }))
                }
            },
            reason: "random".to_owned(),
            confidential: order.confidential,
            emergency: order.emergency,
            emergency_cause: if order.emergency {
                EmergencyCause::SystemFault.into()
            } else {
                EmergencyCause::Unspecified.into()
            },
            source: order.papers.source.into(),
            officers: order.papers.officers(),
            notice_no: order.papers.notice_no(),
            protected_purpose: order.for_its_purpose,
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
            ..CreateFreezeRecordRequest::default()
        }
    }

    pub(super) fn release(&self, release: &Release) -> ReleaseFreezeRecordRequest {
        let (amount, remaining_amount) = match release.extent {
            Extent::Whole => (None, None),
            Extent::Part(cash) => (Some(text(cash)), None),
            Extent::Remaining(cash) => (None, Some(text(cash))),
        };
        ReleaseFreezeRecordRequest {
            account_number: self.account.clone(),
            freeze_id: release.freeze.clone(),
            amount,
            remaining_amount,
            authority_kind: release.kind.into(),
            authority_name: release.name.clone(),
            document_no: "R-1".to_owned(),
            reason: "random".to_owned(),
            source: release.papers.source.into(),
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
            officers: release.papers.officers(),
            notice_no: release.papers.notice_no(),
            list_ground: if release.ground {
                ListReleaseGround::Delisted.into()
            } else {
                ListReleaseGround::Unspecified.into()
            },
        }
    }

    pub(super) fn protection(&self, kind: ProtectedKind) -> ProtectAccountRequest {
        ProtectAccountRequest {
            account_number: self.account.clone(),
            protected_kind: kind.into(),
            reason: "random".to_owned(),
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
        }
    }

    pub(super) fn posting(&self, posting: &Posting) -> RecordTransactionRequest {
        RecordTransactionRequest {
            account_number: self.account.clone(),
            transaction_id: posting.id.clone(),
            mode: posting.mode.into(),
            direction: posting.direction.into(),
            amount: Some(text(posting.cash)),
            transaction_type: posting.kind.into(),
            initiator: posting.initiator.into(),
            purpose: posting.purpose.into(),
            customer_identified: posting.identified,
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
            ..RecordTransactionRequest::default()
        }
    }

    pub(super) fn payment(&self, payment: &Payment) -> WithdrawRequest {
        WithdrawRequest {
            account_number: self.account.clone(),
            amount: Some(text(payment.cash)),
            beneficiary: payee(),
            request_id: self.request_id.clone(),
            etag: self.etag.clone(),
            validate_only: self.validate_only,
            purpose: payment.purpose.into(),
            ..WithdrawRequest::default()
        }
    }

    pub(super) fn cancel(&self, id: &str) -> CancelWithdrawalRequest {
        CancelWithdrawalRequest {
            account_number: self.account.clone(),
            withdrawal_id: id.to_owned(),
            reason: "changed my mind".to_owned(),
            etag: self.etag.clone(),
            request_id: self.request_id.clone(),
            validate_only: self.validate_only,
        }
    }
}
