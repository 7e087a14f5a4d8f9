//! What the issuer's answer makes of the card (EMV Book 3 Annex C, Common Core Definitions).

use crate::card::risk::add_offline;
use crate::card::transaction::Transaction;
use crate::card::{CardState, Profile};
use crate::element::{Amount, CardStatusUpdate, CounterUpdate};

/// Carries out a card status update that was found to be the issuer's.
pub(super) fn apply(
    profile: &Profile<'_>,
    csu: CardStatusUpdate,
    transaction: &Transaction<'_>,
    state: &mut CardState,
) {
    let flags = &mut state.flags;
    flags.card_blocked |= csu.contains(CardStatusUpdate::CARD_BLOCK);
    flags.application_blocked |= csu.contains(CardStatusUpdate::APPLICATION_BLOCK);
    flags.go_online_next = csu.contains(CardStatusUpdate::GO_ONLINE_NEXT);
    if let (Some(tries), Some(pin)) = (csu.new_pin_try_counter(), profile.pin) {
        state.pin_tries = tries.min(pin.try_limit);
    }
    match csu.counter_update() {
        CounterUpdate::Keep => {}
        CounterUpdate::SetToUpperLimit => {
            state.offline_count = state.limits.upper_count;
            state.offline_amount = state.limits.upper_amount;
        }
        CounterUpdate::Reset => reset_counters(state),
        CounterUpdate::AddTransaction => add_offline(profile, state, transaction),
    }
}

/// Sets the offline counters to zero.
pub(super) const fn reset_counters(state: &mut CardState) {
    state.offline_count = 0;
    state.offline_amount = Amount::ZERO;
}
