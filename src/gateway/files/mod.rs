//! Everything that the spool asks of the file system, in one place, so that tests can make any of it fail. In the program it
//! is nothing but the calls themselves.

#[cfg(test)]
mod faults;

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
#[cfg(test)]
use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
pub use faults::Faults;

/// How the file system is reached. Clones fail together.
#[derive(Clone, Debug, Default)]
pub struct Files {
    #[cfg(test)]
    pub faults: Option<Arc<Faults>>,
}

/// What can be asked of the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileOperation {
    MakeFolder,
    List,
    Exists,
    Open,
    Create,
    Lock,
    Seek,
    Read,
    Write,
    Sync,
    Rename,
    Remove,
}

impl Files {
    #[cfg(test)]
    fn fault(&self, ask: FileOperation) -> Option<io::Error> {
        self.faults.as_ref().and_then(|faults| faults.strike(ask))
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests keep their faults in it")]
    fn fault(&self, _ask: FileOperation) -> Option<io::Error> {
        None
    }

    fn may(&self, ask: FileOperation) -> io::Result<()> {
        self.fault(ask).map_or(Ok(()), Err)
    }

    /// Makes a folder that only its owner can look into: it says who called what. One that is there is left as it is.
    pub fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.may(FileOperation::MakeFolder)?;
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// Everything in a folder, in no order.
    pub fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.may(FileOperation::List)?;
        std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect()
    }

    pub fn exists(&self, path: &Path) -> io::Result<bool> {
        self.may(FileOperation::Exists)?;
        path.try_exists()
    }

    /// How long ago something in a folder has changed.
    pub fn age(&self, folder: &Path) -> io::Result<Duration> {
        self.may(FileOperation::Exists)?;
        std::fs::metadata(folder)?
            .modified()?
            .elapsed()
            .map_err(io::Error::other)
    }

    /// Opens a file to read it.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        self.may(FileOperation::Open)?;
        File::open(path)
    }

    /// Opens a file to hold it locked.
    pub fn open_lock(&self, path: &Path) -> io::Result<File> {
        self.may(FileOperation::Open)?;
        File::options().write(true).open(path)
    }

    /// An empty file that only its owner can read. `direct`: written past the cache of the system.
    pub fn create(&self, path: &Path, direct: bool) -> io::Result<File> {
        let fault = self.fault(FileOperation::Create);
        let mut options = File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        #[cfg(target_os = "linux")]
        if direct {
            std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_DIRECT);
        }
        let file = options.open(path)?;
        // The file may be there although its making is said to have failed.
        fault.map_or(Ok(file), Err)
    }

    /// Locks a file; whether nobody else holds it.
    pub fn lock(&self, file: &File) -> io::Result<bool> {
        self.may(FileOperation::Lock)?;
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub fn seek(&self, file: &mut File, to: u64) -> io::Result<()> {
        self.may(FileOperation::Seek)?;
        file.seek(SeekFrom::Start(to)).map(drop)
    }

    /// Reads at most so many bytes, fewer only at the end of the file. What was read before a failure is added too.
    pub fn read(&self, file: &mut File, most: u64, into: &mut Vec<u8>) -> io::Result<()> {
        let fault = self.fault(FileOperation::Read);
        io::Read::by_ref(file)
            .take(if fault.is_some() { most / 2 } else { most })
            .read_to_end(into)?;
        fault.map_or(Ok(()), Err)
    }

    /// Writes all of it; a part may be there after a failure.
    pub fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let fault = self.fault(FileOperation::Write);
        let until = if fault.is_some() {
            bytes.len() / 8192 * 4096
        } else {
            bytes.len()
        };
        file.write_all(bytes.get(..until).unwrap_or(bytes))?;
        fault.map_or(Ok(()), Err)
    }

    /// Waits until the disk has what was written.
    pub fn sync_data(&self, file: &File) -> io::Result<()> {
        self.may(FileOperation::Sync)?;
        file.sync_data()
    }

    /// The same, and everything about the file.
    pub fn sync_all(&self, file: &File) -> io::Result<()> {
        self.may(FileOperation::Sync)?;
        file.sync_all()
    }

    /// Waits until the disk has the names in a folder.
    pub fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.sync_all(&self.open(folder)?)
    }

    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may(FileOperation::Rename)?;
        std::fs::rename(from, to)
    }

    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.may(FileOperation::Remove)?;
        std::fs::remove_file(path)
    }

    /// Removes a folder and all that is in it.
    pub fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.may(FileOperation::Remove)?;
        std::fs::remove_dir_all(folder)
    }
}
