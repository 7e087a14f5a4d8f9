//! What a cryptogram protects, for every row of the table.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod test_card;

use chipcard::cryptogram::{CryptogramVersion, Family};
use chipcard::element::{CryptogramType, Pan, PanSequenceNumber};
use chipcard::issuer::{CardRecord, ChipData, Issuer, Refusal};
use chipcard::{Tag, tag};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use test_card::{Elements, KEY_INDEX, TERMINAL_CAPABILITIES, TestCard, iad, key_set, signed_bytes};

fn verdict(card: &TestCard, elements: &Elements) -> Result<(), Refusal> {
    verdict_of(&card.issuer(), &card.record(), elements)
}

fn verdict_of<E: chipcard::issuer::CryptogramEngine>(
    issuer: &Issuer<E>,
    record: &CardRecord<'_>,
    elements: &Elements,
) -> Result<(), Refusal> {
    let de55 = elements.bytes();
    let chip = ChipData::parse(&de55)?;
    issuer.verify_arqc(record, &chip).map(|_| ())
}

fn digits(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(0..10_u8, count).prop_map(|digits| {
        digits
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect()
    })
}

fn card() -> impl Strategy<Value = TestCard> {
    let version = select(CryptogramVersion::ALL);
    (version, digits(14..=19), digits(2..=2)).prop_map(|(version, pan, sequence)| {
        let version = CryptogramVersion::find(version.family, version.identifier).unwrap();
        TestCard::new(version, &pan, &sequence)
    })
}

/// A card and a message of it with random values.
fn genuine() -> impl Strategy<Value = (TestCard, Elements)> {
    (card(), any::<[u8; 34]>()).prop_map(|(card, random)| {
        let mut elements = card.message();
        let mut random = random.into_iter();
        for tag in [
            tag::APPLICATION_INTERCHANGE_PROFILE,
            tag::APPLICATION_TRANSACTION_COUNTER,
            tag::TERMINAL_VERIFICATION_RESULTS,
            tag::TRANSACTION_DATE,
            tag::TRANSACTION_TYPE,
            tag::AMOUNT_AUTHORISED_NUMERIC,
            tag::AMOUNT_OTHER_NUMERIC,
            tag::TRANSACTION_CURRENCY_CODE,
            tag::TERMINAL_COUNTRY_CODE,
            tag::UNPREDICTABLE_NUMBER,
        ] {
            for (byte, random) in elements.get_mut(tag).iter_mut().zip(&mut random) {
                *byte = random;
            }
        }
        card.sign(&mut elements);
        (card, elements)
    })
}

/// A change to what the cryptogram does not cover. The card's own claims that a message may repeat (tags 5A, 5F34 and
/// 9F27) are changed to what agrees with the record, never away from it: that could only hide an approval.
#[derive(Clone, Debug)]
enum Uncovered {
    Append(Tag, Vec<u8>),
    Replace(Tag, Vec<u8>),
    Remove(Tag),
    ClaimArqc,
    ClaimIdentity,
    Rotate(Index),
    Reverse,
    Iad(Index, u8),
}

fn uncovered() -> impl Strategy<Value = Uncovered> {
    use Uncovered::{Append, ClaimArqc, ClaimIdentity, Iad, Remove, Replace, Reverse, Rotate};
    let value = || prop::collection::vec(any::<u8>(), 0..20);
    let unknown = select(&[0xDF01, 0xDF7F, 0xDF8101, 0xC7, 0x9F7A][..]).prop_map(Tag::new);
    let unsigned = || {
        let unsigned = [
            tag::CVM_RESULTS,
            TERMINAL_CAPABILITIES,
            tag::CRYPTOGRAM_INFORMATION_DATA,
        ];
        select(unsigned.to_vec())
    };
    prop_oneof![
        (unknown, value()).prop_map(|(tag, value)| Append(tag, value)),
        any::<[u8; 3]>().prop_map(|value| Replace(tag::CVM_RESULTS, value.to_vec())),
        value().prop_map(|value| Replace(TERMINAL_CAPABILITIES, value)),
        unsigned().prop_map(Remove),
        Just(ClaimArqc),
        Just(ClaimIdentity),
        any::<Index>().prop_map(Rotate),
        Just(Reverse),
        (any::<Index>(), 1..=255_u8).prop_map(|(index, bits)| Iad(index, bits)),
    ]
}

