//! Cardholder verification.

use chipcard::element::{CvmCode, CvmCondition, CvmList, CvmResult, CvmResults};

use super::mask;
use super::node::Node;

/// The two amounts and the rules.
pub(super) fn list(value: &[u8]) -> Result<Vec<Node>, String> {
    let list = CvmList::parse(value).map_err(|error| error.to_string())?;
    let amounts = [("X", list.amount_x()), ("Y", list.amount_y())];
    let amounts = amounts.map(|(name, amount)| {
        Node::row(
            format!("amount {name}"),
            format!("{amount:08X}"),
            amount.to_string(),
        )
    });
    let rules = list.rules().enumerate().map(|(place, rule)| {
        let otherwise = match rule.code.try_next_if_unsuccessful() {
            true => "if unsuccessful, next rule",
            false => "if unsuccessful, verification fails",
        };
        Node::row(
            format!("rule {}", place + 1),
            mask::plain(&[rule.code.0, rule.condition.0]),
            format!(
                "{}, {}; {otherwise}",
                rule.code.name(),
                rule.condition.name()
            ),
        )
    });
    Ok(amounts.into_iter().chain(rules).collect())
}

/// Method, condition, result.
pub(super) fn results(value: &[u8]) -> Result<Vec<Node>, String> {
    let results = CvmResults::parse(value).map_err(|error| error.to_string())?;
    let CvmResults {
        code: CvmCode(code),
        condition: CvmCondition(condition),
        ..
    } = results;
    let result = match results.result() {
        Some(CvmResult::Unknown) => "unknown",
        Some(CvmResult::Failed) => "failed",
        Some(CvmResult::Successful) => "successful",
        None => "reserved",
    };
    let last = value.last().copied().unwrap_or_default();
    Ok(vec![
        Node::row("method", format!("{code:02X}"), results.code.name()),
        Node::row(
            "condition",
            format!("{condition:02X}"),
            results.condition.name(),
        ),
        Node::row("result", format!("{last:02X}"), result),
    ])
}
