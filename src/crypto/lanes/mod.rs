//! lanes
mod backend;
mod batch;
mod kernel;
mod portable;
mod rounds;
#[cfg(target_arch = "x86_64")]
mod sbox_ternary;
mod sbox_two_input;
mod sliced;
mod slot;
mod transpose;
mod wiring;
mod word;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use backend::Backend;
pub use batch::{BatchError, Item, Outcome, Response, ResponseKey, SessionKey, Shape};

#[cfg(test)]
mod tests;
