//! `account_balance`: an account with all that is in force on it, in one statement, so that a read
//! sees one instant.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};

use super::approval::APPROVAL;
use super::bulk::{Kind, Spelled, Statements, Table, as_text};
use super::{Engine, Error, Store, Transaction, document, freeze, list};
use crate::domain::account::{Account, Balance, OPEN_APPROVALS, Profile, mask_bit};
use crate::domain::freeze::Freeze;
use crate::domain::freeze::line::{FIRST_IN_LINE, Freezes};
use crate::domain::id::AccountNumber;
use crate::domain::protection::ProtectedKind;
use crate::domain::safeguard::{self, Safeguard};
use crate::domain::status::ConditionKind;

pub(super) static BALANCE: Table = Table {
    name: "account_balance",
    key: &["account_number"],
    columns: &[
        ("account_number", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("opening_balance_minor", Kind::Plain),
        ("balance_minor", Kind::Plain),
        ("reserved_minor", Kind::Plain),
        ("freeze_claim_minor", Kind::Plain),
        ("freezes_in_force", Kind::Plain),
        ("exempt_minor", Kind::Plain),
        ("exempt_used_minor", Kind::Plain),
        ("exempt_from_seq", Kind::Plain),
        ("freeze_whole", Kind::Plain),
        ("lifecycle", Kind::Plain),
        ("condition_mask", Kind::Plain),
        ("open_withdrawals", Kind::Plain),
        ("open_cases", Kind::Plain),
        ("next_lapse_time", Kind::Time),
        ("last_customer_time", Kind::Time),
        ("last_transaction_time", Kind::Time),
        ("status_version", Kind::Plain),
        ("history_seq", Kind::Plain),
        ("freeze_seq", Kind::Plain),
        ("event_seq", Kind::Plain),
        ("entry_seq", Kind::Plain),
        ("history_head", Kind::Plain),
        ("changed_time", Kind::Time),
    ],
    statements: Statements::new(),
};

pub(super) static CONDITION: Table = Table {
    name: "account_condition",
    key: &["condition_id", "account_number"],
    columns: &[
        ("condition_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("kind", Kind::Plain),
        ("cause", Kind::Plain),
        ("reason", Kind::Plain),
        ("restriction", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("authority", Kind::Plain),
        ("document_no", Kind::Plain),
        ("missing_items", Kind::Json),
        ("set_by", Kind::Plain),
        ("since_time", Kind::Time),
        ("until_time", Kind::Time),
        ("ended_time", Kind::Time),
        ("ended_by", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// The statement that reads accounts; conditions, freezes and open proposals only where the mask says so.
/// Of more freezes than `$2` the first in line. The balances are found first, and the rest by their
/// numbers, whatever a plan believes of the tables.
fn select_whole(engine: Engine) -> String {
    let frozen = mask_bit(ConditionKind::Frozen) | mask_bit(ConditionKind::Lost);
    let conditions = CONDITION.gathered(
        engine,
        "c",
        "c.account_number = b.account_number AND c.ended_time IS NULL",
    );
    let in_force =
        "f.account_number = b.account_number AND f.freeze_status IN ('ACTIVE', 'WAITING')";
    let freezes = freeze::FREEZE.gathered(engine, "f", in_force);
    let first = format!(
        "{in_force} ORDER BY CASE f.freeze_type WHEN 'JUDICIAL' THEN 0 WHEN 'BANK' THEN 1 ELSE 2 END,
            f.served_time, coalesce(f.rank_seq, f.freeze_seq) LIMIT {FIRST_IN_LINE}"
    );
    let first = freeze::FREEZE.gathered_of(engine, "f", &first);
    let approvals = APPROVAL.gathered(
        engine,
        "a",
        "a.account_number = b.account_number AND a.state = 'PENDING'",
    );
    let master = match engine {
        Engine::Sqlite => "JOIN account_master m ON m.account_number = b.account_number",
        Engine::Postgres => {
            "CROSS JOIN LATERAL (SELECT * FROM account_master m
                WHERE m.account_number = b.account_number OFFSET 0) m"
        }
    };
    format!(
        "SELECT {balance} AS balance, m.account_id, m.account_name, m.customer_id, m.branch_code,
            m.opened_time, m.product_code, m.status_since_time, m.protected_kind,
            CASE WHEN b.condition_mask & {held} <> 0 THEN {conditions} END AS conditions,
            CASE WHEN b.condition_mask & {frozen} = 0 THEN NULL
                WHEN b.freezes_in_force <= $2 THEN {freezes} ELSE {first} END AS freezes,
            CASE WHEN b.condition_mask & {OPEN_APPROVALS} <> 0 THEN {approvals} END AS approvals
        FROM account_balance b {master} WHERE {balances}",
        balance = as_text(engine, &BALANCE.as_json(engine, "b")),
        conditions = as_text(engine, &conditions),
        freezes = as_text(engine, &freezes),
        first = as_text(engine, &first),
        approvals = as_text(engine, &approvals),
        held = OPEN_APPROVALS - 1,
        balances = engine.among("b.account_number", 1),
    )
}

fn whole(row: &QueryResult) -> Result<Account, Error> {
    let balance: Balance = document(row, "balance")?;
    let profile = Profile {
        account_id: row.try_get_by_index(1)?,
        account_number: balance.account_number.clone(),
        account_name: row.try_get_by_index(2)?,
        customer_id: row.try_get_by_index(3)?,
        branch_code: row.try_get_by_index(4)?,
        opened_time: row.try_get_by_index(5)?,
        product_code: row.try_get_by_index(6)?,
        status_since_time: row.try_get_by_index(7)?,
        protected_kind: protected(row.try_get_by_index(8)?)?,
    };
    let freezes: Vec<Freeze> = list(row, "freezes")?;
    let (conditions, approvals) = (list(row, "conditions")?, list(row, "approvals")?);
    let profile = Arc::new(profile);
    Ok(Account { profile, balance, conditions, freezes: freezes.into(), approvals })
}

/// Accounts that may lack freezes.
struct Brief {
    /// Those whose row tells enough of what they lack, and those that lack nothing.
    accounts: Vec<Account>,
    /// The others' numbers.
    untold: Vec<AccountNumber>,
}

impl Brief {
    /// What was found of accounts with at most so many freezes, and of the first of those that have
    /// more.
    fn of(rows: &[QueryResult], crowd: i64, now: DateTime<Utc>) -> Result<Self, Error> {
        let mut brief = Self { accounts: Vec::with_capacity(rows.len()), untold: Vec::new() };
        for row in rows {
            let mut account = whole(row)?;
            if account.balance.freezes_in_force > crowd {
                let first = std::mem::take(&mut account.freezes);
                let rest = account.balance.rest(first.len(), now).filter(|_| !first.is_empty());
                let Some(rest) = rest else {
                    brief.untold.push(account.number().clone());
                    continue;
                };
                account.freezes = Freezes::in_part(first, rest);
            }
            brief.accounts.push(account);
        }
        Ok(brief)
    }
}

fn protected(stored: Option<String>) -> Result<Option<ProtectedKind>, Error> {
    let unknown = |_| Error::Corrupt(DbErr::Custom("an unknown protected kind".to_owned()));
    stored.map(|name| name.parse().map_err(unknown)).transpose()
}

/// The number in the column `account_number`.
pub(super) fn account_number(row: &QueryResult) -> Result<AccountNumber, Error> {
    let text: String = row.try_get("", "account_number")?;
    let malformed = || DbErr::Custom("an account number that isn't one".to_owned());
    AccountNumber::parse(&text).ok_or_else(|| Error::Corrupt(malformed()))
}

/// Finds accounts, of more freezes than `crowd` the first in line.
fn find(engine: Engine, numbers: &[&AccountNumber], crowd: i64) -> Statement {
    static SQL: Spelled = Spelled::new();
    let sql = SQL.get(engine, || select_whole(engine));
    let texts = engine.texts(numbers.iter().map(|number| number.as_str()));
    engine.statement(sql, [texts, crowd.into()])
}

/// However many freezes there are.
const ALL: i64 = i64::MAX;

impl Store {
    /// The store, with another number of freezes up to which they are always loaded with their
    /// account: nothing that it answers depends on it.
    #[must_use]
    pub fn with_crowd(self, freezes: i64) -> Self {
        Self { crowd: freezes, ..self }
    }

    /// Accounts as they are stored; what is unknown is left out. Lapses are the caller's.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_find(&self, numbers: &[&AccountNumber]) -> Result<Vec<Account>, Error> {
        let statement = find(self.engine, numbers, ALL);
        self.read(statement).await?.iter().map(whole).collect()
    }

    /// [`Store::account_find`], but of many freezes only the first in line where the account's row
    /// tells enough of the rest at `now`: in one statement, and another where an account's doesn't.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_find_brief(
        &self,
        numbers: &[&AccountNumber],
        now: DateTime<Utc>,
    ) -> Result<Vec<Account>, Error> {
        let rows = self.read(find(self.engine, numbers, self.crowd)).await?;
        let Brief { mut accounts, untold } = Brief::of(&rows, self.crowd, now)?;
        if !untold.is_empty() {
            accounts.extend(self.account_find(&untold.iter().collect::<Vec<_>>()).await?);
        }
        Ok(accounts)
    }

    /// The numbers of a customer's accounts, in their order, after this one, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_list_of_customer(
        &self,
        customer_id: &str,
        after: Option<&AccountNumber>,
        limit: u32,
    ) -> Result<Vec<AccountNumber>, Error> {
        let sql = "SELECT account_number FROM account_master
            WHERE customer_id = $1 AND account_number > $2 ORDER BY account_number LIMIT $3";
        // Every number comes after the empty text.
        let after = after.map_or("", AccountNumber::as_str);
        let values: [Value; 3] = [customer_id.into(), after.into(), i64::from(limit).into()];
        let rows = self.read(self.engine.statement(sql, values)).await?;
        rows.iter().map(account_number).collect()
    }

    /// Accounts on which something lapses by `now`, but not these, the most overdue first, at most
    /// `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_list_lapsing<'t>(
        &self,
        now: DateTime<Utc>,
        but: impl Iterator<Item = &'t str>,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let sql = format!(
            "SELECT account_number FROM account_balance
                WHERE next_lapse_time IS NOT NULL AND next_lapse_time <= $1 AND NOT ({})
                ORDER BY next_lapse_time LIMIT $3",
            self.engine.among("account_number", 2)
        );
        let values: [Value; 3] =
            [self.engine.time(now), self.engine.texts(but), i64::from(limit).into()];
        let rows = self.read(self.engine.statement(&sql, values)).await?;
        rows.iter().map(|row| Ok(row.try_get("", "account_number")?)).collect()
    }

    /// How many accounts there are beside these.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_count_others(&self, numbers: &[&AccountNumber]) -> Result<i64, Error> {
        let among = self.engine.among("account_number", 1);
        let sql = format!("SELECT count(*) AS others FROM account_balance WHERE NOT ({among})");
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        let row = self.read(self.engine.statement(&sql, [texts])).await?.pop();
        Ok(row.map_or(Ok(0), |row| row.try_get("", "others"))?)
    }
}

