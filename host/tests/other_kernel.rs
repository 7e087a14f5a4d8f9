//! Our cards in a terminal that others wrote: whole transactions of the `emv` crate's kernel, in this process, with our issuer behind it.
//!
//! The kernel has defects of its own, for which no card is bent. Where one shows, the test says so, and goes on with the kernel's own
//! parts where it can:
//!
//! - It never fills tags 8A and 91 into a data object list. A card that takes the issuer's answer in the second GENERATE AC gets none, and
//!   declines, as it must.
//! - It stores the ICC dynamic number and the cryptogram of a CDA signature twice in one transaction, finds the second one to be a
//!   duplicate, and takes the signature of the second GENERATE AC for bad.
//! - It does not keep the PDOL, which is part of what an XDA certificate covers. XDA works with a card without PDOL alone.
//! - It keeps the card's key for enciphering PINs with CDA alone, not with DDA.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod kernel;

use std::collections::BTreeMap;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards::{self, TestCard, keys};
use chipcard::card::{Applet, CardPrivateKeys, SoftwareCoprocessor, VolatileMemory};
use chipcard::dol::DataObjectList;
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse, ScriptPhase};
use chipcard::oda::SecondXda;
use chipcard::tlv::Writer;
use chipcard::{tag, tlv};
use emv::contact::cardholder_verification::{CvmExecutionResult, verify_enciphered_offline_pin};
use emv::contact::oda_input;
use emv::contact::online_processing::{OnlineAuthorisationOutcome, OnlineAuthorisationResponse};
use emv::contact::terminal::Terminal;
use emv::contact::transaction_driver::Transaction;
use emv::contact::transaction_flow::{
    HostMediated, TransactionFlowStep as Step, start, submit_authorisation_response, submit_pin,
};
use emv::contact::{dol_resolve::DolResolveExt, issuer_script::ScriptTag};
use emv::core::apdu::{Command, Response};
use emv::core::application_cryptogram_type::ApplicationCryptogramType as Request;
use emv::core::card_reader::CardReader;
use emv::core::ecc_oda::{self, EccCaPublicKey};
use emv::core::generate_ac::{GenerateAcResponse, SignatureRequest};
use emv::core::oda::{self, CaPublicKey};
use emv::core::tag_store::{Source, TagStore};
use emv::core::{dol::Dol, tags};
use emv::de::authorisation_response_code::AuthorisationResponseCode;
use emv::de::cryptogram_information_data::ApplicationCryptogramType as Made;
use kernel::{EVERY_CVM, inputs, terminal};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const UN: [u8; 4] = [0x5A, 0x17, 0xC0, 0x3E];
const PIN: [u8; 4] = [1, 2, 3, 4];
const SDA: u8 = 0x80;
const DDA: u8 = 0xC0;
const CDA: u8 = 0xC8;
const XDA: u8 = 0xCC;

/// A card in the kernel's reader, its commands and responses noted.
struct Reader {
    card: Applet<'static, VolatileMemory, SoftwareCoprocessor<StdRng>>,
    log: Vec<(Vec<u8>, Vec<u8>)>,
    /// Changes a response on its way.
    tamper: fn(&[u8], &mut Vec<u8>),
}

impl Reader {
    fn new(test: &'static TestCard) -> Self {
        Self::with_keys(test, test.private_keys().unwrap())
    }

    fn with_keys(test: &'static TestCard, keys: CardPrivateKeys) -> Self {
        let memory = VolatileMemory::new();
        let card = Applet::new(&test.profile, test.card_keys().unwrap(), memory).unwrap();
        let rng = StdRng::seed_from_u64(0x0451);
        Self {
            card: card.with_coprocessor(SoftwareCoprocessor::new(rng, keys)),
            log: Vec::new(),
            tamper: |_, _| {},
        }
    }

    /// The commands with this instruction byte.
    fn commands(&self, instruction: u8) -> Vec<&[u8]> {
        let mut found: Vec<&[u8]> = self.log.iter().map(|(command, _)| &command[..]).collect();
        found.retain(|command| command[1] == instruction);
        found
    }
}

impl CardReader for &mut Reader {
    type Error = emv::Error;

