//! Cases, what stands in suspense and channels, for people with SQL (see the migration of the schema
//! `reading`).

/// In this order.
pub(super) const STATEMENTS: [&str; 6] = [CASE, ENTRY, SUSPENSE, CHANNEL, RANGE, ROLES];

/// A case about something confidential isn't there without the role, as in ListCases.
const CASE: &str = "CREATE VIEW reading.withdrawal_case WITH (security_barrier) AS
    SELECT w.case_id, w.account_number, w.cause, w.state, w.withdrawal_id, w.attempt_number,
        w.channel_id, w.subject_id, w.amount_minor * c.unit AS amount, w.currency_code,
        w.disclosure = 'CONFIDENTIAL' AS confidential, w.owner_role, w.owner, w.open_time,
        w.due_time, w.reminders, w.escalations, w.next_reminder_time, w.acknowledged_by,
        w.acknowledge_time, w.resolution, w.resolved_by, w.approved_by, w.resolve_time,
        w.root_cause, w.analysis, w.update_time
    FROM withdrawal_case w
    LEFT JOIN reading.currency c ON c.currency_code = w.currency_code
    WHERE w.disclosure = 'OPEN' OR (SELECT confidential FROM reading.reader)";

/// What was written down of a case's way; what the service did by itself is not written twice.
const ENTRY: &str = "CREATE VIEW reading.case_entry WITH (security_barrier) AS
    SELECT e.entry_id, e.account_number, e.case_id, e.phase, e.kind, e.principal, e.text,
        e.institution, e.reference, e.entry_time
    FROM case_entry e
    JOIN withdrawal_case w ON w.case_id = e.case_id AND w.account_number = e.account_number
    WHERE w.disclosure = 'OPEN' OR (SELECT confidential FROM reading.reader)";

const SUSPENSE: &str = "CREATE VIEW reading.suspense_item WITH (security_barrier) AS
    SELECT s.item_id, s.account_number, s.booking, s.direction,
        s.amount_minor * c.unit AS amount, s.currency_code, s.withdrawal_id, s.channel_id,
        s.case_id, s.create_time, s.clearing IS NULL AS open, s.clearing, s.clearing_reference,
        s.clearing_reason, s.clearing_transaction_id, s.cleared_by, s.approved_by, s.clear_time
    FROM suspense_item s
    LEFT JOIN reading.currency c ON c.currency_code = s.currency_code";

/// Without its url, which is an address inside the bank, and without what it carries of each
/// currency: a view of its own has that in major units.
const CHANNEL: &str = "CREATE VIEW reading.channel WITH (security_barrier) AS
    SELECT n.channel_id, n.channel_name, n.state, n.state_reason, n.reopen_time, n.role,
        n.priority, n.bank_codes, n.refused_bank_codes, n.hours, n.daily_count, n.in_flight_max,
        n.promise_secs, n.min_success_permille, n.slow_ms, n.probe_secs, n.created_by,
        n.create_time, n.updated_by, n.update_time
    FROM channel n";

/// One row for each currency that a channel carries within limits; NULL is no limit.
const RANGE: &str = "CREATE VIEW reading.channel_range WITH (security_barrier) AS
    SELECT n.channel_id, r.range ->> 'currency' AS currency_code,
        (r.range ->> 'min_minor')::bigint * c.unit AS min_amount,
        (r.range ->> 'max_minor')::bigint * c.unit AS max_amount,
        (r.range ->> 'daily_minor')::bigint * c.unit AS daily_amount,
        (r.range ->> 'float_minor')::bigint * c.unit AS float_amount
    FROM channel n
    CROSS JOIN LATERAL jsonb_array_elements(n.ranges) AS r (range)
    LEFT JOIN reading.currency c ON c.currency_code = r.range ->> 'currency'";

const ROLES: &str = "DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reading') THEN
        GRANT SELECT ON reading.withdrawal_case, reading.case_entry, reading.suspense_item,
            reading.channel, reading.channel_range TO reading;
    END IF;
END $$";
