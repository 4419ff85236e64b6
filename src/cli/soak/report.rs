//! How far a soak is, and what came of it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use super::judge::{Books, Paid};
use crate::pb::v1::WithdrawalState as State;

/// The most lines of progress, about.
const LINES: u64 = 50;

/// Says something while it runs, to standard error.
pub(super) fn tell(text: &str) {
    // Who doesn't listen is not told.
    let _told = writeln!(std::io::stderr(), "{text}");
}

/// How far it is.
#[derive(Debug)]
pub(super) struct Progress {
    kills: u64,
    every: u64,
    began: Instant,
}

impl Progress {
    pub(super) fn begin(kills: u64) -> Self {
        Self { kills, every: (kills / LINES).max(1), began: Instant::now() }
    }

    pub(super) fn is_told_at(&self, kill: u64) -> bool {
        kill.is_multiple_of(self.every) || kill == self.kills
    }

    pub(super) fn tell(&self, kill: u64, sent: usize, [settled, paid, unknown]: [usize; 3]) {
        let kills = self.kills;
        let elapsed = self.began.elapsed();
        let left = elapsed.as_secs_f64() / kill as f64 * (kills - kill) as f64;
        let elapsed = elapsed.as_secs();
        tell(&format!(
            "soak: {kill}/{kills} kills, {sent} sent, {settled} settled, {paid} paid, \
             {unknown} unknown, {elapsed} s, about {left:.0} s left"
        ));
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) kills: u64,
    pub(super) seed: u64,
    pub(super) sent: usize,
    pub(super) acknowledged: usize,
    /// How many were unknown at most, of the moments at which it was looked.
    pub(super) unknown_max: usize,
    pub(super) elapsed: Duration,
    /// How long it took after the last kill until nothing was open.
    pub(super) waited: Duration,
    pub(super) books: Books,
    pub(super) paid: Paid,
    /// All that is wrong.
    pub(super) wrong: Vec<String>,
}

impl Outcome {
    /// The report.
    pub(super) fn told(&self) -> String {
        let Self { kills, seed, sent, acknowledged, unknown_max, .. } = self;
        let lost = sent - acknowledged;
        let reserved = self.books.withdrawals.len();
        let settled = self.books.count(&[State::Settled, State::SettledLate]);
        let returned = self.books.count(&[State::Returned]);
        let failed = self.books.count(&[State::Failed]);
        let otherwise = reserved - settled - returned - failed;
        let paid = self.paid.by_withdrawal.len();
        let later = self.paid.by_withdrawal.values().flatten();
        let later = later.filter(|(key, _)| !key.ends_with(".1")).count();
        let (elapsed, waited) = (self.elapsed.as_secs(), self.waited.as_secs());
        let mut text = format!(
            "kills         {kills}, seed {seed}, {elapsed} s\n\
             requests      {sent}, {acknowledged} acknowledged, {lost} whose answer was lost\n\
             withdrawals   {reserved}: {settled} settled, {returned} returned, {failed} failed, \
             {otherwise} otherwise\n\
             paid          {paid}, of those {later} by a later attempt\n\
             unknown       {unknown_max} at most; nothing open {waited} s after the last kill\n"
        );
        // Writing to a String can't fail.
        let _written = match self.wrong.len() {
            0 => writeln!(text, "wrong         nothing"),
            count => writeln!(text, "wrong         {count}\n  {}", self.wrong.join("\n  ")),
        };
        let _written =
            writeln!(text, "repeat with   account-status soak --kills {kills} --seed {seed}");
        text
    }
}
