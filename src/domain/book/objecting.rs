//! The bank's own objection: an order for longer than the law allows is not carried out, and the bank
//! objects to it in writing at once (网络查询、冻结规定 6).

use chrono::{DateTime, SecondsFormat};

use super::{Book, account_now};
use crate::domain::account::Account;
use crate::domain::act::{Answer, Decision, Draft};
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::freeze::kind::{self, AuthorityKind};
use crate::domain::freeze::{Disclosure, Freeze, FreezeType};
use crate::domain::id::FreezeId;
use crate::domain::objection::{OPEN_MAX, Objection, ObjectionParty, due};
use crate::domain::refusal::{Fact, Reason, Refused};

/// An authority's order that may be for too long.
struct Ordered<'a> {
    kind: AuthorityKind,
    authority: &'a str,
    document: &'a str,
    disclosure: Disclosure,
    /// The freeze that it would have prolonged or taken over.
    freeze: Option<&'a FreezeId>,
}

impl Book<'_> {
    /// Records the bank's objection where an authority's order was refused first of all for its term,
    /// and names it in the refusal. With as many open as there may be, the refusal stands alone.
    pub(super) fn object(&mut self, envelope: &Envelope, refused: Refused) -> Refused {
        if refused.reason() != Reason::TermTooLong || envelope.effect != Effect::Take {
            return refused;
        }
        let number = &envelope.account_number;
        let Some(before) = self.loaded.accounts.get(number).cloned() else { return refused };
        let Some(order) = self.ordered(&envelope.command, &before) else { return refused };
        if self.loaded.open_objections(number).len() >= OPEN_MAX {
            return refused;
        }
        let now = account_now(self.now, &before);
        let row = Objection {
            objection_id: (self.ids)().into(),
            account_number: number.clone(),
            subject_id: order.freeze.map_or("", FreezeId::as_str).to_owned(),
            raised_by: ObjectionParty::Bank,
            text: self.text(&order, &refused),
            authority_name: order.authority.to_owned(),
            document_no: order.document.to_owned(),
            disclosure: order.disclosure,
            recorded_by: envelope.principal.name.to_string(),
            create_time: now,
            due_time: due(now, self.rules.zone),
            outcome: None,
            answer: String::new(),
            answered_by: String::new(),
            answer_time: None,
        };
        let objection_id = row.objection_id.clone();
        let mut draft = Draft::new(before.clone(), now, self.rules, &envelope.principal);
        draft.object(row);
        let decision = Decision::plain("the bank objects", Answer::Done);
        match self.settle(Some(&before), draft, decision, envelope) {
            Ok(_) => refused.with(Fact::ObjectionId, objection_id.as_str()),
            Err(worse) => worse,
        }
    }

    /// The order of an authority in a command that makes or prolongs a freeze. The bank doesn't object
    /// to itself.
    fn ordered<'c>(&self, command: &'c Command, account: &Account) -> Option<Ordered<'c>> {
        if let Command::CreateFreeze(create) = command {
            return (create.freeze_type == FreezeType::Judicial).then_some(Ordered {
                kind: create.authority_kind,
                authority: &create.authority_name,
                document: &create.document_no,
                disclosure: create.authority_kind.disclosure(create.disclosure),
                freeze: None,
            });
        }
        let (order, freeze_id) = if let Command::RenewFreeze(renew) = command {
            (&renew.order, &renew.freeze_id)
        } else if let Command::SucceedFreeze(succeed) = command {
            (&succeed.order, &succeed.freeze_id)
        } else {
            return None;
        };
        let named = |freeze: &&Freeze| freeze.freeze_id == *freeze_id;
        let held = account.freezes.iter().find(named);
        let freeze = held.or_else(|| self.loaded.ended_freezes.get(freeze_id));
        (order.authority_kind != AuthorityKind::Bank).then(|| Ordered {
            kind: order.authority_kind,
            authority: &order.authority_name,
            document: &order.document_no,
            disclosure: freeze.map_or(Disclosure::Confidential, |freeze| freeze.disclosure),
            freeze: Some(freeze_id),
        })
    }

    /// What is objected: the order, the latest end that the law allows, in the bank's zone, and which
    /// law that is.
    fn text(&self, order: &Ordered<'_>, refused: &Refused) -> String {
        let Ordered { kind, authority, document, freeze, .. } = order;
        let latest = refused.first().facts.get(&Fact::Latest).map_or("", String::as_str);
        let local = DateTime::parse_from_rfc3339(latest).map_or_else(
            |_other| latest.to_owned(),
            |at| at.with_timezone(&self.rules.zone).to_rfc3339_opts(SecondsFormat::Secs, false),
        );
        let of = freeze.map_or_else(String::new, |id| format!(" on the freeze {id}"));
        let source = kind::rule(*kind).source;
        format!(
            "The order of {authority}, document {document}{of}, is for longer than the law allows: \
             it may end at {local} at the latest ({source}). The bank did not carry it out."
        )
    }
}
