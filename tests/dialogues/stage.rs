//! A card, a terminal and an issuer who do what a dialogue says.

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::test_cards::TestCard;
use chipcard::card::{Applet, AuthenticationCommand, CardMemory, Profile, VolatileMemory};
use chipcard::cryptogram::{CommandHeader, CryptogramVersion, ScriptStyle};
use chipcard::element::{
    ApplicationTransactionCounter, AuthorisationResponseCode, CardStatusUpdate as Csu,
    CounterUpdate, CryptogramType, Pin,
};
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse, ScriptPhase};
use chipcard::key::IssuerKeySet;
use chipcard::{Tag, tag, tlv};

use crate::common::{Cryptogram, Purchase};
use crate::stand_in::StandIn;

pub(crate) struct Stage {
    test: &'static TestCard,
    card: Applet<'static, VolatileMemory, StandIn>,
    issuer: Issuer<IssuerKeySet>,
    record: CardRecord<'static>,
    purchase: Purchase,
    arqc: Option<Cryptogram>,
    challenge: [u8; 8],
    /// Script commands of this transaction.
    scripted: Vec<Vec<String>>,
}

/// The card with the options that change what it is.
fn with_options(test: &'static TestCard, options: &[String]) -> &'static TestCard {
    let has = |option: &str| options.iter().any(|word| word == option);
    let mut profile = test.profile;
    if has("coprocessor") {
        StandIn::announce(&mut profile);
    }
    if has("no-pin") {
        profile.pin = None;
    }
    if has("format-1") {
        let version = CryptogramVersion {
            script: Some(ScriptStyle::EMV_FORMAT_1),
            ..*profile.version
        };
        profile.version = Box::leak(Box::new(version));
    }
    Box::leak(Box::new(TestCard { profile, ..*test }))
}

/// The number behind `name=`.
fn number(option: &str, name: &str, radix: u32) -> Option<u16> {
    let value = option.strip_prefix(name)?.strip_prefix('=')?;
    Some(u16::from_str_radix(value, radix).unwrap())
}

/// The memory with what the options put in it.
fn memory(profile: &Profile<'_>, options: &[String]) -> VolatileMemory {
    let mut state = profile.initial_state();
    for option in options {
        match option.as_str() {
            "application-blocked" => state.flags.application_blocked = true,
            "card-blocked" => state.flags.card_blocked = true,
            "coprocessor" | "no-pin" | "format-1" => {}
            other => {
                if let Some(atc) = number(other, "atc", 16) {
                    state.atc = ApplicationTransactionCounter(atc);
                } else if let Some(tries) = number(other, "pin-tries", 10) {
                    state.pin_tries = u8::try_from(tries).unwrap();
                } else {
                    panic!("no such option: {other}");
                }
            }
        }
    }
    let mut memory = VolatileMemory::new();
    memory.store(&state).unwrap();
    memory
}

impl Stage {
    pub(crate) fn new(test: &'static TestCard, options: &[String]) -> Self {
        let test = with_options(test, options);
        let memory = memory(&test.profile, options);
        let able = options.iter().any(|option| option == "coprocessor");
        let card = Applet::new(&test.profile, test.card_keys().unwrap(), memory);
        Self {
            test,
            card: card.unwrap().with_coprocessor(StandIn::new(able)),
            issuer: Issuer::new(test.issuer_keys().unwrap()),
            record: CardRecord::new(
                test.pan().unwrap(),
                Some(test.sequence().unwrap()),
                test.profile.version,
                TestCard::KEY_INDEX,
            ),
            purchase: Purchase::new(),
            arqc: None,
            challenge: [0; 8],
            scripted: Vec::new(),
        }
    }

    pub(crate) fn reset(&mut self) {
        self.card.reset();
    }

    /// The card's state by its own account.
    pub(crate) fn phase(&self) -> String {
        let shown = format!("{:?}", self.card);
        let (_, after) = shown.split_once("phase: ").unwrap();
        after.chars().take_while(|c| c.is_alphabetic()).collect()
    }

    /// Brings a new card into a state.
    pub(crate) fn bring(&mut self, state: &str) {
        let select = "> 00A40400 [{aid}] 00";
        let options = "> 80A80000 [83 [{pdol}]] 00";
        let arqc = "> 80AE8000 [{cdol1}] 00";
        let aac = "> 80AE0000 [{cdol1}] 00";
        let steps: &[&str] = match state {
            "idle" => &[],
            "directory" => &["> 00A40400 [315041592E5359532E4444463031] 00"],
            "selected" => &[select],
            "initiated" => &[select, options],
            "online" => &[select, options, arqc],
            "declined" => &[select, options, aac],
            "done" => &[select, options, arqc],
            _ => panic!("no such state: {state}"),
        };
        for step in steps {
            let bytes = self.bytes(&step[2..]);
            let answer = self.send(&bytes);
            let (_, status) = StatusWord::split(&answer).unwrap();
            assert!(status.is_processed(), "{state}: {step} {status}");
        }
        if state == "done" {
            let rules = self.test.profile.issuer_authentication;
            self.terminal(0x8A, "3030");
            if rules.command == AuthenticationCommand::ExternalAuthenticate {
                self.ask("00820000 [{answer approve}]");
            } else {
                self.terminal(0x91, "{answer approve}");
            }
            self.ask("80AE4000 [{cdol2}] 00");
        }
        let expected = if state == "declined" { "done" } else { state };
        assert_eq!(self.phase().to_lowercase(), expected);
    }

    fn ask(&mut self, command: &str) {
        let bytes = self.bytes(command);
        assert_eq!(self.send(&bytes)[..].last_chunk(), Some(&[0x90, 0x00]));
    }

    /// Sends a command, and takes to heart what the card answers.
    pub(crate) fn send(&mut self, command: &[u8]) -> Vec<u8> {
        let mut buffer = [0; MAX_RESPONSE_LENGTH];
        let length = self.card.process(command, &mut buffer);
        let answer = buffer[..length].to_vec();
        let (data, status) = StatusWord::split(&answer).unwrap();
        match command {
            [0x80, 0xAE, 0x00 | 0x40 | 0x80, ..] if status == StatusWord::OK => {
                let cryptogram = Cryptogram::parse(self.test.profile.format, data);
                if cryptogram.kind() == CryptogramType::Arqc {
                    self.arqc = Some(cryptogram);
                    self.scripted.clear();
                }
            }
            [0x00, 0x84, ..] if status == StatusWord::OK => {
                self.challenge = data.try_into().unwrap();
            }
            _ => {}
        }
        answer
    }

    pub(crate) fn terminal(&mut self, tag: u32, value: &str) {
        let value = self.bytes(value);
        self.purchase = self.purchase.clone().with(tag, &value);
    }

    /// Bytes out of their text.
    pub(crate) fn bytes(&mut self, text: &str) -> Vec<u8> {
        // What stands in brackets that are open, innermost last.
        let mut levels = vec![Vec::new()];
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            match first {
                ' ' => rest = &rest[1..],
                '[' => {
                    levels.push(Vec::new());
                    rest = &rest[1..];
                }
                ']' => {
                    let inside = levels.pop().unwrap();
                    let outside = levels.last_mut().unwrap();
                    outside.push(u8::try_from(inside.len()).unwrap());
                    outside.extend(inside);
                    rest = &rest[1..];
                }
                '{' => {
                    let (name, after) = rest[1..].split_once('}').unwrap();
                    let value = self.value(name);
                    levels.last_mut().unwrap().extend(value);
                    rest = after;
                }
                _ => {
                    let byte = hex::decode(&rest[..2]).unwrap_or_else(|_| panic!("{text}"));
                    levels.last_mut().unwrap().extend(byte);
                    rest = &rest[2..];
                }
            }
        }
        assert_eq!(levels.len(), 1, "a bracket is open: {text}");
        levels.remove(0)
    }

    fn value(&mut self, name: &str) -> Vec<u8> {
        let profile = &self.test.profile;
        let mut words = name.split_whitespace().map(str::to_owned);
        let word = words.next().unwrap_or_default();
        let words: Vec<String> = words.collect();
        match word.as_str() {
            "aid" => profile.aid.to_vec(),
            "pdol" => self.purchase.fill(profile.pdol),
            "cdol1" => self.purchase.fill(profile.cdol1),
            "cdol2" => self.purchase.fill(profile.cdol2),
            "pin" => TestCard::PIN_BLOCK.to_vec(),
            "enciphered-pin" => StandIn::encipher(TestCard::PIN_BLOCK, self.challenge).to_vec(),
            "answer" => self.answer(&words),
            "script" => {
                self.scripted.push(words);
                self.script()
            }
            _ => panic!("no such value: {name}"),
        }
    }

    /// DE 55 of the last ARQC.
    fn de55(&self) -> Vec<u8> {
        self.purchase.de55(self.test, self.arqc.as_ref().unwrap())
    }

    /// The issuer's answer, tag 91.
    fn answer(&self, actions: &[String]) -> Vec<u8> {
        let mut response = IssuerResponse::approve();
        for action in actions {
            let mut csu = response.csu();
            match action.as_str() {
                "approve" => {}
                "decline" => {
                    response = IssuerResponse::decline(AuthorisationResponseCode::new(*b"05"));
                    csu = response.csu();
                }
                "application-block" => csu |= Csu::APPLICATION_BLOCK,
                "card-block" => csu |= Csu::CARD_BLOCK,
                "go-online-next" => csu |= Csu::GO_ONLINE_NEXT,
                "reset-counters" => csu |= Csu::counters(CounterUpdate::Reset),
                other => {
                    let tries = number(other, "pin-tries", 10);
                    let tries = tries.unwrap_or_else(|| panic!("no such answer: {other}"));
                    csu |= Csu::pin_try_counter(u8::try_from(tries).unwrap());
                }
            }
            response = response.with_csu(csu);
        }
        let de55 = self.de55();
        let chip = ChipData::parse(&de55).unwrap();
        let verified = self.issuer.verify_arqc(&self.record, &chip).unwrap();
        let answer = self.issuer.authorise(verified, &response).unwrap();
        answer.as_bytes().to_vec()
    }

    /// The last of this transaction's script commands.
    fn script(&self) -> Vec<u8> {
        let de55 = self.de55();
        let chip = ChipData::parse(&de55).unwrap();
        let mut verified = self.issuer.verify_arqc(&self.record, &chip).unwrap();
        let mut buffer = [0; 1024];
        let phase = ScriptPhase::AfterFinalGenerateAc;
        let hex = |text: &str| hex::decode(text).unwrap();
        let written = self
            .issuer
            .script(&mut verified, phase, [0; 4], &mut buffer, |script| {
                for words in &self.scripted {
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    match words[..] {
                        ["application-block"] => script.application_block()?,
                        ["application-unblock"] => script.application_unblock()?,
                        ["card-block"] => script.card_block()?,
                        ["pin-unblock"] => script.pin_unblock()?,
                        ["pin-change", digits] => {
                            script.pin_change(&Pin::from_digits(digits).unwrap(), None)?;
                        }
                        ["put-data", tag, value] => {
                            let tag = Tag::new(u32::from_str_radix(tag, 16).unwrap());
                            script.put_data(tag, &hex(value))?;
                        }
                        ["update-record", sfi, record, value] => {
                            let (sfi, record) = (sfi.parse().unwrap(), record.parse().unwrap());
                            script.update_record(sfi, record, &hex(value))?;
                        }
                        ["plain", header, ref data @ ..] => {
                            let header: [u8; 4] = hex(header).try_into().unwrap();
                            let [class, instruction, p1, p2] = header;
                            let header = CommandHeader {
                                class,
                                instruction,
                                p1,
                                p2,
                            };
                            script.command(header, &hex(&data.concat()))?;
                        }
                        _ => panic!("no such script command: {words:?}"),
                    }
                }
                Ok(())
            });
        let template = tlv::require(written.unwrap(), phase.tag()).unwrap();
        let commands = template.children().map(Result::unwrap);
        let last = commands
            .filter(|object| object.tag == tag::ISSUER_SCRIPT_COMMAND)
            .last();
        last.unwrap().value.to_vec()
    }
}
