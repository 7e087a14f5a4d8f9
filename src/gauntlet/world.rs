//! A scenario being played.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::clock::Moment;
use super::edit::Edit;
use super::message::{OnlinePin, Verification};
use super::plastic::Made;
use super::scenario::{
    BadKeys, CardFact, Cvm, Entry, Expectation, Numbers, Oracle, Payment, Scenario, Step, Till,
};
use super::terminal::{Astray, Device};
use super::variation::Variation;
use super::{
    Answer, Capability, Check, HostFailure, HostUnderTest, Issued, KeyOffer, Message, Observed,
    Verdict, chip_bytes, oracle, script_attack, stripe,
};
use crate::card::test_cards::{TEST_KEY_AC, TEST_KEY_SMC, TEST_KEY_SMI, TestCard};
use crate::crypto::Algorithm;
use crate::cryptogram::CipherFamily;
use crate::element::{CryptogramType, IadLayout, IssuerApplicationData};
use crate::tag::{self, Tag};

/// Why a scenario could not be played to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The host could not be asked.
    Host(HostFailure),
    /// The scenario itself is wrong.
    Scenario(Astray),
}

impl From<HostFailure> for Trouble {
    fn from(failure: HostFailure) -> Self {
        Self::Host(failure)
    }
}

impl From<Astray> for Trouble {
    fn from(astray: Astray) -> Self {
        Self::Scenario(astray)
    }
}

impl From<crate::Error> for Trouble {
    fn from(error: crate::Error) -> Self {
        Self::Scenario(error.into())
    }
}

type Play<T> = Result<T, Trouble>;

fn wrong<T>(what: impl Into<String>) -> Play<T> {
    Err(Trouble::Scenario(Astray(what.into())))
}

/// A message that left the terminal, and what became of it.
struct Sent {
    message: Message,
    answer: Option<Answer>,
}

/// The play: everything that changes while it goes on.
pub(super) struct World<'w, 'p, 'h> {
    pub(super) scenario: &'static Scenario,
    pub(super) test: &'static TestCard,
    made: &'w [Made],
    devices: Vec<Device<'p>>,
    issued: Vec<Issued>,
    host: &'h mut dyn HostUnderTest,
    observe: &'h mut dyn FnMut(Observed<'_>),
    sent: Vec<Sent>,
    clock: Moment,
    stan: u32,
    noise: Noise,
    counted: u32,
    round: u16,
    judged: bool,
    variation: Variation,
    checks: Vec<Check>,
}

/// Numbers that look random and are the same in every run (the mixing function of SplitMix64).
pub(super) struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// What the author of an edit may ask about.
pub(super) struct Script<'s> {
    made: &'s [Made],
    sent: &'s [Sent],
    counters: Vec<u16>,
    layout: IadLayout,
    clock: Moment,
    stan: &'s mut u32,
    noise: &'s mut Noise,
    round: u16,
}

impl Script<'_> {
    /// A card; the first, where there is none in that place.
    pub(super) fn made(&self, card: usize) -> &Made {
        match self.made.get(card) {
            Some(made) => made,
            None => &self.made[0],
        }
    }

    pub(super) fn message(&self, place: usize) -> Option<&Message> {
        self.sent.get(place).map(|sent| &sent.message)
    }

    pub(super) const fn layout(&self) -> IadLayout {
        self.layout
    }

    pub(super) const fn round(&self) -> u16 {
        self.round
    }

    pub(super) fn counter(&self, card: usize) -> u16 {
        self.counters.get(card).copied().unwrap_or_default()
    }

    pub(super) fn random(&mut self) -> u64 {
        self.noise.next()
    }

    /// A new trace number and reference, and the time that it is.
    pub(super) fn number(&mut self, message: &mut Message) {
        *self.stan += 1;
        message.stan = *self.stan;
        message.rrn = format!("{:012}", 632_700_000_000_u64 + u64::from(*self.stan));
        message.local_time = self.clock.time();
        message.local_date = self.clock.month_day();
        message.transmitted = format!("{}{}", message.local_date, message.local_time);
    }
}

