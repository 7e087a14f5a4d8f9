//! Responses over T=0, where a response with data needs the terminal to come back for it.

use crate::apdu::{Command, Instruction, MAX_RESPONSE_LENGTH, StatusWord};

/// Puts a card behind the T=0 protocol (EMV Book 1 9.3.1): `61xx`, `6Cxx` and GET RESPONSE. Over T=1, and contactless,
/// commands and responses pass as they are.
///
/// | command | right Le | smaller Le | Le 0 or larger |
/// |---|---|---|---|
/// | without data | response | part of it and `61xx` | `6Cxx`; the terminal sends the command again |
/// | with data | `61xx`, or the warning | the same | the same |
/// | GET RESPONSE | response | part of it and `61xx` | `6Cxx` |
///
/// ```
/// use chipcard::apdu::{MAX_RESPONSE_LENGTH, T0};
///
/// let mut card = |_: &[u8], response: &mut [u8]| {
///     response[..4].copy_from_slice(&[0x6F, 0x00, 0x90, 0x00]);
///     4
/// };
/// let mut t0 = T0::new();
/// let mut response = [0; MAX_RESPONSE_LENGTH];
/// let select = [0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x00, 0x03];
/// let length = t0.transmit(&select, &mut response, &mut card);
/// assert_eq!(response[..length], [0x61, 0x02]);
/// let length = t0.transmit(&[0x00, 0xC0, 0x00, 0x00, 0x02], &mut response, &mut card);
/// assert_eq!(response[..length], [0x6F, 0x00, 0x90, 0x00]);
/// ```
#[derive(Debug)]
pub struct T0 {
    response: [u8; MAX_RESPONSE_LENGTH],
    /// What of the response is still to be fetched: from here to there.
    from: usize,
    to: usize,
}

impl Default for T0 {
    fn default() -> Self {
        Self::new()
    }
}

impl T0 {
    /// Nothing to fetch.
    pub const fn new() -> Self {
        Self {
            response: [0; MAX_RESPONSE_LENGTH],
            from: 0,
            to: 0,
        }
    }

    /// Answers a command of the terminal, with the help of `card` unless it is GET RESPONSE. Writes to `response` and
    /// returns the length, as the card does.
    pub fn transmit(
        &mut self,
        command: &[u8],
        response: &mut [u8],
        card: &mut dyn FnMut(&[u8], &mut [u8]) -> usize,
    ) -> usize {
        let parsed = Command::parse(command).ok();
        let fetch = parsed.filter(|command| {
            Instruction::of(command) == Some(Instruction::GetResponse) && command.data.is_empty()
        });
        if let Some(command) = fetch {
            let status = match (command.p1, command.p2) {
                (0, 0) if self.from < self.to => None,
                (0, 0) => Some(StatusWord::NO_PRECISE_DIAGNOSIS),
                _ => Some(StatusWord::INCORRECT_P1_P2),
            };
            return match status {
                None => self.give(command.le, StatusWord::OK, response),
                Some(status) => write(response, &[], status),
            };
        }
        let length = card(command, &mut self.response);
        let whole = self.response.get(..length).unwrap_or(&self.response);
        let (count, status) = match StatusWord::split(whole) {
            Some((data, status)) => (data.len(), status),
            None => (0, StatusWord::NO_PRECISE_DIAGNOSIS),
        };
        (self.from, self.to) = (0, count);
        match parsed {
            _ if count == 0 => write(response, &[], status),
            Some(command) if command.data.is_empty() => self.give(command.le, status, response),
            _ if status == StatusWord::OK => write(response, &[], self.available()),
            // The warning goes first; the terminal fetches the data all the same.
            _ => write(response, &[], status),
        }
    }

    /// `61xx` for what is still there.
    const fn available(&self) -> StatusWord {
        // 256 is coded as 0.
        let [.., count] = (self.to - self.from).to_be_bytes();
        StatusWord::bytes_available(count)
    }

    fn give(&mut self, le: Option<u16>, status: StatusWord, response: &mut [u8]) -> usize {
        let there = self.to - self.from;
        let wanted = usize::from(le.unwrap_or(256));
        if wanted > there {
            let [.., count] = there.to_be_bytes();
            return write(response, &[], StatusWord::exact_length(count));
        }
        let start = self.from;
        self.from += wanted;
        let status = if self.from < self.to {
            self.available()
        } else {
            status
        };
        let part = self.response.get(start..self.from).unwrap_or_default();
        write(response, part, status)
    }
}

