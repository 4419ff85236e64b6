//! `account_master`: what SQL readers see of an account.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::bulk::{Kind, Statements, Table};
use crate::domain::account::Account;
use crate::domain::freeze::control;
use crate::text::{self, Locale};

pub(super) static MASTER: Table = Table {
    name: "account_master",
    key: &["account_number"],
    columns: &[
        ("account_number", Kind::Plain),
        ("account_id", Kind::Plain),
        ("account_name", Kind::Plain),
        ("account_status", Kind::Plain),
        ("status_desc", Kind::Plain),
        ("freeze_type", Kind::Plain),
        ("freeze_reason", Kind::Plain),
        ("freeze_date", Kind::Plain),
        ("customer_id", Kind::Plain),
        ("branch_code", Kind::Plain),
        ("opened_time", Kind::Time),
        ("record_status", Kind::Plain),
        ("product_code", Kind::Plain),
        ("status_since_time", Kind::Time),
        ("protected_kind", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// A row of `account_master`: what SQL readers see of an account. The freeze is the one first in
/// line.
#[derive(Debug, Serialize)]
pub(super) struct MasterRow<'a> {
    account_number: &'a str,
    account_id: &'a str,
    account_name: &'a str,
    account_status: &'static str,
    status_desc: String,
    freeze_type: Option<&'static str>,
    freeze_reason: Option<&'a str>,
    freeze_date: Option<NaiveDate>,
    customer_id: &'a str,
    branch_code: &'a str,
    opened_time: DateTime<Utc>,
    record_status: &'static str,
    product_code: &'a str,
    status_since_time: DateTime<Utc>,
    protected_kind: Option<&'static str>,
}

impl<'a> MasterRow<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        let status = account.status();
        let first = control::first(&account.freezes);
        Self {
            account_number: account.profile.account_number.as_str(),
            account_id: &account.profile.account_id,
            account_name: &account.profile.account_name,
            account_status: status.code(),
            status_desc: text::status_name(status, Locale::Hans).into_owned(),
            freeze_type: first.map(|freeze| freeze.freeze_type.into()),
            freeze_reason: first.map(|freeze| freeze.freeze_reason.as_str()),
            freeze_date: first.map(|freeze| freeze.freeze_date),
            customer_id: &account.profile.customer_id,
            branch_code: &account.profile.branch_code,
            opened_time: account.profile.opened_time,
            record_status: "1",
            product_code: &account.profile.product_code,
            status_since_time: account.profile.status_since_time,
            protected_kind: account.profile.protected_kind.map(Into::into),
        }
    }
}
