//! The block protocol T=1, seen from the card (ISO/IEC 7816-3 11; EMV Book 1 9.2.4).

use crate::apdu::{MAX_RESPONSE_LENGTH, StatusWord};

/// Most bytes of information in a block.
const MAX_INFORMATION: usize = 254;
/// Bytes around them: node address, protocol control, length, check.
const AROUND: usize = 4;
/// Information field size that both sides begin with.
const FIRST_SIZE: u8 = 32;
/// Bytes of the longest command: header, Lc, 255 bytes of data, Le.
const MAX_COMMAND: usize = 4 + 1 + 255 + 1;

/// Buffer length that holds every block.
pub const MAX_BLOCK_LENGTH: usize = AROUND + MAX_INFORMATION;

/// What a block is, by its protocol control byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A part of a command: its number and whether more follows.
    Information { number: bool, more: bool },
    /// Acknowledges, or asks for a block again: the number of the block that it waits for.
    Ready { number: bool },
    /// Asks for something, or answers that it was asked.
    Supervisory(u8),
}

const SEQUENCE: u8 = 0x40;
const MORE: u8 = 0x20;
const READY: u8 = 0x80;
const READY_SEQUENCE: u8 = 0x10;
const RESYNCHRONISE: u8 = 0xC0;
const INFORMATION_SIZE: u8 = 0xC1;
const ABORT: u8 = 0xC2;
/// Makes a request's control byte that of its answer.
const ANSWER: u8 = 0x20;

/// Why a block is not taken: the low bits of the R-block that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Check = 0x01,
    Other = 0x02,
}

impl Kind {
    const fn of(control: u8) -> Option<Self> {
        match control {
            _ if control & 0x9F == 0 => Some(Self::Information {
                number: control & SEQUENCE != 0,
                more: control & MORE != 0,
            }),
            _ if control & 0xEC == READY && control & 0x03 != 0x03 => Some(Self::Ready {
                number: control & READY_SEQUENCE != 0,
            }),
            RESYNCHRONISE..=ABORT => Some(Self::Supervisory(control)),
            _ => None,
        }
    }
}

/// A block whose length and check are right.
struct Block<'a> {
    kind: Kind,
    information: &'a [u8],
}

impl<'a> Block<'a> {
    /// Reads a block. EMV has node address 0 alone and the longitudinal redundancy check.
    fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (body, [check]) = bytes.split_last_chunk().ok_or(Fault::Other)?;
        let [0, control, length, information @ ..] = body else {
            return Err(Fault::Other);
        };
        if usize::from(*length) != information.len() || information.len() > MAX_INFORMATION {
            return Err(Fault::Other);
        }
        if redundancy(body) != *check {
            return Err(Fault::Check);
        }
        let kind = Kind::of(*control).ok_or(Fault::Other)?;
        Ok(Self { kind, information })
    }
}

