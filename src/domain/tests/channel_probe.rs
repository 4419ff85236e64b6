//! What probes say of a channel.

use chrono::{DateTime, Duration, Utc};

use super::support::at;
use crate::domain::channel::Channel;
use crate::domain::channel::probe::{Probe, Probes};
use crate::domain::id::ChannelId;

fn noon() -> DateTime<Utc> {
    at("2026-03-10 12:00:00")
}

/// Slow beyond 2 s, probed every 30 s.
fn channel() -> Channel {
    Channel::of_setting(ChannelId::parse("CH-1").unwrap(), String::new(), 1, noon())
}

fn heard(latencies: &[Option<i64>]) -> Probes {
    let mut probes = Probes::default();
    for latency_ms in latencies {
        probes.hear(Probe { at: noon(), latency_ms: *latency_ms }, &channel());
    }
    probes
}

#[test]
fn three_that_failed_in_a_row_flag_it_and_a_good_one_unflags_it() {
    let (good, slow, silent) = (Some(2_000), Some(2_001), None);
    let table = [
        (vec![], false),
        (vec![good], false),
        (vec![silent, silent], false),
        (vec![silent, slow, silent], true),
        (vec![slow, slow, slow, slow], true),
        (vec![silent, silent, good, silent, silent], false),
        (vec![silent, silent, silent, good], false),
        (vec![silent, silent, silent, good, silent], false),
    ];
    for (latencies, flagged) in table {
        assert_eq!(heard(&latencies).is_flagged(), flagged, "{latencies:?}");
    }
}

#[test]
fn what_is_slow_is_said_by_its_row() {
    let patient = Channel { slow_ms: 5_000, ..channel() };
    let probe = Probe { at: noon(), latency_ms: Some(3_000) };
    assert_eq!((probe.is_good(&patient), probe.is_good(&channel())), (true, false));
}

#[test]
fn the_next_probe_is_a_pause_after_the_last() {
    let at_once = None;
    assert_eq!(Probes::default().next_probe_at(&channel(), noon()), at_once);
    let probes = heard(&[Some(1)]);
    let next = noon() + Duration::seconds(30);
    assert_eq!(probes.next_probe_at(&channel(), noon()), Some(next));
    assert_eq!(probes.next_probe_at(&channel(), next - Duration::milliseconds(1)), Some(next));
    assert_eq!(probes.next_probe_at(&channel(), next), at_once);
    let hourly = Channel { probe_secs: 3_600, ..channel() };
    assert_eq!(probes.next_probe_at(&hourly, next), Some(noon() + Duration::hours(1)));
    // The clock was put back.
    assert_eq!(probes.next_probe_at(&channel(), noon() - Duration::hours(5)), at_once);
}
