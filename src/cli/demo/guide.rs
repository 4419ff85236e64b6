//! What the demo prints: a table of its accounts, and commands that work when pasted.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};

use super::{CliError, channel, find, story};
use crate::ask::{Ask, Page};
use crate::config::Settings;
use crate::domain::case::CaseCause;
use crate::domain::freeze::control::Counting;
use crate::domain::id::AccountNumber;
use crate::store::case::CaseFilter;

/// What the demo's channel can be made to do by a word of the reference: with which amount, and how
/// it is written.
const BEHAVIOURS: [(&str, &str, &str); 10] = [
    ("accepts, and settles two seconds later", "1.01", "sim:settle=2s"),
    ("rejects for ever: the money is free again", "1.02", "sim:reject=PAYEE_ACCOUNT_CLOSED"),
    ("is busy twice: the same key is sent again", "1.03", "sim:busy=2"),
    ("pays and never answers: it is asked after 5 seconds", "1.04", "sim:timeout"),
    ("answers too late", "1.05", "sim:late=8s"),
    ("loses it: called back for good, then sent anew", "1.06", "sim:disappear"),
    (
        "never answers and rejects in the end: the next is tried, until none is left",
        "1.07",
        "sim:stall=3s",
    ),
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
    let now = Now::look(ask).await?;
    let (told, agreed) = (told_to_some(settings), four_eyes(settings, &now));
    let payouts = [channels(settings), trouble(settings, &now), statement(settings)].concat();
    Ok(format!("{table}\n\n{}{told}{agreed}{payouts}{}", commands(settings), everything(settings)))
}

/// Ids that differ from seeding to seeding.
struct Now {
    /// The freeze of the whole account that is first in line.
    first_freeze: String,
    /// The clearing of a suspicion that waits for a second person.
    clearing: String,
    /// The case of a payout that did not arrive, about which an institution was asked.
    case: String,
}

impl Now {
    async fn look(ask: &Ask) -> Result<Self, CliError> {
        let number = |text| AccountNumber::parse(text).expect("the story's numbers are sound");
        let hengtuo = find(ask, &number(story::HENGTUO)).await?;
        let guo = find(ask, &number(story::GUO)).await?;
        let first = hengtuo.freezes.iter().find(|freeze| freeze.takes_all());
        let filter = CaseFilter {
            account_number: Some(number(story::YUNFAN)),
            cause: Some(CaseCause::NotArrived),
            ..CaseFilter::default()
        };
        let cases = ask.cases(&filter, Page { size: 1, after: None }).await.map_err(|failure| {
            CliError::Refused(format!("the demo's cases cannot be read: {failure}"))
        })?;
        Ok(Self {
            case: cases.items.first().map_or_else(String::new, |row| row.case_id.to_string()),
            first_freeze: first.map_or_else(String::new, |row| row.freeze_id.as_str().to_owned()),
            clearing: guo
                .approvals
                .first()
                .map_or_else(String::new, |row| row.approval_id.as_str().to_owned()),
        })
    }
}

/// A call by somebody, with what it shows.
fn call_as(
    settings: &Settings,
    (principal, what): (&str, &str),
    body: &str,
    method: &str,
) -> String {
    let address = settings.listen;
    let who = format!("-H 'x-principal: {principal}'");
    format!(
        "# {what}\ngrpcurl -plaintext {who} -d '{body}' {address} accountstatus.v1.{method}\n\n"
    )
}

/// A withdrawal that was made above, asked for again and watched until it has come to its end.
fn watched(settings: &Settings, body: &str) -> String {
    let address = settings.listen;
    let service = "accountstatus.v1.WithdrawService";
    format!(
        "# the one that is never answered: asked for again it is the same; watch how it is inquired after\n\
        grpcurl -plaintext -d '{body}' {address} {service}/Withdraw | \
        jq '{{withdrawal_id: .withdrawal.withdrawalId, until_ended: true}}' | \
        grpcurl -plaintext -d @ {address} {service}/WatchWithdrawal\n\n"
    )
}