    fn transmit(&mut self, command: &Command) -> Result<Response, emv::Error> {
        let command = command.to_bytes()?;
        let mut buffer = [0; MAX_RESPONSE_LENGTH];
        let length = self.card.process(&command, &mut buffer);
        let mut response = buffer[..length].to_vec();
        (self.tamper)(&command, &mut response);
        self.log.push((command, response.clone()));
        Response::parse(&response)
    }
}

fn rid(test: &TestCard) -> [u8; 5] {
    test.profile.aid[..5].try_into().unwrap()
}

fn ca_keys(test: &TestCard) -> (Vec<CaPublicKey>, Vec<EccCaPublicKey>) {
    let rsa = keys::certification_authority(rid(test))
        .unwrap()
        .public_key();
    let ec = keys::ec_certification_authority(rid(test))
        .unwrap()
        .public_key();
    let rsa = CaPublicKey {
        rid: rsa.rid(),
        index: rsa.index(),
        modulus: rsa.key().modulus().to_vec(),
        exponent: rsa.key().exponent().to_bytes().to_vec(),
    };
    let ec = EccCaPublicKey {
        rid: ec.rid(),
        index: ec.index(),
        x_coord: ec.key().x().to_vec(),
        algorithm_suite: ec.key().suite().indicator(),
    };
    (vec![rsa], vec![ec])
}

type Kernel<'t, 'r> = Transaction<'t, &'r mut Reader, HostMediated>;

/// From selection to the first GENERATE AC, with this PIN where one is wanted.
fn until_decision(tx: &mut Kernel<'_, '_>, test: &TestCard, pin: &[u8]) -> Step {
    let (rsa, ec) = ca_keys(test);
    let mut step = start(tx, &rsa, &ec, &[], None).unwrap();
    if let Step::CardholderVerification { .. } = step {
        let mut rng = StdRng::seed_from_u64(7);
        let fill = |bytes: &mut [u8]| {
            rng.fill_bytes(bytes);
            true
        };
        step = submit_pin(tx, &rsa, None, pin, fill).unwrap();
    }
    step
}

fn kernel<'t, 'r>(terminal: &'t Terminal, reader: &'r mut Reader) -> Kernel<'t, 'r> {
    Transaction::new(reader, terminal, inputs(UN), HostMediated)
}

/// Terminal verification results and transaction status information, as hexadecimal digits.
fn results(tx: &Kernel<'_, '_>) -> [String; 2] {
    [
        hex::encode_upper(tx.ctx.tvr.to_bytes()),
        hex::encode_upper(tx.ctx.tsi.to_bytes()),
    ]
}

fn cvm_results(tx: &Kernel<'_, '_>) -> Vec<u8> {
    tx.ctx.tag_store.get(tags::CVM_RESULTS).unwrap().to_vec()
}

/// What the issuer sends back.
struct Reply {
    /// Tag 91.
    answer: Vec<u8>,
    /// Templates 71 and 72.
    scripts: Vec<u8>,
}

