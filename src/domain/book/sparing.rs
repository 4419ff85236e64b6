//! Which commands are decided without the freezes of an account that has many: those that move its
//! money, as long as no freeze stands in their way.
//!
//! Why that is safe: [`Balance::rest`](crate::domain::account::Balance::rest) holds, so all freezes are in effect and filled, and money is
//! to spare. A debit of available money takes none that a freeze has and uses up what it takes of the
//! exempt amount, so that they stay filled; whatever else the commands here do only adds to the money.
//! So no freeze changes, none takes effect, and no refusal has to name one.

use chrono::{DateTime, Utc};

use crate::domain::account::{Account, OPEN_APPROVALS, mask_bit};
use crate::domain::batch::Loaded;
use crate::domain::command::Command;
use crate::domain::id::AccountNumber;
use crate::domain::money::{Direction, Minor};
use crate::domain::payout::PayoutKey;
use crate::domain::status::ConditionKind;
use crate::domain::transaction::TransactionType;

/// Whether an account that lacks freezes needs none of them for the commands of a batch, in whatever
/// order they come and whichever of them are refused.
pub fn spares_freezes<'c>(
    account: &Account,
    mut commands: impl Iterator<Item = &'c Command>,
    loaded: &Loaded,
    now: DateTime<Utc>,
) -> bool {
    let balance = &account.balance;
    // Waking it, or ending a proposal, touches conditions, and history tells of all of them.
    let restless = OPEN_APPROVALS | mask_bit(ConditionKind::Dormant);
    if balance.condition_mask & restless != 0 || balance.rest(0, now).is_none() {
        return false;
    }
    let taken = commands.try_fold(0, |taken: Minor, command| {
        taken.checked_add(takes_at_most(command, account.number(), loaded)?)
    });
    taken.is_some_and(|taken| taken <= account.available())
}

/// The most that a command takes off the available money, minor units; `None` for one that may ask for
/// the freezes whatever it takes.
fn takes_at_most(command: &Command, number: &AccountNumber, loaded: &Loaded) -> Option<Minor> {
    match command {
        Command::Withdraw(withdraw) => Some(withdraw.amount.minor),
        Command::RecordTransaction(record) => match (record.direction, record.transaction_type) {
            // It takes what is frozen.
            (_, TransactionType::Deduction) => None,
            (Direction::Credit, _) => Some(0),
            (Direction::Debit, _) => Some(record.amount.minor),
        },
        Command::CancelWithdrawal(_)
        | Command::StartAttempt(_)
        | Command::FollowUp(_)
        | Command::AssignCase(_)
        | Command::AddCaseNote(_)
        | Command::RemindCase(_) => Some(0),
        Command::RecordEvidence(record) => {
            let PayoutKey { withdrawal_id, .. } = &record.statement.key;
            let paid = loaded.withdrawal(number, withdrawal_id);
            Some(paid.map_or(0, |withdrawal| withdrawal.amount_minor))
        }
        Command::OpenAccount(_)
        | Command::ImportAccount(_)
        | Command::ImportFreeze(_)
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
        | Command::BindCard(_)
        | Command::ChangeCard(_)
        | Command::UpdateIdentity(_)
        | Command::BindPlatform(_)
        | Command::ResolveCase(_)
        | Command::ClearSuspense(_)
        | Command::Lapse
        | Command::Review => None,
    }
}
