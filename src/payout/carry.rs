//! Carrying one withdrawal: take it up by a command, do what it says, store what was heard, and
//! again while there is something to do at once.
//!
//! What fails on the way is left as it is: the rows say when somebody has to look again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::act::errand::{Doing, Errand};
use crate::domain::act::follow_up::FollowUp;
use crate::domain::act::record_evidence::RecordEvidence;
use crate::domain::act::start_attempt::StartAttempt;
use crate::domain::command::{Command, Effect, Envelope, Receipt};
use crate::domain::id::{AccountNumber, ChannelId, RequestId};
use crate::domain::payout::evidence::Statement;
use crate::domain::principal::Principal;
use crate::domain::safeguard::{self, Safeguard};
use crate::domain::transaction::EntryChannel;
use crate::domain::withdrawal::{Due, State, Withdrawal};
use crate::ledger::{Failure, Ledger};

use super::board::Board;
use super::hold::{Offered, Place};

/// How long a command of ours may wait for its turn.
const COMMAND_DEADLINE: Duration = Duration::from_secs(30);
/// How often what was heard is brought to the ledger.
const RECORD_TRIES: u32 = 3;
/// The pause between, times the number of tries.
const RECORD_PAUSE: Duration = Duration::from_millis(200);
/// The most steps in one go; what has more to do is found again.
const STEPS_MAX: usize = 32;

/// What carrying works with.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) ledger: Ledger,
    pub(super) clock: Clock,
    pub(super) board: Board,
    pub(super) principal: Principal,
    /// Whether the service stops: then what is begun is ended, and nothing more is begun.
    pub(super) stop: watch::Receiver<bool>,
}

/// What came of taking a withdrawal up.
enum Taken {
    /// Something to do, with a place at its channel.
    Errand(Box<Errand>, Place),
    /// This channel has no place free.
    Full(ChannelId),
    /// Nothing.
    Nothing,
}

/// Whether an attempt may have begun though its command failed: nobody knows what became of the commit.
fn may_have_begun(failure: &Failure) -> bool {
    match failure {
        Failure::Overloaded | Failure::Refused(_) => false,
        Failure::DeadlineExceeded
        | Failure::Unavailable
        | Failure::Conflict
        | Failure::Internal => true,
    }
}

impl Carrier {
    /// Carries a withdrawal as far as it goes now; what has to wait for a place with a channel comes
    /// back.
    pub(super) async fn carry(self: Arc<Self>, mut due: Due) -> Option<(Due, ChannelId)> {
        for _step in 0..STEPS_MAX {
            let (errand, mut place) = match self.take_up(&due).await {
                Taken::Errand(errand, place) => (errand, place),
                Taken::Full(channel_id) => return Some((due, channel_id)),
                Taken::Nothing => break,
            };
            let Some(statement) = self.run(&errand, &mut place).await else { break };
            drop(place);
            let Some(row) = self.record(&errand, statement).await else { break };
            if !self.goes_on(&row) {
                break;
            }
            due = Due::from(&*row);
        }
        self.board.write_down().await;
        None
    }

    fn goes_on(&self, row: &Withdrawal) -> bool {
        if *self.stop.borrow() {
            return false;
        }
        let may_be_sent = row.state == State::Reserved && row.held_reason.is_none();
        may_be_sent || row.next_action_time.is_some_and(|at| at <= self.clock.now())
    }

    /// Takes it up, unless somebody else has or there is nothing to do.
    async fn take_up(&self, due: &Due) -> Taken {
        match due.state {
            State::Reserved => self.start(due).await,
            State::Dispatching
            | State::Accepted
            | State::Unknown
            | State::Settled
            | State::Failed
            | State::Cancelled
            | State::SettledLate
            | State::Returned
            | State::Quarantined
            | State::WrittenOff => self.follow_up(due).await,
        }
    }

    async fn start(&self, due: &Due) -> Taken {
        let offered = self.board.offers(due).await;
        if let Some(full) = offered.full() {
            return Taken::Full(full.clone());
        }
        let withdrawal_id = due.withdrawal_id.clone();
        let Offered { offers, others, hold } = offered;
        let command = Command::StartAttempt(StartAttempt { withdrawal_id, offers, others });
        match self.command(due, command).await {
            Ok(Some(errand)) => {
                let mut place = hold.keep(&errand.attempt.channel_id);
                place.sends();
                Taken::Errand(errand, place)
            }
            Ok(None) => Taken::Nothing,
            Err(failure) => {
                if may_have_begun(&failure) {
                    hold.forfeit();
                }
                Taken::Nothing
            }
        }
    }

