//! What is known of a holder's identity.

use super::timestamp;
use crate::domain::review::Review;
use crate::grpc::names::Named;
use crate::pb::v1;

/// The record; never the number of a document.
pub(crate) fn identity(review: Review) -> v1::IdentityRecord {
    v1::IdentityRecord {
        holder_kind: review.holder_kind.number(),
        document_expiry_date: review
            .document_expiry_date
            .map_or_else(String::new, |day| day.to_string()),
        notice_time: review.noticed_time.map(timestamp),
        grace_until_time: review.grace_until_time.map(timestamp),
        excuse: review.excuse,
        verify_time: review.verified_time.map(timestamp),
    }
}
