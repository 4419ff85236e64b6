//! The settings of the rules: what holds for all accounts of the bank.

use clap::ValueEnum;
use serde::Deserialize;

use super::{ConfigError, Given, at_least_one};
use crate::domain::approval::policy::FourEyes;
use crate::domain::batch::Rules;
use crate::domain::history::HistoryKey;
use crate::domain::payout::PayoutRules;

const DEFAULT_OPEN_WITHDRAWALS_MAX: i64 = 1_000;
const DEFAULT_ORAL_LOSS_DAYS: u32 = 5;
const DEFAULT_APPROVAL_HOURS: u32 = 72;
/// The key of the history chain where none is set: fit for a demo, not for a bank.
const DEVELOPMENT_KEY: &str = "account-status development key";

/// Whether the bank insists on a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FourEyesSetting {
    /// Acts that need one wait for it.
    Required,
    /// Nothing waits.
    Waived,
}

impl FourEyesSetting {
    fn rule(self) -> FourEyes {
        match self {
            Self::Required => FourEyes::Required,
            Self::Waived => FourEyes::Waived,
        }
    }
}

/// Completes and checks them.
pub(super) fn check(given: &Given, payouts: PayoutRules) -> Result<Rules, ConfigError> {
    let key = match &given.history_key {
        Some(text) => hex::decode(text).ok().filter(|key| key.len() >= 16),
        None => Some(DEVELOPMENT_KEY.as_bytes().to_vec()),
    };
    let open_withdrawals_max = given.open_withdrawals_max.unwrap_or(DEFAULT_OPEN_WITHDRAWALS_MAX);
    if open_withdrawals_max < 1 {
        return Err(ConfigError::TooSmall("open-withdrawals-max"));
    }
    let approval_hours = given.approval_hours.unwrap_or(DEFAULT_APPROVAL_HOURS);
    let oral_loss_days = given.oral_loss_days.unwrap_or(DEFAULT_ORAL_LOSS_DAYS);
    Ok(Rules {
        zone: given.zone.unwrap_or(chrono_tz::Asia::Shanghai),
        history_key: HistoryKey::new(&key.ok_or(ConfigError::BadKey)?),
        open_withdrawals_max,
        oral_loss_days: at_least_one("oral-loss-days", oral_loss_days)?,
        four_eyes: given.four_eyes.unwrap_or(FourEyesSetting::Required).rule(),
        approval_hours: at_least_one("approval-hours", approval_hours)?,
        payouts,
    })
}
