//! A wire that a test can trouble: it carries bytes between two parties until it is told to cut,
//! reset, half-close, lose, slow down or refuse connections. Of PostgreSQL's protocol it knows
//! enough to be cut at a statement (PostgreSQL, Protocol version 3.0, Message Formats).

mod frames;
mod trap;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;

use frames::Frames;
pub(crate) use trap::When;
use trap::{Heard, Trap};

/// How connections end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Orderly, with a FIN to both sides.
    Closed,
    /// With a RST to both sides.
    Reset,
    /// The asker hears no more, and what it asks still arrives.
    HalfClosed,
    /// In silence: both sides stay connected and never hear of each other again.
    Lost,
}

/// What becomes of new connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// They are carried.
    Open,
    /// They are refused.
    Shut,
    /// They are accepted and nothing more is heard of them.
    Lost,
}

/// How bytes are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// As they come.
    Free,
    /// Each portion so much later.
    Delayed(Duration),
    /// So many bytes at a time, with a pause after each.
    Dripping(usize, Duration),
}

/// The wire. Its connections end with it.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// Where to connect to.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    target: String,
    protocol: Protocol,
    door: watch::Sender<Door>,
    flow: watch::Sender<Flow>,
    ends: broadcast::Sender<End>,
    trap: Mutex<Option<Trap>>,
    sprung: AtomicUsize,
    deliver: Notify,
    answers: watch::Sender<Answers>,
}

/// Whether what is answered passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    Pass,
    Wait,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Unknown,
    Postgres,
}

/// Why a connection is not carried on.
enum Cut {
    End(End),
    /// The asker is cut off; these bytes go to the server when they are delivered.
    Late(Vec<u8>),
}

impl Proxy {
    /// A wire to any server.
    pub(crate) async fn to(target: String) -> Self {
        Self::start(target, Protocol::Unknown).await
    }

    /// A wire to the database of a URL, and the URL through it.
    pub(crate) async fn to_database(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, path) = rest.split_once('/').unwrap();
        let (user, server) = authority.rsplit_once('@').map_or(("", authority), |(u, s)| (u, s));
        let port = if server.contains(':') { "" } else { ":5432" };
        let proxy = Self::start(format!("{server}{port}"), Protocol::Postgres).await;
        let at = if user.is_empty() { "" } else { "@" };
        let through = format!("{scheme}://{user}{at}{}/{path}", proxy.address);
        (proxy, through)
    }

    async fn start(target: String, protocol: Protocol) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target,
            protocol,
            door: watch::Sender::new(Door::Open),
            flow: watch::Sender::new(Flow::Free),
            ends: broadcast::Sender::new(16),
            trap: Mutex::new(None),
            sprung: AtomicUsize::new(0),
            deliver: Notify::new(),
            answers: watch::Sender::new(Answers::Pass),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(shared.clone(), listener));
        Self { address, shared, _tasks: tasks }
    }

    /// Ends every connection; new ones are carried as the door says.
    pub(crate) fn end_all(&self, end: End) {
        // None may be there.
        let _ended = self.shared.ends.send(end);
    }

    /// What becomes of new connections from now on.
    pub(crate) fn set_door(&self, door: Door) {
        self.shared.door.send_replace(door);
    }

    /// How bytes are carried from now on.
    pub(crate) fn set_flow(&self, flow: Flow) {
        self.shared.flow.send_replace(flow);
    }

    /// Keeps back what is answered, until it is let go.
    pub(crate) fn hold_answers(&self) {
        self.shared.answers.send_replace(Answers::Wait);
    }

    /// Lets go what is answered.
    pub(crate) fn let_answers_go(&self) {
        self.shared.answers.send_replace(Answers::Pass);
    }

    /// Resets everything and refuses new connections: nobody is there.
    pub(crate) fn down(&self) {
        self.set_door(Door::Shut);
        self.end_all(End::Reset);
    }

    /// Loses everything in silence, new connections too: a network that has come apart.
    pub(crate) fn lose(&self) {
        self.set_door(Door::Lost);
        self.end_all(End::Lost);
    }

    /// New connections are carried again; what was cut or lost stays so.
    pub(crate) fn mend(&self) {
        self.set_door(Door::Open);
    }

    /// Cuts the next so many connections that send a statement beginning with this word.
    pub(crate) fn trap(&self, word: &'static str, when: When, times: usize) {
        self.trap_then(word, when, times, Door::Open);
    }

    /// The same, and then does this with new connections.
    pub(crate) fn trap_then(&self, word: &'static str, when: When, times: usize, then: Door) {
        self.set_trap(Trap { word, after: None, when, left: times, then });
    }

    /// Springs once, at a COMMIT of a transaction in which something like this was asked before.
    pub(crate) fn trap_commit_after(&self, asked: &'static str, when: When) {
        let after = Some(asked);
        self.set_trap(Trap { word: "COMMIT", after, when, left: 1, then: Door::Open });
    }

    fn set_trap(&self, trap: Trap) {
        self.shared.sprung.store(0, Ordering::SeqCst);
        *self.shared.trap.lock().unwrap() = Some(trap);
    }

    /// Takes the trap away; how often it sprang.
    pub(crate) fn untrap(&self) -> usize {
        *self.shared.trap.lock().unwrap() = None;
        self.sprung()
    }

    /// How often the trap sprang.
    pub(crate) fn sprung(&self) -> usize {
        self.shared.sprung.load(Ordering::SeqCst)
    }

    /// Delivers a statement that is late or held.
    pub(crate) fn deliver(&self) {
        self.shared.deliver.notify_one();
    }
}

