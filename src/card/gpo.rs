//! GET PROCESSING OPTIONS (EMV Book 3 6.5.8, 10.1).

use crate::apdu::{Command, StatusWord};
use crate::card::session::Phase;
use crate::card::transaction::Listed;
use crate::card::{Answer, Applet, CardMemory, Coprocessor, ResponseFormat, no_parameters};
use crate::element::ApplicationTransactionCounter;
use crate::error::Result;
use crate::tag;
use crate::tlv::{Reader, Writer};

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// Begins a transaction: counts it, stores the counter, then answers. At `FFFF` no transaction begins any more.
    pub(super) fn get_processing_options(
        &mut self,
        command: &Command<'_>,
        reply: &mut Writer<'_>,
    ) -> Answer {
        no_parameters(command)?;
        if self.session.phase != Phase::Selected {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let values = pdol_values(command.data)?;
        Listed::new(self.profile.pdol, values)?;
        let mut state = self.state.clone();
        state.atc = match state.atc.0.checked_add(1) {
            Some(next) => ApplicationTransactionCounter(next),
            None => return Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        };
        self.commit(state)?;
        self.write_processing_options(reply)?;
        self.session.pdol_data.set(values);
        self.session.phase = Phase::Initiated;
        Ok(StatusWord::OK)
    }

    fn write_processing_options(&self, reply: &mut Writer<'_>) -> Result<()> {
        let (aip, afl) = (self.profile.aip.0, self.profile.afl);
        match self.profile.format {
            ResponseFormat::Format1 => reply.template(tag::RESPONSE_TEMPLATE_FORMAT_1, |values| {
                values.raw(&aip)?;
                values.raw(afl)
            }),
            ResponseFormat::Format2 => reply.template(tag::RESPONSE_TEMPLATE_FORMAT_2, |objects| {
                objects.put(tag::APPLICATION_INTERCHANGE_PROFILE, &aip)?;
                objects.put(tag::APPLICATION_FILE_LOCATOR, afl)
            }),
        }
    }
}

/// What stands in the command template `83`, which must be all of the data.
fn pdol_values(data: &[u8]) -> Result<&[u8], StatusWord> {
    let mut objects = Reader::new(data);
    match (objects.next(), objects.next()) {
        (Some(Ok(object)), None) if object.tag == tag::COMMAND_TEMPLATE => Ok(object.value),
        (Some(Ok(object)), None) if object.tag != tag::COMMAND_TEMPLATE => {
            Err(StatusWord::INCORRECT_DATA)
        }
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}
