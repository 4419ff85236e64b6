//! `verify-history [ACCOUNT]`: checks the hash chains of the status history, while the service may
//! run. Memory stays small however many accounts there are and however long one history is.
//!
//! Heads and rows are read one after the other, and a command may come in between. So a row that
//! is newer than the head read before it is left for the next run, and what looks as if it stood
//! without an account or behind its head is looked at again before it is called broken.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use super::{CliError, print, warn_of_development_key};
use crate::config::Settings;
use crate::domain::history::{ChainFault, HistoryKey, Verifier};
use crate::domain::id::AccountNumber;
use crate::service;
use crate::store::Store;
use crate::store::chain::{ChainHead, ChainPlace, ChainRow};

/// How many heads are read at a time.
const HEADS: u32 = 500;
/// How many rows are read at a time.
const ROWS: u32 = 2_000;
/// How often the log tells how far it is.
const PROGRESS: Duration = Duration::from_secs(10);

/// Check that no row of the status history was edited, lost or cut off
///
/// Prints each broken account with the first thing that is wrong, and how much was checked. Exits
/// with 1 when something is broken. Needs the --history-key that the service runs with: with another
/// one every first row counts as edited. Checks millions of rows in minutes; the service may run.
#[derive(Debug, Args)]
pub(super) struct VerifyHistory {
    /// The account number; without it, all accounts
    account: Option<String>,
}

impl VerifyHistory {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        let account = self.account.as_deref().map(number).transpose()?;
        warn_of_development_key(settings);
        let store = service::connect(settings).await?;
        let mut check = Check::new(&store, &settings.rules.history_key);
        let checked = match &account {
            Some(number) => check.one(number.as_str()).await,
            None => check.all().await,
        };
        let tally = check.tally;
        store.close().await;
        checked?;
        if account.is_some() && tally.accounts == 0 && tally.broken == 0 {
            return Err(CliError::Refused("there is no such account".to_owned()));
        }
        let Tally { accounts, rows, broken } = tally;
        print(&format!("{accounts} accounts, {rows} rows verified, {broken} broken\n"))?;
        Ok(if broken > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn number(text: &str) -> Result<AccountNumber, CliError> {
    AccountNumber::parse(text).ok_or_else(|| {
        CliError::Refused("an account number has 1 to 34 letters and digits".to_owned())
    })
}

/// What is wrong with an account.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Chain(#[from] ChainFault),
    #[error("has no row of history")]
    NoRows,
    #[error("rows of history, but no such account")]
    NoAccount,
}

/// What was checked so far.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    accounts: u64,
    rows: u64,
    broken: u64,
}

/// An account whose rows are being read.
struct Chain<'k> {
    verifier: Verifier<'k>,
    head: ChainHead,
    /// Whether a row stood behind the head.
    beyond: bool,
    fault: Option<ChainFault>,
}

impl<'k> Chain<'k> {
    fn new(head: ChainHead, key: &'k HistoryKey) -> Self {
        Self { verifier: Verifier::new(key), head, beyond: false, fault: None }
    }

    fn take(&mut self, read: &ChainRow) {
        if self.fault.is_some() {
            return;
        }
        let expected = self.verifier.expected();
        if read.sequence > self.head.sequence && expected > self.head.sequence {
            self.beyond = true;
            return;
        }
        self.fault = match &read.row {
            Some(row) => self.verifier.take(row).err(),
            // A row that holds what no row can hold was edited.
            None if read.sequence == expected => Some(ChainFault::Edited(expected)),
            None => Some(ChainFault::Gap(expected)),
        };
    }

    /// The first thing that is wrong, but for rows behind the head.
    fn fault(self) -> Option<Fault> {
        let Self { verifier, head, fault, .. } = self;
        if let Some(fault) = fault {
            return Some(fault.into());
        }
        match verifier.finish(head.sequence, &head.hash) {
            Err(ChainFault::Cut(0)) => Some(Fault::NoRows),
            end => end.err().map(Fault::from),
        }
    }
}

struct Check<'s> {
    store: &'s Store,
    key: &'s HistoryKey,
    tally: Tally,
    began: Instant,
    told: Instant,
}

