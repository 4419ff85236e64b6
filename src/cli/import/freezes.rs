//! Freezes: those in force take their legal place, those that ended become records.

use std::collections::BTreeMap;

use csv::Position;

use super::Outcome;
use super::accounts::authority;
use super::columns::{Known, Row};
use super::commands::{carry_out, envelope};
use super::value::Formats;
use crate::cli::CliError;
use crate::domain::act::import_freeze::ImportFreeze;
use crate::domain::command::{Command, Envelope};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Disclosure, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::id::FreezeId;
use crate::service::Core;

/// The columns of freezes.
pub(super) fn known() -> Known {
    Known {
        names: &[
            "freeze_id",
            "account_number",
            "freeze_type",
            "freeze_reason",
            "freeze_amount",
            "freeze_date",
            "expiry_date",
            "freeze_by",
            "court_order_no",
            "unfreeze_condition",
            "freeze_status",
            "authority_kind",
            "currency",
            "confidential",
            "freeze_mode",
            "ended_date",
        ],
        required: vec![
            "freeze_id",
            "account_number",
            "freeze_type",
            "freeze_date",
            "freeze_status",
        ],
    }
}

/// A row as its command.
pub(super) fn parse(row: &Row<'_>, formats: &Formats) -> Result<Envelope, String> {
    let number = row.account_number()?;
    let freeze_id = FreezeId::parse(row.text("freeze_id"))
        .ok_or("freeze_id must have 1 to 64 visible ASCII characters")?;
    let freeze_type = row.word::<FreezeType>("freeze_type")?.ok_or("freeze_type is missing")?;
    let freeze_status =
        row.word::<FreezeStatus>("freeze_status")?.ok_or("freeze_status is missing")?;
    let in_force = matches!(freeze_status, FreezeStatus::Active | FreezeStatus::Waiting);
    let (freeze_by, court_order_no) = (row.words("freeze_by")?, row.words("court_order_no")?);
    let unnamed = freeze_by.is_empty() || court_order_no.is_empty();
    if in_force && freeze_type == FreezeType::Judicial && unnamed {
        return Err("freeze_type JUDICIAL needs freeze_by and court_order_no".to_owned());
    }
    let amount = Some(row.text("freeze_amount")).filter(|text| !text.is_empty());
    let import = ImportFreeze {
        freeze_id,
        freeze_type,
        authority_kind: kind(row, freeze_type)?,
        freeze_mode: mode(row, amount)?,
        amount: amount.map(str::to_owned),
        currency: row.currency()?,
        freeze_by,
        court_order_no,
        freeze_reason: row.words("freeze_reason")?,
        unfreeze_condition: row.words("unfreeze_condition")?,
        disclosure: disclosure(row)?,
        served_time: formats
            .past("freeze_date", row.text("freeze_date"))?
            .ok_or("freeze_date is missing: it decides the order of freezes")?,
        expiry_date: formats.day("expiry_date", row.text("expiry_date"))?,
        freeze_status,
        ended_time: formats.past("ended_date", row.text("ended_date"))?,
    };
    let id = format!("import:freeze:{}", import.freeze_id);
    Ok(envelope(number, &id, Command::ImportFreeze(import)))
}

/// The kind follows from the type, but for an authority's, which the file or a default has to say: it
/// decides who may lift the freeze and whether it may wait.
fn kind(row: &Row<'_>, freeze_type: FreezeType) -> Result<AuthorityKind, String> {
    let own = match freeze_type {
        FreezeType::Bank => AuthorityKind::Bank,
        FreezeType::Customer => AuthorityKind::Customer,
        FreezeType::Judicial => {
            return authority(row)?.ok_or_else(|| {
                "freeze_type JUDICIAL needs authority_kind, or --default \
                 authority_kind=COURT_CIVIL where all are of one kind"
                    .to_owned()
            });
        }
    };
    let name: &str = own.into();
    if row.says("authority_kind") && row.text("authority_kind") != name {
        return Err(format!("authority_kind must be {name} or empty for this freeze_type"));
    }
    Ok(own)
}

fn mode(row: &Row<'_>, amount: Option<&str>) -> Result<FreezeMode, String> {
    let said = row.word::<FreezeMode>("freeze_mode")?;
    match (said, amount) {
        (None | Some(FreezeMode::Amount), Some(_)) => Ok(FreezeMode::Amount),
        (None, None) => Ok(FreezeMode::Whole),
        (Some(whole @ (FreezeMode::Whole | FreezeMode::TwoWay)), None) => Ok(whole),
        (Some(FreezeMode::Amount), None) => {
            Err("freeze_mode AMOUNT needs freeze_amount".to_owned())
        }
        (Some(FreezeMode::Whole | FreezeMode::TwoWay), Some(_)) => {
            Err("freeze_mode takes the whole account, so freeze_amount must be empty".to_owned())
        }
    }
}

fn disclosure(row: &Row<'_>) -> Result<Disclosure, String> {
    match row.text("confidential") {
        "" | "0" | "N" | "no" | "false" => Ok(Disclosure::Open),
        "1" | "Y" | "yes" | "true" => Ok(Disclosure::Confidential),
        _ => Err("confidential must be yes, no or empty".to_owned()),
    }
}

/// Carries rows out. A freeze is found by its id alone, so that one id can't be on two accounts.
///
/// # Errors
/// When the database can't be used.
pub(super) async fn take(
    core: &Core,
    rows: Vec<(Position, Envelope)>,
) -> Result<Outcome, CliError> {
    let ids: Vec<&str> = rows.iter().filter_map(|(_, row)| freeze_id(row)).collect();
    let mut accounts: BTreeMap<String, String> =
        core.store.freeze_find_accounts(&ids).await?.into_iter().collect();
    let (mut free, mut taken) = (Vec::with_capacity(rows.len()), Vec::new());
    for (at, row) in rows {
        let id = freeze_id(&row).unwrap_or_default().to_owned();
        let number = row.account_number.as_str();
        if accounts.entry(id).or_insert_with(|| number.to_owned()) == number {
            free.push((at, row));
        } else {
            taken.push((at, "freeze_id is in use on another account".to_owned()));
        }
    }
    let mut outcome = carry_out(core, free).await?;
    outcome.rejected.extend(taken);
    Ok(outcome)
}

fn freeze_id(row: &Envelope) -> Option<&str> {
    match &row.command {
        Command::ImportFreeze(import) => Some(import.freeze_id.as_str()),
        _ => None,
    }
}
