//! What is wrong with the fields of a request, collected so that all of it is answered at once.

use crate::domain::refusal;

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
    pub(crate) fn extend(&mut self, found: Vec<refusal::Violation>) {
        self.0.extend(found.into_iter().map(|wrong| (wrong.field.into_owned(), wrong.description)));
    }

    /// The same, with this path in front of each field.
    pub(crate) fn under(self, path: &str) -> Self {
        let below = |(field, description)| (format!("{path}{field}"), description);
        Self(self.0.into_iter().map(below).collect())
    }

    /// Field paths with descriptions, in the order of the fields.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, description)| (field.as_str(), description.as_str()))
    }

    /// Fails with all of it when anything is wrong.
    pub(crate) fn check(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
