//! Secure messaging of issuer scripts (EMV Book 2 9).

#[cfg(feature = "laboratory")]
use crate::crypto::BlockCipher;
use crate::crypto::{Algorithm, Message, Mode, Padding, full_mac};
use crate::cryptogram::{ApplicationCryptogram, PinBlockFormat};
use crate::element::ApplicationTransactionCounter;
use crate::error::Result;
use crate::key::{KeyPurpose, SessionKey, SessionKeyMethod, Smc, Smi};

/// What the MAC of a script command covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MacInput {
    /// Format 2, header with the final Lc, ATC, application cryptogram, data. Then method 2 padding.
    HeaderCounterCryptogramData,
    /// Format 2, header with the final Lc, data. Then method 2 padding.
    HeaderData,
    /// Format 1 (EMV Book 2 9.2.1.1): the chaining block, the padded header without Lc, the padded data object.
    Format1,
}

/// How a scheme protects its script commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptStyle {
    /// What the MAC covers.
    pub mac_input: MacInput,
    /// How both session keys are made.
    pub session_key: SessionKeyMethod,
    /// Whether each further command of a transaction has session keys of its own, by the diversification
    /// value plus one. That is Mastercard's practice; EMV Book 2 derives once.
    pub key_per_command: bool,
    /// Cipher mode of enciphered data.
    pub mode: Mode,
    /// Padding of enciphered data.
    pub padding: Padding,
    /// Block of a PIN change without the current PIN.
    pub pin_block: PinBlockFormat,
    /// Block of a PIN change with the current PIN, where the style has one.
    pub pin_block_with_current: Option<PinBlockFormat>,
    /// Whose card key Visa's PIN blocks take.
    pub pin_mask: KeyPurpose,
}

impl ScriptStyle {
    /// Visa CVN 10 and 18.
    pub const VISA: Self = Self {
        mac_input: MacInput::HeaderCounterCryptogramData,
        session_key: SessionKeyMethod::VisaAtcXor,
        key_per_command: false,
        mode: Mode::Ecb,
        padding: Padding::LengthMethod2,
        pin_block: PinBlockFormat::Visa,
        pin_block_with_current: Some(PinBlockFormat::VisaWithCurrent),
        pin_mask: KeyPurpose::ApplicationCryptogram,
    };

    /// Visa CVN '22': session keys by EMV common, format 2 blocks where the current PIN is not used.
    pub const VISA_22: Self = Self {
        session_key: SessionKeyMethod::EmvCommon,
        pin_block: PinBlockFormat::Iso2,
        ..Self::VISA
    };

    /// Mastercard.
    pub const MASTERCARD: Self = Self {
        session_key: SessionKeyMethod::EmvCommon,
        key_per_command: true,
        mode: Mode::Cbc,
        padding: Padding::Method2IfNeeded,
        pin_block: PinBlockFormat::Iso2,
        pin_block_with_current: None,
        ..Self::VISA
    };

    /// Interac: the MAC covers header and data only.
    pub const INTERAC: Self = Self {
        mac_input: MacInput::HeaderData,
        key_per_command: false,
        ..Self::MASTERCARD
    };

    /// CCD and CPA with format 2 messages: as Interac, data always padded.
    pub const CCD: Self = Self {
        padding: Padding::Method2,
        ..Self::INTERAC
    };

    /// EMV format 1 (BER-TLV coded messages with MAC chaining). Documented and implemented by one other
    /// library; no published answer.
    pub const EMV_FORMAT_1: Self = Self {
        mac_input: MacInput::Format1,
        ..Self::CCD
    };

    /// UnionPay (PBOC). Read in one public HSM simulator, no published answer. That code takes the second half of the
    /// PIN block's mask from the confidentiality key, which nothing else confirms.
    pub const UNIONPAY: Self = Self {
        session_key: SessionKeyMethod::UnionPay,
        pin_mask: KeyPurpose::SecureMessagingConfidentiality,
        ..Self::VISA
    };
}

/// Class, instruction and parameters of a command: the first four bytes (ISO/IEC 7816-4 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommandHeader {
    /// Class byte; secure messaging sets bits 4 and 3.
    pub class: u8,
    /// Instruction byte.
    pub instruction: u8,
    /// Parameter 1.
    pub p1: u8,
    /// Parameter 2.
    pub p2: u8,
}

impl CommandHeader {
    /// The four bytes.
    pub const fn to_bytes(self) -> [u8; 4] {
        [self.class, self.instruction, self.p1, self.p2]
    }
}

