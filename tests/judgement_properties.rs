//! Metamorphic properties of the issuer's judgement.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::issuer::{PosEntryMode, ReasonKind, Verdict};
use chipcard::{Tag, tag};
use judge::{Bench, Sale};
use proptest::prelude::*;
use proptest::sample::select;
use test_card::{Elements, signed_bytes};

fn version() -> impl Strategy<Value = &'static CryptogramVersion> {
    (0..CryptogramVersion::ALL.len()).prop_map(|row| &CryptogramVersion::ALL[row])
}

/// Judges chip data as they are, beside the rest of the sale.
fn judge(bench: &Bench, sale: &Sale, de55: &[u8]) -> Verdict {
    let mut request: chipcard::issuer::AuthorisationRequest<'_> = sale.request.clone();
    request.chip = Some(de55);
    request.stan = Some(&sale.stan);
    bench.judge(&request).verdict
}

fn signed(bench: &Bench, sale: &Sale) -> Elements {
    let mut elements = sale.elements.clone().unwrap();
    bench.card.sign(&mut elements);
    elements
}

/// Every bit that a version signs, flipped: never an approval.
#[test]
fn no_signed_bit_can_change() {
    for version in CryptogramVersion::ALL {
        let bench = Bench::new(version);
        let sale = bench.sale();
        let elements = signed(&bench, &sale);
        for (tag, offset) in signed_bytes(version, &elements) {
            for bit in 0..8 {
                let mut changed = elements.clone();
                changed.get_mut(tag)[offset] ^= 1 << bit;
                let verdict = judge(&bench, &sale, &changed.bytes());
                assert!(
                    verdict >= Verdict::Decline,
                    "{} {tag} {offset} {bit}",
                    version.name
                );
            }
        }
        // And the cryptogram itself is still good, the day after those wrong ones.
        let sale = sale.at(86_400).with(|request| request.local_date = None);
        assert!(
            judge(&bench, &sale, &elements.bytes()).is_approval(),
            "{}",
            version.name
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Elements that no decision rests on change nothing, wherever they stand; nor does the order of the others.
    #[test]
    fn irrelevant_elements_change_nothing(
        version in version(),
        own in proptest::collection::vec(any::<u8>(), 0..20),
        customer in proptest::collection::vec(any::<u8>(), 0..32),
        wedge in any::<bool>(),
        order in any::<proptest::sample::Index>(),
        rotation in 0..20_usize,
    ) {
        let bench = Bench::new(version);
        let mut sale = bench.sale();
        if wedge {
            sale = sale.set(tag::CVM_RESULTS, &[0x01, 0x03, 0x02]);
        }
        let plain = signed(&bench, &sale);
        let mut changed = plain.clone();
        let at = order.index(changed.0.len());
        changed.0.insert(at, (Tag::new(0xDF01), own));
        changed.0.push((Tag::new(0x9F7C), customer));
        let rotation = rotation % changed.0.len();
        changed.0.rotate_left(rotation);
        let fresh = Bench::new(version);
        prop_assert_eq!(
            judge(&bench, &sale, &plain.bytes()),
            judge(&fresh, &sale, &changed.bytes())
        );
    }

    /// Whoever has a wrong cryptogram gets no approval, whatever else he changes.
    #[test]
    fn nothing_unsigned_makes_a_refusal_an_approval(
        version in version(),
        cid in any::<u8>(),
        cvm in any::<[u8; 3]>(),
        qualifiers in any::<[u8; 2]>(),
        capabilities in any::<[u8; 3]>(),
        deferred in any::<bool>(),
        with_pin in any::<bool>(),
        estimated in any::<bool>(),
        mcc in proptest::option::of(0..10_000_u16),
        flipped in 0..64_usize,
        replay in any::<bool>(),
    ) {
        let bench = Bench::new(version);
        let sale = bench.sale();
        let mut elements = signed(&bench, &sale);
        if replay {
            prop_assert!(judge(&bench, &sale, &elements.bytes()).is_approval());
        } else {
            elements.get_mut(tag::APPLICATION_CRYPTOGRAM)[flipped / 8] ^= 1 << (flipped % 8);
        }
        elements.set(tag::CRYPTOGRAM_INFORMATION_DATA, &[cid]);
        elements.set(tag::CVM_RESULTS, &cvm);
        elements.set(tag::CARD_TRANSACTION_QUALIFIERS, &qualifiers);
        elements.set(Tag::new(0x9F33), &capabilities);
        let other = sale.stan("other").with(|request| {
            request.deferred = deferred;
            request.estimated = estimated;
            request.mcc = mcc;
            // The host itself says that the PIN is right; a replay with the network's mark of a second message and a right PIN
            // is the second half of a tap.
            request.repeated_with_pin = with_pin && !replay;
        });
        prop_assert!(judge(&bench, &other, &elements.bytes()) >= Verdict::Decline);
    }

    /// Honest messages of one card that come late, and say so, are never declined, in whatever order they come.
    #[test]
    fn no_order_of_honest_messages_is_declined(
        version in version(),
        order in Just((1..=60_u16).collect::<Vec<_>>()).prop_shuffle(),
        left_out in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let bench = Bench::new(version);
        let mut highest = 0;
        for atc in order {
            if left_out[usize::from(atc) - 1] {
                continue;
            }
            let late = atc < highest;
            highest = highest.max(atc);
            let sale = bench.sale().atc(0x100 + atc).with(|request| request.deferred = late);
            let assessment = bench.assess(&sale);
            prop_assert!(assessment.verdict.is_approval(), "{:?}", assessment.reasons);
            // And the same message again.
            prop_assert_eq!(bench.assess(&sale).verdict, assessment.verdict);
        }
    }

    /// Nothing but right cryptograms moves the window.
    #[test]
    fn garbage_is_rejected_and_forgotten(
        de55 in proptest::collection::vec(any::<u8>(), 0..300),
        mode in select(vec![PosEntryMode::Contact, PosEntryMode::Contactless, PosEntryMode::Unknown]),
    ) {
        let bench = Bench::new(&CryptogramVersion::VISA_18);
        let sale = bench.sale();
        let read = sale.clone().with(|request| request.entry_mode = mode);
        prop_assert!(judge(&bench, &read, &de55) >= Verdict::Decline);
        let assessment = bench.assess(&sale);
        prop_assert_eq!(assessment.verdict, Verdict::Approve);
        prop_assert!(!assessment.reasons.has(ReasonKind::Replay));
    }
}
