//! Accounts: each code becomes its condition.

use std::path::Path;

use super::{ACCOUNTS, Given, HEADER, count, import, program, said, text, write_accounts};
use crate::harness::Bank;
use crate::on_every_engine;

on_every_engine! {
    async fn each_code_is_imported_and_queried(bank) {
        let directory = tempfile::tempdir().unwrap();
        let file = write_accounts(directory.path());
        let first = program(&["import", "accounts", &file, "--database-url", &bank.url]);
        assert_eq!(first.status.code(), Some(1), "{}", text(&first.stderr));
        said(&text(&first.stdout), 11, 0, 6);
        let rejects = std::fs::read_to_string(format!("{file}.rejects.csv")).unwrap();
        for (line, why) in [
            (13, "a code from 00 to 10"),
            (14, "more decimals"),
            (15, "1 to 34 letters and digits"),
            (16, "record_status is not 1"),
            (17, "cannot have a balance"),
            (18, "lies in the future"),
        ] {
            let row = rejects.lines().find(|row| row.starts_with(&format!("{line},")));
            assert!(row.is_some_and(|row| row.contains(why)), "{line} {why}: {rejects}");
        }
        every_code_is_shown(&bank);
        let frozen = text(&program(&["query", "6222020000000000002", "--database-url", &bank.url]).stdout);
        assert!(frozen.contains("BANK freeze") && frozen.contains("the whole account"), "{frozen}");
        assert!(frozen.contains("available 0.00"), "{frozen}");

        let again = program(&["import", "accounts", &file, "--database-url", &bank.url]);
        said(&text(&again.stdout), 0, 11, 6);
        let rows = count(&bank, "SELECT count(*) FROM account_status_history").await;
        assert_eq!(rows, 11, "one history row an account");
        let unknown = program(&["query", "1", "--database-url", &bank.url]);
        assert!(!unknown.status.success());
        assert!(text(&unknown.stderr).contains("no such account"), "{unknown:?}");
        bank.finish().await;
    }
}

fn every_code_is_shown(bank: &Bank) {
    for (number, code) in (1..=11).zip([
        "00 NORMAL",
        "01 FROZEN",
        "02 STOPPAY",
        "03 LOST",
        "04 OPENING",
        "05 OPEN_FAILED",
        "06 INFO_EXPIRED",
        "07 DORMANT",
        "08 SUSPICIOUS",
        "09 RESTRICTED",
        "10 CLOSED",
    ]) {
        let account = format!("62220200000000000{number:02}");
        let queried = program(&["query", &account, "--database-url", &bank.url]);
        let shown = text(&queried.stdout);
        assert!(queried.status.success() && shown.contains(code), "{account} {code}: {shown}");
    }
}

on_every_engine! {
    async fn an_account_that_is_here_otherwise_is_rejected(bank) {
        bank.account("6222020000000000301", "5.00").await;
        let row = "6222020000000000302,00,CNY,1.00,\n";
        let given = Given::new(format!("{ACCOUNTS}\n6222020000000000301,00,CNY,5.00,\n{row}"));
        said(&import(&bank, "accounts", &given, &[]), 1, 0, 1);
        given.rejected(&[(2, "ACCOUNT_EXISTS")]);
        let changed = Given::new(format!("{ACCOUNTS}\n{}", row.replace("1.00", "2.00")));
        said(&import(&bank, "accounts", &changed, &[]), 0, 0, 1);
        changed.rejected(&[(2, "imported before with other content")]);
        bank.finish().await;
    }
}

#[test]
fn an_authoritys_freeze_is_imported_and_rejects_name_the_real_line() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/bank.db", directory.path().display());
    let file = directory.path().join("orders.csv").display().to_string();
    let header = format!("{HEADER},freeze_by,court_order_no,authority_kind,expiry_date");
    let taken = "B1,6222020000000000101,张三,01,冻结,JUDICIAL,执行,2026-02-01,,C1,B1,1,CNY,20.00,\
        示例区人民法院,（2026）示0101执88号,,2099-03-10";
    let rest = "1,CNY,1.00";
    let court = "示例区人民法院,88号";
    let rows = [
        taken.to_owned(),
        String::new(),
        format!("B2,6222020000000000102,\"张\n三\",00,,,,,,C2,B1,{rest},,,,"),
        format!("B3,6222020000000000103,李四,01,,JUDICIAL,,,,C3,B1,{rest},示例区人民法院,,,"),
        format!("B4,6222020000000000104,李四,03,,JUDICIAL,,,,C4,B1,{rest},{court},,"),
        format!("B5,6222020000000000105,李四,01,,CUSTOMER,,,,C5,B1,{rest},,,,"),
        format!("B6,6222020000000000106,李四,01,,JUDICIAL,,,,C6,B1,{rest},{court},NFRA,"),
        format!("B7,6222020000000000107,李四,01,,JUDICIAL,,,,C7,B1,{rest},{court},,2020-01-01"),
    ];
    std::fs::write(&file, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let first = program(&["import", "accounts", &file, "--database-url", &url]);
    said(&text(&first.stdout), 1, 0, 6);
    let rejects = format!("{file}.rejects.csv");
    let told = std::fs::read_to_string(&rejects).unwrap();
    for (line, why) in [
        (4, "control characters"),
        (6, "needs freeze_by and court_order_no"),
        (7, "JUDICIAL contradicts account_status 03"),
        (8, "CUSTOMER contradicts account_status 01"),
        (9, "an authority that may freeze"),
        (10, "expiry_date lies in the past"),
    ] {
        let row = told.lines().find(|row| row.starts_with(&format!("{line},")));
        assert!(row.is_some_and(|row| row.contains(why)), "{line} {why}: {told}");
    }
    let shown = text(&program(&["query", "6222020000000000101", "--database-url", &url]).stdout);
    assert!(shown.contains("JUDICIAL freeze") && shown.contains("the whole account"), "{shown}");
    assert!(shown.contains("示例区人民法院 （2026）示0101执88号"), "{shown}");
    assert!(shown.contains("until 2099-03-11 00:00:00"), "{shown}");

    std::fs::write(&file, format!("{header}\n{taken}\n")).unwrap();
    let again = program(&["import", "accounts", &file, "--database-url", &url]);
    assert!(again.status.success(), "{again:?}");
    assert!(!Path::new(&rejects).exists(), "the rejects of the first run are still there");
}
