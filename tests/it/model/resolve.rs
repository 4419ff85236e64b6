//! What a step means in the state that the model is in.

use account_status::pb::v1::AuthorityKind as K;
use account_status::pb::v1::*;
use chrono::Duration;

use super::ask::{
    Act, Ask, Cash, Extent, Lasts, Order, Papers, Payment, Posting, Release, WHO, What,
};
use super::plain::{Account, Freeze, Payout, Plain, REFUSAL_DAYS};
use super::seen::Time;
use super::steps::{Amount, Deed, End, Entry, Etag, Head, Lift, Lifter, Paper, Pause, Service};

/// The authorities of each kind; the last stands above the courts before it.
const COURTS: [&str; 3] = ["Nanshan District Court", "Futian District Court", "深圳市中级人民法院"];
const ACTS: [&str; 2] = ["（2026）粤0305执1号", "（2026）粤0305执保1号"];
const CASES: [&str; 2] = ["ZF-1", "ZF-2"];

/// What was asked so far.
pub(super) struct Past<'a> {
    /// The sequence's account numbers.
    pub(super) numbers: &'a [String],
    /// Each call and when it was made.
    pub(super) asked: &'a [(Ask, Time)],
}

impl Past<'_> {
    /// An earlier call, counted from the last.
    pub(super) fn call(&self, back: usize) -> Option<&(Ask, Time)> {
        self.asked.get(self.asked.len().checked_sub(back + 1)?)
    }

    /// The instant at which a pause is over.
    pub(super) fn until(&self, pause: Pause, plain: &Plain) -> Time {
        let soon = plain.now + Duration::hours(1);
        match pause {
            Pause::Micros(micros) => plain.now + Duration::microseconds(micros),
            Pause::Hours(hours) => plain.now + Duration::hours(hours),
            Pause::ToEnd { account, micros } => {
                let end = plain.account(&self.numbers[account]).and_then(|a| a.next_end());
                end.map_or(soon, |end| end + Duration::microseconds(micros))
            }
            Pause::ToForgetting { back, micros } => self.call(back).map_or(soon, |(_, at)| {
                *at + Duration::days(REFUSAL_DAYS) + Duration::microseconds(micros)
            }),
        }
    }

    /// The call that a step makes.
    pub(super) fn ask(&self, head: Head, deed: &Deed, plain: &Plain) -> Ask {
        let number = &self.numbers[head.account];
        let account = plain.account(number);
        let account = account.as_ref();
        let what = what(deed, account, plain);
        let current = match (&what, account) {
            (_, None) | (What::Open, _) => String::new(),
            (What::Cancel(id), Some(account)) => {
                let version = account.payouts.iter().find(|p| p.id == *id).map(|p| p.etag());
                version.unwrap_or_else(|| "w1".to_owned())
            }
            (_, Some(account)) => account.etag(),
        };
        let stale = match what {
            What::Open => "",
            What::Cancel(_) => "w99",
            _ => "v0",
        };
        let old = head.id_of.and_then(|back| self.call(back));
        Ask {
            by: WHO[head.by],
            account: number.clone(),
            request_id: old.map_or_else(
                || format!("q-{}", self.asked.len()),
                |(ask, _)| ask.request_id.clone(),
            ),
            counter: head.counter,
            etag: match head.etag {
                Etag::None => String::new(),
                Etag::Current => current,
                Etag::Stale => stale.to_owned(),
            },
            validate_only: head.validate_only,
            what,
        }
    }
}

fn what(deed: &Deed, account: Option<&Account>, plain: &Plain) -> What {
    let cash = |amount| cash(amount, account);
    match deed {
        Deed::Open => What::Open,
        Deed::Act { action, cause, row, identified } => {
            let action = account.map_or(*action, |account| fitting(*action, *cause, account));
            let row = row.and_then(|count| row_of(account?, action, count));
            What::Act(Act {
                causes: causes(action, *cause),
                row: row.unwrap_or_default(),
                identified: *identified,
                ..blank(action)
            })
        }
        Deed::Stop { cause, case, amount, end } => {
            let arrears = *cause == Cause::StopArrears;
            let said = |text: &str| if arrears { String::new() } else { text.to_owned() };
            What::Act(Act {
                causes: vec![*cause],
                amount: amount.map(cash),
                end: instant(*end, plain.now),
                authority: said("Fraud Centre"),
                document: said(CASES[*case]),
                ..blank(StatusAction::StopPayment)
            })
        }
        Deed::Restrict { restriction, amount, end } => {
            let suspended = *restriction == Restriction::NonCounter;
            let cause =
                if suspended { Cause::NonCounterSuspended } else { Cause::RestrictedByList };
            What::Act(Act {
                causes: vec![cause],
                restriction: *restriction,
                amount: amount.map(cash),
                end: instant(*end, plain.now),
                ..blank(StatusAction::Restrict)
            })
        }
        Deed::Freeze(paper) => What::Freeze(order(paper, account, plain.now)),
        Deed::Release { which, lift, by, ground, served_by } => {
            let release = release(*which, *lift, *by, account, plain);
            What::Release(Release {
                // Mostly shown where it is asked for.
                ground: release.ground != *ground,
                papers: papers(release.kind, *served_by),
                ..release
            })
        }
        Deed::Protect(kind) => What::Protect(*kind),
        Deed::Record(entry) => What::Record(posting(entry, account)),
        Deed::Withdraw { amount, purpose } => {
            What::Withdraw(Payment { cash: cash(*amount), purpose: *purpose })
        }
        Deed::Cancel { which, open } => {
            let payouts = || account.into_iter().flat_map(|account| &account.payouts);
            let open = *open && payouts().any(Payout::is_open);
            let fitting = payouts().filter(|payout| !open || payout.is_open());
            What::Cancel(pick(fitting.map(|payout| payout.id.clone()), *which))
        }
    }
}

