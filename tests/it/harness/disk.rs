//! A disk under the built program that fails when a test says so, or loses at a power cut what was not synced: a layer
//! between the program and the system, in C (`tests/disk/disk.c`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::database::Folder;

/// The layer, compiled once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, library) = LIBRARY.get_or_init(|| {
        let folder = Folder::fresh();
        let library = folder.as_ref().join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/disk/disk.c");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .arg(&library)
            .arg(source)
            .arg("-ldl");
        assert!(
            compiler.status().expect("cc, a C compiler").success(),
            "tests/disk/disk.c does not compile"
        );
        (folder, library)
    });
    library
}

/// Folders of which a power cut leaves the synced bytes.
pub struct Disk {
    roots: Vec<PathBuf>,
    /// The bytes on the disk; anew at each start.
    shadow: Folder,
}

impl Disk {
    /// A disk under these folders, which have to be there.
    pub fn under(roots: &[&Path]) -> Self {
        let roots = roots
            .iter()
            .map(|root| root.canonicalize().expect("a folder"))
            .collect();
        Self {
            roots,
            shadow: Folder::fresh(),
        }
    }

    /// The program on this disk. All bytes that exist when it starts are on the disk. `seed`: for writes that the disk makes
    /// unasked.
    pub fn program(&mut self, seed: u64) -> Command {
        self.shadow = Folder::fresh();
        for kind in ["files", "dirs"] {
            std::fs::create_dir(self.shadow.as_ref().join(kind)).expect("a folder for the shadow");
        }
        let roots: Vec<&str> = self
            .roots
            .iter()
            .map(|root| root.to_str().expect("a path in UTF-8"))
            .collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
        command
            .env("LD_PRELOAD", library())
            .env("DISK_ROOTS", roots.join(":"))
            .env("DISK_SHADOW", self.shadow.as_ref())
            .env("DISK_SEED", seed.to_string());
        command
    }

    /// Cuts the power: bytes that were not synced are gone. No program may have a file open below the roots.
    pub fn cut(&self) {
        let roots = std::fs::read_to_string(self.shadow.as_ref().join("roots")).expect("the roots");
        for line in roots.lines() {
            let (id, root) = line.split_once(' ').expect("an id and a path");
            for entry in std::fs::read_dir(root).expect("a root") {
                let path = entry.expect("a name").path();
                if path.is_dir() {
                    std::fs::remove_dir_all(path)
                } else {
                    std::fs::remove_file(path)
                }
                .expect("to remove what is cut off");
            }
            self.restore(id, Path::new(root));
        }
    }

    /// Restores a folder to its state on the disk.
    fn restore(&self, id: &str, folder: &Path) {
        let names = std::fs::read_to_string(self.shadow.as_ref().join("dirs").join(id)).expect("the names in a folder");
        for line in names.lines() {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().expect("kind, id and name");
            let (kind, id, path) = (part(), part(), folder.join(part()));
            if kind == "d" {
                std::fs::create_dir(&path).expect("a folder");
                self.restore(id, &path);
            } else {
                std::fs::copy(self.shadow.as_ref().join("files").join(id), &path).expect("a file");
            }
        }
    }
}

/// Failures of a disk that a test switches on and off while the program runs.
pub struct Failures {
    folder: Folder,
    below: PathBuf,
}

/// What fails.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    Reading,
    Everything,
}

impl Failures {
    /// Only calls for files below this path.
    pub fn below(path: &Path) -> Self {
        let failures = Self {
            folder: Folder::fresh(),
            below: path.to_owned(),
        };
        failures.end();
        failures
    }

    /// The program on this disk. `seed`: for when it fails.
    pub fn program(&self, seed: u64) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
        command
            .env("LD_PRELOAD", library())
            .env("DISK_FAULTS", self.file())
            .env("DISK_FAULTY", &self.below)
            .env("DISK_SEED", seed.to_string());
        command
    }

    /// From now on the disk fails once in this many calls.
    pub fn begin(&self, of: Of, once_in: u64) {
        let letter = match of {
            Of::Reading => "r",
            Of::Everything => "",
        };
        self.say(&format!("{letter}{once_in}"));
    }

    /// From now on nothing fails.
    pub fn end(&self) {
        self.say("0");
    }

    fn say(&self, text: &str) {
        // The program has it mapped: written in place.
        let file = std::fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.file());
        std::io::Write::write_all(
            &mut file.expect("the file of failures"),
            format!("{text:<8}").as_bytes(),
        )
        .expect("to write it");
    }

    fn file(&self) -> PathBuf {
        self.folder.as_ref().join("failures")
    }
}
