//! The settings as they are given, by flag, environment or file.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;
use serde::Deserialize;

use super::{FourEyesSetting, LogFormat, Switch, TooManySetting};

/// Settings as they are given; what is absent has its default.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Given {
    /// A TOML file with any of these settings, named as the flags are
    #[arg(long, env = "ACCOUNT_STATUS_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Where to serve [default: 127.0.0.1:50051; simulate-channel: 127.0.0.1:50061]
    #[arg(long, env = "ACCOUNT_STATUS_LISTEN", value_name = "ADDRESS", global = true)]
    pub listen: Option<SocketAddr>,
    /// The database: sqlite://FILE or postgres://… [default: sqlite://account-status.db]
    #[arg(
        long,
        env = "ACCOUNT_STATUS_DATABASE_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Lanes that commit at once on PostgreSQL; SQLite has one [default: 2]
    #[arg(long, env = "ACCOUNT_STATUS_LANES", value_name = "N", global = true)]
    pub lanes: Option<u32>,
    /// Connections that answer reads [default: 8]
    #[arg(long, env = "ACCOUNT_STATUS_READERS", value_name = "N", global = true)]
    pub readers: Option<u32>,
    /// The bank's time zone: days and terms are counted in it [default: Asia/Shanghai]
    #[arg(long, env = "ACCOUNT_STATUS_ZONE", value_name = "NAME", global = true)]
    pub zone: Option<Tz>,
    /// Hex key of the status history's hash chain [default: a development key, with a warning]
    #[arg(
        long,
        env = "ACCOUNT_STATUS_HISTORY_KEY",
        value_name = "HEX",
        global = true,
        hide_env_values = true
    )]
    pub history_key: Option<String>,
    /// The most withdrawals that may hold money on one account [default: 1000]
    #[arg(long, env = "ACCOUNT_STATUS_OPEN_WITHDRAWALS_MAX", value_name = "N", global = true)]
    pub open_withdrawals_max: Option<i64>,
    /// Days after which an oral loss report lapses [default: 5]
    #[arg(long, env = "ACCOUNT_STATUS_ORAL_LOSS_DAYS", value_name = "N", global = true)]
    pub oral_loss_days: Option<u32>,
    /// Days after which an oral loss report lapses for a product, as in PASSBOOK=7; repeatable
    #[arg(
        long,
        env = "ACCOUNT_STATUS_ORAL_LOSS_DAYS_OF",
        value_name = "PRODUCT=DAYS",
        value_delimiter = ',',
        global = true
    )]
    pub oral_loss_days_of: Option<Vec<String>>,
    /// Days, as YYYY-MM-DD, on which a customer's term does not end but moves on: public holidays,
    /// and weekends where the bank wants it so. To the hours of payout channels they are no business
    /// days
    #[arg(
        long,
        env = "ACCOUNT_STATUS_HOLIDAYS",
        value_name = "DAY",
        value_delimiter = ',',
        global = true
    )]
    pub holidays: Option<Vec<String>>,
    /// Months without use after which a person's account is dormant [default: 6]
    #[arg(long, env = "ACCOUNT_STATUS_DORMANCY_MONTHS", value_name = "N", global = true)]
    pub dormancy_months: Option<u32>,
    /// The same where the balance is low [default: 3]
    #[arg(long, env = "ACCOUNT_STATUS_LOW_BALANCE_MONTHS", value_name = "N", global = true)]
    pub low_balance_months: Option<u32>,
    /// Up to which balance, in major units, it counts as low [default: 10.00]
    #[arg(long, env = "ACCOUNT_STATUS_LOW_BALANCE", value_name = "AMOUNT", global = true)]
    pub low_balance: Option<String>,
    /// Months without any transaction after which an organisation is told of dormancy [default: 12]
    #[arg(
        long,
        env = "ACCOUNT_STATUS_DORMANCY_ORGANISATION_MONTHS",
        value_name = "N",
        global = true
    )]
    pub dormancy_organisation_months: Option<u32>,
    /// Days from that notice to dormancy [default: 30]
    #[arg(long, env = "ACCOUNT_STATUS_DORMANCY_NOTICE_DAYS", value_name = "N", global = true)]
    pub dormancy_notice_days: Option<u32>,
    /// Months without any transaction after which a new account is suspended at non-counter channels
    /// [default: 6]
    #[arg(long, env = "ACCOUNT_STATUS_UNUSED_MONTHS", value_name = "N", global = true)]
    pub unused_months: Option<u32>,
    /// Days that a holder has to renew a document that ran out, from the notice [default: 90]
    #[arg(long, env = "ACCOUNT_STATUS_IDENTITY_GRACE_DAYS", value_name = "N", global = true)]
    pub identity_grace_days: Option<u32>,
    /// Days ahead for which reminders are given [default: 30]
    #[arg(long, env = "ACCOUNT_STATUS_REMIND_DAYS", value_name = "N", global = true)]
    pub remind_days: Option<u32>,
    /// The most accounts of one customer [default: 10]
    #[arg(long, env = "ACCOUNT_STATUS_ACCOUNTS_PER_CUSTOMER", value_name = "N", global = true)]
    pub accounts_per_customer: Option<u32>,
    /// What becomes of one more: review or refuse [default: review]
    #[arg(
        long,
        env = "ACCOUNT_STATUS_TOO_MANY_ACCOUNTS",
        value_name = "review|refuse",
        global = true
    )]
    pub too_many_accounts: Option<TooManySetting>,
    /// The most cards of one customer, over all accounts [default: 20]
    #[arg(long, env = "ACCOUNT_STATUS_CARDS_PER_CUSTOMER", value_name = "N", global = true)]
    pub cards_per_customer: Option<u32>,
    /// Whether releases, closings and the like wait for a second person: required or waived
    /// [default: required]
    #[arg(long, env = "ACCOUNT_STATUS_FOUR_EYES", value_name = "required|waived", global = true)]
    pub four_eyes: Option<FourEyesSetting>,
    /// Hours for which a proposal waits for the second person [default: 72]
    #[arg(long, env = "ACCOUNT_STATUS_APPROVAL_HOURS", value_name = "HOURS", global = true)]
    pub approval_hours: Option<u32>,
    /// Where this process calls a payout channel, as in CH-FAST=http://127.0.0.1:50061, whatever URL
    /// UpsertChannel gave it; a channel that is not there yet is made, for every currency and amount,
    /// in the order given. Repeatable
    #[arg(
        long,
        env = "ACCOUNT_STATUS_CHANNEL",
        value_name = "ID=URL",
        value_delimiter = ',',
        global = true
    )]
    pub channel: Option<Vec<String>>,
    /// Whether withdrawals are sent to the channels: on or off [default: on]
    #[arg(long, env = "ACCOUNT_STATUS_PAYOUTS", value_name = "on|off", global = true)]
    pub payouts: Option<Switch>,
    /// Milliseconds that a channel may take to answer [default: 5000]
    #[arg(long, env = "ACCOUNT_STATUS_PAYOUT_TIMEOUT_MS", value_name = "MS", global = true)]
    pub payout_timeout_ms: Option<u64>,
    /// Hours for which a withdrawal may be held before it fails and its money goes back, those aside
    /// at which all channels are closed [default: 24]
    #[arg(long, env = "ACCOUNT_STATUS_PAYOUT_HELD_HOURS", value_name = "HOURS", global = true)]
    pub payout_held_hours: Option<u32>,
    /// The most payouts that are carried at once [default: 512]
    #[arg(long, env = "ACCOUNT_STATUS_PAYOUTS_AT_ONCE", value_name = "N", global = true)]
    pub payouts_at_once: Option<u32>,
    /// Whether the sweep writes down lapses: on or off [default: on]
    #[arg(long, env = "ACCOUNT_STATUS_SWEEP", value_name = "on|off", global = true)]
    pub sweep: Option<Switch>,
    /// Seconds to finish calls after a signal to stop [default: 20]
    #[arg(long, env = "ACCOUNT_STATUS_DRAIN_SECS", value_name = "SECONDS", global = true)]
    pub drain_secs: Option<u64>,
    /// What to log, as in `info,account_status=debug`; libraries are not heard below INFO, where they
    /// repeat what callers send [default: info]
    #[arg(long, env = "ACCOUNT_STATUS_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// How log lines look [default: text]
    #[arg(long, env = "ACCOUNT_STATUS_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
}

