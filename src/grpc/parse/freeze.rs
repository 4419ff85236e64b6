//! Placing and releasing freezes.

use chrono::{DateTime, Utc};

use super::field::{DOCUMENT_MAX, ID_MAX, NAME_MAX, REASON_MAX};
use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::command::{Command, Envelope};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{
    Disclosure, EmergencyCause, FreezeMode, FreezeSource, FreezeType, ListGround, Officer, Serves,
    Urgency,
};
use crate::domain::id::FreezeId;
use crate::domain::terms::{Term, TermUnit};
use crate::grpc::caller::Caller;
use crate::pb::v1;
use crate::pb::v1::create_freeze_record_request;

const OFFICERS_MAX: usize = 10;
const TERM_COUNT_MAX: u32 = 1000;

/// CreateFreezeRecord, with the urgency that decides which scope it needs.
pub(crate) fn create_freeze(
    body: v1::CreateFreezeRecordRequest,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<(Urgency, Envelope), Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let freeze_type = wrong.choice::<FreezeType>("type", body.r#type);
    let authority_kind = authority_kind(&mut wrong, freeze_type, body.authority_kind);
    let source = source(&mut wrong, freeze_type, body.source);
    let mode = wrong.choice::<FreezeMode>("mode", body.mode);
    let authority_name = wrong.words("authority_name", body.authority_name, NAME_MAX);
    if freeze_type == Some(FreezeType::Judicial) {
        wrong.missing("authority_name", &authority_name);
    }
    let stated = body.duration.map(|duration| match duration {
        create_freeze_record_request::Duration::ExpireTime(end) => Said::Until(end),
        create_freeze_record_request::Duration::Term(term) => Said::For(term),
    });
    let urgency = if body.emergency { Urgency::Emergency } else { Urgency::Ordinary };
    let hidden = if body.confidential { Disclosure::Confidential } else { Disclosure::Open };
    let create = CreateFreeze {
        // Placeholders never leave this function: what is missing is a violation.
        freeze_type: freeze_type.unwrap_or(FreezeType::Bank),
        authority_kind: authority_kind.unwrap_or(AuthorityKind::Bank),
        authority_name,
        document_no: wrong.id("document_no", body.document_no, DOCUMENT_MAX),
        officers: officers(&mut wrong, body.officers),
        served_time: wrong.time("served_time", body.served_time),
        mode: mode.unwrap_or(FreezeMode::Whole),
        amount: wrong.money("amount", body.amount),
        exempt: wrong.money("exempt_amount", body.exempt_amount),
        duration: duration(&mut wrong, stated),
        reason: wrong.required_words("reason", body.reason, REASON_MAX),
        unfreeze_condition: wrong.words("unfreeze_condition", body.unfreeze_condition, REASON_MAX),
        disclosure: hidden,
        urgency,
        emergency_cause: wrong
            .optional_choice::<EmergencyCause>("emergency_cause", body.emergency_cause),
        source: source.unwrap_or(FreezeSource::Internal),
        notice_no: wrong.id("notice_no", body.notice_no, DOCUMENT_MAX),
        serves: serves(body.protected_purpose),
    };
    if freeze_type.is_none() || authority_kind.is_none() || source.is_none() || mode.is_none() {
        return Err(wrong.into());
    }
    wrong.extend(create.violations(now));
    Ok((urgency, head.seal(wrong, caller, Command::CreateFreeze(create))?))
}

/// The bank's own freeze may leave it out.
fn authority_kind(
    wrong: &mut Violations,
    freeze_type: Option<FreezeType>,
    number: i32,
) -> Option<AuthorityKind> {
    match freeze_type {
        Some(FreezeType::Bank) if number == 0 => Some(AuthorityKind::Bank),
        Some(FreezeType::Customer) if number == 0 => Some(AuthorityKind::Customer),
        Some(_) | None => wrong.choice("authority_kind", number),
    }
}

/// The bank's own freeze came from nowhere else.
fn source(
    wrong: &mut Violations,
    freeze_type: Option<FreezeType>,
    number: i32,
) -> Option<FreezeSource> {
    match freeze_type {
        Some(FreezeType::Judicial) | None => wrong.choice("source", number),
        Some(FreezeType::Bank | FreezeType::Customer) if number == 0 => {
            Some(FreezeSource::Internal)
        }
        Some(FreezeType::Bank | FreezeType::Customer) => {
            let source = wrong.choice("source", number);
            if source.is_some_and(|source| source != FreezeSource::Internal) {
                wrong.add("source", "is INTERNAL, or left out, for the bank's own freeze");
            }
            source
        }
    }
}

pub(super) fn serves(protected_purpose: bool) -> Serves {
    if protected_purpose { Serves::ProtectedPurpose } else { Serves::AnyClaim }
}

pub(super) fn officers(wrong: &mut Violations, officers: Vec<v1::Officer>) -> Vec<Officer> {
    wrong.at_most("officers", officers.len(), OFFICERS_MAX);
    let named = officers.into_iter().take(OFFICERS_MAX).enumerate();
    named
        .map(|(index, officer)| Officer {
            name: wrong.required_words(&format!("officers[{index}].name"), officer.name, NAME_MAX),
            badge_no: wrong.id(&format!("officers[{index}].badge_no"), officer.badge_no, ID_MAX),
        })
        .collect()
}

/// What a request says of how long.
#[derive(Debug)]
pub(super) enum Said {
    /// Until when.
    Until(prost_types::Timestamp),
    /// For how long.
    For(v1::Term),
}

pub(super) fn duration(wrong: &mut Violations, duration: Option<Said>) -> Duration {
    match duration {
        None => Duration::Unstated,
        Some(Said::Until(time)) => {
            wrong.time("expire_time", Some(time)).map_or(Duration::Unstated, Duration::Until)
        }
        Some(Said::For(term)) => {
            let count = u32::try_from(term.count).ok().filter(|n| (1..=TERM_COUNT_MAX).contains(n));
            if count.is_none() {
                wrong.add("term.count", "must be 1 to 1,000");
            }
            let unit = wrong.choice::<TermUnit>("term.unit", term.unit);
            let term = count.zip(unit).map(|(count, unit)| Term { count, unit });
            term.map_or(Duration::Unstated, Duration::For)
        }
    }
}

/// ReleaseFreezeRecord.
pub(crate) fn release_freeze(
    body: v1::ReleaseFreezeRecordRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let freeze_id = wrong.typed_id("freeze_id", &body.freeze_id, FreezeId::parse);
    let extent = extent(&mut wrong, body.amount, body.remaining_amount);
    let kind = wrong.optional_choice::<AuthorityKind>("authority_kind", body.authority_kind);
    let authority_name = wrong.words("authority_name", body.authority_name, NAME_MAX);
    let document_no = wrong.id("document_no", body.document_no, DOCUMENT_MAX);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let source = wrong.optional_choice::<FreezeSource>("source", body.source);
    match kind {
        None | Some(AuthorityKind::Bank) => {}
        Some(AuthorityKind::Customer) => {
            wrong.add("authority_kind", "a loss ends with the loss actions");
        }
        Some(_) => {
            wrong.missing("authority_name", &authority_name);
            if source.is_none() && body.source == 0 {
                wrong.add("source", "is required for a release by an authority");
            }
        }
    }
    let Some(freeze_id) = freeze_id else { return Err(wrong.into()) };
    let authority_kind = kind;
    let release = ReleaseFreeze {
        freeze_id,
        extent,
        authority_kind,
        authority_name,
        document_no,
        reason,
        source,
        officers: officers(&mut wrong, body.officers),
        notice_no: wrong.id("notice_no", body.notice_no, DOCUMENT_MAX),
        list_ground: wrong.optional_choice::<ListGround>("list_ground", body.list_ground),
    };
    wrong.extend(release.violations());
    head.seal(wrong, caller, Command::ReleaseFreeze(release))
}

fn extent(wrong: &mut Violations, part: Option<v1::Money>, remaining: Option<v1::Money>) -> Extent {
    if part.is_some() && remaining.is_some() {
        wrong.add("remaining_amount", "does not go with amount");
    }
    let part = wrong.money("amount", part).map(Extent::Part);
    let remaining = wrong.money("remaining_amount", remaining).map(Extent::Remaining);
    part.or(remaining).unwrap_or(Extent::Whole)
}
