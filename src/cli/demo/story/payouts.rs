//! Payouts of the story: over which channels they went, what those said, and what became of them.
//!
//! The demo's own channels know what the story gave them and has not come to its end: when the demo
//! starts it hands them that ([`super::super::channel`]), so that they answer as the story has it.

use super::channels::{CARD, FAST, LARGE};
use super::*;
use crate::domain::act::cancel_withdrawal::CancelWithdrawal;
use crate::domain::act::follow_up::FollowUp;
use crate::domain::act::record_evidence::RecordEvidence;
use crate::domain::act::start_attempt::StartAttempt;
use crate::domain::channel::ChannelRole;
use crate::domain::id::ChannelId;
use crate::domain::payout::evidence::{Finality, Paid, Said, Source, Statement};
use crate::domain::payout::offer::Offer;
use crate::domain::payout::reason::RejectReason;
use crate::store::withdrawal::WithdrawalFile;

/// What happened to a withdrawal of the story.
#[derive(Debug)]
pub(in crate::cli::demo) struct Payout {
    /// Its reference, which names it on its account.
    pub(in crate::cli::demo) reference: String,
    /// What happened.
    happened: Happened,
}

#[derive(Debug)]
enum Happened {
    /// It was given to a channel.
    Started(&'static str),
    /// The channel of its last attempt said something.
    Said(Source, Said),
    /// Somebody looked after it.
    FollowedUp,
    /// Its client took it back.
    Cancelled,
}

impl Payout {
    /// The command, about the withdrawal as it is.
    pub(in crate::cli::demo) fn command(&self, file: &WithdrawalFile) -> Option<Command> {
        let withdrawal_id = file.withdrawal.withdrawal_id.clone();
        Some(match &self.happened {
            Happened::Started(channel) => {
                let offers = vec![offer(channel)];
                let others = Vec::new();
                Command::StartAttempt(StartAttempt { withdrawal_id, offers, others })
            }
            Happened::FollowedUp => Command::FollowUp(FollowUp { withdrawal_id }),
            Happened::Cancelled => Command::CancelWithdrawal(CancelWithdrawal {
                withdrawal_id,
                reason: "cancelled by the client".to_owned(),
                expected_version: None,
            }),
            Happened::Said(source, said) => {
                let attempt = file.attempts.last()?;
                let reply = matches!(source, Source::Submit | Source::Inquiry | Source::Void);
                let statement = Statement {
                    key: attempt.key(),
                    source: *source,
                    epoch: if reply { attempt.epoch } else { 0 },
                    said: said.clone(),
                    channel_code: String::new(),
                };
                let promise_secs = Some(if attempt.channel_id.as_str() == CARD { 300 } else { 60 });
                let record = RecordEvidence { statement, channel_id: None, promise_secs };
                Command::RecordEvidence(Box::new(record))
            }
        })
    }
}

/// What is on its way when the story ends: its account, its reference, and the amount that its channel
/// understood, where that is another than was meant.
pub(in crate::cli::demo) const OPEN: [(&str, &str, Option<&str>); 3] =
    [(YUNFAN, UNKNOWN, None), (YUNFAN, HELD, None), (YUNFAN, "W11", Some(MISPAID))];
/// Of the one of which nobody knows.
pub(super) const UNKNOWN: &str = "W05 sim:silent";
/// Of the one that has not arrived.
pub(super) const HELD: &str = "W06 sim:hold";
/// What the channel of W11 paid, in CNY.
const MISPAID: &str = "3000.00";

/// A withdrawal of the story: its reference, its account and its amount in CNY.
#[derive(Clone, Copy)]
struct Payment(&'static str, &'static str, &'static str);

impl Story {
    pub(super) fn payouts(&mut self) {
        self.settled_and_failed();
        self.in_trouble();
        self.came_back();
        self.of_others();
    }

    /// W01 to W04, W12: how it should be, and how it ends when it can't be.
    fn settled_and_failed(&mut self) {
        let w01 = Payment("W01", YUNFAN, "12000.00");
        self.paid(self.day(5, 10, 0), w01, FAST, 2);
        let w02 = Payment("W02", YUNFAN, "48000.00");
        let at = self.day(4, 10, 0);
        self.reserve(at, w02);
        self.start(at, w02, FAST);
        let not_served = Said::Rejected(Finality::Final, RejectReason::BankNotServed);
        self.said(at + Duration::seconds(1), w02, Source::Submit, not_served);
        self.start(at + Duration::seconds(2), w02, CARD);
        self.said(at + Duration::seconds(3), w02, Source::Submit, Said::Accepted);
        self.said(at + Duration::seconds(90), w02, Source::Callback, settled(w02.2));
        let w03 = Payment("W03", YUNFAN, "9999.99");
        let at = self.day(4, 11, 0);
        self.reserve(at, w03);
        self.start(at, w03, FAST);
        let closed = Said::Rejected(Finality::Final, RejectReason::PayeeAccountClosed);
        self.said(at + Duration::seconds(2), w03, Source::Submit, closed);
        self.paid(self.day(3, 9, 30), Payment("W04", YUNFAN, "150000.00"), LARGE, 900);
        let w12 = Payment("W12", YUNFAN, "2500.00");
        self.reserve(self.ago(9), w12);
        self.happened(self.ago(9) + Duration::seconds(1), "pay-svc", w12, Happened::Cancelled);
    }

    /// W05 to W08: what is still open.
    fn in_trouble(&mut self) {
        let w05 = Payment(UNKNOWN, YUNFAN, "66000.00");
        let at = self.now - Duration::minutes(40);
        self.reserve(at - Duration::seconds(1), w05);
        self.start(at, w05, FAST);
        self.said(at + Duration::seconds(5), w05, Source::Submit, Said::NoAnswer);
        // Seven questions, each surely later than the schedule asks for it.
        for secs in [12, 32, 69, 142, 287, 648, 1_369] {
            let at = at + Duration::seconds(secs);
            self.happened(at, "payout", w05, Happened::FollowedUp);
            self.said(at + Duration::milliseconds(500), w05, Source::Inquiry, Said::InProgress);
        }
        let w06 = Payment(HELD, YUNFAN, "20000.00");
        let at = self.ago(2);
        self.reserve(at - Duration::seconds(1), w06);
        self.start(at, w06, CARD);
        self.said(at + Duration::seconds(1), w06, Source::Submit, Said::Accepted);
        for secs in [361, 380, 417, 490, 635, 996] {
            let at = at + Duration::seconds(secs);
            self.happened(at, "payout", w06, Happened::FollowedUp);
            self.said(at + Duration::milliseconds(500), w06, Source::Inquiry, Said::InProgress);
        }
        // Sent when the demo starts: its channel takes it and keeps it.
        self.reserve(self.now - Duration::seconds(1), Payment("W07 sim:hold", YUNFAN, "3500.00"));
        // Only one channel carries that much, and it is drained until it opens next.
        self.reserve(self.ago(1), Payment("W08", YUNFAN, "2000000.00"));
    }

    /// W09 to W11, W25: what came back, came late, or came out otherwise.
    fn came_back(&mut self) {
        let w09 = Payment("W09", YUNFAN, "7200.00");
        self.paid(self.day(3, 15, 0), w09, FAST, 2);
        self.said(self.day(2, 10, 0), w09, Source::Callback, returned(w09.2));
        let w10 = Payment("W10", YUNFAN, "5000.00");
        let at = self.day(5, 16, 0);
        self.reserve(at, w10);
        self.start(at, w10, FAST);
        let mismatch = Said::Rejected(Finality::Final, RejectReason::PayeeNameMismatch);
        self.said(at + Duration::seconds(2), w10, Source::Submit, mismatch);
        self.said(self.day(4, 16, 0), w10, Source::Callback, settled(w10.2));
        let w11 = Payment("W11", YUNFAN, "30000.00");
        let at = self.ago(6);
        self.reserve(at, w11);
        self.start(at, w11, FAST);
        self.said(at + Duration::seconds(1), w11, Source::Submit, Said::Accepted);
        self.said(at + Duration::seconds(30), w11, Source::Callback, settled(MISPAID));
        let w25 = Payment("W25", HONGYUAN, "1800.00");
        self.paid(self.day(8, 9, 0), w25, FAST, 2);
        self.said(self.day(4, 10, 0), w25, Source::Callback, returned(w25.2));
    }

    /// W13 to W18, W22 to W24: of other accounts.
    fn of_others(&mut self) {
        self.paid(self.day(2, 11, 0), Payment("W13", HE, "1000.00"), FAST, 2);
        for (reference, minutes) in
            [("W14", 185), ("W15", 184), ("W16", 183), ("W17", 182), ("W18", 181)]
        {
            let at = self.now - Duration::minutes(minutes);
            self.paid(at, Payment(reference, HU, "1000.00"), FAST, 2);
        }
        self.paid(self.ago(4), Payment("W22", FENG, "8400.00"), CARD, 60);
        // Sent before the freeze came; what was not sent is cancelled by it.
        let w24 = Payment("W24", GAO, "6000.00");
        self.paid(self.ago(7), w24, FAST, 2);
    }

    /// Reserved, sent and settled, so many seconds later.
    fn paid(
        &mut self,
        at: DateTime<Utc>,
        payment: Payment,
        channel: &'static str,
        after_secs: i64,
    ) {
        self.reserve(at, payment);
        self.start(at, payment, channel);
        self.said(at + Duration::seconds(1), payment, Source::Submit, Said::Accepted);
        let at = at + Duration::seconds(after_secs);
        self.said(at, payment, Source::Callback, settled(payment.2));
    }

    fn reserve(&mut self, at: DateTime<Utc>, Payment(reference, account, amount): Payment) {
        let withdraw = Withdraw {
            amount: cny(amount),
            beneficiary: Beneficiary {
                beneficiary_name: "示例供应商有限公司".to_owned(),
                beneficiary_account: PAYEE.to_owned(),
                beneficiary_bank_code: "999100000001".to_owned(),
                beneficiary_bank_name: "示例银行".to_owned(),
                beneficiary_kind: BeneficiaryKind::Organisation,
            },
            reference: reference.to_owned(),
            purpose: Purpose::Payment,
            entry_channel: EntryChannel::Api,
            preferred_channel: String::new(),
        };
        self.tell(at, "pay-svc", account, Command::Withdraw(withdraw));
    }

    fn start(&mut self, at: DateTime<Utc>, payment: Payment, channel: &'static str) {
        self.happened(at, "payout", payment, Happened::Started(channel));
    }

    fn said(&mut self, at: DateTime<Utc>, payment: Payment, source: Source, said: Said) {
        self.happened(at, "payout", payment, Happened::Said(source, said));
    }

    fn happened(
        &mut self,
        at: DateTime<Utc>,
        principal: &'static str,
        Payment(reference, account, _): Payment,
        happened: Happened,
    ) {
        let account_number = AccountNumber::parse(account).expect("the story's numbers are sound");
        let deed = Deed::Paid(Payout { reference: reference.to_owned(), happened });
        self.steps.push(Step { at, principal, account_number, deed, checker: None });
    }
}

fn offer(channel: &str) -> Offer {
    let backup = channel == CARD;
    Offer {
        channel_id: ChannelId::parse(channel).expect("it is an id"),
        role: if backup { ChannelRole::Backup } else { ChannelRole::Primary },
        priority: if channel == LARGE { 2 } else { 1 },
        score_ppm: 0,
        sample: 0,
        degraded: false,
        preferred: false,
        takes: Vec::new(),
    }
}

/// To whom the story pays.
const PAYEE: &str = "9990111122223333";

fn settled(amount: &str) -> Said {
    Said::Settled(Paid { amount: cny(amount), payee_account: None, at: None })
}

fn returned(amount: &str) -> Said {
    Said::Returned(Paid { amount: cny(amount), payee_account: None, at: None })
}
