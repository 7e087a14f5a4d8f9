//! Keys in an HSM: the host holds none, it asks for whole operations.
//!
//! The HSM here is a thread that keeps the master key to itself and answers requests that come over a
//! channel. The command "verify ARQC and generate ARPC" of a payment HSM takes its place.
//!
//! `cargo run --example hsm`

use std::error::Error;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use chipcard::cryptogram::{ChainBlock, CryptogramVersion};
use chipcard::element::{Pan, PanSequenceNumber, Pin};
use chipcard::issuer::{
    CardKeys, CardRecord, ChipData, CryptogramEngine, CryptogramRequest, EngineError, Issuer,
    IssuerResponse, KeyReference, VerifiedArqc,
};
use chipcard::key::{Ac, IssuerKeySet, IssuerMasterKey};

/// What goes over the wire: the command's fields, and where the answer is awaited.
struct Command {
    card: KeyReference,
    version: CryptogramVersion,
    derivation: chipcard::key::SessionDerivation,
    data: Vec<u8>,
    reply: Sender<Result<[u8; 8], EngineError>>,
}

/// The HSM: whatever comes in, the keys do not come out.
fn serve(keys: &IssuerKeySet, command: &Command) -> Result<[u8; 8], EngineError> {
    let key = keys.session_key::<Ac>(&command.card, &command.derivation)?;
    let mac = keys.mac(&key, command.version.padding, &command.data)?;
    let [a, b, c, d, e, f, g, h, ..] = mac;
    Ok([a, b, c, d, e, f, g, h])
}

/// The host's end of the wire.
struct Hsm(Sender<Command>);

impl Hsm {
    fn start() -> Result<Self, chipcard::Error> {
        let key = IssuerMasterKey::tdes(&[
            0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54,
            0x32, 0x10,
        ])?;
        let keys = IssuerKeySet::new(0x01, key);
        let (sender, commands) = channel::<Command>();
        thread::spawn(move || {
            for command in commands {
                let answer = serve(&keys, &command);
                // A host that has gone away needs no answer.
                let _ = command.reply.send(answer);
            }
        });
        Ok(Self(sender))
    }
}

impl CryptogramEngine for Hsm {
    /// The host keeps nothing: the HSM finds the key of an answer by the card's references.
    type AnswerKey = ();

    fn verify_cryptogram(
        &self,
        request: &CryptogramRequest<'_>,
    ) -> Result<Option<()>, EngineError> {
        let (reply, answer) = channel();
        let command = Command {
            card: request.card.clone(),
            version: *request.version,
            derivation: request
                .version
                .session_key
                .for_cryptogram(request.atc, request.un),
            data: request.data.to_vec(),
            reply,
        };
        self.0
            .send(command)
            .map_err(|_| EngineError::Unavailable(1))?;
        let computed = answer.recv().map_err(|_| EngineError::Unavailable(2))??;
        // A real HSM compares inside and says yes or no.
        let difference = computed
            .iter()
            .zip(request.claimed.0)
            .fold(0, |d, (a, b)| d | (a ^ b));
        Ok((difference == 0).then_some(()))
    }

    fn response_cryptogram(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: &IssuerResponse<'_>,
    ) -> Result<[u8; 8], EngineError> {
        Err(EngineError::Unsupported("answers, in this example"))
    }

    fn script_mac(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: u64,
        _: [u8; 5],
        _: &[u8],
        _: ChainBlock,
    ) -> Result<ChainBlock, EngineError> {
        Err(EngineError::Unsupported("scripts, in this example"))
    }

    fn script_encipher(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: u64,
        _: &[u8],
        _: &mut [u8],
    ) -> Result<usize, EngineError> {
        Err(EngineError::Unsupported("scripts, in this example"))
    }

    fn script_pin(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: u64,
        _: &Pin,
        _: Option<&Pin>,
        _: &mut [u8],
    ) -> Result<usize, EngineError> {
        Err(EngineError::Unsupported("scripts, in this example"))
    }
}

// A transaction of the public test suite of pyemv, with a published test key.
const DE55: &str = "9F02060000000040009F03060000000000009F1A020124950580000480005F2A0201249A031911059C01019F370452BF4585\
                    820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733";

fn main() -> Result<(), Box<dyn Error>> {
    let issuer = Issuer::new(Hsm::start()?);
    let pan = Pan::from_digits("1234567890123456")?;
    let card = CardRecord::new(
        pan,
        Some(PanSequenceNumber::ZERO),
        &CryptogramVersion::VISA_18,
        0x01,
    );
    let mut de55 = hex::decode(DE55)?;
    let verified = issuer.verify_arqc(&card, &ChipData::parse(&de55)?)?;
    println!("the HSM says that {} is the card's", verified.arqc());

    let last_digit_of_the_amount = 8;
    de55[last_digit_of_the_amount] ^= 0x01;
    match issuer.verify_arqc(&card, &ChipData::parse(&de55)?) {
        Ok(_) => Err("a changed amount was accepted".into()),
        Err(refusal) => {
            println!("with another amount: {refusal}");
            Ok(())
        }
    }
}
