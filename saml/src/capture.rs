//! From what somebody captured to the XML inside: form bodies, URLs, HTML forms, base64, deflate; every layer that was taken off is named.
//!
//! The input is hostile: what is read, what is unpacked and how often are all capped.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};
use hybridcheck_core::outside::Outside;
use miniz_oxide::inflate::{self, TINFLStatus};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::encoding;
use super::unreadable::Unreadable;

/// What a capture may weigh; a SAMLResponse of 64 KiB is already a large one.
pub const CAPTURE_CAP: usize = 2 << 20;
/// What the XML inside may weigh.
pub(super) const XML_CAP: usize = 1 << 20;
/// More wrappings than any real capture has.
const MOST_LAYERS: usize = 6;

/// One wrapping of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Base64.
    Base64,
    /// Base64 with the alphabet for URLs.
    Base64url,
    /// Deflated, as the redirect binding does.
    Deflate,
    /// A field of a form body or a URL.
    FormField,
    /// The hidden field of an HTML page that posts itself.
    HtmlForm,
    /// Quotes around the whole.
    Quotes,
    /// Percent signs.
    UrlEncoding,
    /// XML.
    Xml,
    /// Deflated, with the header of zlib.
    Zlib,
}

impl Layer {
    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64url => "base64url",
            Self::Deflate => "deflate (redirect binding)",
            Self::FormField => "form field",
            Self::HtmlForm => "hidden field of an HTML form",
            Self::Quotes => "quotes",
            Self::UrlEncoding => "URL-encoded",
            Self::Xml => "XML",
            Self::Zlib => "zlib",
        }
    }
}

/// A capture taken apart.
#[derive(Clone)]
pub(super) struct Capture {
    /// The wrappings, outermost first.
    pub(super) layers: Vec<Layer>,
    /// What was odd on the way.
    pub(super) oddities: Vec<String>,
    /// The XML.
    pub(super) xml: String,
}

impl Unreadable {
    /// What to do.
    pub fn help(&self) -> String {
        let capture = "capture it with the browser's developer tools or a log of Workspace Desktop: the form field SAMLResponse or assertion, as it is sent";
        match self {
            Self::CutOff { .. } => format!("the capturing tool may limit the length of a field; {capture}"),
            Self::Dtd { .. } => "a component on the way, or the sender, changed the message: look at who produced it".into(),
            Self::Empty | Self::NotSaml { .. } => capture.into(),
            Self::NotXml { .. } | Self::WrongEncoding { .. } => {
                format!("if the text was copied through an editor or a chat, take it from the source again; {capture}")
            }
            Self::TooLarge { .. } | Self::TooMuchMarkup { .. } => {
                "give the one message alone, not a whole log or archive".into()
            }
        }
    }
}

/// Takes a capture apart.
pub(super) fn open(bytes: &[u8]) -> Result<Capture, Unreadable> {
    if bytes.len() > CAPTURE_CAP {
        return Err(Unreadable::TooLarge {
            what: "the capture",
            cap: CAPTURE_CAP,
        });
    }
    let mut opening = Opening::default();
    let mut piece = bytes.to_vec();
    loop {
        match opening.peel(&piece)? {
            Peeled::Inner(inner) => piece = inner,
            Peeled::Xml(xml) => {
                opening.layers.push(Layer::Xml);
                return Ok(Capture {
                    layers: opening.layers,
                    oddities: opening.oddities,
                    xml,
                });
            }
        }
        if opening.layers.len() > MOST_LAYERS {
            return Err(not_saml("something wrapped in too many layers"));
        }
    }
}

#[derive(Default)]
struct Opening {
    layers: Vec<Layer>,
    oddities: Vec<String>,
}

enum Peeled {
    Inner(Vec<u8>),
    Xml(String),
}

fn not_saml(found: impl Into<String>) -> Unreadable {
    Unreadable::NotSaml {
        found: found.into(),
    }
}

