//! The walk: a bit of everything, with a canary in every field that takes text.

use std::time::Duration;

use account_status::pb::channel::v1 as channel;
use account_status::pb::channel::v1::payout_callback_service_client::PayoutCallbackServiceClient;
use account_status::pb::channel::v1::payout_result::Result as Reported;
use account_status::pb::v1::*;
use sea_orm::ConnectionTrait as _;
use tonic::Status;

use super::{NUMBER, UNKNOWN};
use crate::errors::{WITHDRAW, framed, send};
use crate::faults::Holder;
use crate::harness::calls::*;
use crate::harness::{Bank, Engine};

pub(super) struct Walk<'a> {
    pub(super) bank: &'a Bank,
}

const HOLDER: &str = "Canary Holder 金丝雀";
const FREEZE: &str = "CNRY-FREEZE-1";

fn opening(number: &str) -> OpenAccountRequest {
    OpenAccountRequest {
        account_number: number.to_owned(),
        account_name: HOLDER.to_owned(),
        customer_id: "CNRY10001".to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    }
}

pub(super) fn withdrawal(bank: &Bank, amount: &str) -> WithdrawRequest {
    WithdrawRequest {
        beneficiary: Some(Beneficiary {
            name: "Canary Payee 金丝雀".to_owned(),
            account_number: "9990888077776666".to_owned(),
            bank_code: "999100000001".to_owned(),
            bank_name: "Canary Bank".to_owned(),
            kind: BeneficiaryKind::Person.into(),
        }),
        reference: "Canary reference".to_owned(),
        ..bank.withdrawal(NUMBER, amount)
    }
}

fn posting(bank: &Bank, direction: Direction, amount: &str) -> RecordTransactionRequest {
    RecordTransactionRequest {
        counterparty: Some(Counterparty {
            name: "Canary Trading 金丝雀".to_owned(),
            account_number: "9990888055554444".to_owned(),
        }),
        ..bank.posting(NUMBER, direction, amount)
    }
}

fn order(bank: &Bank, amount: &str) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        authority_name: "Canary Court".to_owned(),
        document_no: "CNRY-DOC-1".to_owned(),
        officers: ["CNRY-BADGE-1", "CNRY-BADGE-2"]
            .map(|badge_no| Officer {
                name: "Canary Officer 金丝雀".to_owned(),
                badge_no: badge_no.to_owned(),
            })
            .to_vec(),
        notice_no: "CNRY-NOTICE".to_owned(),
        reason: "Canary order".to_owned(),
        unfreeze_condition: "Canary condition".to_owned(),
        ..bank.court_order(NUMBER, amount)
    }
}

fn check(number: &str, amount: &str) -> CheckOperationRequest {
    CheckOperationRequest {
        key: Some(check_operation_request::Key::AccountNumber(number.to_owned())),
        operation: Operation::CustomerDebitNonCounter.into(),
        amount: cny(amount),
        ..Default::default()
    }
}

fn words(change: &mut ChangeAccountStatusRequest) {
    change.reason = "Canary words".to_owned();
    change.document_no = "CNRY-DOC-2".to_owned();
    change.authority = "Canary Court".to_owned();
}

