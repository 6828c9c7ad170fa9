//! Finds out by trying whether a start could write to its folders, and leaves everything as it was.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::random;

/// Checks that files can be made in a folder, which a start makes if it is missing.
///
/// # Errors
/// If the folder or a file in it cannot be made.
pub(super) fn check_writable(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };

    let missing = Missing::of(folder);
    let made = fs::create_dir_all(folder).and_then(|()| {
        let file = folder.join(format!(
            ".crossmodel-check-{:016x}",
            u64::from_le_bytes(random::bytes())
        ));
        File::create_new(&file)?;
        fs::remove_file(file)
    });

    missing.remove();
    made
}

/// The folders that are missing on the path to a folder, itself included.
pub(super) struct Missing(Vec<PathBuf>);

impl Missing {
    pub(super) fn of(folder: &Path) -> Self {
        let missing = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        Self(missing.map(Path::to_owned).collect())
    }

    /// Removes those that exist now and are empty.
    pub(super) fn remove(self) {
        for folder in self.0 {
            // A folder that was not made, or that another process uses by now, stays as it is.
            drop(fs::remove_dir(folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> PathBuf {
        std::env::temp_dir().join(format!("folders-{:016x}", u64::from_le_bytes(random::bytes())))
    }

    #[test]
    fn what_was_missing_is_missing_afterwards() {
        let top = scratch();

        check_writable(&top.join("a/b")).unwrap();

        assert!(!top.exists());
    }

    #[test]
    fn a_folder_that_is_there_stays_as_it_is() {
        let top = scratch();
        fs::create_dir(&top).unwrap();
        fs::write(top.join("file"), "text").unwrap();

        check_writable(&top).unwrap();

        assert_eq!(fs::read_dir(&top).unwrap().count(), 1);
        fs::remove_dir_all(top).unwrap();
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_an_error() {
        let top = scratch();
        fs::write(&top, "text").unwrap();

        assert!(check_writable(&top).is_err());
        assert!(check_writable(&top.join("deep")).is_err());

        fs::remove_file(top).unwrap();
    }
}
