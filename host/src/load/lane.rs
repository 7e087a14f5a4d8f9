//! One card, one terminal, one issuer.

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::test_cards::TestCard;
use chipcard::card::{Applet, AuthenticationCommand, ResponseFormat, VolatileMemory};
use chipcard::dol::DataObjectList;
use chipcard::element::{ApplicationFileLocator, CryptogramType};
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse};
use chipcard::key::IssuerKeySet;
use chipcard::tlv::{self, Writer};
use chipcard::{Tag, tag};

use crate::failure::Failure;

/// A card's counter ends here; the next transaction is another card's.
const LAST_TRANSACTION: u16 = u16::MAX;

/// Bytes of a command.
const COMMAND: usize = 261;

/// Terminal data that no transaction changes.
const FIXED: [(Tag, &[u8]); 9] = [
    (tag::AMOUNT_OTHER_NUMERIC, &[0; 6]),
    (tag::TERMINAL_COUNTRY_CODE, &[0x08, 0x40]),
    (tag::TERMINAL_VERIFICATION_RESULTS, &[0x80, 0, 0, 0x80, 0]),
    (tag::TRANSACTION_CURRENCY_CODE, &[0x08, 0x40]),
    (tag::TRANSACTION_TYPE, &[0x00]),
    (tag::TERMINAL_TYPE, &[0x22]),
    (
        tag::ADDITIONAL_TERMINAL_CAPABILITIES,
        &[0x70, 0x00, 0xF0, 0xA0, 0x01],
    ),
    (tag::CVM_RESULTS, &[0x1F, 0x00, 0x02]),
    (tag::AUTHORISATION_RESPONSE_CODE, b"00"),
];

/// What the terminal fills in.
#[derive(Clone, Copy)]
struct Sale {
    amount: [u8; 6],
    date: [u8; 3],
    unpredictable_number: [u8; 4],
    /// Tag 91.
    answer: [u8; 16],
    answer_length: usize,
}

impl Sale {
    fn get(&self, tag: Tag) -> Option<&[u8]> {
        match tag {
            tag::AMOUNT_AUTHORISED_NUMERIC => Some(&self.amount),
            tag::TRANSACTION_DATE => Some(&self.date),
            tag::UNPREDICTABLE_NUMBER => Some(&self.unpredictable_number),
            tag::ISSUER_AUTHENTICATION_DATA => self.answer.get(..self.answer_length),
            _ => FIXED
                .iter()
                .find(|(known, _)| *known == tag)
                .map(|(_, value)| *value),
        }
    }
}

/// One card after another, in a terminal with a line to their issuer.
pub(super) struct Lane {
    test: &'static TestCard,
    card: Applet<'static, VolatileMemory>,
    issuer: Issuer<IssuerKeySet>,
    record: CardRecord<'static>,
    numbers: u64,
    commands: u64,
    command: [u8; COMMAND],
    response: [u8; MAX_RESPONSE_LENGTH],
}

impl Lane {
    pub(super) fn new(test: &'static TestCard, number: usize) -> Result<Self, Failure> {
        Ok(Self {
            test,
            card: new_card(test)?,
            issuer: Issuer::new(test.issuer_keys()?),
            record: CardRecord::new(
                test.pan()?,
                Some(test.sequence()?),
                test.profile.version,
                TestCard::KEY_INDEX,
            ),
            numbers: number as u64,
            commands: 0,
            command: [0; COMMAND],
            response: [0; MAX_RESPONSE_LENGTH],
        })
    }

    pub(super) const fn commands(&self) -> u64 {
        self.commands
    }

