//! The account-status service.
pub mod domain;
pub mod pb;
pub mod text;
