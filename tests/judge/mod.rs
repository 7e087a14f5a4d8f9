//! A card, a terminal's message and the issuer that judges it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "several tests share this, each a part of it; a failure here is a failed test"
)]

pub(crate) mod rows;

use chipcard::cryptogram::{CipherFamily, CryptogramVersion};
use chipcard::element::{
    Amount, CountryCode, CryptogramType, CurrencyCode, Date, Pan, PanSequenceNumber, ServiceCode,
    YearMonth,
};
use chipcard::issuer::{
    Assessment, AuthorisationRequest, Authoriser, Cvv2Expiry, IssuedCard, Issuer, MemoryActivity,
    MemoryStore, MessageKind, OnlinePin, PosEntryMode, ReasonKind, StateKey, StripeKeys,
    TerminalCapability, Timestamp, Verdict,
};
use chipcard::key::{CardKeyOption, IssuerKeySet, IssuerMasterKey, KeyPolicy};
use chipcard::magstripe::{CardVerificationKey, CvvDigits, CvvInput, ExpiryDigits};
use chipcard::{Tag, tag};

use crate::test_card::{Elements, TestCard, iad, master_key};

/// Noon of 23 November 2026, UTC.
pub(crate) const NOON: u64 = 1_795_435_200;

/// The two keys of published card verification values.
const CVK: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();

pub(crate) fn cvk() -> CardVerificationKey {
    CardVerificationKey::new(&CVK, KeyPolicy::Strict).unwrap()
}

/// A card verification value of three digits over a service code; 999 is the chip's, 000 the printed one.
pub(crate) fn value(pan: &str, expiry: YearMonth, service_code: &str) -> String {
    let pan = Pan::from_digits(pan).unwrap();
    let code = ServiceCode::from_digits(service_code).unwrap();
    let input = CvvInput::new(&pan, ExpiryDigits::yymm(expiry), code);
    let value = cvk().verification_value(&input, CvvDigits::THREE).unwrap();
    value.reveal(str::to_owned)
}

/// An issuer, its memory, and one card.
pub(crate) struct Bench {
    pub(crate) card: TestCard,
    pub(crate) issued: IssuedCard<'static>,
    pub(crate) store: MemoryStore,
    pub(crate) authoriser: Authoriser<IssuerKeySet, StripeKeys>,
}

pub(crate) const PAN: &str = "4761739001010010";

pub(crate) fn expiry() -> YearMonth {
    YearMonth::new(2030, 12).unwrap()
}

fn keys(cipher: CipherFamily) -> IssuerKeySet {
    let key = master_key(cipher);
    let master = match cipher {
        CipherFamily::Tdes => IssuerMasterKey::tdes(&key),
        CipherFamily::Aes => IssuerMasterKey::aes(&key),
    };
    IssuerKeySet::new(crate::test_card::KEY_INDEX, master.unwrap())
}

pub(crate) fn stripe_keys() -> StripeKeys {
    StripeKeys::new(cvk())
        .with_cvv2(cvk(), Cvv2Expiry::YearMonth)
        .with_cvc3(
            IssuerMasterKey::new(
                chipcard::crypto::Algorithm::Tdes,
                &0x89AB_CDEF_0123_4567_7654_3210_FEDC_BA98_u128.to_be_bytes(),
                KeyPolicy::Strict,
            )
            .unwrap(),
            CardKeyOption::A,
        )
        .with_dcvv(
            IssuerMasterKey::tdes(&master_key(CipherFamily::Tdes)).unwrap(),
            CardKeyOption::A,
        )
}

impl Bench {
    pub(crate) fn new(version: &'static CryptogramVersion) -> Self {
        let card = TestCard::new(version, PAN, "01");
        let code = ServiceCode::from_digits("201").unwrap();
        let mut issued = IssuedCard::chip(card.record(), expiry(), code);
        issued.country = Some(CountryCode::new(392).unwrap());
        issued.currency = Some(CurrencyCode::new(392).unwrap());
        issued.verification_limit = Some(Amount::new(10_000).unwrap());
        Self::with(card, issued)
    }

    /// A card without chip: service code 101.
    pub(crate) fn stripe_only() -> Self {
        let card = TestCard::new(&CryptogramVersion::VISA_18, PAN, "01");
        let code = ServiceCode::from_digits("101").unwrap();
        let mut issued = IssuedCard::stripe(card.pan.clone(), expiry(), code);
        issued.country = Some(CountryCode::new(392).unwrap());
        issued.currency = Some(CurrencyCode::new(392).unwrap());
        Self::with(card, issued)
    }

    fn with(card: TestCard, issued: IssuedCard<'static>) -> Self {
        let issuer = Issuer::new(keys(card.version.cipher));
        let key = StateKey::new(&[0x5A; 32]);
        Self {
            authoriser: Authoriser::new(issuer, key).with_stripe(stripe_keys()),
            card,
            issued,
            store: MemoryStore::new(),
        }
    }

