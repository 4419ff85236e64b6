//! The working set of one batch: decides commands one after another in memory, so that later ones
//! see earlier effects, and collects the rows to write.
//!
//! A command is decided on a draft. The draft becomes the account only when the command was
//! accepted, so a refusal changes nothing but its own record and lapses already due.

mod answer;
mod consent;
mod dispatch;
mod objecting;
mod rows;
mod sparing;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

pub use self::answer::reserved;
pub use self::sparing::spares_freezes;
use super::account::Account;
use super::act::{Answer, Beginning, Decision, Draft};
use super::approval::policy::Consent;
use super::batch::{Changes, Event, Ids, Loaded, Remembered, RememberedClass, RequestKey, Rules};
use super::command::{Command, Effect, Envelope, Outcome, Receipt};
use super::freeze::{FreezeAct, FreezeActKind};
use super::history::{self, Link, Occasion, StatusChange};
use super::id::{AccountNumber, FreezeId};
use super::lapse::{self, LAPSE, Step};
use super::payout::counting::Counts;
use super::refusal::Reason;
use super::safeguard::{self, Safeguard};

/// The working set of one batch.
#[expect(missing_debug_implementations, reason = "the source of ids is a closure")]
pub struct Book<'a> {
    rules: &'a Rules,
    now: DateTime<Utc>,
    ids: Ids,
    loaded: Loaded,
    changes: Changes,
    counts: Counts,
}

impl<'a> Book<'a> {
    /// A book on what was loaded, at the batch's one instant.
    pub fn new(rules: &'a Rules, now: DateTime<Utc>, ids: Ids, loaded: Loaded) -> Self {
        let (changes, counts) = (Changes::default(), Counts::default());
        Self { rules, now, ids, loaded, changes, counts }
    }

    /// Decides one command: lapses first, then replay, existence, etag, then the act itself.
    pub fn run(&mut self, envelope: &Envelope) -> Outcome {
        let number = &envelope.account_number;
        self.write_lapses(number);
        if matches!(envelope.command, Command::Lapse) {
            return Ok(Receipt::Done);
        }
        if !envelope.command.is_remembered() {
            return self.decide(envelope);
        }
        let hash = envelope.content_hash();
        if safeguard::stands(Safeguard::ReplayCheck)
            && envelope.effect == Effect::Take
            && let Some(first) = self.loaded.remembered.get(&request_key(envelope))
        {
            return answer::replay(first, &hash, &self.loaded.withdrawals);
        }
        let outcome = self.decide(envelope).map_err(|refused| self.object(envelope, refused));
        if envelope.effect == Effect::Take {
            self.remember(envelope, hash, &outcome);
        }
        outcome
    }

    /// The accounts and rows to write.
    pub fn finish(mut self) -> (BTreeMap<AccountNumber, Account>, Changes) {
        self.changes.tallies = self.counts.rows(&mut self.ids);
        (self.loaded.accounts, self.changes)
    }

    fn write_lapses(&mut self, number: &AccountNumber) {
        let Some(account) = self.loaded.accounts.get(number) else { return };
        let due = account.balance.next_lapse_time.is_some_and(|at| at <= self.now);
        if !due {
            return;
        }
        let before = account.clone();
        let mut after = account.clone();
        let steps = lapse::lapse(&mut after, self.now, self.rules.zone);
        let now = account_now(self.now, &before);
        for step in steps {
            self.write_step(&mut after, step, now);
        }
        self.commit(Some(&before), after, now);
    }

    fn write_step(&mut self, account: &mut Account, step: Step, now: DateTime<Utc>) {
        for (freeze_id, act) in &step.acts {
            self.write_freeze_act(account, freeze_id, *act, (LAPSE, step.at));
        }
        // A proposal that ran out changes neither status nor conditions.
        if step.before == step.after {
            return;
        }
        let occasion = Occasion {
            reason: LAPSE.to_owned(),
            cause: None,
            by: LAPSE.to_owned(),
            effective: step.at,
            recorded: now,
            approval: Consent::NotNeeded.status(),
            approved_by: None,
        };
        let link = self.link(account);
        let row =
            history::row(link, Some(&step.before), &step.after, occasion, &self.rules.history_key);
        self.push_history(account, row);
    }