impl Uncovered {
    fn apply(&self, card: &TestCard, elements: &mut Elements) {
        match self {
            Self::Append(tag, value) | Self::Replace(tag, value) => elements.set(*tag, value),
            Self::Remove(tag) => elements.remove(*tag),
            Self::ClaimArqc => elements.set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80]),
            Self::ClaimIdentity => {
                let packed: Vec<u8> = card
                    .pan
                    .digits()
                    .chunks(2)
                    .map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0xF))
                    .collect();
                elements.set(tag::APPLICATION_PAN, &packed);
                let sequence = card.sequence.to_bcd();
                elements.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[sequence]);
            }
            Self::Rotate(index) => {
                let place = index.index(elements.0.len());
                elements.0.rotate_left(place);
            }
            Self::Reverse => elements.0.reverse(),
            Self::Iad(index, bits) => {
                let covered = signed_bytes(card.version, elements);
                let iad = elements.get_mut(tag::ISSUER_APPLICATION_DATA);
                let place = index.index(iad.len());
                if !covered.contains(&(tag::ISSUER_APPLICATION_DATA, place)) {
                    iad[place] ^= bits;
                }
            }
        }
    }

    /// Whether a genuine message stays one.
    const fn keeps_approval(&self) -> bool {
        !matches!(self, Self::Iad(..))
    }
}

/// Flips one bit of what the cryptogram covers.
fn flip(card: &TestCard, elements: &mut Elements, index: Index, bit: u8) -> Tag {
    let covered = signed_bytes(card.version, elements);
    let (tag, offset) = covered[index.index(covered.len())];
    elements.get_mut(tag)[offset] ^= 1 << bit;
    tag
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_card_verifies_with_its_keys((card, elements) in genuine()) {
        prop_assert_eq!(verdict(&card, &elements), Ok(()));
    }

    #[test]
    fn other_keys_never_verify(
        (card, elements) in genuine(),
        byte in 0..16_usize,
        bits in 1..128_u8,
    ) {
        let mut key = test_card::master_key(card.version.cipher);
        // The last bit of a byte of a DES key is parity, which no cryptogram depends on.
        key[byte] ^= bits << 1;
        let issuer = Issuer::new(key_set(card.version, &key));
        prop_assert_eq!(verdict_of(&issuer, &card.record(), &elements), Err(Refusal::Cryptogram));
    }

    #[test]
    fn another_card_s_record_never_verifies(
        (card, elements) in genuine(),
        place in 0..14_usize,
        step in 1..10_u8,
    ) {
        // One of the last 14 digits: option A leaves the earlier ones of a longer PAN out of the key.
        let mut digits = card.pan.digits().to_vec();
        let place = digits.len() - 1 - place;
        digits[place] = (digits[place] + step) % 10;
        let text: Vec<u8> = digits.iter().map(|digit| b'0' + digit).collect();
        let pan = Pan::from_digits(text).unwrap();
        let record = CardRecord::new(pan, Some(card.sequence), card.version, KEY_INDEX);
        prop_assert_eq!(verdict_of(&card.issuer(), &record, &elements), Err(Refusal::Cryptogram));

        let sequence = PanSequenceNumber::from_bcd(card.sequence.to_bcd() ^ 0x01).unwrap_or_default();
        prop_assume!(sequence != card.sequence);
        let record = CardRecord::new(card.pan.clone(), Some(sequence), card.version, KEY_INDEX);
        prop_assert_eq!(verdict_of(&card.issuer(), &record, &elements), Err(Refusal::Cryptogram));
    }

    #[test]
    fn a_flipped_bit_of_the_cryptogram_is_refused((card, mut elements) in genuine(), bit in 0..64_usize) {
        elements.get_mut(tag::APPLICATION_CRYPTOGRAM)[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verdict(&card, &elements), Err(Refusal::Cryptogram));
    }

    #[test]
    fn what_is_not_covered_changes_no_approval(
        (card, mut elements) in genuine(),
        changes in prop::collection::vec(uncovered(), 1..6),
    ) {
        for change in changes.iter().filter(|change| change.keeps_approval()) {
            change.apply(&card, &mut elements);
        }
        prop_assert_eq!(verdict(&card, &elements), Ok(()));
    }

    #[test]
    fn what_is_not_covered_turns_no_refusal_into_an_approval(
        (card, mut elements) in genuine(),
        index: Index,
        bit in 0..8_u8,
        changes in prop::collection::vec(uncovered(), 1..6),
    ) {
        flip(&card, &mut elements, index, bit);
        for change in &changes {
            change.apply(&card, &mut elements);
            prop_assert!(verdict(&card, &elements).is_err());
        }
    }

    #[test]
    fn a_signed_decline_passes_for_no_request(
        (card, mut elements) in genuine(),
        made in select(&[CryptogramType::Aac, CryptogramType::Tc][..]),
        changes in prop::collection::vec(uncovered(), 0..6),
    ) {
        // The bits of these families' card verification results are not public.
        prop_assume!(!matches!(card.version.family, Family::Interac | Family::Jcb));
        elements.set(tag::ISSUER_APPLICATION_DATA, &iad(card.version, made));
        card.sign(&mut elements);
        for change in &changes {
            change.apply(&card, &mut elements);
        }
        prop_assert!(verdict(&card, &elements).is_err());
    }

    #[test]
    fn a_pinned_version_is_not_negotiated((card, elements) in genuine(), bits in 1..=255_u8) {
        let found = card.version.identifier;
        let pinned = found ^ bits;
        let other = CryptogramVersion { identifier: pinned, ..*card.version };
        let record = CardRecord::new(card.pan.clone(), Some(card.sequence), &other, KEY_INDEX);
        prop_assert_eq!(
            verdict_of(&card.issuer(), &record, &elements),
            Err(Refusal::CryptogramVersion { pinned, found })
        );
    }

    #[test]
    fn a_pinned_key_index_is_not_negotiated((card, elements) in genuine(), bits in 1..=255_u8) {
        let pinned = KEY_INDEX ^ bits;
        let record = CardRecord::new(card.pan.clone(), Some(card.sequence), card.version, pinned);
        prop_assert_eq!(
            verdict_of(&card.issuer(), &record, &elements),
            Err(Refusal::KeyIndex { pinned, found: KEY_INDEX })
        );
    }
}

