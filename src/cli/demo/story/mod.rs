//! The demo's story: what happened to each account, when, by whom. Persons, firms, officers and
//! numbers are invented; account numbers begin with 9990, but for two that circulate in tutorials.
//!
//! Times are offsets from the seeding: D is the local midnight of that day, T the instant. With
//! fixed dates the demo would rot.

mod cards;
pub(super) mod cases;
pub(super) mod channels;
mod firms;
mod openings;
pub(super) mod payouts;
mod persons;
mod sleepers;
mod suspects;
mod telling;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use telling::{change, cleared, cny, court, money, notice, officers, police, suspicion};

use crate::domain::account::Account;
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::{CreateFreeze, Duration as FreezeDuration};
use crate::domain::act::deduct_freeze::{DeductFreeze, Measure};
use crate::domain::act::open_account::OpenAccount;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::approval::policy::Debt;
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{
    Disclosure, Freeze, FreezeMode, FreezeSource, FreezeType, Officer, Serves, Urgency, papers,
};
use crate::domain::id::AccountNumber;
use crate::domain::money::{Currency, Money};
use crate::domain::review::HolderKind;
use crate::domain::status::Cause;
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
    pub(super) deed: Deed,
    /// Who agrees where a second person has to; nobody: then it waits.
    pub(super) checker: Option<&'static str>,
}

/// What somebody did.
#[derive(Debug)]
pub(super) enum Deed {
    /// A command.
    Told(Command),
    /// An authority ordered something about a freeze of its own.
    Ordered(Ordered),
    /// Something happened to a payout.
    Paid(payouts::Payout),
    /// Somebody worked on the case of a payout.
    Worked(cases::CaseWork),
}

/// What an authority ordered about a freeze of its own.
#[derive(Debug)]
pub(super) struct Ordered {
    /// The document of the freeze.
    of: String,
    /// The document of the order.
    document: String,
    /// What it orders.
    what: Demand,
}

/// What can be ordered about a freeze.
#[derive(Debug)]
enum Demand {
    /// To lift all of it.
    Lift,
    /// To lift this much of it.
    LiftPart(Money),
    /// To hand this much over.
    Deduct(Money),
}

impl Ordered {
    /// The command, about the freeze that is meant of those on the account.
    pub(super) fn command(&self, account: &Account) -> Option<Command> {
        let freeze = account.freezes.iter().find(|row| row.court_order_no == self.of)?;
        Some(match self.what {
            Demand::Lift => Command::ReleaseFreeze(self.release(freeze, Extent::Whole)),
            Demand::LiftPart(amount) => {
                Command::ReleaseFreeze(self.release(freeze, Extent::Part(amount)))
            }
            Demand::Deduct(amount) => Command::DeductFreeze(self.deduct(freeze, amount)),
        })
    }

    fn release(&self, freeze: &Freeze, extent: Extent) -> ReleaseFreeze {
        ReleaseFreeze {
            freeze_id: freeze.freeze_id.clone(),
            extent,
            authority_kind: Some(freeze.authority_kind),
            authority_name: freeze.freeze_by.clone(),
            document_no: self.document.clone(),
            reason: "解除冻结".to_owned(),
            source: Some(FreezeSource::Paper),
            officers: officers(),
            notice_no: notice(&self.document),
            list_ground: None,
        }
    }

    fn deduct(&self, freeze: &Freeze, amount: Money) -> DeductFreeze {
        DeductFreeze {
            freeze_id: Some(freeze.freeze_id.clone()),
            amount,
            measure: Measure::Exactly,
            order: papers::Order {
                authority_kind: freeze.authority_kind,
                authority_name: freeze.freeze_by.clone(),
                document_no: self.document.clone(),
                notice_no: notice(&self.document),
                officers: officers(),
                source: FreezeSource::Paper,
            },
            served_time: None,
            receiving_account: "9990111122225555".to_owned(),
            receiving_name: "法院执行款专户".to_owned(),
            reason: "扣划".to_owned(),
            serves: Serves::AnyClaim,
        }
    }
}

