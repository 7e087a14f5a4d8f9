//! Which list the data of a command answer.

use chipcard::apdu::{Command, Instruction};

/// The lists whose values GET PROCESSING OPTIONS and GENERATE AC bring, and how far the transaction is.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'a> {
    pdol: &'a [u8],
    cdol1: &'a [u8],
    cdol2: &'a [u8],
    /// GENERATE AC commands of this transaction so far.
    cryptograms: u8,
}

impl<'a> Lists<'a> {
    pub(super) const fn new(pdol: &'a [u8], cdol1: &'a [u8], cdol2: &'a [u8]) -> Self {
        Self {
            pdol,
            cdol1,
            cdol2,
            cryptograms: 0,
        }
    }

    /// The list that the data of a command answer, if they answer one. Takes the commands in their order.
    pub fn of(&mut self, command: &[u8]) -> Option<&'a [u8]> {
        match Instruction::of(&Command::parse(command).ok()?)? {
            Instruction::Select => {
                self.cryptograms = 0;
                None
            }
            Instruction::GetProcessingOptions => {
                self.cryptograms = 0;
                Some(self.pdol)
            }
            Instruction::GenerateAc => {
                self.cryptograms = self.cryptograms.saturating_add(1);
                Some(if self.cryptograms == 1 {
                    self.cdol1
                } else {
                    self.cdol2
                })
            }
            _ => None,
        }
    }
}
