//! Values over many lines in a form of one option a line: PEM blocks and wrapped base64, told apart from options by what they can hold.

use super::harvest::is_documented_option;

/// How the value of the option before a line may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Inside a PEM block that began on this line.
    Pem(u32),
    /// After a PEM block: another one may follow (a chain).
    AfterPem,
    /// In wrapped base64; the length of the line before.
    Base64(usize),
    /// The value was empty: it may begin on the next line.
    Blank,
    /// It is finished.
    Done,
}

/// The shortest line that counts as the beginning of wrapped base64: 64 and 76 are usual.
const WRAPPED: usize = 40;

/// The mode after the line that names the option.
pub(super) fn mode_after_value(option: &str, value: &str, line: u32) -> Mode {
    let trimmed = value.trim();
    let may_be_der = ["certificate", "pkey"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(option))
        || trimmed.starts_with("MI")
        || trimmed.starts_with("LS0t");
    if let Some(mode) = mode_in_pem(trimmed, line) {
        mode
    } else if trimmed.is_empty() {
        Mode::Blank
    } else if may_be_der && is_wrapped(trimmed) {
        Mode::Base64(trimmed.len())
    } else {
        Mode::Done
    }
}

/// The mode after a line that goes on with the value, or nothing when the line does not belong to it.
pub(super) fn mode_after_line(mode: Mode, line: &str, number: u32) -> Option<Mode> {
    let trimmed = line.trim();
    match mode {
        Mode::Pem(_) if trimmed.contains("-----END") => Some(Mode::AfterPem),
        Mode::Pem(begin) if !begins_option(line) => Some(Mode::Pem(begin)),
        Mode::AfterPem | Mode::Blank if trimmed.starts_with("-----BEGIN ") => {
            mode_in_pem(trimmed, number)
        }
        Mode::Blank if is_wrapped(trimmed) => Some(Mode::Base64(trimmed.len())),
        Mode::Base64(before) => base64_after(before, trimmed),
        Mode::Pem(_) | Mode::AfterPem | Mode::Blank | Mode::Done => None,
    }
}

/// The mode after a text with a PEM block in it.
fn mode_in_pem(text: &str, line: u32) -> Option<Mode> {
    let (_, block) = text.rsplit_once("-----BEGIN ")?;
    if block.contains("-----END") {
        Some(Mode::AfterPem)
    } else {
        Some(Mode::Pem(line))
    }
}

/// In a PEM block whose END line was lost: a documented option with a value. Base64 has nothing but `=` after its first `=`,
/// so no line of a key is ever taken for an option.
fn begins_option(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, value)| {
        let value = value.trim();
        is_documented_option(name.trim()) && !value.is_empty() && !value.starts_with('=')
    })
}

fn is_wrapped(text: &str) -> bool {
    text.len() >= WRAPPED && text.bytes().all(is_base64)
}

fn base64_after(before: usize, text: &str) -> Option<Mode> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let is_ours = before >= WRAPPED
        && !body.is_empty()
        && text.len() <= before
        && body.bytes().all(is_base64)
        && match padding {
            0 => true,
            // `certificate=` has the length of base64 too.
            1 | 2 => text.len().is_multiple_of(4) && !is_documented_option(body),
            _ => false,
        };
    let mode = if padding == 0 {
        Mode::Base64(text.len())
    } else {
        Mode::Done
    };
    is_ours.then_some(mode)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}
