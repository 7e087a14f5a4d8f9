//! INTERNAL AUTHENTICATE (EMV Book 3 6.5.9, Book 2 6.5), and the number in all dynamic signatures.

use crate::apdu::{Command, StatusWord};
use crate::card::session::{DynamicNumber, Phase};
use crate::card::transaction::Listed;
use crate::card::{
    Answer, Applet, CardMemory, Coprocessor, MAX_SIGNATURE_LENGTH, ResponseFormat, no_parameters,
};
use crate::element::ApplicationInterchangeProfile as Aip;
use crate::error::Result;
use crate::tag;
use crate::tlv::Writer;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// Signs what the terminal sends, with a number of the card's own.
    #[inline(never)] // See the module's page: memory.
    pub(super) fn internal_authenticate(
        &mut self,
        command: &Command<'_>,
        reply: &mut Writer<'_>,
    ) -> Answer {
        let profile = self.profile;
        let able = self.coprocessor.abilities().rsa_signature;
        if !able || !profile.aip.contains(Aip::DDA_SUPPORTED) {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED);
        }
        no_parameters(command)?;
        if self.session.phase != Phase::Initiated {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if profile.ddol.is_empty() {
            // The terminal's default list, which the card does not know. Nothing is no list.
            if command.data.is_empty() {
                return Err(StatusWord::WRONG_LENGTH);
            }
        } else {
            Listed::new(profile.ddol, command.data)?;
        }
        let number = self.icc_dynamic_number()?;
        let mut signature = [0; MAX_SIGNATURE_LENGTH];
        let length =
            self.coprocessor
                .sign_dynamic_data(number.as_bytes(), command.data, &mut signature)?;
        let signature = signature.get(..length).unwrap_or(&signature);
        match profile.format {
            ResponseFormat::Format1 => reply.put(tag::RESPONSE_TEMPLATE_FORMAT_1, signature),
            ResponseFormat::Format2 => reply.template(tag::RESPONSE_TEMPLATE_FORMAT_2, |objects| {
                objects.put(tag::SIGNED_DYNAMIC_APPLICATION_DATA, signature)
            }),
        }?;
        self.session.dda_performed = true;
        Ok(StatusWord::OK)
    }

    /// The ICC dynamic number of this transaction: eight random bytes, or the transaction counter in a card without a
    /// generator, for the number only has to be new (EMV Book 2 6.5.1).
    pub(super) fn icc_dynamic_number(&mut self) -> Result<DynamicNumber> {
        if let Some(number) = self.session.icc_dynamic_number {
            return Ok(number);
        }
        let number = if self.coprocessor.abilities().randomness {
            let mut bytes = [0; 8];
            self.coprocessor.draw(&mut bytes)?;
            DynamicNumber::Random(bytes)
        } else {
            DynamicNumber::Counter(self.state.atc.to_bytes())
        };
        self.session.icc_dynamic_number = Some(number);
        Ok(number)
    }
}
