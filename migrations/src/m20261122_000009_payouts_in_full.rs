//! Payout channels and what was done to them, quotas, cases, suspense, the inbox, statements, and what
//! statistics count.
//!
//! What belongs to an account has account_number in its key; channels, their log, leases, the inbox,
//! statements and the sums of statistics are small, and have keys of their own.

mod reading;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000009_payouts_in_full"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let (words, evidence) = match backend {
            DbBackend::Postgres => ([("{time}", "timestamptz"), ("{json}", "jsonb")], POSTGRES),
            _ => ([("{time}", "text"), ("{json}", "text")], SQLITE),
        };
        for statement in STATEMENTS.iter().chain(evidence) {
            let sql = words
                .iter()
                .fold((*statement).to_owned(), |sql, (word, value)| sql.replace(word, value));
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        if backend == DbBackend::Postgres {
            for statement in reading::STATEMENTS {
                manager.get_connection().execute_unprepared(statement).await?;
            }
        }
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE account_balance ADD COLUMN open_cases bigint NOT NULL DEFAULT 0
        CHECK (open_cases >= 0)",
    "ALTER TABLE withdrawal ADD COLUMN cases bigint NOT NULL DEFAULT 0 CHECK (cases >= 0)",
    // A column's own CHECK goes with the column, on both engines.
    "ALTER TABLE withdrawal ADD COLUMN held_why text CHECK (held_why IN
        ('CONDITION', 'NO_CHANNEL', 'CHANNEL_CLOSED', 'RETRY_BACKOFF', 'MANUAL'))",
    "UPDATE withdrawal SET held_why = held_reason WHERE held_reason IS NOT NULL",
    "ALTER TABLE withdrawal DROP COLUMN held_reason",
    "ALTER TABLE withdrawal RENAME COLUMN held_why TO held_reason",
    "ALTER TABLE attempt ADD COLUMN choice {json} NOT NULL DEFAULT '[]'",
    // Until when the last submission is surely over.
    "ALTER TABLE attempt ADD COLUMN sent_until_time {time}",
    "ALTER TABLE attempt ADD COLUMN was_unknown bigint NOT NULL DEFAULT 0
        CHECK (was_unknown IN (0, 1))",
    // What a statement is compared with, and how old what is open has become.
    "CREATE INDEX attempt_channel ON attempt (channel_id, create_time)",
    "CREATE INDEX attempt_open_channel ON attempt (channel_id, create_time)
        WHERE state IN ('INTENT', 'ACCEPTED', 'UNKNOWN')",
    "CREATE TABLE channel (
        channel_id text NOT NULL PRIMARY KEY,
        url text NOT NULL,
        channel_name text NOT NULL,
        state text NOT NULL,
        state_reason text NOT NULL,
        reopen_time {time},
        role text NOT NULL,
        priority bigint NOT NULL,
        ranges {json} NOT NULL,
        bank_codes {json} NOT NULL,
        refused_bank_codes {json} NOT NULL,
        hours {json} NOT NULL,
        daily_count bigint,
        in_flight_max bigint,
        promise_secs bigint,
        min_success_permille bigint NOT NULL,
        slow_ms bigint NOT NULL,
        probe_secs bigint NOT NULL,
        version bigint NOT NULL,
        created_by text NOT NULL,
        create_time {time} NOT NULL,
        updated_by text NOT NULL,
        update_time {time} NOT NULL,
        CHECK (state IN ('ENABLED', 'DRAINED', 'DISABLED')),
        CHECK (role IN ('PRIMARY', 'BACKUP')),
        CHECK (priority >= 1 AND version >= 1),
        CHECK (min_success_permille BETWEEN 0 AND 1000)
    )",
    "CREATE TABLE channel_log (
        log_id text NOT NULL PRIMARY KEY,
        channel_id text NOT NULL,
        kind text NOT NULL,
        principal text NOT NULL,
        request_id text NOT NULL,
        content_hash text NOT NULL,
        description text NOT NULL,
        detail {json} NOT NULL,
        log_time {time} NOT NULL
    )",
    "CREATE INDEX channel_log_channel ON channel_log (channel_id, log_id)",
    "CREATE UNIQUE INDEX channel_log_request ON channel_log (principal, request_id)
        WHERE request_id <> ''",
    // What was handed out to replicas of a channel's quota or of what is deposited with it.
    "CREATE TABLE channel_lease (
        channel_id text NOT NULL,
        kind text NOT NULL,
        currency_code text NOT NULL,
        period text NOT NULL,
        leased bigint NOT NULL,
        PRIMARY KEY (channel_id, kind, currency_code, period),
        CHECK (kind IN ('DAILY_COUNT', 'DAILY_AMOUNT', 'FLOAT')),
        CHECK (leased >= 0)
    )",
    "CREATE TABLE withdrawal_case (
        case_id text NOT NULL,
        account_number text NOT NULL,
        cause text NOT NULL,
        state text NOT NULL,
        withdrawal_id text NOT NULL,
        attempt_number bigint NOT NULL,
        channel_id text NOT NULL,
        subject_id text NOT NULL,
        amount_minor bigint,
        currency_code text,
        disclosure text NOT NULL,
        owner_role text NOT NULL,
        owner text NOT NULL,
        open_time {time} NOT NULL,
        due_time {time} NOT NULL,
        reminders bigint NOT NULL,
        escalations bigint NOT NULL,
        next_reminder_time {time},
        acknowledged_by text NOT NULL,
        acknowledge_time {time},
        resolution text,
        resolved_by text NOT NULL,
        approved_by text NOT NULL,
        resolve_time {time},
        root_cause text,
        analysis text NOT NULL,
        update_time {time} NOT NULL,
        version bigint NOT NULL,
        PRIMARY KEY (case_id, account_number),
        CHECK (state IN ('OPEN', 'WAITING', 'RESOLVED', 'CLOSED')),
        CHECK ((state IN ('OPEN', 'WAITING')) = (resolution IS NULL)),
        CHECK ((resolution IS NULL) = (resolve_time IS NULL)),
        CHECK (state <> 'CLOSED' OR root_cause IS NOT NULL),
        CHECK (reminders >= 0 AND escalations >= 0)
    )",
    "CREATE INDEX case_due ON withdrawal_case (due_time, case_id)",
    "CREATE INDEX case_open_due ON withdrawal_case (due_time, case_id)
        WHERE state IN ('OPEN', 'WAITING')",
    "CREATE INDEX case_account ON withdrawal_case (account_number, due_time, case_id)",
    "CREATE INDEX case_withdrawal ON withdrawal_case (withdrawal_id, due_time, case_id)
        WHERE withdrawal_id <> ''",
    "CREATE INDEX case_subject ON withdrawal_case (subject_id)
        WHERE subject_id <> '' AND state IN ('OPEN', 'WAITING')",
    "CREATE INDEX case_reminder ON withdrawal_case (next_reminder_time)
        WHERE next_reminder_time IS NOT NULL",
    "CREATE TABLE case_entry (
        entry_id text NOT NULL,
        account_number text NOT NULL,
        case_id text NOT NULL,
        phase text NOT NULL,
        kind text NOT NULL,
        principal text NOT NULL,
        text text NOT NULL,
        institution text NOT NULL,
        reference text NOT NULL,
        entry_time {time} NOT NULL,
        PRIMARY KEY (entry_id, account_number),
        CHECK (phase IN ('AUTOMATIC', 'REMIND', 'MANUAL', 'ANALYSIS'))
    )",
    "CREATE INDEX case_entry_case ON case_entry (case_id, entry_time, entry_id)",
    "CREATE TABLE suspense_item (
        item_id text NOT NULL,
        account_number text NOT NULL,
        booking text NOT NULL,
        direction text NOT NULL,
        amount_minor bigint NOT NULL,
        currency_code text NOT NULL,
        withdrawal_id text NOT NULL,
        channel_id text NOT NULL,
        case_id text NOT NULL,
        create_time {time} NOT NULL,
        clearing text,
        clearing_reference text NOT NULL,
        clearing_reason text NOT NULL,
        clearing_transaction_id text NOT NULL,
        cleared_by text NOT NULL,
        approved_by text NOT NULL,
        clear_time {time},
        version bigint NOT NULL,
        PRIMARY KEY (item_id, account_number),
        CHECK (booking IN ('SUSPENSE', 'RECEIVABLE')),
        CHECK (direction IN ('CREDIT', 'DEBIT')),
        CHECK (amount_minor > 0),
        CHECK ((clearing IS NULL) = (clear_time IS NULL))
    )",
    "CREATE INDEX suspense_open ON suspense_item (create_time, item_id, account_number)
        WHERE clearing IS NULL",
    "CREATE INDEX suspense_time ON suspense_item (create_time, item_id, account_number)",
    "CREATE INDEX suspense_account ON suspense_item (account_number, create_time, item_id)",
    "INSERT INTO suspense_item (item_id, account_number, booking, direction, amount_minor,
            currency_code, withdrawal_id, channel_id, case_id, create_time, clearing_reference,
            clearing_reason, clearing_transaction_id, cleared_by, approved_by, version)
        SELECT transaction_id, account_number, booking, direction, transaction_amount,
            currency_code, '', '', '', recorded_time, '', '', '', '', '', 1
        FROM transaction_log WHERE booking <> 'BALANCE'",
    "CREATE TABLE inbox (
        inbox_id text NOT NULL PRIMARY KEY,
        channel_id text NOT NULL,
        payout_key text NOT NULL,
        routing_token text NOT NULL,
        stray text NOT NULL,
        source text NOT NULL,
        said text NOT NULL,
        amount_minor bigint,
        currency_code text,
        channel_code text NOT NULL,
        received_by text NOT NULL,
        create_time {time} NOT NULL,
        clearing text,
        clearing_reference text NOT NULL,
        clearing_reason text NOT NULL,
        cleared_by text NOT NULL,
        clear_time {time},
        version bigint NOT NULL,
        CHECK (stray IN ('UNKNOWN_KEY', 'FOREIGN_CHANNEL')),
        CHECK ((clearing IS NULL) = (clear_time IS NULL))
    )",
    "CREATE INDEX inbox_open ON inbox (create_time, inbox_id) WHERE clearing IS NULL",
    "CREATE INDEX inbox_time ON inbox (create_time, inbox_id)",
    "CREATE TABLE statement (
        channel_id text NOT NULL,
        statement_id text NOT NULL,
        period_start_time {time} NOT NULL,
        period_end_time {time} NOT NULL,
        standing text NOT NULL,
        progress text NOT NULL,
        content_hash text NOT NULL,
        report {json} NOT NULL,
        imported_by text NOT NULL,
        import_time {time} NOT NULL,
        PRIMARY KEY (channel_id, statement_id),
        CHECK (standing IN ('PRELIMINARY', 'FINAL')),
        CHECK (progress IN ('BEGUN', 'DONE'))
    )",
    "CREATE INDEX statement_period ON statement (channel_id, period_end_time)",
    "CREATE TABLE channel_tally (
        tally_id text NOT NULL,
        account_number text NOT NULL,
        channel_id text NOT NULL,
        bank_code text NOT NULL,
        band text NOT NULL,
        currency_code text NOT NULL,
        hour {time} NOT NULL,
        counted text NOT NULL,
        detail text NOT NULL,
        count bigint NOT NULL,
        amount_minor bigint NOT NULL,
        PRIMARY KEY (tally_id, account_number)
    )",
    "CREATE TABLE channel_rollup (
        grain text NOT NULL,
        cut text NOT NULL,
        channel_id text NOT NULL,
        start_time {time} NOT NULL,
        bank_code text NOT NULL,
        band text NOT NULL,
        currency_code text NOT NULL,
        counted text NOT NULL,
        detail text NOT NULL,
        count bigint NOT NULL,
        amount_minor bigint NOT NULL,
        PRIMARY KEY (grain, cut, channel_id, start_time, bank_code, band, currency_code, counted,
            detail),
        CHECK (grain IN ('HOUR', 'DAY', 'MONTH')),
        CHECK (cut IN ('CHANNEL', 'BANK', 'BAND', 'BOTH'))
    )",
];

