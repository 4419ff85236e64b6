//! Plays one sequence against a bank and the model side by side.

use std::collections::BTreeMap;

use account_status::pb::v1::*;
use chrono::Duration;

use super::ask::{Answer, Ask, Refusal};
use super::check;
use super::plain::{Expected, Plain};
use super::resolve::Past;
use super::second::{self, Fate};
use super::seen::{Face, Facts, FreezeSeen, Seen, Time, WithdrawalSeen};
use super::steps::{Amount, Deed, Entry, Etag, Head, Pause, Step};
use super::tally::Tally;
use crate::harness::Bank;
use crate::harness::calls::{by, reason};

/// One sequence on its way.
struct Play<'a> {
    bank: &'a Bank,
    numbers: Vec<String>,
    plain: Plain,
    asked: Vec<(Ask, Time)>,
    answered: Vec<Result<Answer, Refusal>>,
    /// What whoever proposed is answered in the end: what was done, or the proposal that came to
    /// nothing.
    decided: BTreeMap<String, Answer>,
    tally: Tally,
}

/// Plays a sequence on new accounts; says what differs, or what it came to.
pub(super) async fn play(bank: &Bank, number: u64, steps: &[Step]) -> Result<Tally, String> {
    // Ids begin with the time, so sequences don't meet.
    bank.pass(Duration::milliseconds(10));
    let prefix = format!("S{number:06}");
    let mut play = Play {
        bank,
        numbers: ["A", "B", "C"].map(|which| format!("{prefix}{which}")).to_vec(),
        plain: Plain::new(bank.now()),
        asked: Vec::new(),
        answered: Vec::new(),
        decided: BTreeMap::new(),
        tally: Tally::sequence(),
    };
    for step in beginning().iter().chain(steps) {
        play.step(step).await.map_err(|differs| format!("{step:?}: {differs}"))?;
        play.tally.steps += 1;
    }
    play.look_at_all().await?;
    bank.audit(&prefix).await;
    Ok(play.tally)
}

/// One account that is open and has money, one in opening, one that isn't there.
fn beginning() -> [Step; 4] {
    let head = |account| Head {
        account,
        by: 0,
        counter: false,
        etag: Etag::None,
        validate_only: false,
        id_of: None,
    };
    let complete =
        Deed::Act { action: StatusAction::CompleteOpening, cause: 0, row: None, identified: false };
    let credit = Entry {
        id: 9,
        mode: TransactionMode::Fact,
        direction: Direction::Credit,
        amount: Amount::Yuan(300),
        kind: TransactionType::Transfer,
        initiator: Initiator::Counterparty,
        purpose: Purpose::Unspecified,
        identified: false,
    };
    [
        Step::Call(head(0), Deed::Open),
        Step::Call(head(0), complete),
        Step::Call(head(0), Deed::Record(credit)),
        Step::Call(head(1), Deed::Open),
    ]
}

