//! Keeps the walls inside `src`, which no crate keeps: who may import whom, and who may write.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every room of `src` but `cli`, which may use them all, with the rooms that it may use.
const ROOMS: [(&str, &[&str]); 6] = [
    ("config", &["probes", "routing"]),
    ("gather", &["config", "probes", "redact", "routing"]),
    ("probes", &[]),
    ("redact", &["config"]),
    ("routing", &[]),
    ("run", &["config", "gather", "probes", "redact"]),
];

/// What prints, or writes a file.
const WRITERS: [&str; 12] = [
    "print!",
    "println!",
    "stdout()",
    "stderr()",
    "indicatif",
    "tempfile",
    "fs::write",
    "fs::copy",
    "fs::rename",
    "create_dir",
    "File::create",
    "OpenOptions",
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// A source file by its path (below `src` where it is there), and what of it is neither a comment nor a test.
struct Source {
    path: PathBuf,
    code: String,
}

impl Source {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a readable source file");
        let code = text.split("#[cfg(test)]\nmod tests {").next();
        let lines = code.unwrap_or_default().lines();
        let path = path.strip_prefix(src()).unwrap_or(path);
        Self {
            path: path.to_owned(),
            code: lines
                .filter(|line| !line.trim_start().starts_with("//"))
                .flat_map(|line| [line, "\n"])
                .collect(),
        }
    }

    /// The room it is of: the folder or the file below `src`.
    fn room(&self) -> String {
        let first = self.path.iter().next().expect("a part");
        Path::new(first).with_extension("").display().to_string()
    }

    /// The first parts of all paths that begin so, one by one or in braces.
    fn named_after(&self, prefix: &str) -> BTreeSet<String> {
        let starts = self.code.match_indices(prefix);
        starts
            .filter(|(at, _)| !self.code[..*at].ends_with(is_of_word))
            .flat_map(|(at, _)| heads(&self.code[at + prefix.len()..]))
            .collect()
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':')
}

