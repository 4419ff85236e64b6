//! The channel's own truth: what it took, paid and refused, one JSON object a line, each on disk
//! before the answer that rests on it is given. Tests judge by it. It names no payee.
//!
//! Paying *is* writing the fact [`What::Paid`]. What follows the last line break was cut off by a
//! sudden end, no answer rested on it, and it counts as never written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::behaviour::Reason;
use super::course::Course;
use crate::domain::money::Money;

/// One thing that happened to a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When.
    pub time: DateTime<Utc>,
    /// To which payout.
    pub payout_key: Arc<str>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum What {
    /// The channel has it now.
    Taken(Terms),
    /// The payee has the money.
    Paid {
        /// For which withdrawal.
        withdrawal_id: Arc<str>,
        /// How much; not what was asked for when the payout was told to be wrong.
        amount: Money,
    },
    /// It was taken and will never be paid.
    Rejected {
        /// Of which withdrawal.
        withdrawal_id: Arc<str>,
        /// Why.
        reason: Reason,
    },
    /// It was called back, or shut out before it came; it will never be paid.
    Tombstone {
        /// Of which withdrawal, where the payout had come.
        withdrawal_id: Option<Arc<str>>,
    },
    /// What was paid came back.
    Returned {
        /// Of which withdrawal.
        withdrawal_id: Arc<str>,
        /// How much.
        amount: Money,
        /// Why.
        reason: Reason,
    },
    /// It was taken and will never be paid, and from now on the channel denies to know it.
    Forgotten {
        /// Of which withdrawal.
        withdrawal_id: Arc<str>,
    },
    /// It was paid, and is reported as rejected for ever all the same.
    Contradicted {
        /// Of which withdrawal.
        withdrawal_id: Arc<str>,
        /// Why, as it is reported.
        reason: Reason,
    },
    /// It was not taken this time.
    PutOff {
        /// Of which withdrawal.
        withdrawal_id: Arc<str>,
        /// Why.
        reason: Reason,
    },
    /// It disappeared on its way: the channel knows nothing of it, only its simulator does.
    Lost {
        /// Of which withdrawal.
        withdrawal_id: Arc<str>,
    },
}

/// What a payout that was taken is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The withdrawal that it pays.
    pub withdrawal_id: Arc<str>,
    /// How much was asked for.
    pub amount: Money,
    /// Tells another payee from the same one, and names none.
    pub payee_digest: Arc<str>,
    /// Handed back in reports.
    pub routing_token: Arc<str>,
    /// How it goes on.
    pub course: Course,
}

/// Why a log can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file can't be read or written.
    #[error("cannot use the channel's log {file}", file = .0.display())]
    Io(PathBuf, #[source] std::io::Error),
    /// A line is no fact, or can't follow those before it.
    #[error("line {line} of the channel's log {file} {what}", file = file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// The facts of a log, in their order; a torn last line is left out.
///
/// # Errors
/// When the file can't be read, or a line is no fact.
pub fn read(path: &Path) -> Result<Vec<Fact>, LogError> {
    let mut facts = Vec::new();
    scan(path, |fact| {
        facts.push(fact);
        Ok(())
    })?;
    Ok(facts)
}

/// Gives every fact to `each`; how many bytes of the file are whole lines.
pub(super) fn scan(
    path: &Path,
    mut each: impl FnMut(Fact) -> Result<(), String>,
) -> Result<u64, LogError> {
    let unusable = |error| LogError::Io(path.to_owned(), error);
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(unusable)?);
    let (mut line, mut whole) = (Vec::new(), 0);
    for number in 1.. {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(unusable)?;
        if line.last() != Some(&b'\n') {
            break;
        }
        let fact = serde_json::from_slice(&line).map_err(|error| format!("is no fact: {error}"));
        fact.and_then(&mut each).map_err(|what| {
            let file = path.to_owned();
            LogError::Malformed { file, line: number, what }
        })?;
        whole += read as u64;
    }
    Ok(whole)
}

/// What a whole log says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Payouts that were taken.
    pub taken: u64,
    /// Payouts that were paid.
    pub paid: u64,
    /// Payouts that were rejected for ever.
    pub rejected: u64,
    /// Keys that will never be paid because they were called back.
    pub tombstones: u64,
    /// Payouts whose money came back.
    pub returned: u64,
    /// Submissions that were not taken that time.
    pub put_off: u64,
    /// Submissions that disappeared.
    pub lost: u64,
    /// Payouts that were accepted, not paid, and forgotten.
    pub forgotten: u64,
    /// Payouts that were paid and reported as rejected.
    pub contradicted: u64,
    /// Payouts that are paid and never told.
    pub silent: u64,
    /// Which withdrawals were paid, by which keys.
    paid_by: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

