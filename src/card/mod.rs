//! The card: one EMV application as an applet that takes commands and gives responses. A [`Card`] has several.
//!
//! [`Applet::process`] is the whole interface: command bytes in, response bytes out, the status word at
//! their end. There is no clock, no heap and no error type towards the terminal but the status word. What the
//! card is, is data ([`Profile`], [`CryptogramVersion`](crate::cryptogram::CryptogramVersion),
//! [`CardKeySet`]); what it remembers goes through [`CardMemory`]; random numbers and private keys are a [`Coprocessor`]'s.
//!
//! # Commands and states
//!
//! EMV Book 3 8 and 9.3. A command in a state that the table leaves empty is answered with `6985`.
//!
//! | command | idle | directory | selected | initiated | online | done |
//! |---|---|---|---|---|---|---|
//! | SELECT | yes | yes | yes | yes | yes | yes |
//! | READ RECORD | | directory | files 11 to 30 | yes | yes | yes |
//! | GET DATA | | | yes | yes | yes | yes |
//! | GET PROCESSING OPTIONS | | | → initiated | | | |
//! | GET CHALLENGE | | | | yes | | |
//! | VERIFY | | | | yes | | |
//! | INTERNAL AUTHENTICATE | | | | yes | | |
//! | GENERATE AC | | | | → online with an ARQC, else → done | → done | |
//! | EXTERNAL AUTHENTICATE | | | | | once | |
//! | issuer script commands | | | | | yes | after an ARQC |
//!
//! *Initiated* is after GET PROCESSING OPTIONS, *online* after a first GENERATE AC that gave an ARQC, *done*
//! after the last cryptogram. The books leave open which commands a card takes before GET PROCESSING OPTIONS;
//! this one gives what a terminal needs to read the log there, and no more.
//!
//! # Status words
//!
//! What a command is answered with instead of `9000`, in the order in which the card looks; the first that fits counts. The state is
//! looked at where `6985` stands. `tests/card_states.rs` and `tests/card_signing.rs` hold every command against every state.
//!
//! | command | status words |
//! |---|---|
//! | any | `6700` no command with short length fields · `6E00` class that no command has · `6D00` unknown instruction · `6E00` its class is another |
//! | SELECT | `6A86` not by name, or other than the first or next · `6700` name not of 5 to 16 bytes · `6A81` card blocked · `6A82` no such, no next · `6283` with data: application blocked |
//! | READ RECORD | `6A86` record 0, not by number, file 0 or 31 · `6985` · `6A82` no such file · `6A83` no such record · `6581` memory |
//! | GET DATA | `6985` · `6A88` no such object |
//! | GET PROCESSING OPTIONS | `6A86` · `6985`, at transaction counter `FFFF` too · `6A80` another template than `83` · `6700` not the PDOL's length · `6581` |
//! | GET CHALLENGE | `6D00` no generator · `6A86` · `6985` · `6700` with data |
//! | VERIFY | `6A88` no PIN on the card · `6A86` other than `80`, or `88` with a key for it · `6985` · `6700` in clear: not eight bytes · `6983` no tries left · `6985` enciphered: the last command was not GET CHALLENGE · `6700` not the key's length · `6984` nothing recovered, no try lost · `6581` · `63Cx` wrong, x tries left |
//! | INTERNAL AUTHENTICATE | `6D00` no key, or no DDA in tag 82 · `6A86` · `6985` · `6700` not the DDOL's length, or nothing |
//! | GENERATE AC | `6A86` reserved bits, or a signature that key or tag 82 do not have · `6985` · `6A86` an ARQC the second time · `6700` not the CDOL's length · `6581` |
//! | EXTERNAL AUTHENTICATE | `6D00` the answer comes in GENERATE AC · `6A86` · `6985` · `6700` · `6300` wrong · `6581` |
//! | issuer scripts | `6D00` the version has none · `6985`, after a wrong MAC too · `6882` the other format · `6987` no MAC · `6988` wrong MAC or objects · then, counted as failed: `6A86` `6700` `6A80` `6A82` `6A83` `6A84` `6A88` `6986` `6A81` no key for enciphered data · `6581` |
//!
//! `6F00` is the answer where the card itself fails: a coprocessor that gives an error, an answer that does not fit, a profile
//! that the [lint](Profile::lint) refuses.
//!
//! How a card becomes one by commands is in `personalisation` (feature `alloc`).
//!
//! # Faults
//!
//! The transaction counter goes up, and is stored, before GET PROCESSING OPTIONS is answered, and every cryptogram
//! is given only after the state that it leads to was stored. So a card that loses power at any moment never gives
//! two cryptograms of one type for one counter. A PIN try is counted before the PIN is compared.
//!
//! # Memory
//!
//! No heap, and what the stack holds is bounded. The steps that need most of it, for keys and messages to sign, are
//! functions of their own that are not inlined: inlined into one they would all take their place at once. The firmware in
//! `examples/firmware` runs whole transactions in 8 KiB.

