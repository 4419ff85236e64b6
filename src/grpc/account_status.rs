//! AccountStatusService: what state an account is in, and how it came there.

use tokio::sync::watch;
use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::{Failure, Violations};
use super::handler::{answer, require};
use super::parse::AskedOperation;
use super::render::View;
use super::watch_account_status::{StatusUpdates, StatusWatch};
use super::{parse, render};
use crate::ask::{AccountKey, Ask, Found, Page, mask};
use crate::domain::act::moved;
use crate::domain::money::Minor;
use crate::domain::pass::{Movement, Operation};
use crate::domain::principal::Scope;
use crate::domain::refusal::Reason;
use crate::domain::review::IdentityKey;
use crate::feed::Feed;
use crate::pb::v1;
use crate::pb::v1::account_status_result::Result as KeyResult;
use crate::pb::v1::account_status_service_server::AccountStatusService;

/// The smallest amount, in minor units: what is asked about when no amount is.
const SMALLEST: Minor = 1;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct AccountStatusHandler {
    /// The read side.
    pub(super) ask: Ask,
    /// The key of the hashes of identity documents.
    pub(super) identity_key: IdentityKey,
    /// What was committed.
    pub(super) feed: Feed,
    /// True when the service drains.
    pub(super) halting: watch::Receiver<bool>,
}

#[tonic::async_trait]
impl AccountStatusService for AccountStatusHandler {
    async fn get_account_status(
        &self,
        request: Request<v1::GetAccountStatusRequest>,
    ) -> Result<Response<v1::GetAccountStatusResponse>, Status> {
        answer(request, |caller, body| async move {
            let (key, view) = parse::account_status(body)?;
            require(&caller, Scope::AccountRead)?;
            let found = self.ask.found(&key).await?;
            let account_status = Some(shown(found, &caller, view));
            Ok(v1::GetAccountStatusResponse { account_status })
        })
        .await
    }

    async fn batch_get_account_status(
        &self,
        request: Request<v1::BatchGetAccountStatusRequest>,
    ) -> Result<Response<v1::BatchGetAccountStatusResponse>, Status> {
        answer(request, |caller, body| async move {
            let (parsed, view) = parse::account_statuses(body)?;
            require(&caller, Scope::AccountRead)?;
            let keys: Vec<AccountKey> =
                parsed.iter().filter_map(|key| key.as_ref().ok()).cloned().collect();
            let mut found = self.ask.found_all(&keys).await?.into_iter();
            let results = parsed.into_iter().map(|key| {
                let found = key.and_then(|_key| {
                    let answer = found.next().expect("each well-formed key has an answer");
                    answer.map_err(Failure::from)
                });
                v1::AccountStatusResult { result: Some(result(found, &caller, view)) }
            });
            Ok(v1::BatchGetAccountStatusResponse { results: results.collect() })
        })
        .await
    }

