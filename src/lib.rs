//! The account-status service.
pub mod ask;
pub mod clock;
pub mod domain;
pub mod feed;
pub mod ledger;
pub mod pb;
pub mod store;
pub mod sweep;
pub mod text;
