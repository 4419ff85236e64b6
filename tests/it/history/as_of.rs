//! ListAccountStatusHistory with `as_of`: what held at an instant, over a life of an account.

use account_status::pb::v1::*;
use chrono::{DateTime, Duration, Utc};
use tonic::Status;

use crate::actions::{N, carry_out, change, fraud_stop, instant, local, plain, set, stamp};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const MICRO: Duration = Duration::microseconds(1);

/// The answer as of an instant, as a principal sees it.
pub(super) async fn ask(
    bank: &Bank,
    principal: &str,
    at: DateTime<Utc>,
) -> Result<ListAccountStatusHistoryResponse, Status> {
    let list = ListAccountStatusHistoryRequest {
        account_number: N.to_owned(),
        as_of: stamp(at),
        ..ListAccountStatusHistoryRequest::default()
    };
    Ok(bank.status_client().list_account_status_history(by(principal, list)).await?.into_inner())
}

/// What held, as an auditor sees it, with the number of rows listed.
pub(super) async fn held(bank: &Bank, at: DateTime<Utc>) -> (AccountStatusAt, usize) {
    let answer = ask(bank, "auditor", at).await.unwrap();
    let rows = answer.status_changes.len();
    (answer.status_as_of.unwrap(), rows)
}

/// Code, kinds in force, number of the row that began it (0 = not written yet), rows listed.
async fn seen(bank: &Bank, at: DateTime<Utc>) -> (String, Vec<Condition>, i64, usize) {
    let (held, rows) = held(bank, at).await;
    assert_eq!(instant(&held.as_of), at);
    let kinds = held.conditions.iter().map(ConditionSummary::condition).collect();
    if held.status.is_some() {
        assert_eq!(held.status() as i32, held.status_code.parse::<i32>().unwrap() + 1);
    }
    let began = held.status_change.map_or(0, |row| {
        assert_eq!(row.effective_time, held.since_time);
        row.sequence
    });
    (held.status_code, kinds, began, rows)
}

/// The status just before, at and just after an instant.
async fn around(bank: &Bank, at: DateTime<Utc>) -> [String; 3] {
    let mut codes = [const { String::new() }; 3];
    for (code, at) in codes.iter_mut().zip([at - MICRO, at, at + MICRO]) {
        *code = seen(bank, at).await.0;
    }
    codes
}

