//! Putting a freeze on an account, whoever orders it: the blank record, its place in line, its first
//! act, and what happened on the account before the bank could carry the order out.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Draft;
use crate::domain::account::Account;
use crate::domain::authority::{InFlight, Meanwhile, Moved};
use crate::domain::batch::{Ids, Loaded, MOVEMENTS_MAX};
use crate::domain::freeze::control;
use crate::domain::freeze::kind::{self, AuthorityKind};
use crate::domain::freeze::papers::Order;
use crate::domain::freeze::{
    Disclosure, Freeze, FreezeAct, FreezeActKind, FreezeMode, FreezeSource, FreezeStatus,
    FreezeType, Serves, Urgency,
};
use crate::domain::id::{FreezeId, RowId};
use crate::domain::protection::{self, Wanted};
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::status::Cause;
use crate::domain::terms;
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::{State, Withdrawal};

/// A freeze with nothing said yet: the bank's, of the whole account, without an end.
pub fn blank_freeze(draft: &mut Draft<'_>, served: DateTime<Utc>, ids: &mut Ids) -> Freeze {
    Freeze {
        freeze_id: FreezeId::from(ids()),
        account_number: draft.account.number().clone(),
        freeze_seq: draft.next_freeze(),
        freeze_type: FreezeType::Bank,
        freeze_status: FreezeStatus::Active,
        freeze_mode: FreezeMode::Whole,
        authority_kind: AuthorityKind::Bank,
        freeze_by: String::new(),
        court_order_no: String::new(),
        officers: Vec::new(),
        notice_no: String::new(),
        freeze_amount: None,
        exempt_minor: 0,
        freeze_reason: String::new(),
        unfreeze_condition: String::new(),
        disclosure: Disclosure::Open,
        urgency: Urgency::Ordinary,
        emergency_cause: None,
        source: FreezeSource::Internal,
        cause: Cause::RiskFreeze,
        served_time: served,
        freeze_date: terms::local_day(served, draft.rules.zone),
        effective_time: Some(draft.now),
        expire_time: None,
        expiry_date: None,
        term_count: None,
        term_unit: None,
        renewals: 0,
        preceding_freeze_id: None,
        rank_seq: None,
        serves: Serves::AnyClaim,
        ended_time: None,
        created_by: draft.principal.name.to_string(),
        create_time: draft.now,
        update_time: draft.now,
    }
}

/// A freeze that was put on the account.
#[derive(Debug)]
pub struct Placed {
    /// The freeze as it stands now.
    pub freeze: Freeze,
}

impl Placed {
    /// Puts a freeze on the account: it waits when it has to and its kind may, later-served ones give
    /// way to it.
    pub fn place(draft: &mut Draft<'_>, mut freeze: Freeze, ids: &mut Ids) -> Self {
        let funds = draft.account.funds();
        let may_wait = kind::rule(freeze.authority_kind).may_wait;
        if may_wait && control::would_wait(funds, &draft.account.freezes, &freeze) {
            freeze.freeze_status = FreezeStatus::Waiting;
            freeze.effective_time = None;
            // A term starts when the freeze takes effect; only an explicit end already stands.
            if freeze.term().is_some() {
                freeze.expire_time = None;
                freeze.expiry_date = None;
            }
        }
        draft.account.freezes.push(freeze.clone());
        let entered = (&freeze.freeze_id, draft.now);
        control::demote_behind(funds, &mut draft.account.freezes, entered);
        draft.written.freeze_acts.push(act_row(draft, &freeze, FreezeActKind::Placed, ids));
        let payload = json!({ "freeze_id": freeze.freeze_id, "status": freeze.freeze_status });
        draft.written.events.push(("FREEZE_PLACED", payload));
        Self { freeze }
    }
}