mod coprocessor;
mod csu;
mod cvr;
mod external_authenticate;
mod generate_ac;
mod get_challenge;
mod get_data;
mod gpo;
mod internal_authenticate;
mod issuer_authentication;
mod lint;
mod lint_files;
#[cfg(feature = "oda")]
mod lint_keys;
mod log;
mod memory;
#[cfg(feature = "alloc")]
pub mod personalisation;
mod profile;
mod read_record;
mod risk;
mod script;
mod script_commands;
mod select;
mod session;
mod several;
#[cfg(feature = "oda")]
mod software;
mod state;
pub mod test_cards;
mod transaction;
mod verify;

pub use coprocessor::{
    Abilities, AnswerSignature, AnswerToSign, Coprocessor, Generator, MAX_SIGNATURE_LENGTH,
    NoCoprocessor,
};
pub use lint::{Finding, Severity};
pub use memory::{CardMemory, MemoryError, RECORD_LENGTH, Storage, TwoSlots, VolatileMemory};
pub use profile::{
    AuthenticationCommand, CardActionCodes, CardholderPin, Directories, IssuerAuthentication,
    Limits, Log, Parameter, Profile, Record, ResponseFormat,
};
pub use several::Card;
#[cfg(feature = "oda")]
pub use software::{CardPrivateKeys, SoftwareCoprocessor};
pub use state::{CardState, Flags, ReferencePin};

use core::fmt;

use crate::apdu::{Command, Instruction, StatusWord, respond};
use crate::error::Error;
use crate::key::CardKeySet;
use crate::tlv::Writer;
use session::{Phase, Session};
use transaction::{Listed, Transaction};

/// Answer of a command: its data are in the writer.
type Answer = Result<StatusWord, StatusWord>;

impl From<Error> for StatusWord {
    /// An error inside the card that a well-made profile cannot cause.
    fn from(_: Error) -> Self {
        Self::NO_PRECISE_DIAGNOSIS
    }
}

/// A card with one application.
///
/// ```
/// use chipcard::apdu::MAX_RESPONSE_LENGTH;
/// use chipcard::card::{Applet, VolatileMemory, test_cards};
///
/// let test = &test_cards::CCD_TDES;
/// let mut card = Applet::new(&test.profile, test.card_keys()?, VolatileMemory::new())?;
/// let mut response = [0; MAX_RESPONSE_LENGTH];
///
/// let length = card.process(&hex::decode("00A4040005F00000099900").unwrap(), &mut response);
/// assert_eq!(response[..2], [0x6F, 0x29]);
/// assert_eq!(response[length - 2..length], [0x90, 0x00]);
///
/// // GENERATE AC before GET PROCESSING OPTIONS: conditions of use not satisfied.
/// let length = card.process(&[0x80, 0xAE, 0x80, 0x00, 0x00], &mut response);
/// assert_eq!(response[..length], [0x69, 0x85]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Applet<'p, M, C = NoCoprocessor> {
    profile: &'p Profile<'p>,
    keys: CardKeySet,
    memory: M,
    coprocessor: C,
    state: CardState,
    session: Session,
}

impl<'p, M: CardMemory> Applet<'p, M> {
    /// The card as it is after power-on, in the state that its memory holds; a memory that holds none makes a new card.
    ///
    /// # Errors
    /// When the memory cannot be read.
    pub fn new(profile: &'p Profile<'p>, keys: CardKeySet, memory: M) -> Result<Self, MemoryError> {
        let state = memory.load()?.unwrap_or_else(|| profile.initial_state());
        Ok(Self {
            profile,
            keys,
            memory,
            coprocessor: NoCoprocessor,
            state,
            session: Session::new(Phase::Idle),
        })
    }

    /// The card with a coprocessor: random numbers and private keys.
    pub fn with_coprocessor<C: Coprocessor>(self, coprocessor: C) -> Applet<'p, M, C> {
        let Self {
            profile,
            keys,
            memory,
            coprocessor: NoCoprocessor,
            state,
            session,
        } = self;
        Applet {
            profile,
            keys,
            memory,
            coprocessor,
            state,
            session,
        }
    }
}

