//! Times when the channel can't be used: planned windows, and a switch for a moment of one's choice.
//! An outage meets every call, probes included, when it arrives; a call that is held stays held when
//! the outage is over. What the channel has taken goes on meanwhile, and so do its reports.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::delay::Delay;

/// How often a control file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// So much of a control file is read.
const FILE_MAX_BYTES: u64 = 64;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// It is answered with the status UNAVAILABLE, and nothing is done.
    Refuse,
    /// It is held and never answered, and nothing is done.
    Hang,
    /// It is lost on its way: the connection breaks off, and nothing is done.
    Drop,
    /// Its answer is lost: everything is done, and then the connection breaks off, so that the caller
    /// can't tell it from [`Outage::Drop`].
    After,
}

/// When an outage is planned, counted from the start of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    outage: Outage,
    when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Once { from: Delay, length: Delay },
    Every { period: Delay, length: Delay },
}

/// Why a word names no outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be refuse, hang, drop or after")]
pub struct BadKind;

/// Why a text is no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be KIND:30s+10s (from 30 s on, for 10 s) or KIND:every=60s,for=5s (from 60 s on), \
     with KIND refuse, hang, drop or after; refuse where KIND: is left out"
)]
pub struct BadWindow;

impl FromStr for Outage {
    type Err = BadKind;

    fn from_str(text: &str) -> Result<Self, BadKind> {
        match text {
            "refuse" => Ok(Self::Refuse),
            "hang" => Ok(Self::Hang),
            "drop" => Ok(Self::Drop),
            "after" => Ok(Self::After),
            _ => Err(BadKind),
        }
    }
}

impl FromStr for Window {
    type Err = BadWindow;

    fn from_str(text: &str) -> Result<Self, BadWindow> {
        let (outage, when) = match text.split_once(':') {
            Some((outage, when)) => (outage.parse().map_err(|BadKind| BadWindow)?, when),
            None => (Outage::Refuse, text),
        };
        let delay = |text: &str| text.parse::<Delay>().map_err(|_bad| BadWindow);
        let when = if let Some(when) = when.strip_prefix("every=") {
            let (period, length) = when.split_once(",for=").ok_or(BadWindow)?;
            let (period, length) = (delay(period)?, delay(length)?);
            if length > period {
                return Err(BadWindow);
            }
            When::Every { period, length }
        } else {
            let (from, length) = when.split_once('+').ok_or(BadWindow)?;
            When::Once { from: delay(from)?, length: delay(length)? }
        };
        match when {
            When::Once { length, .. } | When::Every { length, .. } if length == Delay::ZERO => {
                Err(BadWindow)
            }
            When::Once { .. } | When::Every { .. } => Ok(Self { outage, when }),
        }
    }
}

impl Window {
    /// Whether it is open so long after the start.
    fn is_open(&self, after: Duration) -> bool {
        match self.when {
            When::Once { from, length } => {
                let (from, length) = (from.duration(), length.duration());
                from <= after && after < from + length
            }
            When::Every { period, length } => {
                let period = period.duration();
                // A period is not shorter than its outage, which is not zero.
                period <= after
                    && after.as_micros() % period.as_micros() < length.duration().as_micros()
            }
        }
    }
}

/// Switches an outage on and off. Its clones are the same switch.
#[derive(Debug, Clone, Default)]
pub struct Switch(Arc<Mutex<Option<Outage>>>);

impl Switch {
    /// From now on this outage is in force, whatever is planned; `None`: only what is planned.
    pub fn set(&self, outage: Option<Outage>) {
        *self.0.lock().expect("nothing that holds the switch panics") = outage;
    }

    /// The outage that is switched on.
    pub fn get(&self) -> Option<Outage> {
        *self.0.lock().expect("nothing that holds the switch panics")
    }
}

/// What is planned, and the switch.
#[derive(Debug)]
pub(super) struct Outages {
    pub(super) windows: Vec<Window>,
    pub(super) switch: Switch,
    pub(super) started: DateTime<Utc>,
}

