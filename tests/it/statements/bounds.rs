//! How much of statements is taken: of one message, and of streams at once.

use tokio::task::JoinSet;
use tonic::codec::CompressionEncoding;

use super::*;

/// As many statements are taken at once.
const AT_ONCE: usize = 16;

on_every_engine! {
    async fn a_message_that_grows_too_large_is_told_so(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.pass(TimeDelta::hours(30));
        let client = || ChannelServiceClient::new(paying.channel.clone());
        for mut client in [client(), client().send_compressed(CompressionEncoding::Gzip)] {
            let parts = [Part::Header(header("S-1")), Part::Csv(vec![b'x'; 1 << 20])];
            let messages = parts.map(|part| ImportStatementRequest { part: Some(part) });
            let sent = client.import_statement(futures::stream::iter(messages)).await;
            assert_eq!(reason(&sent.unwrap_err()), "MESSAGE_TOO_LARGE");
        }
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn more_streams_at_once_than_are_taken_are_refused(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.pass(TimeDelta::hours(30));
        let lines = [line("a.1", StatementLineState::Rejected, "")];
        let mut streams = JoinSet::new();
        for _ in 0..=AT_ONCE {
            let mut client = ChannelServiceClient::new(paying.channel.clone());
            streams.spawn(async move { client.import_statement(futures::stream::pending()).await });
        }
        // None of the others ends by itself before its header is overdue.
        let refused = streams.join_next().await.unwrap().unwrap().unwrap_err();
        assert_eq!(reason(&refused), "OVERLOADED");
        streams.shutdown().await;
        while let Err(status) = import(&paying, header("S-1"), &lines).await {
            assert_eq!(reason(&status), "OVERLOADED");
            crate::harness::moment().await;
        }
        paying.finish().await;
        bank.finish().await;
    }
}
