//! The file of the master key, which seals and hashes the secrets of this installation.

mod error;

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use zeroize::Zeroizing;

pub use error::MasterKeyError;

use crate::domain::MasterKey;
use crate::random;

/// Reads the key from its file; `None` if there is no such file.
///
/// # Errors
/// If others can read or change the file, or it holds no key.
pub fn read(path: &Path) -> Result<Option<MasterKey>, MasterKeyError> {
    let failed = |source| MasterKeyError::Io {
        path: path.into(),
        what: "read",
        source,
    };
    let mode = match fs::metadata(path) {
        Ok(metadata) => metadata.mode(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };

    // The group may read it: that is how secrets are mounted into containers.
    if mode & 0o027 != 0 {
        return Err(MasterKeyError::Exposed {
            path: path.into(),
            mode: mode & 0o777,
        });
    }

    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => MasterKeyError::Malformed(path.into()),
        _ => failed(error),
    })?);
    let bytes = decode(text.trim()).ok_or_else(|| MasterKeyError::Malformed(path.into()))?;
    if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
        return Err(MasterKeyError::Guessable(path.into()));
    }
    Ok(Some(MasterKey::from_bytes(*bytes)))
}

/// Makes the file with a new random key, unless another process was first; then the key of that process counts.
///
/// # Errors
/// If the file cannot be made.
pub fn make(path: &Path) -> Result<MasterKey, MasterKeyError> {
    let failed = |source| MasterKeyError::Io {
        path: path.into(),
        what: "made",
        source,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;

    let bytes = Zeroizing::new(random::bytes::<32>());
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in bytes.iter() {
        // Cannot fail: it only adds to a text.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');

    // Write the whole file beside its path, then link it there: no process ever reads half a key or overwrites one.
    let draft = folder.join(format!(".master.key.{:016x}", u64::from_le_bytes(random::bytes())));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);

    match written {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => read(path)?.ok_or_else(|| MasterKeyError::Missing(path.into())),
    }
}

fn decode(digits: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, key.as_mut_slice()).ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    /// A folder that is removed at the test's end.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let name = format!("crossmodel-key-{:016x}", u64::from_le_bytes(random::bytes()));
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn with(&self, text: &str, mode: u32) -> PathBuf {
            let path = self.0.join("master.key");
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_new_key_is_readable_by_its_owner_only_and_stays() {
        let folder = Folder::new();
        let path = folder.0.join("deep").join("master.key");
        let made = make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let nonce = [1; 24];
        let sealed = made.seal("test", b"secret", nonce).unwrap();
        let again = make(&path).unwrap();
        assert_eq!(again.open("test", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = Folder::new();
        let key = "0123456789abcdef".repeat(4);
        for mode in [0o604, 0o644, 0o620, 0o666] {
            assert!(
                matches!(read(&folder.with(&key, mode)), Err(MasterKeyError::Exposed { .. })),
                "{mode:o}"
            );
        }
        for mode in [0o400, 0o600, 0o440] {
            assert!(read(&folder.with(&key, mode)).unwrap().is_some(), "{mode:o}");
        }
    }

    #[test]
    fn only_64_hexadecimal_digits_are_a_key() {
        let folder = Folder::new();
        for wrong in ["", "abc", &"g".repeat(64), &"ab".repeat(33)] {
            assert!(
                matches!(read(&folder.with(wrong, 0o600)), Err(MasterKeyError::Malformed(_))),
                "{wrong}"
            );
        }
        assert!(matches!(
            read(&folder.with(&"00".repeat(32), 0o600)),
            Err(MasterKeyError::Guessable(_))
        ));
        assert!(read(&folder.0.join("none")).unwrap().is_none());
    }
}
