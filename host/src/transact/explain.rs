//! The cryptography of one transaction, step by step, with every input shown.
//!
//! Keys and the account number are shown where the keys are published ones, and hidden otherwise.

use chipcard::card::test_cards;
use chipcard::crypto::Padding;
use chipcard::cryptogram::{
    ArpcKey, ArpcMethod, CipherFamily, CryptogramVersion, DataSource, IadPart, SignedPart,
};
use chipcard::issuer::{ChipData, IssuerAuthenticationData, IssuerResponse};
use chipcard::key::{Ac, CardKey, CardKeyOption, SessionDerivation, SessionKey, SessionKeyMethod};
use chipcard::{Tag, laboratory, tag};

use crate::decode::Node;
use crate::failure::Failure;
use crate::profile::Personalisation;

type Result<T> = std::result::Result<T, Failure>;

/// What stands for a key that is nobody's business.
const HIDDEN: &str = "(hidden)";

/// A key in hexadecimal, if it may be shown.
fn shown(card: &Personalisation, reveal: impl FnOnce() -> String) -> String {
    match card.has_published_keys() {
        true => reveal(),
        false => HIDDEN.to_owned(),
    }
}

/// How the card's key comes from the issuer's.
pub(super) fn card_key(card: &Personalisation) -> Result<Node> {
    let issuer = card.issuer_keys()?;
    let (pan, sequence) = (card.pan(), card.sequence());
    let option = card.version().card_key;
    let key = issuer.ac().card_key(pan, sequence, option)?;
    let (name, recipe) = match option {
        CardKeyOption::A => (
            "A",
            "the rightmost 16 digits and their complement, enciphered",
        ),
        CardKeyOption::B => (
            "B",
            "as option A for a PAN of up to 16 digits; else 16 digits of a SHA-1 hash",
        ),
        _ => ("C", "all digits to 32 with zeros on the left, enciphered"),
    };
    let (master, remark, number) = if card.has_published_keys() {
        let digits = pan.digits().iter().map(|digit| digit.to_string());
        (
            hex(&test_cards::TEST_KEY_AC),
            "published test key",
            digits.collect(),
        )
    } else {
        (HIDDEN.to_owned(), "", pan.to_string())
    };
    Ok(Node::new("Card key: EMV Book 2 A1.4")
        .with_child(Node::row("issuer master key (AC)", master, remark))
        .with_child(Node::row(
            "PAN || sequence number",
            format!("{number}{sequence}"),
            "",
        ))
        .with_child(Node::row("option", name, recipe))
        .with_child(Node::row(
            "card key",
            shown(card, || key.reveal(hex)),
            "also called UDK",
        )))
}

/// How the session key comes from the card key.
fn session_key(card: &Personalisation, chip: &ChipData<'_>, key: &SessionKey<Ac>) -> Result<Node> {
    let method = card.version().session_key;
    let (atc, un) = (chip.transaction_counter()?, chip.unpredictable_number()?);
    let (name, input) = match method {
        SessionKeyMethod::None => ("none: the card key signs", String::new()),
        SessionKeyMethod::EmvCommon => ("EMV common, Book 2 A1.3.1", format!("{atc}000000000000")),
        SessionKeyMethod::Mastercard => ("Mastercard's own", format!("{atc}0000{un}")),
        SessionKeyMethod::UnionPay => ("UnionPay", format!("000000000000{atc} and its complement")),
        SessionKeyMethod::Emv2000(_) => ("EMV2000 tree", atc.to_string()),
        _ => ("counter xored into the card key", atc.to_string()),
    };
    let mut node = Node::new("Session key").with_child(Node::row("method", name, ""));
    if !input.is_empty() {
        node = node.with_child(Node::row("diversified with", input, "from the counter ATC"));
    }
    Ok(node.with_child(Node::row(
        "session key",
        shown(card, || key.reveal(hex)),
        "",
    )))
}

