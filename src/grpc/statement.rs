//! ImportStatement: a channel's statement, a message at a time. The next message is read when what the
//! one before moved is durable, so that the caller sends no faster than it is taken.

use std::time::Duration;

use chrono::TimeDelta;
use tonic::Streaming;

use super::caller::Caller;
use super::failure::{Failure, Violations};
use super::handler::require;
use super::names::Named;
use super::parse;
use crate::domain::principal::Scope;
use crate::domain::refusal::Reason;
use crate::domain::statement::line::Line;
use crate::domain::statement::{Difference, Standing};
use crate::payout::board::Board;
use crate::pb::v1;
use crate::pb::v1::import_statement_request::Part;
use crate::reconcile::{self, Done, Header, Import, LINES_MAX, Reconciler};
use crate::roster::Rosters;
use crate::wire::{money, timestamp};

/// How long the first message may take.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// What the call works with.
#[derive(Debug, Clone)]
pub struct Statements {
    /// Imports.
    pub reconciler: Reconciler,
    /// The channels.
    pub rosters: Rosters,
    /// What they declare.
    pub board: Board,
}

impl Statements {
    /// Answers the call.
    pub(super) async fn import(
        &self,
        caller: &Caller,
        mut body: Streaming<v1::ImportStatementRequest>,
    ) -> Result<v1::ImportStatementResponse, Failure> {
        // Before anything is read: who may not send it is not waited for.
        require(caller, Scope::StatementWrite)?;
        let header = first(&mut body, HEADER_TIMEOUT).await?;
        let header = parse::statement_header(&header, self.reconciler.clock.now())?;
        self.check(&header).await?;
        let mut import = self.reconciler.begin(&header, &caller.principal).await?;
        let mut lines = parse::Lines::default();
        while let Some(part) = next(&mut body).await? {
            let read = match part {
                Part::Header(_) => return Err(wrong("header", "comes once")),
                Part::Lines(message) => lines.of_message(message)?,
                Part::Csv(bytes) => lines.of_csv(&bytes)?,
            };
            take(&mut import, &read).await?;
        }
        take(&mut import, &lines.end()?).await?;
        let (said, came) = (header.line_count, import.lines());
        if said.is_some_and(|said| said != came) {
            return Err(wrong("header.line_count", &format!("is not how many came: {came}")));
        }
        let done = import.finish().await?;
        Ok(v1::ImportStatementResponse { report: Some(report(done)) })
    }

    /// Whether there is such a channel, and its statement can be final by now.
    async fn check(&self, header: &Header) -> Result<(), Failure> {
        let id = &header.channel_id;
        let roster = self.rosters.now();
        let channel = roster.get(id).ok_or(Reason::ChannelNotFound)?;
        let is_final = header.standing == Standing::Final;
        if is_final && self.board.declared(id).cut_off_secs.is_none() {
            // It may not have been asked yet.
            self.board.probe(channel).await;
        }
        let cut_off = self.board.declared(id).cut_off_secs.map(TimeDelta::seconds);
        let now = self.reconciler.clock.now();
        match header.standing {
            Standing::Preliminary => Ok(()),
            Standing::Final if header.may_be_final(cut_off, now) => Ok(()),
            Standing::Final if cut_off.is_none() => {
                Err(wrong("header.final", "the channel declares no cut-off"))
            }
            Standing::Final => Err(wrong("header.final", "the channel's cut-off is not past yet")),
        }
    }
}

/// The header, for which is not waited long.
async fn first(
    body: &mut Streaming<v1::ImportStatementRequest>,
    patience: Duration,
) -> Result<v1::StatementHeader, Failure> {
    let late = |_elapsed| Failure::from(Reason::DeadlineExceeded);
    match tokio::time::timeout(patience, next(body)).await.map_err(late)?? {
        Some(Part::Header(header)) => Ok(header),
        Some(Part::Lines(_) | Part::Csv(_)) | None => Err(wrong("header", "comes first")),
    }
}

async fn next(body: &mut Streaming<v1::ImportStatementRequest>) -> Result<Option<Part>, Failure> {
    match body.message().await {
        Ok(None) => Ok(None),
        Ok(Some(message)) => match message.part {
            Some(part) => Ok(Some(part)),
            None => Err(wrong("part", "is required")),
        },
        Err(status) => Err(match status.code() {
            // The second is a message that grew too large while it was decompressed.
            tonic::Code::OutOfRange | tonic::Code::ResourceExhausted => {
                Reason::MessageTooLarge.into()
            }
            tonic::Code::DeadlineExceeded => Reason::DeadlineExceeded.into(),
            // The caller left in the middle, or what it sends is no message.
            _ => wrong("part", "the stream broke off"),
        }),
    }
}

async fn take(import: &mut Import, lines: &[Line]) -> Result<(), Failure> {
    let more = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    if import.lines().saturating_add(more) > LINES_MAX {
        return Err(wrong("lines", "a statement has at most 2,000,000 lines"));
    }
    Ok(import.take(lines).await?)
}

fn wrong(field: &str, text: &str) -> Failure {
    let mut wrong = Violations::new();
    wrong.add(field, text);
    wrong.into()
}

impl From<reconcile::Failure> for Failure {
    fn from(failure: reconcile::Failure) -> Self {
        match failure {
            reconcile::Failure::Refused(reason) => reason.into(),
            reconcile::Failure::Ledger(failure) => failure.into(),
            reconcile::Failure::Store(error) => crate::ask::Failure::from(error).into(),
        }
    }
}

fn report(done: Done) -> v1::StatementReport {
    let (run, report) = (done.run, done.report);
    v1::StatementReport {
        channel_id: run.channel_id.as_str().to_owned(),
        statement_id: run.statement_id,
        lines: report.lines,
        matched: report.matched,
        applied: report.applied,
        contradicting: report.contradicting,
        unknown: report.unknown,
        proven_dead: report.proven_dead,
        missing: report.missing,
        still_open: report.still_open,
        differences: report.differences.into_iter().map(difference).collect(),
        import_time: Some(timestamp(run.import_time)),
        repeated_import: done.repeated,
    }
}

fn difference(difference: Difference) -> v1::StatementDifference {
    v1::StatementDifference {
        payout_key: difference.payout_key,
        withdrawal_id: difference.withdrawal_id,
        kind: difference.kind.number(),
        listed_state: difference.listed_state.map_or(0, Named::number),
        listed_amount: difference.listed_amount.map(money),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use tonic::Status;
    use tonic_prost::ProstDecoder;

    use super::*;

    #[tokio::test]
    async fn a_header_is_not_waited_for_long() {
        let never = futures::stream::pending::<Result<Frame<Bytes>, Status>>();
        let body = StreamBody::new(never);
        let mut body = Streaming::new_request(ProstDecoder::default(), body, None, None);
        assert_eq!(
            first(&mut body, Duration::ZERO).await.unwrap_err().reason(),
            Reason::DeadlineExceeded
        );
    }
}
