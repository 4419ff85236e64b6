//! An order for too long is refused, and the bank's objection to it is on record.

use account_status::pb::v1::*;

use super::{answer, answering, of};
use crate::actions::{N, instant, local, told};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::reviews::events;

fn for_years(bank: &Bank, count: i32) -> CreateFreezeRecordRequest {
    let term = Term { count, unit: TermUnit::Years.into() };
    CreateFreezeRecordRequest {
        duration: Some(create_freeze_record_request::Duration::Term(term)),
        ..bank.court_order(N, "40.00")
    }
}

on_every_engine! {
    async fn an_order_for_too_long_is_refused_with_the_latest_end_and_objected_to(bank) {
        bank.account(N, "100.00").await;
        let before = (bank.status(N).await.unwrap(), bank.history(N).await);
        let order = for_years(&bank, 2);
        let refused = bank.freeze(order.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "TERM_TOO_LONG");
        assert_eq!(told(&refused, "latest").as_deref(), Some("2027-03-10T16:00:00Z"));
        let id = told(&refused, "objection_id").unwrap();
        let kept = of(&bank, "local", N).await;
        assert_eq!(kept.len(), 1);
        let row = &kept[0];
        assert_eq!((&row.objection_id, row.raised_by(), row.subject_id.as_str()),
            (&id, ObjectionParty::Bank, ""));
        assert_eq!((row.authority_name.as_str(), row.document_no.as_str()),
            ("Nanshan District Court", "（2026）粤0305执1234号"));
        for said in ["Nanshan District Court", "（2026）粤0305执1234号", "2027-03-11T00:00:00+08:00", "485"] {
            assert!(row.text.contains(said), "{said}: {}", row.text);
        }
        assert_eq!(instant(&row.due_time), local("2026-03-26 00:00:00"));
        assert_eq!((bank.status(N).await.unwrap(), bank.history(N).await), before, "nothing moved");
        assert_eq!(bank.freezes(N).await, []);

        let again = bank.freeze(order).await.unwrap_err();
        assert_eq!(told(&again, "objection_id").unwrap(), id, "one for one request");
        assert_eq!(of(&bank, "local", N).await, kept);
        assert_eq!(events(&bank, N, "OBJECTION_RECORDED").await,
            [serde_json::json!({ "objection_id": id, "raised_by": "BANK" })]);
        // The court is right after all, and says so.
        let upheld = AnswerObjectionRequest {
            outcome: ObjectionOutcome::Upheld.into(), ..answering(N, &id)
        };
        assert_eq!(answer(&bank, upheld).await.unwrap().outcome(), ObjectionOutcome::Upheld);
        bank.freeze(for_years(&bank, 1)).await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_only_checked_and_what_is_refused_otherwise_brings_none(bank) {
        bank.account(N, "100.00").await;
        let check = CreateFreezeRecordRequest { validate_only: true, ..for_years(&bank, 2) };
        let refused = bank.freeze(check).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), told(&refused, "objection_id")), ("TERM_TOO_LONG", None));
        // An organ without power is refused first, however long it wants.
        let powerless = CreateFreezeRecordRequest {
            authority_kind: AuthorityKind::Nfra.into(), ..for_years(&bank, 2)
        };
        let refused = bank.freeze(powerless).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), told(&refused, "objection_id")),
            ("ORGAN_WITHOUT_POWER", None));
        // The bank doesn't object to itself.
        let own = CreateFreezeRecordRequest {
            emergency: true,
            emergency_cause: EmergencyCause::FraudInProgress.into(),
            duration: for_years(&bank, 2).duration,
            ..bank.bank_freeze(N, "1.00")
        };
        let refused = bank.freeze(own).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), told(&refused, "objection_id")), ("TERM_TOO_LONG", None));
        assert_eq!(of(&bank, "auditor", N).await, []);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn orders_at_once_each_have_their_own_objection(bank) {
        bank.account(N, "100.00").await;
        let orders = (0..20).map(|_| bank.freeze(for_years(&bank, 2)));
        let refused = futures::future::join_all(orders).await;
        let mut ids: Vec<String> =
            refused.iter().map(|one| told(one.as_ref().unwrap_err(), "objection_id").unwrap()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 20);
        let mut kept: Vec<String> = of(&bank, "local", N).await.into_iter().map(|row| row.objection_id).collect();
        kept.sort();
        assert_eq!(kept, ids);
        bank.finish().await;
    }
}
