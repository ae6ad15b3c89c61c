//! Whether the served certificates are made for the host.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, ChainFault, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::subjects;

page! {
    /// The certificate of the endpoint is made for its host.
    ///
    /// ## Why it matters
    ///
    /// A certificate for another name means that another server answers: a portal, a wrong address in DNS or in a hosts file, or
    /// an old entry of a load balancer. Every component refuses the connection.
    ///
    /// ## How to fix
    ///
    /// Compare the address with what a public resolver answers, and look for the host in the hosts file of this machine. The names
    /// in the certificate say whose server it is.
    ///
    /// ## What we rely on
    ///
    /// Documented: how names are compared (RFC 6125, RFC 9525).
    pub(crate) struct Name;
}

impl Judge for Name {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let served = subjects::served(case, endpoint)?;
        let wrong = served.iter().find_map(|(address, fact, _)| {
            let fault = fact
                .faults
                .iter()
                .find(|fault| matches!(fault, ChainFault::NameMismatch { .. }))?;
            Some((address, fact, fault))
        });
        let Some((address, fact, fault)) = wrong else {
            let names = served
                .first()
                .and_then(|(_, fact, _)| fact.chain.first())
                .map(|leaf| listed(leaf.names.iter().take(5).map(|name| name.shown(120))));
            return Ok(Judgement::pass(format!(
                "made for {}",
                names
                    .filter(|names| !names.is_empty())
                    .unwrap_or_else(|| endpoint.host.to_string())
            )));
        };
        let judgement = Judgement::fail(
            format!("a certificate for {}", endpoint.host),
            format!("{address} serves a certificate {fault}"),
            format!(
                "Correct what leads {} to {address} (DNS, hosts file, load balancer), or exempt it from the portal that answers.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        );
        Ok(match fact.chain.first() {
            Some(leaf) => judgement
                .evidence("subject", &leaf.subject)
                .evidence("issuer", &leaf.issuer),
            None => judgement,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, Trust};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{addresses_of, tls};

    #[test]
    fn the_right_name_passes() {
        let judgement = Bench::healthy().judge_first(&Name).expect("a verdict");
        assert_eq!(judgement.found(), "made for *.mypurecloud.de");
    }

    #[test]
    fn another_name_fails_and_is_shown() {
        let bench = Bench::healthy();
        let endpoint = bench.auth();
        let address = addresses_of(&endpoint.host)[0];
        let fault = ChainFault::NameMismatch {
            presented: vec!["portal.acme.example".into()],
        };
        let bench = bench.fact(
            FactKey::tls(&endpoint, address),
            tls(&endpoint.host, Trust::Public, vec![fault]),
        );
        let judgement = bench.judge_first(&Name).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.found(),
            "192.0.2.10 serves a certificate made for portal.acme.example"
        );
    }

    #[test]
    fn no_chain_is_a_gap() {
        let bench = Bench::healthy();
        let key = FactKey::addresses(&bench.auth().host);
        let bench = bench.gap(key.clone(), Gap::Offline).blocked_behind(&key);
        assert!(bench.judge_first(&Name).is_err());
    }
}
