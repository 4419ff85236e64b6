//! Random sequences. Few accounts, amounts and ids make calls collide: replays, exhaustion, queues
//! of freezes.

use account_status::pb::v1::AuthorityKind as K;
use account_status::pb::v1::StatusAction as A;
use account_status::pb::v1::*;
use proptest::prelude::*;
use proptest::sample::select;

use super::steps::{
    Amount, Deed, End, Entry, Etag, Head, Lift, Lifter, Paper, Pause, Service, Step,
};

/// The most steps of a sequence. No least number: shrinking couldn't go below it.
const LENGTH_MAX: usize = 100;

/// A sequence.
pub(super) fn sequence() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..=LENGTH_MAX)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => pause().prop_map(Step::Wait),
        70 => (head(), deed()).prop_map(|(head, deed)| Step::Call(head, deed)),
        4 => (head(), opening()).prop_map(|(head, deed)| Step::Call(Head { account: 1, ..head }, deed)),
        8 => (0..12_usize, prop::bool::weighted(0.1))
            .prop_map(|(back, validate_only)| Step::Again { back, validate_only }),
    ]
}

/// Exactly at, just before and just after.
fn around() -> impl Strategy<Value = i64> {
    select(vec![0, -1, 1])
}

fn pause() -> impl Strategy<Value = Pause> {
    prop_oneof![
        2 => (1..3_i64).prop_map(Pause::Micros),
        3 => (1..60_i64).prop_map(Pause::Hours),
        1 => (100..2_000_i64).prop_map(Pause::Hours),
        6 => (account(), around()).prop_map(|(account, micros)| Pause::ToEnd { account, micros }),
        1 => (0..6_usize, around())
            .prop_map(|(back, micros)| Pause::ToForgetting { back, micros }),
    ]
}

fn account() -> impl Strategy<Value = usize> {
    prop_oneof![20 => Just(0_usize), 5 => Just(1_usize), 1 => Just(2_usize)]
}

fn head() -> impl Strategy<Value = Head> {
    let etag =
        prop_oneof![12 => Just(Etag::None), 2 => Just(Etag::Current), 1 => Just(Etag::Stale)];
    let id_of = prop_oneof![16 => Just(None), 1 => (0..8_usize).prop_map(Some)];
    let by = prop_oneof![4 => Just(0_usize), 1 => Just(1_usize)];
    let head = (account(), by, any::<bool>(), etag, prop::bool::weighted(0.08), id_of);
    head.prop_map(|(account, by, counter, etag, validate_only, id_of)| Head {
        account,
        by,
        counter,
        etag,
        validate_only,
        id_of,
    })
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        12 => select(vec![1, 10, 20, 30, 50, 80, 100, 300]).prop_map(Amount::Yuan),
        3 => around().prop_map(Amount::Available),
        1 => Just(Amount::Balance),
        1 => around().prop_map(Amount::Claim),
    ]
}

fn cash() -> impl Strategy<Value = Amount> {
    prop_oneof![30 => amount(), 1 => Just(Amount::Dollars(10))]
}

