//! Memory for values made in place.

use super::word::Logic;
use core::mem::MaybeUninit;

/// Room for a `T` made of words, not yet initialised.
#[repr(C, align(64))]
pub(super) struct Slot<T>(MaybeUninit<T>);

impl<T> Slot<T> {
    pub(super) const fn new() -> Self {
        Slot(MaybeUninit::uninit())
    }

    /// Where a `T` is to be written, field by field.
    #[inline(always)]
    pub(super) fn place(&mut self) -> *mut T {
        self.0.as_mut_ptr()
    }

    /// The `T` written.
    ///
    /// # Safety
    /// All of it must have been written.
    #[inline(always)]
    pub(super) unsafe fn made(&mut self) -> &mut T {
        // SAFETY: the caller has written it.
        unsafe { self.0.assume_init_mut() }
    }

    /// Overwrites the memory in a way the compiler may not leave out.
    #[inline(always)]
    pub(super) fn wipe<W: Logic>(&mut self) {
        const { assert!(align_of::<Self>() >= align_of::<W>()) };
        let words = self.0.as_mut_ptr().cast::<W>();
        for i in 0..size_of::<T>() / size_of::<W>() {
            // SAFETY: inside the slot, which is aligned for words.
            unsafe { words.add(i).write_volatile(W::splat(0)) }
        }
    }
}
