//! Refusals in words: the line that the customer may read, and the constant message for engineers.
//!
//! A refusal by the account's status says what the status says; the edge puts the line of the
//! cause in its place where there is one. Neither text carries a value from a record, so neither
//! can leak one.

use std::borrow::Cow;

use super::locale::Locale;
use super::status::description;
use super::wording::Wording;
use crate::domain::refusal::Reason;
use crate::domain::status::AccountStatus;

/// What the customer may read about a refusal for which no cause has a line of its own.
pub fn reason_line(reason: Reason, locale: Locale) -> Cow<'static, str> {
    line(reason).in_locale(locale)
}

/// The constant English `status.message` of a refusal, for engineers and logs.
pub fn reason_message(reason: Reason) -> &'static str {
    match reason {
        Reason::Unauthenticated => "credentials are missing or not accepted",
        Reason::InvalidRequest => "the request has missing or malformed fields",
        Reason::PermissionDenied => "the caller lacks the scope for this call or this account",
        Reason::RequestIdReused => "the request_id was used before with other content",
        Reason::AccountNotFound => "no such account",
        Reason::CardNotFound => "no such card",
        Reason::FreezeNotFound => "no such freeze record on this account",
        Reason::WithdrawalNotFound => "no such withdrawal on this account",
        Reason::ApprovalNotFound => "no such approval",
        Reason::ObjectionNotFound => "no such objection on this account",
        Reason::ChannelNotFound => "no such payout channel",
        Reason::CaseNotFound => "no such case on this account",
        Reason::SuspenseNotFound => "no such item in suspense",
        Reason::EtagMismatch => "the etag is stale; read the account again",
        Reason::CurrencyMismatch => "the currency of the amount is not that of the account",
        Reason::AccountClosed => "the account is closed",
        Reason::AccountOpenFailed => "the opening of the account was declined",
        Reason::AccountOpening => "the opening of the account is under review",
        Reason::AccountFrozen => "a freeze on the account is in force",
        Reason::AccountLost => "the account's medium is reported lost",
        Reason::AccountStopPay => "payments from the account are stopped",
        Reason::AccountSuspicious => "the account requires verification with its holder",
        Reason::AccountInfoExpired => "identity details on file have to be renewed",
        Reason::AccountDormant => "the account is dormant",
        Reason::AccountRestricted => "a restriction on the account does not let this pass",
        Reason::AccountExists => "the account exists already",
        Reason::TransactionExists => "the account has a transaction with this id already",
        Reason::CardExists => "the card is bound already",
        Reason::ActionNotApplicable => {
            "the action does not apply to the account in its present state"
        }
        Reason::CloseBlocked => "the account is not settled and cannot be closed yet",
        Reason::WithdrawalNotCancellable => "the withdrawal can no longer be cancelled",
        Reason::FreezeNotInForce => "the freeze is not in force",
        Reason::FundsAlreadyFrozen => {
            "the funds are frozen already and this kind of freeze may not wait"
        }
        Reason::OrganWithoutPower => "the organ has no power of its own to freeze",
        Reason::TermTooLong => "the term is longer than the law allows",
        Reason::ProtectedFunds => "the account holds funds protected by law",
        Reason::StopRepeated => "the case has stopped this account as often as allowed",
        Reason::NotThisAuthority => "the freeze belongs to another authority",
        Reason::OutOfTurn => "a waiting freeze cannot act before its turn",
        Reason::ApproverIsProposer => "the approver made the proposal",
        Reason::ApprovalDecided => "the approval is decided already",
        Reason::ApprovalStale => "the subject changed after the proposal",
        Reason::InsufficientAvailableFunds => "the amount is above the available balance",
        Reason::LimitExceeded => "the amount would exceed a limit",
        Reason::RateLimited => "the client sends more requests than allowed",
        Reason::Overloaded => "the server has more work than it can take",
        Reason::Conflict => "concurrent changes kept colliding",
        Reason::DeadlineExceeded => "the deadline passed",
        Reason::Unavailable => "the service is temporarily unavailable",
        Reason::Unimplemented => "no such method",
        Reason::MessageTooLarge => "the message is larger than allowed",
        Reason::Internal => "internal error",
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "a table: one arm per reason, kept complete by the compiler"
)]
fn line(reason: Reason) -> Wording {
    match reason {
        Reason::Unauthenticated => Wording::new(
            "无法确认您的身份，请重新登录后再试。",
            "無法確認您的身份，請重新登入後再試。",
            "We could not confirm who is asking; please sign in again.",
        ),
        Reason::InvalidRequest => Wording::new(
            "提交的内容有缺漏或格式不对，请更正后再试。",
            "提交的內容有欠缺或格式不正確，請更正後再試。",
            "Something in the request is missing or malformed; please correct it.",
        ),
        Reason::PermissionDenied => Wording::new(
            "您没有办理此项业务的权限。",
            "您沒有辦理此項業務的權限。",
            "You are not allowed to do this.",
        ),
        Reason::RequestIdReused => Wording::new(
            "该请求编号已用于其他内容，请重新发起。",
            "此請求編號已用於其他內容，請重新提出。",
            "This request number was used for something else; please start again.",
        ),
        Reason::AccountNotFound => Wording::new(
            "查无此账户，请核对账号。",
            "查無此賬戶，請核對賬號。",
            "There is no such account; please check the number.",
        ),
        Reason::CardNotFound => Wording::new(
            "查无此卡，请核对卡号。",
            "查無此卡，請核對卡號。",
            "There is no such card; please check the number.",
        ),
        Reason::FreezeNotFound => Wording::new(
            "查无此冻结记录，请核对编号。",
            "查無此凍結紀錄，請核對編號。",
            "There is no such freeze; please check the number.",
        ),
        Reason::WithdrawalNotFound => Wording::new(
            "查无此笔提现，请核对编号。",
            "查無此筆提款，請核對編號。",
            "There is no such withdrawal; please check the number.",
        ),
        Reason::ApprovalNotFound => Wording::new(
            "查无此项审批，请核对编号。",
            "查無此項審批，請核對編號。",
            "There is no such approval; please check the number.",
        ),
        Reason::ObjectionNotFound => Wording::new(
            "查无此项异议，请核对编号。",
            "查無此項異議，請核對編號。",
            "There is no such objection; please check the number.",
        ),
        Reason::ChannelNotFound => Wording::new(
            "查无此出款通道，请核对编号。",
            "查無此出款通道，請核對編號。",
            "There is no such payout channel; please check its id.",
        ),
        Reason::CaseNotFound => Wording::new(
            "查无此差错案件，请核对编号。",
            "查無此差錯案件，請核對編號。",
            "There is no such case; please check the number.",
        ),
        Reason::SuspenseNotFound => Wording::new(
            "查无此暂收款项，请核对编号。",
            "查無此暫收款項，請核對編號。",
            "There is no such item in suspense; please check the number.",
        ),
        Reason::EtagMismatch => Wording::new(
            "账户信息刚有变动，请重新查询后再试。",
            "賬戶資料剛有變動，請重新查詢後再試。",
            "The account has just changed; please look again before retrying.",
        ),
        Reason::CurrencyMismatch => Wording::new(
            "金额的币种与账户币种不一致。",
            "金額的貨幣與賬戶貨幣不一致。",
            "The amount is not in the currency of the account.",
        ),
        Reason::AccountClosed => description(AccountStatus::Closed),
        Reason::AccountOpenFailed => description(AccountStatus::OpenFailed),
        Reason::AccountOpening => description(AccountStatus::Opening),
        Reason::AccountFrozen => description(AccountStatus::Frozen),
        Reason::AccountLost => description(AccountStatus::Lost),
        Reason::AccountStopPay => description(AccountStatus::StopPay),
        Reason::AccountSuspicious => description(AccountStatus::Suspicious),
        Reason::AccountInfoExpired => description(AccountStatus::InfoExpired),
        Reason::AccountDormant => description(AccountStatus::Dormant),
        Reason::AccountRestricted => description(AccountStatus::Restricted),
        Reason::TransactionExists => Wording::new(
            "这笔交易已经登记，无需重复提交。",
            "此交易已經登記，毋須重複提交。",
            "This transaction is recorded already; there is no need to send it again.",
        ),
        Reason::AccountExists => Wording::new(
            "该账户已经开立，无需重复申请。",
            "此賬戶已經開立，毋須重複申請。",
            "This account exists already; there is no need to apply again.",
        ),
        Reason::CardExists => Wording::new(
            "此卡已经绑定，请核对卡号。",
            "此卡已經綁定，請核對卡號。",
            "This card is bound already; please check the number.",
        ),
        Reason::ActionNotApplicable => Wording::new(
            "账户目前的状态不能办理此项业务。",
            "賬戶目前的狀態不能辦理此項業務。",
            "This cannot be done with the account as it is now.",
        ),
        Reason::CloseBlocked => Wording::new(
            "账户还有未了结的事项，暂时不能注销。",
            "賬戶尚有未了結的事項，暫時不能註銷。",
            "Something on the account is not settled yet; it cannot be closed now.",
        ),
        Reason::WithdrawalNotCancellable => Wording::new(
            "该笔提现已在办理或已完成，不能取消。",
            "此筆提款已在辦理或已完成，不能取消。",
            "The withdrawal is on its way or done and can no longer be cancelled.",
        ),
        Reason::FreezeNotInForce => Wording::new(
            "该项冻结已不在生效中。",
            "此項凍結並非生效中。",
            "This freeze is not in force.",
        ),
        Reason::FundsAlreadyFrozen => Wording::new(
            "资金已全部冻结，不能再次冻结。",
            "資金已全數凍結，不能再次凍結。",
            "All the money is frozen already and cannot be frozen again.",
        ),
        Reason::OrganWithoutPower => Wording::new(
            "该机关没有直接冻结的法定权限。",
            "該機關沒有直接凍結的法定權限。",
            "This authority has no power of its own to freeze.",
        ),
        Reason::TermTooLong => Wording::new(
            "期限超过法定上限，请更正。",
            "期限超過法定上限，請更正。",
            "The term is longer than the law allows; please correct it.",
        ),
        Reason::ProtectedFunds => Wording::new(
            "该账户资金受法律保护，不能作此处理。",
            "此賬戶資金受法律保護，不能作此處理。",
            "The money on this account is protected by law against this.",
        ),
        Reason::StopRepeated => Wording::new(
            "同一案件对该账户的止付次数已满。",
            "同一案件對此賬戶的止付次數已滿。",
            "This case has stopped the account as often as it may.",
        ),
        Reason::NotThisAuthority => Wording::new(
            "该项冻结由其他机关作出，须由其办理。",
            "此項凍結由其他機關作出，須由其辦理。",
            "Another authority ordered this freeze; only that one can change it.",
        ),
        Reason::OutOfTurn => Wording::new(
            "在前的冻结仍在生效，请按顺序办理。",
            "在前的凍結仍然生效，請按次序辦理。",
            "An earlier freeze is still in force; please keep the order.",
        ),
        Reason::ApproverIsProposer => Wording::new(
            "提交人不能审批本人的申请，请由他人审批。",
            "提交人不能批核本人的申請，請由他人批核。",
            "Whoever proposed this cannot approve it; please ask someone else.",
        ),
        Reason::ApprovalDecided => Wording::new(
            "该项审批已有结果。",
            "此項審批已有結果。",
            "This has been decided already.",
        ),
        Reason::ApprovalStale => Wording::new(
            "提交之后情况已有变化，请重新提交审批。",
            "提交之後情況已有變化，請重新提交審批。",
            "Things have changed since the proposal; please propose it again.",
        ),
        Reason::InsufficientAvailableFunds => {
            Wording::new("可用余额不足。", "可用結餘不足。", "The available balance is not enough.")
        }
        Reason::LimitExceeded => Wording::new(
            "超出交易限额，请减少金额或申请提额。",
            "超出交易限額，請減少金額或申請提高限額。",
            "This is above a limit; lower the amount or ask for a raise.",
        ),
        Reason::RateLimited => Wording::new(
            "操作过于频繁，请稍后再试。",
            "操作過於頻密，請稍後再試。",
            "Too many requests; please try again in a moment.",
        ),
        Reason::Overloaded => Wording::new(
            "系统繁忙，请稍后再试。",
            "系統繁忙，請稍後再試。",
            "The system is busy; please try again in a moment.",
        ),
        Reason::Conflict => Wording::new(
            "账户正在办理其他业务，请稍后再试。",
            "賬戶正在辦理其他業務，請稍後再試。",
            "The account is busy with something else; please try again in a moment.",
        ),
        Reason::DeadlineExceeded => Wording::new(
            "办理超时，请先查询结果再重试。",
            "辦理逾時，請先查詢結果再重試。",
            "This took too long; please check the outcome before trying again.",
        ),
        Reason::Unavailable => Wording::new(
            "服务暂时不可用，请稍后再试。",
            "服務暫時未能提供，請稍後再試。",
            "The service is away for the moment; please try again soon.",
        ),
        Reason::Unimplemented => {
            Wording::new("不支持此项操作。", "不支援此項操作。", "This operation is not offered.")
        }
        Reason::MessageTooLarge => Wording::new(
            "提交的内容过大，请分批提交。",
            "提交的內容過大，請分批提交。",
            "The request is too large; please split it.",
        ),
        Reason::Internal => Wording::new(
            "系统出现问题，请稍后再试或联系客服。",
            "系統出現問題，請稍後再試或聯絡客戶服務。",
            "Something went wrong on our side; please try again later or contact us.",
        ),
    }
}
