//! A cryptogram version that the library does not know, as a row of one's own.
//!
//! `cargo run --example own_version --features laboratory`

use std::collections::BTreeMap;
use std::error::Error;

use chipcard::cryptogram::{
    Attestation, CryptogramVersion, DataList, DataSource, Family, IadPart, Label, SignedPart,
};
use chipcard::element::{
    ApplicationTransactionCounter, IadLayout, Pan, PanSequenceNumber, UnpredictableNumber,
};
use chipcard::issuer::{CardRecord, ChipData, Issuer};
use chipcard::key::{IssuerKeySet, IssuerMasterKey};
use chipcard::{Result, Tag, laboratory, tag, tlv::Writer};

/// A private label card: amount, currency, unpredictable number, counter and all issuer application data; the
/// rest as Visa CVN 18.
const PRIVATE_LABEL: CryptogramVersion = CryptogramVersion {
    name: Label::new("Private label 07"),
    family: Family::Private,
    identifier: 0x07,
    iad_layout: IadLayout::Opaque,
    data: DataList::elements(&[
        tag::AMOUNT_AUTHORISED_NUMERIC,
        tag::TRANSACTION_CURRENCY_CODE,
        tag::UNPREDICTABLE_NUMBER,
        tag::APPLICATION_TRANSACTION_COUNTER,
    ])
    .then(SignedPart::Iad(IadPart::Whole)),
    attestation: Attestation::Own,
    ..CryptogramVersion::VISA_18
};

fn main() -> Result<(), Box<dyn Error>> {
    let key = || -> Result<_, Box<dyn Error>> {
        let bytes = hex::decode("0123456789ABCDEFFEDCBA9876543210")?;
        Ok(IssuerMasterKey::tdes(
            &bytes.try_into().map_err(|_| "a key has 16 bytes")?,
        )?)
    };
    let pan = Pan::from_digits("9990000000000009")?;

    // What the card does, step by step, as a test bench would.
    let mut values = Values(BTreeMap::from([
        (tag::AMOUNT_AUTHORISED_NUMERIC, hex::decode("000000012345")?),
        (tag::TRANSACTION_CURRENCY_CODE, hex::decode("0392")?),
        (tag::UNPREDICTABLE_NUMBER, hex::decode("11223344")?),
        (tag::APPLICATION_TRANSACTION_COUNTER, hex::decode("0001")?),
        (tag::ISSUER_APPLICATION_DATA, hex::decode("0701A5")?),
    ]));
    let derivation = PRIVATE_LABEL.session_key.for_cryptogram(
        ApplicationTransactionCounter(1),
        UnpredictableNumber([0x11, 0x22, 0x33, 0x44]),
    );
    let session_key = key()?
        .card_key(&pan, PanSequenceNumber::ZERO, PRIVATE_LABEL.card_key)?
        .session_key(&derivation)?;
    let cryptogram = laboratory::sign(&PRIVATE_LABEL, &session_key, &values)?;
    values
        .0
        .insert(tag::APPLICATION_CRYPTOGRAM, cryptogram.0.to_vec());

    // What the host does.
    let mut buffer = [0; 128];
    let mut de55 = Writer::new(&mut buffer);
    values
        .0
        .iter()
        .try_for_each(|(tag, value)| de55.put(*tag, value))?;
    let issuer = Issuer::new(IssuerKeySet::new(0x01, key()?));
    let card = CardRecord::new(pan, None, &PRIVATE_LABEL, 0x01);
    let verified = issuer.verify_arqc(&card, &ChipData::parse(de55.as_bytes())?)?;
    println!(
        "{} verified by {}",
        verified.arqc(),
        verified.version().name
    );
    Ok(())
}

struct Values(BTreeMap<Tag, Vec<u8>>);

impl DataSource for Values {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>> {
        Ok(self.0.get(&tag).map(Vec::as_slice))
    }
}
