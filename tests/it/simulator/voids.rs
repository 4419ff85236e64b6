//! A key that is shut out is never paid; one that is paid can't be shut out.

use super::*;

#[tokio::test]
async fn a_key_that_never_arrived_is_shut_out_for_ever() {
    let channel = Simulated::open().await;
    assert_eq!(channel.void("k").await, Told::Tombstone(Tombstone {}));
    assert_eq!(channel.submit("k", "").await, Told::Tombstone(Tombstone {}));
    assert_eq!(channel.get("k").await, Told::Tombstone(Tombstone {}));
    let channel = channel.restart().await;
    assert_eq!(channel.submit("k", "").await, Told::Tombstone(Tombstone {}));
    assert_eq!(channel.void("k").await, Told::Tombstone(Tombstone {}));
    assert_eq!((channel.paid("k"), channel.facts().len()), (0, 1));
}

#[tokio::test]
async fn what_is_not_paid_yet_is_called_back() {
    let channel = Simulated::open().await;
    channel.submit("k1", "sim:settle=2s").await;
    channel.submit("k2", "sim:hold").await;
    channel.submit_unanswered("k3", "sim:stall=2s").await;
    for key in ["k1", "k2", "k3"] {
        assert_eq!(channel.void(key).await, Told::Tombstone(Tombstone {}));
    }
    channel.later(10);
    for key in ["k1", "k2", "k3"] {
        assert_eq!(channel.get(key).await, Told::Tombstone(Tombstone {}));
        assert_eq!(channel.paid(key), 0);
    }
}

#[tokio::test]
async fn what_is_over_is_told_as_it_is() {
    let channel = Simulated::open().await;
    let settled = channel.submit("k1", "").await;
    assert_eq!(channel.void("k1").await, settled);
    let rejected = channel.submit("k2", "sim:reject").await;
    assert_eq!(channel.void("k2").await, rejected);
    channel.submit("k3", "sim:return=1s").await;
    channel.later(1);
    assert!(matches!(channel.void("k3").await, Told::Returned(_)));
    // Due by now, though nobody has asked since.
    channel.submit("k4", "sim:settle=1s").await;
    channel.later(1);
    assert!(matches!(channel.void("k4").await, Told::Settled(_)));
}
