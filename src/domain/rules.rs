//! What the bank has settled for all its accounts: its zone, its terms, its limits, how it works.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::approval::policy::FourEyes;
use super::channel::hours::Calendar;
use super::history::HistoryKey;
use super::payout::PayoutRules;
use super::review::rules::ReviewRules;

/// What holds for all accounts alike.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The bank's zone: days, months and years are counted in it.
    pub zone: Tz,
    /// The key of the history chain.
    pub history_key: HistoryKey,
    /// The most withdrawals that may hold money on one account.
    pub open_withdrawals_max: i64,
    /// Days after which an oral loss report lapses (储蓄管理条例 30–31: 5).
    pub oral_loss_days: u32,
    /// The same for products that have their own.
    pub oral_loss_days_of: BTreeMap<String, u32>,
    /// Days on which a customer's term does not end, but on the day after, and which are no business
    /// days.
    pub holidays: BTreeSet<NaiveDate>,
    /// How accounts are reviewed, and how many a customer may have.
    pub reviews: ReviewRules,
    /// Whether the bank insists on a second person.
    pub four_eyes: FourEyes,
    /// Hours for which a proposal stays open.
    pub approval_hours: u32,
    /// How withdrawals are paid out.
    pub payouts: PayoutRules,
}

impl Rules {
    /// On which days and by which clock channels are open.
    pub fn calendar(&self) -> Calendar<'_> {
        Calendar { zone: self.zone, holidays: &self.holidays }
    }
}
