//! Chip data whose data elements stand where those of an earlier message stood.

use alloc::vec::Vec;

use crate::error::Result;
use crate::issuer::ChipData;
use crate::issuer::chip_data::{Spans, plain};
use crate::tag::Tag;

/// Longest chip data that are remembered, in words of eight bytes: what ISO 8583:1987 allows.
const WORDS: usize = 32;

/// Layouts that are remembered; those that come later are read as if nothing were.
const MOST: usize = 64;

/// Where tags and lengths stand in a message, which they are, and what follows from that.
pub(super) struct Layout {
    length: usize,
    /// The whole words from the start: their masks …
    masks: [u64; WORDS],
    /// … and what stands there.
    bytes: [u64; WORDS],
    /// The last word, which begins within the one before.
    last: Headers,
    spans: Spans,
}

/// Tags and lengths in eight bytes. Nothing of a message is kept that could tell whose it was.
#[derive(Clone, Copy, Default)]
struct Headers {
    /// All ones where they stand.
    mask: u64,
    /// What stands there; zeros elsewhere.
    bytes: u64,
}

impl Headers {
    fn of(word: [u8; 8], is_header: [u8; 8]) -> Self {
        let mask = u64::from_le_bytes(is_header);
        Self {
            mask,
            bytes: u64::from_le_bytes(word) & mask,
        }
    }

    /// Zero where these eight bytes have them too.
    #[inline]
    const fn differ(self, word: [u8; 8]) -> u64 {
        (u64::from_le_bytes(word) ^ self.bytes) & self.mask
    }
}

impl Layout {
    /// Of chip data that are plain, at least a word long, and no longer than what is remembered.
    #[cold]
    pub(super) fn of(de55: &[u8]) -> Option<Self> {
        let spans = plain(de55)?;
        let mut is_header = [0_u8; 8 * WORDS];
        let is_header = is_header.get_mut(..de55.len())?;
        let mut start = 0;
        while start < de55.len() {
            let (_, tag) = Tag::parse(de55.get(start..)?).ok()?;
            let end = start + tag + 1;
            is_header.get_mut(start..end)?.fill(0xFF);
            start = end + usize::from(*de55.get(end - 1)?);
        }
        let (mut masks, mut bytes) = ([0; WORDS], [0; WORDS]);
        let words = de55.as_chunks().0.iter().zip(is_header.as_chunks().0);
        for ((word, is_header), headers) in words.zip(masks.iter_mut().zip(&mut bytes)) {
            let of_word = Headers::of(*word, *is_header);
            *headers.0 = of_word.mask;
            *headers.1 = of_word.bytes;
        }
        Some(Self {
            length: de55.len(),
            masks,
            bytes,
            last: Headers::of(*de55.last_chunk()?, *is_header.last_chunk()?),
            spans,
        })
    }

    /// Whether these chip data have its length, and its tags and lengths at its places.
    #[inline]
    pub(super) fn fits(&self, de55: &[u8]) -> bool {
        let Some(last) = de55.last_chunk().filter(|_| de55.len() == self.length) else {
            return false;
        };
        let mut difference = self.last.differ(*last);
        let headers = self.masks.iter().zip(&self.bytes);
        for (word, (&mask, &bytes)) in de55.as_chunks().0.iter().zip(headers) {
            difference |= Headers { mask, bytes }.differ(*word);
        }
        difference == 0
    }

    /// Makes `data` what is read of these chip data, which it fits.
    #[cfg(feature = "std")]
    #[inline]
    pub(super) const fn lay<'a>(&self, data: &mut ChipData<'a>, de55: &'a [u8]) {
        *data = ChipData::known(de55, self.spans);
    }
}

/// Reads chip data like [`ChipData::parse`], and remembers where data elements stood: terminals of a kind send the same ones in
/// the same order, so a file of transactions has few layouts, and messages of a layout are told by one comparison of their
/// tags and lengths. What it says of a message is what `parse` says, whatever was read before.
///
/// ```
/// use chipcard::issuer::ChipLayouts;
///
/// let mut layouts = ChipLayouts::default();
/// for (de55, counter) in [("9F360200079F3704A1B2C3D4", 7), ("9F360200099F37044B5C6D7E", 9)] {
///     let de55 = hex::decode(de55).unwrap();
///     assert_eq!(layouts.parse(&de55)?.transaction_counter()?.0, counter);
/// }
/// # Ok::<(), chipcard::Error>(())
/// ```
pub struct ChipLayouts {
    all: Vec<Layout>,
    /// By the last byte of a length, which layout the last message of it had: most have it again.
    last: [u8; 256],
}

impl Default for ChipLayouts {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            last: [0; 256],
        }
    }
}

