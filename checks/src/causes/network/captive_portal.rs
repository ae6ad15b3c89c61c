//! A captive portal answers in place of Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use super::not_the_genuine_service::{group, strange};
use crate::evidence::http::{Answerer, PortalSign};
use crate::evidence::members;

page! {
    /// A captive portal answers in place of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// The network wants a login before it lets anything through: every request is answered with a redirect to a login page, with a page
    /// that asks for a password, or with status 511.
    ///
    /// ## How to fix
    ///
    /// A server cannot log in to a portal. Have this host exempted from it by address, or connect it to a network without one.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si https://LOGIN-HOST/.well-known/oauth-authorization-server` must show JSON with an `issuer`; here it shows a redirect or a
    /// page. In PowerShell: `Invoke-WebRequest -UseBasicParsing -MaximumRedirection 0 https://LOGIN-HOST/.well-known/oauth-authorization-server`.
    ///
    /// ## What we rely on
    ///
    /// Documented: status 511 (RFC 6585). Inferred: Genesys Cloud redirects neither of the two requests to another host, and asks for no password.
    pub(crate) struct CaptivePortal;
}

impl Rule for CaptivePortal {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = members::grouped(strange(case, all), |endpoint| {
            group(case, endpoint, |who| match who {
                Answerer::Portal(sign) => Some(sign),
                _ => None,
            })
        });
        groups.diagnosed(|answered, members| {
            let names = members.names();
            let sign = &answered.by;
            let certainty = match sign {
                PortalSign::Status => Certainty::Certain,
                PortalSign::LoginForm | PortalSign::Redirect { .. } => Certainty::Likely,
            };
            let diagnosis = members.diagnosis(
                answered.at_most(certainty),
                format!("a captive portal answers at {names} in place of Genesys Cloud: {sign}"),
                Owner::NetworkTeam,
                format!(
                    "Please exempt this host from the portal, so that its requests to {names} pass without a login ({sign}), or connect it to a network without a portal."
                ),
            );
            answered.tell(diagnosis, members, all)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::network::not_the_genuine_service::tests::{at_both, page, served_by};
    use hybridcheck_core::facts::Trust;

    #[test]
    fn one_portal_is_one_cause_for_both_hosts() {
        let page = page(200, "<form><input type=\"password\"></form>", &[]);
        let bench = served_by(at_both(&page), Trust::Given);
        let found = bench.diagnose(&CaptivePortal);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].roots.len(), 2);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert_eq!(bench.causes(), ["captive-portal"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_page_without_a_form_is_no_portal() {
        let bench = at_both(&page(200, "<h1>It works!</h1>", &[]));
        assert_eq!(bench.causes(), ["not-the-genuine-service"]);
    }
}
