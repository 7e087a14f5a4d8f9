//! A small scripted terminal, and the card in it.

use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::vec::Vec;

use super::device;
use super::middle::{Lists, Middle};
use super::plastic::{Made, is_visa};
use super::scenario::{Cvm, Entry, Payment};
use super::{Capability, clock::Moment};
use crate::apdu::{Command, MAX_RESPONSE_LENGTH, StatusWord};
use crate::card::test_cards::TestCard;
use crate::card::{Applet, AuthenticationCommand, CardMemory, Profile, VolatileMemory};
use crate::dol::DataObjectList;
use crate::element::{ApplicationFileLocator, ApplicationTransactionCounter, CryptogramType};
use crate::key::CardKeySet;
use crate::tag::{self, Tag};
use crate::tlv::{self, Writer};

/// A dialogue went another way than the scenario's author meant: the scenario is wrong, not the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Astray(pub(super) String);

impl From<crate::Error> for Astray {
    fn from(error: crate::Error) -> Self {
        Self(format!("{error}"))
    }
}

type Outcome<T> = Result<T, Astray>;

fn astray<T>(what: &str) -> Outcome<T> {
    Err(Astray(what.into()))
}

/// A card in somebody's hand.
pub(super) struct Device<'p> {
    applet: Applet<'p, VolatileMemory>,
    profile: &'p Profile<'p>,
    /// What the last GENERATE AC gave.
    pub(super) last: Option<CryptogramType>,
    /// Issuer application data of the last request.
    pub(super) requested: Vec<u8>,
    /// Transactions that have come to no end at the card, with what the terminal needs to end them.
    open: Option<Open>,
}

/// A transaction that waits for the issuer's answer.
struct Open {
    values: Values,
    cdol2: Vec<u8>,
    middle: &'static [Middle],
}

/// The terminal's data by tag.
type Values = BTreeMap<u32, Vec<u8>>;

/// What the terminal made of a card: DE 55 and what of the card's files goes into other fields.
pub(super) struct Reading {
    pub(super) chip: Vec<u8>,
    /// The value of tag 57.
    pub(super) track_2: Vec<u8>,
}

impl<'p> Device<'p> {
    pub(super) fn new(profile: &'p Profile<'p>, keys: CardKeySet) -> Outcome<Self> {
        let Ok(applet) = Applet::new(profile, keys, VolatileMemory::new()) else {
            return astray("the card cannot be made");
        };
        Ok(Self {
            applet,
            profile,
            last: None,
            requested: Vec::new(),
            open: None,
        })
    }

    /// The card's transaction counter.
    pub(super) fn counter(&self) -> u16 {
        self.applet.state().atc.0
    }

    fn exchange(
        &mut self,
        command: &[u8],
        middle: &[Middle],
        cdol: &[u8],
    ) -> (Vec<u8>, StatusWord) {
        let mut bytes = command.to_vec();
        let mut answer = None;
        for man in middle {
            if let Ok(command) = Command::parse(&bytes)
                && let Some(own) = man.intercepts(&command)
            {
                answer = Some(own);
                break;
            }
            bytes = man.towards_card(bytes, &Lists { cdol });
        }
        let mut response = answer.unwrap_or_else(|| {
            let mut buffer = [0; MAX_RESPONSE_LENGTH];
            let length = self.applet.process(&bytes, &mut buffer);
            buffer.get(..length).unwrap_or_default().to_vec()
        });
        if let Ok(command) = Command::parse(command) {
            for man in middle.iter().rev() {
                response = man.towards_terminal(&command, response);
            }
        }
        match StatusWord::split(&response) {
            Some((data, status)) => (data.to_vec(), status),
            None => (Vec::new(), StatusWord::NO_PRECISE_DIAGNOSIS),
        }
    }

    fn command(
        &mut self,
        header: [u8; 4],
        data: &[u8],
        middle: &[Middle],
        cdol: &[u8],
    ) -> (Vec<u8>, StatusWord) {
        let mut command = header.to_vec();
        if !data.is_empty() {
            command.push(u8::try_from(data.len()).unwrap_or(u8::MAX));
            command.extend(data);
        }
        command.push(0x00);
        self.exchange(&command, middle, cdol)
    }