    pub(crate) fn sale(&self) -> Sale {
        Sale::new(self)
    }

    /// The first sale of a new card, changed: what comes of it.
    pub(crate) fn play(
        version: &'static CryptogramVersion,
        change: impl FnOnce(&mut Self, Sale) -> Sale,
    ) -> Assessment<'static> {
        let mut bench = Self::new(version);
        let sale = bench.sale();
        let sale = change(&mut bench, sale);
        bench.assess(&sale)
    }

    pub(crate) fn assess(&self, sale: &Sale) -> Assessment<'static> {
        self.submit(sale, |request| self.judge(request))
    }

    /// The same by an issuer that keeps the card's activity.
    pub(crate) fn watch(&self, sale: &Sale, activity: &MemoryActivity) -> Assessment<'static> {
        self.submit(sale, |request| {
            let Ok(weighed) = self.authoriser.weigh(request, &self.issued, &self.store);
            let Ok(assessment) = weighed.watched(activity);
            assessment
        })
    }

    fn submit<T>(&self, sale: &Sale, judge: impl FnOnce(&AuthorisationRequest<'_>) -> T) -> T {
        let de55 = sale.de55(&self.card);
        let mut request: AuthorisationRequest<'_> = sale.request.clone();
        request.chip = de55.as_deref();
        request.track2 = sale.track2.as_deref();
        request.track1 = sale.track1.as_deref();
        request.stan = Some(&sale.stan);
        request.rrn = Some(&sale.stan);
        judge(&request)
    }

    pub(crate) fn judge(&self, request: &AuthorisationRequest<'_>) -> Assessment<'static> {
        let Ok(assessment) = self.authoriser.assess(request, &self.issued, &self.store);
        assessment
    }

    /// The verdict and the reason that decided.
    pub(crate) fn verdict(&self, sale: &Sale) -> (Verdict, Option<ReasonKind>) {
        let assessment = self.assess(sale);
        let first = assessment.reasons.first().map(|reason| reason.kind);
        (assessment.verdict, first)
    }

    pub(crate) fn track2(&self, service_code: &str, value: &str) -> String {
        let [year, month] = self.issued.expiry.to_bytes();
        format!("{PAN}={year:02X}{month:02X}{service_code}12345{value}")
    }
}

/// A sale as an authorisation host reads it, with every field that it has: text and bytes.
pub(crate) fn whole_message<'a>(stan: &'a str, de55: &'a [u8]) -> AuthorisationRequest<'a> {
    whole_message_of(core::hint::black_box(PAN), stan, de55)
}

/// The same of another card.
pub(crate) fn whole_message_of<'a>(
    pan: &str,
    stan: &'a str,
    de55: &'a [u8],
) -> AuthorisationRequest<'a> {
    let mut request = AuthorisationRequest::new(
        MessageKind::Authorisation,
        Pan::from_digits(pan).unwrap(),
        Amount::new(1_000).unwrap(),
        CurrencyCode::new(392).unwrap(),
        PosEntryMode::parse("051").unwrap(),
        Timestamp(NOON),
    );
    request.sequence = Some(PanSequenceNumber::from_digits("01").unwrap());
    request.local_date = Some(Date::new(2026, 11, 23).unwrap());
    request.country = Some(CountryCode::new(392).unwrap());
    request.terminal = TerminalCapability::ChipAndContactless;
    request.pin = OnlinePin::Right;
    request.mcc = Some(5411);
    request.stan = Some(stan);
    request.rrn = Some("632712000001");
    request.acquirer = Some("123456");
    request.merchant = Some("MERCHANT0000001");
    request.terminal_id = Some("TERM0001");
    request.chip = Some(de55);
    request
}

/// A message to judge, and the chip data to sign.
#[derive(Clone)]
pub(crate) struct Sale {
    pub(crate) request: AuthorisationRequest<'static>,
    pub(crate) elements: Option<Elements>,
    pub(crate) track1: Option<String>,
    pub(crate) track2: Option<String>,
    pub(crate) stan: String,
    /// Changed after the cryptogram was made.
    pub(crate) after: Vec<(Tag, Vec<u8>)>,
}

