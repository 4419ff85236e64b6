//! What a statement proves: every statement about every attempt under every state of a withdrawal.

use strum::VariantArray;

use super::support::{
    World, microsecond, paid, rejected, returned, settled, table, transient, usd,
};
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{CLOCKS_APART, EvidenceEffect, Paid, Period, Said};
use crate::domain::payout::judge::{Standing, Verdict, judge};
use crate::domain::payout::reason::{Class, RejectReason, class};
use crate::domain::withdrawal::{Another, Event, State, Withdrawal};

/// design, domain 5. Columns: the attempt. A cell: where the attempt goes (the same letters), what
/// happens to the withdrawal, and + applied, = nothing new, ! contradiction. Events: a accepted,
/// i inquiry accepted, n no answer, d dead and another allowed, x dead and no more. The withdrawal's
/// state plays no part.
const ALWAYS: &str = "
                                INTENT ACCEPTED UNKNOWN SETTLED DEAD RETURNED DUPLICATE
    no answer                   Un+ Un+ =   =  =  =  =
    no answer, older            =   =   =   =  =  =  =
    accepted                    Aa+ =   Ai+ =  !  =  =
    in progress                 Un+ =   =   =  =  =  =
    unknown key                 Un+ Un+ =   =  =  =  =
    tombstone                   Dd+ Dd+ Dd+ !  =  !  !
    not listed                  Dd+ Dd+ Dd+ !  =  !  !
    not listed, sent later      =   =   =   =  =  =  =
    final CHANNEL_BUSY          Dd+ Dd+ Dd+ !  =  !  !
    final BANK_NOT_SERVED       Dd+ Dd+ Dd+ !  =  !  !
    final PAYEE_ACCOUNT_CLOSED  Dx+ Dx+ Dx+ !  =  !  !
    final COMPLIANCE_HOLD       Dd+ Dd+ Dd+ !  =  !  !
    final UNSPECIFIED           Dd+ Dd+ Dd+ !  =  !  !
    final SYSTEM_ERROR          Un+ Un+ =   =  =  =  =
    busy                        +   Un+ =   =  =  =  =
    busy, older                 =   Un+ =   =  =  =  =
    not served                  +   Un+ =   =  =  =  =
    payee closed                +   Un+ =   =  =  =  =
    held, for now               Un+ Un+ =   =  =  =  =
    held, older                 =   Un+ =   =  =  =  =
    system error, for now       Un+ Un+ =   =  =  =  =
    settled, other amount       Um! Um! Um! m! m! m! m!
    returned, other amount      m!  m!  m!  m! m! m! m!
";

/// Rows: the attempt. Columns: the withdrawal. s settled, o older settled, r returned.
const SETTLED: &str = "
               RESERVED open FAILED,CANCELLED settled QUARANTINED,WRITTEN_OFF
    INTENT     So! Ss+ Ss! P! S!
    ACCEPTED   So! Ss+ Ss! P! S!
    UNKNOWN    So! Ss+ Ss! P! S!
    SETTLED    =   =   =   =  =
    DEAD       So! So! Ss! P! S!
    RETURNED   =   =   =   =  =
    DUPLICATE  =   =   =   =  =
";

const RETURNED: &str = "
               RESERVED open FAILED,CANCELLED settled QUARANTINED,WRITTEN_OFF
    INTENT     R!  Rsr+ R!  R!  R!
    ACCEPTED   R!  Rsr+ R!  R!  R!
    UNKNOWN    R!  Rsr+ R!  R!  R!
    SETTLED    R!  R!   R!  Rr+ R!
    DEAD       R!  R!   R!  R!  R!
    RETURNED   =   =    =   =   =
    DUPLICATE  R!  R!   R!  R!  R!
";

/// design, domain 5, "Reason classes".
const CLASSES: &str = "
    UNSPECIFIED           MANUAL
    CHANNEL_BUSY          RETRY_SAME
    MAINTENANCE           RETRY_SAME
    RATE_LIMITED          RETRY_SAME
    BANK_NOT_SERVED       NEXT_CHANNEL
    AMOUNT_OUT_OF_RANGE   NEXT_CHANNEL
    PAYEE_ACCOUNT_CLOSED  FINAL
    PAYEE_ACCOUNT_FROZEN  FINAL
    PAYEE_NAME_MISMATCH   FINAL
    PAYEE_ACCOUNT_INVALID FINAL
    PAYEE_BLACKLISTED     FINAL
    COMPLIANCE_HOLD       MANUAL
    SYSTEM_ERROR          ASK
