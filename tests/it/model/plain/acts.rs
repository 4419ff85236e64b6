//! The status actions.

use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::StatusAction as A;
use account_status::pb::v1::*;

use super::super::ask::{Act, Ask, MISSING};
use super::super::seen::Time;
use super::account::{Account, Done, Freeze, Row, term_end};
use super::money::{currency, presence};
use super::pass::{self, Movement, Presence};
use super::show::Reader;
use super::{Block, Blocks, check, refuse};

/// An oral loss report lapses at the end of this day.
const ORAL_LOSS_DAYS: u32 = 5;
const FRAUD_STOP_HOURS: u32 = 48;
/// One fraud case may stop an account this often.
const FRAUD_STOPS_MAX: usize = 2;
/// From the weakest to the strongest.
const LOSSES: [Cause; 3] = [Cause::LossOral, Cause::LossByBank, Cause::LossWritten];

/// What is wrong whatever the account looks like: an amount goes with the restriction AMOUNT, and
/// only with it.
pub(super) fn invalid(act: &Act) -> bool {
    let by_amount = act.restriction == Restriction::Amount;
    act.action == A::Restrict && by_amount != act.amount.is_some()
}

/// Where an action applies: in which lives, and on which condition.
fn applies(account: &Account, action: A) -> bool {
    let needs = match action {
        A::ConfirmLoss | A::WithdrawLoss | A::ReplaceMedium => Some(Condition::Lost),
        A::ResumePayment => Some(Condition::Stoppay),
        A::Reactivate => Some(Condition::Dormant),
        A::ClearSuspicion => Some(Condition::Suspicious),
        A::LiftRestriction => Some(Condition::Restricted),
        _ => None,
    };
    let life = match action {
        A::CompleteOpening | A::RejectOpening => account.life == Lifecycle::Opening,
        A::ResubmitOpening => account.life == Lifecycle::OpenFailed,
        A::Close => account.life != Lifecycle::Closed,
        _ => account.life == Lifecycle::Open,
    };
    life && needs.is_none_or(|kind| account.has(kind))
}

impl Account {
    pub(super) fn act(&mut self, act: &Act, ask: &Ask, at: Time) -> Result<Done, Blocks> {
        if act.end.is_some_and(|end| end <= at) {
            return refuse(R::InvalidRequest);
        }
        let amount = act.amount.map(currency).transpose()?;
        if !applies(self, act.action) {
            return refuse(R::ActionNotApplicable);
        }
        let presence = presence(ask.counter, act.identified);
        match act.action {
            A::CompleteOpening => self.turn(Lifecycle::Open, &[], ask, at),
            A::RejectOpening => self.turn(Lifecycle::OpenFailed, &act.causes, ask, at),
            A::ResubmitOpening => {
                self.turn(Lifecycle::Opening, &[Cause::OpeningInReview], ask, at);
            }
            A::RequireVerification => self.mark(Condition::InfoExpired, act, ask, at),
            A::MarkDormant => self.mark(Condition::Dormant, act, ask, at),
            A::MarkSuspicious => self.mark(Condition::Suspicious, act, ask, at),
            A::Restrict => {
                self.mark(Condition::Restricted, act, ask, at);
                self.rows.last_mut().unwrap().amount = amount;
            }
            A::StopPayment => self.stop(act, amount, ask, at)?,
            A::ReportLoss => self.report_loss(act.causes[0], ask, at)?,
            A::ConfirmLoss | A::WithdrawLoss | A::ReplaceMedium => self.settle_loss(act, at)?,
            A::Reactivate if presence != Presence::Identified => {
                return refuse(R::ActionNotApplicable);
            }
            A::Reactivate => self.end_row(Condition::Dormant, act, at)?,
            A::ResumePayment => self.end_row(Condition::Stoppay, act, at)?,
            A::ClearSuspicion => self.end_row(Condition::Suspicious, act, at)?,
            A::LiftRestriction => self.end_row(Condition::Restricted, act, at)?,
            A::Close => self.close(presence, ask, at)?,
            A::Unspecified => unreachable!("never sent"),
        }
        Ok(Done::Account)
    }

    /// Another stage of the opening, for these causes.
    fn turn(&mut self, life: Lifecycle, causes: &[Cause], ask: &Ask, at: Time) {
        self.life = life;
        self.end_rows(at, |row| row.kind == Condition::Opening);
        for cause in causes {
            self.add_row(Condition::Opening, *cause, ask.by, at);
            if *cause == Cause::OpeningIncomplete {
                self.rows.last_mut().unwrap().missing = vec![MISSING.to_owned()];
            }
        }
    }

    fn mark(&mut self, kind: Condition, act: &Act, ask: &Ask, at: Time) {
        self.add_row(kind, act.causes[0], ask.by, at);
        let row = self.rows.last_mut().unwrap();
        row.restriction = act.restriction;
        row.authority.clone_from(&act.authority);
        row.document.clone_from(&act.document);
        row.until = act.end;
        if row.cause == Cause::IdentityIncomplete {
            row.missing = vec![MISSING.to_owned()];
        }
    }

