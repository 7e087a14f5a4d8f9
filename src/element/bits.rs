//! Bit tables: what each bit of a data element is called, as data.
//!
//! One table serves the constants and accessors of an element, its documentation and whoever prints it.

/// How the value of a [`Field`] is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// One bit: set or not.
    Flag,
    /// A number of two to eight bits.
    Number,
    /// One of some values, each with its own meaning; those not listed are reserved.
    Code(&'static [(u8, &'static str)]),
}

/// A bit, or some neighbouring bits, of a data element.
///
/// ```
/// use chipcard::element::{CryptogramInformationData, TerminalVerificationResults};
///
/// let tvr = TerminalVerificationResults([0x80, 0, 0, 0x08, 0]);
/// let set: Vec<&str> =
///     tvr.fields().filter(|(_, value)| *value != 0).map(|(field, _)| field.name).collect();
/// assert_eq!(
///     set,
///     ["offline data authentication was not performed", "merchant forced transaction online"]
/// );
///
/// let (field, value) = CryptogramInformationData::ARQC.fields().next().unwrap();
/// assert_eq!((field.name, field.meaning(value)), ("cryptogram type", Some("ARQC")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Byte of the element, counted from 1 at the left, as the specifications count.
    pub byte: usize,
    /// The bits of that byte, next to one another; b8 is `80`.
    pub mask: u8,
    /// What the specification calls it.
    pub name: &'static str,
    /// How to read the value.
    pub coding: Coding,
}

impl Field {
    /// A single bit.
    pub const fn flag(byte: usize, mask: u8, name: &'static str) -> Self {
        Self {
            byte,
            mask,
            name,
            coding: Coding::Flag,
        }
    }

    /// A number.
    pub const fn number(byte: usize, mask: u8, name: &'static str) -> Self {
        Self {
            byte,
            mask,
            name,
            coding: Coding::Number,
        }
    }

    /// A coded value.
    pub const fn code(
        byte: usize,
        mask: u8,
        name: &'static str,
        values: &'static [(u8, &'static str)],
    ) -> Self {
        Self {
            byte,
            mask,
            name,
            coding: Coding::Code(values),
        }
    }

    /// The value in `element`, moved down to bit 1; `None` when the element is too short to have it.
    pub fn value(&self, element: &[u8]) -> Option<u8> {
        let byte = element.get(self.byte.checked_sub(1)?)?;
        (byte & self.mask).checked_shr(self.mask.trailing_zeros())
    }

    /// What `value` means, for a coded field that lists it.
    pub fn meaning(&self, value: u8) -> Option<&'static str> {
        match self.coding {
            Coding::Code(values) => values
                .iter()
                .find(|(code, _)| *code == value)
                .map(|(_, meaning)| *meaning),
            Coding::Flag | Coding::Number => None,
        }
    }
}

/// An element of `N` bytes in which only these bits of one byte, counted from 1, are set.
pub(super) const fn bytes_with<const N: usize>(byte: usize, bits: u8) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[byte - 1] = bits;
    bytes
}

