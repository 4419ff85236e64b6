//! One text in every language that is written by hand; the Taiwan form follows from Hong Kong's.

use std::borrow::Cow;

use super::locale::Locale;
use super::taiwan;

/// The same text side by side in the written languages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording {
    hans: &'static str,
    hant: &'static str,
    english: &'static str,
}

impl Wording {
    pub(super) const fn new(hans: &'static str, hant: &'static str, english: &'static str) -> Self {
        Self { hans, hant, english }
    }

    pub(super) fn in_locale(self, locale: Locale) -> Cow<'static, str> {
        let written = match locale {
            Locale::Hans => self.hans,
            Locale::Hant | Locale::Taiwan => self.hant,
            Locale::English => self.english,
        };
        localised(written, locale)
    }
}

/// A text of the locale's written language with the words of the locale itself.
pub(super) fn localised(written: &'static str, locale: Locale) -> Cow<'static, str> {
    match locale {
        Locale::Taiwan => taiwan::reworded(written),
        Locale::Hans | Locale::Hant | Locale::English => Cow::Borrowed(written),
    }
}
