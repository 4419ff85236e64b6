//! Killed before and after a commit of each command that moves a withdrawal: the one that was not
//! committed left nothing, the one that was is gone on with, though nobody was told of it.

use super::*;
use crate::harness::proxy::{Proxy, When};

/// On which side of its commit a command is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// A command by what it leaves.
struct Act {
    /// How the statement begins that only this command's transaction has here.
    writes: &'static str,
    /// A count that is 1 as soon as it is committed.
    leaves: &'static str,
    /// Which channel there is.
    over: Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Nothing,
    TheChannel,
    /// On SQLite one that hears nothing: there nothing else keeps the program from going on.
    Silence,
}

/// Runs the service until it is at a commit, and kills it there.
async fn killed_at(scene: &Scene, act: &Act, side: Side, request: Option<&WithdrawRequest>) {
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silence = format!("CH-SIM=http://{}", deaf.local_addr().unwrap());
    let channel = match (act.over, scene.kind) {
        (Over::Nothing, _) => None,
        (Over::Silence, Engine::Sqlite) => Some(silence),
        (Over::Silence | Over::TheChannel, _) => Some(scene.setting()),
    };
    match scene.kind {
        Engine::Postgres => {
            let (proxy, through) = Proxy::to_database(&scene.url).await;
            let when = if side == Side::Before { When::Held } else { When::Silent };
            proxy.trap_commit_after(act.writes, when);
            let program = Scene::serve_at(&through, channel.as_deref(), 60_000).await;
            let reached = async {
                while proxy.sprung() == 0 {
                    tokio::time::sleep(LOOK).await;
                }
                if side == Side::After {
                    scene.until(act.leaves, 1).await;
                }
            };
            while_called(&program, request, reached).await;
            program.kill().await;
        }
        Engine::Sqlite if side == Side::Before => {
            let held = scene.hold().await;
            let program = scene.serve(channel.as_deref(), 60_000).await;
            while_called(&program, request, tokio::time::sleep(MOMENT)).await;
            program.kill().await;
            held.rollback().await.unwrap();
        }
        Engine::Sqlite => {
            let program = scene.serve(channel.as_deref(), 60_000).await;
            while_called(&program, request, scene.until(act.leaves, 1)).await;
            program.kill().await;
        }
    }
    assert_eq!(scene.count(act.leaves).await, i64::from(side == Side::After), "{side:?}");
}

/// Waits for something while somebody reserves, whose answer nobody waits for.
async fn while_called(
    program: &Program,
    request: Option<&WithdrawRequest>,
    reached: impl Future<Output = ()>,
) {
    let calling = async {
        if let Some(request) = request {
            let _lost = program.send(request.clone()).await;
        }
        std::future::pending::<()>().await;
    };
    let reached = async { tokio::time::timeout(PATIENCE, reached).await.unwrap() };
    tokio::select! {
        () = calling => {}
        () = reached => {}
    }
}

async fn of_withdraw(kind: Engine) {
    let act = Act { writes: "INSERT INTO withdrawal ", leaves: WITHDRAWALS, over: Over::Nothing };
    for side in [Side::Before, Side::After] {
        let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
        let request = withdrawal("");
        killed_at(&scene, &act, side, Some(&request)).await;
        // Whoever was not answered asks again, and it takes effect once.
        let program = scene.serve(None, 1_000).await;
        let made = program.send(request.clone()).await.unwrap();
        assert_eq!(program.send(request).await.unwrap().withdrawal_id, made.withdrawal_id);
        program.kill().await;
        assert_eq!(scene.count(WITHDRAWALS).await, 1, "{side:?}");
        scene.close().await;
    }
}

async fn of_start_attempt(kind: Engine) {
    let act = Act { writes: "INSERT INTO attempt ", leaves: ATTEMPTS, over: Over::Silence };
    for side in [Side::Before, Side::After] {
        let Some(scene) = reserved(kind).await else { return };
        killed_at(&scene, &act, side, None).await;
        assert!(scene.channel.facts().is_empty(), "{side:?}: it was sent");
        scene.forward().await;
        scene.close().await;
        // One is sent in the end, by whichever key.
    }
}

async fn of_record_evidence(kind: Engine) {
    let act = Act { writes: "INSERT INTO evidence ", leaves: EVIDENCE, over: Over::TheChannel };
    for side in [Side::Before, Side::After] {
        let Some(scene) = reserved(kind).await else { return };
        if (kind, side) == (Engine::Sqlite, Side::Before) {
            // Holding the file from the beginning would hold the intent, too: `points` holds it
            // after the channel has paid.
            continue;
        }
        killed_at(&scene, &act, side, None).await;
        assert_eq!(scene.channel.paid().len(), 1, "{side:?}: it was not paid");
        scene.forward().await;
        scene.close().await;
    }
}

async fn of_follow_up(kind: Engine) {
    let taken_up = "SELECT count(*) FROM attempt WHERE epoch = 2";
    let act = Act { writes: "INSERT INTO attempt ", leaves: taken_up, over: Over::Silence };
    for (side, reference) in [(Side::Before, "sim:timeout"), (Side::After, "sim:disappear")] {
        let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
        let program = scene.serve(Some(&scene.setting()), 60_000).await;
        program.send(withdrawal(reference)).await.unwrap();
        scene.until(INTENTS, 1).await;
        while scene.channel.facts().is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        program.kill().await;
        scene.forward().await;
        killed_at(&scene, &act, side, None).await;
        scene.forward().await;
        scene.close().await;
    }
}

on_each_engine! {
    of_withdraw
    of_start_attempt
    of_record_evidence
    of_follow_up
}
