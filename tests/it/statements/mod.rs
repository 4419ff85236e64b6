//! Statements of channels: what they list, what they don't, twice, cut off, malformed.

mod bounds;
mod unlisted;

use account_status::domain::id::ChannelId;
use account_status::domain::payout::evidence::{Said, Source};
use account_status::domain::payout::reason::RejectReason;
use account_status::payout::sheet::Declared;
use account_status::pb::v1::channel_service_client::ChannelServiceClient;
use account_status::pb::v1::import_statement_request::Part;
use account_status::pb::v1::*;
use chrono::{DateTime, TimeDelta, Utc};
use prost_types::Timestamp;
use tonic::Status;

use crate::harness::calls::*;
use crate::harness::{Bank, start_time};
use crate::inbox::items;
use crate::on_every_engine;
use crate::withdrawals::paying::{Payout, bank_with_channels, dead, paid};

const N: &str = "8300000101";

pub(crate) fn at(instant: DateTime<Utc>) -> Option<Timestamp> {
    Some(Timestamp { seconds: instant.timestamp(), nanos: 0 })
}

/// A statement about the day on which every bank begins.
pub(crate) fn header(id: &str) -> StatementHeader {
    StatementHeader {
        channel_id: "CH-1".to_owned(),
        statement_id: id.to_owned(),
        period_start_time: at(start_time() - TimeDelta::hours(2)),
        period_end_time: at(start_time() + TimeDelta::hours(22)),
        r#final: false,
        line_count: None,
    }
}

pub(super) fn line(key: &str, state: StatementLineState, amount: &str) -> StatementLine {
    StatementLine {
        payout_key: key.to_owned(),
        state: state.into(),
        amount: if amount.is_empty() { None } else { cny(amount) },
        ..StatementLine::default()
    }
}

pub(super) async fn send(bank: &Bank, parts: Vec<Part>) -> Result<StatementReport, Status> {
    let messages: Vec<_> =
        parts.into_iter().map(|part| ImportStatementRequest { part: Some(part) }).collect();
    let mut client = ChannelServiceClient::new(bank.channel.clone());
    let response = client.import_statement(futures::stream::iter(messages)).await?;
    Ok(response.into_inner().report.unwrap())
}

pub(super) async fn import(
    bank: &Bank,
    header: StatementHeader,
    lines: &[StatementLine],
) -> Result<StatementReport, Status> {
    let lines = StatementLines { lines: lines.to_vec() };
    send(bank, vec![Part::Header(header), Part::Lines(lines)]).await
}

pub(super) async fn state(payout: &Payout<'_>) -> (WithdrawalState, AttemptState) {
    let get = GetWithdrawalRequest {
        account_number: payout.number.to_owned(),
        withdrawal_id: payout.id.clone(),
    };
    let found = payout.bank.withdraw_client().get_withdrawal(get).await.unwrap().into_inner();
    let withdrawal = found.withdrawal.unwrap();
    (withdrawal.state(), withdrawal.attempts.last().unwrap().state())
}

pub(super) fn kinds(report: &StatementReport) -> Vec<StatementDifferenceKind> {
    report.differences.iter().map(StatementDifference::kind).collect()
}

/// What was counted: lines, matched, applied, contradicting, unknown, proven dead, missing, open.
pub(super) fn counts(report: &StatementReport) -> [i64; 8] {
    [
        report.lines,
        report.matched,
        report.applied,
        report.contradicting,
        report.unknown,
        report.proven_dead,
        report.missing,
        report.still_open,
    ]
}

