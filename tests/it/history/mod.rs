//! The status history: what held at an instant of the past.

mod as_of;
mod past;
