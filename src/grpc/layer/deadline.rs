//! Ends a call when its answer is of no use any more. Dropping the handler loses nothing: a
//! command that reached the write path is decided there, and its request id tells how.
//!
//! Calls of the infrastructure have no caller and so no deadline; theirs may last.

use std::sync::Arc;
use std::time::Instant;

use http::{Request, Response};
use tonic::body::Body;

use super::{Around, Inner, Next};
use crate::domain::refusal::Reason;
use crate::grpc::caller::Caller;
use crate::grpc::failure::Failure;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct Deadline;

impl Around for Deadline {
    async fn call<S: Inner>(self, request: Request<Body>, next: Next<S>) -> Response<Body> {
        let Some(caller) = request.extensions().get::<Arc<Caller>>().cloned() else {
            return next.run(request).await;
        };
        if caller.deadline <= Instant::now() {
            return exceeded(&caller);
        }
        let answer = tokio::time::timeout_at(caller.deadline.into(), next.run(request)).await;
        answer.unwrap_or_else(|_elapsed| exceeded(&caller))
    }
}

fn exceeded(caller: &Caller) -> Response<Body> {
    Failure::from(Reason::DeadlineExceeded).status(&caller.audience()).into_http()
}
