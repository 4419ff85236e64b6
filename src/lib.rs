//! Tells every service of a bank whether an account may move money now, and why not; pays
//! withdrawals out.
//!
//! The modules in reading order, and in the order in which they may use each other: what stands
//! further down may use what stands above it, never the other way round.
//!
//! How a request walks: [`grpc`] reads the call, [`auth`] says who calls, the request is parsed
//! into a [`domain::command::Envelope`]; the [`ledger`] queues it with others of its lane, loads
//! what the batch needs from the [`store`], lets [`domain::book`] decide, saves, commits, and only
//! then answers; the [`feed`] tells who waits. A question goes from [`grpc`] to [`ask`], which reads
//! the [`store`] and applies what lapsed. A reserved withdrawal walks on by itself: the [`feed`] hands
//! it to [`payout`], which takes it up by a command, calls a channel, and brings what it heard back
//! to the [`ledger`] as evidence; what a channel lists afterwards, [`reconcile`] compares with the
//! books. The [`simulator`] stands outside: a payout channel to
//! test against.

pub mod domain;

pub mod clock;
pub mod text;

pub mod store;

pub mod feed;
pub mod roster;

pub mod ledger;

pub mod pb;
pub mod wire;

pub mod ask;
pub mod payout;
pub mod reconcile;
pub mod sweep;

pub mod simulator;

pub mod auth;

pub mod grpc;

pub mod config;
pub mod telemetry;

pub mod service;

pub mod cli;
