//! What is malformed in an order is named by its field.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

/// The fields that are wrong, in the order of the alphabet.
fn wrong<T: std::fmt::Debug>(answer: Result<T, Status>) -> Vec<String> {
    let mut found = fields(&answer.unwrap_err());
    found.sort();
    found
}

on_every_engine! {
    async fn every_field_of_a_renewal_that_is_wrong_is_named(bank) {
        bank.account(N, "100.00").await;
        let empty = RenewFreezeRecordRequest::default();
        assert_eq!(wrong(renew(&bank, empty).await),
            ["account_number", "freeze_id", "reason", "request_id"], "the bank's own may be bare");
        let bare = RenewFreezeRecordRequest {
            authority_name: String::new(),
            document_no: String::new(),
            officers: Vec::new(),
            notice_no: String::new(),
            served_time: stamp(bank.now() + chrono::Duration::hours(1)),
            ..renewal(N, "F1")
        };
        assert_eq!(wrong(renew(&bank, bare).await),
            ["authority_name", "document_no", "notice_no", "officers", "served_time"]);
        let odd = RenewFreezeRecordRequest {
            authority_kind: 99,
            source: 99,
            duration: Some(renew_freeze_record_request::Duration::Term(Term { count: 0, unit: 0 })),
            reason: "x".repeat(501),
            etag: "x".to_owned(),
            ..renewal(N, "F1")
        };
        assert_eq!(wrong(renew(&bank, odd).await),
            ["authority_kind", "etag", "reason", "source", "term.count", "term.unit"]);
        let unsaid = RenewFreezeRecordRequest { authority_kind: 0, ..renewal(N, "F1") };
        assert_eq!(wrong(renew(&bank, unsaid).await), ["authority_kind"]);
        let inside = RenewFreezeRecordRequest {
            source: FreezeSource::Internal.into(),
            ..renewal(N, "F1")
        };
        assert_eq!(wrong(renew(&bank, inside).await), ["source"]);
        let holder = RenewFreezeRecordRequest {
            authority_kind: AuthorityKind::Customer.into(),
            ..renewal(N, "F1")
        };
        assert_eq!(wrong(renew(&bank, holder).await), ["authority_kind"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn every_field_of_a_deduction_or_succession_that_is_wrong_is_named(bank) {
        bank.account(N, "100.00").await;
        assert_eq!(wrong(deduct(&bank, DeductFreezeRecordRequest::default()).await), [
            "account_number", "amount", "authority_kind", "authority_name", "document_no",
            "reason", "receiving_account", "receiving_name", "request_id", "source",
        ]);
        let odd = DeductFreezeRecordRequest {
            freeze_id: "a b".to_owned(),
            amount: cny("0"),
            receiving_account: "x".repeat(65),
            receiving_name: "x".repeat(141),
            ..deduction(N, "F1", "1.00")
        };
        assert_eq!(wrong(deduct(&bank, odd).await),
            ["amount.amount", "freeze_id", "receiving_account", "receiving_name"]);
        let officer = Officer { name: " ".to_owned(), badge_no: "1".to_owned() };
        let unnamed = DeductFreezeRecordRequest {
            officers: vec![officer; 11],
            served_time: stamp(bank.now() + chrono::Duration::hours(1)),
            ..deduction(N, "F1", "1.00")
        };
        let found = wrong(deduct(&bank, unnamed).await);
        assert!(found.contains(&"officers".to_owned()), "{found:?}");
        assert!(found.contains(&"officers[9].name".to_owned()), "{found:?}");
        assert!(found.contains(&"served_time".to_owned()), "{found:?}");

        assert_eq!(wrong(succeed(&bank, SucceedFreezeRecordRequest::default()).await), [
            "account_number", "authority_kind", "authority_name", "document_no", "freeze_id",
            "reason", "request_id", "source",
        ]);
        let alone = SucceedFreezeRecordRequest {
            officers: officers().split_off(1),
            notice_no: String::new(),
            ..succession(N, "F1")
        };
        assert_eq!(wrong(succeed(&bank, alone).await), ["notice_no", "officers"]);
        let own = SucceedFreezeRecordRequest {
            authority_kind: AuthorityKind::Bank.into(),
            authority_name: String::new(),
            document_no: String::new(),
            source: FreezeSource::Internal.into(),
            ..succession(N, "F1")
        };
        assert_eq!(wrong(succeed(&bank, own).await), ["authority_name", "document_no"]);
        bank.finish().await;
    }
}
