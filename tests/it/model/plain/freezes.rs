//! Placing and lifting freezes.

use account_status::pb::v1::AuthorityKind as K;
use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::*;

use super::super::ask::{Ask, Extent, Lasts, Order, Papers, Release};
use super::super::seen::Time;
use super::account::{Account, Counting, Done, Freeze, term_end};
use super::money::currency;
use super::pass::reason_of_life;
use super::show::Reader;
use super::{Block, Blocks, block, check, refuse};

const EMERGENCY_HOURS: u32 = 48;

/// What the law says of a kind, as far as the sequences use it.
struct Kind {
    /// The longest first term; none = without end.
    first: Option<(u32, TermUnit)>,
    /// Counted from the service of the papers, else from the freezing.
    from_service: bool,
    may_wait: bool,
    cause: Cause,
}

fn kind(kind: K) -> Kind {
    use TermUnit::{Days, Hours, Months, Years};
    let (first, from_service, may_wait, cause) = match kind {
        K::CourtCivil => (Some((1, Years)), true, true, Cause::JudicialCourt),
        K::PoliceCriminal => (Some((6, Months)), true, true, Cause::JudicialCriminal),
        K::AdminGeneral => (Some((30, Days)), false, false, Cause::JudicialOther),
        K::TaxPreservation => (Some((6, Months)), true, false, Cause::AdminTax),
        K::AmlTemporary => (Some((48, Hours)), false, false, Cause::AmlMeasure),
        K::ListBased => (None, true, false, Cause::AmlMeasure),
        K::FraudStop => (Some((48, Hours)), false, false, Cause::StopFraud),
        K::Nfra => (Some((1, Days)), true, false, Cause::JudicialOther),
        K::Bank => (None, true, false, Cause::RiskFreeze),
        other => panic!("{other:?} is not among the sequences' kinds"),
    };
    Kind { first, from_service, may_wait, cause }
}

/// What has to come on paper and did not: two officers with badges, of courts a notice of assistance.
/// A list is no paper that somebody brings.
pub(super) fn lacks_papers(kind: K, papers: Papers) -> bool {
    let court = kind == K::CourtCivil;
    papers.source == FreezeSource::Paper
        && !matches!(kind, K::Bank | K::Unspecified | K::ListBased)
        && (papers.officers.min(papers.badges) < 2 || (court && !papers.notice))
}

/// What is wrong whatever the account looks like.
pub(super) fn invalid(order: &Order, now: Time) -> bool {
    let whole = order.mode != FreezeMode::Amount;
    // A court has to state an amount when it preserves (保), not when it executes.
    let needs_amount = match order.kind {
        K::PoliceCriminal | K::AdminGeneral | K::TaxPreservation => true,
        K::CourtCivil => order.document.contains('保'),
        _ => false,
    };
    let needs_all = matches!(order.kind, K::ListBased | K::FraudStop);
    let bank = order.kind == K::Bank;
    (whole && needs_amount)
        || (!whole && needs_all)
        || (bank && order.exempt.is_some())
        || (!bank && order.emergency)
        || order.served.is_some_and(|served| served > now)
        || lacks_papers(order.kind, order.papers)
}

/// Whether what the account holds is protected from being frozen: of some the law says from any
/// freeze, of some but for what the money is there for, of some only from being deducted. A measure
/// against laundering or because of a list takes all there is; the bank's own is none of these laws'.
fn keeps_off(protected: ProtectedKind, order: &Order) -> bool {
    use ProtectedKind as P;
    let takes_all = matches!(order.kind, K::AmlTemporary | K::ListBased | K::Bank);
    let keeps = match protected {
        P::Unspecified | P::LetterOfCredit => false,
        P::Wages | P::SecuritiesClients => !order.for_its_purpose,
        _ => true,
    };
    keeps && !takes_all
}

/// Its exclusive end, if it has one.
fn end(order: &Order, served: Time, at: Time) -> Result<Option<Time>, R> {
    let kind = kind(order.kind);
    let from = if kind.from_service { served } else { at };
    let said = match order.lasts {
        Lasts::Unsaid => None,
        Lasts::Until(end) => Some(end),
        Lasts::For(count, unit) => Some(term_end(from, count, unit)),
    };
    let longest = if order.emergency {
        Some(term_end(at, EMERGENCY_HOURS, TermUnit::Hours))
    } else {
        kind.first.map(|(count, unit)| term_end(from, count, unit))
    };
    if said.zip(longest).is_some_and(|(said, longest)| said > longest) {
        return Err(R::TermTooLong);
    }
    let end = said.or(longest);
    if end.is_some_and(|end| end <= at) { Err(R::InvalidRequest) } else { Ok(end) }
}