/// Data and status word; a buffer that is too small gets `6F00`, one of fewer than two bytes nothing.
fn write(response: &mut [u8], data: &[u8], status: StatusWord) -> usize {
    crate::apdu::respond(response, |writer| {
        let written = writer.raw(data);
        written.map_err(|_| StatusWord::NO_PRECISE_DIAGNOSIS)?;
        Ok(status)
    })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::T0;
    use crate::apdu::MAX_RESPONSE_LENGTH;

    /// A card that always answers this.
    struct Terminal<'a> {
        t0: T0,
        answer: &'a [u8],
    }

    impl Terminal<'_> {
        fn send(&mut self, command: &[u8]) -> Vec<u8> {
            let mut response = [0; MAX_RESPONSE_LENGTH];
            let length = self
                .t0
                .transmit(command, &mut response, &mut |_, response| {
                    response[..self.answer.len()].copy_from_slice(self.answer);
                    self.answer.len()
                });
            response[..length].to_vec()
        }
    }

    fn terminal(answer: &[u8]) -> Terminal<'_> {
        let t0 = T0::new();
        Terminal { t0, answer }
    }

    const READ: [u8; 4] = [0x00, 0xB2, 0x01, 0x0C];

    fn with_le(header: [u8; 4], le: u8) -> Vec<u8> {
        [&header[..], &[le]].concat()
    }

    #[test]
    fn without_command_data() {
        let mut card = terminal(&[1, 2, 3, 0x90, 0x00]);
        assert_eq!(card.send(&with_le(READ, 3)), [1, 2, 3, 0x90, 0x00]);
        assert_eq!(card.send(&with_le(READ, 0)), [0x6C, 3]);
        assert_eq!(card.send(&with_le(READ, 4)), [0x6C, 3]);
        assert_eq!(card.send(&READ), [0x6C, 3]);
        assert_eq!(card.send(&with_le(READ, 2)), [1, 2, 0x61, 1]);
        let fetch = [0x00, 0xC0, 0x00, 0x00];
        assert_eq!(card.send(&with_le(fetch, 2)), [0x6C, 1]);
        assert_eq!(card.send(&with_le(fetch, 1)), [3, 0x90, 0x00]);
        assert_eq!(card.send(&with_le(fetch, 1)), [0x6F, 0x00]);
        assert_eq!(card.send(&[0x00, 0xC0, 0x01, 0x00, 0x01]), [0x6A, 0x86]);
    }

    #[test]
    fn with_command_data() {
        let select = [0x00, 0xA4, 0x04, 0x00, 0x05, 1, 2, 3, 4, 5];
        let fetch = [0x00, 0xC0, 0x00, 0x00];
        let mut card = terminal(&[1, 2, 3, 0x90, 0x00]);
        assert_eq!(card.send(&select), [0x61, 3]);
        assert_eq!(card.send(&with_le(fetch, 3)), [1, 2, 3, 0x90, 0x00]);
        // Some terminals send Le along.
        assert_eq!(card.send(&[&select[..], &[0x00]].concat()), [0x61, 3]);

        let mut blocked = terminal(&[1, 2, 3, 0x62, 0x83]);
        assert_eq!(blocked.send(&select), [0x62, 0x83]);
        assert_eq!(blocked.send(&with_le(fetch, 0)), [0x6C, 3]);
        assert_eq!(blocked.send(&with_le(fetch, 3)), [1, 2, 3, 0x90, 0x00]);

        let mut error = terminal(&[0x6A, 0x82]);
        assert_eq!(error.send(&select), [0x6A, 0x82]);
    }

    #[test]
    fn two_hundred_and_fifty_six_bytes() {
        let answer: Vec<u8> = [0xAB; 256].into_iter().chain([0x90, 0x00]).collect();
        let mut card = terminal(&answer);
        assert_eq!(card.send(&with_le(READ, 0)), answer);
        assert_eq!(card.send(&[0x80, 0xAE, 0, 0, 1, 0]), [0x61, 0x00]);
        assert_eq!(card.send(&[0x00, 0xC0, 0, 0, 0]), answer);
        let first = card.send(&with_le(READ, 0xFF));
        assert_eq!((first.len(), &first[255..]), (257, &[0x61, 0x01][..]));
    }
}
