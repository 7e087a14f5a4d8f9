//! Card risk management: which cryptogram the card is ready to give.

use crate::card::transaction::Transaction;
use crate::card::{CardActionCodes, CardState, Profile};
use crate::element::{Amount, CryptogramType, CurrencyCode, TerminalType};
use crate::tag;

/// Which limits this transaction would pass if the card approved it offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Velocity {
    pub(super) lower_count: bool,
    pub(super) upper_count: bool,
    pub(super) lower_amount: bool,
    pub(super) upper_amount: bool,
}

impl Velocity {
    pub(super) const NONE: Self = Self {
        lower_count: false,
        upper_count: false,
        lower_amount: false,
        upper_amount: false,
    };

    /// Holds the counters with this transaction in them against the limits.
    pub(super) fn check(
        profile: &Profile<'_>,
        state: &CardState,
        transaction: &Transaction<'_>,
    ) -> Self {
        let limits = &state.limits;
        let mut after = state.clone();
        add_offline(profile, &mut after, transaction);
        Self {
            lower_count: after.offline_count > limits.lower_count,
            upper_count: after.offline_count > limits.upper_count,
            lower_amount: after.offline_amount > limits.lower_amount,
            upper_amount: after.offline_amount > limits.upper_amount,
        }
    }

    pub(super) const fn any(self) -> bool {
        self.lower_count || self.upper_count || self.lower_amount || self.upper_amount
    }
}

/// Counts a transaction that is approved offline. Amounts of other currencies count as a transaction only.
pub(super) fn add_offline(
    profile: &Profile<'_>,
    state: &mut CardState,
    transaction: &Transaction<'_>,
) {
    state.offline_count = state.offline_count.saturating_add(1);
    let currency = transaction.get(tag::TRANSACTION_CURRENCY_CODE);
    let known = currency.and_then(|code| CurrencyCode::parse(code).ok()) == Some(profile.currency);
    let amount = transaction
        .get(tag::AMOUNT_AUTHORISED_NUMERIC)
        .and_then(|amount| Amount::parse(amount).ok());
    if let (true, Some(amount)) = (known, amount) {
        let sum = state.offline_amount.minor_units() + amount.minor_units();
        state.offline_amount = Amount::new(sum).unwrap_or(Amount::MAX);
    }
}

/// Whether any bit of the code is set in the card verification results.
pub(super) fn hits(code: &[u8], cvr: &[u8]) -> bool {
    code.iter().zip(cvr).any(|(code, cvr)| code & cvr != 0)
}

/// Card action analysis of the first GENERATE AC (EMV Book 3 9.3): the type asked for, or a lesser one.
pub(super) fn first_decision(
    requested: CryptogramType,
    actions: &CardActionCodes<'_>,
    cvr: &[u8],
    transaction: &Transaction<'_>,
) -> CryptogramType {
    let offline_only = transaction
        .array(tag::TERMINAL_TYPE)
        .is_some_and(|terminal| TerminalType(terminal).is_offline_only());
    if hits(actions.decline, cvr) {
        return CryptogramType::Aac;
    }
    let ready = if offline_only {
        if hits(actions.default, cvr) {
            CryptogramType::Aac
        } else {
            CryptogramType::Tc
        }
    } else if hits(actions.online, cvr) {
        CryptogramType::Arqc
    } else {
        CryptogramType::Tc
    };
    ready.min(requested)
}
