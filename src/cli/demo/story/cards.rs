//! The cards of the accounts. No check digit is right, so none of them can be real.

use super::*;
use crate::domain::act::bind_card::BindCard;
use crate::domain::act::bind_platform::BindPlatform;
use crate::domain::act::change_card::ChangeCard;
use crate::domain::card::{CardAction, CardNumber};
use crate::domain::id::PlatformId;
use crate::domain::platform::PlatformAction;

/// Two platforms that bind cards; principals of these names see their own.
const A: &str = "platform-a";
const B: &str = "platform-b";

impl Story {
    pub(super) fn cards(&mut self) {
        for (days, account, card) in [
            (398, LIN, "6299990000000010"),
            (418, ZHOU, "6299990000000020"),
            (698, HE, "6299990000000030"),
            (698, HE, "6299990000000040"),
            (90, HE, LOST_CARD),
            (308, GAO, "6299990000000060"),
            (298, TANG, "6299990000000070"),
            (298, ZHENG, "6299990000000080"),
            (298, DENG, "6299990000000091"),
            (788, SONG, "6299990000000110"),
            (258, HU, "6299990000000120"),
            (498, FENG, "6299990000000130"),
            (278, PENG, "6299990000000141"),
        ] {
            let bind = BindCard { card_number: card_number(card) };
            self.tell(self.day(days, 10, 30), "ops", account, Command::BindCard(bind));
        }
        for (account, card, platform) in [
            (LIN, "6299990000000010", A),
            (ZHOU, "6299990000000020", A),
            (HE, "6299990000000030", A),
            (HE, "6299990000000030", B),
            (HE, "6299990000000040", B),
            (HE, LOST_CARD, A),
            (GAO, "6299990000000060", A),
            (TANG, "6299990000000070", B),
            (ZHENG, "6299990000000080", A),
            (DENG, "6299990000000091", A),
            (SONG, "6299990000000110", B),
            (HU, "6299990000000120", A),
            (FENG, "6299990000000130", B),
            (PENG, "6299990000000141", A),
        ] {
            let bound = platform_bind(card, platform, PlatformAction::Bind);
            self.tell(self.day(80, 10, 30), "ops", account, bound);
        }
        let ended = platform_bind("6299990000000130", B, PlatformAction::Unbind);
        self.tell(self.day(15, 10, 30), "ops", FENG, ended);
        let ended = platform_bind("6299990000000091", A, PlatformAction::Unbind);
        self.tell(self.day(11, 10, 30), "ops", DENG, ended);
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

fn platform_bind(card: &str, platform: &str, action: PlatformAction) -> Command {
    Command::BindPlatform(BindPlatform {
        card_number: card_number(card),
        platform_id: PlatformId::parse(platform).expect("the story's platforms are sound"),
        action,
    })
}

fn card_number(text: &str) -> CardNumber {
    CardNumber::parse(text).expect("the story's numbers are sound")
}
