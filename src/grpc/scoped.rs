//! The services as a principal with chosen scopes reaches them: without the layer that would give it
//! every scope.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tonic::body::Body;
use tower::ServiceExt;
use tower::util::BoxCloneService;

use super::caller::{CallId, Caller};
use super::{Services, health, routes};
use crate::domain::principal::Principal;
use crate::domain::transaction::EntryChannel;
use crate::text::Locale;

/// What a client calls.
pub(crate) type Edge = BoxCloneService<http::Request<Body>, http::Response<Body>, Infallible>;

/// The services, as this principal calls them.
pub(crate) fn edge(services: Services, principal: Principal) -> Edge {
    let caller = Arc::new(Caller {
        principal,
        locale: Locale::English,
        zone: services.zone,
        accounts_max: services.accounts_max,
        call_id: CallId("call-1".into()),
        entry_channel: EntryChannel::Unspecified,
        deadline: Instant::now() + Duration::from_secs(60),
    });
    let (_, health) = health();
    let named = move |mut request: http::Request<Body>| {
        request.extensions_mut().insert(Arc::clone(&caller));
        request
    };
    routes(services, health).map_request(named).boxed_clone()
}
