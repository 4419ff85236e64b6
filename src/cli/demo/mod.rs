//! `demo`: serves on a database with demo accounts and a payout channel of its own, and prints
//! commands to paste.
//!
//! The accounts come into being through the ledger, at the times of their story, with a clock that
//! is set by hand: history, hash chain, numbers and events are what they would be in real life.

mod channel;
mod guide;
mod story;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use super::{CliError, print, serve};
use crate::ask::AccountKey;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::act::decide_approval::{DecideApproval, Verdict};
use crate::domain::approval::policy::FourEyes;
use crate::domain::channel::change::Change;
use crate::domain::command::{Command, Effect, Envelope, Receipt};
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::principal::Principal;
use crate::domain::terms::Term;
use crate::domain::transaction::EntryChannel;
use crate::ledger::Failure;
use crate::ledger::apart::ChangeChannel;
use crate::service::{self, Core};
use crate::store::case::CaseFilter;
use crate::store::withdrawal::{WithdrawalFile, WithdrawalFilter};
use crate::store::{Engine, Store};
use channel::Channels;
use story::{Deed, Step};

/// The demo's own embedded database, unless the settings name another.
pub(super) const DATABASE_URL: &str = "sqlite://account-status-demo.db";
const STEP_DEADLINE: Duration = Duration::from_secs(30);
/// Ids of the seeding are the same in every demo that begins at the same instant.
const SEED: u64 = 1;

/// Serve on an embedded database with demo accounts, and print commands to paste
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Start afresh: delete the demo's SQLite file and seed it again
    #[arg(long)]
    reseed: bool,
}

impl Demo {
    pub(super) async fn run(self, mut settings: Settings) -> Result<ExitCode, CliError> {
        // Before the database is touched: where a demo runs already, its data stays.
        let listener = service::listen(&settings).await?;
        if self.reseed {
            forget(&settings).await?;
        }
        let store = service::open(&settings).await?;
        store.migrate_up().await?;
        seed_once(&store, &settings).await?;
        let channels = match settings.payouts.channels.is_empty() {
            true => Some(Channels::start(&mut settings).await?),
            false => None,
        };
        if let Some(channels) = &channels {
            hand_over(&store, channels).await?;
        }
        let signals = serve::Signals::hear();
        let core = Core::start(store.clone(), Clock::System, &settings);
        let page = guide::page(&core.ask, &settings).await?;
        drop(core);
        print(&page)?;
        let served = serve::until_signal(store, (listener, signals), &settings).await;
        if let Some(channels) = channels {
            channels.stop().await?;
        }
        served
    }
}

