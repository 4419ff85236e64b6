//! ImportFreeze: a freeze comes over from another system with its id, its time of service and, where
//! it ended, its end.
//!
//! What the other system says of its status is not believed, it is derived: a freeze in force fills
//! and waits in the legal order whichever row came first, one whose last day is over expired on it.
//! A kind that may not wait is ACTIVE even where nothing is left for it to control. One that says
//! EXPIRED with its last day still ahead is refused: it may be in force. Ended freezes are records
//! that control nothing and lift nothing.
//!
//! The first freeze in force takes the place of the one that the account's status stood for
//! ([`stand_in`]), so that an account with status 01 and freeze rows has exactly those rows.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;

use super::giving_way::take_unsent;
use super::import_account::stand_in;
use super::placing::{Placed, act_row, blank_freeze};
use super::{Answer, Decision, Draft};
use crate::domain::account::Account;
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::kind::{self, AuthorityKind, Makes};
use crate::domain::freeze::{
    Disclosure, Freeze, FreezeAct, FreezeActKind, FreezeMode, FreezeSource, FreezeStatus,
    FreezeType,
};
use crate::domain::id::FreezeId;
use crate::domain::money::{Currency, Minor, Money};
use crate::domain::refusal::{Refusal, Refused};
use crate::domain::status::Lifecycle;
use crate::domain::terms;

/// A freeze as the other system has it.
#[derive(Debug, Clone, Serialize)]
pub struct ImportFreeze {
    /// Its id there; it keeps it.
    pub freeze_id: FreezeId,
    /// Who stands behind it.
    pub freeze_type: FreezeType,
    /// The kind of order: BANK for the bank's own, CUSTOMER for a loss.
    pub authority_kind: AuthorityKind,
    /// How much it takes.
    pub freeze_mode: FreezeMode,
    /// The amount of mode AMOUNT, a plain decimal in major units of the account's currency.
    pub amount: Option<String>,
    /// The currency of the amount, where the other system says it; has to be the account's.
    pub currency: Option<Currency>,
    /// The authority, or the department of the bank.
    pub freeze_by: String,
    /// The document.
    pub court_order_no: String,
    /// Why, in words.
    pub freeze_reason: String,
    /// What would end it, in words.
    pub unfreeze_condition: String,
    /// Who may read it.
    pub disclosure: Disclosure,
    /// When the papers were served.
    pub served_time: DateTime<Utc>,
    /// Its last day, inclusive; absent = not known.
    pub expiry_date: Option<NaiveDate>,
    /// What the other system says of it.
    pub freeze_status: FreezeStatus,
    /// When it ended there; absent = not known.
    pub ended_time: Option<DateTime<Utc>>,
}

/// What becomes of it here.
enum Standing {
    InForce,
    Ended(FreezeStatus, DateTime<Utc>),
}

impl ImportFreeze {
    /// The withdrawals that would give way to it, and whether its id is known.
    pub fn needs(&self) -> Needs {
        Needs { open_withdrawals: true, freeze: Some(self.freeze_id.clone()), ..Needs::default() }
    }

