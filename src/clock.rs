//! The only source of time and ids. The system's, or one that tests and the demo's seeding set by
//! hand. Instants are whole microseconds, which every engine stores without loss.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::watch;
use uuid::Builder;

use crate::domain::id::NewId;

/// Tells the time and makes ids.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is set.
    Manual(Arc<ManualClock>),
}

/// A clock that is set by hand, with seeded ids.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<DateTime<Utc>>,
    random: Mutex<StdRng>,
}

impl Clock {
    /// A clock that stands at `now`; ids repeat with the seed.
    pub fn manual(now: DateTime<Utc>, seed: u64) -> Self {
        let (sender, _) = watch::channel(whole_micros(now));
        let random = Mutex::new(StdRng::seed_from_u64(seed));
        Self::Manual(Arc::new(ManualClock { now: sender, random }))
    }

    /// The current instant, whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            Self::System => whole_micros(Utc::now()),
            Self::Manual(manual) => *manual.now.borrow(),
        }
    }

    /// A fresh id: UUIDv7, ordered by time.
    pub fn new_id(&self) -> NewId {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        let mut random = [0_u8; 10];
        match self {
            Self::System => rand::rng().fill_bytes(&mut random),
            Self::Manual(manual) => {
                let mut source = manual.random.lock().unwrap_or_else(|poison| poison.into_inner());
                source.fill_bytes(&mut random);
            }
        }
        let mut text = [0_u8; 36];
        let id = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        NewId::new(id.hyphenated().encode_lower(&mut text))
    }

    /// Waits until the clock reaches an instant.
    pub async fn sleep_until(&self, at: DateTime<Utc>) {
        match self {
            Self::System => {
                let left = (at - self.now()).to_std().unwrap_or(Duration::ZERO);
                tokio::time::sleep(left).await;
            }
            Self::Manual(manual) => {
                // The sender lives in the clock, so waiting ends only when the instant is reached.
                let mut watched = manual.now.subscribe();
                let _reached = watched.wait_for(|now| *now >= at).await;
            }
        }
    }

    /// Sets a manual clock forward; does nothing to the system's.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Self::Manual(manual) = self {
            manual.now.send_modify(|current| *current = whole_micros(now).max(*current));
        }
    }
}

fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}
