//! A web filter answers with its block page.

use hybridcheck_core::cause::{Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use super::not_the_genuine_service::{group, strange};
use crate::evidence::http::Answerer;
use crate::evidence::marks::Recognised;
use crate::evidence::members;

page! {
    /// A web filter answers with its block page.
    ///
    /// ## What it means
    ///
    /// TLS came to an end, and the answer bears the mark of a product that filters web traffic: it refuses the request by category, user
    /// or policy, and answers itself. The diagnosis names the product and the mark; pages are often restyled, so the mark and the
    /// first words of the answer are shown too.
    ///
    /// ## How to fix
    ///
    /// Have the named hosts allowed by name in the policy of that product, for this host or its service account, and exempted from
    /// TLS inspection, which is what makes a page over HTTPS possible.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si https://LOGIN-HOST/.well-known/oauth-authorization-server` shows the page with its headers; JSON with an `issuer` would be
    /// right. In PowerShell: `Invoke-WebRequest -UseBasicParsing -MaximumRedirection 0 https://LOGIN-HOST/.well-known/oauth-authorization-server`.
    ///
    /// ## What we rely on
    ///
    /// Observed by third parties: the marks (OONI, Censored Planet, Citizen Lab, captures in public repositories), each held with its
    /// source and certainty. A mark of one source, or one that is easily changed, lowers the certainty.
    pub(crate) struct BlockPage;
}

impl Rule for BlockPage {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = members::grouped(strange(case, all), |endpoint| {
            group(case, endpoint, |who| match who {
                Answerer::Product(found) => Some(found),
                _ => None,
            })
        });
        groups.diagnosed(|answered, members| {
            let names = members.names();
            let Recognised {
                product,
                mark,
                certainty,
            } = &answered.by;
            let diagnosis = members.diagnosis(
                answered.at_most(*certainty),
                format!("{product} answers at {names} in place of Genesys Cloud, with a page of its own ({})", answered.outcome),
                Owner::NetworkTeam,
                format!("Please allow {names} by host name in the policy of the {product}, for this host and the accounts its services run under, and exempt them from TLS inspection there."),
            )
            .evidence("recognised by", mark);
            answered.tell(diagnosis, members, all)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::network::not_the_genuine_service::tests::{at_both, page, served_by};
    use hybridcheck_core::cause::Certainty;
    use hybridcheck_core::facts::Trust;

    #[test]
    fn the_product_is_named_with_its_mark() {
        let page = page(
            403,
            "<title>Acme</title>",
            &[("x-squid-error", "ERR_ACCESS_DENIED 0")],
        );
        let bench = served_by(at_both(&page), Trust::HostStore);
        let found = bench.diagnose(&BlockPage);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .sentence
                .starts_with("Squid answers at login.mypurecloud.de:443 and")
        );
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert!(bench.causes().contains(&"block-page".to_owned()));
        let shown = |value: &str| {
            found[0]
                .evidence
                .iter()
                .any(|piece| piece.value.contains(value))
        };
        assert!(shown("x-squid-error") && shown("<title>Acme</title>"));
    }

    #[test]
    fn nobody_on_the_way_signs_for_an_amazon_root() {
        let page = page(403, "", &[("server", "Zscaler/6.2")]);
        let found = at_both(&page).diagnose(&BlockPage);
        assert_eq!(found[0].certainty, Certainty::Possible);
    }

    #[test]
    fn a_page_without_a_mark_names_no_product() {
        let bench = at_both(&page(403, "Application Blocked", &[]));
        assert!(bench.diagnose(&BlockPage).is_empty());
        assert_eq!(bench.causes(), ["not-the-genuine-service"]);
    }
}