/// Makes a data element of fixed length whose bits have names.
///
/// A row is byte, mask, `flag`, `number` or `code VALUES`, and name; a flag with `=> CONSTANT` becomes a constant
/// of the type.
macro_rules! bit_element {
    (
        $(#[$attribute:meta])+
        pub struct $element:ident([u8; $length:literal]);
        $($byte:literal $mask:literal $kind:ident $($values:ident)? $(=> $constant:ident)?: $name:literal;)+
    ) => {
        $(#[$attribute])+
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $element(pub [u8; $length]);

        impl $element {
            $($(
                #[doc = concat!("Byte ", $byte, ", `", stringify!($mask), "`: ", $name, ".")]
                pub const $constant: Self =
                    Self($crate::element::bits::bytes_with($byte, $mask));
            )?)+

            /// What the bits are called; those not listed are reserved.
            pub const FIELDS: &'static [$crate::element::Field] = &[
                $($crate::element::Field::$kind($byte, $mask, $name $(, $values)?),)+
            ];

            /// From the value of the data element.
            ///
            /// # Errors
            #[doc = concat!("[`ErrorKind::Length`](crate::ErrorKind::Length) unless there are ", $length, " bytes.")]
            pub fn parse(bytes: &[u8]) -> $crate::Result<Self> {
                bytes.try_into().map(Self).map_err(|_| {
                    let kind = $crate::ErrorKind::Length {
                        min: $length,
                        max: $length,
                        found: bytes.len(),
                    };
                    $crate::Error::new(kind)
                })
            }

            /// Whether all of these bits are set.
            pub fn contains(self, bits: Self) -> bool {
                self & bits == bits
            }

            /// Whether any of these bits is set.
            pub fn intersects(self, bits: Self) -> bool {
                self & bits != Self::default()
            }

            /// Each field with its value.
            pub fn fields(self) -> impl Iterator<Item = (&'static $crate::element::Field, u8)> {
                Self::FIELDS
                    .iter()
                    .filter_map(move |field| Some((field, field.value(&self.0)?)))
            }
        }

        impl core::ops::BitOr for $element {
            type Output = Self;

            fn bitor(mut self, other: Self) -> Self {
                self |= other;
                self
            }
        }

        impl core::ops::BitOrAssign for $element {
            fn bitor_assign(&mut self, other: Self) {
                for (byte, other) in self.0.iter_mut().zip(other.0) {
                    *byte |= other;
                }
            }
        }

        impl core::ops::BitAnd for $element {
            type Output = Self;

            fn bitand(mut self, other: Self) -> Self {
                for (byte, other) in self.0.iter_mut().zip(other.0) {
                    *byte &= other;
                }
                self
            }
        }

        impl core::fmt::Display for $element {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
        }

        impl core::fmt::Debug for $element {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($element), "({})"), self)
            }
        }
    };
}

pub(super) use bit_element;

#[cfg(test)]
mod tests {
    use super::Field;
    use crate::element::{
        AdditionalTerminalCapabilities, ApplicationInterchangeProfile, ApplicationUsageControl,
        CardStatusUpdate, CardTransactionQualifiers, Coding, CryptogramInformationData,
        TerminalCapabilities, TerminalTransactionQualifiers, TerminalType,
        TerminalVerificationResults, TransactionStatusInformation,
    };

    /// The fields of every element and its length.
    const ALL: [(&[Field], usize); 11] = [
        (ApplicationInterchangeProfile::FIELDS, 2),
        (TerminalVerificationResults::FIELDS, 5),
        (TransactionStatusInformation::FIELDS, 2),
        (ApplicationUsageControl::FIELDS, 2),
        (TerminalType::FIELDS, 1),
        (TerminalCapabilities::FIELDS, 3),
        (AdditionalTerminalCapabilities::FIELDS, 5),
        (CryptogramInformationData::FIELDS, 1),
        (CardStatusUpdate::FIELDS, 4),
        (TerminalTransactionQualifiers::FIELDS, 4),
        (CardTransactionQualifiers::FIELDS, 2),
    ];

    #[test]
    fn tables_are_in_order_and_no_bit_has_two_names() {
        for (fields, length) in ALL {
            for pair in fields.windows(2) {
                let [a, b] = pair else { continue };
                let falls = a.mask & b.mask == 0 && a.mask > b.mask;
                assert!(a.byte < b.byte || a.byte == b.byte && falls, "{}", b.name);
            }
            for field in fields {
                assert!((1..=length).contains(&field.byte), "{}", field.name);
                let ones = field.mask.count_ones();
                let contiguous =
                    (field.mask >> field.mask.trailing_zeros()).count_zeros() + ones == 8;
                assert!(contiguous, "{}", field.name);
                assert_eq!(field.coding == Coding::Flag, ones == 1, "{}", field.name);
            }
        }
    }

    #[test]
    fn value_moves_down_and_short_elements_have_none() {
        let field = Field::number(2, 0x30, "two bits");
        assert_eq!(field.value(&[0, 0xEF]), Some(0b10));
        assert_eq!(field.value(&[0]), None);
        assert_eq!(Field::flag(0, 0x80, "no byte").value(&[0xFF]), None);
    }

    #[test]
    fn length_is_fixed() {
        for length in 0..=300 {
            let bytes = [0xFF; 300];
            let parsed = TerminalVerificationResults::parse(&bytes[..length]);
            assert_eq!(parsed.is_ok(), length == 5);
        }
    }
}
