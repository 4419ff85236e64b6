//! SucceedFreeze: another court takes a freeze over at the same rank (刑事裁判涉财产部分执行规定 5,
//! 财产保全规定 21).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::create_freeze::Duration;
use super::placing::{act_row, meanwhile, named, ordered_act, put_back};
use super::{Answer, Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::kind;
use crate::domain::freeze::papers::Order;
use crate::domain::freeze::{Freeze, FreezeActKind, FreezeStatus, Urgency, ends, power};
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Reason, Refusal, Refused, Violation};
use crate::domain::terms;

/// A freeze to take over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SucceedFreeze {
    /// Which.
    pub freeze_id: FreezeId,
    /// Who takes it over.
    pub order: Order,
    /// Until when; unstated = its end stays.
    pub duration: Duration,
    /// Why, in words.
    pub reason: String,
}

impl SucceedFreeze {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self) -> Vec<Violation> {
        self.order.violations()
    }

    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { freeze: Some(self.freeze_id.clone()), open_withdrawals: true, ..Needs::default() }
    }

    /// Takes it over, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, FREEZE_NOT_IN_FORCE, NOT_THIS_AUTHORITY, TERM_TOO_LONG.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let old = named(draft, loaded, &self.freeze_id)?;
        if !old.in_force() {
            return Err(Refusal::by_freeze(Reason::FreezeNotInForce, &old).into());
        }
        power::may_succeed(&old, self.order.authority_kind, &self.order.authority_name)?;
        let mut successor = self.successor(&old, draft, ids);
        self.set_end(&mut successor, &old, draft)?;
        self.end_old(draft, &old, ids);
        draft.account.freezes.push(successor.clone());
        draft.written.freeze_acts.push(act_row(draft, &successor, FreezeActKind::Placed, ids));
        let payload = json!({
            "freeze_id": old.freeze_id,
            "successor_freeze_id": successor.freeze_id,
        });
        draft.written.events.push(("FREEZE_SUCCEEDED", payload));
        let meanwhile = meanwhile(draft, loaded, draft.now);
        Ok(Decision {
            cause: Some(successor.shown_cause()),
            ..Decision::plain(self.reason.clone(), Answer::Placed(Box::new(successor), meanwhile))
        })
    }

    /// The freeze of the new court: in the old one's place, as far along as that was.
    fn successor(&self, old: &Freeze, draft: &mut Draft<'_>, ids: &mut Ids) -> Freeze {
        let order = &self.order;
        Freeze {
            freeze_id: FreezeId::from(ids()),
            freeze_seq: draft.next_freeze(),
            authority_kind: order.authority_kind,
            freeze_by: order.authority_name.clone(),
            court_order_no: order.document_no.clone(),
            officers: order.officers.clone(),
            notice_no: order.notice_no.clone(),
            freeze_reason: self.reason.clone(),
            urgency: Urgency::Ordinary,
            source: order.source,
            cause: kind::rule(order.authority_kind).cause,
            renewals: 0,
            preceding_freeze_id: Some(old.freeze_id.clone()),
            rank_seq: Some(old.rank_seq.unwrap_or(old.freeze_seq)),
            created_by: draft.principal.name.to_string(),
            create_time: draft.now,
            update_time: draft.now,
            ..old.clone()
        }
    }

    /// Its end stays unless the order states another: at most a renewal by the new court beyond it. A
    /// term that has not begun, because the freeze waits, still begins later.
    fn set_end(
        &self,
        successor: &mut Freeze,
        old: &Freeze,
        draft: &Draft<'_>,
    ) -> Result<(), Refusal> {
        let (now, zone) = (draft.now, draft.rules.zone);
        let count = |term: terms::Term| match old.expire_time {
            Some(end) => ends::following(end, term, zone),
            None => term.end(now, zone),
        };
        let longest = ends::longest_renewal(kind::rule(self.order.authority_kind));
        let Some(said) = self.duration.end(count)? else { return Ok(()) };
        let end = ends::at_most(Some(said), longest.and_then(count));
        let Some(end) = end.map_err(|refusal| refusal.about(old))? else { return Ok(()) };
        if end <= now {
            let field = self.duration.field_or("expire_time");
            return Err(Refusal::field(field, "the freeze would be over already"));
        }
        let begins_later = old.freeze_status == FreezeStatus::Waiting && old.expire_time.is_none();
        let term = match self.duration {
            Duration::For(term) if begins_later => Some(term),
            Duration::Unstated | Duration::Until(_) | Duration::For(_) => None,
        };
        successor.term_count = term.map(|term| term.count);
        successor.term_unit = term.map(|term| term.unit);
        successor.expire_time = Some(end).filter(|_| term.is_none());
        successor.expiry_date = successor.expire_time.map(|end| terms::last_day(end, zone));
        Ok(())
    }

    fn end_old(&self, draft: &mut Draft<'_>, old: &Freeze, ids: &mut Ids) {
        let ended = Freeze {
            freeze_status: FreezeStatus::Released,
            ended_time: Some(draft.now),
            update_time: draft.now,
            ..old.clone()
        };
        put_back(draft, &ended);
        let act = ordered_act(draft, &ended, (FreezeActKind::Succeeded, &self.order), ids);
        draft.written.freeze_acts.push(act);
    }
}
