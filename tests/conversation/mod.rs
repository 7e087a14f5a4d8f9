//! Conversations with a card that may lose its power at any byte it writes, and what an honest card keeps in all of them.
//!
//! A conversation is bytes, so that a fuzzer can make it: the number of the test card; whether it has a coprocessor; then steps,
//! a byte that names the step (its remainder by their number) and the bytes that the step takes. Bytes that are missing are 0.
//!
//! | step | takes | does |
//! |---|---|---|
//! | 0 | | power off and on |
//! | 1 | n | lets the power go after n more bytes of writing |
//! | 2 | kind, P2 | SELECT: application, its beginning, PSE, PPSE, another |
//! | 3 | | GET PROCESSING OPTIONS |
//! | 4 | P1, P2 | READ RECORD |
//! | 5 | P1, P2 | GET DATA |
//! | 6 | | GET CHALLENGE |
//! | 7 | kind | VERIFY: right, wrong, enciphered right, enciphered wrong |
//! | 8 | | INTERNAL AUTHENTICATE |
//! | 9 | P1, kind | GENERATE AC: first list; second list with an approval, a decline, a forged answer, none, and none offline |
//! | 10 | kind | EXTERNAL AUTHENTICATE: approval, decline, forged |
//! | 11 | kind | script: as [`SCRIPTS`], odd kinds with a wrong MAC |
//! | 12 | place, value | the last command again, with this byte at this place |
//! | 13 | length, bytes | these bytes |
//! | 14 | amount, type, TVR | amount in units of ten, type of the terminal, first byte of its results |

use std::collections::HashSet;

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::test_cards::TestCard;
use chipcard::card::{Applet, AuthenticationCommand, CardState, ResponseFormat, TwoSlots};
use chipcard::cryptogram::ArpcMethod;
use chipcard::dol::DataObjectList;
use chipcard::element::{AuthorisationResponseCode, CardStatusUpdate as Csu, CryptogramType, Pin};
use chipcard::issuer::{
    CardRecord, ChipData, EngineError, Issuer, IssuerResponse, ScriptPhase, ScriptWriter,
};
use chipcard::key::IssuerKeySet;
use chipcard::{tag, tlv};

use crate::common::{Cryptogram, Purchase};
use crate::stand_in::StandIn;
use crate::torn_storage::TornStorage;

/// Steps that there are.
const STEPS: u8 = 15;
/// Longest conversation, so that no input takes long.
const MOST_STEPS: usize = 400;

/// Reads a conversation. At its end everything is 0.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        bytes
    }
}

type Writer<'w, 'v, 'b> = ScriptWriter<'w, 'v, 'b, IssuerKeySet>;
type Scripted = fn(&mut Writer<'_, 'static, '_>) -> Result<(), EngineError>;

/// What an issuer may have the card do.
const SCRIPTS: [Scripted; 6] = [
    |script| script.application_block(),
    |script| script.application_unblock(),
    |script| script.pin_unblock(),
    |script| {
        let pin = Pin::from_digits("765432");
        script.pin_change(&pin?, None)
    },
    |script| script.put_data(tag::LOWER_CONSECUTIVE_OFFLINE_LIMIT, &[0x09]),
    |script| script.card_block(),
];

macro_rules! events {
    ($($event:ident)+) => {
        /// What happened in a conversation, to know that conversations get somewhere.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(crate) struct Events {
            $($event: bool,)+
        }

        impl Events {
            /// Everything.
            pub(crate) const ALL: Self = Self { $($event: true,)+ };
        }

        impl std::ops::BitOr for Events {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self { $($event: self.$event || other.$event,)+ }
            }
        }
    };
}

events! {
    arqc tc aac signed torn right_pin wrong_pin pin_blocked right_script wrong_script
    authenticated not_authenticated card_blocked
}

/// What was seen of a card that must never be seen again, or never at all.
struct Witness {
    /// Counter and type of every cryptogram.
    cryptograms: HashSet<(u16, u8)>,
    /// The highest counter.
    counter: u16,
    /// Wrong PINs since the last right one and since the issuer last allowed new tries.
    wrong_pins: u8,
    card_blocked: bool,
    /// Halves of keys, and PINs.
    secrets: Vec<Vec<u8>>,
}

