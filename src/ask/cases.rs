//! Cases, each with its whole way, and what stands in suspense.

use super::{Ask, EVIDENCE_MAX, Failure, Listed, Page};
use crate::domain::case::{Case, CaseEntry, CaseEntryKind, CasePhase};
use crate::domain::freeze::Disclosure;
use crate::domain::id::{AccountNumber, CaseId, NewId, RowId, WithdrawalId};
use crate::domain::money::Money;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{Evidence, Source};
use crate::domain::refusal::Reason;
use crate::domain::suspense::SuspenseItem;
use crate::store::case::{CaseFilter, CasePlace};
use crate::store::suspense::{SuspenseFilter, SuspensePlace};

/// The most steps of a case that are told: the newest.
const ENTRIES_MAX: u32 = 1_000;

impl Ask {
    /// Cases as they are stored, those due soonest first.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND when an account is named, or the database.
    pub async fn cases(
        &self,
        filter: &CaseFilter,
        page: Page<CasePlace>,
    ) -> Result<Listed<Case, CasePlace>, Failure> {
        if let Some(number) = &filter.account_number {
            self.stored(number).await?;
        }
        let rows = self.store.case_list(filter, page.after.as_ref(), page.fetch()).await?;
        Ok(page.cut(rows, CasePlace::of))
    }

    /// A case with its way, the oldest step first: what people and reminders did as it was written
    /// down, what the service did by itself as the attempts and their evidence tell it.
    ///
    /// # Errors
    /// CASE_NOT_FOUND, also where the case is not the caller's to know; or the database.
    pub async fn case(
        &self,
        number: Option<&AccountNumber>,
        id: &CaseId,
        confidential: bool,
    ) -> Result<(Case, Vec<CaseEntry>), Failure> {
        let found = self.store.case_find(id).await?;
        let case = found
            .filter(|case| number.is_none_or(|number| *number == case.account_number))
            .filter(|case| confidential || case.disclosure == Disclosure::Open)
            .ok_or(Failure::NotFound(Reason::CaseNotFound))?;
        let mut way = self.store.case_list_entries(id, ENTRIES_MAX).await?;
        if let Some(withdrawal) = WithdrawalId::parse(&case.withdrawal_id)
            && let Some(file) = self.store.withdrawal_find_whole(&withdrawal, EVIDENCE_MAX).await?
        {
            way.extend(file.attempts.iter().map(|attempt| started(&case, attempt)));
            let of = |row: &Evidence| file.attempts.iter().find(|a| a.number == row.number);
            way.extend(file.evidence.iter().map(|row| said(&case, row, of(row))));
        }
        // Stable: what was said comes before what was written down because of it.
        way.sort_by_key(|step| (step.entry_time, is_written(step.kind)));
        let surplus = way.len().saturating_sub(usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX));
        Ok((case, way.split_off(surplus)))
    }

    /// Money beside accounts, the oldest first.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND when an account is named, or the database.
    pub async fn suspense(
        &self,
        filter: &SuspenseFilter,
        page: Page<SuspensePlace>,
    ) -> Result<Listed<SuspenseItem, SuspensePlace>, Failure> {
        if let Some(number) = &filter.account_number {
            self.stored(number).await?;
        }
        let rows = self.store.suspense_list(filter, page.after.as_ref(), page.fetch()).await?;
        Ok(page.cut(rows, SuspensePlace::of))
    }
}

fn is_written(kind: CaseEntryKind) -> bool {
    !matches!(kind, CaseEntryKind::Attempt | CaseEntryKind::Evidence)
}

fn started(case: &Case, attempt: &Attempt) -> CaseEntry {
    let text = format!("attempt {} over {}", attempt.number, attempt.channel_id);
    let reference = attempt.key().to_string();
    let step = step(case, CaseEntryKind::Attempt, text, reference);
    CaseEntry { principal: "payout".to_owned(), entry_time: attempt.create_time, ..step }
}

/// What was said of an attempt: how it came, what it says, and what it did. Who resolved the case
/// may have said it; that step names them.
fn said(case: &Case, row: &Evidence, attempt: Option<&Attempt>) -> CaseEntry {
    let (source, says, effect): (&str, &str, &str) =
        (row.source.into(), row.said.into(), row.effect.into());
    let money = row.amount_minor.zip(row.currency_code).map(|(minor, currency)| {
        let money = Money { minor, currency };
        format!(" {} {money}", currency.code())
    });
    let reason = if row.reason.is_empty() { String::new() } else { format!(" {}", row.reason) };
    let text = format!("{source}: {says}{reason}{} ({effect})", money.unwrap_or_default());
    let step = step(case, CaseEntryKind::Evidence, text, row.channel_code.clone());
    let entry_time = row.received_time;
    if row.source == Source::People {
        return CaseEntry { phase: CasePhase::Manual, entry_time, ..step };
    }
    let principal = attempt.map(|attempt| attempt.channel_id.as_str().to_owned());
    CaseEntry { principal: principal.unwrap_or_default(), entry_time, ..step }
}

fn step(case: &Case, kind: CaseEntryKind, text: String, reference: String) -> CaseEntry {
    CaseEntry {
        entry_id: RowId::from(NewId::new("")),
        account_number: case.account_number.clone(),
        case_id: case.case_id.clone(),
        phase: kind.phase(),
        kind,
        principal: String::new(),
        text,
        institution: String::new(),
        reference,
        entry_time: case.open_time,
    }
}
