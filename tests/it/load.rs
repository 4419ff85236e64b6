//! Load: what the command `load` tells, and that `tests/load/ghz` calls every RPC there is.

use std::collections::BTreeSet;
use std::path::Path;

use account_status::pb::FILE_DESCRIPTOR_SET;
use prost::Message as _;
use prost_types::FileDescriptorSet;

use crate::harness::program::Program;
use crate::import::{program, text};

/// Served by channel adapters, not by this service.
const SERVED_BY_OTHERS: &str = "accountstatus.channel.v1.PayoutChannelService";

/// The RPCs of the contract, as `package.Service/Method`.
fn rpcs() -> BTreeSet<String> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let mut rpcs = BTreeSet::new();
    for file in set.file.iter().filter(|file| file.package().starts_with("accountstatus.")) {
        for service in &file.service {
            let name = format!("{}.{}", file.package(), service.name());
            if name != SERVED_BY_OTHERS {
                rpcs.extend(service.method.iter().map(|rpc| format!("{name}/{}", rpc.name())));
            }
        }
    }
    rpcs
}

#[test]
fn load_configurations_name_every_rpc() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/load/ghz");
    let mut named = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let content = std::fs::read(&path).unwrap();
        let configuration: serde_json::Value = serde_json::from_slice(&content).unwrap();
        let call = configuration["call"].as_str().unwrap().to_owned();
        let stem = path.file_stem().unwrap().to_str().unwrap().replace('.', "/");
        assert!(call.ends_with(&format!(".{stem}")), "{} calls {call}", path.display());
        assert!(named.insert(call), "{} is the second of its RPC", path.display());
    }
    assert_eq!(named, rpcs(), "left: configurations in tests/load/ghz; right: the contract");
}

#[tokio::test(flavor = "multi_thread")]
async fn load_tells_the_rate_of_calls_and_what_failed() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/load.db", directory.path().display());
    let demo = Program::start(&["demo"], &url).await;
    let listen = demo.address.to_string();
    let arguments = |call| {
        ["load", call, "--listen", &listen, "--seconds", "1", "--callers", "2", "--items", "3"]
    };
    for call in ["who-am-i", "get-account-status", "withdraw", "batch-withdraw"] {
        let done = program(&arguments(call));
        let said = text(&done.stdout);
        assert!(done.status.success() && said.contains(" calls/s, p50 "), "{call}: {said}");
        assert!(!said.starts_with("0 ") && said.ends_with(" ms\n"), "{call}: {said}");
    }
    demo.terminate().await;
    let refused = program(&arguments("who-am-i"));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("cannot reach the service at http://127.0.0.1:"));
}

/// Where nothing is sent, nothing settles: it says so and ends.
#[tokio::test(flavor = "multi_thread")]
async fn load_settle_waits_no_longer_than_it_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/load.db", directory.path().display());
    let demo = Program::start(&["demo", "--payouts", "off"], &url).await;
    let listen = demo.address.to_string();
    let settle = |seconds| {
        let limits = ["--callers", "4", "--outstanding", "7", "--wait-seconds", "1"];
        program(
            &[&["load", "settle", "--listen", &listen, "--seconds", seconds], &limits[..]].concat(),
        )
    };
    let done = settle("1");
    let said = text(&done.stdout);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(said.starts_with("0 settled/s, 0 settled, 0 ended otherwise, 7 left; "), "{said}");
    assert!(text(&done.stderr).contains("nothing settled for 1 s"), "{done:?}");
    let refused = settle("0");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(text(&refused.stderr).contains("is reserved already"), "{refused:?}");
    demo.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn load_first_answer_tells_when_the_service_answered() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/load.db", directory.path().display());
    let demo = Program::start(&["demo"], &url).await;
    let listen = demo.address.to_string();
    let ask = |wait| ["load", "first-answer", "--wait-seconds", wait, "--listen", &listen];
    let before = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64() - 0.001;
    let answered = program(&ask("60"));
    let said = text(&answered.stdout);
    let at: f64 = said.trim().parse().unwrap_or_else(|_not| panic!("{answered:?}"));
    let after = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64() + 0.001;
    assert!(answered.status.success() && before <= at && at <= after, "{before} {at} {after}");
    demo.terminate().await;
    let refused = program(&ask("1"));
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("within 1 s"), "{refused:?}");
}
