//! One contact transaction with a card, told from beginning to end: every APDU decoded, every cryptographic step with its
//! inputs.
//!
//! The published test keys of [`test_cards`](chipcard::card::test_cards) are shown, and what comes of them; others are not.

mod explain;

use std::cell::RefCell;

use chipcard::card::{Applet, VolatileMemory};
use chipcard::element::{AuthorisationResponseCode, CountryCode};
use chipcard::issuer::{ChipData, Issuer, IssuerResponse};
use chipcard::tag;
use chipcard::tlv::Writer;

use crate::decode::{self, Node, Options as DecodeOptions};
use crate::failure::Failure;
use crate::profile::{Lists, Personalisation};
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
/// When the card is unusable, which the built-in ones are not.
pub fn tell(
    card: &Personalisation,
    sale: &Sale,
    country: CountryCode,
    answer: Answer,
) -> Result<Story, Failure> {
    let chapters = RefCell::new(vec![personalisation(card)?]);
    let views = card.views();
    let profile = views.profile();
    let mut applet = Applet::new(&profile, card.card_keys()?, VolatileMemory::new())?
        .with_coprocessor(card.coprocessor()?);
    let terminal = Terminal::attended(country, vec![card.aid().to_vec()]);
    let mut host = Host {
        card,
        answer,
        chapters: &chapters,
        failure: None,
    };
    let mut narrator = Narrator {
        options: card.decode_options(),
        lists: card.lists(),
    };
    let completed = terminal::run(&terminal, sale, &mut applet, &mut host, &mut |event| {
        narrator.tell(&mut chapters.borrow_mut(), event);
    })?;
    if let Some(failure) = host.failure {
        return Err(failure);
    }
    let outcome = completed.outcome;
    let mut chapters = chapters.into_inner();
    let options = card.decode_options();
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

fn personalisation(card: &Personalisation) -> Result<Node, Failure> {
    let note = if card.has_published_keys() {
        "its keys are published ones, and shown for that reason alone"
    } else {
        "its keys are not published ones, so they are not shown"
    };
    let version = card.version();
    Ok(Node::new("The card")
        .with_value(card.name())
        .with_note(note)
        .with_child(Node::row(
            "cryptogram version",
            version.name.to_string(),
            "",
        ))
        .with_child(Node::row("application", hex::encode_upper(card.aid()), ""))
        .with_child(explain::card_key(card)?))
}

/// Tells what passes between terminal and card.
struct Narrator<'a> {
    options: DecodeOptions,
    lists: Lists<'a>,
}

impl Narrator<'_> {
    fn tell(&mut self, chapters: &mut Vec<Node>, event: Event<'_>) {
        match event {
            Event::Step(title) => chapters.push(Node::new(title)),
            Event::Exchange { command, response } => {
                let options = DecodeOptions {
                    dol: self.lists.of(command).map(<[u8]>::to_vec),
                    ..self.options.clone()
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
}

/// The issuer's host, at the other end of the acquirer's line.
struct Host<'a> {
    card: &'a Personalisation,
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
            ..decode::tlv(de55, &self.card.decode_options())
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
        let card = self.card;
        let issuer = Issuer::new(card.issuer_keys()?);
        let record = card.record();
        let chip = ChipData::parse(de55)?;
        let chapter = chapter.with_children(explain::cryptogram(card, &chip)?);
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
            .with_child(explain::answer(card, &chip, &response, &data)?);

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
