//! Which postings wake a dormant account.

use account_status::pb::v1::*;

use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn only_the_customers_own_act_at_the_counter_wakes_a_dormant_account(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        let at = |request: RecordTransactionRequest, channel: EntryChannel, identified: bool| {
            RecordTransactionRequest {
                entry_channel: channel.into(),
                customer_identified: identified,
                request_id: fresh(),
                ..request
            }
        };
        let rows = bank.history(N).await.len();
        let own = ask(&bank, Direction::Credit, "1.00");
        let stranger =
            RecordTransactionRequest { initiator: Initiator::Counterparty.into(), ..own.clone() };
        let returned = RecordTransactionRequest {
            transaction_type: TransactionType::Return.into(),
            ..own.clone()
        };
        for request in [
            at(stranger.clone(), EntryChannel::Counter, true),
            at(stranger, EntryChannel::App, false),
            at(own.clone(), EntryChannel::Counter, false),
            at(own.clone(), EntryChannel::App, true),
            at(returned, EntryChannel::Counter, true),
        ] {
            bank.record(request).await.unwrap();
            assert_eq!(bank.code(N).await, "07");
        }
        assert_eq!(bank.history(N).await.len(), rows);
        let debit = ask(&bank, Direction::Debit, "1.00");
        for (channel, identified) in [(EntryChannel::Counter, false), (EntryChannel::App, true)] {
            let refused = bank.record(at(debit.clone(), channel, identified)).await.unwrap_err();
            assert_eq!(violations(&refused), ["ACCOUNT_DORMANT"], "{channel:?}");
        }

        bank.record(at(own, EntryChannel::Counter, true)).await.unwrap();
        assert_eq!(bank.code(N).await, "00");
        assert_eq!(bank.history(N).await.len(), rows + 1);
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantLowBalance).await.unwrap();
        // The channel of the call counts where the posting names none.
        let said = at(debit, EntryChannel::Unspecified, true);
        let said = with(&[("x-entry-channel", "COUNTER")], said);
        let paid = bank.transaction_client().record_transaction(said).await.unwrap();
        let paid = paid.into_inner().transaction.unwrap();
        assert_eq!(paid.entry_channel(), EntryChannel::Counter);
        assert_eq!(bank.code(N).await, "00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn waking_ends_dormancy_and_no_other_condition(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        set(&bank, N, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        set(&bank, N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
        let at_counter = |request: RecordTransactionRequest| RecordTransactionRequest {
            entry_channel: EntryChannel::Counter.into(),
            customer_identified: true,
            ..request
        };
        let refused =
            bank.record(at_counter(ask(&bank, Direction::Debit, "1.00"))).await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_SUSPICIOUS"]);
        assert_eq!(bank.status(N).await.unwrap().conditions.len(), 3, "a refusal wakes nothing");
        bank.record(at_counter(ask(&bank, Direction::Credit, "1.00"))).await.unwrap();
        let info = bank.status(N).await.unwrap();
        let kinds: Vec<Condition> = info.conditions.iter().map(|row| row.condition()).collect();
        assert_eq!(kinds, [Condition::Suspicious, Condition::InfoExpired]);
        let row = &bank.history(N).await[0];
        assert_eq!((row.conditions_before.len(), row.conditions_after.len()), (3, 2));
        bank.finish().await;
    }
}
