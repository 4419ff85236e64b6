//! Messages of PostgreSQL's frontend, cut out of a stream of bytes.

use std::collections::HashMap;

/// A message, whole.
#[derive(Debug)]
pub(super) struct Frame {
    /// As it travels.
    pub(super) bytes: Vec<u8>,
    /// The text of the statement that it has the server carry out.
    pub(super) statement: Option<String>,
}

/// Collects bytes until messages are whole. The first messages have no type: a request for TLS,
/// which is answered in one byte, and the startup message.
#[derive(Debug, Default)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    started: bool,
    /// The text of each prepared statement by its name.
    prepared: HashMap<Vec<u8>, String>,
}

/// The protocol's version in a startup message: 3.0.
const STARTUP: [u8; 4] = [0, 3, 0, 0];

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    pub(super) fn next(&mut self) -> Option<Frame> {
        let prefix = usize::from(self.started);
        let length: [u8; 4] = self.buffer.get(prefix..prefix + 4)?.try_into().unwrap();
        let whole = prefix + usize::try_from(u32::from_be_bytes(length)).unwrap();
        if self.buffer.len() < whole {
            return None;
        }
        let rest = self.buffer.split_off(whole);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let statement = if self.started {
            self.statement(bytes[0], &bytes[5..])
        } else {
            self.started = bytes[4..].starts_with(&STARTUP);
            None
        };
        Some(Frame { bytes, statement })
    }

    /// Query: the text. Parse: a name and the text. Bind: a portal and the name.
    fn statement(&mut self, kind: u8, body: &[u8]) -> Option<String> {
        let mut words = body.split(|byte| *byte == 0);
        let first = words.next()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match kind {
            b'Q' => Some(text(first)),
            b'P' => {
                self.prepared.insert(first.to_vec(), text(words.next()?));
                None
            }
            b'B' => self.prepared.get(words.next()?).cloned(),
            _ => None,
        }
    }
}

#[test]
fn statements_are_found_however_the_bytes_are_cut() {
    let message = |kind: u8, body: &[u8]| {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind][..], &length, body].concat()
    };
    let bytes = [
        &[0, 0, 0, 8, 4, 210, 22, 47][..],
        &[0, 0, 0, 9, 0, 3, 0, 0, 0],
        &message(b'Q', b"BEGIN\0"),
        &message(b'P', b"s1\0SELECT 1\0\0\0"),
        &message(b'B', b"\0s1\0\0\0\0\0\0\0"),
        &message(b'S', b""),
        &message(b'Q', b"COMMIT\0"),
    ]
    .concat();
    for size in 1..bytes.len() {
        let mut frames = Frames::default();
        let mut statements = Vec::new();
        let mut carried = Vec::new();
        for chunk in bytes.chunks(size) {
            frames.push(chunk);
            while let Some(frame) = frames.next() {
                statements.extend(frame.statement);
                carried.extend(frame.bytes);
            }
        }
        assert_eq!(statements, ["BEGIN", "SELECT 1", "COMMIT"]);
        assert_eq!(carried, bytes);
    }
}
