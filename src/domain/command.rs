//! The closed list of every write, the envelope it travels in, and what it answers.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::account::Account;
use super::act::add_case_note::AddCaseNote;
use super::act::answer_objection::AnswerObjection;
use super::act::assign_case::AssignCase;
use super::act::bind_card::BindCard;
use super::act::bind_platform::BindPlatform;
use super::act::cancel_withdrawal::CancelWithdrawal;
use super::act::change_card::ChangeCard;
use super::act::change_status::ChangeStatus;
use super::act::clear_suspense::ClearSuspense;
use super::act::create_freeze::CreateFreeze;
use super::act::decide_approval::DecideApproval;
use super::act::deduct_freeze::DeductFreeze;
use super::act::errand::Errand;
use super::act::follow_up::FollowUp;
use super::act::import_account::ImportAccount;
use super::act::import_freeze::ImportFreeze;
use super::act::open_account::OpenAccount;
use super::act::proposed::Proposed;
use super::act::protect_account::ProtectAccount;
use super::act::record_evidence::RecordEvidence;
use super::act::record_objection::RecordObjection;
use super::act::record_transaction::RecordTransaction;
use super::act::release_freeze::ReleaseFreeze;
use super::act::remind_case::RemindCase;
use super::act::renew_freeze::RenewFreeze;
use super::act::resolve_case::ResolveCase;
use super::act::start_attempt::StartAttempt;
use super::act::succeed_freeze::SucceedFreeze;
use super::act::update_identity::UpdateIdentity;
use super::act::withdraw::Withdraw;
use super::approval::Approval;
use super::authority::{DeductionReceipt, FreezeReceipt};
use super::batch::Needs;
use super::card::CardReceipt;
use super::case::Case;
use super::id::{AccountNumber, RequestId};
use super::objection::Objection;
use super::platform::PlatformBinding;
use super::principal::Principal;
use super::refusal::Refused;
use super::review::Review;
use super::suspense::SuspenseItem;
use super::transaction::{EntryChannel, Transaction};
use super::withdrawal::Withdrawal;

/// Every write there is.
#[derive(Debug, Clone, Serialize)]
pub enum Command {
    /// Opens an account.
    OpenAccount(OpenAccount),
    /// Takes an account over from another system, as it is.
    ImportAccount(ImportAccount),
    /// Takes a freeze over from another system, with its id.
    ImportFreeze(ImportFreeze),
    /// Carries out a status action.
    ChangeStatus(ChangeStatus),
    /// Places a freeze.
    CreateFreeze(CreateFreeze),
    /// Lifts a freeze, whole or in part.
    ReleaseFreeze(ReleaseFreeze),
    /// Prolongs a freeze.
    RenewFreeze(RenewFreeze),
    /// Takes money from what a freeze holds.
    DeductFreeze(DeductFreeze),
    /// Puts another court in the place of an authority.
    SucceedFreeze(SucceedFreeze),
    /// Marks what an account holds as protected.
    ProtectAccount(ProtectAccount),
    /// Records an objection.
    RecordObjection(RecordObjection),
    /// Records what came of one.
    AnswerObjection(AnswerObjection),
    /// Says a second person's word on a proposal, or takes one's own back.
    DecideApproval(DecideApproval),
    /// Posts a transaction of core banking.
    RecordTransaction(RecordTransaction),
    /// Reserves a withdrawal.
    Withdraw(Withdraw),
    /// Cancels a withdrawal that was not sent.
    CancelWithdrawal(CancelWithdrawal),
    /// Binds a card.
    BindCard(BindCard),
    /// Replaces, blocks or cancels a card.
    ChangeCard(ChangeCard),
    /// Records what is known of the holder's identity.
    UpdateIdentity(UpdateIdentity),
    /// Binds a card to a platform, or ends that.
    BindPlatform(BindPlatform),
    /// Takes a reserved withdrawal up to send it.
    StartAttempt(StartAttempt),
    /// Takes an attempt up whose time has come.
    FollowUp(FollowUp),
    /// Stores and judges what a channel said.
    RecordEvidence(Box<RecordEvidence>),
    /// Gives a case to somebody.
    AssignCase(AssignCase),
    /// Adds a step to a case.
    AddCaseNote(AddCaseNote),
    /// Ends a case.
    ResolveCase(ResolveCase),
    /// Works off money beside the account.
    ClearSuspense(ClearSuspense),
    /// Reminds the owner of a case.
    RemindCase(RemindCase),
    /// Writes down what lapsed.
    Lapse,
    /// Does what is due by the calendar: notices, dormancy, reminders.
    Review,
}

/// Whether a command takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It does.
    Take,
    /// It is decided, answered, and leaves no trace.
    ValidateOnly,
}

