//! Files that a flag names beside the objects: each is read up to a cap, whatever it says about its own size.

use std::fs::File;
use std::io::{self, Read};

use hybridcheck_core::outside::Outside;

use super::Failure;

/// A file that a flag names, and what it may be.
pub(super) struct SmallFile {
    /// The flag.
    pub(super) flag: &'static str,
    /// The most that it may weigh, in bytes.
    pub(super) cap: u64,
    /// What belongs there, as a sentence.
    pub(super) belongs: &'static str,
}

impl SmallFile {
    /// Its bytes.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        self.capped(path, file)
    }

    /// Its bytes, `-` being standard input.
    pub(super) fn read_or_stdin(&self, path: &str) -> Result<Vec<u8>, Failure> {
        if path == "-" {
            self.capped("standard input", io::stdin().lock())
        } else {
            self.read(path)
        }
    }

    fn capped(&self, path: &str, reader: impl Read) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = reader.take(self.cap + 1).read_to_end(&mut bytes);
        read.map_err(|source| unreadable(path, source))?;
        if bytes.len() as u64 > self.cap {
            return Err(Failure::Flag {
                flag: self.flag,
                problem: format!(
                    "{} is longer than {} KiB, and no more of it is read",
                    Outside::of(path).shown(200),
                    self.cap / 1024
                ),
                help: self.belongs.into(),
            });
        }
        Ok(bytes)
    }
}

fn unreadable(path: &str, source: io::Error) -> Failure {
    Failure::File {
        action: "read",
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: SmallFile = SmallFile {
        flag: "--cacert",
        cap: 4096,
        belongs: "certificates belong there",
    };

    #[test]
    fn the_cap_is_the_last_size_that_passes() {
        assert_eq!(
            FILE.capped("x", io::repeat(b'x').take(4096)).unwrap().len(),
            4096
        );
        assert!(FILE.capped("x", io::repeat(b'x').take(4097)).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_without_end_is_refused() {
        let error = FILE.read("/dev/zero").unwrap_err();
        assert_eq!(
            error.to_string(),
            "--cacert: /dev/zero is longer than 4 KiB, and no more of it is read"
        );
    }
}
