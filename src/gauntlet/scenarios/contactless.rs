//! L: contactless.

use super::{DECLINED, REFERRED, STEPPED_UP};
use crate::gauntlet::edit::Edit;
use crate::gauntlet::message::Verification;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{
    Detectable, Entry, Expectation, Payment, Profiles, Scenario, Step, Till,
};
use crate::gauntlet::{Contactless, Reference};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::BREAK_FIX_VERIFY,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

const TAP: Payment = PLAIN.by(Entry::Tap);
/// Card transaction qualifiers after the attack: the consumer was verified on his device, no PIN is needed.
const DEVICE_VERIFIED: &[u8] = &[0x00, 0x80];

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "L01",
        title: "the qualifiers flipped: a plastic card says that its holder was verified on a device",
        profiles: Profiles::Visa,
        steps: &[Step::Pay(
            TAP.amount(45_000)
                .values(&[(tag::CARD_TRANSACTION_QUALIFIERS, DEVICE_VERIFIED)])
                .edits(&[Edit::Verification(Verification::Device)]),
            STEPPED_UP,
        )],
        why: "the issuer application data, under the cryptogram, know of no device verification; the qualifiers are covered by nothing",
        ..ROW
    },
    Scenario {
        id: "L02",
        title: "a card taken for another brand's, so that the terminal runs the kernel with the weaker rule",
        reference: &Reference::BRAND_MIXUP,
        steps: &[Step::Pay(
            TAP.amount(45_000).edits(&[
                Edit::OtherBrand,
                Edit::Put(tag::CARD_TRANSACTION_QUALIFIERS, DEVICE_VERIFIED),
                Edit::Verification(Verification::Device),
            ]),
            DECLINED,
        )],
        why: "tags 84 and 9F06 name an application that this card does not have",
        ..ROW
    },
    Scenario {
        id: "L03",
        title: "a locked telephone's transit token, relayed to a radio shop for 1,000.00",
        reference: &Reference::EXPRESS_TRANSIT,
        cards: &[Plastic::TOKEN],
        profiles: Profiles::Except(&["visa-10", "visa-18", "unionpay-01"]),
        steps: &[Step::Pay(
            TAP.at(&Till::OTHER_SHOP)
                .amount(100_000)
                .values(&[
                    (
                        tag::TERMINAL_TRANSACTION_QUALIFIERS,
                        &[0x33, 0x00, 0x40, 0x00],
                    ),
                    (tag::CARD_TRANSACTION_QUALIFIERS, DEVICE_VERIFIED),
                ])
                .edits(&[Edit::Verification(Verification::Device)]),
            DECLINED,
        )],
        why: "no device verification under the cryptogram, far above the limit, and the shop is no gate (the layouts of Visa's formats 0, 1 and 3 and of UnionPay cannot say so)",
        ..ROW
    },
    Scenario {
        id: "L04",
        title: "a relay, seen by a card and a terminal that measure",
        reference: &Reference::RELAY_PROTECTION,
        cards: &[Plastic {
            relay_resistance: true,
            ..Plastic::CHIP
        }],
        steps: &[Step::Pay(
            TAP.values(&[(
                tag::TERMINAL_VERIFICATION_RESULTS,
                &[0x80, 0x00, 0x00, 0x00, 0x0E],
            )]),
            DECLINED,
        )],
        why: "the verification results, under the cryptogram, say that the card answered too late",
        ..ROW
    },
    Scenario {
        id: "L05",
        title: "a relay of a card that does not measure",
        reference: &Reference::RELAY,
        steps: &[Step::Pay(TAP, Expectation::ANYTHING)],
        detectable: Detectable::No,
        why: "every byte is that of an honest payment: nobody can tell but by where else the card is seen",
        ..ROW
    },
    Scenario {
        id: "L06",
        title: "999,999.99 in a foreign currency without verification",
        reference: &Reference::FOREIGN_CURRENCY,
        steps: &[Step::Pay(
            TAP.at(&Till::ABROAD).amount(99_999_999),
            REFERRED,
        )],
        detectable: Detectable::Risk,
        why: "the card compared nothing with its limits, because they are in another currency; the issuer can",
        ..ROW
    },
    Scenario {
        id: "L07",
        title: "a contact card behind a contactless reader",
        reference: &Reference::INTERFACE_CONFUSION,
        cards: &[Plastic {
            contactless: Contactless::None,
            ..Plastic::CHIP
        }],
        steps: &[Step::Pay(TAP, DECLINED)],
        why: "the card was issued without an antenna",
        ..ROW
    },
    Scenario {
        id: "L08",
        title: "a plastic card's form factor with a claim of verification on a device",
        reference: &Reference::FIRST_CONTACT,
        profiles: Profiles::Visa,
        steps: &[Step::Pay(
            TAP.amount(45_000)
                .values(&[
                    (tag::FORM_FACTOR_INDICATOR, &[0x20, 0x70, 0x00, 0x00]),
                    (tag::CARD_TRANSACTION_QUALIFIERS, DEVICE_VERIFIED),
                ])
                .edits(&[Edit::Verification(Verification::Device)]),
            DECLINED,
        )],
        why: "plastic verifies nobody; the record says plastic, and so does the message",
        ..ROW
    },
];
