//! Data elements that decisions rest on, each with a number of its own.

use crate::tag::{self, Tag};

/// A data element that decisions rest on, and the lengths that its format allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decisive {
    pub(crate) tag: Tag,
    pub(crate) min: u8,
    pub(crate) max: u8,
    /// It may be empty, which says what leaving it out says: messages need not have it.
    pub(crate) may_be_empty: bool,
}

/// Of what the card signed, or what tells whether it did.
const fn row(tag: Tag, min: u8, max: u8) -> Decisive {
    Decisive {
        tag,
        min,
        max,
        may_be_empty: false,
    }
}

/// Of what networks leave out; some terminals send it without a value instead.
const fn spare(tag: Tag, min: u8, max: u8) -> Decisive {
    Decisive {
        may_be_empty: true,
        ..row(tag, min, max)
    }
}

/// Each of these may occur once, on the outermost level, and nowhere else (lengths: EMV Book 3 Annex A).
pub(crate) const DECISIVE: [Decisive; 22] = [
    spare(tag::ADF_NAME, 5, 16),
    spare(tag::TRACK_2_EQUIVALENT_DATA, 1, 19),
    spare(tag::APPLICATION_PAN, 1, 10),
    spare(tag::APPLICATION_PAN_SEQUENCE_NUMBER, 1, 1),
    spare(tag::APPLICATION_EXPIRATION_DATE, 3, 3),
    row(tag::APPLICATION_INTERCHANGE_PROFILE, 2, 2),
    spare(tag::DEDICATED_FILE_NAME, 5, 16),
    spare(tag::AID_TERMINAL, 5, 16),
    row(tag::TERMINAL_VERIFICATION_RESULTS, 5, 5),
    row(tag::TRANSACTION_DATE, 3, 3),
    row(tag::TRANSACTION_TYPE, 1, 1),
    row(tag::TRANSACTION_CURRENCY_CODE, 2, 2),
    row(tag::AMOUNT_AUTHORISED_NUMERIC, 6, 6),
    row(tag::AMOUNT_OTHER_NUMERIC, 6, 6),
    row(tag::ISSUER_APPLICATION_DATA, 1, 32),
    row(tag::TERMINAL_COUNTRY_CODE, 2, 2),
    row(tag::APPLICATION_CRYPTOGRAM, 8, 8),
    spare(tag::CRYPTOGRAM_INFORMATION_DATA, 1, 1),
    spare(tag::CVM_RESULTS, 3, 3),
    row(tag::APPLICATION_TRANSACTION_COUNTER, 2, 2),
    row(tag::UNPREDICTABLE_NUMBER, 4, 4),
    spare(tag::CARD_TRANSACTION_QUALIFIERS, 2, 2),
];

/// Number of decisive elements.
pub(crate) const COUNT: usize = DECISIVE.len();

/// Not in [`DECISIVE`].
pub(crate) const NONE: u8 = u8::MAX;

/// Where [`DECISIVE`] has a tag of one byte; or [`NONE`].
pub(crate) static PLACES_1: [u8; 256] = {
    let mut places = [NONE; 256];
    let mut place = 0;
    while place < COUNT {
        if let [0, 0, 0, last] = DECISIVE[place].tag.number().to_be_bytes() {
            places[last as usize] = place as u8;
        }
        place += 1;
    }
    places
};

/// The same for tags of two bytes that name no template, by [`two_byte_index`]; or [`NONE`].
pub(crate) static PLACES_2: [u8; 512] = {
    let mut places = [NONE; 512];
    let mut place = 0;
    while place < COUNT {
        if let [0, 0, first, last] = DECISIVE[place].tag.number().to_be_bytes()
            && first != 0
        {
            assert!(first & 0x3F == 0x1F && last < 0x80);
            places[two_byte_index(first, last)] = place as u8;
        }
        place += 1;
    }
    places
};

/// Class (the first byte's two upper bits, which alone differ) and number (seven bits).
pub(crate) const fn two_byte_index(first: u8, last: u8) -> usize {
    (first >> 6) as usize * 128 + (last & 0x7F) as usize
}

/// Where [`DECISIVE`] has a tag; or [`NONE`]. A message has a dozen of them and each is looked for, so this is a table.
#[inline]
pub(crate) const fn place(tag: Tag) -> u8 {
    match tag.padded() {
        ([only, ..], 1) => PLACES_1[only as usize],
        ([first, last, _], 2) if first & 0x20 == 0 => PLACES_2[two_byte_index(first, last)],
        _ => NONE,
    }
}

/// The same for elements of at most eight bytes alone.
pub(crate) const fn short_place(tag: Tag) -> u8 {
    match place(tag) {
        NONE => NONE,
        place if DECISIVE[place as usize].max <= 8 => place,
        _ => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::{DECISIVE, NONE, place};
    use crate::tag::Tag;

    #[test]
    fn every_tag_is_at_its_place() {
        for number in 1..=0xFF_FFFF_u32 {
            let [_, a, b, c] = number.to_be_bytes();
            let bytes: &[u8] = match number {
                0..=0xFF => &[c],
                0x100..=0xFFFF => &[b, c],
                _ => &[a, b, c],
            };
            if let Ok((tag, used)) = Tag::parse(bytes)
                && used == bytes.len()
            {
                let searched = DECISIVE.iter().position(|row| row.tag == tag);
                let searched = searched.map_or(NONE, |place| place as u8);
                assert_eq!(place(tag), searched, "{tag}");
            }
        }
    }
}
