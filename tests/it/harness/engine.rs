//! The engines to test on. SQLite is always there. PostgreSQL is there when `TEST_DATABASE_URL`
//! names a server, or when its programs are installed: then the tests start a server of their own,
//! which ends with them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;

/// An engine to test on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// A server.
pub(crate) struct Server {
    /// URL without a database's name, with a slash at its end.
    pub(crate) base: String,
    /// Held open: its end tells the watchdog to stop the server.
    _watchdog: Option<Child>,
}

static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);
/// How much has to be free for a server's files to be kept in memory.
const MEMORY_MIN_KIB: u64 = 8 << 20;
const TEMPLATE: &str = "account_status_template";

/// Whether tests can run on PostgreSQL; says once that it leaves it out.
pub(crate) async fn postgres_is_there() -> bool {
    server().await.is_some()
}

async fn server() -> Option<&'static Server> {
    SERVER.get_or_init(find_server).await.as_ref()
}

async fn find_server() -> Option<Server> {
    let server = match std::env::vars().find(|(name, _)| name == "TEST_DATABASE_URL") {
        Some((_, url)) => {
            let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base).to_owned() + "/";
            Some(Server { base, _watchdog: None })
        }
        None => start_server().await,
    };
    let Some(server) = server else {
        // Straight to the terminal: the test harness swallows what passing tests print.
        let note = "LEFT OUT: every test on PostgreSQL, because neither TEST_DATABASE_URL is set \
            nor are PostgreSQL's programs installed\n";
        let _said = std::io::stderr().write_all(note.as_bytes());
        if std::env::vars().any(|(name, _)| name == "CI") {
            panic!("in CI PostgreSQL has to be there");
        }
        return None;
    };
    let admin = Database::connect(format!("{}postgres", server.base)).await.unwrap();
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {TEMPLATE}")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {TEMPLATE}")).await.unwrap();
    let template = format!("{}{TEMPLATE}", server.base);
    let given = account_status::config::Given {
        database_url: Some(template),
        ..account_status::config::Given::default()
    };
    let store = account_status::service::open(&given.settings().unwrap()).await.unwrap();
    store.migrate_up().await.unwrap();
    store.close().await;
    admin.close().await.unwrap();
    Some(server)
}

/// The newest installed PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = installed
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists())
        .collect();
    found.sort();
    found.pop()
}

/// Another server, for what concerns all databases of one; none where its programs are not installed.
pub(crate) async fn another_server() -> Option<Server> {
    start_server().await
}

/// The URL of a database for another user of its server.
pub(crate) fn as_user(url: &str, user: &str, password: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{user}:{password}@{place}")
}

/// Where a server's files go: into memory where there is plenty of it. On a disk the hundreds of
/// databases that come and go make everybody who writes there wait, for seconds at times.
fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let free = Command::new("df").args(["--output=avail", "-k"]).arg(memory).output();
    let free = free.ok().and_then(|said| String::from_utf8(said.stdout).ok());
    let kib: Option<u64> = free.and_then(|text| text.lines().nth(1)?.trim().parse().ok());
    if kib > Some(MEMORY_MIN_KIB) { memory.to_owned() } else { std::env::temp_dir() }
}

/// Starts a server of our own in a directory that goes with it. PostgreSQL refuses to run as root,
/// so root starts it as the user `postgres`.
async fn start_server() -> Option<Server> {
    let bin = programs()?;
    let place = place();
    let directory =
        tempfile::Builder::new().prefix("account-status-pg").tempdir_in(place).ok()?.keep();
    let root = Command::new("id").arg("-u").output().ok()?.stdout.starts_with(b"0");
    if root {
        let given = Command::new("chown").arg("postgres").arg(&directory).status().ok()?;
        given.success().then_some(())?;
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    // The watchdog waits for the end of its input, which comes with the end of the tests however
    // they end, and then stops the server and removes its directory.
    let script = format!(
        "{bin}/initdb -D {dir}/data -A trust -U postgres >/dev/null && \
         {{ {bin}/postgres -D {dir}/data -p {port} -k {dir} -c listen_addresses=127.0.0.1 \
            -c max_connections=400 -c fsync=off -c full_page_writes=off >{dir}/log 2>&1 <&3 & }} && \
         server=$! && cat >/dev/null; kill -INT $server; wait $server; rm -rf {dir}",
        bin = bin.display(),
        dir = directory.display(),
    );
    let script = format!("exec 3</dev/null; {script}");
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "sh",
            "-c",
            &script,
        ]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        command
    };
    let watchdog = command
        .current_dir(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let base = format!("postgres://postgres@127.0.0.1:{port}/");
    for _ in 0..150 {
        if Database::connect(format!("{base}postgres")).await.is_ok() {
            return Some(Server { base, _watchdog: Some(watchdog) });
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("PostgreSQL is installed but did not start; see {}/log", directory.display());
}

/// A migrated database of the test's own.
pub(crate) async fn fresh_database(engine: Engine, directory: &Path) -> String {
    match engine {
        Engine::Sqlite => format!("sqlite://{}/bank.db", directory.display()),
        Engine::Postgres => {
            let server = server().await.unwrap();
            let number = DATABASES.fetch_add(1, Ordering::Relaxed);
            let name = format!("it_{}_{number}", std::process::id());
            let admin = Database::connect(format!("{}postgres", server.base)).await.unwrap();
            let sql = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}");
            admin.execute_unprepared(&sql).await.unwrap();
            admin.close().await.unwrap();
            format!("{}{name}", server.base)
        }
    }
}

/// An empty PostgreSQL database.
pub(crate) async fn empty_database() -> String {
    let server = server().await.unwrap();
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("it_{}_{number}_empty", std::process::id());
    let admin = Database::connect(format!("{}postgres", server.base)).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    format!("{}{name}", server.base)
}

/// An empty PostgreSQL database that sorts texts as people do, not byte by byte.
pub(crate) async fn sorting_as_people_do() -> String {
    let server = server().await.unwrap();
    let name = format!("it_{}_people", std::process::id());
    let admin = Database::connect(format!("{}postgres", server.base)).await.unwrap();
    let sql = format!(
        "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'
            LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
    );
    admin.execute_unprepared(&sql).await.unwrap();
    admin.close().await.unwrap();
    format!("{}{name}", server.base)
}

/// Drops the test's database; a SQLite file goes with its directory.
pub(crate) async fn drop_database(engine: Engine, url: &str) {
    if engine == Engine::Postgres {
        let (base, name) = url.rsplit_once('/').unwrap();
        let admin = Database::connect(format!("{base}/postgres")).await.unwrap();
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.execute_unprepared(&sql).await.unwrap();
        admin.close().await.unwrap();
    }
}
