//! The invariants, checked after every test from the rows themselves and from what the service
//! answers, with arithmetic of its own.

mod approvals;
mod payouts;

use std::collections::{BTreeMap, BTreeSet};

use account_status::domain::history::{self, StatusChange};
use account_status::domain::id::AccountNumber;
use account_status::pb::v1::{
    AccountStatusInfo, FreezeMode, FreezeRecord, FreezeStatus, FreezeType,
};
use account_status::service;
use account_status::store::Store;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

use super::{Bank, Engine};

/// Checks everything that must hold of a bank at rest, on accounts whose numbers begin so; an empty
/// beginning means all of them.
pub(crate) async fn check(bank: &Bank, beginning: &str) {
    let database = bank.database().await;
    let rows = Rows { engine: bank.engine, database: &database, beginning };
    let accounts = rows.accounts().await;
    rows.reserved_is_what_withdrawals_hold().await;
    rows.freezes_are_counted().await;
    rows.payouts_add_up().await;
    rows.balance_is_opening_and_entries().await;
    rows.every_effect_is_remembered_once().await;
    rows.events_have_no_gap().await;
    rows.cards_lead_somewhere().await;
    rows.four_eyes_hold().await;
    rows.acknowledged_withdrawals_are_there(bank).await;
    let store = service::open(&bank.settings).await.unwrap();
    for number in &accounts {
        history_is_whole(bank, &store, number).await;
        approvals::open_ones_fit(&store, number).await;
        let spent = rows.exempt_spent(number).await;
        control_adds_up(bank, number, spent).await;
    }
    store.close().await;
    database.close().await.unwrap();
}

/// `{mine}` in a statement picks the accounts that are looked at.
struct Rows<'a> {
    engine: Engine,
    database: &'a DatabaseConnection,
    beginning: &'a str,
}

