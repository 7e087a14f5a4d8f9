//! A card, its issuer and as much of a terminal as the tests need.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses another part"
)]

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::test_cards::TestCard;
use chipcard::card::{
    Applet, AuthenticationCommand, CardMemory, Coprocessor, NoCoprocessor, ResponseFormat,
    VolatileMemory,
};
use chipcard::cryptogram::ApplicationCryptogram;
use chipcard::dol::DataObjectList;
use chipcard::element::{
    CardVerificationResults, CryptogramInformationData, CryptogramType, IssuerApplicationData,
};
use chipcard::issuer::{
    CardRecord, ChipData, Issuer, IssuerAuthenticationData, IssuerResponse, Refusal,
};
use chipcard::key::IssuerKeySet;
use chipcard::tlv::{self, Writer};
use chipcard::{Tag, tag};

/// What the terminal knows of the transaction, by tag.
#[derive(Clone, Debug)]
pub struct Purchase {
    pub values: Vec<(u32, Vec<u8>)>,
}

impl Purchase {
    /// DE 55 of the request for this purchase, with what the card made of it. The issuer's answer is no part of it.
    pub fn de55(&self, test: &TestCard, first: &Cryptogram) -> Vec<u8> {
        let mut buffer = [0; 512];
        let mut de55 = Writer::new(&mut buffer);
        let mut put = |tag, value: &[u8]| de55.put(tag, value).unwrap();
        put(tag::APPLICATION_CRYPTOGRAM, &first.ac.0);
        put(tag::CRYPTOGRAM_INFORMATION_DATA, &first.cid.0);
        put(tag::ISSUER_APPLICATION_DATA, &first.iad);
        put(
            tag::APPLICATION_TRANSACTION_COUNTER,
            &first.atc.to_be_bytes(),
        );
        put(tag::APPLICATION_INTERCHANGE_PROFILE, &test.profile.aip.0);
        for (tag, value) in &self.values {
            if ![0x8A, 0x91].contains(tag) {
                put(Tag::new(*tag), value);
            }
        }
        de55.as_bytes().to_vec()
    }

    /// 10.00 US dollar in the USA at an attended terminal that can go online.
    pub fn new() -> Self {
        let values = [
            (0x9F02, "000000001000"),
            (0x9F03, "000000000000"),
            (0x9F1A, "0840"),
            (0x95, "8000000000"),
            (0x5F2A, "0840"),
            (0x9A, "261123"),
            (0x9C, "00"),
            (0x9F37, "5A17C03E"),
            (0x9F35, "22"),
            (0x9F40, "7000F0A001"),
            (0x9F34, "1F0002"),
        ];
        Self {
            values: values
                .into_iter()
                .map(|(tag, value)| (tag, hex::decode(value).unwrap()))
                .collect(),
        }
    }

    pub fn with(mut self, tag: u32, value: &[u8]) -> Self {
        self.values.retain(|(other, _)| *other != tag);
        self.values.push((tag, value.to_vec()));
        self
    }

    fn get(&self, tag: Tag) -> Option<&[u8]> {
        let (_, value) = self
            .values
            .iter()
            .find(|(other, _)| *other == tag.number())?;
        Some(value)
    }

    /// Fills a data object list.
    pub fn fill(&self, list: &[u8]) -> Vec<u8> {
        let mut buffer = [0; 255];
        let list = DataObjectList::parse(list).unwrap();
        let filled = list.fill(&mut buffer, |tag| self.get(tag));
        filled.unwrap().to_vec()
    }
}

/// What GENERATE AC answered.
#[derive(Clone, Debug)]
pub struct Cryptogram {
    pub cid: CryptogramInformationData,
    pub atc: u16,
    pub ac: ApplicationCryptogram,
    pub iad: Vec<u8>,
}

impl Cryptogram {
    pub fn parse(format: ResponseFormat, data: &[u8]) -> Self {
        let (cid, atc, ac, iad);
        match format {
            ResponseFormat::Format1 => {
                let value = tlv::require(data, Tag::new(0x80)).unwrap().value;
                (cid, atc, ac, iad) = (value[0], &value[1..3], &value[3..11], &value[11..]);
            }
            ResponseFormat::Format2 => {
                let inside = tlv::require(data, Tag::new(0x77)).unwrap().value;
                let get = |tag| tlv::require(inside, tag).unwrap().value;
                cid = get(tag::CRYPTOGRAM_INFORMATION_DATA)[0];
                atc = get(tag::APPLICATION_TRANSACTION_COUNTER);
                ac = get(tag::APPLICATION_CRYPTOGRAM);
                iad = get(tag::ISSUER_APPLICATION_DATA);
            }
        }
        Self {
            cid: CryptogramInformationData([cid]),
            atc: u16::from_be_bytes(atc.try_into().unwrap()),
            ac: ApplicationCryptogram(ac.try_into().unwrap()),
            iad: iad.to_vec(),
        }
    }