    fn write_freeze_act(
        &mut self,
        account: &mut Account,
        freeze_id: &FreezeId,
        act: FreezeActKind,
        (by, at): (&str, DateTime<Utc>),
    ) {
        let Some(freeze) = account.freezes.iter().find(|freeze| freeze.freeze_id == *freeze_id)
        else {
            return;
        };
        let row = FreezeAct {
            act_id: (self.ids)().into(),
            freeze_id: freeze_id.clone(),
            account_number: account.number().clone(),
            act,
            act_time: at,
            principal: by.to_owned(),
            authority_name: String::new(),
            document_no: String::new(),
            amount_minor: freeze.freeze_amount,
            officers: Vec::new(),
            notice_no: String::new(),
            expire_time: freeze.expire_time.filter(|_| act == FreezeActKind::Promoted),
            transaction_id: None,
        };
        self.changes.freeze_acts.push(row);
        let name: &'static str = act.into();
        let payload = json!({ "freeze_id": freeze_id });
        self.push_event(account, format!("FREEZE_{name}"), payload, at);
    }

    fn decide(&mut self, envelope: &Envelope) -> Outcome {
        let number = &envelope.account_number;
        let known = self.loaded.accounts.get(number).cloned();
        let Some(before) = known else { return self.begin(envelope) };
        if dispatch::begins_account(&envelope.command) {
            return Err(Reason::AccountExists.into());
        }
        let Envelope { command, principal, .. } = envelope;
        if let Some(reason) = dispatch::absent(command, principal, &before, &self.loaded) {
            return Err(reason.into());
        }
        let stale = envelope.expected_version.is_some_and(|v| v != before.balance.status_version);
        if stale {
            return Err(Reason::EtagMismatch.into());
        }
        let now = account_now(self.now, &before);
        if let Command::DecideApproval(decide) = &envelope.command {
            return self.decide_approval(decide, &before, envelope);
        }
        let mut draft = Draft::new(before.clone(), now, self.rules, &envelope.principal);
        let decision =
            dispatch::decide(&envelope.command, &mut draft, &self.loaded, &mut self.ids)?;
        if self.has_to_wait(&decision) {
            return self.propose(&before, &draft, &decision, envelope);
        }
        self.propose_confirmation(&mut draft, &decision);
        self.settle(Some(&before), draft, decision, envelope)
    }

    fn begin(&mut self, envelope: &Envelope) -> Outcome {
        let beginning = Beginning {
            account_number: &envelope.account_number,
            principal: &envelope.principal,
            now: self.now,
            rules: self.rules,
        };
        let draft = dispatch::begin(&envelope.command, beginning, &self.loaded, &mut self.ids)?;
        let decision = draft.begun();
        self.settle(None, draft, decision, envelope)
    }

