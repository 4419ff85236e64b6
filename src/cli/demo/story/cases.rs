//! What people did about the trouble with payouts.

use super::payouts::{HELD, UNKNOWN};
use super::*;
use crate::domain::act::add_case_note::AddCaseNote;
use crate::domain::act::assign_case::AssignCase;
use crate::domain::act::decide_approval::{DecideApproval, Verdict};
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::case::{Case, CaseEntryKind, CaseResolution, RootCause};
use crate::domain::id::ApprovalId;

/// What somebody did about the case of a payout of the story.
#[derive(Debug)]
pub(in crate::cli::demo) struct CaseWork {
    /// The payout's reference.
    pub(in crate::cli::demo) reference: &'static str,
    /// What was done.
    done: Done,
}

#[derive(Debug)]
enum Done {
    /// Given to somebody.
    Assigned(&'static str),
    /// Somebody asked an institution.
    Asked(&'static str, &'static str),
    /// Somebody says that it was paid; a second person has to agree.
    SaidPaid,
    /// A second person did not agree.
    TurnedDown(&'static str),
    /// Nothing was left to do, and this was learnt.
    Analysed(RootCause, &'static str),
}

impl CaseWork {
    /// The command, about the case as it is; `proposed` is what waits for a second person.
    pub(in crate::cli::demo) fn command(
        &self,
        case: &Case,
        proposed: Option<ApprovalId>,
    ) -> Option<Command> {
        let case_id = case.case_id.clone();
        let resolve = |resolution| ResolveCase {
            case_id: case_id.clone(),
            resolution,
            paid_amount: None,
            reference: String::new(),
            reason: String::new(),
            analysis: String::new(),
            root_cause: None,
            expected_version: None,
        };
        Some(match self.done {
            Done::Assigned(owner) => Command::AssignCase(AssignCase {
                case_id,
                owner: owner.to_owned(),
                owner_role: None,
                reason: String::new(),
                expected_version: None,
            }),
            Done::Asked(institution, text) => Command::AddCaseNote(AddCaseNote {
                case_id,
                kind: CaseEntryKind::Consulted,
                text: text.to_owned(),
                institution: institution.to_owned(),
                reference: String::new(),
                root_cause: None,
            }),
            Done::SaidPaid => Command::ResolveCase(ResolveCase {
                reference: "call 2".to_owned(),
                reason: "通道客服口头确认已到账".to_owned(),
                ..resolve(CaseResolution::MarkSettled)
            }),
            Done::TurnedDown(comment) => Command::DecideApproval(DecideApproval {
                approval_id: proposed?,
                verdict: Verdict::Reject,
                comment: comment.to_owned(),
            }),
            Done::Analysed(root_cause, analysis) => Command::ResolveCase(ResolveCase {
                reason: "已入账，无需处理".to_owned(),
                analysis: analysis.to_owned(),
                root_cause: Some(root_cause),
                ..resolve(CaseResolution::NoAction)
            }),
        })
    }
}

impl Story {
    pub(super) fn cases(&mut self) {
        let minutes = |story: &Self, ago: i64| story.now - Duration::minutes(ago);
        let learnt = "通道先拒绝后成功：对方行延迟处理；已与通道约定拒绝为终态";
        let late = self.day(3, 10, 0);
        self.work(late, "ops", "W10", Done::Analysed(RootCause::Channel, learnt));
        self.work(minutes(self, 100), "ops", HELD, Done::Assigned("ops.wang"));
        self.work(minutes(self, 90), "ops", HELD, Done::Asked(CARD_DESK, "款项是否已到账？"));
        self.work(minutes(self, 60), "ops", HELD, Done::SaidPaid);
        self.work(minutes(self, 50), "ops2", HELD, Done::TurnedDown("no receipt"));
        self.work(minutes(self, 10), "ops", UNKNOWN, Done::Assigned("ops.li"));
    }

    fn work(
        &mut self,
        at: DateTime<Utc>,
        principal: &'static str,
        reference: &'static str,
        done: Done,
    ) {
        let account_number = AccountNumber::parse(YUNFAN).expect("the story's numbers are sound");
        let deed = Deed::Worked(CaseWork { reference, done });
        self.steps.push(Step { at, principal, account_number, deed, checker: None });
    }
}

/// Who answers for a channel.
const CARD_DESK: &str = "CH-CARD 运营";
