//! The periods and numbers by which accounts are reviewed: the bank's settings.

use chrono::TimeDelta;

use crate::domain::money::{Currency, Minor};
use crate::domain::terms::Term;

/// What becomes of an account more than a customer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// It is opened, and its review has a cause more.
    Review,
    /// It is refused.
    Refuse,
}

/// What reviews and openings go by.
#[derive(Debug, Clone)]
pub struct ReviewRules {
    /// A person's account that the customer hasn't used for so long is dormant.
    pub dormancy: Term,
    /// The same where the balance is low; counts when it is the shorter of the two.
    pub low_balance_dormancy: Term,
    /// A balance up to this counts as low: hundredths of the currency's major unit.
    pub low_balance_hundredths: i64,
    /// An organisation without receipts or payments for so long gets a notice
    /// (人民币银行结算账户管理办法 56: one year).
    pub organisation_dormancy: Term,
    /// From the notice to dormancy (the same: 30 days).
    pub dormancy_notice: Term,
    /// A new account without any transaction for so long from its opening is suspended at
    /// non-counter channels (银发〔2016〕261号: six months).
    pub unused: Term,
    /// How long a holder may take to renew a document that ran out, from the notice.
    pub identity_grace: Term,
    /// How long before it happens a reminder is given.
    pub remind: TimeDelta,
    /// The most accounts that one customer may have without a review of that.
    pub accounts_per_customer: i64,
    /// What becomes of one more.
    pub too_many_accounts: TooMany,
    /// The most cards that one customer may have, over all accounts.
    pub cards_per_customer: i64,
}

impl ReviewRules {
    /// The largest balance that counts as low, in minor units of a currency.
    pub fn low_balance(&self, currency: Currency) -> Minor {
        let unit = 10_i64.checked_pow(currency.exponent()).unwrap_or(1);
        self.low_balance_hundredths.saturating_mul(unit).checked_div(100).unwrap_or(0)
    }
}