    async fn follow_up(&self, due: &Due) -> Taken {
        let place = match ChannelId::parse(&due.channel_id) {
            None => None,
            Some(id) => match self.board.place(&id) {
                None => return Taken::Full(id),
                place => place,
            },
        };
        let follow = FollowUp { withdrawal_id: due.withdrawal_id.clone() };
        let Ok(Some(errand)) = self.command(due, Command::FollowUp(follow)).await else {
            return Taken::Nothing;
        };
        let id = &errand.attempt.channel_id;
        let place = place.filter(|place| place.channel_id == *id);
        let mut place = place.unwrap_or_else(|| self.board.place_anyway(id));
        if errand.doing == Doing::Send {
            place.sends();
        }
        Taken::Errand(errand, place)
    }

    /// The errand of a command; `None` when there is nothing to do.
    async fn command(&self, due: &Due, command: Command) -> Result<Option<Box<Errand>>, Failure> {
        // Decided and not written down is what must never be acted on; a test shows what comes of it.
        let intent_first = safeguard::stands(Safeguard::IntentFirst);
        let effect = if intent_first { Effect::Take } else { Effect::ValidateOnly };
        match self.submit(&due.account_number, command, effect).await {
            Ok(Receipt::Errand(errand)) => Ok(Some(errand)),
            Ok(_nothing_to_do) => Ok(None),
            Err(failure) => {
                let id = &due.withdrawal_id;
                tracing::warn!(withdrawal.id = %id, %failure, "a payout could not be taken up");
                Err(failure)
            }
        }
    }

    async fn run(&self, errand: &Errand, place: &mut Place) -> Option<Statement> {
        // Whoever was stopped between its commit and this line may have lost its turn: then another
        // asks after the key, and the channel should not see it for the first time after that. The
        // call has to be over, too, before the lease is.
        let latest = self.clock.now() + self.board.lines().timeout();
        let lease = errand.withdrawal.next_action_time;
        let fenced = safeguard::stands(Safeguard::LeaseFence) && errand.doing == Doing::Send;
        if fenced && lease.is_some_and(|over| over < latest) {
            tracing::warn!(withdrawal.id = %errand.withdrawal.withdrawal_id, "too late to send");
            return None;
        }
        let statement = self.board.lines().run(errand).await;
        if statement.is_none() {
            let channel = &errand.attempt.channel_id;
            tracing::error!(%channel, "a payout is with a channel that is not configured here");
        }
        // Questions about earlier attempts were counted when those were sent.
        if errand.doing == Doing::Send
            && let Some(statement) = &statement
        {
            place.hear(&statement.said);
        }
        statement
    }

    /// Stores what was heard; the withdrawal as it is then.
    async fn record(&self, errand: &Errand, statement: Statement) -> Option<Box<Withdrawal>> {
        let promise_secs = self.board.promise_secs(&errand.attempt.channel_id);
        let number = &errand.withdrawal.account_number;
        for tried in 1..=RECORD_TRIES {
            let statement = statement.clone();
            let record = RecordEvidence { statement, channel_id: None, promise_secs };
            let command = Command::RecordEvidence(Box::new(record));
            match self.submit(number, command, Effect::Take).await {
                Ok(Receipt::Withdrawal(row)) => return Some(row),
                Ok(_) => return None,
                Err(failure) => {
                    let id = &errand.withdrawal.withdrawal_id;
                    tracing::warn!(withdrawal.id = %id, tried, %failure, "evidence is not stored");
                }
            }
            tokio::time::sleep(RECORD_PAUSE * tried).await;
        }
        None
    }

    async fn submit(
        &self,
        number: &AccountNumber,
        command: Command,
        effect: Effect,
    ) -> Result<Receipt, Failure> {
        self.ledger
            .submit(Envelope {
                principal: self.principal.clone(),
                account_number: number.clone(),
                request_id: RequestId::internal(command.name()),
                deadline: Instant::now() + COMMAND_DEADLINE,
                expected_version: None,
                effect,
                entry_channel: EntryChannel::Unspecified,
                command,
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::refusal::Reason;

    #[test]
    fn what_was_never_written_gives_back_what_it_took() {
        let never = [Failure::Overloaded, Failure::Refused(Reason::WithdrawalNotFound.into())];
        assert!(!never.iter().any(may_have_begun));
        let unknown =
            [Failure::DeadlineExceeded, Failure::Unavailable, Failure::Conflict, Failure::Internal];
        assert!(unknown.iter().all(may_have_begun));
    }
}
