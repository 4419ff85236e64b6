//! Freezes in force: what they hold, what stays free, what gives way to them.

use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn a_freeze_of_a_part_keeps_its_paper_and_leaves_the_rest_free(bank) {
        bank.account(N, "1000.00").await;
        let order = CreateFreezeRecordRequest {
            officers: vec![
                Officer { name: "Lu Heng".to_owned(), badge_no: "0305-11".to_owned() },
                Officer { name: "Ye Cheng".to_owned(), badge_no: "0305-12".to_owned() },
            ],
            unfreeze_condition: "debt paid".to_owned(),
            served_time: stamp(local("2026-03-10 09:30:00")),
            ..bank.court_order(N, "600.00")
        };
        let (freeze, told_court) = bank.freeze(order.clone()).await.unwrap();
        assert_eq!((freeze.r#type(), freeze.status(), freeze.mode()),
            (FreezeType::Judicial, FreezeStatus::Active, FreezeMode::Amount));
        assert_eq!((freeze.authority_kind(), freeze.authority_name.as_str()),
            (AuthorityKind::CourtCivil, NANSHAN));
        assert_eq!((&freeze.document_no, &freeze.officers), (&order.document_no, &order.officers));
        assert_eq!((&freeze.reason, &freeze.unfreeze_condition),
            (&order.reason, &order.unfreeze_condition));
        assert_eq!((freeze.source(), freeze.cause()), (FreezeSource::Paper, Cause::JudicialCourt));
        assert_eq!((freeze.amount.clone(), freeze.controlled_amount.clone()),
            (cny("600.00"), cny("600.00")));
        assert_eq!(freeze.served_time, order.served_time);
        assert_eq!(instant(&freeze.expire_time), local("2027-03-11 00:00:00"));
        assert_eq!(freeze.expiry_date, "2027-03-10");
        assert!(freeze.term_verified && !freeze.confidential && !freeze.emergency);
        assert_eq!((told_court.requested, told_court.controlled, told_court.short_by),
            (cny("600.00"), cny("600.00"), cny("0.00")));
        assert_eq!((told_court.queue_position, told_court.ahead.len()), (1, 0));

        let info = bank.status(N).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.freeze_type()), ("01", FreezeType::Judicial));
        assert_eq!((info.freeze_reason.as_str(), &info.freeze_time),
            ("execution", &order.served_time));
        assert_eq!((&info.frozen, &info.available), (&cny("600.00"), &cny("400.00")));
        assert_eq!((info.can_credit, info.can_debit), (Some(true), Some(true)));
        assert_eq!(info.conditions[0].freeze_id, freeze.freeze_id);
        let refused = bank.withdraw(N, "400.01").await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_FROZEN", "INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(told(&refused, "authority").as_deref(), Some(NANSHAN));
        assert_eq!(told(&refused, "until").unwrap(), "2027-03-10T16:00:00Z");
        // The freeze is not to blame for what would not be there without it.
        let refused = bank.withdraw(N, "1000.01").await.unwrap_err();
        assert_eq!(violations(&refused), ["INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(told(&refused, "available").as_deref(), Some("400.00"));
        bank.withdraw(N, "400.00").await.unwrap();
        let seen = get(&bank, "auditor", &freeze.freeze_id).await;
        assert_eq!(seen.acts.len(), 1);
        assert_eq!((seen.acts[0].act(), seen.acts[0].principal.as_str(), &seen.acts[0].amount),
            (FreezeActKind::Placed, "local", &cny("600.00")));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_whole_freeze_receives_and_a_two_way_freeze_does_neither(bank) {
        bank.account(N, "1000.00").await;
        let (whole, told_court) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        assert_eq!((told_court.requested, told_court.short_by), (None, None));
        assert_eq!(told_court.controlled, cny("1000.00"));
        bank.credit(N, "50.00").await.unwrap();
        let info = bank.status(N).await.unwrap();
        assert_eq!((&info.frozen, &info.available), (&cny("1050.00"), &cny("0.00")));
        assert_eq!((info.can_credit, info.can_debit), (Some(true), Some(false)));
        assert_eq!(info.iso20022_reason_code, "AC06");
        assert_eq!(answer(&info, Operation::JudicialDeduction), OperationAnswer::Yes);

        let two_way = CreateFreezeRecordRequest {
            mode: FreezeMode::TwoWay.into(),
            ..bank.bank_freeze(N, "")
        };
        let (two_way, _) = bank.freeze(two_way).await.unwrap();
        let info = bank.status(N).await.unwrap();
        assert_eq!((info.can_credit, info.iso20022_credit_reason_code.as_str()),
            (Some(false), "AC06"));
        for operation in [Operation::Credit, Operation::Return, Operation::Interest] {
            assert_eq!(answer(&info, operation), OperationAnswer::No);
        }
        let ask = RecordTransactionRequest {
            mode: TransactionMode::Authorize.into(),
            ..bank.posting(N, Direction::Credit, "1.00")
        };
        let refused = bank.record(ask).await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_FROZEN"]);
        assert_eq!(subjects(&refused)[0].1, two_way.freeze_id);
        assert_eq!(stand(&bank, &[&whole.freeze_id, &two_way.freeze_id]).await,
            [active("1050.00"), active("0.00")]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn freezes_stand_side_by_side_in_legal_order_and_each_ends_alone(bank) {
        bank.account(N, "1000.00").await;
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let (own, _) = bank.freeze(bank.bank_freeze(N, "200.00")).await.unwrap();
        let (court, _) = bank.freeze(bank.court_order(N, "300.00")).await.unwrap();
        let tax = order(&bank, N, AuthorityKind::TaxPreservation, "400.00");
        let (tax, told_tax) = bank.freeze(tax).await.unwrap();
        assert_eq!(told_tax.queue_position, 2);
        let ahead: Vec<&str> = told_tax.ahead.iter().map(|row| row.freeze_id.as_str()).collect();
        assert_eq!(ahead, [&court.freeze_id]);
        assert_eq!(told_tax.ahead[0].authority_name, NANSHAN);
        let rows = bank.freezes(N).await;
        let mut line: Vec<(i32, FreezeType, String)> = rows
            .iter()
            .map(|row| {
                let controlled = row.controlled_amount.clone().unwrap().amount;
                (row.queue_position, row.r#type(), controlled)
            })
            .collect();
        line.sort();
        assert_eq!(line, [
            (1, FreezeType::Judicial, "300.00".to_owned()),
            (2, FreezeType::Judicial, "400.00".to_owned()),
            (3, FreezeType::Bank, "200.00".to_owned()),
            (4, FreezeType::Customer, "100.00".to_owned()),
        ]);
        let info = bank.status(N).await.unwrap();
        assert_eq!(held(&info), [
            (Condition::Frozen, Cause::JudicialCourt),
            (Condition::Frozen, Cause::AdminTax),
            (Condition::Frozen, Cause::RiskFreeze),
            (Condition::Lost, Cause::LossWritten),
        ]);

        bank.release(release(&bank, N, &court.freeze_id)).await.unwrap();
        assert_eq!(bank.code(N).await, "01");
        assert_eq!(stand(&bank, &[&tax.freeze_id, &own.freeze_id]).await,
            [active("400.00"), active("200.00")]);
        let mut paid = release(&bank, N, &tax.freeze_id);
        paid.authority_kind = AuthorityKind::TaxPreservation.into();
        paid.authority_name = "Example Authority".to_owned();
        bank.release(paid).await.unwrap();
        let mut over = release(&bank, N, &own.freeze_id);
        over.authority_kind = AuthorityKind::Unspecified.into();
        bank.release(over).await.unwrap();
        assert_eq!(bank.code(N).await, "03");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_exempt_amount_stays_free_under_a_whole_freeze_and_under_an_amount(bank) {
        bank.account(N, "1000.00").await;
        let whole =
            CreateFreezeRecordRequest { exempt_amount: cny("300.00"), ..bank.court_order(N, "") };
        let (freeze, answer) = bank.freeze(whole).await.unwrap();
        assert_eq!((answer.controlled, freeze.exempt_amount), (cny("700.00"), cny("300.00")));
        let refused = bank.withdraw(N, "300.01").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");
        bank.withdraw(N, "300.00").await.unwrap();

        let other = "6222021234567890124";
        bank.account(other, "1000.00").await;
        let part = CreateFreezeRecordRequest {
            exempt_amount: cny("300.00"),
            ..bank.court_order(other, "900.00")
        };
        let (_, answer) = bank.freeze(part).await.unwrap();
        assert_eq!((answer.controlled, answer.short_by), (cny("700.00"), cny("200.00")));
        assert_eq!(bank.available(other).await, "300.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn unsent_withdrawals_give_way_newest_first_until_the_claim_is_filled(bank) {
        bank.account(N, "100.00").await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(bank.withdraw(N, "30.00").await.unwrap().withdrawal_id);
        }
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let states = async || {
            let mut states = Vec::new();
            for id in &ids {
                let get = GetWithdrawalRequest { withdrawal_id: id.clone(), ..Default::default() };
                let found = bank.withdraw_client().get_withdrawal(get).await.unwrap();
                states.push(found.into_inner().withdrawal.unwrap().state());
            }
            states
        };
        use WithdrawalState::{Cancelled, Reserved};
        assert_eq!(states().await, [Reserved, Reserved, Reserved], "a loss only holds");
        plain(&bank, N, StatusAction::WithdrawLoss).await.unwrap();

        let (_, answer) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        assert!(answer.cancelled_withdrawals.is_empty(), "the free money was enough");
        let before = picture(&bank, N).await;
        let trial =
            CreateFreezeRecordRequest { validate_only: true, ..bank.court_order(N, "50.00") };
        let (freeze, answer) = bank.freeze(trial).await.unwrap();
        assert_eq!((freeze.freeze_id.as_str(), answer.cancelled_withdrawals.len()), ("", 2));
        assert_eq!(answer.controlled, cny("50.00"));
        assert_eq!(picture(&bank, N).await, before);
        assert_eq!(states().await, [Reserved, Reserved, Reserved]);

        let (freeze, answer) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        assert_eq!(answer.cancelled_withdrawals, [ids[2].clone(), ids[1].clone()]);
        assert_eq!((answer.controlled, answer.short_by), (cny("50.00"), cny("0.00")));
        assert_eq!(states().await, [Reserved, Cancelled, Cancelled]);
        let info = bank.status(N).await.unwrap();
        assert_eq!((info.reserved, info.frozen, info.available),
            (cny("30.00"), cny("60.00"), cny("10.00")));
        let list = ListWithdrawalsRequest {
            account_number: N.to_owned(),
            state: Cancelled.into(),
            ..Default::default()
        };
        let listed = bank.withdraw_client().list_withdrawals(list).await.unwrap().into_inner();
        assert!(listed.withdrawals.iter().all(|row| row.reason.contains(&freeze.freeze_id)));

        let (_, answer) = bank.freeze(bank.bank_freeze(N, "")).await.unwrap();
        assert_eq!(answer.cancelled_withdrawals, [ids[0].clone()]);
        assert_eq!(bank.available(N).await, "0.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_emergency_freeze_is_pending_and_lapses_after_48_hours(bank) {
        bank.account(N, "100.00").await;
        bank.pass(Duration::hours(1));
        let emergency = CreateFreezeRecordRequest { emergency: true, emergency_cause: EmergencyCause::AccountTakeover.into(), ..bank.bank_freeze(N, "") };
        let (freeze, answer) = place(&bank, by("night-desk", emergency)).await.unwrap();
        assert_eq!((freeze.emergency, freeze.cause()), (true, Cause::RiskFreeze));
        assert_eq!(answer.controlled, cny("100.00"));
        let end = bank.now() + Duration::hours(48);
        assert_eq!(instant(&freeze.expire_time), end);
        let row = &bank.history(N).await[0];
        assert_eq!((row.new_status_code.as_str(), row.change_by.as_str()), ("01", "night-desk"));
        assert_eq!(row.approval_status(), ApprovalStatus::Pending);

        bank.clock.set(end - Duration::microseconds(1));
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_FROZEN");
        bank.clock.set(end);
        assert_eq!(bank.code(N).await, "00");
        bank.withdraw(N, "1.00").await.unwrap();
        let row = &bank.history(N).await[0];
        assert_eq!((row.old_status_code.as_str(), row.new_status_code.as_str()), ("01", "00"));
        assert_eq!((instant(&row.effective_time), row.change_by.as_str()), (end, "lapse"));

        let court = CreateFreezeRecordRequest { emergency: true, emergency_cause: EmergencyCause::AccountTakeover.into(), ..bank.court_order(N, "1.00") };
        assert_eq!(fields(&bank.freeze(court).await.unwrap_err()), ["emergency"]);
        let own = bank.freeze(bank.bank_freeze(N, "10.00")).await.unwrap().0;
        assert_eq!((own.emergency, own.expire_time), (false, None));
        let row = &bank.history(N).await[0];
        assert_eq!(row.approval_status(), ApprovalStatus::NotRequired);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn freezes_are_listed_by_page_status_and_type(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "1.00")).await.unwrap();
        let (own, _) = bank.freeze(bank.bank_freeze(N, "1.00")).await.unwrap();
        let ids = async |request: ListFreezeRecordsRequest| {
            let listed = bank.freeze_client().list_freeze_records(request).await.unwrap();
            let listed = listed.into_inner();
            let ids: Vec<String> =
                listed.freeze_records.iter().map(|row| row.freeze_id.clone()).collect();
            (ids, listed.next_page_token)
        };
        let all = ListFreezeRecordsRequest { account_number: N.to_owned(), ..Default::default() };
        let (page, token) =
            ids(ListFreezeRecordsRequest { page_size: 2, ..all.clone() }).await;
        assert_eq!(page, [own.freeze_id.as_str(), &second.freeze_id]);
        let next = ListFreezeRecordsRequest { page_size: 2, page_token: token, ..all.clone() };
        assert_eq!(ids(next.clone()).await, (vec![first.freeze_id.clone()], String::new()));
        let waiting =
            ListFreezeRecordsRequest { status: FreezeStatus::Waiting.into(), ..all.clone() };
        assert_eq!(ids(waiting.clone()).await.0, std::slice::from_ref(&second.freeze_id));
        let by_type = ListFreezeRecordsRequest { r#type: FreezeType::Bank.into(), ..all.clone() };
        assert_eq!(ids(by_type).await.0, std::slice::from_ref(&own.freeze_id));
        let foreign = ListFreezeRecordsRequest { page_token: next.page_token, ..waiting };
        let refused = bank.freeze_client().list_freeze_records(foreign).await.unwrap_err();
        assert_eq!(fields(&refused), ["page_token"]);
        let negative = ListFreezeRecordsRequest { page_size: -1, ..all };
        let refused = bank.freeze_client().list_freeze_records(negative).await.unwrap_err();
        assert_eq!(fields(&refused), ["page_size"]);
        bank.finish().await;
    }
}
