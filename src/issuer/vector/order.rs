//! Requests that lanes can verify, brought together by what they have in common.

use alloc::vec::Vec;
use core::ops::Range;

use crate::cryptogram::CryptogramVersion;
use crate::issuer::batch::emptied;
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::CardKeyOption;

/// Requests that follow one another and are alike: where they are, and what they are sorted by.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    /// Number of the first.
    first: u32,
    length: u32,
    /// Those of one kind go into the lanes together …
    pub(super) kind: u8,
    /// … and beside those of one issuer key, which is brought in once then.
    pub(super) key_index: u8,
}

impl Run {
    /// The requests.
    #[inline]
    pub(super) fn of<'r, 'a>(&self, requests: &'r [BatchRequest<'a>]) -> &'r [BatchRequest<'a>] {
        requests.get(self.range()).unwrap_or_default()
    }

    #[inline]
    fn range(&self) -> Range<usize> {
        let first = self.first as usize;
        first..first + self.length as usize
    }
}

/// The places of requests, in memory that is kept.
///
/// They are sorted before anything is made of the requests: what lanes need is made of one group after the other, in memory
/// for one group, which stays in the cache. Requests that are all alike are one run, and nothing has to be sorted.
#[derive(Default)]
struct Ready {
    runs: Vec<Run>,
    /// Where they are sorted to.
    sorted: Vec<Run>,
}

impl Ready {
    #[inline]
    fn push(&mut self, request: usize, kind: u8, key_index: u8) {
        if let Some(last) = self.runs.last_mut()
            && (last.kind, last.key_index) == (kind, key_index)
            && last.range().end == request
        {
            last.length += 1;
            return;
        }
        self.runs.push(Run {
            first: request as u32,
            length: 1,
            kind,
            key_index,
        });
    }

    /// The runs of each kind, those of one key next to each other; those that are not `alike` are groups of their own.
    fn groups(&mut self, alike: impl Fn(&Run, &Run) -> bool) -> impl Iterator<Item = &[Run]> {
        if self.runs.len() > 1 {
            // The other way round, because the later of two sorts by counting keeps what the earlier did.
            self.sort_by(|run| run.key_index);
            self.sort_by(|run| run.kind);
        }
        self.runs.chunk_by(alike)
    }

    /// Sorts by counting, in one step for each; comparing takes eleven for each of two thousand.
    fn sort_by(&mut self, number: impl Fn(&Run) -> u8) {
        let mut ends = [0_usize; 256];
        for run in &self.runs {
            if let Some(count) = ends.get_mut(usize::from(number(run))) {
                *count += 1;
            }
        }
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        self.sorted.resize(self.runs.len(), Run::default());
        for run in self.runs.iter().rev() {
            if let Some(end) = ends.get_mut(usize::from(number(run))) {
                *end = end.saturating_sub(1);
                if let Some(to) = self.sorted.get_mut(*end) {
                    *to = *run;
                }
            }
        }
        core::mem::swap(&mut self.runs, &mut self.sorted);
    }
}

/// What the lanes of one cipher do.
pub(super) trait Lanes {
    /// Fewer requests of a group than this are faster one by one.
    const WORTHWHILE: usize;

    /// What a lane needs of a request.
    type Item<'a>;

    /// What it finds.
    type Found: Clone + Default;

    /// Whether requests of these runs go into the lanes together.
    fn alike(one: &Run, other: &Run) -> bool;

    /// Adds an item for each request of runs that share a key index; fewer if they cannot be made. There is room for them.
    fn make<'a, K: KeySets + ?Sized>(
        keys: &'a K,
        runs: &[Run],
        requests: &[BatchRequest<'a>],
        items: &mut Vec<Self::Item<'a>>,
    );

    /// Verifies items of a group to which `one` belongs. Tells whether it could.
    fn verify<K: KeySets + ?Sized>(
        keys: &K,
        one: &Run,
        items: &[Self::Item<'_>],
        found: &mut [Self::Found],
    ) -> bool;

    /// Verifies an item of this run in the shortest time. What it leaves pending is asked for alone.
    fn verify_alone<K: KeySets + ?Sized>(
        keys: &K,
        run: &Run,
        item: &Self::Item<'_>,
    ) -> BatchOutcome {
        let _ = (keys, run, item);
        BatchOutcome::Pending
    }

    /// What a lane found, as every engine says it.
    fn outcome(found: &Self::Found) -> BatchOutcome;
}

/// The way of requests into lanes and of what they find back to the requests, in memory that is kept from one batch to the next.
pub(super) struct Memory<L: Lanes + 'static> {
    ready: Ready,
    /// Of one group, and what the lanes found of it.
    items: Vec<L::Item<'static>>,
    found: Vec<L::Found>,
}

impl<L: Lanes> Default for Memory<L> {
    fn default() -> Self {
        Self {
            ready: Ready::default(),
            items: Vec::new(),
            found: Vec::new(),
        }
    }
}

