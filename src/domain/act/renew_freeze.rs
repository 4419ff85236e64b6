//! RenewFreeze: an authority prolongs its freeze (续冻), or the bank its own. Before the end the freeze
//! keeps its place; after it a new freeze stands at the tail of the line.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::create_freeze::{CreateFreeze, Duration};
use super::placing::{meanwhile, named, ordered_act, put_back};
use super::{Answer, Decision, Draft};
use crate::domain::action::SecondPerson;
use crate::domain::approval::policy::{Arrival, Consent, Debt, consent};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::kind::{self, CountedFrom, FirstTerm};
use crate::domain::freeze::papers::Order;
use crate::domain::freeze::{
    Freeze, FreezeAct, FreezeActKind, FreezeStatus, FreezeType, Urgency, ends, power,
};
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused, Violation};
use crate::domain::terms;

/// A freeze to prolong.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewFreeze {
    /// Which.
    pub freeze_id: FreezeId,
    /// Who orders it.
    pub order: Order,
    /// For how long; a term counts from the old end.
    pub duration: Duration,
    /// When it was served, where it is late; absent = now.
    pub served_time: Option<DateTime<Utc>>,
    /// Why, in words.
    pub reason: String,
}

impl RenewFreeze {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self, now: DateTime<Utc>) -> Vec<Violation> {
        let mut found = self.order.violations();
        if self.served_time.is_some_and(|served| served > now) {
            found.push(Violation::new("served_time", "lies in the future"));
        }
        found
    }

    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs {
            freeze: Some(self.freeze_id.clone()),
            open_withdrawals: true,
            movements: self.served_time.is_some(),
            ..Needs::default()
        }
    }

    /// Prolongs it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, ACTION_NOT_APPLICABLE, FREEZE_NOT_IN_FORCE, NOT_THIS_AUTHORITY,
    /// TERM_TOO_LONG; of one that ran out also those of a new freeze.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let freeze = named(draft, loaded, &self.freeze_id)?;
        power::may_renew(&freeze, self.order.authority_kind, &self.order.authority_name)?;
        if freeze.urgency == Urgency::Emergency {
            return Err(not_applicable("an emergency freeze is confirmed, not renewed").into());
        }
        match freeze.freeze_status {
            FreezeStatus::Active | FreezeStatus::Waiting => {
                let end = self.new_end(&freeze, draft)?;
                Ok(self.prolong(draft, loaded, (&freeze, end), ids))
            }
            FreezeStatus::Expired => self.place_anew(draft, loaded, &freeze, ids),
            FreezeStatus::Released => {
                Err(Refusal::by_freeze(Reason::FreezeNotInForce, &freeze).into())
            }
        }
    }

    /// The new end of a freeze in force. Of one that came without an end that the bank knows, although
    /// its kind has terms, the renewal counts from now.
    fn new_end(&self, freeze: &Freeze, draft: &Draft<'_>) -> Result<DateTime<Utc>, Refusal> {
        let endless = freeze.expire_time.is_none();
        if endless && freeze.freeze_status == FreezeStatus::Waiting {
            return Err(not_applicable("the term of a waiting freeze has not begun").about(freeze));
        }
        if endless && kind::rule(freeze.authority_kind).first == FirstTerm::Unlimited {
            return Err(not_applicable("the freeze has no end that could be moved").about(freeze));
        }
        let zone = draft.rules.zone;
        let old = freeze.expire_time.unwrap_or(draft.now);
        let count = |term| ends::following(old, term, zone);
        let end = ends::renewed(freeze, self.duration, count, zone)?;
        if end <= old {
            let field = self.duration.field_or("expire_time");
            return Err(Refusal::field(field, "is not later than the end of the freeze"));
        }
        Ok(end)
    }

    fn prolong(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        (old, end): (&Freeze, DateTime<Utc>),
        ids: &mut Ids,
    ) -> Decision {
        let freeze = Freeze {
            expire_time: Some(end),
            expiry_date: Some(terms::last_day(end, draft.rules.zone)),
            renewals: old.renewals.saturating_add(1),
            update_time: draft.now,
            ..old.clone()
        };
        put_back(draft, &freeze);
        let act = FreezeAct {
            expire_time: Some(end),
            ..ordered_act(draft, &freeze, (FreezeActKind::Renewed, &self.order), ids)
        };
        draft.written.freeze_acts.push(act);
        let payload = json!({ "freeze_id": freeze.freeze_id });
        draft.written.events.push(("FREEZE_RENEWED", payload));
        let meanwhile = meanwhile(draft, loaded, self.served_time.unwrap_or(draft.now));
        Decision {
            cause: Some(freeze.shown_cause()),
            consent: self.consent(&freeze, draft),
            ..Decision::plain(self.reason.clone(), Answer::Placed(Box::new(freeze), meanwhile))
        }
    }

    /// The bank's own freeze needs a second person as its beginning did; an authority's order none.
    fn consent(&self, freeze: &Freeze, draft: &Draft<'_>) -> Consent {
        let second_person = match freeze.freeze_type {
            FreezeType::Bank => SecondPerson::Yes,
            FreezeType::Judicial | FreezeType::Customer => SecondPerson::No,
        };
        let arrival = Arrival { source: Some(self.order.source), principal: draft.principal };
        consent(second_person, arrival, Debt::Open)
    }

    /// A new freeze in the stead of one that ran out: its place is that of its own service, what its
    /// kind allows is what is left of the old one's renewals.
    fn place_anew(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        old: &Freeze,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let follows = |row: &&Freeze| row.preceding_freeze_id.as_ref() == Some(&old.freeze_id);
        if let Some(follower) = draft.account.freezes.iter().find(follows) {
            return Err(Refusal::by_freeze(Reason::FreezeNotInForce, follower)
                .with(Fact::Description, "another freeze stands in its stead already")
                .into());
        }
        let create = self.new_order(old, draft)?;
        let mut decision = create.decide(draft, loaded, ids)?;
        if let Answer::Placed(freeze, _) = &mut decision.answer {
            freeze.preceding_freeze_id = Some(old.freeze_id.clone());
            freeze.renewals = old.renewals.saturating_add(1);
            put_back(draft, freeze);
        }
        Ok(decision)
    }

    /// What the renewal of a freeze that ran out orders: the same once more.
    fn new_order(&self, old: &Freeze, draft: &Draft<'_>) -> Result<CreateFreeze, Refusal> {
        let money = |minor| draft.account.money(minor);
        let (order, bank) = (&self.order, old.freeze_type == FreezeType::Bank);
        Ok(CreateFreeze {
            freeze_type: old.freeze_type,
            authority_kind: old.authority_kind,
            authority_name: if bank { old.freeze_by.clone() } else { order.authority_name.clone() },
            document_no: order.document_no.clone(),
            officers: order.officers.clone(),
            served_time: self.served_time,
            mode: old.freeze_mode,
            amount: old.freeze_amount.map(money),
            exempt: (old.exempt_minor > 0).then(|| money(old.exempt_minor)),
            duration: self.new_duration(old, draft)?,
            reason: self.reason.clone(),
            unfreeze_condition: old.unfreeze_condition.clone(),
            disclosure: old.disclosure,
            urgency: Urgency::Ordinary,
            emergency_cause: None,
            source: order.source,
            notice_no: order.notice_no.clone(),
            serves: old.serves,
        })
    }

    /// How long it lasts: a renewal's term, from where a first one of its kind counts. It stays a
    /// term where it is one, because that of a waiting freeze begins later.
    fn new_duration(&self, old: &Freeze, draft: &Draft<'_>) -> Result<Duration, Refusal> {
        let zone = draft.rules.zone;
        let rule = kind::rule(old.authority_kind);
        let from = match rule.from {
            CountedFrom::Service => self.served_time.unwrap_or(draft.now),
            CountedFrom::Freezing => draft.now,
        };
        let end = ends::renewed(old, self.duration, |term| term.end(from, zone), zone)?;
        let whole = ends::longest_renewal(rule).filter(|term| term.end(from, zone) == Some(end));
        Ok(match (self.duration, whole) {
            (Duration::Unstated, Some(term)) => Duration::For(term),
            (Duration::Unstated, None) => Duration::Until(end),
            (said @ (Duration::Until(_) | Duration::For(_)), _) => said,
        })
    }
}

fn not_applicable(why: &str) -> Refusal {
    Refusal::of(Reason::ActionNotApplicable).with(Fact::Description, why)
}
