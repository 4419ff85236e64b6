//! Persons whose accounts are in use: what holds on them came from outside.

use super::*;

impl Story {
    pub(super) fn persons(&mut self) {
        self.lin();
        self.zhou();
        self.he();
        self.shen();
        self.ordinary();
        self.losses();
    }

    fn lin(&mut self) {
        self.open(self.day(400, 9, 0), LIN, Holder("林知夏", "C10001", SZ));
        self.credit(self.day(399, 10, 0), LIN, "95320.45", "示例用工单位");
        self.debit(self.day(40, 11, 0), LIN, "30000.00", "示例商行甲");
        self.credit(self.day(21, 10, 5), LIN, "60000.00", "示例海曦商贸");
        self.debit(self.day(21, 12, 11), LIN, "49800.00", "示例商行乙");
        self.act(self.day(20, 9, 0), "risk", LIN, suspicion("account score"));
        self.approved(self.day(14, 16, 0), "risk", LIN, cleared("due diligence clean"));
        for minute in [0, 20, 41] {
            self.debit(self.day(9, 9, minute), LIN, "9900.00", "示例个人丙");
        }
        self.credit(self.day(3, 9, 30), LIN, "12500.00", "示例用工单位");
        let f1 = format!("（{}）粤0305执1234号", self.year(2));
        self.freeze(self.day(2, 10, 0), LIN, &court("深圳市南山区人民法院", f1, Some("20000.00")));
    }

    /// The document ran out, nobody came, and the grace period is over.
    fn zhou(&mut self) {
        let last_day = self.date(-98);
        let holder = Holder("周文博", "C10002", BJ);
        self.open_with(self.day(420, 9, 0), ZHOU, holder, Paper::valid_until(last_day));
        self.credit(self.day(419, 9, 0), ZHOU, "9096.00", "示例用工单位");
        self.debit(self.day(170, 15, 0), ZHOU, "50.00", "示例商店");
        self.review(self.day(97, 0, 0), ZHOU);
        self.debit(self.day(12, 15, 0), ZHOU, "200.00", "示例商店");
        self.review(self.day(6, 0, 0), ZHOU);
    }

    fn he(&mut self) {
        self.open(self.day(700, 9, 0), HE, Holder("何雨桐", "C10003", SZ));
        self.credit(self.day(699, 9, 0), HE, "127480.00", "示例用工单位");
        let f14 = format!("（{}）粤0305执117号", self.year(300));
        let order = court("深圳市南山区人民法院", f14.clone(), Some("10000.00"));
        self.freeze(self.day(300, 10, 0), HE, &order);
        let document = format!("（{}）粤0305执117号之五", self.year(250));
        self.order(self.day(250, 10, 0), HE, Ordered { of: f14, document, what: Demand::Lift });
        self.agreed();
    }

    fn shen(&mut self) {
        self.open(self.day(300, 9, 0), SHEN, Holder("沈嘉禾", "C10006", HZ));
        self.credit(self.day(299, 9, 0), SHEN, "80.00", "示例个人辛");
        self.debit(self.day(30, 12, 0), SHEN, "30.00", "示例商店");
        let f5 = format!("（{}）浙0106执3310号", self.year(20));
        self.freeze(self.day(20, 10, 0), SHEN, &court("杭州市西湖区人民法院", f5, Some("100.00")));
        let f6 = format!("杭公（西）冻财字〔{}〕00087号", self.year(10));
        self.freeze(self.day(10, 10, 0), SHEN, &police(f6, "30.00"));
    }

    /// Nothing holds on them.
    fn ordinary(&mut self) {
        self.open(self.day(500, 9, 0), FENG, Holder("冯听澜", "C10020", SH));
        self.credit(self.day(499, 9, 0), FENG, "38400.00", "示例用工单位");

        self.open(self.day(260, 9, 0), HU, Holder("胡乐言", "C10019", SZ));
        self.credit(self.day(259, 9, 0), HU, "47000.00", "示例用工单位");
    }

    fn losses(&mut self) {
        self.open(self.day(300, 9, 0), ZHENG, Holder("郑书言", "C10010", BJ));
        self.credit(self.day(299, 9, 0), ZHENG, "15120.00", "示例用工单位");
        self.debit(self.day(20, 9, 0), ZHENG, "100.00", "示例商店");
        let oral = ChangeStatus {
            entry_channel: EntryChannel::Phone,
            ..change(Action::ReportLoss, &[Cause::LossOral])
        };
        self.act(self.day(3, 9, 0), "call-centre", ZHENG, oral);

        self.open(self.day(300, 9, 0), DENG, Holder("邓一诺", "C10011", BJ));
        self.credit(self.day(299, 9, 0), DENG, "22300.00", "示例用工单位");
        self.debit(self.day(25, 9, 0), DENG, "300.00", "示例商店");
        let written = change(Action::ReportLoss, &[Cause::LossWritten]);
        self.act(self.day(12, 9, 0), "teller-sz", DENG, written);
        let f10 = format!("（{}）京0108执6021号", self.year(5));
        self.freeze(self.day(5, 10, 0), DENG, &court("北京市海淀区人民法院", f10, Some("5000.00")));
    }
}