impl<'s> Check<'s> {
    fn new(store: &'s Store, key: &'s HistoryKey) -> Self {
        let began = Instant::now();
        Self { store, key, tally: Tally::default(), began, told: began }
    }

    /// All accounts, and rows of accounts that are not there.
    async fn all(&mut self) -> Result<(), CliError> {
        let mut place: ChainPlace = (String::new(), 0);
        loop {
            let heads = self.store.chain_list_heads(&place.0, HEADS).await?;
            let last = heads.last().map(|head| head.account_number.clone());
            self.page(heads, &place, last.as_deref().unwrap_or_default()).await?;
            let Some(last) = last else { break };
            place = (last, i64::MAX);
        }
        self.progress(Duration::ZERO);
        Ok(())
    }

    /// One account.
    async fn one(&mut self, account: &str) -> Result<(), CliError> {
        let heads = self.store.chain_find_head(account).await?.map(|(head, _)| head);
        self.page(heads.into_iter().collect(), &(account.to_owned(), i64::MIN), account).await?;
        self.progress(Duration::ZERO);
        Ok(())
    }

    /// The accounts of these heads, whose rows stand behind `place` up to those of `last`; rows of
    /// other accounts between them have none.
    async fn page(
        &mut self,
        heads: Vec<ChainHead>,
        place: &ChainPlace,
        last: &str,
    ) -> Result<(), CliError> {
        let mut chains: BTreeMap<String, Chain<'s>> = heads
            .into_iter()
            .map(|head| (head.account_number.clone(), Chain::new(head, self.key)))
            .collect();
        let mut place = place.clone();
        let mut current = String::new();
        let mut open: Option<Chain<'s>> = None;
        loop {
            let rows = self.store.chain_list_rows(&place, last, ROWS).await?;
            let Some(end) = rows.last() else { break };
            place = (end.account_number.clone(), end.sequence);
            for row in &rows {
                self.tally.rows += 1;
                if row.account_number != current {
                    current.clone_from(&row.account_number);
                    self.close(open.take()).await?;
                    open = chains.remove(&current);
                    if open.is_none() {
                        self.orphan(&current).await?;
                    }
                }
                if let Some(chain) = &mut open {
                    chain.take(row);
                }
            }
            self.progress(PROGRESS);
        }
        self.close(open).await?;
        for (_, chain) in chains {
            self.close(Some(chain)).await?;
        }
        Ok(())
    }

    /// An account whose rows were all read.
    async fn close(&mut self, chain: Option<Chain<'s>>) -> Result<(), CliError> {
        let Some(chain) = chain else { return Ok(()) };
        self.tally.accounts += 1;
        let account = chain.head.account_number.clone();
        let beyond = chain.beyond;
        if let Some(fault) = chain.fault() {
            return self.broken(&account, &fault);
        }
        // A command may have come since the head was read: now both are of one moment.
        if beyond && let Some((head, true)) = self.store.chain_find_head(&account).await? {
            let fault = ChainFault::Beyond(head.sequence);
            return self.broken(&account, &fault.into());
        }
        Ok(())
    }

    /// Rows of an account that was not there, unless it was opened since.
    async fn orphan(&mut self, account: &str) -> Result<(), CliError> {
        match self.store.chain_find_head(account).await? {
            Some(_) => Ok(()),
            None => self.broken(account, &Fault::NoAccount),
        }
    }

    fn broken(&mut self, account: &str, fault: &Fault) -> Result<(), CliError> {
        self.tally.broken += 1;
        print(&format!("{account}  {fault}\n"))
    }

    /// Tells the log how far it is, when it has been silent for so long.
    fn progress(&mut self, silent: Duration) {
        if self.told.elapsed() >= silent {
            self.told = Instant::now();
            let Tally { accounts, rows, broken } = self.tally;
            let micros = self.began.elapsed().as_micros().max(1);
            let rows_per_sec = u128::from(rows) * 1_000_000 / micros;
            tracing::info!(accounts, rows, broken, %rows_per_sec, "verifying the history");
        }
    }
}
