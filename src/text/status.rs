//! The eleven statuses in words: names for the status fields, one-sentence descriptions, and what
//! a customer can do so that it does not come to it.

use std::borrow::Cow;

use super::locale::Locale;
use super::wording::Wording;
use crate::domain::status::AccountStatus;

/// The status in a word or two, for staff and systems. Customers are shown
/// [`status_shown_to_customer`] instead.
pub fn status_name(status: AccountStatus, locale: Locale) -> Cow<'static, str> {
    name(status).in_locale(locale)
}

/// The status in a word or two as a customer may see it: never that they are suspected of
/// something (AML Law 2024, Art. 35). When a freeze leaves money free, see
/// [`status_partly_frozen`].
pub fn status_shown_to_customer(status: AccountStatus, locale: Locale) -> Cow<'static, str> {
    let shown = match status {
        AccountStatus::Suspicious => {
            Wording::new("待核实账户", "待核實賬戶", "Verification required")
        }
        AccountStatus::Normal
        | AccountStatus::Frozen
        | AccountStatus::StopPay
        | AccountStatus::Lost
        | AccountStatus::Opening
        | AccountStatus::OpenFailed
        | AccountStatus::InfoExpired
        | AccountStatus::Dormant
        | AccountStatus::Restricted
        | AccountStatus::Closed => name(status),
    };
    shown.in_locale(locale)
}

/// What customers are shown for `FROZEN` when money is left free.
pub fn status_partly_frozen(locale: Locale) -> Cow<'static, str> {
    Wording::new("部分冻结", "部分凍結", "Partly frozen").in_locale(locale)
}

/// One sentence that says what the status means for money coming in and going out. It may be read
/// to the customer.
pub fn status_description(status: AccountStatus, locale: Locale) -> Cow<'static, str> {
    description(status).in_locale(locale)
}

/// How a customer keeps clear of this status; `None` where there is nothing to keep clear of.
pub fn prevention(status: AccountStatus, locale: Locale) -> Option<Cow<'static, str>> {
    tip(status).map(|tip| tip.in_locale(locale))
}

fn name(status: AccountStatus) -> Wording {
    match status {
        AccountStatus::Normal => Wording::new("正常", "正常", "Normal"),
        AccountStatus::Frozen => Wording::new("冻结", "凍結", "Frozen"),
        AccountStatus::StopPay => Wording::new("止付", "止付", "Payments stopped"),
        AccountStatus::Lost => Wording::new("挂失", "掛失", "Reported lost"),
        AccountStatus::Opening => Wording::new("开户中", "開戶中", "Opening in progress"),
        AccountStatus::OpenFailed => Wording::new("开户失败", "開戶失敗", "Opening declined"),
        AccountStatus::InfoExpired => {
            Wording::new("信息过期", "資料過期", "Information out of date")
        }
        AccountStatus::Dormant => Wording::new("睡眠户", "不動戶", "Dormant"),
        AccountStatus::Suspicious => Wording::new("可疑账户", "可疑賬戶", "Suspicious"),
        AccountStatus::Restricted => Wording::new("限制交易", "限制交易", "Restricted"),
        AccountStatus::Closed => Wording::new("注销", "註銷", "Closed"),
    }
}