/// A command with who sent it, under which id, and until when the answer is of use.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Who asks.
    pub principal: Principal,
    /// The account it is about.
    pub account_number: AccountNumber,
    /// The caller's id of this request.
    pub request_id: RequestId,
    /// A command that was not started by then is dropped.
    pub deadline: Instant,
    /// The status version that the caller saw, where it insists on it.
    pub expected_version: Option<i64>,
    /// Whether it takes effect.
    pub effect: Effect,
    /// Through which channel it came; part of the content.
    pub entry_channel: EntryChannel,
    /// What to do.
    pub command: Command,
}

impl Envelope {
    /// SHA-256 of account, entry channel and parsed command, hex: two requests with one id are the same request
    /// when this is the same. The etag, the deadline and validate_only are not part of it.
    pub fn content_hash(&self) -> String {
        let content =
            serde_json::to_vec(&(&self.account_number, self.entry_channel, &self.command))
                .expect("commands are plain data with text keys");
        hex::encode(Sha256::digest(content))
    }
}

impl Command {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        match self {
            Self::ImportAccount(_) | Self::ProtectAccount(_) | Self::Withdraw(_) | Self::Lapse => {
                Needs::default()
            }
            Self::OpenAccount(open) => {
                Needs { accounts_of: Some(open.customer_id.clone()), ..Needs::default() }
            }
            Self::UpdateIdentity(_) | Self::Review => {
                Needs { review: true, objections: true, ..Needs::default() }
            }
            Self::ImportFreeze(import) => import.needs(),
            Self::ChangeStatus(change) => change.needs(),
            // The bank objects to an order for too long, unless too many objections wait already.
            Self::CreateFreeze(create) => Needs { objections: true, ..create.needs() },
            Self::DecideApproval(decide) => {
                Needs { approval: Some(decide.approval_id.clone()), ..Needs::default() }
            }
            Self::ReleaseFreeze(release) => release.needs(),
            Self::RenewFreeze(renew) => Needs { objections: true, ..renew.needs() },
            Self::DeductFreeze(deduct) => deduct.needs(),
            Self::SucceedFreeze(succeed) => Needs { objections: true, ..succeed.needs() },
            Self::RecordObjection(record) => record.needs(),
            Self::AnswerObjection(answer) => answer.needs(),
            Self::RecordTransaction(record) => record.needs(),
            Self::CancelWithdrawal(cancel) => {
                Needs { withdrawal: Some(cancel.withdrawal_id.clone()), ..Needs::default() }
            }
            Self::StartAttempt(StartAttempt { withdrawal_id, .. })
            | Self::FollowUp(FollowUp { withdrawal_id }) => {
                Needs { payout: Some(withdrawal_id.clone()), ..Needs::default() }
            }
            Self::RecordEvidence(record) => record.needs(),
            Self::AssignCase(assign) => assign.needs(),
            Self::AddCaseNote(add) => add.needs(),
            Self::ResolveCase(resolve) => resolve.needs(),
            Self::ClearSuspense(clear) => clear.needs(),
            Self::RemindCase(remind) => remind.needs(),
            Self::BindCard(bind) => {
                let cards = vec![bind.card_number.clone()];
                Needs { cards, cards_of_customer: true, ..Needs::default() }
            }
            Self::BindPlatform(bind) => bind.needs(),
            Self::ChangeCard(change) => {
                let both = [Some(&change.card_number), change.new_card_number.as_ref()];
                Needs { cards: both.into_iter().flatten().cloned().collect(), ..Needs::default() }
            }
        }
    }

    /// The act that may have to wait for a second person; `None` for commands that never do.
    pub fn proposed(&self) -> Option<Proposed> {
        match self {
            Self::ChangeStatus(change) => Some(Proposed::ChangeStatus(change.clone())),
            Self::CreateFreeze(create) => Some(Proposed::CreateFreeze(create.clone())),
            Self::ReleaseFreeze(release) => Some(Proposed::ReleaseFreeze(release.clone())),
            Self::RenewFreeze(renew) => Some(Proposed::RenewFreeze(renew.clone())),
            Self::DeductFreeze(deduct) => Some(Proposed::DeductFreeze(deduct.clone())),
            Self::ProtectAccount(protect) => Some(Proposed::ProtectAccount(protect.clone())),
            Self::ResolveCase(resolve) => Some(Proposed::ResolveCase(resolve.clone())),
            Self::ClearSuspense(clear) => Some(Proposed::ClearSuspense(clear.clone())),
            Self::OpenAccount(_)
            | Self::ImportAccount(_)
            | Self::ImportFreeze(_)
            | Self::SucceedFreeze(_)
            | Self::RecordObjection(_)
            | Self::AnswerObjection(_)
            | Self::DecideApproval(_)
            | Self::RecordTransaction(_)
            | Self::Withdraw(_)
            | Self::CancelWithdrawal(_)
            | Self::BindCard(_)
            | Self::ChangeCard(_)
            | Self::BindPlatform(_)
            | Self::StartAttempt(_)
            | Self::FollowUp(_)
            | Self::RecordEvidence(_)
            | Self::AssignCase(_)
            | Self::AddCaseNote(_)
            | Self::RemindCase(_)
            | Self::UpdateIdentity(_)
            | Self::Lapse
            | Self::Review => None,
        }
    }

    /// The command's name in logs and spans.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenAccount(_) => "open_account",
            Self::ImportAccount(_) => "import_account",
            Self::ImportFreeze(_) => "import_freeze",
            Self::ChangeStatus(_) => "change_status",
            Self::CreateFreeze(_) => "create_freeze",
            Self::ReleaseFreeze(_) => "release_freeze",
            Self::RenewFreeze(_) => "renew_freeze",
            Self::DeductFreeze(_) => "deduct_freeze",
            Self::SucceedFreeze(_) => "succeed_freeze",
            Self::ProtectAccount(_) => "protect_account",
            Self::RecordObjection(_) => "record_objection",
            Self::AnswerObjection(_) => "answer_objection",
            Self::DecideApproval(_) => "decide_approval",
            Self::RecordTransaction(_) => "record_transaction",
            Self::Withdraw(_) => "withdraw",
            Self::CancelWithdrawal(_) => "cancel_withdrawal",
            Self::BindCard(_) => "bind_card",
            Self::ChangeCard(_) => "change_card",
            Self::BindPlatform(_) => "bind_platform",
            Self::StartAttempt(_) => "start_attempt",
            Self::FollowUp(_) => "follow_up",
            Self::RecordEvidence(_) => "record_evidence",
            Self::AssignCase(_) => "assign_case",
            Self::AddCaseNote(_) => "add_case_note",
            Self::ResolveCase(_) => "resolve_case",
            Self::ClearSuspense(_) => "clear_suspense",
            Self::RemindCase(_) => "remind_case",
            Self::UpdateIdentity(_) => "update_identity",
            Self::Lapse => "lapse",
            Self::Review => "review",
        }
    }

    /// Whether its answer is kept under its request id. What the service asks of itself is not: the
    /// rows that such a command is about say whether it has happened, and one that happened once
    /// more changes nothing.
    pub fn is_remembered(&self) -> bool {
        match self {
            Self::OpenAccount(_)
            | Self::ImportAccount(_)
            | Self::ImportFreeze(_)
            | Self::ChangeStatus(_)
            | Self::CreateFreeze(_)
            | Self::ReleaseFreeze(_)
            | Self::RenewFreeze(_)
            | Self::DeductFreeze(_)
            | Self::SucceedFreeze(_)
            | Self::ProtectAccount(_)
            | Self::RecordObjection(_)
            | Self::AnswerObjection(_)
            | Self::DecideApproval(_)
            | Self::RecordTransaction(_)
            | Self::Withdraw(_)
            | Self::CancelWithdrawal(_)
            | Self::BindCard(_)
            | Self::ChangeCard(_)
            | Self::UpdateIdentity(_)
            | Self::AssignCase(_)
            | Self::AddCaseNote(_)
            | Self::ResolveCase(_)
            | Self::ClearSuspense(_)
            | Self::BindPlatform(_) => true,
            Self::StartAttempt(_)
            | Self::FollowUp(_)
            | Self::RecordEvidence(_)
            | Self::RemindCase(_)
            | Self::Lapse
            | Self::Review => false,
        }
    }
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalReceipt {
    /// The approval after the command.
    pub approval: Approval,
    /// What the act answers: carried out where the approval was given just now; where it was
    /// proposed, what a freeze would reach.
    pub outcome: Option<Receipt>,
}