    /// Takes it over, or says why not. Always as INVALID_REQUEST, which is not remembered: who
    /// mends the file or the account may send it again.
    ///
    /// # Errors
    /// A field that is wrong, or wrong for this account.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        self.check_kind()?;
        self.check_new(&draft.account, loaded)?;
        let amount = self.amount(&draft.account)?;
        let expire_time = self.expiry_date.and_then(|day| terms::day_end(day, draft.rules.zone));
        let standing = self.standing(expire_time, draft.now)?;
        if matches!(standing, Standing::InForce) {
            check_open(&draft.account)?;
        }
        let mut freeze = blank_freeze(draft, self.served_time, ids);
        self.fill(&mut freeze);
        freeze.freeze_amount = amount;
        freeze.expire_time = expire_time;
        let placed = match standing {
            Standing::InForce => {
                replace_stand_in(draft, &freeze, ids);
                take_unsent(draft, loaded, &freeze)?;
                Placed::place(draft, freeze, ids).freeze
            }
            Standing::Ended(status, at) => ended(draft, freeze, (status, at), ids),
        };
        Ok(Decision {
            cause: Some(placed.shown_cause()),
            effective: Some(self.served_time),
            ..Decision::plain(self.freeze_reason.clone(), Answer::Done)
        })
    }

    fn check_kind(&self) -> Result<(), Refused> {
        let fits = match self.freeze_type {
            FreezeType::Bank => self.authority_kind == AuthorityKind::Bank,
            FreezeType::Customer => self.authority_kind == AuthorityKind::Customer,
            FreezeType::Judicial => {
                kind::rule(self.authority_kind).makes == Makes::Freeze
                    && !matches!(self.authority_kind, AuthorityKind::Bank | AuthorityKind::Customer)
            }
        };
        let loss_in_part =
            self.freeze_type == FreezeType::Customer && self.freeze_mode != FreezeMode::Whole;
        match (fits, loss_in_part) {
            (false, _) => Err(Refusal::field("authority_kind", "does not fit freeze_type").into()),
            (true, true) => {
                Err(Refusal::field("freeze_amount", "a loss takes the whole account").into())
            }
            (true, false) => Ok(()),
        }
    }

    fn check_new(&self, account: &Account, loaded: &Loaded) -> Result<(), Refused> {
        let held = account.freezes.iter().any(|freeze| freeze.freeze_id == self.freeze_id);
        if held || loaded.ended_freezes.contains_key(&self.freeze_id) {
            return Err(Refusal::field("freeze_id", "is in use").into());
        }
        Ok(())
    }

    fn amount(&self, account: &Account) -> Result<Option<Minor>, Refused> {
        let currency = account.balance.currency_code;
        if self.currency.is_some_and(|said| said != currency) {
            return Err(Refusal::field("currency", "is not that of the account").into());
        }
        let Some(text) = &self.amount else { return Ok(None) };
        let amount = Money::parse_positive(text, currency)
            .map_err(|error| Refusal::field("freeze_amount", &error.to_string()))?;
        Ok(Some(amount.minor))
    }

    fn standing(
        &self,
        expire_time: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Standing, Refused> {
        let over = expire_time.filter(|end| *end <= now);
        let ended_there = self.ended_time.or(over);
        match (self.freeze_status, over, ended_there) {
            (FreezeStatus::Active | FreezeStatus::Waiting, Some(end), _) => {
                Ok(Standing::Ended(FreezeStatus::Expired, end))
            }
            (FreezeStatus::Active | FreezeStatus::Waiting, None, _) => Ok(Standing::InForce),
            (FreezeStatus::Released, _, at) => {
                Ok(Standing::Ended(FreezeStatus::Released, at.unwrap_or(now)))
            }
            (FreezeStatus::Expired, _, Some(at)) => Ok(Standing::Ended(FreezeStatus::Expired, at)),
            (FreezeStatus::Expired, None, None) if expire_time.is_none() => {
                Ok(Standing::Ended(FreezeStatus::Expired, now))
            }
            (FreezeStatus::Expired, _, None) => {
                let text = "EXPIRED contradicts expiry_date, which lies ahead";
                Err(Refusal::field("freeze_status", text).into())
            }
        }
    }

    fn fill(&self, freeze: &mut Freeze) {
        freeze.freeze_id = self.freeze_id.clone();
        freeze.freeze_type = self.freeze_type;
        freeze.freeze_mode = self.freeze_mode;
        freeze.authority_kind = self.authority_kind;
        freeze.freeze_by.clone_from(&self.freeze_by);
        freeze.court_order_no.clone_from(&self.court_order_no);
        freeze.freeze_reason.clone_from(&self.freeze_reason);
        freeze.unfreeze_condition.clone_from(&self.unfreeze_condition);
        freeze.cause = kind::rule(self.authority_kind).cause;
        freeze.disclosure = self.authority_kind.disclosure(self.disclosure);
        freeze.source = match self.freeze_type {
            FreezeType::Judicial => FreezeSource::Paper,
            FreezeType::Bank | FreezeType::Customer => FreezeSource::Internal,
        };
        freeze.effective_time = Some(self.served_time);
        freeze.expiry_date = self.expiry_date;
    }
}

fn check_open(account: &Account) -> Result<(), Refused> {
    match account.balance.lifecycle {
        Lifecycle::Open => Ok(()),
        Lifecycle::Closed | Lifecycle::Opening | Lifecycle::OpenFailed => {
            let text = "in force, but the account is not open";
            Err(Refusal::field("freeze_status", text).into())
        }
    }
}

/// Ends the freeze that the account's status stood for, if it is still there: the rows behind the
/// status have come.
fn replace_stand_in(draft: &mut Draft<'_>, entering: &Freeze, ids: &mut Ids) {
    let id = stand_in(draft.account.number());
    let now = draft.now;
    let stood = draft.account.freezes.iter_mut().find(|freeze| {
        freeze.freeze_id == id && freeze.condition_kind() == entering.condition_kind()
    });
    let Some(freeze) = stood else { return };
    freeze.freeze_status = FreezeStatus::Released;
    freeze.ended_time = Some(now);
    freeze.update_time = now;
    let freeze = freeze.clone();
    draft.written.freeze_acts.push(act_row(draft, &freeze, FreezeActKind::Released, ids));
    let payload = json!({ "freeze_id": freeze.freeze_id, "replaced_by": entering.freeze_id });
    draft.written.events.push(("FREEZE_RELEASED", payload));
}

/// A record of a freeze that is over.
fn ended(
    draft: &mut Draft<'_>,
    mut freeze: Freeze,
    (status, at): (FreezeStatus, DateTime<Utc>),
    ids: &mut Ids,
) -> Freeze {
    freeze.freeze_status = status;
    freeze.ended_time = Some(at);
    let end = match status {
        FreezeStatus::Expired => FreezeActKind::Expired,
        FreezeStatus::Released | FreezeStatus::Active | FreezeStatus::Waiting => {
            FreezeActKind::Released
        }
    };
    for (act, act_time) in [(FreezeActKind::Placed, freeze.served_time), (end, at)] {
        let row = FreezeAct { act_time, ..act_row(draft, &freeze, act, ids) };
        draft.written.freeze_acts.push(row);
    }
    draft.account.freezes.push(freeze.clone());
    freeze
}
