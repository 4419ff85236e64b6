//! What must hold of withdrawals, the attempts to pay them, their evidence and their entries.

use super::Rows;

/// The payout entry of attempt `a`, and the entry of its return.
const PAYOUT: &str = "t.account_number = a.account_number AND t.transaction_type = 'PAYOUT'
    AND t.transaction_id = a.withdrawal_id || '.' || a.number";
const RETURN: &str = "t.account_number = a.account_number AND t.transaction_type = 'RETURN'
    AND t.transaction_id = a.withdrawal_id || '.' || a.number || '.returned'";

/// What two persons corrected of attempt `a` or wrote to suspense, and what is owed for it.
const OTHER: &str = "t.account_number = a.account_number
    AND (t.transaction_id = a.withdrawal_id || '.' || a.number || '.owed'
        OR t.transaction_id = a.withdrawal_id || '.' || a.number || '.suspense'
        OR t.transaction_id LIKE a.withdrawal_id || '.' || a.number || '.correction%')";

/// Why a withdrawal is as it is, where two persons resolved its quarantine.
const RESOLVED: &str = "('MARK_SETTLED', 'MARK_FAILED', 'WRITE_OFF')";

impl Rows<'_> {
    /// Entries that evidence made, as `account id`.
    pub(super) async fn entries_of_attempts(&self) -> Vec<String> {
        let sql = format!(
            "SELECT t.account_number || ' ' || t.transaction_id
            FROM transaction_log t JOIN attempt a ON ({PAYOUT}) OR ({RETURN}) OR ({OTHER})
            WHERE t.origin = 'POSTED' AND t.account_number {{mine}}"
        );
        self.texts(&sql).await
    }

    /// I2, I4, I5, and that each state has its entries.
    pub(super) async fn payouts_add_up(&self) {
        self.each_state_holds_what_it_should().await;
        self.at_most_one_attempt_is_open_or_settled().await;
        self.each_that_is_open_is_due_some_time().await;
        self.each_attempt_has_its_proof().await;
        self.each_state_has_its_entries().await;
        self.each_resolved_one_is_booked_as_people_said().await;
        self.cases_count().await;
    }

    pub(super) async fn none(&self, what: &str, sql: &str) {
        let wrong = self.texts(sql).await;
        assert!(wrong.is_empty(), "{what}: {wrong:?}");
    }

    async fn each_state_holds_what_it_should(&self) {
        self.none(
            "I2: a withdrawal holds what its state doesn't",
            "SELECT withdrawal_id FROM withdrawal WHERE account_number {mine} AND NOT CASE
                WHEN state IN ('RESERVED', 'DISPATCHING', 'ACCEPTED', 'UNKNOWN')
                    THEN held_minor = amount_minor
                WHEN state = 'QUARANTINED' THEN held_minor IN (0, amount_minor)
                ELSE held_minor = 0 END",
        )
        .await;
    }

    async fn at_most_one_attempt_is_open_or_settled(&self) {
        self.none(
            "I4: two attempts are open, or settled outside of quarantine",
            "SELECT w.withdrawal_id FROM withdrawal w JOIN attempt a
                ON a.withdrawal_id = w.withdrawal_id AND a.account_number = w.account_number
            WHERE w.account_number {mine} GROUP BY w.withdrawal_id, w.state
            HAVING count(CASE WHEN a.state IN ('INTENT', 'ACCEPTED', 'UNKNOWN') THEN 1 END) > 1
                OR (w.state NOT IN ('QUARANTINED', 'WRITTEN_OFF')
                    AND count(CASE WHEN a.state = 'SETTLED' THEN 1 END) > 1)",
        )
        .await;
        self.none(
            "a withdrawal on its way has no open attempt, or its attempts don't count up",
            "SELECT w.withdrawal_id FROM withdrawal w
            LEFT JOIN (SELECT account_number, withdrawal_id, count(*) AS there,
                    max(number) AS last,
                    count(CASE WHEN state IN ('INTENT', 'ACCEPTED', 'UNKNOWN') THEN 1 END) AS open
                FROM attempt WHERE account_number {mine} GROUP BY account_number, withdrawal_id) a
                ON a.withdrawal_id = w.withdrawal_id AND a.account_number = w.account_number
            WHERE w.account_number {mine} AND (w.attempts <> coalesce(a.there, 0)
                OR w.attempts <> coalesce(a.last, 0)
                OR (w.state IN ('DISPATCHING', 'ACCEPTED', 'UNKNOWN') AND coalesce(a.open, 0) <> 1))",
        )
        .await;
    }

    async fn each_that_is_open_is_due_some_time(&self) {
        self.none(
            "something is to be done and nobody ever looks, or nothing is and somebody does",
            "SELECT w.withdrawal_id FROM withdrawal w WHERE w.account_number {mine}
                AND (w.next_action_time IS NOT NULL) <> (w.state = 'RESERVED' OR EXISTS (
                    SELECT 1 FROM attempt a WHERE a.withdrawal_id = w.withdrawal_id
                        AND a.account_number = w.account_number
                        AND a.state IN ('INTENT', 'ACCEPTED', 'UNKNOWN')))",
        )
        .await;
    }

    async fn each_attempt_has_its_proof(&self) {
        self.none(
            "I5: an attempt came after one that was not proven dead",
            "SELECT a.withdrawal_id FROM attempt a JOIN attempt later
                ON later.withdrawal_id = a.withdrawal_id AND later.number > a.number
                    AND later.account_number = a.account_number
            WHERE a.account_number {mine} AND a.state IN ('INTENT', 'ACCEPTED', 'UNKNOWN')",
        )
        .await;
        self.none(
            "I5: an attempt ended without evidence",
            "SELECT a.withdrawal_id FROM attempt a WHERE a.account_number {mine}
                AND a.state IN ('DEAD', 'SETTLED', 'RETURNED', 'DUPLICATE')
                AND NOT EXISTS (SELECT 1 FROM evidence e
                    WHERE e.withdrawal_id = a.withdrawal_id AND e.number = a.number
                        AND e.account_number = a.account_number AND CASE a.state
                            WHEN 'DEAD' THEN e.said IN ('REJECTED_FINAL', 'TOMBSTONE', 'NOT_LISTED')
                            WHEN 'RETURNED' THEN e.said = 'RETURNED'
                            ELSE e.said = 'SETTLED' END)",
        )
        .await;
    }

    async fn each_resolved_one_is_booked_as_people_said(&self) {
        self.none(
            "a resolved quarantine books what was not paid, or nothing of what was",
            &format!(
                "SELECT w.withdrawal_id FROM withdrawal w JOIN attempt a
                    ON a.withdrawal_id = w.withdrawal_id AND a.account_number = w.account_number
                JOIN transaction_log t ON (({PAYOUT}) AND t.booking <> 'SUSPENSE')
                    OR ({RETURN}) OR ({OTHER})
                WHERE w.account_number {{mine}} AND w.reason IN {RESOLVED}
                    AND w.state IN ('SETTLED', 'FAILED', 'WRITTEN_OFF')
                GROUP BY w.withdrawal_id, w.state
                HAVING (sum(CASE t.direction WHEN 'DEBIT' THEN t.transaction_amount
                    ELSE -t.transaction_amount END) > 0) <> (w.state = 'SETTLED')"
            ),
        )
        .await;
    }

    /// That rows tell of the cases that are open, and that money beside the account is on a list.
    async fn cases_count(&self) {
        self.none(
            "an account counts other cases than are open",
            "SELECT b.account_number FROM account_balance b WHERE b.account_number {mine}
                AND b.open_cases <> (SELECT count(*) FROM withdrawal_case c
                    WHERE c.account_number = b.account_number
                        AND c.state IN ('OPEN', 'WAITING'))",
        )
        .await;
        self.none(
            "a withdrawal tells of other cases than are open",
            "SELECT w.withdrawal_id FROM withdrawal w WHERE w.account_number {mine}
                AND (w.cases <> 0) <> EXISTS (SELECT 1 FROM withdrawal_case c
                    WHERE c.withdrawal_id = w.withdrawal_id
                        AND c.account_number = w.account_number
                        AND c.state IN ('OPEN', 'WAITING'))",
        )
        .await;
        self.none(
            "money stands beside an account and on no list",
            "SELECT t.transaction_id FROM transaction_log t WHERE t.account_number {mine}
                AND t.booking <> 'BALANCE' AND NOT EXISTS (SELECT 1 FROM suspense_item s
                    WHERE s.item_id = t.transaction_id AND s.account_number = t.account_number)",
        )
        .await;
    }

    async fn each_state_has_its_entries(&self) {
        let sql = format!(
            "SELECT w.withdrawal_id FROM withdrawal w
            LEFT JOIN (SELECT a.account_number, a.withdrawal_id,
                    count(CASE WHEN t.booking <> 'SUSPENSE' AND ({PAYOUT}) THEN 1 END) AS paid,
                    count(CASE WHEN t.booking = 'SUSPENSE' AND ({PAYOUT}) THEN 1 END) AS extra,
                    count(CASE WHEN {RETURN} THEN 1 END) AS back
                FROM attempt a JOIN transaction_log t ON ({PAYOUT}) OR ({RETURN})
                WHERE a.account_number {{mine}} GROUP BY a.account_number, a.withdrawal_id) e
                ON e.withdrawal_id = w.withdrawal_id AND e.account_number = w.account_number
            LEFT JOIN (SELECT account_number, withdrawal_id, count(*) AS duplicates
                FROM attempt WHERE state = 'DUPLICATE' GROUP BY account_number, withdrawal_id) d
                ON d.withdrawal_id = w.withdrawal_id AND d.account_number = w.account_number
            WHERE w.account_number {{mine}} AND (coalesce(e.extra, 0) < coalesce(d.duplicates, 0)
                OR NOT CASE
                    WHEN w.reason IN {RESOLVED} THEN true
                    WHEN w.state IN ('SETTLED', 'SETTLED_LATE')
                        THEN coalesce(e.paid, 0) = 1 AND coalesce(e.back, 0) = 0
                    WHEN w.state = 'RETURNED'
                        THEN coalesce(e.paid, 0) = 1 AND coalesce(e.back, 0) = 1
                    WHEN w.state IN ('QUARANTINED', 'WRITTEN_OFF') THEN coalesce(e.paid, 0) <= 1
                    ELSE coalesce(e.paid, 0) = 0 AND coalesce(e.back, 0) = 0 END)"
        );
        self.none("a withdrawal's entries don't fit its state", &sql).await;
        self.none(
            "an entry books another amount than its withdrawal's",
            &format!(
                "SELECT w.withdrawal_id FROM withdrawal w JOIN attempt a
                    ON a.withdrawal_id = w.withdrawal_id AND a.account_number = w.account_number
                JOIN transaction_log t ON ({PAYOUT}) OR ({RETURN})
                WHERE w.account_number {{mine}} AND t.transaction_amount <> w.amount_minor"
            ),
        )
        .await;
    }
}
