//! Paying withdrawals out over channels: what is asked of them, and what their answers mean.

pub mod said;
