//! Applications: under review, declined, and one too many.

use super::*;

impl Story {
    pub(super) fn openings(&mut self) {
        let person = || (Paper::none(), "CNY");
        self.apply(self.ago(3), XU, Holder("许星辰", "C10012", SZ), person());

        let holder = Holder("广州示例南风餐饮店", "C20013", GZ);
        self.apply(self.day(5, 9, 0), NANFENG, holder, (Paper::of_firm(), "CNY"));
        let declined = ChangeStatus {
            missing_items: vec!["经营场所租赁证明".to_owned(), "受益所有人声明".to_owned()],
            reason: "two items missing".to_owned(),
            ..change(Action::RejectOpening, &[Cause::OpeningIncomplete])
        };
        self.act(self.day(4, 9, 0), "ops", NANFENG, declined);

        self.apply(self.day(5, 10, 0), LUO, Holder("罗安", "C10014", GZ), person());
        let causes = [Cause::OpeningNotInPerson, Cause::OpeningNotVerified];
        let declined = ChangeStatus {
            reason: "suspected proxy".to_owned(),
            ..change(Action::RejectOpening, &causes)
        };
        self.act(self.day(4, 10, 0), "ops", LUO, declined);

        // The demo's bank allows one account per customer: a second one is looked at.
        self.apply(self.ago(2), SECOND, Holder("何雨桐", "C10003", SZ), person());
    }
}
