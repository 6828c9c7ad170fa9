//! Every operation of the spool on the file system, in one place, so that tests can make any of them fail. In the program
//! these are just the calls themselves.

#[cfg(test)]
mod faults;

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
#[cfg(test)]
use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
pub use faults::Faults;

/// Access to the file system. In tests, clones share their faults.
#[derive(Clone, Debug, Default)]
pub struct Files {
    #[cfg(test)]
    pub faults: Option<Arc<Faults>>,
}

/// An operation that tests can make fail.
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
    fn fault(&self, operation: FileOperation) -> Option<io::Error> {
        self.faults.as_ref().and_then(|faults| faults.strike(operation))
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests keep their faults in it")]
    fn fault(&self, _operation: FileOperation) -> Option<io::Error> {
        None
    }

    fn may(&self, operation: FileOperation) -> io::Result<()> {
        self.fault(operation).map_or(Ok(()), Err)
    }

    /// Makes a folder that only its owner can read, since the spool shows who called what. A folder that exists stays as it is.
    pub fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.may(FileOperation::MakeFolder)?;
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700);

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

    /// How long ago the list of a folder changed.
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

    /// Makes an empty file that only its owner can read. With `direct`, writes go past the cache of the system.
    pub fn create(&self, path: &Path, direct: bool) -> io::Result<File> {
        let fault = self.fault(FileOperation::Create);
        let mut options = File::options();
        options.create(true).truncate(true).write(true).mode(0o600);
        #[cfg(target_os = "linux")]
        if direct {
            options.custom_flags(libc::O_DIRECT);
        }

        let file = options.open(path)?;
        // A fault strikes after the file is made: a failed operation may have made it all the same.
        fault.map_or(Ok(file), Err)
    }

    /// Locks a file. False if another process or handle holds the lock.
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

    /// Reads at most `most` bytes, and fewer only at the end of the file. After a failure, `into` has the bytes read before it.
    pub fn read(&self, file: &mut File, most: u64, into: &mut Vec<u8>) -> io::Result<()> {
        let fault = self.fault(FileOperation::Read);
        io::Read::by_ref(file)
            .take(if fault.is_some() { most / 2 } else { most })
            .read_to_end(into)?;
        fault.map_or(Ok(()), Err)
    }

    /// Writes all bytes. After a failure, a part of them may be in the file.
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

    /// Waits until the disk has the contents of a file.
    pub fn sync_data(&self, file: &File) -> io::Result<()> {
        self.may(FileOperation::Sync)?;
        file.sync_data()
    }

    /// Waits until the disk has the contents of a file and everything about it.
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

    /// Removes a folder with everything in it.
    pub fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        self.may(FileOperation::Remove)?;
        std::fs::remove_dir_all(folder)
    }
}