impl Sale {
    /// 1000 yen in Japan, over the contacts, ATC 0010, a PIN for the issuer.
    pub(crate) fn new(bench: &Bench) -> Self {
        let mut request = AuthorisationRequest::new(
            MessageKind::Authorisation,
            bench.issued.pan.clone(),
            Amount::new(1_000).unwrap(),
            CurrencyCode::new(392).unwrap(),
            PosEntryMode::Contact,
            Timestamp(NOON),
        );
        request.local_date = Some(Date::new(2026, 11, 23).unwrap());
        request.country = Some(CountryCode::new(392).unwrap());
        request.terminal = TerminalCapability::ChipAndContactless;
        request.pin = OnlinePin::Right;
        request.mcc = Some(5411);
        request.acquirer = Some("123456");
        request.merchant = Some("MERCHANT0000001");
        request.terminal_id = Some("TERM0001");
        let mut elements = bench.card.message();
        for (tag, value) in [
            (
                tag::AMOUNT_AUTHORISED_NUMERIC,
                &[0, 0, 0, 0, 0x10, 0x00][..],
            ),
            (tag::TRANSACTION_CURRENCY_CODE, &[0x03, 0x92]),
            (tag::TERMINAL_COUNTRY_CODE, &[0x03, 0x92]),
            (tag::TRANSACTION_DATE, &[0x26, 0x11, 0x23]),
            (tag::APPLICATION_TRANSACTION_COUNTER, &[0x00, 0x10]),
            (
                tag::ISSUER_APPLICATION_DATA,
                &iad(bench.card.version, CryptogramType::Arqc),
            ),
            (tag::CVM_RESULTS, &[0x42, 0x03, 0x00]),
            (tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x04, 0x80, 0]),
        ] {
            elements.set(tag, value);
        }
        elements.remove(tag::APPLICATION_CRYPTOGRAM);
        Self {
            request,
            elements: bench.issued.has_chip().then_some(elements),
            track1: None,
            track2: None,
            stan: "000001".to_owned(),
            after: Vec::new(),
        }
    }

    /// A swipe: no chip data, a track, no PIN.
    pub(crate) fn swiped(bench: &Bench, mode: PosEntryMode, terminal: TerminalCapability) -> Self {
        let mut sale = Self::new(bench);
        sale.elements = None;
        sale.request.entry_mode = mode;
        sale.request.terminal = terminal;
        sale.request.pin = OnlinePin::NotSent;
        let code = bench.issued.service_code.to_string();
        let cvv = value(PAN, bench.issued.expiry, &code);
        sale.track2 = Some(bench.track2(&code, &cvv));
        sale
    }

    #[must_use]
    pub(crate) fn with(mut self, change: impl FnOnce(&mut AuthorisationRequest<'static>)) -> Self {
        change(&mut self.request);
        self
    }

    /// Sets an element before the cryptogram is made.
    #[must_use]
    pub(crate) fn set(mut self, tag: Tag, value: &[u8]) -> Self {
        if let Some(elements) = &mut self.elements {
            elements.set(tag, value);
        }
        self
    }

    #[must_use]
    pub(crate) fn without(mut self, tag: Tag) -> Self {
        if let Some(elements) = &mut self.elements {
            elements.remove(tag);
        }
        self
    }

    /// Changes an element after the cryptogram was made.
    #[must_use]
    pub(crate) fn tampered(mut self, tag: Tag, value: &[u8]) -> Self {
        self.after.push((tag, value.to_vec()));
        self
    }

    /// Sets bits of one byte, counted from 1, of the issuer application data.
    #[must_use]
    pub(crate) fn iad(mut self, byte: usize, bits: u8) -> Self {
        if let Some(elements) = &mut self.elements {
            elements.get_mut(tag::ISSUER_APPLICATION_DATA)[byte - 1] |= bits;
        }
        self
    }

    #[must_use]
    pub(crate) fn atc(self, atc: u16) -> Self {
        let stan = format!("{atc:06}");
        // A good terminal draws another number each time.
        let number = u32::from(atc).wrapping_mul(0x9E37_79B9).rotate_left(13);
        self.set(tag::UNPREDICTABLE_NUMBER, &number.to_be_bytes())
            .set(tag::APPLICATION_TRANSACTION_COUNTER, &atc.to_be_bytes())
            .stan(&stan)
    }

    #[must_use]
    pub(crate) fn stan(mut self, stan: &str) -> Self {
        stan.clone_into(&mut self.stan);
        self
    }

    #[must_use]
    pub(crate) fn at(self, seconds: u64) -> Self {
        self.with(|request| request.at = Timestamp(NOON + seconds))
    }

    #[must_use]
    pub(crate) fn amount(self, minor_units: u64) -> Self {
        let amount = Amount::new(minor_units).unwrap();
        self.set(tag::AMOUNT_AUTHORISED_NUMERIC, &amount.to_bytes())
            .with(|request| request.amount = amount)
    }

    /// The chip data, signed, then changed.
    pub(crate) fn de55(&self, card: &TestCard) -> Option<Vec<u8>> {
        let mut elements = self.elements.clone()?;
        card.sign(&mut elements);
        for (tag, value) in &self.after {
            elements.set(*tag, value);
        }
        Some(elements.bytes())
    }
}