impl Opening {
    fn peel(&mut self, bytes: &[u8]) -> Result<Peeled, Unreadable> {
        let Some(text) = encoding::text(bytes, &mut self.oddities)? else {
            return self.inflate(bytes);
        };
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\0'));
        if text.is_empty() {
            return Err(Unreadable::Empty);
        }
        if text.starts_with('<') {
            return self.markup(text);
        }
        for quote in ['"', '\''] {
            let inner = text
                .strip_prefix(quote)
                .and_then(|text| text.strip_suffix(quote));
            if let Some(inner) = inner {
                self.layers.push(Layer::Quotes);
                return Ok(Peeled::Inner(inner.as_bytes().to_vec()));
            }
        }
        if let Some(value) = self.form_field(text)? {
            return Ok(Peeled::Inner(value.into_bytes()));
        }
        if text.contains('%') {
            self.layers.push(Layer::UrlEncoding);
            self.note_bare_plus(text);
            return Ok(Peeled::Inner(percent_decode_str(text).collect()));
        }
        self.base64(text).map(Peeled::Inner)
    }

    fn inflate(&mut self, bytes: &[u8]) -> Result<Peeled, Unreadable> {
        // Bytes that stand in no encoding are a file of another kind.
        if self.layers.is_empty() {
            return Err(not_saml("a file that is no text"));
        }
        let raw = inflate::decompress_to_vec_with_limit(bytes, XML_CAP);
        let zlib = raw
            .is_err()
            .then(|| inflate::decompress_to_vec_zlib_with_limit(bytes, XML_CAP));
        let is_begun = |error: &inflate::DecompressError| {
            matches!(
                error.status,
                TINFLStatus::HasMoreOutput | TINFLStatus::FailedCannotMakeProgress
            )
        };
        let (layer, result) = match zlib {
            Some(Ok(inner)) => (Layer::Zlib, Ok(inner)),
            Some(Err(error)) if is_begun(&error) => (Layer::Zlib, Err(error)),
            // What went wrong without the header says more.
            _ => (Layer::Deflate, raw),
        };
        match result {
            Ok(inner) => {
                self.layers.push(layer);
                Ok(Peeled::Inner(inner))
            }
            Err(error) if error.status == TINFLStatus::HasMoreOutput => Err(Unreadable::TooLarge {
                what: "the XML inside",
                cap: XML_CAP,
            }),
            Err(error) if error.status == TINFLStatus::FailedCannotMakeProgress => {
                Err(Unreadable::CutOff {
                    what: "the deflated data inside the base64 has no end",
                })
            }
            Err(_) => Err(not_saml(
                "base64 of something that is neither XML nor deflated XML",
            )),
        }
    }

    fn markup(&mut self, text: &str) -> Result<Peeled, Unreadable> {
        let start: String = text.chars().take(2000).collect();
        let start = start.to_ascii_lowercase();
        let is_html = ["<!doctype html", "<html", "<form", "<input", "<body"]
            .iter()
            .any(|tag| start.contains(tag));
        if !is_html {
            if text.len() > XML_CAP {
                return Err(Unreadable::TooLarge {
                    what: "the XML inside",
                    cap: XML_CAP,
                });
            }
            return Ok(Peeled::Xml(text.to_owned()));
        }
        let Some(value) = hidden_field(text) else {
            return Err(not_saml("an HTML page without a field SAMLResponse"));
        };
        self.layers.push(Layer::HtmlForm);
        Ok(Peeled::Inner(value.into_bytes()))
    }

    /// The value of the field that carries the message, out of a form body, a URL or a request line.
    fn form_field(&mut self, text: &str) -> Result<Option<String>, Unreadable> {
        let field = |name: &str| {
            let mut found = text.match_indices(name).filter_map(|(at, _)| {
                let (before, from) = text.split_at_checked(at)?;
                let is_begun = before
                    .chars()
                    .next_back()
                    .is_none_or(|c| matches!(c, '?' | '&' | ' ' | '"' | '\'' | '\n' | '\r' | ';'));
                from.strip_prefix(name).filter(|_| is_begun)
            });
            let value = found.next()?.split(['&', '"', '\'', '#']).next()?;
            Some(value.split(" HTTP/").next().unwrap_or(value).to_owned())
        };
        for name in ["SAMLResponse=", "assertion="] {
            let Some(value) = field(name) else { continue };
            self.layers.push(Layer::FormField);
            self.note_bare_plus(&value);
            return Ok(Some(value));
        }
        if field("SAMLRequest=").is_some() {
            return Err(not_saml(
                "a SAMLRequest, which the service sends to the identity provider; the SAMLResponse comes back",
            ));
        }
        Ok(None)
    }

