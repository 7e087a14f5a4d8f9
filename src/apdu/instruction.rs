//! The commands of EMV cards by class and instruction byte.

use crate::apdu::Command;

/// Whether a command comes from ISO/IEC 7816-4 (class `0x`) or from EMV and the payment systems (`8x`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Interindustry,
    Proprietary,
    /// Commands of issuer scripts: `84` and `8C` in EMV, `04` and `0C` with some payment systems.
    Secured,
}

macro_rules! instructions {
    ($($(#[$doc:meta])+ $variant:ident = $class:ident $byte:literal $name:literal,)+) => {
        /// A command that EMV cards know (EMV Book 1 11, Book 3 6.5; PUT DATA and UPDATE RECORD are the
        /// payment systems').
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Instruction {
            $($(#[$doc])+ $variant,)+
        }

        impl Instruction {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The instruction byte (INS).
            pub const fn byte(self) -> u8 {
                match self {
                    $(Self::$variant => $byte,)+
                }
            }

            /// What the specification calls it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            const fn class(self) -> Class {
                match self {
                    $(Self::$variant => Class::$class,)+
                }
            }
        }
    };
}

instructions! {
    /// `00 A4`: selects an application by name.
    Select = Interindustry 0xA4 "SELECT",
    /// `00 B2`: reads a record.
    ReadRecord = Interindustry 0xB2 "READ RECORD",
    /// `00 20`: checks a PIN.
    Verify = Interindustry 0x20 "VERIFY",
    /// `00 82`: checks the issuer's answer.
    ExternalAuthenticate = Interindustry 0x82 "EXTERNAL AUTHENTICATE",
    /// `00 84`: draws eight bytes for the next command.
    GetChallenge = Interindustry 0x84 "GET CHALLENGE",
    /// `00 88`: signs dynamic data.
    InternalAuthenticate = Interindustry 0x88 "INTERNAL AUTHENTICATE",
    /// `00 C0`: fetches a response over T=0.
    GetResponse = Interindustry 0xC0 "GET RESPONSE",
    /// `80 A8`: begins a transaction.
    GetProcessingOptions = Proprietary 0xA8 "GET PROCESSING OPTIONS",
    /// `80 AE`: makes an application cryptogram.
    GenerateAc = Proprietary 0xAE "GENERATE AC",
    /// `80 CA`: reads a data object.
    GetData = Proprietary 0xCA "GET DATA",
    /// `84 1E`: blocks the application.
    ApplicationBlock = Secured 0x1E "APPLICATION BLOCK",
    /// `84 18`: unblocks the application.
    ApplicationUnblock = Secured 0x18 "APPLICATION UNBLOCK",
    /// `84 16`: blocks the card for ever.
    CardBlock = Secured 0x16 "CARD BLOCK",
    /// `84 24`: changes the PIN or resets its try counter.
    PinChangeUnblock = Secured 0x24 "PIN CHANGE/UNBLOCK",
    /// `04 DA`: writes a data object.
    PutData = Secured 0xDA "PUT DATA",
    /// `04 DC`: writes a record.
    UpdateRecord = Secured 0xDC "UPDATE RECORD",
}

impl Instruction {
    /// The command with this instruction byte, whatever its class.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|instruction| instruction.byte() == byte)
    }

    /// The command that class and instruction byte name.
    pub fn of(command: &Command<'_>) -> Option<Self> {
        Self::from_byte(command.instruction).filter(|instruction| instruction.takes(command.class))
    }

    /// Whether the command exists in this class: logical channels and command chaining do not.
    pub const fn takes(self, class: u8) -> bool {
        match self.class() {
            Class::Interindustry => class == 0x00,
            Class::Proprietary => class == 0x80,
            Class::Secured => matches!(class, 0x04 | 0x0C | 0x84 | 0x8C),
        }
    }
}
