//! C: the contact chip.

use super::{DECLINED, FLAGGED, HONEST, REFERRED, STEPPED_UP};
use crate::element::CryptogramType;
use crate::gauntlet::Reference;
use crate::gauntlet::edit::Edit;
use crate::gauntlet::middle::Middle;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{
    Cvm, Detectable, Expectation, Payment, Profiles, Scenario, Step, Till,
};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];
const NO_CVM: &[u8] = &[0x1F, 0x03, 0x02];

/// The wedge: the terminal believes that the card accepted the PIN, the card that nobody asked for one.
const WEDGE: &[Middle] = &[
    Middle::AcceptsAnyPin,
    Middle::TellsCard(tag::CVM_RESULTS, NO_CVM),
];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::CHIP_AND_PIN_IS_BROKEN,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "C01",
        title: "a yes-card online: random bytes for a cryptogram",
        steps: &[Step::Pay(
            PLAIN.edits(&[Edit::RandomCryptogram]),
            Expectation::DECLINED_UNANSWERED,
        )],
        why: "the cryptogram is wrong, and a wrong cryptogram gets no signed answer",
        ..ROW
    },
    Scenario {
        id: "C02",
        profiles: Profiles::Except(&["visa-22"]),
        title: "the PIN wedge: a man in the middle answers VERIFY himself",
        steps: &[Step::Pay(
            PLAIN.amount(25_000).verified(Cvm::OfflinePin).middle(WEDGE),
            DECLINED,
        )],
        why: "CVM results claim a PIN that the card checked; the card verification results, under the cryptogram, know of none (Visa's formats 2 and 4 have no bit for it)",
        ..ROW
    },
    Scenario {
        id: "C03",
        profiles: Profiles::Except(&["visa-22"]),
        title: "the PIN wedge, and the CVM results taken out of the message",
        reference: &Reference::FORENSIC,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Pay(
                PLAIN
                    .amount(25_000)
                    .verified(Cvm::OfflinePin)
                    .middle(WEDGE)
                    .edits(&[Edit::Remove(tag::CVM_RESULTS)]),
                FLAGGED,
            ),
        ],
        why: "nothing claims a PIN any more; that a card which prefers one got none, at a terminal that takes one, can be seen",
        ..ROW
    },
    Scenario {
        id: "C04",
        title: "three wrong PINs, then a payment without",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::WrongPins(0, 3),
            Step::Pay(PLAIN.amount(25_000), STEPPED_UP),
        ],
        why: "the card verification results say that the PIN try limit is exceeded",
        ..ROW
    },
    Scenario {
        id: "C05",
        title: "the card declined; its AAC is passed off as a request",
        reference: &Reference::CRYPTOGRAM_CONFUSION,
        steps: &[Step::Pay(
            PLAIN
                .asking(CryptogramType::Aac)
                .edits(&[Edit::Put(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80])]),
            Expectation::DECLINED_UNANSWERED,
        )],
        why: "the card verification results say what the card made; tag 9F27 is covered by nothing",
        ..ROW
    },
    Scenario {
        id: "C06",
        title: "a TC, or a cryptogram of the reserved type, sent for approval",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Pay(PLAIN.asking(CryptogramType::Tc), DECLINED),
            Step::Pay(
                PLAIN
                    .asking(CryptogramType::Tc)
                    .edits(&[Edit::Put(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80])]),
                DECLINED,
            ),
            Step::Pay(
                PLAIN.edits(&[Edit::Put(tag::CRYPTOGRAM_INFORMATION_DATA, &[0xC0])]),
                DECLINED,
            ),
        ],
        why: "tag 9F27 says so, and where it lies, the card verification results do not",
        ..ROW
    },
    Scenario {
        id: "C07",
        title: "an offline purchase presented with random bytes for a TC",
        reference: &Reference::BREAK_FIX_VERIFY,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Pay(
                PLAIN
                    .asking(CryptogramType::Tc)
                    .edits(&[Edit::Mti("0220"), Edit::RandomCryptogram]),
                DECLINED,
            ),
        ],
        why: "the terminal could not know; the TC is verified when it is presented, and the dispute is won",
        ..ROW
    },
    Scenario {
        id: "C08",
        title: "data authentication made to fail, so that no PIN is asked for",
        reference: &Reference::INDUCING_FAILURES,
        cards: &[Plastic {
            cda: true,
            ..Plastic::CHIP
        }],
        steps: &[Step::Pay(
            PLAIN.amount(45_000).values(&[(
                tag::TERMINAL_VERIFICATION_RESULTS,
                &[0x80, 0x00, 0x00, 0x00, 0x00],
            )]),
            STEPPED_UP,
        )],
        why: "the interchange profile says CDA, the verification results say that no data authentication was done, both under the cryptogram; and nobody was verified for a large amount",
        ..ROW
    },
    Scenario {
        id: "C09",
        title: "the CVM list replaced, so that a signature is enough",
        reference: &Reference::INDUCING_FAILURES,
        steps: &[Step::Pay(
            PLAIN
                .amount(45_000)
                .verified(Cvm::Signature)
                .middle(&[Middle::ShowsTerminal(
                    crate::Tag::new(0x8E),
                    &[
                        0, 0, 0, 0, 0, 0, 0, 0, 0x1E, 0x03, 0x1F, 0x03, 0x00, 0x00, 0x00, 0x00,
                    ],
                )]),
            STEPPED_UP,
        )],
        detectable: Detectable::Risk,
        why: "the card prefers a PIN and the terminal takes one; a signature is below that",
        ..ROW
    },
    Scenario {
        id: "C10",
        title: "chip data with the account number of a card that has no chip",
        reference: &Reference::REPLAY_WAVE,
        cards: &[Plastic::CHIP, Plastic::STRIPE.numbered(77)],
        steps: &[Step::Pay(
            PLAIN.edits(&[Edit::Account(1), Edit::StripeTrack(1)]),
            DECLINED,
        )],
        why: "no chip was issued",
        ..ROW
    },
    Scenario {
        id: "C11",
        title: "a cryptogram over 10.00, a message over 900.00",
        reference: &Reference::CHIP_AND_SKIM,
        steps: &[Step::Pay(PLAIN.edits(&[Edit::Amount(90_000)]), DECLINED)],
        why: "DE 4 is more than tag 9F02, which the cryptogram covers",
        ..ROW
    },
    Scenario {
        id: "C12",
        title: "another currency, another country than the card signed",
        reference: &Reference::CHIP_AND_SKIM,
        steps: &[
            Step::Pay(PLAIN.edits(&[Edit::Currency(392)]), REFERRED),
            Step::Pay(PLAIN.edits(&[Edit::Country(392)]), REFERRED),
        ],
        why: "tags 5F2A and 9F1A are under the cryptogram, DE 49 and DE 43 are not",
        ..ROW
    },
    Scenario {
        id: "C13",
        title: "a cryptogram over a date a month ago, presented as today's",
        reference: &Reference::CHIP_AND_SKIM,
        steps: &[Step::Pay(
            PLAIN.values(&[(tag::TRANSACTION_DATE, &[0x26, 0x10, 0x24])]),
            REFERRED,
        )],
        why: "tag 9A is under the cryptogram, and the message is not marked as deferred",
        ..ROW
    },
    Scenario {
        id: "C14",
        title: "pre-play: a cryptogram made earlier over the number that a weak terminal will draw",
        reference: &Reference::CHIP_AND_SKIM,
        cards: &[Plastic::CHIP, Plastic::CHIP.numbered(61)],
        steps: &[
            // The terminal's numbers are known to count.
            Step::Repeat {
                times: 20,
                judged_from: 1,
                steps: &[Step::Pay(PLAIN.of(1).at(&Till::WEAK), HONEST)],
            },
            Step::Keep(PLAIN.at(&Till::WEAK)),
            Step::Wait(3_600),
            Step::Send(20, &[Edit::New], FLAGGED),
        ],
        detectable: Detectable::No,
        why: "the cryptogram is genuine and its counter unused: only that the terminal's numbers can be foretold is seen, and only over many transactions",
        ..ROW
    },
    Scenario {
        id: "C15",
        title: "two pre-plays, the second after the genuine card's next payment",
        reference: &Reference::CHIP_AND_SKIM,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Keep(PLAIN.at(&Till::WEAK)),
            Step::Keep(PLAIN.at(&Till::WEAK)),
            Step::Wait(3_600),
            // Nobody can tell the first one.
            Step::Send(2, &[Edit::New], Expectation::ANYTHING),
            Step::Wait(3_600),
            Step::Pay(PLAIN, HONEST),
            Step::Wait(3_600),
            Step::Send(1, &[Edit::New], DECLINED),
        ],
        why: "a card counts up: a counter below one that is known, in a message that is not late, was made beforehand",
        ..ROW
    },
    Scenario {
        id: "C16",
        title: "a terminal whose unpredictable numbers count",
        reference: &Reference::CHIP_AND_SKIM,
        steps: &[Step::Repeat {
            times: 64,
            judged_from: 64,
            steps: &[Step::Pay(PLAIN.at(&Till::WEAK), FLAGGED)],
        }],
        detectable: Detectable::Statistical,
        why: "of 32 bits only the last move, and those by one",
        ..ROW
    },
    Scenario {
        id: "C17",
        title: "another cryptogram version in the issuer application data",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::Pay(PLAIN.edits(&[Edit::Version(0x0C)]), DECLINED),
            Step::Pay(
                PLAIN.edits(&[Edit::Version(0x0A), Edit::RandomCryptogram]),
                DECLINED,
            ),
        ],
        why: "the version is pinned per card, never read from the message",
        ..ROW
    },
    Scenario {
        id: "C18",
        title: "another key index in the issuer application data",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::Pay(PLAIN.edits(&[Edit::KeyIndex(0x02)]), DECLINED),
            Step::Pay(PLAIN.edits(&[Edit::KeyIndex(0xFF)]), DECLINED),
        ],
        why: "the key index is pinned per card",
        ..ROW
    },
    Scenario {
        id: "C19",
        title: "sequence numbers that differ in DE 23 and tag 5F34",
        reference: &Reference::EMV_BOOKS,
        steps: &[Step::Pay(PLAIN.edits(&[Edit::Sequence(Some(2))]), DECLINED)],
        why: "one card has one; both are not tried",
        ..ROW
    },
    Scenario {
        id: "C20",
        title: "each of the cryptogram's 64 bits flipped; the cryptogram cut short",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::EveryBit(PLAIN, tag::APPLICATION_CRYPTOGRAM, DECLINED),
            Step::Pay(
                PLAIN.edits(&[Edit::Cut(tag::APPLICATION_CRYPTOGRAM, 4)]),
                DECLINED,
            ),
            Step::Pay(
                PLAIN.edits(&[Edit::Cut(tag::APPLICATION_CRYPTOGRAM, 0)]),
                DECLINED,
            ),
        ],
        why: "all eight bytes are compared, and there are eight",
        ..ROW
    },
];
