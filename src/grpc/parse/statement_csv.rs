//! A statement as CSV that comes in pieces cut anywhere. Only the beginning of a line that is not whole
//! is kept between pieces.

use chrono::{DateTime, Utc};
use csv::{ReaderBuilder, StringRecord, Trim};

use crate::pb::v1;
use crate::wire::timestamp;

/// The longest line, in bytes.
const LINE_MAX: usize = 4_096;
/// The columns that there may be; the first, `state` and the amount have to be.
const COLUMNS: [&str; 8] = [
    "payout_key",
    "routing_token",
    "state",
    "currency_code",
    "amount",
    "payee_account_number",
    "time",
    "channel_code",
];

/// Lines with their numbers, or what is wrong with one.
type Read = Result<Vec<(u64, v1::StatementLine)>, (u64, String)>;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Csv {
    rest: Vec<u8>,
    /// Lines that were read.
    number: u64,
    /// Where each of [`COLUMNS`] stands; absent = the header line has not come yet.
    places: Option<[Option<usize>; COLUMNS.len()]>,
}

impl Csv {
    /// Takes a piece and reads the lines that are whole.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Read {
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let rest = self.rest.split_off(whole);
        let lines = std::mem::replace(&mut self.rest, rest);
        let read = self.read(&lines)?;
        if self.rest.len() > LINE_MAX {
            return Err((self.number + 1, format!("is longer than {LINE_MAX} bytes")));
        }
        Ok(read)
    }

    /// Reads what is left, a last line without its break.
    pub(super) fn end(&mut self) -> Read {
        let lines = std::mem::take(&mut self.rest);
        self.read(&lines)
    }

    fn read(&mut self, lines: &[u8]) -> Read {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(lines);
        let (mut record, mut rows) = (StringRecord::new(), Vec::new());
        let mut counting = Counting { lines, number: self.number + 1, until: 0 };
        self.number += breaks(lines);
        loop {
            let number = counting.number_at(reader.position().byte());
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(rows),
                Ok(true) => {}
                Err(_) => return Err((number, "can't be read as CSV in UTF-8".to_owned())),
            }
            match &self.places {
                None => self.places = Some(places(&record).map_err(|text| (number, text))?),
                Some(places) => {
                    rows.push((number, line(&record, places).map_err(|text| (number, text))?));
                }
            }
        }
    }
}

/// Counts the lines as they are read: the reader's own count lags where a line ends with two signs.
struct Counting<'l> {
    lines: &'l [u8],
    number: u64,
    until: usize,
}

impl Counting<'_> {
    /// The number of the line that begins at this place, or after the breaks that stand there.
    fn number_at(&mut self, place: u64) -> u64 {
        let place =
            usize::try_from(place).unwrap_or(usize::MAX).clamp(self.until, self.lines.len());
        let rest = &self.lines[place..];
        let empty = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
        let begin = place + empty.unwrap_or(rest.len());
        self.number += breaks(&self.lines[self.until..begin]);
        self.until = begin;
        self.number
    }
}

fn breaks(lines: &[u8]) -> u64 {
    u64::try_from(lines.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0)
}

/// Finds the columns in the header line.
fn places(header: &StringRecord) -> Result<[Option<usize>; COLUMNS.len()], String> {
    let mut places = [None; COLUMNS.len()];
    for (place, name) in header.iter().enumerate() {
        let name = name.trim_start_matches('\u{feff}');
        let Some(column) = COLUMNS.iter().position(|column| *column == name) else {
            return Err("names a column that is none of a statement".to_owned());
        };
        if places[column].replace(place).is_some() {
            return Err(format!("names {name} twice"));
        }
    }
    match [0, 2].into_iter().find(|column| places[*column].is_none()) {
        Some(missing) => Err(format!("lacks the column {}", COLUMNS[missing])),
        None => Ok(places),
    }
}

fn line(
    record: &StringRecord,
    places: &[Option<usize>; COLUMNS.len()],
) -> Result<v1::StatementLine, String> {
    let named = places.iter().flatten().count();
    if record.len() != named {
        return Err(format!("has {} fields instead of {named}", record.len()));
    }
    let [key, token, state, currency, amount, payee, time, code] = places
        .map(|place| place.and_then(|place| record.get(place)).unwrap_or_default().to_owned());
    let state = v1::StatementLineState::from_str_name(&format!("STATEMENT_LINE_STATE_{state}"))
        .filter(|state| *state != v1::StatementLineState::Unspecified)
        .ok_or("state: is not SETTLED, RETURNED or REJECTED")?;
    let said = !(currency.is_empty() && amount.is_empty());
    let line_time = match time.is_empty() {
        true => None,
        false => {
            let at = time.parse::<DateTime<Utc>>();
            Some(timestamp(at.map_err(|_not| "time: is not a time such as 2026-11-20T16:00:00Z")?))
        }
    };
    Ok(v1::StatementLine {
        payout_key: key,
        routing_token: token,
        state: state.into(),
        amount: said.then_some(v1::Money { currency_code: currency, amount }),
        payee_account_number: payee,
        line_time,
        channel_code: code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "payout_key,state,currency_code,amount,time\r\n\
        a.1,SETTLED,CNY,1.50,2026-03-10T02:00:00Z\r\n\"b.1\", REJECTED ,,,\nc.1,RETURNED,CNY,2,";

    fn all(cut: &[usize]) -> Read {
        let (mut csv, mut rows, mut from) = (Csv::default(), Vec::new(), 0);
        for end in cut.iter().copied().chain([TEXT.len()]) {
            rows.extend(csv.take(&TEXT.as_bytes()[from..end])?);
            from = end;
        }
        rows.extend(csv.end()?);
        Ok(rows)
    }

    #[test]
    fn lines_are_the_same_however_the_text_is_cut() {
        let whole = all(&[]).unwrap();
        let numbers: Vec<(u64, &str)> =
            whole.iter().map(|(number, line)| (*number, &*line.payout_key)).collect();
        assert_eq!(numbers, [(2, "a.1"), (3, "b.1"), (4, "c.1")]);
        assert_eq!(whole[1].1.amount, None);
        for first in 0..TEXT.len() {
            assert_eq!(all(&[first]).unwrap(), whole, "{first}");
            assert_eq!(all(&[first, (first + 7).min(TEXT.len())]).unwrap(), whole, "{first}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line() {
        let read = |text: &str| {
            let mut csv = Csv::default();
            csv.take(text.as_bytes()).and_then(|_| csv.end()).unwrap_err()
        };
        assert_eq!(read("payout_key\n").1, "lacks the column state");
        assert_eq!(read("payout_key,state,amout\n").0, 1);
        assert_eq!(read("payout_key,state,state\n").1, "names state twice");
        assert_eq!(read("payout_key,state\na.1,PAID\n").0, 2);
        assert_eq!(read("payout_key,state\n\na.1\n"), (3, "has 1 fields instead of 2".to_owned()));
        assert_eq!(read("payout_key,state,time\na,SETTLED,noon").0, 2);
        assert_eq!(read(&format!("payout_key,state\n{}", "x".repeat(5_000))).0, 2);
    }
}
