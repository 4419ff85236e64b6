//! Binding cards to platforms, and listing what they have bound.

use super::head::Head;
use super::page::PageQuery;
use super::{Failure, Violations};
use crate::ask::Page;
use crate::ask::platform::{BindingFilter, Sealed};
use crate::domain::act::bind_platform::BindPlatform;
use crate::domain::card::CardNumber;
use crate::domain::command::{Command, Envelope};
use crate::domain::id::PlatformId;
use crate::domain::platform::PlatformAction;
use crate::domain::principal::Scope;
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// BindPlatform.
pub(crate) fn bind_platform(
    body: &v1::BindPlatformRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let card_number = wrong.card_number("card_number", &body.card_number);
    let platform_id = wrong.typed_id("platform_id", &body.platform_id, PlatformId::parse);
    let action = wrong.choice::<PlatformAction>("action", body.action);
    let (Some(card_number), Some(platform_id), Some(action)) = (card_number, platform_id, action)
    else {
        return Err(wrong.into());
    };
    let bind = BindPlatform { card_number, platform_id, action };
    head.seal(wrong, caller, Command::BindPlatform(bind))
}

/// Which bindings are asked for.
#[derive(Debug)]
pub(crate) struct Bindings {
    /// Of which platform or card.
    pub(crate) filter: BindingFilter,
    /// The card, where one is named.
    pub(crate) card: Option<CardNumber>,
    /// Whether only what is abnormal is listed.
    pub(crate) abnormal_only: bool,
    /// Which page.
    pub(crate) page: Page<Sealed>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListCardBindings. A platform that is left out is the caller itself; who reads accounts and names
/// a card means every platform.
pub(crate) fn card_bindings(
    body: &v1::ListCardBindingsRequest,
    caller: &Caller,
) -> Result<Bindings, Failure> {
    let mut wrong = Violations::new();
    let own = &*caller.principal.name;
    let named = body.platform_id.as_str();
    let id = if named.is_empty() { own } else { named };
    let platform = wrong.typed_id("platform_id", id, PlatformId::parse);
    let card = match body.card_number.as_str() {
        "" => None,
        number => wrong.card_number("card_number", number),
    };
    let every = named.is_empty() && card.is_some() && caller.may(Scope::AccountRead);
    let which = (if every { "" } else { id }, &body.card_number, body.abnormal_only);
    let query = PageQuery::new("bindings", &which);
    let page = wrong.page(&query, body.page_size, &body.page_token);
    let Some(platform) = platform else { return Err(wrong.into()) };
    wrong.check()?;
    let filter = match &card {
        None => BindingFilter::Platform(platform),
        Some(card) if every => BindingFilter::Card(card.clone()),
        Some(card) => BindingFilter::Both(platform, card.clone()),
    };
    Ok(Bindings { filter, card, abnormal_only: body.abnormal_only, page, query })
}

/// What is wrong with a token that nobody was given.
pub(crate) fn unknown_page() -> Failure {
    let mut wrong = Violations::new();
    wrong.add("page_token", "is not a token of this query");
    wrong.into()
}
