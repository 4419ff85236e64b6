//! The write path of what belongs to no account: channels, what happened to them, and what is handed
//! out of their quotas.
//!
//! Beside the lanes: such a write is rare, and no account waits for it. One transaction each, tried
//! again against conflicts; a change is done once, because its row in the log is unique by who asked
//! and by which request.

use std::time::Duration;

use http::Uri;
use serde_json::json;

use super::{Failure, Parts};
use crate::domain::channel::change::{Change, Hand};
use crate::domain::channel::log::{ChannelEventKind, ChannelLog};
use crate::domain::channel::quota::{LeaseKey, Share, slice};
use crate::domain::channel::{Channel, SETTING};
use crate::domain::command::Effect;
use crate::domain::id::{ChannelId, RequestId};
use crate::domain::principal::Principal;
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::store;
use crate::store::channel::CHANNELS_MAX;

/// Who does what the service does with channels by itself.
const PAYOUT: &str = "payout";
/// How often a write is tried.
const TRIES: u32 = 5;
/// The pause before the next try, times the number of tries so far.
const PAUSE: Duration = Duration::from_millis(20);
/// How long one try may take.
const TRY_TIMEOUT: Duration = Duration::from_secs(10);

/// Writes what belongs to no account.
#[derive(Debug, Clone)]
pub struct Apart {
    parts: Parts,
}

/// A change of a channel, and who asks for it.
#[derive(Debug, Clone)]
pub struct ChangeChannel {
    /// Who asks.
    pub principal: Principal,
    /// The request's id.
    pub request_id: RequestId,
    /// The version that the channel has to have; absent = any.
    pub expected_version: Option<i64>,
    /// Whether it is to take effect.
    pub effect: Effect,
    /// What is asked for.
    pub change: Change,
}

/// Something that the service did with a channel by itself.
#[derive(Debug, Clone)]
pub struct Happened {
    /// The channel.
    pub channel_id: ChannelId,
    /// What.
    pub kind: ChannelEventKind,
    /// In words.
    pub description: String,
}

/// How a try ended that the database did not end.
type Tried<T> = Result<Result<T, Refused>, store::Error>;

impl Apart {
    /// Writes where the lanes do.
    pub fn new(parts: &Parts) -> Self {
        Self { parts: parts.clone() }
    }

    /// Changes a channel; the channel as it is then. The same request with the same content again
    /// changes nothing, and is answered with the channel as the first made it.
    ///
    /// # Errors
    /// What [`Change::decide`] refuses with, `REQUEST_ID_REUSED`, and the database.
    pub async fn change_channel(&self, asked: &ChangeChannel) -> Result<Channel, Failure> {
        let mut tries = Tries::default();
        let row = loop {
            if let Some(done) = tries.once(self.try_change(asked)).await {
                break done?;
            }
        };
        if let Err(error) = self.parts.rosters.refresh().await {
            tracing::warn!(%error, "the channels are read again in a moment");
        }
        Ok(row)
    }

    async fn try_change(&self, asked: &ChangeChannel) -> Tried<Channel> {
        let transaction = self.parts.store.begin().await?;
        match self.change_within(&transaction, asked).await? {
            Ok((row, Written::Rows)) => {
                transaction.commit().await?;
                Ok(Ok(row))
            }
            Ok((row, Written::Nothing)) => {
                transaction.rollback().await;
                Ok(Ok(row))
            }
            Err(refused) => {
                transaction.rollback().await;
                Ok(Err(refused))
            }
        }
    }

    async fn change_within(
        &self,
        transaction: &store::Transaction,
        asked: &ChangeChannel,
    ) -> Tried<(Channel, Written)> {
        let (name, id) = (&*asked.principal.name, asked.change.channel_id());
        let hash = asked.change.content_hash();
        // Locked first: a twin of this request that is under way has been written down by then.
        let current = transaction.channel_lock(id).await?;
        if asked.effect == Effect::Take
            && let Some(first) =
                transaction.channel_log_find(name, asked.request_id.as_str()).await?
        {
            if first.content_hash != hash {
                return Ok(Err(Reason::RequestIdReused.into()));
            }
            // Of a row that an older release wrote the channel as it is.
            if let Some(row) = serde_json::from_value(first.detail).ok().or_else(|| current.clone())
            {
                return Ok(Ok((row, Written::Nothing)));
            }
        }
        if current.is_none() {
            let known = transaction.channel_count_locked().await?;
            if known >= cut(CHANNELS_MAX) {
                let refusal = Refusal::limit_exceeded(CHANNELS_MAX, known, "channels");
                return Ok(Err(refusal.into()));
            }
        }
        let hand = Hand {
            principal: name,
            now: self.parts.clock.now(),
            calendar: self.parts.rules.calendar(),
            expected_version: asked.expected_version,
        };
        let (row, kind) = match asked.change.decide(current.as_ref(), hand) {
            Ok(decided) => decided,
            Err(refused) => return Ok(Err(refused)),
        };
        if asked.effect == Effect::ValidateOnly {
            return Ok(Ok((row, Written::Nothing)));
        }
        match current {
            None => transaction.channel_insert(&row).await?,
            Some(_) => transaction.channel_update(&row).await?,
        }
        let happened = Happened {
            channel_id: id.clone(),
            kind,
            description: asked.change.description().to_owned(),
        };
        let log = ChannelLog {
            request_id: asked.request_id.as_str().to_owned(),
            content_hash: hash,
            detail: serde_json::to_value(&row).unwrap_or_default(),
            ..self.log(name, &happened)
        };
        transaction.channel_log_insert(&[log]).await?;
        Ok(Ok((row, Written::Rows)))
    }

