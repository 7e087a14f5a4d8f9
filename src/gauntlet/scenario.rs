//! A scenario: who does what to whom, and what a good host makes of it. All of it is data.

use super::edit::Edit;
use super::middle::Middle;
use super::plastic::{Plastic, Value};
use super::{Capability, Class, Reference, Status, Verdict};
use crate::element::CryptogramType;

/// One attack or one honest control.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Class letter and two digits.
    pub id: &'static str,
    /// What happens, in a few words.
    pub title: &'static str,
    /// Where it was published, or whose rule it is.
    pub reference: &'static Reference,
    /// The cards; steps name them by place.
    pub cards: &'static [Plastic],
    /// Which test cards it runs with.
    pub profiles: Profiles,
    /// What happens, in order.
    pub steps: &'static [Step],
    /// What of it can be seen.
    pub detectable: Detectable,
    /// Why: what gives it away, or why nothing does.
    pub why: &'static str,
}

impl Scenario {
    /// Its class.
    pub fn class(&self) -> Class {
        self.id
            .chars()
            .next()
            .and_then(Class::from_letter)
            .unwrap_or(Class::Honest)
    }

    /// Whether it is an attack; the others are honest traffic.
    pub fn is_attack(&self) -> bool {
        self.class() != Class::Honest
    }
}

/// Which of the test cards a scenario runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profiles {
    /// Each of them.
    All,
    /// One stands for all, because the chip plays no part; another may be asked for.
    Any,
    /// The same, of those with TDES keys.
    AnyTdes,
    /// Those whose contactless data have Visa's form.
    Visa,
    /// Those whose issuer application data say themselves where they end.
    SelfEnding,
    /// Those with these names.
    Named(&'static [&'static str]),
    /// All but those with these names.
    Except(&'static [&'static str]),
}

/// What a host can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detectable {
    /// From the bytes, for certain.
    Certain,
    /// From many messages, with a probability.
    Statistical,
    /// As a risk only: honest traffic can look the same.
    Risk,
    /// Not at all by the host alone.
    No,
    /// Honest traffic: there is nothing to detect.
    Honest,
}

/// How the card is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Contact chip (05).
    Chip,
    /// Contactless chip (07).
    Tap,
    /// The genuine stripe (90).
    Swipe,
    /// The genuine stripe, the terminal saying that the chip could not be read (80).
    Fallback,
    /// Contactless stripe mode (91).
    StripeTap,
    /// PAN and expiry typed or on file, no track (01, 10, 81).
    Keyed,
}

/// How the terminal verifies the cardholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cvm {
    /// Not at all.
    None,
    /// PIN checked by the card.
    OfflinePin,
    /// PIN checked by the issuer, and right.
    OnlinePin,
    /// Signature.
    Signature,
    /// On the cardholder's telephone, which says so under its cryptogram where its layout can.
    Device,
}

/// How a terminal makes its unpredictable numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// As it should.
    Random,
    /// It counts: 15 bits, the rest fixed.
    Counter,
}

/// A till: a terminal at a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Till {
    /// DE 42.
    pub merchant: &'static str,
    /// DE 41.
    pub terminal: &'static str,
    /// DE 18.
    pub mcc: u16,
    /// Where it stands.
    pub country: u16,
    /// What it sells in.
    pub currency: u16,
    /// What it reads.
    pub capability: Capability,
    /// How it makes unpredictable numbers.
    pub numbers: Numbers,
}

