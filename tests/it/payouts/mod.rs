//! Withdrawals carried to a channel that behaves and misbehaves: what the books say afterwards, and
//! what the channel's own log says.

mod behaviours;
mod found;
mod freezes;
mod held;
pub(crate) mod intent;
mod routes;

use std::time::{Duration, Instant};

use account_status::config::Given;
use account_status::domain::withdrawal::HAND_OVER;
use account_status::pb::v1::*;
use account_status::simulator::Options;

use crate::actions;
use crate::harness::channel::{Channel, judge};
use crate::harness::{Bank, calls, moment};

/// How long a withdrawal may take to where it goes, in real time.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so many looks at which nothing has changed, what waits is let wait no more.
const STILL: u32 = 20;
/// When nothing has changed for so long, whoever carried it has given up, as it does on a machine that
/// is too slow: a channel's answer and three tries to store it take less.
const GIVEN_UP: Duration = Duration::from_secs(15);
const ACCOUNT: &str = "8200000001";

/// A bank that pays over one channel, with an account.
async fn paying(bank: Bank, set: impl FnOnce(&mut Options)) -> (Bank, Channel) {
    bank.account(ACCOUNT, "1000.00").await;
    let channel = Channel::open_with(bank.clock.clone(), set).await;
    let bank = over(bank, &[channel.setting("CH-1")]).await;
    (bank, channel)
}

/// The same bank over these channels, at a time at which whatever was reserved before is in nobody's
/// hands any more.
async fn over(bank: Bank, channels: &[String]) -> Bank {
    bank.pass(HAND_OVER * 2);
    let channels = channels.to_vec();
    bank.reopen(|given: &mut Given| {
        given.channel = Some(channels);
        given.payout_timeout_ms = Some(1_500);
    })
    .await
}

/// Reserves a withdrawal whose reference tells the channel what to do.
async fn withdraw(bank: &Bank, amount: &str, reference: &str) -> Withdrawal {
    let request =
        WithdrawRequest { reference: reference.to_owned(), ..bank.withdrawal(ACCOUNT, amount) };
    bank.withdraw_with(request).await.unwrap()
}

async fn find(bank: &Bank, id: &str) -> Withdrawal {
    let get = GetWithdrawalRequest { withdrawal_id: id.to_owned(), ..Default::default() };
    bank.withdraw_client().get_withdrawal(get).await.unwrap().into_inner().withdrawal.unwrap()
}

/// Looks until the withdrawal is as it should be. Where it waits for its time, time passes.
async fn until(bank: &Bank, id: &str, is: impl Fn(&Withdrawal) -> bool) -> Withdrawal {
    let begun = Instant::now();
    let (mut last, mut still, mut since) = (None, 0, begun);
    loop {
        let row = find(bank, id).await;
        if is(&row) {
            return row;
        }
        assert!(begun.elapsed() < PATIENCE, "it stays {row:#?}");
        still += 1;
        if last.as_ref() != Some(&row) {
            (still, since) = (0, Instant::now());
        }
        if still > stillness(&row) || since.elapsed() > GIVEN_UP {
            // What was due while its last step was just ending is found a second later.
            let later = bank.now() + chrono::Duration::seconds(1);
            let next = row.next_action_time.map(|at| actions::instant(&Some(at)));
            let then = next.map(|next| if next > bank.now() { next } else { later });
            bank.clock.set(then.unwrap_or_else(|| bank.now()));
            (still, since) = (0, Instant::now());
        }
        last = Some(row);
        moment().await;
    }
}

/// After how many looks at which nothing has changed time passes. While a channel is called, or what
/// is reserved is about to be taken up, it stands still, however slow the machine: a lease that ran
/// out in between would keep it from being sent. What is held may be let go at any moment.
fn stillness(row: &Withdrawal) -> u32 {
    match (row.state(), row.held_reason()) {
        (WithdrawalState::Dispatching | WithdrawalState::Reserved, HeldReason::Unspecified) => {
            u32::MAX
        }
        (WithdrawalState::Reserved, HeldReason::Condition) => 20 * STILL,
        _ => STILL,
    }
}

async fn until_state(bank: &Bank, id: &str, state: WithdrawalState) -> Withdrawal {
    until(bank, id, |row| row.state() == state).await
}

/// The states of its attempts, the first first.
fn attempts(row: &Withdrawal) -> Vec<AttemptState> {
    row.attempts.iter().map(PayoutAttempt::state).collect()
}

/// All that was said of it, in order.
fn said(row: &Withdrawal) -> Vec<SaidKind> {
    row.attempts.iter().flat_map(|attempt| &attempt.evidence).map(PayoutEvidence::said).collect()
}

/// Balance, reserved and available.
async fn money(bank: &Bank) -> [String; 3] {
    let info = bank.status(ACCOUNT).await.unwrap();
    [info.balance, info.reserved, info.available].map(|money| money.unwrap().amount)
}

/// Lets the channels' logs judge, and ends.
async fn close(bank: Bank, channels: Vec<Channel>) {
    let database = bank.database().await;
    let wrong = judge(&database, &channels.iter().collect::<Vec<_>>()).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    database.close().await.unwrap();
    bank.finish().await;
    for channel in channels {
        channel.close().await;
    }
}
