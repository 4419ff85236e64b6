//! The schema `reading` for people with SQL, on PostgreSQL: views that are named as the tables they
//! show, with amounts as exact decimals in major units, and what is confidential or personal
//! masked for whoever lacks the role. On SQLite there is nothing to make: it knows neither schemas
//! nor roles, and whoever can open its file can read all of it.
//!
//! Three roles of the whole cluster, which no one logs in as; people get them from their DBA.
//! `reading` reads the views and nothing else. `reading_confidential` adds what the scope
//! `confidential` adds to calls: facts of confidential freezes, why a suspicion came and went, risk
//! scores and rules. `reading_personal` adds what `personal.read` adds: holders, customers and
//! counterparties in clear. Names of columns never depend on roles, so every query runs for
//! everyone; masked values are NULL, or shortened as in answers.
//!
//! The roles may be there already, may be made by a migration of another database at the same
//! moment, and the user who migrates may not be allowed to make any: then a notice says so, and a
//! DBA makes and grants them (README). A search_path set on a role that nobody logs in as would
//! have no effect, so the DBA sets it on people's own.
//!
//! The views read the tables as their owner, the user who migrated, and are security barriers:
//! conditions that could tell on their arguments run after the views' own. They mask columns and
//! hide no rows. Equality on account_number passes the barrier, so the tables' indexes serve.
//! Transactions get no index by date: it would cost every posting, and a comparison of a day with a
//! timestamp, as people type it, does not pass (100,000 transactions of one account are read in
//! 60 ms). The status is what the tables say: it lags a lapse by the second that the sweep may take.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000004_reading"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let connection = manager.get_connection();
        for statement in [SCHEMA, SETTING, CURRENCY] {
            connection.execute_unprepared(statement).await?;
        }
        connection.execute_unprepared(&currencies()).await?;
        for statement in [READER, MASTER, HISTORY, FREEZE, TRANSACTION, ROLES] {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Asks before it makes: who may not make schemas gets the one that a DBA made.
const SCHEMA: &str = "DO $$ BEGIN
    IF to_regnamespace('reading') IS NULL THEN CREATE SCHEMA reading; END IF;
END $$";

/// What the views need to know of the bank. Who serves with another zone sets it here, too.
const SETTING: &str = "CREATE TABLE reading.setting (zone text NOT NULL);
    CREATE UNIQUE INDEX setting_one_row ON reading.setting ((true));
    INSERT INTO reading.setting VALUES ('Asia/Shanghai')";

/// `unit` is one minor unit in major units: minor units times `unit` are exact, with exactly the
/// currency's decimals.
const CURRENCY: &str = "CREATE TABLE reading.currency (
    currency_code text NOT NULL PRIMARY KEY,
    exponent integer NOT NULL,
    unit numeric NOT NULL
)";

/// Decimals and the currencies that have them (ISO 4217). Written out, so that a database is the
/// same whenever it was migrated; a test compares them with what the service counts by.
const EXPONENTS: &[(u8, &str)] = &[
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN \
        BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD \
        FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW \
        KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN \
        NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD \
        SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU \
        UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG ZWL",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

fn currencies() -> String {
    let row = |code: &str, exponent: u8| {
        let zeros = usize::from(exponent).saturating_sub(1);
        let unit = if exponent == 0 { "1".to_owned() } else { format!("0.{:0<zeros$}1", "") };
        format!("('{code}', {exponent}, {unit})")
    };
    let rows: Vec<String> = EXPONENTS
        .iter()
        .flat_map(|(exponent, codes)| codes.split_whitespace().map(|code| row(code, *exponent)))
        .collect();
    format!("INSERT INTO reading.currency VALUES {}", rows.join(", "))
}

/// What the one who asks may see: one row. The roles need not exist.
const READER: &str = "CREATE VIEW reading.reader WITH (security_barrier) AS SELECT
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'reading_confidential'
        AND pg_has_role(oid, 'USAGE')) AS confidential,
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'reading_personal'
        AND pg_has_role(oid, 'USAGE')) AS personal";

/// What freezes control is counted as `domain/freeze/control.rs` counts it, from the hot row.
const MASTER: &str = "CREATE VIEW reading.account_master WITH (security_barrier) AS
    SELECT m.account_id, m.account_number,
        CASE WHEN (SELECT personal FROM reading.reader) OR m.account_name = ''
            THEN m.account_name ELSE left(m.account_name, 1) || '**' END AS account_name,
        m.account_status, m.status_desc, m.freeze_type,
        CASE
            WHEN (SELECT confidential FROM reading.reader) OR m.freeze_type IS NULL
                THEN m.freeze_reason
            -- The freeze first in line, which the row is about.
            WHEN (SELECT f.disclosure FROM account_freeze f
                WHERE f.account_number = m.account_number
                    AND f.freeze_status IN ('ACTIVE', 'WAITING')
                ORDER BY CASE f.freeze_type WHEN 'JUDICIAL' THEN 0 WHEN 'BANK' THEN 1 ELSE 2 END,
                    f.served_time, f.freeze_seq
                LIMIT 1) = 'OPEN'
                THEN m.freeze_reason
        END AS freeze_reason,
        m.freeze_date,
        (b.last_transaction_time AT TIME ZONE (SELECT zone FROM reading.setting))::date
            AS last_transaction_date,
        CASE WHEN (SELECT personal FROM reading.reader) THEN m.customer_id END AS customer_id,
        m.branch_code, m.record_status, b.currency_code,
        b.balance_minor * c.unit AS balance,
        b.reserved_minor * c.unit AS reserved,
        k.controlled * c.unit AS frozen,
        (b.balance_minor - b.reserved_minor - k.controlled) * c.unit AS available,
        b.lifecycle, m.opened_time, b.last_transaction_time
    FROM account_master m
    JOIN account_balance b ON b.account_number = m.account_number
    LEFT JOIN reading.currency c ON c.currency_code = b.currency_code
    CROSS JOIN LATERAL (SELECT greatest(b.balance_minor - b.reserved_minor - b.exempt_minor, 0)
        AS free) AS money
    CROSS JOIN LATERAL (SELECT CASE b.freeze_whole
            WHEN 'AMOUNT' THEN least(b.freeze_claim_minor, money.free) ELSE money.free END
        AS controlled) AS k";

