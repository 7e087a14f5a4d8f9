//! Verification of one cryptogram per lane.

use super::sliced::{Chain, Key, KeyPair, Sliced, derive, tdes};
use super::slot::Slot;
use super::word::Word;
use crate::crypto::lanes::tdes::{Item, Outcome, Response, ResponseKey, Shape};

/// Complementing the whole block: the second half of an option A key.
const ALL: [u8; 8] = [0xff; 8];

/// Message blocks brought in at a time: as many as most cryptograms have.
const GATHERED: usize = 8;

/// Everything computed on the way, at first uninitialised: setting it all to zero would cost a
/// twentieth of the time of a batch.
struct Scratch<W, const B: usize> {
    issuer: [Slot<Key<W, B>>; 2],
    card: [Slot<Key<W, B>>; 2],
    session: [Slot<Key<W, B>>; 2],
    /// Card key and session key diversifiers, cryptogram, first block of the answer.
    fields: [Slot<Sliced<W, B>>; 4],
    message: [Slot<Sliced<W, B>>; GATHERED],
    work: Slot<Sliced<W, B>>,
}

/// Fills `outcomes` for `items` of the same shape, as many at a time as there are lanes in `B`
/// sets of words. The shape has been checked.
#[inline(always)]
pub(super) fn verify<W: Word, const B: usize>(
    shape: &Shape,
    items: &[Item],
    outcomes: &mut [Outcome],
) {
    if items.is_empty() {
        return;
    }
    let mut scratch = Scratch::<W, B> {
        issuer: [const { Slot::new() }; 2],
        card: [const { Slot::new() }; 2],
        session: [const { Slot::new() }; 2],
        fields: [const { Slot::new() }; 4],
        message: [const { Slot::new() }; GATHERED],
        work: Slot::new(),
    };
    let lanes = W::LANES * B;
    for (items, outcomes) in items.chunks(lanes).zip(outcomes.chunks_mut(lanes)) {
        scratch.verify_lanes(shape, items, outcomes);
    }
    scratch.wipe();
}

/// The issuer keys of all lanes. That they are one and the same is seen from where they lie in
/// memory, never from what they are.
#[inline(always)]
fn issuer_keys<'s, 'k, W: Word, const B: usize>(
    slots: &'s mut [Slot<Key<W, B>>; 2],
    work: &mut Slot<Sliced<W, B>>,
    items: &[Item<'k>],
) -> KeyPair<'s, W, B> {
    let first = items[0].issuer_key;
    let common = items
        .iter()
        .all(|item| core::ptr::eq(item.issuer_key, first));
    let mut half = 0;
    slots.each_mut().map(|slot| {
        let part = |key: &'k [u8; 16]| &key.as_chunks::<8>().0[half..];
        let block = if common {
            Sliced::broadcast(work, &part(first)[0])
        } else {
            let block = Sliced::fill_one(work, items, |item| part(item.issuer_key));
            block.slice();
            block
        };
        half += 1;
        &*Key::set(slot, block)
    })
}

impl<W: Word, const B: usize> Scratch<W, B> {
    #[inline(always)]
    fn verify_lanes(&mut self, shape: &Shape, items: &[Item], outcomes: &mut [Outcome]) {
        let Scratch {
            issuer,
            card,
            session,
            fields,
            message,
            work,
        } = self;
        let issuer = issuer_keys(issuer, work, items);
        let fields = Sliced::fill(fields, items, Item::fields);
        let [for_card, for_session, cryptogram, answer] = fields else {
            unreachable!()
        };

        let card = derive(card, for_card, &ALL, issuer, work);
        let signing = match shape.session {
            Some(difference) => derive(session, for_session, &difference.0, card, work),
            None => card,
        };

        let mut chain = Chain::begin(for_card, signing);
        let mut from = 0;
        let last = loop {
            let count = GATHERED.min(shape.blocks - from);
            let blocks = Sliced::fill(&mut message[..count], items, |item| &item.message[from..]);
            blocks.iter_mut().for_each(Sliced::slice);
            from += count;
            let Some((last, before)) = blocks.split_last() else {
                return;
            };
            before.iter().for_each(|block| chain.absorb(block));
            if from == shape.blocks {
                break last;
            }
            chain.absorb(last);
        };
        let mac = chain.last(last);

        cryptogram.slice();
        let answer = match shape.response {
            Response::None => None,
            Response::Method1(key) => {
                answer.slice();
                answer.xor(cryptogram);
                Some((
                    answer,
                    if key == ResponseKey::Card {
                        card
                    } else {
                        signing
                    },
                ))
            }
            Response::Method2 { blocks } => {
                let mut chain = Chain::begin(for_session, signing);
                chain.absorb(cryptogram);
                answer.slice();
                let mut last = &*answer;
                if blocks > 1 {
                    chain.absorb(last);
                    let block = Sliced::fill_one(work, items, |item| &item.response[1..]);
                    block.slice();
                    last = block;
                }
                Some((chain.last(last), signing))
            }
        };
        let Some((answer, key)) = answer else {
            tdes([&mut *mac], [signing]);
            mac.xor(cryptogram);
            mac.nonzero_lanes().zip_for_each(outcomes, |to, failed| {
                *to = Outcome {
                    verified: !failed,
                    response: [0; 8],
                };
            });
            return;
        };
        tdes([&mut *mac, &mut *answer], [signing, key]);
        mac.xor(cryptogram);
        let failed = mac.nonzero_lanes();
        answer.clear(&failed);
        let kept = shape.response.mask();
        let mut response = answer.unslice().iter();
        failed.zip_for_each(outcomes, |to, failed| {
            let response = response.next().map_or(0, |r| r & kept);
            *to = Outcome {
                verified: !failed,
                response: response.to_le_bytes(),
            };
        });
    }

    /// Wipes the keys and all that keys, or what is as good, were seen in.
    #[inline(always)]
    fn wipe(&mut self) {
        for keys in [&mut self.issuer, &mut self.card, &mut self.session] {
            keys.iter_mut().for_each(Slot::wipe::<W>);
        }
        self.fields.iter_mut().for_each(Slot::wipe::<W>);
        self.work.wipe::<W>();
    }
}