    /// Numbers that differ from one transaction to the next (SplitMix64).
    fn number(&mut self) -> u64 {
        self.numbers = self.numbers.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.numbers;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn sale(&mut self) -> Sale {
        let number = self.number().to_be_bytes();
        let [a, b, c, d, e, f, g, _] = number;
        let digits = |byte: u8| byte / 10 % 10 * 16 + byte % 10;
        Sale {
            amount: [0, 0, 0, digits(a), digits(b), digits(c)],
            date: [0x26, digits(d % 12 + 1), digits(e % 28 + 1)],
            unpredictable_number: [a ^ e, b ^ f, c ^ g, d],
            answer: [0; 16],
            answer_length: 0,
        }
    }

    /// One transaction, which must end in a TC.
    pub(super) fn transact(&mut self) -> Result<(), Failure> {
        if self.card.state().atc.0 == LAST_TRANSACTION {
            self.card = new_card(self.test)?;
        }
        let profile = &self.test.profile;
        let mut sale = self.sale();
        self.send([0x00, 0xA4, 0x04, 0x00], |data| data.raw(profile.aid))?;
        self.send([0x80, 0xA8, 0x00, 0x00], |data| {
            data.template(tag::COMMAND_TEMPLATE, |inside| {
                fill(inside, profile.pdol, &sale)
            })
        })?;
        for entry in ApplicationFileLocator::parse(profile.afl)?.entries() {
            for number in entry.records() {
                self.send([0x00, 0xB2, number, entry.sfi() << 3 | 0x04], |_| Ok(()))?;
            }
        }
        let arqc = CryptogramType::Arqc.to_bits() << 6;
        let length = self.send([0x80, 0xAE, arqc, 0x00], |data| {
            fill(data, profile.cdol1, &sale)
        })?;
        self.authorise(&mut sale, length)?;

        let rules = &profile.issuer_authentication;
        if rules.command == AuthenticationCommand::ExternalAuthenticate {
            self.send([0x00, 0x82, 0x00, 0x00], |data| {
                data.raw(sale.answer.get(..sale.answer_length).unwrap_or_default())
            })?;
        }
        let tc = CryptogramType::Tc.to_bits();
        let header = [0x80, 0xAE, tc << 6, 0x00];
        let length = self.send(header, |data| fill(data, profile.cdol2, &sale))?;
        let (cid, ..) = cryptogram(
            self.response.get(..length).unwrap_or_default(),
            profile.format,
        )?;
        if cid.first().map(|cid| cid >> 6) != Some(tc) {
            return Err(Failure::new("the second GENERATE AC gave no TC"));
        }
        Ok(())
    }

    /// Brings the ARQC to the issuer, and his answer into the sale.
    fn authorise(&mut self, sale: &mut Sale, length: usize) -> Result<(), Failure> {
        let profile = &self.test.profile;
        let data = self.response.get(..length).unwrap_or_default();
        let (cid, atc, ac, iad) = cryptogram(data, profile.format)?;
        let mut buffer = [0; 255];
        let mut de55 = Writer::new(&mut buffer);
        de55.put(tag::APPLICATION_CRYPTOGRAM, ac)?;
        de55.put(tag::CRYPTOGRAM_INFORMATION_DATA, cid)?;
        de55.put(tag::ISSUER_APPLICATION_DATA, iad)?;
        de55.put(tag::APPLICATION_TRANSACTION_COUNTER, atc)?;
        de55.put(tag::APPLICATION_INTERCHANGE_PROFILE, &profile.aip.0)?;
        for tag in [
            tag::AMOUNT_AUTHORISED_NUMERIC,
            tag::AMOUNT_OTHER_NUMERIC,
            tag::TERMINAL_COUNTRY_CODE,
            tag::TERMINAL_VERIFICATION_RESULTS,
            tag::TRANSACTION_CURRENCY_CODE,
            tag::TRANSACTION_DATE,
            tag::TRANSACTION_TYPE,
            tag::UNPREDICTABLE_NUMBER,
            tag::CVM_RESULTS,
        ] {
            de55.put(tag, sale.get(tag).unwrap_or_default())?;
        }
        let chip = ChipData::parse(de55.finish())?;
        let verified = self.issuer.verify_arqc(&self.record, &chip)?;
        let answer = self
            .issuer
            .authorise(verified, &IssuerResponse::approve())?;
        for (to, from) in sale.answer.iter_mut().zip(answer.as_bytes()) {
            *to = *from;
        }
        sale.answer_length = answer.as_bytes().len();
        Ok(())
    }

    /// Sends a command and gives the length of the answer's data; the status word must be `9000`.
    fn send(
        &mut self,
        header: [u8; 4],
        data: impl FnOnce(&mut Writer<'_>) -> chipcard::Result<()>,
    ) -> Result<usize, Failure> {
        let (front, body) = self.command.split_at_mut(5);
        let (body, _) = body.split_at_mut(255);
        let mut writer = Writer::new(body);
        data(&mut writer)?;
        let used = writer.as_bytes().len();
        // The writer has 255 bytes.
        let lc = used.to_le_bytes()[0];
        for (to, from) in front.iter_mut().zip(header.into_iter().chain([lc])) {
            *to = from;
        }
        // Without data, Le takes the place of Lc.
        let end = if used == 0 { 5 } else { 5 + used + 1 };
        if let Some(le) = self.command.get_mut(end - 1) {
            *le = 0;
        }
        let command = self.command.get(..end).unwrap_or_default();
        let length = self.card.process(command, &mut self.response);
        self.commands += 1;
        match self.response.get(..length).and_then(StatusWord::split) {
            Some((data, StatusWord::OK)) => Ok(data.len()),
            Some((_, status)) => {
                let header = u32::from_be_bytes(header);
                Err(Failure::new(format!(
                    "{header:08X} was answered with {status}"
                )))
            }
            None => Err(Failure::new("the card gave no answer")),
        }
    }
}

fn new_card(test: &'static TestCard) -> Result<Applet<'static, VolatileMemory>, Failure> {
    Ok(Applet::new(
        &test.profile,
        test.card_keys()?,
        VolatileMemory::new(),
    )?)
}

/// The values of a data object list.
fn fill(data: &mut Writer<'_>, list: &[u8], sale: &Sale) -> chipcard::Result<()> {
    let list = DataObjectList::parse(list)?;
    let mut buffer = [0; 255];
    let filled = list.fill(&mut buffer, |tag| sale.get(tag))?;
    data.raw(filled)
}

/// Cryptogram information data, counter, cryptogram and issuer application data.
type Cryptogram<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8]);

fn cryptogram(data: &[u8], format: ResponseFormat) -> chipcard::Result<Cryptogram<'_>> {
    match format {
        ResponseFormat::Format1 => {
            let values = tlv::require(data, tag::RESPONSE_TEMPLATE_FORMAT_1)?.value;
            let part = |from, to| values.get(from..to).unwrap_or_default();
            Ok((part(0, 1), part(1, 3), part(3, 11), part(11, values.len())))
        }
        ResponseFormat::Format2 => {
            let objects = tlv::require(data, tag::RESPONSE_TEMPLATE_FORMAT_2)?.value;
            let value = |tag| tlv::require(objects, tag).map(|object| object.value);
            Ok((
                value(tag::CRYPTOGRAM_INFORMATION_DATA)?,
                value(tag::APPLICATION_TRANSACTION_COUNTER)?,
                value(tag::APPLICATION_CRYPTOGRAM)?,
                value(tag::ISSUER_APPLICATION_DATA)?,
            ))
        }
    }
}
