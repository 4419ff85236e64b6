//! What the tests build on: readers of tables typed as text, accounts, conditions and freezes made
//! by hand, commands with sensible defaults, and a world to run them in.

mod cases;
mod commands;
mod payouts;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::account::{Account, Profile};
use crate::domain::act::blank_account;
use crate::domain::approval::policy::FourEyes;
use crate::domain::batch::Rules;
use crate::domain::condition::Condition;
use crate::domain::freeze::control::Funds;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{
    Disclosure, Freeze, FreezeMode, FreezeSource, FreezeStatus, FreezeType, Serves, Urgency,
};
use crate::domain::history::HistoryKey;
use crate::domain::id::{AccountNumber, ConditionId, FreezeId};
use crate::domain::money::{Currency, Minor, Money};
use crate::domain::payout::PayoutRules;
use crate::domain::review::{ReviewRules, TooMany};
use crate::domain::status::{Cause, ConditionKind, Lifecycle, Restriction};
use crate::domain::terms::Term;

pub(crate) use commands::*;
pub(crate) use payouts::*;
pub(crate) use world::*;

pub(crate) const ZONE: Tz = chrono_tz::Asia::Shanghai;
pub(crate) const COURT: &str = "深圳市南山区人民法院";

/// The instant of a local time in the bank's zone: `2026-03-10 10:00:00`, with decimals or not.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
    ZONE.from_local_datetime(&local).unwrap().with_timezone(&Utc)
}

pub(crate) fn microsecond() -> Duration {
    Duration::microseconds(1)
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(crate) fn cny(minor: Minor) -> Money {
    Money { minor, currency: currency("CNY") }
}

pub(crate) fn usd(minor: Minor) -> Money {
    Money { minor, currency: currency("USD") }
}

/// Money of which nothing exempt is used up.
pub(crate) fn funds(money: Minor) -> Funds {
    Funds { money, exempt_used: 0 }
}

pub(crate) fn number() -> AccountNumber {
    AccountNumber::parse("9990584001000000103").unwrap()
}

pub(crate) fn rules() -> Rules {
    Rules {
        zone: ZONE,
        history_key: HistoryKey::new(b"the key of the tests"),
        open_withdrawals_max: 1_000,
        payouts: PayoutRules {
            lease: chrono::TimeDelta::seconds(10),
            held_max: chrono::TimeDelta::hours(24),
        },
        oral_loss_days: 5,
        oral_loss_days_of: BTreeMap::new(),
        holidays: BTreeSet::new(),
        reviews: review_rules(),
        four_eyes: FourEyes::Waived,
        approval_hours: 72,
    }
}

/// The periods as they are where a bank sets nothing.
pub(crate) fn review_rules() -> ReviewRules {
    ReviewRules {
        dormancy: Term::months(6),
        low_balance_dormancy: Term::months(3),
        low_balance_hundredths: 1_000,
        organisation_dormancy: Term::months(12),
        dormancy_notice: Term::days(30),
        unused: Term::months(6),
        identity_grace: Term::days(90),
        remind: Duration::days(30),
        accounts_per_customer: 10,
        too_many_accounts: TooMany::Review,
        cards_per_customer: 20,
    }
}

/// The rows of a table typed as text: the words before the cells, and the cells.
pub(crate) fn table(text: &str, cells: usize) -> Vec<(String, Vec<&str>)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, row) = words.split_at(words.len() - cells);
            (name.join(" "), row.to_vec())
        })
        .collect()
}

/// The value of one of our enums with this wire name.
pub(crate) fn named<T: std::str::FromStr>(name: &str) -> T
where
    T::Err: Debug,
{
    name.parse().unwrap()
}

/// An account made by hand, without conditions.
pub(crate) fn account(lifecycle: Lifecycle, balance: Minor) -> Account {
    let profile = Profile {
        account_id: "A-103".to_owned(),
        account_number: number(),
        account_name: "何雨桐".to_owned(),
        customer_id: "C10003".to_owned(),
        branch_code: "SZ".to_owned(),
        opened_time: at("2026-01-05 09:00:00"),
        product_code: String::new(),
        status_since_time: at("2026-01-05 09:00:00"),
        protected_kind: None,
    };
    let mut account = blank_account(profile, currency("CNY"), lifecycle);
    account.balance.opening_balance_minor = balance;
    account.balance.balance_minor = balance;
    account
}

/// A condition row in force, its id made of kind and cause.
pub(crate) fn condition(kind: ConditionKind, cause: Cause) -> Condition {
    let kind_name: &'static str = kind.into();
    Condition {
        condition_id: ConditionId::parse(&format!("{kind_name}:{}", cause.name())).unwrap(),
        account_number: number(),
        kind,
        cause,
        reason: String::new(),
        restriction: None,
        amount_minor: None,
        authority: None,
        document_no: None,
        missing_items: Vec::new(),
        set_by: "seed".to_owned(),
        since_time: at("2026-01-05 09:00:00"),
        until_time: None,
        ended_time: None,
        ended_by: None,
    }
}

pub(crate) fn restricted(restriction: Restriction) -> Condition {
    let row = condition(ConditionKind::Restricted, Cause::RestrictedByList);
    Condition { restriction: Some(restriction), ..row }
}

/// A freeze in effect, served at 09:00 on 2026-01-05 plus `seq` minutes; `None` = whole.
pub(crate) fn freeze(freeze_type: FreezeType, seq: i64, amount: Option<Minor>) -> Freeze {
    let served = at("2026-01-05 09:00:00") + Duration::minutes(seq);
    let (authority_kind, cause) = match freeze_type {
        FreezeType::Judicial => (AuthorityKind::CourtCivil, Cause::JudicialCourt),
        FreezeType::Bank => (AuthorityKind::Bank, Cause::RiskFreeze),
        FreezeType::Customer => (AuthorityKind::Customer, Cause::LossOral),
    };
    Freeze {
        freeze_id: FreezeId::parse(&format!("F{seq}")).unwrap(),
        account_number: number(),
        freeze_seq: seq,
        freeze_type,
        freeze_status: FreezeStatus::Active,
        freeze_mode: if amount.is_some() { FreezeMode::Amount } else { FreezeMode::Whole },
        authority_kind,
        freeze_by: COURT.to_owned(),
        court_order_no: format!("（2026）粤0305执{seq}号"),
        officers: Vec::new(),
        freeze_amount: amount,
        exempt_minor: 0,
        freeze_reason: String::new(),
        unfreeze_condition: String::new(),
        disclosure: Disclosure::Open,
        urgency: Urgency::Ordinary,
        emergency_cause: None,
        source: FreezeSource::Paper,
        cause,
        served_time: served,
        freeze_date: served.with_timezone(&ZONE).date_naive(),
        effective_time: Some(served),
        expire_time: None,
        expiry_date: None,
        term_count: None,
        term_unit: None,
        notice_no: String::new(),
        renewals: 0,
        preceding_freeze_id: None,
        rank_seq: None,
        serves: Serves::AnyClaim,
        ended_time: None,
        created_by: "seed".to_owned(),
        create_time: served,
        update_time: served,
    }
}
