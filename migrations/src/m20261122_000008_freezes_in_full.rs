//! What freezes in full need: papers of an order, renewals, places taken over, protected accounts, the
//! part of an exempt amount that is used up, objections; and the views that show them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000008_freezes_in_full"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = match manager.get_database_backend() {
            DbBackend::Postgres => {
                [("{time}", "timestamptz"), ("{json}", "jsonb"), ("{bytes}", "COLLATE \"C\"")]
            }
            _ => [("{time}", "text"), ("{json}", "text"), ("{bytes}", "")],
        };
        for statement in STATEMENTS {
            let sql = words
                .iter()
                .fold((*statement).to_owned(), |sql, (word, value)| sql.replace(word, value));
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // SQLite knows neither schemas nor roles (see the migration of the schema `reading`).
        if manager.get_database_backend() == DbBackend::Postgres {
            for statement in [MASTER, FREEZE, ACT, OBJECTION, TRANSACTION, ROLES] {
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

// SQLite adds one column at a time, with a constant default; a CHECK of the column itself may come
// with it.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE account_freeze ADD COLUMN notice_no text NOT NULL DEFAULT ''",
    "ALTER TABLE account_freeze ADD COLUMN renewals bigint NOT NULL DEFAULT 0
        CHECK (renewals >= 0)",
    "ALTER TABLE account_freeze ADD COLUMN preceding_freeze_id text",
    "ALTER TABLE account_freeze ADD COLUMN rank_seq bigint",
    "ALTER TABLE account_freeze ADD COLUMN serves text NOT NULL DEFAULT 'ANY_CLAIM'
        CHECK (serves IN ('ANY_CLAIM', 'PROTECTED_PURPOSE'))",
    "ALTER TABLE account_freeze_act ADD COLUMN officers {json} NOT NULL DEFAULT '[]'",
    "ALTER TABLE account_freeze_act ADD COLUMN notice_no text NOT NULL DEFAULT ''",
    "ALTER TABLE account_freeze_act ADD COLUMN expire_time {time}",
    "ALTER TABLE account_freeze_act ADD COLUMN transaction_id text",
    "ALTER TABLE account_master ADD COLUMN protected_kind text CHECK (protected_kind IN
        ('WAGES', 'SECURITIES_CLIENTS', 'CLEARING', 'FUND_SALES', 'FUTURES_MARGIN',
         'PAYMENT_RESERVE', 'TREASURY', 'SOCIAL_INSURANCE', 'LETTER_OF_CREDIT'))",
    "ALTER TABLE account_balance ADD COLUMN exempt_used_minor bigint NOT NULL DEFAULT 0
        CHECK (exempt_used_minor >= 0)",
    "ALTER TABLE account_balance ADD COLUMN exempt_from_seq bigint NOT NULL DEFAULT 0",
    "ALTER TABLE account_balance ADD COLUMN freezes_in_force bigint NOT NULL DEFAULT 0
        CHECK (freezes_in_force >= 0)",
    "UPDATE account_balance AS b SET freezes_in_force = (SELECT count(*) FROM account_freeze f
            WHERE f.account_number = b.account_number AND f.freeze_status IN ('ACTIVE', 'WAITING'))
        WHERE condition_mask & 6 <> 0",
    // The line of an account's freezes, in the order in which they fill: of a long one only the
    // beginning is read.
    "DROP INDEX account_freeze_in_force",
    "CREATE INDEX account_freeze_line ON account_freeze (account_number,
        (CASE freeze_type WHEN 'JUDICIAL' THEN 0 WHEN 'BANK' THEN 1 ELSE 2 END), served_time,
        (coalesce(rank_seq, freeze_seq)))
        WHERE freeze_status IN ('ACTIVE', 'WAITING')",
    "ALTER TABLE withdrawal ADD COLUMN exempt_minor bigint NOT NULL DEFAULT 0
        CHECK (exempt_minor >= 0)",
    // A freeze asks for all that hold money: what was not sent gives way to it, what was sent its
    // authority is told of.
    "DROP INDEX withdrawal_unsent",
    "CREATE INDEX withdrawal_open ON withdrawal (account_number) WHERE held_minor > 0",
    "CREATE TABLE objection (
        objection_id text NOT NULL,
        account_number text NOT NULL,
        subject_id text NOT NULL,
        raised_by text NOT NULL,
        text text NOT NULL,
        authority_name text NOT NULL,
        document_no text NOT NULL,
        disclosure text NOT NULL,
        recorded_by text NOT NULL,
        create_time {time} NOT NULL,
        due_time {time} NOT NULL,
        outcome text,
        answer text NOT NULL,
        answered_by text NOT NULL,
        answer_time {time},
        PRIMARY KEY (objection_id, account_number),
        CHECK (raised_by IN ('HOLDER', 'BANK')),
        CHECK (outcome IN ('UPHELD', 'REJECTED', 'WITHDRAWN')),
        CHECK ((outcome IS NULL) = (answer_time IS NULL))
    )",
    "CREATE INDEX objection_account ON objection (account_number, due_time, objection_id)",
    "CREATE INDEX objection_open ON objection (due_time, objection_id) WHERE outcome IS NULL",
    // Lists of freezes of all accounts, ids byte by byte: lists are merged with what lapsed outside of
    // the database.
    "CREATE INDEX account_freeze_kind ON account_freeze (authority_kind, freeze_id {bytes})",
    "CREATE INDEX account_freeze_authority ON account_freeze (freeze_by, freeze_id {bytes})",
    "CREATE INDEX account_freeze_status ON account_freeze (freeze_status, freeze_id {bytes})",
    "CREATE INDEX account_freeze_end ON account_freeze (expire_time, freeze_id {bytes})
        WHERE ended_time IS NULL",
    "CREATE INDEX account_freeze_kind_end ON account_freeze
        (authority_kind, expire_time, freeze_id {bytes}) WHERE ended_time IS NULL",
    "CREATE INDEX account_freeze_authority_end ON account_freeze
        (freeze_by, expire_time, freeze_id {bytes}) WHERE ended_time IS NULL",
];

