//! What is asked and said of money that stands beside accounts, and of the inbox.

use super::case::RECEIPT_MAX;
use super::field::{ID_MAX, REASON_MAX};
use super::head::Head;
use super::page::{Cursor, PageQuery, read_time_and_id, time_and_id};
use super::{Failure, Violations};
use crate::ask::{InboxFilter, InboxPlace, Page, SuspenseFilter, SuspensePlace};
use crate::domain::act::clear_suspense::ClearSuspense;
use crate::domain::command::{Command, Envelope};
use crate::domain::id::{
    AccountNumber, ChannelId, ID_MAX_CHARS, RequestId, TransactionId, is_visible_ascii,
};
use crate::domain::inbox::ClearInbox;
use crate::domain::suspense::Clearing;
use crate::domain::transaction::Booking;
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// The longest id of an item.
const ITEM_MAX: usize = ID_MAX_CHARS;

/// A page of one of the lists.
#[derive(Debug)]
pub(crate) struct Items {
    /// Of which list, and which page.
    pub(crate) listed: Listed,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// What is listed.
#[derive(Debug)]
pub(crate) enum Listed {
    /// Money beside accounts.
    Money(SuspenseFilter, Page<SuspensePlace>),
    /// What channels said of things that we don't know.
    Inbox(InboxFilter, Page<InboxPlace>),
}

/// ListSuspense: which, and which page.
pub(crate) fn suspense(body: v1::ListSuspenseRequest) -> Result<Items, Failure> {
    let mut wrong = Violations::new();
    let query = PageQuery::new(
        "suspense",
        &(&body.account_number, body.kind, body.include_cleared, &body.channel),
    );
    let booking = match v1::SuspenseKind::try_from(body.kind) {
        Ok(v1::SuspenseKind::Inbox) => return inbox(body, wrong, query),
        Ok(v1::SuspenseKind::Unspecified) => None,
        Ok(v1::SuspenseKind::Suspense) => Some(Booking::Suspense),
        Ok(v1::SuspenseKind::Receivable) => Some(Booking::Receivable),
        Err(_) => {
            wrong.add("kind", "is not a value of this enum");
            None
        }
    };
    let page = wrong.page(&query, body.page_size, &body.page_token);
    let filter = SuspenseFilter {
        account_number: wrong.optional_account_number("account_number", &body.account_number),
        booking,
        cleared: body.include_cleared,
        channel_id: wrong.id("channel", body.channel, ID_MAX),
    };
    wrong.check()?;
    Ok(Items { listed: Listed::Money(filter, page), query })
}

fn inbox(
    body: v1::ListSuspenseRequest,
    mut wrong: Violations,
    query: PageQuery,
) -> Result<Items, Failure> {
    if !body.account_number.is_empty() {
        wrong.add("account_number", "has no inbox: it belongs to no account");
    }
    let page = wrong.page(&query, body.page_size, &body.page_token);
    let named = !body.channel.is_empty();
    let channel_id =
        if named { wrong.typed_id("channel", &body.channel, ChannelId::parse) } else { None };
    wrong.check()?;
    let filter = InboxFilter { channel_id, include_cleared: body.include_cleared };
    Ok(Items { listed: Listed::Inbox(filter, page), query })
}

/// ClearSuspense of an item of the inbox: what to clear, and under which request.
pub(crate) fn clear_inbox(
    body: v1::ClearSuspenseRequest,
) -> Result<(ClearInbox, RequestId), Failure> {
    let mut wrong = Violations::new();
    let request_id = wrong.typed_id("request_id", &body.request_id, RequestId::parse);
    let inbox_id = wrong.required_id("item_id", body.item_id, ITEM_MAX);
    let clearing = wrong.choice::<Clearing>("clearing", body.clearing);
    if clearing.is_some_and(|it| !matches!(it, Clearing::Dismiss | Clearing::SettledOutside)) {
        wrong.add("clearing", "is for money; an item of the inbox is dismissed or settled outside");
    }
    if clearing == Some(Clearing::SettledOutside) {
        wrong.missing("reference", &body.reference);
    }
    if !body.other_item_id.is_empty() {
        wrong.add("other_item_id", "is only for OFFSET");
    }
    if body.validate_only {
        wrong.add("validate_only", "is not for the inbox");
    }
    let reference = wrong.id("reference", body.reference, RECEIPT_MAX);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let expected_version = wrong.suspense_version("etag", &body.etag);
    let (Some(request_id), Some(clearing)) = (request_id, clearing) else {
        return Err(wrong.into());
    };
    wrong.check()?;
    Ok((ClearInbox { inbox_id, clearing, reference, reason, expected_version }, request_id))
}

/// ClearSuspense of money: the command.
pub(crate) fn clear_suspense(
    body: v1::ClearSuspenseRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let item_id = wrong.item_id("item_id", &body.item_id);
    let clearing = wrong.choice::<Clearing>("clearing", body.clearing);
    if clearing == Some(Clearing::Dismiss) {
        wrong.add("clearing", "DISMISS is for the inbox; leave account_number empty");
    }
    let offset = clearing == Some(Clearing::Offset);
    let other_item_id = match (offset, body.other_item_id.is_empty()) {
        (true, _) => wrong.item_id("other_item_id", &body.other_item_id),
        (false, true) => None,
        (false, false) => {
            wrong.add("other_item_id", "is only for OFFSET");
            None
        }
    };
    if clearing == Some(Clearing::SettledOutside) {
        wrong.missing("reference", &body.reference);
    }
    let reference = wrong.id("reference", body.reference, RECEIPT_MAX);
    let reason = wrong.required_words("reason", body.reason, REASON_MAX);
    let expected_version = wrong.suspense_version("etag", &body.etag);
    let (Some(item_id), Some(clearing)) = (item_id, clearing) else { return Err(wrong.into()) };
    let clear =
        ClearSuspense { item_id, clearing, other_item_id, reference, reason, expected_version };
    head.seal(wrong, caller, Command::ClearSuspense(clear))
}

impl Violations {
    /// The id of an item, which is that of its transaction.
    fn item_id(&mut self, field: &str, text: &str) -> Option<TransactionId> {
        if text.is_empty() {
            self.add(field, "is required");
            return None;
        }
        let id = TransactionId::parse(text);
        if id.is_none() {
            self.add(field, "must be 1 to 64 visible ASCII characters");
        }
        id
    }
}

impl Cursor for SuspensePlace {
    fn bytes(&self) -> Vec<u8> {
        // Neither has a blank.
        time_and_id(self.create_time, &format!("{} {}", self.item_id, self.account_number))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (create_time, names) = read_time_and_id(bytes)?;
        let (item_id, account_number) = names.split_once(' ')?;
        let item_id = TransactionId::parse(item_id)?.as_str().to_owned();
        let account_number = AccountNumber::parse(account_number)?.as_str().to_owned();
        Some(Self { create_time, item_id, account_number })
    }
}

impl Cursor for InboxPlace {
    fn bytes(&self) -> Vec<u8> {
        time_and_id(self.create_time, &self.inbox_id)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (create_time, id) = read_time_and_id(bytes)?;
        let inbox_id = is_visible_ascii(id, ITEM_MAX).then(|| id.to_owned())?;
        Some(Self { create_time, inbox_id })
    }
}
