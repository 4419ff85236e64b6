//! The line: parts released, ends at the exact instant, the next one, and renewals in time and late.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::on_every_engine;

const N: &str = "9990290001000009901";
const A: &str = "Haidian District Court";
const B: &str = "Xuhui District Court";
const C: &str = "Nanshan District Court";

on_every_engine! {
    /// A for one year, B and C behind it; A partly released, then expired; B takes effect at that
    /// instant, C after B; a late renewal of A lands behind C.
    async fn three_courts_over_two_years(bank) {
        bank.set_time("2026-03-10 10:00:00");
        bank.account(N, "1000.00").await;
        let (a, _) = bank.freeze(court(&bank, N, A, "1000.00")).await.unwrap();
        bank.pass(chrono::Duration::days(1));
        let (b, _) = bank.freeze(court(&bank, N, B, "800.00")).await.unwrap();
        bank.pass(chrono::Duration::days(1));
        let (c, told) = bank.freeze(court(&bank, N, C, "500.00")).await.unwrap();
        let ids = [a.freeze_id.as_str(), b.freeze_id.as_str(), c.freeze_id.as_str()];
        assert_eq!(stand(&bank, &ids).await, [active("1000.00", 1), waiting(2), waiting(3)]);
        assert_eq!((told.queue_position, told.ahead.len(), told.short_by), (3, 2, cny("500.00")));
        assert_eq!(a.expiry_date, "2027-03-10");

        // What A gives back goes to B at once; C has nothing to hold yet.
        let part = ReleaseFreezeRecordRequest {
            amount: cny("300.00"),
            authority_name: A.to_owned(),
            ..bank.court_release(N, ids[0])
        };
        bank.set_time("2026-06-01 09:00:00");
        let released = bank.freeze_client().release_freeze_record(part).await.unwrap().into_inner();
        let next: Vec<&str> = released.next_in_line.iter().map(|f| f.freeze_id.as_str()).collect();
        assert_eq!(next, [ids[1]], "whose authority has to be told");
        assert_eq!(stand(&bank, &ids).await, [active("700.00", 1), active("300.00", 2), waiting(3)]);
        assert_eq!(get(&bank, ids[1]).await.expiry_date, "2027-06-01");

        // To the microsecond, whether or not anybody writes it down.
        bank.set_time("2027-03-10 23:59:59");
        assert_eq!(stand(&bank, &ids).await[0], active("700.00", 1));
        bank.set_time("2027-03-11 00:00:00");
        assert_eq!(stand(&bank, &ids).await,
            [over(FreezeStatus::Expired), active("800.00", 1), active("200.00", 2)]);
        let c_now = get(&bank, ids[2]).await;
        assert_eq!(instant(&c_now.effective_time), local("2027-03-11 00:00:00"));
        assert_eq!(c_now.expiry_date, "2028-03-11", "its term runs from there");

        // Too late: what A renews is over, and the new one stands behind C.
        bank.set_time("2027-03-11 00:00:01");
        let again = renew(&bank, renewal(N, A, ids[0])).await.unwrap();
        assert_ne!(again.freeze_id, a.freeze_id);
        assert_eq!(again.preceding_freeze_id, a.freeze_id);
        let all = [ids[1], ids[2], again.freeze_id.as_str()];
        assert_eq!(stand(&bank, &all).await,
            [active("800.00", 1), active("200.00", 2), waiting(3)]);
        assert_eq!(again.amount, cny("700.00"), "what it still claimed");

        // B ends: C fills first, then the late one.
        bank.set_time("2027-06-02 00:00:00");
        assert_eq!(stand(&bank, &all).await,
            [over(FreezeStatus::Expired), active("500.00", 1), active("500.00", 2)]);
        assert_eq!(acts(&bank, ids[1]).await,
            [FreezeActKind::Placed, FreezeActKind::Promoted], "the lapse is not written down yet");
        bank.credit(N, "1.00").await.unwrap();
        assert_eq!(acts(&bank, ids[1]).await,
            [FreezeActKind::Placed, FreezeActKind::Promoted, FreezeActKind::Expired]);
        assert_eq!(acts(&bank, &again.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Promoted]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_renewal_in_time_keeps_the_place_and_counts_from_the_old_end(bank) {
        bank.set_time("2026-03-10 10:00:00");
        bank.account(N, "1000.00").await;
        let (a, _) = bank.freeze(court(&bank, N, A, "1000.00")).await.unwrap();
        let (b, _) = bank.freeze(court(&bank, N, B, "800.00")).await.unwrap();
        bank.set_time("2027-03-10 23:59:59");
        let renewed = renew(&bank, renewal(N, A, &a.freeze_id)).await.unwrap();
        assert_eq!(renewed.freeze_id, a.freeze_id);
        assert_eq!((renewed.expiry_date.as_str(), renewed.queue_position), ("2028-03-10", 1));
        bank.set_time("2027-03-11 00:00:00");
        let ids = [a.freeze_id.as_str(), b.freeze_id.as_str()];
        assert_eq!(stand(&bank, &ids).await, [active("1000.00", 1), waiting(2)]);
        let act = get(&bank, ids[0]).await.acts.pop().unwrap();
        assert_eq!((act.act(), act.document_no.as_str(), act.notice_no.as_str()),
            (FreezeActKind::Renewed, "Haidian District Court 执1号之二", "协2"));
        assert_eq!(instant(&act.expire_time), local("2028-03-11 00:00:00"));
        assert_eq!(act.officers.len(), 2);

        // One day too long; another court; one whose term has not begun.
        let refused = async |order: RenewFreezeRecordRequest| {
            reason(&renew(&bank, order).await.unwrap_err())
        };
        let to = |text| Some(renew_freeze_record_request::Duration::ExpireTime(
            stamp(local(text)).unwrap()));
        let long = |end| RenewFreezeRecordRequest { duration: to(end), ..renewal(N, A, ids[0]) };
        assert_eq!(refused(long("2029-03-12 00:00:00")).await, "TERM_TOO_LONG");
        assert_eq!(refused(renewal(N, C, ids[0])).await, "NOT_THIS_AUTHORITY");
        assert_eq!(refused(renewal(N, B, ids[1])).await, "ACTION_NOT_APPLICABLE");
        // What it objected to, the bank keeps: this order, about this freeze, to be answered by then.
        let list = ListObjectionsRequest { account_number: N.to_owned(), ..Default::default() };
        let kept = bank.freeze_client().list_objections(list).await.unwrap().into_inner();
        let [kept] = kept.objections.try_into().unwrap();
        assert_eq!((kept.raised_by(), kept.subject_id.as_str(), kept.authority_name.as_str()),
            (ObjectionParty::Bank, ids[0], A));
        assert_eq!(instant(&kept.due_time), local("2027-03-27 00:00:00"));
        assert!(renew(&bank, long("2029-03-11 00:00:00")).await.is_ok());
        bank.finish().await;
    }
}

on_every_engine! {
    /// A customer's loss and the bank's own measure stand behind every authority.
    async fn a_court_served_after_a_bank_freeze_and_a_loss_comes_first(bank) {
        bank.account(N, "1000.00").await;
        let (own, _) = bank.freeze(bank.bank_freeze(N, "600.00")).await.unwrap();
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let (a, told) = bank.freeze(court(&bank, N, A, "900.00")).await.unwrap();
        assert_eq!((a.status(), told.queue_position, told.ahead.len()),
            (FreezeStatus::Active, 1, 0));
        assert_eq!(told.controlled, cny("900.00"));
        let loss = bank.freezes(N).await.into_iter()
            .find(|freeze| freeze.r#type() == FreezeType::Customer).unwrap();
        let ids = [a.freeze_id.as_str(), own.freeze_id.as_str(), loss.freeze_id.as_str()];
        assert_eq!(stand(&bank, &ids).await,
            [active("900.00", 1), active("100.00", 2), active("0.00", 3)]);
        assert_eq!(bank.available(N).await, "0.00");
        let released = ReleaseFreezeRecordRequest {
            authority_name: A.to_owned(),
            ..bank.court_release(N, ids[0])
        };
        bank.release(released).await.unwrap();
        assert_eq!(stand(&bank, &ids[1..]).await, [active("600.00", 1), active("400.00", 2)]);
        bank.finish().await;
    }
}
