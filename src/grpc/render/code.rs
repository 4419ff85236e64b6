//! The eleven status codes with their texts.

use strum::VariantArray;

use super::condition::bank_line;
use crate::domain::principal::Scope;
use crate::domain::status::{AccountStatus, Cause};
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::pb::v1;
use crate::text::{self, Placeholders};

/// All codes, in code order, in the caller's language.
pub(crate) fn status_codes(caller: &Caller) -> Vec<v1::StatusCode> {
    AccountStatus::VARIANTS.iter().map(|status| status_code(*status, caller)).collect()
}

fn status_code(status: AccountStatus, caller: &Caller) -> v1::StatusCode {
    let locale = caller.locale;
    let causes = Cause::VARIANTS.iter().filter(|cause| leads_to(**cause).contains(&status));
    v1::StatusCode {
        status: status.number(),
        status_code: status.code().to_owned(),
        status_name: status.name().to_owned(),
        display_name: display_name(status, caller),
        description: text::status_description(status, locale).into_owned(),
        prevention: text::prevention(status, locale).unwrap_or_default().into_owned(),
        causes: causes.map(|cause| solution(*cause, caller)).collect(),
    }
}

/// The status as people read it: staff its name, everybody else what customers may be shown.
fn display_name(status: AccountStatus, caller: &Caller) -> String {
    let name = if caller.may(Scope::BankRead) {
        text::status_name(status, caller.locale)
    } else {
        text::status_shown_to_customer(status, caller.locale)
    };
    name.into_owned()
}

fn solution(cause: Cause, caller: &Caller) -> v1::Solution {
    v1::Solution {
        cause: cause.number(),
        customer_line: text::customer_line(cause, caller.locale, &blanks()).into_owned(),
        bank_line: bank_line(cause, caller),
    }
}

/// Every blank filled with its own name, so that lines come out with their blanks.
fn blanks() -> Placeholders {
    let blank = |name: &str| Some(format!("{{{name}}}"));
    Placeholders {
        authority: blank("authority"),
        document: blank("document"),
        until: blank("until"),
        items: blank("items"),
        contact: blank("contact"),
        amount: blank("amount"),
        limit: blank("limit"),
        limit_kind: blank("limit_kind"),
        reset_time: blank("reset_time"),
        ..Placeholders::default()
    }
}

/// The statuses that a cause leads to when nothing more severe holds.
fn leads_to(cause: Cause) -> &'static [AccountStatus] {
    match cause {
        Cause::IdentityExpired | Cause::IdentityIncomplete | Cause::IdentityNotVerified => {
            &[AccountStatus::InfoExpired]
        }
        Cause::RiskFreeze
        | Cause::AmlMeasure
        | Cause::JudicialCourt
        | Cause::JudicialCriminal
        | Cause::JudicialOther
        | Cause::AdminTax
        | Cause::FreezeWaiting => &[AccountStatus::Frozen],
        Cause::LossOral | Cause::LossWritten | Cause::LossByBank => &[AccountStatus::Lost],
        Cause::StopFraud | Cause::StopArrears | Cause::StopCustoms => &[AccountStatus::StopPay],
        Cause::DormantNoUse | Cause::DormantLowBalance | Cause::DormantOrganisation => {
            &[AccountStatus::Dormant]
        }
        Cause::OpeningInReview => &[AccountStatus::Opening],
        Cause::OpeningIncomplete | Cause::OpeningNotVerified | Cause::OpeningNotInPerson => {
            &[AccountStatus::OpenFailed]
        }
        // Over the number allowed: reviewed, or declined.
        Cause::OpeningTooMany => &[AccountStatus::Opening, AccountStatus::OpenFailed],
        Cause::LimitReached | Cause::NonCounterSuspended | Cause::RestrictedByList => {
            &[AccountStatus::Restricted]
        }
        Cause::SuspiciousPattern => &[AccountStatus::Suspicious],
        Cause::Closed => &[AccountStatus::Closed],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_but_normal_has_a_cause() {
        for status in AccountStatus::VARIANTS {
            let has = Cause::VARIANTS.iter().any(|cause| leads_to(*cause).contains(status));
            assert_eq!(has, *status != AccountStatus::Normal, "{status:?}");
        }
    }
}
