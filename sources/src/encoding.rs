//! Bytes become text: UTF-8, UTF-16 with or without a mark, what an XML declaration names, and Windows-1252 when nothing else fits.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::foreign::Foreign;

/// A decoded text and what should be said about the decoding.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
}

/// Decodes, or says what the bytes are instead.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Foreign> {
    if let Some(found) = Foreign::of_bytes(bytes) {
        return Err(found);
    }
    let mut notes = Vec::new();
    let text = match bytes {
        // A UTF-32 mark begins like one of UTF-16; no tool of this field writes it.
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(Foreign::Binary),
        [0xff, 0xfe, rest @ ..] => utf_16(UTF_16LE, rest, &mut notes),
        [0xfe, 0xff, rest @ ..] => utf_16(UTF_16BE, rest, &mut notes),
        _ => match unmarked_utf_16(bytes) {
            Some(encoding) => utf_16(encoding, bytes, &mut notes),
            None => eight_bit(bytes, &mut notes),
        },
    };
    let text = text.trim_start_matches('\u{feff}').to_owned();
    if is_binary(&text) {
        return Err(Foreign::Binary);
    }
    Ok(Decoded { text, notes })
}

fn utf_16(encoding: &'static Encoding, bytes: &[u8], notes: &mut Vec<String>) -> String {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        notes.push(format!(
            "some characters are damaged in the {} text; values that hold them are wrong here",
            encoding.name()
        ));
    }
    text.into_owned()
}

fn eight_bit(bytes: &[u8], notes: &mut Vec<String>) -> String {
    let declared = declared_encoding(bytes).filter(|declared| *declared != UTF_8);
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Some(declared) = declared.filter(|_| !text.is_ascii()) {
            notes.push(format!(
                "the XML declaration names {}, but the text is valid UTF-8 and was read as that",
                declared.name()
            ));
        }
        return text.to_owned();
    }
    let encoding = declared.unwrap_or(WINDOWS_1252);
    if declared.is_none() {
        notes.push("the text is not UTF-8 and was read as Windows-1252; if names with accents look wrong, export it again as UTF-8".to_owned());
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        notes.push(format!(
            "some characters are not valid in {}; values that hold them are wrong here",
            encoding.name()
        ));
    }
    text.into_owned()
}

/// The encoding that an XML declaration names.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..200).unwrap_or(bytes);
    let start = head.strip_prefix(b"<?xml")?;
    let declaration = start.split(|byte| *byte == b'>').next()?;
    let declaration = std::str::from_utf8(declaration).ok()?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let label = rest.split(['"', '\'']).nth(1)?;
    Encoding::for_label(label.as_bytes())
        .filter(|encoding| *encoding != UTF_16BE && *encoding != UTF_16LE)
}

/// UTF-16 without a mark: text of this field is mostly ASCII, so every second byte is zero.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| {
        head.iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let (mostly, rarely) = (pairs / 2, pairs / 10);
    if odd > mostly && even <= rarely {
        Some(UTF_16LE)
    } else if even > mostly && odd <= rarely {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A zero byte, or more than one control character in twenty.
fn is_binary(text: &str) -> bool {
    let is_odd = |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    let (odd, all) = text.chars().fold((0_usize, 0_usize), |(odd, all), c| {
        (odd + usize::from(is_odd(&c)), all + 1)
    });
    text.contains('\0') || odd * 20 > all
}
