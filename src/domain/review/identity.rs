//! Identity documents are known by a keyed hash of their number; the number itself is never kept.
//!
//! The key is derived from the history's: HMAC-SHA-256 (RFC 2104) of a label, so that neither hash
//! says anything of the other.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::history::HistoryKey;

const LABEL: &[u8] = b"account-status identity document";

/// The key of the hashes of identity documents.
#[derive(Clone)]
pub struct IdentityKey(Vec<u8>);

impl std::fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityKey(…)")
    }
}

impl IdentityKey {
    /// The key that goes with this one.
    pub fn of(key: &HistoryKey) -> Self {
        Self(key.tag(&[LABEL]).to_vec())
    }

    /// The hash of a document's number, hex; blanks, hyphens and case don't count. Empty when nothing
    /// is left of it.
    pub fn hash(&self, document_no: &str) -> String {
        let said = document_no.chars().filter(|sign| !sign.is_whitespace() && *sign != '-');
        let normal: String = said.flat_map(char::to_uppercase).collect();
        if normal.is_empty() {
            return normal;
        }
        hex::encode(keyed(&self.0, normal.as_bytes()))
    }
}

fn keyed(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of every length (RFC 2104)");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
