//! What people do about a case, and what is refused.

use super::*;
use crate::on_every_engine;
use CaseEntryKind as K;

on_every_engine! {
    async fn a_fact_that_was_not_booked_is_a_case_with_its_way(bank) {
        let case = owing(&bank).await;
        assert_eq!((case.state(), case.owner_role()), (CaseState::Open, CaseRole::Reconciliation));
        let assign = AssignCaseRequest {
            account_number: ACCOUNT.to_owned(),
            case_id: case.case_id.clone(),
            owner: "ops.li".to_owned(),
            etag: case.etag.clone(),
            request_id: fresh(),
            ..Default::default()
        };
        let mut client = bank.case_client();
        let first = client.assign_case(by("lead", assign.clone())).await.unwrap().into_inner();
        let again = client.assign_case(by("lead", assign.clone())).await.unwrap().into_inner();
        assert_eq!(first, again, "the same request is answered as before");
        let stale = AssignCaseRequest { request_id: fresh(), ..assign };
        let refused = client.assign_case(by("lead", stale)).await.unwrap_err();
        assert_eq!(reason(&refused), "ETAG_MISMATCH");
        let asked = add(&bank, note(&case, K::Consulted)).await.unwrap();
        assert_eq!((asked.state(), asked.owner.as_str()), (CaseState::Waiting, "ops.li"));
        let told = add(&bank, note(&case, K::Answered)).await.unwrap();
        assert_eq!(told.state(), CaseState::Open);
        let early = add(&bank, note(&case, K::Analysed)).await.unwrap_err();
        assert_eq!(reason(&early), "ACTION_NOT_APPLICABLE");
        let done = resolve(&bank, resolving(&case, CaseResolution::NoAction)).await.unwrap();
        assert_eq!((done.state(), done.resolved_by.as_str()), (CaseState::Resolved, "ops.li"));
        let closed = add(&bank, note(&case, K::Analysed)).await.unwrap();
        assert_eq!((closed.state(), closed.root_cause()), (CaseState::Closed, RootCause::Channel));
        let late = add(&bank, note(&case, K::Note)).await.unwrap_err();
        assert_eq!(reason(&late), "ACTION_NOT_APPLICABLE");
        let (_, way) = story(&bank, &case).await;
        let whole = [K::Opened, K::Assigned, K::Consulted, K::Answered, K::Resolved, K::Analysed];
        assert_eq!(kinds(&way), whole);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_objection_of_the_holder_is_a_case_until_it_is_answered(bank) {
        bank.account(ACCOUNT, "100.00").await;
        bank.freeze(bank.court_order(ACCOUNT, "10.00")).await.unwrap();
        let object = RecordObjectionRequest {
            account_number: ACCOUNT.to_owned(),
            raised_by: ObjectionParty::Holder.into(),
            text: "The money is my salary.".to_owned(),
            request_id: fresh(),
            ..Default::default()
        };
        let made = bank.freeze_client().record_objection(object).await.unwrap().into_inner();
        let made = made.objection.unwrap();
        let case = one(&bank, CaseCause::Objection).await;
        assert_eq!((&case.subject_id, case.due_time), (&made.objection_id, made.due_time));
        let refused = resolve(&bank, resolving(&case, CaseResolution::NoAction)).await;
        assert_eq!(reason(&refused.unwrap_err()), "ACTION_NOT_APPLICABLE");
        let answer = AnswerObjectionRequest {
            account_number: ACCOUNT.to_owned(),
            objection_id: made.objection_id,
            outcome: ObjectionOutcome::Rejected.into(),
            answer: "Please bring the payslips.".to_owned(),
            request_id: fresh(),
            ..Default::default()
        };
        bank.freeze_client().answer_objection(answer).await.unwrap();
        let (case, _) = story(&bank, &case).await;
        assert_eq!(case.state(), CaseState::Closed);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_asked_wrongly_is_refused(bank) {
        let case = owing(&bank).await;
        let mut client = bank.case_client();
        let get = GetCaseRequest { case_id: "none".to_owned(), ..Default::default() };
        assert_eq!(reason(&client.get_case(get).await.unwrap_err()), "CASE_NOT_FOUND");
        let unknown = AddCaseNoteRequest { case_id: "none".to_owned(), ..note(&case, K::Note) };
        assert_eq!(reason(&add(&bank, unknown).await.unwrap_err()), "CASE_NOT_FOUND");
        for (request, wrong) in [
            (AddCaseNoteRequest { text: " ".to_owned(), ..note(&case, K::Note) }, "text"),
            (note(&case, K::Opened), "kind"),
            (AddCaseNoteRequest { institution: String::new(), ..note(&case, K::Consulted) },
                "institution"),
            (AddCaseNoteRequest { root_cause: 0, ..note(&case, K::Analysed) }, "root_cause"),
            (AddCaseNoteRequest { root_cause: 1, ..note(&case, K::Note) }, "root_cause"),
        ] {
            assert_eq!(fields(&add(&bank, request).await.unwrap_err()), [wrong]);
        }
        let settled = resolving(&case, CaseResolution::MarkSettled);
        for (request, wrong) in [
            (ResolveCaseRequest { reference: String::new(), ..settled.clone() }, "reference"),
            (ResolveCaseRequest { reason: String::new(), ..settled.clone() }, "reason"),
            (ResolveCaseRequest { analysis: "so".to_owned(), ..settled.clone() }, "root_cause"),
            (ResolveCaseRequest {
                paid_amount: cny("1.00"), ..resolving(&case, CaseResolution::Retry)
            }, "paid_amount"),
            (resolving(&case, CaseResolution::ByItself), "resolution"),
        ] {
            assert_eq!(fields(&resolve(&bank, request).await.unwrap_err()), [wrong]);
        }
        for resolution in [CaseResolution::Retry, CaseResolution::MarkSettled] {
            let refused = resolve(&bank, resolving(&case, resolution)).await.unwrap_err();
            assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        }
        bank.finish().await;
    }
}