impl Till {
    /// A grocer in the issuer's country.
    pub const SHOP: Self = Self {
        merchant: "GROCER000000001",
        terminal: "GROC0001",
        mcc: 5411,
        country: 840,
        currency: 840,
        capability: Capability::ChipAndContactless,
        numbers: Numbers::Random,
    };
    /// Another shop in the same country.
    pub const OTHER_SHOP: Self = Self {
        merchant: "RADIO0000000002",
        terminal: "RADI0001",
        mcc: 5732,
        ..Self::SHOP
    };
    /// A shop in the issuer's country whose terminal reads stripes alone.
    pub const OLD_SHOP: Self = Self {
        merchant: "KIOSK0000000003",
        terminal: "KIOS0001",
        mcc: 5994,
        capability: Capability::Stripe,
        ..Self::SHOP
    };
    /// A shop abroad whose terminal reads stripes alone.
    pub const OLD_SHOP_ABROAD: Self = Self {
        merchant: "BAZAAR000000004",
        terminal: "BAZA0001",
        mcc: 5947,
        country: 608,
        currency: 608,
        capability: Capability::Stripe,
        ..Self::SHOP
    };
    /// A shop abroad.
    pub const ABROAD: Self = Self {
        merchant: "DEPATO000000005",
        terminal: "DEPA0001",
        mcc: 5311,
        country: 392,
        currency: 392,
        ..Self::SHOP
    };
    /// The attacker's own shop, or one whose terminal he owns. Its numbers count.
    pub const WEAK: Self = Self {
        merchant: "TAVERN000000006",
        terminal: "TAVE0001",
        mcc: 5813,
        numbers: Numbers::Counter,
        ..Self::SHOP
    };
    /// A gate of the underground.
    pub const TRANSIT: Self = Self {
        merchant: "METRO0000000007",
        terminal: "METR0001",
        mcc: 4111,
        ..Self::SHOP
    };
    /// A fuel pump.
    pub const PUMP: Self = Self {
        merchant: "FUEL00000000008",
        terminal: "PUMP0001",
        mcc: 5542,
        ..Self::SHOP
    };
    /// A web shop.
    pub const WEB: Self = Self {
        merchant: "WEBSHOP00000009",
        terminal: "WEBS0001",
        mcc: 5968,
        capability: Capability::None,
        ..Self::SHOP
    };
}

/// A transaction with a card.
#[derive(Clone, Copy, Debug)]
pub struct Payment {
    /// Which card, by place in the scenario.
    pub card: usize,
    /// How it is read.
    pub entry: Entry,
    /// Where.
    pub till: &'static Till,
    /// Amount in minor units.
    pub amount: u64,
    /// How the cardholder is verified.
    pub cvm: Cvm,
    /// What the terminal asks the card for.
    pub ask: CryptogramType,
    /// What the terminal's data are other than usual, towards card and host alike.
    pub values: &'static [Value],
    /// Who sits between terminal and card.
    pub middle: &'static [Middle],
    /// What happens to the message on its way to the host.
    pub edits: &'static [Edit],
}

impl Payment {
    /// 10.00 in the shop by chip, without cardholder verification.
    pub const PLAIN: Self = Self {
        card: 0,
        entry: Entry::Chip,
        till: &Till::SHOP,
        amount: 1_000,
        cvm: Cvm::None,
        ask: CryptogramType::Arqc,
        values: &[],
        middle: &[],
        edits: &[],
    };

    /// The same, otherwise read.
    pub(super) const fn by(self, entry: Entry) -> Self {
        Self { entry, ..self }
    }

    pub(super) const fn of(self, card: usize) -> Self {
        Self { card, ..self }
    }

    pub(super) const fn at(self, till: &'static Till) -> Self {
        Self { till, ..self }
    }

    pub(super) const fn amount(self, amount: u64) -> Self {
        Self { amount, ..self }
    }

    pub(super) const fn verified(self, cvm: Cvm) -> Self {
        Self { cvm, ..self }
    }

    pub(super) const fn asking(self, ask: CryptogramType) -> Self {
        Self { ask, ..self }
    }

    pub(super) const fn values(self, values: &'static [Value]) -> Self {
        Self { values, ..self }
    }

    pub(super) const fn middle(self, middle: &'static [Middle]) -> Self {
        Self { middle, ..self }
    }

    pub(super) const fn edits(self, edits: &'static [Edit]) -> Self {
        Self { edits, ..self }
    }
}

/// What a good host answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// At least so strict.
    pub least: Verdict,
    /// At most so strict.
    pub most: Verdict,
    /// Whether the answer must carry no issuer authentication data.
    pub unanswered: bool,
    /// Whether the answer must be that of this earlier message, by place.
    pub same_as: Option<usize>,
}

