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
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::payout::evidence::Statement;
use crate::domain::principal::Principal;
use crate::domain::safeguard::{self, Safeguard};
use crate::domain::transaction::EntryChannel;
use crate::domain::withdrawal::{Due, State, Withdrawal};
use crate::ledger::{Failure, Ledger};

use super::client::Lines;

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
    pub(super) lines: Lines,
    pub(super) principal: Principal,
    /// Whether the service stops: then what is begun is ended, and nothing more is begun.
    pub(super) stop: watch::Receiver<bool>,
}

impl Carrier {
    /// Carries a withdrawal as far as it goes now.
    pub(super) async fn carry(self: Arc<Self>, mut due: Due) {
        for _step in 0..STEPS_MAX {
            let Some(errand) = self.take_up(&due).await else { return };
            let Some(statement) = self.run(&errand).await else { return };
            let Some(row) = self.record(&errand, statement).await else { return };
            if !self.goes_on(&row) {
                return;
            }
            due = Due::from(&*row);
        }
    }

    fn goes_on(&self, row: &Withdrawal) -> bool {
        if *self.stop.borrow() {
            return false;
        }
        let may_be_sent = row.state == State::Reserved && row.held_reason.is_none();
        may_be_sent || row.next_action_time.is_some_and(|at| at <= self.clock.now())
    }

    /// Takes it up, unless somebody else has or there is nothing to do.
    async fn take_up(&self, due: &Due) -> Option<Box<Errand>> {
        let withdrawal_id = due.withdrawal_id.clone();
        let command = if due.state == State::Reserved {
            Command::StartAttempt(StartAttempt { withdrawal_id })
        } else {
            Command::FollowUp(FollowUp { withdrawal_id })
        };
        // Decided and not written down is what must never be acted on; a test shows what comes of it.
        let intent_first = safeguard::stands(Safeguard::IntentFirst);
        let effect = if intent_first { Effect::Take } else { Effect::ValidateOnly };
        match self.submit(&due.account_number, command, effect).await {
            Ok(Receipt::Errand(errand)) => Some(errand),
            Ok(_nothing_to_do) => None,
            Err(failure) => {
                let id = &due.withdrawal_id;
                tracing::warn!(withdrawal.id = %id, %failure, "a payout could not be taken up");
                None
            }
        }
    }

    async fn run(&self, errand: &Errand) -> Option<Statement> {
        // Whoever was stopped between its commit and this line may have lost its turn: then another
        // asks after the key, and the channel should not see it for the first time after that. The
        // call has to be over, too, before the lease is.
        let latest = self.clock.now() + self.lines.timeout();
        let lease = errand.withdrawal.next_action_time;
        if errand.doing == Doing::Send && lease.is_some_and(|over| over < latest) {
            tracing::warn!(withdrawal.id = %errand.withdrawal.withdrawal_id, "too late to send");
            return None;
        }
        let statement = self.lines.run(errand).await;
        if statement.is_none() {
            let channel = &errand.attempt.channel_id;
            tracing::error!(%channel, "a payout is with a channel that is not configured here");
        }
        statement
    }

    /// Stores what was heard; the withdrawal as it is then.
    async fn record(&self, errand: &Errand, statement: Statement) -> Option<Box<Withdrawal>> {
        let promise_secs = self.lines.promise_secs(&errand.attempt.channel_id);
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
