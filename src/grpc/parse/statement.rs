//! Statements of channels: the header, and lines as messages or as CSV.

use chrono::{DateTime, Utc};

use super::field::ID_MAX;
use super::statement_csv::Csv;
use super::{Failure, Violations};
use crate::domain::id::{ChannelId, is_visible_ascii};
use crate::domain::payout::evidence::{Finality, Paid, Said};
use crate::domain::payout::reason::RejectReason;
use crate::domain::statement::line::Line;
use crate::domain::statement::{ListedState, Standing};
use crate::grpc::names::Named;
use crate::pb::v1;
use crate::reconcile::{self, Header};

/// The most lines of a message.
const LINES_MAX: usize = 500;
/// The longest routing token.
const TOKEN_MAX: usize = 128;

/// The header of a statement.
pub(crate) fn statement_header(
    body: &v1::StatementHeader,
    now: DateTime<Utc>,
) -> Result<Header, Failure> {
    let mut wrong = Violations::new();
    let channel_id = wrong.typed_id("header.channel_id", &body.channel_id, ChannelId::parse);
    let statement_id = body.statement_id.clone();
    if statement_id.is_empty() {
        wrong.add("header.statement_id", "is required");
    } else if !is_visible_ascii(&statement_id, ID_MAX) {
        wrong.add("header.statement_id", "must be 1 to 64 visible ASCII characters");
    }
    let start = wrong.past("header.period_start_time", body.period_start_time, now);
    let end = wrong.past("header.period_end_time", body.period_end_time, now);
    if start.zip(end).is_some_and(|(start, end)| start >= end) {
        wrong.add("header.period_end_time", "must be after period_start_time");
    }
    match body.line_count {
        None if body.r#final => wrong.add("header.line_count", "is required of a final statement"),
        Some(count) if !(0..=reconcile::LINES_MAX).contains(&count) => {
            wrong.add("header.line_count", "must be 0 to 2000000");
        }
        Some(_) | None => {}
    }
    wrong.check()?;
    let (Some(channel_id), Some(period_start), Some(period_end)) = (channel_id, start, end) else {
        return Err(Violations::new().into());
    };
    let standing = if body.r#final { Standing::Final } else { Standing::Preliminary };
    let line_count = body.line_count;
    Ok(Header { channel_id, statement_id, period_start, period_end, standing, line_count })
}

/// Reads the lines of one statement, message by message.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Lines that were read, with the header line of CSV.
    number: u64,
    csv: Csv,
}

impl Lines {
    /// The lines of a message.
    pub(crate) fn of_message(&mut self, body: v1::StatementLines) -> Result<Vec<Line>, Failure> {
        let mut wrong = Violations::new();
        if body.lines.len() > LINES_MAX {
            wrong.add("lines.lines", "must have at most 500 lines");
        }
        wrong.check()?;
        let first = self.number;
        let numbered = body.lines.into_iter().zip(0_u64..);
        let rows = numbered
            .map(|(line, place)| (format!("lines.lines[{place}]"), first + place + 1, line));
        let lines = parsed(rows)?;
        self.number += u64::try_from(lines.len()).unwrap_or(0);
        Ok(lines)
    }

    /// The lines that are whole with these bytes.
    pub(crate) fn of_csv(&mut self, bytes: &[u8]) -> Result<Vec<Line>, Failure> {
        let read = self.csv.take(bytes);
        self.rows(read)
    }

    /// The last line, which need not end with a line break.
    pub(crate) fn end(&mut self) -> Result<Vec<Line>, Failure> {
        let read = self.csv.end();
        self.rows(read)
    }

    fn rows(
        &mut self,
        read: Result<Vec<(u64, v1::StatementLine)>, (u64, String)>,
    ) -> Result<Vec<Line>, Failure> {
        match read {
            Ok(rows) => {
                parsed(rows.into_iter().map(|(number, line)| ("csv".to_owned(), number, line)))
            }
            Err((number, text)) => {
                let mut wrong = Violations::new();
                wrong.add("csv", &format!("line {number}: {text}"));
                Err(wrong.into())
            }
        }
    }
}

/// All lines, or what is wrong with the first that can't be read.
fn parsed(
    rows: impl Iterator<Item = (String, u64, v1::StatementLine)>,
) -> Result<Vec<Line>, Failure> {
    rows.map(|(path, number, line)| {
        let mut wrong = Violations::new();
        let read = wrong.line(line);
        let mut named = Violations::new();
        for (field, text) in wrong.iter() {
            named.add(&format!("{path}.{field}"), &format!("line {number}: {text}"));
        }
        named.check()?;
        read.ok_or_else(|| Violations::new().into())
    })
    .collect()
}

impl Violations {
    /// An instant that is required and not in the future.
    fn past(
        &mut self,
        field: &str,
        time: Option<prost_types::Timestamp>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        if time.is_none() {
            self.add(field, "is required");
        }
        let at = self.time(field, time)?;
        if at > now {
            self.add(field, "lies in the future");
        }
        Some(at)
    }

    fn line(&mut self, line: v1::StatementLine) -> Option<Line> {
        self.visible("payout_key", &line.payout_key, ID_MAX);
        if line.payout_key.is_empty() {
            self.add("payout_key", "is required");
        }
        self.visible("routing_token", &line.routing_token, TOKEN_MAX);
        self.visible("channel_code", &line.channel_code, ID_MAX);
        let payee =
            self.optional_account_number("payee_account_number", &line.payee_account_number);
        let at = self.time("line_time", line.line_time);
        let state = match v1::StatementLineState::try_from(line.state) {
            Ok(state) => ListedState::domain(state),
            Err(_) => None,
        };
        if state.is_none() {
            let said = if line.state == 0 { "is required" } else { "is not a value of this enum" };
            self.add("state", said);
        }
        let amount = match state {
            Some(ListedState::Rejected) => self.money("amount", line.amount),
            Some(ListedState::Settled | ListedState::Returned) | None => {
                self.required_money("amount", line.amount)
            }
        };
        let payee_account = payee.map(|number| number.as_str().to_owned());
        let paid = |payee_account| amount.map(|amount| Paid { amount, payee_account, at });
        let said = match state? {
            ListedState::Settled => Said::Settled(paid(payee_account)?),
            ListedState::Returned => Said::Returned(paid(None)?),
            ListedState::Rejected => Said::Rejected(Finality::Final, RejectReason::Unspecified),
        };
        Some(Line {
            payout_key: line.payout_key,
            routing_token: line.routing_token,
            said,
            channel_code: line.channel_code,
        })
    }

    fn visible(&mut self, field: &str, text: &str, max: usize) {
        if !text.is_empty() && !is_visible_ascii(text, max) {
            self.add(field, &format!("must be at most {max} visible ASCII characters"));
        }
    }
}
