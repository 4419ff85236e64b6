//! Payouts as the service's own commands make them, step by step, with nobody at work beside the
//! test.

use std::time::{Duration, Instant};

use account_status::config::{Given, Switch};
use account_status::domain::act::follow_up::FollowUp;
use account_status::domain::act::record_evidence::RecordEvidence;
use account_status::domain::act::start_attempt::StartAttempt;
use account_status::domain::command::{Command, Effect, Envelope, Receipt};
use account_status::domain::id::{AccountNumber, RequestId, WithdrawalId};
use account_status::domain::money::{Currency, Money};
use account_status::domain::payout::PayoutKey;
use account_status::domain::payout::evidence::{Finality, Paid, Said, Source, Statement};
use account_status::domain::payout::reason::RejectReason;
use account_status::domain::principal::Principal;
use account_status::domain::transaction::EntryChannel;

use crate::harness::calls::fresh;
use crate::harness::{Bank, Engine};

/// A bank with two channels that nobody serves.
pub(super) async fn bank_with_channels(engine: Engine) -> Bank {
    Bank::open_with(engine, set_channels).await
}

/// The settings of such a bank.
pub(super) fn set_channels(given: &mut Given) {
    let channels = ["CH-1=http://127.0.0.1:9", "CH-2=http://127.0.0.1:9"];
    given.channel = Some(channels.map(str::to_owned).to_vec());
    given.payouts = Some(Switch::Off);
}

/// One withdrawal on its way.
pub(super) struct Payout<'a> {
    pub(super) bank: &'a Bank,
    pub(super) number: &'a str,
    pub(super) id: String,
}

impl<'a> Payout<'a> {
    /// A withdrawal that was reserved just now.
    pub(super) async fn reserve(bank: &'a Bank, number: &'a str, amount: &str) -> Self {
        let id = bank.withdraw(number, amount).await.unwrap().withdrawal_id;
        Self { bank, number, id }
    }

    /// One whose first attempt has begun.
    pub(super) async fn begin(bank: &'a Bank, number: &'a str, amount: &str) -> Self {
        let payout = Self::reserve(bank, number, amount).await;
        payout.start().await;
        payout
    }

    fn withdrawal_id(&self) -> WithdrawalId {
        WithdrawalId::parse(&self.id).unwrap()
    }

    pub(super) fn key(&self, attempt: i64) -> String {
        format!("{}.{attempt}", self.id)
    }

    async fn submit(&self, command: Command) -> Receipt {
        let envelope = Envelope {
            principal: Principal::service("test"),
            account_number: AccountNumber::parse(self.number).unwrap(),
            request_id: RequestId::internal(&fresh()),
            deadline: Instant::now() + Duration::from_secs(60),
            expected_version: None,
            effect: Effect::Take,
            entry_channel: EntryChannel::Unspecified,
            command,
        };
        self.bank.ledger.submit(envelope).await.unwrap()
    }

    /// Looks whether an attempt can begin.
    pub(super) async fn try_to_start(&self) -> Receipt {
        let start = StartAttempt { withdrawal_id: self.withdrawal_id() };
        self.submit(Command::StartAttempt(start)).await
    }

    /// Begins the next attempt.
    pub(super) async fn start(&self) {
        let receipt = self.try_to_start().await;
        assert!(matches!(receipt, Receipt::Errand(_)), "{receipt:?}");
    }

    /// Takes the open attempt up again.
    pub(super) async fn follow_up(&self) {
        let follow = FollowUp { withdrawal_id: self.withdrawal_id() };
        let receipt = self.submit(Command::FollowUp(follow)).await;
        assert!(matches!(receipt, Receipt::Errand(_)), "{receipt:?}");
    }

    /// Records what a reply said, with the channel's own code.
    pub(super) async fn said(&self, attempt: i64, source: Source, said: Said) {
        let key = PayoutKey { withdrawal_id: self.withdrawal_id(), number: attempt };
        let channel_code = "E-1".to_owned();
        let statement = Statement { key, source, epoch: 1, said, channel_code };
        let record = RecordEvidence { statement, channel_id: None, promise_secs: None };
        self.submit(Command::RecordEvidence(Box::new(record))).await;
    }
}

pub(super) fn paid(amount: &str) -> Paid {
    let currency = Currency::from_code("CNY").unwrap();
    Paid { amount: Money::parse(amount, currency).unwrap(), payee_account: None, at: None }
}

pub(super) fn dead(reason: RejectReason) -> Said {
    Said::Rejected(Finality::Final, reason)
}
