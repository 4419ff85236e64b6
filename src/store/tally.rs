//! `channel_tally`: what commits count of attempts, until it is added up.

use super::bulk::{Kind, Statements, Table};

pub(super) static TALLY: Table = Table {
    name: "channel_tally",
    key: &["tally_id", "account_number"],
    columns: &[
        ("tally_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("bank_code", Kind::Plain),
        ("band", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("hour", Kind::Time),
        ("counted", Kind::Plain),
        ("detail", Kind::Plain),
        ("count", Kind::Plain),
        ("amount_minor", Kind::Plain),
    ],
    statements: Statements::new(),
};
