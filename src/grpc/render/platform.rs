//! Bindings of cards to platforms: as the bank sees them, and as a platform may.

use super::timestamp;
use crate::ask::mask;
use crate::ask::platform::BoundCard;
use crate::domain::platform::PlatformBinding;
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::pb::v1;
use crate::text;

/// A binding as the bank sees it, the card's number as the caller may read it.
pub(crate) fn platform_binding(binding: &PlatformBinding, caller: &Caller) -> v1::PlatformBinding {
    v1::PlatformBinding {
        platform_id: binding.platform_id.as_str().to_owned(),
        account_number: binding.account_number.as_str().to_owned(),
        card_number: mask::card_number(&binding.card_number, &caller.principal),
        bind_time: Some(timestamp(binding.bound_time)),
        unbind_time: binding.ended_time.map(timestamp),
    }
}

/// A binding as a platform may see it: that something is wrong, never what.
pub(crate) fn card_binding(bound: &BoundCard, caller: &Caller) -> v1::CardBinding {
    let status = bound.account.status();
    v1::CardBinding {
        platform_id: bound.binding.platform_id.as_str().to_owned(),
        card_number: mask::card_number(&bound.binding.card_number, &caller.principal),
        card_state: bound.card.card_status.number(),
        account_status: status.number(),
        account_status_code: status.code().to_owned(),
        abnormal: bound.is_abnormal(),
        status_desc: text::status_description(status, caller.locale).into_owned(),
        bind_time: Some(timestamp(bound.binding.bound_time)),
    }
}
