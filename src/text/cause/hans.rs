//! The lines in simplified Chinese, in the words of mainland banks.

use crate::domain::status::Cause;
use crate::text::placeholders::{Line, plain, with_values};

/// All that is said about a freeze whose origin the reader may not know.
pub(super) const ASK_BRANCH: &str = "请联系开户网点，按要求提供资料。";

#[expect(
    clippy::too_many_lines,
    reason = "a table: one arm per cause, kept complete by the compiler"
)]
pub(super) fn customer(cause: Cause) -> Line {
    match cause {
        Cause::IdentityExpired => {
            plain("请用新的有效证件在手机银行或任一网点更新，通过后即恢复付款。")
        }
        Cause::IdentityIncomplete => with_values(
            &["请按提示补齐或更正缺漏的资料：{items}。"],
            "请按提示补齐或更正缺漏的资料。",
        ),
        Cause::IdentityNotVerified => plain("请本人完成身份核验（刷脸或到网点）。"),
        Cause::RiskFreeze => plain(
            "请联系客服或开户网点，说明资金来源与用途，并备好合同、票据等材料；对限制有异议可提出申诉。",
        ),
        Cause::AmlMeasure => plain(ASK_BRANCH),
        Cause::JudicialCourt => with_values(
            &[
                "请向{authority}（{document}）了解案情；履行义务、提供担保或提出异议后由其决定解冻，银行不能自行解除。",
                "请向{authority}了解案情；履行义务、提供担保或提出异议后由其决定解冻，银行不能自行解除。",
            ],
            ASK_BRANCH,
        ),
        Cause::JudicialCriminal => with_values(
            &["请联系办案机关{authority}配合说明；与案件无关的资金可申请解除。"],
            ASK_BRANCH,
        ),
        Cause::JudicialOther => with_values(
            &[
                "请向{authority}（{document}）了解情况并配合说明；由其决定解冻，银行不能自行解除。",
                "请向{authority}了解情况并配合说明；由其决定解冻，银行不能自行解除。",
            ],
            ASK_BRANCH,
        ),
        Cause::AdminTax => {
            with_values(&["请向{authority}办理申报、缴款或提供担保，凭其通知解冻。"], ASK_BRANCH)
        }
        Cause::FreezeWaiting => plain("账户另有在后登记的冻结，在前的解除后自动生效。"),
        Cause::LossOral => with_values(
            &["口头挂失于{until}失效，请在此前持证件到网点书面确认；卡片找到可自行撤销。"],
            "口头挂失将到期失效，请尽快持证件到网点书面确认；卡片找到可自行撤销。",
        ),
        Cause::LossWritten => plain("请持有效证件到网点补发新卡或新折，或办理撤销。"),
        Cause::LossByBank => plain("银行发现卡片可能泄露已代为挂失，请联系客服确认并换卡。"),
        Cause::StopFraud => with_values(
            &[
                "账户因防范诈骗暂停付款至{until}，如有疑问请联系{contact}并保留交易凭证。",
                "账户因防范诈骗暂停付款至{until}，如有疑问请联系客服并保留交易凭证。",
                "账户因防范诈骗暂停付款，如有疑问请联系{contact}并保留交易凭证。",
            ],
            "账户因防范诈骗暂停付款，如有疑问请联系客服并保留交易凭证。",
        ),
        Cause::StopArrears => with_values(
            &["请先结清所欠款项{amount}，结清后恢复付款。"],
            "请先结清所欠款项，结清后恢复付款。",
        ),
        Cause::StopCustoms => {
            with_values(&["请向{authority}缴清税款或提供担保，凭其通知恢复付款。"], ASK_BRANCH)
        }
        Cause::DormantNoUse => plain("请持证件到网点激活，或由本人存取一笔，并核对预留资料。"),
        Cause::DormantLowBalance => plain("余额长期偏低且未使用，请激活并存入一笔，或办理销户。"),
        Cause::DormantOrganisation => with_values(
            &["单位账户一年未发生收付，请于{until}前携单位证件与印鉴到网点激活或销户。"],
            "单位账户一年未发生收付，请携单位证件与印鉴到网点激活或销户。",
        ),
        Cause::OpeningInReview => with_values(
            &["正在核验，预计{until}前有结果，请保持电话畅通。"],
            "正在核验，请保持电话畅通。",
        ),
        Cause::OpeningIncomplete => {
            with_values(&["请补交：{items}，然后重新提交。"], "请补交所缺资料，然后重新提交。")
        }
        Cause::OpeningNotVerified => plain("请本人携带原件重新核验身份。"),
        Cause::OpeningNotInPerson => {
            plain("请本人到网点当面说明开户用途；不得由他人代办或出借账户。")
        }
        Cause::OpeningTooMany => with_values(
            &["您名下账户或卡片已达上限{limit}，请先注销不用的，再行申请。"],
            "您名下账户或卡片已达上限，请先注销不用的，再行申请。",
        ),
        Cause::LimitReached => with_values(
            &[
                "{limit_kind}已用完，{reset_time}自动恢复；急用可申请提额或换用本人其他账户。",
                "{limit_kind}已用完；急用可申请提额或换用本人其他账户。",
                "限额已用完，{reset_time}自动恢复；急用可申请提额或换用本人其他账户。",
            ],
            "限额已用完；急用可申请提额或换用本人其他账户。",
        ),
        Cause::NonCounterSuspended => {
            plain("线上与自助渠道已暂停，请本人到柜台核实身份后恢复；柜台业务不受影响。")
        }
        Cause::RestrictedByList => {
            plain("账户依法受到限制；请携有效证件与相关证明到开户网点办理，有异议可提出申诉。")
        }
        Cause::SuspiciousPattern => {
            plain("请联系开户网点核实近期交易，并准备合同、发票等证明；有异议可申诉。")
        }
        Cause::Closed => plain("账户已关闭，请改用其他账户；若有退回款项请到网点领取。"),
    }
}

