//! An objection from its record to its answer.

use account_status::pb::v1::*;
use chrono::Duration;

use super::{answer, answering, object, objecting, of};
use crate::actions::{N, carry_out, fraud_stop, id_of, instant, local, plain};
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::reviews::events;

on_every_engine! {
    async fn it_is_recorded_and_answered_once_and_the_measure_stays(bank) {
        bank.account(N, "100.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "40.00")).await.unwrap();
        let before = (bank.status(N).await.unwrap(), bank.history(N).await);
        let request = objecting(N, &freeze.freeze_id);
        let recorded = object(&bank, request.clone()).await.unwrap();
        assert_eq!((recorded.account_number.as_str(), recorded.raised_by()), (N, ObjectionParty::Holder));
        assert_eq!((&recorded.subject_id, &recorded.document_no), (&freeze.freeze_id, &freeze.document_no));
        assert_eq!((recorded.text.as_str(), recorded.authority_name.as_str(), recorded.recorded_by.as_str()),
            ("The money is my salary.", "", "local"), "the bank answers the holder");
        assert_eq!((recorded.outcome(), recorded.answer_time), (ObjectionOutcome::Unspecified, None));
        assert_eq!(object(&bank, request.clone()).await.unwrap(), recorded, "replayed");
        let other = RecordObjectionRequest { text: "Another.".to_owned(), ..request };
        assert_eq!(reason(&object(&bank, other).await.unwrap_err()), "REQUEST_ID_REUSED");
        assert_eq!(of(&bank, "local", N).await, std::slice::from_ref(&recorded));

        bank.pass(Duration::days(3));
        let reply = answering(N, &recorded.objection_id);
        let answered = answer(&bank, reply.clone()).await.unwrap();
        assert_eq!((answered.outcome(), answered.answer.as_str(), answered.answered_by.as_str()),
            (ObjectionOutcome::Rejected, "Please bring the payslips.", "local"));
        assert_eq!(instant(&answered.answer_time), bank.now());
        bank.pass(Duration::days(1));
        let again = AnswerObjectionRequest { request_id: fresh(), ..reply.clone() };
        assert_eq!(answer(&bank, again).await.unwrap(), answered, "the same is said once more");
        for otherwise in [
            AnswerObjectionRequest { outcome: ObjectionOutcome::Upheld.into(), ..reply.clone() },
            AnswerObjectionRequest { answer: "No.".to_owned(), ..reply.clone() },
        ] {
            let otherwise = AnswerObjectionRequest { request_id: fresh(), ..otherwise };
            assert_eq!(reason(&answer(&bank, otherwise).await.unwrap_err()), "ACTION_NOT_APPLICABLE");
        }
        assert_eq!(of(&bank, "local", N).await, std::slice::from_ref(&answered));
        assert_eq!((bank.status(N).await.unwrap(), bank.history(N).await), before, "nothing moved");
        let id = recorded.objection_id.as_str();
        assert_eq!(events(&bank, N, "OBJECTION_RECORDED").await,
            [serde_json::json!({ "objection_id": id, "raised_by": "HOLDER" })]);
        assert_eq!(events(&bank, N, "OBJECTION_ANSWERED").await,
            [serde_json::json!({ "objection_id": id, "outcome": "REJECTED" })]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn fifteen_days_count_from_the_day_after_to_the_end_of_the_last(bank) {
        bank.account(N, "100.00").await;
        plain(&bank, N, StatusAction::MarkSuspicious).await.unwrap();
        for (at, due) in [
            ("2026-03-10 10:00:00", "2026-03-26 00:00:00"),
            ("2026-03-10 23:59:59.999999", "2026-03-26 00:00:00"),
            ("2026-03-11 00:00:00.5", "2026-03-27 00:00:00"),
            // No holiday moves it.
            ("2026-09-20 12:00:00", "2026-10-06 00:00:00"),
        ] {
            bank.set_time(at);
            let recorded = object(&bank, by("auditor", objecting(N, ""))).await.unwrap();
            assert_eq!(instant(&recorded.due_time), local(due), "{at}");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn it_is_about_what_is_in_force(bank) {
        bank.account(N, "100.00").await;
        let nothing = object(&bank, objecting(N, "")).await.unwrap_err();
        assert_eq!(reason(&nothing), "ACTION_NOT_APPLICABLE");
        let missing = object(&bank, objecting("6222021234567890999", "")).await.unwrap_err();
        assert_eq!(reason(&missing), "ACCOUNT_NOT_FOUND");
        let restricted = carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        let condition = id_of(&restricted, restricted.conditions[0].cause());
        assert!(object(&bank, objecting(N, &condition)).await.is_ok(), "to a condition");
        assert!(object(&bank, objecting(N, "")).await.is_ok(), "to whatever is in force");
        let (freeze, _) = bank.freeze(bank.court_order(N, "40.00")).await.unwrap();
        let bank_own = RecordObjectionRequest {
            raised_by: ObjectionParty::Bank.into(),
            ..objecting(N, &freeze.freeze_id)
        };
        let to_court = object(&bank, bank_own).await.unwrap();
        assert_eq!((to_court.authority_name.as_str(), to_court.raised_by()),
            ("Nanshan District Court", ObjectionParty::Bank), "the court answers the bank");
        bank.release(bank.court_release(N, &freeze.freeze_id)).await.unwrap();
        for id in [freeze.freeze_id.as_str(), "no-such-id"] {
            let unknown = object(&bank, objecting(N, id)).await.unwrap_err();
            assert_eq!(reason(&unknown), "FREEZE_NOT_FOUND", "{id}");
        }
        let (own, _) = bank.freeze(bank.bank_freeze(N, "1.00")).await.unwrap();
        let to_itself = RecordObjectionRequest {
            raised_by: ObjectionParty::Bank.into(),
            ..objecting(N, &own.freeze_id)
        };
        assert_eq!(reason(&object(&bank, to_itself).await.unwrap_err()), "ACTION_NOT_APPLICABLE");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_only_checked_leaves_nothing(bank) {
        bank.account(N, "100.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "40.00")).await.unwrap();
        let check = RecordObjectionRequest { validate_only: true, ..objecting(N, &freeze.freeze_id) };
        let checked = object(&bank, check).await.unwrap();
        assert_eq!((checked.objection_id.as_str(), instant(&checked.due_time)),
            ("", local("2026-03-26 00:00:00")));
        assert_eq!(of(&bank, "auditor", N).await, []);
        let recorded = object(&bank, objecting(N, "")).await.unwrap();
        let check = AnswerObjectionRequest {
            validate_only: true, ..answering(N, &recorded.objection_id)
        };
        let answered = answer(&bank, check).await.unwrap();
        assert_eq!(answered.outcome(), ObjectionOutcome::Rejected);
        assert_eq!(of(&bank, "auditor", N).await, [recorded]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_malformed_or_unknown_is_refused(bank) {
        bank.account(N, "100.00").await;
        let empty = RecordObjectionRequest { text: " ".to_owned(), raised_by: 0, ..objecting(N, "a\u{200b}") };
        assert_eq!(fields(&object(&bank, empty).await.unwrap_err()), ["subject_id", "raised_by", "text"]);
        let long = RecordObjectionRequest { text: "冻".repeat(2_001), ..objecting(N, "") };
        assert_eq!(fields(&object(&bank, long).await.unwrap_err()), ["text"]);
        let empty = AnswerObjectionRequest { answer: String::new(), outcome: 0, ..answering(N, "") };
        assert_eq!(fields(&answer(&bank, empty).await.unwrap_err()), ["objection_id", "outcome", "answer"]);
        assert_eq!(reason(&answer(&bank, answering(N, "x")).await.unwrap_err()), "OBJECTION_NOT_FOUND");
        let other = "6222021234567890124";
        bank.account(other, "100.00").await;
        bank.freeze(bank.court_order(other, "40.00")).await.unwrap();
        let theirs = object(&bank, objecting(other, "")).await.unwrap();
        let mine = answer(&bank, answering(N, &theirs.objection_id)).await.unwrap_err();
        assert_eq!(reason(&mine), "OBJECTION_NOT_FOUND", "of another account");
        for _ in 0..99 {
            object(&bank, objecting(other, "")).await.unwrap();
        }
        let one_more = object(&bank, objecting(other, "")).await.unwrap_err();
        assert_eq!(reason(&one_more), "LIMIT_EXCEEDED");
        answer(&bank, answering(other, &theirs.objection_id)).await.unwrap();
        object(&bank, objecting(other, "")).await.unwrap();
        bank.finish().await;
    }
}
