//! Four eyes in the book: what needs a second person becomes a proposal instead of taking effect;
//! what a second person approves is decided again, as if its proposer asked for it now.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Book, answer, dispatch};
use crate::domain::account::Account;
use crate::domain::act::casework::{self, Desk};
use crate::domain::act::confirm_freeze::ConfirmFreeze;
use crate::domain::act::decide_approval::{DecideApproval, Standing, Verdict};
use crate::domain::act::deduct_freeze::DeductFreeze;
use crate::domain::act::proposed::Proposed;
use crate::domain::act::release_freeze::ReleaseFreeze;
use crate::domain::act::renew_freeze::RenewFreeze;
use crate::domain::act::{Answer, Decision, Draft};
use crate::domain::action::Needs;
use crate::domain::approval::policy::{Consent, FourEyes};
use crate::domain::approval::subject::{fits, version};
use crate::domain::approval::{Approval, ApprovalState, OPEN_MAX, SubjectKind};
use crate::domain::case::CaseEntryKind;
use crate::domain::command::{ApprovalReceipt, Envelope, Outcome, Receipt};
use crate::domain::freeze::{Disclosure, Freeze, control};
use crate::domain::id::{AccountNumber, ApprovalId, FreezeId};
use crate::domain::principal::Principal;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::review;
use crate::domain::status::ConditionKind;

/// What a proposal is about, and who may read of it.
struct Subject {
    kind: SubjectKind,
    id: String,
    disclosure: Disclosure,
}

