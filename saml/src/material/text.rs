//! From the text of an option to the bytes inside: every wrapping is taken off, and every oddity on the way is noted.

use base64ct::{Base64, Encoding};
use hybridcheck_core::facts::{Holds, MaterialShape, Quirk, Undecodable, Wrapping};
use hybridcheck_core::object::is_guid;

use super::der::{self, Unreadable};
use super::pem::{self, Block};
use super::quirks::{Quirks, is_blank};

/// What a value came apart into.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) shape: MaterialShape,
    pub(super) blocks: Vec<Block>,
    /// Why there is nothing, or not everything.
    pub(super) failures: Vec<Failure>,
}

/// Why a part of a value is not usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It is something else.
    Holds(Holds),
    /// It cannot be decoded.
    Undecodable(Undecodable),
}

/// No certificate and no key comes near this; a larger value is not read.
pub(super) const LIMIT: usize = 1 << 20;
/// Base64 in base64 in base64 is a mistake that happens; more is not.
const MOST_LAYERS: usize = 4;
/// A shorter text that is no DER is a word that happens to be of the base64 alphabet.
const SHORTEST_ENCODING: usize = 64;

/// Takes a value apart.
pub(super) fn open(text: &str) -> Opened {
    let mut opening = Opening {
        characters: text.chars().count(),
        wrapping: Vec::new(),
        quirks: Quirks::new(),
        blocks: Vec::new(),
        failures: Vec::new(),
    };
    if text.len() > LIMIT {
        opening.fail(Undecodable::NotEncoded);
    } else {
        opening.peel(text, 0);
    }
    Opened {
        shape: MaterialShape {
            characters: opening.characters,
            wrapping: opening.wrapping,
            quirks: opening.quirks.into_iter().collect(),
        },
        blocks: opening.blocks,
        failures: opening.failures,
    }
}

struct Opening {
    characters: usize,
    wrapping: Vec<Wrapping>,
    quirks: Quirks,
    blocks: Vec<Block>,
    failures: Vec<Failure>,
}

impl Opening {
    fn fail(&mut self, failure: Undecodable) {
        self.failures.push(Failure::Undecodable(failure));
    }

    fn peel(&mut self, text: &str, depth: usize) {
        let text = self.plain_lines(text);
        let text = text.trim_matches(is_blank);
        if text.is_empty() {
            return self.fail(Undecodable::Empty);
        }
        if is_guid(text) {
            return self.failures.push(Failure::Holds(Holds::Guid));
        }
        if is_url(text) {
            return self.failures.push(Failure::Holds(Holds::Url));
        }
        if pem::is_pem(text) {
            self.wrapping.push(Wrapping::Pem);
            let scan = pem::scan(text, self.characters, &mut self.quirks);
            self.blocks.extend(scan.blocks);
            let failures = scan.failures.into_iter().map(Failure::Undecodable);
            return self.failures.extend(failures);
        }
        self.peel_base64(text, depth);
    }

    /// Removes what stands around a text, and makes every line end a line feed.
    fn plain_lines(&mut self, text: &str) -> String {
        let unmarked = text.trim_start_matches('\u{feff}');
        if unmarked.len() != text.len() {
            self.quirks.insert(Quirk::ByteOrderMark);
        }
        // A line break at the end is how every file ends.
        let ended = unmarked.trim_end_matches(['\r', '\n']);
        if ended != ended.trim_matches(is_blank) {
            self.quirks.insert(Quirk::SurroundingBlanks);
        }
        let mut inner = ended.trim_matches(is_blank);
        for quote in ['"', '\''] {
            if let Some(stripped) = inner.strip_prefix(quote) {
                self.quirks.insert(Quirk::Quoted);
                // A value that was cut has lost its closing quote.
                inner = stripped.strip_suffix(quote).unwrap_or(stripped);
                break;
            }
        }
        let mut plain = inner.to_owned();
        if plain.contains("\\n") || plain.contains("\\r") {
            self.quirks.insert(Quirk::LiteralEscapes);
            plain = plain.replace("\\r", "").replace("\\n", "\n");
            plain.truncate(plain.trim_end_matches('\\').len());
        }
        if plain.contains('\r') {
            self.quirks.insert(Quirk::CrLf);
            plain = plain.replace("\r\n", "\n").replace('\r', "\n");
        }
        plain
    }

