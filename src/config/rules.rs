//! The settings of the rules: what holds for all accounts of the bank.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use clap::ValueEnum;
use serde::Deserialize;

use super::{ConfigError, Given, at_least_one};
use crate::domain::approval::policy::FourEyes;
use crate::domain::batch::Rules;
use crate::domain::history::HistoryKey;
use crate::domain::payout::PayoutRules;
use crate::domain::review::{ReviewRules, TooMany};
use crate::domain::terms::Term;

const DEFAULT_OPEN_WITHDRAWALS_MAX: i64 = 1_000;
const DEFAULT_ORAL_LOSS_DAYS: u32 = 5;
const DEFAULT_APPROVAL_HOURS: u32 = 72;
const DEFAULT_LOW_BALANCE: &str = "10.00";
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

/// What becomes of an account more than a customer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TooManySetting {
    /// It is reviewed for that, too.
    Review,
    /// It is refused.
    Refuse,
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
        oral_loss_days_of: products(given.oral_loss_days_of.as_deref().unwrap_or_default())?,
        holidays: holidays(given.holidays.as_deref().unwrap_or_default())?,
        reviews: reviews(given)?,
        payouts,
    })
}

fn reviews(given: &Given) -> Result<ReviewRules, ConfigError> {
    let count = |name, value: Option<u32>, default| at_least_one(name, value.unwrap_or(default));
    let months = |name, value, default| Ok(Term::months(count(name, value, default)?));
    let days =
        |name, value, default| Ok::<_, ConfigError>(Term::days(count(name, value, default)?));
    let organisation = given.dormancy_organisation_months;
    let low = given.low_balance.as_deref().unwrap_or(DEFAULT_LOW_BALANCE);
    let remind = count("remind-days", given.remind_days, 30)?;
    Ok(ReviewRules {
        dormancy: months("dormancy-months", given.dormancy_months, 6)?,
        low_balance_dormancy: months("low-balance-months", given.low_balance_months, 3)?,
        low_balance_hundredths: hundredths(low).ok_or(ConfigError::BadLowBalance)?,
        organisation_dormancy: months("dormancy-organisation-months", organisation, 12)?,
        dormancy_notice: days("dormancy-notice-days", given.dormancy_notice_days, 30)?,
        unused: months("unused-months", given.unused_months, 6)?,
        identity_grace: days("identity-grace-days", given.identity_grace_days, 90)?,
        remind: TimeDelta::days(remind.into()),
        accounts_per_customer: count("accounts-per-customer", given.accounts_per_customer, 10)?
            .into(),
        too_many_accounts: match given.too_many_accounts {
            Some(TooManySetting::Refuse) => TooMany::Refuse,
            Some(TooManySetting::Review) | None => TooMany::Review,
        },
        cards_per_customer: count("cards-per-customer", given.cards_per_customer, 20)?.into(),
    })
}

/// Hundredths of an amount with at most two decimals.
fn hundredths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fraction)
}

fn products(given: &[String]) -> Result<BTreeMap<String, u32>, ConfigError> {
    let mut terms = BTreeMap::new();
    for text in given {
        let (product, days) = text.split_once('=').ok_or(ConfigError::BadProductTerm)?;
        let days = days.parse().ok().filter(|days| *days > 0).ok_or(ConfigError::BadProductTerm)?;
        if product.is_empty() || terms.insert(product.to_owned(), days).is_some() {
            return Err(ConfigError::BadProductTerm);
        }
    }
    Ok(terms)
}

fn holidays(given: &[String]) -> Result<BTreeSet<NaiveDate>, ConfigError> {
    given.iter().map(|day| day.parse().map_err(|_not_one| ConfigError::BadHoliday)).collect()
}
