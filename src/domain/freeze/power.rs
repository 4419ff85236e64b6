//! Who may order what about a freeze that is there.

use super::kind::{self, AuthorityKind, LiftedBy};
use super::{Freeze, FreezeType};
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};

/// Whether the authority may lift the freeze, or part of it. A measure because of a list is lifted on
/// grounds, whoever shows them; whether they are shown is another question.
///
/// # Errors
/// NOT_THIS_AUTHORITY; ACTION_NOT_APPLICABLE for a loss.
pub fn may_lift(
    freeze: &Freeze,
    authority: Option<AuthorityKind>,
    name: &str,
) -> Result<(), Refused> {
    let bank = authority.is_none_or(|kind| kind == AuthorityKind::Bank);
    let lifts = match kind::rule(freeze.authority_kind).lifted_by {
        LiftedBy::Holder => return Err(loss()),
        LiftedBy::Bank => bank,
        LiftedBy::Grounds => true,
        LiftedBy::Authority | LiftedBy::CourtOrSuperior => {
            authority.is_some_and(|kind| is_behind(freeze, kind, name))
        }
    };
    if lifts { Ok(()) } else { Err(not_this(freeze)) }
}

/// Whether the authority may prolong the freeze.
///
/// # Errors
/// NOT_THIS_AUTHORITY; ACTION_NOT_APPLICABLE for a loss.
pub fn may_renew(freeze: &Freeze, authority: AuthorityKind, name: &str) -> Result<(), Refused> {
    let renews = match freeze.freeze_type {
        FreezeType::Customer => return Err(loss()),
        FreezeType::Bank => authority == AuthorityKind::Bank,
        FreezeType::Judicial => is_behind(freeze, authority, name),
    };
    if renews { Ok(()) } else { Err(not_this(freeze)) }
}

/// Whether a kind of authority may have money deducted at all; the police may not, for one
/// (公安刑事程序规定 237(2)).
///
/// # Errors
/// ACTION_NOT_APPLICABLE.
pub fn kind_may_deduct(authority: AuthorityKind) -> Result<(), Refused> {
    if kind::rule(authority).may_deduct {
        return Ok(());
    }
    let refusal = Refusal::of(Reason::ActionNotApplicable)
        .with(Fact::Description, "this kind of authority may not have money deducted")
        .with(Fact::Source, kind::rule(authority).source);
    Err(refusal.into())
}

/// Whether the authority may have money deducted from what the freeze holds: the one behind it; and a
/// criminal court from an organ's that investigated (刑事裁判涉财产部分执行规定 5).
///
/// # Errors
/// NOT_THIS_AUTHORITY; ACTION_NOT_APPLICABLE when its kind may not deduct at all.
pub fn may_deduct(freeze: &Freeze, authority: AuthorityKind, name: &str) -> Result<(), Refused> {
    kind_may_deduct(authority)?;
    let judgment =
        authority == AuthorityKind::CourtCriminal && freeze.authority_kind.investigates();
    if judgment || is_behind(freeze, authority, name) { Ok(()) } else { Err(not_this(freeze)) }
}

/// Whether the authority may take the freeze over at its rank: another court from a court
/// (财产保全规定 21), a court from an organ that investigated (刑事裁判涉财产部分执行规定 5). Nobody takes over
/// from itself.
///
/// # Errors
/// NOT_THIS_AUTHORITY.
pub fn may_succeed(freeze: &Freeze, authority: AuthorityKind, name: &str) -> Result<(), Refused> {
    let from = freeze.authority_kind;
    let itself = authority == from && name == freeze.freeze_by;
    if authority.is_court() && (from.is_court() || from.investigates()) && !itself {
        Ok(())
    } else {
        Err(not_this(freeze))
    }
}

/// Whether an authority is the one behind the freeze, or a court above it.
fn is_behind(freeze: &Freeze, authority: AuthorityKind, name: &str) -> bool {
    if freeze.freeze_type != FreezeType::Judicial {
        return false;
    }
    let courts = authority.is_court() && freeze.authority_kind.is_court();
    let superior = courts && court_level(name) > court_level(&freeze.freeze_by);
    let same_kind = courts || authority == freeze.authority_kind;
    superior || (same_kind && name == freeze.freeze_by)
}

fn not_this(freeze: &Freeze) -> Refused {
    Refusal::by_freeze(Reason::NotThisAuthority, freeze).into()
}

fn loss() -> Refused {
    let hint = "a loss ends with WITHDRAW_LOSS or REPLACE_MEDIUM";
    Refusal::of(Reason::ActionNotApplicable).with(Fact::Description, hint).into()
}

/// The level of a court, as its name says it (人民法院组织法 12–15): the supreme court, high courts,
/// intermediate courts, and all others, which are basic. Which high court stands above which
/// intermediate one is not in a name; the court desk sees to that.
fn court_level(name: &str) -> u8 {
    match name {
        name if name.contains("最高人民法院") => 3,
        name if name.contains("高级人民法院") => 2,
        name if name.contains("中级人民法院") => 1,
        _ => 0,
    }
}
