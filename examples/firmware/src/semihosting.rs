//! What the debugger, here QEMU, does for a program without an operating system (Arm: Semihosting for AArch32 and AArch64).

use core::arch::asm;

const SYS_WRITEC: usize = 0x03;
const SYS_EXIT: usize = 0x18;
const STOPPED_APPLICATION_EXIT: usize = 0x2_0026;
const STOPPED_RUN_TIME_ERROR: usize = 0x2_0023;

fn call(operation: usize, argument: usize) {
    // SAFETY: the operations above read at most what the argument points to, and write nothing.
    unsafe {
        asm!("bkpt 0xAB", inout("r0") operation => _, in("r1") argument, options(nostack));
    }
}

/// Prints text.
pub(crate) fn print(text: &str) {
    for byte in text.bytes() {
        call(SYS_WRITEC, &raw const byte as usize);
    }
}

/// Prints text and a decimal number after it.
pub(crate) fn print_number(text: &str, number: usize) {
    print(text);
    let mut scale = 1;
    while number / scale >= 10 {
        scale *= 10;
    }
    while scale > 0 {
        let digit = b'0' + (number / scale % 10).to_le_bytes()[0];
        call(SYS_WRITEC, &raw const digit as usize);
        scale /= 10;
    }
}

/// Ends the program.
pub(crate) fn exit(good: bool) -> ! {
    let reason = if good {
        STOPPED_APPLICATION_EXIT
    } else {
        STOPPED_RUN_TIME_ERROR
    };
    loop {
        call(SYS_EXIT, reason);
    }
}