    pub fn kind(&self) -> CryptogramType {
        self.cid.cryptogram_type().unwrap()
    }
}

/// A card in a reader, and the issuer behind the terminal.
pub struct Bench<M: CardMemory = VolatileMemory, C: Coprocessor = NoCoprocessor> {
    pub test: &'static TestCard,
    pub card: Applet<'static, M, C>,
    pub issuer: Issuer<IssuerKeySet>,
    pub record: CardRecord<'static>,
}

impl Bench {
    pub fn new(test: &'static TestCard) -> Self {
        Self::with_memory(test, VolatileMemory::new())
    }
}

impl<M: CardMemory> Bench<M> {
    pub fn with_memory(test: &'static TestCard, memory: M) -> Self {
        Self::with_coprocessor(test, memory, NoCoprocessor)
    }
}

impl<M: CardMemory, C: Coprocessor> Bench<M, C> {
    pub fn with_coprocessor(test: &'static TestCard, memory: M, coprocessor: C) -> Self {
        let card = Applet::new(&test.profile, test.card_keys().unwrap(), memory).unwrap();
        let card = card.with_coprocessor(coprocessor);
        Self {
            test,
            card,
            issuer: Issuer::new(test.issuer_keys().unwrap()),
            record: CardRecord::new(
                test.pan().unwrap(),
                Some(test.sequence().unwrap()),
                test.profile.version,
                TestCard::KEY_INDEX,
            ),
        }
    }

    pub fn send(&mut self, command: &[u8]) -> (Vec<u8>, StatusWord) {
        let mut buffer = [0; MAX_RESPONSE_LENGTH];
        let length = self.card.process(command, &mut buffer);
        let (data, status) = StatusWord::split(&buffer[..length]).unwrap();
        (data.to_vec(), status)
    }

    pub fn command(&mut self, header: [u8; 4], data: &[u8]) -> (Vec<u8>, StatusWord) {
        let mut command = header.to_vec();
        command.push(u8::try_from(data.len()).unwrap());
        command.extend(data);
        command.push(0x00);
        self.send(&command)
    }

    pub fn select(&mut self) -> StatusWord {
        self.command([0x00, 0xA4, 0x04, 0x00], self.test.profile.aid)
            .1
    }

    pub fn processing_options(&mut self, purchase: &Purchase) -> StatusWord {
        let values = purchase.fill(self.test.profile.pdol);
        let mut buffer = [0; 255];
        let mut data = Writer::new(&mut buffer);
        data.put(Tag::new(0x83), &values).unwrap();
        self.command([0x80, 0xA8, 0x00, 0x00], data.as_bytes()).1
    }

    /// SELECT and GET PROCESSING OPTIONS.
    pub fn begin(&mut self, purchase: &Purchase) {
        assert!(self.select().is_processed());
        assert_eq!(self.processing_options(purchase), StatusWord::OK);
    }

    pub fn generate_ac(
        &mut self,
        kind: CryptogramType,
        data: &[u8],
    ) -> Result<Cryptogram, StatusWord> {
        let (data, status) = self.command([0x80, 0xAE, kind.to_bits() << 6, 0x00], data);
        match status {
            StatusWord::OK => Ok(Cryptogram::parse(self.test.profile.format, &data)),
            _ => Err(status),
        }
    }

    pub fn first(&mut self, purchase: &Purchase, kind: CryptogramType) -> Cryptogram {
        let data = purchase.fill(self.test.profile.cdol1);
        self.generate_ac(kind, &data).unwrap()
    }

    pub fn second(
        &mut self,
        purchase: &Purchase,
        kind: CryptogramType,
        arc: [u8; 2],
        answer: Option<&[u8]>,
    ) -> Cryptogram {
        let mut purchase = purchase.clone().with(0x8A, &arc);
        if let Some(answer) = answer {
            purchase = purchase.with(0x91, answer);
        }
        let data = purchase.fill(self.test.profile.cdol2);
        self.generate_ac(kind, &data).unwrap()
    }

