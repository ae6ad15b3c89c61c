//! Looking for secrets in what is written, in every form in which a writer could let one out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use aho_corasick::AhoCorasick;
use anyhow::Context as _;
use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};

use crate::recording::escaped;

/// Shorter ones are looked for as they are only: escaped, they occur anywhere.
const SHORTEST: usize = 6;

/// Secrets that must not come out anywhere.
#[derive(Debug)]
pub struct Canaries(AhoCorasick);

impl Canaries {
    /// Looks for some secrets.
    pub fn of<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> anyhow::Result<Self> {
        let secrets = secrets.into_iter();
        let forms: BTreeSet<String> = secrets.flat_map(|secret| forms(secret.as_ref())).collect();
        let search = AhoCorasick::new(forms).context("too many secrets to look for")?;
        Ok(Self(search))
    }

    /// Whether a text holds one of them, in whatever form.
    pub fn are_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// A secret as it is, and as it stands in XML, JSON, a URL, a form, and anywhere within something that is base64.
fn forms(secret: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([secret.to_owned()]);
    if secret.len() >= SHORTEST {
        let xml = escaped(secret);
        forms.insert(xml.replace("&quot;", "\""));
        forms.insert(xml.replace('\'', "&apos;"));
        forms.insert(xml.replace('\'', "&#39;"));
        forms.insert(xml);
        let json = serde_json::Value::from(secret).to_string();
        forms.insert(json[1..json.len() - 1].to_owned());
        let percent = percent_encoded(secret);
        forms.insert(percent.replace("%20", "+"));
        forms.insert(percent.to_lowercase());
        forms.insert(percent);
        for offset in 0..3 {
            forms.extend(in_base64(secret, offset));
        }
    }
    forms.remove("");
    forms
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The characters of base64 that depend on the secret alone, when so many bytes stand before it.
fn in_base64(secret: &str, offset: usize) -> [String; 2] {
    let mut bytes = vec![0; offset];
    bytes.extend(secret.as_bytes());
    let (first, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    let within = |text: String| text[first..end].to_owned();
    [
        within(Base64Unpadded::encode_string(&bytes)),
        within(Base64UrlUnpadded::encode_string(&bytes)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "S&mple<\"it's\" a/b?c>";
        let canaries = Canaries::of([secret]).expect("canaries");
        let in_base64 = |before: &str| {
            let text = format!("{before}{secret} and more");
            Base64Unpadded::encode_string(text.as_bytes())
        };
        for text in [
            format!("password={secret}\n"),
            "value=\"S&amp;mple&lt;&quot;it's&quot; a/b?c&gt;\"".to_owned(),
            "S&amp;mple&lt;\"it's\" a/b?c&gt;".to_owned(),
            "S&amp;mple&lt;&quot;it&#39;s&quot; a/b?c&gt;".to_owned(),
            format!("{{\"password\": {}}}", serde_json::Value::from(secret)),
            "https://u:S%26mple%3C%22it%27s%22%20a%2Fb%3Fc%3E@host".to_owned(),
            "password=S%26mple%3C%22it%27s%22+a%2Fb%3Fc%3E&x=y".to_owned(),
            "s%26mple%3c%22it%27s%22%20a%2fb%3fc%3e".to_owned(),
            in_base64(""),
            in_base64("id:"),
            in_base64("an-id:"),
            in_base64("some-id:"),
        ] {
            assert!(canaries.are_in(&text), "{text}");
        }
        assert!(!canaries.are_in("S&amp;mple&lt;other&gt;"));
    }
}
