//! Cards: each becomes a name of its account, a lost one with its loss.

use std::collections::BTreeMap;

use csv::Position;

use super::Outcome;
use super::columns::{Known, Row};
use super::commands::{envelope, submit_all};
use crate::cli::CliError;
use crate::domain::act::bind_card::BindCard;
use crate::domain::act::change_card::ChangeCard;
use crate::domain::card::{Card, CardAction, CardNumber, CardState, is_free};
use crate::domain::command::Command;
use crate::domain::id::AccountNumber;
use crate::service::Core;

/// The columns of cards.
pub(super) fn known() -> Known {
    Known {
        names: &["card_number", "account_number", "card_status"],
        required: vec!["card_number", "account_number"],
    }
}

/// A card as the file has it.
#[derive(Debug)]
pub(super) struct CardRow {
    card_number: CardNumber,
    account_number: AccountNumber,
    state: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Valid,
    Lost,
}

/// What there is to do for a row.
enum Work {
    Nothing,
    Bind,
    ReportLoss,
}

/// A row as it will be taken.
pub(super) fn parse(row: &Row<'_>) -> Result<CardRow, String> {
    let card_number = CardNumber::parse(row.text("card_number"))
        .ok_or("card_number must have 12 to 19 digits")?;
    let state = match row.text("card_status") {
        "" | "VALID" => Said::Valid,
        "LOST" => Said::Lost,
        "REPLACED" | "CANCELLED" => {
            return Err("a card that is replaced or cancelled names no account".to_owned());
        }
        _ => return Err("card_status must be VALID, LOST or empty".to_owned()),
    };
    Ok(CardRow { card_number, account_number: row.account_number()?, state })
}

/// Binds cards that are not bound yet, then reports the losses. What is there already is read from the
/// cards themselves, so that a card refused for its account's sake may be tried again.
///
/// # Errors
/// When the database can't be used.
pub(super) async fn take(
    core: &Core,
    run_id: i64,
    rows: Vec<(Position, CardRow)>,
) -> Result<Outcome, CliError> {
    let numbers: Vec<&CardNumber> = rows.iter().map(|(_, row)| &row.card_number).collect();
    let cards = core.store.card_find(&numbers).await?;
    let cards: BTreeMap<&CardNumber, &Card> =
        cards.iter().map(|card| (&card.card_number, card)).collect();
    let mut owners = BTreeMap::new();
    let mut outcome = Outcome::default();
    let (mut binds, mut losses) = (Vec::new(), BTreeMap::new());
    for (at, row) in rows {
        let known = cards.get(&row.card_number).copied();
        let owner = owners.entry(row.card_number.clone()).or_insert(None);
        let work = match owner {
            None => work(&row, known),
            Some(account) if *account == row.account_number => Ok(Work::Nothing),
            Some(_) => Err("the file has the card on another account, too".to_owned()),
        };
        owner.get_or_insert_with(|| row.account_number.clone());
        let record = at.record();
        let loss = (row.state == Said::Lost).then(|| {
            let command = Command::ChangeCard(ChangeCard {
                card_number: row.card_number.clone(),
                action: CardAction::ReportLoss,
                new_card_number: None,
            });
            let id = format!("import:{run_id}:loss:{record}");
            envelope(row.account_number.clone(), &id, command)
        });
        match work {
            Ok(Work::Nothing) => outcome.present += 1,
            Ok(Work::ReportLoss) => losses.extend(loss.map(|loss| (record, (at, loss)))),
            Ok(Work::Bind) => {
                losses.extend(loss.map(|loss| (record, (at.clone(), loss))));
                let command = Command::BindCard(BindCard { card_number: row.card_number });
                let id = format!("import:{run_id}:card:{record}");
                binds.push((at, envelope(row.account_number, &id, command)));
            }
            Err(reason) => outcome.rejected.push((at, reason)),
        }
    }
    for (at, answer) in submit_all(core, binds).await? {
        match answer {
            Ok(()) if losses.contains_key(&at.record()) => {}
            Ok(()) => outcome.taken += 1,
            Err(reason) => {
                losses.remove(&at.record());
                outcome.rejected.push((at, reason));
            }
        }
    }
    for (at, answer) in submit_all(core, losses.into_values().collect()).await? {
        match answer {
            Ok(()) => outcome.taken += 1,
            Err(reason) => outcome.rejected.push((at, reason)),
        }
    }
    Ok(outcome)
}

fn work(row: &CardRow, known: Option<&Card>) -> Result<Work, String> {
    let Some(card) = known.filter(|card| !is_free(Some(card))) else { return Ok(Work::Bind) };
    if card.account_number != row.account_number {
        return Err("CARD_EXISTS: the card is bound to another account".to_owned());
    }
    match (card.card_status, row.state) {
        (CardState::Valid, Said::Valid) | (CardState::Lost, Said::Lost) => Ok(Work::Nothing),
        (CardState::Valid, Said::Lost) => Ok(Work::ReportLoss),
        (CardState::Lost, Said::Valid) => Err("the card is here already, as lost".to_owned()),
        (CardState::Replaced | CardState::Cancelled, _) => {
            Err("the card is here already, and was replaced".to_owned())
        }
    }
}
