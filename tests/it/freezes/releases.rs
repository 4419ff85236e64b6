//! Releases: how much, by whom, of what.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn releases_take_back_a_part_or_all_and_never_more(bank) {
        bank.account(N, "1000.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "600.00")).await.unwrap();
        let id = freeze.freeze_id.as_str();
        let part = |amount: &str| ReleaseFreezeRecordRequest {
            amount: cny(amount),
            ..release(&bank, N, id)
        };
        let before = picture(&bank, N).await;
        assert_eq!(fields(&bank.release(part("600.01")).await.unwrap_err()), ["amount"]);
        let both = ReleaseFreezeRecordRequest { remaining_amount: cny("1.00"), ..part("1.00") };
        assert_eq!(fields(&bank.release(both).await.unwrap_err()), ["remaining_amount"]);
        let trial = ReleaseFreezeRecordRequest { validate_only: true, ..part("600.00") };
        assert_eq!(bank.release(trial).await.unwrap().status(), FreezeStatus::Released);
        assert_eq!(picture(&bank, N).await, before);

        let rest = bank.release(part("100.00")).await.unwrap();
        assert_eq!((rest.status(), rest.amount, rest.controlled_amount),
            (FreezeStatus::Active, cny("500.00"), cny("500.00")));
        assert_eq!(bank.available(N).await, "500.00");
        let done = bank.release(part("500.00")).await.unwrap();
        assert_eq!((done.status(), done.queue_position), (FreezeStatus::Released, 0));
        assert_eq!(bank.code(N).await, "00");
        let seen = get(&bank, "auditor", id).await;
        let kinds: Vec<FreezeActKind> = seen.acts.iter().map(FreezeAct::act).collect();
        assert_eq!(kinds,
            [FreezeActKind::Placed, FreezeActKind::PartlyReleased, FreezeActKind::Released]);
        assert_eq!((&seen.acts[1].amount, seen.acts[1].document_no.as_str()),
            (&cny("100.00"), "（2026）粤0305执1234号之五"));

        let (whole, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (behind, _) = bank.freeze(bank.court_order(N, "300.00")).await.unwrap();
        let wrong = ReleaseFreezeRecordRequest {
            amount: cny("1.00"),
            ..release(&bank, N, &whole.freeze_id)
        };
        assert_eq!(fields(&bank.release(wrong).await.unwrap_err()), ["amount"]);
        let down = ReleaseFreezeRecordRequest {
            remaining_amount: cny("800.00"),
            ..release(&bank, N, &whole.freeze_id)
        };
        let left = bank.release(down).await.unwrap();
        assert_eq!((left.mode(), left.amount), (FreezeMode::Amount, cny("800.00")));
        assert_eq!(stand(&bank, &[&whole.freeze_id, &behind.freeze_id]).await,
            [active("800.00"), active("200.00")]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_stays_is_named_only_for_a_freeze_of_the_whole_account(bank) {
        bank.account(N, "1000.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "600.00")).await.unwrap();
        let down = ReleaseFreezeRecordRequest {
            remaining_amount: cny("100.00"),
            ..release(&bank, N, &freeze.freeze_id)
        };
        let refused = bank.release(down).await;
        assert_eq!(refused.map_err(|refused| fields(&refused)),
            Err(vec!["remaining_amount".to_owned()]));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn only_the_authority_behind_a_freeze_lifts_it(bank) {
        use AuthorityKind as K;
        bank.account(N, "1000.00").await;
        let lifted = |id: &str, kind: K, name: &str| ReleaseFreezeRecordRequest {
            authority_kind: kind.into(),
            authority_name: name.to_owned(),
            ..release(&bank, N, id)
        };
        let police = order(&bank, N, K::PoliceCriminal, "10.00");
        let (police, _) = bank.freeze(police).await.unwrap();
        let (court, _) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        let (own, _) = bank.freeze(bank.bank_freeze(N, "10.00")).await.unwrap();
        let listed = order(&bank, N, K::ListBased, "");
        let (listed, _) = bank.freeze(listed).await.unwrap();
        let before = picture(&bank, N).await;
        for (id, kind, name) in [
            (&police.freeze_id, K::CourtCivil, NANSHAN),
            (&police.freeze_id, K::PoliceCriminal, "Another Bureau"),
            (&police.freeze_id, K::PoliceCriminalMajor, "Example Authority"),
            (&police.freeze_id, K::Bank, ""),
            (&court.freeze_id, K::PoliceCriminal, NANSHAN),
            (&court.freeze_id, K::CourtCivil, "北京市海淀区人民法院"),
            (&own.freeze_id, K::CourtCivil, NANSHAN),
            (&listed.freeze_id, K::Bank, ""),
        ] {
            let refused = bank.release(lifted(id, kind, name)).await.unwrap_err();
            assert_eq!(reason(&refused), "NOT_THIS_AUTHORITY", "{kind:?} {name}");
        }
        let paperless = ReleaseFreezeRecordRequest {
            document_no: String::new(),
            authority_name: String::new(),
            source: 0,
            reason: String::new(),
            ..release(&bank, N, &court.freeze_id)
        };
        let mut wrong = fields(&bank.release(paperless).await.unwrap_err());
        wrong.sort();
        assert_eq!(wrong, ["authority_name", "document_no", "reason", "source"]);
        assert_eq!(picture(&bank, N).await, before);

        let high = lifted(&court.freeze_id, K::CourtCivil, "广东省高级人民法院");
        bank.release(high).await.unwrap();
        let police = lifted(&police.freeze_id, K::PoliceCriminal, "Example Authority");
        bank.release(police).await.unwrap();
        bank.release(lifted(&own.freeze_id, K::Bank, "")).await.unwrap();
        assert_eq!(bank.status(N).await.unwrap().conditions.len(), 1);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_waits_can_be_released_and_what_ended_cannot(bank) {
        bank.account(N, "100.00").await;
        bank.account("6222021234567890124", "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "30.00")).await.unwrap();
        let released = bank.release(release(&bank, N, &second.freeze_id)).await.unwrap();
        assert_eq!(released.status(), FreezeStatus::Released);
        assert_eq!(stand(&bank, &[&first.freeze_id]).await, [active("100.00")]);
        assert_eq!(acts(&bank, &second.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Released]);
        let before = picture(&bank, N).await;
        let again = bank.release(release(&bank, N, &second.freeze_id)).await.unwrap_err();
        assert_eq!(reason(&again), "FREEZE_NOT_IN_FORCE");
        for (number, id) in
            [("6222021234567890124", first.freeze_id.as_str()), (N, "no-such-freeze")]
        {
            let refused = bank.release(release(&bank, number, id)).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()),
                (tonic::Code::NotFound, "FREEZE_NOT_FOUND"));
            let get = GetFreezeRecordRequest {
                freeze_id: id.to_owned(),
                account_number: number.to_owned(),
            };
            let refused = bank.freeze_client().get_freeze_record(get).await.unwrap_err();
            assert_eq!(reason(&refused), "FREEZE_NOT_FOUND");
        }
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let loss = id_of(&bank.status(N).await.unwrap(), Cause::LossWritten);
        let refused = bank.release(release(&bank, N, &loss)).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        assert_eq!(bank.history(N).await.len(), before.1.len() + 1);

        // Another account's claim is not found behind this one's number, and nothing leaked on.
        let other = bank.status("6222021234567890124").await.unwrap();
        assert_eq!((other.status_code.as_str(), other.available), ("00", cny("100.00")));
        bank.finish().await;
    }
}
