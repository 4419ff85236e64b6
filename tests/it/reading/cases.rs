//! Cases, what stands in suspense and channels as SQL readers see them.

use sea_orm::ConnectionTrait;

use super::*;
use crate::case_lists::{delete_cases, insert_case};

const N: &str = "6222021234567890123";

const ITEMS: &str = "INSERT INTO suspense_item (item_id, account_number, booking, direction,
        amount_minor, currency_code, withdrawal_id, channel_id, case_id, create_time, clearing,
        clearing_reference, clearing_reason, clearing_transaction_id, cleared_by, approved_by,
        clear_time, version)
    SELECT 'item-' || n, '6222021234567890123', 'SUSPENSE', 'CREDIT', 1005 * n,
        CASE n WHEN 1 THEN 'CNY' ELSE 'JPY' END, '', 'CH-1', '', now(),
        CASE n WHEN 2 THEN 'WRITE_OFF' END, '', '', '', '', '', CASE n WHEN 2 THEN now() END, 1
    FROM generate_series(1, 2) n";
const CHANNELS: &str = r#"INSERT INTO channel (channel_id, url, channel_name, state, state_reason,
        role, priority, ranges, bank_codes, refused_bank_codes, hours, min_success_permille,
        slow_ms, probe_secs, version, created_by, create_time, updated_by, update_time)
    VALUES ('CH-READ', 'http://inside.example:1', 'Card network', 'DISABLED', 'holiday', 'BACKUP',
        9, '[{"currency": "CNY", "min_minor": 1, "max_minor": 5000000, "daily_minor": null},
            {"currency": "JPY", "min_minor": null, "max_minor": 700, "float_minor": 900}]',
        '[]', '[]', '[]', 500, 2000, 30, 1, 'li', now(), 'li', now())"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_show_with_their_steps_as_far_as_the_reader_may_know() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "500.00").await;
    insert_case(&bank, "case-1", N, ("OPEN", "open words")).await;
    insert_case(&bank, "case-2", N, ("CONFIDENTIAL", "hidden words")).await;
    let open = ("case-1|OBJECTION|1234.50|CNY|false", "case-1|NOTE|open words");
    let hidden = ("case-2|OBJECTION|1234.50|CNY|true", "case-2|NOTE|hidden words");
    for (roles, expected) in [
        (&[][..], &[open][..]),
        (&["reading_personal"], &[open]),
        (&["reading_confidential"], &[open, hidden]),
    ] {
        let reader = Reader::new(&bank.url, roles).await;
        let columns = "case_id cause amount currency_code confidential";
        let seen = reader.lines(columns, "FROM withdrawal_case ORDER BY case_id").await;
        assert_eq!(seen, expected.iter().map(|(case, _)| *case).collect::<Vec<_>>(), "{roles:?}");
        let seen = reader.lines("case_id kind text", "FROM case_entry ORDER BY case_id").await;
        assert_eq!(seen, expected.iter().map(|(_, step)| *step).collect::<Vec<_>>(), "{roles:?}");
        let amount = "FROM withdrawal_case WHERE amount > 1234.49";
        assert_eq!(reader.lines("case_id", amount).await.len(), expected.len());
        reader.gone().await;
    }
    delete_cases(&bank, N).await;
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suspense_and_channels_show_in_major_units_and_without_addresses() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "500.00").await;
    let admin = bank.database().await;
    admin.execute_unprepared(ITEMS).await.unwrap();
    admin.execute_unprepared(CHANNELS).await.unwrap();
    let reader = Reader::new(&bank.url, &[]).await;
    let items = reader
        .lines("item_id amount currency_code open", "FROM suspense_item ORDER BY item_id")
        .await;
    assert_eq!(items, ["item-1|10.05|CNY|true", "item-2|2010|JPY|false"]);
    let of = "WHERE channel_id = 'CH-READ'";
    let channel = reader.lines("channel_name state role", &format!("FROM channel {of}")).await;
    assert_eq!(channel, ["Card network|DISABLED|BACKUP"]);
    let columns = "currency_code min_amount max_amount daily_amount float_amount";
    let ranges = format!("FROM channel_range {of} ORDER BY currency_code");
    let ranges = reader.lines(columns, &ranges).await;
    assert_eq!(ranges, ["CNY|0.01|50000.00||", "JPY||700||900"]);
    let said = reader.refused("SELECT url FROM channel").await;
    assert!(said.contains("does not exist"), "{said}");
    reader.gone().await;
    for (table, condition) in
        [("suspense_item", "item_id LIKE 'item-%'"), ("channel", "channel_id = 'CH-READ'")]
    {
        let sql = format!("DELETE FROM {table} WHERE {condition}");
        admin.execute_unprepared(&sql).await.unwrap();
    }
    admin.close().await.unwrap();
    bank.finish().await;
}
