//! Who calls, in which language, through which channel and until when: made once by the caller
//! layer, read by every handler.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use tonic::Request;

use crate::domain::principal::{Principal, Scope};
use crate::domain::transaction::EntryChannel;
use crate::text::Locale;

/// The id of a call, for finding it in logs; not a mutation's request id.
#[derive(Debug, Clone)]
pub(crate) struct CallId(pub(crate) Arc<str>);

/// The caller of one call.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Who asks.
    pub(crate) principal: Principal,
    /// The language of the texts.
    pub(crate) locale: Locale,
    /// The bank's zone, in which texts give times.
    pub(crate) zone: Tz,
    /// How many accounts the bank lets a customer have, which texts name.
    pub(crate) accounts_max: i64,
    /// The id of the call.
    pub(crate) call_id: CallId,
    /// Through which channel the customer asks.
    pub(crate) entry_channel: EntryChannel,
    /// When the answer is of no use any more.
    pub(crate) deadline: Instant,
}

impl Caller {
    /// Whether the caller has a scope.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.principal.may(scope)
    }

    /// For whom failures are put into words.
    pub(crate) fn audience(&self) -> Audience<'_> {
        Audience {
            locale: self.locale,
            zone: self.zone,
            accounts_max: Some(self.accounts_max),
            call_id: &self.call_id.0,
            principal: Some(&self.principal),
        }
    }

    /// Takes a request apart: who calls, and what the message says.
    pub(crate) fn of<Q>(request: Request<Q>) -> (Arc<Self>, Q) {
        let caller = request.extensions().get::<Arc<Self>>().cloned();
        let caller = caller.expect("the caller layer runs before every service of ours");
        (caller, request.into_inner())
    }
}

/// For whom a failure is put into words. Calls that fail before their caller is known have one too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Audience<'a> {
    /// The language.
    pub(crate) locale: Locale,
    /// The zone of times in texts.
    pub(crate) zone: Tz,
    /// How many accounts the bank lets a customer have, for who may be told of accounts.
    pub(crate) accounts_max: Option<i64>,
    /// The id of the call.
    pub(crate) call_id: &'a str,
    /// Who asks, when that is known.
    pub(crate) principal: Option<&'a Principal>,
}

impl<'a> Audience<'a> {
    /// A caller of whom only language and call are known. It sees nothing that needs a scope.
    pub(crate) fn unknown(locale: Locale, call_id: &'a str) -> Self {
        Self { locale, zone: Tz::UTC, accounts_max: None, call_id, principal: None }
    }

    /// Whether the reader has a scope.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.principal.is_some_and(|principal| principal.may(scope))
    }
}

/// An instant as texts give it: local, to the minute, readable in every language.
pub(crate) fn local_time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}
