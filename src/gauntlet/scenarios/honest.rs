//! H: honest traffic. None of it is to be declined.

use super::{APPROVED, HONEST};
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{
    Cvm, Detectable, Entry, Expectation, Payment, Profiles, Scenario, Step, Till,
};
use crate::gauntlet::{Reference, Status, Verdict};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const TAP: Payment = PLAIN.by(Entry::Tap);
const CHIP: &[Plastic] = &[Plastic::CHIP];
/// A second card of the same account.
const SECOND: Plastic = Plastic {
    sequence: Some(2),
    ..Plastic::CHIP
};
/// A telephone whose holder has unlocked it.
const TELEPHONE: Payment = TAP.of(1).amount(900).verified(Cvm::Device);
/// A doubt that the cardholder can clear away.
const AT_MOST_STEPPED_UP: Expectation = Expectation::at_most(Verdict::StepUp);

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::NETWORK_PRACTICE,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Honest,
    why: "",
};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "H01",
        title: "the first transaction of a new card",
        steps: &[Step::Pay(PLAIN, APPROVED)],
        why: "counter 1, and no history to compare it with",
        ..ROW
    },
    Scenario {
        id: "H02",
        title: "six transactions approved offline, then one online",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Unseen(0, 6),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "a gap in the counter is how offline cards live",
        ..ROW
    },
    Scenario {
        id: "H03",
        title: "a stored transaction arrives after three later ones, and says so",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Keep(PLAIN.at(&Till::OTHER_SHOP)),
            Step::Pay(PLAIN, HONEST),
            Step::Pay(PLAIN, HONEST),
            Step::Pay(PLAIN, APPROVED),
            Step::Wait(86_400),
            Step::Send(1, &[Edit::Deferred], HONEST),
        ],
        why: "its counter is lower, unseen, and the message is marked as deferred",
        ..ROW
    },
    Scenario {
        id: "H04",
        title: "taps at gates that are added up, a message that only tells the counter, then a shop",
        steps: &[
            Step::Pay(TAP.at(&Till::TRANSIT).amount(250), APPROVED),
            Step::Unseen(0, 4),
            Step::Pay(
                TAP.at(&Till::TRANSIT)
                    .amount(0)
                    .values(&[(tag::AMOUNT_AUTHORISED_NUMERIC, &[0; 6])]),
                APPROVED,
            ),
            Step::Pay(PLAIN, HONEST),
        ],
        why: "no money moves with an amount of zero; the counter does",
        ..ROW
    },
    Scenario {
        id: "H05",
        title: "a broken chip",
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Days(40),
            Step::Pay(PLAIN.by(Entry::Fallback), AT_MOST_STEPPED_UP),
            Step::Days(3),
            Step::Pay(
                PLAIN.by(Entry::Fallback).at(&Till::OTHER_SHOP),
                AT_MOST_STEPPED_UP,
            ),
        ],
        why: "chips do break; the last good reading is long ago, the shop is at home, the amount small",
        ..ROW
    },
    Scenario {
        id: "H06",
        title: "a card without chip swiped at a terminal that reads chips",
        cards: &[Plastic::STRIPE],
        profiles: Profiles::Any,
        steps: &[Step::Pay(PLAIN.by(Entry::Swipe), APPROVED)],
        why: "it has nothing else",
        ..ROW
    },
    Scenario {
        id: "H07",
        title: "a chip card at a terminal abroad that reads nothing but stripes",
        profiles: Profiles::Any,
        steps: &[Step::Pay(
            PLAIN
                .by(Entry::Swipe)
                .at(&Till::OLD_SHOP_ABROAD)
                .edits(&[Edit::BillingCurrency(840)]),
            AT_MOST_STEPPED_UP,
        )],
        why: "the terminal could not do better",
        ..ROW
    },
    Scenario {
        id: "H08",
        title: "a card without sequence number",
        cards: &[Plastic {
            sequence: None,
            ..Plastic::CHIP
        }],
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(PLAIN.edits(&[Edit::Sequence(Some(0))]), APPROVED),
        ],
        why: "keys are derived with 00",
        ..ROW
    },
    Scenario {
        id: "H09",
        title: "issuer application data filled up with zeros by a terminal, where the record allows it",
        cards: &[Plastic {
            zero_padded: true,
            ..Plastic::CHIP
        }],
        profiles: Profiles::SelfEnding,
        steps: &[
            Step::Pay(
                PLAIN.edits(&[Edit::Pad(tag::ISSUER_APPLICATION_DATA, 32)]),
                APPROVED,
            ),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "the zeros are not the card's and are cut off",
        ..ROW
    },
    Scenario {
        id: "H10",
        title: "the same message again, and a reversal and its repetition",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Wait(5),
            Step::Send(0, &[Edit::Mti("0101")], APPROVED.same_as(0)),
            Step::Wait(5),
            Step::Send(0, &[Edit::Mti("0101")], APPROVED.same_as(0)),
            Step::Send(
                0,
                &[Edit::New, Edit::Mti("0400"), Edit::Original(0)],
                APPROVED,
            ),
            Step::Send(3, &[Edit::Mti("0401")], APPROVED.same_as(3)),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "same trace number, reference and counter: the same answer, and nothing moves",
        ..ROW
    },
    Scenario {
        id: "H11",
        title: "a tip: the bill is presented with 15 per cent more than was authorised",
        steps: &[
            Step::Pay(PLAIN.at(&BAR), APPROVED),
            Step::Days(1),
            Step::Send(0, &[Edit::Mti("0220"), Edit::Amount(1_150)], APPROVED),
        ],
        why: "guests tip; the cryptogram is that of the authorisation",
        ..ROW
    },
    Scenario {
        id: "H12",
        title: "fuel: the card signs the most that may be filled in, the message says less",
        steps: &[
            Step::Pay(
                PLAIN
                    .at(&Till::PUMP)
                    .amount(15_000)
                    .verified(Cvm::OnlinePin)
                    .edits(&[Edit::Amount(4_250), Edit::Estimated]),
                APPROVED,
            ),
            Step::Pay(
                PLAIN.at(&Till::PUMP).amount(100).edits(&[Edit::Estimated]),
                APPROVED,
            ),
        ],
        why: "DE 4 below tag 9F02 takes nothing that was not signed",
        ..ROW
    },
    Scenario {
        id: "H13",
        title: "cashback",
        steps: &[Step::Pay(
            PLAIN
                .amount(5_000)
                .verified(Cvm::OnlinePin)
                .values(&[
                    (tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 0x20, 0x00]),
                    (tag::TRANSACTION_TYPE, &[0x09]),
                ])
                .edits(&[Edit::ProcessingCode("090000")]),
            APPROVED,
        )],
        why: "DE 4 is tag 9F02, and tag 9F03 a part of it",
        ..ROW
    },
    Scenario {
        id: "H14",
        title: "abroad, billed in another currency",
        steps: &[Step::Pay(
            PLAIN.at(&Till::ABROAD).edits(&[Edit::BillingCurrency(840)]),
            APPROVED,
        )],
        why: "tag 5F2A is DE 49; DE 51 is the cardholder's",
        ..ROW
    },
    Scenario {
        id: "H15",
        title: "the terminal's date is a day off, at midnight and over time zones",
        steps: &[
            Step::Pay(
                PLAIN.values(&[(tag::TRANSACTION_DATE, &[0x26, 0x11, 0x22])]),
                APPROVED,
            ),
            Step::Pay(
                PLAIN.values(&[(tag::TRANSACTION_DATE, &[0x26, 0x11, 0x24])]),
                APPROVED,
            ),
            Step::Pay(
                PLAIN
                    .values(&[(tag::TRANSACTION_DATE, &[0x26, 0x11, 0x24])])
                    .edits(&[Edit::LocalDate("1124")]),
                APPROVED,
            ),
        ],
        why: "a day is what midnight makes",
        ..ROW
    },
    Scenario {
        id: "H16",
        title: "a small contactless payment without verification",
        steps: &[
            Step::Pay(TAP.amount(900), APPROVED),
            Step::Pay(TAP.amount(1_250), APPROVED),
        ],
        why: "below the limit nobody is asked",
        ..ROW
    },
    Scenario {
        id: "H17",
        title: "a token and its plastic, by turns",
        cards: &[Plastic::CHIP, Plastic::TOKEN],
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(TELEPHONE, APPROVED),
            Step::Unseen(0, 5),
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(TELEPHONE, APPROVED),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "each has its own number, keys and counter",
        ..ROW
    },
    Scenario {
        id: "H18",
        title: "a card renewed: same account, new sequence number, the counter begins anew",
        cards: &[Plastic::CHIP, SECOND],
        steps: &[
            Step::Counter(0, 299),
            Step::Pay(PLAIN, APPROVED),
            Step::Days(10),
            Step::Status(0, Status::Replaced),
            Step::Pay(PLAIN.of(1), APPROVED),
            Step::Pay(PLAIN.of(1), APPROVED),
        ],
        why: "another card, another state",
        ..ROW
    },
    Scenario {
        id: "H19",
        title: "entry mode 95: the network says that the card data may be unreliable",
        steps: &[Step::Pay(
            PLAIN.edits(&[Edit::EntryMode("951"), Edit::TrackValue("000")]),
            APPROVED,
        )],
        why: "the cryptogram is right, and that decides",
        ..ROW
    },
    Scenario {
        id: "H20",
        title: "a stand-in approved while the issuer was away; his host hears of it",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(PLAIN.edits(&[Edit::Mti("0120")]), APPROVED),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "the decision was made; the counter is noted",
        ..ROW
    },
    Scenario {
        id: "H21",
        title: "the terminal lacks the key for data authentication; the PIN for the issuer is right",
        cards: &[Plastic {
            cda: true,
            ..Plastic::CHIP
        }],
        steps: &[Step::Pay(
            PLAIN.amount(45_000).verified(Cvm::OnlinePin),
            APPROVED,
        )],
        why: "online, the cryptogram is the authentication, and the cardholder was verified",
        ..ROW
    },
    Scenario {
        id: "H22",
        title: "an approval reversed, then the next payment",
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Wait(30),
            Step::Send(
                0,
                &[Edit::New, Edit::Mti("0400"), Edit::Original(0)],
                APPROVED,
            ),
            Step::Pay(PLAIN, APPROVED),
        ],
        why: "the counter was used once",
        ..ROW
    },
    Scenario {
        id: "H23",
        title: "abroad, as announced",
        cards: &[Plastic {
            travel: Some(392),
            ..Plastic::CHIP
        }],
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Days(1),
            Step::Pay(
                PLAIN
                    .at(&Till::ABROAD)
                    .amount(30_000)
                    .verified(Cvm::OnlinePin),
                APPROVED,
            ),
        ],
        why: "the cardholder said so",
        ..ROW
    },
    Scenario {
        id: "H24",
        title: "the rent: large, and every month",
        steps: &[
            Step::Pay(
                PLAIN
                    .at(&LANDLORD)
                    .amount(180_000)
                    .verified(Cvm::OfflinePin),
                APPROVED,
            ),
            Step::Days(30),
            Step::Pay(
                PLAIN
                    .at(&LANDLORD)
                    .amount(180_000)
                    .verified(Cvm::OfflinePin),
                APPROVED,
            ),
            Step::Days(31),
            Step::Pay(
                PLAIN
                    .at(&LANDLORD)
                    .amount(180_000)
                    .verified(Cvm::OfflinePin),
                APPROVED,
            ),
        ],
        why: "the card checked the PIN and says so under its cryptogram",
        ..ROW
    },
    Scenario {
        id: "H25",
        title: "data objects that nobody here knows",
        steps: &[
            Step::Pay(
                PLAIN.edits(&[
                    Edit::Put(crate::Tag::new(0x9F7C), &[0x01, 0x02, 0x03]),
                    Edit::Before(&[0xDF, 0x81, 0x01, 0x02, 0xCA, 0xFE]),
                    Edit::After(&[0xC7, 0x01, 0x00]),
                ]),
                APPROVED,
            ),
            Step::Pay(PLAIN.edits(&[Edit::Reverse]), APPROVED),
        ],
        why: "networks and terminals have their own; they decide nothing",
        ..ROW
    },
    Scenario {
        id: "H26",
        title: "two cards of one account in the same minute",
        cards: &[Plastic::CHIP, SECOND],
        steps: &[
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(PLAIN.of(1).at(&Till::OTHER_SHOP), APPROVED),
            Step::Pay(PLAIN, APPROVED),
            Step::Pay(PLAIN.of(1).at(&Till::OTHER_SHOP), APPROVED),
        ],
        why: "a family: the sequence number tells them apart",
        ..ROW
    },
    Scenario {
        id: "H27",
        title: "twenty taps of 1.50 in a day, then 300.00 with a PIN, then 300.00 in a web shop",
        profiles: Profiles::Any,
        steps: &[
            Step::Repeat {
                times: 20,
                judged_from: 1,
                steps: &[Step::Wait(1_200), Step::Pay(TAP.amount(150), HONEST)],
            },
            Step::Pay(PLAIN.amount(30_000).verified(Cvm::OnlinePin), HONEST),
            Step::Pay(
                PLAIN
                    .by(Entry::Keyed)
                    .at(&Till::WEB)
                    .amount(30_000)
                    .edits(&[Edit::PrintedValue]),
                HONEST,
            ),
        ],
        why: "a commuter's coffees: each has its cryptogram, and nobody tests a card with those",
        ..ROW
    },
    Scenario {
        id: "H28",
        title: "gift cards: two a day for a week, then five in a day and one that was given back",
        profiles: Profiles::Any,
        steps: &[
            Step::Repeat {
                times: 7,
                judged_from: 1,
                steps: &[
                    Step::Pay(GIFT, HONEST),
                    Step::Wait(600),
                    Step::Pay(GIFT, HONEST),
                    Step::Days(1),
                ],
            },
            Step::Repeat {
                times: 5,
                judged_from: 1,
                steps: &[Step::Pay(GIFT, HONEST)],
            },
            Step::Send(
                18,
                &[Edit::New, Edit::Mti("0400"), Edit::Original(18)],
                HONEST,
            ),
            Step::Pay(GIFT, HONEST),
        ],
        why: "presents; what was reversed does not count",
        ..ROW
    },
    Scenario {
        id: "H29",
        title: "Tokyo, and twelve hours later London",
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(PLAIN.at(&Till::ABROAD), HONEST),
            Step::Wait(43_200),
            Step::Pay(PLAIN.at(&LONDON), HONEST),
        ],
        why: "aeroplanes take less",
        ..ROW
    },
    Scenario {
        id: "H30",
        title: "plastic at home while the telephone pays abroad",
        cards: &[Plastic::CHIP, Plastic::TOKEN],
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Wait(60),
            Step::Pay(TELEPHONE.at(&Till::ABROAD), HONEST),
            Step::Wait(60),
            Step::Pay(PLAIN, HONEST),
            Step::Pay(TELEPHONE.at(&Till::ABROAD), HONEST),
        ],
        why: "two devices, perhaps of two people",
        ..ROW
    },
    Scenario {
        id: "H31",
        title: "a casino abroad, in person, and a bookmaker at home, not in person",
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(
                PLAIN
                    .at(&CASINO)
                    .amount(20_000)
                    .verified(Cvm::OnlinePin)
                    .edits(&[Edit::BillingCurrency(840)]),
                HONEST,
            ),
            Step::Pay(
                PLAIN
                    .by(Entry::Keyed)
                    .at(&BOOKMAKER)
                    .amount(2_000)
                    .edits(&[Edit::PrintedValue]),
                HONEST,
            ),
        ],
        why: "the rule is about gambling abroad without the card",
        ..ROW
    },
    Scenario {
        id: "H32",
        title: "a shop at home whose terminal is registered abroad, a purchase on board, a web shop abroad",
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(PLAIN, HONEST),
            Step::Wait(60),
            Step::Pay(PLAIN.at(&REGISTERED_ABROAD), HONEST),
            Step::Wait(60),
            Step::Pay(PLAIN.at(&ON_BOARD), HONEST),
            Step::Wait(60),
            Step::Pay(
                PLAIN
                    .by(Entry::Keyed)
                    .at(&WEB_ABROAD)
                    .edits(&[Edit::PrintedValue]),
                HONEST,
            ),
            Step::Wait(60),
            Step::Keep(PLAIN.at(&Till::ABROAD)),
            Step::Wait(7_200),
            Step::Pay(PLAIN.at(&Till::OTHER_SHOP), HONEST),
            Step::Send(4, &[Edit::Deferred], HONEST),
        ],
        why: "the card is where its terminal stands, and that is not known of any of these",
        ..ROW
    },
    Scenario {
        id: "H33",
        title: "a supermarket where three stolen cards were used",
        cards: MANY,
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(PLAIN.of(0), HONEST),
            Step::Pay(PLAIN.of(1), HONEST),
            Step::Pay(PLAIN.of(2), HONEST),
            Step::Days(1),
            Step::Status(0, Status::Stolen),
            Step::Status(1, Status::Stolen),
            Step::Status(2, Status::Stolen),
            Step::Pay(PLAIN.of(3), HONEST),
        ],
        why: "some stolen cards always have a shop in common",
        ..ROW
    },
];