/// An act of a freeze, done now by the draft's principal.
pub fn act_row(draft: &Draft<'_>, freeze: &Freeze, act: FreezeActKind, ids: &mut Ids) -> FreezeAct {
    FreezeAct {
        act_id: RowId::from(ids()),
        freeze_id: freeze.freeze_id.clone(),
        account_number: freeze.account_number.clone(),
        act,
        act_time: draft.now,
        principal: draft.principal.name.to_string(),
        authority_name: freeze.freeze_by.clone(),
        document_no: freeze.court_order_no.clone(),
        amount_minor: freeze.freeze_amount,
        officers: freeze.officers.clone(),
        notice_no: freeze.notice_no.clone(),
        expire_time: None,
        transaction_id: None,
    }
}

/// An act that an authority's order makes, with that order's papers.
pub fn ordered_act(
    draft: &Draft<'_>,
    freeze: &Freeze,
    (act, order): (FreezeActKind, &Order),
    ids: &mut Ids,
) -> FreezeAct {
    FreezeAct {
        authority_name: order.authority_name.clone(),
        document_no: order.document_no.clone(),
        officers: order.officers.clone(),
        notice_no: order.notice_no.clone(),
        ..act_row(draft, freeze, act, ids)
    }
}

/// The freeze that a command names, in force or ended.
///
/// # Errors
/// FREEZE_NOT_FOUND.
pub fn named(draft: &Draft<'_>, loaded: &Loaded, id: &FreezeId) -> Result<Freeze, Refused> {
    let held = draft.account.freezes.iter().find(|freeze| freeze.freeze_id == *id);
    let ended = loaded.ended_freezes.get(id);
    let mine = ended.filter(|freeze| freeze.account_number == *draft.account.number());
    Ok(held.or(mine).ok_or(Reason::FreezeNotFound)?.clone())
}

/// Writes a changed freeze over the account's.
pub fn put_back(draft: &mut Draft<'_>, freeze: &Freeze) {
    for row in &mut draft.account.freezes {
        if row.freeze_id == freeze.freeze_id {
            row.clone_from(freeze);
        }
    }
}

/// What is on its way on the account, and what was booked on its balance since `served`.
pub fn meanwhile(draft: &Draft<'_>, loaded: &Loaded, served: DateTime<Utc>) -> Meanwhile {
    let number = draft.account.number();
    let sent = |row: &&Withdrawal| {
        row.account_number == *number && row.held_minor > 0 && row.state != State::Reserved
    };
    let mut sent: Vec<&Withdrawal> = loaded.withdrawals.values().filter(sent).collect();
    sent.sort_by_key(|row| row.entry_seq);
    let in_flight = sent
        .into_iter()
        .map(|row| InFlight {
            withdrawal_id: row.withdrawal_id.clone(),
            held_minor: row.held_minor,
            state: row.state,
            create_time: row.create_time,
        })
        .collect();
    let rows = loaded.movements.get(number).map_or(&[][..], Vec::as_slice);
    let booked = rows.iter().filter(|row| row.booking == Booking::Balance);
    let since = booked.filter(|row| row.recorded_time > served).map(|row| Moved {
        transaction_id: row.transaction_id.clone(),
        direction: row.direction,
        amount_minor: row.transaction_amount,
        recorded_time: row.recorded_time,
    });
    let movements: Vec<Moved> = since.take(MOVEMENTS_MAX).collect();
    let more_movements =
        rows.len() > MOVEMENTS_MAX && rows.last().is_some_and(|row| row.recorded_time > served);
    Meanwhile { in_flight, movements, more_movements }
}

/// The refusal of an authority's order on money that is protected from it, if it is.
pub fn protected(
    account: &Account,
    authority: AuthorityKind,
    serves: Serves,
    wanted: Wanted,
) -> Option<Refusal> {
    let held = account.profile.protected_kind;
    let rule = protection::keeps_away(held, authority, serves, wanted)?;
    let refusal = Refusal::of(Reason::ProtectedFunds);
    Some(refusal.with(Fact::Description, rule.kind.into()).with(Fact::Source, rule.source))
}
