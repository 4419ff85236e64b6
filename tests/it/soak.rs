//! `soak`, for a moment, on each engine: it finds nothing wrong, says so, and leaves nothing behind.

use crate::harness::engine;
use crate::import::{program, text};

fn soaked(url: Option<&str>) {
    let mut arguments = vec!["soak", "--kills", "3", "--seed", "7"];
    arguments.extend(url.iter().flat_map(|url| ["--database-url", *url]));
    let soaked = program(&arguments);
    let (said, progress) = (text(&soaked.stdout), text(&soaked.stderr));
    assert!(soaked.status.success(), "{said}{progress}");
    assert!(said.contains("wrong         nothing"), "{said}");
    assert!(said.contains("soak --kills 3 --seed 7"), "{said}");
    assert!(progress.contains("3/3 kills"), "{progress}");
    assert!(!progress.contains("kept"), "{progress}");
}

#[test]
fn a_short_soak_finds_nothing_wrong_on_sqlite() {
    soaked(None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_soak_finds_nothing_wrong_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let url = engine::empty_database().await;
    soaked(Some(&url));
    // What is there now is not the next one's.
    let refused = program(&["soak", "--kills", "1", "--database-url", &url]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("a soak wants one without any"), "{refused:?}");
    engine::drop_database(engine::Engine::Postgres, &url).await;
}
