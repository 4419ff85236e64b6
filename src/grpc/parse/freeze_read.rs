//! Which freezes are asked for.

use chrono::DateTime;

use super::field::NAME_MAX;
use super::page::{Cursor, PageQuery};
use super::{Failure, Violations};
use crate::ask::{FreezeCursor, FreezeFilter, Page};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{FreezeStatus, FreezeType};
use crate::domain::id::{AccountNumber, FreezeId};
use crate::pb::v1;

/// GetFreezeRecord: which freeze, and on which account if that was said.
pub(crate) fn freeze_record(
    body: &v1::GetFreezeRecordRequest,
) -> Result<(Option<AccountNumber>, FreezeId), Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("freeze_id", &body.freeze_id, FreezeId::parse);
    let number = wrong.optional_account_number("account_number", &body.account_number);
    let Some(id) = id else { return Err(wrong.into()) };
    wrong.check()?;
    Ok((number, id))
}

/// A page of freezes.
#[derive(Debug)]
pub(crate) struct Freezes {
    /// Which of them.
    pub(crate) filter: FreezeFilter,
    /// Which page.
    pub(crate) page: Page<FreezeCursor>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListFreezeRecords: which, and which page.
pub(crate) fn freeze_records(body: v1::ListFreezeRecordsRequest) -> Result<Freezes, Failure> {
    let mut wrong = Violations::new();
    let ending_before = wrong.time("expiring_before", body.expiring_before);
    let query = PageQuery::new(
        "freezes",
        &(
            (&body.account_number, body.status, body.r#type),
            (body.authority_kind, &body.authority_name, ending_before),
        ),
    );
    let filter = FreezeFilter {
        account_number: wrong.optional_account_number("account_number", &body.account_number),
        status: wrong.optional_choice::<FreezeStatus>("status", body.status),
        freeze_type: wrong.optional_choice::<FreezeType>("type", body.r#type),
        authority_kind: wrong
            .optional_choice::<AuthorityKind>("authority_kind", body.authority_kind),
        authority_name: wrong.words("authority_name", body.authority_name, NAME_MAX),
        ending_before,
    };
    let said = body.status != 0 || body.authority_kind != 0 || body.expiring_before.is_some();
    if body.account_number.is_empty() && !said && filter.authority_name.is_empty() {
        let text = "is required, or status, authority_kind, authority_name or expiring_before";
        wrong.add("account_number", text);
    }
    let page: Page<FreezeCursor> = wrong.page(&query, body.page_size, &body.page_token);
    if page.after.as_ref().is_some_and(|after| !filter.orders(after)) {
        wrong.add("page_token", "is not a token of this query");
    }
    wrong.check()?;
    Ok(Freezes { filter, page, query })
}

const ENTERED: u8 = b'e';
const ENDING: u8 = b't';
const ID: u8 = b'i';

impl Cursor for FreezeCursor {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Entered(seq) => [&[ENTERED][..], &seq.to_be_bytes()].concat(),
            Self::Ending(end, id) => {
                let micros = end.timestamp_micros().to_be_bytes();
                [&[ENDING][..], &micros, id.as_str().as_bytes()].concat()
            }
            Self::Id(id) => [&[ID][..], id.as_str().as_bytes()].concat(),
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let id = |bytes| FreezeId::parse(std::str::from_utf8(bytes).ok()?);
        let (kind, rest) = bytes.split_first()?;
        match *kind {
            ENTERED => Some(Self::Entered(i64::from_be_bytes(rest.try_into().ok()?))),
            ENDING => {
                let (micros, rest) = rest.split_first_chunk()?;
                let end = DateTime::from_timestamp_micros(i64::from_be_bytes(*micros))?;
                Some(Self::Ending(end, id(rest)?))
            }
            ID => Some(Self::Id(id(rest)?)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::parse::page::next_page_token;

    fn fields(body: v1::ListFreezeRecordsRequest) -> Vec<String> {
        match freeze_records(body) {
            Ok(_) => Vec::new(),
            Err(Failure::Fields(wrong)) => {
                wrong.iter().map(|(field, _)| field.to_owned()).collect()
            }
            Err(Failure::Refused(refused)) => panic!("{refused:?}"),
        }
    }

    #[test]
    fn every_violation_of_a_list_is_named() {
        let body = v1::ListFreezeRecordsRequest {
            account_number: "12 34".to_owned(),
            status: 77,
            r#type: -1,
            page_size: -1,
            page_token: "x".to_owned(),
            authority_kind: 99,
            authority_name: "x".repeat(141),
            expiring_before: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
        };
        let all = [
            "expiring_before",
            "account_number",
            "status",
            "type",
            "authority_kind",
            "authority_name",
            "page_size",
            "page_token",
        ];
        assert_eq!(fields(body), all);
    }

    #[test]
    fn something_has_to_narrow_a_list_of_all_accounts() {
        let all = v1::ListFreezeRecordsRequest::default;
        assert_eq!(fields(all()), ["account_number"]);
        assert_eq!(fields(v1::ListFreezeRecordsRequest { r#type: 1, ..all() }), ["account_number"]);
        let end = Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 });
        for narrowed in [
            v1::ListFreezeRecordsRequest { account_number: "1".to_owned(), ..all() },
            v1::ListFreezeRecordsRequest { status: 1, ..all() },
            v1::ListFreezeRecordsRequest { authority_kind: 1, ..all() },
            v1::ListFreezeRecordsRequest { authority_name: "A Court".to_owned(), ..all() },
            v1::ListFreezeRecordsRequest { expiring_before: end, ..all() },
        ] {
            assert!(fields(narrowed.clone()).is_empty(), "{narrowed:?}");
        }
    }

    #[test]
    fn a_token_belongs_to_every_filter_and_to_the_order_of_its_list() {
        let listing = || v1::ListFreezeRecordsRequest {
            account_number: "6222021234567890123".to_owned(),
            status: 1,
            r#type: 1,
            authority_kind: 1,
            authority_name: "A Court".to_owned(),
            ..Default::default()
        };
        let query = freeze_records(listing()).unwrap().query;
        let token = next_page_token(&query, Some(FreezeCursor::Entered(7)));
        let again = |set: fn(&mut v1::ListFreezeRecordsRequest)| {
            let mut body = v1::ListFreezeRecordsRequest { page_token: token.clone(), ..listing() };
            set(&mut body);
            fields(body)
        };
        assert!(again(|_| {}).is_empty());
        let others: [fn(&mut v1::ListFreezeRecordsRequest); 6] = [
            |body| body.account_number = String::new(),
            |body| body.status = 2,
            |body| body.r#type = 2,
            |body| body.authority_kind = 2,
            |body| body.authority_name = "B Court".to_owned(),
            |body| body.expiring_before = Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
        ];
        for other in others {
            assert_eq!(again(other), ["page_token"]);
        }
        let id = FreezeId::parse("F1").unwrap();
        let end = DateTime::from_timestamp(1_800_000_000, 5_000).unwrap();
        for cursor in [FreezeCursor::Id(id.clone()), FreezeCursor::Ending(end, id)] {
            let page_token = next_page_token(&query, Some(cursor));
            let body = v1::ListFreezeRecordsRequest { page_token, ..listing() };
            assert_eq!(fields(body), ["page_token"], "a cursor of another order");
        }
    }

    #[test]
    fn cursors_come_back_as_they_were() {
        let id = FreezeId::parse("0199-abc").unwrap();
        let early = DateTime::from_timestamp(-5, 999_999_000).unwrap();
        let late = DateTime::from_timestamp(1_800_000_000, 1_000).unwrap();
        for cursor in [
            FreezeCursor::Entered(i64::MAX),
            FreezeCursor::Id(id.clone()),
            FreezeCursor::Ending(early, id.clone()),
            FreezeCursor::Ending(late, id),
        ] {
            assert_eq!(FreezeCursor::read(&cursor.bytes()), Some(cursor));
        }
        for bytes in [&b""[..], b"x", b"e1234567", b"e123456789", b"t1234567", b"i", b"i\xff"] {
            assert_eq!(FreezeCursor::read(bytes), None, "{bytes:?}");
        }
    }
}
