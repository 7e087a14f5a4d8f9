//! GET DATA (EMV Book 3 6.5.7).

use crate::apdu::{Command, StatusWord};
use crate::card::session::Phase;
use crate::card::{Answer, Applet, CardMemory, Coprocessor, Parameter};
use crate::tag::{self, Tag};
use crate::tlv::Writer;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// The counters, by their tag in P1 and P2.
    pub(super) fn get_data(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        if matches!(self.session.phase, Phase::Idle | Phase::Directory) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let state = &self.state;
        let wanted = u32::from(u16::from_be_bytes([command.p1, command.p2]));
        let counter = |tag: Tag| tag.number() == wanted;
        if counter(tag::APPLICATION_TRANSACTION_COUNTER) {
            reply.put(tag::APPLICATION_TRANSACTION_COUNTER, &state.atc.to_bytes())?;
        } else if counter(tag::LAST_ONLINE_ATC_REGISTER) {
            reply.put(
                tag::LAST_ONLINE_ATC_REGISTER,
                &state.last_online_atc.to_bytes(),
            )?;
        } else if counter(tag::PIN_TRY_COUNTER) && self.profile.pin.is_some() {
            reply.put(tag::PIN_TRY_COUNTER, &[state.pin_tries])?;
        } else if let Some(log) = self.profile.log.filter(|_| counter(tag::LOG_FORMAT)) {
            reply.put(tag::LOG_FORMAT, log.format)?;
        } else {
            let parameter = self.profile.parameter(command.p1, command.p2);
            let (tag, parameter) = parameter.ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
            let limits = &state.limits;
            match parameter {
                Parameter::LowerCount => reply.put(tag, &[limits.lower_count]),
                Parameter::UpperCount => reply.put(tag, &[limits.upper_count]),
                Parameter::LowerAmount => reply.put(tag, &limits.lower_amount.to_bytes()),
                Parameter::UpperAmount => reply.put(tag, &limits.upper_amount.to_bytes()),
            }?;
        }
        Ok(StatusWord::OK)
    }
}
