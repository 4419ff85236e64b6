//! What the demo prints: a table of its accounts, and commands that work when pasted.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};

use super::{CliError, find, story};
use crate::ask::Ask;
use crate::config::Settings;
use crate::domain::freeze::control::Counting;
use crate::domain::id::AccountNumber;

/// What the demo's channel can be made to do by a word of the reference: with which amount, and how
/// it is written.
const BEHAVIOURS: [(&str, &str, &str); 10] = [
    ("accepts, and settles two seconds later", "1.01", "sim:settle=2s"),
    ("rejects for ever: the money is free again", "1.02", "sim:reject=PAYEE_ACCOUNT_CLOSED"),
    ("is busy twice: the same key is sent again", "1.03", "sim:busy=2"),
    ("pays and never answers: it is asked after 5 seconds", "1.04", "sim:timeout"),
    ("answers too late", "1.05", "sim:late=8s"),
    ("loses it: called back for good, then sent anew", "1.06", "sim:disappear"),
    ("never answers and rejects in the end", "1.07", "sim:stall=3s"),
    ("accepts and does no more", "1.08", "sim:hold"),
    ("settles, and the money comes back", "1.09", "sim:return=2s"),
    ("settles another amount: stopped until people look at it", "1.10", "sim:wrong-amount"),
];

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
    let paid_as = |account: &str, amount: &str, reference: &str| {
        format!(
            r#"{{"account_number":"{account}","amount":{{"currency_code":"CNY","amount":"{amount}"}},"beneficiary":{{"name":"Example Payee","account_number":"9990111122223333","bank_code":"999100000001","kind":"BENEFICIARY_KIND_PERSON"}},"reference":"{reference}","request_id":"paste-{amount}"}}"#
        )
    };
    let withdraw = |account: &str, amount: &str| paid_as(account, amount, "rent May");
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
            "pay out of what is free: reserved now, settled a moment later",
            withdraw(lin, "100.50"),
            "WithdrawService/Withdraw",
        ),
        call(
            "where withdrawals stand, newest first",
            status(lin),
            "WithdrawService/ListWithdrawals",
        ),
        BEHAVIOURS
            .iter()
            .map(|(what, amount, reference)| {
                let body = paid_as(story::FENG, amount, reference);
                call(&format!("a channel that {what}"), body, "WithdrawService/Withdraw")
            })
            .collect(),
        call("and what became of them", status(story::FENG), "WithdrawService/ListWithdrawals"),
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
