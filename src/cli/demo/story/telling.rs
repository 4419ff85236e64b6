//! How the story is told: when, by whom, and in which words of the service's own.

use super::*;

impl Story {
    pub(super) fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        Self { now, zone, steps: Vec::new() }
    }

    /// D + days.
    pub(super) fn date(&self, days: i64) -> NaiveDate {
        terms::local_day(self.now, self.zone) + Duration::days(days)
    }

    /// D − days, at a time of day.
    pub(super) fn day(&self, days_ago: i64, hour: u32, minute: u32) -> DateTime<Utc> {
        let offset = Duration::hours(hour.into()) + Duration::minutes(minute.into());
        // Never after the seeding itself, whatever the hour.
        (self.midnight(-days_ago) + offset).min(self.now)
    }

    /// The midnight that begins D + days.
    pub(super) fn midnight(&self, days: i64) -> DateTime<Utc> {
        terms::day_start(self.date(days), self.zone).unwrap_or(self.now)
    }

    /// T − hours.
    pub(super) fn ago(&self, hours: i64) -> DateTime<Utc> {
        self.now - Duration::hours(hours)
    }

    /// The year in a document that was served so many days ago.
    pub(super) fn year(&self, days_ago: i64) -> i32 {
        self.day(days_ago, 10, 0).with_timezone(&self.zone).year()
    }

    pub(super) fn tell(
        &mut self,
        at: DateTime<Utc>,
        principal: &'static str,
        account: &str,
        command: Command,
    ) {
        let account_number = AccountNumber::parse(account).expect("the story's numbers are sound");
        let deed = Deed::Told(command);
        self.steps.push(Step { at, principal, account_number, deed, checker: None });
    }

    /// What was told last had a second person who agreed.
    pub(super) fn agreed(&mut self) {
        if let Some(last) = self.steps.last_mut() {
            last.checker = Some("ops2");
        }
    }

    /// A person's account, opened and, an hour later, passed.
    pub(super) fn open(&mut self, at: DateTime<Utc>, account: &str, holder: Holder) {
        self.open_with(at, account, holder, Paper::none());
    }

    pub(super) fn open_firm(&mut self, at: DateTime<Utc>, account: &str, holder: Holder) {
        self.open_with(at, account, holder, Paper::of_firm());
    }

    pub(super) fn open_with(
        &mut self,
        at: DateTime<Utc>,
        account: &str,
        holder: Holder,
        paper: Paper,
    ) {
        self.apply(at, account, holder, (paper, "CNY"));
        let passed = change(Action::CompleteOpening, &[]);
        self.approved(at + Duration::hours(1), "ops", account, passed);
    }

    /// Applied for.
    pub(super) fn apply(
        &mut self,
        at: DateTime<Utc>,
        account: &str,
        holder: Holder,
        (paper, currency): (Paper, &str),
    ) {
        let Holder(name, customer, branch) = holder;
        let open = OpenAccount {
            account_id: None,
            account_name: name.to_owned(),
            customer_id: customer.to_owned(),
            branch_code: branch.to_owned(),
            currency: Currency::from_code(currency).expect("the story's currencies exist"),
            product_code: String::new(),
            holder_kind: paper.holder_kind,
            document_hash: String::new(),
            document_expiry_date: paper.last_day,
            protected_kind: None,
        };
        self.tell(at, "ops", account, Command::OpenAccount(open));
    }

    /// The periodic look at an account.
    pub(super) fn review(&mut self, at: DateTime<Utc>, account: &str) {
        self.tell(at, "sweep", account, Command::Review);
    }

    /// Money moves; the other side is `who`.
    pub(super) fn post(
        &mut self,
        at: DateTime<Utc>,
        account: &str,
        moved: (Direction, Money),
        who: &str,
    ) {
        let record = self.posting(moved, who);
        self.tell(at, "core-banking", account, Command::RecordTransaction(record));
    }

    pub(super) fn posting(&self, moved: (Direction, Money), who: &str) -> RecordTransaction {
        let (direction, amount) = moved;
        RecordTransaction {
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
        }
    }

    pub(super) fn credit(&mut self, at: DateTime<Utc>, account: &str, amount: &str, who: &str) {
        self.post(at, account, (Direction::Credit, cny(amount)), who);
    }

    pub(super) fn debit(&mut self, at: DateTime<Utc>, account: &str, amount: &str, who: &str) {
        self.post(at, account, (Direction::Debit, cny(amount)), who);
    }

    pub(super) fn freeze(&mut self, at: DateTime<Utc>, account: &str, order: &Order<'_>) {
        let whole = order.amount.is_none();
        let create = CreateFreeze {
            freeze_type: FreezeType::Judicial,
            authority_kind: order.kind,
            authority_name: order.authority.to_owned(),
            document_no: order.document.clone(),
            officers: officers(),
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
            notice_no: if order.kind.is_court() { notice(&order.document) } else { String::new() },
            serves: Serves::AnyClaim,
        };
        self.tell(at, "court-desk", account, Command::CreateFreeze(create));
    }

    pub(super) fn act(
        &mut self,
        at: DateTime<Utc>,
        by: &'static str,
        account: &str,
        change: ChangeStatus,
    ) {
        self.tell(at, by, account, Command::ChangeStatus(change));
    }

    /// An authority orders something about its freeze; it waits for a second person.
    pub(super) fn order(&mut self, at: DateTime<Utc>, account: &str, ordered: Ordered) {
        let account_number = AccountNumber::parse(account).expect("the story's numbers are sound");
        let (principal, deed) = ("court-desk", Deed::Ordered(ordered));
        self.steps.push(Step { at, principal, account_number, deed, checker: None });
    }

    /// An act that a second person agreed to.
    pub(super) fn approved(
        &mut self,
        at: DateTime<Utc>,
        by: &'static str,
        account: &str,
        change: ChangeStatus,
    ) {
        self.act(at, by, account, change);
        self.agreed();
    }
}

