//! A panic while a call is handled becomes INTERNAL. The panic hook has written where it was; this
//! line says which call it broke.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use http::{Request, Response};
use tonic::body::Body;

use super::failures::locale;
use super::{Around, Inner, Next};
use crate::domain::refusal::Reason;
use crate::grpc::caller::{Audience, CallId};
use crate::grpc::failure::Failure;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct CatchPanic;

impl Around for CatchPanic {
    async fn call<S: Inner>(self, request: Request<Body>, next: Next<S>) -> Response<Body> {
        let locale = locale(request.headers());
        let call_id = request.extensions().get::<CallId>().cloned();
        // Nothing that the call could have left half done is looked at again: handlers own no
        // state, and the write path runs elsewhere.
        match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(_) => {
                let call_id = call_id.as_ref().map_or("", |id| &id.0);
                tracing::error!(request.id = call_id, "a call panicked");
                let audience = Audience::unknown(locale, call_id);
                Failure::from(Reason::Internal).status(&audience).into_http()
            }
        }
    }
}
