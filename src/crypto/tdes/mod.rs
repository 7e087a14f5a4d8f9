//! Two-key TDES: the left key for `E`, the right for `D`. Schedules are wiped when dropped.
//!
//! There are two: [`table`] on the `des` crate, whose look-ups depend on secrets, and [`constant`], which
//! takes the same time whatever the secrets are and costs no more. The second needs the feature `simd`,
//! because its fast forms are vector instructions.

#[cfg(feature = "simd")]
mod constant;
#[cfg(any(test, not(feature = "simd")))]
mod table;

#[cfg(feature = "simd")]
pub(crate) use constant::Tdes;
#[cfg(not(feature = "simd"))]
pub(crate) use table::Tdes;

#[cfg(all(test, feature = "simd"))]
mod tests {
    extern crate std;

    use proptest::prelude::*;

    use super::{constant, table};

    proptest! {
        #[test]
        fn both_are_tdes(
            key in any::<[u8; 16]>(),
            block in any::<[u8; 8]>(),
            blocks in prop::collection::vec(any::<[u8; 8]>(), 1..30),
        ) {
            let (ours, reference) = (constant::Tdes::new(&key), table::Tdes::new(&key));
            prop_assert_eq!(ours.encrypt(block), reference.encrypt(block));
            prop_assert_eq!(ours.decrypt(block), reference.decrypt(block));
            prop_assert_eq!(
                ours.retail_mac(&[blocks.as_flattened()]).unwrap(),
                reference.retail_mac(&[blocks.as_flattened()]).unwrap()
            );
        }
    }
}