/// The issuer verifies the cryptogram that the kernel got, and answers; with a script before the second GENERATE AC and one after it.
fn ask_issuer(test: &'static TestCard, tx: &Kernel<'_, '_>, made: &GenerateAcResponse) -> Reply {
    let generate_ac = tx.card.commands(0xAE);
    let sent = generate_ac.last().unwrap();
    let sent = &sent[5..5 + usize::from(sent[4])];
    let mut values = BTreeMap::new();
    let list = DataObjectList::parse(test.profile.cdol1).unwrap();
    for entry in list.entries() {
        let value = list.value_of(sent, entry.tag).unwrap().unwrap();
        values.insert(entry.tag, value.to_vec());
    }
    // With CDA the cryptogram is what the kernel recovered from the signature.
    let stored = || tx.ctx.tag_store.get(tags::APPLICATION_CRYPTOGRAM).unwrap();
    let cryptogram = made.ac.map_or_else(|| stored().to_vec(), |ac| ac.to_vec());
    values.insert(tag::APPLICATION_CRYPTOGRAM, cryptogram);
    values.insert(tag::CRYPTOGRAM_INFORMATION_DATA, vec![made.cid.to_byte()]);
    values.insert(tag::APPLICATION_TRANSACTION_COUNTER, made.atc.to_vec());
    values.insert(tag::ISSUER_APPLICATION_DATA, made.iad.clone().unwrap());
    let aip = test.profile.aip.0.to_vec();
    values.insert(tag::APPLICATION_INTERCHANGE_PROFILE, aip);
    let mut buffer = [0; 512];
    let mut de55 = Writer::new(&mut buffer);
    for (tag, value) in &values {
        de55.put(*tag, value).unwrap();
    }

    let issuer = Issuer::new(test.issuer_keys().unwrap());
    let record = CardRecord::new(
        test.pan().unwrap(),
        Some(test.sequence().unwrap()),
        test.profile.version,
        TestCard::KEY_INDEX,
    );
    let chip = ChipData::parse(de55.as_bytes()).unwrap();
    let mut verified = issuer.verify_arqc(&record, &chip).unwrap();
    let mut scripts = Vec::new();
    let mut buffer = [0; 256];
    let before = ScriptPhase::BeforeFinalGenerateAc;
    let script = issuer.script(&mut verified, before, [0, 0, 0, 1], &mut buffer, |script| {
        script.put_data(tag::LOWER_CONSECUTIVE_OFFLINE_LIMIT, &[5])?;
        script.pin_unblock()
    });
    scripts.extend_from_slice(script.unwrap());
    let after = ScriptPhase::AfterFinalGenerateAc;
    let script = issuer.script(&mut verified, after, [0, 0, 0, 2], &mut buffer, |script| {
        script.update_record(1, 1, &[0x70, 0x04, 0x9F, 0x05, 0x01, 0xAA])
    });
    scripts.extend_from_slice(script.unwrap());
    let answer = issuer
        .authorise(verified, &IssuerResponse::approve())
        .unwrap();
    Reply {
        answer: answer.as_bytes().to_vec(),
        scripts,
    }
}

fn response(reply: &Reply) -> OnlineAuthorisationResponse {
    OnlineAuthorisationResponse {
        authorisation_response_code: AuthorisationResponseCode(*b"00"),
        issuer_authentication_data: Some(reply.answer.clone()),
        issuer_scripts: emv::Tlv::parse_all(&reply.scripts).unwrap(),
    }
}

/// Both scripts were carried out: the PUT DATA and the UPDATE RECORD are there to be seen.
fn assert_scripts_ran(reader: &mut Reader) {
    assert_eq!(reader.card.state().limits.lower_count, 5);
    assert_eq!(reader.card.state().script_counter, 3);
    let mut buffer = [0; MAX_RESPONSE_LENGTH];
    let length = reader
        .card
        .process(&[0x00, 0xB2, 0x01, 0x0C, 0x00], &mut buffer);
    assert_eq!(buffer[..length], hex::decode("70049F0501AA9000").unwrap());
}

/// Below the floor limit, each method in turn: the kernel verifies the signatures and approves offline.
#[test]
fn approved_offline_with_every_method() {
    // Card, terminal, TVR, rule of the CVM list that was carried out.
    let cases: [(&TestCard, u8, &str, &str); 7] = [
        // SDA was selected.
        (&test_cards::CCD_SDA, XDA, "0200000000", "410302"),
        (&test_cards::CCD_DDA, SDA, "0200000000", "410302"),
        // The kernel enciphers no PIN with the key of DDA, and sends it in clear.
        (&test_cards::CCD_DDA, XDA, "0000000000", "410302"),
        (&test_cards::CCD_CDA, DDA, "0000000000", "440302"),
        (&test_cards::CCD_CDA, CDA, "0000000000", "440302"),
        (&test_cards::CCD_AES_CDA, CDA, "0000000000", "440302"),
        // XDA was selected.
        (&test_cards::CCD_AES_XDA, XDA, "0100000000", "410302"),
    ];
    for (test, security, tvr, cvm) in cases {
        let terminal = terminal(test.profile.aid, EVERY_CVM, security, 5000);
        let mut reader = Reader::new(test);
        let mut tx = kernel(&terminal, &mut reader);
        let step = until_decision(&mut tx, test, &PIN);
        let Step::Approved { generate_ac } = step else {
            panic!("{}: {step:?}", test.name)
        };
        assert_eq!(generate_ac.cid.cryptogram_type, Made::Tc);
        // Offline data authentication, cardholder verification, card and terminal risk management. That the card is new
        // is checked of cards with limits in their records alone (Book 3 10.6.3).
        assert_eq!(results(&tx), [tvr, "E800"], "{}", test.name);
        assert_eq!(hex::encode_upper(cvm_results(&tx)), cvm, "{}", test.name);
        let internal = reader.commands(0x88).len();
        assert_eq!(
            internal,
            usize::from(tvr == "0000000000" && security != CDA)
        );
    }
}

