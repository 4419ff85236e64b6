//! The displayed status: codes, severity, and what counts as in force.

use super::support::{account, condition, freeze, named, restricted, table};
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::status::{
    AccountStatus, Cause, ConditionKind, Lifecycle, Restriction, displayed,
};
use strum::VariantArray;

const SEVERITY: &str = "CLOSED > OPEN_FAILED > OPENING > FROZEN > LOST > STOPPAY > SUSPICIOUS > \
                        INFO_EXPIRED > DORMANT > RESTRICTED > NORMAL";

const CODES: &str = "
    NORMAL 00
    FROZEN 01
    STOPPAY 02
    LOST 03
    OPENING 04
    OPEN_FAILED 05
    INFO_EXPIRED 06
    DORMANT 07
    SUSPICIOUS 08
    RESTRICTED 09
    CLOSED 10
";

#[test]
fn each_status_has_its_code_and_name() {
    let codes = table(CODES, 1);
    assert_eq!(codes.len(), AccountStatus::VARIANTS.len());
    for (name, code) in codes {
        let status: AccountStatus = named(&name);
        assert_eq!((status.code(), status.name()), (code[0], name.as_str()));
        assert_eq!(AccountStatus::from_code(code[0]), Some(status));
        let json = serde_json::to_string(&status).unwrap();
        assert_eq!(json, format!("\"{name}\""));
    }
    for unknown in ["", "0", "11", "1", "000"] {
        assert_eq!(AccountStatus::from_code(unknown), None, "{unknown:?}");
    }
}

#[test]
fn the_most_severe_of_lifecycle_and_conditions_is_displayed() {
    let severity: Vec<&str> = SEVERITY.split(" > ").collect();
    for lifecycle in Lifecycle::VARIANTS.iter().copied() {
        for subset in 0..(1_usize << ConditionKind::VARIANTS.len()) {
            let held = ConditionKind::VARIANTS.iter().copied().enumerate();
            let kinds: Vec<ConditionKind> =
                held.filter(|(bit, _)| subset & (1 << bit) != 0).map(|(_, kind)| kind).collect();
            let mut names: Vec<&str> = kinds.iter().map(|kind| (*kind).into()).collect();
            let stage: &'static str = lifecycle.into();
            names.push(if stage == "OPEN" { "NORMAL" } else { stage });
            let worst = severity.iter().find(|name| names.contains(name)).unwrap();
            let forwards = displayed(lifecycle, kinds.iter().copied());
            let backwards = displayed(lifecycle, kinds.iter().rev().copied());
            assert_eq!(forwards.name(), *worst, "{lifecycle:?} {kinds:?}");
            assert_eq!(forwards, backwards, "{lifecycle:?} {kinds:?}");
        }
    }
}

#[test]
fn freezes_show_frozen_or_lost_also_while_they_wait() {
    let statuses = [
        (FreezeType::Judicial, AccountStatus::Frozen),
        (FreezeType::Bank, AccountStatus::Frozen),
        (FreezeType::Customer, AccountStatus::Lost),
    ];
    for (freeze_type, status) in statuses {
        let mut account = account(Lifecycle::Open, 100);
        account.freezes.push(freeze(freeze_type, 1, None));
        assert_eq!(account.status(), status);
        account.freezes[0].freeze_status = FreezeStatus::Waiting;
        assert_eq!(account.status(), status);
        for over in [FreezeStatus::Released, FreezeStatus::Expired] {
            account.freezes[0].freeze_status = over;
            assert_eq!(account.status(), AccountStatus::Normal);
        }
    }
}

#[test]
fn every_condition_in_force_is_listed_and_none_that_ended() {
    let mut account = account(Lifecycle::Open, 100);
    account.conditions.push(restricted(Restriction::NonCounter));
    let mut ended = condition(ConditionKind::Suspicious, Cause::SuspiciousPattern);
    ended.ended_time = Some(account.profile.opened_time);
    account.conditions.push(ended);
    account.freezes.push(freeze(FreezeType::Judicial, 1, None));
    let waiting = freeze(FreezeType::Judicial, 2, Some(5));
    account.freezes.push(Freeze { freeze_status: FreezeStatus::Waiting, ..waiting });
    account.freezes.push(freeze(FreezeType::Customer, 3, None));
    let face = account.face();
    let listed: Vec<_> =
        face.conditions.iter().map(|held| (held.kind, held.cause.unwrap())).collect();
    let expected = [
        (ConditionKind::Restricted, Cause::RestrictedByList),
        (ConditionKind::Frozen, Cause::JudicialCourt),
        (ConditionKind::Frozen, Cause::FreezeWaiting),
        (ConditionKind::Lost, Cause::LossOral),
    ];
    assert_eq!((face.status, listed), (AccountStatus::Frozen, expected.to_vec()));
}
