//! P: one message, two meanings.

use super::{DECLINED, REJECTED};
use crate::gauntlet::Reference;
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{Detectable, Expectation, Payment, Profiles, Scenario, Step};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::BER_TLV,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

const fn changed(edits: &'static [Edit]) -> Payment {
    PLAIN.edits(edits)
}

/// 999.00, as an object.
const MORE: &[u8] = &[0x9F, 0x02, 0x06, 0x00, 0x00, 0x00, 0x09, 0x99, 0x00];

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "P01",
        title: "two amounts, in both orders",
        steps: &[
            Step::Pay(changed(&[Edit::Before(MORE)]), REJECTED),
            Step::Pay(changed(&[Edit::After(MORE)]), REJECTED),
        ],
        why: "two systems that read a doubled element differently can be played against each other",
        ..ROW
    },
    Scenario {
        id: "P02",
        title: "two counters, two issuer application data, two cryptogram informations",
        steps: &[
            Step::Pay(
                changed(&[Edit::After(&[0x9F, 0x36, 0x02, 0x00, 0x63])]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::After(&[
                    0x9F, 0x10, 0x07, 0x06, 0x01, 0x0A, 0x03, 0xA0, 0x00, 0x00,
                ])]),
                REJECTED,
            ),
            Step::Pay(changed(&[Edit::After(&[0x9F, 0x27, 0x01, 0x40])]), REJECTED),
        ],
        why: "each may occur once",
        ..ROW
    },
    Scenario {
        id: "P03",
        title: "an amount inside of a template, and one outside",
        steps: &[
            Step::Pay(
                changed(&[Edit::After(&[
                    0x70, 0x09, 0x9F, 0x02, 0x06, 0x00, 0x00, 0x00, 0x09, 0x99, 0x00,
                ])]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::Before(&[
                    0x77, 0x09, 0x9F, 0x02, 0x06, 0x00, 0x00, 0x00, 0x09, 0x99, 0x00,
                ])]),
                REJECTED,
            ),
        ],
        why: "what decides stands on the outermost level and nowhere else",
        ..ROW
    },
    Scenario {
        id: "P04",
        title: "lengths and tags in forms other than the shortest",
        steps: &[
            Step::Pay(
                changed(&[Edit::Length(tag::AMOUNT_AUTHORISED_NUMERIC, &[0x81])]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::Length(
                    tag::AMOUNT_AUTHORISED_NUMERIC,
                    &[0x84, 0x00, 0x00, 0x00],
                )]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::After(&[
                    0x77, 0x80, 0x9F, 0x7C, 0x01, 0x00, 0x00, 0x00,
                ])]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::After(&[
                    0x9F, 0x80, 0x02, 0x06, 0x00, 0x00, 0x00, 0x09, 0x99, 0x00,
                ])]),
                REJECTED,
            ),
        ],
        why: "one meaning, one form",
        ..ROW
    },
    Scenario {
        id: "P05",
        title: "bytes between and behind the objects that are none",
        steps: &[
            Step::Pay(changed(&[Edit::After(&[0x5A])]), REJECTED),
            Step::Pay(changed(&[Edit::After(&[0xFF, 0xFF])]), REJECTED),
            Step::Pay(changed(&[Edit::Before(&[0xFF])]), REJECTED),
            // Zeros may be filler; whether a host takes them is its own choice.
            Step::Pay(
                changed(&[Edit::After(&[0x00, 0x00])]),
                Expectation::ANYTHING,
            ),
        ],
        why: "what is no object is an error with its offset",
        ..ROW
    },
    Scenario {
        id: "P06",
        title: "issuer application data whose lengths lie",
        profiles: Profiles::SelfEnding,
        steps: &[
            Step::Pay(
                changed(&[
                    Edit::Remove(tag::ISSUER_APPLICATION_DATA),
                    Edit::After(&[0x9F, 0x10, 0x20, 0x06, 0x01, 0x0A, 0x03]),
                ]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::Extend(tag::ISSUER_APPLICATION_DATA, &[0x05, 0x00])]),
                DECLINED,
            ),
            // Zeros where the card's record does not allow them.
            Step::Pay(
                changed(&[Edit::Pad(tag::ISSUER_APPLICATION_DATA, 32)]),
                DECLINED,
            ),
        ],
        why: "the inner length leads to the last byte, or the record says that zeros may follow",
        ..ROW
    },
    Scenario {
        id: "P07",
        title: "hexadecimal letters where digits belong, filler in the middle of a number",
        steps: &[
            Step::Pay(
                changed(&[Edit::Put(
                    tag::AMOUNT_AUTHORISED_NUMERIC,
                    &[0x00, 0x00, 0x00, 0x00, 0x10, 0x0A],
                )]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::Put(
                    tag::APPLICATION_PAN,
                    &[0x47, 0x61, 0xF3, 0x90, 0x01, 0x01, 0x00, 0x10],
                )]),
                REJECTED,
            ),
            Step::Pay(
                changed(&[Edit::Put(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0x0A])]),
                REJECTED,
            ),
        ],
        why: "numeric elements hold digits",
        ..ROW
    },
    Scenario {
        id: "P08",
        title: "track 2 data in tag 57 of another account",
        steps: &[Step::Pay(
            changed(&[Edit::Put(
                tag::TRACK_2_EQUIVALENT_DATA,
                &[
                    0x54, 0x13, 0x33, 0x00, 0x89, 0x01, 0x00, 0x12, 0xD4, 0x91, 0x22, 0x01, 0x00,
                    0x00, 0x00, 0x00, 0x00, 0x0F,
                ],
            )]),
            DECLINED,
        )],
        why: "the message names one account",
        ..ROW
    },
];