    /// A text that is no message; when it stood inside something, in what, since the file does not hold its characters.
    fn no_base64(&self, shown_by: &str) -> Unreadable {
        let layers: Vec<&str> = self.layers.iter().map(|layer| layer.label()).collect();
        let wrapped = if layers.is_empty() {
            String::new()
        } else {
            format!(", wrapped as {}", layers.join(", "))
        };
        not_saml(format!(
            "text that is neither XML nor base64{shown_by}{wrapped}"
        ))
    }

    fn is_decoded(&self) -> bool {
        let is_base64 = |layer: &Layer| matches!(layer, Layer::Base64 | Layer::Base64url);
        self.layers.iter().any(is_base64)
    }

    fn note_bare_plus(&mut self, value: &str) {
        let note = "the value is part of a form or URL and holds `+` that is not written %2B; a server reads it as a blank and the value breaks";
        if value.contains('+') && !self.oddities.iter().any(|known| known == note) {
            self.oddities.push(note.into());
        }
    }

    fn base64(&mut self, text: &str) -> Result<Vec<u8>, Unreadable> {
        let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let stripped = dense.trim_end_matches('=');
        let foreign = stripped
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '-' | '_'));
        if let Some(c) = foreign {
            let c = Outside::of(c.to_string()).shown(1).to_string();
            return Err(self.no_base64(&format!(" (it holds `{c}`)")));
        }
        let is_url = stripped.contains(['-', '_']);
        if is_url && stripped.contains(['+', '/']) {
            return Err(not_saml("base64 of two alphabets at once"));
        }
        // What was base64 once is seldom so twice: then it is another text, and not the half of something.
        let cut = if self.is_decoded() {
            self.no_base64("")
        } else {
            Unreadable::CutOff {
                what: "its length is none that base64 has",
            }
        };
        if stripped.len() % 4 == 1 {
            return Err(cut);
        }
        let decoded = if is_url {
            Base64UrlUnpadded::decode_vec(stripped)
        } else {
            Base64Unpadded::decode_vec(stripped)
        };
        self.layers.push(if is_url {
            Layer::Base64url
        } else {
            Layer::Base64
        });
        decoded.map_err(|_| cut)
    }
}

