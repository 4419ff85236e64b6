//! Who asks, and what they may do. Made at the edge; rules only look at it.

use std::collections::BTreeSet;
use std::sync::Arc;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A permission.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
pub enum Scope {
    /// Read status, history, freezes and withdrawals.
    #[strum(serialize = "account.read")]
    AccountRead,
    /// Open, close and change accounts.
    #[strum(serialize = "account.write")]
    AccountWrite,
    /// What happens at the counter: losses, reactivation.
    #[strum(serialize = "counter.write")]
    CounterWrite,
    /// Stop orders, suspicion, restrictions.
    #[strum(serialize = "risk.write")]
    RiskWrite,
    /// Place freezes.
    #[strum(serialize = "freeze.write")]
    FreezeWrite,
    /// Release freezes and deduct from them.
    #[strum(serialize = "freeze.release")]
    FreezeRelease,
    /// Emergency freezes.
    #[strum(serialize = "freeze.emergency")]
    FreezeEmergency,
    /// Withdraw and cancel.
    #[strum(serialize = "withdraw.write")]
    WithdrawWrite,
    /// Look at payout channels.
    #[strum(serialize = "channel.read")]
    ChannelRead,
    /// Change payout channels.
    #[strum(serialize = "channel.write")]
    ChannelWrite,
    /// Bring channels' statements.
    #[strum(serialize = "statement.write")]
    StatementWrite,
    /// Read cases and what stands in suspense.
    #[strum(serialize = "case.read")]
    CaseRead,
    /// Assign cases and add to them.
    #[strum(serialize = "case.write")]
    CaseWrite,
    /// Resolve cases and clear what stands in suspense.
    #[strum(serialize = "case.resolve")]
    CaseResolve,
    /// Report what became of payouts.
    #[strum(serialize = "payout.report")]
    PayoutReport,
    /// Bring what the control systems of courts and police send: it needs no second person.
    #[strum(serialize = "network.write")]
    NetworkWrite,
    /// Decide what others proposed.
    #[strum(serialize = "approval.write")]
    ApprovalWrite,
    /// List the cards that the platform of this name has bound.
    #[strum(serialize = "platform.read")]
    PlatformRead,
    /// Record transactions.
    #[strum(serialize = "transaction.write")]
    TransactionWrite,
    /// Names and beneficiaries in clear.
    #[strum(serialize = "personal.read")]
    PersonalRead,
    /// Lines meant for bank staff.
    #[strum(serialize = "bank.read")]
    BankRead,
    /// Confidential freezes, suspicion reports.
    #[strum(serialize = "confidential")]
    Confidential,
}

impl Scope {
    /// The name in tokens and in `WhoAmI`, such as `freeze.write`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The longest name of a principal.
pub const PRINCIPAL_MAX_CHARS: usize = 64;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Its name, 1–64 visible ASCII characters.
    pub name: Arc<str>,
    /// What it may do.
    pub scopes: Arc<BTreeSet<Scope>>,
}

impl Principal {
    /// A principal with these scopes.
    pub fn new(name: &str, scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self { name: name.into(), scopes: Arc::new(scopes.into_iter().collect()) }
    }

    /// The service itself: sweeps, imports.
    pub fn service(name: &str) -> Self {
        Self::new(name, Scope::VARIANTS.iter().copied())
    }

    /// Whether it has a scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
