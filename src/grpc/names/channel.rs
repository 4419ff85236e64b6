//! The enums of channels.

use super::Named;
use crate::domain::channel::breaker::BreakerState;
use crate::domain::channel::hours::OpenDays;
use crate::domain::channel::log::ChannelEventKind;
use crate::domain::channel::{ChannelRole, ChannelState};
use crate::pb::v1;

named!(ChannelState = ChannelState { Enabled, Drained, Disabled });
named!(BreakerState = BreakerState { Closed, Open, HalfOpen });
named!(OpenDays = ChannelDays { EveryDay, BusinessDays } RestDays = NonBusinessDays);
named!(
    ChannelEventKind = ChannelEventKind {
        Created,
        Changed,
        Enabled,
        Drained,
        Disabled,
        BreakerOpened,
        BreakerClosed,
        Flagged,
        Unflagged,
        Promoted,
        Exhausted,
    }
);
named!(ChannelRole = ChannelRole { Primary, Backup });
