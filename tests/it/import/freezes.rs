//! Freezes: those in force take their legal place whatever the file says of them, and take the place of
//! what the account's status stood for; ended ones are records.

use account_status::pb::v1::FreezeRecord;

use super::{ACCOUNTS, Given, accounts, count, import, said};
use crate::harness::Bank;
use crate::on_every_engine;

const HEADER: &str = "freeze_id,account_number,freeze_type,authority_kind,freeze_reason,\
    freeze_amount,freeze_date,expiry_date,freeze_by,court_order_no,freeze_status";

/// The account's freezes as `id STATUS`, in the order of their ids.
async fn freezes(bank: &Bank, number: &str) -> Vec<String> {
    let told = |freeze: &FreezeRecord| {
        let status = freeze.status().as_str_name().trim_start_matches("FREEZE_STATUS_");
        format!("{} {status}", freeze.freeze_id)
    };
    let mut all: Vec<String> = bank.freezes(number).await.iter().map(told).collect();
    all.sort();
    all
}

fn freeze(id: &str, number: &str, amount: &str, served: &str, status: &str) -> String {
    format!(
        "{id},{number},JUDICIAL,COURT_CIVIL,执行,{amount},{served},2099-03-10,示例法院,88号,{status}\n"
    )
}

on_every_engine! {
    async fn they_take_their_legal_place_whatever_their_order_and_status_in_the_file(bank) {
        accounts(&bank, ["7101"]);
        let given = Given::new(format!(
            "{HEADER}\n{}{}{}{}",
            freeze("F-3", "7101", "60.00", "2025-03-03", "ACTIVE"),
            freeze("F-1", "7101", "60.00", "2025-03-01 09:30:00", "WAITING"),
            freeze("F-0", "7101", "", "2024-03-01", "RELEASED"),
            freeze("F-2", "7101", "60.00", "2025-03-02", "WAITING"),
        ));
        said(&import(&bank, "freezes", &given, &[]), 4, 0, 0);
        let expected = ["F-0 RELEASED", "F-1 ACTIVE", "F-2 ACTIVE", "F-3 WAITING"];
        assert_eq!(freezes(&bank, "7101").await, expected);
        assert_eq!(bank.available("7101").await, "0.00");
        assert_eq!(bank.code("7101").await, "01");
        said(&import(&bank, "freezes", &given, &[]), 0, 4, 0);
        assert_eq!(freezes(&bank, "7101").await, expected);
        let history = bank.history("7101").await;
        assert_eq!(history.len(), 4, "one row for each freeze in force: {history:?}");
        let effective = "SELECT count(*) FROM account_status_history WHERE account_number = '7101' \
            AND CAST(change_date AS text) LIKE '2025-03-01 01:30%' \
            OR CAST(change_date AS text) LIKE '2025-03-01T01:30%'";
        assert_eq!(count(&bank, effective).await, 1, "it holds from the freeze's date");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn rows_in_force_take_the_place_of_what_the_status_stood_for(bank) {
        let number = |n: u32| format!("71{n:02}");
        let given = Given::new(format!(
            "{ACCOUNTS}\n{},01,CNY,100.00,\n{},01,CNY,100.00,\n{},01,CNY,100.00,\n{},03,CNY,100.00,\n",
            number(11), number(12), number(13), number(14),
        ));
        import(&bank, "accounts", &given, &[]);
        let file = Given::new(format!(
            "{HEADER}\n{}{}{}{}",
            freeze("G-1", &number(11), "30.00", "2025-03-01", "ACTIVE"),
            freeze("G-2", &number(11), "20.00", "2025-03-02", "ACTIVE"),
            freeze("G-3", &number(13), "30.00", "2025-03-01", "RELEASED"),
            freeze("G-4", &number(14), "30.00", "2025-03-01", "ACTIVE"),
        ));
        said(&import(&bank, "freezes", &file, &[]), 4, 0, 0);
        let in_force = async |n| {
            let all = freezes(&bank, &number(n)).await;
            all.into_iter().filter(|freeze| !freeze.ends_with("RELEASED")).collect::<Vec<_>>()
        };
        // The rows, and exactly they.
        assert_eq!(in_force(11).await, ["G-1 ACTIVE", "G-2 ACTIVE"]);
        assert_eq!(bank.available(&number(11)).await, "50.00");
        // No rows: the status stands for a freeze of the whole account by the bank.
        assert_eq!(in_force(12).await.len(), 1);
        assert_eq!(bank.available(&number(12)).await, "0.00");
        // A row that ended lifts nothing.
        assert_eq!(in_force(13).await.len(), 1);
        assert_eq!(bank.available(&number(13)).await, "0.00");
        // A court's freeze doesn't find a lost passbook.
        assert_eq!(in_force(14).await.len(), 2);
        assert_eq!(bank.code(&number(14)).await, "01");

        // The accounts again, after the freezes: nothing comes back.
        said(&import(&bank, "accounts", &given, &[]), 0, 4, 0);
        assert_eq!(in_force(11).await, ["G-1 ACTIVE", "G-2 ACTIVE"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn freezes_before_their_accounts_are_rejected_and_taken_when_they_come_again(bank) {
        let file =
            Given::new(format!("{HEADER}\n{}", freeze("H-1", "7121", "", "2025-03-01", "ACTIVE")));
        said(&import(&bank, "freezes", &file, &[]), 0, 0, 1);
        file.rejected(&[(2, "ACCOUNT_NOT_FOUND")]);
        let given = Given::new(format!("{ACCOUNTS}\n7121,01,CNY,100.00,\n"));
        import(&bank, "accounts", &given, &[]);
        said(&import(&bank, "freezes", &file, &[]), 1, 0, 0);
        let all = freezes(&bank, "7121").await;
        assert_eq!(all.first().map(String::as_str), Some("H-1 ACTIVE"), "{all:?}");
        assert_eq!(all.len(), 2, "{all:?}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_contradicts_itself_is_rejected_with_its_line(bank) {
        accounts(&bank, ["7131", "7132"]);
        let closed = Given::new(format!("{ACCOUNTS}\n7133,10,CNY,0.00,\n"));
        import(&bank, "accounts", &closed, &[]);
        let header = format!("{HEADER},currency,freeze_mode,confidential,ended_date");
        let row = |line: &str| format!("{line}\n");
        let court = "示例法院,88号";
        let rows = [
            row("J-1,7131,JUDICIAL,,r,5.00,2025-01-01,,示例法院,88号,ACTIVE,,,,"),
            row("J-2,7131,JUDICIAL,COURT_CIVIL,r,5.00,2025-01-01,,,88号,ACTIVE,,,,"),
            row(&format!("J-3,7131,JUDICIAL,FRAUD_STOP,r,,2025-01-01,,{court},ACTIVE,,,,")),
            row("J-4,7131,BANK,COURT_CIVIL,r,,2025-01-01,,,,ACTIVE,,,,"),
            row("J-5,7131,BANK,,r,5.005,2025-01-01,,,,ACTIVE,,,,"),
            row("J-6,7131,BANK,,r,5.00,2025-01-01,,,,ACTIVE,USD,,,"),
            row("J-7,7131,BANK,,r,,2025-01-01,2099-01-01,,,EXPIRED,,,,"),
            row("J-8,7131,BANK,,r,,,,,,ACTIVE,,,,"),
            row("J-9,7131,BANK,,r,5.00,2025-01-01,,,,ACTIVE,,TWO_WAY,,"),
            row("J-10,7133,BANK,,r,,2025-01-01,,,,ACTIVE,,,,"),
            row("J-11,7131,BANK,,r,,2025-01-01,,,,GONE,,,,"),
            row("J-12,7131,CUSTOMER,,r,5.00,2025-01-01,,,,ACTIVE,,,,"),
            row("J-20,7131,BANK,,r,,2025-01-01,2025-02-01,,,ACTIVE,,,,"),
            row("J-20,7132,BANK,,r,,2025-01-01,2025-02-01,,,EXPIRED,,,,"),
            row("J-21,7132,BANK,,r,,2025-01-01,,,,ACTIVE,,TWO_WAY,yes,"),
            row("J-22,7133,BANK,,r,,2025-01-01,,,,RELEASED,,,,2025-01-05"),
        ];
        let given = Given::new(format!("{header}\n{}", rows.concat()));
        said(&import(&bank, "freezes", &given, &[]), 3, 0, 13);
        given.rejected(&[
            (2, "needs authority_kind, or --default authority_kind=COURT_CIVIL"),
            (3, "needs freeze_by and court_order_no"),
            (4, "an authority that may freeze"),
            (5, "must be BANK or empty"),
            (6, "freeze_amount has more decimals"),
            (7, "currency is not that of the account"),
            (8, "EXPIRED contradicts expiry_date"),
            (9, "freeze_date is missing"),
            (10, "freeze_amount must be empty"),
            (11, "the account is not open"),
            (12, "must be one of ACTIVE, WAITING, RELEASED, EXPIRED"),
            (13, "a loss takes the whole account"),
            (15, "in use on another account"),
        ]);
        // Its last day is over, whatever the file says.
        assert_eq!(freezes(&bank, "7131").await, ["J-20 EXPIRED"]);
        assert_eq!(freezes(&bank, "7133").await, ["J-22 RELEASED"]);
        assert_eq!(bank.code("7131").await, "00");
        let hidden = "SELECT count(*) FROM account_freeze WHERE freeze_mode = 'TWO_WAY' \
            AND disclosure = 'CONFIDENTIAL'";
        assert_eq!(count(&bank, hidden).await, 1);
        bank.finish().await;
    }
}