impl<'w, 'p, 'h> World<'w, 'p, 'h> {
    pub(super) fn new(
        scenario: &'static Scenario,
        test: &'static TestCard,
        made: &'w [Made],
        devices: Vec<Device<'p>>,
        host: &'h mut dyn HostUnderTest,
        observe: &'h mut dyn FnMut(Observed<'_>),
    ) -> Self {
        Self {
            scenario,
            test,
            made,
            devices,
            issued: made.iter().map(Made::issued).collect(),
            host,
            observe,
            sent: Vec::new(),
            clock: Moment::START,
            stan: 0,
            noise: Noise(0x6368_6970_6361_7264),
            counted: 0,
            round: 0,
            judged: true,
            variation: Variation::None,
            checks: Vec::new(),
        }
    }

    /// The same, with something that happens to every message.
    pub(super) const fn varied(mut self, variation: Variation) -> Self {
        self.variation = variation;
        self
    }

    /// Plays it; gives what was checked.
    pub(super) fn play(mut self) -> Play<Vec<Check>> {
        self.host.begin(self.scenario.id)?;
        let offer = self.keys();
        if let Err(reason) = self.host.load_keys(&offer)? {
            return Err(
                HostFailure::new(format!("the host refuses the test keys: {reason}")).into(),
            );
        }
        for card in &self.issued {
            self.host.issue(card)?;
        }
        self.steps(self.scenario.steps)?;
        Ok(self.checks)
    }

    fn keys(&self) -> KeyOffer {
        KeyOffer {
            index: TestCard::KEY_INDEX,
            algorithm: match self.test.profile.version.cipher {
                CipherFamily::Tdes => Algorithm::Tdes,
                CipherFamily::Aes => Algorithm::Aes128,
            },
            ac: TEST_KEY_AC,
            smi: TEST_KEY_SMI,
            smc: TEST_KEY_SMC,
        }
    }

    fn steps(&mut self, steps: &'static [Step]) -> Play<()> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &'static Step) -> Play<()> {
        match *step {
            Step::Wait(seconds) => self.clock = self.clock.after(seconds),
            Step::Days(days) => self.clock = self.clock.after(days * 86_400),
            Step::Unseen(card, count) => {
                for _ in 0..count {
                    self.device(card)?.spend()?;
                }
            }
            Step::Counter(card, counter) => {
                let keys = self.made(card)?.keys()?;
                self.device(card)?.age(keys, counter)?;
            }
            Step::WrongPins(card, count) => self.device(card)?.wrong_pins(count)?,
            Step::Status(card, status) => {
                let Some(issued) = self.issued.get_mut(card) else {
                    return wrong("no such card");
                };
                issued.status = status;
                self.host.issue(issued)?;
            }
            Step::Pay(ref payment, expectation) => self.pay(payment, expectation)?,
            Step::Keep(ref payment) => {
                let message = self.prepare(payment)?;
                self.sent.push(Sent {
                    message,
                    answer: None,
                });
            }
            Step::Send(place, edits, expectation) => {
                let message = self.again(place, edits)?;
                self.submit(message, expectation)?;
            }
            Step::Race(place, edits) => self.race(place, edits)?,
            Step::Repeat {
                times,
                judged_from,
                steps,
            } => {
                for round in 1..=times {
                    self.round = round;
                    self.judged = round >= judged_from;
                    self.steps(steps)?;
                }
                self.judged = true;
            }
            Step::EveryBit(ref payment, tag, expectation) => {
                self.every_bit(payment, tag, expectation)?;
            }
            Step::Card(card, fact) => self.card_fact(card, fact)?,
            Step::Oracle(oracle) => self.oracle(oracle)?,
            Step::Script(attack) => {
                let made = self.made(0)?;
                let message = self.prepare(&Payment::PLAIN)?;
                let chip = message.chip.clone().unwrap_or_default();
                let second = |world: &mut Self| -> Play<Vec<u8>> {
                    let message = world.prepare(&Payment::PLAIN)?;
                    Ok(message.chip.unwrap_or_default())
                };
                let outcome = script_attack::play(attack, made, self.device(0)?, &chip)?;
                let outcome = match outcome {
                    script_attack::Progress::Done(refused) => refused,
                    script_attack::Progress::NextTransaction(commands) => {
                        second(self)?;
                        script_attack::deliver(self.device(0)?, &commands)
                    }
                };
                self.note("the card refuses the script", outcome);
                self.device(0)?.finish(false, "05", None)?;
            }
            Step::Keys(bad) => {
                let offer = bad_keys(&self.keys(), bad);
                let refused = self.host.load_keys(&offer)?.is_err();
                self.note("the host refuses the keys", refused);
            }
        }
        Ok(())
    }

    fn device(&mut self, card: usize) -> Play<&mut Device<'p>> {
        match self.devices.get_mut(card) {
            Some(device) => Ok(device),
            None => wrong("no such card"),
        }
    }

    fn made(&self, card: usize) -> Play<&'w Made> {
        match self.made.get(card) {
            Some(made) => Ok(made),
            None => wrong("no such card"),
        }
    }

    /// A check that is no verdict.
    fn note(&mut self, what: &str, passed: bool) {
        self.checks.push(Check {
            what: what.to_string(),
            expected: None,
            seen: None,
            passed,
            reasons: Vec::new(),
        });
    }

    fn edit(&mut self, message: &mut Message, edits: &[Edit]) -> Play<()> {
        let mut script = Script {
            made: self.made,
            sent: &self.sent,
            counters: self.devices.iter().map(Device::counter).collect(),
            layout: self.test.profile.version.iad_layout,
            clock: self.clock,
            stan: &mut self.stan,
            noise: &mut self.noise,
            round: self.round,
        };
        for edit in edits {
            edit.apply(message, &mut script)?;
        }
        Ok(())
    }

    /// The terminal's unpredictable number.
    fn unpredictable(&mut self, till: &Till) -> u32 {
        match till.numbers {
            Numbers::Random => (self.noise.next() >> 32) as u32,
            Numbers::Counter => {
                self.counted += 1;
                0x6A2B_0000 | self.counted & 0x7FFF
            }
        }
    }

    /// A transaction at the terminal up to the message that would leave it.
    fn prepare(&mut self, payment: &Payment) -> Play<Message> {
        let made = self.made(payment.card)?;
        let till = payment.till;
        let number = self.unpredictable(till);
        let mut message = Message::new(made.digits.clone());
        message.expiry = Some(made.plastic.expiry.to_string());
        message.amount = payment.amount;
        message.mcc = till.mcc;
        message.merchant = till.merchant.to_string();
        message.terminal = till.terminal.to_string();
        message.acquirer = "00000012345".to_string();
        message.country = till.country;
        message.currency = till.currency;
        message.capability = till.capability;
        message.pin = (payment.cvm == Cvm::OnlinePin).then_some(OnlinePin::Right);
        message.verification = (payment.cvm == Cvm::Device).then_some(Verification::Device);
        let pin_entry = if till.capability == Capability::None {
            "2"
        } else {
            "1"
        };
        let entry = match payment.entry {
            Entry::Chip => "05",
            Entry::Tap => "07",
            Entry::Swipe => "90",
            Entry::Fallback => "80",
            Entry::StripeTap => "91",
            Entry::Keyed if till.capability == Capability::None => "81",
            Entry::Keyed => "01",
        };
        message.entry_mode = format!("{entry}{pin_entry}");
        match payment.entry {
            Entry::Chip | Entry::Tap => {
                message.sequence = made.plastic.sequence;
                let now = self.clock;
                let reading = self
                    .device(payment.card)?
                    .begin(made, payment, now, number)?;
                message.chip = Some(reading.chip);
                message.track_2 = Some(text(&reading.track_2));
            }
            Entry::Swipe | Entry::Fallback => message.track_2 = Some(made.stripe_track_2()?),
            Entry::StripeTap => {
                let device = self.device(payment.card)?;
                device.spend()?;
                let counter = device.counter();
                message.track_2 = Some(stripe::tap(made, counter, number % 10_000)?);
            }
            Entry::Keyed => {}
        }
        self.edit(&mut message, &[Edit::New])?;
        self.edit(&mut message, payment.edits)?;
        Ok(message)
    }

    fn pay(&mut self, payment: &Payment, expectation: Expectation) -> Play<()> {
        let message = self.prepare(payment)?;
        let answer = self.submit(message, expectation)?;
        if matches!(payment.entry, Entry::Chip | Entry::Tap) {
            self.device(payment.card)?.finish(
                answer.approves(),
                &answer.response_code,
                answer.issuer_authentication_data.as_deref(),
            )?;
        }
        Ok(())
    }

    /// An earlier message, changed.
    fn again(&mut self, place: usize, edits: &[Edit]) -> Play<Message> {
        let Some(sent) = self.sent.get(place) else {
            return wrong("no such message");
        };
        let mut message = sent.message.clone();
        self.edit(&mut message, edits)?;
        Ok(message)
    }

    fn submit(&mut self, mut message: Message, expectation: Expectation) -> Play<Answer> {
        message.at = self.clock.0;
        self.variation.apply(&mut message);
        let answer = self.host.submit(&message)?;
        self.clock = self.clock.after(1);
        (self.observe)(Observed {
            scenario: self.scenario,
            profile: self.test.name,
            attack: self.scenario.is_attack() && expectation.most == Verdict::Reject,
            message: &message,
            answer: &answer,
        });
        if self.judged {
            let passed = self.judge(&expectation, &answer);
            let what = format!("message {}", self.sent.len());
            self.check(what, expectation, passed, &answer);
        }
        self.sent.push(Sent {
            message,
            answer: Some(answer.clone()),
        });
        Ok(answer)
    }

    fn judge(&self, expectation: &Expectation, answer: &Answer) -> bool {
        let strictness = answer.strictness();
        // A host that gives a response code alone has no way to say that it flags.
        let strict = strictness >= expectation.least
            || answer.verdict.is_none() && expectation.least == Verdict::ApproveAndFlag;
        let same = expectation.same_as.is_none_or(|place| {
            let earlier = self.sent.get(place).and_then(|sent| sent.answer.as_ref());
            earlier.is_some_and(|earlier| {
                (earlier.strictness(), &earlier.response_code)
                    == (answer.strictness(), &answer.response_code)
                    && earlier.issuer_authentication_data == answer.issuer_authentication_data
            })
        });
        let quiet = !expectation.unanswered || answer.issuer_authentication_data.is_none();
        strict && strictness <= expectation.most && same && quiet
    }

    fn check(&mut self, what: String, expectation: Expectation, passed: bool, answer: &Answer) {
        self.checks.push(Check {
            what,
            expected: Some(expectation),
            seen: Some(answer.strictness()),
            passed,
            reasons: answer.reasons.clone(),
        });
    }

    fn race(&mut self, place: usize, edits: &[Edit]) -> Play<()> {
        let mut pair = [self.again(place, &[])?, self.again(place, edits)?];
        for message in &mut pair {
            message.at = self.clock.0;
        }
        let answers = self.host.submit_at_once(&pair)?;
        let approved = answers.iter().filter(|answer| answer.approves()).count();
        for (message, answer) in pair.iter().zip(&answers) {
            (self.observe)(Observed {
                scenario: self.scenario,
                profile: self.test.name,
                attack: true,
                message,
                answer,
            });
        }
        self.note(
            "exactly one of two is approved",
            approved == 1 && answers.len() == 2,
        );
        Ok(())
    }

    fn every_bit(&mut self, payment: &Payment, tag: Tag, expectation: Expectation) -> Play<()> {
        let honest = self.prepare(payment)?;
        let chip = honest.chip.clone().unwrap_or_default();
        let Some(value) = chip_bytes::get(&chip, tag)? else {
            return wrong("the element is not there");
        };
        for bit in 0..8 * value.len() {
            let mut flipped = value.clone();
            if let Some(byte) = flipped.get_mut(bit / 8) {
                *byte ^= 0x80 >> (bit % 8);
            }
            let mut message = honest.clone();
            self.edit(&mut message, &[Edit::New])?;
            message.chip = Some(chip_bytes::put(&chip, tag, &flipped)?);
            self.submit(message, expectation)?;
        }
        self.device(payment.card)?.finish(false, "05", None)?;
        Ok(())
    }

    fn card_fact(&mut self, card: usize, fact: CardFact) -> Play<()> {
        let layout = self.test.profile.version.iad_layout;
        let device = self.device(card)?;
        let iad = device.requested.clone();
        let iad = IssuerApplicationData::parse(layout, &iad)?;
        let says = |bit: Option<bool>| bit != Some(false);
        let cvr = iad.cvr();
        let (what, so) = match fact {
            CardFact::Approved => ("the card approves", device.last == Some(CryptogramType::Tc)),
            CardFact::Declined => (
                "the card declines",
                device.last == Some(CryptogramType::Aac),
            ),
            CardFact::SaysAnswerWrong => (
                "the card says that the answer was wrong",
                cvr.is_none_or(|cvr| says(cvr.issuer_authentication_failed())),
            ),
            CardFact::SaysAnswerMissing => (
                "the card says that no answer came",
                cvr.is_none_or(|cvr| says(cvr.issuer_authentication_not_performed())),
            ),
            CardFact::SaysScriptFailed => (
                "the card says that a script failed",
                cvr.is_none_or(|cvr| says(cvr.script_failed())),
            ),
        };
        self.note(what, so);
        Ok(())
    }

    fn oracle(&mut self, oracle: Oracle) -> Play<()> {
        let quiet = Expectation::DECLINED_UNANSWERED;
        let honest = self.prepare(&Payment::PLAIN)?;
        let chip = honest.chip.clone().unwrap_or_default();
        if oracle == Oracle::Tampered {
            let mut message = honest;
            self.edit(
                &mut message,
                &[Edit::Flip(tag::APPLICATION_CRYPTOGRAM, 1, 0x05)],
            )?;
            self.submit(message, quiet)?;
            return self.end();
        }
        let mut halves = [[0; 8]; 2];
        // The code that the host will put into its declining answer has to be foretold; a wrong guess is corrected.
        let mut code = "05".to_string();
        for (half, block) in halves.iter_mut().zip(oracle::blocks(oracle, &chip)?) {
            for _ in 0..2 {
                let mut message = honest.clone();
                let asked = oracle::masked(block, &code);
                let edited = chip_bytes::put(&chip, tag::APPLICATION_CRYPTOGRAM, &asked)?;
                message.chip = Some(edited);
                let version: &[Edit] = match oracle {
                    Oracle::CommonSessionKey => &[Edit::New, Edit::Version(0x0A)],
                    _ => &[Edit::New],
                };
                self.edit(&mut message, version)?;
                let answer = self.submit(message, quiet)?;
                let signed = answer.issuer_authentication_data.as_deref();
                if let Some(signed) = signed.and_then(<[u8]>::first_chunk::<8>) {
                    *half = *signed;
                }
                if answer.response_code == code {
                    break;
                }
                code = answer.response_code;
            }
        }
        // The forgery: the attacker's amount under the session key that the answers give him, if they give him one.
        let forged = oracle::forge(self.test.profile.version, &chip, halves)?;
        let mut message = honest;
        self.edit(
            &mut message,
            &[Edit::New, Edit::Amount(oracle::FORGED_AMOUNT)],
        )?;
        message.chip = Some(forged);
        self.submit(message, Expectation::at_least(Verdict::Decline))?;
        self.end()
    }

    fn end(&mut self) -> Play<()> {
        Ok(self.device(0)?.finish(false, "05", None)?)
    }
}

fn bad_keys(good: &KeyOffer, bad: BadKeys) -> KeyOffer {
    let twice = |half: u64| (u128::from(half) << 64 | u128::from(half)).to_be_bytes();
    let weak = 0x0101_0101_0101_0101_FEFE_FEFE_FEFE_FEFE_u128;
    let mut offer = good.clone();
    match bad {
        BadKeys::Shared => offer.smi = offer.ac,
        BadKeys::Zero => offer.ac = [0; 16],
        BadKeys::Weak => offer.ac = weak.to_be_bytes(),
        BadKeys::EqualHalves => offer.ac = twice(0x0123_4567_89AB_CDEF),
    }
    offer
}

/// Track 2 equivalent data as DE 35 has them.
fn text(track: &[u8]) -> String {
    let nibbles = track.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    nibbles
        .filter_map(|nibble| match nibble {
            0..=9 => Some(char::from(b'0' + nibble)),
            0xD => Some('='),
            _ => None,
        })
        .collect()
}
