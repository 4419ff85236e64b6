//! What is wrong with a request whatever the account looks like.

use std::borrow::Cow;

/// A field that is wrong whatever the account looks like; the edge collects all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The request field, as the contract names it; an item of a list by its place.
    pub field: Cow<'static, str>,
    /// What is wrong with it.
    pub description: String,
}

impl Violation {
    /// A violation of a field.
    pub fn new(field: impl Into<Cow<'static, str>>, description: impl Into<String>) -> Self {
        Self { field: field.into(), description: description.into() }
    }
}
