//! What surrounds every call: one file for each concern, each an [`Around`]. The stack itself is
//! listed where the server is built.
//!
//! All layers speak the same types, so a layer is one async function and no generic stack has to
//! be spelled out; the price is one boxed future for each layer and call.

mod access_log;
mod batches;
mod call_id;
mod caller;
mod catch_panic;
mod deadline;
mod failures;
mod form;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service, ServiceExt};

pub(super) use access_log::AccessLog;
pub(super) use batches::Batches;
pub(super) use call_id::CallIds;
pub(super) use caller::Callers;
pub(super) use catch_panic::CatchPanic;
pub(super) use deadline::Deadline;
pub(super) use failures::Failures;
pub(super) use form::Form;

use super::IMPORT_STATEMENT;

/// Something done around a call.
pub(super) trait Around: Clone + Send + Sync + 'static {
    /// Does it: hands the request on, or answers by itself.
    fn call<S: Inner>(
        self,
        request: Request<Body>,
        next: Next<S>,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// A service that layers can go around. It never fails: what goes wrong is a response, too.
pub(super) trait Inner:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> Inner for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// What is inside of a layer, for one call.
#[derive(Debug)]
pub(super) struct Next<S>(S);

impl<S: Inner> Next<S> {
    /// Lets the call go on.
    pub(super) async fn run(self, request: Request<Body>) -> Response<Body> {
        let Ok(response) = self.0.oneshot(request).await;
        response
    }
}

/// The layer that does this around every call.
pub(super) fn around<A: Around>(does: A) -> AroundLayer<A> {
    AroundLayer(does)
}

/// See [`around`].
#[derive(Debug, Clone)]
pub(super) struct AroundLayer<A>(A);

impl<A: Around, S> Layer<S> for AroundLayer<A> {
    type Service = AroundService<A, S>;

    fn layer(&self, inner: S) -> Self::Service {
        AroundService { does: self.0.clone(), inner }
    }
}

/// See [`around`].
#[derive(Debug, Clone)]
pub(super) struct AroundService<A, S> {
    does: A,
    inner: S,
}

impl<A: Around, S: Inner> Service<Request<Body>> for AroundService<A, S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Each call waits for the inner service by itself, on its own clone.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (does, next) = (self.does.clone(), Next(self.inner.clone()));
        Box::pin(async move { Ok(does.call(request, next).await) })
    }
}

/// Whether a call brings a stream of messages: it takes as long as they take to come.
fn brings_a_stream(path: &str) -> bool {
    path == IMPORT_STATEMENT
}

/// Whether a path belongs to the infrastructure that answers anyone: health and reflection.
fn is_infrastructure(path: &str) -> bool {
    path.starts_with("/grpc.health.v1.") || path.starts_with("/grpc.reflection.v1")
}
