//! VERIFY (EMV Book 3 6.5.12).

use crate::apdu::{Command, StatusWord};
use crate::card::session::{Phase, PinVerification};
use crate::card::{Answer, Applet, CardMemory};
use crate::crypto::constant_time_eq;

/// P2 of a PIN in clear.
const PLAINTEXT_PIN: u8 = 0x80;

impl<M: CardMemory> Applet<'_, M> {
    /// Compares a PIN that the terminal sends in clear. The try is counted, and stored, before the comparison.
    pub(super) fn verify(&mut self, command: &Command<'_>) -> Answer {
        let Some(pin) = self.profile.pin else {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
        };
        if (command.p1, command.p2) != (0x00, PLAINTEXT_PIN) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if self.session.phase != Phase::Initiated {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if command.data.len() != 8 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let Some(tries_left) = self.state.pin_tries.checked_sub(1) else {
            return Err(StatusWord::AUTHENTICATION_METHOD_BLOCKED);
        };
        let mut state = self.state.clone();
        state.pin_tries = tries_left;
        self.session.pin = PinVerification::Failed;
        self.commit(state)?;
        if !constant_time_eq(&self.state.pin.0, command.data) {
            return Err(StatusWord::pin_tries_left(tries_left));
        }
        let mut state = self.state.clone();
        state.pin_tries = pin.try_limit;
        self.commit(state)?;
        self.session.pin = PinVerification::Successful;
        Ok(StatusWord::OK)
    }
}
