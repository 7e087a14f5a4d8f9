//! One contact transaction with a test card, told from beginning to end: every APDU decoded, every
//! cryptographic step with its inputs.
//!
//! The keys are shown because they are the published test keys of [`test_cards`](chipcard::card::test_cards).

mod explain;

use std::cell::RefCell;

use chipcard::apdu::{Command, Instruction};
use chipcard::card::test_cards::TestCard;
use chipcard::card::{Applet, VolatileMemory};
use chipcard::cryptogram::Family;
use chipcard::element::{AuthorisationResponseCode, CountryCode};
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse};
use chipcard::tag;
use chipcard::tlv::Writer;

use crate::cli::Failure;
use crate::decode::{self, Node, Options as DecodeOptions};
use crate::terminal::{self, Acquirer, Event, OnlineAnswer, Outcome, Sale, Terminal};

/// What the issuer does with a cryptogram that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Answer {
    /// Approves.
    Approve,
    /// Declines with code 05.
    Decline,
    /// Approves, but somebody on the way changes a bit of the response cryptogram.
    Tampered,
    /// Cannot be reached.
    Unreachable,
}

/// A transaction that was told.
#[derive(Debug)]
pub struct Story {
    /// How it ended.
    pub outcome: Outcome,
    /// The chapters, in order.
    pub chapters: Vec<Node>,
}

/// Runs the transaction.
///
/// # Errors
/// When the card is unusable, which the test cards are not.
pub fn tell(
    test: &TestCard,
    sale: &Sale,
    country: CountryCode,
    answer: Answer,
) -> Result<Story, Failure> {
    let chapters = RefCell::new(vec![personalisation(test)?]);
    let mut card = Applet::new(&test.profile, test.card_keys()?, VolatileMemory::new())?
        .with_coprocessor(test.coprocessor(rand::rng())?);
    let terminal = Terminal::attended(country, vec![test.profile.aid.to_vec()]);
    let mut host = Host {
        test,
        answer,
        chapters: &chapters,
        failure: None,
    };
    let mut narrator = Narrator {
        test,
        cryptograms: 0,
    };
    let completed = terminal::run(&terminal, sale, &mut card, &mut host, &mut |event| {
        narrator.tell(&mut chapters.borrow_mut(), event);
    })?;
    if let Some(failure) = host.failure {
        return Err(failure);
    }
    let outcome = completed.outcome;
    let mut chapters = chapters.into_inner();
    let options = decode_options(test);
    chapters.push(
        Node::new("Outcome")
            .with_value(outcome.to_string())
            .with_child(decode::element(
                tag::TERMINAL_VERIFICATION_RESULTS,
                &completed.tvr.0,
                &options,
            ))
            .with_child(decode::element(
                tag::TRANSACTION_STATUS_INFORMATION,
                &completed.tsi.0,
                &options,
            )),
    );
    Ok(Story { outcome, chapters })
}

fn personalisation(test: &TestCard) -> Result<Node, Failure> {
    let profile = &test.profile;
    Ok(Node::new("The card")
        .with_value(test.name)
        .with_note("a test card: its keys are published, and shown for that reason alone")
        .with_child(Node::row(
            "cryptogram version",
            profile.version.name.to_string(),
            "",
        ))
        .with_child(Node::row("application", hex::encode_upper(profile.aid), ""))
        .with_child(explain::card_key(test, profile.version.card_key)?))
}

/// How the card's issuer application data are to be read.
fn decode_options(test: &TestCard) -> DecodeOptions {
    let family = match test.profile.version.family {
        Family::Visa => Some(decode::Family::Visa),
        Family::Mastercard => Some(decode::Family::Mastercard),
        Family::UnionPay => Some(decode::Family::Unionpay),
        Family::Ccd => Some(decode::Family::Ccd),
        _ => None,
    };
    DecodeOptions {
        family,
        ..DecodeOptions::default()
    }
}

/// Tells what passes between terminal and card.
struct Narrator<'a> {
    test: &'a TestCard,
    /// GENERATE AC commands so far.
    cryptograms: usize,
}

