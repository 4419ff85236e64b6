//! One account's life from its application to its closing, over gRPC, with the sweep running and four
//! eyes required. Each step says what the account shows and what its history and its past tell;
//! in the end every instant of that past still tells the same.

use account_status::config::{FourEyesSetting, Switch};
use account_status::pb::v1::approval_service_client::ApprovalServiceClient;
use account_status::pb::v1::*;
use chrono::{DateTime, Utc};
use tonic::Status;

use crate::harness::calls::*;
use crate::harness::{Bank, moment};
use crate::on_every_engine;

const N: &str = "9990584001000007777";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// The life so far: what was shown from which instant on.
struct Life<'b> {
    bank: &'b Bank,
    past: Vec<(DateTime<Utc>, &'static str, Vec<Condition>)>,
}

/// A status code with the conditions in force behind it.
type Shown = (&'static str, Vec<Condition>);

impl Life<'_> {
    /// The account shows this now, its history has so many rows, the newest by this principal, and
    /// its past at this instant tells the same.
    async fn shows(&mut self, (code, conditions): Shown, rows: usize, by: &str) {
        let info = self.bank.status(N).await.unwrap();
        assert_eq!(info.status_code, code, "{info:#?}");
        let held: Vec<Condition> = info.conditions.iter().map(|held| held.condition()).collect();
        assert_eq!(held, conditions);
        let history = self.bank.history(N).await;
        assert_eq!(history.len(), rows, "{history:#?}");
        assert_eq!((&*history[0].new_status_code, &*history[0].change_by), (code, by));
        // Commands of one instant follow each other by a microsecond.
        self.bank.pass(chrono::Duration::seconds(1));
        self.past.push((self.bank.now(), code, conditions));
        self.bank.pass(chrono::Duration::seconds(1));
        self.tells_its_past().await;
    }

    /// What it showed at every instant so far.
    async fn tells_its_past(&self) {
        for (at, code, conditions) in &self.past {
            let list = ListAccountStatusHistoryRequest {
                account_number: N.to_owned(),
                page_size: 1,
                as_of: Some(account_status_time(*at)),
                ..Default::default()
            };
            let mut client = self.bank.status_client();
            let answer = client.list_account_status_history(by("auditor", list)).await.unwrap();
            let then = answer.into_inner().status_as_of.unwrap();
            assert_eq!(then.status_code, *code, "at {at}");
            let mut held: Vec<Condition> = then.conditions.iter().map(|c| c.condition()).collect();
            let mut expected = conditions.clone();
            held.sort();
            expected.sort();
            assert_eq!(held, expected, "at {at}");
        }
    }

    /// Waits until the sweep has written down what is due, which takes it a second at most.
    async fn swept(&self, rows: usize) {
        self.bank.pass(chrono::Duration::seconds(1));
        let begun = std::time::Instant::now();
        while self.bank.history(N).await.len() < rows {
            assert!(begun.elapsed() < PATIENCE, "the sweep has not written row {rows}");
            moment().await;
        }
    }

    async fn act(&self, action: StatusAction, cause: Cause, principal: &str) -> Outcome {
        self.act_with(action, cause, principal, |_| {}).await.unwrap()
    }

    async fn act_with(
        &self,
        action: StatusAction,
        cause: Cause,
        principal: &str,
        set: impl FnOnce(&mut ChangeAccountStatusRequest),
    ) -> Result<Outcome, Status> {
        let mut change = ChangeAccountStatusRequest {
            account_number: N.to_owned(),
            action: action.into(),
            cause: cause.into(),
            request_id: fresh(),
            ..Default::default()
        };
        set(&mut change);
        let mut client = self.bank.account_client();
        let answer = client
            .change_account_status(with(
                &[("x-principal", principal), ("x-entry-channel", "COUNTER")],
                change,
            ))
            .await?;
        Ok(answer.into_inner().outcome.unwrap())
    }

    /// Somebody else agrees.
    async fn approve(&self, outcome: Outcome, principal: &str) {
        let Outcome::Approval(approval) = outcome else { panic!("it took effect at once") };
        self.agree(approval, principal).await;
    }

    async fn agree(&self, approval: Approval, principal: &str) {
        assert_eq!(approval.state(), ApprovalState::Pending);
        let approve = ApproveRequest {
            account_number: N.to_owned(),
            approval_id: approval.approval_id,
            request_id: fresh(),
            ..Default::default()
        };
        let mut client = ApprovalServiceClient::new(self.bank.channel.clone());
        let own = client.approve(by(&approval.proposed_by, approve.clone())).await.unwrap_err();
        assert_eq!(reason(&own), "APPROVER_IS_PROPOSER");
        let answer = client.approve(by(principal, approve)).await.unwrap().into_inner();
        assert_eq!(answer.approval.unwrap().state(), ApprovalState::Approved);
    }

    async fn identity(&self, set: impl FnOnce(&mut UpdateIdentityRequest)) {
        let mut update = UpdateIdentityRequest {
            account_number: N.to_owned(),
            request_id: fresh(),
            ..Default::default()
        };
        set(&mut update);
        self.bank.account_client().update_identity(by("teller-sz", update)).await.unwrap();
    }

    /// A transaction that the customer starts at the counter, identified.
    async fn own(&self, direction: Direction, amount: &str) {
        let own = RecordTransactionRequest {
            initiator: Initiator::Customer.into(),
            transaction_type: TransactionType::Cash.into(),
            customer_identified: true,
            ..self.bank.posting(N, direction, amount)
        };
        let metadata = [("x-entry-channel", "COUNTER"), ("x-principal", "teller-sz")];
        self.bank.transaction_client().record_transaction(with(&metadata, own)).await.unwrap();
    }
}

