//! What befalls a payout opens the case that has its name, in the same commit, with what it is about.

use account_status::domain::payout::evidence::{Period, Said, Source};
use account_status::domain::payout::reason::RejectReason;
use chrono::Duration;

use super::*;
use crate::actions::instant;
use crate::on_every_engine;
use crate::withdrawals::paying::{Payout, bank_with_channels, dead, paid};

const NUMBERS: [&str; 8] = [
    "8310000001",
    "8310000002",
    "8310000003",
    "8310000004",
    "8310000005",
    "8310000006",
    "8310000007",
    "8310000008",
];

async fn find(bank: &Bank, id: &str) -> Withdrawal {
    let get = GetWithdrawalRequest { withdrawal_id: id.to_owned(), ..Default::default() };
    bank.withdraw_client().get_withdrawal(get).await.unwrap().into_inner().withdrawal.unwrap()
}

/// Takes it up again when that is due.
async fn follow_up(payout: &Payout<'_>) {
    let shown = find(payout.bank, &payout.id).await;
    payout.bank.clock.set(instant(&shown.next_action_time));
    payout.follow_up().await;
}

/// What happens to a payout that was reserved just now.
async fn befall(payout: &Payout<'_>, cause: CaseCause) {
    let settled = || Said::Settled(paid("60.00"));
    match cause {
        CaseCause::NotArrived => {
            payout.start().await;
            payout.said(1, Source::Submit, Said::Accepted).await;
            follow_up(payout).await;
            payout.said(1, Source::Inquiry, Said::InProgress).await;
            follow_up(payout).await;
        }
        CaseCause::UnknownOutcome => {
            payout.start().await;
            payout.said(1, Source::Submit, Said::NoAnswer).await;
            payout.bank.pass(Duration::minutes(11));
            payout.follow_up().await;
        }
        CaseCause::SecondSettlement => {
            payout.start().await;
            payout.said(1, Source::Submit, dead(RejectReason::BankNotServed)).await;
            payout.start().await;
            payout.said(2, Source::Submit, settled()).await;
            payout.said(1, Source::Callback, settled()).await;
        }
        CaseCause::LateSuccess => {
            payout.start().await;
            payout.said(1, Source::Submit, dead(RejectReason::PayeeAccountClosed)).await;
            payout.said(1, Source::Callback, settled()).await;
        }
        CaseCause::ReturnNotTaken => {
            payout.start().await;
            payout.said(1, Source::Submit, settled()).await;
            payout.bank.act(payout.number, StatusAction::Close, |_| {}).await.unwrap();
            payout.said(1, Source::Callback, Said::Returned(paid("60.00"))).await;
        }
        CaseCause::MissingOnStatement => {
            payout.start().await;
            payout.said(1, Source::Submit, settled()).await;
            let day = chrono::Duration::days(1);
            let now = payout.bank.now();
            let listed = Period { from: now - day, until: now + day };
            payout.said(1, Source::Statement, Said::NotListed(listed)).await;
        }
        CaseCause::Contradiction => {
            payout.start().await;
            payout.said(1, Source::Submit, settled()).await;
            payout.said(1, Source::Callback, dead(RejectReason::PayeeAccountClosed)).await;
        }
        CaseCause::NoChannel => {
            payout.try_to_start_over(&[]).await;
            payout.bank.pass(Duration::minutes(31));
            payout.try_to_start_over(&[]).await;
        }
        _ => unreachable!("{cause:?} has a test of its own"),
    }
}

on_every_engine! {
    async fn what_befalls_a_payout_opens_the_case_of_its_name(bank) {
        let paying = bank_with_channels(bank.engine).await;
        let causes = [
            // What passes time comes last: it would make others due.
            (CaseCause::SecondSettlement, WithdrawalState::Settled, 1),
            (CaseCause::LateSuccess, WithdrawalState::SettledLate, 1),
            (CaseCause::ReturnNotTaken, WithdrawalState::Returned, 1),
            (CaseCause::MissingOnStatement, WithdrawalState::Settled, 1),
            (CaseCause::Contradiction, WithdrawalState::Settled, 1),
            (CaseCause::NotArrived, WithdrawalState::Accepted, 1),
            (CaseCause::UnknownOutcome, WithdrawalState::Unknown, 1),
            (CaseCause::NoChannel, WithdrawalState::Reserved, 0),
        ];
        for (number, (cause, state, attempt)) in NUMBERS.into_iter().zip(causes) {
            paying.account(number, "60.00").await;
            let payout = Payout::reserve(&paying, number, "60.00").await;
            befall(&payout, cause).await;
            let of = ListCasesRequest { account_number: number.to_owned(), ..Default::default() };
            let cases = list(&paying, of).await;
            let [case] = &cases[..] else { panic!("{cause:?}: {cases:#?}") };
            assert_eq!((case.cause(), case.state()), (cause, CaseState::Open));
            assert_eq!((&*case.withdrawal_id, case.attempt_number), (&*payout.id, attempt));
            let shown = find(&paying, &payout.id).await;
            assert_eq!((shown.state(), &shown.open_cases), (state, &vec![i32::from(cause)]));
            let (_, way) = story(&paying, case).await;
            assert!(kinds(&way).contains(&CaseEntryKind::Opened), "{cause:?}: {way:#?}");
            // Said once more it is known: no case beside this one.
            let before = list(&paying, ListCasesRequest::default()).await.len();
            if state == WithdrawalState::SettledLate {
                payout.said(1, Source::Callback, Said::Settled(paid("60.00"))).await;
            }
            assert_eq!(list(&paying, ListCasesRequest::default()).await.len(), before);
        }
        // Where money is beside the books, it stands in a list that somebody works off.
        for number in [NUMBERS[0], NUMBERS[2]] {
            let account_number = number.to_owned();
            let of = ListSuspenseRequest { account_number, ..Default::default() };
            let items = paying.case_client().list_suspense(of).await.unwrap().into_inner().items;
            let amounts: Vec<_> = items.into_iter().map(|item| item.amount).collect();
            assert_eq!(amounts, [cny("60.00")], "{number}");
        }
        paying.finish().await;
        bank.finish().await;
    }
}
