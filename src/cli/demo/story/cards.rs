//! The cards of the accounts. No check digit is right, so none of them can be real.

use super::*;
use crate::domain::act::bind_card::BindCard;
use crate::domain::act::change_card::ChangeCard;
use crate::domain::card::{CardAction, CardNumber};

impl Story {
    pub(super) fn cards(&mut self) {
        for (days, account, card) in [
            (398, LIN, "6299990000000010"),
            (6, ZHOU, "6299990000000020"),
            (698, HE, "6299990000000030"),
            (698, HE, "6299990000000040"),
            (90, HE, LOST_CARD),
            (298, TANG, "6299990000000070"),
            (298, ZHENG, "6299990000000080"),
            (298, DENG, "6299990000000091"),
            (788, SONG, "6299990000000110"),
            (498, FENG, "6299990000000130"),
        ] {
            let bind = BindCard { card_number: card_number(card) };
            self.tell(self.day(days, 10, 30), "ops", account, Command::BindCard(bind));
        }
        self.lose(self.day(2, 18, 0), "call-centre", HE, LOST_CARD);
        self.lose(self.day(12, 9, 5), "teller-sz", DENG, "6299990000000091");
    }

    fn lose(&mut self, at: DateTime<Utc>, by: &'static str, account: &str, card: &str) {
        let lost = ChangeCard {
            card_number: card_number(card),
            action: CardAction::ReportLoss,
            new_card_number: None,
        };
        self.tell(at, by, account, Command::ChangeCard(lost));
    }
}

fn card_number(text: &str) -> CardNumber {
    CardNumber::parse(text).expect("the story's numbers are sound")
}
