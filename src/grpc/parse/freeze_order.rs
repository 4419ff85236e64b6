//! Orders about freezes that are there: renewals, deductions, and another court in an authority's
//! place.

use chrono::{DateTime, Utc};

use super::field::{DOCUMENT_MAX, ID_MAX, NAME_MAX, REASON_MAX};
use super::freeze::{Said, duration, officers, serves};
use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::deduct_freeze::{DeductFreeze, Measure};
use crate::domain::act::renew_freeze::RenewFreeze;
use crate::domain::act::succeed_freeze::SucceedFreeze;
use crate::domain::command::{Command, Envelope};
use crate::domain::freeze::FreezeSource;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::papers::Order;
use crate::domain::id::FreezeId;
use crate::grpc::caller::Caller;
use crate::pb::v1;
use crate::pb::v1::{renew_freeze_record_request, succeed_freeze_record_request};

/// An order as requests spell it.
struct SaidOrder {
    authority_kind: i32,
    authority_name: String,
    document_no: String,
    officers: Vec<v1::Officer>,
    notice_no: String,
    source: i32,
}

impl SaidOrder {
    /// The order of an authority; what is missing of it is a violation.
    fn read(self, wrong: &mut Violations) -> Option<Order> {
        let kind = wrong.choice::<AuthorityKind>("authority_kind", self.authority_kind);
        let source = wrong.choice::<FreezeSource>("source", self.source);
        // Of an authority the order itself says what is missing.
        if kind.is_none_or(|kind| kind == AuthorityKind::Bank) {
            wrong.missing("authority_name", &self.authority_name);
            wrong.missing("document_no", &self.document_no);
        }
        self.of(wrong, kind, source)
    }

    /// The same, where the bank may order by itself: then neither kind nor source has to be said.
    fn read_bank_too(self, wrong: &mut Violations) -> Option<Order> {
        let inside = [0, v1::FreezeSource::Internal.into()].contains(&self.source);
        let bank = match self.authority_kind {
            0 => inside,
            kind => kind == i32::from(v1::AuthorityKind::Bank),
        };
        let kind = if bank {
            Some(AuthorityKind::Bank)
        } else {
            wrong.choice::<AuthorityKind>("authority_kind", self.authority_kind)
        };
        let source = if bank && self.source == 0 {
            Some(FreezeSource::Internal)
        } else {
            wrong.choice::<FreezeSource>("source", self.source)
        };
        self.of(wrong, kind, source)
    }

    fn of(
        self,
        wrong: &mut Violations,
        kind: Option<AuthorityKind>,
        source: Option<FreezeSource>,
    ) -> Option<Order> {
        let authority_name = wrong.words("authority_name", self.authority_name, NAME_MAX);
        let document_no = wrong.id("document_no", self.document_no, DOCUMENT_MAX);
        let notice_no = wrong.id("notice_no", self.notice_no, DOCUMENT_MAX);
        let officers = officers(wrong, self.officers);
        let order = Order {
            authority_kind: kind?,
            authority_name,
            document_no,
            notice_no,
            officers,
            source: source?,
        };
        Some(order)
    }
}

/// RenewFreezeRecord.
pub(crate) fn renew_freeze(
    body: v1::RenewFreezeRecordRequest,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let freeze_id = wrong.typed_id("freeze_id", &body.freeze_id, FreezeId::parse);
    let order = SaidOrder {
        authority_kind: body.authority_kind,
        authority_name: body.authority_name,
        document_no: body.document_no,
        officers: body.officers,
        notice_no: body.notice_no,
        source: body.source,
    };
    let order = order.read_bank_too(&mut wrong);
    let stated = body.duration.map(|duration| match duration {
        renew_freeze_record_request::Duration::ExpireTime(end) => Said::Until(end),
        renew_freeze_record_request::Duration::Term(term) => Said::For(term),
    });
    let duration = duration(&mut wrong, stated);
    let served_time = wrong.time("served_time", body.served_time);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let Some((freeze_id, order)) = freeze_id.zip(order) else { return Err(wrong.into()) };
    let renew = RenewFreeze { freeze_id, order, duration, served_time, reason };
    wrong.extend(renew.violations(now));
    head.seal(wrong, caller, Command::RenewFreeze(renew))
}

/// DeductFreezeRecord.
pub(crate) fn deduct_freeze(
    body: v1::DeductFreezeRecordRequest,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let freeze_id = if body.freeze_id.is_empty() {
        None
    } else {
        wrong.typed_id("freeze_id", &body.freeze_id, FreezeId::parse)
    };
    let amount = wrong.required_money("amount", body.amount);
    let order = SaidOrder {
        authority_kind: body.authority_kind,
        authority_name: body.authority_name,
        document_no: body.document_no,
        officers: body.officers,
        notice_no: body.notice_no,
        source: body.source,
    };
    let order = order.read(&mut wrong);
    let served_time = wrong.time("served_time", body.served_time);
    let receiving_account = wrong.required_id("receiving_account", body.receiving_account, ID_MAX);
    let receiving_name = wrong.required_words("receiving_name", body.receiving_name, NAME_MAX);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let Some((amount, order)) = amount.zip(order) else { return Err(wrong.into()) };
    let deduct = DeductFreeze {
        freeze_id,
        amount,
        measure: if body.up_to { Measure::UpTo } else { Measure::Exactly },
        order,
        served_time,
        receiving_account,
        receiving_name,
        reason,
        serves: serves(body.protected_purpose),
    };
    wrong.extend(deduct.violations(now));
    head.seal(wrong, caller, Command::DeductFreeze(deduct))
}

/// SucceedFreezeRecord.
pub(crate) fn succeed_freeze(
    body: v1::SucceedFreezeRecordRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let freeze_id = wrong.typed_id("freeze_id", &body.freeze_id, FreezeId::parse);
    let order = SaidOrder {
        authority_kind: body.authority_kind,
        authority_name: body.authority_name,
        document_no: body.document_no,
        officers: body.officers,
        notice_no: body.notice_no,
        source: body.source,
    };
    let order = order.read(&mut wrong);
    let stated = body.duration.map(|duration| match duration {
        succeed_freeze_record_request::Duration::ExpireTime(end) => Said::Until(end),
        succeed_freeze_record_request::Duration::Term(term) => Said::For(term),
    });
    let duration = duration(&mut wrong, stated);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let Some((freeze_id, order)) = freeze_id.zip(order) else { return Err(wrong.into()) };
    let succeed = SucceedFreeze { freeze_id, order, duration, reason };
    wrong.extend(succeed.violations());
    head.seal(wrong, caller, Command::SucceedFreeze(succeed))
}