impl ChipLayouts {
    /// Reads the value of DE 55, without the length that stands before it in the message.
    ///
    /// # Errors
    /// As [`ChipData::parse`].
    #[inline]
    pub fn parse<'a>(&mut self, de55: &'a [u8]) -> Result<ChipData<'a>> {
        let last = self.last.get(de55.len() % 256);
        match last.and_then(|place| self.all.get(usize::from(*place))) {
            Some(layout) if layout.fits(de55) => Ok(ChipData::known(de55, layout.spans)),
            _ => self.search(de55),
        }
    }

    #[inline(never)]
    fn search<'a>(&mut self, de55: &'a [u8]) -> Result<ChipData<'a>> {
        let found = self.all.iter().position(|layout| layout.fits(de55));
        if let Some(place) = found
            && let Some(layout) = self.all.get(place)
        {
            if let Some(last) = self.last.get_mut(de55.len() % 256) {
                *last = place as u8; // There are no more than MOST.
            }
            return Ok(ChipData::known(de55, layout.spans));
        }
        self.learn(de55)
    }

    #[cold]
    fn learn<'a>(&mut self, de55: &'a [u8]) -> Result<ChipData<'a>> {
        if self.all.len() < MOST
            && let Some(layout) = Layout::of(de55)
        {
            self.all.push(layout);
        }
        ChipData::parse(de55)
    }
}

impl core::fmt::Debug for ChipLayouts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("ChipLayouts").field(&self.all.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    fn spans(chip: Result<ChipData<'_>>) -> Result<Spans, Error> {
        chip.map(|chip| chip.spans())
    }

    /// Messages that are much like each other: some data objects in some order, with other values, now and then one byte
    /// of any place changed.
    fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let objects: [(&[u8], u8); 9] = [
            (&[0x82], 2),
            (&[0x95], 5),
            (&[0x9F, 0x10], 7),
            (&[0x9F, 0x10], 32),
            (&[0x9F, 0x26], 8),
            (&[0x9F, 0x36], 2),
            (&[0x9F, 0x33], 3),
            (&[0xC1], 0),
            (&[0x5F, 0x34], 1),
        ];
        let object = prop::sample::select(objects.to_vec());
        let layout = prop::collection::vec(object, 0..9);
        let layouts = prop::collection::vec(layout, 1..4);
        let message = (
            any::<prop::sample::Index>(),
            any::<u8>(),
            0..12_u8,
            any::<(prop::sample::Index, u8)>(),
        );
        (layouts, prop::collection::vec(message, 1..24)).prop_map(|(layouts, messages)| {
            let of = |(layout, fill, change, (place, byte)): &(
                prop::sample::Index,
                u8,
                u8,
                (prop::sample::Index, u8),
            )| {
                let mut message = Vec::new();
                for (tag, length) in layout.get(&layouts) {
                    message.extend_from_slice(tag);
                    message.push(*length);
                    message.resize(message.len() + usize::from(*length), *fill);
                }
                if *change == 0 && !message.is_empty() {
                    let place = place.index(message.len());
                    message[place] = *byte;
                }
                message
            };
            messages.iter().map(of).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_was_read_before_changes_nothing(messages in messages()) {
            let mut layouts = ChipLayouts::default();
            for message in &messages {
                prop_assert_eq!(spans(layouts.parse(message)), spans(ChipData::parse(message)));
            }
        }
    }

    #[test]
    fn every_byte_of_a_tag_or_length_counts_and_no_other() {
        let usual = [
            0x82, 2, 0x39, 0, 0x9F, 0x36, 2, 0, 7, 0x9F, 0x37, 4, 1, 2, 3, 4, 0x9C, 1, 0,
        ];
        for place in 0..usual.len() {
            let mut layouts = ChipLayouts::default();
            let mut other = usual;
            other[place] ^= 1;
            layouts.parse(&usual).unwrap();
            assert_eq!(spans(layouts.parse(&other)), spans(ChipData::parse(&other)));
            let is_value = [2, 3, 7, 8, 12, 13, 14, 15, 18].contains(&place);
            assert_eq!(layouts.all[0].fits(&other), is_value, "{place}");
        }
    }

    #[test]
    fn memory_has_an_end() {
        let mut layouts = ChipLayouts::default();
        for length in 0..=0x7F {
            let message = [
                &[0x9F, 0x36, 2, 0, 7, 0xC1, length][..],
                &[0; 0x7F][..usize::from(length)],
            ]
            .concat();
            assert!(layouts.parse(&message).is_ok());
            assert!(layouts.parse(&message).is_ok());
        }
        assert_eq!(layouts.all.len(), MOST);
        assert!(layouts.parse(&[0; 300]).is_err());
        let long = [&[0xC1, 100][..], &[0; 100]].concat().repeat(3);
        assert_eq!(spans(layouts.parse(&long)), spans(ChipData::parse(&long)));
    }
}
