//! What an order has to say, and how long it may last.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

/// Asks for a freeze without placing it; the last day, or the latest that is allowed.
async fn trial(
    bank: &Bank,
    kind: AuthorityKind,
    duration: Option<create_freeze_record_request::Duration>,
) -> Result<(String, Option<chrono::DateTime<chrono::Utc>>), chrono::DateTime<chrono::Utc>> {
    let amount = if kind == AuthorityKind::ListBased { "" } else { "10.00" };
    let request = CreateFreezeRecordRequest {
        duration,
        served_time: stamp(bank.now()),
        validate_only: true,
        ..order(bank, N, kind, amount)
    };
    match place(bank, by("auditor", request)).await {
        Ok((freeze, _)) => {
            Ok((freeze.expiry_date, freeze.expire_time.map(|end| instant(&Some(end)))))
        }
        Err(refused) => {
            assert_eq!(reason(&refused), "TERM_TOO_LONG", "{kind:?} {duration:?}");
            Err(told(&refused, "latest").unwrap().parse().unwrap())
        }
    }
}

fn until(text: &str) -> Option<create_freeze_record_request::Duration> {
    stamp(local(text)).map(create_freeze_record_request::Duration::ExpireTime)
}

fn term(count: i32, unit: TermUnit) -> Option<create_freeze_record_request::Duration> {
    let unit = unit.into();
    Some(create_freeze_record_request::Duration::Term(Term { count, unit }))
}

