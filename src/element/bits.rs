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
/// use chipcard::element::CryptogramInformationData;
///
/// let printed: Vec<String> = CryptogramInformationData(0x80)
///     .fields()
///     .filter_map(|(field, value)| Some(format!("{}: {}", field.name, field.meaning(value)?)))
///     .collect();
/// assert_eq!(printed, ["cryptogram type: ARQC", "reason or advice code: no information given"]);
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