impl Transaction {
    /// Locks the balance rows of accounts, in the order of their numbers, so that two replicas
    /// wait for each other but never for ever. Answers those that are locked now: an account that
    /// another replica opens a moment later is not among them, and must not be decided on. SQLite's
    /// writer has the whole file already.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_lock<'n>(
        &self,
        numbers: &[&'n AccountNumber],
    ) -> Result<Vec<&'n AccountNumber>, Error> {
        if self.engine == Engine::Sqlite {
            return Ok(numbers.to_vec());
        }
        let sql = if safeguard::stands(Safeguard::RowLock) {
            "SELECT account_number FROM account_balance WHERE account_number = ANY($1)
                ORDER BY account_number FOR UPDATE"
        } else {
            "SELECT account_number FROM account_balance WHERE account_number = ANY($1)"
        };
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        let rows = self.inner.query_all_raw(self.engine.statement(sql, [texts])).await?;
        let locked: BTreeSet<String> =
            rows.iter().map(|row| row.try_get("", "account_number")).collect::<Result<_, _>>()?;
        Ok(numbers.iter().copied().filter(|number| locked.contains(number.as_str())).collect())
    }

    /// Accounts as they are, after [`Transaction::account_lock`]: in a statement of its own,
    /// because one that waited for the lock would still see the other rows as they were before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_find(&self, numbers: &[&AccountNumber]) -> Result<Vec<Account>, Error> {
        let rows = self.inner.query_all_raw(find(self.engine, numbers, ALL)).await?;
        rows.iter().map(whole).collect()
    }

    /// [`Transaction::account_find`], but of many freezes only the first in line where the account's
    /// row tells enough of the rest at `now`. Answers also the numbers of those whose row doesn't,
    /// which are to be found whole.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn account_find_brief(
        &self,
        numbers: &[&AccountNumber],
        now: DateTime<Utc>,
    ) -> Result<(Vec<Account>, Vec<AccountNumber>), Error> {
        let rows = self.inner.query_all_raw(find(self.engine, numbers, self.crowd)).await?;
        let Brief { accounts, untold } = Brief::of(&rows, self.crowd, now)?;
        Ok((accounts, untold))
    }

    /// Locks and reads in one statement: what [`Safeguard::LoadAfterLock`] keeps from happening.
    pub(super) async fn account_find_locking(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Account>, Error> {
        let mut statement = find(self.engine, numbers, ALL);
        if self.engine == Engine::Postgres {
            statement.sql.push_str(" ORDER BY b.account_number FOR UPDATE OF b");
        }
        let rows = self.inner.query_all_raw(statement).await?;
        rows.iter().map(whole).collect()
    }

    /// How often a case has stopped an account for fraud.
    ///
    /// # Errors
    /// What the database says.
    pub async fn condition_count_stops(
        &self,
        number: &AccountNumber,
        case: &str,
    ) -> Result<i64, Error> {
        let sql = "SELECT count(*) AS stops FROM account_condition
            WHERE account_number = $1 AND document_no = $2 AND cause = 'STOP_FRAUD'";
        let statement = self.engine.statement(sql, [number.as_str().into(), case.into()]);
        let row = self.inner.query_one_raw(statement).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get("", "stops"))?)
    }
}
