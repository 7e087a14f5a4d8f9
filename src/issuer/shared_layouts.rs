//! Layouts of chip data that threads share.

#[cfg(feature = "std")]
use std::sync::OnceLock;

use crate::error::Result;
use crate::issuer::ChipData;
#[cfg(feature = "std")]
use crate::issuer::layouts::Layout;

/// Layouts that are remembered: whoever sends others is read as if nothing were, and looked for among them in vain.
#[cfg(feature = "std")]
const MOST: usize = 16;

/// Layouts of chip data that were right, for threads that judge at once: what they read with these is what they read without. They are
/// written once, so a message waits for nobody. Without the standard library nothing is remembered.
pub(super) struct SharedLayouts {
    #[cfg(feature = "std")]
    layouts: [OnceLock<Layout>; MOST],
}

impl SharedLayouts {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            layouts: [const { OnceLock::new() }; MOST],
        }
    }

    /// As [`ChipData::read`]; tells whether the layout was known.
    #[inline]
    pub(super) fn read<'a>(&self, data: &mut ChipData<'a>, de55: &'a [u8]) -> Result<bool> {
        #[cfg(feature = "std")]
        for layout in self.layouts.iter().map_while(OnceLock::get) {
            if layout.fits(de55) {
                layout.lay(data, de55);
                return Ok(true);
            }
        }
        data.read(de55)?;
        Ok(false)
    }

    /// Remembers a layout that was not known, while there is room. Only what a card has signed is worth it: others could fill the room
    /// with what nobody sends again.
    #[cold]
    pub(super) fn learn(&self, de55: &[u8]) {
        #[cfg(feature = "std")]
        if let Some(room) = self.layouts.iter().find(|layout| layout.get().is_none())
            && let Some(layout) = Layout::of(de55)
        {
            // Whoever else learnt at the same moment has filled it; then the next message will be learnt.
            let _learnt = room.set(layout);
        }
        #[cfg(not(feature = "std"))]
        let _ = de55;
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::SharedLayouts;
    use crate::issuer::ChipData;

    #[test]
    fn reads_the_same_known_or_not() {
        let layouts = SharedLayouts::new();
        let lengths = (0..40).chain(0..40);
        for (round, length) in lengths.enumerate() {
            let message = [
                &[0x9F, 0x36, 2, round as u8, 7, 0xC1, length][..],
                &[0; 40][..usize::from(length)],
            ]
            .concat();
            let mut data = ChipData::EMPTY;
            let known = layouts.read(&mut data, &message).unwrap();
            // The first has less than a word.
            assert_eq!(known, round >= 40 && (1..=16).contains(&length), "{length}");
            assert_eq!(data.spans(), ChipData::parse(&message).unwrap().spans());
            assert_eq!(
                data.transaction_counter().unwrap().0,
                (round as u16) << 8 | 7
            );
            if !known {
                layouts.learn(&message);
            }
            // What is wrong is wrong whatever is known.
            let (cut, mut data) = (&message[..message.len() - 1], ChipData::EMPTY);
            let error = layouts.read(&mut data, cut).unwrap_err();
            assert_eq!(error, ChipData::parse(cut).unwrap_err());
        }
    }
}
