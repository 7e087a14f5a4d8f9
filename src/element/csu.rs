//! Card status update (part of tag 91 with ARPC method 2).

use super::bits::bit_element;

const UPDATE_COUNTERS: &[(u8, &str)] = &[
    (0b00, "do not update"),
    (0b01, "set to upper offline limits"),
    (0b10, "reset to zero"),
    (0b11, "add transaction"),
];

bit_element! {
    /// Card status update: the four bytes by which the issuer tells a card what to do, protected by ARPC
    /// method 2 (EMV Book 2 8.2.2; bits: Common Core Definitions, Book 3 Annex C8 in
    /// version 4.3, C10 in 4.4). Byte 3 is reserved.
    ///
    /// ```
    /// use chipcard::element::{CardStatusUpdate as Csu, CounterUpdate};
    ///
    /// let csu = Csu::ISSUER_APPROVES | Csu::counters(CounterUpdate::Reset);
    /// assert_eq!(csu, Csu([0x00, 0x82, 0x00, 0x00]));
    /// assert_eq!(csu.new_pin_try_counter(), None);
    /// ```
    #[doc(alias = "CSU")]
    pub struct CardStatusUpdate([u8; 4]);
    1 0x80 flag => PROPRIETARY_DATA_INCLUDED: "proprietary authentication data included";
    1 0x0F number: "PIN try counter";
    2 0x80 flag => ISSUER_APPROVES: "issuer approves online transaction";
    2 0x40 flag => CARD_BLOCK: "card block";
    2 0x20 flag => APPLICATION_BLOCK: "application block";
    2 0x10 flag => UPDATE_PIN_TRY_COUNTER: "update PIN try counter";
    2 0x08 flag => GO_ONLINE_NEXT: "set go online on next transaction";
    2 0x04 flag => BY_PROXY: "CSU created by proxy for the issuer";
    2 0x03 code UPDATE_COUNTERS: "update offline counters";
    4 0xFF number: "issuer discretionary";
}

/// What becomes of the card's offline counters (byte 2, bits 2 and 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CounterUpdate {
    /// They stay.
    Keep = 0b00,
    /// They are set to their upper limits, so that the next transactions go online.
    SetToUpperLimit = 0b01,
    /// They are set to zero.
    Reset = 0b10,
    /// This transaction is added to them as though it had been offline.
    AddTransaction = 0b11,
}

impl CardStatusUpdate {
    /// Only the two bits that tell what becomes of the offline counters.
    pub const fn counters(update: CounterUpdate) -> Self {
        Self([0, update as u8, 0, 0])
    }

    /// What becomes of the offline counters.
    pub const fn counter_update(self) -> CounterUpdate {
        match self.0[1] & 0x03 {
            0b00 => CounterUpdate::Keep,
            0b01 => CounterUpdate::SetToUpperLimit,
            0b10 => CounterUpdate::Reset,
            _ => CounterUpdate::AddTransaction,
        }
    }

    /// Only the bits that set the PIN try counter to `tries`, of which the low four bits count.
    pub const fn pin_try_counter(tries: u8) -> Self {
        Self([tries & 0x0F, 0x10, 0, 0])
    }

    /// The new PIN try counter, if it is to be updated.
    pub fn new_pin_try_counter(self) -> Option<u8> {
        let update = self.contains(Self::UPDATE_PIN_TRY_COUNTER);
        update.then_some(self.0[0] & 0x0F)
    }
}