/// The value of `<input name="SAMLResponse" value="…">`, whatever the order of its attributes.
fn hidden_field(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let name = lower
        .find("name=\"samlresponse\"")
        .or_else(|| lower.find("name='samlresponse'"))?;
    let begin = lower.get(..name)?.rfind('<')?;
    let end = name + lower.get(name..)?.find('>')?;
    let at = lower.get(begin..end)?.find("value=")? + "value=".len();
    let value = html.get(begin..end)?.get(at..)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = value.split(quote).nth(1)?;
    let plain = [
        ("&#x2b;", "+"),
        ("&#x2B;", "+"),
        ("&#43;", "+"),
        ("&#x3d;", "="),
        ("&#x3D;", "="),
        ("&#61;", "="),
        ("&#x2f;", "/"),
        ("&#x2F;", "/"),
        ("&#47;", "/"),
        ("&#13;", ""),
        ("&#10;", ""),
        ("&#xd;", ""),
        ("&#xa;", ""),
    ];
    Some(
        plain
            .iter()
            .fold(value.to_owned(), |text, (from, to)| text.replace(from, to)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<samlp:Response xmlns:samlp=\"urn:x\">ä?~~~</samlp:Response>";

    fn layers(bytes: &[u8]) -> Vec<Layer> {
        let capture = open(bytes).expect("a capture");
        assert_eq!(capture.xml, XML);
        capture.layers
    }

    fn refusal(bytes: &[u8]) -> String {
        open(bytes).err().expect("a refusal").to_string()
    }

    #[test]
    fn every_form_of_a_capture_leads_to_the_same_xml() {
        use Layer::{
            Base64, Base64url, Deflate, FormField, HtmlForm, Quotes, UrlEncoding, Xml, Zlib,
        };
        let base64 = base64ct::Base64::encode_string(XML.as_bytes());
        let base64url = Base64UrlUnpadded::encode_string(XML.as_bytes());
        assert!(base64url.contains(['-', '_']), "{base64url}");
        let deflated = miniz_oxide::deflate::compress_to_vec(XML.as_bytes(), 6);
        let deflated = base64ct::Base64::encode_string(&deflated);
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(XML.as_bytes(), 6);
        let zlib = base64ct::Base64::encode_string(&zlib);
        let escaped = |text: &str| {
            text.replace('+', "%2B")
                .replace('/', "%2f")
                .replace('=', "%3D")
        };
        let (encoded, redirect) = (escaped(&base64), escaped(&deflated));
        let lines = base64.as_bytes().chunks(20).map(String::from_utf8_lossy);
        let broken = lines.collect::<Vec<_>>().join("\r\n");
        let cases: Vec<(String, Vec<Layer>)> = vec![
            (format!("\u{feff}\n{XML}\n"), vec![Xml]),
            (base64.clone(), vec![Base64, Xml]),
            (broken, vec![Base64, Xml]),
            (base64.trim_end_matches('=').to_owned(), vec![Base64, Xml]),
            (base64url, vec![Base64url, Xml]),
            (format!("\"{base64}\""), vec![Quotes, Base64, Xml]),
            (encoded.clone(), vec![UrlEncoding, Base64, Xml]),
            (
                format!("RelayState=x&SAMLResponse={encoded}&y=z"),
                vec![FormField, UrlEncoding, Base64, Xml],
            ),
            (
                format!("grant_type=urn&orgName=acme&assertion={base64}"),
                vec![FormField, Base64, Xml],
            ),
            (
                format!("GET /saml?SAMLResponse={redirect} HTTP/1.1"),
                vec![FormField, UrlEncoding, Base64, Deflate, Xml],
            ),
            (zlib, vec![Base64, Zlib, Xml]),
            (
                format!(
                    "<html><form><input type=hidden value=\"{}\" NAME=\"SAMLResponse\"></form>",
                    base64.replace('+', "&#x2b;")
                ),
                vec![HtmlForm, Base64, Xml],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(layers(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_plus_that_a_server_reads_as_a_blank_is_told() {
        let capture = open(b"SAMLResponse=PHg+PC94Pg==").expect("a capture");
        assert_eq!(capture.oddities.len(), 1);
        assert!(
            open(b"PHg+PC94Pg==")
                .expect("a capture")
                .oddities
                .is_empty()
        );
    }

    #[test]
    fn encodings_are_read_and_told() {
        let utf_16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("<a/>".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let capture = open(&utf_16).expect("a capture");
        assert_eq!((capture.xml.as_str(), capture.oddities.len()), ("<a/>", 1));
        let latin = b"<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>\xe4</a>";
        let capture = open(latin).expect("a capture");
        assert!(capture.xml.contains('\u{e4}'), "{}", capture.xml);
        assert_eq!(capture.oddities.len(), 1);
        let label = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>\u{e4}</a>";
        assert_eq!(open(label.as_bytes()).expect("a capture").oddities.len(), 1);
    }

    #[test]
    fn what_is_no_capture_says_what_it_is() {
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b'<'; XML_CAP + 1], 9);
        let bomb = base64ct::Base64::encode_string(&bomb);
        let noise = base64ct::Base64::encode_string(&[0xa5; 60]);
        let half = miniz_oxide::deflate::compress_to_vec(XML.repeat(9).as_bytes(), 6);
        let half = base64ct::Base64::encode_string(&half[..half.len() / 2]);
        for (bytes, expected) in [
            (&b""[..], "the capture is empty"),
            (b" \r\n", "the capture is empty"),
            (b"hello, world", "neither XML nor base64"),
            (b"PHg-PC94Pg/+", "two alphabets"),
            (b"PHgvP", "ends too early"),
            (b"\x89PNG\x0d\x0a\x1a\x0a\xff\xd8", "a file that is no text"),
            (b"<html><body>Access denied</body></html>", "HTML page"),
            (b"SAMLRequest=fZFfa8IwFMXf", "SAMLRequest"),
            (b"<a>\xe4</a>", "declares no encoding"),
            (
                b"<?xml version='1.0' encoding='utf-8'?><a>\xe4</a>",
                "declares utf-8",
            ),
            (bomb.as_bytes(), "larger than"),
            (half.as_bytes(), "ends too early"),
            (noise.as_bytes(), "neither XML nor deflated XML"),
            (&vec![b'A'; CAPTURE_CAP + 1], "the capture is larger than"),
        ] {
            let refusal = refusal(bytes);
            assert!(refusal.contains(expected), "{expected}: {refusal}");
        }
    }

    #[test]
    fn wrappings_end() {
        let mut text = "<a/>".to_owned();
        for _ in 0..=MOST_LAYERS {
            text = base64ct::Base64::encode_string(text.as_bytes());
        }
        assert!(refusal(text.as_bytes()).contains("too many layers"));
    }
}
