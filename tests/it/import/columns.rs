//! Other banks' files: other names, other dates, other separators; and what is told before anything
//! is written.

use super::{Given, accounts, count, import, program, said, text};
use crate::on_every_engine;

const PLAIN: &str = "transaction_id,account_number,transaction_type,direction,transaction_amount,\
    currency,transaction_date,transaction_time";

on_every_engine! {
    async fn another_banks_columns_and_dates_are_read(bank) {
        accounts(&bank, ["7001"]);
        let header = "Ref\tKonto\tBetrag\tTag\tZeit\tArt\tRest";
        let file = format!("\u{feff}{header}\r\n\
            R1\t7001\t-12.50\t31/12/2025\t235958\t\tx\r\n\r\n\
            R2\t7001\t+3\t2025-12-30\t10:00\tINTEREST\ty\r\n\
            R3\t7001\t4.00\t2025-12-32\t10:00\t\tz\r\n");
        let given = Given::new(file);
        let options = [
            "--columns",
            "transaction_id=Ref,account_number=Konto,transaction_amount=Betrag",
            "--columns",
            "transaction_date=Tag,transaction_time=Zeit,transaction_type=Art",
            "--default", "transaction_type=TRANSFER",
            "--default", "currency=CNY",
            "--date-format", "%d/%m/%Y",
            "--time-format", "%H%M%S",
            "--delimiter", "tab",
            "--signed-amounts",
        ];
        said(&import(&bank, "transactions", &given, &options), 2, 0, 1);
        given.rejected(&[(5, "transaction_date must be a date such as")]);
        let found = "SELECT count(*) FROM transaction_log WHERE account_number = '7001' AND ";
        let out = "direction = 'DEBIT' AND transaction_amount = 1250 AND initiator = 'CUSTOMER' \
            AND CAST(transaction_date AS text) = '2025-12-31' AND transaction_time = '23:59:58'";
        assert_eq!(count(&bank, &format!("{found}{out}")).await, 1);
        let paid_in = "transaction_type = 'INTEREST' AND direction = 'CREDIT' \
            AND initiator = 'BANK' AND transaction_time = '10:00:00'";
        assert_eq!(count(&bank, &format!("{found}{paid_in}")).await, 1);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn quoted_fields_may_have_separators_and_quotes(bank) {
        accounts(&bank, ["7002"]);
        let given = Given::new(format!(
            "{PLAIN},counterparty_name\n\
            \"Q1\",7002,TRANSFER,C,\"1.00\",CNY,2025-12-30,10:00:00,\"Ada, \"\"Countess\"\"\"\n\
            Q2,7002,TRANSFER,C,1.00,CNY,2025-12-30\n\
            Q3,7002,TRANSFER,C,1.00,CNY,2025-12-30,10:00:00,\"two\nlines\"\n\
            Q4,7002,TRANSFER,贷,1.00,CNY,2025-12-30,,\n"
        ));
        said(&import(&bank, "transactions", &given, &[]), 2, 0, 2);
        given.rejected(&[(3, "found record with 7 fields"), (4, "control characters")]);
        let name = "SELECT count(*) FROM transaction_log WHERE counterparty_name = \
            'Ada, \"Countess\"'";
        assert_eq!(count(&bank, name).await, 1);
        bank.finish().await;
    }
}

#[test]
fn what_is_wrong_with_columns_is_told_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("bank.db");
    let url = format!("sqlite://{}", database.display());
    let given = Given::new("id,account_number,account_number\nx,1,1\n");
    for (options, why) in [
        (&[][..], "two columns account_number"),
        (
            &["--columns", "account_number=id"],
            "no column account_status, currency, balance; it has",
        ),
        (&["--columns", "account_number=none"], "no column none, account_status"),
        (&["--columns", "acount_number=id"], "names no column of ours: acount_number; ours are"),
        (&["--default", "ccy=CNY"], "--default names no column of ours: ccy"),
        (&["--columns", "nonsense"], "must be NAME=OTHER"),
        (&["--date-format", "%Q"], "must be a format such as"),
        (&["--delimiter", "::"], "one ASCII character"),
        (&["--rejects", given.path()], "--rejects names the file to import"),
    ] {
        let mut arguments = vec!["import", "accounts", given.path(), "--database-url", &url];
        arguments.extend(options);
        let refused = program(&arguments);
        assert!(!refused.status.success(), "{options:?}");
        assert!(text(&refused.stderr).contains(why), "{options:?}: {}", text(&refused.stderr));
    }
    let directory_as_file = directory.path().display().to_string();
    let refused = program(&["import", "accounts", &directory_as_file, "--database-url", &url]);
    assert!(text(&refused.stderr).contains("is no file"), "{refused:?}");
    assert!(!database.exists(), "a refused import made a database");
}

#[test]
fn a_dry_run_tells_rejects_and_touches_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("bank.db");
    let url = format!("sqlite://{}", database.display());
    let given = Given::new(format!(
        "{PLAIN}\nT1,7001,CASH,D,1.00,CNY,2025-12-30,\nT2,7001,CASH,D,0,CNY,2025-12-30,\n"
    ));
    let arguments = ["import", "transactions", given.path(), "--database-url", &url, "--dry-run"];
    let done = program(&arguments);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(text(&done.stdout).starts_with("1 rows can be read, 1 rejected; nothing was written"));
    given.rejected(&[(3, "transaction_amount must be above zero")]);
    assert!(!database.exists(), "a dry run made a database");
}
