//! The places of reports in files: each is proven before anything is gathered, and written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use hybridcheck_core::outside::Outside;
use tempfile::NamedTempFile;

use super::Failure;

/// As many links are followed as a kernel follows.
const LINKS: usize = 40;

/// Where one report goes.
pub(super) struct Place {
    path: Outside,
    way: Way,
}

/// How a report gets there.
enum Way {
    /// A file: written beside it, and renamed.
    Beside {
        target: PathBuf,
        temporary: NamedTempFile,
    },
    /// A device or a pipe, or a file whose folder takes no other: written to as it is. A rename would take a device away.
    Into { target: PathBuf },
}

impl Place {
    /// Proves that a report can be written there, as far as that is known before it is.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn prove(path: &str) -> io::Result<Self> {
        let given = Path::new(path);
        let there = match fs::metadata(given) {
            Ok(there) => Some(there),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let way = match there {
            Some(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            // The system's own links to pipes (`/dev/stdout`) lead to no path.
            Some(there) if !there.is_file() => Way::Into {
                target: given.to_owned(),
            },
            there => {
                let target = followed(given)?;
                if there.is_some() {
                    OpenOptions::new().append(true).open(&target)?;
                }
                match (NamedTempFile::new_in(folder(&target)), there) {
                    (Ok(temporary), there) => {
                        if let Some(there) = there {
                            keep_mode(temporary.as_file(), &there)?;
                        }
                        Way::Beside { target, temporary }
                    }
                    (Err(_), Some(_)) => Way::Into { target },
                    (Err(error), None) => return Err(error),
                }
            }
        };
        Ok(Self {
            path: Outside::from(path),
            way,
        })
    }

    /// The path as it was given.
    pub(super) fn path(&self) -> &Outside {
        &self.path
    }

    /// Whether writing may wait for somebody: a pipe takes nothing until it is read.
    pub(super) fn may_block(&self) -> bool {
        match &self.way {
            Way::Beside { .. } => false,
            Way::Into { target } => !target.is_file(),
        }
    }

    /// Whether it is this file, under whatever name. A device or a pipe takes from many.
    fn is(&self, path: &Path) -> bool {
        let target = match &self.way {
            Way::Beside { target, .. } => target,
            Way::Into { target } if target.is_file() => target,
            Way::Into { .. } => return false,
        };
        let whole = |path: &Path| Some(folder(path).canonicalize().ok()?.join(path.file_name()?));
        let is_named = followed(path).ok().and_then(|path| whole(&path)) == whole(target);
        is_named || is_one(path, target)
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// What the system says; a file that stood there before is as it was, unless its folder takes no other.
    pub(super) fn write(self, text: &str) -> io::Result<()> {
        match self.way {
            Way::Into { target } => fs::write(target, text),
            Way::Beside {
                target,
                mut temporary,
            } => {
                temporary.write_all(text.as_bytes())?;
                temporary.as_file().sync_all()?;
                let kept = temporary.persist(target);
                kept.map(|_| ()).map_err(|error| error.error)
            }
        }
    }
}

/// Proves every place. `read` are the files that the run itself reads; `-` is standard input.
pub(super) fn prove(paths: &[&str], read: &[&str]) -> Result<Vec<Place>, Failure> {
    const STREAMS: [(&str, &str); 2] = [
        ("/dev/stdout", "standard output"),
        ("/dev/stderr", "standard error"),
    ];
    let mut places: Vec<Place> = Vec::new();
    for path in paths {
        let place = Place::prove(path).map_err(|error| Failure::Place {
            path: Outside::from(*path),
            problem: words(&error),
        })?;
        let refused = |problem: String| Failure::Flag {
            flag: "--report",
            problem,
            help: "give each report a file of its own".into(),
        };
        let is_read = |input: &&&str| {
            let input = if **input == "-" { "/dev/stdin" } else { input };
            place.is(Path::new(input))
        };
        if let Some(input) = read.iter().find(is_read) {
            return Err(refused(format!(
                "the report would be written over {}, which this run reads",
                Outside::of(*input)
            )));
        }
        let mut streams = STREAMS.iter();
        if let Some((_, stream)) = streams.find(|(stream, _)| place.is(Path::new(stream))) {
            return Err(refused(format!(
                "{} is the file to which {stream} goes",
                place.path()
            )));
        }
        if let Some(other) = places.iter().find(|other| other.is(Path::new(path))) {
            return Err(refused(format!(
                "two reports would go to one file: {} and {}",
                other.path(),
                place.path()
            )));
        }
        places.push(place);
    }
    Ok(places)
}

/// Whether two paths lead to one file that is there, by whatever links.
#[cfg(unix)]
fn is_one(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| {
        let there = fs::metadata(path).ok().filter(fs::Metadata::is_file);
        there.map(|there| (there.dev(), there.ino()))
    };
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// The names alone tell.
#[cfg(not(unix))]
fn is_one(_: &Path, _: &Path) -> bool {
    false
}

/// What the system says, in words of ours.
pub(super) fn words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such folder".into(),
        ErrorKind::PermissionDenied => "this user may not write there".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::FileTooLarge => "it would be larger than a file of this process may be".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        ErrorKind::QuotaExceeded => "the quota of this user is used up".into(),
        kind => kind.to_string(),
    }
}

/// The path at the end of all links, also where nothing is there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = folder(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links lead to one another"))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Who may read the file stays as its owner set it.
#[cfg(unix)]
fn keep_mode(temporary: &File, there: &fs::Metadata) -> io::Result<()> {
    temporary.set_permissions(there.permissions())
}

/// A new file takes the rights of its folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same form on every system")]
fn keep_mode(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, text: &str) {
        let place = Place::prove(path.to_str().unwrap()).unwrap();
        place.write(text).unwrap();
    }

