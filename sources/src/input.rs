//! Loading: files and standard input become bytes, with a cap on their size.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};

use hybridcheck_core::outside::Outside;

use super::error::SourceError;

/// What an input may weigh; a full export of a large site is far below it.
pub const SIZE_CAP: u64 = 64 * 1024 * 1024;

/// One input: its name as the user gave it, and its bytes.
#[derive(Clone)]
pub struct Input {
    /// The path as given; `-` is standard input.
    pub name: Outside,
    /// Its bytes, secrets included.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("name", &self.name)
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .finish()
    }
}

/// Loads every path in order, and a file that is named twice once; `-` is standard input and may be named once.
pub fn load(paths: &[String]) -> Result<Vec<Input>, SourceError> {
    load_with(paths, &mut io::stdin().lock(), SIZE_CAP)
}

fn load_with(paths: &[String], stdin: &mut dyn Read, cap: u64) -> Result<Vec<Input>, SourceError> {
    if paths.is_empty() {
        return Err(SourceError::NoInput);
    }
    if paths.iter().filter(|path| *path == "-").count() > 1 {
        return Err(SourceError::StdinTwice);
    }
    let load = |path: &String| {
        let name = path.as_str().into();
        let bytes = if path == "-" {
            capped(path, stdin, cap)?
        } else {
            let mut file = File::open(path).map_err(|source| unreadable(path, source))?;
            capped(path, &mut file, cap)?
        };
        Ok(Input { name, bytes })
    };
    let mut known = BTreeSet::new();
    // What cannot be found is told when it is opened.
    let mut is_new =
        |path: &&String| fs::canonicalize(path).map_or(true, |file| known.insert(file));
    let once = paths.iter().filter(|path| is_new(path));
    once.map(load).collect()
}

fn capped(path: &str, reader: &mut dyn Read, cap: u64) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    let read = reader.take(cap + 1).read_to_end(&mut bytes);
    read.map_err(|source| unreadable(path, source))?;
    if bytes.len() as u64 > cap {
        let path = path.into();
        return Err(SourceError::TooLarge { path, cap });
    }
    Ok(bytes)
}

fn unreadable(path: &str, source: io::Error) -> SourceError {
    let path = path.into();
    match source.kind() {
        ErrorKind::NotFound => SourceError::NotFound { path },
        ErrorKind::IsADirectory => SourceError::Directory { path },
        ErrorKind::PermissionDenied => SourceError::Denied { path },
        _ => SourceError::Unreadable { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(paths: &[&str], stdin: &str, cap: u64) -> Result<Vec<Input>, SourceError> {
        let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
        load_with(&paths, &mut stdin.as_bytes(), cap)
    }

    #[test]
    fn standard_input_is_read_once() {
        let inputs = load_text(&["-"], "[general]", 99).unwrap();
        assert_eq!(inputs[0].name, "-");
        assert_eq!(inputs[0].bytes, b"[general]");
        let twice = load_text(&["-", "-"], "", 99).unwrap_err();
        assert!(matches!(twice, SourceError::StdinTwice), "{twice}");
    }

    #[test]
    fn missing_directory_and_nothing_are_told_apart() {
        let missing = load_text(&["/nowhere/object.cfg"], "", 99).unwrap_err();
        assert_eq!(missing.to_string(), "/nowhere/object.cfg does not exist");
        let directory = load_text(&["/"], "", 99).unwrap_err();
        assert_eq!(directory.to_string(), "/ is a directory, not a file");
        assert!(matches!(load_text(&[], "", 99), Err(SourceError::NoInput)));
    }

    #[test]
    fn a_file_that_is_named_twice_is_read_once() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let detour = concat!(env!("CARGO_MANIFEST_DIR"), "/src/../Cargo.toml");
        let inputs = load_text(&[manifest, detour, manifest, "-"], "x", SIZE_CAP).unwrap();
        let names: Vec<&str> = inputs.iter().map(|input| input.name.raw()).collect();
        assert_eq!(names, [manifest, "-"]);
    }

    #[test]
    fn a_permission_error_names_the_path() {
        let denied = unreadable("secret.cfg", ErrorKind::PermissionDenied.into());
        assert_eq!(denied.to_string(), "no permission to read secret.cfg");
    }

    #[test]
    fn the_cap_is_the_last_size_that_passes() {
        assert!(load_text(&["-"], "1234", 4).is_ok());
        let error = load_text(&["-"], "12345", 4).unwrap_err();
        assert!(
            matches!(error, SourceError::TooLarge { cap: 4, .. }),
            "{error}"
        );
    }

    #[test]
    fn debug_of_an_input_shows_no_byte() {
        let input = Input {
            name: "x.cfg".into(),
            bytes: b"password=FAKE".to_vec(),
        };
        assert_eq!(
            format!("{input:?}"),
            "Input { name: \"x.cfg\", bytes: 13 bytes }"
        );
    }
}