pub(super) fn bank(cause: Cause) -> &'static str {
    match cause {
        Cause::IdentityExpired => "核对新证件并联网核查，更新有效期后自动解除。",
        Cause::IdentityIncomplete => "列明缺漏项，收齐后复核并解除。",
        Cause::IdentityNotVerified => "完成实名核验并留痕，通过后解除。",
        Cause::RiskFreeze => "尽快复核；自收到异议起十五日内办结并答复，无风险即提请双人解冻。",
        Cause::AmlMeasure => "按指令执行并保密；到期未收到继续冻结通知立即解除。",
        Cause::JudicialCourt => "核验文书后依法办理冻结、续冻、解冻、扣划，并向法院回复结果。",
        Cause::JudicialCriminal => {
            "按通知书办理，临期提醒，到期未续即自动解除；轮候生效时告知下一机关。"
        }
        Cause::JudicialOther => "核对法定权限、文书与期限后办理，到期按规定处理并回复该机关。",
        Cause::AdminTax => "核对法定权限与期限，超期或无权机关的要求不予办理。",
        Cause::FreezeWaiting => "保持登记顺序，生效当日起算期限并通知该机关。",
        Cause::LossOral => "到期前提醒；收到书面确认转为正式挂失，否则到时自动失效。",
        Cause::LossWritten => "核实本人后补发或撤销，原介质作废。",
        Cause::LossByBank => "联系持卡人核实，换发介质后解除。",
        Cause::StopFraud => "止付到期未收到冻结通知即恢复；涉嫌案件移交警方。",
        Cause::StopArrears => "核对欠款与扣收授权，入账后按约扣收，清偿当日解除。",
        Cause::StopCustoms => "核对海关通知，按应纳税款金额暂停支付，收到缴清通知立即恢复。",
        Cause::DormantNoUse => "核实本人、更新资料后激活；他人转入不视为激活。",
        Cause::DormantLowBalance => "先行通知，再按规定转入或恢复；客户可随时取回本金利息。",
        Cause::DormantOrganisation => {
            "通知单位三十日内办理；逾期视同自愿销户，余额转入久悬未取专户。"
        }
        Cause::OpeningInReview => "在时限内完成核验，逾期升级。",
        Cause::OpeningIncomplete => "一次性列明所缺，收齐后重新审核。",
        Cause::OpeningNotVerified => "换用另一种核验方式复核，仍不通过则维持。",
        Cause::OpeningNotInPerson => "面谈核实意愿，疑似冒名立即停办并报告。",
        Cause::OpeningTooMany => "核对名下数量，确有需要的提请例外审批。",
        Cause::LimitReached => "提醒审核岗；提额须双人批准并可设期限。",
        Cause::NonCounterSuspended => "重新核实身份与用途，通过后恢复非柜面。",
        Cause::RestrictedByList => {
            "核对名单与措施依据；不得擅自解除，移出名单或主管机关决定后立即解除。"
        }
        Cause::SuspiciousPattern => "开展尽职调查，按结果解除、限制或上报，全程保密。",
        Cause::Closed => "退回资金记入暂收，核实本人后付还。",
    }
}
