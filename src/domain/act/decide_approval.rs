//! DecideApproval: the second person's word on a proposal, or its proposer's withdrawal. What it may
//! say is here; the book carries the proposed act out.

use serde::{Deserialize, Serialize};

use crate::domain::act::proposed::Proposed;
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::freeze::Urgency;
use crate::domain::id::ApprovalId;
use crate::domain::principal::Principal;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};

/// What is said of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// A second person agrees.
    Approve,
    /// A second person declines.
    Reject,
    /// The proposer takes it back.
    Withdraw,
}

impl Verdict {
    /// The state that it leads to.
    pub fn state(self) -> ApprovalState {
        match self {
            Self::Approve => ApprovalState::Approved,
            Self::Reject => ApprovalState::Rejected,
            Self::Withdraw => ApprovalState::Withdrawn,
        }
    }
}

/// A word on a proposal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideApproval {
    /// Which proposal.
    pub approval_id: ApprovalId,
    /// What is said.
    pub verdict: Verdict,
    /// With which words.
    pub comment: String,
}

/// Whether a word changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It decides.
    Decides,
    /// The same was said before: that stands.
    SaidBefore,
}

impl DecideApproval {
    /// Whether the principal may say this of the proposal, and whether anything is left to say.
    ///
    /// # Errors
    /// PERMISSION_DENIED without the scope of the act or for a withdrawal by another than the
    /// proposer, APPROVER_IS_PROPOSER, APPROVAL_STALE, APPROVAL_DECIDED, ACTION_NOT_APPLICABLE for
    /// the withdrawal of an emergency's confirmation.
    pub fn check(
        &self,
        approval: &Approval,
        act: &Proposed,
        principal: &Principal,
    ) -> Result<Standing, Refused> {
        let own = *approval.proposed_by == *principal.name;
        match self.verdict {
            Verdict::Withdraw if !own => return Err(Reason::PermissionDenied.into()),
            Verdict::Withdraw => {}
            Verdict::Approve | Verdict::Reject => {
                if !principal.may(act.scope()) {
                    return Err(Reason::PermissionDenied.into());
                }
                if own {
                    return Err(Reason::ApproverIsProposer.into());
                }
            }
        }
        match approval.state {
            ApprovalState::Pending => {}
            ApprovalState::Stale => return Err(Reason::ApprovalStale.into()),
            state @ (ApprovalState::Approved
            | ApprovalState::Rejected
            | ApprovalState::Withdrawn
            | ApprovalState::Expired) => {
                let said = state == self.verdict.state();
                return if said { Ok(Standing::SaidBefore) } else { Err(decided(approval, state)) };
            }
        }
        if self.verdict == Verdict::Withdraw && matches!(act, Proposed::ConfirmFreeze(_)) {
            let emergency: &'static str = Urgency::Emergency.into();
            let refusal = Refusal::of(Reason::ActionNotApplicable)
                .with(Fact::Description, "an emergency freeze is released, or lapses")
                .with(Fact::State, emergency);
            return Err(refusal.into());
        }
        Ok(Standing::Decides)
    }
}

/// The first decision, told to whoever decides otherwise.
fn decided(approval: &Approval, state: ApprovalState) -> Refused {
    Refusal::of(Reason::ApprovalDecided)
        .with(Fact::State, state.name())
        .with(Fact::DecidedBy, &approval.decided_by)
        .into()
}
