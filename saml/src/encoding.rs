//! The bytes of a capture as text, in whatever encoding they are; what a strict reader would refuse is noted.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::unreadable::Unreadable;
use hybridcheck_core::outside::Outside;

/// The bytes as text; nothing when they are none, and may be deflated.
pub(super) fn text(bytes: &[u8], oddities: &mut Vec<String>) -> Result<Option<String>, Unreadable> {
    let utf_16 = match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf_16 {
        let (text, damaged) = encoding.decode_with_bom_removal(bytes);
        if damaged {
            return Err(Unreadable::WrongEncoding {
                problem: format!("it looks like {}, but is damaged", encoding.name()),
            });
        }
        oddities.push(format!("the text is {}, not UTF-8", encoding.name()));
        return Ok(Some(text.into_owned()));
    }
    let is_markup = bytes.trim_ascii_start().starts_with(b"<");
    let declared = is_markup.then(|| declared_encoding(bytes)).flatten();
    match (std::str::from_utf8(bytes), declared) {
        (Ok(text), declared) => {
            if let Some(label) = declared.filter(|label| !is_utf_8(label.raw())) {
                oddities.push(format!(
                    "the XML declares {}, but is UTF-8; a strict reader refuses or misreads it",
                    label.shown(40)
                ));
            }
            Ok(Some(text.to_owned()))
        }
        (Err(_), Some(label)) => {
            let encoding = Encoding::for_label(label.raw().as_bytes());
            let decoded = encoding.and_then(|encoding| {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            });
            let Some(text) = decoded else {
                return Err(Unreadable::WrongEncoding {
                    problem: format!(
                        "it declares {}, and its bytes are not that",
                        label.shown(40)
                    ),
                });
            };
            oddities.push(format!("the XML is {}, not UTF-8", label.shown(40)));
            Ok(Some(text.into_owned()))
        }
        (Err(_), None) if is_markup => Err(Unreadable::WrongEncoding {
            problem: "it declares no encoding, so it must be UTF-8, and its bytes are not".into(),
        }),
        (Err(_), None) => Ok(None),
    }
}

fn is_utf_8(label: &str) -> bool {
    label.eq_ignore_ascii_case("utf-8")
        || label.eq_ignore_ascii_case("utf8")
        || label.eq_ignore_ascii_case("us-ascii")
}

/// The encoding that an XML declaration names.
fn declared_encoding(bytes: &[u8]) -> Option<Outside> {
    let start = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes));
    let declaration = start.trim_start().strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let value = declaration.split_once("encoding")?.1.trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value.split(quote).nth(1)?;
    (!label.is_empty()).then(|| label.into())
}
