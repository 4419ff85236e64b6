//! What the sequences came to: which operations ended how, and which states they saw.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use crate::harness::Engine;

/// Counts of steps, answers and states.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) steps: u64,
    sequences: u64,
    answers: BTreeMap<String, BTreeMap<String, u64>>,
    notes: BTreeMap<&'static str, u64>,
    /// Reasons that stood in any list.
    listed: BTreeSet<String>,
}

impl Tally {
    pub(super) fn sequence() -> Self {
        Self { sequences: 1, ..Self::default() }
    }

    pub(super) fn answer(&mut self, operation: &str, outcome: &str) {
        let of_operation = self.answers.entry(operation.to_owned()).or_default();
        *of_operation.entry(outcome.to_owned()).or_default() += 1;
    }

    pub(super) fn listed(&mut self, reason: &str) {
        self.listed.insert(reason.to_owned());
    }

    pub(super) fn note(&mut self, note: &'static str) {
        *self.notes.entry(note).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.sequences += other.sequences;
        for (operation, outcomes) in other.answers {
            let mine = self.answers.entry(operation).or_default();
            for (outcome, times) in outcomes {
                *mine.entry(outcome).or_default() += times;
            }
        }
        for (note, times) in other.notes {
            *self.notes.entry(note).or_default() += times;
        }
        self.listed.extend(other.listed);
    }

    /// Whether a reason answered, or stood behind the one that did.
    pub(super) fn has_seen(&self, reason: &str) -> bool {
        self.listed.contains(reason)
    }

    pub(super) fn report(&self, engine: Engine, took: Duration) -> String {
        let seconds = took.as_secs_f64().max(0.001);
        let rate = Duration::from_secs(self.steps).as_secs_f64() / seconds;
        let mut text = String::new();
        let (steps, sequences) = (self.steps, self.sequences);
        let head = format!("{steps} steps in {sequences} sequences, {rate:.0} a second");
        writeln!(text, "{engine:?}: {head}").unwrap();
        for (operation, outcomes) in &self.answers {
            let each = outcomes.iter().map(|(outcome, times)| format!("{outcome} {times}"));
            writeln!(text, "  {operation}: {}", each.collect::<Vec<_>>().join(", ")).unwrap();
        }
        for (note, times) in &self.notes {
            writeln!(text, "  {times} × {note}").unwrap();
        }
        text
    }
}
