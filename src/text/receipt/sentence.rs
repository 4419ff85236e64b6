//! The sentences of a receipt in every language. Facts stand in braces; a sentence whose facts are not
//! all there is left out.

use strum::VariantArray;

use crate::text::wording::Wording;

/// A sentence of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub(super) enum Sentence {
    Account,
    OrderWithDocument,
    Order,
    OrderOfBank,
    Requested,
    RequestedWhole,
    Controlled,
    ShortBy,
    Filled,
    LaterCredits,
    Waiting,
    Place,
    AheadUntil,
    Ahead,
    AheadUnnamed,
    WholeAccount,
    Ends,
    EndsNever,
    InFlight,
    Movements,
    MoreMovements,
    Released,
    RanOut,
}

impl Sentence {
    #[expect(
        clippy::too_many_lines,
        reason = "a table: one arm per sentence, kept complete by the compiler"
    )]
    pub(super) fn wording(self) -> Wording {
        match self {
            Self::Account => {
                Wording::new("账户：{account}。", "賬戶：{account}。", "Account {account}.")
            }
            Self::OrderWithDocument => Wording::new(
                "决定机关：{authority}；文书号：{document}。",
                "決定機關：{authority}；文書號：{document}。",
                "Ordered by {authority}, document {document}.",
            ),
            Self::Order => Wording::new(
                "决定机关：{authority}。",
                "決定機關：{authority}。",
                "Ordered by {authority}.",
            ),
            Self::OrderOfBank => {
                Wording::new("由本行登记。", "由本行登記。", "Registered by the bank.")
            }
            Self::Requested => {
                Wording::new("要求冻结：{amount}。", "要求凍結：{amount}。", "Requested: {amount}.")
            }
            Self::RequestedWhole => Wording::new(
                "要求冻结：账户内全部款项。",
                "要求凍結：賬戶內全部款項。",
                "Requested: the whole account.",
            ),
            Self::Controlled => Wording::new(
                "现已控制：{amount}。",
                "現已控制：{amount}。",
                "Controlled now: {amount}.",
            ),
            Self::ShortBy => Wording::new(
                "尚差{amount}，后续入账继续冻结至要求的金额。",
                "尚差{amount}，其後入賬繼續凍結至要求的金額。",
                "Short by {amount}; later credits are frozen up to the requested amount.",
            ),
            Self::Filled => Wording::new(
                "要求的金额已全部控制。",
                "要求的金額已全部控制。",
                "The requested amount is controlled in full.",
            ),
            Self::LaterCredits => Wording::new(
                "后续入账一并冻结。",
                "其後入賬一併凍結。",
                "Later credits are frozen, too.",
            ),
            Self::Waiting => Wording::new(
                "本冻结为轮候登记，尚未生效，目前不控制款项。",
                "本凍結為輪候登記，尚未生效，目前不控制款項。",
                "The freeze waits in line; it has no effect yet and controls nothing.",
            ),
            Self::Place => Wording::new(
                "顺位：第{count}位。",
                "順位：第{count}位。",
                "Place in line: {count}.",
            ),
            Self::AheadUntil => Wording::new(
                "在先：{authority}，{amount}，至{until}。",
                "在先：{authority}，{amount}，至{until}。",
                "Ahead: {authority}, {amount}, until {until}.",
            ),
            Self::Ahead => Wording::new(
                "在先：{authority}，{amount}。",
                "在先：{authority}，{amount}。",
                "Ahead: {authority}, {amount}.",
            ),
            Self::AheadUnnamed => Wording::new(
                "在先：另一冻结，{amount}。",
                "在先：另一凍結，{amount}。",
                "Ahead: another freeze, {amount}.",
            ),
            Self::WholeAccount => Wording::new("全部款项", "全部款項", "the whole account"),
            Self::Ends => Wording::new(
                "冻结于{until}期满。",
                "凍結於{until}期滿。",
                "The freeze ends at {until}.",
            ),
            Self::EndsNever => {
                Wording::new("冻结没有期限。", "凍結沒有期限。", "The freeze has no end.")
            }
            Self::InFlight => Wording::new(
                "已发出而结果未定的付款{count}笔，合计{amount}；退回的款项纳入冻结。",
                "已發出而結果未定的付款{count}筆，合共{amount}；退回的款項納入凍結。",
                "Payouts sent before and still open: {count}, {amount} in all; what comes back is frozen.",
            ),
            Self::Movements => Wording::new(
                "文书送达后已记账{count}笔。",
                "文書送達後已記賬{count}筆。",
                "Booked since the order was served: {count}.",
            ),
            Self::MoreMovements => Wording::new(
                "文书送达后已记账{count}笔以上。",
                "文書送達後已記賬{count}筆以上。",
                "Booked since the order was served: more than {count}.",
            ),
            Self::Released => Wording::new(
                "本冻结已于{until}解除。",
                "本凍結已於{until}解除。",
                "The freeze was released at {until}.",
            ),
            Self::RanOut => Wording::new(
                "本冻结已于{until}期满失效。",
                "本凍結已於{until}期滿失效。",
                "The freeze ran out at {until}.",
            ),
        }
    }
}
