//! X: the host's answers, scripts and keys.

use super::{FLAGGED, HONEST};
use crate::gauntlet::middle::Middle;
use crate::gauntlet::plastic::Plastic;
use crate::gauntlet::scenario::{
    BadKeys, CardFact, Detectable, Expectation, Oracle, Payment, Profiles, Scenario, ScriptAttack,
    Step,
};
use crate::gauntlet::{Reference, Verdict};

const PLAIN: Payment = Payment::PLAIN;
const CHIP: &[Plastic] = &[Plastic::CHIP];

const ROW: Scenario = Scenario {
    id: "",
    title: "",
    reference: &Reference::EMV_BOOKS,
    cards: CHIP,
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Certain,
    why: "",
};

/// Whatever happened to its last answer, an honest card is not refused for it.
const NOT_REFUSED: Expectation = Expectation::at_most(Verdict::StepUp);

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "X01",
        title: "a changed cryptogram, whose signed decline would be the genuine one's signed approval",
        steps: &[Step::Oracle(Oracle::Tampered)],
        why: "what is not verified is not answered: no tag 91",
        ..ROW
    },
    Scenario {
        id: "X02",
        title: "two cryptograms of the attacker's choice, whose answers would be the halves of Mastercard's session key",
        profiles: Profiles::Named(&["mchip-10", "mchip-11"]),
        steps: &[Step::Oracle(Oracle::MastercardSessionKey)],
        why: "no answer, no session key: the forgery made of what came back is declined",
        ..ROW
    },
    Scenario {
        id: "X03",
        title: "the same through cryptogram version 10, for the session key of version 18",
        profiles: Profiles::Named(&["visa-18", "visa-22"]),
        steps: &[Step::Oracle(Oracle::CommonSessionKey)],
        why: "the version is pinned, and what is not verified is not answered",
        ..ROW
    },
    Scenario {
        id: "X04",
        title: "the issuer's answer changed on its way to the card",
        steps: &[
            Step::Pay(PLAIN.middle(&[Middle::TampersAnswer]), HONEST),
            Step::Card(0, CardFact::Declined),
            Step::Pay(PLAIN, NOT_REFUSED),
            Step::Card(0, CardFact::SaysAnswerWrong),
        ],
        why: "the card verifies the answer, declines, and tells its issuer next time",
        ..ROW
    },
    Scenario {
        id: "X05",
        title: "the issuer's answer kept back",
        profiles: Profiles::Named(&[
            "ccd",
            "ccd-aes",
            "visa-10",
            "visa-18",
            "visa-22",
            "unionpay-01",
        ]),
        steps: &[
            Step::Pay(PLAIN.middle(&[Middle::DropsAnswer]), HONEST),
            Step::Card(0, CardFact::Declined),
            Step::Pay(PLAIN, FLAGGED),
            Step::Card(0, CardFact::SaysAnswerMissing),
        ],
        why: "the card tells its issuer next time that no answer came; the issuer knows that he sent one (M/Chip's results have no such bit)",
        ..ROW
    },
    Scenario {
        id: "X06",
        title: "issuer scripts replayed, cut, and out of order",
        reference: &Reference::EMV_API,
        steps: &[
            Step::Script(ScriptAttack::Replayed),
            Step::Script(ScriptAttack::Truncated),
            Step::Script(ScriptAttack::Reordered),
            Step::Pay(PLAIN, Expectation::ANYTHING),
            Step::Card(0, CardFact::SaysScriptFailed),
        ],
        why: "each command's MAC is bound to its transaction, and its length is pinned; M/Chip's keys and format 1's chaining bind the order too, which the other styles leave open",
        ..ROW
    },
    Scenario {
        id: "X07",
        title: "one master key for cryptograms and for scripts",
        reference: &Reference::EMV_API,
        profiles: Profiles::Any,
        steps: &[Step::Keys(BadKeys::Shared)],
        why: "whoever can ask for one could forge the other; a key set with one key for two purposes cannot be made",
        ..ROW
    },
    Scenario {
        id: "X08",
        title: "master keys that are all zero, weak, or have equal halves",
        reference: &Reference::EMV_BOOKS,
        profiles: Profiles::AnyTdes,
        steps: &[
            Step::Keys(BadKeys::Zero),
            Step::Keys(BadKeys::Weak),
            Step::Keys(BadKeys::EqualHalves),
            Step::Pay(PLAIN, HONEST),
        ],
        why: "such keys are refused when they are loaded, and the good ones stay",
        ..ROW
    },
];