/// The accounts that the guide lists, in its order, with why each is there.
pub(super) const ACCOUNTS: [(&str, &str); 25] = [
    (LIN, "court freeze of a part (F1); pays the rest"),
    (ZHOU, "identity document ran out"),
    (HE, "a plain good account, one of its cards lost; an old freeze (F14) is over"),
    (YUNFAN, "payouts in every state (W01 to W12)"),
    (HENGTUO, "three courts: F2 holds all, F3 and F4 wait"),
    (SHEN, "F5 wants 100, holds 50; the police freeze F6 waits"),
    (GAO, "suspicious, and an emergency freeze (F7) that nobody has confirmed yet"),
    (TANG, "stopped for fraud for 48 hours"),
    (MA, "stopped for arrears"),
    (ZHENG, "loss reported by phone (F8), lapses by itself"),
    (DENG, "loss in writing (F9) and a court freeze (F10)"),
    (XU, "opening under review"),
    (NANFENG, "opening declined: items are missing"),
    (LUO, "opening declined: not in person, not verified"),
    (SECOND, "a second account of one customer: too many, sent to review"),
    (SONG, "dormant; a stranger's credit doesn't wake it"),
    (LIANG, "dormant in five days, its document runs out in twenty; an old freeze (F15) lapsed"),
    (GUO, "fast in, fast out: suspicious; clearing it waits for a second person"),
    (HU, "five payments today"),
    (FENG, "a plain account"),
    (CAO, "not used for six months since its opening: only the counter pays"),
    (HONGYUAN, "closed; what came back afterwards is in suspense"),
    (PENG, "a confidential freeze (F11): others than auditor see that it is frozen, no more"),
    (YUANHANG, "tax first (F13), then a court (F12); a part release waits for a second person"),
    (SAMPLE, "a currency without decimals"),
];

pub(super) const LIN: &str = "6222021234567890123";
const ZHOU: &str = "6225880123456789";
pub(super) const HE: &str = "9990584001000000103";
pub(super) const YUNFAN: &str = "9990584001000000104";
pub(super) const HENGTUO: &str = "9990290001000000105";
/// A card of [`HE`].
pub(super) const LOST_CARD: &str = "6299990000000050";
pub(super) const SHEN: &str = "9990331001000000106";
const GAO: &str = "9990584001000000107";
const TANG: &str = "9990651001000000108";
const MA: &str = "9990651001000000109";
const ZHENG: &str = "9990100001000000110";
pub(super) const DENG: &str = "9990100001000000111";
const XU: &str = "9990584001000000112";
const NANFENG: &str = "9990581001000000113";
const LUO: &str = "9990581001000000114";
const SECOND: &str = "9990584001000000115";
const SONG: &str = "9990331001000000116";
const LIANG: &str = "9990331001000000117";
pub(super) const GUO: &str = "9990584001000000118";
const HU: &str = "9990584001000000119";
pub(super) const FENG: &str = "9990290001000000120";
const CAO: &str = "9990581001000000121";
const HONGYUAN: &str = "9990100001000000122";
pub(super) const PENG: &str = "9990584001000000123";
const YUANHANG: &str = "9990290001000000124";
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
    story.payouts();
    story.cases();
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

/// Who holds an account, and until when their document is valid.
#[derive(Clone, Copy)]
struct Paper {
    holder_kind: HolderKind,
    last_day: Option<NaiveDate>,
}

impl Paper {
    fn none() -> Self {
        Self { holder_kind: HolderKind::Person, last_day: None }
    }

    fn of_firm() -> Self {
        Self { holder_kind: HolderKind::Organisation, last_day: None }
    }

    fn valid_until(last_day: NaiveDate) -> Self {
        Self { last_day: Some(last_day), ..Self::none() }
    }
}
