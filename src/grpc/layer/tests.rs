//! The stack around services that misbehave.

use std::time::Duration;

use chrono::Utc;
use chrono_tz::Tz;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{ServiceBuilder, service_fn};

use super::*;
use crate::clock::Clock;

/// Sends one call through the whole stack to a service that behaves like this.
async fn call<F>(metadata: &[(&str, &str)], behave: fn(Request<Body>) -> F) -> Response<Body>
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    call_at("/accountstatus.v1.ClientService/WhoAmI", metadata, behave).await
}

async fn call_at<F>(
    path: &str,
    metadata: &[(&str, &str)],
    behave: fn(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let clock = Clock::manual(chrono::DateTime::<Utc>::UNIX_EPOCH, 1);
    let service = ServiceBuilder::new()
        .layer(around(CallIds { clock }))
        .layer(around(AccessLog))
        .layer(around(Failures))
        .layer(around(CatchPanic))
        .layer(around(Callers { zone: Tz::UTC, accounts_max: 10 }))
        .layer(around(Deadline))
        .layer(around(Form))
        .service(service_fn(
            move |request| async move { Ok::<_, Infallible>(behave(request).await) },
        ));
    let mut request = Request::builder().uri(path);
    for (name, value) in [("content-type", "application/grpc")].iter().chain(metadata) {
        request = request.header(*name, *value);
    }
    let Ok(response) = service.oneshot(request.body(Body::empty()).unwrap()).await;
    response
}

/// The code and the reason of an error.
fn error(response: &Response<Body>) -> (Code, String) {
    let status = Status::from_header_map(response.headers()).unwrap();
    let details = status.check_error_details().unwrap();
    assert!(details.localized_message().is_some());
    (status.code(), details.error_info().unwrap().reason.clone())
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

async fn bare(status: Status) -> Response<Body> {
    status.into_http()
}

#[tokio::test]
async fn a_panic_is_an_internal_error_with_the_id_of_its_call() {
    let metadata = [("x-request-id", "call-7"), ("accept-language", "zh-TW")];
    let response = call(&metadata, |_| async { panic!("a bug") }).await;
    assert_eq!(error(&response), (Code::Internal, "INTERNAL".to_owned()));
    assert_eq!(header(&response, "x-request-id"), Some("call-7"));
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.get_details_request_info().unwrap().request_id, "call-7");
    assert_eq!(status.get_details_localized_message().unwrap().locale, "zh-TW");
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let never = |_| std::future::pending();
    let response = call(&[("grpc-timeout", "20m")], never).await;
    assert_eq!(error(&response), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned()));
    let response = call(&[("grpc-timeout", "0n")], |_| bare(Status::internal("ran"))).await;
    assert_eq!(error(&response).0, Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_transport_does_not_see_the_timeout() {
    let seen = |request: Request<Body>| async move {
        assert!(!request.headers().contains_key("grpc-timeout"));
        Response::new(Body::empty())
    };
    let response = call(&[("grpc-timeout", "1S")], seen).await;
    assert!(!response.headers().contains_key(Status::GRPC_STATUS));
}

#[tokio::test]
async fn a_bare_error_gets_its_details() {
    let response = call(&[], |_| bare(Status::unimplemented(""))).await;
    assert_eq!(error(&response), (Code::Unimplemented, "UNIMPLEMENTED".to_owned()));
    assert!(header(&response, "x-request-id").is_some_and(|id| !id.is_empty()));
}

#[tokio::test]
async fn everything_wrong_with_the_metadata_is_told_at_once() {
    let metadata = [("grpc-timeout", "soon"), ("x-entry-channel", "FAX"), ("x-principal", "a b")];
    let response = call(&metadata, |_| bare(Status::internal("not reached"))).await;
    assert_eq!(error(&response), (Code::InvalidArgument, "INVALID_REQUEST".to_owned()));
    let status = Status::from_header_map(response.headers()).unwrap();
    let violations = status.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = violations.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["x-principal", "x-entry-channel", "grpc-timeout"]);
}

#[tokio::test]
async fn infrastructure_has_no_deadline_of_ours() {
    let last = |_| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Response::new(Body::empty())
    };
    let metadata = [("grpc-timeout", "1m"), ("x-principal", "a b")];
    let response = call_at("/grpc.health.v1.Health/Watch", &metadata, last).await;
    assert!(!response.headers().contains_key(Status::GRPC_STATUS));
}
