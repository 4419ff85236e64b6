//! Which act decides which command.

use crate::domain::account::Account;
use crate::domain::act::add_case_note::AddCaseNote;
use crate::domain::act::assign_case::AssignCase;
use crate::domain::act::casework::look_after;
use crate::domain::act::proposed::Proposed;
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::act::{Answer, Beginning, Decision, Draft, review_account};
use crate::domain::batch::{Ids, Loaded};
use crate::domain::case::Case;
use crate::domain::command::Command;
use crate::domain::freeze::Disclosure;
use crate::domain::lapse::LAPSE;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::{Reason, Refused};

/// Whether a command makes the account that it is about.
pub(super) fn begins_account(command: &Command) -> bool {
    matches!(command, Command::OpenAccount(_) | Command::ImportAccount(_))
}

/// What a command names that the account doesn't have, as far as the principal may know; said before
/// a stale etag.
pub(super) fn absent(
    command: &Command,
    principal: &Principal,
    account: &Account,
    loaded: &Loaded,
) -> Option<Reason> {
    if let Command::ChangeCard(change) = command {
        return change.card(account, loaded).is_none().then_some(Reason::CardNotFound);
    }
    if let Command::BindPlatform(bind) = command {
        return bind.card(account, loaded).is_none().then_some(Reason::CardNotFound);
    }
    if let Command::DecideApproval(decide) = command {
        let id = &decide.approval_id;
        let open = account.approvals.iter().any(|approval| approval.approval_id == *id);
        let decided =
            loaded.approvals.get(id).is_some_and(|a| a.account_number == *account.number());
        return (!open && !decided).then_some(Reason::ApprovalNotFound);
    }
    if let Command::AnswerObjection(answer) = command {
        let found = loaded.objections.get(&answer.objection_id);
        let mine = found.is_some_and(|row| row.account_number == *account.number());
        return (!mine).then_some(Reason::ObjectionNotFound);
    }
    if let Command::AssignCase(AssignCase { case_id, .. })
    | Command::AddCaseNote(AddCaseNote { case_id, .. })
    | Command::ResolveCase(ResolveCase { case_id, .. }) = command
    {
        let told =
            |row: &Case| row.disclosure == Disclosure::Open || principal.may(Scope::Confidential);
        let found = loaded.cases.get(case_id).filter(|row| told(row));
        let mine = found.is_some_and(|row| row.account_number == *account.number());
        return (!mine).then_some(Reason::CaseNotFound);
    }
    let id = if let Command::ReleaseFreeze(release) = command {
        &release.freeze_id
    } else if let Command::RenewFreeze(renew) = command {
        &renew.freeze_id
    } else if let Command::SucceedFreeze(succeed) = command {
        &succeed.freeze_id
    } else if let Command::DeductFreeze(deduct) = command {
        deduct.freeze_id.as_ref()?
    } else {
        return None;
    };
    let held = account.freezes.iter().any(|freeze| freeze.freeze_id == *id);
    let ended = loaded.ended_freezes.get(id).is_some_and(|f| f.account_number == *account.number());
    (!held && !ended).then_some(Reason::FreezeNotFound)
}

/// Decides a command on a known account.
///
/// # Errors
/// Everything that stands in its way.
pub(super) fn decide(
    command: &Command,
    draft: &mut Draft<'_>,
    loaded: &Loaded,
    ids: &mut Ids,
) -> Result<Decision, Refused> {
    let mut decision = act(command, draft, loaded, ids)?;
    look_after(&mut decision, draft, loaded, ids);
    Ok(decision)
}

