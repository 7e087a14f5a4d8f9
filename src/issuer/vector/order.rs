//! Requests made ready for lanes, and brought together by what they have in common.

use alloc::vec::Vec;

use crate::cryptogram::CryptogramVersion;
use crate::issuer::BatchRequest;
use crate::issuer::batch::emptied;
use crate::key::CardKeyOption;

/// Where a request is, and what it is sorted by.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// Number of the request.
    pub(super) request: u32,
    /// Number of what was made of it.
    item: u32,
    /// Those of one kind go into the lanes together …
    pub(super) kind: u8,
    /// … and beside those of one issuer key, which is brought in once then.
    pub(super) key_index: u8,
}

/// What was made of requests for the lanes, in memory that is kept.
pub(super) struct Ready<I> {
    places: Vec<Place>,
    items: Vec<I>,
    /// Where both are sorted to.
    sorted_places: Vec<Place>,
    sorted_items: Vec<I>,
}

impl<I> Default for Ready<I> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            items: Vec::new(),
            sorted_places: Vec::new(),
            sorted_items: Vec::new(),
        }
    }
}

impl<I: Copy> Ready<I> {
    /// The same memory, empty, for items of another lifetime.
    pub(super) fn emptied<J>(self) -> Ready<J> {
        Ready {
            places: emptied(self.places),
            items: emptied(self.items),
            sorted_places: self.sorted_places,
            sorted_items: emptied(self.sorted_items),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, request: usize, kind: u8, key_index: u8, item: I) {
        self.places.push(Place {
            request: request as u32,
            item: self.items.len() as u32,
            kind,
            key_index,
        });
        self.items.push(item);
    }

    /// The items of each kind, those of one key next to each other, and where they are; those that `apart` tells apart
    /// are groups of their own.
    pub(super) fn groups(
        &mut self,
        apart: impl Fn(&Place, &Place) -> bool,
    ) -> impl Iterator<Item = (&[Place], &[I])> {
        // The other way round, because the later of two sorts by counting keeps what the earlier did.
        let by_key = self.sort_by(|place| place.key_index);
        let by_kind = self.sort_by(|place| place.kind);
        let mut rest = self.items.as_slice();
        if by_key || by_kind {
            let item = |place: &Place| self.items.get(place.item as usize).copied();
            self.sorted_items.clear();
            self.sorted_items
                .extend(self.places.iter().filter_map(item));
            rest = self.sorted_items.as_slice();
        }
        let groups = self.places.chunk_by(move |a, b| !apart(a, b));
        groups.map_while(move |places| {
            let (items, others) = rest.split_at_checked(places.len())?;
            rest = others;
            Some((places, items))
        })
    }

    /// Sorts by counting, in one step for each; comparing takes eleven for each of two thousand. Tells whether any moved.
    fn sort_by(&mut self, number: impl Fn(&Place) -> u8) -> bool {
        if self.places.is_sorted_by_key(&number) {
            return false;
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
        self.sorted_places.clear();
        self.sorted_places
            .resize(self.places.len(), Place::default());
        for place in self.places.iter().rev() {
            if let Some(end) = ends.get_mut(usize::from(number(place))) {
                *end = end.saturating_sub(1);
                if let Some(to) = self.sorted_places.get_mut(*end) {
                    *to = *place;
                }
            }
        }
        core::mem::swap(&mut self.places, &mut self.sorted_places);
        true
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
                ready = ready.emptied();
                let mut expected = Vec::new();
                for request in 0..size {
                    // Any function that mixes well enough.
                    let mixed = (request as u64 * 2_654_435_761) >> 20;
                    let (kind, key) = ((mixed % 151) as u8, (mixed / 151 % keys) as u8 * 0x55);
                    ready.push(request, kind, key, mixed);
                    expected.push((kind, key, request as u32, mixed));
                }
                expected.sort_unstable();
                let mut found = Vec::new();
                let mut last = None;
                for (places, items) in ready.groups(|a, b| a.kind != b.kind) {
                    assert!(last < places.first().map(|place| place.kind));
                    last = places.first().map(|place| place.kind);
                    for (place, item) in places.iter().zip(items) {
                        assert_eq!(Some(place.kind), last);
                        found.push((place.kind, place.key_index, place.request, *item));
                    }
                }
                assert_eq!(found, expected);
            }
        }
    }
}
