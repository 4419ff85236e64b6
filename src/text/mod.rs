//! What customers and staff read, in four languages: names and descriptions of statuses, the
//! line of every cause, the line and the constant message of every refusal.
//!
//! It owns the wording and nothing else. It must not know who asks: whoever calls decides by
//! scope which line is shown and which values may be filled in. It does no IO and keeps no state.
//!
//! Invariants: every match is exhaustive, so a new status, cause or reason does not compile until
//! it has its words; every answer is non-empty and carries no unfilled brace; a line without its
//! values never tells who ordered a freeze or why. Names have at most 6 Han characters, lines at
//! most 50 Han characters or 130 Latin letters, to fit a phone banner and a voice prompt.

pub mod cause;
pub mod locale;
pub mod placeholders;
pub mod receipt;
pub mod refusal;
pub mod remedy;
pub mod status;
mod taiwan;
#[cfg(test)]
mod tests;
mod wording;

pub use cause::{bank_line, confidential_line, customer_line};
pub use locale::Locale;
pub use placeholders::Placeholders;
pub use refusal::{reason_line, reason_message};
pub use remedy::Contact;
pub use status::{
    prevention, status_description, status_name, status_partly_frozen, status_shown_to_customer,
};
