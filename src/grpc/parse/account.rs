//! Opening an account, and the actions on its status.

use super::field::{DOCUMENT_MAX, ID_MAX, NAME_MAX, PRODUCT_MAX, REASON_MAX};
use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::open_account::OpenAccount;
use crate::domain::act::protect_account::ProtectAccount;
use crate::domain::action::Action;
use crate::domain::approval::policy::Debt;
use crate::domain::command::{Command, Envelope};
use crate::domain::freeze::FreezeSource;
use crate::domain::protection::ProtectedKind;
use crate::domain::review::{HolderKind, IdentityKey};
use crate::domain::status::{Cause, Restriction};
use crate::domain::transaction::Identification;
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// The longest code of a branch.
pub(super) const BRANCH_MAX: usize = 35;
const CAUSES_MAX: usize = 10;
const ITEMS_MAX: usize = 20;
const ITEM_MAX_CHARS: usize = 100;

/// OpenAccount.
pub(crate) fn open_account(
    body: v1::OpenAccountRequest,
    caller: &Caller,
    key: &IdentityKey,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let account_name = wrong.required_words("account_name", body.account_name, NAME_MAX);
    let customer_id = wrong.required_id("customer_id", body.customer_id, ID_MAX);
    let branch_code = wrong.required_id("branch_code", body.branch_code, BRANCH_MAX);
    let currency = wrong.currency("currency_code", &body.currency_code);
    let account_id = wrong.id("account_id", body.account_id, ID_MAX);
    let product_code = wrong.id("product_code", body.product_code, PRODUCT_MAX);
    let holder_kind = wrong.optional_choice::<HolderKind>("holder_kind", body.holder_kind);
    let document_hash = wrong.document(key, "document_no", body.document_no);
    let document_expiry_date = wrong.day("document_expiry_date", &body.document_expiry_date);
    let Some(currency) = currency else { return Err(wrong.into()) };
    let protected_kind =
        wrong.optional_choice::<ProtectedKind>("protected_kind", body.protected_kind);
    let open = OpenAccount {
        account_id: Some(account_id).filter(|id| !id.is_empty()),
        account_name,
        customer_id,
        branch_code,
        currency,
        product_code,
        holder_kind: holder_kind.unwrap_or_default(),
        document_hash,
        document_expiry_date,
        protected_kind,
    };
    head.seal(wrong, caller, Command::OpenAccount(open))
}

/// ChangeAccountStatus, with the action that decides which scope it needs.
pub(crate) fn change_status(
    body: v1::ChangeAccountStatusRequest,
    caller: &Caller,
) -> Result<(Action, Envelope), Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let action = wrong.choice::<Action>("action", body.action);
    let causes = causes(&mut wrong, action, body.cause, &body.causes);
    let condition_id = wrong.id("condition_id", body.condition_id, ID_MAX);
    let change = ChangeStatus {
        // The placeholder never leaves this function: a missing action is a violation.
        action: action.unwrap_or(Action::Close),
        causes,
        reason: wrong.words("reason", body.reason, REASON_MAX),
        condition_id: Some(condition_id).filter(|id| !id.is_empty()),
        missing_items: wrong.items("missing_items", body.missing_items),
        restriction: wrong.optional_choice::<Restriction>("restriction", body.restriction),
        amount: wrong.money("amount", body.amount),
        end_time: wrong.time("end_time", body.end_time),
        authority: wrong.words("authority", body.authority, NAME_MAX),
        document_no: wrong.id("document_no", body.document_no, DOCUMENT_MAX),
        source: wrong.optional_choice::<FreezeSource>("source", body.source),
        arrears: if body.arrears_paid { Debt::Paid } else { Debt::Open },
        identification: identification(body.customer_identified),
        entry_channel: caller.entry_channel,
    };
    let Some(action) = action else { return Err(wrong.into()) };
    check(&mut wrong, &change);
    Ok((action, head.seal(wrong, caller, Command::ChangeStatus(change))?))
}

/// ProtectAccount.
pub(crate) fn protect_account(
    body: v1::ProtectAccountRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let kind = wrong.optional_choice::<ProtectedKind>("protected_kind", body.protected_kind);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let protect = ProtectAccount { protected_kind: kind, reason };
    head.seal(wrong, caller, Command::ProtectAccount(protect))
}

/// Whether the customer was identified, as the domain says it.
pub(super) fn identification(customer_identified: bool) -> Identification {
    if customer_identified { Identification::Checked } else { Identification::None }
}

/// One cause in `cause`, or several in `causes` for the one action that takes several.
fn causes(wrong: &mut Violations, action: Option<Action>, one: i32, several: &[i32]) -> Vec<Cause> {
    let takes_several = action == Some(Action::RejectOpening);
    if takes_several && one != 0 {
        wrong.add("cause", "goes with actions that take one cause; this one reads causes");
    }
    if !takes_several && !several.is_empty() {
        wrong.add("causes", "goes with REJECT_OPENING; this action reads cause");
    }
    wrong.at_most("causes", several.len(), CAUSES_MAX);
    let mut causes: Vec<Cause> = wrong.optional_choice("cause", one).into_iter().collect();
    for (index, number) in several.iter().enumerate().take(CAUSES_MAX) {
        let field = format!("causes[{index}]");
        match wrong.choice(&field, *number) {
            Some(cause) if causes.contains(&cause) => wrong.add(&field, "is named twice"),
            cause => causes.extend(cause),
        }
    }
    // An action that knows only one cause needn't be told it.
    match action.map(|action| action.rule().causes) {
        Some(&[only]) if one == 0 && causes.is_empty() => vec![only],
        Some(_) | None => causes,
    }
}

impl Violations {
    /// Papers or details, each by its name.
    pub(super) fn items(&mut self, field: &str, items: Vec<String>) -> Vec<String> {
        self.at_most(field, items.len(), ITEMS_MAX);
        let named = items.into_iter().take(ITEMS_MAX).enumerate();
        named
            .map(|(index, item)| {
                self.required_words(&format!("{field}[{index}]"), item, ITEM_MAX_CHARS)
            })
            .collect()
    }
}

/// What the rules of the action say, in the fields that the contract has: the domain knows one
/// list of causes, the contract a field for one and a field for several.
fn check(wrong: &mut Violations, change: &ChangeStatus) {
    let mut found = change.violations();
    if change.action != Action::RejectOpening {
        for violation in found.iter_mut().filter(|violation| violation.field == "causes") {
            violation.field = "cause".into();
        }
    }
    let stops = [Cause::StopFraud, Cause::StopCustoms];
    if change.causes.iter().any(|cause| stops.contains(cause)) {
        wrong.missing("authority", &change.authority);
        // The domain asks for it too, where it needs it; once is enough.
        found.retain(|violation| violation.field != "document_no");
        wrong.missing("document_no", &change.document_no);
    }
    wrong.extend(found);
}
