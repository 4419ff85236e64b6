//! What makes two requests the same stays what it was: a request that was sent before an upgrade and is
//! repeated after it is still answered as the first time. The texts and hashes are typed, not computed.

use serde_json::Value;

use super::support::{Sent, World, change, court};
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::clear_suspense::ClearSuspense;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::proposed::Proposed;
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::action::Action;
use crate::domain::approval::policy::Debt;
use crate::domain::case::CaseResolution;
use crate::domain::freeze::FreezeSource;
use crate::domain::id::{CaseId, TransactionId};
use crate::domain::suspense::Clearing;

const CHANGE: &str = r#"{"ChangeStatus":{"action":"MARK_SUSPICIOUS","causes":["SUSPICIOUS_PATTERN"],"reason":"","condition_id":null,"missing_items":[],"restriction":null,"amount":null,"end_time":null,"authority":"","document_no":"","identification":"CHECKED","entry_channel":"COUNTER"}}"#;
const CHANGE_HASH: &str = "a2c513867e7c87f0a4d22ee4122b816a2951b9c49be86c2560b77024a7876a6e";
const FREEZE: &str = r#"{"CreateFreeze":{"freeze_type":"JUDICIAL","authority_kind":"COURT_CIVIL","authority_name":"深圳市南山区人民法院","document_no":"（2026）粤0305执1234号","officers":[],"served_time":null,"mode":"AMOUNT","amount":{"minor":100,"currency":"CNY"},"exempt":null,"duration":"Unstated","reason":"ordered","unfreeze_condition":"","disclosure":"OPEN","urgency":"ORDINARY","source":"PAPER"}}"#;
const FREEZE_HASH: &str = "67deb69560ffe06c6d3f11ce51da6354977beb5c77c0c14e78caec5c546b643d";

fn content(command: impl Into<Sent>) -> (String, String) {
    let envelope = World::empty().envelope("r-1", command);
    (serde_json::to_string(&envelope.command).unwrap(), envelope.content_hash())
}

#[test]
fn requests_that_say_nothing_new_are_the_requests_they_were() {
    let old = |text: &str, hash: &str| (text.to_owned(), hash.to_owned());
    assert_eq!(content(change(Action::MarkSuspicious)), old(CHANGE, CHANGE_HASH));
    // As orders were before officers and a notice had to come with a paper.
    let bare = CreateFreeze { officers: Vec::new(), notice_no: String::new(), ..court(Some(100)) };
    assert_eq!(content(bare), old(FREEZE, FREEZE_HASH));
}

#[test]
fn what_is_newly_said_makes_another_request() {
    let plain = change(Action::ResumePayment);
    let by_network = ChangeStatus { source: Some(FreezeSource::CourtNetwork), ..plain.clone() };
    let paid = ChangeStatus { arrears: Debt::Paid, ..plain.clone() };
    let hashes = [plain, by_network, paid].map(|change| content(change).1);
    assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2]);
}

#[test]
fn the_version_that_a_caller_saw_is_not_of_the_content() {
    let resolve = |expected_version| ResolveCase {
        case_id: CaseId::parse("C1").unwrap(),
        resolution: CaseResolution::NoAction,
        paid_amount: None,
        reference: String::new(),
        reason: "seen to".to_owned(),
        analysis: String::new(),
        root_cause: None,
        expected_version,
    };
    assert_eq!(content(resolve(None)), content(resolve(Some(3))));
    let clear = |expected_version| ClearSuspense {
        item_id: TransactionId::parse("T1").unwrap(),
        clearing: Clearing::WriteOff,
        other_item_id: None,
        reference: String::new(),
        reason: "lost".to_owned(),
        expected_version,
    };
    assert_eq!(content(clear(None)), content(clear(Some(3))));
}

#[test]
fn a_stored_proposal_without_the_new_fields_is_still_read() {
    let stored = |text: &str, act: &str| -> Value {
        let command: Value = serde_json::from_str(text).unwrap();
        serde_json::json!({ act: command.as_object().unwrap().values().next().unwrap() })
    };
    let change = serde_json::from_value(stored(CHANGE, "change_status")).unwrap();
    assert!(matches!(change, Proposed::ChangeStatus(change) if change.arrears == Debt::Open));
    let create = serde_json::from_value(stored(FREEZE, "create_freeze")).unwrap();
    assert!(matches!(create, Proposed::CreateFreeze(create) if create.emergency_cause.is_none()));
}
