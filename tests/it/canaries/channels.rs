//! The walk through channels, their statements and batches of withdrawals.

use account_status::pb::v1::channel_service_client::ChannelServiceClient;
use account_status::pb::v1::import_statement_request::Part;
use account_status::pb::v1::*;
use chrono::{TimeDelta, Utc};
use prost::Message as _;
use tonic::Status;

use super::walk::{Walk, withdrawal};
use super::{NUMBER, UNKNOWN, found};
use crate::channels::{configured, upserting};
use crate::harness::calls::*;
use crate::statements::{at, header};

fn fast() -> Channel {
    configured("CH-FAST", "http://127.0.0.1:1", ChannelRole::Primary)
}

fn lines(payout_key: &str, payee: &str, code: &str) -> Part {
    let line = |state: StatementLineState| StatementLine {
        payout_key: payout_key.to_owned(),
        routing_token: "CNRY-TOKEN".to_owned(),
        state: state.into(),
        amount: cny("9990888.01"),
        payee_account_number: payee.to_owned(),
        channel_code: code.to_owned(),
        ..StatementLine::default()
    };
    let lines = vec![line(StatementLineState::Settled), line(StatementLineState::Rejected)];
    Part::Lines(StatementLines { lines })
}

impl Walk<'_> {
    /// Channels that don't fit and changes of them, statements that name payees, and batches of which
    /// nothing is taken.
    pub(super) async fn through_channels(&self) -> Vec<Status> {
        let mut refused = self.through_settings().await;
        assert_eq!(refused.len(), 6, "{refused:?}");
        refused.extend(self.through_statements().await);
        self.through_a_batch().await;
        refused
    }

    async fn through_settings(&self) -> Vec<Status> {
        let mut client = ChannelServiceClient::new(self.bank.channel.clone());
        let mut refused = Vec::new();
        client.upsert_channel(upserting(fast())).await.unwrap();
        for words in ["Canary reason 金丝雀", "Canary\u{202e}"] {
            let channel = Channel {
                channel_name: words.to_owned(),
                url: "http://Canary:CNRY-SECRET@127.0.0.1:1".to_owned(),
                bank_codes: vec![words.to_owned()],
                ..fast()
            };
            refused.extend(client.upsert_channel(upserting(channel)).await.err());
            for channel_id in ["CH-FAST", "CH-UNKNOWN"] {
                let set = SetChannelStateRequest {
                    channel_id: channel_id.to_owned(),
                    state: ChannelState::Disabled.into(),
                    reason: words.to_owned(),
                    request_id: fresh(),
                    ..SetChannelStateRequest::default()
                };
                refused.extend(client.set_channel_state(set).await.err());
            }
            let stats =
                GetChannelStatsRequest { bank_code: words.to_owned(), ..Default::default() };
            refused.extend(client.get_channel_stats(stats).await.err());
        }
        refused
    }

    /// What a statement says of a payee, an amount or the channel's own number of a payout.
    async fn through_statements(&self) -> Vec<Status> {
        let list =
            ListWithdrawalsRequest { account_number: NUMBER.to_owned(), ..Default::default() };
        let listed = self.bank.withdraw_client().list_withdrawals(list).await.unwrap();
        let known = format!("{}.1", listed.into_inner().withdrawals[0].withdrawal_id);
        let csv = |text: &str| Part::Csv(text.as_bytes().to_vec());
        let mut refused = Vec::new();
        for (place, part) in [
            lines(&known, "9990888077776666", "CNRY-CODE"),
            lines("CNRY-KEY.1", "9990888077776666", "CNRY-CODE"),
            lines("Canary key", "Canary payee", "Canary\u{202e}"),
            csv("payout_key,state,channel_code\nCNRY-KEY.2,REJECTED,CNRY-CODE\n"),
            csv("payout_key,state\nCNRY-KEY.3,Canary state\n"),
            csv("payout_key,Canary column\n\"Canary"),
            csv("payout_key,state,amount,currency_code\nCNRY-KEY.4,SETTLED,99908880.x,CNRY\n"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut client = ChannelServiceClient::new(self.bank.channel.clone());
            let day = Utc::now() - TimeDelta::days(1);
            let header = StatementHeader {
                channel_id: "CH-FAST".to_owned(),
                period_start_time: at(day - TimeDelta::days(1)),
                period_end_time: at(day),
                ..header(&format!("CNRY-{place}"))
            };
            let parts = [Part::Header(header), part];
            let messages = parts.map(|part| ImportStatementRequest { part: Some(part) });
            refused.extend(client.import_statement(futures::stream::iter(messages)).await.err());
        }
        assert_eq!(refused.len(), 4, "{refused:?}");
        refused
    }

    async fn through_a_batch(&self) {
        let requests = ["9000000.00", "99908880,1", "0.00"].map(|amount| {
            let of = |number: &str| WithdrawRequest {
                account_number: number.to_owned(),
                ..withdrawal(self.bank, amount)
            };
            [of(NUMBER), of(UNKNOWN), of("Canary number")]
        });
        let batch = BatchWithdrawRequest { requests: requests.into_iter().flatten().collect() };
        let mut client = self.bank.withdraw_client();
        let results = client.batch_withdraw(batch).await.unwrap().into_inner().results;
        assert_eq!(results.len(), 9);
        for result in results {
            assert!(matches!(result.result, Some(batch_withdraw_result::Result::Error(_))));
            let bytes = result.encode_to_vec();
            assert_eq!(found(&String::from_utf8_lossy(&bytes)), None, "{result:?}");
        }
    }
}