fn blank(action: StatusAction) -> Act {
    Act {
        action,
        causes: Vec::new(),
        row: String::new(),
        restriction: Restriction::Unspecified,
        amount: None,
        end: None,
        authority: String::new(),
        document: String::new(),
        identified: false,
    }
}

/// What goes on with an opening mostly fits its stage, and what ends a condition mostly ends one
/// that is there: accounts don't get stuck, and what is set is lifted, too.
fn fitting(action: StatusAction, which: usize, account: &Account) -> StatusAction {
    use StatusAction as A;
    let ends = [
        (A::ConfirmLoss, Condition::Lost),
        (A::ReplaceMedium, Condition::Lost),
        (A::WithdrawLoss, Condition::Lost),
        (A::ClearSuspicion, Condition::Suspicious),
        (A::ResumePayment, Condition::Stoppay),
        (A::Reactivate, Condition::Dormant),
        (A::LiftRestriction, Condition::Restricted),
    ];
    match (action, account.life) {
        _ if which == 0 => return action,
        (A::ResubmitOpening, Lifecycle::Opening) => return A::RejectOpening,
        (A::CompleteOpening, Lifecycle::OpenFailed) => return A::ResubmitOpening,
        _ => {}
    }
    let Some((_, kind)) = ends.iter().find(|(known, _)| *known == action) else { return action };
    if account.has(*kind) {
        return action;
    }
    let there = ends.iter().rev().find(|(_, kind)| account.has(*kind));
    let losing = *kind == Condition::Lost;
    there.map_or(if losing { A::ReportLoss } else { action }, |(other, _)| *other)
}

fn causes(action: StatusAction, which: usize) -> Vec<Cause> {
    use StatusAction as A;
    let one = match action {
        A::RejectOpening if which == 0 => {
            return vec![Cause::OpeningIncomplete, Cause::OpeningNotVerified];
        }
        A::RejectOpening => Cause::OpeningNotInPerson,
        A::RequireVerification => {
            [Cause::IdentityIncomplete, Cause::IdentityNotVerified][which % 2]
        }
        A::MarkDormant => [Cause::DormantNoUse, Cause::DormantLowBalance][which % 2],
        A::MarkSuspicious => Cause::SuspiciousPattern,
        A::ReportLoss => [Cause::LossOral, Cause::LossByBank, Cause::LossWritten][which],
        _ => return Vec::new(),
    };
    vec![one]
}

/// The id of something that the action could mean, or of something else.
fn row_of(account: &Account, action: StatusAction, count: usize) -> Option<String> {
    use StatusAction as A;
    let freezes = matches!(action, A::ConfirmLoss | A::WithdrawLoss | A::ReplaceMedium);
    let picks =
        freezes || matches!(action, A::ResumePayment | A::ClearSuspicion | A::LiftRestriction);
    if !picks {
        return None;
    }
    let ids: Vec<String> = if freezes {
        account.freezes.iter().map(|freeze| freeze.id.clone()).collect()
    } else {
        account.rows.iter().map(|row| row.id.clone()).collect()
    };
    Some(pick(ids.into_iter().rev(), count))
}

/// An id that nothing has.
const NOTHING: &str = "nothing-has-this-id";
/// Who counts this far means nothing.
const NONE_AT: usize = 7;

/// One of these, or an id that nothing has.
fn pick(ids: impl Iterator<Item = String>, count: usize) -> String {
    let ids: Vec<String> = ids.collect();
    let there = ids.get(count % ids.len().max(1)).filter(|_| count != NONE_AT);
    there.cloned().unwrap_or_else(|| NOTHING.to_owned())
}

fn cash(amount: Amount, account: Option<&Account>) -> Cash {
    let of = |minor: fn(&Account) -> i64| account.map_or(0, minor);
    let claim =
        |account: &Account| account.freezes.iter().rev().find_map(|f| f.amount).unwrap_or(0);
    let (minor, currency) = match amount {
        Amount::Yuan(yuan) => (yuan * 100, "CNY"),
        Amount::Dollars(dollars) => (dollars * 100, "USD"),
        Amount::Available(fen) => (of(Account::available) + fen, "CNY"),
        Amount::Balance => (of(|account| account.balance), "CNY"),
        Amount::Claim(fen) => (of(claim) + fen, "CNY"),
    };
    Cash { minor: minor.max(1), currency }
}

