//! R: replay and counters.

use super::{APPROVED, DECLINED, FLAGGED, HONEST, REFERRED};
use crate::gauntlet::Reference;
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{Detectable, Payment, Profiles, Scenario, Step, Till};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::REPLAY_WAVE,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "R01",
        title: "an honest message sent again as a new transaction",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Wait(600),
            Step::Send(0, &[Edit::New], DECLINED),
        ],
        why: "its counter was used; only the same transaction may come twice",
        ..ROW
    },
    Scenario {
        id: "R02",
        title: "a used counter with other data",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Send(
                0,
                &[
                    Edit::New,
                    Edit::Put(tag::UNPREDICTABLE_NUMBER, &[1, 2, 3, 4]),
                ],
                DECLINED,
            ),
            Step::Send(0, &[Edit::New, Edit::RandomCryptogram], DECLINED),
        ],
        why: "without the key no second cryptogram is right",
        ..ROW
    },
    Scenario {
        id: "R03",
        title: "the counter jumps by 1, by 50, by 5,000",
        reference: &Reference::CHIP_AND_SKIM,
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(PLAIN, APPROVED),
            Step::Unseen(0, 49),
            Step::Pay(PLAIN, FLAGGED),
            Step::Unseen(0, 4_999),
            Step::Pay(PLAIN, REFERRED),
        ],
        detectable: Detectable::Risk,
        why: "somebody used the card out of sight; how much of that is honest is policy",
        ..ROW
    },
    Scenario {
        id: "R04",
        title: "the counter at its end, and begun anew",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::Counter(0, 0xFFF0),
            Step::Pay(PLAIN, HONEST),
            Step::Counter(0, 0xFFFE),
            Step::Pay(PLAIN, DECLINED),
            Step::Counter(0, 0),
            Step::Pay(PLAIN, DECLINED),
        ],
        why: "a card ends at FFFF and never begins anew",
        ..ROW
    },
    Scenario {
        id: "R05",
        title: "poison: counter FFFE with a wrong cryptogram, then the genuine card",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Keep(PLAIN),
            Step::Send(
                1,
                &[
                    Edit::New,
                    Edit::Put(tag::APPLICATION_TRANSACTION_COUNTER, &[0xFF, 0xFE]),
                    Edit::RandomCryptogram,
                ],
                DECLINED,
            ),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "nothing that no cryptogram proves moves the counter",
        ..ROW
    },
    Scenario {
        id: "R06",
        title: "ten wrong cryptograms, then a right one",
        reference: &Reference::EMV_BOOKS,
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Repeat {
                times: 10,
                judged_from: 1,
                steps: &[Step::Pay(
                    PLAIN.at(&Till::OTHER_SHOP).edits(&[Edit::RandomCryptogram]),
                    DECLINED,
                )],
            },
            Step::Pay(PLAIN, REFERRED),
        ],
        detectable: Detectable::Risk,
        why: "somebody guesses; the card is held until a person has looked",
        ..ROW
    },
    Scenario {
        id: "R07",
        title: "one cryptogram at two hosts at the same time",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Keep(PLAIN),
            Step::Race(1, &[Edit::New]),
            Step::Keep(PLAIN),
            Step::Race(2, &[Edit::New]),
            Step::Keep(PLAIN),
            Step::Race(3, &[Edit::New]),
        ],
        why: "the counter is taken in one atomic step: exactly one is first",
        ..ROW
    },
];
