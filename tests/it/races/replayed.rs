//! What happened, from the rows alone: each account's events count without a gap in the order in which
//! they were committed, so balance, holds and claims are added up again event by event, with
//! arithmetic of its own, and each thing that was done is judged by what was there before it.

use std::collections::{BTreeMap, BTreeSet};

use account_status::pb::v1::AuthorityAnswer;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use serde_json::Value;

use super::books::{Books, Held, Out};

/// What an authority was told when its freeze was placed.
#[derive(Debug)]
pub(super) struct Answered {
    freeze: String,
    cancelled: Vec<String>,
    in_flight: Vec<String>,
}

/// What came up.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Commands that were committed.
    pub(crate) commands: usize,
    /// Attempts that were started.
    pub(crate) sent: usize,
    /// Freezes, and those of them that met payouts on their way, or withdrawals that were not sent.
    pub(crate) frozen: usize,
    pub(crate) met_sent: usize,
    pub(crate) met_unsent: usize,
    /// Attempts that died while a claim was unfilled.
    pub(crate) died_under_claims: usize,
    /// Deductions, and attempts for living costs under an unfilled claim.
    pub(crate) deducted: usize,
    pub(crate) sent_for_living: usize,
}

/// A withdrawal's amount and sequence; its state, and what of it is for living costs.
type Reserved = ((i64, i64), (String, i64));

/// Rows that events name.
struct Rows {
    /// Type, sequence, exempt amount.
    freezes: BTreeMap<String, (String, i64, i64)>,
    /// By freeze, act and instant: the amount.
    acts: BTreeMap<(String, String, String), Option<i64>>,
    withdrawals: BTreeMap<String, Reserved>,
    /// By account and id: amount, type, which way.
    transactions: BTreeMap<(String, String), (i64, String, String)>,
    /// By account and sequence: the kinds of conditions afterwards.
    history: BTreeMap<(String, i64), String>,
}

struct Event {
    kind: String,
    payload: Value,
    at: String,
}

impl Answered {
    pub(super) fn of(freeze: &str, answer: &AuthorityAnswer) -> Self {
        let flying = answer.payouts_in_flight.iter().map(|payout| payout.withdrawal_id.clone());
        Self {
            freeze: freeze.to_owned(),
            cancelled: answer.cancelled_withdrawals.clone(),
            in_flight: flying.collect(),
        }
    }
}

fn text(row: &QueryResult, place: usize) -> String {
    row.try_get_by_index(place).unwrap()
}

fn number(row: &QueryResult, place: usize) -> i64 {
    row.try_get_by_index(place).unwrap()
}

async fn query(database: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_all_raw(statement).await.unwrap()
}

impl Rows {
    async fn load(database: &DatabaseConnection) -> Self {
        let freezes = "SELECT freeze_id, freeze_type, freeze_seq, exempt_minor FROM account_freeze";
        let acts = "SELECT freeze_id, act, CAST(act_time AS text), amount_minor
            FROM account_freeze_act";
        let withdrawals = "SELECT withdrawal_id, amount_minor, entry_seq, state, exempt_minor
            FROM withdrawal";
        let transactions = "SELECT account_number, transaction_id, transaction_amount,
            transaction_type, direction FROM transaction_log";
        let history = "SELECT account_number, sequence, CAST(conditions_after AS text)
            FROM account_status_history";
        let of = |row: &QueryResult| (text(row, 0), (text(row, 1), number(row, 2), number(row, 3)));
        Self {
            freezes: query(database, freezes).await.iter().map(of).collect(),
            acts: query(database, acts)
                .await
                .iter()
                .map(|row| {
                    let key = (text(row, 0), text(row, 1), text(row, 2));
                    (key, row.try_get_by_index(3).unwrap())
                })
                .collect(),
            withdrawals: query(database, withdrawals)
                .await
                .iter()
                .map(|row| {
                    let known = ((number(row, 1), number(row, 2)), (text(row, 3), number(row, 4)));
                    (text(row, 0), known)
                })
                .collect(),
            transactions: query(database, transactions)
                .await
                .iter()
                .map(|row| {
                    ((text(row, 0), text(row, 1)), (number(row, 2), text(row, 3), text(row, 4)))
                })
                .collect(),
            history: query(database, history)
                .await
                .iter()
                .map(|row| ((text(row, 0), number(row, 1)), text(row, 2)))
                .collect(),
        }
    }
}

