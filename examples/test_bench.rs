//! A card in a test bench: tear it in the middle of a transaction and see what it tells its issuer afterwards.
//!
//! `cargo run --example test_bench`

use std::error::Error;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::{Applet, VolatileMemory, test_cards};
use chipcard::element::IssuerApplicationData;
use chipcard::{tag, tlv};

/// SELECT, GET PROCESSING OPTIONS and a first GENERATE AC that asks for an ARQC.
const UNTIL_THE_ARQC: [&str; 3] = [
    "00A4040007F000000999010100",
    "80A80000088306226000F0A00100",
    "80AE8000210000000042000000000000000840000000000008402611230011223344221F030200",
];

fn main() -> Result<(), Box<dyn Error>> {
    let test = &test_cards::CCD_TDES;
    let mut memory = VolatileMemory::new();
    for visit in [
        "first visit",
        "after power was lost before the second GENERATE AC",
    ] {
        // A new applet on the old memory is the card put into the reader again.
        let mut card = Applet::new(&test.profile, test.card_keys()?, memory)?;
        let mut answer = Vec::new();
        for command in UNTIL_THE_ARQC {
            let mut response = [0; MAX_RESPONSE_LENGTH];
            let length = card.process(&hex::decode(command)?, &mut response);
            answer = response[..length - 2].to_vec();
        }
        let objects = tlv::require(&answer, tag::RESPONSE_TEMPLATE_FORMAT_2)?.value;
        let iad = tlv::require(objects, tag::ISSUER_APPLICATION_DATA)?.value;
        let iad = IssuerApplicationData::parse(test.profile.version.iad_layout, iad)?;
        let cvr = iad.cvr().ok_or("CCD data have card verification results")?;
        println!(
            "{visit}: last online transaction not completed: {:?}",
            cvr.last_online_not_completed()
        );
        memory = card.into_memory();
    }
    Ok(())
}
