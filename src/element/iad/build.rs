//! Issuer application data as a card makes them: a template whose variable parts it fills in.

use super::cvr_tables::{self, Fact};
use super::layout::IadLayout;

/// Sets the bits of the card verification results whose fact the layout names and `state` knows; the others
/// stay as the template has them.
pub(crate) fn write_cvr(layout: IadLayout, iad: &mut [u8], state: impl Fn(Fact) -> Option<u8>) {
    let Some((start, end)) = layout.shape().cvr else {
        return;
    };
    let cvr = iad.get_mut(start..end).unwrap_or_default();
    for bits in cvr_tables::bits(layout) {
        let Some(value) = state(bits.fact) else {
            continue;
        };
        let place = usize::from(bits.byte).checked_sub(1);
        if let Some(byte) = place.and_then(|place| cvr.get_mut(place)) {
            let mask = bits.mask;
            let value = value.unbounded_shl(mask.trailing_zeros());
            *byte = *byte & !mask | value & mask;
        }
    }
}

/// The data authentication code or two bytes of the ICC dynamic number, where the layout has a place for them.
pub(crate) fn dac_mut(layout: IadLayout, iad: &mut [u8]) -> Option<&mut [u8]> {
    let (start, end) = layout.shape().dac?;
    iad.get_mut(start..end)
}

/// The card's offline counters, where the layout has a place for them.
pub(crate) fn counters_mut(layout: IadLayout, iad: &mut [u8]) -> Option<&mut [u8]> {
    let length = iad.len();
    let of_length = layout.shape().counters.iter().rev();
    let (_, (start, end)) = of_length
        .into_iter()
        .find(|(shortest, _)| *shortest <= length)?;
    iad.get_mut(*start..*end)
}
