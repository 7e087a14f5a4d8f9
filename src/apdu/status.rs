//! Status words.

use core::fmt;

/// Status word: the last two bytes of every response, SW1 and SW2 (EMV Book 1 9.4.2, Book 3 6.3.5;
/// ISO/IEC 7816-4 5.6).
///
/// ```
/// use chipcard::apdu::StatusWord;
///
/// assert_eq!(StatusWord::OK.to_string(), "9000: success");
/// assert_eq!(StatusWord::pin_tries_left(2).to_string(), "63C2: verification failed, 2 tries left");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "SW1 SW2")]
pub struct StatusWord(pub u16);

macro_rules! status_words {
    ($($name:ident $number:literal $meaning:literal;)+) => {
        impl StatusWord {
            $(
                #[doc = concat!("`", stringify!($number), "`: ", $meaning, ".")]
                pub const $name: Self = Self($number);
            )+

            /// The status words that this library names.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            const fn listed(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($meaning),)+
                    _ => None,
                }
            }
        }
    };
}

status_words! {
    OK 0x9000 "success";
    PART_OF_DATA_MAY_BE_CORRUPTED 0x6281 "part of the returned data may be corrupted";
    END_OF_FILE 0x6282 "end of file reached before Le bytes";
    SELECTED_FILE_INVALIDATED 0x6283 "the selected file is invalidated";
    AUTHENTICATION_FAILED 0x6300 "authentication failed";
    STATE_UNCHANGED 0x6400 "execution error, state unchanged";
    MEMORY_FAILURE 0x6581 "memory failure";
    WRONG_LENGTH 0x6700 "wrong length";
    LOGICAL_CHANNEL_NOT_SUPPORTED 0x6881 "logical channel not supported";
    SECURE_MESSAGING_NOT_SUPPORTED 0x6882 "secure messaging not supported";
    CHAINING_NOT_SUPPORTED 0x6884 "command chaining not supported";
    SECURITY_STATUS_NOT_SATISFIED 0x6982 "security status not satisfied";
    AUTHENTICATION_METHOD_BLOCKED 0x6983 "authentication method blocked";
    REFERENCE_DATA_INVALIDATED 0x6984 "referenced data invalidated";
    CONDITIONS_NOT_SATISFIED 0x6985 "conditions of use not satisfied";
    COMMAND_NOT_ALLOWED 0x6986 "command not allowed";
    SECURE_MESSAGING_OBJECT_MISSING 0x6987 "secure messaging data object missing";
    SECURE_MESSAGING_OBJECT_INCORRECT 0x6988 "secure messaging data object incorrect";
    INCORRECT_DATA 0x6A80 "incorrect data";
    FUNCTION_NOT_SUPPORTED 0x6A81 "function not supported";
    FILE_NOT_FOUND 0x6A82 "file not found";
    RECORD_NOT_FOUND 0x6A83 "record not found";
    NOT_ENOUGH_MEMORY 0x6A84 "not enough memory";
    INCORRECT_P1_P2 0x6A86 "incorrect parameters P1 P2";
    REFERENCED_DATA_NOT_FOUND 0x6A88 "referenced data not found";
    WRONG_P1_P2 0x6B00 "wrong parameters P1 P2";
    INSTRUCTION_NOT_SUPPORTED 0x6D00 "instruction not supported";
    CLASS_NOT_SUPPORTED 0x6E00 "class not supported";
    NO_PRECISE_DIAGNOSIS 0x6F00 "no precise diagnosis";
}

impl StatusWord {
    /// `63Cx`: wrong PIN; `tries` left, of which the low four bits count.
    pub const fn pin_tries_left(tries: u8) -> Self {
        Self(0x63C0 | (tries & 0x0F) as u16)
    }

    /// `61xx`: over T=0, so many more bytes wait for GET RESPONSE; 0 for 256.
    pub const fn bytes_available(count: u8) -> Self {
        Self(0x6100 | count as u16)
    }

    /// `6Cxx`: over T=0, ask again with this Le; 0 for 256.
    pub const fn exact_length(count: u8) -> Self {
        Self(0x6C00 | count as u16)
    }

    /// From SW1 and SW2.
    pub const fn from_bytes(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }

    /// SW1 and SW2.
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// Splits a response into its data and its status word; `None` when it has fewer than two bytes.
    pub fn split(response: &[u8]) -> Option<(&[u8], Self)> {
        let (data, status) = response.split_last_chunk()?;
        Some((data, Self::from_bytes(*status)))
    }

    /// Whether the command was carried out, with or without a warning: `9000`, `61xx`, `62xx`, `63xx`.
    pub const fn is_processed(self) -> bool {
        self.0 == Self::OK.0 || matches!(self.0 >> 8, 0x61..=0x63)
    }

    /// What it means, where that does not depend on the command; counted ones without their count.
    pub const fn meaning(self) -> Option<&'static str> {
        match self.0 {
            0x6100..=0x61FF => Some("more response bytes available"),
            0x63C0..=0x63CF => Some("verification failed, tries left"),
            0x6C00..=0x6CFF => Some("wrong Le, the right one follows"),
            _ => self.listed(),
        }
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = self;
        write!(f, "{number:04X}: ")?;
        let count = || match number & 0xFF {
            0 => 256,
            count => count,
        };
        match number {
            0x6100..=0x61FF => write!(f, "{} response bytes available", count()),
            0x63C0..=0x63CF => write!(f, "verification failed, {} tries left", number & 0xF),
            0x6C00..=0x6CFF => write!(f, "wrong Le, {} bytes are there", count()),
            _ => f.write_str(self.meaning().unwrap_or("no general meaning")),
        }
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({:04X})", self.0)
    }
}
