//! Killed at each step of a payout: after the reservation, after the intent, after the channel paid,
//! after it replied.

use super::*;

async fn between_reservation_and_intent(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(None, 1_000).await;
    program.send(withdrawal("")).await.unwrap();
    program.kill().await;
    assert_eq!(scene.count(ATTEMPTS).await, 0);
    scene.close().await;
}

/// The channel's place is taken by one that takes connections and hears nothing.
async fn between_intent_and_send(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("CH-SIM=http://{}", silent.local_addr().unwrap());
    let program = scene.serve(Some(&setting), 60_000).await;
    program.send(withdrawal("")).await.unwrap();
    scene.until(INTENTS, 1).await;
    program.kill().await;
    assert!(scene.channel.facts().is_empty(), "it was sent");
    // Its lease of two minutes has to be over before anybody looks at it again.
    scene.forward().await;
    scene.close().await;
    drop(silent);
}

/// The channel pays and never answers.
async fn between_send_and_reply(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    program.send(withdrawal("sim:timeout")).await.unwrap();
    scene.until_paid().await;
    program.kill().await;
    assert_eq!(scene.count(INTENTS).await, 1);
    scene.forward().await;
    scene.close().await;
}

/// The reply is there, and what it says can't be written down because another holds the account.
async fn between_reply_and_outcome(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    program.send(withdrawal("sim:late=1s")).await.unwrap();
    scene.until_paid().await;
    let held = scene.hold().await;
    // The answer comes a second after it was paid.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    program.kill().await;
    held.rollback().await.unwrap();
    assert_eq!(scene.count(INTENTS).await, 1);
    scene.forward().await;
    scene.close().await;
}

/// Told to stop while payouts are on their way: what is sent is answered before the end.
async fn in_shutdown(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 2_000).await;
    for reference in ["sim:late=1s", "sim:timeout", "sim:disappear", ""] {
        program.send(withdrawal(reference)).await.unwrap();
    }
    program.terminate().await;
    assert_eq!(scene.count(INTENTS).await, 0, "what was heard was not written down");
    scene.close().await;
}

/// Told to stop, and killed while it waits for a channel that has paid and doesn't answer.
async fn while_it_drains(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    for reference in ["sim:timeout", "sim:disappear", "sim:late=30s"] {
        program.send(withdrawal(reference)).await.unwrap();
    }
    scene.until(INTENTS, 3).await;
    scene.until_paid().await;
    program.tell_to_stop();
    // It takes no more calls as soon as it drains.
    let address = program.address;
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(LOOK).await;
    }
    program.kill().await;
    assert_eq!(scene.count(INTENTS).await, 3, "what nobody answered was judged");
    scene.forward().await;
    scene.close().await;
}

on_each_engine! {
    between_reservation_and_intent
    between_intent_and_send
    between_send_and_reply
    between_reply_and_outcome
    in_shutdown
    while_it_drains
}
