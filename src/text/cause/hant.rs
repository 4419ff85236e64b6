//! The lines in traditional Chinese, in the words of Hong Kong banks; Taiwan's follow from them.

use crate::domain::status::Cause;
use crate::text::placeholders::{Line, plain, with_values};

/// All that is said about a freeze whose origin the reader may not know.
pub(super) const ASK_BRANCH: &str = "請聯絡開戶分行，按要求提供資料。";

#[expect(
    clippy::too_many_lines,
    reason = "a table: one arm per cause, kept complete by the compiler"
)]
pub(super) fn customer(cause: Cause) -> Line {
    match cause {
        Cause::IdentityExpired => {
            plain("請以新的有效證件於手機銀行或任何分行更新，核實後即恢復付款。")
        }
        Cause::IdentityIncomplete => with_values(
            &["請按提示補齊或更正欠缺的資料：{items}。"],
            "請按提示補齊或更正欠缺的資料。",
        ),
        Cause::IdentityNotVerified => plain("請本人完成身份核實（面容識別或親臨分行）。"),
        Cause::RiskFreeze => plain(
            "請聯絡客戶服務或開戶分行，說明資金來源及用途，並備妥合約、單據；如有異議可提出申訴。",
        ),
        Cause::AmlMeasure => plain(ASK_BRANCH),
        Cause::JudicialCourt => with_values(
            &[
                "請向{authority}（{document}）查詢案情；履行責任、提供擔保或提出異議後由其決定解凍，銀行不能自行解除。",
                "請向{authority}查詢案情；履行責任、提供擔保或提出異議後由其決定解凍，銀行不能自行解除。",
            ],
            ASK_BRANCH,
        ),
        Cause::JudicialCriminal => with_values(
            &["請聯絡辦案機關{authority}並配合說明；與案件無關的資金可申請解除。"],
            ASK_BRANCH,
        ),
        Cause::JudicialOther => with_values(
            &[
                "請向{authority}（{document}）查詢並配合說明；由其決定解凍，銀行不能自行解除。",
                "請向{authority}查詢並配合說明；由其決定解凍，銀行不能自行解除。",
            ],
            ASK_BRANCH,
        ),
        Cause::AdminTax => {
            with_values(&["請向{authority}申報、繳款或提供擔保，憑其通知解凍。"], ASK_BRANCH)
        }
        Cause::FreezeWaiting => plain("賬戶另有登記在後的凍結，在前者解除後自動生效。"),
        Cause::LossOral => with_values(
            &["口頭掛失於{until}失效，請於此前帶同證件到分行書面確認；尋回卡片可自行撤銷。"],
            "口頭掛失將到期失效，請盡快帶同證件到分行書面確認；尋回卡片可自行撤銷。",
        ),
        Cause::LossWritten => plain("請帶同有效證件到分行補領新卡或存摺，或辦理撤銷。"),
        Cause::LossByBank => {
            plain("銀行發現卡片資料或已外洩並代為掛失，請聯絡客戶服務確認及換卡。")
        }
        Cause::StopFraud => with_values(
            &[
                "為防騙案，付款暫停至{until}；如有疑問請聯絡{contact}並保留交易單據。",
                "為防騙案，付款暫停至{until}；如有疑問請聯絡客戶服務並保留交易單據。",
                "為防騙案，付款暫停；如有疑問請聯絡{contact}並保留交易單據。",
            ],
            "為防騙案，付款暫停；如有疑問請聯絡客戶服務並保留交易單據。",
        ),
        Cause::StopArrears => with_values(
            &["請先清還欠款{amount}，清還後恢復付款。"],
            "請先清還欠款，清還後恢復付款。",
        ),
        Cause::StopCustoms => {
            with_values(&["請向{authority}繳清稅款或提供擔保，憑其通知恢復付款。"], ASK_BRANCH)
        }
        Cause::DormantNoUse => {
            plain("請帶同證件到分行重新啟用，或由本人存取一筆，並核對留存資料。")
        }
        Cause::DormantLowBalance => {
            plain("結餘長期偏低且未使用，請啟用並存入款項，或辦理結束賬戶。")
        }
        Cause::DormantOrganisation => with_values(
            &["機構賬戶一年沒有收付，請於{until}前帶同機構證件及印鑑到分行重新啟用或結束賬戶。"],
            "機構賬戶一年沒有收付，請帶同機構證件及印鑑到分行重新啟用或結束賬戶。",
        ),
        Cause::OpeningInReview => with_values(
            &["正在核實，預計{until}前有結果，請保持電話暢通。"],
            "正在核實，請保持電話暢通。",
        ),
        Cause::OpeningIncomplete => {
            with_values(&["請補交：{items}，然後重新提交。"], "請補交所欠資料，然後重新提交。")
        }
        Cause::OpeningNotVerified => plain("請本人帶同正本重新核實身份。"),
        Cause::OpeningNotInPerson => {
            plain("請本人親臨分行說明開戶用途；不得由他人代辦或借出賬戶。")
        }
        Cause::OpeningTooMany => with_values(
            &["您名下賬戶或卡片已達上限{limit}，請先取消不用者再申請。"],
            "您名下賬戶或卡片已達上限，請先取消不用者再申請。",
        ),
        Cause::LimitReached => with_values(
            &[
                "{limit_kind}已用完，{reset_time}自動恢復；急用可申請提高限額或改用本人其他賬戶。",
                "{limit_kind}已用完；急用可申請提高限額或改用本人其他賬戶。",
                "限額已用完，{reset_time}自動恢復；急用可申請提高限額或改用本人其他賬戶。",
            ],
            "限額已用完；急用可申請提高限額或改用本人其他賬戶。",
        ),
        Cause::NonCounterSuspended => {
            plain("網上及自助渠道已暫停，請本人到櫃位核實後恢復；櫃位服務不受影響。")
        }
        Cause::RestrictedByList => {
            plain("賬戶依法受到限制；請帶同有效證件及相關證明到開戶分行辦理，如有異議可提出申訴。")
        }
        Cause::SuspiciousPattern => {
            plain("請聯絡開戶分行核實近期交易，並備妥合約、發票等證明；如有異議可申訴。")
        }
        Cause::Closed => plain("賬戶已結束，請改用其他賬戶；如有退回款項請到分行領取。"),
    }
}