    fn peel_base64(&mut self, text: &str, depth: usize) {
        let dense: String = text.chars().filter(|c| !is_blank(*c)).collect();
        if !dense.bytes().all(is_base64) {
            return self.fail(Undecodable::NotEncoded);
        }
        let whole = dense.len() - dense.len() % 4;
        let Ok(bytes) = Base64::decode_vec(dense.get(..whole).unwrap_or_default()) else {
            return self.fail(Undecodable::NotEncoded);
        };
        let not_encoded = if dense.len() < SHORTEST_ENCODING {
            Undecodable::NotEncoded
        } else {
            Undecodable::NotDer
        };
        if whole != dense.len() {
            let failure = if is_promising(&bytes) {
                Undecodable::CutOff {
                    characters: self.characters,
                }
            } else {
                Undecodable::NotEncoded
            };
            return self.fail(failure);
        }
        self.note_base64_layout(text);
        if let Some(inner) = as_text(&bytes) {
            if depth + 1 >= MOST_LAYERS {
                return self.fail(Undecodable::NotDer);
            }
            self.wrapping.push(Wrapping::Base64);
            let failures = self.failures.len();
            self.peel(&inner, depth + 1);
            for failure in self.failures.iter_mut().skip(failures) {
                // Something was encoded here after all: what is wrong is what it is.
                if *failure == Failure::Undecodable(Undecodable::NotEncoded) && !pem::is_pem(&inner)
                {
                    *failure = Failure::Undecodable(not_encoded.clone());
                }
            }
            return;
        }
        match der::read(&bytes) {
            _ if bytes.first() != Some(&der::SEQUENCE) => self.fail(not_encoded),
            Err(Unreadable::Malformed) if !pem::is_pkcs12_ber(&bytes) => self.fail(not_encoded),
            Err(Unreadable::Short) if is_promising(&bytes) => {
                self.fail(Undecodable::CutOff {
                    characters: self.characters,
                });
            }
            Err(Unreadable::Short) => self.fail(not_encoded),
            Ok(_) | Err(Unreadable::Malformed) => {
                self.wrapping.extend([Wrapping::Base64, Wrapping::Der]);
                self.blocks.push(Block { dek: None, bytes });
            }
        }
    }

    fn note_base64_layout(&mut self, text: &str) {
        for line in text.split('\n') {
            let inner = line.trim_matches(is_blank);
            if line.starts_with(is_blank) && !inner.is_empty() {
                self.quirks.insert(Quirk::Indented);
            }
            if inner.contains(is_blank) {
                self.quirks.insert(Quirk::FlattenedWithBlanks);
            }
        }
    }
}

fn is_url(text: &str) -> bool {
    let start = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Whether bytes begin like something that is longer: a PEM, base64 of one, or a long DER structure.
fn is_promising(bytes: &[u8]) -> bool {
    [
        &b"-----BEGIN"[..],
        b"LS0tLS1CRUdJTi",
        b"MII",
        b"\xff\xfe-\0",
        b"\xfe\xff\0-",
        &[der::SEQUENCE, 0x82],
        &[der::SEQUENCE, 0x81],
    ]
    .iter()
    .any(|start| bytes.starts_with(start))
}

/// Bytes as a text, when they are one: UTF-8 without control characters, or UTF-16 with its mark.
fn as_text(bytes: &[u8]) -> Option<String> {
    let utf16 = |to_unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| to_unit(*pair));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .ok()
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes)?,
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes)?,
        _ => std::str::from_utf8(bytes).ok()?.to_owned(),
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
    text.chars().all(is_text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> Failure {
        let opened = open(text);
        assert!(opened.blocks.is_empty());
        opened.failures.into_iter().next().expect("a failure")
    }

    #[test]
    fn words_are_not_encodings() {
        for text in ["changeme", "s3cr3t", "not base64!", "AAAAAAAA"] {
            assert_eq!(
                failure(text),
                Failure::Undecodable(Undecodable::NotEncoded),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_but_blanks_is_empty() {
        for text in ["", " \r\n\t", "\u{feff}", "\u{a0}\u{200b}", "\"\""] {
            assert_eq!(
                failure(text),
                Failure::Undecodable(Undecodable::Empty),
                "{text:?}"
            );
        }
    }

    #[test]
    fn values_of_other_options_are_recognised() {
        let guid = "11111111-aaaa-4bbb-8ccc-111111111111";
        assert_eq!(failure(guid), Failure::Holds(Holds::Guid));
        assert_eq!(
            failure(" HTTPS://idp.example/x "),
            Failure::Holds(Holds::Url)
        );
    }

    #[test]
    fn long_encodings_of_something_else_are_not_der() {
        let text = Base64::encode_string(&[0xa5; 99]);
        assert_eq!(failure(&text), Failure::Undecodable(Undecodable::NotDer));
        let text = Base64::encode_string(
            "a long text that is no PEM at all, not even a little".as_bytes(),
        );
        assert_eq!(failure(&text), Failure::Undecodable(Undecodable::NotDer));
    }

    #[test]
    fn der_shorter_than_it_says_is_cut() {
        let mut der = vec![0x30, 0x82, 0x03, 0x00];
        der.resize(189, 0x02);
        let text = Base64::encode_string(&der);
        let cut = Undecodable::CutOff { characters: 252 };
        assert_eq!(failure(&text), Failure::Undecodable(cut));
        let cut = Undecodable::CutOff { characters: 251 };
        assert_eq!(failure(&text[..251]), Failure::Undecodable(cut));
    }

    #[test]
    fn a_huge_value_is_not_read() {
        let text = "A".repeat(LIMIT + 4);
        assert_eq!(
            failure(&text),
            Failure::Undecodable(Undecodable::NotEncoded)
        );
    }

    #[test]
    fn endless_base64_ends() {
        let mut text = "-----BEGIN X-----".repeat(9);
        for _ in 0..MOST_LAYERS + 2 {
            text = Base64::encode_string(text.as_bytes());
        }
        assert_eq!(failure(&text), Failure::Undecodable(Undecodable::NotDer));
    }
}
