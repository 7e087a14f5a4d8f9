//! Every published attack on EMV cards and magnetic stripes, and the honest traffic that looks like one, played
//! against an authorisation host.
//!
//! A [`Scenario`] is data: cards, steps, who sits in the middle, what happens to the message on its way, and what a
//! good host answers. To play it, cards are personalised and simulated ([`card`](crate::card)), so their cryptograms are real and
//! their card verification results say what happened to them; a scripted terminal talks to them through men in the
//! middle; and what leaves the terminal goes to a [`HostUnderTest`].
//!
//! [`AuthoriserHost`] is this library's own host. Any other can be tested by implementing the trait, or through the
//! line protocol of `chipcard gauntlet --host-command`.
//!
//! ```
//! use chipcard::gauntlet::{self, AuthoriserHost, Options, Outcome};
//!
//! let mut host = AuthoriserHost::new();
//! let options = Options { only: vec!["C02".into(), "H01".into()], ..Options::default() };
//! let report = gauntlet::run(&mut host, &options, &mut |_| {})?;
//! assert_eq!(report.count(Outcome::Passed), 2);
//! # Ok::<(), gauntlet::HostFailure>(())
//! ```
//!
//! All keys are published test keys and all account numbers those of test ranges.
//!
//! # How strict
//!
//! An attack passes when the verdict is at least as strict as the table's; an honest control when it is at most as strict. Where nobody
//! can tell an attack from honest traffic the scenario says so ([`Detectable::No`]) and passes with any verdict. Behaviour over
//! time (class F) is held to plain limits; a host that does not watch it fails there. A card that is reported stolen
//! is all that such a host learns of a compromise.

mod chip_bytes;
mod class;
mod clock;
mod device;
mod edit;
mod host;
mod issued;
mod message;
mod middle;
mod oracle;
mod our_host;
mod plastic;
mod reference;
mod report;
mod run;
mod scenario;
mod scenarios;
mod script_attack;
mod stripe;
mod terminal;
mod variation;
mod world;

pub use crate::issuer::Verdict;
pub use class::Class;
pub use edit::Edit;
pub use host::{Answer, HostFailure, HostUnderTest};
pub use issued::{Contactless, Issued, IssuedChip, KeyOffer, Status, TokenDomain};
pub use message::{Capability, Message, OnlinePin, Verification};
pub use middle::Middle;
pub use our_host::AuthoriserHost;
pub use plastic::{Number, Plastic};
pub use reference::Reference;
pub use report::{Check, Outcome, Report, Row, Run};
pub use run::{Observed, Options, run, run_these};
pub use scenario::{
    BadKeys, CardFact, Cvm, Detectable, Entry, Expectation, Numbers, Oracle, Payment, Profiles,
    Scenario, ScriptAttack, Step, Till,
};
pub use scenarios::all as scenarios;
pub use variation::Variation;