    async fn list_accounts_by_customer(
        &self,
        request: Request<v1::ListAccountsByCustomerRequest>,
    ) -> Result<Response<v1::ListAccountsByCustomerResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::accounts_by_customer(body, &self.identity_key)?;
            require(&caller, Scope::AccountRead)?;
            let listed = self.ask.of_customer(&asked.customer, &asked.page).await?;
            let found = listed.items.into_iter().map(|account| Found { account, card: None });
            Ok(v1::ListAccountsByCustomerResponse {
                account_statuses: found.map(|one| shown(one, &caller, asked.view)).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn list_account_status_history(
        &self,
        request: Request<v1::ListAccountStatusHistoryRequest>,
    ) -> Result<Response<v1::ListAccountStatusHistoryResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::history(&body)?;
            require(&caller, Scope::AccountRead)?;
            let number = &asked.number;
            let (listed, held) = match asked.filter {
                None => (self.ask.history(number, asked.page).await?, None),
                Some(at) => {
                    let past = self.ask.history_at(number, at, asked.page).await?;
                    (past.rows, Some((at, past.held)))
                }
            };
            let confidential = self.ask.confidential(number).await?;
            let masked = |row| mask::history(row, &confidential, &caller.principal);
            let rows = listed.items.into_iter().map(masked);
            let status_as_of = held.map(|(at, held)| {
                let held = held.map(|held| mask::held(held, &confidential, &caller.principal));
                render::account_status_at(at, held.as_ref())
            });
            Ok(v1::ListAccountStatusHistoryResponse {
                status_changes: rows.map(|row| render::status_change(&row)).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
                status_as_of,
            })
        })
        .await
    }

    async fn check_operation(
        &self,
        request: Request<v1::CheckOperationRequest>,
    ) -> Result<Response<v1::CheckOperationResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::check_operation(body, &caller)?;
            require(&caller, Scope::AccountRead)?;
            let account = self.ask.account(&asked.key).await?;
            let amount = match (asked.operation, asked.amount) {
                (Operation::Close, _) => 0,
                (_, None) => SMALLEST,
                (operation, Some(money)) => moved(&account, money, operation)?,
            };
            let AskedOperation { operation, presence, .. } = asked;
            let movement = Movement { operation, amount, presence };
            let checked = self.ask.check(account, movement, &caller.principal);
            let operation_check = Some(render::operation_check(&checked, &caller));
            Ok(v1::CheckOperationResponse { operation_check })
        })
        .await
    }

    async fn list_abnormal_accounts(
        &self,
        request: Request<v1::ListAbnormalAccountsRequest>,
    ) -> Result<Response<v1::ListAbnormalAccountsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::abnormal(body)?;
            require(&caller, Scope::AccountRead)?;
            let listed = self.ask.abnormal(&asked.filter, &caller.principal, &asked.page).await?;
            let found = listed.items.into_iter().map(|account| Found { account, card: None });
            Ok(v1::ListAbnormalAccountsResponse {
                account_statuses: found.map(|one| shown(one, &caller, asked.view)).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn list_card_bindings(
        &self,
        request: Request<v1::ListCardBindingsRequest>,
    ) -> Result<Response<v1::ListCardBindingsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::card_bindings(&body, &caller)?;
            may_list_bindings(&caller, &body.platform_id)?;
            let after = match &asked.page.after {
                Some(sealed) => Some(self.ask.unsealed(sealed).ok_or_else(parse::unknown_page)?),
                None => None,
            };
            if let Some(card) = &asked.card {
                self.ask.card_is_known(card, &asked.filter, &caller.principal).await?;
            }
            let page = Page { size: asked.page.size, after };
            let listed = self.ask.card_bindings(&asked.filter, asked.abnormal_only, &page).await?;
            let bound = listed.items.iter();
            Ok(v1::ListCardBindingsResponse {
                card_bindings: bound.map(|bound| render::card_binding(bound, &caller)).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    type WatchAccountStatusStream = StatusUpdates;

    async fn watch_account_status(
        &self,
        request: Request<v1::WatchAccountStatusRequest>,
    ) -> Result<Response<StatusUpdates>, Status> {
        answer(request, |caller, body| async move {
            let watched = parse::watch_account_status(&body)?;
            require(&caller, Scope::AccountRead)?;
            let news = self.feed.watch_statuses(&caller.principal.name);
            let news = news.ok_or(Reason::Overloaded)?;
            // The position is taken before the accounts are read, so that no change falls in between.
            let position = self.ask.status_position().await?;
            let from = watched.from.unwrap_or(position);
            if from > position {
                return Err(parse::unknown_position(Violations::new()));
            }
            let mut now = self.ask.accounts(watched.accounts.as_deref().unwrap_or(&[])).await?;
            if watched.from.is_some() {
                now.clear();
            }
            let (ask, halting) = (self.ask.clone(), self.halting.clone());
            Ok(StatusWatch { ask, caller, watched, news, halting }.updates(from, now))
        })
        .await
    }

    async fn list_status_codes(
        &self,
        request: Request<v1::ListStatusCodesRequest>,
    ) -> Result<Response<v1::ListStatusCodesResponse>, Status> {
        answer(request, |caller, v1::ListStatusCodesRequest {}| async move {
            Ok(v1::ListStatusCodesResponse { status_codes: render::status_codes(&caller) })
        })
        .await
    }
}

/// Refuses who may list no bindings of a platform, an empty name being the caller's own: a platform
/// without account.read sees its own ones only.
fn may_list_bindings(caller: &Caller, platform: &str) -> Result<(), Failure> {
    if caller.may(Scope::AccountRead) {
        return Ok(());
    }
    require(caller, Scope::PlatformRead)?;
    let own = platform.is_empty() || *platform == *caller.principal.name;
    if own { Ok(()) } else { Err(Reason::PermissionDenied.into()) }
}

/// What became of one key of a batch.
fn result(found: Result<Found, Failure>, caller: &Caller, view: View) -> KeyResult {
    match found {
        Ok(found) => KeyResult::AccountStatus(shown(found, caller, view)),
        Err(failure) => KeyResult::Error(failure.item(&caller.audience())),
    }
}

/// What the caller may see of an account that was asked for.
fn shown(found: Found, caller: &Caller, view: View) -> v1::AccountStatusInfo {
    let account = mask::account(found.account, &caller.principal);
    let card = found.card.as_ref().map(render::card_info);
    v1::AccountStatusInfo { card, ..render::account_status(&account, caller, view) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use chrono_tz::Tz;

    use super::*;
    use crate::ask::platform::BindingFilter;
    use crate::domain::principal::Principal;
    use crate::domain::transaction::EntryChannel;
    use crate::grpc::caller::CallId;
    use crate::text::Locale;

    const CARD: &str = "6299990000000050";

    fn caller(name: &str, scopes: &[Scope]) -> Caller {
        Caller {
            principal: Principal::new(name, scopes.iter().copied()),
            locale: Locale::English,
            zone: Tz::UTC,
            accounts_max: 10,
            call_id: CallId(Arc::from("call-1")),
            entry_channel: EntryChannel::Unspecified,
            deadline: Instant::now(),
        }
    }

    /// Of which platform and card bindings are read, or `None` where that is refused.
    fn seen(caller: &Caller, platform: &str, card: &str) -> Option<(String, String)> {
        let body = v1::ListCardBindingsRequest {
            platform_id: platform.to_owned(),
            card_number: card.to_owned(),
            ..Default::default()
        };
        let asked = parse::card_bindings(&body, caller).unwrap();
        may_list_bindings(caller, &body.platform_id).ok()?;
        let (platform, card) = match &asked.filter {
            BindingFilter::Platform(id) => (id.as_str(), ""),
            BindingFilter::Card(card) => ("", card.as_str()),
            BindingFilter::Both(id, card) => (id.as_str(), card.as_str()),
        };
        Some((platform.to_owned(), card.to_owned()))
    }

    #[test]
    fn a_platform_sees_its_own_bindings_and_who_reads_accounts_those_of_all() {
        let platform = caller("platform-a", &[Scope::PlatformRead]);
        let own = |card: &str| Some(("platform-a".to_owned(), card.to_owned()));
        for named in ["", "platform-a"] {
            for card in ["", CARD] {
                assert_eq!(seen(&platform, named, card), own(card), "{named:?} {card:?}");
            }
        }
        for other in ["platform-b", "platform-", "Platform-a", "platform-a "] {
            assert!(may_list_bindings(&platform, other).is_err(), "{other:?}");
        }
        let clerk = caller("clerk", &[Scope::AccountRead]);
        assert_eq!(seen(&clerk, "platform-b", CARD), Some(("platform-b".into(), CARD.into())));
        assert_eq!(seen(&clerk, "", CARD), Some((String::new(), CARD.into())));
        for scopes in [&[][..], &[Scope::AccountWrite, Scope::PersonalRead]] {
            assert_eq!(seen(&caller("platform-a", scopes), "", ""), None, "{scopes:?}");
        }
    }
}
