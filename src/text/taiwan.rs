//! The words in which Taiwan banks differ from Hong Kong banks. The sentences are the same, so
//! only the words are exchanged and no second set of sentences has to be kept.
//!
//! It knows templates only: values filled in later, such as the name of a court, stay untouched.

use std::borrow::Cow;

/// Hong Kong words and what Taiwan says for them. At each place the longest word that fits is
/// exchanged, so the order of the rows does not matter.
///
/// A suspicious account is 可疑帳戶 and not 警示帳戶, which is a police notification there: another
/// status. Rows of more than a word are there because the bare exchange would not be grammatical.
pub(super) const WORDS: &[(&str, &str)] = &[
    ("賬", "帳"),
    ("賬戶", "帳戶"),
    ("入賬", "入帳"),
    ("可疑賬戶", "可疑帳戶"),
    ("結餘", "餘額"),
    ("手機銀行", "行動銀行"),
    ("網上", "線上"),
    ("帶同", "攜帶"),
    ("親臨", "親至"),
    ("櫃位", "臨櫃"),
    ("非櫃位", "非臨櫃"),
    ("到櫃位", "臨櫃"),
    ("身份", "身分"),
    ("不動戶", "靜止戶"),
    ("客戶服務", "客服中心"),
    ("取消賬戶", "結清銷戶"),
    ("取消不用者", "將不用者結清銷戶"),
    ("結束賬戶", "結清銷戶"),
    ("賬戶已結束", "帳戶已結清銷戶"),
    ("合約", "契約"),
    ("扣劃", "扣款解繳（收取命令）"),
    ("提高限額", "調高額度"),
    ("盡職審查", "客戶審查"),
    ("知會", "通知"),
    ("核實", "驗證"),
];

/// The Taiwan form of a sentence written for Hong Kong.
pub(super) fn reworded(hong_kong: &'static str) -> Cow<'static, str> {
    if !WORDS.iter().any(|(word, _)| hong_kong.contains(word)) {
        return Cow::Borrowed(hong_kong);
    }
    let mut taiwan = String::with_capacity(hong_kong.len());
    let mut rest = hong_kong;
    while let Some(first) = rest.chars().next() {
        if let Some((word, exchanged)) = word_at_start(rest) {
            taiwan.push_str(exchanged);
            rest = &rest[word.len()..];
        } else {
            taiwan.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Cow::Owned(taiwan)
}

fn word_at_start(text: &str) -> Option<(&'static str, &'static str)> {
    let fitting = WORDS.iter().filter(|(word, _)| text.starts_with(word));
    fitting.max_by_key(|(word, _)| word.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::reworded;

    #[test]
    fn longest_word_is_exchanged_first() {
        for (hong_kong, taiwan) in [
            ("非櫃位渠道、櫃位服務", "非臨櫃渠道、臨櫃服務"),
            ("請本人到櫃位核實", "請本人臨櫃驗證"),
            ("可疑賬戶", "可疑帳戶"),
            ("入賬後按約扣收", "入帳後按約扣收"),
            ("或辦理結束賬戶。", "或辦理結清銷戶。"),
            ("請先取消不用者再申請。", "請先將不用者結清銷戶再申請。"),
            ("賬戶已結束，請改用其他賬戶", "帳戶已結清銷戶，請改用其他帳戶"),
            ("續凍、扣劃，並", "續凍、扣款解繳（收取命令），並"),
            ("申請提高限額", "申請調高額度"),
            ("提款不能取消", "提款不能取消"),
        ] {
            assert_eq!(reworded(hong_kong), taiwan);
        }
    }
}
