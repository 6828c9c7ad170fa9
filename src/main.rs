//! The program: see `crossmodel --help`, and the library's documentation for the map of the code.

use std::process::ExitCode;

fn main() -> ExitCode {
    crossmodel::cli::main()
}
