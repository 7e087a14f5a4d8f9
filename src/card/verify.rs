//! VERIFY (EMV Book 3 6.5.12, Book 2 7.2).

use crate::apdu::{Command, StatusWord};
use crate::card::session::{Phase, PinVerification};
use crate::card::{Answer, Applet, CardMemory, Coprocessor, ReferencePin};
use crate::crypto::constant_time_eq;
use crate::error::ErrorKind;

/// P2 of a PIN in clear.
const PLAINTEXT_PIN: u8 = 0x80;
/// P2 of a PIN enciphered by RSA.
const ENCIPHERED_PIN: u8 = 0x88;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// Compares a PIN that the terminal sends in clear or enciphered. The try is counted, and stored, before the comparison.
    ///
    /// An enciphered PIN that cannot be recovered is no PIN, so it costs no try; that tells an attacker nothing, for
    /// he would have to hit the nine bytes of header and challenge.
    pub(super) fn verify(&mut self, command: &Command<'_>, challenge: Option<[u8; 8]>) -> Answer {
        let Some(personalised) = self.profile.pin else {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
        };
        let enciphered = match (command.p1, command.p2) {
            (0x00, PLAINTEXT_PIN) => false,
            (0x00, ENCIPHERED_PIN) if self.coprocessor.abilities().pin_decipherment => true,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        if self.session.phase != Phase::Initiated {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if !enciphered && command.data.len() != 8 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let Some(tries_left) = self.state.pin_tries.checked_sub(1) else {
            return Err(StatusWord::AUTHENTICATION_METHOD_BLOCKED);
        };
        let pin = if enciphered {
            self.recover_pin(command.data, challenge)?
        } else {
            let block = command.data.try_into();
            ReferencePin::from_block(block.map_err(|_| StatusWord::WRONG_LENGTH)?)
        };
        let mut state = self.state.clone();
        state.pin_tries = tries_left;
        self.session.pin = PinVerification::Failed;
        self.session.pin_was_enciphered = enciphered;
        self.commit(state)?;
        if !constant_time_eq(&self.state.pin.0, &pin.0) {
            return Err(StatusWord::pin_tries_left(tries_left));
        }
        let mut state = self.state.clone();
        state.pin_tries = personalised.try_limit;
        self.commit(state)?;
        self.session.pin = PinVerification::Successful;
        Ok(StatusWord::OK)
    }

    #[inline(never)] // See the module's page: memory.
    fn recover_pin(
        &mut self,
        enciphered: &[u8],
        challenge: Option<[u8; 8]>,
    ) -> Result<ReferencePin, StatusWord> {
        let challenge = challenge.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        self.coprocessor
            .decipher_pin(enciphered, challenge)
            .map_err(|error| match error.kind() {
                ErrorKind::Length { .. } => StatusWord::WRONG_LENGTH,
                _ => StatusWord::REFERENCE_DATA_INVALIDATED,
            })
    }
}