    /// Brings a command of an issuer script to the card.
    pub(super) fn script(&mut self, command: &[u8]) -> StatusWord {
        self.exchange(command, &[], &[]).1
    }

    /// A transaction up to the card's first cryptogram.
    pub(super) fn begin(
        &mut self,
        made: &Made,
        payment: &Payment,
        now: Moment,
        number: u32,
    ) -> Outcome<Reading> {
        let middle = payment.middle;
        let aid = self.profile.aid;
        let (fci, status) = self.command([0x00, 0xA4, 0x04, 0x00], aid, middle, &[]);
        if status != StatusWord::OK {
            return astray("SELECT failed");
        }
        let mut values = terminal_values(payment, now, number);
        let name = tlv::require(&fci, tag::FCI_TEMPLATE)?;
        let name = tlv::require(name.value, tag::DEDICATED_FILE_NAME)?.value;
        let mut card = Values::new();
        card.insert(tag::DEDICATED_FILE_NAME.number(), name.to_vec());

        let options = fill(self.profile.pdol, &values)?;
        let mut buffer = [0; 255];
        let mut data = Writer::new(&mut buffer);
        data.put(Tag::new(0x83), &options)?;
        let (data, status) = self.command([0x80, 0xA8, 0, 0], data.as_bytes(), middle, &[]);
        if status != StatusWord::OK {
            return astray("GET PROCESSING OPTIONS failed");
        }
        let (profile, locator) = processing_options(&data)?;
        card.insert(tag::APPLICATION_INTERCHANGE_PROFILE.number(), profile);
        for entry in ApplicationFileLocator::parse(&locator)?.entries() {
            for record in entry.records() {
                let header = [0x00, 0xB2, record, entry.sfi() << 3 | 0x04];
                let (data, status) = self.command(header, &[], middle, &[]);
                if status != StatusWord::OK {
                    return astray("READ RECORD failed");
                }
                let template = tlv::require(&data, tag::READ_RECORD_RESPONSE_TEMPLATE)?;
                for object in template.children() {
                    let object = object?;
                    card.insert(object.tag.number(), object.value.to_vec());
                }
            }
        }
        self.verify_cardholder(made, payment, &mut values)?;

        // The scenario's author has the last word, and so has the attacker who owns the terminal.
        for (tag, value) in payment.values {
            values.insert(tag.number(), value.to_vec());
        }
        let list = |tag: Tag| card.get(&tag.number()).cloned().unwrap_or_default();
        let (cdol1, cdol2) = (list(Tag::new(0x8C)), list(Tag::new(0x8D)));
        let data = fill(&cdol1, &values)?;
        let made_of = self.generate_ac(payment.ask, &data, middle, &cdol1)?;
        let mut chip = chip_data(made, payment, &card, &values, &made_of);
        if payment.cvm == Cvm::Device {
            chip = device::verified(made, &chip)?;
        }
        // A telephone has left the field when the answer comes.
        self.open = (payment.cvm != Cvm::Device).then_some(Open {
            values,
            cdol2,
            middle,
        });
        Ok(Reading {
            chip,
            track_2: list(tag::TRACK_2_EQUIVALENT_DATA),
        })
    }

    /// The card's own PIN check, or what the terminal writes of another method.
    fn verify_cardholder(
        &mut self,
        made: &Made,
        payment: &Payment,
        values: &mut Values,
    ) -> Outcome<()> {
        let results: [u8; 3] = match payment.cvm {
            Cvm::None => [0x1F, 0x03, 0x02],
            Cvm::OnlinePin => [0x42, 0x03, 0x00],
            Cvm::Signature => [0x1E, 0x03, 0x00],
            Cvm::OfflinePin => {
                let header = [0x00, 0x20, 0x00, 0x80];
                let (_, status) = self.command(header, &TestCard::PIN_BLOCK, payment.middle, &[]);
                if status != StatusWord::OK {
                    return astray("the PIN was refused");
                }
                [0x41, 0x03, 0x02]
            }
            // Visa's telephones say it in the qualifiers, the others in the CVM results.
            Cvm::Device if is_visa(made.test) => {
                let tag = tag::CARD_TRANSACTION_QUALIFIERS.number();
                values.insert(tag, [0x00, 0x80].to_vec());
                [0x1F, 0x03, 0x02]
            }
            Cvm::Device => {
                // The telephone's own check takes the place of VERIFY.
                self.command([0x00, 0x20, 0x00, 0x80], &TestCard::PIN_BLOCK, &[], &[]);
                [0x01, 0x00, 0x02]
            }
        };
        values.insert(tag::CVM_RESULTS.number(), results.to_vec());
        Ok(())
    }

