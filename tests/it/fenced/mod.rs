//! One who took an attempt up has it until its lease is over, and no longer: what it does after that
//! changes nothing, whether its clock says so ([`late`]) or it stood still meanwhile without noticing
//! ([`paused`]).

pub(crate) mod late;
mod paused;
