//! Rows that are commands: each goes through the ledger under an id of its own, so that it takes
//! effect once however often it is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use csv::Position;
use futures::future::join_all;

use super::{Outcome, interrupted};
use crate::cli::CliError;
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::principal::Principal;
use crate::domain::refusal::{Fact, Reason, Refused};
use crate::domain::transaction::EntryChannel;
use crate::ledger::Failure;
use crate::service::Core;
use crate::text;

/// Rows under way at once: several full commits, within the lanes' queues.
pub(super) const BATCH_ROWS: usize = 4_096;
const ROW_DEADLINE: Duration = Duration::from_secs(60);
const PRINCIPAL: &str = "import";

/// A row as a command, under the id that names what it is about.
pub(super) fn envelope(number: AccountNumber, request_id: &str, command: Command) -> Envelope {
    static IMPORT: LazyLock<Principal> = LazyLock::new(|| Principal::service(PRINCIPAL));
    Envelope {
        principal: IMPORT.clone(),
        account_number: number,
        request_id: RequestId::internal(request_id),
        deadline: Instant::now() + ROW_DEADLINE,
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command,
    }
}

/// Carries rows out, all at once; one read tells which of them were carried out before.
///
/// # Errors
/// When the database can't be used. What was done by then is done.
pub(super) async fn carry_out(
    core: &Core,
    rows: Vec<(Position, Envelope)>,
) -> Result<Outcome, CliError> {
    let numbers: BTreeSet<&AccountNumber> =
        rows.iter().map(|(_, row)| &row.account_number).collect();
    let numbers: Vec<&AccountNumber> = numbers.into_iter().collect();
    let known: BTreeMap<(String, String), String> = core
        .store
        .idempotency_find_effects(PRINCIPAL, &numbers)
        .await?
        .into_iter()
        .map(|(account, request, hash)| ((account, request), hash))
        .collect();
    let mut outcome = Outcome::default();
    let mut new = Vec::with_capacity(rows.len());
    for (at, row) in rows {
        let key = (row.account_number.as_str().to_owned(), row.request_id.as_str().to_owned());
        match known.get(&key) {
            None => new.push((at, row)),
            Some(hash) if *hash == row.content_hash() => outcome.present += 1,
            Some(_) => outcome.rejected.push((at, reused().to_owned())),
        }
    }
    for (at, answer) in submit_all(core, new).await? {
        match answer {
            Ok(()) => outcome.taken += 1,
            Err(reason) => outcome.rejected.push((at, reason)),
        }
    }
    Ok(outcome)
}

/// Sends rows, all at once, those of one account in their order; answers for each whether it took
/// effect, or why not.
///
/// # Errors
/// When the database can't be used. What was done by then is done.
pub(super) async fn submit_all(
    core: &Core,
    rows: Vec<(Position, Envelope)>,
) -> Result<Vec<(Position, Result<(), String>)>, CliError> {
    let answers = rows.into_iter().map(async |(at, mut row)| {
        row.deadline = Instant::now() + ROW_DEADLINE;
        (at, core.ledger.submit(row).await)
    });
    let mut told = Vec::new();
    for (at, answer) in join_all(answers).await {
        let answer = match answer {
            Ok(_receipt) => Ok(()),
            Err(Failure::Refused(refused)) => Err(reason(&refused)),
            Err(failure @ Failure::Internal) => Err(failure.to_string()),
            Err(
                failure @ (Failure::Overloaded
                | Failure::DeadlineExceeded
                | Failure::Unavailable
                | Failure::Conflict),
            ) => return Err(interrupted(failure)),
        };
        told.push((at, answer));
    }
    Ok(told)
}

fn reused() -> &'static str {
    "it was imported before with other content"
}

fn reason(refused: &Refused) -> String {
    let Some(first) = refused.all().first() else { return String::new() };
    let fact = |fact| first.facts.get(&fact).map_or("", String::as_str);
    match first.reason {
        Reason::RequestIdReused => reused().to_owned(),
        Reason::InvalidRequest => {
            format!("{} {}", fact(Fact::Field), fact(Fact::Description))
        }
        reason => format!("{}: {}", reason.name(), text::reason_message(reason)),
    }
}
