//! Whether the hosts at which the served certificates' revocation is asked can be reached.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey, Gap, ReachFact};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{rows, subjects};

page! {
    /// The revocation hosts of the served chain are reachable by TCP.
    ///
    /// The hosts are those that the served certificates themselves name (CRL distribution points and OCSP, over plain HTTP); only a connection is
    /// made, nothing is asked. The chain of the first trusted handshake counts.
    ///
    /// ## Why it matters
    ///
    /// Windows components and Java with revocation switched on ask these hosts while connecting. Where port 80 is closed, each of
    /// their connections waits for seconds, or fails, although everything else is open.
    ///
    /// ## How to fix
    ///
    /// Allow outbound TCP to the hosts in the evidence, usually `*.amazontrust.com` port 80. Where a proxy answers for them, nothing is needed.
    ///
    /// ## What we rely on
    ///
    /// Documented: where certificates name these hosts (RFC 5280 sections 4.2.1.13 and 4.2.2.1). Observed by third parties: the hosts in
    /// Amazon's certificates. Inferred: an accepted connection proves the path; what the host answers is not looked at.
    pub(crate) struct Revocation;
}

impl Judge for Revocation {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        if let Some(judgement) = subjects::is_proxied(case, endpoint) {
            return Ok(judgement);
        }
        subjects::served(case, endpoint)?;
        let hosts = named(case, endpoint);
        if hosts.is_empty() {
            return Ok(Judgement::not_applicable(
                "no trusted chain names a host for revocation over HTTP",
            ));
        }
        let mut reached = Vec::new();
        let mut shut = Vec::new();
        let mut missing = None;
        for host in hosts {
            match reach(case, &host) {
                Ok(fact) if fact.open.is_empty() => shut.push(host),
                Ok(_) => reached.push(host),
                Err(Gap::Blocked { .. }) => shut.push(host),
                Err(gap) => missing = Some(gap),
            }
        }
        if shut.is_empty() {
            return match missing {
                Some(gap) if reached.is_empty() => Err(gap),
                _ => Ok(Judgement::pass(format!("{} accept", listed(&reached)))),
            };
        }
        let names = listed(&shut);
        Ok(Judgement::warn(
            "TCP to every revocation host that the served chain names",
            format!("no connection to {names}"),
            format!("Allow outbound TCP to {names}; Windows components and Java with revocation checks ask there."),
            Owner::NetworkTeam,
        )
        .evidence("named in the chain of", endpoint))
    }
}

/// The revocation hosts that trusted chains of an endpoint name and that were tried, each once.
fn named(case: &Case<'_>, endpoint: &Endpoint) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for (_, fact) in rows::tls(case, endpoint) {
        if !fact.is_trusted() {
            continue;
        }
        for host in fact.revocation_endpoints() {
            let was_tried = !matches!(
                case.facts().reach(&key(&host)),
                Err(Gap::NotRecorded | Gap::NotPlanned)
            );
            if was_tried && !all.contains(&host) {
                all.push(host);
            }
        }
    }
    all
}

/// Those of them that cannot be reached; looking notes nothing that is not a fact of theirs.
pub(crate) fn shut(case: &Case<'_>, endpoint: &Endpoint) -> Vec<Endpoint> {
    let hosts = named(case, endpoint).into_iter();
    hosts
        .filter(|host| match reach(case, host) {
            Ok(fact) => fact.open.is_empty(),
            Err(gap) => matches!(gap, Gap::Blocked { .. }),
        })
        .collect()
}

fn reach<'a>(case: &Case<'a>, host: &Endpoint) -> Answer<&'a ReachFact> {
    case.reach(&key(host))
}

fn key(host: &Endpoint) -> FactKey {
    FactKey::reach(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{revocable, with_gap};

    fn reaching(open: bool) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        bench.spoil(|facts| revocable(facts, &auth, open))
    }

    #[test]
    fn an_accepted_connection_passes_and_none_warns() {
        let judgement = reaching(true).judge_first(&Revocation).expect("a verdict");
        assert_eq!(judgement.found(), "crl.ca.example:80 accept");
        let judgement = reaching(false).judge_first(&Revocation).expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert_eq!(judgement.found(), "no connection to crl.ca.example:80");
    }

    #[test]
    fn a_chain_without_such_hosts_is_not_judged() {
        assert_eq!(Bench::healthy().status(&Revocation), Status::NotApplicable);
    }

    #[test]
    fn a_run_that_ended_before_is_a_gap() {
        let bench = reaching(true).spoil(|facts| {
            let host = Endpoint {
                host: hybridcheck_core::endpoint::Host::of("crl.ca.example"),
                port: 80,
            };
            with_gap(facts, key(&host), Gap::Interrupted)
        });
        assert_eq!(bench.judge_first(&Revocation), Err(Gap::Interrupted));
        let bench = Bench::healthy();
        let auth = bench.auth();
        let mut bench = bench;
        for address in hybridcheck_testkit::facts::addresses_of(&auth.host) {
            bench = bench.gap(FactKey::tls(&auth, address), Gap::Offline);
        }
        assert_eq!(bench.judge_first(&Revocation), Err(Gap::Offline));
    }
}