/// Exclusive or of all bytes.
fn redundancy(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// Puts a card behind the T=1 protocol: blocks with numbers and checks, chains of them for what is longer, repetition of what was lost.
///
/// The card answers every block with one block. Where the card needs long, whoever sends the bytes asks for more time; this layer
/// knows no time. What the answer to reset says of sizes and times is the caller's.
///
/// | block | answer |
/// |---|---|
/// | I, the last of a command | the first I-block of the response |
/// | I, with more to follow | R, the next number |
/// | R, the next number, while a response has more | its next I-block |
/// | R, the number of the last I-block | that I-block again |
/// | R otherwise | R, the next number |
/// | S(RESYNCH request) | its response; numbers and size begin anew |
/// | S(IFS request) | its response; the terminal takes blocks of that size from now on |
/// | S(ABORT request) | its response; what there was of command or response is forgotten |
/// | wrong check | R with `1` |
/// | wrong length, address, control byte or number | R with `2` |
///
/// ```
/// use chipcard::apdu::{MAX_BLOCK_LENGTH, T1};
///
/// let mut card = |_: &[u8], response: &mut [u8]| {
///     response[..2].copy_from_slice(&[0x6A, 0x82]);
///     2
/// };
/// let mut t1 = T1::new();
/// let mut reply = [0; MAX_BLOCK_LENGTH];
/// // The terminal takes 254 bytes a block.
/// let length = t1.transmit(&[0x00, 0xC1, 0x01, 0xFE, 0x3E], &mut reply, &mut card);
/// assert_eq!(reply[..length], [0x00, 0xE1, 0x01, 0xFE, 0x1E]);
/// // A command in one block, and its response.
/// let block = [0x00, 0x00, 0x05, 0x00, 0xB2, 0x01, 0x0C, 0x00, 0xBA];
/// let length = t1.transmit(&block, &mut reply, &mut card);
/// assert_eq!(reply[..length], [0x00, 0x00, 0x02, 0x6A, 0x82, 0xEA]);
/// ```
pub struct T1 {
    command: [u8; MAX_COMMAND],
    /// Bytes of the command that have come, more than fit where it is too long.
    received: usize,
    response: [u8; MAX_RESPONSE_LENGTH],
    /// What of the response is still to be sent: from here to there.
    from: usize,
    to: usize,
    /// The number of the terminal's next I-block.
    expected: bool,
    /// The number of the next I-block of the card.
    next: bool,
    /// Where the part begins that was sent last, until the terminal's next I-block says that it has come.
    sent: Option<usize>,
    /// Bytes of information that the terminal takes.
    size: u8,
}

impl Default for T1 {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for T1 {
    /// Without commands and responses.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("T1")
            .field("expected", &self.expected)
            .field("next", &self.next)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl T1 {
    /// After the answer to reset.
    pub const fn new() -> Self {
        Self {
            command: [0; MAX_COMMAND],
            received: 0,
            response: [0; MAX_RESPONSE_LENGTH],
            from: 0,
            to: 0,
            expected: false,
            next: false,
            sent: None,
            size: FIRST_SIZE,
        }
    }

    /// Answers a block of the terminal, with the help of `card` once a command is complete. Writes to `reply`, which should have
    /// [`MAX_BLOCK_LENGTH`] bytes, and returns the length.
    pub fn transmit(
        &mut self,
        block: &[u8],
        reply: &mut [u8],
        card: &mut dyn FnMut(&[u8], &mut [u8]) -> usize,
    ) -> usize {
        match Block::parse(block) {
            Err(fault) => self.ready(Some(fault), reply),
            Ok(block) => self.take(&block, reply, card),
        }
    }

    fn take(
        &mut self,
        block: &Block<'_>,
        reply: &mut [u8],
        card: &mut dyn FnMut(&[u8], &mut [u8]) -> usize,
    ) -> usize {
        match block.kind {
            Kind::Information { number, more } if number == self.expected => {
                self.expected = !self.expected;
                self.sent = None;
                self.append(block.information);
                if more {
                    return self.ready(None, reply);
                }
                self.answer(card);
                self.send_part(reply)
            }
            Kind::Ready { number } if block.information.is_empty() => match self.sent {
                Some(_) if number == self.next && self.from < self.to => self.send_part(reply),
                // The last part has not come.
                Some(start) if number != self.next => {
                    self.from = start;
                    self.next = !self.next;
                    self.send_part(reply)
                }
                // It is the card that waits.
                _ => self.ready(None, reply),
            },
            Kind::Supervisory(control) => self.supervise(control, block.information, reply),
            Kind::Information { .. } | Kind::Ready { .. } => self.ready(Some(Fault::Other), reply),
        }
    }

    /// A part of a command. What would make it longer than any is counted and not kept.
    fn append(&mut self, information: &[u8]) {
        let rest = self.command.iter_mut().skip(self.received);
        for (to, from) in rest.zip(information) {
            *to = *from;
        }
        self.received = self.received.saturating_add(information.len());
    }

    /// Has the card answer the command.
    fn answer(&mut self, card: &mut dyn FnMut(&[u8], &mut [u8]) -> usize) {
        let length = match self.command.get(..self.received) {
            Some(command) => card(command, &mut self.response),
            None => crate::apdu::respond(&mut self.response, |_| Err(StatusWord::WRONG_LENGTH)),
        };
        self.forget_command();
        (self.from, self.to) = (0, length.min(MAX_RESPONSE_LENGTH));
    }

    /// It may have held a PIN.
    fn forget_command(&mut self) {
        self.command.fill(0);
        self.received = 0;
    }

    /// The next I-block of the response.
    fn send_part(&mut self, reply: &mut [u8]) -> usize {
        let end = self.to.min(self.from + usize::from(self.size));
        let number = if self.next { SEQUENCE } else { 0 };
        let more = if end < self.to { MORE } else { 0 };
        let part = self.response.get(self.from..end).unwrap_or_default();
        self.sent = Some(self.from);
        self.from = end;
        self.next = !self.next;
        send(number | more, part, reply)
    }

    /// An R-block: the number that is waited for, and what was wrong.
    fn ready(&self, fault: Option<Fault>, reply: &mut [u8]) -> usize {
        let number = if self.expected { READY_SEQUENCE } else { 0 };
        let fault = fault.map_or(0, |fault| fault as u8);
        send(READY | number | fault, &[], reply)
    }

    fn supervise(&mut self, control: u8, information: &[u8], reply: &mut [u8]) -> usize {
        match (control, information) {
            (RESYNCHRONISE, []) => *self = Self::new(),
            (INFORMATION_SIZE, [size @ 1..=0xFE]) => self.size = *size,
            (ABORT, []) => {
                self.forget_command();
                (self.from, self.to, self.sent) = (0, 0, None);
            }
            _ => return self.ready(Some(Fault::Other), reply),
        }
        send(control | ANSWER, information, reply)
    }
}

/// Puts a block together. A buffer that is too small gets nothing.
fn send(control: u8, information: &[u8], reply: &mut [u8]) -> usize {
    // At most 254.
    let [size, ..] = information.len().to_le_bytes();
    let head = [0x00, control, size];
    let check = redundancy(&head) ^ redundancy(information);
    let length = AROUND + information.len();
    let Some(room) = reply.get_mut(..length) else {
        return 0;
    };
    let bytes = head.iter().chain(information).chain([&check]);
    for (to, from) in room.iter_mut().zip(bytes) {
        *to = *from;
    }
    length
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec;

    use super::{ANSWER, MAX_BLOCK_LENGTH, MORE, READY, SEQUENCE, T1, redundancy};

    fn block(control: u8, information: &[u8]) -> Vec<u8> {
        let mut block = vec![0x00, control, information.len() as u8];
        block.extend_from_slice(information);
        block.push(redundancy(&block));
        block
    }

    /// Answers with the command, backwards, and `9000`.
    fn mirror(command: &[u8], response: &mut [u8]) -> usize {
        let answer = command.iter().rev().take(256).chain(&[0x90, 0x00]);
        let mut length = 0;
        for (to, from) in response.iter_mut().zip(answer) {
            *to = *from;
            length += 1;
        }
        length
    }

    struct Link {
        t1: T1,
        /// Commands that reached the card.
        commands: Vec<Vec<u8>>,
    }

    impl Link {
        fn new() -> Self {
            Self {
                t1: T1::new(),
                commands: Vec::new(),
            }
        }

        fn send(&mut self, bytes: &[u8]) -> Vec<u8> {
            let mut reply = [0; MAX_BLOCK_LENGTH];
            let commands = &mut self.commands;
            let length = self
                .t1
                .transmit(bytes, &mut reply, &mut |command, response| {
                    commands.push(command.to_vec());
                    mirror(command, response)
                });
            reply[..length].to_vec()
        }
    }

    /// A terminal that repeats what it must: sends a command in parts of this size over a line that spoils the blocks whose turn
    /// `spoils` names, and gives the response.
    struct Terminal<'a> {
        link: Link,
        number: bool,
        expected: bool,
        blocks: usize,
        spoils: &'a dyn Fn(usize) -> bool,
    }

    impl Terminal<'_> {
        /// Sends until the reply comes through unspoilt.
        fn exchange(&mut self, sent: &[u8]) -> Vec<u8> {
            let mut sent = sent.to_vec();
            for _ in 0..50 {
                let mut there = sent.clone();
                self.blocks += 1;
                if (self.spoils)(self.blocks) {
                    let last = there.len() - 1;
                    there[last] ^= 0x01;
                }
                let mut back = self.link.send(&there);
                self.blocks += 1;
                if (self.spoils)(self.blocks) {
                    back[1] ^= 0x04;
                }
                if redundancy(&back) != 0 {
                    // Asks for it again.
                    let number = if self.expected { 0x10 } else { 0 };
                    sent = block(READY | number | 0x01, &[]);
                    continue;
                }
                return back;
            }
            panic!("the line is too bad")
        }

        fn command(&mut self, command: &[u8], size: usize) -> Vec<u8> {
            let parts: Vec<&[u8]> = command.chunks(size).collect();
            let mut place = 0;
            let mut response = Vec::new();
            let mut next = self.information(&parts, place);
            loop {
                let back = self.exchange(&next);
                let control = back[1];
                if control & 0x80 == 0 {
                    assert_eq!(
                        control & SEQUENCE != 0,
                        self.expected,
                        "numbers of I-blocks"
                    );
                    if place < parts.len() {
                        assert_eq!(place, parts.len() - 1);
                        self.number = !self.number;
                        place = parts.len();
                    }
                    self.expected = !self.expected;
                    response.extend_from_slice(&back[3..back.len() - 1]);
                    if control & MORE == 0 {
                        return response;
                    }
                    let number = if self.expected { 0x10 } else { 0 };
                    next = block(READY | number, &[]);
                } else {
                    assert_eq!(control & 0xC0, READY);
                    let waits_for = control & 0x10 != 0;
                    if place < parts.len() && waits_for != self.number {
                        self.number = !self.number;
                        place += 1;
                    }
                    if place < parts.len() {
                        next = self.information(&parts, place);
                    }
                }
            }
        }

        fn information(&self, parts: &[&[u8]], place: usize) -> Vec<u8> {
            let number = if self.number { SEQUENCE } else { 0 };
            let more = if place + 1 < parts.len() { MORE } else { 0 };
            block(number | more, parts[place])
        }
    }

    fn terminal(spoils: &dyn Fn(usize) -> bool) -> Terminal<'_> {
        Terminal {
            link: Link::new(),
            number: false,
            expected: false,
            blocks: 0,
            spoils,
        }
    }

    fn mirrored(command: &[u8]) -> Vec<u8> {
        let mut response = [0; 258];
        let length = mirror(command, &mut response);
        response[..length].to_vec()
    }

    #[test]
    fn commands_and_responses_of_every_length() {
        let mut terminal = terminal(&|_| false);
        for length in (1..=261)
            .step_by(13)
            .chain([31, 32, 33, 254, 255, 256, 261])
        {
            let command: Vec<u8> = (0..length).map(|place| place as u8).collect();
            for size in [1, 16, 32, 254] {
                assert_eq!(terminal.command(&command, size), mirrored(&command));
                assert_eq!(terminal.link.commands.pop().unwrap(), command);
            }
        }
        assert!(
            terminal.link.commands.is_empty(),
            "each reaches the card once"
        );
    }

    #[test]
    fn spoilt_blocks_are_repeated() {
        for pattern in 1..400_usize {
            // Half of the patterns spoil blocks in a row; none spoils all of them.
            let spoils = move |place: usize| pattern >> (place % 11) & 1 == 1;
            let mut terminal = terminal(&spoils);
            for length in [1, 40, 200, 261] {
                let command: Vec<u8> = (0..length).map(|place| place as u8 ^ 0x5A).collect();
                assert_eq!(
                    terminal.command(&command, 32),
                    mirrored(&command),
                    "{pattern}"
                );
                let commands = core::mem::take(&mut terminal.link.commands);
                assert_eq!(commands, [command], "once, and whole");
            }
        }
    }

    #[test]
    fn sizes() {
        let mut link = Link::new();
        let command = [0x5A; 100];
        // 32 bytes unless agreed otherwise.
        let first = link.send(&block(0x00, &command));
        assert_eq!(first[1..3], [MORE, 32]);
        for size in [1, 0x10, 0xFE] {
            let mut link = Link::new();
            let asked = block(0xC1, &[size]);
            assert_eq!(link.send(&asked), block(0xC1 | ANSWER, &[size]));
            let first = link.send(&block(0x00, &command));
            assert_eq!(first[2], size.min(102));
        }
        for wrong in [&[0x00][..], &[0xFF], &[], &[1, 2]] {
            assert_eq!(link.send(&block(0xC1, wrong)), block(0x92, &[]));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut link = Link::new();
        let good = block(0x00, &[1, 2, 3, 4]);
        let mut check = good.clone();
        check[7] ^= 0x80;
        assert_eq!(link.send(&check), block(0x81, &[]));
        let mut address = good.clone();
        address[0] = 0x21;
        address[7] ^= 0x21;
        assert_eq!(link.send(&address), block(0x82, &[]));
        for bytes in [
            &[][..],
            &[0x00],
            &good[..3],
            &good[..7],
            &[0x00, 0x00, 0xFF, 0xFF],
        ] {
            assert_eq!(link.send(bytes), block(0x82, &[]));
        }
        // Reserved bits; requests that only cards make; answers that nobody waits for.
        for control in [0x01, 0x10, 0x83, 0xA0, 0xC3, 0xC4, 0xE0, 0xE1, 0xFF] {
            assert_eq!(
                link.send(&block(control, &[])),
                block(0x82, &[]),
                "{control:02X}"
            );
        }
        // Another number than the next.
        assert_eq!(link.send(&block(SEQUENCE, &[1, 2, 3, 4])), block(0x82, &[]));
        assert!(link.commands.is_empty());
        let answer = link.send(&good);
        assert_eq!(answer[1], 0x00);
        assert_eq!(link.send(&good), block(0x92, &[]), "the same again");
        assert_eq!(link.commands.len(), 1);
        // The response again, as often as it is asked for.
        let mut link = Link::new();
        let answer = link.send(&good);
        for _ in 0..3 {
            assert_eq!(link.send(&block(0x81, &[])), answer);
        }
        // Asked for before anything was sent.
        assert_eq!(Link::new().send(&block(0x80, &[])), block(0x80, &[]));
    }

    #[test]
    fn resynchronisation_and_abortion() {
        let mut link = Link::new();
        link.send(&block(0x00, &[1, 2, 3, 4]));
        assert_eq!(link.send(&block(0xC0, &[])), block(0xE0, &[]));
        // Numbers begin anew on both sides.
        assert_eq!(link.send(&block(0x00, &[1, 2, 3, 4]))[1], 0x00);
        // A command that is given up in the middle.
        assert_eq!(
            link.send(&block(SEQUENCE | MORE, &[9; 32])),
            block(0x80, &[])
        );
        assert_eq!(link.send(&block(0xC2, &[])), block(0xE2, &[]));
        link.send(&block(0x00, &[5, 6, 7, 8]));
        assert_eq!(link.commands.last().unwrap(), &[5, 6, 7, 8]);
    }

    #[test]
    fn a_command_longer_than_any() {
        let mut terminal = terminal(&|_| false);
        assert_eq!(terminal.command(&[0; 262], 254), [0x67, 0x00]);
        assert_eq!(terminal.command(&[0; 2000], 32), [0x67, 0x00]);
        assert!(terminal.link.commands.is_empty());
        assert_eq!(terminal.command(&[1; 5], 32), mirrored(&[1; 5]));
    }
}
