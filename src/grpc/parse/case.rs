//! What is asked and said of cases.

use super::field::{ID_MAX, NAME_MAX, REASON_MAX};
use super::head::Head;
use super::page::{Cursor, PageQuery, read_time_and_id, time_and_id};
use super::{Failure, Violations};
use crate::ask::{CaseFilter, CasePlace, Page};
use crate::domain::act::add_case_note::AddCaseNote;
use crate::domain::act::assign_case::AssignCase;
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::case::{
    CaseCause, CaseEntryKind, CaseResolution, CaseRole, CaseState, RootCause,
};
use crate::domain::command::{Command, Envelope};
use crate::domain::id::{AccountNumber, CaseId};
use crate::domain::principal::Scope;
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// The longest note and the longest analysis.
const TEXT_MAX: usize = 2_000;
/// The longest number of a receipt or a document.
pub(super) const RECEIPT_MAX: usize = 128;
const REQUIRED: &str = "is required";

/// A page of cases.
#[derive(Debug)]
pub(crate) struct Cases {
    /// Which of them.
    pub(crate) filter: CaseFilter,
    /// Which page.
    pub(crate) page: Page<CasePlace>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListCases: which, as far as the caller may see them, and which page.
pub(crate) fn cases(body: v1::ListCasesRequest, caller: &Caller) -> Result<Cases, Failure> {
    let mut wrong = Violations::new();
    let due_before = wrong.time("due_before", body.due_before);
    let query = PageQuery::new(
        "cases",
        &(
            (&body.account_number, body.state, body.cause, body.owner_role),
            (&body.owner, &body.withdrawal_id, &body.channel, due_before),
        ),
    );
    let page = wrong.page(&query, body.page_size, &body.page_token);
    let filter = CaseFilter {
        account_number: wrong.optional_account_number("account_number", &body.account_number),
        state: wrong.optional_choice::<CaseState>("state", body.state),
        cause: wrong.optional_choice::<CaseCause>("cause", body.cause),
        owner_role: wrong.optional_choice::<CaseRole>("owner_role", body.owner_role),
        owner: wrong.id("owner", body.owner, ID_MAX),
        withdrawal_id: wrong.id("withdrawal_id", body.withdrawal_id, ID_MAX),
        channel_id: wrong.id("channel", body.channel, ID_MAX),
        due_before,
        confidential: caller.may(Scope::Confidential),
    };
    wrong.check()?;
    Ok(Cases { filter, page, query })
}

/// GetCase: which case, and of which account if that was said.
pub(crate) fn case(body: &v1::GetCaseRequest) -> Result<(Option<AccountNumber>, CaseId), Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("case_id", &body.case_id, CaseId::parse);
    let number = wrong.optional_account_number("account_number", &body.account_number);
    let Some(id) = id else { return Err(wrong.into()) };
    wrong.check()?;
    Ok((number, id))
}

/// AssignCase.
pub(crate) fn assign_case(
    body: v1::AssignCaseRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, false);
    let case_id = wrong.typed_id("case_id", &body.case_id, CaseId::parse);
    // Whoever has a case is named as principals are.
    let owner = wrong.typed_id("owner", &body.owner, |text| CaseId::parse(text).map(|_| ()));
    let owner_role = wrong.optional_choice::<CaseRole>("owner_role", body.owner_role);
    let reason = wrong.words("reason", body.reason, REASON_MAX);
    let expected_version = wrong.case_version("etag", &body.etag);
    let (Some(case_id), Some(())) = (case_id, owner) else { return Err(wrong.into()) };
    let assign = AssignCase { case_id, owner: body.owner, owner_role, reason, expected_version };
    head.seal(wrong, caller, Command::AssignCase(assign))
}

