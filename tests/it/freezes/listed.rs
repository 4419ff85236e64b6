//! Lists of freezes of all accounts, and by what is asked for of one.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

/// All pages of a list, two freezes each.
async fn listed(bank: &Bank, who: &str, list: &ListFreezeRecordsRequest) -> Vec<FreezeRecord> {
    let mut list = ListFreezeRecordsRequest { page_size: 2, ..list.clone() };
    let mut found = Vec::new();
    loop {
        let page = bank.freeze_client().list_freeze_records(by(who, list.clone())).await.unwrap();
        let page = page.into_inner();
        assert!(page.freeze_records.len() <= 2);
        found.extend(page.freeze_records);
        if page.next_page_token.is_empty() {
            return found;
        }
        list.page_token = page.next_page_token;
    }
}

/// The ids that a list finds, in its order.
async fn found(bank: &Bank, who: &str, list: ListFreezeRecordsRequest) -> Vec<String> {
    listed(bank, who, &list).await.into_iter().map(|row| row.freeze_id).collect()
}

fn all() -> ListFreezeRecordsRequest {
    ListFreezeRecordsRequest::default()
}

fn number(nth: usize) -> String {
    format!("62220212345678902{nth:02}")
}

/// Ids of one millisecond have no order.
fn pass(bank: &Bank) {
    bank.pass(chrono::Duration::milliseconds(2));
}

/// Three accounts, each with a court's freeze, the second's waiting behind the police's, the third's
/// ended; ids in the order of entry, which is that of ids.
async fn three(bank: &Bank) -> Vec<String> {
    let mut ids = Vec::new();
    for nth in 0..3 {
        bank.account(&number(nth), "100.00").await;
    }
    let (court, _) = bank.freeze(bank.court_order(&number(0), "10.00")).await.unwrap();
    ids.push(court.freeze_id);
    pass(bank);
    let police = order(bank, &number(1), AuthorityKind::PoliceCriminal, "500.00");
    ids.push(bank.freeze(police).await.unwrap().0.freeze_id);
    pass(bank);
    let (waits, _) = bank.freeze(bank.court_order(&number(1), "10.00")).await.unwrap();
    assert_eq!(waits.status(), FreezeStatus::Waiting);
    ids.push(waits.freeze_id);
    pass(bank);
    let (over, _) = bank.freeze(bank.court_order(&number(2), "10.00")).await.unwrap();
    bank.release(release(bank, &number(2), &over.freeze_id)).await.unwrap();
    ids.push(over.freeze_id);
    pass(bank);
    let own = bank.bank_freeze(&number(2), "5.00");
    ids.push(bank.freeze(own).await.unwrap().0.freeze_id);
    ids
}

