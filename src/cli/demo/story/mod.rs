//! The demo's story: what happened to each account, when, by whom. Persons, firms, officers and
//! numbers are invented; account numbers begin with 9990, but for two that circulate in tutorials.
//!
//! Times are offsets from the seeding: D is the local midnight of that day, T the instant. With
//! fixed dates the demo would rot.

mod cards;
mod lives;

use chrono::{DateTime, Datelike, Duration, Utc};
use chrono_tz::Tz;

use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::{CreateFreeze, Duration as FreezeDuration};
use crate::domain::act::import_account::ImportAccount;
use crate::domain::act::open_account::OpenAccount;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::approval::policy::Debt;
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Disclosure, FreezeMode, FreezeSource, FreezeType, Officer, Urgency};
use crate::domain::id::AccountNumber;
use crate::domain::money::{Currency, Money};
use crate::domain::review::HolderKind;
use crate::domain::status::{AccountStatus, Cause, Restriction};
use crate::domain::terms;
use crate::domain::transaction::{
    Direction, EntryChannel, Identification, Initiator, Mode, Purpose, TransactionType,
};
use crate::domain::withdrawal::{Beneficiary, BeneficiaryKind};

/// One thing that happened.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) principal: &'static str,
    pub(super) account_number: AccountNumber,
    pub(super) command: Command,
}

/// The accounts that the guide lists, in its order, with why each is there.
pub(super) const ACCOUNTS: [(&str, &str); 20] = [
    (LIN, "court freeze of a part (F1); pays the rest"),
    (ZHOU, "identity document ran out"),
    (HE, "a plain good account, one of its cards lost; an old freeze (F14) is over"),
    (YUNFAN, "a large payout is on its way"),
    (HENGTUO, "three courts: F2 holds all, F3 and F4 wait"),
    (SHEN, "F5 wants 100, holds 50; the police freeze F6 waits"),
    (TANG, "stopped for fraud for 48 hours"),
    (MA, "stopped for arrears"),
    (ZHENG, "loss reported by phone (F8), lapses by itself"),
    (DENG, "loss in writing (F9) and a court freeze (F10)"),
    (XU, "opening under review"),
    (NANFENG, "opening declined: items are missing"),
    (LUO, "opening declined: not in person, not verified"),
    (SONG, "dormant; a stranger's credit doesn't wake it"),
    (LIANG, "a police freeze (F15) lapsed by itself"),
    (GUO, "fast in, fast out: suspicious"),
    (CAO, "non-counter channels suspended"),
    (FENG, "a plain account"),
    (HONGYUAN, "closed"),
    (SAMPLE, "a currency without decimals"),
];

pub(super) const LIN: &str = "6222021234567890123";
const ZHOU: &str = "6225880123456789";
pub(super) const HE: &str = "9990584001000000103";
const YUNFAN: &str = "9990584001000000104";
pub(super) const HENGTUO: &str = "9990290001000000105";
/// A card of [`HE`].
pub(super) const LOST_CARD: &str = "6299990000000050";
pub(super) const SHEN: &str = "9990331001000000106";
const TANG: &str = "9990651001000000108";
const MA: &str = "9990651001000000109";
const ZHENG: &str = "9990100001000000110";
pub(super) const DENG: &str = "9990100001000000111";
const XU: &str = "9990584001000000112";
const NANFENG: &str = "9990581001000000113";
const LUO: &str = "9990581001000000114";
const SONG: &str = "9990331001000000116";
const LIANG: &str = "9990331001000000117";
const GUO: &str = "9990584001000000118";
pub(super) const FENG: &str = "9990290001000000120";
const CAO: &str = "9990581001000000121";
const HONGYUAN: &str = "9990100001000000122";
const SAMPLE: &str = "9990290001000000125";

const SZ: &str = "999584000101";
const GZ: &str = "999581000102";
const SH: &str = "999290000103";
const BJ: &str = "999100000104";
const HZ: &str = "999331000105";
const CD: &str = "999651000106";

/// The story, oldest first.
pub(super) fn steps(now: DateTime<Utc>, zone: Tz) -> Vec<Step> {
    let mut story = Story::new(now, zone);
    story.persons();
    story.firms();
    story.openings();
    story.sleepers();
    story.suspects();
    story.cards();
    let mut steps = story.steps;
    // Stable: what was told first at one instant happens first.
    steps.sort_by_key(|step| step.at);
    steps
}

struct Story {
    now: DateTime<Utc>,
    zone: Tz,
    steps: Vec<Step>,
}

/// Whose an account is: name, customer, branch.
#[derive(Clone, Copy)]
struct Holder(&'static str, &'static str, &'static str);

/// A freeze of the story: authority, document, and the amount in major units; none = all.
struct Order<'a> {
    kind: AuthorityKind,
    authority: &'a str,
    document: String,
    amount: Option<&'a str>,
    reason: &'a str,
    until: Option<DateTime<Utc>>,
}

