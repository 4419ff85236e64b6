//! The layout keeps its own rules: what may import what, how long a file may be, what stands at
//! the top.

use std::path::{Path, PathBuf};

/// In this order: a module may import only what stands before it.
const ORDER: [&str; 21] = [
    "domain",
    "clock",
    "text",
    "store",
    "feed",
    "roster",
    "ledger",
    "pb",
    "wire",
    "ask",
    "payout",
    "reconcile",
    "sweep",
    "simulator",
    "auth",
    "grpc",
    "http",
    "config",
    "telemetry",
    "service",
    "cli",
];
/// Beside each other: none of a group imports another of it.
const PEERS: [&[&str]; 2] =
    [&["ask", "payout", "reconcile", "sweep", "simulator"], &["grpc", "http"]];
const FILE_MAX_LINES: usize = 400;
const TOP: [&str; 15] = [
    ".ci",
    ".clippy.toml",
    ".deny.toml",
    ".git",
    ".gitignore",
    ".rustfmt.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "build.rs",
    "migrations",
    "proto",
    "src",
    "tests",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The top-level module that a file of `src/` belongs to.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The top-level modules that a text imports or names.
fn imports(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.match_indices("crate::").map(move |(at, _)| &line[at + 7..]))
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        .filter(|name| ORDER.contains(name))
        .collect()
}

#[test]
fn modules_import_only_what_stands_before_them() {
    let place = |name: &str| ORDER.iter().position(|module| *module == name);
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let module = module_of(&file);
        let Some(own) = place(&module) else { continue };
        for import in imports(&std::fs::read_to_string(&file).unwrap()) {
            let peers = PEERS.iter().any(|group| {
                import != module && group.contains(&import) && group.contains(&module.as_str())
            });
            if peers || place(import).is_none_or(|there| there > own) {
                wrong.push(format!("{} imports {import}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_is_in_the_order() {
    for file in rust_files(&root().join("src")) {
        let module = module_of(&file);
        let known = ["main", "lib"].contains(&module.as_str()) || ORDER.contains(&module.as_str());
        assert!(known, "{module} has no place in the order of imports");
    }
}

#[test]
fn the_domain_knows_no_io() {
    for file in rust_files(&root().join("src/domain")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in ["async fn", ".await", "sea_orm", "tonic", "tokio", "std::fs", "Utc::now"] {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
    }
}

#[test]
fn only_the_store_knows_the_database() {
    for file in rust_files(&root().join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let store = module_of(&file) == "store";
        assert!(store || !text.contains("sea_orm::"), "{} knows sea-orm", file.display());
    }
}

#[test]
fn files_are_short_and_say_what_they_own() {
    let mut files = rust_files(&root().join("src"));
    files.extend(rust_files(&root().join("migrations")));
    files.extend(rust_files(&root().join("tests")));
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{} doesn't begin with //!", file.display());
        let lines = text.lines().count();
        let table = file.ends_with("migrations/src/m20261122_000001_foundation.rs");
        assert!(table || lines <= FILE_MAX_LINES, "{} has {lines} lines", file.display());
    }
}

#[test]
fn nothing_else_stands_at_the_top() {
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let made = name == "target" || name.starts_with("account-status");
        assert!(made || TOP.contains(&name.as_str()), "{name} stands at the top");
    }
}

#[test]
fn test_files_are_all_run() {
    let main = std::fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for entry in std::fs::read_dir(root().join("tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        let named = module == "main" || main.contains(&format!("mod {module};"));
        assert!(named, "tests/it/main.rs doesn't run {name}");
    }
}