fn instant(end: End, now: Time) -> Option<Time> {
    match end {
        End::Unsaid => None,
        End::InHours(hours) => Some(now + Duration::hours(hours)),
        End::Term(count, _) => Some(now + Duration::days(count.into())),
    }
}

fn order(paper: &Paper, account: Option<&Account>, now: Time) -> Order {
    let bank = paper.kind == K::Bank;
    let court = paper.kind == K::CourtCivil;
    let document = match (bank, court) {
        (true, _) => "",
        (false, true) => ACTS[usize::from(paper.preserves)],
        (false, false) => "D-1",
    };
    let amount = Some(paper.amount).filter(|_| paper.mode == FreezeMode::Amount);
    Order {
        kind: paper.kind,
        name: if court { COURTS[paper.court] } else { paper.kind.as_str_name() }.to_owned(),
        document: document.to_owned(),
        served: paper.served_hours_ago.map(|hours| now - Duration::hours(hours)),
        mode: paper.mode,
        amount: amount.map(|amount| cash(amount, account)),
        exempt: paper.exempt.map(|amount| cash(amount, account)),
        lasts: match paper.end {
            End::Unsaid => Lasts::Unsaid,
            End::InHours(hours) => Lasts::Until(now + Duration::hours(hours)),
            End::Term(count, unit) => Lasts::For(count, unit),
        },
        confidential: paper.confidential,
        emergency: paper.emergency,
        for_its_purpose: paper.for_its_purpose,
        papers: papers(paper.kind, paper.served_by),
    }
}

/// What comes with an order; the bank's own needs nothing.
fn papers(kind: K, by: Service) -> Papers {
    let whole = Papers { source: FreezeSource::Paper, officers: 2, badges: 2, notice: true };
    let nothing = Papers { officers: 0, badges: 0, notice: false, ..whole };
    match (kind, by) {
        (K::Bank | K::Unspecified, _) => Papers { source: FreezeSource::Internal, ..nothing },
        (_, Service::Officers) => whole,
        (K::PoliceCriminal, Service::System) => {
            Papers { source: FreezeSource::PolicePlatform, ..nothing }
        }
        (_, Service::System) => Papers { source: FreezeSource::CourtNetwork, ..nothing },
        (_, Service::OneOfficer) => Papers { officers: 1, ..whole },
        (_, Service::WithoutBadge) => Papers { badges: 1, ..whole },
        (_, Service::WithoutNotice) => Papers { notice: false, ..whole },
    }
}

/// Of the freezes in force, the last first; sometimes one that ended, or one of another account.
fn release(
    which: usize,
    lift: Lift,
    by: Lifter,
    account: Option<&Account>,
    plain: &Plain,
) -> Release {
    let mine = || account.into_iter().flat_map(|account| account.freezes.iter().rev());
    let others = plain.accounts.values().flat_map(|account| account.freezes.iter()).take(1);
    let ended = which > 4 || !mine().any(Freeze::in_force);
    let mine: Vec<_> = mine().filter(|freeze| ended || freeze.in_force()).collect();
    let all: Vec<_> = if which == NONE_AT { others.collect() } else { mine };
    let freeze = all.get(which % all.len().max(1));
    let (kind, name) = match (by, freeze) {
        (Lifter::WhoOrdered, Some(freeze)) if freeze.r#type == FreezeType::Judicial => {
            (freeze.kind, freeze.name.clone())
        }
        (Lifter::Superior, _) => (K::CourtCivil, COURTS[2].to_owned()),
        (Lifter::Stranger, _) => (K::PoliceCriminal, "Somebody Else".to_owned()),
        (Lifter::WhoOrdered | Lifter::Bank, _) => (K::Unspecified, String::new()),
    };
    Release {
        freeze: freeze.map_or_else(|| NOTHING.to_owned(), |freeze| freeze.id.clone()),
        extent: match lift {
            Lift::Whole => Extent::Whole,
            Lift::Part(amount) => Extent::Part(cash(amount, account)),
            Lift::Remaining(amount) => Extent::Remaining(cash(amount, account)),
        },
        kind,
        name,
        ground: freeze.is_some_and(|freeze| freeze.kind == K::ListBased),
        papers: papers(kind, Service::Officers),
    }
}

fn posting(entry: &Entry, account: Option<&Account>) -> Posting {
    Posting {
        // Three in four come without an id of the bank's own.
        id: if entry.id < 6 { format!("T-{}", entry.id) } else { String::new() },
        mode: entry.mode,
        direction: entry.direction,
        cash: cash(entry.amount, account),
        kind: entry.kind,
        initiator: entry.initiator,
        purpose: entry.purpose,
        identified: entry.identified,
    }
}
