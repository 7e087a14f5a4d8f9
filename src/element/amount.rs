//! Amounts (tags 9F02, 9F03) and the codes of currencies and countries.

use core::fmt;

use super::bcd;
use crate::error::{Error, ErrorKind, Result};

/// An amount in the currency's smallest unit, 0 to 999 999 999 999: twelve digits in six bytes
/// (EMV Book 3 Annex A, tags 9F02 and 9F03).
///
/// ```
/// use chipcard::element::Amount;
///
/// let amount = Amount::parse(&[0x00, 0x00, 0x00, 0x01, 0x23, 0x45])?;
/// assert_eq!(amount.minor_units(), 12_345);
/// assert_eq!(amount, Amount::new(12_345)?);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "9F02")]
#[doc(alias = "9F03")]
pub struct Amount(u64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The most that twelve digits hold.
    pub const MAX: Self = Self(999_999_999_999);

    /// From units of the currency's smallest coin.
    ///
    /// # Errors
    /// [`ErrorKind::Value`] above [`Amount::MAX`].
    pub const fn new(minor_units: u64) -> Result<Self> {
        if minor_units > Self::MAX.0 {
            return Err(Error::new(ErrorKind::Value));
        }
        Ok(Self(minor_units))
    }

    /// From six bytes of two digits each.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], or [`ErrorKind::NotDecimal`] with the offset of the byte.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        bcd::read(&bcd::exactly::<6>(bytes)?).map(Self)
    }

    /// The six bytes.
    pub fn to_bytes(self) -> [u8; 6] {
        bcd::write(self.0)
    }

    /// Units of the currency's smallest coin.
    pub const fn minor_units(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Amount {
    /// Units of the smallest coin: where the point stands, the amount does not know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

macro_rules! code {
    ($(#[$attribute:meta])+ $name:ident) => {
        $(#[$attribute])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u16);

        impl $name {
            /// From its number, 0 to 999.
            ///
            /// # Errors
            /// [`ErrorKind::Value`].
            #[inline]
            pub const fn new(number: u16) -> Result<Self> {
                if number > 999 {
                    return Err(Error::new(ErrorKind::Value));
                }
                Ok(Self(number))
            }

            /// From two bytes: a zero nibble and three digits.
            ///
            /// # Errors
            /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`] with the offset of the byte, [`ErrorKind::Value`].
            #[inline]
            pub fn parse(bytes: &[u8]) -> Result<Self> {
                // Four digits fit in the type.
                Self::new(bcd::read(&bcd::exactly::<2>(bytes)?)? as u16)
            }

            /// The two bytes.
            pub fn to_bytes(self) -> [u8; 2] {
                bcd::write(u64::from(self.0))
            }

            /// The number.
            pub const fn number(self) -> u16 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:03}", self.0)
            }
        }
    };
}

code! {
    /// Currency by its three digits of ISO 4217 (EMV Book 3 Annex A, tags 5F2A, 9F42, 9F3C), e.g. 392 for the yen.
    #[doc(alias = "5F2A")]
    CurrencyCode
}

code! {
    /// Country by its three digits of ISO 3166-1 (EMV Book 3 Annex A, tags 9F1A, 5F28), e.g. 392 for Japan.
    #[doc(alias = "9F1A")]
    #[doc(alias = "5F28")]
    CountryCode
}

#[cfg(test)]
mod tests {
    use super::{Amount, CountryCode, CurrencyCode};
    use crate::error::ErrorKind;

    #[test]
    fn amounts_round_trip() {
        for minor_units in [
            0,
            1,
            9,
            10,
            99,
            100,
            12_345,
            999_999_999_998,
            999_999_999_999,
        ] {
            let amount = Amount::new(minor_units).unwrap();
            assert_eq!(Amount::parse(&amount.to_bytes()), Ok(amount));
        }
        assert_eq!(Amount::MAX.to_bytes(), [0x99; 6]);
        assert_eq!(
            Amount::new(1_000_000_000_000).unwrap_err().kind(),
            ErrorKind::Value
        );
    }

    #[test]
    fn every_nibble_is_a_digit() {
        for place in 0..12 {
            for nibble in 0..16_u8 {
                let mut bytes = [0; 6];
                bytes[place / 2] = if place % 2 == 0 { nibble << 4 } else { nibble };
                let amount = Amount::parse(&bytes);
                if nibble < 10 {
                    assert!(amount.is_ok());
                } else {
                    let error = amount.unwrap_err();
                    assert_eq!(
                        (error.kind(), error.offset()),
                        (ErrorKind::NotDecimal, Some(place / 2))
                    );
                }
            }
        }
    }

    #[test]
    fn codes_have_three_digits() {
        assert_eq!(CurrencyCode::parse(&[0x03, 0x92]).unwrap().number(), 392);
        assert_eq!(CountryCode::new(36).unwrap().to_bytes(), [0x00, 0x36]);
        assert_eq!(
            CountryCode::parse(&[0x13, 0x92]).unwrap_err().kind(),
            ErrorKind::Value
        );
        assert_eq!(
            CountryCode::parse(&[0x03, 0x9A]).unwrap_err().offset(),
            Some(1)
        );
        assert!(CountryCode::new(1000).is_err());
    }
}
