//! How people resolve a quarantine: only what was really paid and is not booked yet is booked, never
//! from frozen money. The attempt that the case is about ends with it; another one that is still open
//! goes on being called back.

use super::ResolveCase;
use crate::domain::act::advance::{CORRECTION, SUSPENDED, Step, advance, entry_id, posting};
use crate::domain::act::casework::Desk;
use crate::domain::act::posting::{Posting, booking_of_fact, post};
use crate::domain::act::withdraw::movement;
use crate::domain::case::{Case, CaseCause, CaseResolution};
use crate::domain::money::{Direction, Minor};
use crate::domain::pass::{Movement, Operation, Presence};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Evidence, EvidenceEffect};
use crate::domain::transaction::{Booking, Initiator, Transaction, TransactionType};
use crate::domain::withdrawal::{Event, Resolution, Withdrawal};

/// The most corrections of one payout.
const CORRECTIONS_MAX: usize = 9;

/// The causes of which people may book something: what is booked already has to be known.
pub const CORRECTED: [CaseCause; 3] =
    [CaseCause::Mismatch, CaseCause::Contradiction, CaseCause::MissingOnStatement];

/// Every id under which something may be booked for a payout.
pub fn entry_ids(key: &PayoutKey) -> Vec<String> {
    let of_payout = ["", ".owed", ".returned", SUSPENDED].map(|end| format!("{key}{end}"));
    let of_people = (1..=CORRECTIONS_MAX).flat_map(|number| {
        ["", ".owed", ".back", ".owed.back"].map(|end| format!("{key}{CORRECTION}{number}{end}"))
    });
    of_payout.into_iter().chain(of_people).collect()
}

/// Resolves it: state, attempts, and the difference to what is booked. Whether it was not corrected
/// too often before.
pub(super) fn resolve(
    asked: &ResolveCase,
    desk: &mut Desk<'_, '_>,
    row: &Withdrawal,
    case: &Case,
) -> bool {
    let (resolution, target) = match asked.resolution {
        CaseResolution::MarkSettled => {
            let paid = asked.paid_amount.map_or(row.amount_minor, |paid| paid.minor);
            (Resolution::Settled, paid)
        }
        CaseResolution::WriteOff => (Resolution::WrittenOff, 0),
        CaseResolution::MarkFailed
        | CaseResolution::ByItself
        | CaseResolution::NoAction
        | CaseResolution::Retry
        | CaseResolution::NextChannel
        | CaseResolution::WriteToSuspense
        | CaseResolution::Cleared => (Resolution::Failed, 0),
    };
    let entries = desk.loaded.entries.get(&row.withdrawal_id).map_or(&[][..], Vec::as_slice);
    let difference = target.saturating_sub(booked(entries));
    let key =
        PayoutKey { withdrawal_id: row.withdrawal_id.clone(), number: case.attempt_number.max(1) };
    let Some(correction) = Correction::of(&key, entries) else { return false };
    // What is beyond what was held has to be there before that is given back.
    let beyond = difference.saturating_sub(row.held_minor);
    let wanted = movement(row.entry_channel, row.purpose, beyond.max(1));
    let booking = booking_of_fact(&desk.draft.account, Direction::Debit, wanted);
    let step = Step { reason: asked.resolution.into(), ..Step::of(Event::Resolved(resolution)) };
    let mut moved = advance(desk.draft, row, &step).expect("what is quarantined may be resolved");
    match (difference, beyond) {
        (..=-1, _) => correction.credit(desk, row, difference.saturating_neg()),
        (0, _) => {}
        (_, 1..) if booking != Booking::Balance => {
            correction.debit(desk, row, (row.held_minor, Booking::Balance));
            correction.debit(desk, row, (beyond, booking));
        }
        _ => correction.debit(desk, row, (difference, Booking::Balance)),
    }
    let others_open = end_attempt(asked, desk, row, &key);
    moved.next_action_time = others_open.then_some(desk.draft.now);
    desk.draft.written.withdrawals.push(moved);
    true
}

/// What the account has paid for it so far, minor units: what was paid beside the account, and back,
/// is none of it.
pub(super) fn booked(entries: &[Transaction]) -> Minor {
    let beside = |row: &Transaction| {
        let id = row.transaction_id.as_str();
        let key = id.strip_suffix(".returned").unwrap_or(id);
        let mut rows = entries.iter();
        rows.any(|debit| {
            debit.transaction_id.as_str() == key
                && debit.booking == Booking::Suspense
                && debit.direction == Direction::Debit
        })
    };
    entries.iter().filter(|row| !beside(row)).fold(0, |sum: Minor, row| match row.direction {
        Direction::Debit => sum.saturating_add(row.transaction_amount),
        Direction::Credit => sum.saturating_sub(row.transaction_amount),
    })
}

/// What of it is owed to the bank so far, minor units.
pub(super) fn owed(entries: &[Transaction]) -> Minor {
    let beside = entries.iter().filter(|row| row.booking == Booking::Receivable);
    beside.fold(0, |sum: Minor, row| match row.direction {
        Direction::Debit => sum.saturating_add(row.transaction_amount),
        Direction::Credit => sum.saturating_sub(row.transaction_amount),
    })
}

