//! Programs that a test runs beside itself.

use std::process::{Command, Stdio};

/// Runs a program to its end, without an input, and returns what it printed.
///
/// # Panics
/// With what it printed on standard error, if it fails.
pub async fn prints(mut command: Command) -> String {
    let shown = format!("{command:?}");
    let run = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output());
    let run = run.await.expect("the thread that waits for it").unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert!(run.status.success(), "{shown} failed:\n{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("text")
}
