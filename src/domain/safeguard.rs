//! The safeguards that a test can turn off, one at a time, to show that the test which guards it
//! fails without it. Only with the feature `negative-control`; without it each stands, as a
//! constant.

/// Something that keeps two commands from getting in each other's way, or money from going twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safeguard {
    /// The account's row is locked before it is read, where several servers write.
    RowLock,
    /// The account is read in a statement after the one that waited for the lock.
    LoadAfterLock,
    /// A request that comes again is answered from what is remembered.
    ReplayCheck,
    /// A payout's intent is committed before its first byte is sent.
    IntentFirst,
    /// Before each attempt it is looked once more whether a freeze claims the money or a condition
    /// forbids the debit.
    Recheck,
    /// Nobody sends an attempt whose lease may be over before the channel answers, and the silence
    /// that one who lost its turn met says nothing.
    LeaseFence,
}

/// Whether a safeguard stands.
#[cfg(not(feature = "negative-control"))]
pub const fn stands(_safeguard: Safeguard) -> bool {
    true
}

#[cfg(feature = "negative-control")]
pub use switches::{Off, stands};

#[cfg(feature = "negative-control")]
mod switches {
    use std::sync::Mutex;

    use super::Safeguard;

    static OFF: Mutex<Option<Safeguard>> = Mutex::new(None);

    /// Whether a safeguard stands.
    pub fn stands(safeguard: Safeguard) -> bool {
        *OFF.lock().unwrap_or_else(|poison| poison.into_inner()) != Some(safeguard)
    }

    /// Keeps a safeguard off in the whole process until it is dropped.
    #[derive(Debug)]
    pub struct Off(());

    impl Off {
        /// Turns one safeguard off, and on again which one was off before.
        #[must_use]
        pub fn turn(safeguard: Safeguard) -> Self {
            *OFF.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(safeguard);
            Self(())
        }
    }

    impl Drop for Off {
        fn drop(&mut self) {
            *OFF.lock().unwrap_or_else(|poison| poison.into_inner()) = None;
        }
    }
}
