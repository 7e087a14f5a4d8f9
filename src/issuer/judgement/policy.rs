//! What an issuer may decide either way.

use super::verdict::Verdict;
use crate::element::Amount;
use crate::issuer::ActivityPolicy;
use crate::issuer::activity::amount;

/// What an issuer may decide either way. A wrong cryptogram, a lie or a replay is not among it.
///
/// ```
/// use chipcard::issuer::{Policy, Verdict};
///
/// let mut policy = Policy::default();
/// policy.chip_bypassed = Verdict::Refer;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// A jump of the transaction counter beyond this is flagged.
    pub counter_jump_flagged: u16,
    /// A jump beyond this is referred.
    pub counter_jump_referred: u16,
    /// A counter below the highest that was not seen, in a message that says that it is late.
    pub late_counter: Verdict,
    /// The same in a message that does not say so. A card works on one transaction at a time, so this is rarely honest.
    pub unannounced_late_counter: Verdict,
    /// Days that the terminal's date may differ: time zones, midnight.
    pub date_tolerance: u16,
    /// Days that a deferred transaction may be old.
    pub deferred_days: u16,
    /// A chip card whose whole stripe was read where its chip could have been.
    pub chip_bypassed: Verdict,
    /// A chip card's stripe at a terminal for stripes alone, in the card's own country.
    pub stripe_at_home: Verdict,
    /// The same abroad, or where the country is not known, above [`stripe_floor`](Self::stripe_floor).
    pub stripe_abroad: Verdict,
    /// Up to this amount, in the card's currency, a stripe abroad is flagged alone.
    pub stripe_floor: Amount,
    /// The stripe because the chip could not be read.
    pub fallback: Verdict,
    /// The same soon after the chip was read over its contacts.
    pub fallback_after_good_chip: Verdict,
    /// How soon, in seconds.
    pub good_chip_seconds: u32,
    /// So many fallbacks of a card in a day are referred.
    pub card_fallbacks: u8,
    /// So many fallbacks at a merchant in an hour are declined.
    pub merchant_fallbacks: u8,
    /// So many wrong cryptograms of a card in a day hold the card.
    pub wrong_cryptograms: u8,
    /// What a right cryptogram gets while the card is held so. Not a decline: whoever guesses cryptograms has not
    /// found one, and would else take the card out of use.
    pub held_for_wrong_cryptograms: Verdict,
    /// So many wrong card verification values, and wrong expiry dates beside typed numbers, in a day block what rests on such a value.
    pub wrong_values: u8,
    /// Amount above which somebody must have verified the cardholder, for cards whose record has none; in the card's currency.
    pub verification_limit: Amount,
    /// The same for amounts in a foreign currency, where the message tells no billing amount: in about US cents, because nobody knows
    /// the rate. Amounts of any currency are brought to those by an order of magnitude alone, so what is meant is three times more or
    /// less.
    pub foreign_verification_limit: Amount,
    /// Most that transit may add up over one tap, in about US cents.
    pub transit_limit: Amount,
    /// Most that a pump may ask for over a question about the account, in about US cents. More is referred.
    pub pump_limit: Amount,
    /// Per cent by which a tip may raise the amount.
    pub tip_percent: u8,
    /// Gambling (MCC 7995) abroad without the card: what the country of the account may forbid, and stolen numbers are used for.
    pub remote_gambling_abroad: Verdict,
    /// From when on behaviour over time is held, for hosts that keep an [`ActivityStore`](crate::issuer::ActivityStore).
    pub activity: ActivityPolicy,
}

impl Policy {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        counter_jump_flagged: 30,
        counter_jump_referred: 1_000,
        late_counter: Verdict::ApproveAndFlag,
        unannounced_late_counter: Verdict::Decline,
        date_tolerance: 1,
        deferred_days: 14,
        chip_bypassed: Verdict::Decline,
        stripe_at_home: Verdict::Refer,
        stripe_abroad: Verdict::StepUp,
        stripe_floor: Amount::ZERO,
        fallback: Verdict::StepUp,
        fallback_after_good_chip: Verdict::Refer,
        good_chip_seconds: 6 * 3_600,
        card_fallbacks: 3,
        merchant_fallbacks: 5,
        wrong_cryptograms: 10,
        held_for_wrong_cryptograms: Verdict::Refer,
        wrong_values: 10,
        verification_limit: amount(15_000),
        foreign_verification_limit: amount(50_000),
        transit_limit: amount(10_000),
        pump_limit: amount(100_000),
        tip_percent: 20,
        remote_gambling_abroad: Verdict::Decline,
        activity: ActivityPolicy::DEFAULT,
    };
}

impl Default for Policy {
    fn default() -> Self {
        Self::DEFAULT
    }
}
