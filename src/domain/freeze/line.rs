//! The line of freezes on an account: all that are in force, or, where there are many, the first in
//! line and what the account's hot row says of the rest.
//!
//! A status and a withdrawal ask for sums, which the hot row knows, so that an account with a thousand
//! freezes answers them as fast as one with ten. Whatever asks for the freezes themselves has to have
//! them all: with some of them missing it panics, instead of deciding about money as if they were not
//! there.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::Freeze;
use crate::domain::money::Minor;

/// Up to how many freezes are always loaded with their account, and listed as its conditions.
pub const CROWD: i64 = 100;

/// How many of a longer line are loaded and listed: those that fill first.
pub const FIRST_IN_LINE: usize = 10;

/// The freezes in force on an account; [`Deref`] shows them where all are there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Freeze>")]
pub struct Freezes {
    // Shared by the account's drafts: most commands change none.
    rows: Arc<Vec<Freeze>>,
    rest: Option<Rest>,
}

/// What is known of a line of which only the beginning was loaded. All in it are in effect, each on an
/// amount that it has, and none is a loss report; nothing is known of their ends but that none is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// How many freezes were not loaded.
    pub count: i64,
    /// Minor units that the line leaves for living costs, the part that is used up included.
    pub exempt: Minor,
}

impl Freezes {
    /// The beginning of a line, in any order, and what is known of the rest.
    ///
    /// # Panics
    /// When it is empty: what holds for the rest is told by the first.
    pub fn in_part(first: Self, rest: Rest) -> Self {
        assert!(!first.rows.is_empty(), "a line has a beginning");
        Self { rest: Some(rest), ..first }
    }

    /// What is known of those that were not loaded; absent when all are there.
    pub fn rest(&self) -> Option<Rest> {
        self.rest
    }

    /// Those that were loaded: all, or the first in line.
    pub fn loaded(&self) -> &[Freeze] {
        &self.rows
    }

    /// [`Freezes::loaded`], for whoever makes them unreadable to a caller.
    pub fn loaded_mut(&mut self) -> &mut [Freeze] {
        Arc::make_mut(&mut self.rows).as_mut_slice()
    }

    /// How many there are, loaded or not.
    pub fn count(&self) -> usize {
        let rest = self.rest.map_or(0, |rest| rest.count);
        self.rows.len().saturating_add(usize::try_from(rest).unwrap_or(0))
    }

    fn assert_whole(&self) {
        assert!(self.rest.is_none(), "not all freezes of the account were loaded");
    }
}

impl From<Vec<Freeze>> for Freezes {
    fn from(rows: Vec<Freeze>) -> Self {
        Self { rows: Arc::new(rows), rest: None }
    }
}

impl Deref for Freezes {
    type Target = Vec<Freeze>;

    fn deref(&self) -> &Vec<Freeze> {
        self.assert_whole();
        &self.rows
    }
}

impl DerefMut for Freezes {
    fn deref_mut(&mut self) -> &mut Vec<Freeze> {
        self.assert_whole();
        Arc::make_mut(&mut self.rows)
    }
}

impl<'a> IntoIterator for &'a Freezes {
    type Item = &'a Freeze;
    type IntoIter = std::slice::Iter<'a, Freeze>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Freezes {
    type Item = &'a mut Freeze;
    type IntoIter = std::slice::IterMut<'a, Freeze>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// What is stored or remembered of an account has to hold all of them.
impl Serialize for Freezes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}