/// The freeze first in line is found by the place that it took over, where it took one over. What is
/// new stands behind what was there: a view that is replaced keeps its columns, and its grants.
const MASTER: &str = "CREATE OR REPLACE VIEW reading.account_master WITH (security_barrier) AS
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
                    f.served_time, coalesce(f.rank_seq, f.freeze_seq)
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
        b.lifecycle, m.opened_time, b.last_transaction_time,
        m.protected_kind
    FROM account_master m
    JOIN account_balance b ON b.account_number = m.account_number
    LEFT JOIN reading.currency c ON c.currency_code = b.currency_code
    CROSS JOIN LATERAL (SELECT greatest(b.balance_minor - b.reserved_minor - b.exempt_minor, 0)
        AS free) AS money
    CROSS JOIN LATERAL (SELECT CASE b.freeze_whole
            WHEN 'AMOUNT' THEN least(b.freeze_claim_minor, money.free) ELSE money.free END
        AS controlled) AS k";

/// `rank` is the place in line, 1 first, of those in force; it tells nothing that the list of an
/// account's freezes in their order doesn't. How often one was renewed tells which kind it is of.
const FREEZE: &str = "CREATE OR REPLACE VIEW reading.account_freeze WITH (security_barrier) AS
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
        CASE WHEN f.freeze_status = 'RELEASED' THEN f.ended_time END AS release_time,
        CASE WHEN NOT k.hidden THEN f.notice_no END AS notice_no,
        CASE WHEN NOT k.hidden THEN f.preceding_freeze_id END AS preceding_freeze_id,
        CASE WHEN NOT k.hidden THEN f.renewals END AS renewals,
        CASE WHEN f.freeze_status IN ('ACTIVE', 'WAITING') THEN
            (SELECT count(*) FROM account_freeze o
                WHERE o.account_number = f.account_number
                    AND o.freeze_status IN ('ACTIVE', 'WAITING')
                    AND (CASE o.freeze_type WHEN 'JUDICIAL' THEN 0 WHEN 'BANK' THEN 1 ELSE 2 END,
                            o.served_time, coalesce(o.rank_seq, o.freeze_seq))
                        <= (CASE f.freeze_type WHEN 'JUDICIAL' THEN 0 WHEN 'BANK' THEN 1 ELSE 2 END,
                            f.served_time, coalesce(f.rank_seq, f.freeze_seq)))
        END AS rank
    FROM account_freeze f
    JOIN account_balance b ON b.account_number = f.account_number
    LEFT JOIN reading.currency c ON c.currency_code = b.currency_code
    CROSS JOIN LATERAL (SELECT f.disclosure <> 'OPEN'
        AND NOT (SELECT confidential FROM reading.reader) AS hidden) AS k";

