//! Gives every call an id: the caller's `x-request-id` if it is usable, else a fresh one. It goes
//! into the request, into a span around the call, and back to the caller in the trailers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;
use tracing::Instrument;

use super::{Around, Inner, Next};
use crate::clock::Clock;
use crate::domain::id::{ID_MAX_CHARS, RowId, is_visible_ascii};
use crate::grpc::caller::CallId;

static HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct CallIds {
    /// Makes ids for callers that bring none.
    pub(in crate::grpc) clock: Clock,
}

impl Around for CallIds {
    async fn call<S: Inner>(self, mut request: Request<Body>, next: Next<S>) -> Response<Body> {
        let id = brought(request.headers())
            .unwrap_or_else(|| RowId::from(self.clock.new_id()).as_str().into());
        let span = tracing::info_span!("call", request.id = &*id);
        let value = HeaderValue::from_str(&id).expect("ids are visible ASCII");
        request.extensions_mut().insert(CallId(id));
        let mut response = next.run(request).instrument(span).await;
        if response.headers().contains_key(Status::GRPC_STATUS) {
            // A response without a body: its headers are the trailers.
            response.headers_mut().insert(HEADER.clone(), value);
            return response;
        }
        response.map(|inner| Body::new(WithTrailer { inner, value: Some(value) }))
    }
}

fn brought(headers: &HeaderMap) -> Option<Arc<str>> {
    let id = headers.get(&HEADER)?.to_str().ok()?;
    is_visible_ascii(id, ID_MAX_CHARS).then(|| id.into())
}

/// A body that adds the id to the trailers.
struct WithTrailer {
    inner: Body,
    value: Option<HeaderValue>,
}

impl http_body::Body for WithTrailer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut polled = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &mut polled
            && let Some(trailers) = frame.trailers_mut()
            && let Some(value) = self.value.take()
        {
            trailers.insert(HEADER.clone(), value);
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_ids_are_replaced() {
        let with = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(&HEADER, HeaderValue::from_bytes(value).unwrap());
            brought(&headers).map(|id| id.to_string())
        };
        assert_eq!(with(b"load-1").as_deref(), Some("load-1"));
        for bad in [&b""[..], b"a b", b"a\tb", b"caf\xc3\xa9", &[b'x'; 65]] {
            assert_eq!(with(bad), None, "{bad:?}");
        }
    }
}
