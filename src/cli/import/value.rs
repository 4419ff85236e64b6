//! Texts of a file as values: times in the bank's zone, amounts, words of our enums.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeZone, Utc};
use chrono_tz::Tz;
use strum::VariantArray;

use super::columns::Row;
use crate::domain::id::AccountNumber;
use crate::domain::money::Currency;
use crate::domain::terms;

const TEXT_MAX_CHARS: usize = 140;
const DATE_TIMES: [&str; 2] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"];
const TIMES: [&str; 2] = ["%H:%M:%S", "%H:%M"];

/// How a file writes times.
#[derive(Debug, Clone)]
pub(super) struct Formats {
    /// The zone that its times are in.
    pub(super) zone: Tz,
    /// When the import runs.
    pub(super) now: DateTime<Utc>,
    /// A form of dates beside the default ones.
    pub(super) date: Option<String>,
    /// A form of times of day beside the default ones.
    pub(super) time: Option<String>,
}

impl Formats {
    /// A date or time that lies behind us; empty = not known. A day counts from its first instant.
    pub(super) fn past(&self, name: &str, text: &str) -> Result<Option<DateTime<Utc>>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let at = match self.date_time(text) {
            Some(local) => self.instant(local),
            None => self.date(text).and_then(|day| terms::day_start(day, self.zone)),
        };
        self.behind(name, at.ok_or_else(|| self.wrong(name))?).map(Some)
    }

    /// A day and a time of day in two columns, which lie behind us; without a time of day, as
    /// [`Formats::past`].
    pub(super) fn past_at(
        &self,
        (day_name, day): (&str, &str),
        (time_name, time): (&str, &str),
    ) -> Result<Option<DateTime<Utc>>, String> {
        if time.is_empty() || day.is_empty() {
            return self.past(day_name, day);
        }
        let date = self.date(day).ok_or_else(|| self.wrong(day_name))?;
        let own = self.time.as_deref();
        let time = TIMES
            .into_iter()
            .chain(own)
            .find_map(|format| NaiveTime::parse_from_str(time, format).ok())
            .ok_or_else(|| {
                let own = own.map_or_else(String::new, |own| format!(", or {own}"));
                format!("{time_name} must be a time of day such as 10:00:00{own}")
            })?;
        let at = self.instant(date.and_time(time)).ok_or_else(|| self.wrong(day_name))?;
        self.behind(day_name, at).map(Some)
    }

    /// A day; empty = not known.
    pub(super) fn day(&self, name: &str, text: &str) -> Result<Option<NaiveDate>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let day = self.date(text).or_else(|| Some(self.date_time(text)?.date()));
        let known =
            |day: &NaiveDate| terms::day_end(*day, self.zone).is_some_and(terms::within_calendar);
        day.filter(known).map(Some).ok_or_else(|| self.wrong(name))
    }

    fn date(&self, text: &str) -> Option<NaiveDate> {
        let own = self.date.as_deref();
        text.parse().ok().or_else(|| NaiveDate::parse_from_str(text, own?).ok())
    }

    fn date_time(&self, text: &str) -> Option<NaiveDateTime> {
        let own = self.date.as_deref();
        DATE_TIMES
            .into_iter()
            .chain(own)
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    }

    /// Whole microseconds, which every engine stores without loss.
    fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let at = self.zone.from_local_datetime(&local).earliest()?;
        Some(at.with_timezone(&Utc).trunc_subsecs(6))
    }

    fn behind(&self, name: &str, at: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
        if !terms::within_calendar(at) {
            return Err(self.wrong(name));
        }
        if at > self.now { Err(format!("{name} lies in the future")) } else { Ok(at) }
    }

    fn wrong(&self, name: &str) -> String {
        let own = self.date.as_deref().map_or_else(String::new, |own| format!(", or {own}"));
        format!("{name} must be a date such as 2026-03-10 or 2026-03-10 10:00:00{own}")
    }
}

impl<'a> Row<'a> {
    /// The account.
    pub(super) fn account_number(&self) -> Result<AccountNumber, String> {
        AccountNumber::parse(self.text("account_number"))
            .ok_or_else(|| "account_number must have 1 to 34 letters and digits".to_owned())
    }

    /// The currency; absent = not said.
    pub(super) fn currency(&self) -> Result<Option<Currency>, String> {
        match self.text("currency") {
            "" => Ok(None),
            code => Currency::from_code(code)
                .map(Some)
                .ok_or_else(|| "currency must be an ISO 4217 code".to_owned()),
        }
    }

    /// A text of people, of bounded length.
    pub(super) fn words(&self, name: &str) -> Result<String, String> {
        let text = self.text(name);
        // Fewer bytes than that are fewer characters, too.
        let long = text.len() > TEXT_MAX_CHARS && text.chars().count() > TEXT_MAX_CHARS;
        if long || text.chars().any(char::is_control) {
            return Err(format!("{name} is too long or has control characters"));
        }
        Ok(text.to_owned())
    }

    /// A word of one of our enums; absent = empty.
    pub(super) fn word<T>(&self, name: &str) -> Result<Option<T>, String>
    where
        T: FromStr + VariantArray + Copy + Into<&'static str>,
    {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_unknown| {
                let words: Vec<&str> = T::VARIANTS.iter().map(|word| (*word).into()).collect();
                format!("{name} must be one of {}", words.join(", "))
            }),
        }
    }
}
