//! The two lines of every cause: what the customer can do, and what the bank does.
//!
//! The customer line may be read aloud or shown in an app. The bank line is for staff with the
//! scope and never goes into a message. One file per written language, because a translator reads
//! one language at a time; what they share is the list of causes, which the compiler checks.
//!
//! Invariant: nothing that a customer may hear about an anti-money-laundering measure, suspicious
//! activity or a confidential freeze hints at a report, a rule or an investigator (AML Law 2024,
//! Arts. 7 and 35). A line of an authority's freeze without its values therefore says no more
//! than [`confidential_line`], so that the two cannot be told apart.

mod english;
mod hans;
mod hant;

use std::borrow::Cow;

use super::locale::Locale;
use super::placeholders::{Line, Placeholders};
use super::wording::{Wording, localised};
use crate::domain::status::Cause;

/// What the customer can do about it, with the values that the caller may see.
pub fn customer_line(
    cause: Cause,
    locale: Locale,
    placeholders: &Placeholders,
) -> Cow<'static, str> {
    customer(cause, locale).filled(locale, placeholders)
}

/// What the customer is told about a confidential freeze, whatever its cause.
pub fn confidential_line(locale: Locale) -> Cow<'static, str> {
    Wording::new(hans::ASK_BRANCH, hant::ASK_BRANCH, english::ASK_BRANCH).in_locale(locale)
}

/// What the bank does about it. Only for staff with the scope: it may name what the customer
/// must not hear.
pub fn bank_line(cause: Cause, locale: Locale) -> Cow<'static, str> {
    let written = match locale {
        Locale::Hans => hans::bank(cause),
        Locale::Hant | Locale::Taiwan => hant::bank(cause),
        Locale::English => english::bank(cause),
    };
    localised(written, locale)
}

pub(super) fn customer(cause: Cause, locale: Locale) -> Line {
    match locale {
        Locale::Hans => hans::customer(cause),
        Locale::Hant | Locale::Taiwan => hant::customer(cause),
        Locale::English => english::customer(cause),
    }
}