impl<'p, M: CardMemory, C: Coprocessor> Applet<'p, M, C> {
    /// Answers a command: writes data and status word to `response` and returns their length.
    ///
    /// `response` should have [`MAX_RESPONSE_LENGTH`](crate::apdu::MAX_RESPONSE_LENGTH) bytes: an answer that
    /// does not fit becomes `6F00`.
    pub fn process(&mut self, command: &[u8], response: &mut [u8]) -> usize {
        let challenge = self.session.challenge.take();
        respond(response, |reply| match Command::parse(command) {
            Ok(command) => self.dispatch(&command, challenge, reply),
            Err(_) => Err(StatusWord::WRONG_LENGTH),
        })
    }

    /// Power off and on: the transaction is forgotten, the stored state is not.
    pub fn reset(&mut self) {
        self.session = Session::new(Phase::Idle);
    }

    /// What the card is.
    pub const fn profile(&self) -> &'p Profile<'p> {
        self.profile
    }

    /// What the card remembers.
    pub const fn state(&self) -> &CardState {
        &self.state
    }

    /// Takes the memory out of the card.
    pub fn into_memory(self) -> M {
        self.memory
    }

    /// What is beside its processor.
    pub const fn coprocessor(&self) -> &C {
        &self.coprocessor
    }

    fn dispatch(
        &mut self,
        command: &Command<'_>,
        challenge: Option<[u8; 8]>,
        reply: &mut Writer<'_>,
    ) -> Answer {
        let known = Instruction::ALL
            .iter()
            .any(|known| known.takes(command.class));
        let instruction = match Instruction::from_byte(command.instruction) {
            _ if !known => return Err(StatusWord::CLASS_NOT_SUPPORTED),
            None => return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
            Some(instruction) if !instruction.takes(command.class) => {
                return Err(StatusWord::CLASS_NOT_SUPPORTED);
            }
            Some(instruction) => instruction,
        };
        match instruction {
            Instruction::Select => self.select(command, reply),
            Instruction::GetProcessingOptions => self.get_processing_options(command, reply),
            Instruction::ReadRecord => self.read_record(command, reply),
            Instruction::GetData => self.get_data(command, reply),
            Instruction::GetChallenge => self.get_challenge(command, reply),
            Instruction::InternalAuthenticate => self.internal_authenticate(command, reply),
            Instruction::Verify => self.verify(command, challenge),
            Instruction::GenerateAc => self.generate_ac(command, reply),
            Instruction::ExternalAuthenticate => self.external_authenticate(command),
            Instruction::ApplicationBlock
            | Instruction::ApplicationUnblock
            | Instruction::CardBlock
            | Instruction::PinChangeUnblock
            | Instruction::PutData
            | Instruction::UpdateRecord => self.script(instruction, command),
            _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
        }
    }

    /// Stores a new state. Without that nothing may be answered that rests on it.
    fn commit(&mut self, state: CardState) -> Result<(), StatusWord> {
        if state == self.state {
            return Ok(());
        }
        if self.memory.store(&state).is_err() {
            self.reset();
            return Err(StatusWord::MEMORY_FAILURE);
        }
        self.state = state;
        Ok(())
    }

    /// The transaction's data, with the values for CDOL2 if they have come.
    ///
    /// # Errors
    /// `6700` when values do not have the length that their list asks for.
    fn transaction<'a>(&'a self, cdol2: Option<&'a [u8]>) -> Result<Transaction<'a>, StatusWord> {
        let profile = self.profile;
        let pdol = self.session.pdol_data.as_bytes();
        let cdol1 = self.session.cdol1_data.as_bytes();
        Ok(Transaction {
            lists: [
                cdol2
                    .map(|values| Listed::new(profile.cdol2, values))
                    .transpose()?,
                Some(Listed::new(profile.cdol1, cdol1)?),
                Some(Listed::new(profile.pdol, pdol)?),
            ],
            aip: profile.aip,
            atc: self.state.atc,
        })
    }
}

impl<M, C> fmt::Debug for Applet<'_, M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applet")
            .field("keys", &self.keys)
            .field("state", &self.state)
            .field("phase", &self.session.phase)
            .finish_non_exhaustive()
    }
}

/// Whether the parameters are both zero, as most commands want them.
const fn no_parameters(command: &Command<'_>) -> Result<(), StatusWord> {
    match (command.p1, command.p2) {
        (0, 0) => Ok(()),
        _ => Err(StatusWord::INCORRECT_P1_P2),
    }
}