impl Outages {
    /// What happens to a call that arrives at an instant.
    pub(super) fn in_force(&self, now: DateTime<Utc>) -> Option<Outage> {
        let planned = || {
            let after = (now - self.started).to_std().unwrap_or_default();
            self.windows.iter().find(|window| window.is_open(after)).map(|window| window.outage)
        };
        self.switch.get().or_else(planned)
    }
}

/// Does with the switch what a file says: while it is there, its one word is in force. Never ends.
pub(super) async fn follow_file(file: PathBuf, switch: Switch) {
    let file: Arc<Path> = file.into();
    let mut before = Ok(None);
    loop {
        let looked_at = Arc::clone(&file);
        let read = tokio::task::spawn_blocking(move || word_in(&looked_at)).await;
        let word = read.unwrap_or(Ok(None));
        if word != before {
            switch.set(match &word {
                Ok(None) => None,
                Ok(Some(word)) => word.parse().map_err(warn).ok(),
                Err(error) => {
                    warn(*error);
                    None
                }
            });
            tracing::info!(outage = ?switch.get(), "the outage file changed");
            before = word;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn warn(why: impl std::fmt::Display) {
    tracing::warn!(%why, "the outage file names no outage");
}

/// What a file says; nothing when it is not there, or empty because somebody is just writing it.
fn word_in(file: &Path) -> Result<Option<String>, ErrorKind> {
    let mut text = String::new();
    let read =
        File::open(file).and_then(|file| file.take(FILE_MAX_BYTES).read_to_string(&mut text));
    match read.map_err(|error| error.kind()) {
        Ok(_bytes) => Ok(Some(text.trim().to_owned()).filter(|word| !word.is_empty())),
        Err(ErrorKind::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_force(windows: &[&str], secs: u64) -> Option<Outage> {
        let started = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let windows = windows.iter().map(|window| window.parse().unwrap()).collect();
        let outages = Outages { windows, switch: Switch::default(), started };
        outages.in_force(started + Duration::from_secs(secs))
    }

    #[test]
    fn a_window_is_open_from_its_begin_up_to_its_end() {
        for (secs, expected) in [(29, None), (30, Some(Outage::Refuse)), (39, Some(Outage::Refuse))]
        {
            assert_eq!(in_force(&["30s+10s"], secs), expected, "{secs}");
        }
        assert_eq!(in_force(&["30s+10s"], 40), None);
        assert_eq!(in_force(&["30s+10s", "hang:35s+10s"], 36), Some(Outage::Refuse));
        assert_eq!(in_force(&["30s+10s", "hang:35s+10s"], 44), Some(Outage::Hang));
    }

    #[test]
    fn a_periodic_window_opens_again_and_again_but_not_at_the_start() {
        let every = ["after:every=60s,for=5s"];
        for secs in [0, 4, 59, 65, 119, 125] {
            assert_eq!(in_force(&every, secs), None, "{secs}");
        }
        for secs in [60, 64, 120, 124, 6_000] {
            assert_eq!(in_force(&every, secs), Some(Outage::After), "{secs}");
        }
    }

    #[test]
    fn the_switch_goes_before_what_is_planned() {
        let switch = Switch::default();
        let started = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let windows = vec!["0s+1h".parse().unwrap()];
        let outages = Outages { windows, switch: switch.clone(), started };
        switch.set(Some(Outage::Drop));
        assert_eq!(outages.in_force(started), Some(Outage::Drop));
        switch.set(None);
        assert_eq!(outages.in_force(started), Some(Outage::Refuse));
    }

    #[test]
    fn what_is_no_outage_is_refused() {
        for wrong in [
            "",
            "30s",
            "30s+",
            "30s+0s",
            "explode:30s+10s",
            "hang",
            "every=60s",
            "every=5s,for=60s",
            "every=0s,for=0s",
            "hang:every=60s,for=5",
        ] {
            assert_eq!(wrong.parse::<Window>(), Err(BadWindow), "{wrong}");
        }
        assert_eq!("Refuse".parse::<Outage>(), Err(BadKind));
    }
}
