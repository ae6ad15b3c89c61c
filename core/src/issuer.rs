//! Two issuers that a person takes for one, though every character counts.

use percent_encoding::percent_decode_str;

use crate::names::Issuer;
use crate::text::listed;

/// How two issuers differ, when it is only in ways that escape the eye; empty when they are the same or different altogether.
pub fn difference(a: &Issuer, b: &Issuer) -> String {
    let (a, b) = (a.view().raw(), b.view().raw());
    let mut ways = Vec::new();
    let (trimmed_a, trimmed_b) = (a.trim(), b.trim());
    if trimmed_a.len() != a.len() || trimmed_b.len() != b.len() {
        ways.push("blanks around it");
    }
    let (a, b) = (Parts::of(trimmed_a), Parts::of(trimmed_b));
    if a.scheme != b.scheme {
        ways.push("the scheme");
    }
    if a.has_port != b.has_port {
        ways.push("the usual port");
    }
    if a.slashes != b.slashes {
        ways.push("the slash at the end");
    }
    if a.rest != b.rest {
        // What is no encoding stays (RFC 3986 section 2.1).
        let decoded = |text| -> Vec<u8> { percent_decode_str(text).collect() };
        let (plain_a, plain_b) = (decoded(&a.rest), decoded(&b.rest));
        if !plain_a.eq_ignore_ascii_case(&plain_b) {
            return String::new();
        }
        // `%2f` and `%2F` are one character too.
        if !a.rest.eq_ignore_ascii_case(&b.rest) || plain_a == plain_b {
            ways.push("percent-encoding");
        }
        if plain_a != plain_b {
            ways.push("upper and lower case");
        }
    }
    if ways.is_empty() {
        return String::new();
    }
    format!("; they differ only in {}", listed(ways))
}

/// An issuer without what is easily overlooked.
struct Parts {
    scheme: Option<String>,
    has_port: bool,
    slashes: usize,
    rest: String,
}

impl Parts {
    fn of(text: &str) -> Self {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let port = match scheme.as_deref() {
            Some("https") => ":443",
            Some("http") => ":80",
            _ => "",
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let bare = authority
            .strip_suffix(port)
            .filter(|_| !port.is_empty())
            .unwrap_or(authority);
        let trimmed = path.trim_end_matches('/');
        Self {
            has_port: bare.len() != authority.len(),
            slashes: path.len() - trimmed.len(),
            rest: format!("{bare}{trimmed}"),
            scheme,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://idp.acme.example/a~b/pureengage";

    #[test]
    fn each_way_that_escapes_the_eye_is_named() {
        for (theirs, ways) in [
            ("http://idp.acme.example/a~b/pureengage", "the scheme"),
            (
                "https://idp.acme.example/a~b/pureengage/",
                "the slash at the end",
            ),
            (
                "https://IDP.acme.example/a~b/PureEngage",
                "upper and lower case",
            ),
            (
                " https://idp.acme.example/a~b/pureengage",
                "blanks around it",
            ),
            (
                "https://idp.acme.example:443/a~b/pureengage",
                "the usual port",
            ),
            (
                "https://idp.acme.example/a%7Eb/pureengage",
                "percent-encoding",
            ),
            (
                "http://idp.acme.example:80/a%7eb/PUREENGAGE/",
                "the scheme, the usual port, the slash at the end, percent-encoding and upper and lower case",
            ),
        ] {
            let expected = format!("; they differ only in {ways}");
            assert_eq!(
                difference(&OURS.into(), &theirs.into()),
                expected,
                "{theirs}"
            );
            assert_eq!(
                difference(&theirs.into(), &OURS.into()),
                expected,
                "{theirs}"
            );
        }
    }

    #[test]
    fn the_same_and_the_different_are_not_near() {
        for theirs in [
            OURS,
            "https://idp.acme.example/a~b/other",
            "https://idp.acme.example:8443/a~b/pureengage",
            "https://idp.other.example/a~b/pureengage",
            "",
            "%",
            "%zz",
        ] {
            assert_eq!(difference(&OURS.into(), &theirs.into()), "", "{theirs}");
        }
    }

    #[test]
    fn the_case_of_hexadecimal_digits_is_percent_encoding() {
        assert_eq!(
            difference(&"urn:a%2fb".into(), &"urn:a%2Fb".into()),
            "; they differ only in percent-encoding"
        );
    }
}
