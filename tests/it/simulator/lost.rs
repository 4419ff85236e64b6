//! Payouts of which the channel doesn't say what became: paid and silent, forgotten, on a detour.

use super::*;

#[tokio::test]
async fn a_silent_payout_is_paid_and_never_told() {
    let channel = Simulated::open().await;
    channel.submit_unanswered("k", "sim:silent").await;
    channel.written(2).await;
    assert_eq!(channel.paid("k"), 1);
    let in_progress = Told::InProgress(InProgress {});
    assert_eq!(channel.get("k").await, in_progress);
    channel.later(1_000_000);
    let channel = channel.restart().await;
    assert_eq!(channel.get("k").await, in_progress);
    assert_eq!(channel.void("k").await, in_progress);
    assert_eq!(channel.submit("k", "sim:silent").await, in_progress);
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn what_was_forgotten_is_unknown_and_can_be_shut_out() {
    let channel = Simulated::open().await;
    assert_eq!(channel.submit("k", "sim:forget=2s").await, Told::Accepted(Accepted {}));
    channel.later(1);
    assert_eq!(channel.get("k").await, Told::Accepted(Accepted {}));
    channel.later(1);
    let unknown = Told::UnknownKey(UnknownKey {});
    assert_eq!(channel.get("k").await, unknown);
    let channel = channel.restart().await;
    assert_eq!(channel.get("k").await, unknown);
    assert_eq!(channel.submit("k", "sim:forget=2s").await, Told::Accepted(Accepted {}));
    assert_eq!(channel.get("k").await, unknown);
    assert_eq!(channel.void("k").await, Told::Tombstone(Tombstone {}));
    let channel = channel.restart().await;
    assert_eq!(channel.get("k").await, Told::Tombstone(Tombstone {}));
    assert_eq!(channel.paid("k"), 0);
}

#[tokio::test]
async fn what_is_on_a_detour_is_unknown_and_paid_when_it_arrives() {
    let channel = Simulated::open().await;
    for key in ["k1", "k2"] {
        channel.submit_unanswered(key, "sim:detour=3s").await;
        assert_eq!(channel.get(key).await, Told::UnknownKey(UnknownKey {}));
    }
    assert_eq!(channel.submit("k1", "sim:detour=3s").await, Told::InProgress(InProgress {}));
    // The door is shut before it arrives.
    assert_eq!(channel.void("k2").await, Told::Tombstone(Tombstone {}));
    let channel = channel.restart().await;
    assert_eq!(channel.get("k1").await, Told::UnknownKey(UnknownKey {}));
    channel.later(3);
    assert_eq!(settled_amount(&channel.get("k1").await), "10.50");
    assert_eq!(channel.get("k2").await, Told::Tombstone(Tombstone {}));
    assert_eq!((channel.paid("k1"), channel.paid("k2")), (1, 0));
}