on_every_engine! {
    async fn first_terms_count_as_the_law_counts_and_longer_ones_name_the_latest(bank) {
        use AuthorityKind as K;
        use TermUnit::{Days, Hours, Months, Years};
        bank.account(N, "100.00").await;
        let allowed = |day: &str, end: &str| Ok((day.to_owned(), Some(local(end))));
        let (half, end) = ("2026-09-01 00:00:00", "2027-03-11 00:00:00");
        for (kind, asked, day, end, accepted) in [
            (K::CourtCivil, None, "2027-03-10", end, true),
            (K::CourtCivil, until("2027-03-11 00:00:00"), "2027-03-10", end, true),
            (K::CourtCivil, until("2027-03-11 00:00:00.000001"), "", end, false),
            (K::CourtCivil, until("2026-09-01 00:00:00"), "2026-08-31", half, true),
            (K::CourtCivil, term(1, Years), "2027-03-10", end, true),
            (K::CourtCivil, term(12, Months), "2027-03-10", end, true),
            (K::CourtCivil, term(13, Months), "", end, false),
            (K::CourtCivil, term(366, Days), "", end, false),
            (K::PoliceCriminal, None, "2026-09-10", "2026-09-11 00:00:00", true),
            (K::PoliceCriminal, term(7, Months), "", "2026-09-11 00:00:00", false),
            (K::PoliceCriminalMajor, term(1, Years), "2027-03-10", end, true),
            (K::AdminGeneral, None, "2026-04-09", "2026-04-10 00:00:00", true),
            (K::AdminGeneral, term(31, Days), "", "2026-04-10 00:00:00", false),
            (K::Securities, None, "2026-09-10", "2026-09-11 00:00:00", true),
            (K::TaxPreservation, term(6, Months), "2026-09-10", "2026-09-11 00:00:00", true),
            (K::PoliceCounterTerror, None, "2026-05-10", "2026-05-11 00:00:00", true),
            (K::PoliceOrganisedCrime, None, "2026-03-12", "2026-03-12 10:30:00", true),
            (K::AmlTemporary, term(49, Hours), "", "2026-03-12 10:30:00", false),
            (K::AmlTemporary, term(48, Hours), "2026-03-12", "2026-03-12 10:30:00", true),
        ] {
            bank.set_time("2026-03-10 10:30:00");
            let expected = if accepted { allowed(day, end) } else { Err(local(end)) };
            assert_eq!(trial(&bank, kind, asked).await, expected, "{kind:?} {asked:?}");
        }
        assert_eq!(trial(&bank, K::ListBased, None).await, Ok((String::new(), None)));
        bank.set_time("2026-08-31 09:00:00");
        assert_eq!(trial(&bank, K::PoliceCriminal, None).await,
            allowed("2027-02-28", "2027-03-01 00:00:00"));
        bank.set_time("2027-03-10 10:00:00");
        assert_eq!(trial(&bank, K::CourtCivil, until("2028-03-11 00:00:00")).await,
            allowed("2028-03-10", "2028-03-11 00:00:00"), "a leap day: 366 days are one year");
        bank.set_time("2028-02-29 10:00:00");
        assert_eq!(trial(&bank, K::CourtCivil, None).await,
            allowed("2029-02-28", "2029-03-01 00:00:00"));
        assert!(bank.freezes(N).await.is_empty());
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_administrative_term_counts_from_the_freezing_and_a_courts_from_service(bank) {
        bank.account(N, "100.00").await;
        let served = stamp(local("2026-03-05 10:00:00"));
        let admin = CreateFreezeRecordRequest {
            served_time: served,
            ..order(&bank, N, AuthorityKind::AdminGeneral, "10.00")
        };
        assert_eq!(bank.freeze(admin).await.unwrap().0.expiry_date, "2026-04-09");
        let court =
            CreateFreezeRecordRequest { served_time: served, ..bank.court_order(N, "10.00") };
        assert_eq!(bank.freeze(court).await.unwrap().0.expiry_date, "2027-03-05");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn orders_without_amount_power_or_the_form_of_a_freeze_are_refused(bank) {
        use AuthorityKind as K;
        bank.account(N, "100.00").await;
        let before = picture(&bank, N).await;
        let preserving = CreateFreezeRecordRequest {
            document_no: "（2026）沪0104执保912号".to_owned(),
            ..bank.court_order(N, "")
        };
        assert_eq!(fields(&bank.freeze(preserving).await.unwrap_err()), ["amount"]);
        for kind in [K::CourtCriminal, K::PoliceCriminal, K::AdminGeneral, K::TaxPreservation] {
            let refused = bank.freeze(order(&bank, N, kind, "")).await.unwrap_err();
            assert_eq!(fields(&refused), ["amount"], "{kind:?}");
        }
        let listed = bank.freeze(order(&bank, N, K::ListBased, "10.00")).await.unwrap_err();
        assert_eq!(fields(&listed), ["mode"]);
        for kind in [K::Nfra, K::Safe, K::ForeignNgoPolice, K::Foreign] {
            let refused = bank.freeze(order(&bank, N, kind, "10.00")).await.unwrap_err();
            assert_eq!(reason(&refused), "ORGAN_WITHOUT_POWER", "{kind:?}");
        }
        for (kind, amount) in [(K::Customs, "10.00"), (K::FraudStop, "")] {
            let refused = bank.freeze(order(&bank, N, kind, amount)).await.unwrap_err();
            assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE", "{kind:?}");
        }
        let bare = CreateFreezeRecordRequest {
            authority_name: String::new(),
            document_no: String::new(),
            reason: String::new(),
            source: 0,
            mode: 0,
            ..bank.court_order(N, "10.00")
        };
        let refused = bank.freeze(bare).await.unwrap_err();
        for field in ["authority_name", "mode", "reason", "source"] {
            assert!(fields(&refused).iter().any(|found| found == field), "{field}: {refused:?}");
        }
        let unknown = CreateFreezeRecordRequest {
            authority_kind: 99,
            ..bank.court_order(N, "10.00")
        };
        assert_eq!(fields(&bank.freeze(unknown).await.unwrap_err()), ["authority_kind"]);
        let loss = CreateFreezeRecordRequest {
            r#type: FreezeType::Customer.into(),
            ..bank.bank_freeze(N, "10.00")
        };
        assert!(fields(&bank.freeze(loss).await.unwrap_err()).contains(&"type".to_owned()));
        let past = CreateFreezeRecordRequest {
            duration: until("2026-03-10 10:00:00"),
            ..bank.court_order(N, "10.00")
        };
        assert_eq!(fields(&bank.freeze(past).await.unwrap_err()), ["expire_time"]);
        let yen = Some(Money { currency_code: "JPY".to_owned(), amount: "5".to_owned() });
        let yen = CreateFreezeRecordRequest { amount: yen, ..bank.court_order(N, "10.00") };
        assert_eq!(reason(&bank.freeze(yen).await.unwrap_err()), "CURRENCY_MISMATCH");
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}
