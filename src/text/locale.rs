//! Which of the four languages an answer is written in.
//!
//! It owns the reading of `Accept-Language` (RFC 9110, 12.5.4). Whatever cannot be read is passed
//! over, never refused: a bad header must not cost the caller the answer.

use std::cmp::Reverse;

use strum::VariantArray;

/// A language that every text exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, VariantArray)]
pub enum Locale {
    /// Simplified Chinese, in the words of mainland banks.
    Hans,
    /// Traditional Chinese, in the words of Hong Kong banks.
    Hant,
    /// Traditional Chinese, in the words of Taiwan banks.
    Taiwan,
    /// English, for everyone else.
    #[default]
    English,
}

impl Locale {
    /// The BCP 47 tag, as `LocalizedMessage.locale` carries it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Hans => "zh-Hans",
            Self::Hant => "zh-Hant",
            Self::Taiwan => "zh-TW",
            Self::English => "en",
        }
    }

    /// The best liked language of an `Accept-Language` header that we have; English when there is
    /// none, and for an empty header. Of equal weights the first counts.
    pub fn from_accept_language(header: &str) -> Self {
        header
            .split(',')
            .filter_map(weighted)
            .min_by_key(|(weight, _)| Reverse(*weight))
            .map(|(_, locale)| locale)
            .unwrap_or_default()
    }
}

/// One entry of the header, such as `zh-TW;q=0.8`, if we have its language and it is welcome.
fn weighted(entry: &str) -> Option<(u16, Locale)> {
    let (range, parameters) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = match parameters.trim() {
        "" => 1000,
        given => thousandths(given.strip_prefix("q=").or_else(|| given.strip_prefix("Q="))?)?,
    };
    let locale = of_range(range.trim())?;
    (weight > 0).then_some((weight, locale))
}

/// A weight of at most three decimals, in thousandths; `None` when it is not one between 0 and 1.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_decimal = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let decimals: u16 = is_decimal.then(|| format!("{decimals:0<3}"))?.parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

/// The language of a range, if it is one of ours. `*` stands for our default.
fn of_range(range: &str) -> Option<Locale> {
    let mut subtags = range.split(['-', '_']);
    match subtags.next()?.to_ascii_lowercase().as_str() {
        "zh" => Some(chinese(subtags)),
        "en" | "*" => Some(Locale::English),
        _ => None,
    }
}

/// The script decides before the region, and a region that we do not know falls back to plain
/// `zh` (RFC 4647, 3.4). Subtags behind a single letter are extensions and say nothing here.
fn chinese<'a>(subtags: impl Iterator<Item = &'a str>) -> Locale {
    let known: Vec<String> =
        subtags.take_while(|subtag| subtag.len() > 1).map(str::to_ascii_lowercase).collect();
    let has = |subtag: &str| known.iter().any(|one| one == subtag);
    if has("hans") {
        Locale::Hans
    } else if has("tw") {
        Locale::Taiwan
    } else if has("hant") || has("hk") || has("mo") {
        Locale::Hant
    } else {
        Locale::Hans
    }
}

#[cfg(test)]
mod tests {
    use super::Locale::{self, English, Hans, Hant, Taiwan};

    #[test]
    fn language_is_chosen_by_tag_and_weight() {
        for (header, expected) in [
            ("zh", Hans),
            ("zh-CN", Hans),
            ("zh-SG", Hans),
            ("zh-Hans", Hans),
            ("zh-Hans-HK", Hans),
            ("zh-Hans-TW", Hans),
            ("ZH-hant", Hant),
            ("zh-HK", Hant),
            ("zh-MO", Hant),
            ("zh-Hant-HK", Hant),
            ("zh-TW", Taiwan),
            ("zh_TW", Taiwan),
            ("zh-Hant-TW", Taiwan),
            ("zh-MY", Hans),
            ("zh-x-tw", Hans),
            ("en", English),
            ("en-GB,zh;q=0.5", English),
            ("de", English),
            ("", English),
            ("fr, zh-TW;q=0.8", Taiwan),
            ("fr;q=1, zh-HK;q=0.1", Hant),
            ("zh-HK;q=0.3, zh-TW;q=0.8, en;q=0.5", Taiwan),
            ("zh-HK;q=0.8, zh-TW;q=0.8", Hant),
            ("zh-HK;q=0.800 , zh-CN ; q=0.81", Hans),
            ("zh;q=0, en;q=0.1", English),
            ("zh-TW;q=0", English),
            ("*, zh;q=0.5", English),
            ("zh, *;q=0.5", Hans),
        ] {
            assert_eq!(Locale::from_accept_language(header), expected, "{header:?}");
        }
    }

    #[test]
    fn garbage_is_passed_over() {
        for header in [
            ",,;;",
            ";q=1",
            "zh;q=",
            "zh;q=NaN",
            "zh;q=-1",
            "zh;q=2",
            "zh;q=0.+1",
            "zh;q=0.1234",
            "zh;q=0.賬",
            "zh;level=1",
            "\u{0}",
            "-",
            "zhong",
            "中文",
        ] {
            assert_eq!(Locale::from_accept_language(header), English, "{header:?}");
        }
        assert_eq!(Locale::from_accept_language("zh;q=x, ;, zh-HK;q=0.2"), Hant);
        assert_eq!(Locale::from_accept_language(&"zh-TW;q=0.1,".repeat(10_000)), Taiwan);
    }

    #[test]
    fn tag_leads_back_to_its_locale() {
        for locale in [Hans, Hant, Taiwan, English] {
            assert_eq!(Locale::from_accept_language(locale.tag()), locale);
        }
    }
}