/// What a change of identity answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityReceipt {
    /// The account after the command.
    pub account: Account,
    /// What is known of its holder, without the document's hash.
    pub review: Review,
}

/// What a command answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receipt {
    /// The account as it is after the command.
    Account(Box<Account>),
    /// The freeze.
    Freeze(Box<FreezeReceipt>),
    /// The transaction.
    Transaction(Box<Transaction>),
    /// The withdrawal.
    Withdrawal(Box<Withdrawal>),
    /// A deduction.
    Deduction(Box<DeductionReceipt>),
    /// An objection.
    Objection(Box<Objection>),
    /// The card.
    Card(Box<CardReceipt>),
    /// The account, and what is known of its holder.
    Identity(Box<IdentityReceipt>),
    /// A card's binding to a platform.
    PlatformBinding(Box<PlatformBinding>),
    /// An attempt that was taken up, and what to do about it.
    Errand(Box<Errand>),
    /// A case.
    Case(Box<Case>),
    /// An item in suspense.
    Suspense(Box<SuspenseItem>),
    /// A proposal: the command was not carried out, or it was one about a proposal.
    Approval(Box<ApprovalReceipt>),
    /// Nothing to tell.
    Done,
}

/// What becomes of a command.
pub type Outcome = Result<Receipt, Refused>;
