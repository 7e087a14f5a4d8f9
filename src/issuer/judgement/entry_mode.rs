//! How the card was read (ISO 8583 DE 22, positions 1 and 2).

use core::fmt;

use crate::error::{Error, ErrorKind, Result};

macro_rules! modes {
    ($($code:literal $mode:ident $english:literal;)+) => {
        /// How the card's data came into the terminal: DE 22, positions 1 and 2, as the large networks use them.
        ///
        /// ```
        /// use chipcard::issuer::PosEntryMode;
        ///
        /// assert_eq!(PosEntryMode::from_code(5)?, PosEntryMode::Contact);
        /// assert_eq!(PosEntryMode::parse("071")?, PosEntryMode::Contactless);
        /// # Ok::<(), chipcard::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum PosEntryMode {
            $(#[doc = concat!("`", $code, "`: ", $english, ".")] $mode,)+
        }

        impl PosEntryMode {
            /// From the number that positions 1 and 2 make.
            ///
            /// # Errors
            /// [`ErrorKind::Value`] for one that no network is known to use.
            pub const fn from_code(code: u8) -> Result<Self> {
                match code {
                    $($code => Ok(Self::$mode),)+
                    _ => Err(Error::new(ErrorKind::Value)),
                }
            }

            /// The number.
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$mode => $code,)+
                }
            }

            /// What it is called.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$mode => $english,)+
                }
            }
        }
    };
}

modes! {
    0 Unknown "unknown";
    1 Manual "typed in by hand";
    2 StripeUnreliable "magnetic stripe, card verification value perhaps not readable";
    5 Contact "chip over contacts";
    6 ContactTrack "chip over contacts, track data";
    7 Contactless "contactless chip";
    9 ElectronicCommerceChip "electronic commerce with a chip's cryptogram";
    10 CredentialOnFile "credential on file";
    79 ChipFailedManual "typed in by hand after the chip failed";
    80 FallbackStripe "magnetic stripe after the chip failed";
    81 ElectronicCommerce "electronic commerce";
    82 Server "from a server";
    90 Stripe "magnetic stripe, read as a whole";
    91 ContactlessStripe "contactless, stripe data";
    95 ContactUnreliable "chip over contacts, card verification value perhaps not readable";
}

impl PosEntryMode {
    /// From the text of DE 22, whose first two digits count.
    ///
    /// # Errors
    /// [`ErrorKind::NotDecimal`], [`ErrorKind::Length`], [`ErrorKind::Value`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self> {
        match *text.as_ref() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => {
                Self::from_code((tens - b'0') * 10 + (ones - b'0'))
            }
            [_, _, ..] => Err(Error::new(ErrorKind::NotDecimal)),
            ref short => Err(Error::new(ErrorKind::Length {
                min: 2,
                max: 4,
                found: short.len(),
            })),
        }
    }

    /// The same, for hosts that must not refuse a message for a code that they do not know: that says as much as "unknown".
    ///
    /// ```
    /// use chipcard::issuer::PosEntryMode;
    ///
    /// assert_eq!(PosEntryMode::parse_or_unknown("051")?, PosEntryMode::Contact);
    /// assert_eq!(PosEntryMode::parse_or_unknown("861")?, PosEntryMode::Unknown);
    /// assert!(PosEntryMode::parse_or_unknown("XX1").is_err());
    /// # Ok::<(), chipcard::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotDecimal`], [`ErrorKind::Length`].
    pub fn parse_or_unknown(text: impl AsRef<[u8]>) -> Result<Self> {
        match Self::parse(text) {
            Err(error) if error.kind() == ErrorKind::Value => Ok(Self::Unknown),
            other => other,
        }
    }

    /// Whether the chip is said to have spoken over its contacts.
    pub const fn is_contact(self) -> bool {
        matches!(
            self,
            Self::Contact | Self::ContactTrack | Self::ContactUnreliable
        )
    }

    /// Whether the card is said to have been read without contacts, be it as a chip or as a stripe.
    pub const fn is_contactless(self) -> bool {
        matches!(self, Self::Contactless | Self::ContactlessStripe)
    }

    /// Whether a chip is said to have spoken at a terminal.
    pub const fn is_chip(self) -> bool {
        self.is_contact() || matches!(self, Self::Contactless)
    }

    /// Whether the magnetic stripe is said to have been read.
    pub const fn is_stripe(self) -> bool {
        matches!(
            self,
            Self::Stripe | Self::FallbackStripe | Self::StripeUnreliable
        )
    }

    /// Whether a person typed the number in at a terminal or on a form.
    pub const fn is_manual(self) -> bool {
        matches!(self, Self::Manual | Self::ChipFailedManual)
    }

    /// Whether there is no terminal that reads cards.
    pub const fn is_remote(self) -> bool {
        matches!(
            self,
            Self::ElectronicCommerceChip
                | Self::CredentialOnFile
                | Self::ElectronicCommerce
                | Self::Server
        )
    }
}

impl fmt::Display for PosEntryMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02} ({})", self.code(), self.name())
    }
}
