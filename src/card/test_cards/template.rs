//! Data objects put together at compile time, so that a card's files can stand in read-only memory.

/// Most bytes of a record.
const CAPACITY: usize = 254;

/// Bytes of a template being made. Whatever does not fit or is not hexadecimal stops the compilation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Template {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Template {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; CAPACITY],
            length: 0,
        }
    }

    const fn byte(mut self, byte: u8) -> Self {
        self.bytes[self.length] = byte;
        self.length += 1;
        self
    }

    const fn bytes(mut self, bytes: &[u8]) -> Self {
        let mut place = 0;
        while place < bytes.len() {
            self = self.byte(bytes[place]);
            place += 1;
        }
        self
    }

    const fn tag(self, tag: u16) -> Self {
        match tag.to_be_bytes() {
            [0, low] => self.byte(low),
            [high, low] => self.byte(high).byte(low),
        }
    }

    const fn length(self, length: usize) -> Self {
        if length > 0x7F {
            self.byte(0x81).byte(length as u8)
        } else {
            self.byte(length as u8)
        }
    }

    /// An entry of a data object list.
    pub(super) const fn dol(self, tag: u16, length: u8) -> Self {
        self.tag(tag).byte(length)
    }

    /// A data object with a value in hexadecimal.
    pub(super) const fn put(self, tag: u16, hex: &str) -> Self {
        let digits = hex.as_bytes();
        let mut value = Self::new();
        let mut place = 0;
        while place < digits.len() {
            value = value.byte(digit(digits[place]) << 4 | digit(digits[place + 1]));
            place += 2;
        }
        self.put_bytes(tag, value.as_bytes())
    }

    /// A data object.
    pub(super) const fn put_bytes(self, tag: u16, value: &[u8]) -> Self {
        self.tag(tag).length(value.len()).bytes(value)
    }

    /// This, and the other after it.
    pub(super) const fn then(self, other: &Self) -> Self {
        self.bytes(other.as_bytes())
    }

    /// This as the value of a template.
    pub(super) const fn wrapped(self, tag: u16) -> Self {
        Self::new().put_bytes(tag, self.as_bytes())
    }

    pub(super) const fn as_bytes(&self) -> &[u8] {
        let (used, _) = self.bytes.split_at(self.length);
        used
    }
}

/// The bytes that upper-case hexadecimal digits write.
#[cfg(feature = "oda")]
pub(super) const fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digits = hex.as_bytes();
    let mut bytes = [0; N];
    assert!(digits.len() == 2 * N, "two digits for each byte");
    let mut place = 0;
    while place < N {
        bytes[place] = digit(digits[2 * place]) << 4 | digit(digits[2 * place + 1]);
        place += 1;
    }
    bytes
}

const fn digit(character: u8) -> u8 {
    match character {
        b'0'..=b'9' => character - b'0',
        b'A'..=b'F' => character - b'A' + 10,
        _ => panic!("not an upper-case hexadecimal digit"),
    }
}