on_every_engine! {
    async fn a_life_is_told_as_of_each_of_its_instants(bank) {
        use Condition::{Frozen, Lost, Opening, Stoppay};
        let opened = bank.now();
        bank.applied(N).await;
        bank.set_time("2026-03-11 09:00:00");
        plain(&bank, N, StatusAction::CompleteOpening).await.unwrap();
        bank.set_time("2026-03-12 09:00:00");
        let order = CreateFreezeRecordRequest {
            duration: stamp(local("2026-03-20 00:00:00"))
                .map(create_freeze_record_request::Duration::ExpireTime),
            ..bank.court_order(N, "")
        };
        bank.freeze(order).await.unwrap();
        bank.set_time("2026-03-13 09:00:00");
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        // Nobody writes down that the stop lapsed on the 15th until the loss of the 18th.
        bank.set_time("2026-03-18 09:00:00");
        set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        // And nobody that the freeze lapsed on the 20th and the loss on the 24th.
        bank.set_time("2026-04-01 00:00:00");

        let told = |code: &str, kinds: &[Condition], began, rows| {
            (code.to_owned(), kinds.to_vec(), began, rows)
        };
        for (at, expected) in [
            (opened - MICRO, told("", &[], 0, 0)),
            (opened, told("04", &[Opening], 1, 1)),
            (local("2026-03-11 08:59:59.999999"), told("04", &[Opening], 1, 1)),
            (local("2026-03-11 09:00:00"), told("00", &[], 2, 2)),
            (local("2026-03-12 09:00:00"), told("01", &[Frozen], 3, 3)),
            (local("2026-03-13 09:00:00"), told("01", &[Frozen, Stoppay], 4, 4)),
            (local("2026-03-15 08:59:59.999999"), told("01", &[Frozen, Stoppay], 4, 4)),
            (local("2026-03-15 09:00:00"), told("01", &[Frozen], 5, 5)),
            (local("2026-03-17 00:00:00"), told("01", &[Frozen], 5, 5)),
            (local("2026-03-18 09:00:00"), told("01", &[Frozen], 5, 5)),
            // Written in one commit with the lapse, a microsecond after it.
            (local("2026-03-18 09:00:00.000001"), told("01", &[Frozen, Lost], 6, 6)),
            (local("2026-03-20 00:00:00"), told("03", &[Lost], 0, 6)),
            (local("2026-03-23 23:59:59.999999"), told("03", &[Lost], 0, 6)),
            (local("2026-03-24 00:00:00"), told("00", &[], 0, 6)),
            (bank.now(), told("00", &[], 0, 6)),
        ] {
            assert_eq!(seen(&bank, at).await, expected, "as of {at}");
        }
        assert_eq!(around(&bank, local("2026-03-20 00:00:00")).await, ["01", "03", "03"]);
        assert_eq!(instant(&held(&bank, bank.now()).await.0.since_time),
            local("2026-03-24 00:00:00"));
        assert_eq!(bank.history(N).await.len(), 6, "a read writes nothing");

        // Written down, the lapses are told the same, now with their rows.
        bank.credit(N, "1.00").await.unwrap();
        for (at, expected) in [
            (local("2026-03-20 00:00:00"), told("03", &[Lost], 7, 7)),
            (local("2026-03-24 00:00:00"), told("00", &[], 8, 8)),
        ] {
            assert_eq!(seen(&bank, at).await, expected, "as of {at}");
        }
        assert_eq!(around(&bank, local("2026-03-24 00:00:00")).await, ["03", "00", "00"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn nothing_is_told_of_the_future_or_of_no_account(bank) {
        let refused = async |at| {
            let status = ask(&bank, "auditor", at).await.unwrap_err();
            (reason(&status), fields(&status))
        };
        let future = ("INVALID_REQUEST".to_owned(), vec!["as_of".to_owned()]);
        assert_eq!(refused(bank.now() + MICRO).await, future, "said before that none is there");
        assert_eq!(refused(bank.now()).await, ("ACCOUNT_NOT_FOUND".to_owned(), vec![]));
        bank.account(N, "1.00").await;
        for _ in 0..3 {
            bank.credit(N, "1.00").await.unwrap();
        }
        // The clock stands still and the account's own time went on.
        let newest = bank.history(N).await[0].clone();
        assert!(instant(&newest.effective_time) > bank.now());
        let (told, _) = held(&bank, instant(&newest.effective_time)).await;
        assert_eq!(told.status_change, Some(newest));
        assert_eq!(refused(bank.now() + Duration::seconds(1)).await, future);
        for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (253_402_300_800, 0), (i64::MIN, 0)] {
            let list = ListAccountStatusHistoryRequest {
                account_number: N.to_owned(),
                as_of: Some(prost_types::Timestamp { seconds, nanos }),
                ..ListAccountStatusHistoryRequest::default()
            };
            let status = bank.status_client().list_account_status_history(list).await.unwrap_err();
            assert_eq!((reason(&status).as_str(), fields(&status)),
                ("INVALID_REQUEST", vec!["as_of".to_owned()]), "{seconds} {nanos}");
        }
        // Finer than a microsecond is cut off, so what is effective at it holds.
        let at = local("2026-03-10 10:00:00");
        let stamp = prost_types::Timestamp { seconds: at.timestamp(), nanos: 999 };
        let list = ListAccountStatusHistoryRequest {
            account_number: N.to_owned(),
            as_of: Some(stamp),
            ..ListAccountStatusHistoryRequest::default()
        };
        let answer = bank.status_client().list_account_status_history(list).await.unwrap();
        let told = answer.into_inner().status_as_of.unwrap();
        assert_eq!((told.status_code.as_str(), instant(&told.as_of)), ("04", at));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn pages_hold_the_rows_effective_by_then_and_tokens_keep_to_their_instant(bank) {
        bank.account(N, "100.00").await;
        for day in 11..=15 {
            bank.set_time(&format!("2026-03-{day} 09:00:00"));
            bank.freeze(bank.court_order(N, "1.00")).await.unwrap();
        }
        let at = local("2026-03-14 00:00:00");
        let page = async |as_of: Option<DateTime<Utc>>, page_token: &str| {
            let list = ListAccountStatusHistoryRequest {
                account_number: N.to_owned(),
                page_size: 2,
                page_token: page_token.to_owned(),
                as_of: as_of.and_then(stamp),
            };
            let answer = bank.status_client().list_account_status_history(list).await;
            answer.map(tonic::Response::into_inner)
        };
        let mut sequences = Vec::new();
        let mut token = String::new();
        loop {
            let one = page(Some(at), &token).await.unwrap();
            assert_eq!(one.status_as_of.unwrap().conditions.len(), 3, "the same on every page");
            sequences.extend(one.status_changes.iter().map(|row| row.sequence));
            token = one.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(sequences, [5, 4, 3, 2, 1]);
        let bound = page(Some(at), "").await.unwrap().next_page_token;
        let free = page(None, "").await.unwrap();
        assert_eq!(free.status_as_of, None);
        for (as_of, token) in
            [(None, &bound), (Some(at + MICRO), &bound), (Some(at), &free.next_page_token)]
        {
            assert_eq!(fields(&page(as_of, token).await.unwrap_err()), ["page_token"]);
        }
        assert!(page(Some(at), &bound).await.is_ok());
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_confidential_is_masked_as_in_the_rows(bank) {
        bank.account(N, "100.00").await;
        bank.set_time("2026-03-11 09:00:00");
        let secret = CreateFreezeRecordRequest {
            confidential: true,
            duration: stamp(local("2026-03-20 00:00:00"))
                .map(create_freeze_record_request::Duration::ExpireTime),
            ..bank.court_order(N, "60.00")
        };
        let (freeze, _) = bank.freeze(secret).await.unwrap();
        bank.set_time("2026-03-12 09:00:00");
        carry_out(&bank, ChangeAccountStatusRequest {
            reason: "structuring".to_owned(),
            ..change(N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern)
        })
        .await
        .unwrap();
        bank.set_time("2026-03-21 00:00:00");
        for (day, clear) in [("11", "execution"), ("12", "structuring")] {
            let at = local(&format!("2026-03-{day} 10:00:00"));
            let open = ask(&bank, "auditor", at).await.unwrap().status_as_of.unwrap();
            assert_eq!(open.conditions[0].cause(), Cause::JudicialCourt);
            assert_eq!(open.status_change.unwrap().change_reason, clear);
            let told = ask(&bank, "local", at).await.unwrap();
            let hidden = told.status_as_of.unwrap();
            assert_eq!((hidden.status_code.as_str(), hidden.conditions[0].cause()),
                ("01", Cause::Unspecified));
            assert_eq!(hidden.conditions[0].condition_id, freeze.freeze_id);
            let row = hidden.status_change.unwrap();
            assert_eq!((row.change_reason.as_str(), row.change_by.as_str()), ("", ""));
            assert_eq!(told.status_changes[0], row);
        }
        // The lapse of the freeze that nobody wrote down.
        let hidden = ask(&bank, "local", bank.now()).await.unwrap().status_as_of.unwrap();
        assert_eq!((hidden.status_code.as_str(), hidden.conditions.len()), ("08", 1));
        assert_eq!(hidden.status_change, None);
        bank.finish().await;
    }
}
