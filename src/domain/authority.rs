//! What an authority is told of its order when it is carried out, and what of that is remembered.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::freeze::Freeze;
use super::freeze::standing::{Neighbour, Standing};
use super::id::{TransactionId, WithdrawalId};
use super::money::{Direction, Minor};
use super::transaction::Transaction;
use super::withdrawal::State;

/// What the authority is told about its freeze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct FreezeReceipt {
    /// The freeze after the command.
    pub freeze: Freeze,
    /// Where it stands after the command.
    pub standing: Standing,
    /// Withdrawals that were not sent and gave way to it, newest first.
    pub cancelled: Vec<WithdrawalId>,
    /// What was on its way and what was booked before the paper was entered.
    pub meanwhile: Meanwhile,
    /// Freezes that had waited and take effect because of the command, first in line first, at most
    /// [`NEIGHBOURS_MAX`](super::freeze::standing::NEIGHBOURS_MAX).
    pub promoted: Vec<Neighbour>,
}

/// A receipt as it is or was remembered: the first versions kept the whole account in it.
#[derive(Deserialize)]
struct Stored {
    freeze: Freeze,
    standing: Option<Standing>,
    account: Option<Account>,
    cancelled: Vec<WithdrawalId>,
    #[serde(default)]
    meanwhile: Meanwhile,
    #[serde(default)]
    promoted: Vec<Neighbour>,
}

impl TryFrom<Stored> for FreezeReceipt {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { freeze, standing, account, cancelled, meanwhile, promoted } = stored;
        let standing = standing.or_else(|| account.map(|account| account.standing(&freeze)));
        let standing = standing.ok_or("neither standing nor account")?;
        Ok(Self { freeze, standing, cancelled, meanwhile, promoted })
    }
}

/// What happened on the account before the bank could carry an order out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meanwhile {
    /// Payouts that were sent and whose outcome is open, the oldest first.
    pub in_flight: Vec<InFlight>,
    /// What was booked since the paper was served, newest first.
    pub movements: Vec<Moved>,
    /// Whether there were more than are listed.
    pub more_movements: bool,
}

/// A payout on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// The withdrawal.
    pub withdrawal_id: WithdrawalId,
    /// Minor units that it holds.
    pub held_minor: Minor,
    /// Where it is.
    pub state: State,
    /// When it was asked for.
    pub create_time: DateTime<Utc>,
}

/// A booking between the service of a paper and its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The posting.
    pub transaction_id: TransactionId,
    /// Which way.
    pub direction: Direction,
    /// Minor units.
    pub amount_minor: Minor,
    /// When it was booked.
    pub recorded_time: DateTime<Utc>,
}

/// Money that was deducted from a freeze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeductionReceipt {
    /// The freeze after it, and what the authority is told.
    pub freeze: FreezeReceipt,
    /// The posting.
    pub transaction: Transaction,
}
