//! `status_change_order`: which changes of status were committed, window by window.
//!
//! A position is the transaction's id on PostgreSQL and a row id on SQLite. Everything below the
//! oldest transaction that still runs is decided for good, so a window ends there at the latest, and
//! what commits late is in a later one. Ids are taken before locks are waited for, so that of one
//! account the change with the higher number may have the lower position: a window is closed when
//! no row of it has a predecessor behind its end.

use std::collections::BTreeMap;

use sea_orm::sea_query::Value;

use super::bulk::as_text;
use super::history::HISTORY;
use super::{Engine, Error, Store, document};
use crate::domain::history::StatusChange;
use crate::domain::id::{AccountNumber, FreezeId};

/// Changes that were committed.
#[derive(Debug, Clone)]
pub struct Window {
    /// The changes, those of one account in their order.
    pub changes: Vec<StatusChange>,
    /// Everything before this position has been told with them.
    pub end: i64,
    /// Whether more are known to follow.
    pub is_cut: bool,
}

/// Of which accounts changes are told.
#[derive(Debug, Clone, Copy)]
pub enum WatchedAccounts<'a> {
    /// All there are.
    All,
    /// These.
    Named(&'a [AccountNumber]),
}

/// A change with its position and that of the one before it.
struct Placed {
    change: StatusChange,
    at: i64,
    before: Option<i64>,
}

impl Store {
    /// The position below which everything is decided for good.
    ///
    /// # Errors
    /// What the database says.
    pub async fn status_change_horizon(&self) -> Result<i64, Error> {
        let sql = format!("SELECT {} AS horizon", horizon(self.engine));
        let row = self.read(self.engine.statement(&sql, [])).await?.pop();
        Ok(row.map_or(Ok(0), |row| row.try_get("", "horizon"))?)
    }

