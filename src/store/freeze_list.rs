//! Lists of freezes: of one account in the order of entry, or of all along an index of their own.
//!
//! Statements are planned for whatever their parameters will be, so that each combination of filters
//! has a text of its own. One index leads; what else is compared is spelled so that no plan takes its
//! index instead.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;

use super::freeze::FREEZE;
use super::{Engine, Error, Store};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::id::{AccountNumber, FreezeId};

/// Which freezes to list; what is given has to hold together.
#[derive(Debug, Clone, Default)]
pub struct FreezeFilter {
    /// Only of this account.
    pub account_number: Option<AccountNumber>,
    /// Only with this status.
    pub status: Option<FreezeStatus>,
    /// Only of this type.
    pub freeze_type: Option<FreezeType>,
    /// Only of this kind of authority.
    pub authority_kind: Option<AuthorityKind>,
    /// Only of the authority of exactly this name; empty = any.
    pub authority_name: String,
    /// Only in force and with an end before this instant, the soonest end first.
    pub ending_before: Option<DateTime<Utc>>,
}

/// Where a freeze stands in the order of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FreezeCursor {
    /// By its number within its account; lists begin with the last.
    Entered(i64),
    /// By its end, then by its id.
    Ending(DateTime<Utc>, FreezeId),
    /// By its id.
    Id(FreezeId),
}

impl FreezeFilter {
    /// Whether it finds freezes by what is hidden of confidential ones.
    pub fn asks_for_hidden(&self) -> bool {
        let authority = self.authority_kind.is_some() || !self.authority_name.is_empty();
        authority || self.ending_before.is_some()
    }

    /// Whether the cursor belongs to the order of this list.
    pub fn orders(&self, cursor: &FreezeCursor) -> bool {
        match cursor {
            FreezeCursor::Ending(..) => self.ending_before.is_some(),
            FreezeCursor::Entered(_) => {
                self.ending_before.is_none() && self.account_number.is_some()
            }
            FreezeCursor::Id(_) => self.ending_before.is_none() && self.account_number.is_none(),
        }
    }
}

/// Whether a list may find confidential freezes by what is hidden of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// All.
    All,
    /// Not the confidential ones.
    Open,
}

/// The id, as its order is compared here, too: byte by byte, whatever the database sorts by.
fn id(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "t.freeze_id COLLATE \"C\"",
        Engine::Sqlite => "t.freeze_id",
    }
}

/// A statement under construction.
struct Spelling {
    wanted: Vec<String>,
    values: Vec<Value>,
}

impl Spelling {
    /// Adds a condition in which each `?` stands for the next value.
    fn want(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        let mut spelled = text.to_owned();
        for value in values {
            self.values.push(value);
            spelled = spelled.replacen('?', &format!("${}", self.values.len()), 1);
        }
        self.wanted.push(spelled);
    }

    /// Adds where a list by ids goes on. PostgreSQL would take the index of ids alone for it, if it
    /// were not said with what leads.
    fn after(&mut self, engine: Engine, (leads, filter): (Leads, &FreezeFilter), last: &FreezeId) {
        let id = id(engine);
        let leading = match leads {
            Leads::Authority => Some(("freeze_by", filter.authority_name.as_str())),
            Leads::Kind => filter.authority_kind.map(|kind| ("authority_kind", kind.into())),
            Leads::Status => filter.status.map(|status| ("freeze_status", status.into())),
            Leads::Account | Leads::End => None,
        };
        match leading.filter(|_| engine == Engine::Postgres) {
            Some((column, text)) => {
                let place = [text.into(), last.as_str().into()];
                self.want(&format!("(t.{column}, {id}) > (?, ?)"), place);
            }
            None => self.want(&format!("{id} > ?"), [last.as_str().into()]),
        }
    }

    /// Adds a comparison with a text: by an index that leads, or beside it.
    fn equals(&mut self, column: &str, text: &str, leads: bool) {
        let equal = format!("t.{column} = ?");
        // No index serves what is IS TRUE; how much it leaves is estimated by what it compares.
        let equal = if leads { equal } else { format!("({equal}) IS TRUE") };
        self.want(&equal, [text.into()]);
    }
}

/// What leads: the index that a list follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leads {
    Account,
    Authority,
    Kind,
    Status,
    End,
}

fn leads(filter: &FreezeFilter) -> Leads {
    if filter.account_number.is_some() {
        Leads::Account
    } else if !filter.authority_name.is_empty() {
        Leads::Authority
    } else if filter.authority_kind.is_some() {
        Leads::Kind
    } else if filter.ending_before.is_some() {
        Leads::End
    } else {
        Leads::Status
    }
}

/// The statement of a list at `now`: rows after this one, at most `limit`. Of one account it is not
/// for ends: what is in force on it is read with it.
pub fn statement(
    engine: Engine,
    (filter, finding): (&FreezeFilter, Finding),
    after: Option<&FreezeCursor>,
    now: DateTime<Utc>,
    limit: u32,
) -> (String, Vec<Value>) {
    let leads = leads(filter);
    let id = id(engine);
    let mut spelled = Spelling { wanted: Vec::new(), values: Vec::new() };
    if let Some(number) = &filter.account_number {
        spelled.equals("account_number", number.as_str(), true);
    }
    if !filter.authority_name.is_empty() {
        spelled.equals("freeze_by", &filter.authority_name, leads == Leads::Authority);
    }
    if let Some(kind) = filter.authority_kind {
        spelled.equals("authority_kind", kind.into(), leads == Leads::Kind);
    }
    if let Some(status) = filter.status {
        spelled.equals("freeze_status", status.into(), leads == Leads::Status);
    }
    if let Some(freeze_type) = filter.freeze_type {
        spelled.equals("freeze_type", freeze_type.into(), false);
    }
    if finding == Finding::Open && filter.asks_for_hidden() {
        spelled.wanted.push("(t.disclosure <> 'CONFIDENTIAL') IS TRUE".to_owned());
    }
    if let Some(before) = filter.ending_before {
        // In force, in the words of its index.
        spelled.wanted.push("t.ended_time IS NULL".to_owned());
        spelled.want("t.expire_time < ?", [engine.time(before)]);
        // What ended by now is not in force, whether or not that was written down.
        spelled.want("t.expire_time > ?", [engine.time(now)]);
    }
    match after {
        None => {}
        Some(FreezeCursor::Entered(seq)) => spelled.want("t.freeze_seq < ?", [(*seq).into()]),
        Some(FreezeCursor::Ending(end, last)) => {
            let place = [engine.time(*end), last.as_str().into()];
            spelled.want(&format!("(t.expire_time, {id}) > (?, ?)"), place);
        }
        Some(FreezeCursor::Id(last)) => spelled.after(engine, (leads, filter), last),
    }
    let order = match (leads, filter.ending_before) {
        (Leads::Account, _) => "t.freeze_seq DESC".to_owned(),
        (_, Some(_)) => format!("t.expire_time, {id}"),
        (_, None) => id.to_owned(),
    };
    spelled.values.push(i64::from(limit).into());
    let wanted = spelled.wanted.join(" AND ");
    let rows = format!("{wanted} ORDER BY {order} LIMIT ${}", spelled.values.len());
    (FREEZE.select(engine, &rows), spelled.values)
}

impl Store {
    /// Freezes as they are stored, in the order of their list, after this one, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_list(
        &self,
        asked: (&FreezeFilter, Finding),
        after: Option<&FreezeCursor>,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Freeze>, Error> {
        let (sql, values) = statement(self.engine, asked, after, now, limit);
        self.documents(self.engine.statement(&sql, values)).await
    }
}
