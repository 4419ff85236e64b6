//! Accounts, conditions, freezes, withdrawals, transactions, history, remembered requests, events.
//!
//! Plain SQL, because the people who query these tables should read their definition as they know
//! it. Amounts are integers of minor units; times are UTC.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The first migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in TABLES {
            manager.get_connection().execute_unprepared(&for_engine(table, backend)).await?;
        }
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Puts the engine's words for a time, a day, a JSON document, a commit position and the storage
/// of the hot table into a definition.
fn for_engine(sql: &str, backend: DbBackend) -> String {
    let words = match backend {
        DbBackend::Postgres => [
            ("{time}", "timestamptz"),
            ("{day}", "date"),
            ("{json}", "jsonb"),
            ("{position}", "xid8 NOT NULL DEFAULT pg_current_xact_id()"),
            ("{event_key}", "PRIMARY KEY (event_id, account_number)"),
            // Room on each page for updates in place, without touching an index.
            ("{hot}", " WITH (fillfactor = 70)"),
        ],
        _ => [
            ("{time}", "text"),
            ("{day}", "text"),
            ("{json}", "text"),
            ("{position}", "integer PRIMARY KEY"),
            ("{event_key}", "UNIQUE (event_id, account_number)"),
            ("{hot}", ""),
        ],
    };
    words.iter().fold(sql.to_owned(), |sql, (word, value)| sql.replace(word, value))
}