/// The entries of one correction.
struct Correction(String);

impl Correction {
    /// The next one of a payout.
    fn of(key: &PayoutKey, entries: &[Transaction]) -> Option<Self> {
        let taken = |id: &String| {
            entries.iter().any(|row| row.transaction_id.as_str().starts_with(id.as_str()))
        };
        let mut ids = (1..=CORRECTIONS_MAX).map(|number| format!("{key}{CORRECTION}{number}"));
        ids.find(|id| !taken(id)).map(Self)
    }

    fn debit(&self, desk: &mut Desk<'_, '_>, row: &Withdrawal, what: (Minor, Booking)) {
        let (amount, booking) = what;
        if amount <= 0 {
            return;
        }
        let end = if booking == Booking::Balance { "" } else { ".owed" };
        let id = entry_id(&format!("{}{end}", self.0));
        let posting = posting(row, id, TransactionType::Payout, booking);
        let initiator = Initiator::Customer;
        post(desk.draft, Posting { direction: Direction::Debit, amount, initiator, ..posting });
    }

    /// Gives back what was booked too much; to suspense where the account can't take it.
    fn credit(&self, desk: &mut Desk<'_, '_>, row: &Withdrawal, amount: Minor) {
        // What was never taken from the balance doesn't go to it.
        let entries = desk.loaded.entries.get(&row.withdrawal_id).map_or(&[][..], Vec::as_slice);
        let of_owed = owed(entries).clamp(0, amount);
        self.give_back(desk, row, (of_owed, Booking::Receivable));
        let amount = amount.saturating_sub(of_owed);
        let operation = Operation::Return;
        let movement = Movement { operation, amount: amount.max(1), presence: Presence::Elsewhere };
        let booking = booking_of_fact(&desk.draft.account, Direction::Credit, movement);
        if booking == Booking::Balance && amount > 0 {
            let exempt = desk.draft.exempt_of(row).min(amount);
            desk.draft.account.use_exempt(exempt.saturating_neg());
        }
        self.give_back(desk, row, (amount, booking));
    }

    fn give_back(&self, desk: &mut Desk<'_, '_>, row: &Withdrawal, what: (Minor, Booking)) {
        let (amount, booking) = what;
        if amount <= 0 {
            return;
        }
        let end = if booking == Booking::Receivable { ".owed.back" } else { ".back" };
        let id = entry_id(&format!("{}{end}", self.0));
        let posting = posting(row, id, TransactionType::Return, booking);
        let initiator = Initiator::Bank;
        post(desk.draft, Posting { direction: Direction::Credit, amount, initiator, ..posting });
    }
}

/// Ends the attempt that the case is about, with what people said as its proof, unless another one is
/// settled already. Says whether one is still open.
fn end_attempt(
    asked: &ResolveCase,
    desk: &mut Desk<'_, '_>,
    row: &Withdrawal,
    key: &PayoutKey,
) -> bool {
    let attempts = desk.loaded.attempts_of(&row.withdrawal_id);
    let other_paid = attempts.iter().any(|other| other.state == AttemptState::Settled);
    let unpaid = asked.resolution == CaseResolution::MarkFailed;
    let state = if unpaid { AttemptState::Dead } else { AttemptState::Settled };
    let ends = |attempt: &&Attempt| {
        let kept = state == AttemptState::Settled && other_paid;
        attempt.number == key.number && attempt.is_open() && !kept
    };
    let ended = attempts.iter().find(ends).cloned();
    let still = attempts.iter().filter(|attempt| attempt.is_open());
    let still = still.filter(|attempt| ended.as_ref().is_none_or(|e| e.number != attempt.number));
    let others_open = still.count() > 0;
    if let Some(attempt) = ended {
        let evidence = evidence(asked, desk, row, &attempt);
        desk.draft.written.evidence.push(evidence);
        let update_time = desk.draft.now;
        desk.draft.written.attempts.push(Attempt { state, update_time, ..attempt });
    }
    others_open
}

fn evidence(
    asked: &ResolveCase,
    desk: &Desk<'_, '_>,
    row: &Withdrawal,
    attempt: &Attempt,
) -> Evidence {
    let statement = asked.statement(attempt, row);
    let reason: &'static str = statement.said.reason().map_or("", Into::into);
    let paid = statement.said.paid();
    Evidence {
        withdrawal_id: attempt.withdrawal_id.clone(),
        number: attempt.number,
        evidence_id: statement.evidence_id(),
        account_number: attempt.account_number.clone(),
        source: statement.source,
        said: statement.said.kind(),
        reason: reason.to_owned(),
        channel_code: statement.channel_code.clone(),
        amount_minor: paid.map(|paid| paid.amount.minor),
        currency_code: paid.map(|paid| paid.amount.currency),
        effect: EvidenceEffect::Applied,
        received_time: desk.draft.now,
    }
}
