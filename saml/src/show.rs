//! A minted assertion for a human: every element on a line of its own, without the signature value that would make it a credential.

use std::fmt::Write;

use hybridcheck_core::facts::CertificateInfo;
use hybridcheck_core::outside::Outside;
use serde::Serialize;

use super::{Claims, Encoding, Minted, template};

/// What may be shown of a minted assertion.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Grows when members change their meaning.
    pub schema: u32,
    /// What it says.
    pub claims: Claims,
    /// Whose key signed it.
    pub certificate: CertificateInfo,
    /// How it would be sent.
    pub encoding: Encoding,
    /// The document, indented, without the signature value.
    pub document: String,
}

/// Longer than any line that a person reads.
const LONGEST_LINE: usize = 600;

impl Minted {
    /// What may be shown of it.
    pub fn shown(&self, encoding: Encoding) -> Shown {
        let (claims, certificate) = (self.claims(), self.certificate());
        let signature = template::signature(
            &claims.id,
            "[SHA-256 of the assertion]",
            "[not shown: whoever has it can log in]",
            &format!("[certificate with SHA-256 {}]", certificate.sha256),
        );
        let mut document = template::assertion(claims, &signature);
        if encoding.is_response() {
            document = template::response(claims, &document);
        }
        Shown {
            schema: 1,
            claims: claims.clone(),
            certificate: certificate.clone(),
            encoding,
            document: indented(&document),
        }
    }
}

impl Shown {
    /// The whole as text.
    pub fn text(&self) -> String {
        let claims = &self.claims;
        let shown = |text: &Outside| text.shown(300).to_string();
        let mut text = String::new();
        let rows = [
            ("user", shown(&claims.email)),
            ("issuer", shown(&claims.issuer)),
            ("organisation", shown(&claims.organization)),
            ("audience", shown(&claims.audience)),
            ("recipient", shown(&claims.recipient)),
            (
                "valid",
                format!("{} to {}", claims.not_before, claims.not_on_or_after),
            ),
            (
                "signed with",
                format!(
                    "{}, SHA-256 {}, valid until {}",
                    self.certificate.subject, self.certificate.sha256, self.certificate.not_after
                ),
            ),
            ("sent as", self.encoding.label().to_owned()),
        ];
        for (label, value) in rows {
            let _ = writeln!(text, "{label:<13} {value}");
        }
        let _ = write!(text, "\n{}", self.document);
        text.push_str(
            "\nIndented for reading; what is sent has no blanks between elements. Nothing was sent.\n",
        );
        text
    }
}

/// Puts each element of a canonical text on a line of its own; an element that holds only text stays on one.
fn indented(canonical: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut line = String::new();
    let mut tags = canonical
        .split('<')
        .filter(|piece| !piece.is_empty())
        .peekable();
    while let Some(piece) = tags.next() {
        let closes = piece.starts_with('/');
        if closes {
            depth = depth.saturating_sub(1);
        }
        if line.is_empty() {
            line = "  ".repeat(depth);
        }
        line.push('<');
        line.push_str(piece);
        if !closes {
            depth += 1;
        }
        // What follows at once closes this element, so both share the line.
        let holds_no_element = !closes && tags.peek().is_some_and(|next| next.starts_with('/'));
        if !holds_no_element {
            let _ = writeln!(out, "{}", Outside::of(line.as_str()).shown(LONGEST_LINE));
            line.clear();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_on_lines_and_text_stays_with_its_element() {
        let text = indented("<a x=\"1\"><b>text &lt; more</b><c></c></a>");
        assert_eq!(
            text,
            "<a x=\"1\">\n  <b>text &lt; more</b>\n  <c></c>\n</a>\n"
        );
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(
            indented("<a>x\ny\u{202e}</a>"),
            "<a>x\\u{a}y\\u{202e}</a>\n"
        );
    }
}
