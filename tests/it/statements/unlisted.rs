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

on_every_engine! {
    async fn what_was_sent_about_the_begin_may_stand_on_the_statement_before(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "1000.00").await;
        declare(&paying, 1);
        let silent = Payout::begin(&paying, N, "10.00").await;
        silent.said(1, Source::Submit, Said::NoAnswer).await;
        let settled = Payout::begin(&paying, N, "10.00").await;
        settled.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        paying.pass(TimeDelta::hours(30));
        let begins = |id: &str| StatementHeader {
            period_start_time: at(start_time() - TimeDelta::minutes(4)), ..last(id)
        };
        let report = import(&paying, begins("S-2"), &[]).await.unwrap();
        assert_eq!((report.proven_dead, report.missing, report.still_open), (0, 0, 1));
        let before = StatementHeader {
            period_start_time: at(start_time() - TimeDelta::hours(24)),
            period_end_time: at(start_time() - TimeDelta::minutes(4)),
            ..last("S-1")
        };
        import(&paying, before, &[]).await.unwrap();
        let report = import(&paying, begins("S-3"), &[]).await.unwrap();
        assert_eq!((report.proven_dead, report.missing, report.still_open), (1, 0, 0));
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn sending_over_days_is_covered_by_a_chain_of_statements(bank) {
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
        for (day, proven) in [(0, 0), (1, 0), (2, 1)] {
            let report = import(&paying, of_day(day), &[]).await.unwrap();
            assert_eq!(report.proven_dead, proven, "day {day}");
        }
        paying.finish().await;
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
        assert_eq!((report.proven_dead, report.still_open), (0, 1), "it may have come later");
        let report = import(&paying, next("S-2"), &[]).await.unwrap();
        assert_eq!((report.proven_dead, report.still_open), (1, 0));
        assert_eq!(state(&across).await.1, AttemptState::Dead);
        paying.finish().await;
        bank.finish().await;
    }
}
