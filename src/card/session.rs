//! What a card remembers until the power goes or another application is selected.

use zeroize::Zeroize;

use crate::card::AnswerSignature;
use crate::card::issuer_authentication::Outcome;
use crate::card::risk::Velocity;
use crate::cryptogram::{ApplicationCryptogram, ChainBlock};
use crate::element::{CryptogramType, UnpredictableNumber};

/// How far a transaction is (EMV Book 3 8, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is selected.
    Idle,
    /// A payment system directory is selected.
    Directory,
    /// The application is selected.
    Selected,
    /// GET PROCESSING OPTIONS was answered.
    Initiated,
    /// The first GENERATE AC gave an ARQC.
    Online,
    /// The last cryptogram of the transaction was given.
    Done,
}

/// What came of VERIFY in this transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PinVerification {
    NotPerformed,
    Failed,
    Successful,
}

/// The answer to the first GENERATE AC.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstCryptogram {
    pub(super) kind: CryptogramType,
    pub(super) ac: ApplicationCryptogram,
    pub(super) un: UnpredictableNumber,
}

/// One selection of the application.
pub(super) struct Session {
    pub(super) phase: Phase,
    pub(super) pdol_data: DolData,
    pub(super) cdol1_data: DolData,
    /// What the last command answered, if it was GET CHALLENGE.
    pub(super) challenge: Option<[u8; 8]>,
    /// The number in all dynamic signatures of this transaction, once there is one.
    pub(super) icc_dynamic_number: Option<DynamicNumber>,
    /// INTERNAL AUTHENTICATE was answered.
    pub(super) dda_performed: bool,
    /// The signatures that the first and the second GENERATE AC asked for. An AAC is not signed for all that.
    pub(super) signature_asked: [Option<AnswerSignature>; 2],
    pub(super) pin: PinVerification,
    /// The last VERIFY brought an enciphered PIN.
    pub(super) pin_was_enciphered: bool,
    pub(super) first: Option<FirstCryptogram>,
    pub(super) velocity: Velocity,
    pub(super) authentication: Outcome,
    /// Script commands that the first GENERATE AC told the issuer of.
    pub(super) reported_scripts: u8,
    pub(super) script: ScriptProgress,
}

/// How far issuer scripts are in this transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScriptProgress {
    /// Commands whose MAC was right.
    pub(super) index: u64,
    /// The last MAC, before truncation.
    pub(super) chain: Option<ChainBlock>,
    /// A command failed.
    pub(super) failed: bool,
    /// A MAC was wrong: no further command is taken.
    pub(super) closed: bool,
}

impl Session {
    pub(super) const fn new(phase: Phase) -> Self {
        Self {
            phase,
            pdol_data: DolData::EMPTY,
            cdol1_data: DolData::EMPTY,
            challenge: None,
            icc_dynamic_number: None,
            dda_performed: false,
            signature_asked: [None; 2],
            pin: PinVerification::NotPerformed,
            pin_was_enciphered: false,
            first: None,
            velocity: Velocity::NONE,
            authentication: Outcome::NotPerformed,
            reported_scripts: 0,
            script: ScriptProgress {
                index: 0,
                chain: None,
                failed: false,
                closed: false,
            },
        }
    }
}

/// ICC dynamic number, tag 9F4C.
#[derive(Clone, Copy)]
pub(super) enum DynamicNumber {
    Random([u8; 8]),
    Counter([u8; 2]),
}

impl DynamicNumber {
    pub(super) const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Random(bytes) => bytes,
            Self::Counter(bytes) => bytes,
        }
    }
}

/// The values that the terminal sent for a data object list.
pub(super) struct DolData {
    bytes: [u8; 255],
    length: u8,
}

impl DolData {
    const EMPTY: Self = Self {
        bytes: [0; 255],
        length: 0,
    };

    /// Keeps the data of a command, of which there are at most 255 bytes.
    pub(super) fn set(&mut self, data: &[u8]) {
        self.length = 0;
        for (to, from) in self.bytes.iter_mut().zip(data) {
            *to = *from;
            self.length = self.length.saturating_add(1);
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }
}

impl Drop for DolData {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
