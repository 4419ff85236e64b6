//! Messages into domain types: parsed once, here, with every violation collected under its field
//! path. Inside, nothing is checked for its form again.
//!
//! The limits of each field are those that the comments of the contract state.

mod account;
mod etag;
mod field;
mod freeze;
mod head;
mod page;
mod read;
#[cfg(test)]
mod tests;
mod transaction;
mod withdrawal;

pub(super) use account::{change_status, open_account};
pub(super) use freeze::{create_freeze, release_freeze};
pub(super) use page::next_page_token;
pub(super) use read::{
    account_status, freeze_record, freeze_records, history, withdrawal, withdrawals,
};
pub(super) use transaction::record_transaction;
pub(super) use withdrawal::{cancel_withdrawal, withdraw};

use super::failure::Failure;
use crate::domain::refusal;

pub(super) use etag::{status_etag, withdrawal_etag};

/// What is wrong with a request: field paths with descriptions. Descriptions never repeat what was
/// sent.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<(String, String)>);

impl Violations {
    /// Nothing wrong so far.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub(crate) fn add(&mut self, field: &str, description: &str) {
        self.0.push((field.to_owned(), description.to_owned()));
    }

    /// Adds what the rules of an act found.
    fn extend(&mut self, found: Vec<refusal::Violation>) {
        self.0.extend(found.into_iter().map(|wrong| (wrong.field.to_owned(), wrong.description)));
    }

    /// Field paths with descriptions, in the order of the fields.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, description)| (field.as_str(), description.as_str()))
    }

    /// Fails when anything is wrong.
    fn check(self) -> Result<(), Failure> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}
