//! The address of a proxy as people write it: `[http://][user:password@]host[:port]`. User info is wrapped here and shown nowhere.

use base64ct::{Base64, Encoding};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;
use percent_encoding::percent_decode_str;

/// The port of a proxy whose address names none, as curl takes it (documented: CURLOPT_PROXY).
pub(super) const CURL_PORT: u16 = 1080;

/// A proxy as it was written.
#[derive(Clone, Debug)]
pub(super) struct ProxyAddress {
    /// How it is spoken to.
    pub(super) scheme: Scheme,
    /// Its host.
    pub(super) host: Host,
    /// Its port, when one is written.
    pub(super) port: Option<u16>,
    /// The user info, when there is one.
    pub(super) login: Option<Login>,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Plain HTTP with CONNECT: what hybridcheck speaks.
    Http,
    /// A scheme that other programs speak.
    Other(&'static str),
}

/// Schemes that curl knows and hybridcheck does not speak.
const OTHERS: [&str; 5] = ["https", "socks4", "socks4a", "socks5", "socks5h"];

/// A login for a proxy (Basic, RFC 7617).
#[derive(Clone, Debug)]
pub struct Login {
    /// `user:password`, decoded: what is sent.
    pub pair: Secret,
    /// Every form in which it could leak, for the redaction filter.
    pub forms: Vec<Secret>,
}

impl ProxyAddress {
    /// Reads an address; the problem never quotes what could be user info.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            None => (Scheme::Http, text),
            Some((scheme, rest)) => (scheme_of(scheme)?, rest),
        };
        // The last `@`: passwords with an unescaped one are common, paths with one are not.
        let (user_info, rest) = match rest.rsplit_once('@') {
            Some((user_info, rest)) => (Some(user_info), rest),
            None => (None, rest),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = split(authority);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let is_host = if host.starts_with('[') {
            Host::of(host).literal().is_some()
        } else {
            !host.is_empty() && host.chars().all(is_name)
        };
        if !is_host {
            return Err("it names no host; expected [http://][user:password@]host[:port]".into());
        }
        let host_shown = Outside::of(host).shown(100);
        let port = match port {
            None | Some("") => None,
            Some(digits) => Some(digits.parse().ok().filter(|port| *port > 0).ok_or_else(
                || {
                    format!(
                        "what follows `{host_shown}:` is no port from 1 to 65535; expected [http://][user:password@]host[:port]"
                    )
                },
            )?),
        };
        Ok(Self {
            scheme,
            host: Host::of(host),
            port,
            login: user_info.map(Login::of),
        })
    }

    /// The endpoint as curl, and hybridcheck, take it.
    pub(super) fn ours(&self) -> Endpoint {
        self.endpoint(match self.scheme {
            Scheme::Other("https") => 443,
            _ => CURL_PORT,
        })
    }

    /// The endpoint, with the port that a program takes when none is written.
    pub(super) fn endpoint(&self, default_port: u16) -> Endpoint {
        Endpoint {
            host: self.host.clone(),
            port: self.port.unwrap_or(default_port),
        }
    }
}

fn scheme_of(scheme: &str) -> Result<Scheme, String> {
    if scheme.eq_ignore_ascii_case("http") {
        return Ok(Scheme::Http);
    }
    let other = OTHERS
        .into_iter()
        .find(|known| scheme.eq_ignore_ascii_case(known));
    // A scheme is a short word; anything else may be a password that stands in the wrong place.
    other.map(Scheme::Other).ok_or_else(|| {
        "its scheme is none that proxies have; expected [http://][user:password@]host[:port]".into()
    })
}

/// Host and port; brackets stay round an IPv6 literal.
fn split(authority: &str) -> (&str, Option<&str>) {
    if authority.starts_with('[')
        && let Some(end) = authority.find(']')
    {
        let (host, rest) = authority.split_at(end + 1);
        return match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => ("", None),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

impl Login {
    fn of(user_info: &str) -> Self {
        let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, decoded) = (decoded(user), decoded(password));
        let pair = format!("{user}:{decoded}");
        let encoded = Base64::encode_string(pair.as_bytes());
        let forms = [
            user_info.to_owned(),
            pair.clone(),
            password.to_owned(),
            decoded,
            encoded,
        ];
        Self {
            pair: Secret::new(pair),
            forms: forms.into_iter().map(Secret::new).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> String {
        let address = ProxyAddress::parse(text).expect("an address");
        address.ours().to_string()
    }

    #[test]
    fn addresses_are_read_as_curl_reads_them() {
        for (text, expected) in [
            ("proxy.acme.example:8080", "proxy.acme.example:8080"),
            ("http://proxy.acme.example", "proxy.acme.example:1080"),
            ("HTTP://Proxy:3128/", "proxy:3128"),
            ("http://[fd00::1]:3128", "[fd00::1]:3128"),
            (" 10.0.0.1:8080 ", "10.0.0.1:8080"),
            ("http://user:p@ss/word@proxy:8080", "proxy:8080"),
        ] {
            assert_eq!(endpoint(text), expected, "{text}");
        }
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test looks into its own login"
    )]
    fn user_info_is_decoded_and_wrapped() {
        let address =
            ProxyAddress::parse("http://us%65r:p%40ss%zz@proxy:8080").expect("an address");
        let login = address.login.expect("a login");
        assert_eq!(login.pair.expose(), "user:p@ss%zz");
        assert!(!format!("{login:?}").contains("user"));
    }

    #[test]
    fn problems_quote_no_user_info() {
        for text in [
            "http://canary:s3cret@",
            "http://canary:s3cret@proxy:70000",
            "http://canary:s3cret@proxy:x",
            "canary:s3cret://proxy",
            "http://canary:s3cret@pro xy:80",
            "http://canary:s3cret@[fd00::1",
        ] {
            let problem = ProxyAddress::parse(text).expect_err(text);
            assert!(
                !problem.contains("s3cret") && !problem.contains("canary"),
                "{problem}"
            );
            assert!(problem.contains("expected"), "{problem}");
        }
    }

    #[test]
    fn other_schemes_are_known_by_name() {
        let address = ProxyAddress::parse("socks5h://proxy:1080").expect("an address");
        assert_eq!(address.scheme, Scheme::Other("socks5h"));
        assert!(ProxyAddress::parse("ftp://proxy").is_err());
    }
}