impl Play<'_> {
    fn past(&self) -> Past<'_> {
        Past { numbers: &self.numbers, asked: &self.asked }
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Wait(pause) => {
                let until = self.past().until(*pause, &self.plain);
                self.wait(*pause, until).await
            }
            Step::Call(head, deed) => {
                let ask = self.past().ask(*head, deed, &self.plain);
                self.call(ask).await
            }
            Step::Again { back, validate_only } => {
                let earlier = self.past().call(*back).map(|(ask, _)| ask.clone());
                let Some(ask) = earlier else { return Ok(()) };
                self.call(Ask { validate_only: *validate_only, ..ask }).await
            }
        }
    }

    async fn wait(&mut self, pause: Pause, until: Time) -> Result<(), String> {
        let kind = match pause {
            Pause::Micros(_) | Pause::Hours(_) => "some time",
            Pause::ToEnd { .. } => "to an end",
            Pause::ToForgetting { .. } => "until a refusal is forgotten",
        };
        self.tally.answer("WAIT", kind);
        self.bank.clock.set(until);
        self.plain.now = self.bank.now();
        self.look_at_all().await
    }

    async fn call(&mut self, ask: Ask) -> Result<(), String> {
        let number = self.asked.len();
        let before = self.plain.clone();
        let mut expected = self.plain.ask(number, &ask);
        let mut answered = ask.send(self.bank).await;
        if let Ok(Answer::Waits(approval, told)) = &answered
            && !ask.validate_only
        {
            let id = approval.approval_id.clone();
            if let Some(earlier) = self.decided.get(&id) {
                answered = Ok(earlier.clone());
            } else if !matches!(expected, Expected::Done(_)) {
                return Err(format!("{expected:#?}, and it waits: {approval:#?}"));
            } else if let Some(done) = self.decide(before, &ask, approval, told.clone()).await? {
                expected = self.plain.ask(number, &ask);
                self.decided.insert(id, done.clone());
                answered = Ok(done);
            } else {
                self.came_to_nothing(id, ask, answered);
                return Ok(());
            }
        }
        self.count(&ask, &expected, &answered);
        let same = self.compare(&ask, &expected, &answered);
        same.map_err(|differs| format!("{ask:#?}\n{differs}"))?;
        let account = ask.account.clone();
        self.asked.push((ask, self.bank.now()));
        self.answered.push(answered);
        check::same_answer(self.bank, &self.plain, &account, number).await?;
        self.look_at(&account).await
    }

    /// Lets the second person decide on a new proposal: the answer of the act, or none when it came to
    /// nothing. The model was not asked yet.
    async fn decide(
        &mut self,
        mut before: Plain,
        ask: &Ask,
        approval: &Approval,
        told: Option<AuthorityAnswer>,
    ) -> Result<Option<Answer>, String> {
        before.proposed(&ask.account);
        self.plain = before;
        let unchanged = |differs| format!("{ask:#?}\na proposal changes nothing: {differs}");
        self.look_at(&ask.account).await.map_err(unchanged)?;
        let fate = Fate::of(self.asked.len());
        self.tally.note(fate.note());
        let Some(done) = second::decide(self.bank, ask, approval, told, fate).await? else {
            self.plain.proposed(&ask.account);
            self.look_at(&ask.account).await.map_err(unchanged)?;
            return Ok(None);
        };
        Ok(Some(done))
    }

    /// Notes a proposal that came to nothing. It used up its request's id all the same: whoever sends
    /// the request again reads of the same proposal.
    fn came_to_nothing(&mut self, id: String, ask: Ask, answered: Result<Answer, Refusal>) {
        self.tally.answer(&ask.name(), "proposed in vain");
        self.plain.remember(self.asked.len(), &ask, true);
        self.decided.extend(answered.iter().map(|answer| (id.clone(), answer.clone())));
        self.asked.push((ask, self.bank.now()));
        self.answered.push(answered);
    }

    /// Whether the answer is the model's.
    fn compare(
        &mut self,
        ask: &Ask,
        expected: &Expected,
        answered: &Result<Answer, Refusal>,
    ) -> Result<(), String> {
        match (expected, answered) {
            // What it would come to is said by the second person's answer.
            (Expected::Done(_), Ok(Answer::Waits(..))) if ask.validate_only => Ok(()),
            (Expected::Done(facts), Ok(answer)) => {
                let told = Facts::from(answer);
                differ("the answer", &facts.clone().with_ids_of(&told), &told)?;
                if !ask.validate_only {
                    differ("whether it is named", &true, &told.is_named())?;
                    self.plain.learn(ask, &told);
                    self.acknowledge(answer);
                }
                Ok(())
            }
            (Expected::AsBefore(call), _) => {
                differ("the answer of before", &self.answered[*call], answered)
            }
            (Expected::Refused(reason, blocks), Err(refusal)) => {
                let told = (refusal.reason.clone(), refusal.blocks.clone());
                differ("the refusal", &(reason.clone(), blocks.clone()), &told)
            }
            (Expected::Done(_) | Expected::Refused(..), _) => {
                Err(format!("the model says {expected:#?}\nthe service says {answered:#?}"))
            }
        }
    }

    fn acknowledge(&self, answer: &Answer) {
        if let Answer::Withdrawal(row) = answer {
            self.bank.acknowledged.lock().unwrap().push(row.withdrawal_id.clone());
        }
    }

    fn count(&mut self, ask: &Ask, expected: &Expected, answered: &Result<Answer, Refusal>) {
        let outcome = match answered {
            Ok(_) if ask.validate_only => "accepted for validation",
            Ok(_) => "accepted",
            Err(refusal) => &refusal.reason,
        };
        self.tally.answer(&ask.name(), outcome);
        if let Err(refusal) = answered {
            self.tally.listed(&refusal.reason);
            refusal.blocks.iter().for_each(|(reason, _)| self.tally.listed(reason));
        }
        self.plain.notes.iter().for_each(|note| self.tally.note(note));
        if let Expected::Refused(_, blocks) = expected
            && blocks.len() > 1
        {
            self.tally.note("refused for several reasons");
        }
    }

    async fn look_at_all(&self) -> Result<(), String> {
        for number in &self.numbers {
            self.look_at(number).await?;
        }
        Ok(())
    }

    /// Compares all that can be seen of an account.
    async fn look_at(&self, number: &str) -> Result<(), String> {
        let (expected, seen) = (self.plain.seen(number), see(self.bank, number).await);
        if let Some(seen) = &seen {
            sound(seen)?;
        }
        differ("the account", &expected, &seen)
    }
}

