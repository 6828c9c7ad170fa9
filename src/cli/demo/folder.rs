//! The folder of the demo's data.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::random;

/// The folder of the demo's data. Unless the user named it, it is removed when this is dropped.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) kept: bool,
}

impl Folder {
    pub(super) fn make(named: Option<&Path>) -> Result<Self, CliError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => {
                let name = format!("crossmodel-demo-{:016x}", u64::from_le_bytes(random::bytes()));
                std::env::temp_dir().join(name)
            }
        };

        let database = path.join("crossmodel.db");
        if database.exists() {
            let why = format!(
                "--data: {} is there already; choose an empty folder, or go on with: crossmodel serve --database-url sqlite://{}",
                database.display(),
                database.display()
            );
            return Err(CliError::Failed(why));
        }

        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| CliError::Failed(format!("the folder {} cannot be made: {error}", path.display())))?;
        Ok(Self {
            path,
            kept: named.is_some(),
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
