//! What a channel reports by itself.
//!
//! Malformed is what no channel may send. A report that is well formed and about nothing that we
//! know is not malformed: it is kept for people to look at.

use super::field::ID_MAX;
use super::{Failure, Violations};
use crate::domain::act::record_evidence::RecordEvidence;
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::id::{AccountNumber, ChannelId, RequestId, is_visible_ascii};
use crate::domain::inbox::Hearsay;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::evidence::{Source, Statement};
use crate::grpc::caller::Caller;
use crate::payout::said::said;
use crate::pb::channel::v1 as channel;
use crate::pb::channel::v1::payout_result::Result as Reported;

/// The longest routing token.
const TOKEN_MAX: usize = 128;
const NOT_REPORTED: &str = "is not reported: only accepted, settled, a final rejection, in_progress, \
     tombstone and returned are";

/// A report.
#[derive(Debug)]
pub(crate) struct Report {
    /// The command; absent when the key or the token is none that we ever gave out.
    pub(crate) envelope: Option<Envelope>,
    /// What is kept of it when it fits nothing.
    pub(crate) hearsay: Hearsay,
}

/// ReportPayout.
pub(crate) fn report_payout(
    body: channel::ReportPayoutRequest,
    caller: &Caller,
) -> Result<Report, Failure> {
    let mut wrong = Violations::new();
    let channel_id = wrong.typed_id("channel_id", &body.channel_id, ChannelId::parse);
    wrong.handed_out("payout_key", &body.payout_key, ID_MAX);
    wrong.handed_out("routing_token", &body.routing_token, TOKEN_MAX);
    wrong.result(body.result.as_ref());
    wrong.check()?;
    let said = said(body.result);
    let (Some((said, channel_code)), Some(channel_id)) = (said, channel_id) else {
        let mut wrong = Violations::new();
        wrong.add("result", "says nothing that can be used");
        return Err(wrong.into());
    };
    let key = PayoutKey::parse(&body.payout_key);
    // Channels keep the token as it is; to us it names the account.
    let account = AccountNumber::parse(&body.routing_token);
    let hearsay = Hearsay {
        channel_id: channel_id.clone(),
        payout_key: body.payout_key,
        routing_token: body.routing_token,
        source: Source::Callback,
        said: said.clone(),
        channel_code: channel_code.clone(),
    };
    let (Some(key), Some(account_number)) = (key, account) else {
        return Ok(Report { envelope: None, hearsay });
    };
    let statement = Statement { key, source: Source::Callback, epoch: 0, said, channel_code };
    let id = format!("report:{}:{}", statement.key, statement.evidence_id());
    let record = RecordEvidence { statement, channel_id: Some(channel_id), promise_secs: None };
    let envelope = Envelope {
        principal: caller.principal.clone(),
        account_number,
        request_id: RequestId::internal(&id),
        deadline: caller.deadline,
        expected_version: None,
        effect: Effect::Take,
        entry_channel: caller.entry_channel,
        command: Command::RecordEvidence(Box::new(record)),
    };
    Ok(Report { envelope: Some(envelope), hearsay })
}

impl Violations {
    /// A text that was handed out to the channel and has to come back.
    fn handed_out(&mut self, field: &str, text: &str, max: usize) {
        if text.is_empty() {
            self.add(field, "is required");
        } else if !is_visible_ascii(text, max) {
            self.add(field, &format!("must be at most {max} visible ASCII characters"));
        }
    }

    /// What may be reported, and in which form.
    fn result(&mut self, result: Option<&channel::PayoutResult>) {
        match result.and_then(|result| result.result.as_ref()) {
            None => self.add("result", "is required"),
            Some(Reported::Accepted(_) | Reported::InProgress(_) | Reported::Tombstone(_)) => {}
            Some(Reported::UnknownKey(_)) => self.add("result.unknown_key", NOT_REPORTED),
            Some(Reported::Settled(settled)) => {
                self.required_money("result.settled.amount", settled.amount.clone());
                let payee = &settled.payee_account_number;
                self.optional_account_number("result.settled.payee_account_number", payee);
                self.time("result.settled.settle_time", settled.settle_time);
            }
            Some(Reported::Returned(returned)) => {
                self.required_money("result.returned.amount", returned.amount.clone());
                self.time("result.returned.return_time", returned.return_time);
            }
            Some(Reported::Rejected(rejected)) => {
                let field = "result.rejected.finality";
                match channel::Finality::try_from(rejected.finality) {
                    Ok(channel::Finality::Final) => {}
                    Ok(channel::Finality::Transient) => self.add(field, NOT_REPORTED),
                    Ok(channel::Finality::Unspecified) => self.add(field, "is required"),
                    Err(_) => self.add(field, "is not a value of this enum"),
                }
                let code = &rejected.channel_code;
                if !code.is_empty() && !is_visible_ascii(code, ID_MAX) {
                    let text = "must be at most 64 visible ASCII characters";
                    self.add("result.rejected.channel_code", text);
                }
            }
        }
    }
}
