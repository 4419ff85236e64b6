//! What happened to each account.

use super::*;
use crate::cli::demo::LAPSE;

impl Story {
    pub(super) fn persons(&mut self) {
        self.open(self.day(400, 9, 0), LIN, Holder("林知夏", "C10001", SZ));
        self.credit(self.day(399, 10, 0), LIN, "95320.45", "示例用工单位");
        self.debit(self.day(40, 11, 0), LIN, "30000.00", "示例商行甲");
        self.credit(self.day(21, 10, 5), LIN, "60000.00", "示例海曦商贸");
        self.debit(self.day(21, 12, 11), LIN, "49800.00", "示例商行乙");
        self.act(self.day(20, 9, 0), "risk", LIN, suspicion("account score"));
        let clean = ChangeStatus {
            reason: "due diligence clean".to_owned(),
            ..change(Action::ClearSuspicion, &[])
        };
        self.act(self.day(14, 16, 0), "ops2", LIN, clean);
        for minute in [0, 20, 41] {
            self.debit(self.day(9, 9, minute), LIN, "9900.00", "示例个人丙");
        }
        self.credit(self.day(3, 9, 30), LIN, "12500.00", "示例用工单位");
        let f1 = format!("（{}）粤0305执1234号", self.year(2));
        self.freeze(self.day(2, 10, 0), LIN, &court("深圳市南山区人民法院", f1, Some("20000.00")));

        let ran_out = ImportAccount {
            account_id: "A-0002".to_owned(),
            account_name: "周文博".to_owned(),
            customer_id: "C10002".to_owned(),
            branch_code: BJ.to_owned(),
            balance: cny("8846.00"),
            status: AccountStatus::InfoExpired,
            reason: "document ran out, grace over".to_owned(),
            since: Some(self.day(7, 0, 0)),
            order: None,
            last_transaction_time: Some(self.day(12, 15, 0)),
            holder_kind: HolderKind::Unspecified,
            document_expiry_date: None,
        };
        self.tell(self.day(7, 1, 0), "migration", ZHOU, Command::ImportAccount(ran_out));

        self.open(self.day(700, 9, 0), HE, Holder("何雨桐", "C10003", SZ));
        self.credit(self.day(699, 9, 0), HE, "126480.00", "示例用工单位");
        let f14 = format!("（{}）粤0305执117号", self.year(300));
        let order = court("深圳市南山区人民法院", f14, Some("10000.00"));
        let order = Order { until: Some(self.day(250, 10, 0)), ..order };
        self.freeze(self.day(300, 10, 0), HE, &order);
        self.tell(self.day(249, 10, 0), "sweep", HE, LAPSE);

        self.open(self.day(500, 9, 0), FENG, Holder("冯听澜", "C10020", SH));
        self.credit(self.day(499, 9, 0), FENG, "30000.00", "示例用工单位");
    }

