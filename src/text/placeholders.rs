//! Lines with values from the record in them, and what is said when a value may not be seen.
//!
//! A missing value takes its clause with it. What is left of a sentence differs by language and
//! by place, so it is not computed: a [`Line`] lists its shorter forms, each proofread as a whole,
//! and the first form whose values are all there is used.

use std::borrow::Cow;

use super::locale::Locale;
use super::wording::localised;

/// Values for the braces of a line, already written in the reader's language. `None`, or text
/// that is blank, means that the record has none or the caller may not see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placeholders {
    /// Who ordered the measure.
    pub authority: Option<String>,
    /// The order's document number.
    pub document: Option<String>,
    /// When the condition ends, or the answer is due.
    pub until: Option<String>,
    /// What is missing.
    pub items: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// An amount with its currency.
    pub amount: Option<String>,
    /// The most that is allowed.
    pub limit: Option<String>,
    /// Which limit it is; it may open a sentence.
    pub limit_kind: Option<String>,
    /// When the limit is free again.
    pub reset_time: Option<String>,
    /// The number of an account.
    pub account: Option<String>,
    /// How many.
    pub count: Option<String>,
}

impl Placeholders {
    fn value(&self, name: &str) -> Option<&str> {
        let value = match name {
            "authority" => &self.authority,
            "document" => &self.document,
            "until" => &self.until,
            "items" => &self.items,
            "contact" => &self.contact,
            "amount" => &self.amount,
            "limit" => &self.limit,
            "limit_kind" => &self.limit_kind,
            "reset_time" => &self.reset_time,
            "account" => &self.account,
            "count" => &self.count,
            _ => return None,
        };
        value.as_deref().map(str::trim).filter(|value| !value.is_empty())
    }
}

/// The template with its braces filled, or `None` when one of its values is missing. Braces
/// inside a value are not read again, so a record cannot smuggle a placeholder in.
pub fn fill(template: &str, placeholders: &Placeholders) -> Option<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(placeholders.value(name)?);
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}

/// A line in one written language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Forms with placeholders, the fullest first.
    pub(super) forms: &'static [&'static str],
    /// The form that needs no value.
    pub(super) bare: &'static str,
}

impl Line {
    pub(super) fn filled(self, locale: Locale, placeholders: &Placeholders) -> Cow<'static, str> {
        self.forms
            .iter()
            .find_map(|form| fill(&localised(form, locale), placeholders))
            .map_or_else(|| localised(self.bare, locale), Cow::Owned)
    }
}

/// A line that says the same to everyone.
pub(super) const fn plain(bare: &'static str) -> Line {
    Line { forms: &[], bare }
}

/// A line that says more when its values are there.
pub(super) const fn with_values(forms: &'static [&'static str], bare: &'static str) -> Line {
    Line { forms, bare }
}

#[cfg(test)]
mod tests {
    use super::{Placeholders, fill, with_values};
    use crate::text::locale::Locale;

    fn until(value: &str) -> Placeholders {
        Placeholders { until: Some(value.to_owned()), ..Placeholders::default() }
    }

    #[test]
    fn values_are_filled_and_never_read_again() {
        assert_eq!(fill("by {until}.", &until("noon")).as_deref(), Some("by noon."));
        assert_eq!(fill("by {until}.", &until("{items}")).as_deref(), Some("by {items}."));
        assert_eq!(fill("nothing", &Placeholders::default()).as_deref(), Some("nothing"));
    }

    #[test]
    fn missing_blank_or_unknown_value_fills_nothing() {
        assert_eq!(fill("by {until}.", &Placeholders::default()), None);
        assert_eq!(fill("by {until}.", &until("  ")), None);
        assert_eq!(fill("by {never}.", &until("noon")), None);
        assert_eq!(fill("by {until", &until("noon")), None);
    }

    #[test]
    fn first_form_with_all_its_values_is_used() {
        let line = with_values(&["{until} {contact}", "{until}"], "none");
        assert_eq!(line.filled(Locale::English, &until("noon")), "noon");
        assert_eq!(line.filled(Locale::English, &Placeholders::default()), "none");
    }

    #[test]
    fn taiwan_words_leave_values_alone() {
        let line = with_values(&["賬戶{until}"], "");
        assert_eq!(line.filled(Locale::Taiwan, &until("賬")), "帳戶賬");
    }
}
