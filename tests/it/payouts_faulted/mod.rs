//! The wires of payouts are troubled while they run: the one to the channel ([`channel`]) and the one
//! to the database ([`database`]). Everything comes to its end, nothing is paid twice, and others are
//! served meanwhile.

mod channel;
mod database;
