//! Withdrawals, their beneficiary masked.

use strum::VariantArray;

use super::{made_id, money, timestamp};
use crate::ask::{WithdrawalFile, mask};
use crate::domain::case::CaseCause;
use crate::domain::command::Effect;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::Evidence;
use crate::domain::payout::offer::Offer;
use crate::domain::withdrawal::{Beneficiary, Withdrawal};
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::grpc::parse::withdrawal_etag;
use crate::pb::v1;

/// A withdrawal with its attempts and what was said of them.
pub(crate) fn withdrawal_with_attempts(file: &WithdrawalFile, caller: &Caller) -> v1::Withdrawal {
    let of = |number| file.evidence.iter().filter(move |row| row.number == number);
    let attempts = file.attempts.iter().map(|row| attempt(row, of(row.number)));
    v1::Withdrawal {
        attempts: attempts.collect(),
        ..withdrawal(&file.withdrawal, caller, Effect::Take)
    }
}

fn attempt<'a>(row: &Attempt, said: impl Iterator<Item = &'a Evidence>) -> v1::PayoutAttempt {
    v1::PayoutAttempt {
        payout_key: row.key().to_string(),
        number: row.number,
        channel: row.channel_id.as_str().to_owned(),
        state: row.state.number(),
        reason: row.reason.clone(),
        retries: row.retries,
        inquiries: row.inquiries,
        create_time: Some(timestamp(row.create_time)),
        update_time: Some(timestamp(row.update_time)),
        evidence: said.map(evidence).collect(),
        choice: row.choice.iter().map(offer).collect(),
    }
}

fn offer(offer: &Offer) -> v1::ChannelOffer {
    v1::ChannelOffer {
        channel: offer.channel_id.as_str().to_owned(),
        role: offer.role.number(),
        priority: offer.priority,
        score_ppm: offer.score_ppm,
        sample: offer.sample,
        degraded: offer.degraded,
    }
}

fn evidence(row: &Evidence) -> v1::PayoutEvidence {
    v1::PayoutEvidence {
        source: row.source.number(),
        said: row.said.number(),
        reason: row.reason.clone(),
        channel_code: row.channel_code.clone(),
        amount: row.amount_minor.zip(row.currency_code).map(|(minor, code)| money(minor, code)),
        effect: row.effect.number(),
        received_time: Some(timestamp(row.received_time)),
    }
}

/// A withdrawal without its attempts.
pub(crate) fn withdrawal(row: &Withdrawal, caller: &Caller, effect: Effect) -> v1::Withdrawal {
    v1::Withdrawal {
        withdrawal_id: made_id(row.withdrawal_id.as_str(), effect),
        account_number: row.account_number.as_str().to_owned(),
        amount: Some(money(row.amount_minor, row.currency_code)),
        beneficiary: Some(beneficiary(&mask::beneficiary(&row.beneficiary, &caller.principal))),
        state: row.state.number(),
        held_reason: row.held_reason.map_or(0, Named::number),
        channel: row.channel_id.clone(),
        attempts: Vec::new(),
        reason: row.reason.clone(),
        create_time: Some(timestamp(row.create_time)),
        update_time: Some(timestamp(row.update_time)),
        settle_time: row.settle_time.map(timestamp),
        etag: withdrawal_etag(row.version),
        reference: row.reference.clone(),
        purpose: row.purpose.number(),
        entry_channel: row.entry_channel.number(),
        next_action_time: row.next_action_time.map(timestamp),
        open_cases: open_cases(row.cases),
    }
}

fn open_cases(mask: i64) -> Vec<i32> {
    let open = CaseCause::VARIANTS.iter().filter(|cause| mask & cause.bit() != 0);
    open.map(|cause| cause.number()).collect()
}

fn beneficiary(masked: &Beneficiary) -> v1::Beneficiary {
    v1::Beneficiary {
        name: masked.beneficiary_name.clone(),
        account_number: masked.beneficiary_account.clone(),
        bank_code: masked.beneficiary_bank_code.clone(),
        bank_name: masked.beneficiary_bank_name.clone(),
        kind: masked.beneficiary_kind.number(),
    }
}
