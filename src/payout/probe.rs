//! Probes: each channel that may be given withdrawals is asked on its own schedule whether it is
//! there, how fast, and what it declares of itself.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::SLEEP_MAX;
use super::board::Board;
use crate::clock::Clock;
use crate::domain::channel::ChannelState;
use crate::domain::id::ChannelId;

/// Probes until it is dropped. One channel that is slow to answer delays no other's probe.
pub(super) async fn run(board: Board, clock: Clock) {
    let mut changes = board.rosters().listen();
    let mut asked: BTreeSet<ChannelId> = BTreeSet::new();
    let mut probes: JoinSet<ChannelId> = JoinSet::new();
    loop {
        let roster = changes.borrow_and_update().clone();
        let now = clock.now();
        let mut wake = now + SLEEP_MAX * 3_600;
        for channel in roster.iter().filter(|one| one.state != ChannelState::Disabled) {
            let id = &channel.channel_id;
            match board.next_probe_at(channel) {
                Some(at) => wake = wake.min(at),
                None if asked.insert(id.clone()) => {
                    let (board, channel) = (board.clone(), channel.clone());
                    probes.spawn(async move {
                        let _probe = board.probe(&channel).await;
                        channel.channel_id
                    });
                }
                None => {}
            }
        }
        tokio::select! {
            Some(done) = probes.join_next() => match done {
                Ok(id) => _ = asked.remove(&id),
                Err(_panicked) => asked.clear(),
            },
            changed = changes.changed() => if changed.is_err() {
                return;
            },
            () = clock.sleep_until(wake) => {}
        }
    }
}