/// The account as the auditor sees it; none when there is none.
async fn see(bank: &Bank, number: &str) -> Option<Seen> {
    let status = match bank.status(number).await {
        Ok(status) => status,
        Err(status) => {
            assert_eq!(reason(&status), "ACCOUNT_NOT_FOUND");
            return None;
        }
    };
    let list = ListWithdrawalsRequest {
        account_number: number.to_owned(),
        page_size: 1_000,
        ..ListWithdrawalsRequest::default()
    };
    let mut client = bank.withdraw_client();
    let (freezes, withdrawals) =
        tokio::join!(bank.freezes(number), client.list_withdrawals(by("auditor", list)));
    let withdrawals = withdrawals.unwrap().into_inner().withdrawals;
    Some(Seen {
        face: Face::from(&status),
        freezes: freezes.iter().map(FreezeSeen::from).collect(),
        withdrawals: withdrawals.iter().map(WithdrawalSeen::from).collect(),
    })
}

/// The invariants that can be told from what is seen: I1, I2, I9.
fn sound(seen: &Seen) -> Result<(), String> {
    let face = &seen.face;
    let open = seen.withdrawals.iter().filter(|row| row.state == WithdrawalState::Reserved);
    let held: i64 = open.map(|row| row.minor).sum();
    let controlled: i64 = seen.freezes.iter().map(|freeze| freeze.controlled).sum();
    let rules = [
        (face.available == face.balance - face.reserved - face.frozen, "I1: available"),
        ((0..=face.balance).contains(&face.reserved), "I1: reserved beyond the balance"),
        (face.available >= 0, "I1: available below zero"),
        (held == face.reserved, "I2: reserved is not what withdrawals hold"),
        (controlled == face.frozen, "I9: frozen is not what freezes control"),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, broken)) => Err(format!("{broken}: {seen:#?}")),
        None => Ok(()),
    }
}

/// Says where two things differ, line by line.
fn differ<T: PartialEq + std::fmt::Debug>(
    what: &str,
    model: &T,
    service: &T,
) -> Result<(), String> {
    if model == service {
        return Ok(());
    }
    let (model, service) = (format!("{model:#?}"), format!("{service:#?}"));
    let lines = model.lines().zip(service.lines()).filter(|(a, b)| a != b).take(12);
    let lines: Vec<String> = lines.map(|(a, b)| format!("  model {a}\n  service {b}")).collect();
    Err(format!("{what} differs:\n{}\nmodel: {model}\nservice: {service}", lines.join("\n")))
}
