//! What the commands of issuer scripts change (EMV Book 3 6.5; PUT DATA and UPDATE RECORD are the payment systems').

use crate::apdu::{Command, Instruction, StatusWord};
use crate::card::{
    Applet, CardMemory, CardState, Coprocessor, MemoryError, Parameter, RECORD_LENGTH,
    ReferencePin, no_parameters,
};
use crate::cryptogram::{PinBlockFormat, ScriptStyle, pin_from_block};
use crate::element::{Amount, Pin};
use crate::key::{CardKey, KeyPurpose};
use crate::tag;
use crate::tlv;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// Carries out a command whose MAC was right. `data` are in clear.
    #[inline(never)] // See the module's page: memory.
    pub(super) fn carry_out(
        &mut self,
        instruction: Instruction,
        command: &Command<'_>,
        data: &[u8],
        style: &ScriptStyle,
        state: &mut CardState,
    ) -> Result<(), StatusWord> {
        let flags = &mut state.flags;
        match instruction {
            Instruction::ApplicationBlock => {
                no_data(command, data)?;
                flags.application_blocked = true;
            }
            Instruction::ApplicationUnblock => {
                no_data(command, data)?;
                flags.application_blocked = false;
            }
            Instruction::CardBlock => {
                no_data(command, data)?;
                flags.card_blocked = true;
            }
            Instruction::PinChangeUnblock => self.pin_change(command, data, style, state)?,
            Instruction::PutData => self.put_data(command, data, state)?,
            Instruction::UpdateRecord => self.update_record(command, data)?,
            _ => return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
        }
        Ok(())
    }

    /// P2 = `00`: the try counter alone; `01`, `02`: a new PIN, whose block involves the current one or not. A new PIN
    /// restores the try counter too.
    fn pin_change(
        &self,
        command: &Command<'_>,
        data: &[u8],
        style: &ScriptStyle,
        state: &mut CardState,
    ) -> Result<(), StatusWord> {
        let Some(personalised) = self.profile.pin else {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
        };
        let format = match (command.p1, command.p2) {
            (0x00, 0x00) if data.is_empty() => None,
            (0x00, 0x00) => return Err(StatusWord::WRONG_LENGTH),
            (0x00, 0x01) => {
                let format = style.pin_block_with_current;
                Some(format.ok_or(StatusWord::INCORRECT_P1_P2)?)
            }
            (0x00, 0x02) => Some(style.pin_block),
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        if let Some(format) = format {
            let pin = self.new_pin(format, style.pin_mask, data, state);
            state.pin = ReferencePin::new(&pin.map_err(|_| StatusWord::INCORRECT_DATA)?);
        }
        state.pin_tries = personalised.try_limit;
        Ok(())
    }

    fn new_pin(
        &self,
        format: PinBlockFormat,
        mask: KeyPurpose,
        data: &[u8],
        state: &CardState,
    ) -> Result<Pin, StatusWord> {
        let block = data.try_into().map_err(|_| StatusWord::INCORRECT_DATA)?;
        let current = Pin::from_plaintext_block(&state.pin.0)?;
        let key = match mask {
            KeyPurpose::SecureMessagingConfidentiality => self.keys.smc().map(CardKey::secret),
            _ => Some(self.keys.ac().secret()),
        };
        Ok(pin_from_block(format, block, Some(&current), key)?)
    }

    fn put_data(
        &self,
        command: &Command<'_>,
        data: &[u8],
        state: &mut CardState,
    ) -> Result<(), StatusWord> {
        let (_, parameter) = self
            .profile
            .parameter(command.p1, command.p2)
            .ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        let limits = &mut state.limits;
        match parameter {
            Parameter::LowerCount => limits.lower_count = count(data)?,
            Parameter::UpperCount => limits.upper_count = count(data)?,
            Parameter::LowerAmount => limits.lower_amount = amount(data)?,
            Parameter::UpperAmount => limits.upper_amount = amount(data)?,
        }
        Ok(())
    }

    /// Replaces a record that may be replaced. It is stored on its own, before the count of script commands is.
    fn update_record(&mut self, command: &Command<'_>, data: &[u8]) -> Result<(), StatusWord> {
        let (number, sfi) = (command.p1, command.p2 >> 3);
        if number == 0 || command.p2 & 0x07 != 0x04 {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if !self.profile.record(sfi, number)?.updatable {
            return Err(StatusWord::COMMAND_NOT_ALLOWED);
        }
        if data.len() > RECORD_LENGTH {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let whole = tlv::require(data, tag::READ_RECORD_RESPONSE_TEMPLATE)
            .is_ok_and(|template| template.value_offset + template.value.len() == data.len());
        if sfi <= 10 && !whole {
            return Err(StatusWord::INCORRECT_DATA);
        }
        self.memory
            .update_record(sfi, number, data)
            .map_err(|error| match error {
                MemoryError::Full => StatusWord::NOT_ENOUGH_MEMORY,
                _ => StatusWord::MEMORY_FAILURE,
            })
    }
}

fn count(data: &[u8]) -> Result<u8, StatusWord> {
    match data {
        [count] => Ok(*count),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn amount(data: &[u8]) -> Result<Amount, StatusWord> {
    if data.len() != 6 {
        return Err(StatusWord::WRONG_LENGTH);
    }
    Amount::parse(data).map_err(|_| StatusWord::INCORRECT_DATA)
}

/// Both parameters zero and nothing but the MAC.
const fn no_data(command: &Command<'_>, data: &[u8]) -> Result<(), StatusWord> {
    if data.is_empty() {
        no_parameters(command)
    } else {
        Err(StatusWord::WRONG_LENGTH)
    }
}