";

const EPOCH: i64 = 3;
const AMOUNT: i64 = 70;

/// The statement of a row of [`ALWAYS`], and the epoch of who heard it.
fn statement(name: &str) -> (Said, i64) {
    use RejectReason as R;
    if let Some(reason) = name.strip_prefix("final ") {
        return (rejected(reason.parse().unwrap()), EPOCH);
    }
    match name {
        "no answer" => (Said::NoAnswer, EPOCH),
        "no answer, older" => (Said::NoAnswer, EPOCH - 1),
        "accepted" => (Said::Accepted, 0),
        "in progress" => (Said::InProgress, EPOCH),
        "unknown key" => (Said::UnknownKey, EPOCH),
        "tombstone" => (Said::Tombstone, EPOCH),
        "not listed" => (not_listed(true), 0),
        "not listed, sent later" => (not_listed(false), 0),
        "busy" => (transient(R::ChannelBusy), EPOCH),
        "busy, older" => (transient(R::ChannelBusy), EPOCH - 1),
        "not served" => (transient(R::BankNotServed), EPOCH),
        "payee closed" => (transient(R::PayeeAccountClosed), EPOCH),
        "held, for now" => (transient(R::ComplianceHold), EPOCH),
        "held, older" => (transient(R::ComplianceHold), EPOCH - 1),
        "system error, for now" => (transient(R::SystemError), EPOCH),
        "settled, other amount" => (settled(AMOUNT + 1), 0),
        "returned, other amount" => (returned(AMOUNT - 1), 0),
        other => panic!("no such statement: {other}"),
    }
}

/// Of a time that holds all sending of [`rows`], or ends a moment too soon.
fn not_listed(held: bool) -> Said {
    let attempt = rows().1;
    let until = attempt.sent_until_time.unwrap() + CLOCKS_APART;
    let until = if held { until } else { until - microsecond() };
    Said::NotListed(Period { from: attempt.create_time - CLOCKS_APART, until })
}

fn rows() -> (Withdrawal, Attempt) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(AMOUNT).withdrawal_id;
    let errand = world.start(&id);
    (errand.withdrawal.clone(), Attempt { epoch: EPOCH, ..errand.attempt })
}

fn verdict(said: &Said, epoch: i64, attempt: AttemptState, state: State) -> Verdict {
    let (withdrawal, row) = rows();
    let withdrawal = Withdrawal { state, ..withdrawal };
    let attempt = Attempt { state: attempt, ..row };
    let (another, people, other_paid) = (Another::Allowed, Another::Allowed, false);
    let (withdrawal, attempt) = (&withdrawal, &attempt);
    judge(said, Standing { withdrawal, attempt, epoch, another, people, other_paid })
}

fn letters(verdict: &Verdict) -> String {
    let attempt = verdict.attempt.map(|state| match state {
        AttemptState::Intent => 'I',
        AttemptState::Accepted => 'A',
        AttemptState::Unknown => 'U',
        AttemptState::Settled => 'S',
        AttemptState::Dead => 'D',
        AttemptState::Returned => 'R',
        AttemptState::Duplicate => 'P',
    });
    let events = verdict.events.iter().map(|event| match event {
        Event::Accepted => 'a',
        Event::InquiryAccepted => 'i',
        Event::NoAnswer => 'n',
        Event::ProvenDead(Another::Allowed) => 'd',
        Event::ProvenDead(Another::NoMore) => 'x',
        Event::Mismatch => 'm',
        Event::Settled => 's',
        Event::OlderSettled => 'o',
        Event::Returned => 'r',
        other => panic!("no statement does this: {other:?}"),
    });
    let effect = match verdict.effect {
        EvidenceEffect::Applied => '+',
        EvidenceEffect::NothingNew => '=',
        EvidenceEffect::Contradiction => '!',
    };
    attempt.into_iter().chain(events).chain([effect]).collect()
}

fn column(state: State) -> usize {
    match state {
        State::Reserved => 0,
        State::Dispatching | State::Accepted | State::Unknown => 1,
        State::Failed | State::Cancelled => 2,
        State::Settled | State::SettledLate | State::Returned => 3,
        State::Quarantined | State::WrittenOff => 4,
    }
}