    fn generate_ac(
        &mut self,
        kind: CryptogramType,
        data: &[u8],
        middle: &[Middle],
        cdol: &[u8],
    ) -> Outcome<Cryptogram> {
        let header = [0x80, 0xAE, kind.to_bits() << 6, 0x00];
        let (data, status) = self.command(header, data, middle, cdol);
        if status != StatusWord::OK {
            return Err(Astray(format!("GENERATE AC answered {:04X}", status.0)));
        }
        let cryptogram = Cryptogram::parse(&data)?;
        self.last = CryptogramType::from_bits(cryptogram.information >> 6);
        if kind == CryptogramType::Arqc {
            self.requested.clone_from(&cryptogram.iad);
        }
        Ok(cryptogram)
    }

    /// Brings the issuer's answer to the card and asks for its last cryptogram. A card that has already said its last word is left
    /// alone.
    pub(super) fn finish(
        &mut self,
        approved: bool,
        code: &str,
        answer: Option<&[u8]>,
    ) -> Outcome<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if self.last != Some(CryptogramType::Arqc) {
            return Ok(());
        }
        let mut values = open.values;
        let (approved_code, code) = (*b"00", code.as_bytes());
        let code = if approved { &approved_code } else { code };
        values.insert(tag::AUTHORISATION_RESPONSE_CODE.number(), code.to_vec());
        let dropped = open.middle.contains(&Middle::DropsAnswer);
        let answer = answer.filter(|_| !dropped).map(|answer| {
            let mut answer = answer.to_vec();
            if open.middle.contains(&Middle::TampersAnswer)
                && let Some(byte) = answer.first_mut()
            {
                *byte ^= 0x01;
            }
            answer
        });
        if let Some(answer) = answer {
            match self.profile.issuer_authentication.command {
                AuthenticationCommand::ExternalAuthenticate => {
                    self.command([0x00, 0x82, 0, 0], &answer, &[], &[]);
                }
                AuthenticationCommand::SecondGenerateAc => {
                    values.insert(tag::ISSUER_AUTHENTICATION_DATA.number(), answer);
                }
            }
        }
        let kind = if approved {
            CryptogramType::Tc
        } else {
            CryptogramType::Aac
        };
        let data = fill(&open.cdol2, &values)?;
        self.generate_ac(kind, &data, &[], &open.cdol2)?;
        Ok(())
    }

    /// Makes an old card of it, whose counter stands here.
    pub(super) fn age(&mut self, keys: CardKeySet, counter: u16) -> Outcome<()> {
        let mut state = self.profile.initial_state();
        state.atc = ApplicationTransactionCounter(counter);
        state.last_online_atc = state.atc;
        let mut memory = VolatileMemory::new();
        let stored = memory.store(&state).is_ok();
        match Applet::new(self.profile, keys, memory) {
            Ok(applet) if stored => self.applet = applet,
            _ => return astray("the card cannot be made"),
        }
        Ok(())
    }

    /// A transaction that ends before its first cryptogram: the counter goes up, and that is all.
    pub(super) fn spend(&mut self) -> Outcome<()> {
        let aid = self.profile.aid;
        self.command([0x00, 0xA4, 0x04, 0x00], aid, &[], &[]);
        let options = fill(self.profile.pdol, &Values::new())?;
        let length = u8::try_from(options.len()).unwrap_or_default();
        let data = [&[0x83, length], &options[..]].concat();
        let (_, status) = self.command([0x80, 0xA8, 0, 0], &data, &[], &[]);
        if status == StatusWord::OK {
            Ok(())
        } else {
            astray("the card took no more transactions")
        }
    }

    /// Wrong PINs in a transaction that ends there.
    pub(super) fn wrong_pins(&mut self, count: u8) -> Outcome<()> {
        self.spend()?;
        for _ in 0..count {
            let wrong = [0x24, 0x99, 0x99, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
            self.command([0x00, 0x20, 0x00, 0x80], &wrong, &[], &[]);
        }
        Ok(())
    }
}

