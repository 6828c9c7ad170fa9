//! The folders of runs: each run makes one and holds it locked, and takes over those that earlier runs left.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::GatewayId;
use crate::gateway::files::Files;
use crate::gateway::options::SpoolOptions;

/// The ending of the name of a folder that is being made.
pub(super) const NEW: &str = "new";
/// A folder that is still being made after this time belongs to a run that was killed.
pub(super) const BEGINS: Duration = Duration::from_secs(60);
/// The ending of the name of a folder that is being removed.
pub(super) const OVER: &str = "over";
/// The ending of the name of a folder that is kept, since a part of it could not be read.
const DAMAGED: &str = "damaged";
/// The file that a run holds locked.
const LOCK: &str = "lock";

/// Makes a run's folder. Returns its lock.
pub(super) fn make(options: &SpoolOptions, folder: &Path) -> io::Result<File> {
    let files = &options.files;
    // It has another name until it is locked: a gateway that looks for earlier runs must not take it.
    let unlocked = folder.with_extension(NEW);
    files.make_folder(&unlocked)?;
    let lock = files.create(&unlocked.join(LOCK), false)?;
    if !files.lock(&lock)? {
        return Err(io::ErrorKind::WouldBlock.into());
    }

    files.rename(&unlocked, folder)?;
    if options.synced {
        // No entry counts as durable before the disk has the names of all folders that lead to it.
        files.sync_folder(folder)?;
        files.sync_folder(&options.folder)?;
    }
    Ok(lock)
}

/// The folder of an earlier run. This gateway holds it locked.
#[derive(Debug)]
pub struct Left {
    pub gateway: GatewayId,
    pub(super) files: Files,
    pub(super) folder: PathBuf,
    _lock: File,
}

impl Left {
    /// Removes the folder, once all of it is in the tables.
    pub(in crate::gateway) fn remove(&self) {
        remove(&self.files, &self.folder);
    }

    /// Keeps the folder under a name that no start looks at.
    pub(in crate::gateway) fn keep(&self) {
        let kept = self.folder.with_extension(DAMAGED);
        match self.files.rename(&self.folder, &kept) {
            Ok(()) => tracing::error!(folder = %kept.display(), "A damaged spool is kept"),
            Err(error) => tracing::error!(%error, "The folder of a damaged spool could not be renamed"),
        }
    }
}

/// The folders of earlier runs that ended without removing them.
pub fn left_behind(options: &SpoolOptions) -> io::Result<Vec<Left>> {
    let files = &options.files;
    let mut found = Vec::new();

    for folder in files.list(&options.folder)? {
        let ends_with = |ending: &str| folder.extension().is_some_and(|extension| extension == ending);
        if ends_with(OVER) {
            // Another gateway may be removing it, or was killed while it did.
            drop(files.remove_folder(&folder));
        } else if ends_with(NEW) {
            // Its run was killed before it began, unless it begins at this moment.
            if files.age(&folder).is_ok_and(|age| age > BEGINS) {
                drop(files.remove_folder(&folder));
            }
        } else if let Some(left) = take(files, folder)? {
            found.push(left);
        }
    }

    found.sort_by_key(|left| left.gateway);
    Ok(found)
}

/// Locks a run's folder; `None` if it is none, or its run goes on.
fn take(files: &Files, folder: PathBuf) -> io::Result<Option<Left>> {
    let name = folder.file_name().and_then(|name| name.to_str());
    let Some(gateway) = name.and_then(|name| name.parse().ok()) else {
        return Ok(None);
    };

    let lock = match files.open_lock(&folder.join(LOCK)) {
        Ok(lock) => lock,
        // A run ends or begins at this moment.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A run that goes on holds the lock. A run that stops in order removes the folder before it unlocks it.
    if !files.lock(&lock)? || !files.exists(&folder.join(LOCK))? {
        return Ok(None);
    }

    Ok(Some(Left {
        gateway,
        files: files.clone(),
        folder,
        _lock: lock,
    }))
}

/// Removes a run's folder. It gets another name first, so that a folder with a run's name is always whole.
pub(super) fn remove(files: &Files, folder: &Path) {
    let over = folder.with_extension(OVER);
    if let Err(error) = files.rename(folder, &over).and_then(|()| files.remove_folder(&over)) {
        tracing::warn!(%error, "A spool that is in the tables could not be removed");
    }
}

/// Makes a folder and those that lead to it, and waits until the disk has their names.
pub(super) fn make_folders(options: &SpoolOptions, folder: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    for folder in folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
        if options.files.exists(folder)? {
            break;
        }
        missing.push(folder);
    }

    for folder in missing.into_iter().rev() {
        options.files.make_folder(folder)?;
        if options.synced {
            let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
            options.files.sync_folder(parent.unwrap_or(Path::new(".")))?;
        }
    }
    Ok(())
}