fn end() -> impl Strategy<Value = End> {
    let unit = select(vec![TermUnit::Hours, TermUnit::Days, TermUnit::Months, TermUnit::Years]);
    prop_oneof![
        12 => Just(End::Unsaid),
        8 => (1..48_i64).prop_map(End::InHours),
        1 => (-2..1_i64).prop_map(End::InHours),
        4 => (1..4_u32, unit).prop_map(|(count, unit)| End::Term(count, unit)),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    let purpose = || prop_oneof![3 => Just(Purpose::Unspecified), 1 => Just(Purpose::Tax)];
    let lift = prop_oneof![
        6 => Just(Lift::Whole),
        2 => cash().prop_map(Lift::Part),
        1 => cash().prop_map(Lift::Remaining),
    ];
    let lifter = prop_oneof![
        8 => Just(Lifter::WhoOrdered),
        1 => Just(Lifter::Superior),
        1 => Just(Lifter::Stranger),
        1 => Just(Lifter::Bank),
    ];
    prop_oneof![
        1 => Just(Deed::Open),
        12 => act(),
        3 => stop(),
        1 => restrict(),
        14 => paper().prop_map(Deed::Freeze),
        8 => (0..8_usize, lift, lifter, prop::bool::weighted(0.04), service()).prop_map(
            |(which, lift, by, ground, served_by)| {
                Deed::Release { which, lift, by, ground, served_by }
            },
        ),
        2 => protected().prop_map(Deed::Protect),
        14 => entry(purpose()).prop_map(Deed::Record),
        14 => (cash(), purpose()).prop_map(|(amount, purpose)| Deed::Withdraw { amount, purpose }),
        3 => (0..8_usize, prop::bool::weighted(0.8)).prop_map(|(which, open)| Deed::Cancel { which, open }),
    ]
}

/// Mostly as it has to be.
fn service() -> impl Strategy<Value = Service> {
    prop_oneof![
        24 => Just(Service::Officers),
        6 => Just(Service::System),
        1 => Just(Service::OneOfficer),
        1 => Just(Service::WithoutBadge),
        1 => Just(Service::WithoutNotice),
    ]
}

/// Mostly nothing, so that accounts don't stay out of reach.
fn protected() -> impl Strategy<Value = ProtectedKind> {
    prop_oneof![
        4 => Just(ProtectedKind::Unspecified),
        2 => select(vec![ProtectedKind::Wages, ProtectedKind::SecuritiesClients]),
        1 => select(vec![ProtectedKind::LetterOfCredit, ProtectedKind::Clearing]),
    ]
}

/// Actions without an amount or an end.
fn act() -> impl Strategy<Value = Deed> {
    let action = prop_oneof![
        select(vec![A::RequireVerification, A::MarkDormant, A::MarkSuspicious]),
        select(vec![A::ReportLoss, A::ConfirmLoss, A::WithdrawLoss, A::ReplaceMedium]),
        select(vec![A::ResumePayment, A::ClearSuspicion, A::LiftRestriction, A::Reactivate]),
        select(vec![A::ResumePayment, A::ClearSuspicion, A::LiftRestriction, A::Reactivate]),
        Just(A::Close),
    ];
    let row = prop_oneof![3 => Just(None), 2 => (0..6_usize).prop_map(Some)];
    of_action(action, row)
}

/// What happens to the account that begins in opening.
fn opening() -> impl Strategy<Value = Deed> {
    let action = vec![A::CompleteOpening, A::RejectOpening, A::RejectOpening, A::ResubmitOpening];
    of_action(select(action), Just(None))
}

fn of_action(
    action: impl Strategy<Value = A>,
    row: impl Strategy<Value = Option<usize>>,
) -> impl Strategy<Value = Deed> {
    (action, 0..3_usize, row, prop::bool::weighted(0.7))
        .prop_map(|(action, cause, row, identified)| Deed::Act { action, cause, row, identified })
}

fn stop() -> impl Strategy<Value = Deed> {
    use Cause::{StopArrears, StopCustoms, StopFraud};
    let cause = select(vec![StopFraud, StopFraud, StopFraud, StopArrears, StopCustoms]);
    let case = select(vec![0_usize, 0, 0, 1]);
    (cause, case, prop::option::of(cash()), end())
        .prop_map(|(cause, case, amount, end)| Deed::Stop { cause, case, amount, end })
}

fn restrict() -> impl Strategy<Value = Deed> {
    let kinds = vec![
        (Restriction::NonCounter, false),
        (Restriction::NoDebit, false),
        (Restriction::Amount, true),
        (Restriction::Amount, true),
        (Restriction::Amount, false),
    ];
    (select(kinds), cash(), end()).prop_map(|((restriction, by_amount), amount, end)| {
        Deed::Restrict { restriction, amount: by_amount.then_some(amount), end }
    })
}

/// Mostly in a form that the kind allows; courts often take all, so that the next ones wait.
fn paper() -> impl Strategy<Value = Paper> {
    let kinds = vec![
        (K::CourtCivil, 5, 4),
        (K::PoliceCriminal, 3, 0),
        (K::AdminGeneral, 1, 0),
        (K::TaxPreservation, 1, 0),
        (K::AmlTemporary, 1, 1),
        (K::ListBased, 0, 1),
        (K::Nfra, 1, 0),
        (K::FraudStop, 0, 1),
        (K::Bank, 2, 1),
    ];
    let forms: Vec<(K, FreezeMode)> = kinds
        .into_iter()
        .flat_map(|(kind, amount, whole)| {
            let amounts = std::iter::repeat_n((kind, FreezeMode::Amount), amount);
            amounts.chain(std::iter::repeat_n((kind, FreezeMode::Whole), whole))
        })
        .collect();
    let served = prop_oneof![
        20 => Just(None),
        15 => (0..72_i64).prop_map(Some),
        1 => Just(Some(-1)),
    ];
    let rare = || prop::bool::weighted(0.06);
    let says = (served, freeze_amount(), prop::option::weighted(0.3, cash()), end());
    let half = || prop::bool::weighted(0.5);
    let flags = (rare(), rare(), rare(), prop::bool::weighted(0.3), half(), service());
    ((select(forms), 0..3_usize), flags, says).prop_map(|(form, flags, says)| {
        let ((kind, mode), court) = form;
        let (odd, preserves, confidential, emergency, for_its_purpose, served_by) = flags;
        let (served_hours_ago, amount, exempt, end) = says;
        let bank = kind == K::Bank;
        Paper {
            kind,
            court,
            preserves,
            served_hours_ago,
            mode: if odd { FreezeMode::TwoWay } else { mode },
            amount,
            exempt: exempt.filter(|_| !bank || odd),
            end,
            confidential,
            emergency: emergency && (bank || odd),
            for_its_purpose,
            served_by,
        }
    })
}

/// About as much as there is, so that some claims are filled and some are not.
fn freeze_amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        3 => cash(),
        2 => select(vec![100, 300, 600]).prop_map(Amount::Yuan),
        1 => Just(Amount::Balance),
    ]
}

fn entry(purpose: impl Strategy<Value = Purpose>) -> impl Strategy<Value = Entry> {
    use TransactionMode::{Authorize, Fact};
    let way = select(vec![
        (Authorize, Direction::Debit),
        (Authorize, Direction::Credit),
        (Fact, Direction::Debit),
        (Fact, Direction::Credit),
        (Fact, Direction::Credit),
    ]);
    let kind = prop_oneof![
        8 => Just(TransactionType::Transfer),
        1 => Just(TransactionType::Return),
        1 => Just(TransactionType::Interest),
    ];
    let initiator = select(vec![Initiator::Customer, Initiator::Counterparty, Initiator::Bank]);
    (0..24_usize, way, cash(), kind, initiator, purpose, any::<bool>()).prop_map(
        |(id, (mode, direction), amount, kind, initiator, purpose, identified)| Entry {
            id,
            mode,
            direction,
            amount,
            kind,
            initiator,
            purpose,
            identified,
        },
    )
}
