//! What each directive does, told over gRPC and written in the log.

use account_status::simulator::behaviour::DIRECTIVES;
use account_status::simulator::delay::Delay;
use tonic::Code;

use super::*;

#[tokio::test]
async fn what_asks_for_nothing_settles_at_once() {
    let channel = Simulated::open().await;
    let told = channel.submit("k", "rent for May").await;
    assert_eq!(settled_amount(&told), "10.50");
    assert_eq!(channel.get("k").await, told);
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn a_settlement_with_a_time_is_accepted_and_comes_when_the_clock_says() {
    let channel = Simulated::open().await;
    assert_eq!(channel.submit("k", "sim:settle=2s").await, Told::Accepted(Accepted {}));
    channel.later(1);
    assert_eq!(channel.get("k").await, Told::Accepted(Accepted {}));
    assert_eq!(channel.paid("k"), 0);
    channel.later(1);
    assert_eq!(settled_amount(&channel.get("k").await), "10.50");
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn a_settlement_comes_without_being_asked_for() {
    let channel = Simulated::open_with(|options| options.delay = Delay::of_secs(5)).await;
    assert_eq!(channel.submit("k", "").await, Told::Accepted(Accepted {}));
    channel.later(5);
    channel.written(2).await;
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn rejections_are_final_or_later_or_until_it_goes() {
    let channel = Simulated::open().await;
    let told = channel.submit("k1", "sim:reject=PAYEE_BLACKLISTED").await;
    assert_eq!(rejection(&told), (Finality::Final, RejectReason::PayeeBlacklisted));
    assert_eq!(channel.submit("k1", "sim:reject=PAYEE_BLACKLISTED").await, told);

    let later = channel.submit("k2", "sim:reject=PAYEE_ACCOUNT_FROZEN@3s").await;
    assert_eq!(later, Told::Accepted(Accepted {}));
    channel.later(3);
    let told = channel.get("k2").await;
    assert_eq!(rejection(&told), (Finality::Final, RejectReason::PayeeAccountFrozen));

    for _ in 0..2 {
        let told = channel.submit("k3", "sim:busy=2").await;
        assert_eq!(rejection(&told), (Finality::Transient, RejectReason::ChannelBusy));
        assert_eq!(channel.get("k3").await, Told::UnknownKey(UnknownKey {}));
    }
    assert_eq!(settled_amount(&channel.submit("k3", "sim:busy=2").await), "10.50");
    assert_eq!((channel.paid("k1"), channel.paid("k2"), channel.paid("k3")), (0, 0, 1));
}

#[tokio::test]
async fn a_timeout_pays_and_says_so_only_when_asked() {
    let channel = Simulated::open().await;
    channel.submit_unanswered("k", "sim:timeout").await;
    assert_eq!(settled_amount(&channel.get("k").await), "10.50");
    // The same key again is answered, and not paid again.
    assert_eq!(settled_amount(&channel.submit("k", "sim:timeout").await), "10.50");
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn a_late_answer_comes_when_the_clock_says() {
    let channel = Simulated::open().await;
    let (late, ()) = tokio::join!(channel.submit("k", "sim:late=8s"), async {
        channel.written(2).await;
        assert_eq!(settled_amount(&channel.get("k").await), "10.50");
        channel.later(8);
    });
    assert_eq!(settled_amount(&late), "10.50");
}

#[tokio::test]
async fn a_stalled_payout_is_in_progress_and_rejected_in_the_end() {
    let channel = Simulated::open().await;
    channel.submit_unanswered("k", "sim:stall=3s").await;
    assert_eq!(channel.get("k").await, Told::InProgress(InProgress {}));
    assert_eq!(channel.submit("k", "sim:stall=3s").await, Told::InProgress(InProgress {}));
    channel.later(3);
    let told = channel.get("k").await;
    assert_eq!(rejection(&told), (Finality::Final, RejectReason::BankNotServed));
    assert_eq!(channel.paid("k"), 0);
}

#[tokio::test]
async fn what_disappears_is_unknown_and_another_key_settles() {
    let channel = Simulated::open().await;
    channel.submit_unanswered("k1", "sim:disappear").await;
    assert_eq!(channel.get("k1").await, Told::UnknownKey(UnknownKey {}));
    channel.submit_unanswered("k1", "sim:disappear").await;
    assert_eq!(channel.void("k1").await, Told::Tombstone(Tombstone {}));
    assert_eq!(settled_amount(&channel.submit("k2", "sim:disappear").await), "10.50");
    assert_eq!((channel.paid("k1"), channel.paid("k2")), (0, 1));
}

#[tokio::test]
async fn what_is_held_stays_accepted() {
    let channel = Simulated::open().await;
    assert_eq!(channel.submit("k", "sim:hold").await, Told::Accepted(Accepted {}));
    channel.later(1_000_000);
    assert_eq!(channel.get("k").await, Told::Accepted(Accepted {}));
    assert_eq!(channel.paid("k"), 0);
}

#[tokio::test]
async fn returned_money_was_settled_before() {
    let channel = Simulated::open().await;
    let told = channel.submit("k", "sim:return=1s").await;
    assert_eq!(settled_amount(&told), "10.50");
    channel.later(1);
    let Told::Returned(returned) = channel.get("k").await else { panic!("it did not come back") };
    assert_eq!(returned.amount, cny("10.50"));
    // A submission doesn't know returns.
    assert_eq!(channel.submit("k", "sim:return=1s").await, told);
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn a_wrong_amount_is_another_one() {
    let channel = Simulated::open().await;
    assert_eq!(settled_amount(&channel.submit("k", "sim:wrong-amount").await), "10.49");
    let cent = SubmitPayoutRequest { amount: cny("0.01"), ..payout("c", "sim:wrong-amount") };
    assert_eq!(settled_amount(&channel.try_submit(cent).await.unwrap()), "0.02");
}

#[tokio::test]
async fn a_mix_does_the_same_after_a_change_of_order() {
    let mixed = |options: &mut Options| {
        options.mix = Some("settle=50,reject=30,busy=20".parse().unwrap());
        options.seed = 7;
    };
    let (one, other) = (Simulated::open_with(mixed).await, Simulated::open_with(mixed).await);
    let keys: Vec<String> = (0..40).map(|number| format!("k{number}")).collect();
    let (mut forth, mut back) = (Vec::new(), Vec::new());
    for key in &keys {
        forth.push(one.submit(key, "").await);
    }
    for key in keys.iter().rev() {
        back.insert(0, other.submit(key, "").await);
    }
    assert_eq!(forth, back);
    assert!(forth.iter().any(|told| matches!(told, Told::Settled(_))), "{forth:?}");
    assert!(forth.iter().any(|told| matches!(told, Told::Rejected(_))), "{forth:?}");
}

#[tokio::test]
async fn the_same_key_for_another_payout_is_a_fault_and_pays_nothing() {
    let channel = Simulated::open().await;
    channel.submit("k", "").await;
    let mut payee = payout("k", "");
    payee.payee.as_mut().unwrap().account_number = "9990111122223334".to_owned();
    for other in [
        SubmitPayoutRequest { amount: cny("10.51"), ..payout("k", "") },
        SubmitPayoutRequest { withdrawal_id: "other".to_owned(), ..payout("k", "") },
        payee,
    ] {
        let refused = channel.try_submit(other).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    }
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_leaves_nothing() {
    let channel = Simulated::open().await;
    let unknown = channel.try_submit(payout("k", "sim:explode")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::InvalidArgument);
    for (usage, _) in DIRECTIVES {
        assert!(unknown.message().contains(usage), "{unknown:?}");
    }
    for wrong in [
        payout("", ""),
        payout("a b", ""),
        payout(&"k".repeat(65), ""),
        payout("k", &"x".repeat(141)),
        SubmitPayoutRequest { amount: None, ..payout("k", "") },
        SubmitPayoutRequest { amount: cny("0"), ..payout("k", "") },
        SubmitPayoutRequest { payee: None, ..payout("k", "") },
        SubmitPayoutRequest { withdrawal_id: String::new(), ..payout("k", "") },
        SubmitPayoutRequest { routing_token: "t".repeat(129), ..payout("k", "") },
    ] {
        let refused = channel.try_submit(wrong).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    }
    assert_eq!(channel.facts(), []);
}

#[tokio::test]
async fn a_probe_tells_what_the_channel_declares() {
    let channel = Simulated::open_with(|options| {
        options.promise = Delay::of_secs(90);
        options.idempotent_submit = false;
    })
    .await;
    let probed = channel.probe().await.unwrap();
    assert_eq!(probed.promise.unwrap().seconds, 90);
    assert!(!probed.idempotent_submit && !probed.statement);
    assert_eq!(probed.cut_off, None);

    let channel = Simulated::open_with(|options| {
        options.statements = true;
        options.cut_off = Some(Delay::of_secs(7_200));
    })
    .await;
    let probed = channel.probe().await.unwrap();
    assert!(probed.idempotent_submit && probed.statement);
    assert_eq!(probed.cut_off.unwrap().seconds, 7_200);
}

#[tokio::test]
async fn the_log_names_no_payee() {
    let channel = Simulated::open().await;
    channel.submit("k", "for Example Payee").await;
    let log = std::fs::read_to_string(log_in(channel.directory.path())).unwrap();
    for personal in ["Example Payee", "9990111122223333", "3333"] {
        assert!(!log.contains(personal), "{log}");
    }
}
