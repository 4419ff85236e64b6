//! What is newly known of an account's holder.

use super::field::REASON_MAX;
use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::update_identity::{Excuse, UpdateIdentity, Validity, Verification};
use crate::domain::command::{Command, Envelope};
use crate::domain::review::{HolderKind, IdentityKey};
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// UpdateIdentity.
pub(crate) fn update_identity(
    body: v1::UpdateIdentityRequest,
    caller: &Caller,
    key: &IdentityKey,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let says_nothing = body.document_no.is_empty()
        && body.document_expiry_date.is_empty()
        && !body.document_does_not_expire
        && !body.verified
        && body.supplied_items.is_empty()
        && body.excuse.is_empty()
        && body.holder_kind == 0;
    if says_nothing && body.grace_until_time.is_none() {
        wrong.add("document_no", "is required, or another detail");
    }
    let day = wrong.day("document_expiry_date", &body.document_expiry_date);
    let validity = match (day, body.document_does_not_expire) {
        (Some(_), true) => {
            wrong.add("document_does_not_expire", "contradicts document_expiry_date");
            Validity::Unsaid
        }
        (Some(day), false) => Validity::Until(day),
        (None, true) => Validity::Unlimited,
        (None, false) => Validity::Unsaid,
    };
    let until = wrong.time("grace_until_time", body.grace_until_time);
    let said = wrong.words("excuse", body.excuse, REASON_MAX);
    let excuse = match (said.trim().is_empty(), until) {
        (false, Some(until)) => Some(Excuse { words: said, until }),
        (false, None) if body.grace_until_time.is_none() => {
            wrong.add("grace_until_time", "is required with excuse");
            None
        }
        (true, Some(_)) => {
            wrong.add("excuse", "is required with grace_until_time");
            None
        }
        (true | false, None) => None,
    };
    let update = UpdateIdentity {
        document_hash: wrong.document(key, "document_no", body.document_no),
        validity,
        verification: if body.verified { Verification::Done } else { Verification::None },
        supplied_items: wrong.items("supplied_items", body.supplied_items),
        excuse,
        holder_kind: wrong
            .optional_choice::<HolderKind>("holder_kind", body.holder_kind)
            .unwrap_or_default(),
        reason: wrong.words("reason", body.reason, REASON_MAX),
        entry_channel: caller.entry_channel,
    };
    head.seal(wrong, caller, Command::UpdateIdentity(update))
}
