//! CLOSE: only an empty account on which nothing is frozen, held or open.

use super::ChangeStatus;
use crate::domain::act::Draft;
use crate::domain::approval::Approval;
use crate::domain::freeze::Freeze;
use crate::domain::pass::{self, Movement, Operation};
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::status::Lifecycle;
use crate::domain::transaction::presence;

/// CLOSE.
pub(super) fn close(change: &ChangeStatus, draft: &mut Draft<'_>) -> Result<(), Refused> {
    let presence = presence(change.entry_channel, change.identification);
    let movement = Movement { operation: Operation::Close, amount: 0, presence };
    let mut refusals = pass::refusals(&draft.account, movement);
    // In opening and declined accounts may be closed: the table says so, and it is asked above.
    refusals.extend(
        blockers(draft).map(|what| Refusal::of(Reason::CloseBlocked).with(Fact::BlockedBy, what)),
    );
    Refused::check(refusals)?;
    draft.account.balance.lifecycle = Lifecycle::Closed;
    draft.end_conditions(|_| true);
    Ok(())
}

fn blockers(draft: &Draft<'_>) -> impl Iterator<Item = &'static str> {
    let account = &draft.account;
    let found = [
        (account.balance.balance_minor != 0, "balance"),
        (account.balance.reserved_minor != 0, "reserved"),
        (account.freezes.iter().any(Freeze::in_force), "freezes"),
        (account.balance.open_withdrawals != 0, "open withdrawals"),
        (account.approvals.iter().any(Approval::is_open), "open approvals"),
    ];
    found.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| what)
}