    /// The changes from a position on: those of the next `rows` rows of whatever account or a few
    /// more, so that the window is closed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn status_change_window(
        &self,
        from: i64,
        accounts: WatchedAccounts<'_>,
        rows: u32,
    ) -> Result<Window, Error> {
        let (horizon, cut) = self.status_change_extent(from, rows).await?;
        let mut end = cut.map_or(horizon, |last| last.saturating_add(1)).max(from);
        loop {
            let mut placed = self.status_change_list(from, end, accounts).await?;
            let reach = placed.iter().filter_map(|row| row.before).max().unwrap_or(0);
            if reach >= end && reach < horizon {
                end = reach.saturating_add(1);
                continue;
            }
            if reach >= end {
                // The predecessor waits for who still runs, and what follows it waits for both.
                end = shrunk(&mut placed, end);
            }
            let is_cut = cut.is_some() && end > from;
            return Ok(Window { changes: in_order(placed), end, is_cut });
        }
    }

    /// How far a window may reach, and the position of its last row when more follow.
    async fn status_change_extent(
        &self,
        from: i64,
        rows: u32,
    ) -> Result<(i64, Option<i64>), Error> {
        let (position, at) = position(self.engine);
        let sql = format!(
            "WITH h AS MATERIALIZED (SELECT {horizon} AS horizon)
            SELECT h.horizon, (SELECT {position} FROM status_change_order o
                WHERE o.commit_position >= {from} AND o.commit_position < {to}
                ORDER BY o.commit_position LIMIT 1 OFFSET $2) AS cut FROM h",
            horizon = horizon(self.engine),
            from = at("$1"),
            to = at("h.horizon"),
        );
        let offset = i64::from(rows.max(1)).saturating_sub(1);
        let values: [Value; 2] = [from.into(), offset.into()];
        let row = self.read(self.engine.statement(&sql, values)).await?.pop();
        let Some(row) = row else { return Ok((from, None)) };
        Ok((row.try_get("", "horizon")?, row.try_get("", "cut")?))
    }

    async fn status_change_list(
        &self,
        from: i64,
        end: i64,
        accounts: WatchedAccounts<'_>,
    ) -> Result<Vec<Placed>, Error> {
        let engine = self.engine;
        let (position, at) = position(engine);
        let mut values: Vec<Value> = vec![from.into(), end.into()];
        let named = match accounts {
            WatchedAccounts::All => String::new(),
            WatchedAccounts::Named(numbers) => {
                values.push(engine.texts(numbers.iter().map(AccountNumber::as_str)));
                format!(" AND {}", engine.among("o.account_number", 3))
            }
        };
        let sql = format!(
            "SELECT {position} AS at, (SELECT {before} FROM status_change_order p
                    WHERE p.account_number = o.account_number AND p.sequence = o.sequence - 1)
                AS before, {change} AS change
            FROM status_change_order o {history}
            WHERE o.commit_position >= {from} AND o.commit_position < {to}{named}",
            before = position.replace("o.", "p."),
            change = as_text(engine, &HISTORY.as_json(engine, "t")),
            history = engine.then_join(
                "account_status_history t",
                "t.account_number = o.account_number AND t.sequence = o.sequence",
            ),
            from = at("$1"),
            to = at("$2"),
        );
        let rows = self.read(engine.statement(&sql, values)).await?;
        let placed = rows.iter().map(|row| {
            Ok(Placed {
                change: document(row, "change")?,
                at: row.try_get("", "at")?,
                before: row.try_get("", "before")?,
            })
        });
        placed.collect()
    }

    /// The ids of accounts' confidential freezes, ended ones too.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_list_confidential_of(
        &self,
        numbers: impl Iterator<Item = &AccountNumber>,
    ) -> Result<Vec<FreezeId>, Error> {
        let sql = format!(
            "SELECT freeze_id FROM account_freeze WHERE {} AND disclosure = 'CONFIDENTIAL'",
            self.engine.among("account_number", 1)
        );
        let texts = self.engine.texts(numbers.map(AccountNumber::as_str));
        let rows = self.read(self.engine.statement(&sql, [texts])).await?;
        let ids: Result<Vec<String>, _> =
            rows.iter().map(|row| row.try_get("", "freeze_id")).collect();
        Ok(ids?.iter().filter_map(|id| FreezeId::parse(id)).collect())
    }
}

/// An expression for the position below which everything is decided for good.
fn horizon(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "(SELECT coalesce(max(commit_position), 0) + 1 FROM status_change_order)",
        Engine::Postgres => "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    }
}

/// The position of `o` as a number, and a number as a position. A transaction id is wider than the
/// number in theory only: it would take 2^63 transactions.
fn position(engine: Engine) -> (&'static str, fn(&str) -> String) {
    match engine {
        Engine::Sqlite => ("o.commit_position", str::to_owned),
        Engine::Postgres => {
            ("o.commit_position::text::bigint", |number| format!("({number}::bigint)::text::xid8"))
        }
    }
}

/// Takes out what would be told before its predecessor, and all behind it; where the window ends now.
fn shrunk(placed: &mut Vec<Placed>, mut end: i64) -> i64 {
    loop {
        let early = placed.iter().filter(|row| row.before.is_some_and(|before| before >= end));
        let Some(first) = early.map(|row| row.at).min() else { return end };
        end = first;
        placed.retain(|row| row.at < end);
    }
}

/// By position, but each account's changes by their numbers.
fn in_order(mut placed: Vec<Placed>) -> Vec<StatusChange> {
    let mut reached: BTreeMap<AccountNumber, i64> = BTreeMap::new();
    placed.sort_by_key(|row| row.change.sequence);
    for row in &mut placed {
        let reached = reached.entry(row.change.account_number.clone()).or_default();
        *reached = row.at.max(*reached);
        row.at = *reached;
    }
    // The sort is stable: at one position numbers keep rising.
    placed.sort_by_key(|row| row.at);
    placed.into_iter().map(|row| row.change).collect()
}