/// What is told to some only, or asked by those who look after many.
fn told_to_some(settings: &Settings) -> String {
    let status = format!(r#"{{"account_number":"{}"}}"#, story::PENG);
    let check = format!(
        r#"{{"account_number":"{}","operation":"OPERATION_CUSTOMER_DEBIT_NON_COUNTER","amount":{{"currency_code":"CNY","amount":"20000.00"}}}}"#,
        story::DENG
    );
    let service = |method: &str| format!("AccountStatusService/{method}");
    [
        (
            ("pay-svc", "a confidential freeze: frozen, no more"),
            status.as_str(),
            service("GetAccountStatus"),
        ),
        (("auditor", "the same for who may know"), status.as_str(), service("GetAccountStatus")),
        (
            ("pay-svc", "would it pass, and if not, why and until when?"),
            check.as_str(),
            service("CheckOperation"),
        ),
        (("pay-svc", "who is not normal?"), r#"{"page_size":5}"#, service("ListAbnormalAccounts")),
        (
            ("platform-a", "what a platform sees of the cards that it has bound"),
            r#"{"abnormal_only":true}"#,
            service("ListCardBindings"),
        ),
    ]
    .map(|(who, body, method)| call_as(settings, who, body, &method))
    .concat()
}

/// What one principal begins and another ends.
fn four_eyes(settings: &Settings, now: &Now) -> String {
    let network = format!(
        r#"{{"account_number":"{}","freeze_id":"{}","remaining_amount":{{"currency_code":"CNY","amount":"100000.00"}},"authority_kind":"AUTHORITY_KIND_COURT_CIVIL","authority_name":"北京市海淀区人民法院","document_no":"（2026）京0108执5678号之二","source":"FREEZE_SOURCE_COURT_NETWORK","reason":"partly paid","request_id":"paste-release"}}"#,
        story::HENGTUO,
        now.first_freeze
    );
    let approve = format!(
        r#"{{"account_number":"{}","approval_id":"{}","request_id":"paste-approve"}}"#,
        story::GUO,
        now.clearing
    );
    let credit = |amount: &str| {
        format!(
            r#"{{"account_number":"{}","mode":"TRANSACTION_MODE_FACT","direction":"DIRECTION_CREDIT","amount":{{"currency_code":"CNY","amount":"{amount}"}},"transaction_type":"TRANSACTION_TYPE_TRANSFER","initiator":"INITIATOR_COUNTERPARTY","request_id":"paste-credit-{amount}"}}"#,
            story::SHEN
        )
    };
    let record = "TransactionService/RecordTransaction";
    [
        (
            ("ops", "what waits for a second person"),
            r#"{"state":"APPROVAL_STATE_PENDING"}"#.to_owned(),
            "ApprovalService/ListApprovals",
        ),
        (("ops2", "the second person agrees: 08 is over"), approve, "ApprovalService/Approve"),
        (
            ("court-adapter", "the courts' network lifts a part: the next in line takes effect"),
            network,
            "FreezeRecordService/ReleaseFreezeRecord",
        ),
        (("core-banking", "money comes in: the first freeze takes it"), credit("30.00"), record),
        (("core-banking", "and the next one in line"), credit("80.00"), record),
    ]
    .map(|(who, body, method)| call_as(settings, who, &body, method))
    .concat()
}

/// The payout channels, and what happens when one is taken out of service.
fn channels(settings: &Settings) -> String {
    let first = settings.payouts.channels.first();
    let first = first.map_or(story::channels::FAST, |(id, _)| id.as_str());
    let state = |state: &str, reason: &str| {
        format!(
            r#"{{"channel_id":"{first}","state":"CHANNEL_STATE_{state}","reason":"{reason}","request_id":"paste-{state}"}}"#
        )
    };
    let elsewhere = format!(
        r#"{{"account_number":"{}","amount":{{"currency_code":"CNY","amount":"200.00"}},"beneficiary":{{"name":"Example Payee","account_number":"9990111122223333","bank_code":"999100000001","kind":"BENEFICIARY_KIND_PERSON"}},"reference":"another way","request_id":"paste-200.00"}}"#,
        story::HE
    );
    let set = "ChannelService/SetChannelState";
    [
        (
            "the payout channels, and how they are doing",
            "{}".to_owned(),
            "ChannelService/ListChannels",
        ),
        ("the first of them gets nothing more", state("DRAINED", "maintenance"), set),
        ("so money takes another way", elsewhere, "WithdrawService/Withdraw"),
        ("and it is back", state("ENABLED", ""), set),
        (
            "what each was worth, by amounts",
            r#"{"group_by":["STATS_DIMENSION_AMOUNT"]}"#.to_owned(),
            "ChannelService/GetChannelStats",
        ),
    ]
    .map(|(what, body, method)| call_as(settings, ("ops", what), &body, method))
    .concat()
}

/// Payouts that people look after.
fn trouble(settings: &Settings, now: &Now) -> String {
    let yunfan = story::YUNFAN;
    let case = format!(r#"{{"case_id":"{}"}}"#, now.case);
    let note = format!(
        r#"{{"account_number":"{yunfan}","case_id":"{}","kind":"CASE_ENTRY_KIND_ANSWERED","institution":"CH-CARD","text":"on its way","request_id":"paste-note"}}"#,
        now.case
    );
    let service = "WithdrawalCaseService";
    [
        (
            "payouts in every state, newest first",
            format!(r#"{{"account_number":"{yunfan}"}}"#),
            "WithdrawService/ListWithdrawals".to_owned(),
        ),
        (
            "what is wrong, the most urgent first",
            r#"{"state":"CASE_STATE_OPEN"}"#.to_owned(),
            format!("{service}/ListCases"),
        ),
        ("the whole way of one of them", case, format!("{service}/GetCase")),
        ("what the channel answered", note, format!("{service}/AddCaseNote")),
        ("money that stands beside accounts", "{}".to_owned(), format!("{service}/ListSuspense")),
    ]
    .map(|(what, body, method)| call_as(settings, ("ops", what), &body, &method))
    .concat()
}

/// What a channel paid and never told, where the demo plays it.
fn statement(settings: &Settings) -> String {
    let fast = story::channels::FAST;
    let log = channel::log_file(&settings.database_url, fast);
    if !log.exists() {
        return String::new();
    }
    let (log, address) = (log.display(), settings.listen);
    let what = "# W05 was paid, and its channel never says so: its statement does";
    let made = format!("account-status simulate-channel --statement {log} >{fast}.csv");
    let period = "--from 2026-01-01T00:00:00Z --until $(date -u +%FT%TZ)";
    let taken = format!(
        "account-status import-statement --server http://{address} --channel-id {fast} \
         --statement-id paste {period} {fast}.csv"
    );
    format!("{what}\n{made}\n{taken}\n\n")
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
        r#"{{"account_number":"{}","type":"FREEZE_TYPE_JUDICIAL","authority_kind":"AUTHORITY_KIND_COURT_CIVIL","authority_name":"示例区人民法院","document_no":"（2026）示0101执88号","notice_no":"（2026）示0101执协88号","officers":[{{"name":"Lu Heng","badge_no":"0305-11"}},{{"name":"Ye Cheng","badge_no":"0305-12"}}],"mode":"FREEZE_MODE_AMOUNT","amount":{{"currency_code":"CNY","amount":"26480.00"}},"source":"FREEZE_SOURCE_PAPER","reason":"execution","request_id":"paste-freeze"}}"#,
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
        watched(settings, &paid_as(story::FENG, "1.04", "sim:timeout")),
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
    ]
    .concat()
}

fn everything(settings: &Settings) -> String {
    format!("# everything there is\ngrpcurl -plaintext {} list\n", settings.listen)
}