pub(super) fn description(status: AccountStatus) -> Wording {
    match status {
        AccountStatus::Normal => Wording::new(
            "收款、付款均可照常办理。",
            "收款及付款均可如常辦理。",
            "Money can come in and go out as usual.",
        ),
        AccountStatus::Frozen => Wording::new(
            "冻结正在生效：受控资金不得动用，其余余额（如有）仍可支付。",
            "凍結現正生效：受控資金不得動用，其餘結餘（如有）仍可支付。",
            "A freeze is in force: the controlled money may not move; any balance beyond it still can.",
        ),
        AccountStatus::StopPay => Wording::new(
            "对外付款暂停，入账照常。",
            "對外付款暫停，入賬如常。",
            "Outgoing payments are suspended; incoming money is accepted.",
        ),
        AccountStatus::Lost => Wording::new(
            "账户凭证或卡片已登记遗失，补发或撤销登记前不办理付款。",
            "賬戶憑證或卡片已登記遺失，補發或撤銷登記前不辦理付款。",
            "The passbook, card or seal is registered as lost; nothing is paid out until it is replaced or the report withdrawn.",
        ),
        AccountStatus::Opening => Wording::new(
            "开户申请已受理，核验完成前不能收付。",
            "開戶申請已受理，核實完成前不能收付。",
            "The application has been taken in; no money moves until checks are complete.",
        ),
        AccountStatus::OpenFailed => Wording::new(
            "申请未能核准，账户未启用；补齐所列事项后可重新提交。",
            "申請未獲批核，賬戶未啟用；補齊所列事項後可重新提交。",
            "The application was not accepted and the account is not in use; it can be resubmitted once the listed items are supplied.",
        ),
        AccountStatus::InfoExpired => Wording::new(
            "留存的身份资料失效、缺漏或未经核实，更新前暂停付款。",
            "留存的身份資料失效、缺漏或未經核實，更新前暫停付款。",
            "The identity details on file are out of date, incomplete or unverified; payments wait until they are renewed.",
        ),
        AccountStatus::Dormant => Wording::new(
            "本人较长时间没有使用账户，付款功能暂停，激活后恢复。",
            "本人較長時間沒有使用賬戶，付款功能暫停，重新啟用後恢復。",
            "The holder has not used the account for a long time; payments are off until it is reactivated.",
        ),
        AccountStatus::Suspicious => Wording::new(
            "账户活动需要向本人核实，核实完成前不能付款。",
            "賬戶活動需要向本人核實，核實完成前不能付款。",
            "Some activity has to be confirmed with the holder; payments wait until that is done.",
        ),
        AccountStatus::Restricted => Wording::new(
            "部分交易受金额、笔数或办理渠道限制，限制之外可照常使用。",
            "部分交易受金額、筆數或辦理渠道限制，限制以外可如常使用。",
            "Amounts, counts or channels are limited; whatever is within the limit still works.",
        ),
        AccountStatus::Closed => Wording::new(
            "账户已结清关闭，不再收付，也不能恢复。",
            "賬戶已結清關閉，不再收付，亦不能恢復。",
            "The account is settled and closed for good; nothing can be paid in or out.",
        ),
    }
}

fn tip(status: AccountStatus) -> Option<Wording> {
    match status {
        AccountStatus::InfoExpired => Some(Wording::new(
            "证件到期前更新资料。",
            "證件到期前更新資料。",
            "Renew your details before the document runs out.",
        )),
        AccountStatus::Dormant => Some(Wording::new(
            "每隔几个月本人使用一次。",
            "每隔數月由本人使用一次。",
            "Use the account yourself every few months.",
        )),
        AccountStatus::Suspicious | AccountStatus::Frozen => Some(Wording::new(
            "避免资金短时间大进大出，大额往来留好凭据。",
            "避免資金短時間大額進出，大額往來保留單據。",
            "Avoid rushing large sums through; keep papers for big payments.",
        )),
        AccountStatus::Restricted => Some(Wording::new(
            "付款前查看剩余额度，提前申请提额。",
            "付款前查看剩餘限額，提前申請調高。",
            "Check what is left of your limit and ask early.",
        )),
        AccountStatus::Lost | AccountStatus::StopPay => Some(Wording::new(
            "不透露密码与验证码，不出租、出借账户和卡。",
            "切勿透露密碼及驗證碼，切勿租借賬戶或卡。",
            "Never share codes; never lend or rent out an account or card.",
        )),
        AccountStatus::Opening | AccountStatus::OpenFailed => Some(Wording::new(
            "本人申请，资料真实齐全。",
            "本人申請，資料真實齊全。",
            "Apply in person with true and complete papers.",
        )),
        AccountStatus::Normal | AccountStatus::Closed => None,
    }
}