/// Reads the events of the accounts whose numbers begin so; notes what is broken.
pub(super) async fn replay(
    database: &DatabaseConnection,
    beginning: &str,
    answers: &[Answered],
    broken: &mut Vec<String>,
) -> Seen {
    let rows = Rows::load(database).await;
    let sql = format!(
        "SELECT account_number, kind, CAST(payload AS text), CAST(event_time AS text) FROM event
        WHERE account_number LIKE '{beginning}%' ORDER BY account_number, account_seq"
    );
    let mut accounts: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for row in query(database, &sql).await {
        let payload = serde_json::from_str(&text(&row, 2)).unwrap();
        let event = Event { kind: text(&row, 1), payload, at: text(&row, 3) };
        accounts.entry(text(&row, 0)).or_default().push(event);
    }
    let answers = answers.iter().map(|answer| (answer.freeze.as_str(), answer)).collect();
    let mut reading = Reading { rows: &rows, answers, broken, seen: Seen::default() };
    for (account, events) in &accounts {
        let mut books = Books::default();
        // Each change has an instant of its own, so one command's events are those of one instant.
        for command in events.chunk_by(|a, b| a.at == b.at) {
            reading.seen.commands += 1;
            reading.command(account, &mut books, command);
        }
        reading.at_rest(database, account, &books).await;
    }
    let Reading { seen, .. } = reading;
    attempts_are_events(database, beginning, &accounts, broken).await;
    seen
}

/// Every attempt was begun by an event that says so, at its instant.
async fn attempts_are_events(
    database: &DatabaseConnection,
    beginning: &str,
    accounts: &BTreeMap<String, Vec<Event>>,
    broken: &mut Vec<String>,
) {
    let sql = format!(
        "SELECT withdrawal_id, number, CAST(create_time AS text) FROM attempt
        WHERE account_number LIKE '{beginning}%'"
    );
    let begun = query(database, &sql).await;
    let begun: BTreeSet<(String, i64, String)> =
        begun.iter().map(|row| (text(row, 0), number(row, 1), text(row, 2))).collect();
    let told: BTreeSet<(String, i64, String)> = accounts
        .values()
        .flatten()
        .filter(|event| event.kind == "WITHDRAWAL_DISPATCHING")
        .map(|event| {
            let number = event.payload["attempt"].as_i64().unwrap();
            (word(&event.payload, "withdrawal_id"), number, event.at.clone())
        })
        .collect();
    if begun != told {
        broken.push(format!("{} attempts, {} events of them", begun.len(), told.len()));
    }
}

fn word(payload: &Value, key: &str) -> String {
    payload[key].as_str().unwrap_or_default().to_owned()
}

struct Reading<'a> {
    rows: &'a Rows,
    answers: BTreeMap<&'a str, &'a Answered>,
    broken: &'a mut Vec<String>,
    seen: Seen,
}

