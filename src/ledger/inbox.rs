//! What is written of the inbox: it belongs to no account, so it goes through no lane. Its rows are
//! named by what they say, and a request to clear one is remembered beside it, so that everything here
//! may be done twice.

use std::time::Duration;

use super::{Failure, Ledger};
use crate::domain::id::{ChannelId, RequestId};
use crate::domain::inbox::{ClearInbox, Hearsay, OPEN_MAX};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::evidence::SaidKind;
use crate::domain::principal::Principal;
use crate::domain::refusal::Reason;
use crate::domain::suspense::{InboxItem, Stray};
use crate::store;
use crate::store::inbox::AskedBefore;

/// How often something is tried.
const TRIES: u32 = 3;
/// How long one try may take from BEGIN to COMMIT.
const TRY_TIMEOUT: Duration = Duration::from_secs(15);

impl Ledger {
    /// Keeps what a channel said of nothing that we know, once each; answers when it is durable. To
    /// hear that a channel paid what was given to another is an alarm.
    ///
    /// # Errors
    /// `Overloaded` when [`OPEN_MAX`] items are open; the database.
    pub async fn keep_hearsay(
        &self,
        heard: &[Hearsay],
        received_by: &Principal,
    ) -> Result<(), Failure> {
        if heard.is_empty() {
            return Ok(());
        }
        let open = self.parts.store.inbox_count_open(OPEN_MAX).await.map_err(failure)?;
        if open >= i64::from(OPEN_MAX) {
            tracing::error!(
                open,
                "the inbox is full; what channels say of nothing we know is not taken"
            );
            return Err(Failure::Overloaded);
        }
        let keys: Vec<PayoutKey> =
            heard.iter().filter_map(|said| PayoutKey::parse(&said.payout_key)).collect();
        let given = self.parts.store.attempt_channels(&keys).await.map_err(failure)?;
        let now = self.parts.clock.now();
        let mut items: Vec<InboxItem> = heard
            .iter()
            .map(|said| {
                let to = given.iter().find(|(key, _)| *key == said.payout_key);
                said.item(stray(said, to.map(|(_, channel)| channel)), &received_by.name, now)
            })
            .collect();
        items.sort_by(|a, b| a.inbox_id.cmp(&b.inbox_id));
        items.dedup_by(|a, b| a.inbox_id == b.inbox_id);
        let items = &items;
        insist(move || async move {
            let transaction = self.parts.store.begin().await?;
            transaction.inbox_keep(items).await?;
            transaction.commit().await
        })
        .await
    }

    /// Clears an item of the inbox; the same request again answers the same, also that it was refused.
    ///
    /// # Errors
    /// SUSPENSE_NOT_FOUND, REQUEST_ID_REUSED, ETAG_MISMATCH, ACTION_NOT_APPLICABLE (it is cleared
    /// already, or is not cleared so); the database.
    pub async fn clear_inbox(
        &self,
        clear: &ClearInbox,
        principal: &Principal,
        request_id: &RequestId,
    ) -> Result<InboxItem, Failure> {
        let decided = insist(|| self.try_to_clear(clear, &principal.name, request_id)).await?;
        decided.map_err(|reason| Failure::Refused(reason.into()))
    }

    async fn try_to_clear(
        &self,
        clear: &ClearInbox,
        principal: &str,
        request_id: &RequestId,
    ) -> Result<Result<InboxItem, Reason>, store::Error> {
        let transaction = self.parts.store.begin().await?;
        let (hash, now) = (clear.content_hash(), self.parts.clock.now());
        let request = (principal, request_id.as_str());
        // Locked first: a twin of this request that is under way has been remembered by then.
        let item = transaction.inbox_find(&clear.inbox_id).await?;
        let asked = transaction.inbox_find_request(request, now).await?;
        let decided = match (asked, item) {
            (Some(asked), _) if asked.content_hash != hash => Err(Reason::RequestIdReused),
            (_, None) => Err(Reason::SuspenseNotFound),
            (Some(asked), Some(item)) => asked.outcome.map(|_id| item),
            (None, Some(item)) => {
                let decided = clear.decide(&item, principal, now);
                if decided.as_ref().is_err_and(|reason| !reason.remembered()) {
                    transaction.rollback().await;
                    return Ok(decided);
                }
                if let Ok(cleared) = &decided {
                    transaction.inbox_update(cleared).await?;
                }
                let outcome = decided.as_ref().map(|cleared| cleared.inbox_id.clone());
                let outcome = outcome.map_err(|reason| *reason);
                let asked = AskedBefore { content_hash: hash, outcome };
                transaction.inbox_remember(request, &asked, now).await?;
                transaction.commit().await?;
                return Ok(decided);
            }
        };
        transaction.rollback().await;
        Ok(decided)
    }
}

/// Tries until it is done, for what may be done twice.
pub(super) async fn insist<T, F>(attempt: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, store::Error>>,
{
    let mut last = Failure::Unavailable;
    for _ in 0..TRIES {
        let error = match tokio::time::timeout(TRY_TIMEOUT, attempt()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => error,
            Err(_elapsed) => store::Error::timed_out("a write beside the accounts"),
        };
        last = failure(error);
        if matches!(last, Failure::Internal) {
            break;
        }
    }
    Err(last)
}

/// Why it fits nothing. A key of this very channel under another routing token is as unknown as one
/// that was never given out: who has the one has the other. Money that another channel has moved is nobody's mistake to wait with.
fn stray(said: &Hearsay, given_to: Option<&ChannelId>) -> Stray {
    match given_to {
        Some(channel) if *channel != said.channel_id => {
            if said.said.kind() == SaidKind::Settled {
                tracing::error!(
                    channel.id = %said.channel_id, given.to = %channel, payout.key = said.payout_key,
                    "a channel says that it paid what was given to another"
                );
            }
            Stray::ForeignChannel
        }
        Some(_) | None => Stray::UnknownKey,
    }
}

pub(super) fn failure(error: store::Error) -> Failure {
    match error {
        store::Error::Conflict(_) => Failure::Conflict,
        store::Error::Unavailable(error) => {
            tracing::warn!(%error, "a write beside the accounts failed: the database is unavailable");
            Failure::Unavailable
        }
        store::Error::Corrupt(error) => {
            tracing::error!(%error, "a write beside the accounts failed");
            Failure::Internal
        }
    }
}
