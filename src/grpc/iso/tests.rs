//! Every block, every reason: the codes that the documents name (design, law 4 and 5).

use strum::VariantArray;

use super::*;

fn blocks() -> impl Iterator<Item = Block> {
    let rows = Row::VARIANTS.iter().copied().map(Block::Row);
    rows.chain([
        Block::FrozenMoney,
        Block::Confidential,
        Block::ByList,
        Block::Short,
        Block::Count,
        Block::Currency,
        Block::Duplicate,
        Block::TooLarge,
        Block::NotEmpty,
    ])
}

#[test]
fn every_block_has_codes_and_none_keeps_the_card() {
    for block in blocks().filter(|block| *block != Block::Row(Row::Open)) {
        let (reason, response) = debit(block);
        assert_eq!((reason.len(), response.len()), (4, 2), "{block:?}");
        assert_ne!(response, APPROVED, "{block:?}");
        assert_ne!(response, "36", "{block:?}");
    }
}

#[test]
fn a_confidential_freeze_looks_like_a_blocked_account() {
    assert_eq!(debit(Block::Confidential), debit(Block::Row(Row::FrozenWhole)));
    assert_eq!(credit(Block::Confidential), credit(Block::Row(Row::FrozenTwoWay)));
}

#[test]
fn codes_are_those_of_the_documented_table() {
    for (block, codes) in [
        (Block::Row(Row::Closed), ("AC05", "14")),
        (Block::Row(Row::FrozenWhole), ("AC06", "62")),
        (Block::FrozenMoney, ("AM07", "51")),
        (Block::Row(Row::Lost), ("AC06", "41")),
        (Block::Row(Row::StopFraudOrCustoms), ("AC06", "62")),
        (Block::Row(Row::Suspicious), ("AC06", "59")),
        (Block::Row(Row::InfoExpired), ("NOCM", "57")),
        (Block::Row(Row::Dormant), ("AG01", "57")),
        (Block::Row(Row::LimitReached), ("AM14", "61")),
        (Block::ByList, ("RR04", "62")),
        (Block::Row(Row::Opening), ("AG01", "57")),
    ] {
        assert_eq!(debit(block), codes, "{block:?}");
    }
    assert_eq!(credit(Block::Row(Row::Closed)), "AC07");
    assert_eq!(credit(Block::Row(Row::FrozenWhole)), "");
}

/// The reasons that refuse a movement: what the refusal says beside its operation, then the codes of
/// a debit, and those of a credit where it may be refused so. Typed from the documents.
const MOVEMENTS: &str = "
    CURRENCY_MISMATCH            -              CURR 12 CURR 12
    ACCOUNT_CLOSED               -              AC05 14 AC07 14
    ACCOUNT_OPEN_FAILED          -              AG01 57 AG01 57
    ACCOUNT_OPENING              -              AG01 57 AG01 57
    ACCOUNT_FROZEN               AMOUNT         AM07 51 -    -
    ACCOUNT_FROZEN               WHOLE          AC06 62 -    -
    ACCOUNT_FROZEN               TWO_WAY        AC06 62 AC06 62
    ACCOUNT_FROZEN               SECRET_AMOUNT  AC06 62 -    -
    ACCOUNT_FROZEN               SECRET_WHOLE   AC06 62 -    -
    ACCOUNT_FROZEN               SECRET_TWO_WAY AC06 62 AC06 62
    ACCOUNT_LOST                 -              AC06 41 -    -
    ACCOUNT_STOPPAY              -              AC06 62 -    -
    ACCOUNT_SUSPICIOUS           -              AC06 59 -    -
    ACCOUNT_INFO_EXPIRED         -              NOCM 57 -    -
    ACCOUNT_DORMANT              -              AG01 57 -    -
    ACCOUNT_RESTRICTED           -              AG01 57 -    -
    ACCOUNT_RESTRICTED           MONEY          AM14 61 -    -
    ACCOUNT_RESTRICTED           BY_LIST        RR04 62 -    -
    INSUFFICIENT_AVAILABLE_FUNDS -              AM04 51 -    -
    LIMIT_EXCEEDED               MONEY          AM14 61 -    -
    LIMIT_EXCEEDED               -              AM14 65 -    -
    TRANSACTION_EXISTS           -              AM05 94 AM05 94
    INVALID_REQUEST              -              AM02 13 AM02 13