#[test]
fn every_statement_does_to_every_attempt_what_the_table_says() {
    let mut lines = table(ALWAYS, 7).into_iter();
    let (_, names) = lines.next().unwrap();
    let attempts: Vec<AttemptState> = names.iter().map(|name| name.parse().unwrap()).collect();
    assert_eq!(attempts, AttemptState::VARIANTS);
    for (name, cells) in lines {
        let (said, epoch) = statement(&name);
        for (attempt, cell) in attempts.iter().zip(cells) {
            for state in State::VARIANTS {
                let found = letters(&verdict(&said, epoch, *attempt, *state));
                assert_eq!(found, cell, "{name}: {attempt:?} of {state:?}");
            }
        }
    }
}

#[test]
fn what_was_paid_or_came_back_counts_by_attempt_and_withdrawal() {
    for (text, said) in [(SETTLED, settled(AMOUNT)), (RETURNED, returned(AMOUNT))] {
        let lines = table(text, 5).split_off(1);
        assert_eq!(lines.len(), AttemptState::VARIANTS.len());
        for (name, cells) in lines {
            for state in State::VARIANTS {
                let found = letters(&verdict(&said, 0, name.parse().unwrap(), *state));
                assert_eq!(found, cells[column(*state)], "{said:?}: {name} of {state:?}");
            }
        }
    }
}

#[test]
fn a_second_payment_in_quarantine_is_a_duplicate() {
    let (withdrawal, attempt) = rows();
    for state in [State::Quarantined, State::WrittenOff] {
        let withdrawal = Withdrawal { state, ..withdrawal.clone() };
        let attempt = Attempt { state: AttemptState::Dead, ..attempt.clone() };
        let (another, people, epoch) = (Another::Allowed, Another::Allowed, 0);
        let (withdrawal, attempt) = (&withdrawal, &attempt);
        let standing = Standing { withdrawal, attempt, epoch, another, people, other_paid: true };
        assert_eq!(letters(&judge(&settled(AMOUNT), standing)), "P!");
    }
}

#[test]
fn another_currency_amount_or_payee_is_a_mismatch() {
    let right = |payee: &str| Paid { payee_account: Some(payee.to_owned()), ..paid(AMOUNT) };
    let wrong = [
        paid(AMOUNT - 1),
        Paid { amount: usd(AMOUNT), ..paid(AMOUNT) },
        right("62299998"),
        right(""),
    ];
    let judged = |paid: Paid| {
        letters(&verdict(&Said::Settled(paid), 0, AttemptState::Accepted, State::Accepted))
    };
    assert_eq!(judged(right("62299999")), "Ss+");
    for paid in wrong {
        assert_eq!(judged(paid.clone()), "Um!", "{paid:?}");
    }
}

#[test]
fn a_dead_attempt_is_followed_only_where_the_reason_and_the_withdrawal_allow_it() {
    let (withdrawal, row) = rows();
    let withdrawal = Withdrawal { state: State::Unknown, ..withdrawal };
    for another in Another::VARIANTS {
        for reason in RejectReason::VARIANTS {
            let name: &'static str = reason.into();
            let attempt =
                Attempt { state: AttemptState::Unknown, reason: name.to_owned(), ..row.clone() };
            // Whatever the channels are, of some reasons only people say what follows.
            let people = match another {
                Another::Allowed => Another::NoMore,
                Another::NoMore => Another::Allowed,
            };
            let (another, epoch, other_paid) = (*another, EPOCH, false);
            let (withdrawal, attempt) = (&withdrawal, &attempt);
            let standing = Standing { withdrawal, attempt, epoch, another, people, other_paid };
            let then = match class(*reason) {
                Class::Final => Another::NoMore,
                Class::Manual => people,
                Class::RetrySame | Class::NextChannel | Class::Ask => another,
            };
            let found = judge(&Said::Tombstone, standing).events;
            assert_eq!(found, [Event::ProvenDead(then)], "tombstone after {name}");
            let found = judge(&rejected(*reason), standing).events;
            let expected = match class(*reason) {
                Class::Ask => vec![],
                _ => vec![Event::ProvenDead(then)],
            };
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn every_reason_has_the_class_of_the_table() {
    let lines = table(CLASSES, 1);
    assert_eq!(lines.len(), RejectReason::VARIANTS.len());
    for (name, cells) in lines {
        let class = match class(name.parse().unwrap()) {
            Class::RetrySame => "RETRY_SAME",
            Class::NextChannel => "NEXT_CHANNEL",
            Class::Final => "FINAL",
            Class::Ask => "ASK",
            Class::Manual => "MANUAL",
        };
        assert_eq!(class, cells[0], "{name}");
    }
}
