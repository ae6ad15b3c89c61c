//! The forms in which a secret comes back: as it is, encoded, escaped.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};

use crate::outside::Outside;
use crate::text::bare;

/// The longest text that may be a word of a language.
const LONGEST_WORD: usize = 15;
/// The shortest that is looked for anywhere, when it is more than letters.
const SHORTEST_MARK: usize = 8;
/// The shortest that nobody writes by chance, and of how many kinds its characters are.
const RANDOM: (usize, usize) = (12, 3);

/// What of a text is sent or may be told: all of it, and it without what stands around it. Of a key in lines each line, for whoever tells
/// the whole tells them, whatever it is encoded in.
pub(super) fn sources(text: &str) -> BTreeSet<&str> {
    if text.contains("-----BEGIN") {
        let lines = text.lines().map(str::trim);
        let of_key = |line: &&str| line.len() > LONGEST_WORD && !line.starts_with('-');
        let lines: BTreeSet<&str> = lines.filter(of_key).collect();
        if !lines.is_empty() {
            return lines;
        }
    }
    BTreeSet::from([text, text.trim(), bare(text)])
}

/// Whether a text may stand in other words by chance.
pub(super) fn is_word(text: &str) -> bool {
    let length = text.chars().count();
    let is_of_letters = text.chars().all(char::is_alphabetic);
    length < SHORTEST_MARK || (is_of_letters && length <= LONGEST_WORD)
}

/// Whether no sentence holds the like of it.
pub(super) fn is_random(text: &str) -> bool {
    let kinds: [fn(char) -> bool; 4] = [
        char::is_lowercase,
        char::is_uppercase,
        char::is_numeric,
        |c| !c.is_alphanumeric(),
    ];
    let found = kinds.iter().filter(|kind| text.contains(**kind)).count();
    text.chars().count() >= RANDOM.0 && found >= RANDOM.1
}

/// A certificate is public, and is compared with others; what holds a private key is not.
pub(super) fn is_certificate(text: &str) -> bool {
    let is_pem = text.contains("-----BEGIN CERTIFICATE") && !text.contains("PRIVATE KEY");
    // DER of more than 255 bytes, in base64.
    is_pem || (text.trim_start().starts_with("MII") && text.len() > 400)
}

/// Every form of a secret that is looked for anywhere in a text.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let mut forms = whole(text);
    for offset in 0..3 {
        forms.extend(in_base64(text, offset));
    }
    forms
}

/// Every form of a secret that is looked for as a whole word.
pub(super) fn of_word(text: &str) -> BTreeSet<String> {
    let mut forms = whole(text);
    let base64 = Base64::encode_string(text.as_bytes());
    forms.insert(base64.trim_end_matches('=').to_owned());
    forms.insert(Base64UrlUnpadded::encode_string(text.as_bytes()));
    forms.insert(base64);
    forms
}

/// The two hexadecimal digits of a byte, in lower case.
fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
}

fn whole(text: &str) -> BTreeSet<String> {
    let hex: String = text.bytes().flat_map(digits).collect();
    let mut forms = BTreeSet::from([text.to_owned(), hex.to_uppercase(), hex]);
    // What no form escapes: most secrets that a service makes.
    if holds_only(text, "-._") {
        return forms;
    }
    for kept in ["-._~", "-._~/", "*-._", "-._~!*'()"] {
        let percent = percent(text, kept);
        forms.insert(percent.replace("%20", "+"));
        forms.insert(lower_escapes(&percent));
        forms.insert(percent);
    }
    forms.insert(text.replace('/', "\\/"));
    // The lines of a key.
    if holds_only(text, "+/=") {
        return forms;
    }
    let xml = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    forms.extend([
        Outside::of(text).shown(usize::MAX).to_string(),
        json(text),
        json(text).replace('/', "\\/"),
        xml.replace('"', "&quot;").replace('\'', "&#39;"),
        xml.replace('"', "&quot;").replace('\'', "&apos;"),
        xml.replace('"', "&quot;"),
        xml,
    ]);
    forms
}

/// Whether a text is of ASCII letters, digits and these.
fn holds_only(text: &str, others: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || others.as_bytes().contains(&byte))
}

/// As it stands within a text of JSON.
fn json(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn percent(text: &str, kept: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend(digits(byte).map(|digit| digit.to_ascii_uppercase()));
        }
    }
    encoded
}

/// The same with the digits of its escapes in lower case.
fn lower_escapes(percent: &str) -> String {
    let mut parts = percent.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(part.len().min(2));
        let _ = write!(lower, "%{}{rest}", digits.to_ascii_lowercase());
    }
    lower
}

/// The characters of base64 that depend on the secret alone, when so many bytes stand before it.
fn in_base64(text: &str, offset: usize) -> [String; 2] {
    let mut bytes = vec![0; offset];
    bytes.extend(text.as_bytes());
    let (first, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    let within = |encoded: String| encoded.get(first..end).unwrap_or_default().to_owned();
    [
        within(Base64::encode_string(&bytes)),
        within(Base64UrlUnpadded::encode_string(&bytes)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_passwords_and_random_texts_are_told_apart() {
        for word in ["verdict", "changeit", "P4ss!", "mypurecloud"] {
            assert!(is_word(word), "{word}");
        }
        for other in ["changeit1", "letters-and-hyphens", "abcdefghijklmnop"] {
            assert!(!is_word(other) && !is_random(other), "{other}");
        }
        assert!(is_random("Zk3x9qWe7rTy1u"));
    }

    #[test]
    fn a_key_in_lines_is_known_by_each_and_one_without_as_a_whole() {
        let line = "TUlJRXZBSUJBREFOQmdrcWhraUc5";
        let key = format!("-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n");
        assert_eq!(sources(&key), BTreeSet::from([line]));
        let joined = key.replace('\n', "\\n");
        assert!(sources(&joined).contains(joined.as_str()));
        // Whatever the whole is encoded in holds a form of the line.
        let forms = of(line);
        for offset in 0..3 {
            let whole = Base64::encode_string(format!("{}{key}", "x".repeat(offset)).as_bytes());
            assert!(forms.iter().any(|form| whole.contains(form.as_str())));
        }
    }

    #[test]
    fn every_form_is_there() {
        let forms = of("a b\"/?\u{e9}123");
        for form in [
            "a b\"/?\u{e9}123",
            "a b\\\"/?\u{e9}123",
            "a b\\\"\\/?\u{e9}123",
            "a b&quot;/?\u{e9}123",
            "a%20b%22%2F%3F%C3%A9123",
            "a%20b%22%2f%3f%c3%a9123",
            "a+b%22%2F%3F%C3%A9123",
            "612062222f3fc3a9313233",
            "612062222F3FC3A9313233",
            "YSBiIi8/w6kxMj",
            "YSBiIi8_w6kxMj",
        ] {
            assert!(forms.contains(form), "{form}: {forms:#?}");
        }
    }
}
