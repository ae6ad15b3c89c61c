//! Whether the served certificates are valid now.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, ChainFault, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::subjects;

page! {
    /// The certificate of the endpoint is valid now.
    ///
    /// It is compared with this host's clock at the time of the handshake, as every component does.
    ///
    /// ## Why it matters
    ///
    /// Outside its dates a certificate is refused by every component. Genesys Cloud's certificates are renewed by themselves, so
    /// the clock of this host, or an inspecting proxy, is at fault more often than the service.
    ///
    /// ## How to fix
    ///
    /// Look at this host's clock first (`network-clock`). When it is right, look at who issued the certificate: an inspecting proxy
    /// or a portal has to renew its own.
    ///
    /// ## What we rely on
    ///
    /// Documented: Genesys Cloud's certificates come from AWS Certificate Manager, which renews them before they end.
    pub(crate) struct Validity;
}

impl Judge for Validity {
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
            let fault = fact.faults.iter().find(|fault| {
                matches!(
                    fault,
                    ChainFault::Expired { .. } | ChainFault::NotYetValid { .. }
                )
            })?;
            Some((address, fact, fault))
        });
        let Some((address, fact, fault)) = wrong else {
            let end = served
                .iter()
                .filter_map(|(_, fact, _)| fact.chain.first())
                .map(|leaf| leaf.not_after)
                .min();
            return Ok(Judgement::pass(match end {
                Some(end) => format!("valid until {}", end.day()),
                None => "valid at the time of the handshake".into(),
            }));
        };
        let mut judgement = Judgement::fail(
            format!("a certificate of {} that is valid now", endpoint.host),
            format!("the chain that {address} serves is {}", tense(fault)),
            "Compare this host's clock with a time source first; if it is right, let whoever issued this certificate renew it.",
            Owner::HostAdmin,
        );
        if let Some(attempt) = fact.attempts.last() {
            judgement = judgement.evidence("this host's clock at the handshake", attempt.started);
        }
        if let Some(leaf) = fact.chain.first() {
            judgement = judgement
                .evidence(
                    "valid",
                    format!("{} to {}", leaf.not_before, leaf.not_after),
                )
                .evidence("issuer", &leaf.issuer);
        }
        Ok(judgement)
    }
}

fn tense(fault: &ChainFault) -> String {
    match fault {
        ChainFault::Expired {
            not_after: Some(at),
        } => format!("expired since {at}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, Trust};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::facts::{addresses_of, now, tls};

    fn serving(fault: ChainFault) -> Judgement {
        let bench = Bench::healthy();
        let endpoint = bench.auth();
        let address = addresses_of(&endpoint.host)[0];
        let fact = tls(&endpoint.host, Trust::Amazon, vec![fault]);
        bench
            .fact(FactKey::tls(&endpoint, address), fact)
            .judge_first(&Validity)
            .expect("a verdict")
    }

    #[test]
    fn a_valid_certificate_passes_with_its_end() {
        let judgement = Bench::healthy().judge_first(&Validity).expect("a verdict");
        assert_eq!(judgement.found(), "valid until 2027-05-02");
    }

    #[test]
    fn both_sides_of_the_dates_fail() {
        let yesterday = Timestamp::from_unix(now().unix() - 86_400);
        let expired = serving(ChainFault::Expired {
            not_after: Some(yesterday),
        });
        assert_eq!(expired.status(), Status::Fail);
        assert_eq!(
            expired.found(),
            "the chain that 192.0.2.10 serves is expired since 2026-11-22T12:00:00Z"
        );
        assert_eq!(
            serving(ChainFault::NotYetValid { not_before: None }).status(),
            Status::Fail
        );
    }

    #[test]
    fn no_chain_is_a_gap() {
        let mut bench = Bench::healthy();
        bench.facts = hybridcheck_core::facts::Facts::without(Gap::NotRecorded);
        assert_eq!(bench.judge_first(&Validity), Err(Gap::NotRecorded));
    }
}
