//! What no host can see, and what this library leaves to others.
//!
//! # What the bytes do not show
//!
//! - A **relay** of a genuine card, unless card and reader measure the time and the verification results say so.
//! - A **pre-play** that is used before the genuine card's next payment: the cryptogram is the card's own. The terminal's
//!   weak numbers may show, over many transactions.
//! - A **full copy of a stripe** used where only stripes are read.
//! - A **guessed CVC3 or dCVV** has three digits. A lucky one moves the card's counter at most 1000 ahead, and until the card itself gets there its
//!   own payments are declined. Of a card that was never seen before no counter is too far ahead.
//! - A **retransmission** that comes when the card has proved three other transactions since: it looks like a replay, and is declined.
//! - What happens **offline**, until it is presented: wrong TCs, wedges, clones of static data.
//! - **Side channels and faults** of the card.
//! - A **man behind the terminal** who replaces data before they are sent, as long as they are consistent.
//! - A payment that is **presented twice**, or by two merchants: a right cryptogram was often seen before when it is presented, and of what was
//!   presented nothing is kept. Whoever settles matches presentments with authorisations.
//! - A message that tells a **billing amount** of its own making: nobody knows the rate of exchange here.
//! - A PIN that the terminal **claims nowhere**: without a claim there is no contradiction. Cards that say that they expected a
//!   PIN, or that the terminal wrongly assumes one, help.
//!
//! # What is left to others
//!
//! - Card verification results of JCB and Interac cards are not public: there, claims about PINs and the type of the
//!   cryptogram cannot be compared with what the card signed.
//! - The order of the commands in an issuer script is bound by M/Chip's keys and by format 1's chaining alone. With the
//!   other styles a man in the middle can change the order within a transaction.
//! - M/Chip's results have no bit for an answer that never came: an answer that was kept back shows with other cards alone.
//! - Behaviour over time (testing, cash-out, impossible travel, common points of purchase) is held to plain limits, which
//!   whoever knows them stays below. Habits of a cardholder are not learned.
//! - Of a card the last 16 shops are remembered; where it was used before is not found when it is compromised. Stand-in
//!   decisions, partial reversals and purchases that a person approves after a referral are not counted.
//! - How far two countries are apart is the shortest way between their towns: neighbours are at no distance, and within a
//!   country nothing is measured.
//! - PIN verification is the host's: the judgement is told its result.
//!
//! # What absence means
//!
//! Tags 9F27, 9F34 and 5F34 may be missing from an honest message, or be there without a value. A comparison with something that is missing has no
//! result, and no result speaks against a card.
