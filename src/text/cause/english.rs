//! The lines in English.

use crate::domain::status::Cause;
use crate::text::placeholders::{Line, plain, with_values};

/// All that is said about a freeze whose origin the reader may not know.
pub(super) const ASK_BRANCH: &str = "Please contact your branch and provide what it asks for.";

#[expect(
    clippy::too_many_lines,
    reason = "a table: one arm per cause, kept complete by the compiler"
)]
pub(super) fn customer(cause: Cause) -> Line {
    match cause {
        Cause::IdentityExpired => plain(
            "Renew with a valid document in the app or at any branch; payments resume once it is verified.",
        ),
        Cause::IdentityIncomplete => with_values(
            &["Supply or correct the missing details: {items}."],
            "Supply or correct the missing details.",
        ),
        Cause::IdentityNotVerified => {
            plain("Complete identity verification in person (face check or branch).")
        }
        Cause::RiskFreeze => plain(
            "Contact us to explain source and purpose of the money and bring contracts or receipts; you may object.",
        ),
        Cause::AmlMeasure => plain(ASK_BRANCH),
        Cause::JudicialCourt => with_values(
            &[
                "Ask {authority} ({document}); it decides on release after payment, security or an objection – the bank cannot.",
                "Ask {authority}; it decides on release after payment, security or an objection – the bank cannot.",
            ],
            ASK_BRANCH,
        ),
        Cause::JudicialCriminal => with_values(
            &[
                "Contact {authority} and explain; money unrelated to the case can be released on request.",
            ],
            ASK_BRANCH,
        ),
        Cause::JudicialOther => with_values(
            &[
                "Ask {authority} ({document}) and explain; it decides on release – the bank cannot.",
                "Ask {authority} and explain; it decides on release – the bank cannot.",
            ],
            ASK_BRANCH,
        ),
        Cause::AdminTax => with_values(
            &[
                "Settle with {authority} by filing, paying or giving security; release follows its notice.",
            ],
            ASK_BRANCH,
        ),
        Cause::FreezeWaiting => {
            plain("A later-registered freeze takes effect when the earlier one ends.")
        }
        Cause::LossOral => with_values(
            &[
                "Confirm in writing at a branch before {until} or the report lapses; if found, withdraw it.",
            ],
            "Confirm in writing at a branch soon, before the report lapses; if found, withdraw it.",
        ),
        Cause::LossWritten => {
            plain("Bring a valid document to replace the card or passbook, or withdraw the report.")
        }
        Cause::LossByBank => plain(
            "We reported the card lost for your safety; contact us to confirm and replace it.",
        ),
        Cause::StopFraud => with_values(
            &[
                "Payments are paused until {until} as a fraud precaution; contact {contact} and keep your receipts.",
                "Payments are paused until {until} as a fraud precaution; contact us and keep your receipts.",
                "Payments are paused as a fraud precaution; contact {contact} and keep your receipts.",
            ],
            "Payments are paused as a fraud precaution; contact us and keep your receipts.",
        ),
        Cause::StopArrears => with_values(
            &["Settle the overdue {amount}; payments resume when it is cleared."],
            "Settle the overdue amount; payments resume when it is cleared.",
        ),
        Cause::StopCustoms => with_values(
            &["Pay the duty to {authority} or give security; payments resume on its notice."],
            ASK_BRANCH,
        ),
        Cause::DormantNoUse => plain(
            "Reactivate at a branch, or make a deposit or withdrawal yourself, and confirm your details.",
        ),
        Cause::DormantLowBalance => {
            plain("The balance is small and unused: reactivate and pay in, or close the account.")
        }
        Cause::DormantOrganisation => with_values(
            &[
                "The organisation's account has stood unused for a year: reactivate or close it at a branch by {until}.",
            ],
            "The organisation's account has stood unused for a year: reactivate or close it at a branch.",
        ),
        Cause::OpeningInReview => with_values(
            &["Checks are under way; expect an answer by {until}."],
            "Checks are under way.",
        ),
        Cause::OpeningIncomplete => with_values(
            &["Supply {items}, then resubmit."],
            "Supply the missing items, then resubmit.",
        ),
        Cause::OpeningNotVerified => {
            plain("Bring the originals and verify your identity again in person.")
        }
        Cause::OpeningNotInPerson => plain(
            "Come yourself and explain why you need the account; never open or lend one for others.",
        ),
        Cause::OpeningTooMany => with_values(
            &["You hold the most accounts or cards allowed ({limit}); close one first."],
            "You hold the most accounts or cards allowed; close one first.",
        ),
        Cause::LimitReached => with_values(
            &[
                "{limit_kind} is used up and resets at {reset_time}; ask for a raise or use another account of yours.",
                "{limit_kind} is used up; ask for a raise or use another account of yours.",
                "The limit is used up and resets at {reset_time}; ask for a raise or use another account of yours.",
            ],
            "The limit is used up; ask for a raise or use another account of yours.",
        ),
        Cause::NonCounterSuspended => plain(
            "Online and self-service are paused; verify yourself at a counter. Counter service still works.",
        ),
        Cause::RestrictedByList => plain(
            "The account is limited by law; bring your ID and supporting papers to your branch; you may object.",
        ),
        Cause::SuspiciousPattern => plain(
            "Contact your branch about recent activity and bring contracts or invoices; you may object.",
        ),
        Cause::Closed => plain(
            "This account is closed; use another one. Collect any returned money at a branch.",
        ),
    }
}