impl<L: Lanes> Memory<L> {
    /// Forgets an earlier batch.
    pub(super) fn clear(&mut self) {
        self.ready.runs.clear();
    }

    /// Takes note of a request. They come in their order.
    #[inline]
    pub(super) fn push(&mut self, request: usize, kind: u8, key_index: u8) {
        self.ready.push(request, kind, key_index);
    }

    /// Verifies the requests of which note was taken; what cannot be verified stays pending.
    pub(super) fn verify<'a, K: KeySets + ?Sized>(
        &mut self,
        keys: &'a K,
        requests: &'a [BatchRequest<'a>],
        outcomes: &mut [BatchOutcome],
    ) {
        let Self {
            ready,
            items,
            found,
        } = self;
        let mut made: Vec<L::Item<'a>> = emptied(core::mem::take(items));
        for runs in ready.groups(L::alike) {
            let all = runs.iter().map(|run| run.length as usize).sum();
            made.clear();
            made.reserve(all);
            for runs in runs.chunk_by(|a, b| a.key_index == b.key_index) {
                L::make(keys, runs, requests, &mut made);
            }
            // An item was made for each; were it not so, all would stay pending.
            if made.len() == all {
                verify_group::<L, K>(keys, runs, &made, outcomes, found);
            }
        }
        *items = emptied(made);
    }
}

/// Verifies items, one for each request of these runs.
fn verify_group<L: Lanes, K: KeySets + ?Sized>(
    keys: &K,
    runs: &[Run],
    items: &[L::Item<'_>],
    outcomes: &mut [BatchOutcome],
    found: &mut Vec<L::Found>,
) {
    let Some(one) = runs.first() else {
        return;
    };
    if items.len() < L::WORTHWHILE {
        let mut items = items.iter();
        for run in runs {
            let places = outcomes.get_mut(run.range()).unwrap_or_default();
            for (to, item) in places.iter_mut().zip(&mut items) {
                *to = L::verify_alone(keys, run, item);
            }
        }
        return;
    }
    found.clear();
    found.resize(items.len(), L::Found::default());
    if L::verify(keys, one, items, found) {
        let mut found = found.iter();
        for run in runs {
            let places = outcomes.get_mut(run.range()).unwrap_or_default();
            for (to, found) in places.iter_mut().zip(&mut found) {
                *to = L::outcome(found);
            }
        }
    }
}

/// Versions, key indexes and card key options that are remembered together: more than most files have.
const SHARED: usize = 16;

/// What follows from a request's version, key index and card key option, found once for those that share them.
pub(super) struct Shared<'a, T>([Option<Found<'a, T>>; SHARED]);

/// Of these three, what was found.
struct Found<'a, T> {
    of: (&'a CryptogramVersion, CardKeyOption, u8),
    found: Option<T>,
}

impl<'a, T> Shared<'a, T> {
    pub(super) const fn new() -> Self {
        Self([const { None }; SHARED])
    }

    #[inline]
    pub(super) fn get(
        &mut self,
        request: &BatchRequest<'a>,
        find: impl FnOnce() -> Option<T>,
    ) -> Option<&T> {
        let (card, version) = (request.cryptogram.card, request.cryptogram.version);
        // Versions of one table stand one after the other, so each has a place of its own.
        let place = core::ptr::from_ref(version).addr() / size_of::<CryptogramVersion>();
        let slot = self.0.get_mut(place % SHARED)?;
        let same = slot.as_ref().is_some_and(|Found { of, .. }| {
            core::ptr::eq(of.0, version) && (of.1, of.2) == (card.option, card.index)
        });
        if !same {
            *slot = Some(Found {
                of: (version, card.option, card.index),
                found: find(),
            });
        }
        slot.as_ref()?.found.as_ref()
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
            for (kinds, keys) in [(1, 1), (2, 1), (151, 1), (151, 3)] {
                ready.runs.clear();
                let mut expected = Vec::new();
                for request in 0..size {
                    // Any function that mixes well enough.
                    let mixed = (request as u64 * 2_654_435_761) >> 20;
                    let (kind, key) = ((mixed % kinds) as u8, (mixed / 151 % keys) as u8 * 0x55);
                    ready.push(request, kind, key);
                    expected.push((kind, key, request as u32));
                }
                expected.sort_unstable();
                let mut found = Vec::new();
                let mut last = None;
                for runs in ready.groups(|a, b| a.kind == b.kind) {
                    assert!(last < runs.first().map(|run| run.kind));
                    last = runs.first().map(|run| run.kind);
                    for run in runs {
                        assert_eq!(Some(run.kind), last);
                        let requests = run.range().map(|request| request as u32);
                        found.extend(requests.map(|request| (run.kind, run.key_index, request)));
                    }
                }
                assert_eq!(found, expected);
            }
        }
    }
}
