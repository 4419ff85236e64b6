//! What the demo prints: a table of its accounts, and commands that work when pasted.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};

use super::{CliError, find, story};
use crate::ask::Ask;
use crate::config::Settings;
use crate::domain::freeze::control::Counting;
use crate::domain::id::AccountNumber;

pub(super) async fn page(ask: &Ask, settings: &Settings) -> Result<String, CliError> {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "account",
        "code",
        "status",
        "balance",
        "reserved",
        "frozen",
        "available",
        "why it is here",
    ]);
    for (number, why) in story::ACCOUNTS {
        let number = AccountNumber::parse(number).expect("the story's numbers are sound");
        let account = find(ask, &number).await?;
        let control = account.control(Counting::All);
        let status = account.status();
        let amount = |minor| account.money(minor).to_string();
        table.add_row([
            number.as_str().to_owned(),
            status.code().to_owned(),
            status.name().to_owned(),
            format!(
                "{} {}",
                account.balance.currency_code.code(),
                amount(account.balance.balance_minor)
            ),
            amount(account.balance.reserved_minor),
            amount(control.controlled),
            amount(control.available),
            why.to_owned(),
        ]);
    }
    for column in 3..=6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(format!("{table}\n\n{}", commands(settings)))
}

fn commands(settings: &Settings) -> String {
    let address = settings.listen;
    let call = |what: &str, body: String, method: &str| {
        format!("# {what}\ngrpcurl -plaintext -d '{body}' {address} accountstatus.v1.{method}\n\n")
    };
    let lin = story::LIN;
    let status = |account: &str| format!(r#"{{"account_number":"{account}"}}"#);
    let withdraw = |account: &str, amount: &str| {
        format!(
            r#"{{"account_number":"{account}","amount":{{"currency_code":"CNY","amount":"{amount}"}},"beneficiary":{{"name":"Example Payee","account_number":"9990111122223333","bank_code":"999100000001","kind":"BENEFICIARY_KIND_PERSON"}},"request_id":"paste-{amount}"}}"#
        )
    };
    let freeze = format!(
        r#"{{"account_number":"{}","type":"FREEZE_TYPE_JUDICIAL","authority_kind":"AUTHORITY_KIND_COURT_CIVIL","authority_name":"示例区人民法院","document_no":"（2026）示0101执88号","mode":"FREEZE_MODE_AMOUNT","amount":{{"currency_code":"CNY","amount":"26480.00"}},"source":"FREEZE_SOURCE_PAPER","reason":"execution","request_id":"paste-freeze"}}"#,
        story::HE
    );
    [
        format!("Serving on {address}; stop with Ctrl-C. Commands to paste:\n\n"),
        call("may this account pay?", status(lin), "AccountStatusService/GetAccountStatus"),
        call(
            "many at once, by account or by card: a lost card of a good account",
            format!(
                r#"{{"keys":[{{"account_number":"{lin}"}},{{"card_number":"{}"}}]}}"#,
                story::LOST_CARD
            ),
            "AccountStatusService/BatchGetAccountStatus",
        ),
        call(
            "what happened to it, newest first",
            status(lin),
            "AccountStatusService/ListAccountStatusHistory",
        ),
        call(
            "reserve a payout of what is free",
            withdraw(lin, "100.50"),
            "WithdrawService/Withdraw",
        ),
        call(
            "more than is free: refused, with the freeze behind it",
            withdraw(lin, "40000.00"),
            "WithdrawService/Withdraw",
        ),
        call(
            "three courts in line",
            status(story::HENGTUO),
            "FreezeRecordService/ListFreezeRecords",
        ),
        call("freeze a good account", freeze, "FreezeRecordService/CreateFreezeRecord"),
        call("who does the server think you are?", "{}".to_owned(), "ClientService/WhoAmI"),
        format!("# everything there is\ngrpcurl -plaintext {address} list\n"),
    ]
    .concat()
}