impl Reading<'_> {
    fn breaks(&mut self, account: &str, event: &Event, what: &str) {
        let Event { kind, payload, at } = event;
        self.broken.push(format!("{account}: {what}: {kind} {payload} at {at}"));
    }

    fn command(&mut self, account: &str, books: &mut Books, events: &[Event]) {
        let of_kind = |kind: &'static str| events.iter().filter(move |event| event.kind == kind);
        let placed: Vec<&Event> = of_kind("FREEZE_PLACED").collect();
        let cancelled: Vec<String> = of_kind("WITHDRAWAL_CANCELLED")
            .map(|event| word(&event.payload, "withdrawal_id"))
            .collect();
        for event in &placed {
            self.placed(account, books, event, &cancelled);
        }
        for event in of_kind("FREEZE_DEDUCTED") {
            self.deducted(account, books, event);
        }
        for event in events {
            match event.kind.split_once('_') {
                Some(("FREEZE", act)) => freeze_moves(self.rows, books, event, act),
                Some(("WITHDRAWAL", "CANCELLED")) if !placed.is_empty() => {}
                Some(("WITHDRAWAL", state)) => self.withdrawal(account, books, event, state),
                Some(("TRANSACTION", _)) => self.booked(account, books, &event.payload),
                Some(("STATUS", "CHANGED")) => {
                    let sequence = event.payload["sequence"].as_i64().unwrap();
                    let now = &self.rows.history[&(account.to_owned(), sequence)];
                    books.forbidden = now.contains("\"SUSPICIOUS\"");
                }
                _ => {}
            }
        }
        if books.exempt() == 0 {
            books.exempt_used = 0;
            books.out.values_mut().for_each(|out| out.bygone = true);
        }
        let sound = (0..=books.balance).contains(&books.reserved()) && books.available() >= 0;
        if !sound {
            self.breaks(account, &events[0], "I1: more is held than is there after");
        }
    }

    /// What was not sent gave way as far as the claims needed it, the newest first; and the authority
    /// was told of that, and of all that was on its way just then.
    fn placed(&mut self, account: &str, books: &mut Books, event: &Event, cancelled: &[String]) {
        let id = word(&event.payload, "freeze_id");
        let (kind, seq, exempt) = self.rows.freezes[&id].clone();
        let rank = ["JUDICIAL", "BANK", "CUSTOMER"].iter().position(|known| **known == kind);
        let rank = (u8::try_from(rank.unwrap()).unwrap(), seq);
        let key = (id.clone(), "PLACED".to_owned(), event.at.clone());
        let claim = self.rows.acts[&key];
        books.freezes.push(Held { id: id.clone(), rank, claim, exempt, active: true });
        let unsent = books.out.values().filter(|out| out.state == "RESERVED").count();
        let gone = books.give_way();
        books.freezes.last_mut().unwrap().active = word(&event.payload, "status") == "ACTIVE";
        let mut flying: Vec<(i64, &String)> = books
            .out
            .iter()
            .filter(|(_, out)| out.is_open() && out.state != "RESERVED")
            .map(|(id, out)| (out.seq, id))
            .collect();
        flying.sort_unstable();
        let flying: Vec<String> = flying.into_iter().map(|(_, id)| id.clone()).collect();
        self.seen.frozen += 1;
        self.seen.met_unsent += usize::from(unsent > 0);
        self.seen.met_sent += usize::from(!flying.is_empty());
        if gone != cancelled {
            let what = format!("I6: {gone:?} had to give way, not {cancelled:?}");
            self.breaks(account, event, &what);
        }
        match self.answers.get(id.as_str()) {
            None => self.breaks(account, event, "I8: nobody was told of it"),
            Some(answer) if answer.cancelled != cancelled || answer.in_flight != flying => {
                let what = format!("I6: told {answer:?}, gone {cancelled:?}, flying {flying:?}");
                self.breaks(account, event, &what);
            }
            Some(_) => {}
        }
    }

    /// Never more than the freeze holds, and never ahead of its turn.
    fn deducted(&mut self, account: &str, books: &Books, event: &Event) {
        self.seen.deducted += 1;
        let id = word(&event.payload, "freeze_id");
        let key = (id.clone(), "DEDUCTED".to_owned(), event.at.clone());
        let amount = self.rows.acts[&key].unwrap_or(i64::MAX);
        let shares = books.shares();
        let holds = shares.iter().find(|(held, _)| held.id == id && held.active);
        if holds.is_none_or(|(_, share)| *share < amount) {
            let what = format!("{amount} deducted, {holds:?} held");
            self.breaks(account, event, &what);
        }
    }

    fn withdrawal(&mut self, account: &str, books: &mut Books, event: &Event, state: &str) {
        let id = word(&event.payload, "withdrawal_id");
        let new = state == "RESERVED" && event.payload["attempt"].is_null();
        if new {
            let (amount, seq) = self.rows.withdrawals[&id].0;
            if amount > books.available() {
                self.breaks(account, event, "I1: reserved beyond what is available");
            }
            let exempt = books.for_living(amount);
            books.exempt_used += exempt;
            let state = state.to_owned();
            books.out.insert(id, Out { amount, exempt, bygone: false, seq, state });
            return;
        }
        let out = &books.out[&id];
        let living = !out.bygone && out.exempt == out.amount;
        let claimed = !books.filled();
        match state {
            "DISPATCHING" => {
                self.seen.sent += 1;
                self.seen.sent_for_living += usize::from(claimed && living);
                if claimed && !living {
                    let what = format!("I6: sent past an unfilled claim of {:?}", books.freezes);
                    self.breaks(account, event, &what);
                }
                if books.forbidden {
                    self.breaks(account, event, "I6: sent while debits are forbidden");
                }
            }
            "RESERVED" if claimed && !living => {
                self.breaks(account, event, "dead under an unfilled claim, and to be sent again");
            }
            "FAILED" => self.seen.died_under_claims += usize::from(claimed),
            "RESERVED" | "ACCEPTED" | "UNKNOWN" | "SETTLED" | "RETURNED" | "CANCELLED" => {}
            "HELD" | "CONTRADICTED" => return,
            _ => self.breaks(account, event, "nothing here leads to it"),
        }
        books.moves(&id, state);
    }

    fn booked(&mut self, account: &str, books: &mut Books, payload: &Value) {
        if word(payload, "booking") != "BALANCE" {
            return;
        }
        let key = (account.to_owned(), word(payload, "transaction_id"));
        let (amount, kind, way) = &self.rows.transactions[&key];
        let core = !matches!(&**kind, "PAYOUT" | "DEDUCTION");
        match &**way {
            "CREDIT" => books.balance += amount,
            _ => {
                if core {
                    books.exempt_used += books.for_living(*amount);
                }
                books.balance -= amount;
            }
        }
    }

    /// The hot row and the withdrawals say what the events add up to.
    async fn at_rest(&mut self, database: &DatabaseConnection, account: &str, books: &Books) {
        let sql = format!(
            "SELECT balance_minor, reserved_minor, freeze_claim_minor, exempt_used_minor
            FROM account_balance WHERE account_number = '{account}'"
        );
        let row = query(database, &sql).await.pop().unwrap();
        let stored: Vec<i64> = (0..4).map(|place| number(&row, place)).collect();
        let claim: i64 = books.freezes.iter().filter_map(|held| held.claim).sum();
        let told = vec![books.balance, books.reserved(), claim, books.exempt_used];
        if stored != told {
            self.broken.push(format!(
                "{account}: balance, reserved, claim, exempt used are {stored:?}, not {told:?}"
            ));
        }
        for (id, out) in &books.out {
            let (_, (state, exempt)) = &self.rows.withdrawals[id];
            if (state, exempt) != (&out.state, &out.exempt) {
                self.broken.push(format!("{account}: {id} is {state}, exempt {exempt}; {out:?}"));
            }
        }
    }
}

/// What became of a freeze that was there.
fn freeze_moves(rows: &Rows, books: &mut Books, event: &Event, act: &str) {
    let id = word(&event.payload, "freeze_id");
    let act = if act == "RELEASED" { word(&event.payload, "act") } else { act.to_owned() };
    let Some(place) = books.freezes.iter().position(|held| held.id == id) else { return };
    let held = &mut books.freezes[place];
    match act.as_str() {
        "PARTLY_RELEASED" | "DEDUCTED" => {
            let amount = rows.acts[&(id, act, event.at.clone())].unwrap();
            held.claim = held.claim.map(|claim| claim - amount);
        }
        "PROMOTED" => held.active = true,
        "RELEASED" | "EXPIRED" => held.claim = Some(0),
        _ => {}
    }
    // A freeze that claims nothing any more has ended.
    books.freezes.retain(|held| held.claim != Some(0));
}