impl Account {
    pub(super) fn freeze(&mut self, order: &Order, ask: &Ask, at: Time) -> Result<Done, Blocks> {
        let amount = order.amount.map(currency).transpose()?;
        let exempt = order.exempt.map(currency).transpose()?;
        let served = order.served.unwrap_or(at);
        let power = match order.kind {
            K::Nfra => Some(R::OrganWithoutPower),
            K::FraudStop => Some(R::ActionNotApplicable),
            _ => None,
        };
        let end = end(order, served, at);
        let protected = keeps_off(self.protected, order).then_some(R::ProtectedFunds);
        let found = [reason_of_life(self.life), power, end.err(), protected];
        check(found.into_iter().flatten().map(block).collect())?;
        let kind = kind(order.kind);
        let bank = order.kind == K::Bank;
        self.freezes.push(Freeze {
            id: String::new(),
            r#type: if bank { FreezeType::Bank } else { FreezeType::Judicial },
            kind: order.kind,
            status: FreezeStatus::Active,
            mode: order.mode,
            name: order.name.clone(),
            document: order.document.clone(),
            amount,
            exempt: exempt.unwrap_or(0),
            confidential: order.confidential || kind.cause == Cause::AmlMeasure,
            emergency: order.emergency,
            cause: kind.cause,
            served,
            effective: Some(at),
            expire: end.unwrap(),
            term: match order.lasts {
                Lasts::Unsaid => kind.first,
                Lasts::Until(_) => None,
                Lasts::For(count, unit) => Some((count, unit)),
            },
            by: ask.by,
            created: at,
            ended: None,
        });
        let place = self.freezes.len() - 1;
        let taken = self.take_unsent(place, at);
        self.enter(place, kind.may_wait)?;
        Ok(Done::Frozen(place, taken))
    }

    /// What was not sent gives way, newest first, until judicial and bank claims are filled; but for
    /// what is all for living costs.
    fn take_unsent(&mut self, place: usize, at: Time) -> Vec<usize> {
        let mut taken = Vec::new();
        for payout in (0..self.payouts.len()).rev() {
            if self.claims_are_filled() {
                break;
            }
            let row = &mut self.payouts[payout];
            if row.state == WithdrawalState::Reserved && row.exempt != row.minor {
                row.cancel(at, Err(place));
                self.give_back(payout);
                taken.push(payout);
            }
        }
        taken
    }

    fn claims_are_filled(&self) -> bool {
        let shares = self.shares(Counting::WithoutLoss);
        shares.iter().all(|(place, held)| self.freezes[*place].amount == Some(*held))
    }

    /// Takes effect, or waits; what was served later and gets nothing any more waits behind it.
    fn enter(&mut self, place: usize, may_wait: bool) -> Result<(), Blocks> {
        self.freezes[place].status = FreezeStatus::Waiting;
        if self.has_to_wait(place) {
            if !may_wait {
                return refuse(R::FundsAlreadyFrozen);
            }
            let freeze = &mut self.freezes[place];
            freeze.effective = None;
            if freeze.term.is_some() {
                freeze.expire = None;
            }
        } else {
            self.freezes[place].status = FreezeStatus::Active;
        }
        let shares = self.shares(Counting::All);
        let behind = shares.into_iter().skip_while(|(other, _)| *other != place).skip(1);
        for (other, held) in behind {
            let freeze = &mut self.freezes[other];
            let active = freeze.status == FreezeStatus::Active;
            let judicial = freeze.r#type == FreezeType::Judicial;
            if active && judicial && held == 0 && kind(freeze.kind).may_wait {
                freeze.status = FreezeStatus::Waiting;
                freeze.effective = None;
            }
        }
        Ok(())
    }

    pub(super) fn release(
        &mut self,
        release: &Release,
        ask: &Ask,
        at: Time,
    ) -> Result<Done, Blocks> {
        let place = self.freezes.iter().position(|f| f.id == release.freeze).unwrap();
        let lifted = match release.extent {
            Extent::Whole => None,
            Extent::Part(cash) | Extent::Remaining(cash) => Some(currency(cash)?),
        };
        let freeze = &mut self.freezes[place];
        if !freeze.in_force() {
            return Err(vec![of_freeze(R::FreezeNotInForce, freeze, ask)]);
        }
        // A freeze of an amount is lifted by an amount; a whole one down to what remains.
        let stays = match (release.extent, freeze.amount) {
            (Extent::Whole, _) => None,
            (Extent::Part(_), Some(claim)) if lifted <= Some(claim) => {
                lifted.map(|lifted| claim - lifted).filter(|rest| *rest > 0)
            }
            (Extent::Remaining(_), None) => lifted,
            (Extent::Part(_) | Extent::Remaining(_), _) => return refuse(R::InvalidRequest),
        };
        let listed = freeze.kind == K::ListBased;
        if release.ground && !listed {
            return refuse(R::InvalidRequest);
        }
        if freeze.r#type == FreezeType::Customer {
            return refuse(R::ActionNotApplicable);
        }
        // Measures because of a list end on grounds, whoever shows them.
        let may = if listed { release.ground } else { may_lift(release, freeze) };
        if !may {
            return Err(vec![of_freeze(R::NotThisAuthority, freeze, ask)]);
        }
        match stays {
            Some(rest) => {
                freeze.mode = FreezeMode::Amount;
                freeze.amount = Some(rest);
            }
            None => {
                freeze.status = FreezeStatus::Released;
                freeze.ended = Some(at);
            }
        }
        Ok(Done::Released(place))
    }
}

/// A reason that is about a freeze, which is named to who may read it.
fn of_freeze(reason: R, freeze: &Freeze, ask: &Ask) -> Block {
    let told = Reader::of(ask).confidential || !freeze.confidential;
    Block { reason, about: if told { freeze.id.clone() } else { String::new() } }
}

/// The bank lifts its own; an authority what it ordered; a court above what a court below ordered.
fn may_lift(release: &Release, freeze: &Freeze) -> bool {
    if freeze.r#type == FreezeType::Bank {
        return matches!(release.kind, K::Unspecified | K::Bank);
    }
    let above = |name: &str| name.contains("中级人民法院");
    let courts = (release.kind, freeze.kind) == (K::CourtCivil, K::CourtCivil);
    let superior = courts && above(&release.name) && !above(&freeze.name);
    superior || (release.kind == freeze.kind && release.name == freeze.name)
}