/// The cards that answer by EXTERNAL AUTHENTICATE, with DDA: everything up to the last script.
#[test]
fn approved_online_with_scripts() {
    for test in [
        &test_cards::VISA_10_CDA,
        &test_cards::VISA_22_CDA,
        &test_cards::UNIONPAY_01_CDA,
    ] {
        let terminal = terminal(test.profile.aid, EVERY_CVM, DDA, 0);
        let mut reader = Reader::new(test);
        let mut tx = kernel(&terminal, &mut reader);
        let step = until_decision(&mut tx, test, &PIN);
        let Step::OnlineRequest { first_generate_ac } = step else {
            panic!("{}: {step:?}", test.name)
        };
        let reply = ask_issuer(test, &tx, &first_generate_ac);
        let approved = OnlineAuthorisationOutcome::Approved;
        let response = response(&reply);
        let step = submit_authorisation_response(&mut tx, &first_generate_ac, &response, approved);
        let step = step.unwrap();
        let Step::Approved { generate_ac } = step else {
            panic!("{}: {step:?}", test.name)
        };
        assert_eq!(generate_ac.cid.cryptogram_type, Made::Tc);
        // Above the floor limit; all that can be done was.
        assert_eq!(results(&tx), ["0000008000", "FC00"], "{}", test.name);
        let script_results = tx.ctx.issuer_script_results.iter();
        let script_results: Vec<String> = script_results
            .map(|result| hex::encode_upper(result.to_bytes()))
            .collect();
        assert_eq!(script_results, ["2000000001", "2000000002"]);
        assert_eq!(cvm_results(&tx), [0x44, 0x03, 0x02]);
        assert_scripts_ran(&mut reader);
    }
}

/// With CDA the kernel takes the cryptogram out of the signature, and the issuer verifies that one. The signature of the second GENERATE
/// AC it calls bad, because it has stored a cryptogram already; with an empty store it verifies it.
#[test]
fn both_signatures_of_cda() {
    for test in [
        &test_cards::VISA_10_CDA,
        &test_cards::VISA_22_CDA,
        &test_cards::UNIONPAY_01_CDA,
    ] {
        let terminal = terminal(test.profile.aid, EVERY_CVM, CDA, 0);
        let mut reader = Reader::new(test);
        let mut tx = kernel(&terminal, &mut reader);
        let step = until_decision(&mut tx, test, &PIN);
        let Step::OnlineRequest { first_generate_ac } = step else {
            panic!("{}: {step:?}", test.name)
        };
        assert_eq!(first_generate_ac.ac, None);
        let reply = ask_issuer(test, &tx, &first_generate_ac);
        let approved = OnlineAuthorisationOutcome::Approved;
        let response = response(&reply);
        let step = submit_authorisation_response(&mut tx, &first_generate_ac, &response, approved);
        // The kernel's defect: it declines although the card gave a TC, and sets no bit that says why.
        let Step::Declined { generate_ac } = step.unwrap() else {
            panic!("{}: the kernel has been mended", test.name)
        };
        assert_eq!(generate_ac.cid.cryptogram_type, Made::Tc);
        assert_eq!(results(&tx), ["0000008000", "FC00"], "{}", test.name);
        verify_second(&mut tx, &generate_ac);
        assert_scripts_ran(&mut reader);
    }
}

