//! `channel_tally` and `channel_rollup`: what commits count of attempts, and the sums of it.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Value;
use serde::Deserialize;

use super::bulk::{Kind, Spelled, Statements, Table, as_text};
use super::tally::TALLY;
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::id::ChannelId;
use crate::domain::payout::rollup::{Cut, Grain, Part, Rollup};
use crate::domain::payout::tally::{AmountBand, Counted, Tally};

static ROLLUP: Table = Table {
    name: "channel_rollup",
    key: &[
        "grain",
        "cut",
        "channel_id",
        "start_time",
        "bank_code",
        "band",
        "currency_code",
        "counted",
        "detail",
    ],
    columns: &[
        ("grain", Kind::Plain),
        ("cut", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("start_time", Kind::Time),
        ("bank_code", Kind::Plain),
        ("band", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("counted", Kind::Plain),
        ("detail", Kind::Plain),
        ("count", Kind::Plain),
        ("amount_minor", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// The most rows of an answer that is split by time.
pub const GROUPS_MAX: usize = 1_000;

/// Which counts.
#[derive(Debug, Clone)]
pub struct CountsQuery {
    /// Of these channels.
    pub channels: Vec<ChannelId>,
    /// Only of this bank.
    pub bank_code: Option<String>,
    /// Only of this band.
    pub band: Option<AmountBand>,
    /// Which sums serve.
    pub cut: Cut,
    /// The window, in parts.
    pub parts: Vec<Part>,
    /// By what time they are split.
    pub time: TimeSplit,
}

/// By what time counts are split.
#[derive(Debug, Clone)]
pub enum TimeSplit {
    /// They are not.
    Whole,
    /// By the hour.
    Hours,
    /// By these days, each by its first hour.
    Days(Vec<DateTime<Utc>>),
}

/// Counts of one kind in one group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Count {
    /// The channel.
    pub channel_id: ChannelId,
    /// The bank; empty = not split by it.
    pub bank_code: String,
    /// The band; empty = not split by it.
    pub band: String,
    /// Where its time begins; of no meaning where it is not split by it.
    pub at: DateTime<Utc>,
    /// What is counted.
    pub counted: Counted,
    /// A reason, or a span of time; empty = none.
    pub detail: String,
    /// How many.
    pub count: i64,
}

/// A statement under construction.
struct Spelling {
    engine: Engine,
    values: Vec<Value>,
}

impl Spelling {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn time(&mut self, at: DateTime<Utc>) -> String {
        let bound = self.bind(self.engine.time(at));
        match self.engine {
            Engine::Postgres => format!("{bound}::timestamptz"),
            Engine::Sqlite => bound,
        }
    }

    /// The group's time, for a row whose own is in `column`.
    fn at(&mut self, time: &TimeSplit, grain: Grain, column: &str, days: &str) -> String {
        match (time, grain) {
            (TimeSplit::Whole, _) => self.time(DateTime::UNIX_EPOCH),
            (TimeSplit::Hours, _) | (TimeSplit::Days(_), Grain::Day) => column.to_owned(),
            (TimeSplit::Days(_), Grain::Hour | Grain::Month) => match self.engine {
                Engine::Postgres => format!(
                    "(SELECT max(d::timestamptz) FROM unnest({days}::text[]) d
                        WHERE d::timestamptz <= {column})"
                ),
                Engine::Sqlite => {
                    format!("(SELECT max(value) FROM json_each({days}) WHERE value <= {column})")
                }
            },
        }
    }
}

/// The statement that reads counts.
pub fn statement(engine: Engine, query: &CountsQuery) -> (String, Vec<Value>) {
    let mut spelling = Spelling { engine, values: Vec::new() };
    let channels = engine.texts(query.channels.iter().map(ChannelId::as_str));
    spelling.values.push(channels);
    let mut only = engine.among("t.channel_id", 1);
    let mut filters = String::new();
    if let Some(bank) = &query.bank_code {
        let bank = spelling.bind(bank.as_str().into());
        filters.push_str(&format!(" AND t.bank_code = {bank}"));
    }
    if let Some(band) = query.band {
        let band: &'static str = band.into();
        let band = spelling.bind(band.into());
        filters.push_str(&format!(" AND t.band = {band}"));
    }
    only.push_str(&filters);
    let days = match &query.time {
        TimeSplit::Whole | TimeSplit::Hours => String::new(),
        TimeSplit::Days(days) => {
            let texts: Vec<String> =
                days.iter().map(|at| super::bulk::sortable_time(*at)).collect();
            spelling.bind(engine.texts(texts.iter().map(String::as_str)))
        }
    };
    let cut: &'static str = query.cut.into();
    let mut pieces = Vec::new();
    for part in &query.parts {
        let at = spelling.at(&query.time, part.grain, "t.start_time", &days);
        let grain: &'static str = part.grain.into();
        let (start, end) = (spelling.time(part.start), spelling.time(part.end));
        pieces.push(format!(
            "SELECT t.channel_id, t.bank_code, t.band, {at} AS at, t.counted, t.detail, t.count
            FROM channel_rollup t WHERE t.grain = '{grain}' AND t.cut = '{cut}' AND {only}
                AND t.start_time >= {start} AND t.start_time < {end}"
        ));
    }
    let bank = if query.cut.by_bank() { "t.bank_code" } else { "''" };
    let band = if query.cut.by_band() { "t.band" } else { "''" };
    let at = spelling.at(&query.time, Grain::Hour, "t.hour", &days);
    let window = (query.parts.first(), query.parts.last());
    let start = spelling.time(window.0.map_or(DateTime::UNIX_EPOCH, |part| part.start));
    let end = spelling.time(window.1.map_or(DateTime::UNIX_EPOCH, |part| part.end));
    pieces.push(format!(
        "SELECT t.channel_id, {bank}, {band}, {at} AS at, t.counted, t.detail, t.count
        FROM channel_tally t WHERE {only} AND t.hour >= {start} AND t.hour < {end}"
    ));
    let parts = pieces.join(" UNION ALL ");
    let (top, within) = match query.time {
        TimeSplit::Whole => (String::new(), ""),
        TimeSplit::Hours | TimeSplit::Days(_) => {
            (top(), " JOIN top USING (channel_id, bank_code, band, at)")
        }
    };
    let row = match engine {
        Engine::Postgres => "json_build_object",
        Engine::Sqlite => "json_object",
    };
    let row = format!(
        "{row}('channel_id', channel_id, 'bank_code', bank_code, 'band', band, 'at', at,
            'counted', counted, 'detail', detail, 'count', CAST(sum(count) AS bigint))"
    );
    let sql = format!(
        "WITH parts (channel_id, bank_code, band, at, counted, detail, count) AS NOT MATERIALIZED
            ({parts}){top}
        SELECT {} AS doc FROM parts{within}
        GROUP BY channel_id, bank_code, band, at, counted, detail",
        as_text(engine, &row)
    );
    (sql, spelling.values)
}

/// The groups with the most attempts.
fn top() -> String {
    let group = "channel_id, bank_code, band, at";
    format!(
        ", top AS (SELECT {group} FROM parts WHERE counted = 'STARTED' GROUP BY {group}
            ORDER BY sum(count) DESC, {group} LIMIT {GROUPS_MAX})"
    )
}

impl Store {
    /// The channels of which anything was ever counted.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tally_channels(&self) -> Result<Vec<ChannelId>, Error> {
        let sql = "SELECT channel_id FROM channel_rollup
            WHERE grain = 'MONTH' AND cut = 'CHANNEL' GROUP BY channel_id
            UNION SELECT DISTINCT channel_id FROM channel_tally";
        let rows = self.read(self.engine.statement(sql, [])).await?;
        let ids: Result<Vec<String>, _> =
            rows.iter().map(|row| row.try_get("", "channel_id")).collect();
        Ok(ids?.iter().filter_map(|id| ChannelId::parse(id)).collect())
    }

    /// Counts: sums, and what is not summed yet, of one instant.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rollup_count(&self, query: &CountsQuery) -> Result<Vec<Count>, Error> {
        let (sql, values) = statement(self.engine, query);
        self.documents(self.engine.statement(&sql, values)).await
    }

    /// How many attempts are unknown, by channel and by how many of these instants, the newest first,
    /// they are not younger than.
    ///
    /// # Errors
    /// What the database says.
    pub async fn attempt_count_unknown(
        &self,
        channels: &[ChannelId],
        ages: &[DateTime<Utc>],
    ) -> Result<Vec<(String, i64, i64)>, Error> {
        let engine = self.engine;
        let mut spelling = Spelling { engine, values: Vec::new() };
        spelling.values.push(engine.texts(channels.iter().map(ChannelId::as_str)));
        let among = engine.among("t.channel_id", 1);
        let steps: Vec<String> = ages
            .iter()
            .enumerate()
            .map(|(place, at)| format!("WHEN t.create_time > {} THEN {place}", spelling.time(*at)))
            .collect();
        let sql = format!(
            "SELECT channel_id, age, CAST(count(*) AS bigint) AS attempts FROM (
                SELECT t.channel_id, CAST(CASE {} ELSE {} END AS bigint) AS age FROM attempt t
                WHERE t.state IN ('INTENT', 'ACCEPTED', 'UNKNOWN') AND t.state = 'UNKNOWN'
                    AND {among}) u
            GROUP BY channel_id, age",
            steps.join(" "),
            ages.len()
        );
        let rows = self.read(engine.statement(&sql, spelling.values)).await?;
        rows.iter()
            .map(|row| {
                let channel = row.try_get::<String>("", "channel_id")?;
                Ok((channel, row.try_get("", "age")?, row.try_get("", "attempts")?))
            })
            .collect()
    }

    /// The ids of the oldest tallies, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tally_list(&self, limit: u32) -> Result<Vec<String>, Error> {
        let sql = "SELECT tally_id FROM channel_tally ORDER BY tally_id LIMIT $1";
        let rows = self.read(self.engine.statement(sql, [i64::from(limit).into()])).await?;
        Ok(rows.iter().map(|row| row.try_get("", "tally_id")).collect::<Result<_, _>>()?)
    }
}