/// A row that touches a confidential freeze, or begins or ends a suspicion, tells neither why nor by
/// whom (`ask/mask.rs`). OFFSET keeps that from being looked up once for each column.
const HISTORY: &str = "CREATE VIEW reading.account_status_history WITH (security_barrier) AS
    SELECT h.change_id, h.account_number, h.old_status, h.new_status,
        CASE WHEN NOT k.hidden THEN h.change_reason END AS change_reason,
        CASE WHEN NOT k.hidden THEN h.change_by END AS change_by,
        h.change_date, h.approval_status, h.sequence,
        CASE WHEN NOT k.hidden OR h.cause = 'SUSPICIOUS_PATTERN' THEN h.cause END AS cause,
        h.recorded_time, h.lifecycle_before, h.lifecycle_after
    FROM account_status_history h
    CROSS JOIN LATERAL (SELECT CASE
            WHEN (SELECT confidential FROM reading.reader) THEN false
            WHEN jsonb_path_query_array(h.conditions_before, '$[*] ? (@.kind == \"SUSPICIOUS\").id')
                <> jsonb_path_query_array(h.conditions_after, '$[*] ? (@.kind == \"SUSPICIOUS\").id')
                THEN true
            ELSE EXISTS (SELECT FROM jsonb_array_elements(h.conditions_before || h.conditions_after)
                    AS held
                JOIN account_freeze f ON f.freeze_id = held ->> 'id'
                    AND f.account_number = h.account_number
                WHERE f.disclosure = 'CONFIDENTIAL')
        END AS hidden OFFSET 0) AS k";

/// A confidential freeze says only that it is there: how long one lasts would tell which kind of
/// authority is behind it.
const FREEZE: &str = "CREATE VIEW reading.account_freeze WITH (security_barrier) AS
    SELECT f.freeze_id, f.account_number, f.freeze_type,
        CASE WHEN NOT k.hidden THEN f.freeze_reason END AS freeze_reason,
        f.freeze_amount * c.unit AS freeze_amount,
        f.freeze_date,
        CASE WHEN NOT k.hidden THEN f.expiry_date END AS expiry_date,
        CASE WHEN NOT k.hidden THEN f.freeze_by END AS freeze_by,
        CASE WHEN NOT k.hidden THEN f.court_order_no END AS court_order_no,
        CASE WHEN NOT k.hidden THEN f.unfreeze_condition END AS unfreeze_condition,
        f.freeze_status, b.currency_code, f.freeze_mode, f.freeze_seq,
        CASE WHEN NOT k.hidden THEN f.authority_kind END AS authority_kind,
        CASE WHEN NOT k.hidden THEN f.source END AS source,
        f.exempt_minor * c.unit AS exempt_amount,
        f.disclosure = 'CONFIDENTIAL' AS confidential,
        f.served_time, f.effective_time,
        CASE WHEN NOT k.hidden THEN f.expire_time END AS expire_time,
        CASE WHEN f.freeze_status = 'RELEASED' THEN f.ended_time END AS release_time
    FROM account_freeze f
    JOIN account_balance b ON b.account_number = f.account_number
    LEFT JOIN reading.currency c ON c.currency_code = b.currency_code
    CROSS JOIN LATERAL (SELECT f.disclosure <> 'OPEN'
        AND NOT (SELECT confidential FROM reading.reader) AS hidden) AS k";

/// Which rules a transaction fired, and the score, are what a suspicion is made of.
const TRANSACTION: &str = "CREATE VIEW reading.transaction_log WITH (security_barrier) AS
    SELECT t.transaction_id, t.account_number, t.transaction_type,
        t.transaction_amount * c.unit AS transaction_amount,
        t.transaction_date, t.transaction_time,
        CASE WHEN (SELECT personal FROM reading.reader) OR t.counterparty_account = ''
            THEN t.counterparty_account
            ELSE '****' || right(t.counterparty_account, 4) END AS counterparty_account,
        CASE WHEN (SELECT personal FROM reading.reader) OR t.counterparty_name = ''
            THEN t.counterparty_name
            ELSE left(t.counterparty_name, 1) || '**' END AS counterparty_name,
        CASE WHEN (SELECT confidential FROM reading.reader) THEN t.risk_score END AS risk_score,
        CASE WHEN (SELECT confidential FROM reading.reader) THEN t.risk_flag END AS risk_flag,
        t.currency_code, t.direction, t.mode, t.initiator, t.entry_channel, t.purpose,
        t.balance_after_minor * c.unit AS balance_after,
        t.available_after_minor * c.unit AS available_after,
        t.value_time, t.recorded_time, t.recorded_by, t.entry_seq, t.origin
    FROM transaction_log t
    LEFT JOIN reading.currency c ON c.currency_code = t.currency_code";

/// Whoever makes a role that another one is making waits for it and finds it made.
const ROLES: &str = "DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['reading', 'reading_personal', 'reading_confidential'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'the role % is not there and may not be made by %: a DBA has to',
                    wanted, current_user;
        END;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reading') THEN
        GRANT USAGE ON SCHEMA reading TO reading;
        GRANT SELECT ON ALL TABLES IN SCHEMA reading TO reading;
    END IF;
END $$";