/// Deletes the SQLite file, where it holds a demo, also one in which accounts were opened since. A
/// server's database is not ours to empty.
async fn forget(settings: &Settings) -> Result<(), CliError> {
    let file = settings.database_url.strip_prefix("sqlite://").ok_or_else(|| {
        let text = "--reseed deletes a SQLite file; create another PostgreSQL database instead";
        CliError::Refused(text.to_owned())
    })?;
    let file = file.split('?').next().unwrap_or(file);
    if !std::path::Path::new(file).exists() {
        return Ok(());
    }
    let store = service::open(settings).await?;
    let checked = if store.is_migrated().await? {
        let ours = numbers(&story::steps(Clock::System.now(), settings.rules.zone));
        match known(&store, &ours).await? == ours.len() {
            true => Ok(()),
            false => only_ours(&store, &ours).await,
        }
    } else {
        let text = format!("{file} is no demo's database of this version: delete it yourself");
        Err(CliError::Refused(text))
    };
    store.close().await;
    checked?;
    let database = ["", "-wal", "-shm"].map(|suffix| PathBuf::from(format!("{file}{suffix}")));
    for file in database.into_iter().chain(channel::log_files(&settings.database_url)) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(CliError::Io(format!("cannot delete {}", file.display()), error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Seeds an empty database; one that was seeded is left as it is.
async fn seed_once(store: &Store, settings: &Settings) -> Result<(), CliError> {
    let now = Clock::System.now();
    let steps = story::steps(now, settings.rules.zone);
    let numbers = numbers(&steps);
    let known = known(store, &numbers).await?;
    let expected = numbers.len();
    if known == expected {
        return Ok(());
    }
    if known > 0 {
        let way_out = match store.engine() {
            Engine::Sqlite => "start again with --reseed",
            Engine::Postgres => "use an empty database",
        };
        let text = format!("only {known} of {expected} demo accounts are there: {way_out}");
        return Err(CliError::Refused(text));
    }
    only_ours(store, &numbers).await?;
    let begin = steps.first().map_or(now, |step| step.at);
    let clock = Clock::manual(begin, SEED);
    // Whatever the settings are, the story is told by the rules that it knows: four eyes, one account
    // for each customer, and the terms that run out in it.
    let mut settings = settings.clone();
    settings.rules.four_eyes = FourEyes::Required;
    let reviews = &mut settings.rules.reviews;
    reviews.accounts_per_customer = 1;
    (reviews.unused, reviews.dormancy) = (Term::months(6), Term::months(6));
    reviews.identity_grace = Term::days(90);
    let core = Core::start(store.clone(), clock.clone(), &settings);
    core.board.apart().settle(&settings.payouts.channels).await.map_err(unchanged)?;
    let own = settings.payouts.channels.is_empty();
    for channel in story::channels::channels(begin).into_iter().filter(|_| own) {
        change(&core, Change::Configure(Box::new(channel))).await?;
    }
    for (index, step) in steps.into_iter().enumerate() {
        clock.set(step.at);
        carry_out(&core, index, step).await?;
    }
    if own {
        clock.set(now);
        change(&core, Change::SetState(story::channels::drained())).await?;
    }
    // The lanes end with the core; the store stays open.
    Ok(())
}

async fn change(core: &Core, change: Change) -> Result<(), CliError> {
    let request_id = RequestId::internal(&format!("demo-{}", change.content_hash()));
    let asked = ChangeChannel {
        principal: Principal::service("ops"),
        request_id,
        expected_version: None,
        effect: Effect::Take,
        change,
    };
    core.board.apart().change_channel(&asked).await.map_err(unchanged)?;
    Ok(())
}

fn unchanged(failure: Failure) -> CliError {
    CliError::Refused(format!("seeding a channel: {failure}"))
}

/// Gives the channels what the story gave them and has not come to its end.
async fn hand_over(store: &Store, channels: &Channels) -> Result<(), CliError> {
    for (number, reference, understood) in story::payouts::OPEN {
        let number = AccountNumber::parse(number).expect("the story's numbers are sound");
        if let Some(file) = payout_of(store, &number, reference).await? {
            channels.hand(&file, understood).await?;
        }
    }
    Ok(())
}

fn numbers(steps: &[Step]) -> BTreeSet<AccountNumber> {
    steps.iter().map(|step| step.account_number.clone()).collect()
}

/// How many of the demo's accounts the database holds.
async fn known(store: &Store, ours: &BTreeSet<AccountNumber>) -> Result<usize, CliError> {
    Ok(store.account_find(&ours.iter().collect::<Vec<_>>()).await?.len())
}

/// Refuses a database with other accounts than the demo's.
async fn only_ours(store: &Store, ours: &BTreeSet<AccountNumber>) -> Result<(), CliError> {
    match store.account_count_others(&ours.iter().collect::<Vec<_>>()).await? {
        0 => Ok(()),
        others => Err(CliError::Refused(format!(
            "the database holds {others} accounts that are not the demo's: the demo leaves it \
             alone; name another with --database-url"
        ))),
    }
}

/// Carries a step out, and has its checker agree where somebody has to.
async fn carry_out(core: &Core, index: usize, step: Step) -> Result<(), CliError> {
    let Step { at: _, principal, account_number, deed, checker } = step;
    let command = match deed {
        Deed::Told(command) => command,
        Deed::Ordered(ordered) => {
            let account = find(&core.ask, &account_number).await?;
            ordered
                .command(&account)
                .ok_or_else(|| CliError::Refused(format!("seeding step {index}: no such freeze")))?
        }
        Deed::Paid(payout) => {
            let file = payout_of(&core.store, &account_number, &payout.reference).await?;
            file.and_then(|file| payout.command(&file))
                .ok_or_else(|| CliError::Refused(format!("seeding step {index}: no such payout")))?
        }
        Deed::Worked(work) => {
            let missing = || CliError::Refused(format!("seeding step {index}: no such case"));
            let file = payout_of(&core.store, &account_number, work.reference).await?;
            let withdrawal_id = file.ok_or_else(missing)?.withdrawal.withdrawal_id;
            let filter =
                CaseFilter { withdrawal_id: withdrawal_id.to_string(), ..CaseFilter::default() };
            let case = core.store.case_list(&filter, None, 1).await?.pop().ok_or_else(missing)?;
            let account = find(&core.ask, &account_number).await?;
            let mut proposed = account.approvals.iter();
            let proposed = proposed.find(|row| row.subject_id == case.case_id.as_str());
            let proposed = proposed.map(|row| row.approval_id.clone());
            work.command(&case, proposed).ok_or_else(missing)?
        }
    };
    let by = |principal, what: &str, command| Envelope {
        principal: Principal::service(principal),
        account_number: account_number.clone(),
        request_id: RequestId::internal(&format!("demo-{index:03}{what}")),
        deadline: Instant::now() + STEP_DEADLINE,
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command,
    };
    let receipt = submit(core, by(principal, "", command), index).await?;
    let (Receipt::Approval(proposed), Some(checker)) = (receipt, checker) else { return Ok(()) };
    let agreed = DecideApproval {
        approval_id: proposed.approval.approval_id,
        verdict: Verdict::Approve,
        comment: String::new(),
    };
    submit(core, by(checker, "-agreed", Command::DecideApproval(agreed)), index).await?;
    Ok(())
}

/// A withdrawal of the story by its reference.
async fn payout_of(
    store: &Store,
    number: &AccountNumber,
    reference: &str,
) -> Result<Option<WithdrawalFile>, CliError> {
    let filter = WithdrawalFilter { reference: reference.to_owned(), ..Default::default() };
    let found = store.withdrawal_list(number, &filter, i64::MAX, 1).await?;
    let Some(row) = found.first() else { return Ok(None) };
    Ok(store.withdrawal_find_whole(&row.withdrawal_id, 0).await?)
}

async fn submit(core: &Core, envelope: Envelope, index: usize) -> Result<Receipt, CliError> {
    let name = envelope.command.name();
    let failed = |why: String| CliError::Refused(format!("seeding step {index} ({name}): {why}"));
    core.ledger.submit(envelope).await.map_err(|failure| match failure {
        Failure::Refused(refused) => failed(format!("{:?}", refused.all())),
        failure => failed(failure.to_string()),
    })
}

/// An account of the story, as the guide shows it.
async fn find(
    ask: &crate::ask::Ask,
    number: &AccountNumber,
) -> Result<crate::domain::account::Account, CliError> {
    ask.account(&AccountKey::Number(number.clone()))
        .await
        .map_err(|failure| CliError::Refused(format!("a demo account cannot be read: {failure}")))
}
