//! A channel's statement: what its log says was paid, came back or was rejected for ever, of what the
//! channel was given in a period, whenever that happened, and what happened in the period to what it
//! was given before. It tells the truth, also about payouts of which the channel says nothing or
//! something else.
//!
//! Each thing that happened is a line of its own: a payout that was paid and whose money came back in
//! the same period has two.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};

use super::behaviour::Reason;
use super::log::{Fact, LogError, Terms, What, scan};
use super::payout::channel_code;
use crate::domain::money::Money;

/// The names of the columns, in their order.
const COLUMNS: [&str; 8] = [
    "payout_key",
    "routing_token",
    "state",
    "currency_code",
    "amount",
    "payee_account_number",
    "time",
    "channel_code",
];

/// From when until when, the end not included; without an end on a side that is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first instant.
    pub from: Option<DateTime<Utc>>,
    /// The first instant after it.
    pub until: Option<DateTime<Utc>>,
}

/// What happened to a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was paid.
    Settled,
    /// What was paid came back.
    Returned,
    /// It was rejected for ever.
    Rejected,
}

/// A line of a statement. It doesn't say which account was paid: the channel's log names no payee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of which payout.
    pub payout_key: Arc<str>,
    /// As it came with the submission.
    pub routing_token: Arc<str>,
    /// What happened.
    pub state: State,
    /// How much was paid, came back, or was asked for.
    pub amount: Money,
    /// When.
    pub time: DateTime<Utc>,
    /// The channel's own code for the reason; empty for a payment.
    pub channel_code: String,
}

impl Period {
    fn holds(self, time: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time < until)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Settled => "SETTLED",
            Self::Returned => "RETURNED",
            Self::Rejected => "REJECTED",
        })
    }
}

/// The statement of a period, by time and then by key.
///
/// # Errors
/// When the log can't be read, or a line of it is no fact or about a payout that was not taken.
pub fn rows(log: &Path, period: Period) -> Result<Vec<Row>, LogError> {
    let mut taken = HashMap::new();
    let mut rows = Vec::new();
    scan(log, |Fact { time, payout_key, what }| {
        let happened = match what {
            What::Taken(Terms { routing_token, amount, .. }) => {
                taken.insert(payout_key, (time, routing_token, amount));
                return Ok(());
            }
            What::Paid { amount, .. } => (State::Settled, Some(amount), None),
            What::Returned { amount, reason, .. } => (State::Returned, Some(amount), Some(reason)),
            What::Rejected { reason, .. } => (State::Rejected, None, Some(reason)),
            What::Tombstone { .. }
            | What::Forgotten { .. }
            | What::Contradicted { .. }
            | What::PutOff { .. }
            | What::Lost { .. } => return Ok(()),
        };
        let (given, routing_token, asked) =
            taken.get(&payout_key).ok_or("is about a payout that was not taken")?;
        if period.holds(*given) || period.holds(time) {
            let (state, amount, reason): (State, Option<Money>, Option<Reason>) = happened;
            rows.push(Row {
                payout_key,
                routing_token: Arc::clone(routing_token),
                state,
                amount: amount.unwrap_or(*asked),
                time,
                channel_code: reason.map(channel_code).unwrap_or_default(),
            });
        }
        Ok(())
    })?;
    // Stable: what came back at the very instant of its payment stays behind it.
    rows.sort_by(|one, other| (one.time, &one.payout_key).cmp(&(other.time, &other.payout_key)));
    Ok(rows)
}

/// A statement as CSV text with a header line. Amounts are in major units, times in RFC 3339, UTC.
pub fn csv(rows: &[Row]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: [&str; 8]| {
        writer.write_record(fields).expect("memory takes any number of rows of eight fields");
    };
    write(COLUMNS);
    for row in rows {
        write([
            &row.payout_key,
            &row.routing_token,
            &row.state.to_string(),
            row.amount.currency.code(),
            &row.amount.to_string(),
            "",
            &row.time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            &row.channel_code,
        ]);
    }
    let bytes = writer.into_inner().expect("memory takes what is left");
    String::from_utf8(bytes).expect("every field is text")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TAKEN: &str = r#"{"time":"TIME","payout_key":"KEY","fact":"taken","withdrawal_id":"w","amount":{"minor":1050,"currency":"CNY"},"payee_digest":"00","routing_token":"a,\"b","course":"settle=0s"}"#;
    const PAID: &str = r#"{"time":"TIME","payout_key":"KEY","fact":"paid","withdrawal_id":"w","amount":{"minor":1050,"currency":"CNY"}}"#;

    fn log(lines: &[(&str, &str, &str)]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for (line, key, time) in lines {
            writeln!(file, "{}", line.replace("KEY", key).replace("TIME", time)).unwrap();
        }
        file
    }

    #[test]
    fn a_period_holds_its_begin_and_not_its_end() {
        let (begin, first) = ("2026-03-10T02:00:00Z", "2026-03-10T02:00:01Z");
        let second = "2026-03-10T02:00:02.5Z";
        let log = log(&[
            (TAKEN, "b", begin),
            (TAKEN, "a", begin),
            (TAKEN, "c", first),
            (PAID, "c", second),
            (PAID, "b", first),
            (PAID, "a", first),
        ]);
        let keys = |from: Option<&str>, until: Option<&str>| {
            let instant = |text: &str| text.parse().unwrap();
            let period = Period { from: from.map(instant), until: until.map(instant) };
            let rows = rows(log.path(), period).unwrap();
            rows.iter().map(|row| row.payout_key.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(keys(None, None), ["a", "b", "c"]);
        assert_eq!(keys(None, Some(first)), ["a", "b"], "given before, and paid then");
        assert_eq!(keys(None, Some(second)), ["a", "b", "c"], "given before, and paid then");
        assert_eq!(keys(Some(second), None), ["c"], "given before");
        assert_eq!(keys(Some(first), Some(first)), [""; 0]);
    }

    #[test]
    fn a_field_with_a_comma_or_a_quote_is_quoted() {
        let log =
            log(&[(TAKEN, "a", "2026-03-10T02:00:00Z"), (PAID, "a", "2026-03-10T02:00:02.5Z")]);
        let text = csv(&rows(log.path(), Period::default()).unwrap());
        let mut lines = text.lines();
        assert_eq!(
            lines.next().unwrap(),
            "payout_key,routing_token,state,currency_code,amount,payee_account_number,time,channel_code"
        );
        let expected = r#"a,"a,""b",SETTLED,CNY,10.50,,2026-03-10T02:00:02.500Z,"#;
        assert_eq!((lines.next(), lines.next()), (Some(expected), None));
    }

    #[test]
    fn what_was_never_taken_is_an_error() {
        let log = log(&[(PAID, "a", "2026-03-10T02:00:02Z")]);
        let refused = rows(log.path(), Period::default()).unwrap_err().to_string();
        assert!(refused.contains("line 1") && refused.contains("was not taken"), "{refused}");
    }
}
