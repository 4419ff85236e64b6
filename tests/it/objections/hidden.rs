//! An objection to a confidential freeze or a suspicion is nobody's to read without the scope.

use account_status::pb::v1::*;

use super::{answer, answering, list, object, objecting, of};
use crate::actions::{N, plain};
use crate::harness::calls::*;
use crate::on_every_engine;

const SECRETS: [&str; 5] = ["Nanshan", "粤0305", "execution", "Lu Heng", "The money is my salary"];

fn stripped(row: &Objection) {
    let text = format!("{row:?}");
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} shows in {text}");
    }
    assert_eq!((row.subject_id.as_str(), row.recorded_by.as_str()), ("", ""), "{text}");
    assert!(row.due_time.is_some() && !row.objection_id.is_empty(), "{text}");
}

on_every_engine! {
    async fn who_may_not_see_the_measure_gets_the_objection_back_stripped(bank) {
        bank.account(N, "100.00").await;
        let order = CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "40.00") };
        let (freeze, _) = bank.freeze(order).await.unwrap();
        let request = objecting(N, &freeze.freeze_id);
        let recorded = object(&bank, request.clone()).await.unwrap();
        stripped(&recorded);
        assert_eq!(object(&bank, request).await.unwrap(), recorded, "replayed as it was");
        let whatever = object(&bank, objecting(N, "")).await.unwrap();
        stripped(&whatever);
        assert_eq!(of(&bank, "local", N).await, []);
        let open = ListObjectionsRequest { open_only: true, ..Default::default() };
        assert_eq!(list(&bank, "local", open.clone()).await.unwrap().0, []);
        let seen = of(&bank, "auditor", N).await;
        assert_eq!(list(&bank, "auditor", open).await.unwrap().0, seen);
        assert_eq!(seen.len(), 2);
        assert_eq!((seen[0].document_no.as_str(), seen[0].text.as_str()),
            ("（2026）粤0305执1234号", "The money is my salary."));
        // Once something open is in force, too, an objection to whatever is in force is open.
        bank.freeze(bank.bank_freeze(N, "1.00")).await.unwrap();
        let mixed = object(&bank, objecting(N, "")).await.unwrap();
        assert_eq!(mixed.document_no, "", "which document would tell");
        assert_eq!(of(&bank, "local", N).await, [mixed]);

        let answered = answer(&bank, answering(N, &recorded.objection_id)).await.unwrap();
        stripped(&answered);
        assert_eq!((answered.outcome(), answered.answer.as_str()), (ObjectionOutcome::Rejected, ""));
        let seen = of(&bank, "auditor", N).await;
        let seen = seen.iter().find(|row| row.objection_id == recorded.objection_id);
        assert_eq!(seen.unwrap().answer, "Please bring the payslips.");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_objection_to_a_suspicion_is_hidden(bank) {
        bank.account(N, "100.00").await;
        plain(&bank, N, StatusAction::MarkSuspicious).await.unwrap();
        stripped(&object(&bank, objecting(N, "")).await.unwrap());
        assert_eq!((of(&bank, "local", N).await.len(), of(&bank, "auditor", N).await.len()), (0, 1));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_banks_own_objection_to_a_confidential_order_is_hidden(bank) {
        bank.account(N, "100.00").await;
        let order = CreateFreezeRecordRequest {
            confidential: true,
            duration: Some(create_freeze_record_request::Duration::Term(Term {
                count: 3, unit: TermUnit::Years.into(),
            })),
            ..bank.court_order(N, "40.00")
        };
        let refused = bank.freeze(order).await.unwrap_err();
        assert_eq!(reason(&refused), "TERM_TOO_LONG");
        assert_eq!(of(&bank, "local", N).await, []);
        let seen = of(&bank, "auditor", N).await;
        let id = crate::actions::told(&refused, "objection_id").unwrap();
        assert_eq!(seen.iter().map(|row| row.objection_id.as_str()).collect::<Vec<_>>(), [id]);
        bank.finish().await;
    }
}
