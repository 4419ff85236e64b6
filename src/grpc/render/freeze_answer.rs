//! What an authority is told about its freeze, in figures and as a text to hand out.

use super::freeze::{freeze_record, position};
use super::{hides, made, money, timestamp, transaction};
use crate::ask::{FreezeFile, mask};
use crate::domain::authority::{DeductionReceipt, FreezeReceipt, InFlight, Meanwhile, Moved};
use crate::domain::command::Effect;
use crate::domain::freeze::standing::{Neighbour, Standing};
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::money::{Currency, Minor, Money};
use crate::domain::principal::Scope;
use crate::grpc::caller::{Caller, local_time};
use crate::grpc::names::Named;
use crate::pb::v1;
use crate::text::receipt::{self, Ahead, FreezeFacts, Stands, Told};

/// What the authority behind a freeze is told.
pub(crate) fn authority_answer(receipt: &FreezeReceipt, caller: &Caller) -> v1::AuthorityAnswer {
    let (freeze, standing) = (&receipt.freeze, &receipt.standing);
    let Standing { currency, share, ahead } = standing;
    let currency = *currency;
    let controlled: Minor = share.as_ref().map_or(0, |share| share.controlled);
    let lacking = |requested: Minor| requested.saturating_sub(controlled);
    let Meanwhile { in_flight, movements, .. } = &receipt.meanwhile;
    v1::AuthorityAnswer {
        requested: freeze.freeze_amount.map(|minor| money(minor, currency)),
        controlled: Some(money(controlled, currency)),
        short_by: freeze.freeze_amount.map(|minor| money(lacking(minor), currency)),
        queue_position: share.as_ref().map_or(0, position),
        ahead: ahead.iter().map(|other| neighbour(other, currency, caller)).collect(),
        cancelled_withdrawals: receipt.cancelled.iter().map(|id| id.as_str().to_owned()).collect(),
        payouts_in_flight: in_flight
            .iter()
            .map(|payout| self::in_flight(payout, currency))
            .collect(),
        in_flight_amount: Some(money(held(in_flight), currency)),
        movements: movements.iter().map(|moved| movement(moved, currency)).collect(),
        more_movements: receipt.meanwhile.more_movements,
        receipt_text: text(freeze, standing, &receipt.meanwhile, caller),
    }
}

/// The freezes that take effect because another ends or shrinks.
pub(crate) fn next_in_line(receipt: &FreezeReceipt, caller: &Caller) -> Vec<v1::FreezeAhead> {
    let currency = receipt.standing.currency;
    receipt.promoted.iter().map(|freeze| neighbour(freeze, currency, caller)).collect()
}

/// A deduction; `named` is the freeze that the request named, empty when the order made one.
pub(crate) fn deduction(
    receipt: &DeductionReceipt,
    caller: &Caller,
    (named, effect): (&str, Effect),
) -> v1::Deduction {
    let FreezeReceipt { freeze, standing, .. } = &receipt.freeze;
    let effect_on = made(&freeze.freeze_id, named, effect);
    v1::Deduction {
        freeze_record: Some(freeze_record(freeze, standing, caller, effect_on)),
        transaction: Some(deducted(receipt, caller, effect)),
    }
}

/// Its posting. To whom money of a hidden freeze went tells who is behind it.
fn deducted(receipt: &DeductionReceipt, caller: &Caller, effect: Effect) -> v1::Transaction {
    let shown = transaction(&receipt.transaction, caller, effect);
    let hidden = hides(&receipt.freeze.freeze, caller);
    let counterparty = shown.counterparty.filter(|_| !hidden);
    v1::Transaction { counterparty, ..shown }
}

/// What became of an order, as a text to hand out.
pub(crate) fn receipt_text(file: &FreezeFile, caller: &Caller) -> String {
    text(&file.freeze, &file.account.standing(&file.freeze), &Meanwhile::default(), caller)
}

fn held(payouts: &[InFlight]) -> Minor {
    payouts.iter().map(|row| row.held_minor).fold(0, Minor::saturating_add)
}

fn in_flight(payout: &InFlight, currency: Currency) -> v1::PayoutInFlight {
    v1::PayoutInFlight {
        withdrawal_id: payout.withdrawal_id.as_str().to_owned(),
        amount: Some(money(payout.held_minor, currency)),
        state: payout.state.number(),
        create_time: Some(timestamp(payout.create_time)),
    }
}

fn movement(moved: &Moved, currency: Currency) -> v1::MovementSinceService {
    v1::MovementSinceService {
        transaction_id: moved.transaction_id.as_str().to_owned(),
        direction: moved.direction.number(),
        amount: Some(money(moved.amount_minor, currency)),
        recorded_time: Some(timestamp(moved.recorded_time)),
    }
}

fn neighbour(freeze: &Neighbour, currency: Currency, caller: &Caller) -> v1::FreezeAhead {
    let hidden = mask::is_hidden(freeze.disclosure, &caller.principal);
    v1::FreezeAhead {
        freeze_id: freeze.freeze_id.as_str().to_owned(),
        authority_name: if hidden { String::new() } else { freeze.freeze_by.clone() },
        amount: freeze.freeze_amount.map(|minor| money(minor, currency)),
        expire_time: freeze.expire_time.filter(|_| !hidden).map(timestamp),
    }
}

/// The answer in words; empty when the freeze is hidden from the caller.
fn text(freeze: &Freeze, standing: &Standing, meanwhile: &Meanwhile, caller: &Caller) -> String {
    if hides(freeze, caller) {
        return String::new();
    }
    let number = freeze.account_number.as_str();
    let clear = caller.may(Scope::PersonalRead);
    let Standing { currency, share, ahead } = standing;
    let controlled = share.as_ref().map_or(0, |share| share.controlled);
    let short = freeze.freeze_amount.map(|claim| claim.saturating_sub(controlled));
    let amount = |minor: Minor| {
        let money = Money { minor, currency: *currency };
        format!("{} {money}", currency.code())
    };
    let time = |at| local_time(at, caller.zone);
    let told = |count: usize, more: bool| Told { count, more };
    let Meanwhile { in_flight, movements, more_movements } = meanwhile;
    let ahead = ahead.iter().map(|other| {
        let shown = !mask::is_hidden(other.disclosure, &caller.principal);
        Ahead {
            authority: Some(other.freeze_by.clone()).filter(|_| shown),
            amount: other.freeze_amount.map(amount),
            until: other.expire_time.filter(|_| shown).map(time),
        }
    });
    let facts = FreezeFacts {
        account: if clear { number.to_owned() } else { mask::last4(number) },
        authority: Some(freeze.freeze_by.clone()),
        document: Some(freeze.court_order_no.clone()),
        by_bank: freeze.freeze_type != FreezeType::Judicial,
        stands: match freeze.freeze_status {
            FreezeStatus::Active => Stands::InEffect,
            FreezeStatus::Waiting => Stands::Waiting,
            FreezeStatus::Released => Stands::Released(freeze.ended_time.map(time)),
            FreezeStatus::Expired => Stands::RanOut(freeze.ended_time.map(time)),
        },
        requested: freeze.freeze_amount.map(amount),
        controlled: amount(controlled),
        short_by: short.filter(|lacking| *lacking > 0).map(amount),
        position: share.as_ref().map_or(0, |share| share.position),
        ahead: ahead.collect(),
        until: freeze.expire_time.map(time),
        in_flight: Some(in_flight.len())
            .filter(|count| *count > 0)
            .map(|count| (count, amount(held(in_flight)))),
        movements: told(movements.len(), *more_movements),
    };
    receipt::receipt(&facts, caller.locale)
}
