//! What is told: whose turn comes with a release, and what authorities are handed out.

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

/// Who takes effect because of a release.
async fn next(
    bank: &Bank,
    request: impl tonic::IntoRequest<ReleaseFreezeRecordRequest>,
) -> Vec<FreezeAhead> {
    let response = bank.freeze_client().release_freeze_record(request).await.unwrap();
    response.into_inner().next_in_line
}

fn ids(ahead: &[FreezeAhead]) -> Vec<&str> {
    ahead.iter().map(|one| one.freeze_id.as_str()).collect()
}

on_every_engine! {
    async fn a_release_tells_whose_turn_comes(bank) {
        bank.account(N, "100.00").await;
        let (whole, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "70.00")).await.unwrap();
        let secret =
            CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "20.00") };
        let (third, _) = bank.freeze(secret).await.unwrap();
        let (fourth, _) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        let (fifth, _) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        assert_eq!(second.status(), FreezeStatus::Waiting);
        let part = ReleaseFreezeRecordRequest {
            remaining_amount: cny("100.00"),
            validate_only: true,
            ..release(&bank, N, &whole.freeze_id)
        };
        assert!(next(&bank, part).await.is_empty(), "it holds all there is still");

        let order = [&second.freeze_id, &third.freeze_id, &fourth.freeze_id];
        let tried = ReleaseFreezeRecordRequest {
            validate_only: true,
            ..release(&bank, N, &whole.freeze_id)
        };
        assert_eq!(ids(&next(&bank, tried).await), order);
        assert_eq!(get(&bank, "auditor", &second.freeze_id).await.status(), FreezeStatus::Waiting);

        let bank = bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await;
        let paper = by("maker", release(&bank, N, &whole.freeze_id));
        let proposed = bank.freeze_client().release_freeze_record(paper).await.unwrap();
        let proposed = proposed.into_inner();
        assert!(matches!(proposed.outcome,
            Some(release_freeze_record_response::Outcome::Approval(_))));
        assert_eq!(ids(&proposed.next_in_line), order, "would take effect once it is approved");
        let bank = bank.reopen(|_given| {}).await;

        let request = release(&bank, N, &whole.freeze_id);
        let told = next(&bank, request.clone()).await;
        assert_eq!(ids(&told), order);
        assert_eq!((told[0].authority_name.as_str(), told[0].amount.clone()),
            (NANSHAN, cny("70.00")));
        assert!(told[0].expire_time.is_some(), "its term began");
        assert_eq!((told[1].authority_name.as_str(), told[1].expire_time, told[1].amount.clone()),
            ("", None, cny("20.00")), "a confidential one tells neither who nor how long");
        assert_eq!(next(&bank, request.clone()).await, told, "a replay");
        let auditor = by("auditor", ReleaseFreezeRecordRequest { request_id: fresh(), ..request });
        let gone = bank.freeze_client().release_freeze_record(auditor).await.unwrap_err();
        assert_eq!(reason(&gone), "FREEZE_NOT_IN_FORCE");
        assert_eq!(get(&bank, "auditor", &fifth.freeze_id).await.status(), FreezeStatus::Waiting);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn authorities_are_handed_out_what_became_of_their_order(bank) {
        bank.account(N, "100.00").await;
        bank.set_time("2026-03-10 11:00:00");
        let served = stamp(local("2026-03-10 10:30:00"));
        bank.credit(N, "50.00").await.unwrap();
        let order =
            CreateFreezeRecordRequest { served_time: served, ..bank.court_order(N, "400.00") };
        let (freeze, answer) = bank.freeze(order).await.unwrap();
        let lines: Vec<&str> = answer.receipt_text.lines().collect();
        let expected = [
            "Account 6222021234567890123.",
            "Ordered by Nanshan District Court, document （2026）粤0305执1234号.",
            "Requested: CNY 400.00.",
            "Controlled now: CNY 150.00.",
            "Short by CNY 250.00; later credits are frozen up to the requested amount.",
            "Place in line: 1.",
            "The freeze ends at 2027-03-11 00:00.",
            "Booked since the order was served: 1.",
        ];
        assert_eq!(lines, expected);
        let read = async |who: &str, language: &str, id: &str| {
            let get = GetFreezeRecordRequest { freeze_id: id.to_owned(), ..Default::default() };
            let asked = with(&[("x-principal", who), ("accept-language", language)], get);
            bank.freeze_client().get_freeze_record(asked).await.unwrap().into_inner().receipt_text
        };
        let text = read("auditor", "en", &freeze.freeze_id).await;
        assert_eq!(text.lines().collect::<Vec<_>>(), expected[..7]);
        for (language, account) in [
            ("zh-CN", "账户：6222021234567890123。"),
            ("zh-HK", "賬戶：6222021234567890123。"),
            ("zh-TW", "帳戶：6222021234567890123。"),
        ] {
            let text = read("local", language, &freeze.freeze_id).await;
            assert!(text.starts_with(account) && text.lines().count() == 7, "{text}");
            assert!(!text.contains(['{', '}']), "{text}");
        }

        let secret =
            CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "20.00") };
        let (hidden, told) = bank.freeze(secret).await.unwrap();
        assert_eq!(told.receipt_text, "", "nothing is told of it to who may not read it");
        assert_eq!(read("local", "en", &hidden.freeze_id).await, "");
        let waiting = read("auditor", "en", &hidden.freeze_id).await;
        assert!(waiting.contains("The freeze waits in line; it has no effect yet"), "{waiting}");
        assert!(waiting.contains("Ahead: Nanshan District Court, CNY 400.00, until"), "{waiting}");
        let (_, behind) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        assert!(behind.receipt_text.contains("Requested: the whole account."));
        assert!(behind.receipt_text.contains("\nAhead: another freeze, CNY 20.00."));

        bank.release(release(&bank, N, &freeze.freeze_id)).await.unwrap();
        let over = read("local", "en", &freeze.freeze_id).await;
        assert!(over.contains("The freeze was released at 2026-03-10 11:00."), "{over}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn orders_about_a_confidential_freeze_answer_without_its_facts(bank) {
        bank.account(N, "100.00").await;
        let secret =
            CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "60.00") };
        let (freeze, _) = bank.freeze(secret).await.unwrap();
        let id = freeze.freeze_id.as_str();
        let hides = |text: String| {
            for fact in ["Nanshan", "Futian", "粤0305", "粤0304", "Execution", "2223333"] {
                assert!(!text.contains(fact), "{fact} in {text}");
            }
        };
        let (renewed, answer) = renew(&bank, renewal(N, id)).await.unwrap();
        assert_eq!((renewed.expire_time, answer.receipt_text.as_str()), (None, ""));
        hides(format!("{renewed:?} {answer:?}"));
        let (rest, posted) = deduct(&bank, deduction(N, id, "10.00")).await.unwrap();
        assert_eq!((rest.amount.clone(), posted.amount.clone()), (cny("50.00"), cny("10.00")));
        hides(format!("{rest:?} {posted:?}"));
        let (taken, answer) = succeed(&bank, succession(N, id)).await.unwrap();
        assert_eq!((taken.authority_kind(), answer.receipt_text.as_str()),
            (AuthorityKind::Unspecified, ""));
        hides(format!("{taken:?} {answer:?}"));
        assert!(taken.confidential, "it stays so in other hands");
        let open = get(&bank, "auditor", &taken.freeze_id).await;
        assert_eq!(open.authority_name, "Futian District Court");
        bank.finish().await;
    }
}
