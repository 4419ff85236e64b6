//! Refuses what has not the form of a unary gRPC call: another content type, or more than one
//! message. The decoder would read the first message and drop the others without a word.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use super::{Around, Inner, Next, brings_a_stream};
use crate::grpc::caller::Caller;
use crate::grpc::failure::Failure;
use crate::grpc::failure::Violations;

const GRPC: &str = "application/grpc";
/// A message's flag and length stand in front of it.
const PREFIX_BYTES: usize = 5;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct Form;

impl Around for Form {
    async fn call<S: Inner>(self, request: Request<Body>, next: Next<S>) -> Response<Body> {
        // Reflection is a stream; like health it has no caller.
        let Some(caller) = request.extensions().get::<Arc<Caller>>().cloned() else {
            return next.run(request).await;
        };
        if !is_grpc(request.headers()) {
            let text = "must be application/grpc or application/grpc+proto";
            return refused(CONTENT_TYPE.as_str(), text, &caller).into_http();
        }
        if brings_a_stream(request.uri().path()) {
            return next.run(request).await;
        }
        let scan = Scan::default();
        next.run(request.map(|inner| Body::new(OneMessage { inner, scan, caller }))).await
    }
}

fn refused(field: &str, text: &str, caller: &Caller) -> Status {
    let mut violations = Violations::new();
    violations.add(field, text);
    Failure::from(violations).status(&caller.audience())
}

fn is_grpc(headers: &HeaderMap) -> bool {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let subtype = said.strip_prefix(GRPC).unwrap_or("?");
    let (subtype, _) = subtype.split_once(';').unwrap_or((subtype, ""));
    matches!(subtype.trim_end(), "" | "+proto")
}

/// A request body that fails when anything follows its first message.
struct OneMessage {
    inner: Body,
    scan: Scan,
    caller: Arc<Caller>,
}

impl http_body::Body for OneMessage {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if let Some(Ok(frame)) = &polled
            && let Some(data) = frame.data_ref()
            && !self.scan.takes(data)
        {
            let status = refused("", "the call takes one message", &self.caller);
            return Poll::Ready(Some(Err(status)));
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

/// How far into its one message a body is.
#[derive(Debug, Default)]
struct Scan {
    prefix: [u8; PREFIX_BYTES],
    filled: usize,
    taken: u64,
}

impl Scan {
    /// Takes the next bytes; false when they lie beyond the first message.
    fn takes(&mut self, data: &[u8]) -> bool {
        let missing = self.prefix.iter_mut().skip(self.filled).zip(data);
        let filled = missing.map(|(prefix, byte)| *prefix = *byte).count();
        self.filled += filled;
        self.taken += u64::try_from(data.len() - filled).unwrap_or(u64::MAX);
        let [_, length @ ..] = self.prefix;
        self.filled < PREFIX_BYTES || self.taken <= u32::from_be_bytes(length).into()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn one_message_is_taken_however_it_is_cut() {
        let message = [0, 0, 0, 0, 3, b'a', b'b', b'c'];
        for cut in 0..=message.len() {
            let mut scan = Scan::default();
            let (head, tail) = message.split_at(cut);
            assert!(scan.takes(head) && scan.takes(tail), "{cut}");
            assert!(scan.takes(&[]));
            assert!(!scan.takes(&[0]));
        }
    }

    #[test]
    fn two_messages_are_refused_however_they_are_cut() {
        let messages = [0, 0, 0, 0, 1, b'a', 0, 0, 0, 0, 0];
        for cut in 0..=messages.len() {
            let mut scan = Scan::default();
            let (head, tail) = messages.split_at(cut);
            assert!(!(scan.takes(head) && scan.takes(tail)), "{cut}");
        }
    }

    #[test]
    fn an_empty_message_is_a_message() {
        let mut scan = Scan::default();
        assert!(scan.takes(&[0, 0, 0, 0, 0]));
    }

    #[test]
    fn only_grpc_with_protobuf_is_understood() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            is_grpc(&headers)
        };
        for good in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"]
        {
            assert!(with(good), "{good}");
        }
        for bad in
            ["application/json", "application/grpc-web", "application/grpc+json", "text/html"]
        {
            assert!(!with(bad), "{bad}");
        }
        assert!(!is_grpc(&HeaderMap::new()));
    }
}