pub(super) fn bank(cause: Cause) -> &'static str {
    match cause {
        Cause::IdentityExpired => "核對新證件，更新有效期後自動解除。",
        Cause::IdentityIncomplete => "列明欠缺項目，收齊後覆核並解除。",
        Cause::IdentityNotVerified => "完成實名核實並留存紀錄，通過後解除。",
        Cause::RiskFreeze => "盡快覆核；收到異議起十五日內處理並答覆，無風險即提請雙人解凍。",
        Cause::AmlMeasure => "按指令執行並保密；到期未獲繼續凍結通知即時解除。",
        Cause::JudicialCourt => "核驗文書後依法辦理凍結、續凍、解凍、扣劃，並回覆法院。",
        Cause::JudicialCriminal => {
            "按通知書辦理，臨期提醒，到期未續即自動解除；輪候生效時知會下一機關。"
        }
        Cause::JudicialOther => "核對法定權限、文書及期限後辦理，屆滿按規定處理並回覆該機關。",
        Cause::AdminTax => "核對法定權限及期限，無權或逾期的要求不予辦理。",
        Cause::FreezeWaiting => "保持登記次序，由生效日起計期限並知會該機關。",
        Cause::LossOral => "到期前提醒；收到書面確認轉為正式掛失，否則屆時失效。",
        Cause::LossWritten => "核實本人後補發或撤銷，舊有介質作廢。",
        Cause::LossByBank => "聯絡持卡人核實，換發後解除。",
        Cause::StopFraud => "屆滿未收到凍結通知即恢復；涉案者轉介警方。",
        Cause::StopArrears => "核對欠款及扣款授權，入賬後按約扣收，清償當日解除。",
        Cause::StopCustoms => "核對海關通知，按應繳稅款金額暫停支付，收到繳清通知即時恢復。",
        Cause::DormantNoUse => "核實本人、更新資料後啟用；他人轉入不作啟用論。",
        Cause::DormantLowBalance => "先通知，再按規定轉撥或恢復；客戶可隨時取回本息。",
        Cause::DormantOrganisation => {
            "通知機構三十日內辦理；逾期視作自願銷戶，結餘轉入久未提取專戶。"
        }
        Cause::OpeningInReview => "限時完成核實，逾期升級處理。",
        Cause::OpeningIncomplete => "一次過列明所欠項目，收齊後重新審批。",
        Cause::OpeningNotVerified => "改用另一核實方式覆核，仍未通過則維持。",
        Cause::OpeningNotInPerson => "面談核實意願，疑似冒名即停辦並上報。",
        Cause::OpeningTooMany => "核對名下數目，確有需要者提請例外批核。",
        Cause::LimitReached => "通知審核人員；提高限額須雙人批准並可設期限。",
        Cause::NonCounterSuspended => "重新核實身份及用途，通過後恢復非櫃位渠道。",
        Cause::RestrictedByList => {
            "核對名單及措施依據；不得擅自解除，除名或主管機關決定後即時解除。"
        }
        Cause::SuspiciousPattern => "進行盡職審查，按結果解除、限制或上報，全程保密。",
        Cause::Closed => "退回款項記入暫收，核實本人後付還。",
    }
}