impl Given {
    /// What is given, and otherwise what the file says.
    pub(super) fn or(self, file: Self) -> Self {
        Self {
            config: self.config,
            listen: self.listen.or(file.listen),
            database_url: self.database_url.or(file.database_url),
            lanes: self.lanes.or(file.lanes),
            readers: self.readers.or(file.readers),
            zone: self.zone.or(file.zone),
            history_key: self.history_key.or(file.history_key),
            open_withdrawals_max: self.open_withdrawals_max.or(file.open_withdrawals_max),
            oral_loss_days: self.oral_loss_days.or(file.oral_loss_days),
            oral_loss_days_of: self.oral_loss_days_of.or(file.oral_loss_days_of),
            holidays: self.holidays.or(file.holidays),
            dormancy_months: self.dormancy_months.or(file.dormancy_months),
            low_balance_months: self.low_balance_months.or(file.low_balance_months),
            low_balance: self.low_balance.or(file.low_balance),
            dormancy_organisation_months: self
                .dormancy_organisation_months
                .or(file.dormancy_organisation_months),
            dormancy_notice_days: self.dormancy_notice_days.or(file.dormancy_notice_days),
            unused_months: self.unused_months.or(file.unused_months),
            identity_grace_days: self.identity_grace_days.or(file.identity_grace_days),
            remind_days: self.remind_days.or(file.remind_days),
            accounts_per_customer: self.accounts_per_customer.or(file.accounts_per_customer),
            too_many_accounts: self.too_many_accounts.or(file.too_many_accounts),
            cards_per_customer: self.cards_per_customer.or(file.cards_per_customer),
            four_eyes: self.four_eyes.or(file.four_eyes),
            approval_hours: self.approval_hours.or(file.approval_hours),
            channel: self.channel.or(file.channel),
            payouts: self.payouts.or(file.payouts),
            payout_timeout_ms: self.payout_timeout_ms.or(file.payout_timeout_ms),
            payout_held_hours: self.payout_held_hours.or(file.payout_held_hours),
            payouts_at_once: self.payouts_at_once.or(file.payouts_at_once),
            sweep: self.sweep.or(file.sweep),
            drain_secs: self.drain_secs.or(file.drain_secs),
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
        }
    }
}
