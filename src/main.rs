//! The binary: parses nothing and decides nothing itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    hybridcheck::cli::main()
}