/// The kernel's own verification of the second signature, where nothing is stored that it could take for a duplicate.
fn verify_second(tx: &mut Kernel<'_, '_>, second: &GenerateAcResponse) {
    tx.ctx.tag_store = TagStore::new();
    let number = tags::UNPREDICTABLE_NUMBER;
    let source = Source::TerminalGenerated;
    tx.ctx
        .tag_store
        .insert_primitive(number, UN.to_vec(), source)
        .unwrap();
    match tx.ctx.xda {
        Some(_) => tx.verify_xda_second_generate_ac(second).unwrap(),
        None => drop(tx.verify_cda_second_generate_ac(second).unwrap()),
    }
    let tvr = &tx.ctx.tvr;
    assert!(!tvr.cda_failed && !tvr.xda_signature_verification_failed);
    assert!(tx.ctx.tag_store.contains(tags::APPLICATION_CRYPTOGRAM));
}

/// A card that wants tag 91 in the second GENERATE AC gets zeros from the kernel, and declines.
#[test]
fn the_kernel_keeps_the_answer_back() {
    let test = &test_cards::CCD_CDA;
    let terminal = terminal(test.profile.aid, EVERY_CVM, CDA, 0);
    let mut reader = Reader::new(test);
    let mut tx = kernel(&terminal, &mut reader);
    let Step::OnlineRequest { first_generate_ac } = until_decision(&mut tx, test, &PIN) else {
        panic!()
    };
    let reply = ask_issuer(test, &tx, &first_generate_ac);
    let approved = OnlineAuthorisationOutcome::Approved;
    let step =
        submit_authorisation_response(&mut tx, &first_generate_ac, &response(&reply), approved);
    let Step::Declined { generate_ac } = step.unwrap() else {
        panic!("the kernel has been mended")
    };
    assert_eq!(generate_ac.cid.cryptogram_type, Made::Aac);
    let sent = reader.commands(0xAE);
    assert_eq!(sent[1][5..15], [0; 10], "the answer and the response code");
}

/// The same with the answer put where the kernel leaves zeros: the card approves, and the kernel verifies its second signature.
#[test]
fn approved_with_the_answer_in_generate_ac() {
    let all_data =
        || CardPrivateKeys::new().with_ec_key(keys::ec_icc().unwrap(), SecondXda::AllData);
    // On what XDA signs in the second GENERATE AC the kernel and the specification's table differ: this card goes with the kernel.
    let xda = [(&test_cards::CCD_AES_XDA, SignatureRequest::Xda, all_data())];
    let cda = [
        &test_cards::CCD_CDA,
        &test_cards::CCD_AES_CDA,
        &test_cards::VISA_18_CDA,
        &test_cards::M_CHIP_10_CDA,
        &test_cards::M_CHIP_11_CDA,
        &test_cards::M_CHIP_14_CDA,
        &test_cards::M_CHIP_15_CDA,
    ]
    .map(|test| (test, SignatureRequest::Cda, test.private_keys().unwrap()));
    for (test, signature, private_keys) in cda.into_iter().chain(xda) {
        let terminal = terminal(test.profile.aid, EVERY_CVM, XDA, 0);
        let mut reader = Reader::with_keys(test, private_keys);
        let mut tx = kernel(&terminal, &mut reader);
        let step = until_decision(&mut tx, test, &PIN);
        let Step::OnlineRequest { first_generate_ac } = step else {
            panic!("{}: {step:?}", test.name)
        };
        let reply = ask_issuer(test, &tx, &first_generate_ac);
        let scripts = response(&reply).issuer_scripts;
        tx.process_issuer_scripts(&scripts, ScriptTag::BeforeFinalGenerateAc)
            .unwrap();
        let cdol2 = Dol::parse(test.profile.cdol2).unwrap();
        let mut data = cdol2.resolve(&tx.ctx);
        let length = reply.answer.len();
        assert_eq!(test.profile.cdol2[..2], [0x91, length as u8]);
        data[..length].copy_from_slice(&reply.answer);
        data[length..length + 2].copy_from_slice(b"00");
        let second = tx.second_generate_ac(Request::Tc, signature, data).unwrap();
        assert_eq!(second.cid.cryptogram_type, Made::Tc, "{}", test.name);
        verify_second(&mut tx, &second);
        tx.process_issuer_scripts(&scripts, ScriptTag::AfterFinalGenerateAc)
            .unwrap();
        let tvr = match signature {
            SignatureRequest::Xda => "0100008000",
            _ => "0000008000",
        };
        // No EXTERNAL AUTHENTICATE, so the terminal knows of no issuer authentication.
        assert_eq!(results(&tx), [tvr, "EC00"], "{}", test.name);
        assert_scripts_ran(&mut reader);
    }
}