pub(super) fn bank(cause: Cause) -> &'static str {
    match cause {
        Cause::IdentityExpired => {
            "Check the new document, update its expiry; the condition then lifts by itself."
        }
        Cause::IdentityIncomplete => "Name the gaps, review on receipt, lift.",
        Cause::IdentityNotVerified => "Verify, keep the record, lift on success.",
        Cause::RiskFreeze => {
            "Review promptly; decide an objection within 15 days; two persons release if clean."
        }
        Cause::AmlMeasure => {
            "Execute as ordered, keep it confidential; release at once if no continuation arrives in time."
        }
        Cause::JudicialCourt => {
            "Verify the document; freeze, renew, release or deduct as ordered; report the outcome back."
        }
        Cause::JudicialCriminal => {
            "Follow the notice; remind before expiry; lapse if not renewed; tell the next authority in line when its freeze takes effect."
        }
        Cause::JudicialOther => {
            "Check power, document and term in law; execute, act at the end of the term, report back."
        }
        Cause::AdminTax => "Check power and term in law; refuse bodies without it.",
        Cause::FreezeWaiting => {
            "Keep the order; start its term on the day it takes effect; notify that authority."
        }
        Cause::LossOral => "Remind before the lapse; make it formal on written confirmation.",
        Cause::LossWritten => "Verify the holder, replace or withdraw, void the old medium.",
        Cause::LossByBank => "Reach the holder, reissue, lift.",
        Cause::StopFraud => {
            "Resume at the end unless a freeze notice arrives; hand suspected cases to the police."
        }
        Cause::StopArrears => {
            "Check the debt and the right to collect; lift the same day it is cleared."
        }
        Cause::StopCustoms => {
            "Check the notice; stop an amount equal to the duty; resume at once when told that it is paid."
        }
        Cause::DormantNoUse => {
            "Verify the holder and the details; a credit from someone else does not count."
        }
        Cause::DormantLowBalance => "Give notice first; principal and interest stay claimable.",
        Cause::DormantOrganisation => {
            "Give notice; after 30 days treat it as closed by choice and hold the balance as unclaimed."
        }
        Cause::OpeningInReview => "Decide in time, escalate when late.",
        Cause::OpeningIncomplete => "Name everything missing at once; review again.",
        Cause::OpeningNotVerified => "Verify by a second method; stand by the refusal if it fails.",
        Cause::OpeningNotInPerson => "Interview; stop and report if impersonation is likely.",
        Cause::OpeningTooMany => "Count across the bank; send real needs to exception approval.",
        Cause::LimitReached => "Alert the reviewer; raises need two persons and may end on a date.",
        Cause::NonCounterSuspended => "Re-verify identity and purpose, then restore.",
        Cause::RestrictedByList => {
            "Check the entry and its basis; never lift alone, but at once on delisting or decision."
        }
        Cause::SuspiciousPattern => {
            "Due diligence; clear, limit or report as found; keep it confidential."
        }
        Cause::Closed => "Hold returns in suspense and pay out after verification.",
    }
}
