//! What stands in the way of an operation now: one home for the commands, which refuse with it, and
//! for the query that asks before. Nothing here changes an account.
//!
//! [`pass`] says what lifecycle, conditions, freezes and money allow. Beside that, a withdrawal asks
//! how many are open, a posting whether the balance has room, a closing whether anything is left.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::account::Account;
use super::action::Action;
use super::approval::Approval;
use super::freeze::Freeze;
use super::lapse;
use super::money::{Direction, Minor};
use super::pass::{self, Movement, Operation, Presence};
use super::refusal::{Fact, Reason, Refusal};
use super::rules::Rules;

/// The most instants of lapse that are gone through for the end of what blocks. Beyond them the end
/// counts as unknown.
const LAPSES_MAX: usize = 100;

/// Everything that stands in the way of an operation, in precedence order; empty when it passes.
///
/// A customer's debit is judged as a withdrawal, which also minds how many are open; one of an
/// identified customer is no withdrawal, it is paid at the counter and recorded.
pub fn operation(account: &Account, movement: Movement, rules: &Rules) -> Vec<Refusal> {
    match movement.operation {
        Operation::Close => closing(account, movement.presence),
        Operation::JudicialDeduction => deduction(account, movement),
        Operation::Credit | Operation::Return | Operation::Interest => {
            posting(account, Direction::Credit, movement)
        }
        Operation::BankDebit => posting(account, Direction::Debit, movement),
        Operation::CustomerDebitCounter
        | Operation::CustomerDebitNonCounter
        | Operation::CustomerDebitExempt => match movement.presence {
            Presence::Identified => posting(account, Direction::Debit, movement),
            Presence::Elsewhere | Presence::AtCounter => {
                withdrawal(account, movement, rules.open_withdrawals_max)
            }
        },
    }
}

/// What stands in the way of a withdrawal; `open_max` is how many may hold money on one account.
pub fn withdrawal(account: &Account, movement: Movement, open_max: i64) -> Vec<Refusal> {
    let mut refusals = pass::refusals(account, movement);
    let open = account.balance.open_withdrawals;
    refusals.extend((open >= open_max).then(|| {
        Refusal::limit_exceeded(open_max, open, "open withdrawals of the account")
            .with(Fact::Operation, movement.operation.into())
    }));
    refusals
}

/// What stands in the way of a transaction that asks to be posted. Whether the balance has room is
/// asked last: what may not pass is no matter of room.
pub fn posting(account: &Account, direction: Direction, movement: Movement) -> Vec<Refusal> {
    let refusals = pass::refusals(account, movement);
    if !refusals.is_empty() || account.balance.after(direction, movement.amount).is_some() {
        return refusals;
    }
    let refusal = Refusal::field("amount", "would exceed 64-bit minor units");
    vec![refusal.with(Fact::Operation, movement.operation.into())]
}

/// What stands in the way of a deduction, whichever freeze it serves: frozen money is what it takes,
/// reserved money is not there.
fn deduction(account: &Account, movement: Movement) -> Vec<Refusal> {
    let mut refusals = pass::refusals(account, movement);
    let money = account.unreserved();
    refusals.extend((movement.amount > money).then(|| {
        Refusal::of(Reason::InsufficientAvailableFunds)
            .with_money(account, money)
            .with(Fact::Operation, movement.operation.into())
    }));
    refusals
}

/// What stands in the way of closing. In opening and declined accounts may be closed, a closed one
/// not again.
pub fn closing(account: &Account, presence: Presence) -> Vec<Refusal> {
    let name = Operation::Close.into();
    if !Action::Close.rule().applies(account) {
        let why = "the account is not in a state for this action";
        let refusal = Refusal::not_applicable(account.balance.lifecycle, why);
        return vec![refusal.with(Fact::Operation, name)];
    }
    let movement = Movement { operation: Operation::Close, amount: 0, presence };
    let mut refusals = pass::refusals(account, movement);
    let blocked = |what| Refusal::of(Reason::CloseBlocked).with(Fact::BlockedBy, what);
    refusals.extend(left(account).map(|what| blocked(what).with(Fact::Operation, name)));
    refusals.sort_by_key(|refusal| refusal.reason);
    refusals
}

/// What is left on the account that keeps it from being closed.
fn left(account: &Account) -> impl Iterator<Item = &'static str> {
    let found = [
        (account.balance.balance_minor != 0, "balance"),
        (account.balance.reserved_minor != 0, "reserved"),
        (account.freezes.iter().any(Freeze::in_force), "freezes"),
        (account.balance.open_withdrawals != 0, "open withdrawals"),
        (account.approvals.iter().any(Approval::is_open), "open approvals"),
        (account.balance.open_cases != 0, "open cases"),
    ];
    found.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| what)
}

/// The most that an operation could take for want of money, minor units; `None` for what takes none.
pub fn takes_at_most(account: &Account, operation: Operation) -> Option<Minor> {
    match operation {
        Operation::JudicialDeduction => Some(account.unreserved()),
        Operation::CustomerDebitCounter
        | Operation::CustomerDebitNonCounter
        | Operation::CustomerDebitExempt
        | Operation::BankDebit
        | Operation::Credit
        | Operation::Return
        | Operation::Interest
        | Operation::Close => pass::available_for(account, operation),
    }
}

/// The first instant at which a blocked operation passes if nothing happens but that time goes by:
/// what has an end ends, and what waits behind it takes its place. `None` when it never does, or
/// not within [`LAPSES_MAX`] lapses. Ends that are missing from the account (a caller who may not
/// know them was given none) are no ends here.
pub fn unblocked_at(
    mut account: Account,
    blocks: impl Fn(&Account) -> bool,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    for _ in 0..LAPSES_MAX {
        let at = account.next_lapse()?;
        lapse::lapse(&mut account, at, zone);
        account.drop_ended();
        if !blocks(&account) {
            return Some(at);
        }
    }
    None
}
