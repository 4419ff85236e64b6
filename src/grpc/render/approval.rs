//! Proposals, and the requests that they hold.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};

use super::{made_id, timestamp};
use crate::ask::mask;
use crate::domain::act::proposed::Proposed;
use crate::domain::approval::Approval;
use crate::domain::command::Effect;
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::grpc::parse::status_etag;
use crate::pb::v1;

/// The largest whole number that the number of a Struct, a double, holds with all smaller ones.
const EXACT_MAX: i64 = 1 << 53;

/// A proposal as the caller may see it.
pub(crate) fn approval(approval: &Approval, caller: &Caller, effect: Effect) -> v1::Approval {
    let rpc = Proposed::of(approval).map(|act| rpc(&act)).unwrap_or_default();
    let shown = mask::approval(approval.clone(), &caller.principal);
    v1::Approval {
        approval_id: made_id(shown.approval_id.as_str(), effect),
        account_number: shown.account_number.as_str().to_owned(),
        state: shown.state.number(),
        act: rpc.to_owned(),
        subject_id: shown.subject_id,
        proposed_by: shown.proposed_by,
        reason: shown.reason,
        etag: status_etag(shown.subject_version),
        create_time: Some(timestamp(shown.create_time)),
        expire_time: Some(timestamp(shown.expire_time)),
        action: shown.action,
        request: object(shown.request),
        decided_by: shown.decided_by,
        decide_time: shown.decide_time.map(timestamp),
        comment: shown.comment,
    }
}

/// The RPC that proposes it.
fn rpc(act: &Proposed) -> &'static str {
    match act {
        Proposed::ChangeStatus(_) => "accountstatus.v1.AccountService/ChangeAccountStatus",
        Proposed::CreateFreeze(_) | Proposed::ConfirmFreeze(_) => {
            "accountstatus.v1.FreezeRecordService/CreateFreezeRecord"
        }
        Proposed::ReleaseFreeze(_) => "accountstatus.v1.FreezeRecordService/ReleaseFreezeRecord",
        Proposed::RenewFreeze(_) => "accountstatus.v1.FreezeRecordService/RenewFreezeRecord",
        Proposed::DeductFreeze(_) => "accountstatus.v1.FreezeRecordService/DeductFreezeRecord",
        Proposed::ProtectAccount(_) => "accountstatus.v1.AccountService/ProtectAccount",
        Proposed::ResolveCase(_) => "accountstatus.v1.WithdrawalCaseService/ResolveCase",
        Proposed::ClearSuspense(_) => "accountstatus.v1.WithdrawalCaseService/ClearSuspense",
    }
}

/// A JSON object; `None` for anything else.
fn object(json: serde_json::Value) -> Option<Struct> {
    let serde_json::Value::Object(fields) = json else { return None };
    let fields = fields.into_iter().map(|(name, value)| (name, self::value(value))).collect();
    Some(Struct { fields })
}

fn value(json: serde_json::Value) -> Value {
    let kind = match json {
        serde_json::Value::Null => Kind::NullValue(0),
        serde_json::Value::Bool(flag) => Kind::BoolValue(flag),
        serde_json::Value::Number(number) => self::number(&number),
        serde_json::Value::String(text) => Kind::StringValue(text),
        serde_json::Value::Array(items) => {
            Kind::ListValue(ListValue { values: items.into_iter().map(value).collect() })
        }
        serde_json::Value::Object(_) => Kind::StructValue(object(json).unwrap_or_default()),
    };
    Value { kind: Some(kind) }
}

/// A number where a double holds it exactly, else its digits: amounts are never rounded.
fn number(number: &serde_json::Number) -> Kind {
    let exact = number.as_i64().is_some_and(|whole| (-EXACT_MAX..=EXACT_MAX).contains(&whole));
    let double = number.as_f64().filter(|_| exact);
    double.map_or_else(|| Kind::StringValue(number.to_string()), Kind::NumberValue)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_never_rounded() {
        let shown = |json| value(json).kind.unwrap();
        assert_eq!(shown(json!(60_000)), Kind::NumberValue(60_000.0));
        assert_eq!(shown(json!(-EXACT_MAX)), Kind::NumberValue(-9_007_199_254_740_992.0));
        let beyond = EXACT_MAX + 1;
        assert_eq!(shown(json!(beyond)), Kind::StringValue("9007199254740993".to_owned()));
        assert_eq!(shown(json!(i64::MAX)), Kind::StringValue(i64::MAX.to_string()));
    }

    #[test]
    fn requests_keep_their_shape() {
        let whole = object(json!({ "a": [null, true, { "b": "c" }] })).unwrap();
        let Some(Kind::ListValue(list)) = &whole.fields["a"].kind else { panic!("{whole:?}") };
        let kinds: Vec<Kind> =
            list.values.iter().map(|value| value.kind.clone().unwrap()).collect();
        let inner = object(json!({ "b": "c" })).unwrap();
        assert_eq!(kinds, [Kind::NullValue(0), Kind::BoolValue(true), Kind::StructValue(inner)]);
        assert_eq!(object(json!(null)), None);
    }
}
