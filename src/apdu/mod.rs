//! Commands and responses: what terminal and card say to one another (EMV Book 1 11, Book 3 6;
//! ISO/IEC 7816-4 5).

mod command;
mod instruction;
mod response;
mod status;
mod t0;
mod t1;

pub use command::Command;
pub use instruction::Instruction;
pub use response::{MAX_RESPONSE_LENGTH, respond};
pub use status::StatusWord;
pub use t0::T0;
pub use t1::{MAX_BLOCK_LENGTH, T1};
