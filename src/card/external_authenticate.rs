//! EXTERNAL AUTHENTICATE (EMV Book 3 6.5.4).

use crate::apdu::{Command, StatusWord};
use crate::card::issuer_authentication::{Outcome, authenticate};
use crate::card::session::Phase;
use crate::card::{Answer, Applet, AuthenticationCommand, CardMemory, Coprocessor, no_parameters};
use crate::error::ErrorKind;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// Checks the issuer's answer, once in a transaction.
    #[inline(never)] // See the module's page: memory.
    pub(super) fn external_authenticate(&mut self, command: &Command<'_>) -> Answer {
        if self.profile.issuer_authentication.command != AuthenticationCommand::ExternalAuthenticate
        {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED);
        }
        no_parameters(command)?;
        let first = match self.session.first {
            Some(first)
                if self.session.phase == Phase::Online
                    && self.session.authentication == Outcome::NotPerformed =>
            {
                first
            }
            _ => return Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        };
        let outcome = authenticate(
            self.profile,
            &self.keys,
            self.state.atc,
            &first,
            command.data,
        )
        .map_err(|error| match error.kind() {
            ErrorKind::Length { .. } => StatusWord::WRONG_LENGTH,
            _ => error.into(),
        })?;
        self.session.authentication = outcome;
        if outcome == Outcome::Failed {
            // Remembered even if the second GENERATE AC never comes.
            let mut state = self.state.clone();
            state.flags.issuer_authentication_failed = true;
            self.commit(state)?;
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        Ok(StatusWord::OK)
    }
}
