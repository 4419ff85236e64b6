//! What has to come with an order of an authority: as many officers and documents as its kind asks
//! for when it comes on paper, nothing more when a control system sent it.

use serde::{Deserialize, Serialize};

use super::kind::{self, AuthorityKind};
use super::{FreezeSource, Officer};
use crate::domain::refusal::Violation;

/// An order of an authority about a freeze: who orders it, by which documents, and how it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The kind of authority; BANK for the bank itself.
    pub authority_kind: AuthorityKind,
    /// Its name; the department of the bank, or empty.
    pub authority_name: String,
    /// The document; empty for the bank itself.
    pub document_no: String,
    /// The notice of assistance served with it; empty = none.
    pub notice_no: String,
    /// The officers who brought it.
    pub officers: Vec<Officer>,
    /// How it came.
    pub source: FreezeSource,
}

impl Order {
    /// What is wrong with it, whatever it is about.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found =
            violations(self.authority_kind, self.source, &self.officers, &self.notice_no);
        let bank = self.authority_kind == AuthorityKind::Bank;
        if self.authority_kind == AuthorityKind::Customer {
            found.push(Violation::new("authority_kind", "a loss ends with the loss actions"));
        }
        if !bank && self.authority_name.is_empty() {
            found.push(Violation::new("authority_name", "is required of an authority"));
        }
        if !bank && self.document_no.is_empty() {
            found.push(Violation::new("document_no", "is required of an authority"));
        }
        if bank != (self.source == FreezeSource::Internal) {
            found.push(Violation::new("source", "INTERNAL goes with the bank, and only with it"));
        }
        found
    }
}

/// What is missing of an order's papers.
pub fn violations(
    kind: AuthorityKind,
    source: FreezeSource,
    officers: &[Officer],
    notice_no: &str,
) -> Vec<Violation> {
    if source != FreezeSource::Paper {
        return Vec::new();
    }
    let asked = kind::rule(kind).papers;
    let mut found = Vec::new();
    let named = officers.iter().filter(|officer| !officer.badge_no.is_empty()).count();
    if named < asked.officers {
        let text = format!("{} officers with their badge numbers bring a paper", asked.officers);
        found.push(Violation::new("officers", &text));
    }
    if asked.notice && notice_no.is_empty() {
        let text = "a court serves a notice of assistance with its order on paper";
        found.push(Violation::new("notice_no", text));
    }
    found
}