fn act(
    command: &Command,
    draft: &mut Draft<'_>,
    loaded: &Loaded,
    ids: &mut Ids,
) -> Result<Decision, Refused> {
    match command {
        Command::OpenAccount(_) | Command::ImportAccount(_) => Err(Reason::AccountExists.into()),
        Command::ImportFreeze(import) => import.decide(draft, loaded, ids),
        Command::ChangeStatus(change) => change.decide(draft, loaded, ids),
        Command::CreateFreeze(create) => create.decide(draft, loaded, ids),
        Command::ReleaseFreeze(release) => release.decide(draft, loaded, ids),
        Command::RenewFreeze(renew) => renew.decide(draft, loaded, ids),
        Command::DeductFreeze(deduct) => deduct.decide(draft, loaded, ids),
        Command::SucceedFreeze(succeed) => succeed.decide(draft, loaded, ids),
        Command::ProtectAccount(protect) => protect.decide(draft),
        Command::RecordObjection(record) => record.decide(draft, loaded, ids),
        Command::AnswerObjection(answer) => answer.decide(draft, loaded),
        // The book's own: it decides what was proposed, or drops it.
        Command::DecideApproval(_) => Err(Reason::Internal.into()),
        Command::RecordTransaction(record) => record.decide(draft, loaded, ids),
        Command::Withdraw(withdraw) => withdraw.decide(draft, ids),
        Command::CancelWithdrawal(cancel) => cancel.decide(draft, loaded),
        Command::BindCard(bind) => bind.decide(draft, loaded),
        Command::ChangeCard(change) => change.decide(draft, loaded),
        Command::BindPlatform(bind) => bind.decide(draft, loaded),
        Command::StartAttempt(start) => start.decide(draft, loaded),
        Command::FollowUp(follow) => follow.decide(draft, loaded),
        Command::RecordEvidence(record) => record.decide(draft, loaded),
        Command::AssignCase(assign) => assign.decide(draft, loaded, ids),
        Command::AddCaseNote(add) => add.decide(draft, loaded, ids),
        Command::ResolveCase(resolve) => resolve.decide(draft, loaded, ids),
        Command::ClearSuspense(clear) => clear.decide(draft, loaded, ids),
        Command::RemindCase(remind) => remind.decide(draft, loaded, ids),
        Command::UpdateIdentity(update) => update.decide(draft, loaded),
        Command::Lapse => Ok(Decision::plain(LAPSE, Answer::Account)),
        Command::Review => Ok(review_account::decide(draft, loaded, ids)),
    }
}

/// Decides an act that a second person agreed to.
///
/// # Errors
/// Everything that stands in its way.
pub(super) fn decide_proposed(
    act: &Proposed,
    draft: &mut Draft<'_>,
    loaded: &Loaded,
    ids: &mut Ids,
) -> Result<Decision, Refused> {
    let mut decision = agreed_act(act, draft, loaded, ids)?;
    look_after(&mut decision, draft, loaded, ids);
    Ok(decision)
}

fn agreed_act(
    act: &Proposed,
    draft: &mut Draft<'_>,
    loaded: &Loaded,
    ids: &mut Ids,
) -> Result<Decision, Refused> {
    match act {
        Proposed::ChangeStatus(change) => change.decide(draft, loaded, ids),
        Proposed::CreateFreeze(create) => create.decide(draft, loaded, ids),
        Proposed::ReleaseFreeze(release) => release.decide(draft, loaded, ids),
        Proposed::RenewFreeze(renew) => renew.decide(draft, loaded, ids),
        Proposed::DeductFreeze(deduct) => deduct.decide(draft, loaded, ids),
        Proposed::ProtectAccount(protect) => protect.decide(draft),
        Proposed::ConfirmFreeze(confirm) => confirm.decide(draft, ids),
        Proposed::ResolveCase(resolve) => resolve.decide(draft, loaded, ids),
        Proposed::ClearSuspense(clear) => clear.decide(draft, loaded, ids),
    }
}

/// Decides a command on an account that doesn't exist.
///
/// # Errors
/// ACCOUNT_NOT_FOUND, unless the command makes it; LIMIT_EXCEEDED.
pub(super) fn begin<'a>(
    command: &Command,
    beginning: Beginning<'a>,
    loaded: &Loaded,
    ids: &mut Ids,
) -> Result<Draft<'a>, Refused> {
    match command {
        Command::OpenAccount(open) => open.begin(beginning, loaded, ids),
        Command::ImportAccount(import) => Ok(import.begin(beginning, ids)),
        Command::ImportFreeze(_)
        | Command::ChangeStatus(_)
        | Command::CreateFreeze(_)
        | Command::ReleaseFreeze(_)
        | Command::RenewFreeze(_)
        | Command::DeductFreeze(_)
        | Command::SucceedFreeze(_)
        | Command::ProtectAccount(_)
        | Command::RecordObjection(_)
        | Command::AnswerObjection(_)
        | Command::DecideApproval(_)
        | Command::RecordTransaction(_)
        | Command::Withdraw(_)
        | Command::CancelWithdrawal(_)
        | Command::BindCard(_)
        | Command::ChangeCard(_)
        | Command::BindPlatform(_)
        | Command::StartAttempt(_)
        | Command::FollowUp(_)
        | Command::RecordEvidence(_)
        | Command::AssignCase(_)
        | Command::AddCaseNote(_)
        | Command::ResolveCase(_)
        | Command::ClearSuspense(_)
        | Command::RemindCase(_)
        | Command::UpdateIdentity(_)
        | Command::Lapse
        | Command::Review => Err(Reason::AccountNotFound.into()),
    }
}
