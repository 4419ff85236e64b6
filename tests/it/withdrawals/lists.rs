//! Lists of withdrawals by what they are, page by page.

use account_status::domain::payout::evidence::{Said, Source};
use account_status::pb::v1::*;
use prost_types::Timestamp;

use super::paying::{Payout, bank_with_channels, paid};
use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

fn at(bank: &Bank) -> Option<Timestamp> {
    let now = bank.now();
    let nanos = i32::try_from(now.timestamp_subsec_nanos()).unwrap();
    Some(Timestamp { seconds: now.timestamp(), nanos })
}

fn all() -> ListWithdrawalsRequest {
    ListWithdrawalsRequest { account_number: N.to_owned(), ..Default::default() }
}

on_every_engine! {
    async fn withdrawals_are_found_by_what_they_are(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let mut ids = Vec::new();
        let mut times = Vec::new();
        for reference in ["rent", "Rent", "", "rent", "x' OR '1'='1"] {
            paying.pass(chrono::Duration::seconds(1));
            times.push(at(&paying));
            let request = WithdrawRequest {
                reference: reference.to_owned(),
                preferred_channel: "CH-2".to_owned(),
                ..paying.withdrawal(N, "1.00")
            };
            ids.push(paying.withdraw_with(request).await.unwrap().withdrawal_id);
        }
        let payout = |index: usize| Payout { bank: &paying, number: N, id: ids[index].clone() };
        payout(0).start().await;
        payout(3).start().await;
        payout(3).said(1, Source::Submit, Said::Settled(paid("1.00"))).await;
        set(&paying, N, StatusAction::RequireVerification, Cause::IdentityNotVerified)
            .await
            .unwrap();
        payout(1).try_to_start().await;

        let by_time = |from: Option<usize>, before: Option<usize>| ListWithdrawalsRequest {
            create_time_from: from.and_then(|index| times[index]),
            create_time_before: before.and_then(|index| times[index]),
            ..all()
        };
        let by_reference = |reference: &str| {
            ListWithdrawalsRequest { reference: reference.to_owned(), ..all() }
        };
        let by_channel =
            |channel: &str| ListWithdrawalsRequest { channel: channel.to_owned(), ..all() };
        let held = |reason: HeldReason| {
            ListWithdrawalsRequest { held_reason: reason.into(), ..all() }
        };
        for (request, expected) in [
            (all(), vec![4, 3, 2, 1, 0]),
            (by_reference("rent"), vec![3, 0]),
            (by_reference("Rent"), vec![1]),
            (by_reference("ren"), vec![]),
            (by_reference("x' OR '1'='1"), vec![4]),
            (by_channel("CH-2"), vec![3, 0]),
            (by_channel("CH-1"), vec![]),
            (held(HeldReason::Condition), vec![1]),
            (held(HeldReason::NoChannel), vec![]),
            (by_time(Some(1), None), vec![4, 3, 2, 1]),
            (by_time(None, Some(1)), vec![0]),
            (by_time(Some(1), Some(3)), vec![2, 1]),
            (ListWithdrawalsRequest { state: WithdrawalState::Dispatching.into(),
                ..by_reference("rent") }, vec![0]),
            (ListWithdrawalsRequest { reference: "rent".to_owned(), channel: "CH-2".to_owned(),
                ..by_time(Some(1), None) }, vec![3]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(|i| ids[i].clone()).collect();
            assert_eq!(list(&paying, request.clone()).await.unwrap().0, expected, "{request:?}");
        }
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_page_goes_on_under_the_same_filters_only(bank) {
        bank.account(N, "100.00").await;
        let begin = at(&bank);
        let mut ids = Vec::new();
        for index in 0..6 {
            bank.pass(chrono::Duration::microseconds(1));
            let reference = if index % 2 == 0 { "even" } else { "odd" }.to_owned();
            let request = WithdrawRequest { reference, ..bank.withdrawal(N, "1.00") };
            ids.push(bank.withdraw_with(request).await.unwrap().withdrawal_id);
        }
        let even = ListWithdrawalsRequest {
            reference: "even".to_owned(),
            create_time_from: begin,
            page_size: 2,
            ..all()
        };
        let (first, token) = list(&bank, even.clone()).await.unwrap();
        assert_eq!(first, [ids[4].clone(), ids[2].clone()]);
        let next = ListWithdrawalsRequest { page_token: token, ..even };
        assert_eq!(list(&bank, next.clone()).await.unwrap(), (vec![ids[0].clone()], String::new()));
        for other in [
            ListWithdrawalsRequest { reference: "odd".to_owned(), ..next.clone() },
            ListWithdrawalsRequest { reference: String::new(), ..next.clone() },
            ListWithdrawalsRequest { channel: "CH-1".to_owned(), ..next.clone() },
            ListWithdrawalsRequest { create_time_from: None, ..next.clone() },
            ListWithdrawalsRequest { create_time_before: at(&bank), ..next.clone() },
            ListWithdrawalsRequest { held_reason: HeldReason::Condition.into(), ..next.clone() },
        ] {
            assert_eq!(fields(&list(&bank, other).await.unwrap_err()), ["page_token"]);
        }
        let turned = ListWithdrawalsRequest {
            create_time_from: at(&bank),
            create_time_before: begin,
            ..all()
        };
        assert_eq!(fields(&list(&bank, turned.clone()).await.unwrap_err()),
            ["create_time_before"]);
        let none = ListWithdrawalsRequest { create_time_before: turned.create_time_from, ..turned };
        assert_eq!(fields(&list(&bank, none).await.unwrap_err()), ["create_time_before"]);
        bank.finish().await;
    }
}