/// The kernel forgets the PDOL, so it cannot recover the key of an XDA card that has one. Its own parts can, given the PDOL.
#[test]
fn xda_with_a_pdol() {
    let test = &test_cards::CCD_XDA;
    let terminal = terminal(test.profile.aid, EVERY_CVM, XDA, 5000);
    let mut reader = Reader::new(test);
    let mut tx = kernel(&terminal, &mut reader);
    until_decision(&mut tx, test, &PIN);
    let recovery_failed = "0100000002";
    assert_eq!(results(&tx)[0], recovery_failed);

    let (_, ec) = ca_keys(test);
    let store = &tx.ctx.tag_store;
    let get = |tag| store.get(tag).unwrap();
    let today = [0x20, 0x26, 0x11, 0x23];
    let certificate = get(tags::ISSUER_PUBLIC_KEY_CERTIFICATE);
    let issuer =
        ecc_oda::recover_issuer_public_key_ecc(&ec[0], certificate, get(tags::PAN), today).unwrap();
    let profile = &test.profile;
    let authenticated: Vec<u8> = [1, 2]
        .into_iter()
        .flat_map(|number| {
            let record = profile
                .records
                .iter()
                .find(|record| (record.sfi, record.number) == (2, number));
            let template = tlv::require(record.unwrap().data, tag::READ_RECORD_RESPONSE_TEMPLATE);
            template.unwrap().value.to_vec()
        })
        .collect();
    let pdol = Some(profile.pdol);
    let iccd = oda_input::xda_iccd_input(&authenticated, &profile.aip.0, profile.aid, pdol);
    let certificate = get(tags::ICC_PUBLIC_KEY_CERTIFICATE);
    let icc = ecc_oda::recover_icc_public_key_ecc(&issuer, certificate, &iccd, today, [0x12, 0x00]);
    let icc = icc.unwrap();

    let [(gpo, _), (generate_ac, answer)] = [0xA8, 0xAE].map(|instruction| {
        let mut log = tx.card.log.iter();
        log.find(|(command, _)| command[1] == instruction).unwrap()
    });
    let template = tlv::require(answer, tag::RESPONSE_TEMPLATE_FORMAT_2)
        .unwrap()
        .value;
    let mut message = vec![0x15];
    message.extend_from_slice(&gpo[7..5 + usize::from(gpo[4])]);
    message.extend_from_slice(&generate_ac[5..5 + usize::from(generate_ac[4])]);
    let mut signature = None;
    for object in tlv::Reader::new(template) {
        let object = object.unwrap();
        let end = object.value_offset + object.value.len();
        if object.tag == tag::SIGNED_DYNAMIC_APPLICATION_DATA {
            signature = Some(object.value);
        } else {
            message.extend_from_slice(&template[object.offset..end]);
        }
    }
    ecc_oda::verify_xda(&icc, signature.unwrap(), &message).unwrap();
}

