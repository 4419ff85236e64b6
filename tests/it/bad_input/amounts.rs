//! Amounts: plain decimals above zero with the decimals of the currency, within 64 bits.

use account_status::pb::v1::*;
use tonic::Code;

use super::{
    NUMBER, assert_invalid, busy_account, money, opening, posting, release, seen, whole, withdrawal,
};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// Every field that takes an amount refuses this one.
async fn refuses_amount(bank: &Bank, code: &str, amount: &str) {
    let bad = || money(code, amount);
    let what = format!("{code} {amount:?}");
    let expected = ["amount.amount"];
    let answer = bank.withdraw_with(withdrawal(bank, |request| request.amount = bad())).await;
    assert_invalid(answer, &expected, &what);
    assert_invalid(
        bank.record(posting(bank, |request| request.amount = bad())).await,
        &expected,
        &what,
    );
    let order = CreateFreezeRecordRequest { amount: bad(), ..bank.court_order(NUMBER, "1.00") };
    let answer = bank.freeze(order).await;
    // Without a readable amount the mode lacks one as well.
    let status = answer.expect_err(&what);
    assert_eq!(
        (fields(&status)[0].as_str(), status.code()),
        ("amount.amount", Code::InvalidArgument)
    );
    let order = whole(bank, |order| order.exempt_amount = bad());
    assert_invalid(bank.freeze(order).await, &["exempt_amount.amount"], &what);
    let answer = bank.release(release(bank, |release| release.amount = bad())).await;
    assert_invalid(answer, &expected, &what);
    let answer = bank.release(release(bank, |release| release.remaining_amount = bad())).await;
    assert_invalid(answer, &["remaining_amount.amount"], &what);
    let stop = bank.act(NUMBER, StatusAction::StopPayment, |change| {
        change.cause = Cause::StopArrears.into();
        change.amount = bad();
    });
    assert_invalid(stop.await, &expected, &what);
}

on_every_engine! {
    async fn amounts_that_are_no_plain_decimals_are_refused_everywhere(bank) {
        let before = busy_account(&bank).await;
        let long = format!("1.{}", "0".repeat(29));
        for (code, amount) in [
            ("CNY", ""),
            ("CNY", "0"),
            ("CNY", "0.00"),
            ("CNY", "-1"),
            ("CNY", "+1"),
            ("CNY", "-0"),
            ("CNY", "1e2"),
            ("CNY", "1_000"),
            ("CNY", "1,000"),
            ("CNY", " 1"),
            ("CNY", "1 "),
            ("CNY", ".5"),
            ("CNY", "5."),
            ("CNY", "NaN"),
            ("CNY", "Infinity"),
            ("CNY", "0x10"),
            ("CNY", "٣"),
            ("CNY", "１"),
            ("CNY", "007"),
            ("CNY", "1.2.3"),
            ("CNY", "1\u{200b}"),
            ("CNY", "1\0"),
            ("CNY", "1; DROP TABLE account_balance"),
            ("USD", "0.001"),
            ("JPY", "1.5"),
            ("CNY", &long),
            ("CNY", "92233720368547758.08"),
            ("CNY", "9223372036854775808"),
        ] {
            refuses_amount(&bank, code, amount).await;
        }
        for code in ["", "cny", "CN", "ZZZ", "XXX", "XAU", "人民币", "CNY "] {
            let request = withdrawal(&bank, |request| request.amount = money(code, "1.00"));
            assert_invalid(bank.withdraw_with(request).await, &["amount.currency_code"], code);
            let open = OpenAccountRequest { currency_code: code.to_owned(), ..opening() };
            let answer = bank.account_client().open_account(open).await;
            assert_invalid(answer, &["currency_code"], code);
        }
        let missing = withdrawal(&bank, |request| request.amount = None);
        assert_invalid(bank.withdraw_with(missing).await, &["amount"], "no amount");
        let missing = posting(&bank, |request| request.amount = None);
        assert_invalid(bank.record(missing).await, &["amount"], "no amount");
        assert_eq!(seen(&bank).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    /// What the account can't bear is not a question of form: more than 64 bits in sum, another
    /// currency, a minor unit too much.
    async fn amounts_that_do_not_fit_the_account_are_refused_by_it(bank) {
        let before = busy_account(&bank).await;
        let over = bank.withdraw(NUMBER, "890.01").await.unwrap_err();
        assert_eq!(reason(&over), "ACCOUNT_FROZEN");
        let over = bank.withdraw(NUMBER, "990.01").await.unwrap_err();
        assert_eq!(reason(&over), "INSUFFICIENT_AVAILABLE_FUNDS");
        for code in ["USD", "JPY"] {
            let other = withdrawal(&bank, |request| request.amount = money(code, "1"));
            let refused = bank.withdraw_with(other).await.unwrap_err();
            assert_eq!(reason(&refused), "CURRENCY_MISMATCH");
            let other = whole(&bank, |order| order.exempt_amount = money(code, "1"));
            assert_eq!(reason(&bank.freeze(other).await.unwrap_err()), "CURRENCY_MISMATCH");
        }
        let most = "92233720368547758.07";
        let asked = RecordTransactionRequest {
            mode: TransactionMode::Authorize.into(),
            ..bank.posting(NUMBER, Direction::Credit, most)
        };
        let refused = bank.record(asked).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), (
            "INVALID_REQUEST",
            vec!["amount".to_owned()],
        ));
        let refused = bank.withdraw(NUMBER, most).await.unwrap_err();
        assert_eq!(reason(&refused), "INSUFFICIENT_AVAILABLE_FUNDS");
        assert_eq!(seen(&bank).await, before);
        // A claim may be as large as it likes, beside others as well.
        bank.freeze(bank.court_order(NUMBER, most)).await.unwrap();
        bank.freeze(bank.court_order(NUMBER, most)).await.unwrap();
        bank.finish().await;
    }
}
