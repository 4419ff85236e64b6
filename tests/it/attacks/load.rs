//! More calls at once than the machine can carry.

use std::collections::BTreeSet;

use account_status::pb::v1::withdraw_service_client::WithdrawServiceClient;
use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::Status;
use tonic::transport::Channel;

use super::{Besieged, GROWTH_MAX_KIB, NUMBER};
use crate::harness::calls::*;

/// Connections, and calls at once on each.
const CONNECTIONS: usize = 10;
const CALLS_EACH: usize = 1_000;
/// What each may cost the program while it waits.
const CALL_MAX_KIB: u64 = 24;
/// How often what was not answered is sent again.
const ROUNDS_MAX: usize = 60;

fn request() -> WithdrawRequest {
    WithdrawRequest {
        account_number: NUMBER.to_owned(),
        amount: cny("0.01"),
        beneficiary: payee(),
        request_id: fresh(),
        ..WithdrawRequest::default()
    }
}

/// Sends them all at once with this much time for each.
async fn flood(
    channels: &[Channel],
    requests: &[WithdrawRequest],
    time: &str,
) -> Vec<Result<Withdrawal, Status>> {
    let calls = requests.iter().enumerate().map(async |(index, request)| {
        let mut client = WithdrawServiceClient::new(channels[index % channels.len()].clone());
        let request = with(&[("grpc-timeout", time)], request.clone());
        Ok(client.withdraw(request).await?.into_inner().withdrawal.unwrap())
    });
    join_all(calls).await
}

/// What the server says is typed. What has no details is the client's own: its timer may be as fast
/// as the server's, and when a thousand calls time out at once their resets end its connection.
fn assert_overloaded(status: &Status) {
    if !status.details().is_empty() {
        let reason = reason(status);
        assert!(["OVERLOADED", "DEADLINE_EXCEEDED"].contains(&&*reason), "{status:?}");
    }
}

/// Ten thousand calls at once with a second for each: whoever can't be served in time is told so,
/// in a typed error, and has nothing done or finds it when the request is repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_load_is_refused_in_order_and_nothing_is_done_twice() {
    let mut besieged = Besieged::open().await;
    let endpoint = format!("http://{}", besieged.program.address);
    let connecting = (0..CONNECTIONS)
        .map(async |_| Channel::from_shared(endpoint.clone()).unwrap().connect().await.unwrap());
    let channels = join_all(connecting).await;
    let mut left: Vec<WithdrawRequest> = (0..CONNECTIONS * CALLS_EACH).map(|_| request()).collect();
    let all = left.len();
    let mut ids = BTreeSet::new();
    let flooding = async {
        let mut time = "1S";
        for round in 0..ROUNDS_MAX {
            let answers = flood(&channels, &left, time).await;
            let answered = std::mem::take(&mut left).into_iter().zip(answers);
            left.extend(answered.filter_map(|(request, answer)| {
                let done = answer.map(|withdrawal| ids.insert(withdrawal.withdrawal_id));
                match done {
                    Ok(new) => assert!(new, "two requests have one effect"),
                    Err(status) => {
                        assert_overloaded(&status);
                        return Some(request);
                    }
                }
                None
            }));
            println!("round {round}: {} of {all} are left", left.len());
            if left.is_empty() {
                break;
            }
            time = "30S";
        }
    };
    let each = CALL_MAX_KIB * u64::try_from(all).unwrap();
    besieged.while_served_within(GROWTH_MAX_KIB + each, flooding).await;
    assert_eq!(ids.len(), all);
    besieged.acknowledged.extend(ids);
    besieged.finish().await;
}
