//! What a card remembers from one transaction to the next.

use core::fmt;

use zeroize::Zeroize;

use crate::card::Limits;
use crate::element::{Amount, ApplicationTransactionCounter, Pin};

/// A PIN as VERIFY brings it: `2`, the number of digits, the digits, then `F` (EMV Book 3 6.5.12, Table 25).
/// Wiped when dropped, shown nowhere.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ReferencePin(pub(super) [u8; 8]);

impl ReferencePin {
    /// This PIN.
    pub fn new(pin: &Pin) -> Self {
        Self(*pin.plaintext_block())
    }

    /// From the eight bytes of the block.
    pub const fn from_block(block: [u8; 8]) -> Self {
        Self(block)
    }
}

impl Drop for ReferencePin {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for ReferencePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReferencePin(redacted)")
    }
}

macro_rules! flags {
    ($($(#[$doc:meta])+ $flag:ident,)+) => {
        /// What is or is not so, from one transaction to the next.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
        pub struct Flags {
            $($(#[$doc])+ pub $flag: bool,)+
        }

        impl Flags {
            fn to_bits(self) -> u16 {
                [$(self.$flag,)+].into_iter().rev().fold(0, |bits, flag| bits << 1 | u16::from(flag))
            }

            fn from_bits(mut bits: u16) -> Self {
                let mut next = || {
                    let flag = bits & 1 == 1;
                    bits >>= 1;
                    flag
                };
                Self { $($flag: next(),)+ }
            }
        }
    };
}

flags! {
    /// The application is blocked: SELECT warns with `6283`, every cryptogram is an AAC.
    application_blocked,
    /// The card is blocked for ever: every SELECT fails with `6A81`.
    card_blocked,
    /// An ARQC was made and no second GENERATE AC has come for it yet.
    online_pending,
    /// An online transaction was not completed, and no issuer has heard of it since.
    last_online_not_completed,
    /// There was no issuer authentication in the last second GENERATE AC.
    issuer_authentication_not_performed,
    /// Issuer authentication has failed, and has not succeeded since.
    issuer_authentication_failed,
    /// A script command has failed, and issuer authentication has not succeeded since.
    script_failed,
    /// SDA failed in the last transaction that counted.
    sda_failed,
    /// DDA or CDA failed in the last transaction that counted.
    dda_failed,
    /// The issuer wants the next transaction online.
    go_online_next,
    /// An online transaction has been completed at least once: the card is not new any more.
    used_online,
}

/// The persistent state of a card, small and of fixed size so that a memory can store it in one piece.
///
/// What it begins as is the [`Profile`](crate::card::Profile)'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardState {
    /// Application transaction counter, tag 9F36. It never goes back.
    pub atc: ApplicationTransactionCounter,
    /// The counter of the last transaction in which issuer authentication succeeded, tag 9F13.
    pub last_online_atc: ApplicationTransactionCounter,
    /// PIN tries that are left, tag 9F17.
    pub pin_tries: u8,
    /// The PIN.
    pub pin: ReferencePin,
    /// Flags.
    pub flags: Flags,
    /// Script commands carried out since an issuer last heard of them.
    pub script_counter: u8,
    /// Transactions approved offline in a row.
    pub offline_count: u8,
    /// Amount approved offline since the counters were reset, in the application's currency.
    pub offline_amount: Amount,
    /// Limits of offline approvals.
    pub limits: Limits,
}

/// First byte of the stored form: another layout gets another number.
const LAYOUT: u8 = 0x01;

impl CardState {
    /// Length of the stored form in bytes.
    pub const LENGTH: usize = 1 + 2 + 2 + 1 + 8 + 2 + 1 + 1 + 6 + 1 + 1 + 6 + 6;

    /// The stored form. It holds the PIN: a memory that others can read must encipher it.
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let parts: [&[u8]; 12] = [
            &[LAYOUT],
            &self.atc.to_bytes(),
            &self.last_online_atc.to_bytes(),
            &[self.pin_tries],
            &self.pin.0,
            &self.flags.to_bits().to_be_bytes(),
            &[self.script_counter],
            &[self.offline_count],
            &self.offline_amount.to_bytes(),
            &[self.limits.lower_count, self.limits.upper_count],
            &self.limits.lower_amount.to_bytes(),
            &self.limits.upper_amount.to_bytes(),
        ];
        for (to, from) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }

    /// From the stored form; `None` when it is not one.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Option<Self> {
        let [layout, a, b, c, d, pin_tries, rest @ ..] = *bytes;
        let (pin, rest) = rest.split_first_chunk::<8>()?;
        let (flags, rest) = rest.split_first_chunk::<2>()?;
        let (counters, rest) = rest.split_first_chunk::<2>()?;
        let (offline_amount, rest) = rest.split_first_chunk::<6>()?;
        let (counts, rest) = rest.split_first_chunk::<2>()?;
        let (lower_amount, upper_amount) = rest.split_first_chunk::<6>()?;
        let ([script_counter, offline_count], [lower_count, upper_count]) = (*counters, *counts);
        if layout != LAYOUT {
            return None;
        }
        Some(Self {
            atc: ApplicationTransactionCounter::from_bytes([a, b]),
            last_online_atc: ApplicationTransactionCounter::from_bytes([c, d]),
            pin_tries,
            pin: ReferencePin(*pin),
            flags: Flags::from_bits(u16::from_be_bytes(*flags)),
            script_counter,
            offline_count,
            offline_amount: Amount::parse(offline_amount).ok()?,
            limits: Limits {
                lower_count,
                upper_count,
                lower_amount: Amount::parse(lower_amount).ok()?,
                upper_amount: Amount::parse(upper_amount).ok()?,
            },
        })
    }
}
