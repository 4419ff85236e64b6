//! As of an instant, where a row counts from before it was written down: an import brings the old
//! system's date.

use std::sync::Arc;
use std::time::Instant;

use account_status::domain::act::import_account::{ImportAccount, ImportedOrder};
use account_status::domain::command::{Command, Effect, Envelope};
use account_status::domain::freeze::kind::AuthorityKind;
use account_status::domain::id::{AccountNumber, RequestId};
use account_status::domain::money::{Currency, Money};
use account_status::domain::principal::Principal;
use account_status::domain::review::HolderKind;
use account_status::domain::status::AccountStatus as Code;
use account_status::domain::transaction::EntryChannel;
use account_status::pb::v1::*;
use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::as_of::held;
use crate::actions::{N, instant, local, set};
use crate::harness::Bank;
use crate::on_every_engine;

/// Imports the account, frozen by a court there since an instant, up to a day.
async fn import(bank: &Bank, since: DateTime<Utc>, last_day: NaiveDate) {
    let import = ImportAccount {
        account_id: "A-1".to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "999584000101".to_owned(),
        balance: Money { minor: 100, currency: Currency::from_code("CNY").unwrap() },
        status: Code::Frozen,
        reason: "execution".to_owned(),
        since: Some(since),
        order: Some(ImportedOrder {
            authority_kind: AuthorityKind::CourtCivil,
            freeze_by: "Nanshan District Court".to_owned(),
            court_order_no: "88".to_owned(),
            expiry_date: Some(last_day),
        }),
        last_transaction_time: None,
        holder_kind: HolderKind::Unspecified,
        protected_kind: None,
        document_expiry_date: None,
    };
    let envelope = Envelope {
        principal: Principal { name: Arc::from("import"), ..Principal::service("import") },
        account_number: AccountNumber::parse(N).unwrap(),
        request_id: RequestId::internal(&format!("import:{N}")),
        deadline: Instant::now() + std::time::Duration::from_secs(60),
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command: Command::ImportAccount(import),
    };
    bank.ledger.submit(envelope).await.unwrap();
}

on_every_engine! {
    async fn an_imported_status_holds_from_its_old_date_and_nothing_is_known_before(bank) {
        let since = local("2025-06-01 00:00:00");
        import(&bank, since, NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()).await;
        let imported = bank.now();
        bank.set_time("2026-03-12 09:00:00");
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        bank.set_time("2026-04-15 00:00:00");
        let end = local("2026-04-01 00:00:00");
        let micro = Duration::microseconds(1);
        for (at, code, conditions, rows) in [
            (since - micro, "", 0, 0),
            (since, "01", 1, 1),
            (imported - micro, "01", 1, 1),
            (imported, "01", 1, 1),
            (local("2026-03-12 09:00:00"), "01", 2, 2),
            (end - micro, "01", 2, 2),
            (end, "07", 1, 2),
        ] {
            let (told, listed) = held(&bank, at).await;
            assert_eq!((told.status_code.as_str(), told.conditions.len(), listed),
                (code, conditions, rows), "as of {at}");
        }
        let (told, _) = held(&bank, imported - micro).await;
        let row = told.status_change.unwrap();
        assert_eq!((instant(&row.effective_time), instant(&row.record_time)), (since, imported));
        assert_eq!(told.lifecycle, Some(Lifecycle::Open.into()));
        let (told, _) = held(&bank, since - micro).await;
        assert_eq!((told.status, told.lifecycle, told.since_time, told.status_change),
            (None, None, None, None));
        bank.finish().await;
    }
}
