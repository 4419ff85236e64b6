//! `query ACCOUNT`: a status as a person reads it.

use std::fmt::Write as _;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use strum::VariantArray;

use super::{CliError, print};
use crate::ask::{AccountKey, Failure, Found, mask};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::account::Account;
use crate::domain::freeze::Disclosure;
use crate::domain::freeze::control::{self, Counting};
use crate::domain::id::AccountNumber;
use crate::domain::pass::{self, Operation, Standing};
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::Reason;
use crate::service::{self, Core};
use crate::text::{self, Locale, Placeholders};

/// Show the status of an account
#[derive(Debug, Args)]
pub(super) struct Query {
    /// The account number, or the number of a card that draws on it
    account: String,
    /// The language: en, zh-Hans, zh-Hant or zh-TW
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
}

impl Query {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        let number = AccountNumber::parse(&self.account).ok_or_else(|| {
            let text = "an account number has 1 to 34 letters and digits";
            CliError::Refused(text.to_owned())
        })?;
        let store = service::connect(settings).await?;
        let core = Core::start(store, Clock::System, settings);
        let found = core.ask.found_whole(&AccountKey::Number(number)).await;
        core.drain(settings.drain).await;
        let locale = Locale::from_accept_language(&self.language);
        let Found { account, card } = found.map_err(|failure| {
            CliError::Refused(match failure {
                Failure::NotFound(_) => text::reason_message(Reason::AccountNotFound).to_owned(),
                Failure::Unavailable | Failure::Internal => failure.to_string(),
            })
        })?;
        // Who has a shell has not for that reason the scope for what is confidential.
        let scopes = Scope::VARIANTS.iter().copied().filter(|s| *s != Scope::Confidential);
        let account = mask::account(account, &Principal::new("query", scopes));
        let page = page(&account, locale, settings.rules.zone);
        let asked = card.map(|card| {
            let state: &str = card.card_status.into();
            format!("card {}, {state}, of\n", card.card_number)
        });
        print(&format!("{}{page}", asked.unwrap_or_default()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The whole answer. Writing into a text cannot fail, so the results of `writeln!` are dropped.
fn page(account: &Account, locale: Locale, zone: Tz) -> String {
    let mut out = String::new();
    let status = account.status();
    let name = text::status_name(status, locale);
    let number = account.profile.account_number.as_str();
    let _ = writeln!(out, "{number}  {}", account.profile.account_name);
    let _ = writeln!(out, "{} {} — {name}", status.code(), status.name());
    let _ = writeln!(out, "{}", text::status_description(status, locale));
    amounts(&mut out, account);
    operations(&mut out, account);
    for condition in account.conditions.iter().filter(|row| row.in_force()) {
        let since = local(condition.since_time, zone);
        let until = until(condition.until_time, zone);
        let cause = condition.cause;
        let _ = writeln!(out, "\n{} since {since}{until}", cause.name());
        let fill = Placeholders {
            until: condition.until_time.map(|at| local(at, zone)),
            items: (!condition.missing_items.is_empty())
                .then(|| condition.missing_items.join(", ")),
            ..Placeholders::default()
        };
        let _ = writeln!(out, "  {}", text::customer_line(cause, locale, &fill));
    }
    freezes(&mut out, account, locale, zone);
    out
}

fn amounts(out: &mut String, account: &Account) {
    let control = account.control(Counting::All);
    let currency = account.balance.currency_code.code();
    let _ = writeln!(
        out,
        "balance {} {currency}, reserved {}, frozen {}, available {}",
        account.money(account.balance.balance_minor),
        account.money(account.balance.reserved_minor),
        account.money(control.controlled),
        account.money(control.available),
    );
}

fn operations(out: &mut String, account: &Account) {
    let word = |operation| match pass::standing(account, operation) {
        Standing::Yes => "yes",
        Standing::Limited => "limited",
        Standing::No => "no",
    };
    let _ = writeln!(
        out,
        "money in: {}, money out by app or API: {}, at the counter: {}",
        word(Operation::Credit),
        word(Operation::CustomerDebitNonCounter),
        word(Operation::CustomerDebitCounter),
    );
}

fn freezes(out: &mut String, account: &Account, locale: Locale, zone: Tz) {
    let shares = account.control(Counting::All).shares;
    for (freeze, share) in control::in_order(&account.freezes).into_iter().zip(shares) {
        let claim = match freeze.freeze_amount {
            Some(amount) => account.money(amount).to_string(),
            None => "the whole account".to_owned(),
        };
        let kind: &str = freeze.freeze_type.into();
        let state: &str = freeze.freeze_status.into();
        let _ = writeln!(
            out,
            "\n{kind} freeze {}, {state}, place {}: claims {claim}, controls {}",
            freeze.freeze_id,
            share.position,
            account.money(share.controlled),
        );
        let by = [freeze.freeze_by.as_str(), freeze.court_order_no.as_str()].join(" ");
        let since = local(freeze.served_time, zone);
        let until = until(freeze.expire_time, zone);
        let _ = writeln!(out, "  {} since {since}{until}", by.trim());
        let fill = Placeholders {
            authority: Some(freeze.freeze_by.clone()),
            document: Some(freeze.court_order_no.clone()),
            until: freeze.expire_time.map(|at| local(at, zone)),
            ..Placeholders::default()
        };
        let line = match freeze.disclosure {
            Disclosure::Open => text::customer_line(freeze.shown_cause(), locale, &fill),
            Disclosure::Confidential => text::confidential_line(locale),
        };
        let _ = writeln!(out, "  {line}");
    }
}

fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn until(end: Option<DateTime<Utc>>, zone: Tz) -> String {
    end.map_or_else(String::new, |end| format!(" until {}", local(end, zone)))
}