    /// Takes an accepted draft over: promotions, history, events, rows to write.
    fn settle(
        &mut self,
        before: Option<&Account>,
        mut draft: Draft<'_>,
        decision: Decision,
        envelope: &Envelope,
    ) -> Outcome {
        if !envelope.command.is_remembered() && draft.written.is_empty() {
            return Ok(answer::receipt(&draft.account, &decision, &draft.written, &[]));
        }
        let now = draft.now;
        let promoted = draft.account.promote(now, self.rules.zone);
        let receipt = |account: &Account, draft: &Draft<'_>| {
            answer::receipt(account, &decision, &draft.written, &promoted)
        };
        if envelope.effect == Effect::ValidateOnly {
            draft.account.derive_balance();
            if matches!(decision.answer, Answer::Account) {
                answer::without_new_ids(before, &mut draft.account);
            }
            return Ok(receipt(&draft.account, &draft));
        }
        let mut account = draft.account.clone();
        for freeze_id in &promoted {
            let by_whom = (&*draft.principal.name, now);
            self.write_freeze_act(&mut account, freeze_id, FreezeActKind::Promoted, by_whom);
        }
        let occasion = Occasion {
            reason: decision.reason.clone(),
            cause: decision.cause,
            by: draft.principal.name.to_string(),
            effective: decision.effective.unwrap_or(now),
            recorded: now,
            approval: decision.consent.status(),
            approved_by: decision.consent.by().map(str::to_owned),
        };
        let confirmed = matches!(decision.consent, Consent::Confirmed(_));
        let noted = if confirmed { Noted::Always } else { Noted::IfItShows };
        self.write_history(before, &mut account, occasion, noted);
        for (kind, payload) in &draft.written.events {
            self.push_event(&mut account, (*kind).to_owned(), payload.clone(), now);
        }
        self.take_written(&draft.written);
        let receipt_account = self.commit(before, account, now);
        Ok(receipt(&receipt_account, &draft))
    }

    fn write_history(
        &mut self,
        before: Option<&Account>,
        account: &mut Account,
        why: Occasion,
        noted: Noted,
    ) {
        let same = before.is_some_and(|before| {
            before.balance.lifecycle == account.balance.lifecycle
                && before.conditions == account.conditions
                && before.freezes == account.freezes
        });
        if same {
            return;
        }
        let old = before.map(Account::face);
        let new = account.face();
        if noted == Noted::IfItShows && old.as_ref() == Some(&new) {
            return;
        }
        let link = self.link(account);
        let row = history::row(link, old.as_ref(), &new, why, &self.rules.history_key);
        self.push_history(account, row);
    }

    fn link(&mut self, account: &Account) -> Link {
        Link {
            change_id: (self.ids)().into(),
            account_number: account.number().clone(),
            sequence: account.balance.history_seq.saturating_add(1),
            previous_hash: account.balance.history_head.clone(),
        }
    }

    fn push_history(&mut self, account: &mut Account, row: StatusChange) {
        account.balance.history_seq = row.sequence;
        if row.old_status != row.new_status {
            Arc::make_mut(&mut account.profile).status_since_time = row.change_date;
        }
        account.balance.history_head.clone_from(&row.hash);
        let payload = json!({
            "sequence": row.sequence,
            "old_status": row.old_status,
            "new_status": row.new_status,
        });
        let at = row.change_date;
        self.changes.history.push(row);
        self.push_event(account, "STATUS_CHANGED".to_owned(), payload, at);
    }

    fn push_event(
        &mut self,
        account: &mut Account,
        kind: String,
        payload: serde_json::Value,
        event_time: DateTime<Utc>,
    ) {
        account.balance.event_seq = account.balance.event_seq.saturating_add(1);
        self.changes.events.push(Event {
            event_id: (self.ids)().into(),
            account_number: account.number().clone(),
            account_seq: account.balance.event_seq,
            kind,
            payload,
            event_time,
        });
    }

    /// Makes the draft the account: derives the hot row, notes changed rows, forgets ended ones.
    fn commit(
        &mut self,
        before: Option<&Account>,
        mut account: Account,
        now: DateTime<Utc>,
    ) -> Account {
        let number = account.number().clone();
        if self.note_rows(before, &account) {
            account.balance.status_version = account.balance.status_version.saturating_add(1);
            self.changes.master.insert(number.clone());
            self.note_ends(before, &account, now);
        }
        if !account.approvals.is_empty() {
            Self::mark_stale(&mut account, now);
            self.note_approvals(before, &mut account);
            self.note_ends(before, &account, now);
        }
        account.drop_ended();
        account.derive_balance();
        account.balance.changed_time = now;
        if before.is_none() {
            self.changes.opened.insert(number.clone());
            self.count_account(&account);
        }
        self.changes.touched.insert(number.clone());
        self.loaded.accounts.insert(number, account.clone());
        account
    }

    fn remember(&mut self, envelope: &Envelope, content_hash: String, outcome: &Outcome) {
        let class = match outcome {
            Ok(_) => RememberedClass::Effect,
            Err(refused) if refused.reason().remembered() => RememberedClass::Refusal,
            Err(_) => return,
        };
        let row = Remembered {
            account_number: envelope.account_number.clone(),
            principal: envelope.principal.name.clone(),
            request_id: envelope.request_id.clone(),
            content_hash,
            outcome: answer::keep(outcome),
            class,
            recorded_time: self.now,
        };
        self.loaded.remembered.insert(request_key(envelope), row.clone());
        self.changes.remembered.push(row);
    }
}

/// Whether history tells of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    /// When status or conditions changed.
    IfItShows,
    /// In any case.
    Always,
}

/// The account's own time: never before its last change.
fn account_now(now: DateTime<Utc>, account: &Account) -> DateTime<Utc> {
    let after_last = account.balance.changed_time.checked_add_signed(Duration::microseconds(1));
    now.max(after_last.unwrap_or(now))
}

/// The key under which a command is remembered.
pub fn request_key(envelope: &Envelope) -> RequestKey {
    (envelope.account_number.clone(), envelope.principal.name.clone(), envelope.request_id.clone())
}