const TABLES: &[&str] = &[
    "CREATE TABLE account_balance (
        account_number text NOT NULL PRIMARY KEY,
        currency_code text NOT NULL,
        opening_balance_minor bigint NOT NULL,
        balance_minor bigint NOT NULL,
        reserved_minor bigint NOT NULL,
        freeze_claim_minor bigint NOT NULL,
        exempt_minor bigint NOT NULL,
        freeze_whole text NOT NULL,
        lifecycle text NOT NULL,
        condition_mask bigint NOT NULL,
        open_withdrawals bigint NOT NULL,
        next_lapse_time {time},
        last_customer_time {time},
        last_transaction_time {time},
        status_version bigint NOT NULL,
        history_seq bigint NOT NULL,
        freeze_seq bigint NOT NULL,
        event_seq bigint NOT NULL,
        entry_seq bigint NOT NULL,
        history_head text NOT NULL,
        changed_time {time} NOT NULL,
        CHECK (length(account_number) BETWEEN 1 AND 34),
        CHECK (balance_minor >= 0),
        CHECK (reserved_minor >= 0 AND reserved_minor <= balance_minor),
        CHECK (freeze_claim_minor >= 0 AND exempt_minor >= 0 AND open_withdrawals >= 0),
        CHECK (freeze_whole IN ('AMOUNT', 'WHOLE', 'TWO_WAY')),
        CHECK (lifecycle IN ('OPENING', 'OPEN_FAILED', 'OPEN', 'CLOSED')),
        CHECK (lifecycle <> 'CLOSED' OR (balance_minor = 0 AND reserved_minor = 0)),
        CHECK (history_seq >= 1 AND length(history_head) = 64)
    ){hot}",
    "CREATE INDEX account_balance_next_lapse ON account_balance (next_lapse_time)
        WHERE next_lapse_time IS NOT NULL",
    "CREATE TABLE account_master (
        account_number text NOT NULL PRIMARY KEY,
        account_id text NOT NULL,
        account_name text NOT NULL,
        account_status text NOT NULL,
        status_desc text NOT NULL,
        freeze_type text,
        freeze_reason text,
        freeze_date {day},
        customer_id text NOT NULL,
        branch_code text NOT NULL,
        opened_time {time} NOT NULL,
        record_status text NOT NULL DEFAULT '1',
        CHECK (account_status IN
            ('00', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10')),
        CHECK (freeze_type IS NULL OR freeze_type IN ('JUDICIAL', 'BANK', 'CUSTOMER'))
    )",
    "CREATE INDEX account_master_customer ON account_master (customer_id, account_number)",
    "CREATE TABLE card (
        card_number text NOT NULL PRIMARY KEY,
        account_number text NOT NULL
    )",
    "CREATE TABLE account_condition (
        condition_id text NOT NULL,
        account_number text NOT NULL,
        kind text NOT NULL,
        cause text NOT NULL,
        reason text NOT NULL,
        restriction text,
        amount_minor bigint,
        authority text,
        document_no text,
        missing_items {json} NOT NULL,
        set_by text NOT NULL,
        since_time {time} NOT NULL,
        until_time {time},
        ended_time {time},
        ended_by text,
        PRIMARY KEY (condition_id, account_number),
        CHECK (kind IN
            ('OPENING', 'STOPPAY', 'SUSPICIOUS', 'INFO_EXPIRED', 'DORMANT', 'RESTRICTED')),
        CHECK ((kind = 'RESTRICTED') = (restriction IS NOT NULL)),
        CHECK (amount_minor IS NULL OR amount_minor > 0),
        CHECK ((ended_time IS NULL) = (ended_by IS NULL))
    )",
    "CREATE INDEX account_condition_in_force ON account_condition (account_number)
        WHERE ended_time IS NULL",
    "CREATE INDEX account_condition_case ON account_condition (account_number, document_no)
        WHERE document_no IS NOT NULL",
    "CREATE TABLE account_freeze (
        freeze_id text NOT NULL,
        account_number text NOT NULL,
        freeze_seq bigint NOT NULL,
        freeze_type text NOT NULL,
        freeze_status text NOT NULL,
        freeze_mode text NOT NULL,
        authority_kind text NOT NULL,
        freeze_by text NOT NULL,
        court_order_no text NOT NULL,
        officers {json} NOT NULL,
        freeze_amount bigint,
        exempt_minor bigint NOT NULL,
        freeze_reason text NOT NULL,
        unfreeze_condition text NOT NULL,
        disclosure text NOT NULL,
        urgency text NOT NULL,
        source text NOT NULL,
        cause text NOT NULL,
        served_time {time} NOT NULL,
        freeze_date {day} NOT NULL,
        effective_time {time},
        expire_time {time},
        expiry_date {day},
        term_count bigint,
        term_unit text,
        ended_time {time},
        created_by text NOT NULL,
        create_time {time} NOT NULL,
        update_time {time} NOT NULL,
        PRIMARY KEY (freeze_id, account_number),
        UNIQUE (account_number, freeze_seq),
        CHECK (freeze_type IN ('JUDICIAL', 'BANK', 'CUSTOMER')),
        CHECK (freeze_status IN ('ACTIVE', 'WAITING', 'RELEASED', 'EXPIRED')),
        CHECK (freeze_status <> 'WAITING' OR freeze_type = 'JUDICIAL'),
        CHECK ((freeze_mode = 'AMOUNT') = (freeze_amount IS NOT NULL)),
        CHECK (freeze_amount IS NULL OR freeze_amount > 0),
        CHECK (exempt_minor >= 0),
        CHECK ((freeze_status IN ('RELEASED', 'EXPIRED')) = (ended_time IS NOT NULL))
    )",
    "CREATE INDEX account_freeze_in_force ON account_freeze (account_number)
        WHERE freeze_status IN ('ACTIVE', 'WAITING')",
    "CREATE TABLE account_freeze_act (
        act_id text NOT NULL,
        freeze_id text NOT NULL,
        account_number text NOT NULL,
        act text NOT NULL,
        act_time {time} NOT NULL,
        principal text NOT NULL,
        authority_name text NOT NULL,
        document_no text NOT NULL,
        amount_minor bigint,
        PRIMARY KEY (act_id, account_number)
    )",
    "CREATE INDEX account_freeze_act_freeze ON account_freeze_act (freeze_id, act_time)",
    "CREATE TABLE account_status_history (
        change_id text NOT NULL,
        account_number text NOT NULL,
        sequence bigint NOT NULL,
        old_status text NOT NULL,
        new_status text NOT NULL,
        change_reason text NOT NULL,
        cause text,
        change_by text NOT NULL,
        change_date {time} NOT NULL,
        recorded_time {time} NOT NULL,
        approval_status text NOT NULL,
        lifecycle_before text,
        lifecycle_after text NOT NULL,
        conditions_before {json} NOT NULL,
        conditions_after {json} NOT NULL,
        previous_hash text NOT NULL,
        hash text NOT NULL,
        PRIMARY KEY (change_id, account_number),
        UNIQUE (account_number, sequence),
        CHECK (approval_status IN ('NOT_REQUIRED', 'PENDING', 'APPROVED')),
        CHECK ((sequence = 1) = (previous_hash = '')),
        CHECK (length(hash) = 64)
    )",
    "CREATE TABLE withdrawal (
        withdrawal_id text NOT NULL,
        account_number text NOT NULL,
        entry_seq bigint NOT NULL,
        currency_code text NOT NULL,
        amount_minor bigint NOT NULL,
        held_minor bigint NOT NULL,
        state text NOT NULL,
        beneficiary_name text NOT NULL,
        beneficiary_account text NOT NULL,
        beneficiary_bank_code text NOT NULL,
        beneficiary_bank_name text NOT NULL,
        beneficiary_kind text NOT NULL,
        reference text NOT NULL,
        purpose text NOT NULL,
        entry_channel text NOT NULL,
        preferred_channel text NOT NULL,
        requested_by text NOT NULL,
        reason text NOT NULL,
        version bigint NOT NULL,
        create_time {time} NOT NULL,
        update_time {time} NOT NULL,
        settle_time {time},
        PRIMARY KEY (withdrawal_id, account_number),
        UNIQUE (account_number, entry_seq),
        CHECK (amount_minor > 0),
        CHECK (held_minor IN (0, amount_minor)),
        CHECK (state NOT IN ('RESERVED', 'DISPATCHING', 'ACCEPTED', 'UNKNOWN')
            OR held_minor = amount_minor),
        CHECK (state NOT IN
            ('SETTLED', 'FAILED', 'CANCELLED', 'SETTLED_LATE', 'RETURNED', 'WRITTEN_OFF')
            OR held_minor = 0)
    )",
    "CREATE INDEX withdrawal_unsent ON withdrawal (account_number) WHERE state = 'RESERVED'",
    "CREATE TABLE transaction_log (
        transaction_id text NOT NULL,
        account_number text NOT NULL,
        entry_seq bigint NOT NULL,
        transaction_type text NOT NULL,
        transaction_amount bigint NOT NULL,
        currency_code text NOT NULL,
        direction text NOT NULL,
        mode text NOT NULL,
        initiator text NOT NULL,
        entry_channel text NOT NULL,
        purpose text NOT NULL,
        counterparty_account text NOT NULL,
        counterparty_name text NOT NULL,
        value_time {time} NOT NULL,
        recorded_time {time} NOT NULL,
        transaction_date {day} NOT NULL,
        transaction_time text NOT NULL,
        balance_after_minor bigint NOT NULL,
        available_after_minor bigint NOT NULL,
        recorded_by text NOT NULL,
        risk_score integer,
        risk_flag text,
        PRIMARY KEY (transaction_id, account_number),
        UNIQUE (account_number, entry_seq),
        CHECK (transaction_amount > 0),
        CHECK (direction IN ('CREDIT', 'DEBIT')),
        CHECK (balance_after_minor >= 0)
    )",
    "CREATE TABLE idempotency (
        account_number text NOT NULL,
        principal text NOT NULL,
        request_id text NOT NULL,
        content_hash text NOT NULL,
        outcome text NOT NULL,
        class text NOT NULL,
        recorded_time {time} NOT NULL,
        PRIMARY KEY (account_number, principal, request_id),
        CHECK (length(request_id) BETWEEN 1 AND 160),
        CHECK (class IN ('EFFECT', 'REFUSAL'))
    )",
    "CREATE TABLE event (
        commit_position {position},
        event_id text NOT NULL,
        account_number text NOT NULL,
        account_seq bigint NOT NULL,
        kind text NOT NULL,
        payload {json} NOT NULL,
        event_time {time} NOT NULL,
        {event_key},
        UNIQUE (account_number, account_seq)
    )",
];