impl Book<'_> {
    /// Whether an accepted act has to wait for a second person.
    pub(super) fn has_to_wait(&self, decision: &Decision) -> bool {
        decision.consent == Consent::Needed && self.rules.four_eyes == FourEyes::Required
    }

    /// Keeps the request as a proposal. The draft shows what it would do, and is dropped.
    pub(super) fn propose(
        &mut self,
        before: &Account,
        decided: &Draft<'_>,
        decision: &Decision,
        envelope: &Envelope,
    ) -> Outcome {
        let mut act = envelope.command.proposed().ok_or(Reason::Internal)?;
        let subject = subject(before, &decided.account, &act);
        let change_key = change_key(&subject, &act);
        check_open(before, &change_key)?;
        let now = decided.now;
        let hours = Duration::hours(self.rules.approval_hours.into());
        let expire_time = now.checked_add_signed(hours).unwrap_or(now);
        act.serve(now);
        let proposal = self.proposal(before, subject, &act, (now, expire_time));
        let proposal = Approval {
            change_key,
            proposed_by: envelope.principal.name.to_string(),
            reason: decision.reason.clone(),
            ..proposal
        };
        let reaches = matches!(
            decision.answer,
            Answer::Freeze(_) | Answer::Placed(..) | Answer::Deduction(..)
        );
        let would = reaches.then(|| {
            let mut account = decided.account.clone();
            let (funds, zone) = (account.funds(), self.rules.zone);
            let promoted = control::promote(funds, &mut account.freezes, now, zone);
            answer::receipt(&account, decision, &decided.written, &promoted)
        });
        let mut draft = Draft::new(before.clone(), now, self.rules, &envelope.principal);
        draft.account.approvals.push(proposal.clone());
        if let Some(payload) = next_told(before, &act, &proposal) {
            draft.written.events.push(("REMINDER", payload));
        }
        let decision = Decision::plain("proposed", Answer::Done);
        let (loaded, ids) = (&self.loaded, &mut self.ids);
        let mut desk = Desk { draft: &mut draft, loaded, ids };
        let step = (CaseEntryKind::Proposed, proposal.reason.as_str());
        casework::note_proposal(&mut desk, &proposal, step);
        self.settle(Some(before), draft, decision, envelope)?;
        Ok(Receipt::Approval(Box::new(ApprovalReceipt { approval: proposal, outcome: would })))
    }

    /// The proposal to confirm what took effect at once, open as long as that stands by itself.
    pub(super) fn propose_confirmation(&mut self, draft: &mut Draft<'_>, decision: &Decision) {
        let (Consent::Afterwards, Answer::Placed(freeze, _)) =
            (&decision.consent, &decision.answer)
        else {
            return;
        };
        let freeze_id = freeze.freeze_id.clone();
        let reason = decision.reason.clone();
        let act = Proposed::ConfirmFreeze(ConfirmFreeze { freeze_id, reason: reason.clone() });
        let subject = of_freeze(freeze, SubjectKind::Emergency);
        let change_key = change_key(&subject, &act);
        let times = (draft.now, freeze.expire_time.unwrap_or(draft.now));
        let proposal = self.proposal(&draft.account, subject, &act, times);
        let proposed_by = draft.principal.name.to_string();
        let proposal = Approval { change_key, proposed_by, reason, ..proposal };
        draft.account.approvals.push(proposal);
    }

    /// A second person's word, or the proposer's own.
    pub(super) fn decide_approval(
        &mut self,
        decide: &DecideApproval,
        before: &Account,
        envelope: &Envelope,
    ) -> Outcome {
        let approval =
            self.approval(before, &decide.approval_id).ok_or(Reason::ApprovalNotFound)?;
        let act = Proposed::of(&approval).ok_or(Reason::Internal)?;
        match decide.check(&approval, &act, &envelope.principal)? {
            Standing::Decides => {}
            Standing::SaidBefore => {
                return Ok(Receipt::Approval(Box::new(ApprovalReceipt {
                    approval,
                    outcome: None,
                })));
            }
        }
        let now = super::account_now(self.now, before);
        let by = &*envelope.principal.name;
        let mut decided = approval.clone();
        decided.end(decide.verdict.state(), by, now);
        decided.comment.clone_from(&decide.comment);
        let proposer = Principal::new(&approval.proposed_by, BTreeSet::new());
        // An emergency that is turned down is released by who turned it down: no second person agreed.
        let (acting, act) = match decide.verdict {
            Verdict::Approve => (&proposer, Some(act)),
            Verdict::Reject => (&envelope.principal, act.undone(&decide.comment)),
            Verdict::Withdraw => (&envelope.principal, None),
        };
        let mut draft = Draft::new(before.clone(), now, self.rules, acting);
        draft.account.approvals.retain(|open| open.approval_id != decided.approval_id);
        let mut decision = match &act {
            None => Decision::plain("decided", Answer::Done),
            Some(act) => dispatch::decide_proposed(act, &mut draft, &self.loaded, &mut self.ids)?,
        };
        decision.consent = match decide.verdict {
            Verdict::Approve => {
                casework::agreed(&mut draft, &mut decision.answer, by);
                decision.consent.given(by)
            }
            Verdict::Reject | Verdict::Withdraw => {
                let text = format!("{}: {}", decided.state.name(), decide.comment);
                let (loaded, ids) = (&self.loaded, &mut self.ids);
                let mut desk = Desk { draft: &mut draft, loaded, ids };
                casework::note_proposal(&mut desk, &decided, (CaseEntryKind::Declined, &text));
                Consent::NotNeeded
            }
        };
        draft.account.approvals.push(decided.clone());
        let outcome = self.settle(Some(before), draft, decision, envelope)?;
        let outcome = (decide.verdict == Verdict::Approve).then_some(outcome);
        Ok(Receipt::Approval(Box::new(ApprovalReceipt { approval: decided, outcome })))
    }

    /// Marks proposals whose subject moved on.
    pub(super) fn mark_stale(account: &mut Account, now: DateTime<Utc>) {
        let mut open = std::mem::take(&mut account.approvals);
        for approval in open.iter_mut().filter(|approval| approval.is_open()) {
            if !fits(approval, account) {
                approval.end(ApprovalState::Stale, "", now);
            }
        }
        account.approvals = open;
    }

    /// Notes the proposals that differ, and tells of them.
    pub(super) fn note_approvals(&mut self, before: Option<&Account>, account: &mut Account) {
        let known = before.map_or(&[][..], |before| &before.approvals);
        let changed: Vec<Approval> =
            account.approvals.iter().filter(|row| !known.contains(row)).cloned().collect();
        for approval in changed {
            let kind = format!("APPROVAL_{}", approval.state.name());
            let payload = json!({
                "approval_id": approval.approval_id,
                "action": approval.action,
            });
            let at = approval.decide_time.unwrap_or(approval.create_time);
            self.push_event(account, kind, payload, at);
            self.loaded.approvals.insert(approval.approval_id.clone(), approval.clone());
            self.changes.approvals.insert(approval.approval_id.clone(), approval);
        }
    }

    fn approval(&self, account: &Account, id: &ApprovalId) -> Option<Approval> {
        let open = account.approvals.iter().find(|row| row.approval_id == *id);
        let decided = || {
            let found = self.loaded.approvals.get(id);
            found.filter(|row| row.account_number == *account.number())
        };
        open.or_else(decided).cloned()
    }

    fn proposal(
        &mut self,
        account: &Account,
        subject: Subject,
        act: &Proposed,
        (create_time, expire_time): (DateTime<Utc>, DateTime<Utc>),
    ) -> Approval {
        let number: AccountNumber = account.number().clone();
        Approval {
            approval_id: (self.ids)().into(),
            account_number: number,
            state: ApprovalState::Pending,
            action: act.action().to_owned(),
            subject_kind: subject.kind,
            subject_version: version(account, subject.kind, &subject.id).unwrap_or_default(),
            subject_id: subject.id,
            change_key: String::new(),
            proposed_by: String::new(),
            reason: String::new(),
            request: serde_json::to_value(act).expect("acts are plain data"),
            disclosure: subject.disclosure,
            create_time,
            expire_time,
            decided_by: String::new(),
            decide_time: None,
            comment: String::new(),
        }
    }
}

