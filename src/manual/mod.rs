//! Documentation alone: no code.
//!
//! | page | what it says |
//! |---|---|
//! | [`attacks`] | every published attack, and our answer |
//! | [`limits`] | what no host can see, and what this library leaves to others |

pub mod attacks;
pub mod limits;
