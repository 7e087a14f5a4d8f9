//! A short name that needs no heap.

use core::fmt;

/// A name of up to 31 bytes, held in place so that a table row owns its name without a heap.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    bytes: [u8; 31],
    length: u8,
}

impl Label {
    /// A name. Longer ones are cut at a character boundary.
    pub const fn new(text: &str) -> Self {
        let mut end = text.len();
        if end > 31 {
            end = 31;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
        }
        let source = text.as_bytes();
        let mut bytes = [0; 31];
        let mut place = 0;
        while place < end {
            bytes[place] = source[place];
            place += 1;
        }
        Self {
            bytes,
            length: end as u8,
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let used = self
            .bytes
            .get(..usize::from(self.length))
            .unwrap_or_default();
        core::str::from_utf8(used).unwrap_or_default()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
