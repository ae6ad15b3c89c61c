//! The organisation accepts calls from listed addresses only.

use std::net::IpAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::refusals::{self, ApiMeaning};

page! {
    /// The organisation accepts calls from listed addresses only, and this network's is not among them.
    ///
    /// ## What it means
    ///
    /// The token was issued, and the API then refused it because of the public address that the call came from. The address in the
    /// message is the one that Genesys Cloud saw: behind NAT or a proxy it is not this host's own.
    ///
    /// ## How to fix
    ///
    /// Add the address, or the range of this network, to the allowed IP addresses of the organisation. If the address is not yours, a
    /// proxy or another exit of the network carried the call: route it through the known one.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me`
    ///
    /// ## What we rely on
    ///
    /// Documented: the code `ip.not.authorized`, whose message names the address (Platform API definition), and the list of allowed
    /// addresses (Genesys Cloud help).
    pub(crate) struct IpNotAuthorized;
}

impl Rule for IpNotAuthorized {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        refusals::diagnosed(case, all, ApiMeaning::AddressNotAllowed, |first| {
            let address = address(&first.error.message);
            let named = address.map_or_else(String::new, |address| format!(" {address}"));
            (
                Certainty::Certain,
                format!(
                    "the organisation accepts no calls from this network's public address{named}"
                ),
                Owner::CloudAdmin,
                format!(
                    "Add the address{named}, as Genesys Cloud saw it, to the allowed IP addresses of the organisation (Admin > Account Settings > Organization Settings), or send the calls through an exit that is listed there."
                ),
            )
        })
    }
}

/// The address in brackets, or the first word that is one.
fn address(message: &Outside) -> Option<IpAddr> {
    let mut words = message
        .raw()
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | ','));
    words.find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn the_address_that_the_service_saw_is_named() {
        let message = "Requests originating from this IP address are not authorized: [203.0.113.9]";
        let bench = Bench::refused_by_api(401, "ip.not.authorized", message);
        let found = bench.diagnose(&IpNotAuthorized);
        assert!(found[0].fix.contains("203.0.113.9"), "{}", found[0].fix);
        assert_eq!(bench.causes(), ["ip-not-authorized"]);
    }

    #[test]
    fn another_refusal_says_nothing_about_addresses() {
        let bench = Bench::refused_by_api(401, "bad.credentials", "Invalid login credentials.");
        assert!(bench.diagnose(&IpNotAuthorized).is_empty());
    }
}
