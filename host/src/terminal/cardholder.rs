//! Cardholder verification (EMV Book 3 10.5).

use chipcard::apdu::{Instruction, StatusWord};
use chipcard::element::{
    Amount, CurrencyCode, CvmCode, CvmCondition, CvmList, CvmResult, CvmResults, CvmRule,
    TerminalCapabilities as Capabilities, TerminalVerificationResults as Tvr,
};
use chipcard::tag;

use super::exchange::Exchange;
use super::{Sale, Terminal, TerminalError, TransactionData};

/// What cardholder verification found.
pub(super) struct Verification {
    pub(super) results: CvmResults,
    pub(super) tvr: Tvr,
    pub(super) signature: bool,
}

const FAIL: u8 = 0x00;
const PLAINTEXT_PIN: u8 = 0x01;
const ONLINE_PIN: u8 = 0x02;
const PLAINTEXT_PIN_AND_SIGNATURE: u8 = 0x03;
const SIGNATURE: u8 = 0x1E;
const NO_CVM: u8 = 0x1F;

/// The methods of this terminal, and the capability that each needs.
const METHODS: [(u8, Capabilities); 5] = [
    (PLAINTEXT_PIN, Capabilities::PLAINTEXT_PIN),
    (ONLINE_PIN, Capabilities::ONLINE_PIN),
    (PLAINTEXT_PIN_AND_SIGNATURE, Capabilities::PLAINTEXT_PIN),
    (SIGNATURE, Capabilities::SIGNATURE),
    (NO_CVM, Capabilities::NO_CVM_REQUIRED),
];

/// Goes through the card's list until a method succeeds or a rule ends it.
pub(super) fn verify(
    terminal: &Terminal,
    sale: &Sale,
    data: &TransactionData,
    exchange: &mut Exchange<'_>,
) -> Result<Verification, TerminalError> {
    let list = CvmList::parse(data.get(tag::CVM_LIST).unwrap_or_default());
    let rules: Vec<CvmRule> = list
        .as_ref()
        .map_or_else(|_| Vec::new(), |list| list.rules().collect());
    let limits = list.map_or((0, 0), |list| (list.amount_x(), list.amount_y()));
    let mut tvr = Tvr::default();
    let mut last = None;
    for rule in rules {
        let supported = supports(terminal, rule.code);
        if !applies(rule.condition, supported, sale, data, limits) {
            continue;
        }
        let result = if supported {
            perform(rule.code, sale, exchange, &mut tvr)?
        } else {
            if rule.code.is_offline_pin() || rule.code.is_online_pin() {
                tvr |= Tvr::PIN_PAD_MISSING;
            } else if rule.code.method() != FAIL && rule.code.name() == "reserved" {
                tvr |= Tvr::UNRECOGNISED_CVM;
            }
            CvmResult::Failed
        };
        let results = CvmResults::new(rule.code, rule.condition, result);
        if result != CvmResult::Failed {
            return Ok(Verification {
                results,
                tvr,
                signature: rule.code.is_signature(),
            });
        }
        last = Some(results);
        if !rule.code.try_next_if_unsuccessful() {
            break;
        }
    }
    let none = CvmResults::new(CvmCode(0x3F), CvmCondition(0x00), CvmResult::Failed);
    Ok(Verification {
        results: last.unwrap_or(none),
        tvr: tvr | Tvr::CARDHOLDER_VERIFICATION_FAILED,
        signature: false,
    })
}

fn supports(terminal: &Terminal, code: CvmCode) -> bool {
    METHODS
        .iter()
        .any(|(method, needs)| *method == code.method() && terminal.capabilities.contains(*needs))
}

/// Whether the condition of a rule holds for a purchase without cashback at an attended terminal.
fn applies(
    condition: CvmCondition,
    supported: bool,
    sale: &Sale,
    data: &TransactionData,
    (x, y): (u32, u32),
) -> bool {
    let currency = data.get(tag::APPLICATION_CURRENCY_CODE);
    let same = currency.and_then(|code| CurrencyCode::parse(code).ok()) == Some(sale.currency);
    let amount = |limit: u32| Amount::new(limit.into()).unwrap_or(Amount::MAX);
    match condition.0 {
        0x00 | 0x02 => true,
        0x03 => supported,
        0x06 => same && sale.amount < amount(x),
        0x07 => same && sale.amount > amount(x),
        0x08 => same && sale.amount < amount(y),
        0x09 => same && sale.amount > amount(y),
        _ => false,
    }
}

fn perform(
    code: CvmCode,
    sale: &Sale,
    exchange: &mut Exchange<'_>,
    tvr: &mut Tvr,
) -> Result<CvmResult, TerminalError> {
    Ok(match code.method() {
        NO_CVM => CvmResult::Successful,
        SIGNATURE => CvmResult::Unknown,
        _ if sale.pin.is_none() => {
            *tvr |= Tvr::PIN_NOT_ENTERED;
            CvmResult::Failed
        }
        ONLINE_PIN => {
            *tvr |= Tvr::ONLINE_CVM_CAPTURED;
            CvmResult::Unknown
        }
        _ => offline_pin(sale, exchange, tvr)?,
    })
}

/// VERIFY with the PIN in clear, once: the cardholder of this terminal does not try again.
fn offline_pin(
    sale: &Sale,
    exchange: &mut Exchange<'_>,
    tvr: &mut Tvr,
) -> Result<CvmResult, TerminalError> {
    if exchange.get_data(tag::PIN_TRY_COUNTER)? == Some(vec![0]) {
        *tvr |= Tvr::PIN_TRY_LIMIT_EXCEEDED;
        return Ok(CvmResult::Failed);
    }
    let Some(pin) = &sale.pin else {
        return Ok(CvmResult::Failed);
    };
    let block = pin.plaintext_block();
    let (_, status) = exchange.command(Instruction::Verify, [0x00, 0x80], &*block)?;
    Ok(match status {
        StatusWord::OK => CvmResult::Successful,
        StatusWord(0x63C0)
        | StatusWord::AUTHENTICATION_METHOD_BLOCKED
        | StatusWord::REFERENCE_DATA_INVALIDATED => {
            *tvr |= Tvr::PIN_TRY_LIMIT_EXCEEDED;
            CvmResult::Failed
        }
        _ => CvmResult::Failed,
    })
}
