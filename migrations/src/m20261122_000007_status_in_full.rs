//! What four eyes, identity, dormancy, platforms and watchers of statuses need.
//!
//! Approvals are rows of their own. What the periodic review of an account knows stands in a table
//! of its own, because it changes when nobody pays and the hot row shall not carry it. The order
//! in which status changes were committed stands beside the history, so that watchers find what is
//! new without a look at every event of a payment.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000007_status_in_full"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = match manager.get_database_backend() {
            DbBackend::Postgres => [
                ("{time}", "timestamptz"),
                ("{day}", "date"),
                ("{json}", "jsonb"),
                ("{position}", "xid8 NOT NULL DEFAULT pg_current_xact_id()"),
            ],
            _ => [
                ("{time}", "text"),
                ("{day}", "text"),
                ("{json}", "text"),
                ("{position}", "integer PRIMARY KEY"),
            ],
        };
        for statement in STATEMENTS {
            let sql = words
                .iter()
                .fold((*statement).to_owned(), |sql, (word, value)| sql.replace(word, value));
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

// SQLite adds one column at a time, with a constant default; a CHECK of the column itself may come
// with it.
const STATEMENTS: &[&str] = &[
    "CREATE TABLE approval (
        approval_id text NOT NULL,
        account_number text NOT NULL,
        state text NOT NULL,
        action text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        subject_version bigint NOT NULL,
        change_key text NOT NULL,
        proposed_by text NOT NULL,
        reason text NOT NULL,
        request {json} NOT NULL,
        disclosure text NOT NULL,
        create_time {time} NOT NULL,
        expire_time {time} NOT NULL,
        decided_by text NOT NULL,
        decide_time {time},
        comment text NOT NULL,
        PRIMARY KEY (approval_id, account_number),
        CHECK (state IN ('PENDING', 'APPROVED', 'REJECTED', 'EXPIRED', 'WITHDRAWN', 'STALE')),
        CHECK ((state = 'PENDING') = (decide_time IS NULL)),
        CHECK (state <> 'APPROVED' OR decided_by <> proposed_by)
    )",
    "CREATE INDEX approval_account ON approval (account_number, approval_id)",
    "CREATE INDEX approval_open ON approval (approval_id) WHERE state = 'PENDING'",
    // Without those that wait: they are found by their account while payments are decided, and no
    // plan shall prefer to look through all that wait.
    "CREATE INDEX approval_decided ON approval (state, approval_id) WHERE state <> 'PENDING'",
    "CREATE INDEX approval_proposer ON approval (proposed_by, approval_id)",
    "ALTER TABLE account_status_history ADD COLUMN approved_by text",
    "ALTER TABLE account_freeze ADD COLUMN emergency_cause text CHECK (emergency_cause IN
        ('ACCOUNT_TAKEOVER', 'FRAUD_IN_PROGRESS', 'PAYMENT_IN_ERROR', 'SYSTEM_FAULT'))",
    // The master row: from when the displayed status holds, and the product.
    "ALTER TABLE account_master ADD COLUMN product_code text NOT NULL DEFAULT ''",
    "ALTER TABLE account_master ADD COLUMN status_since_time {time} NOT NULL
        DEFAULT '1970-01-01T00:00:00.000000+00:00'",
    "UPDATE account_master SET status_since_time = coalesce(
        (SELECT h.change_date FROM account_status_history h
            WHERE h.account_number = account_master.account_number
                AND h.old_status <> h.new_status
            ORDER BY h.sequence DESC LIMIT 1),
        opened_time)",
    // Who is not NORMAL; few accounts are, and these indexes hold nothing else.
    "CREATE INDEX account_master_abnormal ON account_master (account_number)
        WHERE account_status <> '00'",
    "CREATE INDEX account_master_abnormal_status ON account_master (account_status, account_number)
        WHERE account_status <> '00'",
    "CREATE INDEX account_master_abnormal_branch ON account_master (branch_code, account_number)
        WHERE account_status <> '00'",
    "CREATE INDEX account_master_abnormal_since ON account_master (status_since_time)
        WHERE account_status <> '00'",
    "CREATE INDEX account_condition_kind ON account_condition (kind, account_number)
        WHERE ended_time IS NULL",
    "CREATE INDEX account_condition_cause ON account_condition (cause, account_number)
        WHERE ended_time IS NULL",
    "CREATE INDEX account_freeze_type ON account_freeze (freeze_type, account_number)
        WHERE freeze_status IN ('ACTIVE', 'WAITING')",
    "CREATE INDEX account_freeze_cause ON account_freeze (cause, account_number)
        WHERE freeze_status IN ('ACTIVE', 'WAITING')",
    "CREATE TABLE account_review (
        account_number text NOT NULL PRIMARY KEY,
        holder_kind text NOT NULL,
        document_hash text NOT NULL,
        document_expiry_date {day},
        verified_time {time},
        noticed_time {time},
        grace_until_time {time},
        excuse text NOT NULL,
        dormancy_noticed_time {time},
        restarted_time {time},
        reminded {json} NOT NULL,
        next_review_time {time},
        CHECK (holder_kind IN ('UNSPECIFIED', 'PERSON', 'ORGANISATION')),
        CHECK (document_hash = '' OR length(document_hash) = 64)
    )",
    "CREATE INDEX account_review_due ON account_review (next_review_time)
        WHERE next_review_time IS NOT NULL",
    "CREATE INDEX account_review_document ON account_review (document_hash, account_number)
        WHERE document_hash <> ''",
    // Accounts that are there already are reviewed soon, the oldest first.
    "INSERT INTO account_review (account_number, holder_kind, document_hash, excuse, reminded,
            next_review_time)
        SELECT account_number, 'UNSPECIFIED', '', '', '[]', opened_time FROM account_master
        WHERE account_status <> '10'",
    "CREATE TABLE platform_binding (
        platform_id text NOT NULL,
        card_number text NOT NULL,
        account_number text NOT NULL,
        bound_by text NOT NULL,
        bound_time {time} NOT NULL,
        ended_by text,
        ended_time {time},
        PRIMARY KEY (platform_id, card_number, account_number),
        CHECK ((ended_time IS NULL) = (ended_by IS NULL))
    )",
    // Spelled so that neither of these two serves where the other is meant, even for a table without
    // rows, of which a plan may be made that is kept.
    "CREATE INDEX platform_binding_card ON platform_binding ((card_number || ''), platform_id)
        WHERE ended_time IS NULL",
    "CREATE INDEX platform_binding_platform ON platform_binding (platform_id, card_number)
        WHERE ended_time IS NULL",
    // In which order rows of the history were committed: a transaction id on PostgreSQL, a row id
    // on SQLite.
    "CREATE TABLE status_change_order (
        commit_position {position},
        account_number text NOT NULL,
        sequence bigint NOT NULL,
        UNIQUE (account_number, sequence)
    )",
    "CREATE INDEX status_change_order_position ON status_change_order (commit_position)",
];
