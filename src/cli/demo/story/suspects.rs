//! Stops, suspicions, an emergency, and a measure that few may know of.

use super::*;
use crate::domain::act::record_objection::RecordObjection;
use crate::domain::freeze::EmergencyCause;
use crate::domain::objection::ObjectionParty;

impl Story {
    pub(super) fn suspects(&mut self) {
        self.gao();
        self.stopped();
        self.guo();
        self.peng();
    }

    /// Many payments in a row: one went, the next was caught by an emergency freeze that nobody has
    /// confirmed yet.
    fn gao(&mut self) {
        self.open(self.day(310, 9, 0), GAO, Holder("高子墨", "C10007", SZ));
        self.credit(self.day(309, 9, 0), GAO, "69000.00", "示例用工单位");
        let held = Withdraw {
            amount: cny("4000.00"),
            beneficiary: Beneficiary {
                beneficiary_name: "示例个人庚".to_owned(),
                beneficiary_account: "9990111122224444".to_owned(),
                beneficiary_bank_code: "999100000001".to_owned(),
                beneficiary_bank_name: "示例银行".to_owned(),
                beneficiary_kind: BeneficiaryKind::Person,
            },
            reference: "W23".to_owned(),
            purpose: Purpose::Transfer,
            entry_channel: EntryChannel::App,
            preferred_channel: String::new(),
        };
        self.tell(self.ago(6), "pay-svc", GAO, Command::Withdraw(held));
        self.act(self.ago(6), "risk", GAO, suspicion("structuring"));
        let emergency = CreateFreeze {
            freeze_type: FreezeType::Bank,
            authority_kind: AuthorityKind::Bank,
            authority_name: "风险管理部".to_owned(),
            document_no: String::new(),
            officers: Vec::new(),
            served_time: None,
            mode: FreezeMode::Whole,
            amount: None,
            exempt: None,
            duration: FreezeDuration::Unstated,
            reason: "疑似账户被盗用".to_owned(),
            unfreeze_condition: "核实本人交易".to_owned(),
            disclosure: Disclosure::Open,
            urgency: Urgency::Emergency,
            emergency_cause: Some(EmergencyCause::AccountTakeover),
            source: FreezeSource::Internal,
            notice_no: String::new(),
            serves: Serves::AnyClaim,
        };
        self.tell(self.ago(5), "risk", GAO, Command::CreateFreeze(emergency));
    }

    fn stopped(&mut self) {
        self.open(self.day(300, 9, 0), TANG, Holder("唐可欣", "C10008", CD));
        self.credit(self.day(299, 9, 0), TANG, "31600.00", "示例用工单位");
        self.debit(self.day(10, 9, 0), TANG, "100.00", "示例商店");
        let fraud = ChangeStatus {
            authority: "公安部电信诈骗案件侦办平台".to_owned(),
            document_no: "ZF440305-000017".to_owned(),
            reason: "紧急止付".to_owned(),
            ..change(Action::StopPayment, &[Cause::StopFraud])
        };
        self.act(self.ago(20), "risk", TANG, fraud);

        self.open(self.day(300, 9, 0), MA, Holder("马骁", "C10009", CD));
        self.credit(self.day(299, 9, 0), MA, "2410.77", "示例用工单位");
        self.debit(self.day(50, 9, 0), MA, "100.00", "示例商店");
        let arrears = ChangeStatus {
            document_no: "LN-20877".to_owned(),
            reason: "overdue loan 6400.00".to_owned(),
            ..change(Action::StopPayment, &[Cause::StopArrears])
        };
        self.act(self.day(15, 9, 0), "risk", MA, arrears);
    }

    /// In and out at once, to somebody on a list; clearing it waits for a second person.
    fn guo(&mut self) {
        self.open(self.day(200, 9, 0), GUO, Holder("郭彦辰", "C10018", SZ));
        self.credit(self.day(199, 9, 0), GUO, "704.10", "示例个人子");
        self.credit(self.day(2, 10, 2), GUO, "50000.00", "陌生人戊");
        self.debit(self.day(2, 10, 9), GUO, "49900.00", "己");
        self.credit(self.day(1, 14, 30), GUO, "80000.00", "陌生人戊");
        self.debit(self.day(1, 14, 41), GUO, "79600.00", "己");
        self.act(self.day(1, 15, 0), "risk", GUO, suspicion("fast in, fast out"));
        let objection = RecordObjection {
            subject_id: String::new(),
            raised_by: ObjectionParty::Holder,
            text: "货款往来，有合同为证".to_owned(),
        };
        self.tell(self.day(1, 16, 0), "ops", GUO, Command::RecordObjection(objection));
        self.act(self.ago(1), "risk", GUO, cleared("the holder explained, with contracts"));
    }

    /// Without the scope it is just frozen.
    fn peng(&mut self) {
        self.open(self.day(280, 9, 0), PENG, Holder("彭泊舟", "C10023", SZ));
        self.credit(self.day(279, 9, 0), PENG, "880500.00", "示例投资人");
        self.debit(self.day(35, 9, 0), PENG, "500.00", "示例商店");
        let year = self.ago(30).with_timezone(&self.zone).year();
        let order = Order {
            kind: AuthorityKind::AmlTemporary,
            authority: "国务院反洗钱行政主管部门",
            document: format!("银反洗临冻〔{year}〕3号"),
            amount: None,
            reason: "临时冻结",
            until: None,
        };
        self.freeze(self.ago(30), PENG, &order);
    }
}