/// Which PIN change is asked for: P2 of PIN CHANGE/UNBLOCK in the payment systems' usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PinChange {
    /// P2 = `01`: the block involves the current PIN.
    WithCurrent,
    /// P2 = `02`: it does not.
    WithoutCurrent,
}

impl PinChange {
    /// `84 24 00` and P2.
    pub const fn header(self) -> CommandHeader {
        let p2 = match self {
            Self::WithCurrent => 0x01,
            Self::WithoutCurrent => 0x02,
        };
        CommandHeader {
            class: 0x84,
            instruction: 0x24,
            p1: 0x00,
            p2,
        }
    }
}

/// What the MAC of a format 1 command starts with: the application cryptogram of the first GENERATE AC
/// for the first command, then the whole MAC before it (EMV Book 2 9.2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainBlock(pub(crate) [u8; 16]);

impl ChainBlock {
    /// From a MAC before truncation: eight bytes and zeros after them with TDES, 16 bytes with AES.
    pub const fn from_mac(mac: [u8; 16]) -> Self {
        Self(mac)
    }

    /// The MAC before truncation.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// For the first command of a transaction.
    pub const fn first(ac: ApplicationCryptogram) -> Self {
        let [a, b, c, d, e, f, g, h] = ac.0;
        Self([a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}

/// What the MAC of one script command covers.
#[derive(Clone, Copy)]
pub(crate) struct ScriptMessage<'a> {
    /// Five bytes, with the Lc of the finished command.
    pub(crate) header: [u8; 5],
    /// The command's data before the MAC; for format 1 one data object, or nothing.
    pub(crate) data: &'a [u8],
    pub(crate) atc: ApplicationTransactionCounter,
    pub(crate) ac: ApplicationCryptogram,
    pub(crate) chain: ChainBlock,
}

impl ScriptMessage<'_> {
    /// Writes the bytes to sign with a key of `algorithm`, and says how they are padded.
    ///
    /// Into the caller's message: one given back would stand on the stack twice.
    pub(crate) fn assemble(
        &self,
        input: MacInput,
        algorithm: Algorithm,
        message: &mut Message,
    ) -> Result<Padding> {
        let [class, instruction, p1, p2, _] = self.header;
        match input {
            MacInput::HeaderCounterCryptogramData => {
                message.push(&self.header)?;
                message.push(&self.atc.to_bytes())?;
                message.push(&self.ac.0)?;
                message.push(self.data)?;
            }
            MacInput::HeaderData => {
                message.push(&self.header)?;
                message.push(self.data)?;
            }
            MacInput::Format1 => {
                let block = algorithm.block_length();
                message.push(self.chain.0.get(..block).unwrap_or(&self.chain.0))?;
                // What is before each part is whole blocks, so padding the message pads the part.
                message.push(&[class, instruction, p1, p2])?;
                Padding::Method2.apply(message, block)?;
                if !self.data.is_empty() {
                    message.push(self.data)?;
                    Padding::Method2.apply(message, block)?;
                }
                return Ok(Padding::None);
            }
        }
        Ok(Padding::of_mac(algorithm))
    }

    /// The MAC before truncation, which is the chaining block of the next command.
    pub(crate) fn mac(&self, input: MacInput, key: &SessionKey<Smi>) -> Result<ChainBlock> {
        let mut message = Message::new();
        let padding = self.assemble(input, key.algorithm(), &mut message)?;
        full_mac(key.secret(), padding, message.as_bytes()).map(ChainBlock)
    }
}

/// Deciphers the data of a script command in place; they become the padded data.
///
/// # Errors
/// [`ErrorKind::Padding`](crate::ErrorKind::Padding) when they are not whole blocks.
pub(crate) fn decipher(mode: Mode, key: &SessionKey<Smc>, data: &mut Message) -> Result<()> {
    key.secret().decrypt_blocks(mode, data.as_mut())
}

/// Enciphers the data of a script command.
#[cfg(feature = "laboratory")]
pub(crate) fn encipher(
    mode: Mode,
    padding: Padding,
    key: &SessionKey<Smc>,
    data: &[u8],
) -> Result<Message> {
    let mut message = Message::of(&[data])?;
    padding.apply(&mut message, key.algorithm().block_length())?;
    let work = |cipher: &dyn BlockCipher| cipher.encrypt_blocks(mode, message.as_mut());
    key.secret().with_cipher(work)??;
    Ok(message)
}