on_every_engine! {
    async fn each_line_is_matched_and_what_differs_is_judged(bank) {
        use StatementLineState::{Rejected, Returned, Settled};
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        let mut payouts = Vec::new();
        for _ in 0..8 {
            payouts.push(Payout::begin(&paying, N, "10.00").await);
        }
        let settled = || Said::Settled(paid("10.00"));
        for place in [0, 1, 2, 5] {
            payouts[place].said(1, Source::Submit, settled()).await;
        }
        payouts[3].said(1, Source::Submit, dead(RejectReason::PayeeAccountClosed)).await;
        payouts[4].said(1, Source::Submit, Said::NoAnswer).await;
        let keys: Vec<String> = payouts.iter().map(|payout| payout.key(1)).collect();
        let lines = [
            line(&keys[0], Settled, "10.00"),
            line(&keys[1], Settled, "10.01"),
            line(&keys[2], Returned, "10.00"),
            line(&keys[3], Rejected, ""),
            line(&keys[4], Settled, "10.00"),
            line(&keys[5], Rejected, ""),
            line(&keys[6], Settled, "9.00"),
            line("never-given.1", Settled, "5.00"),
        ];
        paying.pass(TimeDelta::hours(30));
        let report = import(&paying, header("S-1"), &lines).await.unwrap();
        // The last was never answered and is not listed.
        assert_eq!(counts(&report), [8, 2, 2, 3, 1, 0, 0, 1], "{report:?}");
        let kinds_of = kinds(&report);
        assert_eq!(kinds_of.iter().filter(|kind| **kind == StatementDifferenceKind::Amount).count(), 2);
        assert_eq!(kinds_of.iter().filter(|kind| **kind == StatementDifferenceKind::State).count(), 3);
        assert!(kinds_of.contains(&StatementDifferenceKind::TheirsOnly));
        assert_eq!(state(&payouts[2]).await, (WithdrawalState::Returned, AttemptState::Returned));
        assert_eq!(state(&payouts[4]).await, (WithdrawalState::Settled, AttemptState::Settled));
        assert_eq!(state(&payouts[5]).await, (WithdrawalState::Settled, AttemptState::Settled));
        assert_eq!(state(&payouts[6]).await, (WithdrawalState::Quarantined, AttemptState::Unknown));
        assert_eq!(state(&payouts[7]).await.1, AttemptState::Intent);
        let kept = items(&paying, false).await;
        assert_eq!((kept.len(), kept[0].source, &*kept[0].payout_key),
            (1, Source::Statement, "never-given.1"));
        // The same again is the same; other lines under its number are not.
        let again = import(&paying, header("S-1"), &lines).await.unwrap();
        assert_eq!(again, StatementReport { repeated_import: true, ..report });
        let refused = import(&paying, header("S-1"), &lines[1..]).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
        let other = StatementHeader { period_start_time: at(start_time()), ..header("S-1") };
        assert_eq!(reason(&import(&paying, other, &lines).await.unwrap_err()), "REQUEST_ID_REUSED");
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_contradicts_is_counted_however_often_it_is_said(bank) {
        use StatementLineState::{Rejected, Returned, Settled};
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        let mut payouts = Vec::new();
        for _ in 0..4 {
            payouts.push(Payout::begin(&paying, N, "10.00").await);
        }
        for payout in &payouts[..3] {
            payout.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        }
        // The channel's own report was the first to say it.
        payouts[0].said(1, Source::Callback, Said::Settled(paid("10.01"))).await;
        payouts[3].said(1, Source::Submit, Said::NoAnswer).await;
        let lines = [
            line(&payouts[0].key(1), Settled, "10.01"),
            line(&payouts[1].key(1), Rejected, ""),
            line(&payouts[2].key(1), Returned, "10.00"),
            line(&payouts[3].key(1), Settled, "9.99"),
        ];
        paying.pass(TimeDelta::hours(30));
        let report = import(&paying, header("S-1"), &lines).await.unwrap();
        assert_eq!(counts(&report), [4, 0, 1, 3, 0, 0, 0, 0], "{report:?}");
        let report = import(&paying, header("S-2"), &lines).await.unwrap();
        assert_eq!(counts(&report), [4, 1, 0, 3, 0, 0, 0, 0], "{report:?}");
        let cases = paying.case_client().list_cases(ListCasesRequest::default()).await.unwrap();
        assert_eq!(cases.into_inner().cases.len(), 3);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn csv_cut_anywhere_is_the_same_statement(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        let payout = Payout::begin(&paying, N, "10.00").await;
        payout.said(1, Source::Submit, Said::NoAnswer).await;
        paying.pass(TimeDelta::hours(30));
        let text = format!(
            "payout_key,state,currency_code,amount\n{},SETTLED,CNY,10.00\nx.1,REJECTED,,\n",
            payout.key(1)
        );
        let mut parts = vec![Part::Header(header("S-1"))];
        parts.extend(text.as_bytes().chunks(7).map(|bytes| Part::Csv(bytes.to_vec())));
        let report = send(&paying, parts).await.unwrap();
        assert_eq!(counts(&report), [2, 0, 1, 0, 1, 0, 0, 0]);
        assert_eq!(state(&payout).await, (WithdrawalState::Settled, AttemptState::Settled));
        let lines = [
            line(&payout.key(1), StatementLineState::Settled, "10.00"),
            line("x.1", StatementLineState::Rejected, ""),
        ];
        assert!(import(&paying, header("S-1"), &lines).await.unwrap().repeated_import);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_import_that_was_cut_off_is_sent_again(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        let first = Payout::begin(&paying, N, "10.00").await;
        let second = Payout::begin(&paying, N, "10.00").await;
        paying.pass(TimeDelta::hours(30));
        let good = line(&first.key(1), StatementLineState::Settled, "10.00");
        let bad = line(&second.key(1), StatementLineState::Unspecified, "10.00");
        let right = line(&second.key(1), StatementLineState::Settled, "10.00");
        let messages = |lines: Vec<Vec<StatementLine>>| {
            let lines = lines.into_iter().map(|lines| Part::Lines(StatementLines { lines }));
            [Part::Header(header("S-1"))].into_iter().chain(lines).collect::<Vec<_>>()
        };
        let torn = messages(vec![vec![good.clone()], vec![right.clone(), bad]]);
        let refused = send(&paying, torn).await.unwrap_err();
        assert_eq!(reason(&refused), "INVALID_REQUEST");
        assert_eq!(fields(&refused), ["lines.lines[1].state"]);
        // What came before stands; nothing of the message with the malformed line is written.
        assert_eq!(state(&first).await.1, AttemptState::Settled);
        assert_eq!(state(&second).await.1, AttemptState::Intent);
        let report = send(&paying, messages(vec![vec![good], vec![right]])).await.unwrap();
        assert_eq!(counts(&report), [2, 1, 1, 0, 0, 0, 0, 0]);
        assert!(!report.repeated_import);
        assert_eq!(state(&second).await.1, AttemptState::Settled);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn malformed_statements_are_refused(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.pass(TimeDelta::hours(30));
        let refused = async |parts: Vec<Part>| {
            let refused = send(&paying, parts).await.unwrap_err();
            (reason(&refused), fields(&refused).join(" "))
        };
        let invalid = |fields: &str| ("INVALID_REQUEST".to_owned(), fields.to_owned());
        let csv = |text: &str| Part::Csv(text.as_bytes().to_vec());
        assert_eq!(refused(vec![]).await, invalid("header"));
        assert_eq!(refused(vec![csv("payout_key")]).await, invalid("header"));
        let twice = vec![Part::Header(header("S-1")), Part::Header(header("S-1"))];
        assert_eq!(refused(twice).await, invalid("header"));
        assert_eq!(
            refused(vec![Part::Header(StatementHeader::default())]).await,
            invalid("header.channel_id header.statement_id header.period_start_time \
                header.period_end_time")
        );
        let backwards =
            StatementHeader { period_end_time: at(start_time() - TimeDelta::days(1)), ..header("S") };
        assert_eq!(refused(vec![Part::Header(backwards)]).await, invalid("header.period_end_time"));
        let stranger = StatementHeader { channel_id: "CH-9".to_owned(), ..header("S-1") };
        assert_eq!(refused(vec![Part::Header(stranger)]).await.0, "CHANNEL_NOT_FOUND");
        let torn = vec![Part::Header(header("S-1")), csv("payout_key,state\na.1,REJECTED\nb.1,GONE\n")];
        assert_eq!(refused(torn).await, invalid("csv"));
        assert_eq!(items(&paying, false).await, [], "nothing of the message is written");
        let many = StatementLines { lines: vec![line("a.1", StatementLineState::Rejected, ""); 501] };
        let many = vec![Part::Header(header("S-1")), Part::Lines(many)];
        assert_eq!(refused(many).await, invalid("lines.lines"));
        paying.finish().await;
        bank.finish().await;
    }
}

/// The channel as it would declare itself.
pub(super) fn declare(bank: &Bank, hours: i64) {
    let channel = ChannelId::parse("CH-1").unwrap();
    let cut_off_secs = Some(hours * 3_600);
    bank.board.declare(&channel, Declared { cut_off_secs, ..Declared::default() });
}
