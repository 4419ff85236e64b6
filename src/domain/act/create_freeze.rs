//! CreateFreeze: an authority or the bank freezes money. It may exceed the balance and captures
//! later credits; it may have to wait; what was not sent gives way to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::giving_way::take_unsent;
use super::placing::{Placed, blank_freeze, meanwhile, protected};
use super::{Answer, Decision, Draft, not_open, same_currency};
use crate::domain::action::SecondPerson;
use crate::domain::approval::policy::{Arrival, Consent, Debt, consent};
use crate::domain::authority::Meanwhile;
use crate::domain::batch::{Ids, Loaded, Needs};
pub use crate::domain::freeze::ends::Duration;
use crate::domain::freeze::kind::{self, AmountRule, AuthorityKind, CountedFrom, FirstTerm, Makes};
use crate::domain::freeze::{
    Disclosure, EmergencyCause, Freeze, FreezeMode, FreezeSource, FreezeType, Officer, Serves,
    Urgency, control, ends, papers,
};
use crate::domain::money::{Direction, Money};
use crate::domain::protection::Wanted;
use crate::domain::refusal::Violation;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::terms::{self, Term};

/// The bank's own emergency freeze lapses after this unless confirmed.
pub(super) const EMERGENCY: Term = Term::hours(48);

/// A freeze to place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateFreeze {
    /// JUDICIAL or BANK.
    pub freeze_type: FreezeType,
    /// The kind of order.
    pub authority_kind: AuthorityKind,
    /// The authority, or the department of the bank.
    pub authority_name: String,
    /// The document.
    pub document_no: String,
    /// Its officers.
    pub officers: Vec<Officer>,
    /// When the papers were served; absent = now.
    pub served_time: Option<DateTime<Utc>>,
    /// How much it takes.
    pub mode: FreezeMode,
    /// The amount of mode AMOUNT.
    pub amount: Option<Money>,
    /// What it leaves for living costs.
    pub exempt: Option<Money>,
    /// How long it lasts.
    pub duration: Duration,
    /// Why, in words.
    pub reason: String,
    /// What would end it, in words.
    pub unfreeze_condition: String,
    /// Who may read it.
    pub disclosure: Disclosure,
    /// Whether it acts before a second person confirms.
    pub urgency: Urgency,
    /// Why it acts before; with an emergency, and only with one. Left out it is no part of the content,
    /// as it was before there was this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_cause: Option<EmergencyCause>,
    /// How it arrived.
    pub source: FreezeSource,
    /// The notice of assistance served with it; empty = none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notice_no: String,
    /// What it serves, where money is protected.
    #[serde(default, skip_serializing_if = "Serves::is_any_claim")]
    pub serves: Serves,
}