/// One proposal is open per change, and not too many per account.
fn check_open(account: &Account, change_key: &str) -> Result<(), Refused> {
    let same = account.approvals.iter().find(|open| open.change_key == change_key);
    if let Some(open) = same {
        let refusal = Refusal::of(Reason::ActionNotApplicable)
            .with(Fact::Description, "the same change is proposed already")
            .with(Fact::ApprovalId, open.approval_id.as_str());
        return Err(refusal.into());
    }
    if account.approvals.len() >= OPEN_MAX {
        let (used, what) = (account.approvals.len(), "open approvals of the account");
        return Err(Refusal::limit_exceeded(OPEN_MAX, used, what).into());
    }
    Ok(())
}

/// Who is next in line is told before a freeze ahead of it is lifted or paid out (人民检察院刑事诉讼规则
/// 215): when that is proposed, because once it is approved it has happened.
fn next_told(account: &Account, act: &Proposed, proposal: &Approval) -> Option<Value> {
    let freeze_id = match act {
        Proposed::ReleaseFreeze(ReleaseFreeze { freeze_id, .. })
        | Proposed::DeductFreeze(DeductFreeze { freeze_id: Some(freeze_id), .. }) => freeze_id,
        Proposed::DeductFreeze(DeductFreeze { freeze_id: None, .. })
        | Proposed::ChangeStatus(_)
        | Proposed::CreateFreeze(_)
        | Proposed::RenewFreeze(_)
        | Proposed::ProtectAccount(_)
        | Proposed::ResolveCase(_)
        | Proposed::ClearSuspense(_)
        | Proposed::ConfirmFreeze(_) => return None,
    };
    let freeze = account.freezes.iter().find(|freeze| freeze.freeze_id == *freeze_id)?;
    let waiting = review::waiting(&account.freezes);
    let next = review::next_in_line(freeze, &waiting, proposal.create_time)?;
    Some(json!({
        "about": "NEXT_IN_LINE",
        "freeze_id": freeze.freeze_id,
        "next_in_line": next.freeze_id,
        "approval_id": proposal.approval_id,
    }))
}

