//! Payouts as the service's own commands make them, step by step, with nobody at work beside the
//! test.

use std::time::{Duration, Instant};

use account_status::config::{Given, Switch};
use account_status::domain::act::follow_up::FollowUp;
use account_status::domain::act::record_evidence::RecordEvidence;
use account_status::domain::act::start_attempt::StartAttempt;
use account_status::domain::channel::ChannelRole;
use account_status::domain::command::{Command, Effect, Envelope, Receipt};
use account_status::domain::id::{AccountNumber, ChannelId, RequestId, WithdrawalId};
use account_status::domain::money::{Currency, Money};
use account_status::domain::payout::PayoutKey;
use account_status::domain::payout::evidence::{Finality, Paid, Said, Source, Statement};
use account_status::domain::payout::offer::Offer;
use account_status::domain::payout::reason::RejectReason;
use account_status::domain::principal::Principal;
use account_status::domain::transaction::EntryChannel;

use crate::harness::calls::fresh;
use crate::harness::{Bank, Engine};

/// A bank with two channels that nobody serves.
pub(crate) async fn bank_with_channels(engine: Engine) -> Bank {
    Bank::open_with(engine, set_channels).await
}

/// The settings of such a bank.
pub(crate) fn set_channels(given: &mut Given) {
    let channels = ["CH-1=http://127.0.0.1:9", "CH-2=http://127.0.0.1:9"];
    given.channel = Some(channels.map(str::to_owned).to_vec());
    given.payouts = Some(Switch::Off);
}

/// One withdrawal on its way.
pub(crate) struct Payout<'a> {
    pub(crate) bank: &'a Bank,
    pub(crate) number: &'a str,
    pub(crate) id: String,
}

impl<'a> Payout<'a> {
    /// A withdrawal that was reserved just now.
    pub(crate) async fn reserve(bank: &'a Bank, number: &'a str, amount: &str) -> Self {
        let id = bank.withdraw(number, amount).await.unwrap().withdrawal_id;
        Self { bank, number, id }
    }

    /// One whose first attempt has begun.
    pub(crate) async fn begin(bank: &'a Bank, number: &'a str, amount: &str) -> Self {
        let payout = Self::reserve(bank, number, amount).await;
        payout.start().await;
        payout
    }

    fn withdrawal_id(&self) -> WithdrawalId {
        WithdrawalId::parse(&self.id).unwrap()
    }

    pub(crate) fn key(&self, attempt: i64) -> String {
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
    pub(crate) async fn try_to_start(&self) -> Receipt {
        self.try_to_start_over(&["CH-1", "CH-2"]).await
    }

    /// Looks whether an attempt can begin over one of these channels.
    pub(crate) async fn try_to_start_over(&self, channels: &[&str]) -> Receipt {
        let offers = channels.iter().map(|id| Offer {
            channel_id: ChannelId::parse(id).unwrap(),
            role: ChannelRole::Primary,
            priority: 1,
            score_ppm: 0,
            sample: 0,
            degraded: false,
            preferred: false,
            takes: Vec::new(),
        });
        let start = StartAttempt {
            withdrawal_id: self.withdrawal_id(),
            offers: offers.collect(),
            others: Vec::new(),
        };
        self.submit(Command::StartAttempt(start)).await
    }

    /// Begins the next attempt.
    pub(crate) async fn start(&self) {
        let receipt = self.try_to_start().await;
        assert!(matches!(receipt, Receipt::Errand(_)), "{receipt:?}");
    }

    /// Takes the open attempt up again.
    pub(crate) async fn follow_up(&self) {
        let follow = FollowUp { withdrawal_id: self.withdrawal_id() };
        let receipt = self.submit(Command::FollowUp(follow)).await;
        assert!(matches!(receipt, Receipt::Errand(_)), "{receipt:?}");
    }

    /// Records what a reply said, with the channel's own code.
    pub(crate) async fn said(&self, attempt: i64, source: Source, said: Said) {
        let key = PayoutKey { withdrawal_id: self.withdrawal_id(), number: attempt };
        let channel_code = "E-1".to_owned();
        let statement = Statement { key, source, epoch: 1, said, channel_code };
        let record = RecordEvidence { statement, channel_id: None, promise_secs: None };
        self.submit(Command::RecordEvidence(Box::new(record))).await;
    }
}

pub(crate) fn paid(amount: &str) -> Paid {
    let currency = Currency::from_code("CNY").unwrap();
    Paid { amount: Money::parse(amount, currency).unwrap(), payee_account: None, at: None }
}

pub(crate) fn dead(reason: RejectReason) -> Said {
    Said::Rejected(Finality::Final, reason)
}
