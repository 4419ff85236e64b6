//! Lists of cases and of what stands in suspense: what they run along, and what they hide.

mod hidden;
mod places;
pub(crate) mod plans;

use sea_orm::ConnectionTrait;

use crate::harness::{Bank, Engine};

/// Puts a case into the database that nothing opened; `words` stand in its text and in one step.
pub(crate) async fn insert_case(bank: &Bank, id: &str, number: &str, said: (&str, &str)) {
    let (disclosure, words) = said;
    let time = match bank.engine {
        Engine::Postgres => "timestamptz '2026-11-22 00:00:00+00'",
        Engine::Sqlite => "'2026-11-22T00:00:00.000000+00:00'",
    };
    let database = bank.database().await;
    let case = format!(
        "INSERT INTO withdrawal_case (case_id, account_number, cause, state, withdrawal_id,
            attempt_number, channel_id, subject_id, amount_minor, currency_code, disclosure,
            owner_role, owner, open_time, due_time, reminders, escalations, acknowledged_by,
            resolved_by, approved_by, analysis, update_time, version)
        VALUES ('{id}', '{number}', 'OBJECTION', 'OPEN', '', 0, '', '', 123450, 'CNY',
            '{disclosure}', 'RISK', '', {time}, {time}, 0, 0, '', '', '', '{words}', {time}, 1)"
    );
    let entry = format!(
        "INSERT INTO case_entry (entry_id, account_number, case_id, phase, kind, principal, text,
            institution, reference, entry_time)
        VALUES ('{id}-1', '{number}', '{id}', 'MANUAL', 'NOTE', 'li', '{words}', '', '', {time})"
    );
    for sql in [case, entry] {
        database.execute_unprepared(&sql).await.unwrap();
    }
    database.close().await.unwrap();
}

/// Takes the cases away again that [`insert_case`] put there: an audit would ask who opened them.
pub(crate) async fn delete_cases(bank: &Bank, number: &str) {
    let database = bank.database().await;
    for table in ["case_entry", "withdrawal_case"] {
        let sql = format!("DELETE FROM {table} WHERE account_number = '{number}'");
        database.execute_unprepared(&sql).await.unwrap();
    }
    database.close().await.unwrap();
}