    pub(super) fn firms(&mut self) {
        self.open(self.day(600, 9, 0), YUNFAN, Holder("深圳示例云帆贸易有限公司", "C20004", SZ));
        self.credit(self.day(599, 9, 0), YUNFAN, "2785000.00", "示例客户");
        let payout = Withdraw {
            amount: cny("2000000.00"),
            beneficiary: Beneficiary {
                beneficiary_name: "示例供应商有限公司".to_owned(),
                beneficiary_account: "9990111122223333".to_owned(),
                beneficiary_bank_code: "999100000001".to_owned(),
                beneficiary_bank_name: "示例银行".to_owned(),
                beneficiary_kind: BeneficiaryKind::Organisation,
            },
            // Its channel takes it and keeps it, so that something is always on its way.
            reference: "W08 sim:hold".to_owned(),
            purpose: Purpose::Payment,
            entry_channel: EntryChannel::Api,
            preferred_channel: String::new(),
        };
        self.tell(self.ago(1), "pay-svc", YUNFAN, Command::Withdraw(payout));

        self.open(self.day(600, 9, 0), HENGTUO, Holder("上海示例恒拓建设有限公司", "C20005", SH));
        self.credit(self.day(599, 9, 0), HENGTUO, "412600.00", "示例业主");
        let f2 = format!("（{}）京0108执5678号", self.year(200));
        self.freeze(self.day(200, 10, 0), HENGTUO, &court("北京市海淀区人民法院", f2, None));
        let f3 = format!("（{}）沪0104执保912号", self.year(150));
        let order = court("上海市徐汇区人民法院", f3, Some("800000.00"));
        self.freeze(self.day(150, 10, 0), HENGTUO, &order);
        let f4 = format!("（{}）粤0305执2087号", self.year(30));
        let order = court("深圳市南山区人民法院", f4, Some("350000.00"));
        self.freeze(self.day(30, 10, 0), HENGTUO, &order);

        self.open(self.day(300, 9, 0), SHEN, Holder("沈嘉禾", "C10006", HZ));
        self.credit(self.day(299, 9, 0), SHEN, "50.00", "示例个人辛");
        let f5 = format!("（{}）浙0106执3310号", self.year(20));
        self.freeze(self.day(20, 10, 0), SHEN, &court("杭州市西湖区人民法院", f5, Some("100.00")));
        let f6 = format!("杭公（西）冻财字〔{}〕00087号", self.year(10));
        self.freeze(self.day(10, 10, 0), SHEN, &police(f6, "30.00"));

        let at = self.day(350, 9, 0);
        self.apply(at, SAMPLE, Holder("株式会社サンプル商事上海代表处", "C20025", SH), "JPY");
        let passed = change(Action::CompleteOpening, &[]);
        self.act(self.day(350, 12, 0), "ops", SAMPLE, passed);
        let yen = money("1500000", "JPY");
        self.post(self.day(349, 9, 0), SAMPLE, (Direction::Credit, yen), "サンプル本社");

        self.open(self.day(500, 9, 0), HONGYUAN, Holder("北京示例鸿远科技有限公司", "C20022", BJ));
        self.credit(self.day(499, 9, 0), HONGYUAN, "1800.00", "示例客户");
        self.debit(self.day(8, 9, 0), HONGYUAN, "1800.00", "示例供应商");
        let closed = ChangeStatus {
            reason: "closed at the holder's request".to_owned(),
            entry_channel: EntryChannel::Counter,
            identification: Identification::Checked,
            ..change(Action::Close, &[])
        };
        self.act(self.day(6, 15, 0), "ops", HONGYUAN, closed);
    }

    pub(super) fn openings(&mut self) {
        self.apply(self.ago(3), XU, Holder("许星辰", "C10012", SZ), "CNY");
        self.apply(self.day(5, 9, 0), NANFENG, Holder("广州示例南风餐饮店", "C20013", GZ), "CNY");
        let declined = ChangeStatus {
            missing_items: vec!["经营场所租赁证明".to_owned(), "受益所有人声明".to_owned()],
            reason: "two items missing".to_owned(),
            ..change(Action::RejectOpening, &[Cause::OpeningIncomplete])
        };
        self.act(self.day(4, 9, 0), "ops", NANFENG, declined);
        self.apply(self.day(5, 10, 0), LUO, Holder("罗安", "C10014", GZ), "CNY");
        let causes = [Cause::OpeningNotInPerson, Cause::OpeningNotVerified];
        let declined = ChangeStatus {
            reason: "suspected proxy".to_owned(),
            ..change(Action::RejectOpening, &causes)
        };
        self.act(self.day(4, 10, 0), "ops", LUO, declined);
    }

