//! The `chipcard` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    chipcard_host::cli::main()
}
