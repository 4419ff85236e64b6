//! What must hold of proposals.

use account_status::domain::approval::subject;
use account_status::domain::id::AccountNumber;
use account_status::store::Store;

use super::Rows;

impl Rows<'_> {
    /// Two persons where there have to be two, one open proposal per change, and hot rows that say
    /// whether one is open.
    pub(super) async fn four_eyes_hold(&self) {
        self.none(
            "a proposal was decided by its proposer, or taken back by another",
            "SELECT approval_id FROM approval WHERE account_number {mine} AND NOT CASE
                WHEN state IN ('APPROVED', 'REJECTED')
                    THEN decided_by <> proposed_by AND decided_by <> ''
                WHEN state = 'WITHDRAWN' THEN decided_by = proposed_by
                ELSE decided_by = '' END",
        )
        .await;
        self.none(
            "two proposals of one change are open",
            "SELECT account_number || ' ' || change_key FROM approval
            WHERE state = 'PENDING' AND account_number {mine}
            GROUP BY account_number, change_key HAVING count(*) > 1",
        )
        .await;
        self.none(
            "the mask doesn't say whether a proposal is open",
            "SELECT b.account_number FROM account_balance b WHERE b.account_number {mine}
                AND (b.condition_mask & 256 <> 0) <> EXISTS (SELECT 1 FROM approval a
                    WHERE a.account_number = b.account_number AND a.state = 'PENDING')",
        )
        .await;
        self.none(
            "history names one person twice, or a second person and no approval",
            "SELECT change_id FROM account_status_history WHERE account_number {mine}
                AND approved_by IS NOT NULL
                AND (approved_by = change_by OR approval_status <> 'APPROVED')",
        )
        .await;
        self.none(
            "an approved act is in history without who approved it",
            "SELECT change_id FROM account_status_history WHERE account_number {mine}
                AND approval_status = 'APPROVED' AND approved_by IS NULL",
        )
        .await;
    }
}

/// Each open proposal is about something that is as it was.
pub(super) async fn open_ones_fit(store: &Store, number: &str) {
    let number = AccountNumber::parse(number).unwrap();
    let account = store.account_find(&[&number]).await.unwrap().pop().unwrap();
    for approval in &account.approvals {
        assert!(approval.is_open(), "an account was read with a decided proposal");
        assert!(subject::fits(approval, &account), "{} should be STALE", approval.approval_id);
    }
}
