//! Accounts that are not used, or not for long.

use chrono::Months;

use super::*;

impl Story {
    pub(super) fn sleepers(&mut self) {
        self.song();
        self.liang();
        self.cao();
    }

    /// Dormant, woken, dormant again; a stranger's credit doesn't wake it.
    fn song(&mut self) {
        self.open(self.day(790, 9, 0), SONG, Holder("宋予安", "C10016", HZ));
        self.credit(self.day(789, 9, 0), SONG, "96.40", "示例个人壬");
        let unused = || ChangeStatus {
            reason: "no use by the customer for six months".to_owned(),
            ..change(Action::MarkDormant, &[Cause::DormantNoUse])
        };
        self.act(self.day(600, 2, 0), "sweep", SONG, unused());
        let woken = ChangeStatus {
            entry_channel: EntryChannel::Counter,
            identification: Identification::Checked,
            reason: "reactivated at the counter".to_owned(),
            ..change(Action::Reactivate, &[])
        };
        self.act(self.day(420, 10, 0), "teller-sz", SONG, woken);
        self.debit(self.day(230, 10, 0), SONG, "10.00", "示例商店");
        self.act(self.day(48, 2, 0), "sweep", SONG, unused());
        self.credit(self.day(1, 9, 0), SONG, "200.00", "陌生人丁");
    }

    /// Dormant in five days, unless it is used; its holder's document runs out in twenty.
    fn liang(&mut self) {
        let holder = Holder("梁以沫", "C10017", HZ);
        let paper = Paper::valid_until(self.date(20));
        self.open_with(self.day(500, 9, 0), LIANG, holder, paper);
        self.credit(self.day(499, 9, 0), LIANG, "9500.00", "示例用工单位");
        let f15 = format!("杭公（西）冻财字〔{}〕00031号", self.year(260));
        self.freeze(self.day(260, 10, 0), LIANG, &police(f15, "3000.00"));
        let last_use = self.date(4).checked_sub_months(Months::new(6)).unwrap_or(self.date(-178));
        let days_ago = (self.date(0) - last_use).num_days();
        self.debit(self.day(days_ago, 12, 0), LIANG, "100.00", "示例商店");
        // The next command after the lapse writes it down, as in life.
        self.tell(self.day(70, 10, 0), "sweep", LIANG, Command::Lapse);
        self.review(self.ago(1), LIANG);
    }

    /// Opened and not used for six months: the counter still pays.
    fn cao(&mut self) {
        self.open(self.day(220, 9, 0), CAO, Holder("曹若溪", "C10021", GZ));
        self.review(self.day(30, 2, 0), CAO);
        self.credit(self.day(20, 9, 0), CAO, "500.00", "示例个人癸");
    }
}
