//! F: behaviour over time.

use super::{DECLINED, REFERRED};
use crate::gauntlet::Reference;
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{
    Cvm, Detectable, Entry, Expectation, Payment, Profiles, Scenario, Step, Till,
};

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::FRAUD_PRACTICE,
    cards: CHIP,
    profiles: Profiles::Any,
    steps: &[],
    detectable: Detectable::Risk,
    why: "",
};

const CASINO_ABROAD: Till = Till {
    merchant: "CASINO000000011",
    terminal: "CASI0001",
    mcc: 7995,
    country: 470,
    currency: 978,
    ..Till::WEB
};
const COINS: Till = Till {
    merchant: "COINS0000000012",
    terminal: "COIN0001",
    mcc: 6051,
    ..Till::WEB
};
const GIFTS: Till = Till {
    merchant: "GIFTS0000000013",
    terminal: "GIFT0001",
    mcc: 5947,
    ..Till::SHOP
};
const TOKYO: Till = Till::ABROAD;
const LONDON: Till = Till {
    merchant: "LONDON000000014",
    terminal: "LOND0001",
    country: 826,
    currency: 826,
    ..Till::SHOP
};
const KEYED: Payment = PLAIN.by(Entry::Keyed).at(&Till::WEB);

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "F01",
        title: "gambling abroad, card not present",
        steps: &[Step::Pay(
            KEYED
                .at(&CASINO_ABROAD)
                .amount(50_000)
                .edits(&[Edit::PrintedValue]),
            DECLINED,
        )],
        why: "merchant category and country, by policy",
        ..ROW
    },
    Scenario {
        id: "F02",
        title: "cash-out: coins, then six gift cards of round amounts in a day",
        steps: &[
            Step::Pay(
                KEYED
                    .at(&COINS)
                    .amount(100_000)
                    .edits(&[Edit::PrintedValue]),
                Expectation::ANYTHING,
            ),
            Step::Repeat {
                times: 6,
                judged_from: 6,
                steps: &[
                    Step::Wait(1_200),
                    Step::Pay(
                        PLAIN.at(&GIFTS).amount(50_000).verified(Cvm::OnlinePin),
                        REFERRED,
                    ),
                ],
            },
        ],
        why: "what is worth money elsewhere, in round amounts, again and again",
        ..ROW
    },
    Scenario {
        id: "F03",
        title: "four compromised cards were all used at one shop within 28 days",
        cards: &[
            Plastic::CHIP,
            Plastic::CHIP.numbered(61),
            Plastic::CHIP.numbered(62),
            Plastic::CHIP.numbered(63),
            Plastic::CHIP.numbered(64),
        ],
        steps: &[
            Step::Pay(PLAIN.at(&Till::WEAK), Expectation::ANYTHING),
            Step::Days(3),
            Step::Pay(PLAIN.at(&Till::WEAK).of(1), Expectation::ANYTHING),
            Step::Days(3),
            Step::Pay(PLAIN.at(&Till::WEAK).of(2), Expectation::ANYTHING),
            Step::Days(3),
            Step::Pay(PLAIN.at(&Till::WEAK).of(3), Expectation::ANYTHING),
            Step::Days(7),
            Step::Status(0, crate::gauntlet::Status::Stolen),
            Step::Status(1, crate::gauntlet::Status::Stolen),
            Step::Status(2, crate::gauntlet::Status::Stolen),
            Step::Status(3, crate::gauntlet::Status::Stolen),
            Step::Pay(PLAIN.at(&Till::WEAK).of(4), REFERRED),
        ],
        why: "what they have in common is where they were copied",
        ..ROW
    },
    Scenario {
        id: "F04",
        title: "Tokyo at 12:00, London at 13:00, the card present in both",
        steps: &[
            Step::Pay(PLAIN.at(&TOKYO), Expectation::ANYTHING),
            Step::Wait(3_600),
            Step::Pay(PLAIN.at(&LONDON), REFERRED),
        ],
        why: "no aeroplane is so fast",
        ..ROW
    },
    Scenario {
        id: "F05",
        title: "card testing: 0.01 twenty times, then 3,000.00",
        steps: &[
            Step::Repeat {
                times: 20,
                judged_from: 21,
                steps: &[
                    Step::Wait(30),
                    Step::Pay(
                        KEYED
                            .amount(1)
                            .edits(&[Edit::PrintedValue, Edit::MerchantByRound(7)]),
                        Expectation::ANYTHING,
                    ),
                ],
            },
            Step::Pay(KEYED.amount(300_000).edits(&[Edit::PrintedValue]), DECLINED),
        ],
        why: "somebody tries whether the card works, then takes what it gives",
        ..ROW
    },
];
