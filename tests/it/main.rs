//! Integration tests: the service as its callers know it, over gRPC, on every engine there is.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test says what it expects by unwrapping, and may print and spawn"
)]

mod harness;

mod abnormal;
mod actions;
mod approvals;
mod attacks;
mod bad_input;
mod canaries;
mod cards;
mod case_lists;
mod cases;
mod channel_stats;
mod channels;
mod check_operation;
mod cli;
mod courts;
mod crash;
mod crowds;
mod errors;
mod faults;
mod fenced;
mod freezes;
mod history;
mod import;
mod inbox;
mod languages;
mod lapse;
mod ledger;
mod life;
mod load;
mod migrated;
mod model;
#[cfg(feature = "negative-control")]
mod negative_control;
mod objections;
mod payouts;
mod payouts_crashed;
mod payouts_faulted;
mod platforms;
mod protected;
mod races;
mod reading;
mod reads;
mod refusals;
mod replay;
mod reviews;
mod simulator;
mod smoke;
mod soak;
mod statements;
mod tidy;
mod together;
mod transactions;
mod traps;
mod watched_statuses;
mod withdrawals;