";

/// Closing is asked about as an operation, and has codes of the same table.
const CLOSING: [(Reason, (&str, &str)); 2] =
    [(Reason::ActionNotApplicable, ("AC05", "14")), (Reason::CloseBlocked, ("AG01", "57"))];

fn refusal(reason: Reason, said: &str) -> Refusal {
    let mut refusal = Refusal::of(reason);
    if said.starts_with("SECRET_") {
        refusal.disclosure = Disclosure::Confidential;
    }
    match said.trim_start_matches("SECRET_") {
        "-" => refusal,
        "MONEY" => refusal.with(Fact::Amount, "10.00").with(Fact::CurrencyCode, "CNY"),
        "BY_LIST" => refusal.caused_by(Some(Cause::RestrictedByList)),
        mode => refusal.with(Fact::FreezeMode, mode),
    }
}

fn judged(refusal: &Refusal, operation: Operation) -> Option<(&'static str, &'static str)> {
    of_refusals(&[refusal.clone().with(Fact::Operation, operation.into())])
}

#[test]
fn the_reasons_that_refuse_a_movement_have_their_codes_and_every_other_has_none() {
    let mut typed: Vec<Reason> = CLOSING.map(|(reason, _codes)| reason).to_vec();
    for line in MOVEMENTS.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [reason, said, debit, response, credit, credited] = words[..] else { panic!("{line}") };
        let reason: Reason = reason.parse().unwrap();
        let refusal = refusal(reason, said);
        for operation in [
            Operation::CustomerDebitCounter,
            Operation::CustomerDebitNonCounter,
            Operation::CustomerDebitExempt,
            Operation::BankDebit,
        ] {
            assert_eq!(judged(&refusal, operation), Some((debit, response)), "{line}");
        }
        for operation in [Operation::Credit, Operation::Return, Operation::Interest] {
            if credit != "-" {
                assert_eq!(judged(&refusal, operation), Some((credit, credited)), "{line}");
            }
        }
        assert_eq!(of_refusals(&[refusal]), None, "{line} of another act");
        typed.push(reason);
    }
    for (reason, codes) in CLOSING {
        assert_eq!(judged(&Refusal::of(reason), Operation::Close), Some(codes));
        assert_eq!(of_refusals(&[Refusal::of(reason)]), None);
    }
    for reason in Reason::VARIANTS.iter().filter(|reason| !typed.contains(reason)) {
        for operation in Operation::VARIANTS {
            assert_eq!(judged(&Refusal::of(*reason), *operation), None, "{reason:?}");
        }
        assert_eq!(of_refusals(&[Refusal::of(*reason)]), None, "{reason:?}");
    }
}

#[test]
fn a_confidential_freeze_is_never_told_apart_whatever_stands_beside_it() {
    for secret in ["SECRET_AMOUNT", "SECRET_WHOLE", "SECRET_TWO_WAY"] {
        let secret = refusal(Reason::AccountFrozen, secret);
        for operation in Operation::VARIANTS {
            assert_eq!(judged(&secret, *operation), Some(("AC06", "62")), "{operation:?}");
        }
        let operation = Operation::CustomerDebitNonCounter.into();
        let beside = ["AMOUNT", "WHOLE", "SECRET_AMOUNT"];
        for beside in beside.map(|said| refusal(Reason::AccountFrozen, said)) {
            let both = [beside, secret.clone(), refusal(Reason::InsufficientAvailableFunds, "-")];
            let both = both.map(|refusal| refusal.with(Fact::Operation, operation));
            assert_eq!(of_refusals(&both), Some(("AC06", "62")));
        }
    }
}
