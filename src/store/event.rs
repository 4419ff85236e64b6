//! `event`, append-only: what was committed, for whoever reacts to it. The commit position is the
//! engine's: the transaction id on PostgreSQL, the row id on SQLite.

use super::bulk::{Kind, Statements, Table};

pub(super) static EVENT: Table = Table {
    name: "event",
    key: &["event_id", "account_number"],
    columns: &[
        ("event_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("account_seq", Kind::Plain),
        ("kind", Kind::Plain),
        ("payload", Kind::Json),
        ("event_time", Kind::Time),
    ],
    statements: Statements::new(),
};
