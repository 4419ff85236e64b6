//! The pure core: what the service knows and how it decides.
//!
//! Nothing here awaits, reads a clock, touches a database or knows gRPC. A command is decided by
//! [`book::Book`] on the working set of its batch; each write has its file in [`act`]. Rules that
//! are tables in the documents are tables here, one home each.
//!
//! Rows that are stored as they are ([`condition::Condition`], [`freeze::Freeze`], …) carry the
//! column names of their tables as field names, so one definition serves rules, storage and
//! receipts.

// Money and law: arithmetic must say what happens at its edges.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm
)]

pub mod id;
pub mod money;
pub mod terms;

pub mod status;

pub mod condition;
pub mod freeze;

pub mod protection;

pub mod account;
pub mod card;

pub mod action;
pub mod pass;

pub mod transaction;
pub mod withdrawal;

pub mod channel;
pub mod payout;

pub mod case;
pub mod statement;
pub mod suspense;

pub mod approval;
pub mod history;
pub mod objection;
pub mod platform;
pub mod principal;

pub mod refusal;

pub mod review;

pub mod rules;

pub mod batch;
pub mod inbox;
pub mod lapse;
pub mod past;

pub mod check;

pub mod authority;

pub mod act;

pub mod command;

pub mod safeguard;

pub mod book;

#[cfg(test)]
mod tests;
