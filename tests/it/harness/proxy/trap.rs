//! At which statement of which transaction a connection is cut.

use super::Door;

/// When a connection is cut at a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Before the server hears of it.
    Before,
    /// Once the server has carried it out, and before the answer passes.
    Answered,
    /// Not at all: the server carries it out, and no answer ever passes.
    Silent,
    /// The asker's side at once; the server gets the statement only when the test delivers it.
    Late,
    /// Not at all: the statement waits until the test delivers it, and then goes its way.
    Held,
}

/// Springs at the next statements that begin with a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trap {
    pub(super) word: &'static str,
    /// Only where this was asked in the same transaction.
    pub(super) after: Option<&'static str>,
    pub(super) when: When,
    pub(super) left: usize,
    pub(super) then: Door,
}

impl Trap {
    pub(super) fn is_at(&self, heard: &Heard, statement: &str) -> bool {
        self.left > 0
            && statement.trim_start().starts_with(self.word)
            && self.after.is_none_or(|asked| heard.statements.iter().any(|s| s.contains(asked)))
    }
}

/// What was asked over one connection since its transaction began.
#[derive(Debug, Default)]
pub(super) struct Heard {
    statements: Vec<String>,
}

impl Heard {
    pub(super) fn hear(&mut self, statement: &str) {
        let begins = |text: &String, word: &str| text.trim_start().starts_with(word);
        let over = self
            .statements
            .last()
            .is_some_and(|last| begins(last, "COMMIT") || begins(last, "ROLLBACK"));
        let statement = statement.to_owned();
        let begun = begins(&statement, "BEGIN");
        if over || begun {
            self.statements.clear();
        }
        // Outside of a transaction nothing is kept.
        if begun || !self.statements.is_empty() {
            self.statements.push(statement);
        }
    }
}
