//! One line for each call: what was called, by whom, how it ended, how long it took. Never an
//! account number: the request is not read here.

use std::time::Instant;

use http::{Request, Response};
use tonic::body::Body;
use tonic::{Code, Status};

use super::caller::Asked;
use super::{Around, Inner, Next, is_infrastructure};
use crate::grpc::caller::CallId;
use crate::grpc::failure::code_name;

/// The status query, which core banking knows by a transaction code.
const STATUS_QUERY: &str = "/accountstatus.v1.AccountStatusService/GetAccountStatus";
/// Its transaction code.
const STATUS_QUERY_CODE: &str = "ACTQ";
/// The longest path that is logged; the path of an unknown method is the caller's to choose.
const PATH_MAX: usize = 128;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct AccessLog;

impl Around for AccessLog {
    async fn call<S: Inner>(self, request: Request<Body>, next: Next<S>) -> Response<Body> {
        let started = Instant::now();
        // Cloning the URI shares its bytes.
        let uri = request.uri().clone();
        let call_id = request.extensions().get::<CallId>().cloned();
        let response = next.run(request).await;
        let asked = response.extensions().get::<Asked>();
        write(&Line {
            path: uri.path(),
            code: code_name(code(&response)),
            call_id: call_id.as_ref().map_or("-", |id| &id.0),
            principal: asked.map_or("-", |asked| &asked.0.name),
            elapsed_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
        response
    }
}

struct Line<'a> {
    path: &'a str,
    code: &'static str,
    call_id: &'a str,
    principal: &'a str,
    elapsed_us: u64,
}

fn write(line: &Line<'_>) {
    let method = method(line.path);
    if is_infrastructure(line.path) {
        tracing::debug!(
            rpc.method = method,
            rpc.code = line.code,
            elapsed_us = line.elapsed_us,
            request.id = line.call_id,
            "call"
        );
        return;
    }
    let transaction_code = (line.path == STATUS_QUERY).then_some(STATUS_QUERY_CODE);
    tracing::info!(
        rpc.method = method,
        rpc.code = line.code,
        elapsed_us = line.elapsed_us,
        request.id = line.call_id,
        principal = line.principal,
        transaction_code,
        "call"
    );
}

/// How a call ended, as far as its headers tell; what a stream says later comes too late for the
/// line.
fn code(response: &Response<Body>) -> Code {
    let said = response.headers().get(Status::GRPC_STATUS);
    said.map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

/// `package.Service/Method`, or a hyphen for a path that is no name.
fn method(path: &str) -> &str {
    let name = path.strip_prefix('/').unwrap_or(path);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/');
    let fits = (1..=PATH_MAX).contains(&name.len()) && name.bytes().all(is_name);
    if fits { name } else { "-" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_methods_are_logged() {
        assert_eq!(method("/a.v1.Service/Method"), "a.v1.Service/Method");
        for path in ["/", "", "/a%20b", "/a\"b", &format!("/{}", "a".repeat(129))] {
            assert_eq!(method(path), "-", "{path}");
        }
    }
}
