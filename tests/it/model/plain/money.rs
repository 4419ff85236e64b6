//! Withdrawals and transactions.

use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::*;

use super::super::ask::{Ask, Cash, Payment, Posting};
use super::super::seen::Time;
use super::account::{Account, Counting, Done, Payout};
use super::pass::{self, Movement, Presence, operation_of_debit};
use super::show::Reader;
use super::{Blocks, OPEN_MAX, block, check, refuse};

/// All accounts are kept in CNY.
pub(super) fn currency(cash: Cash) -> Result<i64, Blocks> {
    if cash.currency == "CNY" { Ok(cash.minor) } else { refuse(R::CurrencyMismatch) }
}

/// The bank collects what is owed beside a loss report.
fn counting_of(initiator: Initiator) -> Counting {
    if initiator == Initiator::Bank { Counting::WithoutLoss } else { Counting::All }
}

pub(super) fn presence(counter: bool, identified: bool) -> Presence {
    match (counter, identified) {
        (false, _) => Presence::Elsewhere,
        (true, false) => Presence::AtCounter,
        (true, true) => Presence::Identified,
    }
}

impl Account {
    /// A customer debit that never reactivates: nobody counts as identified.
    pub(super) fn withdraw(
        &mut self,
        payment: &Payment,
        ask: &Ask,
        at: Time,
    ) -> Result<Done, Blocks> {
        let minor = currency(payment.cash)?;
        let presence = presence(ask.counter, false);
        let operation = operation_of_debit(presence, payment.purpose);
        let movement = Movement { operation, minor, presence };
        let mut blocks = pass::blocks(self, movement, Reader::of(ask));
        if self.reserved_payouts().count() >= OPEN_MAX {
            blocks.push(block(R::LimitExceeded));
        }
        check(blocks)?;
        let exempt = self.for_living(minor, Counting::All);
        self.exempt_used += exempt;
        self.payouts.push(Payout {
            id: String::new(),
            minor,
            exempt,
            state: WithdrawalState::Reserved,
            version: 1,
            created: at,
            updated: at,
            cancelled: None,
        });
        Ok(Done::Withdrawal(self.payouts.len() - 1))
    }

    pub(super) fn cancel(&mut self, id: &str, ask: &Ask, at: Time) -> Result<Done, Blocks> {
        let Some(place) = self.payouts.iter().position(|payout| payout.id == id) else {
            return refuse(R::WithdrawalNotFound);
        };
        let payout = &mut self.payouts[place];
        if !ask.etag.is_empty() && ask.etag != format!("w{}", payout.version) {
            return refuse(R::EtagMismatch);
        }
        if payout.state != WithdrawalState::Reserved {
            return refuse(R::WithdrawalNotCancellable);
        }
        payout.cancel(at, Ok("changed my mind".to_owned()));
        self.give_back(place);
        Ok(Done::Withdrawal(place))
    }

    pub(super) fn record(
        &mut self,
        posting: &Posting,
        ask: &Ask,
        at: Time,
    ) -> Result<Done, Blocks> {
        let minor = currency(posting.cash)?;
        if self.posted.contains(&posting.id) {
            return refuse(R::TransactionExists);
        }
        let presence = presence(ask.counter, posting.identified);
        let operation = match (posting.direction, posting.kind, posting.initiator) {
            (Direction::Credit, TransactionType::Return, _) => Operation::Return,
            (Direction::Credit, TransactionType::Interest, _) => Operation::Interest,
            (Direction::Credit, _, _) => Operation::Credit,
            (_, _, Initiator::Bank) => Operation::BankDebit,
            _ => operation_of_debit(presence, posting.purpose),
        };
        let movement = Movement { operation, minor, presence };
        let booking = if posting.mode == TransactionMode::Fact {
            self.booking_of_fact(posting, operation, minor)
        } else {
            check(pass::blocks(self, movement, Reader::of(ask)))?;
            Booking::Balance
        };
        if !posting.id.is_empty() {
            self.posted.insert(posting.id.clone());
        }
        let done = Done::Posted(posting.id.clone(), minor, booking);
        if booking != Booking::Balance {
            self.untaken += 1;
            return Ok(done);
        }
        if posting.direction == Direction::Debit {
            self.exempt_used += self.for_living(minor, counting_of(posting.initiator));
            self.balance -= minor;
        } else {
            self.balance += minor;
        }
        self.last_posting = Some(at);
        let own = posting.initiator == Initiator::Customer && presence == Presence::Identified;
        if own && matches!(operation, Operation::CustomerDebitCounter | Operation::Credit) {
            self.end_rows(at, |row| row.kind == Condition::Dormant);
        }
        Ok(done)
    }

    /// It happened: money that isn't there or is held is owed, money that can't come in is kept.
    fn booking_of_fact(&self, posting: &Posting, operation: Operation, minor: i64) -> Booking {
        if posting.direction == Direction::Credit {
            let closed_to_it = pass::answer(self, operation) == OperationAnswer::No;
            return if closed_to_it { Booking::Suspense } else { Booking::Balance };
        }
        if minor > self.available_of(counting_of(posting.initiator)) {
            Booking::Receivable
        } else {
            Booking::Balance
        }
    }
}

impl Payout {
    pub(in super::super) fn is_open(&self) -> bool {
        self.state == WithdrawalState::Reserved
    }

    pub(in super::super) fn etag(&self) -> String {
        format!("w{}", self.version)
    }

    pub(super) fn cancel(&mut self, at: Time, why: Result<String, usize>) {
        self.state = WithdrawalState::Cancelled;
        self.cancelled = Some(why);
        self.version += 1;
        self.updated = at;
    }
}
