//! M: the magnetic stripe.

use super::{DECLINED, FLAGGED, HONEST, REFERRED};
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::{Number, Plastic};
use crate::gauntlet::scenario::{
    Detectable, Entry, Expectation, Payment, Profiles, Scenario, Step, Till,
};
use crate::gauntlet::{Capability, Contactless, Reference};

const PLAIN: Payment = Payment::PLAIN;
const SWIPE: Payment = PLAIN.by(Entry::Swipe).amount(8_000);
const AT_OLD_SHOP: Payment = SWIPE.at(&Till::OLD_SHOP);
const CHIP: &[Plastic] = &[Plastic::CHIP];
const STRIPE: &[Plastic] = &[Plastic::STRIPE];

/// A first card of the contactless kind, without EMV mode.
const CVC3: &[Plastic] = &[Plastic {
    contactless: Contactless::Cvc3,
    ..Plastic::CHIP
}];
const DCVV: &[Plastic] = &[Plastic {
    contactless: Contactless::Dcvv,
    ..Plastic::CHIP
}];

/// A till whose reader knows the stripe mode alone.
const OLD_READER: Till = Till {
    merchant: "CINEMA000000010",
    terminal: "CINE0001",
    mcc: 7832,
    capability: Capability::StripeAndContactlessStripe,
    ..Till::SHOP
};
const TAP: Payment = PLAIN.by(Entry::StripeTap).at(&OLD_READER);

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::CLONE,
    cards: CHIP,
    profiles: Profiles::Any,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "M01",
        title: "the genuine stripe of a chip card, swiped where its chip could be read",
        steps: &[Step::Pay(SWIPE, DECLINED)],
        why: "service code 2xx, a terminal that reads chips, and no word of a fallback",
        ..ROW
    },
    Scenario {
        id: "M02",
        title: "a copied stripe at a terminal that reads nothing else",
        steps: &[Step::Pay(AT_OLD_SHOP, REFERRED)],
        detectable: Detectable::Risk,
        why: "the copy is bit for bit the stripe: only that the card has a chip, and is used at home where chips are read",
        ..ROW
    },
    Scenario {
        id: "M03",
        title: "the chip's track 2 data written to a stripe",
        reference: &Reference::BYPASS_CLONING,
        steps: &[
            Step::Pay(AT_OLD_SHOP.edits(&[Edit::ChipTrack(0)]), DECLINED),
            Step::Pay(
                SWIPE.by(Entry::Fallback).edits(&[Edit::ChipTrack(0)]),
                DECLINED,
            ),
        ],
        why: "the value verifies as iCVV, which stands in no stripe",
        ..ROW
    },
    Scenario {
        id: "M04",
        title: "the same with a card whose CVV and iCVV happen to be equal",
        reference: &Reference::BYPASS_CLONING,
        cards: &[Plastic {
            number: Number::CvvEqualsIcvv,
            ..Plastic::CHIP
        }],
        steps: &[Step::Pay(
            AT_OLD_SHOP.edits(&[Edit::ChipTrack(0)]),
            REFERRED,
        )],
        detectable: Detectable::Risk,
        why: "one card in a thousand; the issuer can know which, and trust their stripes less",
        ..ROW
    },
    Scenario {
        id: "M05",
        title: "service code 201 made 101 on the stripe",
        reference: &Reference::ISO_7813,
        steps: &[
            Step::Pay(SWIPE.edits(&[Edit::TrackServiceCode("101")]), DECLINED),
            Step::Pay(
                AT_OLD_SHOP.edits(&[Edit::TrackServiceCode("101")]),
                DECLINED,
            ),
        ],
        why: "the card file has another service code, and the CVV covers it",
        ..ROW
    },
    Scenario {
        id: "M06",
        title: "the same with a card whose CVV is the same for both service codes",
        reference: &Reference::ISO_7813,
        cards: &[Plastic {
            number: Number::CvvIgnoresServiceCode,
            ..Plastic::CHIP
        }],
        steps: &[Step::Pay(
            AT_OLD_SHOP.edits(&[Edit::TrackServiceCode("101")]),
            DECLINED,
        )],
        why: "the CVV is right; the card file alone tells",
        ..ROW
    },
    Scenario {
        id: "M07",
        title: "another expiry on the stripe",
        reference: &Reference::ISO_7813,
        cards: STRIPE,
        steps: &[Step::Pay(
            SWIPE.edits(&[Edit::TrackExpiry("5012")]),
            DECLINED,
        )],
        why: "the card file has another expiry, and the CVV covers it",
        ..ROW
    },
    Scenario {
        id: "M08",
        title: "another account number before the same CVV",
        reference: &Reference::ISO_7813,
        // (The CVVs of the test card and of its sibling 77 happen to be equal.)
        cards: &[Plastic::STRIPE, Plastic::STRIPE.numbered(78)],
        steps: &[Step::Pay(
            SWIPE.edits(&[Edit::Account(1), Edit::TrackPan(1)]),
            DECLINED,
        )],
        why: "the CVV covers the account number",
        ..ROW
    },
    Scenario {
        id: "M09",
        title: "no CVV, zeros, or two digits of it",
        reference: &Reference::ISO_7813,
        cards: STRIPE,
        steps: &[
            Step::Pay(SWIPE.edits(&[Edit::TrackValue("000")]), DECLINED),
            Step::Pay(SWIPE.edits(&[Edit::TrackValue("")]), DECLINED),
            Step::Pay(SWIPE.edits(&[Edit::TrackValue("56")]), DECLINED),
        ],
        why: "the profile says how many digits the value has, not the message",
        ..ROW
    },
    Scenario {
        id: "M10",
        title: "a chip transaction that brings the stripe's CVV",
        reference: &Reference::BYPASS_CLONING,
        profiles: Profiles::All,
        steps: &[Step::Pay(PLAIN.edits(&[Edit::StripeTrack(0)]), FLAGGED)],
        why: "the chip's own track has iCVV; this one was read from a stripe",
        ..ROW
    },
    Scenario {
        id: "M11",
        title: "a fallback ten minutes after the chip worked",
        reference: &Reference::FALLBACK,
        profiles: Profiles::All,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Wait(600),
            Step::Pay(SWIPE.by(Entry::Fallback).at(&Till::OTHER_SHOP), REFERRED),
        ],
        detectable: Detectable::Risk,
        why: "a chip that broke within ten minutes is rare",
        ..ROW
    },
    Scenario {
        id: "M12",
        title: "five fallbacks at one merchant within an hour",
        reference: &Reference::FALLBACK,
        cards: &[
            Plastic::CHIP,
            Plastic::CHIP.numbered(61),
            Plastic::CHIP.numbered(62),
            Plastic::CHIP.numbered(63),
            Plastic::CHIP.numbered(64),
        ],
        steps: &[
            Step::Pay(SWIPE.by(Entry::Fallback), Expectation::ANYTHING),
            Step::Wait(600),
            Step::Pay(SWIPE.by(Entry::Fallback).of(1), Expectation::ANYTHING),
            Step::Wait(600),
            Step::Pay(SWIPE.by(Entry::Fallback).of(2), Expectation::ANYTHING),
            Step::Wait(600),
            Step::Pay(SWIPE.by(Entry::Fallback).of(3), Expectation::ANYTHING),
            Step::Wait(600),
            Step::Pay(SWIPE.by(Entry::Fallback).of(4), DECLINED),
        ],
        detectable: Detectable::Risk,
        why: "one broken chip is an accident, five at one till are a trade",
        ..ROW
    },
    Scenario {
        id: "M13",
        title: "entry mode 'track not required', and a track",
        reference: &Reference::ISO_7813,
        steps: &[Step::Pay(SWIPE.edits(&[Edit::EntryMode("021")]), REFERRED)],
        why: "the message contradicts itself",
        ..ROW
    },
    Scenario {
        id: "M14",
        title: "contactless stripe mode of a card that does EMV mode, at a reader that does",
        reference: &Reference::MAG_STRIPE_DOWNGRADE,
        steps: &[Step::Pay(
            PLAIN
                .by(Entry::StripeTap)
                .edits(&[Edit::Capability(Capability::ChipAndContactless)]),
            DECLINED,
        )],
        why: "card and reader would have done EMV mode; somebody told one of them otherwise",
        ..ROW
    },
    Scenario {
        id: "M15",
        title: "a tap in stripe mode sent twice",
        reference: &Reference::FIRST_RFID_CARDS,
        cards: CVC3,
        steps: &[
            Step::Pay(TAP, HONEST),
            Step::Wait(3_600),
            Step::Send(0, &[Edit::New], DECLINED),
        ],
        why: "its transaction counter was used",
        ..ROW
    },
    Scenario {
        id: "M16",
        title: "taps in stripe mode harvested beforehand, played before and after the genuine card's next",
        reference: &Reference::MAG_STRIPE_DOWNGRADE,
        cards: CVC3,
        steps: &[
            Step::Pay(TAP, HONEST),
            // Three of the thousand: the counters between are the others.
            Step::Keep(TAP),
            Step::Unseen(0, 400),
            Step::Keep(TAP),
            Step::Unseen(0, 400),
            Step::Wait(86_400),
            Step::Send(2, &[Edit::New], FLAGGED),
            Step::Pay(TAP, Expectation::ANYTHING),
            Step::Send(1, &[Edit::New], DECLINED),
        ],
        detectable: Detectable::Statistical,
        why: "the counter jumps by hundreds; after the genuine card's next tap it goes back",
        ..ROW
    },
    Scenario {
        id: "M17",
        title: "an empty CVC3, and one of a single digit",
        reference: &Reference::FIRST_RFID_CARDS,
        cards: CVC3,
        steps: &[
            Step::Pay(TAP.edits(&[Edit::TapValue("")]), DECLINED),
            Step::Pay(TAP.edits(&[Edit::TapValue("4")]), DECLINED),
        ],
        why: "the profile says how many digits the value has",
        ..ROW
    },
    Scenario {
        id: "M18",
        title: "a dCVV made by another reading of its algorithm",
        reference: &Reference::FIRST_RFID_CARDS,
        cards: DCVV,
        profiles: Profiles::AnyTdes,
        steps: &[
            // Counters whose hexadecimal digits have letters.
            Step::Counter(0, 0x0A9E),
            Step::Pay(TAP, HONEST),
            Step::Pay(TAP.edits(&[Edit::TapValueWithoutServiceCode]), DECLINED),
        ],
        why: "the algorithm is pinned per card: other readings are not tried",
        ..ROW
    },
    Scenario {
        id: "M19",
        title: "the printed value guessed, a thousand times over fifty shops",
        reference: &Reference::DISTRIBUTED_GUESSING,
        steps: &[
            Step::Repeat {
                times: 1_000,
                judged_from: 1,
                steps: &[Step::Pay(
                    PLAIN
                        .by(Entry::Keyed)
                        .at(&Till::WEB)
                        .edits(&[Edit::GuessedValue, Edit::MerchantByRound(50)]),
                    DECLINED,
                )],
            },
            // The right one, when it comes, is one of a thousand.
            Step::Pay(
                PLAIN
                    .by(Entry::Keyed)
                    .at(&Till::WEB)
                    .edits(&[Edit::PrintedValue]),
                DECLINED,
            ),
        ],
        detectable: Detectable::Risk,
        why: "wrong values are counted per card over all shops, and the right one no longer helps after ten",
        ..ROW
    },
    Scenario {
        id: "M20",
        title: "tracks 1 and 2 of different cards",
        reference: &Reference::ISO_7813,
        cards: &[Plastic::STRIPE, Plastic::STRIPE.numbered(77)],
        steps: &[Step::Pay(SWIPE.edits(&[Edit::Track1(1)]), DECLINED)],
        why: "a card has one account number",
        ..ROW
    },
];
