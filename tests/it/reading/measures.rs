//! Freezes in full as SQL readers see them: places in line, acts, objections, protected money.

use account_status::pb::v1::*;
use sea_orm::ConnectionTrait;

use super::*;

const N: &str = "6222021234567890123";

/// The amount of a freeze's acts, as the RPC tells them to a principal.
async fn told(bank: &Bank, who: &str, id: &str) -> FreezeRecord {
    let get = GetFreezeRecordRequest { freeze_id: id.to_owned(), ..Default::default() };
    let answer = bank.freeze_client().get_freeze_record(by(who, get)).await.unwrap();
    answer.into_inner().freeze_record.unwrap()
}

async fn object(bank: &Bank, subject_id: &str, text: &str) -> Objection {
    let record = RecordObjectionRequest {
        account_number: N.to_owned(),
        subject_id: subject_id.to_owned(),
        raised_by: ObjectionParty::Holder.into(),
        text: text.to_owned(),
        request_id: fresh(),
        ..Default::default()
    };
    let answer = bank.freeze_client().record_objection(by("auditor", record)).await.unwrap();
    answer.into_inner().objection.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_in_line_are_those_that_calls_tell() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "500.00").await;
    let (ended, _) = bank.freeze(bank.court_order(N, "1.00")).await.unwrap();
    bank.release(bank.court_release(N, &ended.freeze_id)).await.unwrap();
    bank.freeze(bank.bank_freeze(N, "1.00")).await.unwrap();
    for amount in ["100.00", "", "20.00"] {
        bank.freeze(bank.court_order(N, amount)).await.unwrap();
    }
    // The last entered took over the place of the first: it stands where that stood.
    let admin = bank.database().await;
    let sql = format!(
        "UPDATE account_freeze SET served_time = (SELECT min(served_time) FROM account_freeze
            WHERE freeze_type = 'JUDICIAL' AND freeze_status = 'ACTIVE'), rank_seq = 0,
            disclosure = 'CONFIDENTIAL', freeze_reason = 'moved up'
        WHERE freeze_seq = (SELECT max(freeze_seq) FROM account_freeze) AND account_number = '{N}'"
    );
    admin.execute_unprepared(&sql).await.unwrap();
    let reader = Reader::new(&bank.url, &[]).await;
    let rows = reader
        .lines("freeze_id rank", "FROM account_freeze WHERE rank IS NOT NULL ORDER BY rank")
        .await;
    let mut expected: Vec<(i32, String)> = bank
        .freezes(N)
        .await
        .into_iter()
        .filter(|row| row.queue_position > 0)
        .map(|row| (row.queue_position, row.freeze_id))
        .collect();
    expected.sort();
    assert_eq!(expected.len(), 4);
    let expected: Vec<String> =
        expected.iter().map(|(place, id)| format!("{id}|{place}")).collect();
    assert_eq!(rows, expected);
    let none = format!("FROM account_freeze WHERE freeze_id = '{}'", ended.freeze_id);
    assert_eq!(reader.lines("freeze_status rank", &none).await, ["RELEASED|"]);
    // The reason of the first in line is hidden now, whoever was entered first.
    assert_eq!(reader.lines("freeze_reason", "FROM account_master").await, [""]);
    reader.gone().await;
    let back = "UPDATE account_freeze SET disclosure = 'OPEN', rank_seq = NULL, \
        served_time = create_time, freeze_reason = 'execution' WHERE rank_seq = 0";
    admin.execute_unprepared(back).await.unwrap();
    admin.close().await.unwrap();
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acts_and_objections_show_as_far_as_calls_show_them() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "500.00").await;
    let (open, _) = bank.freeze(bank.court_order(N, "100.00")).await.unwrap();
    let part = ReleaseFreezeRecordRequest {
        amount: cny("40.00"),
        ..bank.court_release(N, &open.freeze_id)
    };
    bank.release(part).await.unwrap();
    let secret = CreateFreezeRecordRequest {
        confidential: true,
        authority_name: "Hidden Court".to_owned(),
        notice_no: "hidden notice".to_owned(),
        ..bank.court_order(N, "50.00")
    };
    let (secret, _) = bank.freeze(secret).await.unwrap();
    let to_open = object(&bank, &open.freeze_id, "open words").await;
    let to_secret = object(&bank, &secret.freeze_id, "hidden words").await;

    let acts =
        |id: &str| format!("FROM account_freeze_act WHERE freeze_id = '{id}' ORDER BY act_time");
    let columns = "act authority_name document_no notice_no amount currency_code";
    for (roles, who) in [(&[][..], "local"), (&["reading_confidential"], "auditor")] {
        let reader = Reader::new(&bank.url, roles).await;
        for id in [&open.freeze_id, &secret.freeze_id] {
            let said = told(&bank, who, id).await;
            let expected: Vec<String> = said
                .acts
                .iter()
                .map(|row| {
                    let act =
                        row.act().as_str_name().trim_start_matches("FREEZE_ACT_KIND_").to_owned();
                    let amount = row.amount.clone().unwrap();
                    let (name, document) = (row.authority_name.clone(), row.document_no.clone());
                    [
                        act,
                        name,
                        document,
                        row.notice_no.clone(),
                        amount.amount,
                        amount.currency_code,
                    ]
                    .join("|")
                })
                .collect();
            assert_eq!(reader.lines(columns, &acts(id)).await, expected, "{who}");
            let here = format!("FROM account_freeze WHERE freeze_id = '{id}'");
            let notice = reader.lines("notice_no renewals", &here).await;
            let hidden = who == "local" && *id == secret.freeze_id;
            let renewals = if hidden { "" } else { "0" };
            assert_eq!(notice, [format!("{}|{renewals}", said.notice_no)], "{who}");
        }
        let objections =
            reader.lines("objection_id text", "FROM objection ORDER BY text DESC").await;
        let mut expected = vec![format!("{}|open words", to_open.objection_id)];
        expected
            .extend((who == "auditor").then(|| format!("{}|hidden words", to_secret.objection_id)));
        assert_eq!(objections, expected, "{who}");
        // Officers are persons.
        let officers =
            reader.lines("officers", "FROM account_freeze_act WHERE officers IS NOT NULL");
        assert_eq!(officers.await, Vec::<String>::new());
        reader.gone().await;
    }
    let personal = Reader::new(&bank.url, &["reading_personal"]).await;
    let officers = personal.lines("officers", &acts(&open.freeze_id)).await.join("");
    assert!(officers.contains("Lu Heng") && officers.contains("0305-12"), "{officers}");
    personal.gone().await;
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_account_holds_shows() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "500.00").await;
    let reader = Reader::new(&bank.url, &[]).await;
    assert_eq!(reader.lines("protected_kind", "FROM account_master").await, [""]);
    let protect = ProtectAccountRequest {
        account_number: N.to_owned(),
        protected_kind: ProtectedKind::LetterOfCredit.into(),
        reason: "margin".to_owned(),
        request_id: fresh(),
        ..Default::default()
    };
    bank.account_client().protect_account(protect).await.unwrap();
    assert_eq!(reader.lines("protected_kind", "FROM account_master").await, ["LETTER_OF_CREDIT"]);
    reader.gone().await;
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_whom_money_of_a_confidential_freeze_went_is_hidden() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "500.00").await;
    for (confidential, amount) in [(false, "10.00"), (true, "20.00")] {
        let order = CreateFreezeRecordRequest { confidential, ..bank.court_order(N, amount) };
        let (freeze, _) = bank.freeze(order).await.unwrap();
        let taken = crate::freezes::deduction(N, &freeze.freeze_id, amount);
        crate::freezes::deduct(&bank, taken).await.unwrap();
    }
    let columns = "counterparty_account counterparty_name";
    let rows = "FROM transaction_log WHERE transaction_type = 'DEDUCTION' ORDER BY entry_seq";
    for (roles, expected) in [
        (&[][..], ["****3333|E**", "|"]),
        (&["reading_personal"], ["9990111122223333|Execution account", "|"]),
        (&["reading_confidential"], ["****3333|E**"; 2]),
    ] {
        let reader = Reader::new(&bank.url, roles).await;
        assert_eq!(reader.lines(columns, rows).await, expected, "{roles:?}");
        reader.gone().await;
    }
    bank.finish().await;
}
