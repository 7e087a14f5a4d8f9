//! Requests that lanes can verify, brought together by what they have in common.

use alloc::vec::Vec;

use crate::cryptogram::CryptogramVersion;
use crate::issuer::BatchRequest;
use crate::key::CardKeyOption;

/// Where a request is, and what it is sorted by.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// Number of the request.
    pub(super) request: u32,
    /// Those of one kind go into the lanes together …
    pub(super) kind: u8,
    /// … and beside those of one issuer key, which is brought in once then.
    pub(super) key_index: u8,
}

/// The places of requests, in memory that is kept.
///
/// They are sorted before anything is made of the requests: what lanes need is made of one group after the other, in memory
/// for one group, which stays in the cache.
#[derive(Default)]
pub(super) struct Ready {
    places: Vec<Place>,
    /// Where they are sorted to.
    sorted: Vec<Place>,
}

impl Ready {
    pub(super) fn clear(&mut self) {
        self.places.clear();
    }

    #[inline]
    pub(super) fn push(&mut self, request: usize, kind: u8, key_index: u8) {
        self.places.push(Place {
            request: request as u32,
            kind,
            key_index,
        });
    }

    /// The places of each kind, those of one key next to each other; those that `apart` tells apart are groups of their own.
    pub(super) fn groups(
        &mut self,
        apart: impl Fn(&Place, &Place) -> bool,
    ) -> impl Iterator<Item = &[Place]> {
        // The other way round, because the later of two sorts by counting keeps what the earlier did.
        self.sort_by(|place| place.key_index);
        self.sort_by(|place| place.kind);
        self.places.chunk_by(move |a, b| !apart(a, b))
    }

    /// Sorts by counting, in one step for each; comparing takes eleven for each of two thousand.
    fn sort_by(&mut self, number: impl Fn(&Place) -> u8) {
        if self.places.is_sorted_by_key(&number) {
            return;
        }
        let mut ends = [0_usize; 256];
        for place in &self.places {
            if let Some(count) = ends.get_mut(usize::from(number(place))) {
                *count += 1;
            }
        }
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        self.sorted.clear();
        self.sorted.resize(self.places.len(), Place::default());
        for place in self.places.iter().rev() {
            if let Some(end) = ends.get_mut(usize::from(number(place))) {
                *end = end.saturating_sub(1);
                if let Some(to) = self.sorted.get_mut(*end) {
                    *to = *place;
                }
            }
        }
        core::mem::swap(&mut self.places, &mut self.sorted);
    }
}

/// What follows from a request's version, key index and card key option, found once for neighbours that share them.
pub(super) struct Shared<'a, T> {
    of: Option<(&'a CryptogramVersion, CardKeyOption, u8)>,
    found: Option<T>,
}

impl<'a, T> Shared<'a, T> {
    pub(super) const fn new() -> Self {
        Self {
            of: None,
            found: None,
        }
    }

    #[inline]
    pub(super) fn get(
        &mut self,
        request: &BatchRequest<'a>,
        find: impl FnOnce() -> Option<T>,
    ) -> Option<&T> {
        let (card, version) = (request.cryptogram.card, request.cryptogram.version);
        let same = self.of.is_some_and(|(of, option, index)| {
            core::ptr::eq(of, version) && option == card.option && index == card.index
        });
        if !same {
            self.of = Some((version, card.option, card.index));
            self.found = find();
        }
        self.found.as_ref()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::Ready;

    #[test]
    fn groups_have_one_kind_and_in_it_keys_are_together_and_the_rest_as_it_was() {
        let mut ready = Ready::default();
        for size in [0, 1, 2, 300, 2048, 5] {
            for keys in [1, 3] {
                ready.clear();
                let mut expected = Vec::new();
                for request in 0..size {
                    // Any function that mixes well enough.
                    let mixed = (request as u64 * 2_654_435_761) >> 20;
                    let (kind, key) = ((mixed % 151) as u8, (mixed / 151 % keys) as u8 * 0x55);
                    ready.push(request, kind, key);
                    expected.push((kind, key, request as u32));
                }
                expected.sort_unstable();
                let mut found = Vec::new();
                let mut last = None;
                for places in ready.groups(|a, b| a.kind != b.kind) {
                    assert!(last < places.first().map(|place| place.kind));
                    last = places.first().map(|place| place.kind);
                    for place in places {
                        assert_eq!(Some(place.kind), last);
                        found.push((place.kind, place.key_index, place.request));
                    }
                }
                assert_eq!(found, expected);
            }
        }
    }
}