impl Expectation {
    /// At least so strict.
    pub const fn at_least(least: Verdict) -> Self {
        Self {
            least,
            most: Verdict::Reject,
            unanswered: false,
            same_as: None,
        }
    }

    /// At most so strict.
    pub const fn at_most(most: Verdict) -> Self {
        Self {
            least: Verdict::Approve,
            most,
            unanswered: false,
            same_as: None,
        }
    }

    /// Approved, with or without a flag.
    pub const HONEST: Self = Self::at_most(Verdict::ApproveAndFlag);
    /// Approved without a flag.
    pub const APPROVED: Self = Self::at_most(Verdict::Approve);
    /// Whatever the host likes: nobody can tell, or it does not matter.
    pub const ANYTHING: Self = Self::at_most(Verdict::Reject);
    /// Not approved, and no issuer authentication data.
    pub const DECLINED_UNANSWERED: Self = Self {
        unanswered: true,
        ..Self::at_least(Verdict::Decline)
    };

    /// And the answer is that of the message in this place.
    pub(super) const fn same_as(self, place: usize) -> Self {
        Self {
            same_as: Some(place),
            ..self
        }
    }
}

/// What is said of a card after the terminal is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFact {
    /// Its last cryptogram was a TC: it approved.
    Approved,
    /// Its last cryptogram was an AAC: it declined.
    Declined,
    /// The card verification results of its last request say that it found the issuer's answer wrong, where its layout can
    /// say so.
    SaysAnswerWrong,
    /// They say that no answer reached it, where its layout can say so.
    SaysAnswerMissing,
    /// They say that a script command failed, where its layout can say so.
    SaysScriptFailed,
}

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Seconds pass.
    Wait(u64),
    /// Days pass.
    Days(u64),
    /// Transactions of which the issuer never hears: the card's counter goes up.
    Unseen(usize, u16),
    /// The card is an old one: its counter stands here.
    Counter(usize, u16),
    /// The card gets this many wrong PINs in a transaction that ends there.
    WrongPins(usize, u8),
    /// The issuer learns that the card's status changed.
    Status(usize, Status),
    /// A transaction, and what the host makes of it.
    Pay(Payment, Expectation),
    /// A transaction whose message is kept back.
    Keep(Payment),
    /// An earlier message, sent or kept, by place, is sent after these changes.
    Send(usize, &'static [Edit], Expectation),
    /// The same, to two hosts at the same time: exactly one of them approves.
    Race(usize, &'static [Edit]),
    /// Steps done again and again; expectations hold from the given round on, counted from 1.
    Repeat {
        /// How often.
        times: u16,
        /// From which round on the expectations hold.
        judged_from: u16,
        /// What.
        steps: &'static [Step],
    },
    /// Each of the message's bits in this element is flipped, one a message.
    EveryBit(Payment, crate::Tag, Expectation),
    /// The card is so after the last transaction.
    Card(usize, CardFact),
    /// The attacker lets the host sign what he likes, and makes of its answers what he can.
    Oracle(Oracle),
    /// The card gets an issuer script that is somebody else's, altered, or doubled, and refuses it.
    Script(ScriptAttack),
    /// The host is offered master keys that it has to refuse.
    Keys(BadKeys),
}

/// How the attacker makes the host sign for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// A cryptogram with a bit changed: the signed decline of it is the signed approval of another.
    Tampered,
    /// The blocks from which Mastercard's session key is made.
    MastercardSessionKey,
    /// The blocks from which an EMV common session key is made, in a message of cryptogram version 10.
    CommonSessionKey,
}

/// What is wrong with a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptAttack {
    /// It was made for the transaction before.
    Replayed,
    /// The MAC is cut.
    Truncated,
    /// Its commands come in another order.
    Reordered,
}

/// What is wrong with master keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKeys {
    /// One key for cryptograms and for scripts.
    Shared,
    /// All bits zero.
    Zero,
    /// A weak DES key in each half.
    Weak,
    /// Both halves the same.
    EqualHalves,
}