/// The first word of a path, or of each path in braces.
fn heads(text: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let text = text.trim_start();
        text.chars()
            .take_while(|c| is_of_word(*c) && *c != ':')
            .collect()
    };
    let Some(group) = text.strip_prefix('{') else {
        return vec![word(text)];
    };
    let (mut depth, mut heads, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(word(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(word(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads
}

/// The source files of a folder and below; files that hold only tests are left out.
fn sources(folder: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("a folder of src");
    for entry in entries {
        let path = entry.expect("a readable entry").path();
        let stem = path.file_stem().unwrap_or_default();
        if stem == "tests" {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(Source::read(&path));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The modules of the subcommands, as the command line lists them.
fn subcommands() -> BTreeSet<String> {
    let cli = Source::read(&src().join("cli/mod.rs"));
    let (_, list) = cli.code.split_once("enum Command {").expect("the list");
    let (list, _) = list.split_once("\n}").expect("its end");
    let variants = list.lines().filter_map(|line| line.split_once('('));
    variants
        .filter(|(variant, _)| !variant.trim_start().starts_with('#'))
        .filter_map(|(_, of)| of.trim_start_matches("Box<").split_once("::"))
        .map(|(module, _)| module.to_owned())
        .collect()
}

#[test]
fn no_subcommand_is_imported_by_anything_but_the_list_of_them() {
    let subcommands = subcommands();
    assert!(
        subcommands.contains("check") && subcommands.len() > 5,
        "{subcommands:?}"
    );
    for source in sources(&src().join("cli")) {
        if source.path == Path::new("cli/mod.rs") {
            continue;
        }
        let is_deep = source.path.iter().count() > 2;
        let own = ["super::", "super::super::"][usize::from(is_deep)];
        for prefix in [own, "crate::cli::"] {
            let named = source.named_after(prefix);
            let strange: Vec<&String> = named.intersection(&subcommands).collect();
            assert!(
                strange.is_empty(),
                "{} imports {strange:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn a_room_uses_only_those_below_it() {
    let lib = Source::read(&src().join("lib.rs"));
    let declared: BTreeSet<String> = lib
        .named_after("pub mod ")
        .into_iter()
        .filter(|room| room != "cli")
        .collect();
    let listed = ROOMS.iter().map(|(room, _)| (*room).to_owned());
    assert_eq!(declared, listed.collect());
    for source in sources(&src()) {
        let room = source.room();
        let Some((_, below)) = ROOMS.iter().find(|(listed, _)| *listed == room) else {
            continue;
        };
        for used in source.named_after("crate::") {
            assert!(
                used == room || below.contains(&used.as_str()),
                "{} uses {used}",
                source.path.display()
            );
        }
    }
}

#[test]
fn only_the_command_line_writes() {
    for source in sources(&src()) {
        if source.room() == "cli" {
            continue;
        }
        let writers = WRITERS.iter().filter(|word| source.code.contains(*word));
        let writers: Vec<_> = writers.collect();
        assert!(
            writers.is_empty(),
            "{} has {writers:?}",
            source.path.display()
        );
    }
}

/// Whatever a file calls a section or an option is shown escaped, because its type does that: no field holds it as plain text.
#[test]
fn names_of_sections_and_options_are_no_plain_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for room in ["src", "core/src", "checks/src", "reports/src", "saml/src"] {
        for source in sources(&root.join(room)) {
            let plain =
                ["section: String", "option: String"].map(|field| source.code.contains(field));
            assert_eq!(plain, [false, false], "{}", source.path.display());
        }
    }
}

/// Real keys are opened and signed with by ring alone. `rsa` has a known timing side channel and makes the sandbox's key pairs:
/// nothing else of the lock file could even name it, or another crate of its signatures, and what opens keys never sees the sandbox.
#[test]
fn no_real_key_meets_the_crate_that_makes_those_of_the_sandbox() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let text = std::fs::read_to_string(root.join(lock)).expect("a lock file");
        let lock: toml::Table = text.parse().expect("a lock file");
        let packages = lock["package"].as_array().expect("packages");
        let users = |wanted: &str| -> BTreeSet<&str> {
            let stands_on = |package: &&toml::Value| {
                let mut needed = package
                    .get("dependencies")
                    .and_then(toml::Value::as_array)
                    .into_iter()
                    .flatten();
                needed.any(|needed| {
                    needed
                        .as_str()
                        .is_some_and(|needed| needed.split(' ').next() == Some(wanted))
                })
            };
            let users = packages.iter().filter(stands_on);
            users
                .filter_map(|package| package["name"].as_str())
                .collect()
        };
        assert_eq!(users("rsa"), BTreeSet::from(["hybridcheck-sandbox"]));
        assert_eq!(users("signature"), BTreeSet::from(["rsa"]));
        assert_eq!(
            users("hybridcheck-sandbox"),
            BTreeSet::from(["hybridcheck"])
        );
    }
    let signer = Source::read(&root.join("saml/src/material/signer.rs"));
    assert!(signer.code.contains("use ring::rsa::KeyPair;"));
}

/// What a recipe of CONTRIBUTING promises: a file that holds a source or a format is in the list that people choose from.
#[test]
fn every_source_and_every_format_is_listed() {
    for (folder, kind) in [("sources/src", "Source"), ("reports/src", "Report")] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let list = std::fs::read_to_string(folder.join("lib.rs")).expect("the list");
        let mut seen = 0;
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let start = format!("\nimpl {kind} for ");
            let names = text.match_indices(&start).map(|(at, start)| {
                let rest = &text[at + start.len()..];
                rest.split(' ').next().unwrap_or_default()
            });
            for name in names {
                seen += 1;
                let written = [
                    format!("&{name},"),
                    format!("::{name},"),
                    format!("&{name}]"),
                ];
                let is_listed = written.iter().any(|written| list.contains(written));
                assert!(is_listed, "{} is not listed", path.display());
            }
        }
        assert!(seen > 2, "no {kind} was seen");
    }
}

/// A test that reads sources proves nothing unless it would see what it looks for.
#[test]
fn imports_are_seen_in_every_way_they_are_written() {
    let source = Source {
        path: PathBuf::from("cli/x.rs"),
        code: "use super::check;\nuse super::{Failure, idp::{self, a}, saml};\nfn f() { super::plan::run() }\nx_super::no".into(),
    };
    let named: Vec<String> = source.named_after("super::").into_iter().collect();
    assert_eq!(named, ["Failure", "check", "idp", "plan", "saml"]);
}
