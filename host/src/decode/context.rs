//! How to decode, and what is known about the surroundings.

use chipcard::element::{IadLayout, Scheme};
use clap::ValueEnum;

/// How to decode and what to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Show account numbers, names, tracks and PINs in clear. For test cards only.
    pub reveal: bool,
    /// Show the bits that are not set too.
    pub all_bits: bool,
    /// Whose layout issuer application data have.
    pub family: Option<Family>,
    /// The list that the data of a command answer: PDOL, CDOL or DDOL.
    pub dol: Option<Vec<u8>>,
}

/// Whose layout issuer application data have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Family {
    /// Visa, formats 0 to 4.
    Visa,
    /// Mastercard M/Chip 4 and M/Chip Advance.
    Mastercard,
    /// Common Core Definitions, Common Payment Application.
    Ccd,
    /// UnionPay, PBOC.
    Unionpay,
    /// Interac.
    Interac,
    /// JCB.
    Jcb,
}

impl Family {
    /// The layouts that its cards have.
    pub const fn layouts(self) -> &'static [IadLayout] {
        match self {
            Self::Visa => Scheme::Visa.iad_layouts(),
            Self::Mastercard => Scheme::Mastercard.iad_layouts(),
            Self::Ccd => &[IadLayout::Ccd],
            Self::Unionpay => Scheme::UnionPay.iad_layouts(),
            Self::Interac => Scheme::Interac.iad_layouts(),
            Self::Jcb => Scheme::Jcb.iad_layouts(),
        }
    }
}

/// What one decoder tells the others on the way down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) options: &'a Options,
    /// The payment system that an application identifier in the same message names.
    pub(super) scheme: Option<Scheme>,
    /// Instruction byte of the command that is answered.
    pub(super) instruction: Option<u8>,
}

impl<'a> Context<'a> {
    pub(super) const fn new(options: &'a Options) -> Self {
        Self {
            options,
            scheme: None,
            instruction: None,
        }
    }
}
