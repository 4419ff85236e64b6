//! Gives details to every error that left the layers and services inside without them: what the
//! transport refused, or a method that doesn't exist.

use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue, Request, Response};
use tonic::body::Body;

use super::{Around, Inner, Next};
use crate::grpc::caller::{Audience, CallId};
use crate::grpc::failure;
use crate::text::Locale;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct Failures;

impl Around for Failures {
    async fn call<S: Inner>(self, request: Request<Body>, next: Next<S>) -> Response<Body> {
        // Both are shared, so that a call that goes well pays next to nothing.
        let language = request.headers().get(ACCEPT_LANGUAGE).cloned();
        let call_id = request.extensions().get::<CallId>().cloned();
        let response = next.run(request).await;
        if !failure::is_bare(&response) {
            return response;
        }
        let call_id = call_id.as_ref().map_or("", |id| &id.0);
        failure::rebuilt(response, &Audience::unknown(of_header(language.as_ref()), call_id))
    }
}

/// The language that a caller likes best.
pub(super) fn locale(headers: &HeaderMap) -> Locale {
    of_header(headers.get(ACCEPT_LANGUAGE))
}

fn of_header(header: Option<&HeaderValue>) -> Locale {
    let text = header.and_then(|value| value.to_str().ok());
    text.map(Locale::from_accept_language).unwrap_or_default()
}
