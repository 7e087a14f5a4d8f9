//! The issuer's judgement: from "the cryptogram is right" to "this is the customer's own card, used as it says".
//!
//! The order of things: the message's format; the cryptogram and all that can be told without memory; one atomic step of the
//! store; what memory adds. The verdict is the strictest of what was found, and nothing mild outvotes it. Claims of the terminal are
//! compared with what the cryptogram covers, and what a message leaves out is never held against it.

mod assessment;
mod authoriser;
mod card;
mod checks;
mod entry_mode;
#[cfg(feature = "serde")]
mod evidence;
mod facts;
mod magnitude;
mod message;
mod policy;
mod reason;
mod request;
mod results;
mod stripe;
mod terminal;
mod timestamp;
mod verdict;
mod weighed;

pub use assessment::Assessment;
pub use authoriser::{Authoriser, Pending};
pub use card::{
    CardStatus, Contactless, DynamicLayout, DynamicValue, Form, IssuedCard, PinExpectation,
    TokenDomain,
};
pub use entry_mode::PosEntryMode;
#[cfg(feature = "serde")]
pub use evidence::Evidence;
pub use message::MessageKind;
pub use policy::Policy;
pub use reason::{Explanation, Language, Place, Reason, ReasonKind, Reasons, Value};
pub use request::{AuthorisationRequest, ClaimedVerification, OnlinePin};
pub use stripe::{Cvv2Expiry, StripeClaim, StripeKeys, StripeValue, StripeVerifier};
pub use terminal::TerminalCapability;
pub use timestamp::Timestamp;
pub use verdict::{ChipValidation, Verdict};
pub use weighed::Weighed;
