//! What an authority is handed out about its freeze: a sentence a line, each left out where it has
//! nothing to say.

mod sentence;

use self::sentence::Sentence;
use super::locale::Locale;
use super::placeholders::{Placeholders, fill};

/// What there is to tell. Texts are written in the reader's language already, or need none: amounts,
/// times, names. Nothing is in it that the reader may not see.
#[derive(Debug, Clone)]
pub struct FreezeFacts {
    /// The account's number, masked where it has to be.
    pub account: String,
    /// Who ordered it, if that is known.
    pub authority: Option<String>,
    /// By which document, if there is one.
    pub document: Option<String>,
    /// Whether no authority stands behind it.
    pub by_bank: bool,
    /// Where it stands.
    pub stands: Stands,
    /// How much was asked for; absent = the whole account.
    pub requested: Option<String>,
    /// What it holds now.
    pub controlled: String,
    /// What is lacking; absent = nothing, or it asks for the whole account.
    pub short_by: Option<String>,
    /// Its place in line, 1 = first.
    pub position: u32,
    /// Who is ahead, first in line first.
    pub ahead: Vec<Ahead>,
    /// When it ends.
    pub until: Option<String>,
    /// How many payouts are on their way, and what they hold together.
    pub in_flight: Option<(usize, String)>,
    /// What was booked since the order was served.
    pub movements: Told,
}

/// Where a freeze stands, with when it ended.
#[derive(Debug, Clone)]
pub enum Stands {
    /// In effect.
    InEffect,
    /// In line, without effect.
    Waiting,
    /// Lifted.
    Released(Option<String>),
    /// Over by time.
    RanOut(Option<String>),
}

/// A freeze ahead in line.
#[derive(Debug, Clone, Default)]
pub struct Ahead {
    /// Its authority; absent when that is not to be told.
    pub authority: Option<String>,
    /// What it claims; absent = the whole account.
    pub amount: Option<String>,
    /// When it ends, where it has an end that may be told.
    pub until: Option<String>,
}

/// So many, or more than so many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    /// How many.
    pub count: usize,
    /// Whether there were more.
    pub more: bool,
}

/// A text under construction.
struct Written {
    locale: Locale,
    lines: Vec<String>,
}

impl Written {
    /// Adds a sentence if all that it tells is there; says whether it was.
    fn say(&mut self, sentence: Sentence, told: &Placeholders) -> bool {
        let line = fill(&sentence.wording().in_locale(self.locale), told);
        let said = line.is_some();
        self.lines.extend(line);
        said
    }

    /// Adds a sentence about a count.
    fn count(&mut self, sentence: Sentence, count: usize) {
        self.say(sentence, &Placeholders { count: Some(count.to_string()), ..told() });
    }

    fn order(&mut self, facts: &FreezeFacts) {
        let named = Placeholders {
            authority: facts.authority.clone(),
            document: facts.document.clone(),
            ..told()
        };
        let _said = self.say(Sentence::OrderWithDocument, &named)
            || self.say(Sentence::Order, &named)
            || (facts.by_bank && self.say(Sentence::OrderOfBank, &named));
    }

    fn amounts(&mut self, facts: &FreezeFacts) {
        let requested = amount(facts.requested.clone());
        if !self.say(Sentence::Requested, &requested) {
            self.say(Sentence::RequestedWhole, &requested);
        }
        match &facts.stands {
            Stands::InEffect => {
                self.say(Sentence::Controlled, &amount(Some(facts.controlled.clone())));
                let reached = match (&facts.requested, &facts.short_by) {
                    (_, Some(_)) => Sentence::ShortBy,
                    (Some(_), None) => Sentence::Filled,
                    (None, None) => Sentence::LaterCredits,
                };
                self.say(reached, &amount(facts.short_by.clone()));
            }
            Stands::Waiting => {
                self.say(Sentence::Waiting, &told());
            }
            Stands::Released(at) => {
                self.say(Sentence::Released, &until(at.clone()));
            }
            Stands::RanOut(at) => {
                self.say(Sentence::RanOut, &until(at.clone()));
            }
        }
    }

    fn line(&mut self, facts: &FreezeFacts) {
        let place = usize::try_from(facts.position).unwrap_or(usize::MAX);
        self.count(Sentence::Place, place);
        let whole = Sentence::WholeAccount.wording().in_locale(self.locale);
        for other in &facts.ahead {
            let named = Placeholders {
                authority: other.authority.clone(),
                amount: Some(other.amount.clone().unwrap_or_else(|| whole.to_string())),
                until: other.until.clone(),
                ..told()
            };
            let _said = self.say(Sentence::AheadUntil, &named)
                || self.say(Sentence::Ahead, &named)
                || self.say(Sentence::AheadUnnamed, &named);
        }
        let said = self.say(Sentence::Ends, &until(facts.until.clone()));
        // The term of one that waits begins when it takes effect.
        if !said && matches!(facts.stands, Stands::InEffect) {
            self.say(Sentence::EndsNever, &told());
        }
    }

    fn meanwhile(&mut self, facts: &FreezeFacts) {
        if let Some((payouts, held)) = &facts.in_flight {
            let sent = amount(Some(held.clone()));
            let sent = Placeholders { count: Some(payouts.to_string()), ..sent };
            self.say(Sentence::InFlight, &sent);
        }
        match facts.movements {
            Told { count: 0, more: false } => {}
            Told { count, more: false } => self.count(Sentence::Movements, count),
            Told { count, more: true } => self.count(Sentence::MoreMovements, count),
        }
    }
}

fn told() -> Placeholders {
    Placeholders::default()
}

fn amount(amount: Option<String>) -> Placeholders {
    Placeholders { amount, ..told() }
}

