//! Failures that the transport made before or beside a handler: unknown methods, messages that are
//! too large or cannot be decoded, unsupported compression. They come as bare statuses and leave
//! with the details that every error has.

use http::{HeaderValue, Response, StatusCode};
use tonic::body::Body;
use tonic::{Code, Status};

use super::Failure;
use crate::domain::refusal::Reason;
use crate::grpc::caller::Audience;
use crate::grpc::failure::Violations;

/// Tells a client which compressions it may use; goes with the refusal of another one.
const ACCEPT_ENCODING: &str = "grpc-accept-encoding";
/// How prost begins the description of a message that it could not decode.
const DECODE_PREFIX: &str = "failed to decode Protobuf message: ";

/// Whether a response is an error without details.
pub(crate) fn is_bare(response: &Response<Body>) -> bool {
    let headers = response.headers();
    match headers.get(Status::GRPC_STATUS) {
        None => response.status() != StatusCode::OK,
        Some(code) => code != "0" && !headers.contains_key(Status::GRPC_STATUS_DETAILS),
    }
}

/// The response with details in place of a bare one. NOT_FOUND is left as it is: bare, it is what
/// the health protocol answers for a service that it does not know.
pub(crate) fn rebuilt(bare: Response<Body>, audience: &Audience<'_>) -> Response<Body> {
    let failure = match Status::from_header_map(bare.headers()) {
        None => of_http(bare.status()),
        Some(status) if status.code() == Code::NotFound => return bare,
        Some(status) => of_status(&status),
    };
    let mut response = failure.status(audience).into_http();
    let offered = bare.headers().get(ACCEPT_ENCODING).cloned();
    if let Some(offered) = offered.filter(|value: &HeaderValue| !value.is_empty()) {
        response.headers_mut().insert(ACCEPT_ENCODING, offered);
    }
    response
}

fn of_http(status: StatusCode) -> Failure {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Reason::Unimplemented.into(),
        status if status.is_client_error() => Reason::InvalidRequest.into(),
        _ => Reason::Internal.into(),
    }
}

fn of_status(status: &Status) -> Failure {
    match status.code() {
        Code::Unimplemented => Reason::Unimplemented.into(),
        // The second is a message that grew too large while it was decompressed.
        Code::OutOfRange | Code::ResourceExhausted => Reason::MessageTooLarge.into(),
        Code::Unavailable => Reason::Unavailable.into(),
        Code::DeadlineExceeded => Reason::DeadlineExceeded.into(),
        Code::Unauthenticated => Reason::Unauthenticated.into(),
        Code::PermissionDenied => Reason::PermissionDenied.into(),
        // Handlers give every failure its details, so a bare INTERNAL comes from the decoder.
        Code::InvalidArgument | Code::Internal => undecodable(status.message()),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::DataLoss => Reason::Internal.into(),
    }
}

/// A message that cannot be decoded, with the field at which it failed where the decoder says so.
fn undecodable(message: &str) -> Failure {
    let mut violations = Violations::new();
    let at = message.strip_prefix(DECODE_PREFIX).map(field_path).unwrap_or_default();
    violations.add(&at, "cannot be decoded");
    violations.into()
}

/// The path in front of a decoder's complaint, which names the innermost field first:
/// `Money.currency_code: WithdrawRequest.amount: …` stands for `amount.currency_code`. Names of
/// the contract only, never a value.
fn field_path(complaint: &str) -> String {
    let is_name =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let fields = complaint.split(": ").map_while(|part| {
        let (message, field) = part.split_once('.')?;
        let field = field.strip_prefix("r#").unwrap_or(field);
        (is_name(message) && is_name(field)).then_some(field)
    });
    let mut path: Vec<&str> = fields.collect();
    path.reverse();
    path.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoder_names_the_field() {
        for (complaint, path) in [
            (
                "Money.currency_code: WithdrawRequest.amount: invalid string value",
                "amount.currency_code",
            ),
            ("CreateFreezeRecordRequest.r#type: invalid wire type", "type"),
            ("GetAccountStatusRequest.view: invalid wire type", "view"),
            ("invalid tag value: 0", ""),
            ("buffer underflow", ""),
        ] {
            assert_eq!(field_path(complaint), path, "{complaint}");
        }
    }

    #[test]
    fn what_the_transport_refuses_has_a_reason() {
        for (status, reason) in [
            (Status::unimplemented(""), Reason::Unimplemented),
            (Status::out_of_range("too large"), Reason::MessageTooLarge),
            (Status::resource_exhausted("while decompressing"), Reason::MessageTooLarge),
            (Status::internal("Missing request message."), Reason::InvalidRequest),
            (Status::internal("failed to decode Protobuf message: x"), Reason::InvalidRequest),
            (Status::unknown("?"), Reason::Internal),
        ] {
            assert_eq!(of_status(&status).reason(), reason, "{status:?}");
        }
    }
}
