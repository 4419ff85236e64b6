//! Freezes and their acts.

use std::collections::BTreeMap;

use super::{hides, made_id, money, timestamp};
use crate::ask::FreezeFile;
use crate::domain::account::Account;
use crate::domain::command::Effect;
use crate::domain::freeze::control::{Counting, Share};
use crate::domain::freeze::standing::Standing;
use crate::domain::freeze::{Freeze, FreezeAct, FreezeStatus, Officer, Serves, Urgency, kind};
use crate::domain::id::{AccountNumber, FreezeId};
use crate::domain::money::Currency;
use crate::domain::principal::Scope;
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::pb::v1;

/// A freeze without its acts: what it holds now and its place in line are where it stands.
pub(crate) fn freeze_record(
    freeze: &Freeze,
    standing: &Standing,
    caller: &Caller,
    effect: Effect,
) -> v1::FreezeRecord {
    record(freeze, (standing.currency, standing.share.as_ref()), caller, effect)
}

/// Freezes of a list without their acts, with the accounts they lie on. What an account's freezes
/// hold is found once for all of them.
pub(crate) fn freeze_records(
    rows: &[Freeze],
    accounts: &BTreeMap<AccountNumber, Account>,
    caller: &Caller,
) -> Vec<v1::FreezeRecord> {
    let mut shares: BTreeMap<&AccountNumber, BTreeMap<FreezeId, Share>> = BTreeMap::new();
    let of_list = rows.iter().filter_map(|row| {
        let account = accounts.get(&row.account_number)?;
        let held = shares.entry(account.number()).or_insert_with(|| {
            let all = account.control(Counting::All).shares.into_iter();
            all.map(|share| (share.freeze_id.clone(), share)).collect()
        });
        let held = (account.balance.currency_code, held.get(&row.freeze_id));
        Some(record(row, held, caller, Effect::Take))
    });
    of_list.collect()
}

fn record(
    freeze: &Freeze,
    (currency, share): (Currency, Option<&Share>),
    caller: &Caller,
    effect: Effect,
) -> v1::FreezeRecord {
    let hidden = hides(freeze, caller);
    let known = |number: i32| if hidden { 0 } else { number };
    let text = |text: &str| if hidden { String::new() } else { text.to_owned() };
    v1::FreezeRecord {
        freeze_id: made_id(freeze.freeze_id.as_str(), effect),
        account_number: freeze.account_number.as_str().to_owned(),
        r#type: freeze.freeze_type.number(),
        status: freeze.freeze_status.number(),
        mode: freeze.freeze_mode.number(),
        authority_kind: known(freeze.authority_kind.number()),
        authority_name: text(&freeze.freeze_by),
        document_no: text(&freeze.court_order_no),
        officers: if hidden { Vec::new() } else { officers(&freeze.officers, caller) },
        amount: freeze.freeze_amount.map(|minor| money(minor, currency)),
        controlled_amount: Some(money(share.map_or(0, |share| share.controlled), currency)),
        queue_position: share.map_or(0, position),
        reason: text(&freeze.freeze_reason),
        unfreeze_condition: text(&freeze.unfreeze_condition),
        confidential: super::is_confidential(freeze),
        emergency: freeze.urgency == Urgency::Emergency,
        source: known(freeze.source.number()),
        cause: known(freeze.shown_cause().number()),
        served_time: Some(timestamp(freeze.served_time)),
        effective_time: freeze.effective_time.map(timestamp),
        // How long a freeze lasts tells which kind of authority is behind it.
        expire_time: freeze.expire_time.filter(|_| !hidden).map(timestamp),
        expiry_date: freeze.expiry_date.map_or_else(String::new, |day| text(&day.to_string())),
        release_time: released(freeze).map(timestamp),
        create_time: Some(timestamp(freeze.create_time)),
        update_time: Some(timestamp(freeze.update_time)),
        term_verified: !hidden && kind::rule(freeze.authority_kind).verified,
        acts: Vec::new(),
        exempt_amount: Some(freeze.exempt_minor)
            .filter(|minor| *minor > 0)
            .map(|minor| money(minor, currency)),
        emergency_cause: known(freeze.emergency_cause.map_or(0, Named::number)),
        notice_no: text(&freeze.notice_no),
        preceding_freeze_id: freeze
            .preceding_freeze_id
            .as_ref()
            .map_or_else(String::new, |id| text(id.as_str())),
        protected_purpose: !hidden && freeze.serves == Serves::ProtectedPurpose,
    }
}

/// A freeze with its acts, which a hidden one doesn't show.
pub(crate) fn freeze_record_with_acts(file: &FreezeFile, caller: &Caller) -> v1::FreezeRecord {
    let standing = file.account.standing(&file.freeze);
    let record = freeze_record(&file.freeze, &standing, caller, Effect::Take);
    let shown = if hides(&file.freeze, caller) { &[][..] } else { &file.acts };
    let acts = shown.iter().map(|row| act(row, &file.account, caller)).collect();
    v1::FreezeRecord { acts, ..record }
}

fn released(freeze: &Freeze) -> Option<chrono::DateTime<chrono::Utc>> {
    freeze.ended_time.filter(|_| freeze.freeze_status == FreezeStatus::Released)
}

pub(super) fn position(share: &Share) -> i32 {
    i32::try_from(share.position).unwrap_or(i32::MAX)
}

fn officers(officers: &[Officer], caller: &Caller) -> Vec<v1::Officer> {
    let clear = caller.may(Scope::PersonalRead);
    officers
        .iter()
        .map(|officer| v1::Officer {
            name: if clear { officer.name.clone() } else { crate::ask::mask::name(&officer.name) },
            badge_no: if clear { officer.badge_no.clone() } else { String::new() },
        })
        .collect()
}

fn act(row: &FreezeAct, account: &Account, caller: &Caller) -> v1::FreezeAct {
    v1::FreezeAct {
        act: row.act.number(),
        act_time: Some(timestamp(row.act_time)),
        principal: row.principal.clone(),
        authority_name: row.authority_name.clone(),
        document_no: row.document_no.clone(),
        amount: row.amount_minor.map(|minor| money(minor, account.balance.currency_code)),
        officers: officers(&row.officers, caller),
        expire_time: row.expire_time.map(timestamp),
        transaction_id: row.transaction_id.as_ref().map_or("", |id| id.as_str()).to_owned(),
        notice_no: row.notice_no.clone(),
    }
}
