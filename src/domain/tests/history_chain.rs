//! The history chain: an edit of any field, a gap, a swap and a cut tail show.

use std::collections::BTreeSet;

use super::support::{World, at, change, court, microsecond};
use crate::domain::action::Action;
use crate::domain::approval::ApprovalStatus;
use crate::domain::condition::ConditionSummary;
use crate::domain::history::{ChainFault, HistoryKey, StatusChange, Verifier, hash, verify};
use crate::domain::id::{AccountNumber, RowId};
use crate::domain::status::{Cause, ConditionKind, Lifecycle};

/// Four rows: suspicious, frozen too, clean, dormant too.
fn chain() -> (Vec<StatusChange>, String, HistoryKey) {
    let mut world = World::with_balance(100);
    world.done(Action::MarkSuspicious);
    world.place(court(None));
    world.done(change(Action::ClearSuspicion));
    world.done(change(Action::MarkDormant));
    let head = world.account().balance.history_head.clone();
    assert_eq!(world.tables.history.len(), 4);
    (world.tables.history, head, world.rules.history_key)
}

type Edit = (&'static str, fn(&mut StatusChange));

/// One edit for each column.
const EDITS: [Edit; 18] = [
    ("change_id", |row| row.change_id = RowId::parse("forged").unwrap()),
    ("account_number", |row| row.account_number = AccountNumber::parse("1").unwrap()),
    ("sequence", |row| row.sequence += 10),
    ("old_status", |row| row.old_status = "10".to_owned()),
    ("new_status", |row| row.new_status = "10".to_owned()),
    ("change_reason", |row| row.change_reason.push('.')),
    ("cause", |row| row.cause = Some(Cause::Closed)),
    ("change_by", |row| row.change_by.push('2')),
    ("change_date", |row| row.change_date += microsecond()),
    ("recorded_time", |row| row.recorded_time += microsecond()),
    ("approval_status", |row| row.approval_status = ApprovalStatus::Approved),
    ("approved_by", |row| row.approved_by = Some("forged".to_owned())),
    ("lifecycle_before", |row| row.lifecycle_before = Some(Lifecycle::Opening)),
    ("lifecycle_after", |row| row.lifecycle_after = Lifecycle::Closed),
    ("conditions_before", |row| row.conditions_before.push(forged())),
    ("conditions_after", |row| row.conditions_after.push(forged())),
    ("previous_hash", |row| row.previous_hash = "00".to_owned()),
    ("hash", |row| row.hash = "00".to_owned()),
];

fn forged() -> ConditionSummary {
    ConditionSummary {
        id: "forged".to_owned(),
        kind: ConditionKind::Dormant,
        cause: Some(Cause::DormantNoUse),
    }
}

#[test]
fn an_untouched_chain_verifies_to_its_head() {
    let (rows, head, key) = chain();
    assert_eq!(verify(&rows, &head, &key), Ok(()));
    assert_eq!(verify(&[], "", &key), Ok(()));
}

#[test]
fn the_edits_name_every_column() {
    let (rows, ..) = chain();
    let json = serde_json::to_value(&rows[0]).unwrap();
    let columns: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(columns, EDITS.iter().map(|(column, _)| *column).collect());
}

#[test]
fn an_edit_of_any_field_of_any_row_shows() {
    let (rows, head, key) = chain();
    for place in 0..rows.len() {
        for (column, edit) in EDITS {
            let mut forged = rows.clone();
            edit(&mut forged[place]);
            assert_ne!(forged, rows, "{column} of row {place}");
            let fault = verify(&forged, &head, &key);
            let number = i64::try_from(place).unwrap() + 1;
            let expected = match column {
                "sequence" => ChainFault::Gap(number),
                _ => ChainFault::Edited(number),
            };
            assert_eq!(fault, Err(expected), "{column} of row {place}");
        }
    }
}

#[test]
fn an_edit_inside_a_condition_shows() {
    let (rows, head, key) = chain();
    let edits: [fn(&mut ConditionSummary); 3] = [
        |held| held.id.push('x'),
        |held| held.kind = ConditionKind::Dormant,
        |held| held.cause = Some(Cause::RiskFreeze),
    ];
    for edit in edits {
        let mut forged = rows.clone();
        edit(&mut forged[1].conditions_after[0]);
        assert_eq!(verify(&forged, &head, &key), Err(ChainFault::Edited(2)));
    }
}

#[test]
fn a_letter_moved_from_one_field_to_the_next_shows() {
    let (rows, _, key) = chain();
    let mut one = rows[0].clone();
    (one.old_status, one.new_status) = ("0".to_owned(), "008".to_owned());
    let mut other = one.clone();
    (other.old_status, other.new_status) = ("00".to_owned(), "08".to_owned());
    assert_ne!(hash(&one, &key), hash(&other, &key));
}

#[test]
fn a_condition_moved_from_before_to_after_shows() {
    let (rows, _, key) = chain();
    let mut moved = rows[1].clone();
    let first = moved.conditions_after.remove(0);
    moved.conditions_before.push(first);
    assert_ne!(hash(&rows[1], &key), hash(&moved, &key));
}

#[test]
fn the_hash_covers_every_column_but_itself() {
    let (rows, _, key) = chain();
    for (column, edit) in EDITS {
        let mut forged = rows[1].clone();
        edit(&mut forged);
        let same = hash(&forged, &key) == hash(&rows[1], &key);
        assert_eq!(same, column == "hash", "{column}");
    }
}

#[test]
fn a_row_edited_with_its_hash_made_anew_shows_in_the_next() {
    let (rows, head, key) = chain();
    for place in 0..rows.len() {
        let mut forged = rows.clone();
        forged[place].change_reason.push('.');
        forged[place].hash = hash(&forged[place], &key);
        assert!(verify(&forged, &head, &key).is_err(), "row {place}");
    }
}

#[test]
fn a_missing_row_shows() {
    let (rows, head, key) = chain();
    for place in 0..rows.len() - 1 {
        let mut gapped = rows.clone();
        gapped.remove(place);
        let number = i64::try_from(place).unwrap() + 1;
        assert_eq!(verify(&gapped, &head, &key), Err(ChainFault::Gap(number)));
    }
}

#[test]
fn a_cut_tail_shows() {
    let (rows, head, key) = chain();
    for kept in 0..rows.len() {
        let last = i64::try_from(kept).unwrap();
        assert_eq!(verify(&rows[..kept], &head, &key), Err(ChainFault::Cut(last)));
    }
}

#[test]
fn the_heads_number_tells_a_cut_tail_from_an_edited_head() {
    let (rows, head, key) = chain();
    let other = "0".repeat(64);
    for (kept, sequence, head, expected) in [
        (4, 4, head.as_str(), Ok(())),
        (4, 4, &other, Err(ChainFault::Head(4))),
        (3, 4, &head, Err(ChainFault::Cut(3))),
        (0, 4, &head, Err(ChainFault::Cut(0))),
        (4, 3, &rows[2].hash, Err(ChainFault::Beyond(3))),
        // Who cuts the tail and sets the number back leaves a head that is not the last row's.
        (3, 3, &head, Err(ChainFault::Head(3))),
    ] {
        let mut verifier = Verifier::new(&key);
        rows[..kept].iter().for_each(|row| verifier.take(row).unwrap());
        assert_eq!(verifier.finish(sequence, head), expected, "{kept} {sequence}");
    }
}

#[test]
fn swapped_rows_show() {
    let (mut rows, head, key) = chain();
    rows.swap(1, 2);
    assert_eq!(verify(&rows, &head, &key), Err(ChainFault::Gap(2)));
}

#[test]
fn another_key_verifies_nothing() {
    let (rows, head, _) = chain();
    let other = HistoryKey::new(b"another key");
    assert_eq!(verify(&rows, &head, &other), Err(ChainFault::Edited(1)));
}

#[test]
fn each_row_says_what_held_before_and_after() {
    let (rows, ..) = chain();
    for pair in rows.windows(2) {
        assert_eq!(pair[0].conditions_after, pair[1].conditions_before);
        assert_eq!(pair[0].new_status, pair[1].old_status);
        assert_eq!(pair[0].hash, pair[1].previous_hash);
        assert!(pair[0].recorded_time < pair[1].recorded_time);
    }
    let codes: Vec<&str> = rows.iter().map(|row| row.new_status.as_str()).collect();
    assert_eq!(codes, ["08", "01", "01", "01"]);
    assert_eq!(rows[0].change_date, at("2026-03-10 10:00:00"));
}