fn until(until: Option<String>) -> Placeholders {
    Placeholders { until, ..told() }
}

/// The text, a sentence a line.
pub fn receipt(facts: &FreezeFacts, locale: Locale) -> String {
    let mut written = Written { locale, lines: Vec::new() };
    let account = Some(facts.account.clone());
    written.say(Sentence::Account, &Placeholders { account, ..told() });
    written.order(facts);
    written.amounts(facts);
    match facts.stands {
        Stands::InEffect | Stands::Waiting => written.line(facts),
        Stands::Released(_) | Stands::RanOut(_) => {}
    }
    written.meanwhile(facts);
    written.lines.join("\n")
}

/// Every sentence in the words of the locale, with its braces.
#[cfg(test)]
pub(super) fn sentences(locale: Locale) -> Vec<String> {
    let sentences = <Sentence as strum::VariantArray>::VARIANTS.iter();
    sentences.map(|sentence| sentence.wording().in_locale(locale).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;

    fn text(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    /// A court that asks for more than there is.
    fn facts() -> FreezeFacts {
        FreezeFacts {
            account: "****0123".to_owned(),
            authority: text("A Court"),
            document: text("No. 1"),
            by_bank: false,
            stands: Stands::InEffect,
            requested: text("CNY 200.00"),
            controlled: "CNY 150.00".to_owned(),
            short_by: text("CNY 50.00"),
            position: 2,
            ahead: vec![
                Ahead {
                    authority: text("B Court"),
                    amount: text("CNY 10.00"),
                    until: text("2027-03-11 00:00"),
                },
                Ahead { authority: text("C Court"), amount: None, until: None },
                Ahead { authority: None, amount: text("CNY 3.00"), until: None },
            ],
            until: text("2027-04-01 00:00"),
            in_flight: Some((2, "CNY 70.00".to_owned())),
            movements: Told { count: 100, more: true },
        }
    }

    /// Texts that together have every sentence.
    fn every() -> Vec<FreezeFacts> {
        let bank = FreezeFacts {
            authority: text(" "),
            document: None,
            by_bank: true,
            requested: None,
            short_by: None,
            ahead: Vec::new(),
            until: None,
            in_flight: None,
            movements: Told { count: 3, more: false },
            ..facts()
        };
        let waiting = FreezeFacts { stands: Stands::Waiting, document: None, ..facts() };
        let filled = FreezeFacts { short_by: None, ..facts() };
        let released =
            FreezeFacts { stands: Stands::Released(text("2026-05-01 09:00")), ..facts() };
        let ran_out = FreezeFacts { stands: Stands::RanOut(text("2027-04-01 00:00")), ..facts() };
        vec![facts(), bank, waiting, filled, released, ran_out]
    }

    #[test]
    fn an_order_that_is_short_is_told_all_there_is() {
        assert_eq!(
            receipt(&facts(), Locale::English),
            "Account ****0123.\n\
             Ordered by A Court, document No. 1.\n\
             Requested: CNY 200.00.\n\
             Controlled now: CNY 150.00.\n\
             Short by CNY 50.00; later credits are frozen up to the requested amount.\n\
             Place in line: 2.\n\
             Ahead: B Court, CNY 10.00, until 2027-03-11 00:00.\n\
             Ahead: C Court, the whole account.\n\
             Ahead: another freeze, CNY 3.00.\n\
             The freeze ends at 2027-04-01 00:00.\n\
             Payouts sent before and still open: 2, CNY 70.00 in all; what comes back is frozen.\n\
             Booked since the order was served: more than 100."
        );
    }

    #[test]
    fn whole_waiting_and_ended_freezes_have_texts_of_their_own() {
        let all: Vec<String> =
            every().iter().map(|facts| receipt(facts, Locale::English)).collect();
        assert_eq!(
            all[1],
            "Account ****0123.\n\
             Registered by the bank.\n\
             Requested: the whole account.\n\
             Controlled now: CNY 150.00.\n\
             Later credits are frozen, too.\n\
             Place in line: 2.\n\
             The freeze has no end.\n\
             Booked since the order was served: 3."
        );
        assert!(all[2].contains("\nThe freeze waits in line; it has no effect yet"), "{}", all[2]);
        assert!(!all[2].contains("Controlled now"), "{}", all[2]);
        assert!(all[4].contains("\nThe freeze was released at 2026-05-01 09:00."), "{}", all[4]);
        assert!(all[5].contains("\nThe freeze ran out at 2027-04-01 00:00."), "{}", all[5]);
        for ended in &all[4..] {
            assert!(!ended.contains("Place in line") && !ended.contains("Ahead"), "{ended}");
        }
    }

    #[test]
    fn every_sentence_is_said_in_every_language_and_no_brace_is_left() {
        for locale in Locale::VARIANTS {
            let all: Vec<String> = every().iter().map(|facts| receipt(facts, *locale)).collect();
            let all = all.join("\n");
            assert!(!all.contains(['{', '}']), "{all}");
            for sentence in sentences(*locale) {
                // What stands before, between and behind its values.
                let mut rest = sentence.as_str();
                while let Some((part, behind)) = rest.split_once('{') {
                    assert!(all.contains(part), "{sentence} in\n{all}");
                    rest = behind.split_once('}').map_or("", |(_, after)| after);
                }
                assert!(all.contains(rest), "{sentence} in\n{all}");
            }
        }
    }

    #[test]
    fn taiwan_has_its_own_words() {
        let text = receipt(&facts(), Locale::Taiwan);
        assert!(text.starts_with("帳戶：****0123。\n決定機關：A Court；文書號：No. 1。"), "{text}");
        assert!(text.contains("其後入帳繼續凍結"), "{text}");
    }
}
