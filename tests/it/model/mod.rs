//! Random sequences of commands, asked of a bank over gRPC and of a plain model: same answers, same
//! state, the invariants after every step. Seeds that are odd go to a bank where a second person
//! has to agree: what is approved comes to the same, what isn't to nothing.
//!
//! `MODEL_STEPS` says how many steps to make on each engine, `MODEL_SEED` where to begin; what is
//! printed when a sequence fails repeats it. Each sequence has accounts of its own. Sequences are
//! plain vectors of steps that name things by counting, because any part of such a sequence is one,
//! too: shrinking needs no more than leaving steps out.

mod ask;
mod check;
mod message;
mod plain;
mod play;
mod random;
mod resolve;
mod second;
mod seen;
mod steps;
mod tally;

use std::cell::RefCell;
use std::time::Instant;

use account_status::config::FourEyesSetting;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::Runtime;

use crate::harness::{Bank, Engine, engine};
use tally::Tally;

/// Steps on each engine where nothing else is said.
const STEPS: u64 = 2_000;
/// In so many steps every reason comes up.
const STEPS_LONG: u64 = 20_000;
/// A bank is replaced after so many sequences: its time runs on, and its tables fill.
const SEQUENCES_PER_BANK: u64 = 150;
/// How often a failing sequence is tried with something left out.
const SHRINKS: u32 = 1_000;

fn setting(name: &str) -> Option<u64> {
    let found = std::env::vars().find(|(known, _)| known == name);
    found.map(|(_, value)| value.parse().unwrap())
}

/// A bank, and how many sequences it has seen.
struct Desk<'a> {
    runtime: &'a Runtime,
    bank: Bank,
    sequences: RefCell<u64>,
}

impl Desk<'_> {
    /// Plays the sequence of a seed; a failing one is cut down to what it takes to fail.
    fn sequence(&self, seed: u64, tally: &RefCell<Tally>) -> Result<(), String> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let config = Config {
            cases: 1,
            max_shrink_iters: SHRINKS,
            failure_persistence: None,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let played = runner.run(&random::sequence(), |steps| {
            let number = self.sequences.replace_with(|number| *number + 1);
            let played = self.runtime.block_on(play::play(&self.bank, number, &steps));
            let counted = played.map_err(TestCaseError::fail)?;
            tally.borrow_mut().add(counted);
            Ok(())
        });
        match played {
            Ok(()) => Ok(()),
            Err(TestError::Fail(reason, steps)) => {
                let steps: Vec<String> = steps.iter().map(|step| format!("  {step:?}\n")).collect();
                Err(format!(
                    "the sequence of seed {seed} fails; MODEL_SEED={seed} MODEL_STEPS=1 repeats \
                     it. Cut down to:\n{}{reason}",
                    steps.concat()
                ))
            }
            Err(TestError::Abort(reason)) => Err(format!("seed {seed}: {reason}")),
        }
    }
}

fn run(engine: Engine) {
    let runtime = Runtime::new().unwrap();
    if engine == Engine::Postgres && !runtime.block_on(engine::postgres_is_there()) {
        return;
    }
    let steps = setting("MODEL_STEPS").unwrap_or(STEPS);
    let seed = setting("MODEL_SEED").unwrap_or_else(rand::random);
    println!("{engine:?}: {steps} steps from seed {seed}");
    let tally = RefCell::new(Tally::default());
    let began = Instant::now();
    let mut seeds = (0..).map(|number| seed.wrapping_add(number));
    while tally.borrow().steps < steps {
        let desk = |four_eyes| {
            let bank = runtime.block_on(Bank::open_with(engine, |given| {
                given.open_withdrawals_max = i64::try_from(plain::OPEN_MAX).ok();
                given.four_eyes = Some(four_eyes);
                // Each sequence leaves accounts behind, all of one customer.
                given.accounts_per_customer = Some(1_000_000);
            }));
            Desk { runtime: &runtime, bank, sequences: RefCell::new(0) }
        };
        let alone = desk(FourEyesSetting::Waived);
        let strict = desk(FourEyesSetting::Required);
        let of_bank = usize::try_from(SEQUENCES_PER_BANK).unwrap();
        for seed in seeds.by_ref().take(of_bank) {
            let desk = if seed.is_multiple_of(2) { &alone } else { &strict };
            if let Err(failure) = desk.sequence(seed, &tally) {
                panic!("{engine:?}: {failure}");
            }
            if tally.borrow().steps >= steps {
                break;
            }
        }
        runtime.block_on(alone.bank.finish());
        runtime.block_on(strict.bank.finish());
    }
    let tally = tally.into_inner();
    print!("{}", tally.report(engine, began.elapsed()));
    if steps >= STEPS_LONG {
        let missed: Vec<String> = plain::reachable().filter(|r| !tally.has_seen(r)).collect();
        assert!(missed.is_empty(), "no sequence reached {missed:?}");
    }
}

#[test]
fn random_commands_are_answered_as_the_model_answers_on_sqlite() {
    run(Engine::Sqlite);
}

#[test]
fn random_commands_are_answered_as_the_model_answers_on_postgres() {
    run(Engine::Postgres);
}
