//! I: refunds and reversals.

use super::{REFERRED, REJECTED};
use crate::gauntlet::Reference;
use crate::gauntlet::edit::Edit;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{Detectable, Entry, Payment, Profiles, Scenario, Step};
use crate::tag;

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::UNCHECKED_REFUND,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "I01",
        title: "a refund with random bytes for a cryptogram",
        steps: &[Step::Pay(
            PLAIN
                .values(&[(tag::TRANSACTION_TYPE, &[0x20])])
                .edits(&[Edit::ProcessingCode("200000"), Edit::RandomCryptogram]),
            REFERRED,
        )],
        why: "money that goes out is verified like money that comes in",
        ..ROW
    },
    Scenario {
        id: "I02",
        title: "a reversal of a transaction that never was",
        reference: &Reference::NETWORK_PRACTICE,
        profiles: Profiles::Any,
        steps: &[Step::Pay(
            PLAIN
                .by(Entry::Keyed)
                .edits(&[Edit::Mti("0400"), Edit::NoOriginal]),
            REJECTED,
        )],
        why: "there is nothing to undo",
        ..ROW
    },
];