pub(super) fn court<'a>(
    authority: &'a str,
    document: String,
    amount: Option<&'a str>,
) -> Order<'a> {
    let reason = "民事执行";
    Order { kind: AuthorityKind::CourtCivil, authority, document, amount, reason, until: None }
}

pub(super) fn police(document: String, amount: &'static str) -> Order<'static> {
    Order {
        kind: AuthorityKind::PoliceCriminal,
        authority: "杭州市公安局西湖分局",
        document,
        amount: Some(amount),
        reason: "刑事侦查",
        until: None,
    }
}

pub(super) fn change(action: Action, causes: &[Cause]) -> ChangeStatus {
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

pub(super) fn cleared(reason: &str) -> ChangeStatus {
    ChangeStatus { reason: reason.to_owned(), ..change(Action::ClearSuspicion, &[]) }
}

pub(super) fn suspicion(reason: &str) -> ChangeStatus {
    let marked = change(Action::MarkSuspicious, &[Cause::SuspiciousPattern]);
    ChangeStatus { reason: reason.to_owned(), ..marked }
}

/// The two officers who bring every paper of the story.
pub(super) fn officers() -> Vec<Officer> {
    vec![officer("陆衡", "粤-1101"), officer("叶澄", "粤-1102")]
}

/// The notice of assistance that comes with a court's document.
pub(super) fn notice(document: &str) -> String {
    document.replace('号', "号协")
}

fn officer(name: &str, badge_no: &str) -> Officer {
    Officer { name: name.to_owned(), badge_no: badge_no.to_owned() }
}

pub(super) fn cny(amount: &str) -> Money {
    money(amount, "CNY")
}

pub(super) fn money(amount: &str, code: &str) -> Money {
    let currency = Currency::from_code(code).expect("the story's currencies exist");
    Money::parse_positive(amount, currency).expect("the story's amounts are sound")
}
