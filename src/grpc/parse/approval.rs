//! What is asked and said of approvals.

use super::field::REASON_MAX;
use super::head::Head;
use super::page::{Cursor, PageQuery};
use super::{Failure, Violations};
use crate::ask::{ApprovalFilter, Page};
use crate::domain::act::decide_approval::{DecideApproval, Verdict};
use crate::domain::approval::ApprovalState;
use crate::domain::command::{Command, Envelope};
use crate::domain::id::{AccountNumber, ApprovalId};
use crate::domain::principal::PRINCIPAL_MAX_CHARS;
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// GetApproval: which approval, and about which account if that was said.
pub(crate) fn approval(
    body: &v1::GetApprovalRequest,
) -> Result<(Option<AccountNumber>, ApprovalId), Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("approval_id", &body.approval_id, ApprovalId::parse);
    let number = wrong.optional_account_number("account_number", &body.account_number);
    let Some(id) = id else { return Err(wrong.into()) };
    wrong.check()?;
    Ok((number, id))
}

/// A page of approvals.
#[derive(Debug)]
pub(crate) struct Approvals {
    /// Which of them.
    pub(crate) filter: ApprovalFilter,
    /// Which page.
    pub(crate) page: Page<ApprovalId>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListApprovals: which, and which page.
pub(crate) fn approvals(body: v1::ListApprovalsRequest) -> Result<Approvals, Failure> {
    let mut wrong = Violations::new();
    let query = PageQuery::new("approvals", &(&body.account_number, body.state, &body.proposed_by));
    let proposed_by = wrong.id("proposed_by", body.proposed_by, PRINCIPAL_MAX_CHARS);
    let filter = ApprovalFilter {
        account_number: wrong.optional_account_number("account_number", &body.account_number),
        state: wrong.optional_choice::<ApprovalState>("state", body.state),
        proposed_by: (!proposed_by.is_empty()).then_some(proposed_by),
    };
    let page = wrong.page(&query, body.page_size, &body.page_token);
    wrong.check()?;
    Ok(Approvals { filter, page, query })
}

impl Cursor for ApprovalId {
    fn bytes(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?)
    }
}

/// Approve.
pub(crate) fn approve(body: v1::ApproveRequest, caller: &Caller) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let comment = wrong.words("comment", body.comment, REASON_MAX);
    Said { head, approval_id: body.approval_id, comment }.seal(wrong, Verdict::Approve, caller)
}

/// Reject.
pub(crate) fn reject(body: v1::RejectRequest, caller: &Caller) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let comment = wrong.required_words("comment", body.comment, REASON_MAX);
    Said { head, approval_id: body.approval_id, comment }.seal(wrong, Verdict::Reject, caller)
}

/// WithdrawApproval.
pub(crate) fn withdraw_approval(
    body: v1::WithdrawApprovalRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let comment = wrong.words("comment", body.comment, REASON_MAX);
    Said { head, approval_id: body.approval_id, comment }.seal(wrong, Verdict::Withdraw, caller)
}

/// What all three have.
struct Said {
    head: Head,
    approval_id: String,
    comment: String,
}

impl Said {
    fn seal(
        self,
        mut wrong: Violations,
        verdict: Verdict,
        caller: &Caller,
    ) -> Result<Envelope, Failure> {
        let id = wrong.typed_id("approval_id", &self.approval_id, ApprovalId::parse);
        let Some(approval_id) = id else { return Err(wrong.into()) };
        let decide = DecideApproval { approval_id, verdict, comment: self.comment };
        self.head.seal(wrong, caller, Command::DecideApproval(decide))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::parse::page::next_page_token;

    fn fields(body: v1::ListApprovalsRequest) -> Vec<String> {
        match approvals(body) {
            Ok(_) => Vec::new(),
            Err(Failure::Fields(wrong)) => {
                wrong.iter().map(|(field, _)| field.to_owned()).collect()
            }
            Err(Failure::Refused(refused)) => panic!("{refused:?}"),
        }
    }

    #[test]
    fn every_violation_of_a_list_is_named() {
        let body = v1::ListApprovalsRequest {
            account_number: "12 34".to_owned(),
            state: 77,
            proposed_by: "x".repeat(65),
            page_size: -1,
            page_token: "x".to_owned(),
        };
        let all = ["proposed_by", "account_number", "state", "page_size", "page_token"];
        assert_eq!(fields(body), all);
    }

    #[test]
    fn a_token_belongs_to_every_filter_of_its_list() {
        let listing = || v1::ListApprovalsRequest {
            account_number: "6222021234567890123".to_owned(),
            state: 1,
            proposed_by: "maker".to_owned(),
            ..Default::default()
        };
        let query = approvals(listing()).unwrap().query;
        let token = next_page_token(&query, ApprovalId::parse("0199"));
        let again = |set: fn(&mut v1::ListApprovalsRequest)| {
            let mut body = v1::ListApprovalsRequest { page_token: token.clone(), ..listing() };
            set(&mut body);
            fields(body)
        };
        assert!(again(|_| {}).is_empty());
        let others: [fn(&mut v1::ListApprovalsRequest); 3] = [
            |body| body.account_number = String::new(),
            |body| body.state = 2,
            |body| body.proposed_by = "checker".to_owned(),
        ];
        for other in others {
            assert_eq!(again(other), ["page_token"]);
        }
    }
}
