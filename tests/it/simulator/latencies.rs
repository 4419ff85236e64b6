//! How long answers take, and what a caller learns who doesn't wait so long.

use super::reports::{next, reporting_with};
use super::*;

impl Simulated {
    /// The answer to a call for which the clock has to move on, and how far it had to at most.
    async fn moving_on<T>(&self, call: impl Future<Output = T>) -> (T, TimeDelta) {
        let begun = self.clock.now();
        let mut call = std::pin::pin!(call);
        loop {
            tokio::select! {
                answer = &mut call => return (answer, self.clock.now() - begun),
                () = tokio::time::sleep(Duration::from_millis(2)) => {
                    self.clock.set(self.clock.now() + TimeDelta::milliseconds(10));
                }
            }
        }
    }
}

#[tokio::test]
async fn every_answer_takes_the_latency_of_the_channel() {
    let spec = "uniform:50ms..60ms";
    let channel = Simulated::open_with(|options| options.latency = spec.parse().unwrap()).await;
    let least = TimeDelta::milliseconds(50);
    let (submitted, took) = channel.moving_on(channel.submit("k", "")).await;
    assert!(matches!(submitted, Told::Settled(_)) && took >= least, "{took}");
    let (got, took) = channel.moving_on(channel.get("k")).await;
    assert!(got == submitted && took >= least, "{took}");
    let (voided, took) = channel.moving_on(channel.void("other")).await;
    assert!(voided == Told::Tombstone(Tombstone {}) && took >= least, "{took}");
    let (probed, took) = channel.moving_on(channel.probe()).await;
    assert!(probed.is_ok() && took >= least, "{took}");
    // What happens doesn't wait for the answer.
    channel.submit_unanswered("k2", "").await;
    channel.written(5).await;
    assert_eq!(channel.paid("k2"), 1);
}

#[tokio::test]
async fn one_payout_can_be_slow() {
    let channel = Simulated::open().await;
    let least = TimeDelta::seconds(2);
    let (submitted, took) = channel.moving_on(channel.submit("k", "sim:slow=2s")).await;
    assert!(matches!(submitted, Told::Settled(_)) && took >= least, "{took}");
    let channel = channel.restart().await;
    for _ in 0..2 {
        let (got, took) = channel.moving_on(channel.get("k")).await;
        assert!(got == submitted && took >= least, "{took}");
    }
    let (again, took) = channel.moving_on(channel.submit("k", "sim:slow=2s")).await;
    assert!(again == submitted && took >= least, "{took}");
    // Others are not.
    assert!(matches!(channel.submit("k2", "").await, Told::Settled(_)));
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn what_is_answered_after_the_callers_timeout_is_learned_by_asking_only() {
    let (channel, mut heard) = reporting_with(0, |_options| {}).await;
    channel.submit_unanswered("k1", "sim:late=8s").await;
    channel.later(8);
    assert_eq!(channel.submit("k2", "sim:settle=1s").await, Told::Accepted(Accepted {}));
    channel.later(1);
    // The first report is about the other one.
    assert_eq!(next(&mut heard).await.payout_key, "k2");
    assert_eq!(settled_amount(&channel.get("k1").await), "10.50");
    assert!(heard.try_recv().is_err());
    assert_eq!(channel.paid("k1"), 1);
}
