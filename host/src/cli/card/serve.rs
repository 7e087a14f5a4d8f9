//! `chipcard card serve`.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread;

use chipcard::card::{Applet, CardMemory, VolatileMemory};
use clap::Args;

use crate::cli::{Finding, tell};
use crate::failure::Failure;
use crate::profile::{DEFAULT, Personalisation};
use crate::reader::{
    self, AnswerToReset, Backoff, CardReader, FaultInjector, FileMemory, ManInTheMiddle, OverT0,
    PORT, Protocol, Tracer, rules,
};

/// Put a card into the virtual PC/SC reader vpcd, for any terminal software.
///
/// Connects to vpcd, which comes with pcscd as the package vsmartcard-vpcd on Debian, and again whenever the connection ends,
/// until it is stopped. Loses nothing when stopped at any moment, given `--state`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Rules are COMMAND[#N]:ACTION[=ARGUMENT]: COMMAND a name such as generate-ac, an instruction byte or
any; #N for the Nth such command alone, counted from the start.

  --fault generate-ac:mute        the card takes it, the response gets lost, the card is pulled out
  --fault generate-ac#2:tear      the card takes it, then the power fails before the response is out
  --fault verify:status=6F00      this status word; the card never sees the command
  --fault any#5:cut=3             the first three bytes of the response arrive
  --fault read-record:flip=4      the lowest bit of byte 4 of the response, from 0, is the other one
  --fault any:delay=500           the response comes half a second late
  --middle verify:answer=9000     the terminal hears this, the card nothing: the PIN wedge
  --middle AE:command=40/00       bytes of the command become others
  --middle B2:response=8E0E/8E0F  bytes of the response become others

From the terminal to the card a command passes T=0, the trace, the faults, the man in the middle.")]
pub(super) struct ServeArgs {
    /// The card: the name of a built-in one (`chipcard card profile list`) or a profile file.
    #[arg(long, default_value = DEFAULT, value_name = "NAME|FILE")]
    profile: String,
    /// Where vpcd listens.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Its port.
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Transmission protocol: 0 or 1.
    #[arg(long = "t", value_name = "0|1", value_parser = ["0", "1"], conflicts_with = "atr")]
    protocol: Option<String>,
    /// Answer to reset, hexadecimal; the first protocol that it announces is the card's.
    #[arg(long, value_name = "HEX")]
    atr: Option<String>,
    /// File in which the card remembers; made when it is not there. Without, it forgets all when stopped.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Print every command and response, decoded; PINs, keys and account numbers are masked.
    #[arg(long)]
    trace: bool,
    /// Let something go wrong (see below); may be repeated.
    #[arg(long, value_name = "RULE")]
    fault: Vec<String>,
    /// Put somebody between terminal and card (see below); may be repeated.
    #[arg(long, value_name = "RULE")]
    middle: Vec<String>,
    /// Serve a card that the check of its personalisation refuses.
    #[arg(long)]
    unchecked: bool,
    /// Stop when the reader closes the connection.
    #[arg(long)]
    once: bool,
    /// Give up after so many vain attempts to connect in a row; 0: never.
    #[arg(long, default_value_t = 0, value_name = "N")]
    attempts: u32,
}

impl ServeArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let card = Personalisation::load(&self.profile)?;
        if !self.unchecked {
            card.check()?;
        }
        let atr = self.answer_to_reset()?;
        let (faults, middle) = (rules(&self.fault)?, rules(&self.middle)?);
        let mut memory: Box<dyn CardMemory> = match &self.state {
            Some(path) => Box::new(FileMemory::open(path, &card)?),
            None => Box::new(VolatileMemory::new()),
        };
        let views = card.views();
        let profile = views.profile();
        let applet = Applet::new(&profile, card.card_keys()?, &mut *memory)?
            .with_coprocessor(card.coprocessor()?);

        let mut layers: Box<dyn CardReader + '_> = Box::new(applet);
        if !middle.is_empty() {
            layers = Box::new(ManInTheMiddle::new(layers, middle));
        }
        if !faults.is_empty() {
            layers = Box::new(FaultInjector::new(layers, faults));
        }
        if self.trace {
            layers = Box::new(Tracer::new(layers, &card, out));
        }
        if atr.protocol() == Protocol::T0 {
            layers = Box::new(OverT0::new(layers));
        }
        self.plug_in(&atr, &mut *layers)?;
        Ok(Finding::Good)
    }

    fn answer_to_reset(&self) -> Result<AnswerToReset, Failure> {
        match (&self.atr, self.protocol.as_deref()) {
            (Some(digits), _) => AnswerToReset::parse(digits),
            (None, Some("1")) => Ok(AnswerToReset::basic(Protocol::T1)),
            _ => Ok(AnswerToReset::basic(Protocol::T0)),
        }
    }

    /// Connects again and again.
    fn plug_in(&self, atr: &AnswerToReset, card: &mut dyn CardReader) -> Result<(), Failure> {
        let place = format!("{}:{}", self.host, self.port);
        let mut waits = Backoff::default();
        let mut vain = 0;
        loop {
            match TcpStream::connect((&*self.host, self.port)) {
                Ok(stream) => {
                    tell(format_args!(
                        "chipcard: in the reader at {place}, answer to reset {atr}"
                    ));
                    // Messages are short and wait for each other.
                    stream.set_nodelay(true)?;
                    (waits, vain) = (Backoff::default(), 0);
                    match reader::serve(stream, atr.as_bytes(), card) {
                        Ok(()) => tell(format_args!("chipcard: the reader at {place} closed")),
                        Err(error) => tell(format_args!(
                            "chipcard: out of the reader at {place}: {error}"
                        )),
                    }
                    if self.once {
                        return Ok(());
                    }
                }
                Err(error) => {
                    vain += 1;
                    if vain == self.attempts {
                        return Err(Failure::new(format!("no reader at {place}: {error}")));
                    }
                    if vain == 1 {
                        let hint = match error.kind() {
                            ErrorKind::ConnectionRefused => " (is pcscd running, with vpcd?)",
                            _ => "",
                        };
                        tell(format_args!(
                            "chipcard: waiting for a reader at {place}: {error}{hint}"
                        ));
                    }
                }
            }
            thread::sleep(waits.next().unwrap_or_default());
        }
    }
}
