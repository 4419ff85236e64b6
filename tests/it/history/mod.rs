//! The status history: what held at an instant of the past, and whether the chain is whole.

mod as_of;
mod past;
mod verified;
