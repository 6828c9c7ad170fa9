//! Why there is no master key.

use std::io;
use std::path::PathBuf;

/// Why there is no master key. The message is one line and names the file.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file is missing, and must not be made.
    #[error("the master key file {} is missing; name another with CROSSMODEL_MASTER_KEY_FILE, or make one: \
             (umask 077; openssl rand -hex 32 > {})", .0.display(), .0.display())]
    Missing(PathBuf),
    /// The file is missing, but the database was set up with a key.
    #[error("the master key file {} is missing, and the database was set up with one; put it back, or name its place \
             with CROSSMODEL_MASTER_KEY_FILE", .0.display())]
    Lost(PathBuf),
    /// Others can read or change it.
    #[error("the master key file {} can be read or changed by others (mode {mode:03o}); run: chmod 600 {}", .path.display(), .path.display())]
    Exposed {
        /// The path of the file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The content is no key.
    #[error("the master key file {} does not hold 64 hexadecimal digits", .0.display())]
    Malformed(PathBuf),
    /// The key is one that is easily guessed.
    #[error("the master key file {} holds the same byte over and over, which is no secret; make one with: \
             openssl rand -hex 32", .0.display())]
    Guessable(PathBuf),
    /// The database was set up with another key.
    #[error("the master key in {} is not the one that this database was set up with; put the right file back, or name \
             its place with CROSSMODEL_MASTER_KEY_FILE", .0.display())]
    Mismatch(PathBuf),
    /// The file cannot be read or made.
    #[error("the master key file {} cannot be {what}: {source}", .path.display())]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The verb for the message: read or made.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}