impl Narrator<'_> {
    fn tell(&mut self, chapters: &mut Vec<Node>, event: Event<'_>) {
        match event {
            Event::Step(title) => chapters.push(Node::new(title)),
            Event::Exchange { command, response } => {
                let options = DecodeOptions {
                    dol: self.list(command),
                    ..decode_options(self.test)
                };
                if let Some(chapter) = chapters.last_mut() {
                    chapter.children.push(decode::command(command, &options));
                    chapter
                        .children
                        .push(decode::response_to(command, response, &options));
                }
            }
            // The host tells these itself, with what it makes of them.
            Event::Request { .. } | Event::Answer(_) => {}
        }
    }

    /// The list that the data of a command answer.
    fn list(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let profile = &self.test.profile;
        let list = match Instruction::of(&Command::parse(command).ok()?)? {
            Instruction::GetProcessingOptions => profile.pdol,
            Instruction::GenerateAc => {
                self.cryptograms += 1;
                if self.cryptograms == 1 {
                    profile.cdol1
                } else {
                    profile.cdol2
                }
            }
            _ => return None,
        };
        Some(list.to_vec())
    }
}

/// The issuer's host, at the other end of the acquirer's line.
struct Host<'a> {
    test: &'a TestCard,
    answer: Answer,
    chapters: &'a RefCell<Vec<Node>>,
    failure: Option<Failure>,
}

impl Acquirer for Host<'_> {
    fn authorise(&mut self, de55: &[u8]) -> Option<OnlineAnswer> {
        self.handle(de55).unwrap_or_else(|failure| {
            self.failure = Some(failure);
            None
        })
    }
}

impl Host<'_> {
    fn handle(&self, de55: &[u8]) -> Result<Option<OnlineAnswer>, Failure> {
        let mut chapter = Node::new("The issuer").with_child(Node {
            label: "Chip data of the request (DE 55)".to_owned(),
            ..decode::tlv(de55, &decode_options(self.test))
        });
        let reply = if self.answer == Answer::Unreachable {
            chapter = chapter.with_note("the line is down: the terminal gets no answer");
            None
        } else {
            let (told, reply) = self.verify_and_answer(chapter, de55)?;
            chapter = told;
            Some(reply)
        };
        self.chapters.borrow_mut().push(chapter);
        Ok(reply)
    }

    fn verify_and_answer(
        &self,
        chapter: Node,
        de55: &[u8],
    ) -> Result<(Node, OnlineAnswer), Failure> {
        let test = self.test;
        let issuer = Issuer::new(test.issuer_keys()?);
        let record = CardRecord::new(
            test.pan()?,
            Some(test.sequence()?),
            test.profile.version,
            TestCard::KEY_INDEX,
        );
        let chip = ChipData::parse(de55)?;
        let chapter = chapter.with_children(explain::cryptogram(test, &chip)?);
        let verified = match issuer.verify_arqc(&record, &chip) {
            Ok(verified) => verified,
            Err(refusal) => {
                let declined = OnlineAnswer {
                    response_code: AuthorisationResponseCode::DECLINED,
                    chip_data: Vec::new(),
                };
                let verdict = Node::row("Verdict", "REFUSED", refusal.to_string());
                return Ok((chapter.with_child(verdict), declined));
            }
        };
        let response = match self.answer {
            Answer::Decline => IssuerResponse::decline(AuthorisationResponseCode::DECLINED),
            _ => IssuerResponse::approve(),
        };
        let data = issuer.authorise(verified, &response)?;
        let chapter = chapter
            .with_child(Node::row(
                "Verdict",
                "VERIFIED",
                "the cryptogram is the card's own",
            ))
            .with_child(explain::answer(test, &chip, &response, &data)?);

        let mut buffer = [0; 20];
        let mut writer = Writer::new(&mut buffer);
        data.write(&mut writer)?;
        let mut chip_data = writer.as_bytes().to_vec();
        let chapter = if self.answer == Answer::Tampered {
            let first_byte_of_the_cryptogram = 2;
            chip_data[first_byte_of_the_cryptogram] ^= 0x01;
            chapter.with_note("on its way to the card, a bit of the response cryptogram is changed")
        } else {
            chapter
        };
        Ok((
            chapter,
            OnlineAnswer {
                response_code: response.arc(),
                chip_data,
            },
        ))
    }
}
