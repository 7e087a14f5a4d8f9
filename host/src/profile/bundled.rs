//! The cards that come with the program.

use chipcard::card::test_cards::TestCard;

use super::Personalisation;
use crate::failure::Failure;

/// The card of `chipcard card serve` and `chipcard card profile --export` unless another is named.
pub const DEFAULT: &str = "default";

/// Cards that exist as files alone, by their names.
const FILES: &[(&str, &str)] = &[
    ("default", include_str!("../../profiles/default.toml")),
    ("cap", include_str!("../../profiles/cap.toml")),
];

/// The names of all of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    let files = FILES.iter().map(|(name, _)| *name);
    files.chain(TestCard::every().map(|card| card.name))
}

pub(super) fn find(name: &str) -> Option<Result<Personalisation, Failure>> {
    if let Some(card) = TestCard::find(name) {
        return Some(Personalisation::of_test_card(card));
    }
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(Personalisation::parse(text))
}