    fn stop(&mut self, act: &Act, amount: Option<i64>, ask: &Ask, at: Time) -> Result<(), Blocks> {
        let fraud = act.causes[0] == Cause::StopFraud;
        let latest = term_end(at, FRAUD_STOP_HOURS, TermUnit::Hours);
        let of_case = |row: &&Row| row.cause == Cause::StopFraud && row.document == act.document;
        if fraud && self.rows.iter().filter(of_case).count() >= FRAUD_STOPS_MAX {
            return refuse(R::StopRepeated);
        }
        if fraud && act.end.is_some_and(|end| end > latest) {
            return refuse(R::TermTooLong);
        }
        self.mark(Condition::Stoppay, act, ask, at);
        let row = self.rows.last_mut().unwrap();
        row.amount = amount;
        row.until = act.end.or(fraud.then_some(latest));
        Ok(())
    }

    /// Ends the row that is named, or the only one.
    fn end_row(&mut self, kind: Condition, act: &Act, at: Time) -> Result<(), Blocks> {
        let named = |id: &str| act.row.is_empty() || act.row == id;
        let fitting = self.rows_in_force().filter(|row| row.kind == kind && named(&row.id));
        let fitting: Vec<String> = fitting.map(|row| row.id.clone()).collect();
        let [id] = &fitting[..] else { return refuse(R::ActionNotApplicable) };
        self.end_rows(at, |row| row.id == *id);
        Ok(())
    }

    /// A loss is a freeze by the customer over the whole account; only a stronger one comes beside.
    fn report_loss(&mut self, cause: Cause, ask: &Ask, at: Time) -> Result<(), Blocks> {
        let strength = |cause: Cause| LOSSES.iter().position(|loss| *loss == cause);
        if self.losses().any(|loss| strength(loss.cause) >= strength(cause)) {
            return refuse(R::ActionNotApplicable);
        }
        let oral = cause == Cause::LossOral;
        self.freezes.push(Freeze {
            id: String::new(),
            r#type: FreezeType::Customer,
            kind: AuthorityKind::Customer,
            status: FreezeStatus::Active,
            mode: FreezeMode::Whole,
            name: String::new(),
            document: String::new(),
            amount: None,
            exempt: 0,
            confidential: false,
            emergency: false,
            cause,
            served: at,
            effective: Some(at),
            expire: oral.then(|| term_end(at, ORAL_LOSS_DAYS, TermUnit::Days)),
            term: None,
            by: ask.by,
            created: at,
            ended: None,
        });
        Ok(())
    }

    fn losses(&self) -> impl Iterator<Item = &Freeze> {
        self.freezes.iter().filter(|f| f.in_force() && f.r#type == FreezeType::Customer)
    }

    /// Confirms the loss that is named, or the only one, or ends it.
    fn settle_loss(&mut self, act: &Act, at: Time) -> Result<(), Blocks> {
        let named = |id: &str| act.row.is_empty() || act.row == id;
        let fitting: Vec<String> =
            self.losses().filter(|loss| named(&loss.id)).map(|loss| loss.id.clone()).collect();
        let [id] = &fitting[..] else { return refuse(R::ActionNotApplicable) };
        let loss = self.freezes.iter_mut().find(|freeze| freeze.id == *id).unwrap();
        if act.action != A::ConfirmLoss {
            loss.status = FreezeStatus::Released;
            loss.ended = Some(at);
            return Ok(());
        }
        if loss.cause == Cause::LossWritten {
            return refuse(R::ActionNotApplicable);
        }
        loss.cause = Cause::LossWritten;
        loss.expire = None;
        Ok(())
    }

    /// What it holds is protected, or is not any more.
    pub(super) fn protect(&mut self, kind: ProtectedKind) -> Result<Done, Blocks> {
        if self.life == Lifecycle::Closed {
            return refuse(R::AccountClosed);
        }
        if self.protected == kind {
            return refuse(R::ActionNotApplicable);
        }
        self.protected = kind;
        Ok(Done::Account)
    }

    fn close(&mut self, presence: Presence, ask: &Ask, at: Time) -> Result<(), Blocks> {
        let movement = Movement { operation: Operation::Close, minor: 0, presence };
        let mut blocks = pass::blocks(self, movement, Reader::of(ask));
        let still = [
            (self.balance != 0, "balance"),
            (self.reserved() != 0, "reserved"),
            (self.freezes.iter().any(Freeze::in_force), "freezes"),
            (self.reserved_payouts().next().is_some(), "open withdrawals"),
            (self.freezes.iter().any(|f| f.in_force() && f.emergency), "open approvals"),
            (self.untaken != 0, "open cases"),
        ];
        for (_, what) in still.into_iter().filter(|(holds, _)| *holds) {
            blocks.push(Block { reason: R::CloseBlocked, about: what.to_owned() });
        }
        check(blocks)?;
        self.life = Lifecycle::Closed;
        self.end_rows(at, |_| true);
        Ok(())
    }
}
