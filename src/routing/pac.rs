//! What a PAC file returned: `PROXY p:8080; SOCKS s:1080; DIRECT`, tried from left to right.

use hybridcheck_core::endpoint::Route;
use hybridcheck_core::outside::Outside;

use super::address::{ProxyAddress, Scheme};

/// The port of `PROXY host` without one: browsers take that of the scheme.
const PAC_PORT: u16 = 80;

/// A result that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct PacResult {
    /// The routes that hybridcheck can take, in order; the first decides.
    pub(super) routes: Vec<Route>,
    /// Entries that it cannot take, in words.
    pub(super) others: Vec<String>,
}

impl PacResult {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut result = Self::default();
        for entry in text
            .split(';')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
        {
            let (kind, rest) = entry
                .split_once(char::is_whitespace)
                .map_or((entry, ""), |(kind, rest)| (kind, rest.trim()));
            let is = |word: &str| kind.eq_ignore_ascii_case(word);
            if is("DIRECT") && rest.is_empty() {
                result.routes.push(Route::Direct);
            } else if is("PROXY") || is("HTTP") {
                let address = ProxyAddress::parse(rest)
                    .map_err(|problem| format!("a PROXY entry cannot be read: {problem}"))?;
                if address.login.is_some() || address.scheme != Scheme::Http {
                    return Err("a PROXY entry holds host:port, no scheme and no login".into());
                }
                result.routes.push(Route::Proxy(address.endpoint(PAC_PORT)));
            } else if ["HTTPS", "SOCKS", "SOCKS4", "SOCKS5"].into_iter().any(is) {
                result.others.push(format!(
                    "the PAC entry {} is skipped: hybridcheck speaks HTTP CONNECT to a proxy, nothing else",
                    kind.to_ascii_uppercase()
                ));
            } else {
                let kind = Outside::of(kind.rsplit('@').next().unwrap_or_default()).shown(40);
                return Err(format!(
                    "`{kind}` begins no entry of a PAC result; expected something like \"PROXY proxy.example:8080; DIRECT\""
                ));
            }
        }
        if result.routes.is_empty() {
            return Err(
                "no entry that hybridcheck can take; expected something like \"PROXY proxy.example:8080; DIRECT\"".into(),
            );
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_usable_entry_comes_first_and_others_are_told() {
        let result =
            PacResult::parse("SOCKS5 s:1080; PROXY Proxy:8080; direct;").expect("a result");
        let shown: Vec<String> = result.routes.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["through proxy proxy:8080", "direct"]);
        assert_eq!(result.others.len(), 1);
    }

    #[test]
    fn junk_and_results_without_a_usable_entry_are_refused() {
        for text in [
            "",
            ";",
            "PROXY",
            "PROXY p:x",
            "proxy.example:8080",
            "SOCKS s:1",
            "DIRECT now",
            "PROXY u:pw@p:1",
        ] {
            let problem = PacResult::parse(text).expect_err(text);
            assert!(!problem.contains("pw"), "{problem}");
        }
    }
}
