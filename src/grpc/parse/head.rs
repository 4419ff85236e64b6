//! What every mutation carries beside its content: the account, the request id, the etag, and
//! whether it is to take effect.

use super::Violations;
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::id::{AccountNumber, RequestId};
use crate::grpc::caller::Caller;
use crate::grpc::failure::Failure;

/// The head of a mutation, as far as it could be read.
#[derive(Debug)]
pub(super) struct Head {
    /// The account it is about.
    pub(super) account_number: Option<AccountNumber>,
    request_id: Option<RequestId>,
    expected_version: Option<i64>,
    effect: Effect,
}

impl Head {
    /// Reads the fields that every mutation has.
    pub(super) fn read(
        wrong: &mut Violations,
        account_number: &str,
        request_id: &str,
        validate_only: bool,
    ) -> Self {
        Self {
            account_number: wrong.account_number("account_number", account_number),
            request_id: wrong.typed_id("request_id", request_id, RequestId::parse),
            expected_version: None,
            effect: if validate_only { Effect::ValidateOnly } else { Effect::Take },
        }
    }

    /// Adds the status version that the caller insists on.
    pub(super) fn at_version(self, wrong: &mut Violations, etag: &str) -> Self {
        Self { expected_version: wrong.status_version("etag", etag), ..self }
    }

    /// The envelope, unless anything is wrong.
    pub(super) fn seal(
        self,
        wrong: Violations,
        caller: &Caller,
        command: Command,
    ) -> Result<Envelope, Failure> {
        let (Some(account_number), Some(request_id)) = (self.account_number, self.request_id)
        else {
            return Err(wrong.into());
        };
        wrong.check()?;
        Ok(Envelope {
            principal: caller.principal.clone(),
            account_number,
            request_id,
            deadline: caller.deadline,
            expected_version: self.expected_version,
            effect: self.effect,
            entry_channel: caller.entry_channel,
            command,
        })
    }
}