    #[test]
    fn a_report_replaces_a_file_whole_and_leaves_nothing_beside_it() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("run.json");
        fs::write(&path, "an older and longer report").unwrap();
        written(&path, "new");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        drop(Place::prove(path.to_str().unwrap()).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
    }

    #[test]
    fn no_place_is_proven_where_nothing_can_be_written() {
        let room = tempfile::tempdir().unwrap();
        let nowhere = room.path().join("missing").join("run.json");
        for path in [room.path(), nowhere.as_path()] {
            assert!(Place::prove(path.to_str().unwrap()).is_err(), "{path:?}");
        }
    }

    #[test]
    fn one_file_is_one_file_whatever_it_is_called() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("run.json");
        let round = room.path().join(".").join("run.json");
        let (path, round) = (path.to_str().unwrap(), round.to_str().unwrap());
        for there in [false, true] {
            if there {
                fs::write(path, "an input").unwrap();
            }
            let twice = prove(&[path, round], &[]).err().unwrap().to_string();
            assert!(
                twice.contains("two reports would go to one file"),
                "{twice}"
            );
            assert_eq!(
                fs::read_dir(room.path()).unwrap().count(),
                usize::from(there)
            );
        }
        let over = prove(&[path], &[round]).err().unwrap().to_string();
        assert!(over.contains("written over"), "{over}");
        assert_eq!(fs::read_to_string(path).unwrap(), "an input");
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

        use super::*;

        #[test]
        fn what_is_no_file_is_written_to_and_stays() {
            let room = tempfile::tempdir().unwrap();
            let pipe = room.path().join("pipe");
            // A pipe of our own: root's test must not be able to take a device of the host away.
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            let reader = std::thread::spawn({
                let pipe = pipe.clone();
                move || fs::read_to_string(pipe).unwrap()
            });
            written(&pipe, "text");
            assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
            assert_eq!(reader.join().unwrap(), "text");
            let name = pipe.to_str().unwrap();
            let places = prove(&[name, name], &[]).unwrap();
            assert!(places.iter().all(Place::may_block));
        }

        #[test]
        fn a_link_stays_and_leads_to_the_report_also_when_it_led_nowhere() {
            let room = tempfile::tempdir().unwrap();
            let (alias, file) = (
                room.path().join("latest.json"),
                room.path().join("run.json"),
            );
            symlink("run.json", &alias).unwrap();
            for text in ["first", "second"] {
                written(&alias, text);
                assert!(alias.is_symlink());
                assert_eq!(fs::read_to_string(&file).unwrap(), text);
            }
            let round = room.path().join("round");
            symlink("round", &round).unwrap();
            assert!(Place::prove(round.to_str().unwrap()).is_err());
        }

        #[test]
        fn who_may_read_a_file_stays_as_it_was() {
            let room = tempfile::tempdir().unwrap();
            let path = room.path().join("run.json");
            fs::write(&path, "old").unwrap();
            for mode in [0o644, 0o600, 0o660] {
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                written(&path, "new");
                let now = fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(now & 0o777, mode);
            }
        }
    }
}
