//! Who reserves: each caller draws its own accounts and amounts from the seed, and keeps what it sent
//! and what it was answered.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use tonic::Code;
use tonic::transport::Channel;

use super::bank::{self, ACCOUNTS};
use crate::cli::CliError;
use crate::pb::v1::withdraw_service_client::WithdrawServiceClient;
use crate::pb::v1::{Beneficiary, BeneficiaryKind, WithdrawRequest};

const CALLERS: u64 = 8;
/// The most calls of one caller between two kills: what is carried shall be killed, not only what is
/// reserved.
const CALLS_MAX: usize = 8;
/// The largest amount, minor units.
const AMOUNT_MAX: i64 = 999;

/// What was asked for, and under which id it was acknowledged; none = the answer was lost.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) request: WithdrawRequest,
    pub(super) acknowledged: Option<String>,
}

/// The callers of one stretch between two kills.
#[derive(Debug)]
pub(super) struct Callers(JoinSet<Result<Vec<Sent>, CliError>>);

impl Callers {
    /// Lets them call until an answer is lost, or each has called so often.
    pub(super) fn begin(line: &Channel, seed: u64, stretch: u64) -> Self {
        let mut running = JoinSet::new();
        for caller in 0..CALLERS {
            // Any number that is another for each caller and stretch.
            let own = seed.wrapping_mul(31).wrapping_add(stretch * CALLERS + caller);
            let random = StdRng::seed_from_u64(own);
            running.spawn(call(line.clone(), random, format!("soak-{stretch}-{caller}")));
        }
        Self(running)
    }

    /// What they sent, when all have ended.
    pub(super) async fn end(mut self) -> Result<Vec<Sent>, CliError> {
        let mut sent = Vec::new();
        while let Some(ended) = self.0.join_next().await {
            let bug = |_panicked| CliError::Refused("a caller broke: this is a bug".to_owned());
            sent.extend(ended.map_err(bug)??);
        }
        Ok(sent)
    }
}

async fn call(line: Channel, mut random: StdRng, ids: String) -> Result<Vec<Sent>, CliError> {
    let mut sent = Vec::new();
    for number in 0..CALLS_MAX {
        let account = random.random_range(0..ACCOUNTS);
        let minor = random.random_range(1..=AMOUNT_MAX);
        let request = WithdrawRequest {
            account_number: bank::account_number(account),
            amount: Some(bank::money(minor)),
            beneficiary: Some(payee()),
            request_id: format!("{ids}-{number}"),
            ..WithdrawRequest::default()
        };
        let acknowledged = withdraw(line.clone(), request.clone()).await?;
        let lost = acknowledged.is_none();
        sent.push(Sent { request, acknowledged });
        if lost {
            break;
        }
    }
    Ok(sent)
}

/// Reserves; none when the answer is lost.
///
/// # Errors
/// A refusal: nothing that is asked for here may be refused.
pub(super) async fn withdraw(
    line: Channel,
    request: WithdrawRequest,
) -> Result<Option<String>, CliError> {
    match WithdrawServiceClient::new(line).withdraw(request).await {
        Ok(answer) => Ok(answer.into_inner().withdrawal.map(|made| made.withdrawal_id)),
        Err(status) => match status.code() {
            Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::Unimplemented => Err(bank::failed(&status)),
            // However a connection ends.
            _ => Ok(None),
        },
    }
}

fn payee() -> Beneficiary {
    Beneficiary {
        name: "Example Payee".to_owned(),
        account_number: "9990111122223333".to_owned(),
        bank_code: "999100000001".to_owned(),
        bank_name: String::new(),
        kind: BeneficiaryKind::Person.into(),
    }
}