impl Transaction {
    /// Takes tallies out; what another replica took is not among them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tally_take(&self, ids: &[String]) -> Result<Vec<Tally>, Error> {
        static SQL: Spelled = Spelled::new();
        let engine = self.engine;
        let sql = SQL.get(engine, || {
            let row = as_text(engine, &TALLY.as_json(engine, "channel_tally"));
            let among = engine.among("tally_id", 1);
            format!("DELETE FROM channel_tally WHERE {among} RETURNING {row} AS doc")
        });
        let texts = engine.texts(ids.iter().map(String::as_str));
        documents(&self.inner, engine.statement(sql, [texts])).await
    }

    /// Adds to sums.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rollup_add(&self, rows: &[Rollup]) -> Result<(), Error> {
        static SQL: Spelled = Spelled::new();
        let engine = self.engine;
        let sql = SQL.get(engine, || {
            format!(
                "{} WHERE true ON CONFLICT ({}) DO UPDATE SET
                    count = channel_rollup.count + excluded.count,
                    amount_minor = channel_rollup.amount_minor + excluded.amount_minor",
                ROLLUP.insertion(engine),
                ROLLUP.key.join(", ")
            )
        });
        let document = ROLLUP.rows_as_json(engine, rows)?;
        self.inner.execute_raw(engine.statement(sql, [document.into()])).await?;
        Ok(())
    }
}
