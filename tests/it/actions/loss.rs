//! Loss reports.

use account_status::pb::v1::*;

use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

fn causes(rows: &[ConditionSummary]) -> Vec<Cause> {
    rows.iter().map(ConditionSummary::cause).collect()
}

on_every_engine! {
    async fn an_oral_loss_is_confirmed_in_its_row_and_ends_with_the_replacement(bank) {
        bank.account(N, "100.00").await;
        let info = set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.freeze_type()), ("03", FreezeType::Customer));
        assert_eq!(held(&info), [(Condition::Lost, Cause::LossOral)]);
        let end = local("2026-03-16 00:00:00");
        assert_eq!(instant(&info.conditions[0].until_time), end);
        assert_eq!(instant(&info.remedy.clone().unwrap().deadline_time), end);
        assert_eq!(info.available.clone().unwrap().amount, "0.00");
        let loss = &bank.freezes(N).await[0];
        assert_eq!((loss.r#type(), loss.mode()), (FreezeType::Customer, FreezeMode::Whole));
        assert_eq!((loss.amount.clone(), loss.controlled_amount.clone()), (None, cny("100.00")));
        assert_eq!(loss.expiry_date, "2026-03-15");
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_LOST");
        bank.credit(N, "20.00").await.unwrap();

        let info = plain(&bank, N, StatusAction::ConfirmLoss).await.unwrap();
        assert_eq!(held(&info), [(Condition::Lost, Cause::LossWritten)]);
        assert_eq!(info.conditions[0].condition_id, loss.freeze_id);
        assert_eq!(info.conditions[0].until_time, None);
        let kept = &bank.freezes(N).await;
        assert_eq!((kept.len(), kept[0].expire_time, kept[0].expiry_date.as_str()), (1, None, ""));
        let again = plain(&bank, N, StatusAction::ConfirmLoss).await.unwrap_err();
        assert_eq!(reason(&again), "ACTION_NOT_APPLICABLE");
        bank.set_time("2026-04-10 00:00:00");
        assert_eq!(bank.code(N).await, "03");

        let info = plain(&bank, N, StatusAction::ReplaceMedium).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.available.unwrap().amount.as_str()),
            ("00", "120.00"));
        let ended = &bank.freezes(N).await[0];
        assert_eq!(ended.status(), FreezeStatus::Released);
        assert_eq!(instant(&ended.release_time), bank.now());
        let rows = bank.history(N).await;
        assert_eq!(causes(&rows[1].conditions_before), [Cause::LossOral]);
        assert_eq!(causes(&rows[1].conditions_after), [Cause::LossWritten]);
        assert_eq!(codes(&bank, N).await, ["04", "00", "03", "03", "00"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_loss_is_reported_again_only_when_it_is_stronger(bank) {
        bank.account(N, "100.00").await;
        let none = plain(&bank, N, StatusAction::WithdrawLoss).await.unwrap_err();
        assert_eq!(reason(&none), "ACTION_NOT_APPLICABLE");
        set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        let before = picture(&bank, N).await;
        let equal = set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap_err();
        assert_eq!(reason(&equal), "ACTION_NOT_APPLICABLE");
        assert_eq!(picture(&bank, N).await, before);

        let info = set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        assert_eq!(info.conditions.len(), 2);
        for cause in [Cause::LossOral, Cause::LossWritten] {
            let weaker = set(&bank, N, StatusAction::ReportLoss, cause).await.unwrap_err();
            assert_eq!(reason(&weaker), "ACTION_NOT_APPLICABLE", "{cause:?}");
        }
        let which = plain(&bank, N, StatusAction::WithdrawLoss).await.unwrap_err();
        assert_eq!(reason(&which), "ACTION_NOT_APPLICABLE");
        let oral = id_of(&info, Cause::LossOral);
        let info = bank
            .act(N, StatusAction::WithdrawLoss, |change| change.condition_id = oral)
            .await
            .unwrap();
        assert_eq!(held(&info), [(Condition::Lost, Cause::LossWritten)]);
        plain(&bank, N, StatusAction::WithdrawLoss).await.unwrap();

        let info = set(&bank, N, StatusAction::ReportLoss, Cause::LossByBank).await.unwrap();
        assert_eq!(held(&info), [(Condition::Lost, Cause::LossByBank)]);
        assert_eq!(info.conditions[0].until_time, None);
        bank.finish().await;
    }
}