/// What is signed, in order.
fn signed_data(version: &CryptogramVersion, chip: &ChipData<'_>) -> Result<Node> {
    let mut node = Node::new("Signed data, in this order");
    for part in version.data.parts() {
        let (label, tag) = match part {
            SignedPart::Element(tag) => (name(*tag), *tag),
            SignedPart::Iad(IadPart::Whole) => (
                name(tag::ISSUER_APPLICATION_DATA),
                tag::ISSUER_APPLICATION_DATA,
            ),
            SignedPart::Iad(_) => (
                "9F10 a part of the Issuer Application Data".to_owned(),
                tag::ISSUER_APPLICATION_DATA,
            ),
        };
        let value = chip.value(tag)?.unwrap_or_default();
        let value = match part {
            SignedPart::Iad(IadPart::Range { start, length }) => {
                let start = usize::from(*start);
                value
                    .get(start..start + usize::from(*length))
                    .unwrap_or_default()
            }
            _ => value,
        };
        node = node.with_child(Node::row(label, hex(value), ""));
    }
    let padding = match version.padding {
        Padding::None => "none: CMAC pads by itself",
        Padding::Method1 => "method 1: zeros to whole blocks, if needed",
        _ => "method 2: 80, then zeros to whole blocks, always",
    };
    Ok(node.with_child(Node::row("padding", padding, "")))
}

/// All steps from the card key to the cryptogram.
pub(super) fn cryptogram(card: &Personalisation, chip: &ChipData<'_>) -> Result<Vec<Node>> {
    let version = card.version();
    let key = signing_key(card, chip)?;
    let ac = laboratory::sign(version, &key, chip)?;
    let mac = match version.cipher {
        CipherFamily::Tdes => "ISO/IEC 9797-1 MAC algorithm 3 (retail MAC)",
        CipherFamily::Aes => "AES-CMAC, leftmost 8 bytes",
    };
    Ok(vec![
        session_key(card, chip, &key)?,
        signed_data(version, chip)?,
        Node::new("Application cryptogram: EMV Book 2 8.1")
            .with_child(Node::row("MAC", mac, ""))
            .with_child(Node::row("computed from these inputs", ac.to_string(), ""))
            .with_child(Node::row(
                "made by the card",
                chip.application_cryptogram()?.to_string(),
                "",
            )),
    ])
}

/// How the answer was signed.
pub(super) fn answer(
    card: &Personalisation,
    chip: &ChipData<'_>,
    response: &IssuerResponse<'_>,
    data: &IssuerAuthenticationData,
) -> Result<Node> {
    let version = card.version();
    let key = match version.arpc_key {
        ArpcKey::CardKey => "the card key",
        ArpcKey::SessionKey => "the session key of the cryptogram",
    };
    let arqc = chip.application_cryptogram()?.to_string();
    let node = Node::new("Response cryptogram (ARPC): EMV Book 2 8.2");
    let node = match version.arpc {
        Some(ArpcMethod::Method1) => node
            .with_child(Node::row(
                "method",
                "1",
                "ARQC xor response code, enciphered",
            ))
            .with_child(Node::row("key", key, ""))
            .with_child(Node::row("ARQC", arqc, ""))
            .with_child(Node::row(
                "response code",
                hex(&response.arc().to_bytes()),
                response.arc().to_string(),
            )),
        _ => node
            .with_child(Node::row(
                "method",
                "2",
                "MAC over ARQC and card status update, leftmost 4 bytes",
            ))
            .with_child(Node::row("key", key, ""))
            .with_child(Node::row("ARQC", arqc, ""))
            .with_child(Node::row("card status update", hex(&response.csu().0), "")),
    };
    Ok(node
        .with_child(Node::row("ARPC", hex(data.arpc()), ""))
        .with_child(Node::row("tag 91", hex(data.as_bytes()), "")))
}

/// The key that signs the cryptogram.
fn signing_key(card: &Personalisation, chip: &ChipData<'_>) -> Result<SessionKey<Ac>> {
    let version = card.version();
    let issuer = card.issuer_keys()?;
    let card_key: CardKey<Ac> =
        issuer
            .ac()
            .card_key(card.pan(), card.sequence(), version.card_key)?;
    let derivation: SessionDerivation = version
        .session_key
        .for_cryptogram(chip.transaction_counter()?, chip.unpredictable_number()?);
    Ok(card_key.session_key(&derivation)?)
}

fn name(tag: Tag) -> String {
    format!("{tag} {}", tag.info().map_or("", |info| info.name))
}

fn hex(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}
