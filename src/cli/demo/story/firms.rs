//! Firms and the courts, tax organ and payouts that concern them.

use chrono::Months;

use super::*;

impl Story {
    pub(super) fn firms(&mut self) {
        self.yunfan();
        self.hengtuo();
        self.hongyuan();
        self.yuanhang();
        self.sample();
    }

    fn yunfan(&mut self) {
        self.open_firm(
            self.day(600, 9, 0),
            YUNFAN,
            Holder("深圳示例云帆贸易有限公司", "C20004", SZ),
        );
        self.credit(self.day(599, 9, 0), YUNFAN, "2900000.00", "示例客户");
        self.credit(self.day(8, 9, 0), YUNFAN, "100000.00", "示例客户");
    }

    fn hengtuo(&mut self) {
        let holder = Holder("上海示例恒拓建设有限公司", "C20005", SH);
        self.open_firm(self.day(600, 9, 0), HENGTUO, holder);
        self.credit(self.day(599, 9, 0), HENGTUO, "400000.00", "示例业主");
        self.credit(self.day(40, 9, 0), HENGTUO, "12600.00", "示例业主");
        let f2 = format!("（{}）京0108执5678号", self.year(200));
        self.freeze(self.day(200, 10, 0), HENGTUO, &court("北京市海淀区人民法院", f2, None));
        let f3 = format!("（{}）沪0104执保912号", self.year(150));
        let order = court("上海市徐汇区人民法院", f3, Some("800000.00"));
        self.freeze(self.day(150, 10, 0), HENGTUO, &order);
        let f4 = format!("（{}）粤0305执2087号", self.year(30));
        let order = court("深圳市南山区人民法院", f4, Some("350000.00"));
        self.freeze(self.day(30, 10, 0), HENGTUO, &order);
    }

    /// Closed; a payout that came back afterwards (W25) waits on the suspense list.
    fn hongyuan(&mut self) {
        let holder = Holder("北京示例鸿远科技有限公司", "C20022", BJ);
        self.open_firm(self.day(500, 9, 0), HONGYUAN, holder);
        self.credit(self.day(499, 9, 0), HONGYUAN, "1800.00", "示例客户");
        let closed = ChangeStatus {
            reason: "closed at the holder's request".to_owned(),
            entry_channel: EntryChannel::Counter,
            identification: Identification::Checked,
            ..change(Action::Close, &[])
        };
        self.approved(self.day(6, 15, 0), "ops", HONGYUAN, closed);
    }

    /// A court took 40,000 of what it had frozen; the tax organ's freeze is first in line, because
    /// it was served first.
    fn yuanhang(&mut self) {
        let holder = Holder("上海示例远航物流有限公司", "C20024", SH);
        self.open_firm(self.day(650, 9, 0), YUANHANG, holder);
        self.credit(self.day(649, 9, 0), YUANHANG, "540000.00", "示例客户");
        let served = self.tax_service();
        let year = served.with_timezone(&self.zone).year();
        let f13 = Order {
            kind: AuthorityKind::TaxPreservation,
            authority: "上海市税务局第一稽查局",
            document: format!("沪税一稽冻通〔{year}〕15号"),
            amount: Some("260000.00"),
            reason: "税收保全",
            until: Some(self.midnight(3)),
        };
        self.freeze(served, YUANHANG, &f13);
        let f12 = format!("（{}）粤0305执1899号", self.year(60));
        let order = court("深圳市南山区人民法院", f12.clone(), Some("120000.00"));
        self.freeze(self.day(60, 10, 0), YUANHANG, &order);
        let document = format!("（{}）粤0305执1899号之三", self.year(1));
        let what = Demand::Deduct(cny("40000.00"));
        self.order(self.day(1, 10, 0), YUANHANG, Ordered { of: f12.clone(), document, what });
        self.agreed();
        // Waits for a second person.
        let document = format!("（{}）粤0305执1899号之四", self.year(0));
        let what = Demand::LiftPart(cny("30000.00"));
        self.order(self.ago(2), YUANHANG, Ordered { of: f12, document, what });
    }

    /// Six months before D + 2: the tax organ's freeze ends with that day.
    fn tax_service(&self) -> DateTime<Utc> {
        let day = self.date(2).checked_sub_months(Months::new(6)).unwrap_or(self.date(-180));
        terms::day_start(day, self.zone).unwrap_or(self.now) + Duration::hours(10)
    }

    fn sample(&mut self) {
        let at = self.day(350, 9, 0);
        let holder = Holder("株式会社サンプル商事上海代表处", "C20025", SH);
        self.apply(at, SAMPLE, holder, (Paper::of_firm(), "JPY"));
        self.approved(self.day(350, 12, 0), "ops", SAMPLE, change(Action::CompleteOpening, &[]));
        let yen = money("1500000", "JPY");
        self.post(self.day(349, 9, 0), SAMPLE, (Direction::Credit, yen), "サンプル本社");
    }
}
