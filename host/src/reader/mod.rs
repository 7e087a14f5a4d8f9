//! A card in a virtual reader: the layers between an [`Applet`](chipcard::card::Applet) and the terminal, the client of
//! vpcd that plugs it into PC/SC, and the file in which it remembers.
//!
//! Everything that answers commands is a [`CardReader`]; a layer has one and is one:
//!
//! ```
//! use chipcard::card::{Applet, VolatileMemory, test_cards};
//! use chipcard_host::reader::{CardReader, FaultInjector, ManInTheMiddle, OverT0, rules};
//!
//! let test = &test_cards::VISA_18_LIKE;
//! let card = Applet::new(&test.profile, test.card_keys()?, VolatileMemory::new())?;
//! // A wedge that says yes to every PIN, in front of a card whose second answer gets lost.
//! let wedge = ManInTheMiddle::new(card, rules(["verify:answer=9000"])?);
//! let mut reader = OverT0::new(FaultInjector::new(wedge, rules(["any#2:mute"])?));
//!
//! let verify = [0x00, 0x20, 0x00, 0x80, 0x08, 0x24, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
//! assert_eq!(reader.transmit(&verify)?, [0x90, 0x00]);
//! assert!(reader.transmit(&verify).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atr;
mod backoff;
mod fault;
mod memory;
mod middle;
mod rule;
mod t0;
mod tracer;
mod vpcd;

pub use atr::{AnswerToReset, Protocol};
pub use backoff::Backoff;
pub use fault::{Fault, FaultInjector};
pub use memory::FileMemory;
pub use middle::{Attacker, Forward, ManInTheMiddle, Tampering};
pub use rule::{Rule, RuleError, rules};
pub use t0::OverT0;
pub use tracer::Tracer;
pub use vpcd::{PORT, serve};

pub use crate::terminal::CardReader;