impl Tally {
    /// Counts the facts of a log.
    ///
    /// # Errors
    /// As [`read`].
    pub fn of(path: &Path) -> Result<Self, LogError> {
        let mut tally = Self::default();
        scan(path, |fact| {
            tally.count(fact);
            Ok(())
        })?;
        Ok(tally)
    }

    fn count(&mut self, fact: Fact) {
        match fact.what {
            What::Taken(terms) => {
                self.taken += 1;
                self.silent += u64::from(terms.course == Course::Silent);
            }
            What::Paid { withdrawal_id, .. } => {
                self.paid += 1;
                self.paid_by.entry(withdrawal_id).or_default().push(fact.payout_key);
            }
            What::Rejected { .. } => self.rejected += 1,
            What::Tombstone { .. } => self.tombstones += 1,
            What::Returned { .. } => self.returned += 1,
            What::PutOff { .. } => self.put_off += 1,
            What::Lost { .. } => self.lost += 1,
            What::Forgotten { .. } => self.forgotten += 1,
            What::Contradicted { .. } => self.contradicted += 1,
        }
    }

    /// The withdrawals that were paid more than once, each with the keys of its payments. There
    /// must be none.
    pub fn paid_more_than_once(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let twice = self.paid_by.iter().filter(|(_, keys)| keys.len() > 1);
        twice.map(|(id, keys)| (&**id, keys.iter().map(|key| &**key).collect())).collect()
    }
}

/// Opens a log to append to it: cuts what a sudden end left half written, and gives every fact to
/// `each`. A file that is not there is made.
pub(super) fn open(
    path: &Path,
    each: impl FnMut(Fact) -> Result<(), String>,
) -> Result<File, LogError> {
    let unusable = |error| LogError::Io(path.to_owned(), error);
    let mut options = File::options();
    options.append(true);
    match options.open(path) {
        Ok(file) => {
            let whole = scan(path, each)?;
            if file.metadata().map_err(unusable)?.len() > whole {
                tracing::warn!("the last line of the channel's log was torn; it is cut off");
                file.set_len(whole).map_err(unusable)?;
            }
            // What was written before a sudden end may not be on disk yet.
            file.sync_all().map_err(unusable)?;
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let file = options.create_new(true).open(path).map_err(unusable)?;
            // The name has to survive a power cut, too.
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let directory = File::open(directory.unwrap_or(Path::new(".")));
            directory.and_then(|directory| directory.sync_all()).map_err(unusable)?;
            Ok(file)
        }
        Err(error) => Err(unusable(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::domain::money::Currency;

    fn paid(key: &str, withdrawal: &str) -> Fact {
        let currency = Currency::from_code("CNY").unwrap();
        Fact {
            time: DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap(),
            payout_key: key.into(),
            what: What::Paid {
                withdrawal_id: withdrawal.into(),
                amount: Money { minor: 1_050, currency },
            },
        }
    }

    fn written(lines: &[String]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(lines.concat().as_bytes()).unwrap();
        file
    }

    fn line(fact: &Fact) -> String {
        format!("{}\n", serde_json::to_string(fact).unwrap())
    }

    #[test]
    fn a_fact_is_one_flat_line() {
        let said = serde_json::to_string(&paid("k", "w")).unwrap();
        let expected = r#"{"time":"2023-11-14T22:13:20.123456Z","payout_key":"k","fact":"paid","withdrawal_id":"w","amount":{"minor":1050,"currency":"CNY"}}"#;
        assert_eq!(said, expected);
    }

    #[test]
    fn a_torn_last_line_counts_as_never_written_and_is_cut_off() {
        let whole = line(&paid("k1", "w1"));
        for cut in [1, whole.len() / 2, whole.len() - 1] {
            let file = written(&[whole.clone(), line(&paid("k2", "w2"))[..cut].to_owned()]);
            assert_eq!(read(file.path()).unwrap(), [paid("k1", "w1")]);
            drop(open(file.path(), |_fact| Ok(())).unwrap());
            assert_eq!(std::fs::read_to_string(file.path()).unwrap(), whole);
        }
    }

    #[test]
    fn a_line_in_the_middle_that_is_no_fact_is_an_error_that_names_it() {
        let file = written(&[line(&paid("k1", "w1")), "{}\n".to_owned(), line(&paid("k2", "w2"))]);
        let error = read(file.path()).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn the_tally_finds_what_was_paid_twice() {
        let file =
            written(&[paid("k1", "w1"), paid("k2", "w2"), paid("k3", "w1")].map(|f| line(&f)));
        let tally = Tally::of(file.path()).unwrap();
        assert_eq!(tally.paid, 3);
        let twice = tally.paid_more_than_once();
        assert_eq!(twice, BTreeMap::from([("w1", BTreeSet::from(["k1", "k3"]))]));
    }
}
