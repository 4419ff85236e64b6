//! Commands as most tests send them; a test overrides what it is about.

use crate::domain::act::add_case_note::AddCaseNote;
use crate::domain::act::answer_objection::AnswerObjection;
use crate::domain::act::assign_case::AssignCase;
use crate::domain::act::bind_card::BindCard;
use crate::domain::act::bind_platform::BindPlatform;
use crate::domain::act::cancel_withdrawal::CancelWithdrawal;
use crate::domain::act::change_card::ChangeCard;
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::clear_suspense::ClearSuspense;
use crate::domain::act::create_freeze::{self, CreateFreeze};
use crate::domain::act::decide_approval::DecideApproval;
use crate::domain::act::deduct_freeze::{DeductFreeze, Measure};
use crate::domain::act::protect_account::ProtectAccount;
use crate::domain::act::record_objection::RecordObjection;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::act::remind_case::RemindCase;
use crate::domain::act::renew_freeze::RenewFreeze;
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::act::succeed_freeze::SucceedFreeze;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::approval::policy::Debt;
use crate::domain::card::{CardAction, CardNumber};
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::papers::Order;
use crate::domain::freeze::{
    Disclosure, Freeze, FreezeMode, FreezeSource, FreezeType, Officer, Serves, Urgency,
};
use crate::domain::money::Minor;
use crate::domain::status::{Cause, Restriction};
use crate::domain::transaction::{
    Direction, EntryChannel, Identification, Initiator, Mode, Purpose, TransactionType,
};
use crate::domain::withdrawal::{Beneficiary, BeneficiaryKind, Withdrawal};

use super::{COURT, cny, freeze};

pub(crate) fn withdraw(minor: Minor) -> Withdraw {
    Withdraw {
        amount: cny(minor),
        beneficiary: Beneficiary {
            beneficiary_name: "示例个人丙".to_owned(),
            beneficiary_account: "62299999".to_owned(),
            beneficiary_bank_code: "102".to_owned(),
            beneficiary_bank_name: "示例银行".to_owned(),
            beneficiary_kind: BeneficiaryKind::Person,
        },
        reference: String::new(),
        purpose: Purpose::Transfer,
        entry_channel: EntryChannel::App,
        preferred_channel: String::new(),
    }
}

pub(crate) fn cancel(withdrawal: &Withdrawal) -> CancelWithdrawal {
    CancelWithdrawal {
        withdrawal_id: withdrawal.withdrawal_id.clone(),
        reason: "changed my mind".to_owned(),
        expected_version: None,
    }
}

/// A transfer that a stranger or the customer made through the app, to be authorized.
pub(crate) fn transaction(direction: Direction, minor: Minor) -> RecordTransaction {
    let initiator = match direction {
        Direction::Credit => Initiator::Counterparty,
        Direction::Debit => Initiator::Customer,
    };
    RecordTransaction {
        transaction_id: None,
        mode: Mode::Authorize,
        direction,
        amount: cny(minor),
        transaction_type: TransactionType::Transfer,
        initiator,
        entry_channel: EntryChannel::App,
        purpose: Purpose::Transfer,
        identification: Identification::None,
        counterparty_account: String::new(),
        counterparty_name: String::new(),
        value_time: None,
    }
}

pub(crate) fn credit(minor: Minor) -> RecordTransaction {
    transaction(Direction::Credit, minor)
}

pub(crate) fn debit(minor: Minor) -> RecordTransaction {
    transaction(Direction::Debit, minor)
}

/// The two officers who bring a paper.
pub(crate) fn officers() -> Vec<Officer> {
    [("陆衡", "粤-1101"), ("叶澄", "粤-1102")]
        .map(|(name, badge_no)| Officer { name: name.to_owned(), badge_no: badge_no.to_owned() })
        .to_vec()
}

/// An authority's order, an amount or the whole account; its document is one of execution.
pub(crate) fn order(kind: AuthorityKind, amount: Option<Minor>) -> CreateFreeze {
    let bank = kind == AuthorityKind::Bank;
    CreateFreeze {
        freeze_type: if bank { FreezeType::Bank } else { FreezeType::Judicial },
        authority_kind: kind,
        authority_name: COURT.to_owned(),
        document_no: "（2026）粤0305执1234号".to_owned(),
        officers: if bank { Vec::new() } else { officers() },
        served_time: None,
        mode: if amount.is_some() { FreezeMode::Amount } else { FreezeMode::Whole },
        amount: amount.map(cny),
        exempt: None,
        duration: create_freeze::Duration::Unstated,
        reason: "ordered".to_owned(),
        unfreeze_condition: String::new(),
        disclosure: Disclosure::Open,
        urgency: Urgency::Ordinary,
        emergency_cause: None,
        source: if bank { FreezeSource::Internal } else { FreezeSource::Paper },
        notice_no: if bank { String::new() } else { "协1234".to_owned() },
        serves: Serves::AnyClaim,
    }
}

pub(crate) fn court(amount: Option<Minor>) -> CreateFreeze {
    order(AuthorityKind::CourtCivil, amount)
}

pub(crate) fn police(amount: Option<Minor>) -> CreateFreeze {
    order(AuthorityKind::PoliceCriminal, amount)
}

/// The release of a freeze by the authority behind it.
pub(crate) fn release(freeze: &Freeze, extent: Extent) -> ReleaseFreeze {
    let judicial = freeze.freeze_type == FreezeType::Judicial;
    ReleaseFreeze {
        freeze_id: freeze.freeze_id.clone(),
        extent,
        authority_kind: judicial.then_some(freeze.authority_kind),
        authority_name: freeze.freeze_by.clone(),
        document_no: "（2026）粤0305执1234号之一".to_owned(),
        reason: "paid".to_owned(),
        source: None,
        officers: Vec::new(),
        notice_no: String::new(),
        list_ground: None,
    }
}