type Outcome = change_account_status_response::Outcome;

fn account_status_time(at: DateTime<Utc>) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap(),
    }
}

on_every_engine! {
    async fn an_account_from_its_application_to_its_closing(bank) {
        let bank = bank
            .reopen(|given| {
                given.four_eyes = Some(FourEyesSetting::Required);
                given.sweep = Some(Switch::On);
            })
            .await;
        let mut life = Life { bank: &bank, past: Vec::new() };
        opened(&mut life).await;
        identity_ran_out(&mut life).await;
        fell_asleep(&mut life).await;
        lost_and_frozen(&mut life).await;
        stopped_and_closed(&mut life).await;
        life.tells_its_past().await;
        let history = bank.history(N).await;
        let sequences: Vec<i64> = history.iter().rev().map(|row| row.sequence).collect();
        assert_eq!(sequences, (1..=17).collect::<Vec<i64>>());
        bank.finish().await;
    }
}

/// Applied for, incomplete, resubmitted, complete.
async fn opened(life: &mut Life<'_>) {
    let open = OpenAccountRequest {
        account_number: N.to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C-LIFE".to_owned(),
        branch_code: "999584000101".to_owned(),
        currency_code: "CNY".to_owned(),
        holder_kind: HolderKind::Person.into(),
        document_no: "110101 1990-0307 123X".to_owned(),
        document_expiry_date: "2026-04-30".to_owned(),
        request_id: fresh(),
        ..Default::default()
    };
    life.bank.account_client().open_account(by("ops", open)).await.unwrap();
    life.shows(("04", vec![Condition::Opening]), 1, "ops").await;
    let incomplete = |change: &mut ChangeAccountStatusRequest| {
        change.causes = vec![Cause::OpeningIncomplete.into()];
        change.missing_items = vec!["lease proof".to_owned()];
    };
    let rejected = (StatusAction::RejectOpening, Cause::Unspecified);
    life.act_with(rejected.0, rejected.1, "ops", incomplete).await.unwrap();
    life.shows(("05", vec![Condition::Opening]), 2, "ops").await;
    life.act(StatusAction::ResubmitOpening, Cause::Unspecified, "ops").await;
    life.shows(("04", vec![Condition::Opening]), 3, "ops").await;
    let proposed = life.act(StatusAction::CompleteOpening, Cause::Unspecified, "ops").await;
    assert_eq!(life.bank.code(N).await, "04", "a proposal changes nothing");
    life.approve(proposed, "ops2").await;
    life.shows(("00", vec![]), 4, "ops").await;
    let opened = &life.bank.history(N).await[0];
    assert_eq!(opened.approval_status(), ApprovalStatus::Approved);
    assert_eq!(opened.approved_by, "ops2");
    life.bank.credit(N, "1000.00").await.unwrap();
    life.own(Direction::Debit, "100.00").await;
}