impl CreateFreeze {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self, now: DateTime<Utc>) -> Vec<Violation> {
        let rule = kind::rule(self.authority_kind);
        let mut found = Vec::new();
        let mut wrong = |field, text: &str| found.push(Violation::new(field, text));
        let bank = self.freeze_type == FreezeType::Bank;
        match self.freeze_type {
            FreezeType::Customer => wrong("type", "a loss is reported with REPORT_LOSS"),
            FreezeType::Bank | FreezeType::Judicial => {}
        }
        if bank != (self.authority_kind == AuthorityKind::Bank) {
            wrong("authority_kind", "BANK goes with type BANK, every other kind with JUDICIAL");
        }
        if self.authority_kind == AuthorityKind::Customer {
            wrong("authority_kind", "a loss is reported with REPORT_LOSS");
        }
        if (self.mode == FreezeMode::Amount) != self.amount.is_some() {
            wrong("amount", "goes with mode AMOUNT, and only with it");
        }
        let whole = self.mode != FreezeMode::Amount;
        if whole && rule.amount.requires_amount(&self.document_no) {
            wrong("amount", "this kind of order has to state an amount");
        }
        if !whole && rule.amount == AmountRule::Whole {
            wrong("mode", "this kind of order takes the whole account");
        }
        if bank && self.exempt.is_some() {
            wrong("exempt_amount", "is for an authority to leave");
        }
        if !bank && self.document_no.is_empty() {
            wrong("document_no", "is required for a freeze of an authority");
        }
        if !bank && self.urgency == Urgency::Emergency {
            wrong("emergency", "is the bank's own measure");
        }
        match (self.urgency, self.emergency_cause) {
            (Urgency::Emergency, None) => wrong("emergency_cause", "is required for an emergency"),
            (Urgency::Ordinary, Some(_)) => wrong("emergency_cause", "goes with an emergency"),
            (Urgency::Emergency, Some(_)) | (Urgency::Ordinary, None) => {}
        }
        if self.served_time.is_some_and(|served| served > now) {
            wrong("served_time", "lies in the future");
        }
        let (kind, source) = (self.authority_kind, self.source);
        found.extend(papers::violations(kind, source, &self.officers, &self.notice_no));
        found
    }

    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { open_withdrawals: true, movements: self.served_time.is_some(), ..Needs::default() }
    }

    /// Places the freeze, or says why not.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH, the lifecycle's reasons, ORGAN_WITHOUT_POWER, ACTION_NOT_APPLICABLE for
    /// kinds that make stop orders, TERM_TOO_LONG, PROTECTED_FUNDS, FUNDS_ALREADY_FROZEN.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let amount = self.amount.map(|a| same_currency(&draft.account, a)).transpose()?;
        let exempt = self.exempt.map(|a| same_currency(&draft.account, a)).transpose()?;
        let served = self.served_time.unwrap_or(draft.now);
        let mut refusals = Vec::new();
        refusals.extend(not_open(&draft.account));
        refusals.extend(self.power_refusal());
        let end = self.end(served, draft);
        refusals.extend(end.as_ref().err().cloned());
        let kind = self.authority_kind;
        refusals.extend(protected(&draft.account, kind, self.serves, Wanted::Freeze));
        Refused::check(refusals)?;
        let meanwhile = meanwhile(draft, loaded, served);
        let consent = self.consent(draft, (served, &meanwhile));
        let mut freeze = blank_freeze(draft, served, ids);
        self.fill(&mut freeze);
        freeze.freeze_amount = amount;
        freeze.exempt_minor = exempt.unwrap_or(0);
        self.set_end(&mut freeze, end.unwrap_or_default(), draft);
        take_unsent(draft, loaded, &freeze)?;
        self.check_wait(draft, &freeze)?;
        let reason = self.reason.clone();
        let placed = Placed::place(draft, freeze, ids);
        Ok(Decision {
            cause: Some(placed.freeze.shown_cause()),
            consent,
            ..Decision::plain(reason, Answer::Placed(Box::new(placed.freeze), meanwhile))
        })
    }

    /// The bank's own freeze needs a second person, at once or afterwards; an authority's only when
    /// it is entered late, because it then takes a place ahead of others, or of money that moved.
    fn consent(&self, draft: &Draft<'_>, late: (DateTime<Utc>, &Meanwhile)) -> Consent {
        let second_person = match (self.freeze_type, self.urgency) {
            (FreezeType::Bank, Urgency::Emergency) => return Consent::Afterwards,
            (FreezeType::Bank, Urgency::Ordinary) => SecondPerson::Yes,
            (FreezeType::Judicial, _) if is_late(draft, late) => SecondPerson::UnlessSettled,
            (FreezeType::Judicial | FreezeType::Customer, _) => SecondPerson::No,
        };
        let arrival = Arrival { source: Some(self.source), principal: draft.principal };
        consent(second_person, arrival, Debt::Open)
    }

    fn power_refusal(&self) -> Option<Refusal> {
        match kind::rule(self.authority_kind).makes {
            Makes::Freeze => None,
            Makes::Refusal => {
                let source = kind::rule(self.authority_kind).source;
                Some(Refusal::of(Reason::OrganWithoutPower).with(Fact::Source, source))
            }
            Makes::StopOrder => Some(
                Refusal::of(Reason::ActionNotApplicable)
                    .with(Fact::Description, "this kind of order is a stop order: STOP_PAYMENT"),
            ),
        }
    }

    /// The exclusive end, or none for kinds without a term; refused beyond the longest first term.
    fn end(
        &self,
        served: DateTime<Utc>,
        draft: &Draft<'_>,
    ) -> Result<Option<DateTime<Utc>>, Refusal> {
        let zone = draft.rules.zone;
        let rule = kind::rule(self.authority_kind);
        let from = match rule.from {
            CountedFrom::Service => served,
            CountedFrom::Freezing => draft.now,
        };
        let said = self.duration.end(|term| term.end(from, zone))?;
        let longest = match (self.urgency, rule.first) {
            (Urgency::Emergency, _) => EMERGENCY.end(draft.now, zone),
            (Urgency::Ordinary, FirstTerm::AtMost(term)) => term.end(from, zone),
            (Urgency::Ordinary, FirstTerm::Unlimited) => None,
        };
        let end = ends::at_most(said, longest)?;
        // Here and not at the edge: a repeated request is answered as before, however late it is.
        match end {
            Some(end) if end <= draft.now => Err(self.over_already()),
            end => Ok(end),
        }
    }

    fn over_already(&self) -> Refusal {
        let field = self.duration.field_or("served_time");
        Refusal::field(field, "the freeze would be over already")
    }

    /// An explicit end stands from the start; a term starts when the freeze takes effect.
    fn set_end(&self, freeze: &mut Freeze, end: Option<DateTime<Utc>>, draft: &Draft<'_>) {
        let longest = match kind::rule(self.authority_kind).first {
            FirstTerm::AtMost(term) => Some(term),
            FirstTerm::Unlimited => None,
        };
        let term = match self.duration {
            Duration::Until(_) => None,
            Duration::For(term) => Some(term),
            Duration::Unstated => longest,
        };
        freeze.term_count = term.map(|term| term.count);
        freeze.term_unit = term.map(|term| term.unit);
        freeze.expire_time = end;
        freeze.expiry_date = end.map(|end| terms::last_day(end, draft.rules.zone));
    }

    fn fill(&self, freeze: &mut Freeze) {
        freeze.freeze_type = self.freeze_type;
        freeze.freeze_mode = self.mode;
        freeze.authority_kind = self.authority_kind;
        freeze.freeze_by.clone_from(&self.authority_name);
        freeze.court_order_no.clone_from(&self.document_no);
        freeze.officers.clone_from(&self.officers);
        freeze.notice_no.clone_from(&self.notice_no);
        freeze.serves = self.serves;
        freeze.freeze_reason.clone_from(&self.reason);
        freeze.unfreeze_condition.clone_from(&self.unfreeze_condition);
        freeze.disclosure = self.authority_kind.disclosure(self.disclosure);
        freeze.urgency = self.urgency;
        freeze.emergency_cause = self.emergency_cause;
        freeze.source = self.source;
        freeze.cause = kind::rule(self.authority_kind).cause;
    }

    fn check_wait(&self, draft: &Draft<'_>, freeze: &Freeze) -> Result<(), Refused> {
        let funds = draft.account.funds();
        let waits = control::would_wait(funds, &draft.account.freezes, freeze);
        if waits && !kind::rule(self.authority_kind).may_wait {
            return Err(Reason::FundsAlreadyFrozen.into());
        }
        Ok(())
    }
}

/// Whether papers served then are entered late: something was entered, or money went, since. A
/// movement of this very batch counts whichever way it went.
fn is_late(draft: &Draft<'_>, (served, meanwhile): (DateTime<Utc>, &Meanwhile)) -> bool {
    let account = &draft.account;
    let overtakes = account.freezes.iter().any(|freeze| {
        freeze.in_force()
            && freeze.freeze_type == FreezeType::Judicial
            && freeze.served_time > served
    });
    let newest = meanwhile.movements.first().map_or(served, |moved| moved.recorded_time);
    let just_moved = account.balance.last_transaction_time.is_some_and(|last| last > newest);
    let paid = meanwhile.movements.iter().any(|moved| moved.direction == Direction::Debit);
    overtakes || just_moved || paid || meanwhile.more_movements
}
