//! Accounts: a status code becomes the condition that stands behind it.

use super::columns::{Known, Row};
use super::commands::envelope;
use super::value::Formats;
use crate::domain::act::import_account::{ImportAccount, ImportedOrder};
use crate::domain::command::{Command, Envelope};
use crate::domain::freeze::kind::{self, AuthorityKind, Makes};
use crate::domain::money::Money;
use crate::domain::protection::ProtectedKind;
use crate::domain::review::HolderKind;
use crate::domain::status::AccountStatus;
use crate::domain::terms;

/// What is said of a protected_kind that is none.
const PROTECTED: &str = "protected_kind must be one of the contract's, such as WAGES or TREASURY";

/// The columns of accounts.
pub(super) fn known() -> Known {
    Known {
        names: &[
            "account_id",
            "account_number",
            "account_name",
            "account_status",
            "status_desc",
            "freeze_type",
            "freeze_reason",
            "freeze_date",
            "freeze_by",
            "court_order_no",
            "authority_kind",
            "expiry_date",
            "last_transaction_date",
            "holder_kind",
            "protected_kind",
            "document_expiry_date",
            "customer_id",
            "branch_code",
            "record_status",
            "currency",
            "balance",
        ],
        required: vec!["account_number", "account_status", "currency", "balance"],
    }
}

/// A row as its command.
pub(super) fn parse(row: &Row<'_>, formats: &Formats) -> Result<Envelope, String> {
    let number = row.account_number()?;
    if !matches!(row.text("record_status"), "" | "1") {
        return Err("record_status is not 1: the row is not valid".to_owned());
    }
    let status = AccountStatus::from_code(row.text("account_status"))
        .ok_or("account_status must be a code from 00 to 10")?;
    let currency = row.currency()?.ok_or("currency must be an ISO 4217 code")?;
    let balance =
        Money::parse(row.text("balance"), currency).map_err(|error| format!("balance {error}"))?;
    let empty_only = [AccountStatus::Opening, AccountStatus::OpenFailed, AccountStatus::Closed];
    if balance.minor != 0 && empty_only.contains(&status) {
        return Err(format!("an account with status {} cannot have a balance", status.code()));
    }
    let account_id = match row.words("account_id")? {
        id if id.is_empty() => number.as_str().to_owned(),
        id => id,
    };
    let import = ImportAccount {
        account_id,
        account_name: row.words("account_name")?,
        customer_id: row.words("customer_id")?,
        branch_code: row.words("branch_code")?,
        balance,
        status,
        reason: row.words("freeze_reason")?,
        since: formats.past("freeze_date", row.text("freeze_date"))?,
        order: order(row, status, formats)?,
        last_transaction_time: formats
            .past("last_transaction_date", row.text("last_transaction_date"))?,
        holder_kind: match row.text("holder_kind") {
            "" => HolderKind::Unspecified,
            text => {
                text.parse().map_err(|_unknown| "holder_kind must be PERSON or ORGANISATION")?
            }
        },
        protected_kind: match row.text("protected_kind") {
            "" => None,
            text => Some(text.parse::<ProtectedKind>().map_err(|_unknown| PROTECTED)?),
        },
        document_expiry_date: formats
            .day("document_expiry_date", row.text("document_expiry_date"))?,
    };
    let id = format!("import:{}", number.as_str());
    Ok(envelope(number, &id, Command::ImportAccount(import)))
}

/// The authority's order behind a freeze, if there is one. A type that the status doesn't bear out
/// is refused: the row may leave out a freeze that is in force.
fn order(
    row: &Row<'_>,
    status: AccountStatus,
    formats: &Formats,
) -> Result<Option<ImportedOrder>, String> {
    match (status, row.text("freeze_type")) {
        (_, "") | (AccountStatus::Frozen, "BANK") | (AccountStatus::Lost, "CUSTOMER") => {
            return Ok(None);
        }
        (AccountStatus::Frozen, "JUDICIAL") => {}
        (_, freeze_type @ ("BANK" | "CUSTOMER" | "JUDICIAL")) => {
            let code = status.code();
            return Err(format!("freeze_type {freeze_type} contradicts account_status {code}"));
        }
        (_, _) => return Err("freeze_type must be JUDICIAL, BANK or CUSTOMER".to_owned()),
    }
    let (freeze_by, court_order_no) = (row.words("freeze_by")?, row.words("court_order_no")?);
    if freeze_by.is_empty() || court_order_no.is_empty() {
        return Err("freeze_type JUDICIAL needs freeze_by and court_order_no".to_owned());
    }
    let expiry_date = formats.day("expiry_date", row.text("expiry_date"))?;
    let end = expiry_date.and_then(|day| terms::day_end(day, formats.zone));
    if end.is_some_and(|end| end <= formats.now) {
        return Err("expiry_date lies in the past or beyond the calendar".to_owned());
    }
    Ok(Some(ImportedOrder {
        authority_kind: authority(row)?.unwrap_or(AuthorityKind::CourtCivil),
        freeze_by,
        court_order_no,
        expiry_date,
    }))
}

/// An authority that may freeze; absent = not said.
pub(super) fn authority(row: &Row<'_>) -> Result<Option<AuthorityKind>, String> {
    let wrong = "authority_kind must be one of an authority that may freeze, such as COURT_CIVIL";
    match row.text("authority_kind") {
        "" => Ok(None),
        text => text.parse().ok().filter(|kind| freezes(*kind)).map(Some).ok_or(wrong.to_owned()),
    }
}

fn freezes(kind: AuthorityKind) -> bool {
    kind::rule(kind).makes == Makes::Freeze
        && !matches!(kind, AuthorityKind::Bank | AuthorityKind::Customer)
}
