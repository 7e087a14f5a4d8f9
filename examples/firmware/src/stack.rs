//! How much of the stack was used: it is painted before and looked at afterwards.

use core::arch::asm;

const PAINT: u32 = 0xA5A5_A5A5;

// From the linker; of the second it is the address that counts.
unsafe extern "C" {
    static mut STACK_BOTTOM: u32;
    static MEMORY_SIZE: u8;
}

/// What `paint` itself stands on, in words.
const MARGIN: usize = 16;

fn bottom() -> *mut u32 {
    &raw mut STACK_BOTTOM
}

/// Bytes that the stack may take: all the memory that there is.
pub(crate) fn size() -> usize {
    &raw const MEMORY_SIZE as usize
}

/// The highest address of the stack.
fn top() -> usize {
    bottom() as usize + size()
}

fn pointer() -> usize {
    let pointer;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags)) };
    pointer
}

/// Paints what is free.
#[inline(never)]
pub(crate) fn paint() {
    let free = (pointer() - bottom() as usize) / size_of::<u32>() - MARGIN;
    for word in 0..free {
        // SAFETY: below the stack pointer, above the bottom: memory that no frame uses.
        unsafe { bottom().add(word).write_volatile(PAINT) };
    }
}

/// Bytes used at the deepest since `paint`.
#[inline(never)]
pub(crate) fn used() -> usize {
    let mut word = bottom();
    // SAFETY: the loop ends at this frame at the latest, which is not painted.
    while unsafe { word.read_volatile() } == PAINT {
        // SAFETY: as above.
        word = unsafe { word.add(1) };
    }
    top() - word as usize
}