impl Story {
    fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        Self { now, zone, steps: Vec::new() }
    }

    /// D − days, at a time of day.
    fn day(&self, days_ago: i64, hour: u32, minute: u32) -> DateTime<Utc> {
        let midnight = terms::day_start(terms::local_day(self.now, self.zone), self.zone);
        let offset = Duration::days(-days_ago)
            + Duration::hours(hour.into())
            + Duration::minutes(minute.into());
        // Never after the seeding itself, whatever the hour.
        (midnight.unwrap_or(self.now) + offset).min(self.now)
    }

    /// T − hours.
    fn ago(&self, hours: i64) -> DateTime<Utc> {
        self.now - Duration::hours(hours)
    }

    /// The year in a document that was served so many days ago.
    fn year(&self, days_ago: i64) -> i32 {
        self.day(days_ago, 10, 0).with_timezone(&self.zone).year()
    }

    fn tell(
        &mut self,
        at: DateTime<Utc>,
        principal: &'static str,
        account: &str,
        command: Command,
    ) {
        let account_number = AccountNumber::parse(account).expect("the story's numbers are sound");
        self.steps.push(Step { at, principal, account_number, command });
    }

    /// Opened and, an hour later, passed.
    fn open(&mut self, at: DateTime<Utc>, account: &str, holder: Holder) {
        self.apply(at, account, holder, "CNY");
        let passed = change(Action::CompleteOpening, &[]);
        self.tell(at + Duration::hours(1), "ops", account, Command::ChangeStatus(passed));
    }

    /// Applied for.
    fn apply(&mut self, at: DateTime<Utc>, account: &str, holder: Holder, currency: &str) {
        let Holder(name, customer, branch) = holder;
        let open = OpenAccount {
            account_id: None,
            account_name: name.to_owned(),
            customer_id: customer.to_owned(),
            branch_code: branch.to_owned(),
            currency: Currency::from_code(currency).expect("the story's currencies exist"),
            product_code: String::new(),
            holder_kind: HolderKind::Unspecified,
            document_hash: String::new(),
            document_expiry_date: None,
        };
        self.tell(at, "ops", account, Command::OpenAccount(open));
    }

    /// Money moves; the other side is `who`.
    fn post(&mut self, at: DateTime<Utc>, account: &str, moved: (Direction, Money), who: &str) {
        let (direction, amount) = moved;
        let record = RecordTransaction {
            transaction_id: None,
            mode: Mode::Fact,
            direction,
            amount,
            transaction_type: TransactionType::Transfer,
            initiator: match direction {
                Direction::Credit => Initiator::Counterparty,
                Direction::Debit => Initiator::Customer,
            },
            entry_channel: EntryChannel::App,
            purpose: Purpose::Transfer,
            identification: Identification::None,
            counterparty_account: String::new(),
            counterparty_name: who.to_owned(),
            value_time: None,
        };
        self.tell(at, "core-banking", account, Command::RecordTransaction(record));
    }

    fn credit(&mut self, at: DateTime<Utc>, account: &str, amount: &str, who: &str) {
        self.post(at, account, (Direction::Credit, cny(amount)), who);
    }

    fn debit(&mut self, at: DateTime<Utc>, account: &str, amount: &str, who: &str) {
        self.post(at, account, (Direction::Debit, cny(amount)), who);
    }

    fn freeze(&mut self, at: DateTime<Utc>, account: &str, order: &Order<'_>) {
        let whole = order.amount.is_none();
        let create = CreateFreeze {
            freeze_type: FreezeType::Judicial,
            authority_kind: order.kind,
            authority_name: order.authority.to_owned(),
            document_no: order.document.clone(),
            officers: vec![officer("陆衡", "粤-1101"), officer("叶澄", "粤-1102")],
            served_time: None,
            mode: if whole { FreezeMode::Whole } else { FreezeMode::Amount },
            amount: order.amount.map(cny),
            exempt: None,
            duration: order.until.map_or(FreezeDuration::Unstated, FreezeDuration::Until),
            reason: order.reason.to_owned(),
            unfreeze_condition: "解除冻结通知书".to_owned(),
            disclosure: Disclosure::Open,
            urgency: Urgency::Ordinary,
            emergency_cause: None,
            source: FreezeSource::Paper,
        };
        self.tell(at, "court-desk", account, Command::CreateFreeze(create));
    }

    fn act(&mut self, at: DateTime<Utc>, by: &'static str, account: &str, change: ChangeStatus) {
        self.tell(at, by, account, Command::ChangeStatus(change));
    }
}

fn court<'a>(authority: &'a str, document: String, amount: Option<&'a str>) -> Order<'a> {
    let reason = "民事执行";
    Order { kind: AuthorityKind::CourtCivil, authority, document, amount, reason, until: None }
}

fn police(document: String, amount: &'static str) -> Order<'static> {
    Order {
        kind: AuthorityKind::PoliceCriminal,
        authority: "杭州市公安局西湖分局",
        document,
        amount: Some(amount),
        reason: "刑事侦查",
        until: None,
    }
}

fn change(action: Action, causes: &[Cause]) -> ChangeStatus {
    ChangeStatus {
        action,
        causes: causes.to_vec(),
        reason: String::new(),
        condition_id: None,
        missing_items: Vec::new(),
        restriction: None,
        amount: None,
        end_time: None,
        authority: String::new(),
        document_no: String::new(),
        source: None,
        arrears: Debt::Open,
        identification: Identification::None,
        entry_channel: EntryChannel::Unspecified,
    }
}

fn suspicion(reason: &str) -> ChangeStatus {
    let marked = change(Action::MarkSuspicious, &[Cause::SuspiciousPattern]);
    ChangeStatus { reason: reason.to_owned(), ..marked }
}

fn officer(name: &str, badge_no: &str) -> Officer {
    Officer { name: name.to_owned(), badge_no: badge_no.to_owned() }
}

fn cny(amount: &str) -> Money {
    money(amount, "CNY")
}

fn money(amount: &str, code: &str) -> Money {
    let currency = Currency::from_code(code).expect("the story's currencies exist");
    Money::parse_positive(amount, currency).expect("the story's amounts are sound")
}