/// What GENERATE AC answered.
struct Cryptogram {
    information: u8,
    counter: Vec<u8>,
    ac: Vec<u8>,
    iad: Vec<u8>,
}

impl Cryptogram {
    fn parse(data: &[u8]) -> Outcome<Self> {
        if let Some(plain) = tlv::find(data, tag::RESPONSE_TEMPLATE_FORMAT_1)? {
            let [information, c, d, ac @ ..] = plain.value else {
                return astray("the answer is too short");
            };
            let Some((ac, iad)) = ac.split_at_checked(8) else {
                return astray("the answer is too short");
            };
            return Ok(Self {
                information: *information,
                counter: [*c, *d].to_vec(),
                ac: ac.to_vec(),
                iad: iad.to_vec(),
            });
        }
        let inside = tlv::require(data, tag::RESPONSE_TEMPLATE_FORMAT_2)?.value;
        let get = |tag| tlv::require(inside, tag).map(|object| object.value.to_vec());
        let information = get(tag::CRYPTOGRAM_INFORMATION_DATA)?;
        Ok(Self {
            information: information.first().copied().unwrap_or_default(),
            counter: get(tag::APPLICATION_TRANSACTION_COUNTER)?,
            ac: get(tag::APPLICATION_CRYPTOGRAM)?,
            iad: get(tag::ISSUER_APPLICATION_DATA)?,
        })
    }
}

fn processing_options(data: &[u8]) -> Outcome<(Vec<u8>, Vec<u8>)> {
    if let Some(plain) = tlv::find(data, tag::RESPONSE_TEMPLATE_FORMAT_1)? {
        return match plain.value.split_at_checked(2) {
            Some((profile, locator)) => Ok((profile.to_vec(), locator.to_vec())),
            None => astray("the answer is too short"),
        };
    }
    let inside = tlv::require(data, tag::RESPONSE_TEMPLATE_FORMAT_2)?.value;
    let get = |tag| tlv::require(inside, tag).map(|object| object.value.to_vec());
    Ok((
        get(tag::APPLICATION_INTERCHANGE_PROFILE)?,
        get(tag::APPLICATION_FILE_LOCATOR)?,
    ))
}

fn fill(list: &[u8], values: &Values) -> Outcome<Vec<u8>> {
    let mut buffer = [0; 255];
    let list = DataObjectList::parse(list)?;
    let value = |tag: Tag| values.get(&tag.number()).map(Vec::as_slice);
    Ok(list.fill(&mut buffer, value)?.to_vec())
}

/// An amount as tag 9F02 has it.
pub(super) fn numeric(amount: u64) -> [u8; 6] {
    let mut rest = amount;
    let mut bytes = [0; 6];
    for byte in bytes.iter_mut().rev() {
        *byte = (rest / 10 % 10 * 16 + rest % 10) as u8;
        rest /= 100;
    }
    bytes
}

fn code(number: u16) -> Vec<u8> {
    let [.., high, low] = numeric(u64::from(number));
    [high, low].to_vec()
}

fn terminal_values(payment: &Payment, now: Moment, number: u32) -> Values {
    let till = payment.till;
    let mut verification = [0x80, 0, 0, 0, 0];
    if payment.cvm == Cvm::OnlinePin {
        verification[2] |= 0x04;
    }
    let reads: [u8; 3] = match (till.capability, payment.entry) {
        (Capability::Stripe | Capability::StripeAndContactlessStripe, _) => [0x40, 0xF8, 0x00],
        _ => [0xE0, 0xF8, 0xC8],
    };
    let rows: [(Tag, Vec<u8>); 12] = [
        (
            tag::AMOUNT_AUTHORISED_NUMERIC,
            numeric(payment.amount).to_vec(),
        ),
        (tag::AMOUNT_OTHER_NUMERIC, numeric(0).to_vec()),
        (tag::TERMINAL_COUNTRY_CODE, code(till.country)),
        (tag::TERMINAL_VERIFICATION_RESULTS, verification.to_vec()),
        (tag::TRANSACTION_CURRENCY_CODE, code(till.currency)),
        (tag::TRANSACTION_DATE, now.year_month_day().to_vec()),
        (tag::TRANSACTION_TYPE, [0x00].to_vec()),
        (tag::UNPREDICTABLE_NUMBER, number.to_be_bytes().to_vec()),
        (tag::TERMINAL_TYPE, [0x22].to_vec()),
        (tag::TERMINAL_CAPABILITIES, reads.to_vec()),
        (
            tag::ADDITIONAL_TERMINAL_CAPABILITIES,
            [0x70, 0x00, 0xF0, 0xA0, 0x01].to_vec(),
        ),
        (tag::CVM_RESULTS, [0x1F, 0x03, 0x02].to_vec()),
    ];
    rows.into_iter()
        .map(|(tag, value)| (tag.number(), value))
        .collect()
}