    fn log(&self, principal: &str, happened: &Happened) -> ChannelLog {
        ChannelLog {
            log_id: self.parts.clock.new_id().into(),
            channel_id: happened.channel_id.clone(),
            kind: happened.kind,
            principal: principal.to_owned(),
            request_id: String::new(),
            content_hash: String::new(),
            description: happened.description.clone(),
            detail: json!({}),
            log_time: self.parts.clock.now(),
        }
    }

    /// Makes the rows of channels that settings name and that have none, the first with priority 1,
    /// and reads all channels.
    ///
    /// # Errors
    /// The database.
    pub async fn settle(&self, named: &[(ChannelId, Uri)]) -> Result<(), Failure> {
        let mut tries = Tries::default();
        loop {
            if let Some(done) = tries.once(self.try_settle(named)).await {
                return done;
            }
        }
    }

    async fn try_settle(&self, named: &[(ChannelId, Uri)]) -> Tried<()> {
        self.parts.rosters.refresh().await?;
        let known = self.parts.rosters.now();
        let missing = (1..).zip(named).filter(|(_, (id, _))| known.get(id).is_none());
        let now = self.parts.clock.now();
        let rows: Vec<Channel> = missing
            .map(|(place, (id, url))| Channel::of_setting(id.clone(), url.to_string(), place, now))
            .collect();
        if rows.is_empty() {
            return Ok(Ok(()));
        }
        let transaction = self.parts.store.begin().await?;
        let mut logs = Vec::new();
        for row in &rows {
            if transaction.channel_lock(&row.channel_id).await?.is_none() {
                transaction.channel_insert(row).await?;
                let (channel_id, kind) = (row.channel_id.clone(), ChannelEventKind::Created);
                let happened = Happened { channel_id, kind, description: String::new() };
                logs.push(self.log(SETTING, &happened));
            }
        }
        transaction.channel_log_insert(&logs).await?;
        transaction.commit().await?;
        self.parts.rosters.refresh().await.map(Ok)
    }

    /// Writes down what the service did by itself.
    ///
    /// # Errors
    /// The database.
    pub async fn write_down(&self, happened: &[Happened]) -> Result<(), Failure> {
        let rows: Vec<ChannelLog> = happened.iter().map(|one| self.log(PAYOUT, one)).collect();
        let mut tries = Tries::default();
        loop {
            if let Some(done) = tries.once(self.try_write_down(&rows)).await {
                return done;
            }
        }
    }

    async fn try_write_down(&self, rows: &[ChannelLog]) -> Tried<()> {
        let transaction = self.parts.store.begin().await?;
        transaction.channel_log_insert(rows).await?;
        transaction.commit().await.map(Ok)
    }

    /// Takes the next slice of what a channel may carry, enough for this share and, if there is so
    /// much, for as much as is hoped for; 0 when there is not enough left for the share. A slice whose
    /// commit was lost is lost with it: too little is carried then, and never too much.
    ///
    /// # Errors
    /// The database.
    pub async fn lease(&self, share: &Share, hoped: i64) -> Result<i64, Failure> {
        let mut tries = Tries::default();
        loop {
            if let Some(done) = tries.once(self.try_lease(share, hoped)).await {
                return done;
            }
        }
    }

    async fn try_lease(&self, share: &Share, hoped: i64) -> Tried<i64> {
        let transaction = self.parts.store.begin().await?;
        let leased = transaction.channel_lease_lock(&share.key).await?;
        let slice = slice(share.limit, leased, (share.amount, hoped));
        if slice > 0 {
            transaction.channel_lease_add(&share.key, slice).await?;
        }
        transaction.commit().await?;
        Ok(Ok(slice))
    }

    /// Puts back what was leased and not used.
    ///
    /// # Errors
    /// The database, and then it may stay leased: it is not tried again, because it might be put
    /// back twice.
    pub async fn give_back(&self, unused: &[(LeaseKey, i64)]) -> Result<(), store::Error> {
        let given = tokio::time::timeout(TRY_TIMEOUT, self.try_give_back(unused)).await;
        given.unwrap_or_else(|_elapsed| Err(store::Error::timed_out("a write apart")))
    }

    async fn try_give_back(&self, unused: &[(LeaseKey, i64)]) -> Result<(), store::Error> {
        let transaction = self.parts.store.begin().await?;
        for (key, amount) in unused {
            let leased = transaction.channel_lease_lock(key).await?;
            let back = leased.min(*amount);
            transaction.channel_lease_add(key, back.saturating_neg()).await?;
        }
        transaction.commit().await
    }
}

/// Tries that are left. What is tried may be done twice without harm.
#[derive(Default)]
struct Tries(u32);

impl Tries {
    /// Tries once; `None` when it is worth another try.
    async fn once<T>(
        &mut self,
        attempt: impl Future<Output = Tried<T>>,
    ) -> Option<Result<T, Failure>> {
        let error = match tokio::time::timeout(TRY_TIMEOUT, attempt).await {
            Ok(Ok(done)) => return Some(done.map_err(Failure::Refused)),
            Ok(Err(error)) => error,
            Err(_elapsed) => store::Error::timed_out("a write apart"),
        };
        let failure = match error {
            store::Error::Conflict(_) => Failure::Conflict,
            store::Error::Unavailable(_) => Failure::Unavailable,
            store::Error::Corrupt(error) => {
                tracing::error!(%error, "a write apart failed");
                return Some(Err(Failure::Internal));
            }
        };
        self.0 += 1;
        if self.0 >= TRIES {
            return Some(Err(failure));
        }
        tokio::time::sleep(PAUSE * self.0).await;
        None
    }
}

/// Whether a try wrote anything.
enum Written {
    Rows,
    Nothing,
}

fn cut(max: u32) -> usize {
    usize::try_from(max).unwrap_or(usize::MAX)
}
