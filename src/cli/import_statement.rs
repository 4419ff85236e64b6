//! `import-statement FILE`: hands a channel's statement to a running service, and prints what came of
//! it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;
use futures::stream::unfold;
use tonic::Status;
use tonic::transport::Endpoint;
use tonic_types::StatusExt as _;

use super::{CliError, print};
use crate::pb::v1;
use crate::pb::v1::channel_service_client::ChannelServiceClient;
use crate::pb::v1::import_statement_request::Part;
use crate::wire::timestamp;

/// Bytes of the file in one message.
const PIECE_BYTES: usize = 60_000;
/// After so many bytes it is said how far it is.
const TELL_EVERY_BYTES: u64 = 10_000_000;

/// Hand a channel's statement to a running service
#[derive(Debug, Args)]
pub(super) struct ImportStatement {
    /// The statement: CSV in UTF-8 whose first line names the columns payout_key, routing_token, state,
    /// currency_code, amount, payee_account_number, time, channel_code
    file: PathBuf,
    /// Where the service is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50051")]
    server: String,
    /// As whom to call
    #[arg(long, value_name = "NAME")]
    principal: Option<String>,
    /// The channel
    #[arg(long, value_name = "ID")]
    channel_id: String,
    /// The channel's own number of the statement
    #[arg(long, value_name = "ID")]
    statement_id: String,
    /// It lists what the channel was given at this instant or later, such as 2026-11-20T16:00:00Z
    #[arg(long, value_name = "TIME")]
    from: DateTime<Utc>,
    /// And before this one
    #[arg(long, value_name = "TIME")]
    until: DateTime<Utc>,
    /// What it does not list was not paid and never will be
    #[arg(long = "final", requires = "lines")]
    is_final: bool,
    /// How many lines it has, as the channel says, without the line of names; nothing is proven where
    /// others come
    #[arg(long, value_name = "N")]
    lines: Option<i64>,
}

/// How far the file is read.
struct Reading {
    file: File,
    read: u64,
    told: u64,
    header: Option<v1::StatementHeader>,
}

impl ImportStatement {
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let name = self.file.display().to_string();
        let unread = |error| CliError::Io(format!("cannot read {name}"), error);
        let file = File::open(&self.file).map_err(unread)?;
        let header = v1::StatementHeader {
            channel_id: self.channel_id,
            statement_id: self.statement_id,
            period_start_time: Some(timestamp(self.from)),
            period_end_time: Some(timestamp(self.until)),
            r#final: self.is_final,
            line_count: self.lines,
        };
        let away = |error| CliError::Refused(format!("cannot reach {}: {error}", self.server));
        let endpoint = Endpoint::from_shared(self.server.clone()).map_err(away)?;
        let mut client = ChannelServiceClient::new(endpoint.connect().await.map_err(away)?);
        let reading = Reading { file, read: 0, told: 0, header: Some(header) };
        let messages = unfold(reading, |mut reading| async {
            let part = reading.next()?;
            Some((v1::ImportStatementRequest { part: Some(part) }, reading))
        });
        let mut request = tonic::Request::new(messages);
        if let Some(principal) = &self.principal {
            let value = principal.parse();
            let value = value.map_err(|_not| CliError::Refused("--principal is no name".into()))?;
            request.metadata_mut().insert(crate::auth::PRINCIPAL_HEADER, value);
        }
        let answer = client.import_statement(request).await;
        let answer = answer.map_err(|status| CliError::Refused(refused(&status)))?;
        print(&told(&answer.into_inner().report.unwrap_or_default()))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Reading {
    /// The next message; none at the end of the file, or when it can't be read further, which leaves
    /// the import cut off.
    fn next(&mut self) -> Option<Part> {
        if let Some(header) = self.header.take() {
            return Some(Part::Header(header));
        }
        let mut piece = vec![0; PIECE_BYTES];
        let count = match self.file.read(&mut piece) {
            Ok(count) => count,
            // Nothing that the service takes: it refuses the statement.
            Err(error) => {
                tracing::error!(%error, "the file can't be read further");
                return Some(Part::Csv(vec![0xff, b'\n']));
            }
        };
        if count == 0 {
            return None;
        }
        piece.truncate(count);
        self.read = self.read.saturating_add(u64::try_from(count).unwrap_or(0));
        if self.read.saturating_sub(self.told) >= TELL_EVERY_BYTES {
            self.told = self.read;
            // Who doesn't look at it misses nothing.
            let _said = writeln!(std::io::stderr(), "{} MB handed over", self.read / 1_000_000);
        }
        Some(Part::Csv(piece))
    }
}

/// Why it was refused, with each field that is wrong on a line of its own.
fn refused(status: &Status) -> String {
    let mut out = format!("refused: {:?} {}", status.code(), status.message());
    let wrong = status.get_details_bad_request();
    for violation in wrong.map(|wrong| wrong.field_violations).unwrap_or_default() {
        let _ = write!(out, "\n  {}: {}", violation.field, violation.description);
    }
    out
}

/// The report. Writing into a text cannot fail, so the results of `writeln!` are dropped.
fn told(report: &v1::StatementReport) -> String {
    let mut out = String::new();
    let again = if report.repeated_import { ", imported before" } else { "" };
    let (channel, statement) = (&report.channel_id, &report.statement_id);
    let _ = writeln!(out, "statement {statement} of {channel}: {} lines{again}", report.lines);
    for (count, what) in [
        (report.matched, "say what we know"),
        (report.applied, "moved something"),
        (report.contradicting, "contradict what we know"),
        (report.unknown, "are about nothing that we know: see the inbox"),
        (report.proven_dead, "not listed, and proven dead"),
        (report.missing, "not listed, though paid here"),
        (report.still_open, "not listed, and still open"),
    ] {
        let _ = writeln!(out, "{count:>10} {what}");
    }
    for difference in &report.differences {
        let kind = difference.kind().as_str_name().trim_start_matches("STATEMENT_DIFFERENCE_KIND_");
        let state = match difference.listed_state() {
            v1::StatementLineState::Unspecified => String::new(),
            state => state.as_str_name().replace("STATEMENT_LINE_STATE_", " "),
        };
        let amount = difference.listed_amount.as_ref();
        let amount = amount.map(|money| format!(" {} {}", money.amount, money.currency_code));
        let amount = amount.unwrap_or_default();
        let _ = writeln!(out, "{kind:>12} {}{state}{amount}", difference.payout_key);
    }
    out
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::{ErrorDetails, FieldViolation};

    use super::*;

    #[test]
    fn a_refusal_names_what_is_wrong() {
        let wrong = [
            FieldViolation::new("lines[3].amount", "has 3 decimals"),
            FieldViolation::new("lines[7].state", "is required"),
        ];
        let details = ErrorDetails::with_bad_request(wrong);
        let status = Status::with_error_details(Code::InvalidArgument, "not so", details);
        let told = "refused: InvalidArgument not so\n  lines[3].amount: has 3 decimals\n  \
            lines[7].state: is required";
        assert_eq!(refused(&status), told);
        assert_eq!(refused(&Status::unavailable("gone")), "refused: Unavailable gone");
    }
}
