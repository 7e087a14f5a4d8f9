//! T: tokens and other domains.

use super::{DECLINED, HONEST};
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{Cvm, Detectable, Entry, Payment, Profiles, Scenario, Step, Till};
use crate::gauntlet::{Reference, Status};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::IN_WALLET_WE_TRUST,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

const TAP: Payment = PLAIN.by(Entry::Tap).verified(Cvm::Device);

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "T01",
        title: "a device token on a stripe, and typed in",
        cards: &[Plastic::TOKEN],
        profiles: Profiles::Any,
        steps: &[
            Step::Pay(PLAIN.by(Entry::Swipe).at(&Till::OLD_SHOP), DECLINED),
            Step::Pay(PLAIN.by(Entry::Keyed), DECLINED),
        ],
        why: "the token lives in one device, which has no stripe",
        ..ROW
    },
    Scenario {
        id: "T02",
        title: "the cryptogram of one device with the token of another",
        cards: &[Plastic::TOKEN, Plastic::TOKEN.numbered(51)],
        steps: &[Step::Pay(
            TAP.edits(&[Edit::Account(1), Edit::ChipTrack(1)]),
            DECLINED,
        )],
        why: "the cryptogram's key belongs to its token",
        ..ROW
    },
    Scenario {
        id: "T03",
        title: "the token lives on after its card was reported stolen",
        cards: &[Plastic::TOKEN],
        steps: &[
            Step::Pay(TAP, HONEST),
            Step::Status(0, Status::Stolen),
            Step::Pay(TAP, DECLINED),
        ],
        why: "the status of the card behind the token counts",
        ..ROW
    },
    Scenario {
        id: "T04",
        title: "a cryptogram made for online banking presented as a payment",
        reference: &Reference::OPTIMISED_TO_FAIL,
        steps: &[Step::Pay(
            PLAIN.values(&[
                (tag::AMOUNT_AUTHORISED_NUMERIC, &[0; 6]),
                (tag::UNPREDICTABLE_NUMBER, &[0; 4]),
            ]),
            DECLINED,
        )],
        why: "it is over no amount and no unpredictable number",
        ..ROW
    },
];