/// Four accounts.
const MANY: &[Plastic] = &[
    Plastic::CHIP,
    Plastic::CHIP.numbered(61),
    Plastic::CHIP.numbered(62),
    Plastic::CHIP.numbered(63),
];
const GIFT: Payment = PLAIN.at(&GIFTS).amount(10_000).verified(Cvm::OnlinePin);
const GIFTS: Till = Till {
    merchant: "GIFTS0000000013",
    terminal: "GIFT0001",
    mcc: 5947,
    ..Till::SHOP
};
const LONDON: Till = Till {
    merchant: "LONDON000000014",
    terminal: "LOND0001",
    country: 826,
    currency: 826,
    ..Till::SHOP
};
const CASINO: Till = Till {
    merchant: "CASINO000000017",
    terminal: "CASI0002",
    mcc: 7995,
    country: 470,
    currency: 978,
    ..Till::SHOP
};
const BOOKMAKER: Till = Till {
    merchant: "BETS00000000018",
    terminal: "BETS0001",
    mcc: 7995,
    ..Till::WEB
};
/// At home, and its terminal says Japan.
const REGISTERED_ABROAD: Till = Till {
    merchant: "MARKET000000019",
    terminal: "MARK0001",
    mcc: 5499,
    country: 392,
    ..Till::SHOP
};
const ON_BOARD: Till = Till {
    merchant: "AIRLINE00000020",
    terminal: "AIRL0001",
    mcc: 4511,
    country: 392,
    currency: 392,
    ..Till::SHOP
};
const WEB_ABROAD: Till = Till {
    merchant: "WEBJP0000000021",
    terminal: "WEBJ0001",
    country: 392,
    currency: 392,
    ..Till::WEB
};

const BAR: Till = Till {
    merchant: "BAR000000000015",
    terminal: "BAR00001",
    mcc: 5813,
    ..Till::SHOP
};
const LANDLORD: Till = Till {
    merchant: "HOMES0000000016",
    terminal: "HOME0001",
    mcc: 6513,
    ..Till::SHOP
};
