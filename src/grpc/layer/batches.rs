//! Bounds how many calls of a method with large messages, or with streams of them, are read and carried
//! out at once, and with that what messages that never end can hold of the memory.
//!
//! Further ones are refused, not kept waiting: a message that waits unread takes up the window that
//! all calls of its connection share, also that of the calls that it waits for.

use std::sync::Arc;

use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;

use super::{Around, Inner, Next};
use crate::domain::refusal::Reason;
use crate::grpc::caller::Caller;
use crate::grpc::failure::Failure;

/// The most such calls at once.
const BATCHES_MAX: usize = 16;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct Batches {
    path: &'static str,
    free: Arc<Semaphore>,
}

impl Batches {
    /// Bounds the calls of this path.
    pub(in crate::grpc) fn new(path: &'static str) -> Self {
        Self { path, free: Arc::new(Semaphore::new(BATCHES_MAX)) }
    }
}

impl Around for Batches {
    async fn call<S: Inner>(self, request: Request<Body>, next: Next<S>) -> Response<Body> {
        if request.uri().path() != self.path {
            return next.run(request).await;
        }
        let caller = request.extensions().get::<Arc<Caller>>().cloned();
        let caller = caller.expect("the caller layer runs before every service of ours");
        match self.free.try_acquire() {
            Ok(_held_until_answered) => next.run(request).await,
            Err(_none_free) => {
                Failure::from(Reason::Overloaded).status(&caller.audience()).into_http()
            }
        }
    }
}
