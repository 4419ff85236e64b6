//! Transactions: history that moves no balance. They come in any order; sorted by account in windows
//! that fit in memory, rows of one account meet, and neighbouring accounts share pages of every
//! index.

use std::ops::Range;

use csv::Position;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::columns::{Known, Row};
use super::value::Formats;
use super::{Outcome, interrupted};
use crate::cli::CliError;
use crate::domain::act::import_transactions::{ImportTransaction, likely_initiator};
use crate::domain::id::TransactionId;
use crate::domain::money::Money;
use crate::domain::transaction::{Direction, EntryChannel, Purpose, TransactionType};
use crate::service::Core;

/// Rows that are sorted together.
pub(super) const WINDOW_ROWS: usize = 65_536;
/// About so many rows share a commit; those of one account always do.
const CHUNK_ROWS: usize = 8_192;

/// How the file says which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signs {
    /// In a column of its own.
    Direction,
    /// By the sign of the amount.
    Amount,
}

/// The columns of transactions.
pub(super) fn known(signs: Signs) -> Known {
    let mut required = vec![
        "transaction_id",
        "account_number",
        "transaction_type",
        "transaction_amount",
        "currency",
        "transaction_date",
    ];
    if signs == Signs::Direction {
        required.push("direction");
    }
    Known {
        names: &[
            "transaction_id",
            "account_number",
            "transaction_type",
            "transaction_amount",
            "direction",
            "currency",
            "transaction_date",
            "transaction_time",
            "counterparty_account",
            "counterparty_name",
            "balance_after",
            "initiator",
            "entry_channel",
            "purpose",
            "risk_score",
            "risk_flag",
        ],
        required,
    }
}

/// A row as it will be taken, but for its place in the file.
pub(super) fn parse(
    row: &Row<'_>,
    formats: &Formats,
    signs: Signs,
) -> Result<ImportTransaction, String> {
    let transaction_id = TransactionId::parse(row.text("transaction_id"))
        .ok_or("transaction_id must have 1 to 64 visible ASCII characters")?;
    let account_number = row.account_number()?;
    let currency = row.currency()?.ok_or("currency must be an ISO 4217 code")?;
    let (direction, amount) = amount(row, signs)?;
    let amount = Money::parse_positive(amount, currency)
        .map_err(|error| format!("transaction_amount {error}"))?;
    let transaction_type =
        row.word::<TransactionType>("transaction_type")?.ok_or("transaction_type is missing")?;
    let initiator =
        row.word("initiator")?.unwrap_or_else(|| likely_initiator(transaction_type, direction));
    let day = ("transaction_date", row.text("transaction_date"));
    let time = ("transaction_time", row.text("transaction_time"));
    let balance_after = match row.text("balance_after") {
        "" => None,
        text => Some(
            Money::parse(text, currency).map_err(|error| format!("balance_after {error}"))?.minor,
        ),
    };
    let risk_flag = Some(row.words("risk_flag")?).filter(|flag| !flag.is_empty());
    Ok(ImportTransaction {
        record: 0,
        transaction_id,
        account_number,
        transaction_type,
        direction,
        amount,
        initiator,
        entry_channel: row.word("entry_channel")?.unwrap_or(EntryChannel::Unspecified),
        purpose: row.word("purpose")?.unwrap_or(Purpose::Unspecified),
        counterparty_account: row.words("counterparty_account")?,
        counterparty_name: row.words("counterparty_name")?,
        value_time: formats.past_at(day, time)?.ok_or("transaction_date is missing")?,
        balance_after_minor: balance_after,
        risk_score: score(row.text("risk_score"))?,
        risk_flag,
    })
}

fn amount<'a>(row: &Row<'a>, signs: Signs) -> Result<(Direction, &'a str), String> {
    let text = row.text("transaction_amount");
    match signs {
        Signs::Amount => Ok(match text.strip_prefix('-') {
            Some(amount) => (Direction::Debit, amount),
            None => (Direction::Credit, text.strip_prefix('+').unwrap_or(text)),
        }),
        Signs::Direction => match row.text("direction") {
            "CREDIT" | "C" | "贷" => Ok((Direction::Credit, text)),
            "DEBIT" | "D" | "借" => Ok((Direction::Debit, text)),
            _ => Err("direction must be CREDIT or DEBIT (or C, D, 贷, 借)".to_owned()),
        },
    }
}

fn score(text: &str) -> Result<Option<i32>, String> {
    match text {
        "" => Ok(None),
        text => text
            .parse::<i32>()
            .ok()
            .filter(|score| (0..=100).contains(score))
            .map(Some)
            .ok_or_else(|| "risk_score must be a whole number from 0 to 100".to_owned()),
    }
}

/// Takes a window, so many chunks at once.
///
/// # Errors
/// When the database can't be used. Chunks that were done by then are done.
pub(super) async fn take(
    core: &Core,
    run_id: i64,
    writers: usize,
    mut rows: Vec<(Position, ImportTransaction)>,
) -> Result<Outcome, CliError> {
    for (at, row) in &mut rows {
        row.record = at.record();
    }
    rows.sort_by(|(_, one), (_, other)| one.account_number.cmp(&other.account_number));
    let (places, rows): (Vec<Position>, Vec<ImportTransaction>) = rows.into_iter().unzip();
    let (places, rows) = (&places, &rows);
    stream::iter(chunks(rows))
        .map(|chunk| async move {
            let taken = core.intake.take(run_id, &rows[chunk.clone()]).await;
            Ok((chunk.start, taken.map_err(interrupted)?))
        })
        .buffer_unordered(writers)
        .try_fold(Outcome::default(), |mut outcome, (start, taken)| async move {
            outcome.taken += taken.new;
            outcome.present += taken.present;
            let unfit = taken.unfit.into_iter();
            let rejected = unfit.map(|(at, why)| (places[start + at].clone(), why.to_string()));
            outcome.rejected.extend(rejected);
            Ok(outcome)
        })
        .await
}

/// Cuts sorted rows into chunks, never between rows of one account.
fn chunks(rows: &[ImportTransaction]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut chunk = 0..0;
    for rows in rows.chunk_by(|one, next| one.account_number == next.account_number) {
        chunk.end += rows.len();
        if chunk.len() >= CHUNK_ROWS {
            chunks.push(chunk.clone());
            chunk.start = chunk.end;
        }
    }
    if !chunk.is_empty() {
        chunks.push(chunk);
    }
    chunks
}