/// DE 55, in the order that networks' guides print.
fn chip_data(
    made: &Made,
    payment: &Payment,
    card: &Values,
    values: &Values,
    cryptogram: &Cryptogram,
) -> Vec<u8> {
    let mut chip = Vec::new();
    let mut put = |tag: Tag, value: Option<&[u8]>| {
        if let Some(value) = value {
            chip.extend(super::chip_bytes::object(tag, value));
        }
    };
    let of_card = |tag: Tag| card.get(&tag.number()).map(Vec::as_slice);
    let of_terminal = |tag: Tag| values.get(&tag.number()).map(Vec::as_slice);
    put(tag::APPLICATION_CRYPTOGRAM, Some(&cryptogram.ac));
    put(
        tag::CRYPTOGRAM_INFORMATION_DATA,
        Some(&[cryptogram.information]),
    );
    put(tag::ISSUER_APPLICATION_DATA, Some(&cryptogram.iad));
    put(
        tag::APPLICATION_TRANSACTION_COUNTER,
        Some(&cryptogram.counter),
    );
    for tag in [
        tag::UNPREDICTABLE_NUMBER,
        tag::TERMINAL_VERIFICATION_RESULTS,
        tag::TRANSACTION_DATE,
        tag::TRANSACTION_TYPE,
        tag::AMOUNT_AUTHORISED_NUMERIC,
        tag::TRANSACTION_CURRENCY_CODE,
    ] {
        put(tag, of_terminal(tag));
    }
    put(
        tag::APPLICATION_INTERCHANGE_PROFILE,
        of_card(tag::APPLICATION_INTERCHANGE_PROFILE),
    );
    for tag in [
        tag::TERMINAL_COUNTRY_CODE,
        tag::AMOUNT_OTHER_NUMERIC,
        tag::TERMINAL_CAPABILITIES,
        tag::CVM_RESULTS,
        tag::TERMINAL_TYPE,
    ] {
        put(tag, of_terminal(tag));
    }
    put(tag::DEDICATED_FILE_NAME, of_card(tag::DEDICATED_FILE_NAME));
    put(tag::AID_TERMINAL, of_card(tag::DEDICATED_FILE_NAME));
    put(
        tag::APPLICATION_PAN_SEQUENCE_NUMBER,
        of_card(tag::APPLICATION_PAN_SEQUENCE_NUMBER),
    );
    if payment.entry == Entry::Tap && is_visa(made.test) {
        // A reader that does EMV mode; a card that asks for nothing; a plastic card or a telephone.
        put(
            tag::TERMINAL_TRANSACTION_QUALIFIERS,
            Some(of_terminal(tag::TERMINAL_TRANSACTION_QUALIFIERS).unwrap_or(&[0x36, 0, 0x40, 0])),
        );
        put(
            tag::CARD_TRANSACTION_QUALIFIERS,
            Some(of_terminal(tag::CARD_TRANSACTION_QUALIFIERS).unwrap_or(&[0x00, 0x00])),
        );
        let form: &[u8] = if made.plastic.token.is_some() {
            &[0x23, 0x8C, 0x00, 0x00]
        } else {
            &[0x20, 0x70, 0x00, 0x00]
        };
        put(
            tag::FORM_FACTOR_INDICATOR,
            Some(of_terminal(tag::FORM_FACTOR_INDICATOR).unwrap_or(form)),
        );
    }
    chip
}

#[cfg(test)]
mod tests {
    #[test]
    fn amounts() {
        assert_eq!(super::numeric(1_234), [0, 0, 0, 0, 0x12, 0x34]);
        assert_eq!(super::numeric(999_999_999_999), [0x99; 6]);
    }
}