/// The papers of an authority that acts on a freeze that is there.
pub(crate) fn papers(kind: AuthorityKind, name: &str) -> Order {
    let bank = kind == AuthorityKind::Bank;
    let text = |text: &str| if bank { String::new() } else { text.to_owned() };
    Order {
        authority_kind: kind,
        authority_name: name.to_owned(),
        document_no: text("（2026）粤0305执1234号之二"),
        notice_no: text("协1234之二"),
        officers: if bank { Vec::new() } else { officers() },
        source: if bank { FreezeSource::Internal } else { FreezeSource::Paper },
    }
}

/// The renewal of a freeze by the authority behind it, as long as its kind allows.
pub(crate) fn renew(freeze: &Freeze) -> RenewFreeze {
    RenewFreeze {
        freeze_id: freeze.freeze_id.clone(),
        order: papers(freeze.authority_kind, &freeze.freeze_by),
        duration: create_freeze::Duration::Unstated,
        served_time: None,
        reason: "not settled".to_owned(),
    }
}

/// Another court takes a freeze over, whose end stays.
pub(crate) fn succeed(freeze: &Freeze, kind: AuthorityKind, court: &str) -> SucceedFreeze {
    SucceedFreeze {
        freeze_id: freeze.freeze_id.clone(),
        order: papers(kind, court),
        duration: create_freeze::Duration::Unstated,
        reason: "transferred".to_owned(),
    }
}

/// A deduction by the authority behind a freeze, all of it or nothing.
pub(crate) fn deduct(freeze: &Freeze, minor: Minor) -> DeductFreeze {
    DeductFreeze {
        freeze_id: Some(freeze.freeze_id.clone()),
        amount: cny(minor),
        measure: Measure::Exactly,
        order: papers(freeze.authority_kind, &freeze.freeze_by),
        served_time: None,
        receiving_account: "9990111122223333".to_owned(),
        receiving_name: "执行款专户".to_owned(),
        reason: "execution".to_owned(),
        serves: Serves::AnyClaim,
    }
}

/// A ruling that freezes what it deducts.
pub(crate) fn deduct_at_once(minor: Minor, order: Order) -> DeductFreeze {
    DeductFreeze { freeze_id: None, order, ..deduct(&freeze(FreezeType::Judicial, 1, None), minor) }
}

/// A status action by staff at the counter before the identified customer, with the first cause
/// that a caller would name for it.
pub(crate) fn change(action: Action) -> ChangeStatus {
    let causes = match action {
        Action::RejectOpening => vec![Cause::OpeningIncomplete],
        Action::RequireVerification => vec![Cause::IdentityIncomplete],
        Action::ReportLoss => vec![Cause::LossOral],
        Action::StopPayment => vec![Cause::StopArrears],
        Action::MarkDormant => vec![Cause::DormantNoUse],
        Action::MarkSuspicious => vec![Cause::SuspiciousPattern],
        Action::Restrict => vec![Cause::RestrictedByList],
        _ => Vec::new(),
    };
    let incomplete = matches!(action, Action::RejectOpening | Action::RequireVerification);
    ChangeStatus {
        action,
        causes,
        reason: String::new(),
        condition_id: None,
        missing_items: if incomplete { vec!["lease proof".to_owned()] } else { Vec::new() },
        restriction: (action == Action::Restrict).then_some(Restriction::NonCounter),
        amount: None,
        end_time: None,
        authority: String::new(),
        document_no: String::new(),
        source: None,
        arrears: Debt::Open,
        identification: Identification::Checked,
        entry_channel: EntryChannel::Counter,
    }
}

/// A stop order of the police fraud platform.
pub(crate) fn fraud_stop(case: &str) -> ChangeStatus {
    ChangeStatus {
        causes: vec![Cause::StopFraud],
        document_no: case.to_owned(),
        ..change(Action::StopPayment)
    }
}

pub(crate) fn card_number(text: &str) -> CardNumber {
    CardNumber::parse(text).unwrap()
}

pub(crate) fn bind(card: &str) -> BindCard {
    BindCard { card_number: card_number(card) }
}

pub(crate) fn change_card(card: &str, action: CardAction) -> ChangeCard {
    ChangeCard { card_number: card_number(card), action, new_card_number: None }
}

pub(crate) fn replace(card: &str, new: &str) -> ChangeCard {
    let new_card_number = Some(card_number(new));
    ChangeCard { new_card_number, ..change_card(card, CardAction::Replace) }
}

/// A command from any of the writes, so that tests can send them as they are.
pub(crate) struct Sent(pub(crate) Command);

macro_rules! sent {
    ($($write:ident),*) => {
        $(impl From<$write> for Sent {
            fn from(write: $write) -> Self {
                Self(Command::$write(write))
            }
        })*
    };
}

sent!(
    BindCard,
    BindPlatform,
    CancelWithdrawal,
    ChangeCard,
    ChangeStatus,
    CreateFreeze,
    DecideApproval,
    DeductFreeze,
    ProtectAccount,
    RecordObjection,
    AnswerObjection,
    RecordTransaction,
    ReleaseFreeze,
    RenewFreeze,
    SucceedFreeze,
    Withdraw,
    AssignCase,
    AddCaseNote,
    ResolveCase,
    ClearSuspense,
    RemindCase
);

impl From<Command> for Sent {
    fn from(command: Command) -> Self {
        Self(command)
    }
}

impl From<Action> for Sent {
    fn from(action: Action) -> Self {
        change(action).into()
    }
}