/// A card in a terminal, and its issuer.
struct Talk {
    test: &'static TestCard,
    able: bool,
    card: Applet<'static, TwoSlots<TornStorage>, StandIn>,
    issuer: Issuer<IssuerKeySet>,
    record: CardRecord<'static>,
    purchase: Purchase,
    /// The ARQC of the transaction that goes on.
    arqc: Option<Cryptogram>,
    /// EXTERNAL AUTHENTICATE found an approval.
    approved: bool,
    challenge: [u8; 8],
    scripted: Vec<usize>,
    last: Vec<u8>,
    witness: Witness,
    events: Events,
}

/// Holds the conversation. It panics when the card does what an honest card does not.
pub(crate) fn converse(input: &[u8]) -> Events {
    let mut input = Bytes(input);
    let number = usize::from(input.byte()) % TestCard::ALL.len();
    let mut talk = Talk::new(&TestCard::ALL[number], input.byte() & 1 == 1);
    for _ in 0..MOST_STEPS {
        if input.0.is_empty() {
            break;
        }
        talk.step(&mut input);
    }
    talk.events
}

/// The card with the abilities of the stand-in.
fn able(test: &'static TestCard) -> &'static TestCard {
    static ABLE: std::sync::OnceLock<Vec<TestCard>> = std::sync::OnceLock::new();
    let with_abilities = |test: &TestCard| {
        let mut profile = test.profile;
        StandIn::announce(&mut profile);
        TestCard { profile, ..*test }
    };
    let all = ABLE.get_or_init(|| TestCard::ALL.iter().map(with_abilities).collect());
    let place = TestCard::ALL
        .iter()
        .position(|other| other.name == test.name);
    &all[place.unwrap()]
}

fn secrets(test: &TestCard) -> Vec<Vec<u8>> {
    let keys = test.card_keys().unwrap();
    let halves = |key: &[u8]| key.chunks(8).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut secrets = keys.ac().reveal(halves);
    secrets.extend(keys.smi().unwrap().reveal(halves));
    secrets.extend(keys.smc().unwrap().reveal(halves));
    secrets.push(TestCard::PIN_BLOCK[..4].to_vec());
    secrets.push(vec![0x26, 0x76, 0x54, 0x32]);
    secrets
}

impl Talk {
    fn new(test: &'static TestCard, has_coprocessor: bool) -> Self {
        let test = if has_coprocessor { able(test) } else { test };
        Self {
            test,
            able: has_coprocessor,
            card: card(test, has_coprocessor, TornStorage::blank()),
            issuer: Issuer::new(test.issuer_keys().unwrap()),
            record: CardRecord::new(
                test.pan().unwrap(),
                Some(test.sequence().unwrap()),
                test.profile.version,
                TestCard::KEY_INDEX,
            ),
            purchase: Purchase::new(),
            arqc: None,
            approved: false,
            challenge: [0; 8],
            scripted: Vec::new(),
            last: Vec::new(),
            witness: Witness {
                cryptograms: HashSet::new(),
                counter: 0,
                wrong_pins: 0,
                card_blocked: false,
                secrets: secrets(test),
            },
            events: Events::default(),
        }
    }

    /// Power off and on: what was written stays. It goes again after so many bytes of writing.
    fn power_cycle(&mut self, budget: usize) {
        let nothing = card(self.test, self.able, TornStorage::blank());
        let old = std::mem::replace(&mut self.card, nothing);
        let mut storage = old.into_memory().into_storage();
        storage.budget = budget;
        self.card = card(self.test, self.able, storage);
        self.forget();
        let counter = self.card.state().atc.0;
        assert!(counter >= self.witness.counter, "the counter went back");
    }

    fn forget(&mut self) {
        self.arqc = None;
        self.approved = false;
        self.scripted.clear();
    }

    fn step(&mut self, input: &mut Bytes<'_>) {
        let profile = &self.test.profile;
        match input.byte() % STEPS {
            0 => self.power_cycle(usize::MAX),
            1 => self.power_cycle(input.byte().into()),
            2 => {
                let (kind, p2) = (input.byte(), input.byte());
                let name = match kind % 5 {
                    0 => profile.aid,
                    1 => &profile.aid[..5],
                    2 => b"1PAY.SYS.DDF01",
                    3 => b"2PAY.SYS.DDF01",
                    _ => b"another",
                };
                self.command([0x00, 0xA4, 0x04, p2 & 0x02], name);
            }
            3 => {
                let values = self.purchase.fill(profile.pdol);
                let length = u8::try_from(values.len()).unwrap();
                let data = [&[0x83, length], &values[..]].concat();
                self.command([0x80, 0xA8, 0x00, 0x00], &data);
            }
            4 => self.send(vec![0x00, 0xB2, input.byte(), input.byte(), 0x00]),
            5 => self.send(vec![0x80, 0xCA, input.byte(), input.byte(), 0x00]),
            6 => self.send(vec![0x00, 0x84, 0x00, 0x00, 0x00]),
            7 => self.verify(input.byte()),
            8 => self.command([0x00, 0x88, 0x00, 0x00], &[0x5A, 0x17, 0xC0, 0x3E]),
            9 => {
                let (p1, kind) = (input.byte(), input.byte());
                let data = self.cdol(kind);
                self.command([0x80, 0xAE, p1 & 0xD8, 0x00], &data);
            }
            10 => {
                let answer = self.answer(input.byte());
                self.command([0x00, 0x82, 0x00, 0x00], &answer);
            }
            11 => self.script(input.byte()),
            12 => {
                let (place, value) = (input.byte(), input.byte());
                let mut command = self.last.clone();
                if let Some(byte) = command.get_mut(usize::from(place)) {
                    *byte = value;
                }
                self.send(command);
            }
            13 => {
                let length = usize::from(input.byte());
                self.send(input.bytes(length).to_vec());
            }
            _ => self.change_purchase([input.byte(), input.byte(), input.byte()]),
        }
    }

    fn change_purchase(&mut self, [amount, terminal, tvr]: [u8; 3]) {
        let digits = |value: u8| value / 10 % 10 * 16 + value % 10;
        let terminal = [0x22, 0x23, 0x21, 0x26, 0x34][usize::from(terminal % 5)];
        self.purchase = self
            .purchase
            .clone()
            .with(0x9F02, &[0, 0, 0, 0, digits(amount), 0])
            .with(0x9F35, &[terminal])
            .with(0x95, &[tvr, 0, 0, 0, 0]);
    }

    fn verify(&mut self, kind: u8) {
        let mut block = TestCard::PIN_BLOCK;
        if kind & 1 == 1 {
            block[1] ^= 0x11;
        }
        if kind & 2 == 0 {
            self.command([0x00, 0x20, 0x00, 0x80], &block);
        } else {
            let enciphered = StandIn::encipher(block, self.challenge);
            self.command([0x00, 0x20, 0x00, 0x88], &enciphered);
        }
    }

    /// The values of a GENERATE AC.
    fn cdol(&self, kind: u8) -> Vec<u8> {
        let profile = &self.test.profile;
        let (arc, answer) = match kind % 6 {
            0 => return self.purchase.fill(profile.cdol1),
            1 => (*b"00", self.answer(0)),
            2 => (*b"05", self.answer(1)),
            3 => (*b"00", self.answer(2)),
            4 => (*b"00", Vec::new()),
            _ => (*b"Y3", Vec::new()),
        };
        let purchase = self.purchase.clone().with(0x8A, &arc).with(0x91, &answer);
        purchase.fill(profile.cdol2)
    }

    /// The issuer's answer to the ARQC: approval, decline, forged. Without an ARQC it is forged.
    fn answer(&self, kind: u8) -> Vec<u8> {
        let mut forged = vec![0x11, 0x22, 0x33, 0x44, 0x00, 0x80, 0x00, 0x00];
        if self.test.profile.version.arpc == Some(ArpcMethod::Method1) {
            forged.extend(b"00");
        }
        let response = match kind % 3 {
            0 => IssuerResponse::approve(),
            1 => IssuerResponse::decline(AuthorisationResponseCode::new(*b"05"))
                .with_csu(Csu::pin_try_counter(2)),
            _ => return forged,
        };
        let Some(de55) = self.de55() else {
            return forged;
        };
        let chip = ChipData::parse(&de55).unwrap();
        // The terminal's data may have changed since.
        match self.issuer.verify_arqc(&self.record, &chip) {
            Ok(verified) => {
                let answer = self.issuer.authorise(verified, &response).unwrap();
                answer.as_bytes().to_vec()
            }
            Err(_) => forged,
        }
    }

    fn de55(&self) -> Option<Vec<u8>> {
        let arqc = self.arqc.as_ref()?;
        Some(self.purchase.de55(self.test, arqc))
    }

    fn script(&mut self, kind: u8) {
        let command = self.signed_script(usize::from(kind / 2) % SCRIPTS.len());
        let Some(mut command) = command else {
            return self.send(vec![0x84, 0x1E, 0x00, 0x00, 0x04, 1, 2, 3, 4]);
        };
        if kind & 1 == 1 {
            // The last byte is the MAC's in every style.
            *command.last_mut().unwrap() ^= 0x01;
        }
        self.send(command);
    }

    /// The next command of this transaction's script.
    fn signed_script(&mut self, kind: usize) -> Option<Vec<u8>> {
        let de55 = self.de55()?;
        let chip = ChipData::parse(&de55).unwrap();
        let mut verified = self.issuer.verify_arqc(&self.record, &chip).ok()?;
        self.scripted.push(kind);
        let mut buffer = [0; 4096];
        let phase = ScriptPhase::AfterFinalGenerateAc;
        let written = self
            .issuer
            .script(&mut verified, phase, [0; 4], &mut buffer, |script| {
                self.scripted
                    .iter()
                    .take(40)
                    .try_for_each(|kind| SCRIPTS[*kind](script))
            });
        let template = tlv::require(written.unwrap(), phase.tag()).unwrap();
        let commands = template.children().map(Result::unwrap);
        let last = commands
            .filter(|object| object.tag == tag::ISSUER_SCRIPT_COMMAND)
            .last();
        last.map(|object| object.value.to_vec())
    }

    fn command(&mut self, header: [u8; 4], data: &[u8]) {
        let length = u8::try_from(data.len()).unwrap();
        self.send([&header, &[length][..], data, &[0x00]].concat());
    }

    /// Sends a command and looks at the answer.
    fn send(&mut self, command: Vec<u8>) {
        let before = self.card.state().clone();
        let mut buffer = [0xEE; MAX_RESPONSE_LENGTH];
        let length = self.card.process(&command, &mut buffer);
        let (data, status) = StatusWord::split(&buffer[..length]).expect("a status word");
        self.look(&command, data, status, &before);
        if status == StatusWord::MEMORY_FAILURE {
            self.power_cycle(usize::MAX);
        }
        self.last = command;
    }

    fn look(&mut self, command: &[u8], data: &[u8], status: StatusWord, before: &CardState) {
        let [first, _] = status.to_bytes();
        assert!(matches!(first, 0x62..=0x6F | 0x90), "{status}");
        let carries_data = matches!(
            status,
            StatusWord::OK | StatusWord::SELECTED_FILE_INVALIDATED
        );
        assert!(carries_data || data.is_empty(), "{status} with data");
        for secret in &self.witness.secrets {
            let shown = data.windows(secret.len()).any(|bytes| bytes == secret);
            assert!(!shown, "a secret in an answer");
        }
        let state = self.card.state();
        assert!(state.atc.0 >= self.witness.counter, "the counter went back");
        assert!(state.atc.0 - before.atc.0 <= 1, "the counter leapt");
        self.witness.counter = state.atc.0;
        self.count_pins(command, status);
        self.note(command, status);
        let done = status == StatusWord::OK;
        match command {
            [0x00, 0xA4, ..] => {
                assert!(!(self.witness.card_blocked && status.is_processed()));
                // Another application, or none: the transaction is over.
                if status.is_processed() {
                    self.forget();
                }
            }
            [0x80, 0xAE, p1, ..] if done => self.look_at_cryptogram(*p1, command, data, before),
            [0x00, 0x82, _, _, _, answer @ ..] => {
                self.approved |= done && self.brings_approval(answer);
            }
            [0x00, 0x84, ..] if done => self.challenge = data.try_into().unwrap(),
            _ => {}
        }
        self.witness.card_blocked |= self.card.state().flags.card_blocked;
    }

    fn note(&mut self, command: &[u8], status: StatusWord) {
        let events = &mut self.events;
        let done = status == StatusWord::OK;
        events.torn |= status == StatusWord::MEMORY_FAILURE;
        match command {
            [0x00, 0x20, ..] => {
                events.right_pin |= done;
                events.wrong_pin |= status.to_bytes()[0] == 0x63;
                events.pin_blocked |= status == StatusWord::AUTHENTICATION_METHOD_BLOCKED;
            }
            [0x00, 0x82, ..] => {
                events.authenticated |= done;
                events.not_authenticated |= status == StatusWord::AUTHENTICATION_FAILED;
            }
            [0x04 | 0x84, ..] => {
                events.right_script |= done;
                events.wrong_script |= status == StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT;
            }
            _ => {}
        }
        events.card_blocked |= self.card.state().flags.card_blocked;
    }

    /// Never more wrong PINs in a row than the card was personalised with, whatever happens between them.
    fn count_pins(&mut self, command: &[u8], status: StatusWord) {
        let limit = self.test.profile.pin.unwrap().try_limit;
        let wrong = &mut self.witness.wrong_pins;
        match (command, status.to_bytes()) {
            ([0x00, 0x20, ..], [0x63, _]) => *wrong += 1,
            // A right PIN, or an issuer's script.
            ([0x00, 0x20, ..] | [_, 0x24, ..], [0x90, 0x00]) => *wrong = 0,
            // An issuer's answer may give new tries.
            ([_, 0x82 | 0xAE, ..], [0x90, 0x00]) => {
                *wrong = (*wrong).min(limit - self.card.state().pin_tries.min(limit));
            }
            _ => {}
        }
        assert!(*wrong <= limit, "{wrong} wrong PINs");
        assert!(self.card.state().pin_tries <= limit);
    }

    /// One cryptogram of a type for a counter, nothing better than was asked, and no approval that the issuer has not given.
    fn look_at_cryptogram(&mut self, p1: u8, command: &[u8], data: &[u8], before: &CardState) {
        // A signed answer is of format 2 in every card.
        let (atc, cid, format) = match data {
            [0x80, _, cid, a, b, ..] => {
                let atc = u16::from_be_bytes([*a, *b]);
                (atc, *cid, ResponseFormat::Format1)
            }
            _ => inside_format_2(data),
        };
        assert_eq!(atc, self.witness.counter);
        let new = self.witness.cryptograms.insert((atc, cid & 0xC0));
        assert!(new, "a second cryptogram of one type for one counter");
        let kind = CryptogramType::from_bits(cid >> 6).expect("a type");
        let asked = CryptogramType::from_bits(p1 >> 6).expect("a type was asked for");
        assert!(kind <= asked, "better than asked");
        assert!(!before.flags.application_blocked || kind == CryptogramType::Aac);
        match kind {
            CryptogramType::Arqc => self.events.arqc = true,
            CryptogramType::Tc => self.events.tc = true,
            CryptogramType::Aac => self.events.aac = true,
        }
        self.events.signed |= data.windows(2).any(|bytes| bytes == [0x9F, 0x4B]);
        let lc = usize::from(command[4]);
        let values = &command[5..5 + lc];
        if self.arqc.is_some() {
            let approval = self.approval(values);
            assert!(kind != CryptogramType::Tc || approval, "approved by nobody");
        }
        // In a CDA answer it is inside the signature.
        if kind == CryptogramType::Arqc && p1 & 0x18 != 0x10 {
            self.arqc = Some(Cryptogram::parse(format, data));
        }
    }

    /// Whether a second GENERATE AC with these values may give a TC.
    fn approval(&self, values: &[u8]) -> bool {
        let list = DataObjectList::parse(self.test.profile.cdol2).unwrap();
        let value = |tag| list.value_of(values, tag).unwrap();
        let offline = value(tag::AUTHORISATION_RESPONSE_CODE) == Some(b"Y3")
            || value(tag::AUTHORISATION_RESPONSE_CODE) == Some(b"Z3");
        let rules = &self.test.profile.issuer_authentication;
        offline
            || match rules.command {
                AuthenticationCommand::ExternalAuthenticate => self.approved,
                AuthenticationCommand::SecondGenerateAc => {
                    let answer = value(tag::ISSUER_AUTHENTICATION_DATA).unwrap_or_default();
                    self.brings_approval(answer)
                }
            }
    }

    /// Whether the bytes begin with the issuer's approval of this transaction.
    fn brings_approval(&self, bytes: &[u8]) -> bool {
        // The terminal's data may have changed since the ARQC, and then there is no answer to compare with.
        let answer = self.answer(0);
        bytes.starts_with(&answer) || answer == self.answer(2)
    }
}

fn card(
    test: &'static TestCard,
    able: bool,
    storage: TornStorage,
) -> Applet<'static, TwoSlots<TornStorage>, StandIn> {
    let keys = test.card_keys().unwrap();
    let card = Applet::new(&test.profile, keys, TwoSlots::new(storage));
    card.expect("a whole state")
        .with_coprocessor(StandIn::new(able))
}

/// Counter and cryptogram information.
fn inside_format_2(data: &[u8]) -> (u16, u8, ResponseFormat) {
    let template = tlv::require(data, tag::RESPONSE_TEMPLATE_FORMAT_2).unwrap();
    let get = |tag| tlv::require(template.value, tag).unwrap().value;
    let atc = get(tag::APPLICATION_TRANSACTION_COUNTER)
        .try_into()
        .unwrap();
    (
        u16::from_be_bytes(atc),
        get(tag::CRYPTOGRAM_INFORMATION_DATA)[0],
        ResponseFormat::Format2,
    )
}