/// What an act is about: the freeze that it names, the condition that it ends, or the account.
fn subject(before: &Account, after: &Account, act: &Proposed) -> Subject {
    let of_account =
        |disclosure| Subject { kind: SubjectKind::Account, id: String::new(), disclosure };
    let of_named = |freeze_id: &FreezeId, kind| {
        let freeze = before.freezes.iter().find(|row| row.freeze_id == *freeze_id);
        freeze.map_or_else(|| of_account(Disclosure::Open), |freeze| of_freeze(freeze, kind))
    };
    // Money-laundering measures are hidden whatever the request says, so the freeze is asked.
    let of_placed = || {
        let known = |row: &Freeze| before.freezes.iter().any(|f| f.freeze_id == row.freeze_id);
        let placed = after.freezes.iter().find(|row| !known(row));
        of_account(placed.map_or(Disclosure::Confidential, |freeze| freeze.disclosure))
    };
    match act {
        Proposed::CreateFreeze(_)
        | Proposed::DeductFreeze(DeductFreeze { freeze_id: None, .. }) => of_placed(),
        // The renewal of one that ran out places a new one.
        Proposed::RenewFreeze(renew)
            if before.freezes.iter().all(|row| row.freeze_id != renew.freeze_id) =>
        {
            of_placed()
        }
        Proposed::ReleaseFreeze(ReleaseFreeze { freeze_id, .. })
        | Proposed::RenewFreeze(RenewFreeze { freeze_id, .. })
        | Proposed::DeductFreeze(DeductFreeze { freeze_id: Some(freeze_id), .. }) => {
            of_named(freeze_id, SubjectKind::Freeze)
        }
        Proposed::ConfirmFreeze(ConfirmFreeze { freeze_id, .. }) => {
            of_named(freeze_id, SubjectKind::Emergency)
        }
        Proposed::ProtectAccount(_) => of_account(Disclosure::Open),
        Proposed::ResolveCase(resolve) => Subject {
            kind: SubjectKind::Case,
            id: resolve.case_id.as_str().to_owned(),
            disclosure: Disclosure::Open,
        },
        Proposed::ClearSuspense(clear) => Subject {
            kind: SubjectKind::Suspense,
            id: clear.item_id.as_str().to_owned(),
            disclosure: Disclosure::Open,
        },
        Proposed::ChangeStatus(change) => match change.action.rule().needs {
            Needs::Lifecycle => of_account(Disclosure::Open),
            Needs::Condition(kind) => {
                let ended = after.conditions.iter().find(|row| !row.in_force());
                let id = ended.map_or("", |row| row.condition_id.as_str()).to_owned();
                Subject { kind: SubjectKind::Condition, id, disclosure: told(kind) }
            }
        },
    }
}

/// Why a suspicion came and why it goes are told to few (反洗钱法 35(2)).
fn told(kind: ConditionKind) -> Disclosure {
    if kind == ConditionKind::Suspicious { Disclosure::Confidential } else { Disclosure::Open }
}

fn of_freeze(freeze: &Freeze, kind: SubjectKind) -> Subject {
    let id = freeze.freeze_id.as_str().to_owned();
    Subject { kind, id, disclosure: freeze.disclosure }
}

/// The same for two requests for one change: one act on one subject. Freezes to be placed side by
/// side are different changes unless they are the same to the letter.
fn change_key(subject: &Subject, act: &Proposed) -> String {
    let what = match act {
        Proposed::CreateFreeze(create) => digest(create),
        Proposed::DeductFreeze(deduct) => digest(deduct),
        Proposed::RenewFreeze(renew) if subject.id.is_empty() => digest(renew),
        Proposed::ChangeStatus(_)
        | Proposed::ReleaseFreeze(_)
        | Proposed::RenewFreeze(_)
        | Proposed::ProtectAccount(_)
        | Proposed::ResolveCase(_)
        | Proposed::ClearSuspense(_)
        | Proposed::ConfirmFreeze(_) => subject.id.clone(),
    };
    format!("{}:{what}", act.action())
}

fn digest(act: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(act).expect("acts are plain data")))
}
