//! GET CHALLENGE (EMV Book 3 6.5.6).

use crate::apdu::{Command, StatusWord};
use crate::card::session::Phase;
use crate::card::{Answer, Applet, CardMemory, Coprocessor, no_parameters};
use crate::tlv::Writer;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// Eight random bytes. Only the command that comes next can use them: every command takes them away.
    pub(super) fn get_challenge(
        &mut self,
        command: &Command<'_>,
        reply: &mut Writer<'_>,
    ) -> Answer {
        if !self.coprocessor.abilities().randomness {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED);
        }
        no_parameters(command)?;
        if self.session.phase != Phase::Initiated {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if !command.data.is_empty() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut challenge = [0; 8];
        self.coprocessor.draw(&mut challenge)?;
        reply.raw(&challenge)?;
        self.session.challenge = Some(challenge);
        Ok(StatusWord::OK)
    }
}
