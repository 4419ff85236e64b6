//! What a statement doesn't list.

use account_status::domain::payout::evidence::Finality;

use super::*;

fn last(id: &str) -> StatementHeader {
    StatementHeader { r#final: true, line_count: Some(0), ..header(id) }
}

on_every_engine! {
    async fn only_past_the_declared_cut_off_a_statement_is_final(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.pass(TimeDelta::hours(22));
        let refused = import(&paying, last("S-1"), &[]).await.unwrap_err();
        assert_eq!(fields(&refused), ["header.final"]);
        declare(&paying, 4);
        let refused = import(&paying, last("S-1"), &[]).await.unwrap_err();
        assert_eq!(fields(&refused), ["header.final"]);
        paying.pass(TimeDelta::hours(4));
        import(&paying, last("S-1"), &[]).await.unwrap();
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_a_final_statement_does_not_list_is_proven_dead(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        let silent = Payout::begin(&paying, N, "10.00").await;
        silent.said(1, Source::Submit, Said::NoAnswer).await;
        let settled = Payout::begin(&paying, N, "10.00").await;
        settled.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        // In the period, but sent again after it.
        let again = Payout::begin(&paying, N, "10.00").await;
        again.said(1, Source::Submit, Said::NoAnswer).await;
        paying.pass(TimeDelta::hours(23));
        again.follow_up().await;
        let late = Payout::begin(&paying, N, "10.00").await;
        declare(&paying, 4);
        paying.pass(TimeDelta::hours(4));
        // One that isn't final proves nothing.
        let report = import(&paying, header("S-0"), &[]).await.unwrap();
        assert_eq!(counts(&report), [0, 0, 0, 0, 0, 0, 0, 2]);
        let report = import(&paying, last("S-1"), &[]).await.unwrap();
        let resent = report.still_open;
        assert_eq!(counts(&report), [0, 0, 0, 0, 0, 2 - resent, 1, resent]);
        assert!(kinds(&report).iter().all(|kind| *kind == StatementDifferenceKind::OursOnly));
        let (withdrawal, attempt) = state(&silent).await;
        assert_eq!(attempt, AttemptState::Dead);
        assert!(matches!(withdrawal, WithdrawalState::Reserved | WithdrawalState::Failed));
        assert_eq!(state(&settled).await.1, AttemptState::Settled);
        assert!(state(&late).await.1 == AttemptState::Intent, "it is of the next day");
        assert!(import(&paying, last("S-1"), &[]).await.unwrap().repeated_import);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_final_statement_that_lost_lines_proves_nothing(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        declare(&paying, 1);
        let silent = Payout::begin(&paying, N, "10.00").await;
        silent.said(1, Source::Submit, Said::NoAnswer).await;
        paying.pass(TimeDelta::hours(30));
        for line_count in [None, Some(1), Some(-1), Some(2_000_001)] {
            let header = StatementHeader { line_count, ..last("S-1") };
            let refused = import(&paying, header, &[]).await.unwrap_err();
            assert_eq!(fields(&refused), ["header.line_count"], "{line_count:?}");
            assert_eq!(state(&silent).await.1, AttemptState::Unknown, "{line_count:?}");
        }
        let report = import(&paying, last("S-1"), &[]).await.unwrap();
        assert_eq!(report.proven_dead, 1);
        paying.finish().await;
        bank.finish().await;
    }
}

/// Of a day and of the day before: the one ends, and the other begins, four minutes before the first
/// payouts are sent.
fn two_days() -> [StatementHeader; 2] {
    let between = at(start_time() - TimeDelta::minutes(4));
    let before = StatementHeader {
        period_start_time: at(start_time() - TimeDelta::hours(24)),
        period_end_time: between,
        ..last("S-1")
    };
    [before, StatementHeader { period_start_time: between, ..last("S-2") }]
}

/// Proven dead, missing, still open.
fn unlisted(report: &StatementReport) -> (i64, i64, i64) {
    (report.proven_dead, report.missing, report.still_open)
}

on_every_engine! {
    async fn what_neither_of_two_days_lists_is_found_by_the_second_to_come(bank) {
        for order in [[0, 1], [1, 0]] {
            let paying = bank_with_channels(bank.engine).await;
            paying.account(N, "1000.00").await;
            declare(&paying, 1);
            let silent = Payout::begin(&paying, N, "10.00").await;
            silent.said(1, Source::Submit, Said::NoAnswer).await;
            let settled = Payout::begin(&paying, N, "10.00").await;
            settled.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
            paying.pass(TimeDelta::hours(30));
            let [first, second] = order.map(|day| two_days()[day].clone());
            let report = import(&paying, first, &[]).await.unwrap();
            // It was given to the channel on the second.
            assert_eq!((report.proven_dead, report.missing), (0, 0), "it may stand on the other");
            assert_eq!((report.still_open, kinds(&report).len()), (i64::from(order[0] == 1), order[0]));
            let report = import(&paying, second, &[]).await.unwrap();
            assert_eq!(unlisted(&report), (1, 1, 0), "{order:?}");
            assert_eq!(kinds(&report), [StatementDifferenceKind::OursOnly; 2]);
            assert_eq!(state(&silent).await.1, AttemptState::Dead);
            assert_eq!(state(&settled).await.1, AttemptState::Settled);
            // It is missing on another, longer one, too, and that is no other case.
            declare(&paying, 0);
            let longer = StatementHeader { period_end_time: at(paying.clock.now()), ..last("S-3") };
            assert_eq!(unlisted(&import(&paying, longer, &[]).await.unwrap()), (0, 1, 0));
            let cases = paying.case_client().list_cases(ListCasesRequest::default()).await.unwrap();
            assert_eq!(cases.into_inner().cases.len(), 1);
            paying.finish().await;
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_one_of_two_days_lists_is_not_missed_on_the_other(bank) {
        for order in [[0, 1], [1, 0]] {
            let paying = bank_with_channels(bank.engine).await;
            paying.account(N, "1000.00").await;
            declare(&paying, 1);
            let known = Payout::begin(&paying, N, "10.00").await;
            known.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
            let back = Payout::begin(&paying, N, "10.00").await;
            back.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
            back.said(1, Source::Callback, Said::Returned(paid("10.00"))).await;
            let silent = Payout::begin(&paying, N, "10.00").await;
            silent.said(1, Source::Submit, Said::NoAnswer).await;
            paying.pass(TimeDelta::hours(30));
            let lines = [
                line(&known.key(1), StatementLineState::Settled, "10.00"),
                line(&back.key(1), StatementLineState::Returned, "10.00"),
                line(&silent.key(1), StatementLineState::Settled, "10.00"),
            ];
            let [first, second] = order.map(|day| two_days()[day].clone());
            let first = StatementHeader { line_count: Some(3), ..first };
            let report = import(&paying, first, &lines).await.unwrap();
            assert_eq!(counts(&report), [3, 2, 1, 0, 0, 0, 0, 0]);
            let report = import(&paying, second, &[]).await.unwrap();
            assert_eq!(counts(&report), [0; 8], "{order:?}");
            assert_eq!(state(&back).await.1, AttemptState::Returned);
            paying.finish().await;
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_one_statement_covers_alone_is_not_missed_on_one_that_overlaps_it(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        declare(&paying, 1);
        let known = Payout::begin(&paying, N, "10.00").await;
        known.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        paying.pass(TimeDelta::hours(30));
        let listed = [line(&known.key(1), StatementLineState::Settled, "10.00")];
        let whole = StatementHeader { line_count: Some(1), ..last("S-1") };
        assert_eq!(import(&paying, whole, &listed).await.unwrap().matched, 1);
        let [_, overlapping] = two_days();
        assert_eq!(counts(&import(&paying, overlapping, &[]).await.unwrap()), [0; 8]);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn sending_over_days_is_covered_by_a_chain_of_statements(bank) {
        for order in [[0, 1, 2], [2, 1, 0], [0, 2, 1]] {
            let paying = bank_with_channels(bank.engine).await;
            paying.account(N, "1000.00").await;
            declare(&paying, 1);
            let busy = Payout::begin(&paying, N, "10.00").await;
            let later = Said::Rejected(Finality::Transient, RejectReason::ChannelBusy);
            busy.said(1, Source::Submit, later).await;
            let of_day = |day: i64| StatementHeader {
                period_start_time: at(start_time() + TimeDelta::hours(24 * day - 2)),
                period_end_time: at(start_time() + TimeDelta::hours(24 * day + 22)),
                ..last(&format!("S-{day}"))
            };
            paying.pass(TimeDelta::hours(48));
            // Sent again two days later.
            busy.follow_up().await;
            busy.said(1, Source::Submit, Said::NoAnswer).await;
            paying.pass(TimeDelta::hours(30));
            for (place, day) in order.into_iter().enumerate() {
                let report = import(&paying, of_day(day), &[]).await.unwrap();
                assert_eq!(report.proven_dead, i64::from(place == 2), "day {day} of {order:?}");
            }
            paying.finish().await;
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn sending_across_two_periods_is_covered_by_both(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        declare(&paying, 1);
        // A few seconds before the period ends: it may be sent until after it.
        paying.pass(TimeDelta::hours(22) - TimeDelta::seconds(1));
        let across = Payout::begin(&paying, N, "10.00").await;
        across.said(1, Source::Submit, Said::NoAnswer).await;
        paying.pass(TimeDelta::hours(30));
        let next = |id: &str| StatementHeader {
            period_start_time: at(start_time() + TimeDelta::hours(22)),
            period_end_time: at(start_time() + TimeDelta::hours(46)),
            ..last(id)
        };
        let report = import(&paying, last("S-1"), &[]).await.unwrap();
        assert_eq!(unlisted(&report), (0, 0, 1), "it may have come later");
        let report = import(&paying, next("S-2"), &[]).await.unwrap();
        assert_eq!(unlisted(&report), (1, 0, 0));
        assert_eq!(state(&across).await.1, AttemptState::Dead);
        paying.finish().await;
        bank.finish().await;
    }
}
