//! Who calls, and what they may do. Both edges use it: gRPC metadata and HTTP headers are the same
//! map here.
//!
//! No credentials are configured yet, so a caller is who it says it is in `x-principal`; the
//! listener is on loopback only then. It owns no rule about accounts, only about callers.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use http::HeaderMap;
use strum::VariantArray;

use crate::domain::id::is_visible_ascii;
use crate::domain::principal::{PRINCIPAL_MAX_CHARS, Principal, Scope};
use crate::domain::refusal::{Reason, Refusal};

/// The metadata in which a caller names itself.
pub const PRINCIPAL_HEADER: &str = "x-principal";
/// Who calls when the metadata doesn't say.
const LOCAL: &str = "local";
/// The one principal that may see what is confidential.
const AUDITOR: &str = "auditor";

// Shared by all callers: a principal is made for every call, its scopes are not.
static ALL: LazyLock<Arc<BTreeSet<Scope>>> =
    LazyLock::new(|| Arc::new(Scope::VARIANTS.iter().copied().collect()));
static ORDINARY: LazyLock<Arc<BTreeSet<Scope>>> = LazyLock::new(|| {
    let ordinary = Scope::VARIANTS.iter().copied().filter(|scope| *scope != Scope::Confidential);
    Arc::new(ordinary.collect())
});

/// The principal behind a call: every scope but `confidential`, which only `auditor` has.
///
/// # Errors
/// INVALID_REQUEST when `x-principal` is not 1–64 visible ASCII characters.
pub fn principal(metadata: &HeaderMap) -> Result<Principal, Refusal> {
    let name = match metadata.get(PRINCIPAL_HEADER) {
        None => LOCAL,
        Some(value) => value
            .to_str()
            .ok()
            .filter(|name| is_visible_ascii(name, PRINCIPAL_MAX_CHARS))
            .ok_or_else(|| {
                Refusal::field(PRINCIPAL_HEADER, "must be 1 to 64 visible ASCII characters")
            })?,
    };
    let scopes = if name == AUDITOR { &ALL } else { &ORDINARY };
    Ok(Principal { name: name.into(), scopes: Arc::clone(scopes) })
}

/// Refuses a principal that lacks a scope. The answer is the same whether what it asks for exists
/// or not.
///
/// # Errors
/// PERMISSION_DENIED.
pub fn require(principal: &Principal, scope: Scope) -> Result<(), Refusal> {
    if principal.may(scope) { Ok(()) } else { Err(Refusal::of(Reason::PermissionDenied)) }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn named(name: &[u8]) -> Result<Principal, Refusal> {
        let mut metadata = HeaderMap::new();
        metadata.insert(PRINCIPAL_HEADER, HeaderValue::from_bytes(name).unwrap());
        principal(&metadata)
    }

    #[test]
    fn only_the_auditor_may_see_what_is_confidential() {
        let local = principal(&HeaderMap::new()).unwrap();
        assert_eq!(&*local.name, "local");
        for scope in Scope::VARIANTS {
            assert_eq!(require(&local, *scope).is_ok(), *scope != Scope::Confidential);
            assert_eq!(require(&named(b"auditor").unwrap(), *scope), Ok(()));
        }
        let refusal = require(&local, Scope::Confidential).unwrap_err();
        assert_eq!(refusal.reason, Reason::PermissionDenied);
    }

    #[test]
    fn malformed_names_are_refused() {
        for name in [&b""[..], b"a b", b"caf\xc3\xa9", &[b'a'; 65]] {
            assert_eq!(named(name).unwrap_err().reason, Reason::InvalidRequest, "{name:?}");
        }
        assert_eq!(&*named(&[b'a'; 64]).unwrap().name, "a".repeat(64));
    }
}