/// AddCaseNote.
pub(crate) fn add_case_note(
    body: v1::AddCaseNoteRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, false);
    let case_id = wrong.typed_id("case_id", &body.case_id, CaseId::parse);
    let kind = wrong.choice::<CaseEntryKind>("kind", body.kind);
    let asked = matches!(kind, Some(CaseEntryKind::Consulted | CaseEntryKind::Answered));
    let analysed = kind == Some(CaseEntryKind::Analysed);
    let seen = kind == Some(CaseEntryKind::Acknowledged);
    let noted = kind == Some(CaseEntryKind::Note);
    if kind.is_some() && !(asked || analysed || seen || noted) {
        wrong.add(
            "kind",
            "is none that is added: only NOTE, ACKNOWLEDGED, CONSULTED, ANSWERED and ANALYSED are",
        );
    }
    let text = match seen {
        true => wrong.words("text", body.text, TEXT_MAX),
        false => wrong.required_words("text", body.text, TEXT_MAX),
    };
    if asked {
        wrong.missing("institution", &body.institution);
    } else if !body.institution.is_empty() {
        wrong.add("institution", "is only for CONSULTED and ANSWERED");
    }
    let institution = wrong.words("institution", body.institution, NAME_MAX);
    let reference = wrong.id("reference", body.reference, RECEIPT_MAX);
    if analysed && body.root_cause == 0 {
        wrong.add("root_cause", REQUIRED);
    } else if !analysed && body.root_cause != 0 {
        wrong.add("root_cause", "is only for ANALYSED");
    }
    let root_cause = wrong.optional_choice::<RootCause>("root_cause", body.root_cause);
    let (Some(case_id), Some(kind)) = (case_id, kind) else { return Err(wrong.into()) };
    let add = AddCaseNote { case_id, kind, text, institution, reference, root_cause };
    head.seal(wrong, caller, Command::AddCaseNote(add))
}

/// ResolveCase.
pub(crate) fn resolve_case(
    body: v1::ResolveCaseRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let case_id = wrong.typed_id("case_id", &body.case_id, CaseId::parse);
    let resolution = wrong.choice::<CaseResolution>("resolution", body.resolution);
    if matches!(resolution, Some(CaseResolution::ByItself | CaseResolution::Cleared)) {
        wrong.add("resolution", "is none that is asked for");
    }
    let moves = matches!(
        resolution,
        Some(
            CaseResolution::MarkSettled
                | CaseResolution::MarkFailed
                | CaseResolution::WriteOff
                | CaseResolution::WriteToSuspense
        )
    );
    if moves {
        wrong.missing("reference", &body.reference);
    }
    let reference = wrong.id("reference", body.reference, RECEIPT_MAX);
    let settled = resolution == Some(CaseResolution::MarkSettled);
    if body.paid_amount.is_some() && !settled {
        wrong.add("paid_amount", "is only for MARK_SETTLED");
    }
    let paid_amount = wrong.money("paid_amount", body.paid_amount);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    match (body.analysis.is_empty(), body.root_cause) {
        (false, 0) => wrong.add("root_cause", REQUIRED),
        (true, number) if number != 0 => wrong.add("root_cause", "is only for an analysis"),
        _ => {}
    }
    let analysis = wrong.words("analysis", body.analysis, TEXT_MAX);
    let root_cause = wrong.optional_choice::<RootCause>("root_cause", body.root_cause);
    let expected_version = wrong.case_version("etag", &body.etag);
    let (Some(case_id), Some(resolution)) = (case_id, resolution) else {
        return Err(wrong.into());
    };
    let resolve = ResolveCase {
        case_id,
        resolution,
        paid_amount,
        reference,
        reason,
        analysis,
        root_cause,
        expected_version,
    };
    head.seal(wrong, caller, Command::ResolveCase(resolve))
}

impl Cursor for CasePlace {
    fn bytes(&self) -> Vec<u8> {
        time_and_id(self.due_time, self.case_id.as_str())
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (due_time, id) = read_time_and_id(bytes)?;
        Some(Self { due_time, case_id: CaseId::parse(id)? })
    }
}