/// A PIN enciphered with the key of DDA, by the kernel's own parts, because the kernel keeps that key with CDA alone.
#[test]
fn a_pin_enciphered_with_the_key_of_dda() {
    let test = &test_cards::CCD_DDA;
    let terminal = terminal(test.profile.aid, EVERY_CVM, DDA, 5000);
    let mut reader = Reader::new(test);
    let mut tx = kernel(&terminal, &mut reader);
    tx.select_application(test.profile.aid).unwrap();
    let pdol = Dol::parse(test.profile.pdol).unwrap().resolve(&tx.ctx);
    tx.initiate(&pdol).unwrap();
    let read = tx.read_application_data().unwrap();
    let store = &tx.ctx.tag_store;
    let get = |tag| store.get(tag).unwrap();
    let (pan, today) = (get(tags::PAN), [0x11, 0x26]);
    let issuer = oda::recover_issuer_public_key(
        &ca_keys(test).0[0],
        get(tags::ISSUER_PUBLIC_KEY_CERTIFICATE),
        store.get(tags::ISSUER_PUBLIC_KEY_REMAINDER),
        get(tags::ISSUER_PUBLIC_KEY_EXPONENT),
        pan,
        today,
    );
    let aip = test.profile.aip.0;
    let static_data = oda_input::sda_static_data_input(&read.oda_input, Some(&[0x82]), &aip);
    let icc = oda::recover_icc_public_key(
        &issuer.unwrap(),
        get(tags::ICC_PUBLIC_KEY_CERTIFICATE),
        store.get(tags::ICC_PUBLIC_KEY_REMAINDER),
        get(tags::ICC_PUBLIC_KEY_EXPONENT),
        &static_data.unwrap(),
        pan,
        today,
    );
    let icc = icc.unwrap();
    let mut verify = |pin: &[u8]| {
        let fill = |bytes: &mut [u8]| {
            bytes.fill(0xA5);
            true
        };
        verify_enciphered_offline_pin(&mut tx.card, pin, &icc, fill).unwrap()
    };
    assert_eq!(verify(&[9, 9, 9, 9]), CvmExecutionResult::Failed);
    assert_eq!(verify(&PIN), CvmExecutionResult::Successful);
    for _ in 0..2 {
        assert_eq!(verify(&[9, 9, 9, 9]), CvmExecutionResult::Failed);
    }
    assert_eq!(
        verify(&[9, 9, 9, 9]),
        CvmExecutionResult::PinTryLimitExceeded
    );
    assert_eq!(verify(&PIN), CvmExecutionResult::PinTryLimitExceeded);
}

/// The kernel does look: whatever is changed on the way from the card, it finds.
#[test]
fn changed_answers_are_found() {
    /// Changes the byte before the status word.
    fn flip(response: &mut [u8]) {
        let place = response.len() - 3;
        response[place] ^= 0x01;
    }
    // Card, terminal, what is changed, TVR.
    type Tamper = fn(&[u8], &mut Vec<u8>);
    let record: Tamper = |command, response| {
        // Track 2 is not authenticated; the identity is. Its last byte is the currency's exponent.
        if command[..4] == [0x00, 0xB2, 0x01, 0x14] {
            flip(response);
        }
    };
    let internal: Tamper = |command, response| {
        if command[1] == 0x88 {
            flip(response);
        }
    };
    let generate: Tamper = |command, response| {
        if command[1] == 0xAE {
            flip(response);
        }
    };
    let cases: [(&TestCard, u8, Tamper, &str); 6] = [
        (&test_cards::CCD_SDA, SDA, record, "4200000000"),
        (&test_cards::CCD_DDA, DDA, record, "0800000000"),
        (&test_cards::CCD_DDA, DDA, internal, "0800000000"),
        (&test_cards::CCD_CDA, CDA, record, "0400000000"),
        (&test_cards::CCD_CDA, CDA, generate, "0400000000"),
        (&test_cards::CCD_AES_XDA, XDA, generate, "0100000100"),
    ];
    for (test, security, tamper, tvr) in cases {
        let terminal = terminal(test.profile.aid, EVERY_CVM, security, 5000);
        let mut reader = Reader::new(test);
        reader.tamper = tamper;
        let mut tx = kernel(&terminal, &mut reader);
        let step = until_decision(&mut tx, test, &PIN);
        assert!(!matches!(step, Step::Approved { .. }), "{}", test.name);
        assert_eq!(results(&tx)[0], tvr, "{}", test.name);
    }
}

/// What went wrong is in the next transaction's card verification results, and the card goes online for it where its issuer wants that.
#[test]
fn a_wrong_pin_costs_a_try() {
    let test = &test_cards::CCD_CDA;
    // Enciphered PIN alone, else none.
    let terminal = terminal(test.profile.aid, 0x18, CDA, 5000);
    let mut reader = Reader::new(test);
    let mut tx = kernel(&terminal, &mut reader);
    let step = until_decision(&mut tx, test, &[9, 9, 9, 9]);
    assert!(matches!(step, Step::Approved { .. }), "{step:?}");
    assert_eq!(cvm_results(&tx), [0x1F, 0x03, 0x02]);
    assert_eq!(reader.card.state().pin_tries, 2);
    let verify = reader.commands(0x20);
    assert_eq!(verify.len(), 1);
    assert_eq!(verify[0][..5], [0x00, 0x20, 0x00, 0x88, 128]);
}
