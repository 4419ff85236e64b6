//! The program: reads the command line, runs a command, prints what went wrong.

use std::process::ExitCode;

use account_status::cli;

/// Many small texts live as long as one call, on whichever thread it is: that is what it is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async { cli::run().await.map_err(anyhow::Error::from) })
}
