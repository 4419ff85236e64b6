//! `statement`: which statements of channels were imported, and what came of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::attempt::ATTEMPT;
use super::bulk::{Kind, Statements, Table, Write, as_text};
use super::withdrawal::WITHDRAWAL;
use super::{Error, Store, Transaction, document};
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{EvidenceEffect, Period};
use crate::domain::statement::StatementRun;
use crate::domain::statement::coverage::SENDING_MAX;
use crate::domain::withdrawal::Withdrawal;

static STATEMENT: Table = Table {
    name: "statement",
    key: &["channel_id", "statement_id"],
    columns: &[
        ("channel_id", Kind::Plain),
        ("statement_id", Kind::Plain),
        ("period_start_time", Kind::Time),
        ("period_end_time", Kind::Time),
        ("standing", Kind::Plain),
        ("progress", Kind::Plain),
        ("content_hash", Kind::Plain),
        ("report", Kind::Json),
        ("imported_by", Kind::Plain),
        ("import_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// The most statements that are looked at for what they cover together: one every ten minutes, on both
/// sides.
const BESIDE_MAX: u32 = 2_016;

/// Where a walk over a channel's attempts is.
pub type AttemptPlace = (DateTime<Utc>, WithdrawalId, i64);

impl Store {
    /// A statement that was imported, or whose import began.
    ///
    /// # Errors
    /// What the database says.
    pub async fn statement_find(
        &self,
        channel: &ChannelId,
        statement_id: &str,
    ) -> Result<Option<StatementRun>, Error> {
        let sql = STATEMENT.select(self.engine, "t.channel_id = $1 AND t.statement_id = $2");
        let values = [channel.as_str().into(), statement_id.into()];
        Ok(self.documents(self.engine.statement(&sql, values)).await?.pop())
    }

    /// The periods of a channel's final statements that were imported whole and may cover, one by one,
    /// the time before and after this one; the last to end comes first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn statement_list_beside(&self, run: &StatementRun) -> Result<Vec<Period>, Error> {
        let sql = "SELECT t.period_start_time, t.period_end_time FROM statement t
            WHERE t.channel_id = $1 AND t.period_end_time >= $2 AND t.period_start_time <= $3
                AND t.standing = 'FINAL' AND t.progress = 'DONE'
                ORDER BY t.period_end_time DESC LIMIT $4";
        let reach = run.period().widened(SENDING_MAX);
        let values = [
            run.channel_id.as_str().into(),
            self.engine.time(reach.from),
            self.engine.time(reach.until),
            i64::from(BESIDE_MAX).into(),
        ];
        let rows = self.read(self.engine.statement(sql, values)).await?;
        rows.iter()
            .map(|row| {
                let (from, until) = ("period_start_time", "period_end_time");
                Ok(Period { from: row.try_get("", from)?, until: row.try_get("", until)? })
            })
            .collect()
    }

    /// The attempts of these keys, each with its withdrawal.
    ///
    /// # Errors
    /// What the database says.
    pub async fn attempt_find_with(
        &self,
        keys: &[PayoutKey],
    ) -> Result<Vec<(Attempt, Withdrawal)>, Error> {
        let engine = self.engine;
        let attempt = as_text(engine, &ATTEMPT.as_json(engine, "a"));
        let withdrawal = as_text(engine, &WITHDRAWAL.as_json(engine, "w"));
        let sql = format!(
            "SELECT {attempt} AS attempt, {withdrawal} AS withdrawal FROM attempt a
            JOIN withdrawal w ON w.withdrawal_id = a.withdrawal_id
                AND w.account_number = a.account_number
            WHERE {}",
            engine.among("a.withdrawal_id", 1)
        );
        let ids = engine.texts(keys.iter().map(|key| key.withdrawal_id.as_str()));
        let rows = self.read(engine.statement(&sql, [ids])).await?;
        rows.iter()
            .map(|row| Ok((document(row, "attempt")?, document(row, "withdrawal")?)))
            .collect()
    }

    /// Attempts of a channel that were started in a window and sent at an instant or later, or started
    /// then, in the order of their start, after this place, each with its withdrawal.
    ///
    /// # Errors
    /// What the database says.
    pub async fn attempt_list_channel(
        &self,
        channel: &ChannelId,
        (started, sent): (&Period, DateTime<Utc>),
        after: Option<&AttemptPlace>,
        limit: u32,
    ) -> Result<Vec<(Attempt, Withdrawal)>, Error> {
        let engine = self.engine;
        let attempt = as_text(engine, &ATTEMPT.as_json(engine, "a"));
        let withdrawal = as_text(engine, &WITHDRAWAL.as_json(engine, "w"));
        // The index orders by time; what was started at the same instant is told apart by its key.
        let picked = "SELECT * FROM attempt t WHERE t.channel_id = $1 AND t.create_time >= $2
            AND t.create_time < $3 AND (t.create_time, t.withdrawal_id, t.number) > ($4, $5, $6)
            AND (t.create_time >= $8 OR t.sent_until_time >= $8)
            ORDER BY t.create_time, t.withdrawal_id, t.number LIMIT $7";
        let sql = format!(
            "SELECT {attempt} AS attempt, {withdrawal} AS withdrawal FROM ({picked}) a
            {} ORDER BY a.create_time, a.withdrawal_id, a.number",
            engine.then_join(
                "withdrawal w",
                "w.withdrawal_id = a.withdrawal_id AND w.account_number = a.account_number"
            )
        );
        let (time, id, number) = match after {
            Some((time, id, number)) => (*time, id.as_str(), *number),
            None => (DateTime::UNIX_EPOCH, "", 0),
        };
        let values = [
            channel.as_str().into(),
            engine.time(started.from.max(time)),
            engine.time(started.until),
            engine.time(time),
            id.into(),
            number.into(),
            i64::from(limit).into(),
            engine.time(sent),
        ];
        let rows = self.read(engine.statement(&sql, values)).await?;
        rows.iter()
            .map(|row| Ok((document(row, "attempt")?, document(row, "withdrawal")?)))
            .collect()
    }

    /// Those of these attempts that a statement listed as paid, or as paid and returned.
    ///
    /// # Errors
    /// What the database says.
    pub async fn evidence_listed(&self, keys: &[PayoutKey]) -> Result<BTreeSet<PayoutKey>, Error> {
        let sql = format!(
            "SELECT DISTINCT withdrawal_id, number FROM evidence t WHERE {}
                AND source = 'STATEMENT' AND said IN ('SETTLED', 'RETURNED')",
            self.engine.among("t.withdrawal_id", 1)
        );
        let ids = self.engine.texts(keys.iter().map(|key| key.withdrawal_id.as_str()));
        let rows = self.read(self.engine.statement(&sql, [ids])).await?;
        let mut listed = BTreeSet::new();
        for row in &rows {
            let id: String = row.try_get("", "withdrawal_id")?;
            if let Some(withdrawal_id) = WithdrawalId::parse(&id) {
                listed.insert(PayoutKey { withdrawal_id, number: row.try_get("", "number")? });
            }
        }
        Ok(listed)
    }

    /// What these pieces of evidence did, by their ids.
    ///
    /// # Errors
    /// What the database says.
    pub async fn evidence_effects(
        &self,
        of: &[(PayoutKey, String)],
    ) -> Result<Vec<(String, EvidenceEffect)>, Error> {
        let engine = self.engine;
        let sql = format!(
            "SELECT evidence_id, effect FROM evidence t WHERE {} AND {}",
            engine.among("t.withdrawal_id", 1),
            engine.among("t.evidence_id", 2)
        );
        let ids = engine.texts(of.iter().map(|(key, _)| key.withdrawal_id.as_str()));
        let evidence = engine.texts(of.iter().map(|(_, id)| id.as_str()));
        let rows = self.read(engine.statement(&sql, [ids, evidence])).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let effect: String = row.try_get("", "effect")?;
            if let Ok(effect) = effect.parse() {
                found.push((row.try_get("", "evidence_id")?, effect));
            }
        }
        Ok(found)
    }
}

impl Transaction {
    /// Writes a statement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn statement_put(&self, run: &StatementRun) -> Result<(), Error> {
        STATEMENT.write(self, Write::Upsert, [run]).await
    }
}
