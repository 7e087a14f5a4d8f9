//! Where activities are kept.

use super::event::{ActivityEvent, CompromiseReport, Noticed};
use super::policy::ActivityPolicy;
use crate::issuer::CardIndex;

/// Keeps the activity of cards and shops, beside a [`CardStateStore`](crate::issuer::CardStateStore), and by the same names.
///
/// The one duty is atomicity a card: of two payments at the same moment, one finds the other counted. What a step does is not the
/// store's business but [`CardActivity::apply`](crate::issuer::CardActivity::apply)'s. Between a card and its shop nothing has to be atomic.
pub trait ActivityStore {
    /// What can go wrong.
    type Error;

    /// Takes the event's step for its card, in one atomic operation, and tells what was noticed.
    ///
    /// # Errors
    /// When it is not known that the step was taken.
    fn watch(
        &self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
    ) -> Result<Noticed, Self::Error>;

    /// Notes that a card is confirmed to be compromised: it counts, once, at every shop that is remembered of it. Gives at how many.
    ///
    /// Where the key of names changed meanwhile, a store forgets the shops of a card whose new names it was not told
    /// ([`CardActivity::rename_shops`](crate::issuer::CardActivity::rename_shops)), for a count under an old name would be nobody's.
    ///
    /// # Errors
    /// When the store does not answer.
    fn report_compromised(
        &self,
        card: &CardIndex,
        report: &CompromiseReport,
    ) -> Result<usize, Self::Error>;
}