/// What happened to a confidential freeze isn't there without the role, as in GetFreezeRecord.
const ACT: &str = "CREATE VIEW reading.account_freeze_act WITH (security_barrier) AS
    SELECT a.act_id, a.freeze_id, a.account_number, a.act, a.act_time, a.principal,
        a.authority_name, a.document_no, a.notice_no,
        a.amount_minor * c.unit AS amount, b.currency_code,
        CASE WHEN (SELECT personal FROM reading.reader) THEN a.officers END AS officers,
        a.expire_time, a.transaction_id
    FROM account_freeze_act a
    JOIN account_freeze f ON f.freeze_id = a.freeze_id AND f.account_number = a.account_number
    JOIN account_balance b ON b.account_number = a.account_number
    LEFT JOIN reading.currency c ON c.currency_code = b.currency_code
    WHERE f.disclosure = 'OPEN' OR (SELECT confidential FROM reading.reader)";

/// An objection to a confidential freeze or a suspicion isn't there without the role, as in
/// ListObjections.
const OBJECTION: &str = "CREATE VIEW reading.objection WITH (security_barrier) AS
    SELECT o.objection_id, o.account_number, o.subject_id, o.raised_by, o.text, o.authority_name,
        o.document_no, o.disclosure = 'CONFIDENTIAL' AS confidential, o.recorded_by, o.create_time,
        o.due_time, o.outcome, o.answer, o.answered_by, o.answer_time
    FROM objection o
    WHERE o.disclosure = 'OPEN' OR (SELECT confidential FROM reading.reader)";

/// To whom money of a confidential freeze went tells who is behind it.
const TRANSACTION: &str =
    "CREATE OR REPLACE VIEW reading.transaction_log WITH (security_barrier) AS
    SELECT t.transaction_id, t.account_number, t.transaction_type,
        t.transaction_amount * c.unit AS transaction_amount,
        t.transaction_date, t.transaction_time,
        CASE WHEN k.hidden THEN NULL
            WHEN (SELECT personal FROM reading.reader) OR t.counterparty_account = ''
                THEN t.counterparty_account
            ELSE '****' || right(t.counterparty_account, 4) END AS counterparty_account,
        CASE WHEN k.hidden THEN NULL
            WHEN (SELECT personal FROM reading.reader) OR t.counterparty_name = ''
                THEN t.counterparty_name
            ELSE left(t.counterparty_name, 1) || '**' END AS counterparty_name,
        CASE WHEN (SELECT confidential FROM reading.reader) THEN t.risk_score END AS risk_score,
        CASE WHEN (SELECT confidential FROM reading.reader) THEN t.risk_flag END AS risk_flag,
        t.currency_code, t.direction, t.mode, t.initiator, t.entry_channel, t.purpose,
        t.balance_after_minor * c.unit AS balance_after,
        t.available_after_minor * c.unit AS available_after,
        t.value_time, t.recorded_time, t.recorded_by, t.entry_seq, t.origin, t.booking
    FROM transaction_log t
    LEFT JOIN reading.currency c ON c.currency_code = t.currency_code
    CROSS JOIN LATERAL (SELECT t.transaction_type = 'DEDUCTION'
        AND NOT (SELECT confidential FROM reading.reader)
        AND EXISTS (SELECT FROM account_freeze f
            JOIN account_freeze_act a
                ON a.freeze_id = f.freeze_id AND a.account_number = f.account_number
            WHERE f.account_number = t.account_number AND f.disclosure <> 'OPEN'
                AND a.transaction_id = t.transaction_id) AS hidden) AS k";

const ROLES: &str = "DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reading') THEN
        GRANT SELECT ON reading.account_freeze_act, reading.objection TO reading;
    END IF;
END $$";
