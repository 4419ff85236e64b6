//! Versions as clients hold them. The letter in front keeps the version of an account from being
//! taken for that of a withdrawal; to clients both are opaque.

use super::Violations;

const STATUS: char = 'v';
const WITHDRAWAL: char = 'w';
const CASE: char = 'k';
const SUSPENSE: char = 's';
const CHANNEL: char = 'c';

/// The etag of an account's status version.
pub(crate) fn status_etag(version: i64) -> String {
    format!("{STATUS}{version}")
}

/// The etag of a withdrawal's version.
pub(crate) fn withdrawal_etag(version: i64) -> String {
    format!("{WITHDRAWAL}{version}")
}

/// The etag of a case's version.
pub(crate) fn case_etag(version: i64) -> String {
    format!("{CASE}{version}")
}

/// The etag of the version of an item in suspense.
pub(crate) fn suspense_etag(version: i64) -> String {
    format!("{SUSPENSE}{version}")
}

/// The etag of a channel's version.
pub(crate) fn channel_etag(version: i64) -> String {
    format!("{CHANNEL}{version}")
}

impl Violations {
    /// A case's version that the caller insists on; `None` when it insists on none.
    pub(super) fn case_version(&mut self, field: &str, etag: &str) -> Option<i64> {
        self.version(field, etag, CASE)
    }

    /// The version of an item in suspense that the caller insists on; `None` when it insists on none.
    pub(super) fn suspense_version(&mut self, field: &str, etag: &str) -> Option<i64> {
        self.version(field, etag, SUSPENSE)
    }

    /// A status version that the caller insists on; `None` when it insists on none.
    pub(super) fn status_version(&mut self, field: &str, etag: &str) -> Option<i64> {
        self.version(field, etag, STATUS)
    }

    /// A withdrawal's version that the caller insists on; `None` when it insists on none.
    pub(super) fn withdrawal_version(&mut self, field: &str, etag: &str) -> Option<i64> {
        self.version(field, etag, WITHDRAWAL)
    }

    /// A channel's version that the caller insists on; `None` when it insists on none.
    pub(super) fn channel_version(&mut self, field: &str, etag: &str) -> Option<i64> {
        self.version(field, etag, CHANNEL)
    }

    fn version(&mut self, field: &str, etag: &str, kind: char) -> Option<i64> {
        if etag.is_empty() {
            return None;
        }
        let version = read(etag, kind);
        if version.is_none() {
            self.add(field, "is not an etag of this kind of resource");
        }
        version
    }
}

/// Only what this service wrote: no signs, no leading zeros.
fn read(etag: &str, kind: char) -> Option<i64> {
    let version: i64 = etag.strip_prefix(kind)?.parse().ok()?;
    (version >= 0 && format!("{kind}{version}") == etag).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_etags_are_read() {
        assert_eq!(read(&status_etag(12), STATUS), Some(12));
        assert_eq!(read(&withdrawal_etag(3), WITHDRAWAL), Some(3));
        for etag in ["12", "v", "v-1", "v+1", "v01", "w1", "v1 ", "v9223372036854775808", "V1"] {
            assert_eq!(read(etag, STATUS), None, "{etag}");
        }
    }
}