/// Not a sample: every bit that every version covers.
#[test]
fn every_flipped_bit_is_refused() {
    for version in CryptogramVersion::ALL {
        let card = TestCard::new(version, "4123456789012345678", "01");
        let elements = card.message();
        assert_eq!(verdict(&card, &elements), Ok(()), "{}", version.name);
        let covered = signed_bytes(version, &elements);
        assert!(!covered.is_empty());
        for (tag, offset) in covered {
            for bit in 0..8 {
                let mut tampered = elements.clone();
                tampered.get_mut(tag)[offset] ^= 1 << bit;
                let refusal = verdict(&card, &tampered).unwrap_err();
                if tag != tag::ISSUER_APPLICATION_DATA {
                    assert_eq!(refusal, Refusal::Cryptogram, "{} {tag}", version.name);
                }
            }
        }
    }
}

/// An element that is missing, or too short, or doubled, is no weaker refusal.
#[test]
fn every_covered_element_is_needed_once() {
    for version in CryptogramVersion::ALL {
        let card = TestCard::new(version, "5123456789012346", "00");
        let elements = card.message();
        for (tag, _) in signed_bytes(version, &elements) {
            let mut without = elements.clone();
            without.remove(tag);
            assert!(verdict(&card, &without).is_err(), "{} {tag}", version.name);
            let mut shorter = elements.clone();
            shorter.get_mut(tag).pop();
            assert!(verdict(&card, &shorter).is_err(), "{} {tag}", version.name);
            let mut twice = elements.clone();
            twice.0.push((tag, elements.get(tag).unwrap().clone()));
            assert!(verdict(&card, &twice).is_err(), "{} {tag}", version.name);
        }
    }
}