/// Evidence comes from statements and people, too.
const POSTGRES: &[&str] = &[
    "ALTER TABLE evidence DROP CONSTRAINT evidence_source_check",
    "ALTER TABLE evidence ADD CONSTRAINT evidence_source_check CHECK (source IN
        ('SUBMIT', 'INQUIRY', 'VOID', 'CALLBACK', 'STATEMENT', 'PEOPLE'))",
];

/// SQLite can't change a CHECK of a table: the table is made anew.
const SQLITE: &[&str] = &[
    "CREATE TABLE evidence_next (
        withdrawal_id text NOT NULL,
        number bigint NOT NULL,
        evidence_id text NOT NULL,
        account_number text NOT NULL,
        source text NOT NULL,
        said text NOT NULL,
        reason text NOT NULL,
        channel_code text NOT NULL,
        amount_minor bigint,
        currency_code text,
        effect text NOT NULL,
        received_time text NOT NULL,
        PRIMARY KEY (withdrawal_id, number, evidence_id, account_number),
        CHECK (source IN ('SUBMIT', 'INQUIRY', 'VOID', 'CALLBACK', 'STATEMENT', 'PEOPLE')),
        CHECK (effect IN ('APPLIED', 'NOTHING_NEW', 'CONTRADICTION'))
    )",
    "INSERT INTO evidence_next SELECT withdrawal_id, number, evidence_id, account_number, source,
        said, reason, channel_code, amount_minor, currency_code, effect, received_time
        FROM evidence",
    "DROP TABLE evidence",
    "ALTER TABLE evidence_next RENAME TO evidence",
];