impl Rows<'_> {
    async fn query(&self, sql: &str) -> Vec<QueryResult> {
        let backend = match self.engine {
            Engine::Sqlite => DbBackend::Sqlite,
            Engine::Postgres => DbBackend::Postgres,
        };
        let sql = sql.replace("{mine}", &format!("LIKE '{}%'", self.beginning));
        let statement = Statement::from_string(backend, sql);
        self.database.query_all_raw(statement).await.unwrap()
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        self.query(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    async fn accounts(&self) -> Vec<String> {
        let sql = "SELECT account_number FROM account_balance WHERE account_number {mine}
            ORDER BY account_number";
        self.texts(sql).await
    }

    /// I1, I2.
    async fn reserved_is_what_withdrawals_hold(&self) {
        let wrong = self
            .texts(
                "SELECT b.account_number FROM account_balance b
                LEFT JOIN (SELECT account_number, sum(held_minor) AS held,
                        count(CASE WHEN held_minor > 0 THEN 1 END) AS open
                    FROM withdrawal WHERE account_number {mine} GROUP BY account_number) w
                    ON w.account_number = b.account_number
                WHERE b.account_number {mine} AND (b.reserved_minor <> coalesce(w.held, 0)
                    OR b.open_withdrawals <> coalesce(w.open, 0)
                    OR b.balance_minor < 0 OR b.reserved_minor < 0
                    OR b.reserved_minor > b.balance_minor)",
            )
            .await;
        assert!(wrong.is_empty(), "I1/I2: reserved is not what withdrawals hold on {wrong:?}");
    }

    /// I9: the row counts the freezes that are in force.
    async fn freezes_are_counted(&self) {
        let wrong = self
            .texts(
                "SELECT b.account_number FROM account_balance b
                LEFT JOIN (SELECT account_number, count(*) AS freezes FROM account_freeze
                    WHERE freeze_status IN ('ACTIVE', 'WAITING') AND account_number {mine}
                    GROUP BY account_number) f ON f.account_number = b.account_number
                WHERE b.account_number {mine} AND b.freezes_in_force <> coalesce(f.freezes, 0)",
            )
            .await;
        assert!(wrong.is_empty(), "I9: freezes are counted wrong on {wrong:?}");
    }

    /// I3: imported history, and what is booked beside the balance, moves no balance.
    async fn balance_is_opening_and_entries(&self) {
        let wrong = self
            .texts(
                "SELECT b.account_number FROM account_balance b
                LEFT JOIN (SELECT account_number, sum(CASE direction WHEN 'CREDIT'
                        THEN transaction_amount ELSE -transaction_amount END) AS moved
                    FROM transaction_log WHERE origin = 'POSTED' AND booking = 'BALANCE'
                        AND account_number {mine} GROUP BY account_number) t
                    ON t.account_number = b.account_number
                WHERE b.account_number {mine}
                    AND b.balance_minor <> b.opening_balance_minor + coalesce(t.moved, 0)",
            )
            .await;
        assert!(wrong.is_empty(), "I3: balance is not opening plus entries on {wrong:?}");
    }

    /// I7: each withdrawal and posted transaction was made by exactly one remembered request, and each
    /// remembered effect that reserved or posted made exactly one.
    async fn every_effect_is_remembered_once(&self) {
        let sql = "SELECT account_number, outcome FROM idempotency
            WHERE class = 'EFFECT' AND account_number {mine}";
        let remembered = self.query(sql).await;
        let mut made: BTreeMap<String, u32> = BTreeMap::new();
        for row in remembered {
            let number: String = row.try_get_by_index(0).unwrap();
            let outcome: String = row.try_get_by_index(1).unwrap();
            let outcome: serde_json::Value = serde_json::from_str(&outcome).unwrap();
            let receipt = &outcome["Ok"];
            // What was proposed says what it would do; what is approved, what it did.
            let decided = &receipt["Approval"];
            let approved = decided["approval"]["state"] == "APPROVED";
            let done = if approved { &decided["outcome"] } else { receipt };
            // What cleared an item is a transaction of its own where money was credited or taken.
            let cleared = &done["Suspense"];
            let moved =
                matches!(cleared["clearing"].as_str(), Some("CREDIT_ACCOUNT" | "DEBIT_ACCOUNT"));
            let moved =
                if moved { &cleared["clearing_transaction_id"] } else { &serde_json::Value::Null };
            let ids = [
                moved,
                &outcome["reserved"],
                &receipt["Transaction"]["transaction_id"],
                &done["Deduction"]["transaction"]["transaction_id"],
            ];
            for id in ids.iter().filter_map(|id| id.as_str()) {
                *made.entry(format!("{number} {id}")).or_default() += 1;
            }
        }
        let mut there: BTreeSet<String> = BTreeSet::new();
        let made_by = [
            "SELECT account_number || ' ' || withdrawal_id FROM withdrawal
                WHERE account_number {mine}",
            "SELECT account_number || ' ' || transaction_id FROM transaction_log
                WHERE origin = 'POSTED' AND account_number {mine}",
        ];
        for sql in made_by {
            there.extend(self.texts(sql).await);
        }
        // What evidence posts is remembered by its attempt.
        for entry in self.entries_of_attempts().await {
            assert!(there.remove(&entry), "I7: {entry} was posted twice");
        }
        let once: BTreeSet<String> =
            made.iter().filter(|(_, times)| **times == 1).map(|(id, _)| id.clone()).collect();
        assert_eq!(once.len(), made.len(), "I7: an effect is remembered twice");
        assert_eq!(once, there, "I7: effects and remembered requests differ");
    }

    /// What of the exempt amount is used up.
    async fn exempt_spent(&self, number: &str) -> i64 {
        let sql = "SELECT exempt_used_minor FROM account_balance WHERE account_number = '{number}'";
        let row = self.query(&sql.replace("{number}", number)).await.pop().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    async fn events_have_no_gap(&self) {
        let wrong = self
            .texts(
                "SELECT b.account_number FROM account_balance b
                LEFT JOIN (SELECT account_number, count(*) AS events, max(account_seq) AS last
                    FROM event WHERE account_number {mine} GROUP BY account_number) e
                    ON e.account_number = b.account_number
                WHERE b.account_number {mine}
                    AND (b.event_seq <> coalesce(e.events, 0)
                        OR b.event_seq <> coalesce(e.last, 0))",
            )
            .await;
        assert!(wrong.is_empty(), "events have a gap on {wrong:?}");
    }

    async fn cards_lead_somewhere(&self) {
        let wrong = self
            .texts(
                "SELECT c.card_number FROM card c
                LEFT JOIN account_balance b ON b.account_number = c.account_number
                LEFT JOIN card n ON n.card_number = c.replaced_by
                WHERE b.account_number IS NULL
                    OR (c.replaced_by IS NOT NULL AND n.card_number IS NULL)",
            )
            .await;
        assert!(wrong.is_empty(), "no account or no new card behind {wrong:?}");
    }

    /// I8.
    async fn acknowledged_withdrawals_are_there(&self, bank: &Bank) {
        let there: BTreeSet<String> =
            self.texts("SELECT withdrawal_id FROM withdrawal").await.into_iter().collect();
        let acknowledged = bank.acknowledged.lock().unwrap().clone();
        for id in acknowledged {
            assert!(there.contains(&id), "I8: an acknowledged withdrawal is lost: {id}");
        }
    }
}

/// I10: the rows count without a gap, each begins where the one before ended, the chain verifies
/// to the head, and the last row shows what the stored row says.
async fn history_is_whole(bank: &Bank, store: &Store, number: &str) {
    let number = AccountNumber::parse(number).unwrap();
    let account = store.account_find(&[&number]).await.unwrap().pop().unwrap();
    let mut rows: Vec<StatusChange> = store.history_list(&number, i64::MAX, 100_000).await.unwrap();
    rows.reverse();
    let key = &bank.settings.rules.history_key;
    history::verify(&rows, &account.balance.history_head, key)
        .unwrap_or_else(|fault| panic!("I10: the history of {number} is broken: {fault}"));
    assert_eq!(rows.last().map(|row| row.sequence), Some(account.balance.history_seq));
    for pair in rows.windows(2) {
        let [before, after] = pair else { continue };
        assert_eq!(before.new_status, after.old_status, "I10: rows of {number} don't join");
        assert_eq!(before.conditions_after, after.conditions_before, "I10: rows don't join");
        let moved = after.conditions_before != after.conditions_after
            || after.lifecycle_before != Some(after.lifecycle_after)
            // What was done in an emergency, and confirmed.
            || after.approved_by.is_some();
        assert!(moved, "I10: a row of {number} changes nothing");
    }
    let last = rows.last().unwrap();
    assert_eq!(last.new_status, account.status().code(), "I10: the last row is not the status");
    assert_eq!(last.conditions_after, account.face().conditions, "I10: conditions differ");
}

/// I1, I9: what the service answers about claim and control, added up again.
async fn control_adds_up(bank: &Bank, number: &str, exempt_spent: i64) {
    let info = bank.status(number).await.unwrap();
    let freezes = bank.freezes(number).await;
    let in_force: Vec<&FreezeRecord> = freezes
        .iter()
        .filter(|f| matches!(f.status(), FreezeStatus::Active | FreezeStatus::Waiting))
        .collect();
    let amount = |money: &Option<account_status::pb::v1::Money>| minor(money.as_ref());
    let AccountStatusInfo { balance, reserved, frozen, available, .. } = &info;
    let money = amount(balance) - amount(reserved);
    assert_eq!(amount(available), money - amount(frozen), "I1: available on {number}");
    let exempting = in_force.iter().filter(|f| f.status() == FreezeStatus::Active);
    let exempt: i128 = exempting.map(|f| amount(&f.exempt_amount)).max().unwrap_or(0);
    let free = money - (exempt - i128::from(exempt_spent)).clamp(0, money);
    let whole = in_force.iter().any(|f| f.mode() != FreezeMode::Amount);
    let claim: i128 = in_force.iter().map(|f| amount(&f.amount)).sum();
    let expected = if whole { free } else { claim.min(free) };
    let controlled: i128 = in_force.iter().map(|f| amount(&f.controlled_amount)).sum();
    assert_eq!(controlled, expected, "I9: Σ controlled on {number}");
    assert_eq!(amount(frozen), expected, "I9: frozen on {number}");
    filled_in_order(number, &in_force, free);
}

/// I9: freezes fill by rank, each before the next; a waiting one controls nothing.
fn filled_in_order(number: &str, in_force: &[&FreezeRecord], free: i128) {
    let rank = |freeze: &FreezeRecord| match freeze.r#type() {
        FreezeType::Judicial => 0,
        FreezeType::Bank => 1,
        FreezeType::Customer | FreezeType::Unspecified => 2,
    };
    let mut ordered: Vec<&&FreezeRecord> = in_force.iter().collect();
    ordered.sort_by_key(|freeze| freeze.queue_position);
    let mut left = free;
    for pair in ordered.windows(2) {
        assert!(rank(pair[0]) <= rank(pair[1]), "I9: rank on {number}");
        let time = |f: &FreezeRecord| f.served_time.map(|t| (t.seconds, t.nanos));
        if rank(pair[0]) == rank(pair[1]) {
            assert!(time(pair[0]) <= time(pair[1]), "I9: time of service on {number}");
        }
    }
    for freeze in ordered {
        let claim =
            if freeze.mode() == FreezeMode::Amount { minor(freeze.amount.as_ref()) } else { left };
        let expected = claim.min(left);
        let controlled = minor(freeze.controlled_amount.as_ref());
        assert_eq!(controlled, expected, "I9: the freeze at {} on {number}", freeze.queue_position);
        left -= controlled;
        if freeze.status() == FreezeStatus::Waiting {
            assert_eq!(controlled, 0, "I9: a waiting freeze controls money on {number}");
        }
    }
}

/// Minor units of an amount; absent = 0. All amounts of an account have its decimals.
fn minor(money: Option<&account_status::pb::v1::Money>) -> i128 {
    money.map_or(0, |money| money.amount.replace('.', "").parse().unwrap())
}