impl Walk<'_> {
    pub(super) async fn change_rows(&self, sql: &str) {
        let database = self.bank.database().await;
        database.execute_unprepared(sql).await.unwrap();
        database.close().await.unwrap();
    }

    pub(super) async fn through_what_goes_well(&self) -> Vec<Status> {
        let bank = self.bank;
        bank.account_client().open_account(opening(NUMBER)).await.unwrap();
        bank.act(NUMBER, StatusAction::CompleteOpening, |_| {}).await.unwrap();
        bank.record(posting(bank, Direction::Credit, "1000.00")).await.unwrap();
        let made = bank.withdraw_with(withdrawal(bank, "10.00")).await.unwrap();
        bank.cancel(NUMBER, &made.withdrawal_id).await.unwrap();
        bank.withdraw_with(withdrawal(bank, "10.00")).await.unwrap();
        let (freeze, _) = bank.freeze(order(bank, "100.00")).await.unwrap();
        let release = ReleaseFreezeRecordRequest {
            authority_name: "Canary Court".to_owned(),
            document_no: "CNRY-DOC-3".to_owned(),
            reason: "Canary release".to_owned(),
            ..bank.court_release(NUMBER, &freeze.freeze_id)
        };
        let mut refused = Vec::new();
        refused.extend(bank.release(release).await.err());
        bank.freeze(order(bank, "50.00")).await.unwrap();
        assert!(bank.status(NUMBER).await.unwrap().account_name.contains("Canary"));
        bank.status_client().check_operation(check(NUMBER, "945.00")).await.unwrap();
        bank.history(NUMBER).await;
        bank.freezes(NUMBER).await;
        let list =
            ListWithdrawalsRequest { account_number: NUMBER.to_owned(), ..Default::default() };
        bank.withdraw_client().list_withdrawals(list).await.unwrap();
        refused.extend(self.through_platforms_and_watches().await);
        refused
    }

    /// Cards of platforms, lists of what is abnormal, and watches; and each of them refused.
    async fn through_platforms_and_watches(&self) -> Vec<Status> {
        let bank = self.bank;
        let mut refused = Vec::new();
        bank.bind_card(NUMBER, "6299888100002222").await.unwrap();
        for card in ["6299888100002222", "6299888100003333", "Canary card"] {
            let request = BindPlatformRequest {
                account_number: NUMBER.to_owned(),
                card_number: card.to_owned(),
                platform_id: "CNRY-PLATFORM".to_owned(),
                action: PlatformAction::Bind.into(),
                request_id: fresh(),
                ..Default::default()
            };
            refused.extend(bank.account_client().bind_platform(request).await.err());
            let request =
                ListCardBindingsRequest { card_number: card.to_owned(), ..Default::default() };
            refused.extend(bank.status_client().list_card_bindings(request).await.err());
        }
        for branch in ["CNRY-BRANCH", "Canary\u{202e}"] {
            let request = ListAbnormalAccountsRequest {
                branch_code: branch.to_owned(),
                ..Default::default()
            };
            refused.extend(bank.status_client().list_abnormal_accounts(request).await.err());
        }
        for number in [NUMBER, UNKNOWN, "Canary number"] {
            let request = WatchAccountStatusRequest {
                account_numbers: vec![number.to_owned()],
                ..Default::default()
            };
            match bank.status_client().watch_account_status(request).await {
                Ok(updates) => _ = updates.into_inner().message().await.unwrap(),
                Err(status) => refused.push(status),
            }
        }
        assert_eq!(refused.len(), 7, "{refused:?}");
        refused
    }

    pub(super) async fn through_refusals(&self) -> Vec<Status> {
        let bank = self.bank;
        let mut refused = Vec::new();
        for amount in ["945.00", "5000.00", "9223372036854775.00"] {
            refused.extend(bank.withdraw_with(withdrawal(bank, amount)).await.err());
        }
        let once = withdrawal(bank, "1.00");
        bank.withdraw_with(once.clone()).await.unwrap();
        let other = WithdrawRequest { reference: "Canary other".to_owned(), ..once };
        refused.extend(bank.withdraw_with(other).await.err());
        refused.extend(bank.account_client().open_account(opening(NUMBER)).await.err());
        for id in [FREEZE, "F1"] {
            refused.extend(bank.release(bank.court_release(NUMBER, id)).await.err());
        }
        refused.extend(bank.cancel(NUMBER, "CNRY-WITHDRAWAL-1").await.err());
        refused.extend(bank.status(UNKNOWN).await.err());
        refused.extend(bank.status_client().check_operation(check(UNKNOWN, "1.00")).await.err());
        refused.extend(bank.credit(UNKNOWN, "1.00").await.err());
        let key = get_account_status_request::Key::CardNumber("6299888100001111".to_owned());
        let get = GetAccountStatusRequest { key: Some(key), view: 0 };
        refused.extend(bank.status_client().get_account_status(get).await.err());
        refused.extend(bank.act(NUMBER, StatusAction::Close, words).await.err());
        for (action, cause) in [
            (StatusAction::ReportLoss, Cause::LossOral),
            (StatusAction::MarkSuspicious, Cause::SuspiciousPattern),
            (StatusAction::RequireVerification, Cause::IdentityNotVerified),
        ] {
            let change = |change: &mut ChangeAccountStatusRequest| {
                words(change);
                change.cause = cause.into();
                change.missing_items = vec!["Canary item".to_owned()];
            };
            refused.extend(bank.act(NUMBER, action, change).await.err());
            refused.extend(bank.withdraw_with(withdrawal(bank, "1.00")).await.err());
        }
        refused.extend(bank.act(NUMBER, StatusAction::CompleteOpening, words).await.err());
        refused.extend(bank.freeze(order(bank, "")).await.err());
        refused.extend(bank.withdraw_with(withdrawal(bank, "1.00")).await.err());
        let stale = WithdrawRequest { etag: "v0".to_owned(), ..withdrawal(bank, "1.00") };
        refused.extend(bank.withdraw_with(stale).await.err());
        assert!(refused.len() >= 14, "{refused:?}");
        refused.extend(self.through_reports().await);
        refused
    }

    /// What channels report names the account, the payee and the channel's own words.
    async fn through_reports(&self) -> Vec<Status> {
        let bank = self.bank;
        let list =
            ListWithdrawalsRequest { account_number: NUMBER.to_owned(), ..Default::default() };
        let listed = bank.withdraw_client().list_withdrawals(list).await.unwrap().into_inner();
        let payout_key = format!("{}.1", listed.withdrawals[0].withdrawal_id);
        let mut client = PayoutCallbackServiceClient::new(bank.channel.clone());
        let mut refused = Vec::new();
        for (token, payee, code) in [
            (NUMBER, "9990888077776666", "CNRY-CODE"),
            (UNKNOWN, "9990888077776666", "CNRY-CODE"),
            ("CNRY-TOKEN", "Canary payee", "Canary code"),
        ] {
            let settled = channel::Settled {
                amount: cny("10.00"),
                payee_account_number: payee.to_owned(),
                settle_time: None,
            };
            let rejected = channel::Rejected {
                finality: channel::Finality::Final.into(),
                channel_code: code.to_owned(),
                ..Default::default()
            };
            for result in [Reported::Settled(settled), Reported::Rejected(rejected)] {
                let report = channel::ReportPayoutRequest {
                    channel_id: "CH-1".to_owned(),
                    payout_key: payout_key.clone(),
                    routing_token: token.to_owned(),
                    result: Some(channel::PayoutResult { result: Some(result) }),
                };
                refused.extend(client.report_payout(report).await.err());
            }
        }
        assert_eq!(refused.len(), 2, "what fits nothing is kept: {refused:?}");
        refused
    }

    pub(super) async fn through_bad_input(&self) -> Vec<Status> {
        let bank = self.bank;
        let mut refused = Vec::new();
        let bad = || "Canary\u{202e}\0金丝雀".to_owned();
        let money = || Some(Money { currency_code: bad(), amount: "99908880,1".to_owned() });
        let request = WithdrawRequest {
            account_number: format!("{NUMBER} x"),
            amount: money(),
            beneficiary: Some(Beneficiary {
                name: bad(),
                account_number: bad(),
                bank_code: bad(),
                bank_name: bad(),
                kind: 99_908_880,
            }),
            request_id: bad(),
            reference: bad(),
            etag: bad(),
            validate_only: false,
            preferred_channel: bad(),
            purpose: 99_908_880,
        };
        refused.extend(bank.withdraw_with(request).await.err());
        let request = CheckOperationRequest { amount: money(), ..check(&bad(), "1.00") };
        refused.extend(bank.status_client().check_operation(request).await.err());
        let request = CreateFreezeRecordRequest {
            authority_name: bad(),
            document_no: bad(),
            officers: vec![Officer { name: bad(), badge_no: bad() }],
            reason: bad(),
            unfreeze_condition: bad(),
            amount: money(),
            ..order(bank, "1.00")
        };
        refused.extend(bank.freeze(request).await.err());
        let request = RecordTransactionRequest {
            counterparty: Some(Counterparty { name: bad(), account_number: bad() }),
            transaction_id: bad(),
            ..posting(bank, Direction::Debit, "1.00")
        };
        refused.extend(bank.record(request).await.err());
        let open = OpenAccountRequest {
            account_name: bad(),
            customer_id: bad(),
            branch_code: bad(),
            ..opening("99907770010000477 11")
        };
        refused.extend(bank.account_client().open_account(open).await.err());
        let list = ListFreezeRecordsRequest {
            account_number: format!("{NUMBER}\0"),
            page_token: "Canary".to_owned(),
            ..Default::default()
        };
        refused.extend(bank.freeze_client().list_freeze_records(list).await.err());
        for header in ["x-principal", "x-entry-channel", "grpc-timeout", "content-type"] {
            let raw = send(bank, WITHDRAW, &[(header, "Canary CNRY")], framed(b"")).await;
            refused.push(raw.status);
        }
        let headers = [("x-request-id", "Canary CNRY"), ("accept-language", "Canary")];
        for body in [&b"\x0a\x08Canary\xff\xfe"[..], b"\x08Canary", b"Canary", &[0xff; 40]] {
            refused.push(send(bank, WITHDRAW, &headers, framed(body)).await.status);
        }
        refused.push(send(bank, "/Canary-CNRY/x", &headers, framed(b"")).await.status);
        assert!(refused.len() >= 14, "{refused:?}");
        refused
    }

    /// Rows and columns that make the database and the decoder complain about values, a remembered
    /// answer that makes the service panic, and somebody who makes statements wait.
    pub(super) async fn through_broken_rows(&self) -> Vec<Status> {
        let bank = self.bank;
        let mut refused = Vec::new();
        if bank.engine == Engine::Postgres {
            self.change_rows(
                "ALTER TABLE account_master ADD CHECK (branch_code <> 'BROKEN');
                ALTER TABLE withdrawal ALTER COLUMN beneficiary_name TYPE bigint USING 0",
            )
            .await;
            let account = "9990777001000043311";
            let open = OpenAccountRequest { branch_code: "BROKEN".to_owned(), ..opening(account) };
            refused.extend(bank.account_client().open_account(open).await.err());
            let open = opening(account);
            bank.account_client().open_account(open).await.unwrap();
            bank.act(account, StatusAction::CompleteOpening, |_| {}).await.unwrap();
            bank.credit(account, "10.00").await.unwrap();
            let request =
                WithdrawRequest { account_number: account.to_owned(), ..withdrawal(bank, "1.00") };
            refused.extend(bank.withdraw_with(request).await.err());
        }
        let once = posting(bank, Direction::Credit, "1.00");
        bank.record(once.clone()).await.unwrap();
        self.slowly(bank.record(posting(bank, Direction::Credit, "1.00"))).await.unwrap();
        self.change_rows(&format!(
            "UPDATE idempotency SET outcome = '{{\"Err\":{{\"refusals\":[]}}}}'
            WHERE request_id = '{}'",
            once.request_id
        ))
        .await;
        refused.extend(bank.record(once).await.err());
        self.change_rows("UPDATE account_condition SET cause = 'Canary cause CNRY'").await;
        refused.extend(bank.status(NUMBER).await.err());
        refused.extend(bank.withdraw_with(withdrawal(bank, "1.00")).await.err());
        assert!(refused.len() >= 3, "{refused:?}");
        refused
    }

    /// Makes a call wait for somebody else who writes.
    async fn slowly<T>(&self, call: impl Future<Output = T>) -> T {
        let holder = Holder::of(self.bank).await;
        let letting_go = async {
            tokio::time::sleep(Duration::from_millis(800)).await;
            holder.let_go().await;
        };
        tokio::join!(call, letting_go).0
    }
}