impl Shared {
    fn springs(&self, heard: &Heard, statement: &str) -> Option<When> {
        let mut trap = self.trap.lock().unwrap();
        let set = trap.as_mut().filter(|trap| trap.is_at(heard, statement))?;
        set.left -= 1;
        self.sprung.fetch_add(1, Ordering::SeqCst);
        if set.then != Door::Open {
            self.door.send_replace(set.then);
        }
        Some(set.when)
    }
}

async fn listen(shared: Arc<Shared>, listener: TcpListener) {
    let address = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    let mut door = shared.door.subscribe();
    let mut carried = JoinSet::new();
    loop {
        let now = *door.borrow_and_update();
        if now == Door::Shut {
            listener = None;
            door.changed().await.unwrap();
            continue;
        }
        if listener.is_none() {
            listener = Some(TcpListener::bind(address).await.unwrap());
        }
        tokio::select! {
            biased;
            changed = door.changed() => changed.unwrap(),
            accepted = listener.as_ref().unwrap().accept() => {
                carried.spawn(carry(shared.clone(), accepted.unwrap().0, now));
            }
        }
        while carried.try_join_next().is_some() {}
    }
}

async fn carry(shared: Arc<Shared>, mut near: TcpStream, door: Door) {
    let mut ends = shared.ends.subscribe();
    if door == Door::Lost {
        return nowhere(&mut near).await;
    }
    let Ok(mut far) = TcpStream::connect(&shared.target).await else { return };
    near.set_nodelay(true).unwrap();
    far.set_nodelay(true).unwrap();
    let withheld = watch::Sender::new(None);
    let cut = {
        let (near_read, near_write) = near.split();
        let (far_read, far_write) = far.split();
        let asking = ask(&shared, near_read, far_write, &withheld);
        let answering = answer(&shared, far_read, near_write, withheld.subscribe());
        tokio::select! {
            end = ends.recv() => Cut::End(end.unwrap_or(End::Closed)),
            ended = async { tokio::try_join!(asking, answering) } => {
                ended.err().unwrap_or(Cut::End(End::Closed))
            }
        }
    };
    match cut {
        Cut::End(End::Closed) => {}
        Cut::End(End::Reset) => {
            near.set_zero_linger().unwrap();
            far.set_zero_linger().unwrap();
        }
        Cut::End(End::HalfClosed) => {
            // Either side may be gone by now, here and below.
            let _shut = near.shutdown().await;
            let _asked = tokio::io::copy(&mut near, &mut far).await;
        }
        Cut::End(End::Lost) => {
            tokio::join!(nowhere(&mut near), nowhere(&mut far));
        }
        Cut::Late(bytes) => {
            near.set_zero_linger().unwrap();
            drop(near);
            shared.deliver.notified().await;
            let _sent = far.write_all(&bytes).await;
            let _answered = far.read(&mut [0; 1024]).await;
        }
    }
}

/// Reads what comes and forgets it.
async fn nowhere(stream: &mut TcpStream) {
    let _end = tokio::io::copy(stream, &mut tokio::io::sink()).await;
    // Its end isn't told to the other side.
    std::future::pending::<()>().await;
}

/// Carries what is asked, and looks for the statement of the trap.
async fn ask(
    shared: &Shared,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    withheld: &watch::Sender<Option<When>>,
) -> Result<(), Cut> {
    let mut chunk = [0; 16 * 1024];
    let mut frames = Frames::default();
    let mut heard = Heard::default();
    loop {
        let count = from.read(&mut chunk).await.map_err(broken)?;
        if count == 0 {
            to.shutdown().await.map_err(broken)?;
            return Ok(());
        }
        if shared.protocol == Protocol::Unknown {
            pass(shared, &mut to, &chunk[..count]).await?;
            continue;
        }
        frames.push(&chunk[..count]);
        while let Some(frame) = frames.next() {
            let springs = frame.statement.as_deref().and_then(|text| {
                heard.hear(text);
                shared.springs(&heard, text)
            });
            match springs {
                None => {}
                Some(When::Before) => return Err(Cut::End(End::Reset)),
                Some(when @ (When::Answered | When::Silent)) => {
                    withheld.send_replace(Some(when));
                }
                Some(When::Late) => return Err(Cut::Late(frame.bytes)),
                Some(When::Held) => shared.deliver.notified().await,
            }
            pass(shared, &mut to, &frame.bytes).await?;
        }
    }
}

/// Carries what is answered, until an answer is withheld.
async fn answer(
    shared: &Shared,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    withheld: watch::Receiver<Option<When>>,
) -> Result<(), Cut> {
    let mut chunk = [0; 16 * 1024];
    loop {
        let count = from.read(&mut chunk).await.map_err(broken)?;
        match *withheld.borrow() {
            None => {}
            Some(When::Silent) => continue,
            Some(_) => return Err(Cut::End(End::Reset)),
        }
        if count == 0 {
            to.shutdown().await.map_err(broken)?;
            return Ok(());
        }
        let mut answers = shared.answers.subscribe();
        answers.wait_for(|answers| *answers == Answers::Pass).await.map(drop).unwrap();
        pass(shared, &mut to, &chunk[..count]).await?;
    }
}

fn broken(_error: std::io::Error) -> Cut {
    Cut::End(End::Closed)
}

async fn pass(
    shared: &Shared,
    to: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
) -> Result<(), Cut> {
    let flow = *shared.flow.borrow();
    match flow {
        Flow::Free => to.write_all(bytes).await.map_err(broken),
        Flow::Delayed(by) => {
            tokio::time::sleep(by).await;
            to.write_all(bytes).await.map_err(broken)
        }
        Flow::Dripping(size, pause) => {
            for drop in bytes.chunks(size) {
                to.write_all(drop).await.map_err(broken)?;
                tokio::time::sleep(pause).await;
            }
            Ok(())
        }
    }
}