    pub(super) fn sleepers(&mut self) {
        self.open(self.day(790, 9, 0), SONG, Holder("宋予安", "C10016", HZ));
        self.credit(self.day(789, 9, 0), SONG, "86.40", "示例个人壬");
        let unused = || change(Action::MarkDormant, &[Cause::DormantNoUse]);
        self.act(self.day(600, 2, 0), "sweep", SONG, unused());
        let woken = ChangeStatus {
            entry_channel: EntryChannel::Counter,
            identification: Identification::Checked,
            reason: "reactivated at the counter".to_owned(),
            ..change(Action::Reactivate, &[])
        };
        self.act(self.day(420, 10, 0), "teller-sz", SONG, woken);
        self.act(self.day(48, 2, 0), "sweep", SONG, unused());
        self.credit(self.day(1, 9, 0), SONG, "200.00", "陌生人丁");

        self.open(self.day(500, 9, 0), LIANG, Holder("梁以沫", "C10017", HZ));
        self.credit(self.day(499, 9, 0), LIANG, "9400.00", "示例用工单位");
        let f15 = format!("杭公（西）冻财字〔{}〕00031号", self.year(260));
        self.freeze(self.day(260, 10, 0), LIANG, &police(f15, "3000.00"));
        // The next command after the lapse writes it down, as in life.
        self.tell(self.day(70, 10, 0), "sweep", LIANG, LAPSE);

        self.open(self.day(220, 9, 0), CAO, Holder("曹若溪", "C10021", GZ));
        self.credit(self.day(219, 9, 0), CAO, "500.00", "示例个人癸");
        let suspended = ChangeStatus {
            restriction: Some(Restriction::NonCounter),
            reason: "no transaction within six months of opening".to_owned(),
            ..change(Action::Restrict, &[Cause::NonCounterSuspended])
        };
        self.act(self.day(30, 2, 0), "sweep", CAO, suspended);
    }

    pub(super) fn suspects(&mut self) {
        self.open(self.day(300, 9, 0), TANG, Holder("唐可欣", "C10008", CD));
        self.credit(self.day(299, 9, 0), TANG, "31500.00", "示例用工单位");
        let fraud = ChangeStatus {
            authority: "公安部电信诈骗案件侦办平台".to_owned(),
            document_no: "ZF440305-000017".to_owned(),
            reason: "紧急止付".to_owned(),
            ..change(Action::StopPayment, &[Cause::StopFraud])
        };
        self.act(self.ago(20), "risk", TANG, fraud);

        self.open(self.day(300, 9, 0), MA, Holder("马骁", "C10009", CD));
        self.credit(self.day(299, 9, 0), MA, "2310.77", "示例用工单位");
        let arrears = ChangeStatus {
            document_no: "LN-20877".to_owned(),
            reason: "overdue loan 6400.00".to_owned(),
            ..change(Action::StopPayment, &[Cause::StopArrears])
        };
        self.act(self.day(15, 9, 0), "risk", MA, arrears);

        self.open(self.day(300, 9, 0), ZHENG, Holder("郑书言", "C10010", BJ));
        self.credit(self.day(299, 9, 0), ZHENG, "15020.00", "示例用工单位");
        let oral = ChangeStatus {
            entry_channel: EntryChannel::Phone,
            ..change(Action::ReportLoss, &[Cause::LossOral])
        };
        self.act(self.day(3, 9, 0), "call-centre", ZHENG, oral);

        self.open(self.day(300, 9, 0), DENG, Holder("邓一诺", "C10011", BJ));
        self.credit(self.day(299, 9, 0), DENG, "22000.00", "示例用工单位");
        let written = change(Action::ReportLoss, &[Cause::LossWritten]);
        self.act(self.day(12, 9, 0), "teller-sz", DENG, written);
        let f10 = format!("（{}）京0108执6021号", self.year(5));
        self.freeze(self.day(5, 10, 0), DENG, &court("北京市海淀区人民法院", f10, Some("5000.00")));

        self.open(self.day(200, 9, 0), GUO, Holder("郭彦辰", "C10018", SZ));
        self.credit(self.day(199, 9, 0), GUO, "704.10", "示例个人子");
        self.credit(self.day(2, 10, 2), GUO, "50000.00", "陌生人戊");
        self.debit(self.day(2, 10, 9), GUO, "49900.00", "己");
        self.credit(self.day(1, 14, 30), GUO, "80000.00", "陌生人戊");
        self.debit(self.day(1, 14, 41), GUO, "79600.00", "己");
        self.act(self.day(1, 15, 0), "risk", GUO, suspicion("fast in, fast out"));
    }
}