on_every_engine! {
    async fn freezes_of_all_accounts_are_found_by_every_filter(bank) {
        let ids = three(&bank).await;
        let some = |places: &[usize]| -> Vec<String> {
            places.iter().map(|place| ids[*place].clone()).collect()
        };
        let (court, police) =
            (AuthorityKind::CourtCivil.into(), AuthorityKind::PoliceCriminal.into());
        let (nanshan, active) = (NANSHAN.to_owned(), FreezeStatus::Active.into());
        let far = stamp(local("2030-01-01 00:00:00"));
        for (list, expected) in [
            (ListFreezeRecordsRequest { status: active, ..all() }, some(&[0, 1, 4])),
            (ListFreezeRecordsRequest { status: FreezeStatus::Waiting.into(), ..all() }, some(&[2])),
            (ListFreezeRecordsRequest { status: FreezeStatus::Released.into(), ..all() }, some(&[3])),
            (ListFreezeRecordsRequest { authority_kind: court, ..all() }, some(&[0, 2, 3])),
            (ListFreezeRecordsRequest { authority_kind: police, ..all() }, some(&[1])),
            (ListFreezeRecordsRequest { authority_name: nanshan.clone(), ..all() }, some(&[0, 2, 3])),
            (ListFreezeRecordsRequest { authority_name: "Nanshan".to_owned(), ..all() }, Vec::new()),
            (ListFreezeRecordsRequest {
                authority_name: nanshan.clone(), status: active, ..all()
            }, some(&[0])),
            (ListFreezeRecordsRequest {
                authority_kind: court, authority_name: nanshan.clone(),
                r#type: FreezeType::Judicial.into(), status: FreezeStatus::Waiting.into(), ..all()
            }, some(&[2])),
            (ListFreezeRecordsRequest {
                status: active, r#type: FreezeType::Bank.into(), ..all()
            }, some(&[4])),
            // The police's ends first; what waits, ended or never ends is not among them.
            (ListFreezeRecordsRequest { expiring_before: far, ..all() }, some(&[1, 0])),
            (ListFreezeRecordsRequest {
                expiring_before: stamp(local("2027-03-11 00:00:00")), ..all()
            }, some(&[1])),
            (ListFreezeRecordsRequest {
                expiring_before: far, authority_kind: court, ..all()
            }, some(&[0])),
            (ListFreezeRecordsRequest {
                expiring_before: far, authority_name: nanshan.clone(), ..all()
            }, some(&[0])),
            (ListFreezeRecordsRequest {
                expiring_before: far, status: FreezeStatus::Released.into(), ..all()
            }, Vec::new()),
            (ListFreezeRecordsRequest {
                expiring_before: far, account_number: number(0), ..all()
            }, some(&[0])),
            (ListFreezeRecordsRequest {
                account_number: number(1), authority_kind: court, ..all()
            }, some(&[2])),
            (ListFreezeRecordsRequest { account_number: number(1), ..all() }, some(&[2, 1])),
        ] {
            assert_eq!(found(&bank, "local", list.clone()).await, expected, "{list:?}");
        }
        let of_police = ListFreezeRecordsRequest { authority_kind: police, ..all() };
        let rows = listed(&bank, "local", &of_police).await;
        assert_eq!((rows[0].controlled_amount.clone(), rows[0].queue_position),
            (cny("100.00"), 1), "its account tells what it holds");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn lists_need_a_filter_and_tokens_of_their_own(bank) {
        let ids = three(&bank).await;
        let ask = async |list| bank.freeze_client().list_freeze_records(list).await;
        assert_eq!(fields(&ask(all()).await.unwrap_err()), ["account_number"]);
        let typed = ListFreezeRecordsRequest { r#type: FreezeType::Bank.into(), ..all() };
        assert_eq!(fields(&ask(typed).await.unwrap_err()), ["account_number"]);
        let unknown = ListFreezeRecordsRequest { account_number: "999".to_owned(), ..all() };
        assert_eq!(reason(&ask(unknown).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        let list = ListFreezeRecordsRequest {
            authority_name: NANSHAN.to_owned(),
            page_size: 1,
            ..all()
        };
        let first = ask(list.clone()).await.unwrap().into_inner();
        assert_eq!(first.freeze_records[0].freeze_id, ids[0]);
        let other = ListFreezeRecordsRequest {
            authority_kind: AuthorityKind::CourtCivil.into(),
            page_token: first.next_page_token,
            ..list
        };
        assert_eq!(fields(&ask(other).await.unwrap_err()), ["page_token"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn lists_are_right_before_a_lapse_is_written_down(bank) {
        let ids = three(&bank).await;
        let (police, court) = (&ids[1], &ids[2]);
        // The police's freeze runs out and the court's takes effect; the sweep is off.
        bank.set_time("2026-09-11 00:00:00");
        let of = async |status: FreezeStatus| {
            found(&bank, "local", ListFreezeRecordsRequest { status: status.into(), ..all() }).await
        };
        assert_eq!(of(FreezeStatus::Expired).await.as_slice(), std::slice::from_ref(police));
        assert_eq!(of(FreezeStatus::Active).await, [&ids[0], court, &ids[4]].map(String::clone));
        assert!(of(FreezeStatus::Waiting).await.is_empty());
        let far = stamp(local("2030-01-01 00:00:00"));
        let ending = ListFreezeRecordsRequest { expiring_before: far, ..all() };
        let rows = listed(&bank, "local", &ending).await;
        let seen: Vec<(&str, &str)> =
            rows.iter().map(|row| (row.freeze_id.as_str(), row.expiry_date.as_str())).collect();
        assert_eq!(seen, [(ids[0].as_str(), "2027-03-10"), (court.as_str(), "2027-09-11")]);
        assert_eq!(rows[1].controlled_amount, cny("10.00"));
        let of_kind = ListFreezeRecordsRequest {
            authority_kind: AuthorityKind::PoliceCriminal.into(),
            ..all()
        };
        assert_eq!(listed(&bank, "local", &of_kind).await[0].status(), FreezeStatus::Expired);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_confidential_freeze_is_not_found_by_what_is_hidden_of_it(bank) {
        bank.account(N, "100.00").await;
        let secret =
            CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "60.00") };
        let (secret, _) = bank.freeze(secret).await.unwrap();
        pass(&bank);
        let (open, _) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        let both = vec![secret.freeze_id.clone(), open.freeze_id.clone()];
        let (court, nanshan) = (AuthorityKind::CourtCivil.into(), NANSHAN.to_owned());
        let far = stamp(local("2030-01-01 00:00:00"));
        for account_number in [String::new(), N.to_owned()] {
            let of = || ListFreezeRecordsRequest { account_number: account_number.clone(), ..all() };
            for list in [
                ListFreezeRecordsRequest { authority_kind: court, ..of() },
                ListFreezeRecordsRequest { authority_name: nanshan.clone(), ..of() },
                ListFreezeRecordsRequest { expiring_before: far, ..of() },
            ] {
                let told = found(&bank, "local", list.clone()).await;
                assert_eq!(told, both[1..], "{list:?}");
                let mut told = found(&bank, "auditor", list.clone()).await;
                told.sort();
                assert_eq!(told, both, "{list:?}");
            }
            let active =
                ListFreezeRecordsRequest { status: FreezeStatus::Active.into(), ..of() };
            let mut rows = listed(&bank, "local", &active).await;
            rows.sort_by(|one, other| one.freeze_id.cmp(&other.freeze_id));
            assert_eq!(rows.len(), 2, "that it is there may be known");
            assert_eq!((rows[0].authority_kind(), rows[0].authority_name.as_str()),
                (AuthorityKind::Unspecified, ""));
            assert_eq!((rows[0].expire_time, rows[0].amount.clone()), (None, cny("60.00")));
        }
        bank.finish().await;
    }
}