/// Noticed, expired after the grace period, updated.
async fn identity_ran_out(life: &mut Life<'_>) {
    life.bank.set_time("2026-05-01 00:00:00");
    let database = life.bank.database().await;
    let begun = std::time::Instant::now();
    loop {
        let sql = "SELECT count(*) AS notices FROM event WHERE kind = 'IDENTITY_NOTICE'";
        if count(&database, sql).await == 1 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "nobody was noticed");
        moment().await;
    }
    database.close().await.unwrap();
    life.shows(("00", vec![]), 4, "ops").await;
    // 90 days from the notice, which is not counted: through 2026-07-30.
    life.bank.set_time("2026-07-30 23:59:59.999999");
    assert_eq!(life.bank.code(N).await, "00");
    life.bank.set_time("2026-07-31 00:00:00");
    life.swept(5).await;
    life.shows(("06", vec![Condition::InfoExpired]), 5, "sweep").await;
    life.identity(|update| update.document_expiry_date = "2036-04-30".to_owned()).await;
    life.shows(("00", vec![]), 6, "teller-sz").await;
}

/// Dormant, a stranger's credit, still dormant, reactivated by its holder.
async fn fell_asleep(life: &mut Life<'_>) {
    life.own(Direction::Debit, "100.00").await;
    life.bank.set_time("2027-01-31 00:00:00");
    assert_eq!(life.bank.code(N).await, "00");
    life.bank.set_time("2027-02-01 00:00:00");
    life.swept(7).await;
    life.shows(("07", vec![Condition::Dormant]), 7, "sweep").await;
    life.bank.credit(N, "50.00").await.unwrap();
    life.shows(("07", vec![Condition::Dormant]), 7, "sweep").await;
    life.own(Direction::Credit, "10.00").await;
    life.shows(("00", vec![]), 8, "teller-sz").await;
}

/// Lost, frozen by a court beside, the loss withdrawn, still frozen, released by two persons.
async fn lost_and_frozen(life: &mut Life<'_>) {
    life.act(StatusAction::ReportLoss, Cause::LossWritten, "teller-sz").await;
    life.shows(("03", vec![Condition::Lost]), 9, "teller-sz").await;
    let order = life.bank.court_order(N, "300.00");
    let placed = life.bank.freeze_client().create_freeze_record(by("court-desk", order)).await;
    let placed = placed.unwrap().into_inner().outcome.unwrap();
    let create_freeze_record_response::Outcome::FreezeRecord(freeze) = placed else {
        panic!("a court's freeze waits for nobody")
    };
    life.shows(("01", vec![Condition::Frozen, Condition::Lost]), 10, "court-desk").await;
    life.act(StatusAction::WithdrawLoss, Cause::Unspecified, "teller-sz").await;
    life.shows(("01", vec![Condition::Frozen]), 11, "teller-sz").await;
    let release = by("court-desk", life.bank.court_release(N, &freeze.freeze_id));
    let proposed = life.bank.freeze_client().release_freeze_record(release).await.unwrap();
    let release_freeze_record_response::Outcome::Approval(approval) =
        proposed.into_inner().outcome.unwrap()
    else {
        panic!("a release waits for a second person")
    };
    assert_eq!(life.bank.code(N).await, "01", "a proposal changes nothing");
    life.agree(approval, "ops2").await;
    life.shows(("00", vec![]), 12, "court-desk").await;
}

/// Stopped for fraud twice, not a third time, and closed.
async fn stopped_and_closed(life: &mut Life<'_>) {
    let stop = |change: &mut ChangeAccountStatusRequest| {
        change.authority = "police platform".to_owned();
        change.document_no = "ZF440305-000017".to_owned();
    };
    let action = StatusAction::StopPayment;
    for rows in [13, 15] {
        life.act_with(action, Cause::StopFraud, "risk", stop).await.unwrap();
        life.shows(("02", vec![Condition::Stoppay]), rows, "risk").await;
        life.bank.pass(chrono::Duration::hours(48));
        life.swept(rows + 1).await;
        life.shows(("00", vec![]), rows + 1, "lapse").await;
    }
    let third = life.act_with(action, Cause::StopFraud, "risk", stop).await.unwrap_err();
    assert_eq!(reason(&third), "STOP_REPEATED");
    life.shows(("00", vec![]), 16, "lapse").await;
    life.own(Direction::Debit, "860.00").await;
    let close = life.act(StatusAction::Close, Cause::Unspecified, "ops").await;
    life.approve(close, "ops2").await;
    life.shows(("10", vec![]), 17, "ops").await;
}

async fn count(database: &sea_orm::DatabaseConnection, sql: &str) -> i64 {
    use sea_orm::ConnectionTrait;
    let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