    /// DE 55 of the request.
    pub fn de55(&self, purchase: &Purchase, first: &Cryptogram) -> Vec<u8> {
        purchase.de55(self.test, first)
    }

    /// Verifies the cryptogram and signs an answer.
    pub fn ask_issuer(
        &self,
        purchase: &Purchase,
        first: &Cryptogram,
        response: &IssuerResponse<'_>,
    ) -> Result<IssuerAuthenticationData, Refusal> {
        let de55 = self.de55(purchase, first);
        let chip = ChipData::parse(&de55)?;
        let verified = self.issuer.verify_arqc(&self.record, &chip)?;
        Ok(self.issuer.authorise(verified, response)?)
    }

    /// Brings the answer to the card and asks for the final cryptogram. Gives the status word of EXTERNAL
    /// AUTHENTICATE, where the card has it, and the cryptogram.
    pub fn finish(
        &mut self,
        purchase: &Purchase,
        kind: CryptogramType,
        arc: [u8; 2],
        answer: &[u8],
    ) -> (Option<StatusWord>, Cryptogram) {
        match self.test.profile.issuer_authentication.command {
            AuthenticationCommand::ExternalAuthenticate => {
                let (_, status) = self.command([0x00, 0x82, 0x00, 0x00], answer);
                (Some(status), self.second(purchase, kind, arc, None))
            }
            AuthenticationCommand::SecondGenerateAc => {
                (None, self.second(purchase, kind, arc, Some(answer)))
            }
        }
    }

    /// A whole online transaction that the issuer approves.
    pub fn approved_online(&mut self, purchase: &Purchase) -> Cryptogram {
        self.begin(purchase);
        let first = self.first(purchase, CryptogramType::Arqc);
        let answer = self
            .ask_issuer(purchase, &first, &IssuerResponse::approve())
            .unwrap();
        let (_, last) = self.finish(purchase, CryptogramType::Tc, *b"00", answer.as_bytes());
        assert_eq!(last.kind(), CryptogramType::Tc);
        last
    }

    pub fn cvr<'a>(&self, cryptogram: &'a Cryptogram) -> CardVerificationResults<'a> {
        let layout = self.test.profile.version.iad_layout;
        let iad = IssuerApplicationData::parse(layout, &cryptogram.iad).unwrap();
        iad.cvr().unwrap()
    }
}

/// The commands of a new card's first transaction, from SELECT to the second GENERATE AC, with the issuer's answer.
pub fn online_transaction(test: &'static TestCard) -> Vec<Vec<u8>> {
    let (mut bench, purchase) = (Bench::new(test), Purchase::new());
    bench.begin(&purchase);
    let first = bench.first(&purchase, CryptogramType::Arqc);
    let answer = bench
        .ask_issuer(&purchase, &first, &IssuerResponse::approve())
        .unwrap();
    let with_data = |header: [u8; 4], data: &[u8]| {
        let length = u8::try_from(data.len()).unwrap();
        [&header, &[length][..], data, &[0x00]].concat()
    };
    let profile = &test.profile;
    let values = purchase.fill(profile.pdol);
    let pdol = [&[0x83, u8::try_from(values.len()).unwrap()], &values[..]].concat();
    let answered = purchase
        .clone()
        .with(0x8A, b"00")
        .with(0x91, answer.as_bytes());
    let external =
        profile.issuer_authentication.command == AuthenticationCommand::ExternalAuthenticate;
    let authenticate = with_data([0x00, 0x82, 0x00, 0x00], answer.as_bytes());
    let mut commands = vec![
        with_data([0x00, 0xA4, 0x04, 0x00], profile.aid),
        with_data([0x80, 0xA8, 0x00, 0x00], &pdol),
        vec![0x00, 0xB2, 0x01, 0x0C, 0x00],
        vec![0x00, 0xB2, 0x01, 0x14, 0x00],
        vec![0x00, 0xB2, 0x02, 0x14, 0x00],
        with_data([0x80, 0xAE, 0x80, 0x00], &purchase.fill(profile.cdol1)),
    ];
    commands.extend(external.then_some(authenticate));
    commands.push(with_data(
        [0x80, 0xAE, 0x40, 0x00],
        &answered.fill(profile.cdol2),
    ));
    commands
}
