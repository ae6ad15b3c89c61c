//! How far each known route to an endpoint leads.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::{Endpoint, Proof, Route};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::subjects;

page! {
    /// Every known route to the endpoint leads to a genuine TLS identity.
    ///
    /// Where a proxy is known, the way through it and the direct way are both measured and compared, up to the TLS handshake and, for the
    /// auth host, the discovery document. Requests of this run take one of them; the other is measured for comparison only, so that
    /// it never fails: it may be shut on purpose.
    ///
    /// ## Why it matters
    ///
    /// Components on one host may take different routes: Java reads no proxy variables, a service may run without the environment
    /// of a login shell, and a PAC file decides per browser.
    ///
    /// ## How to fix
    ///
    /// Nothing, when every component takes the route that works. Else set the proxy for the others, or open their route.
    ///
    /// ## What we rely on
    ///
    /// Observed: what this host reaches on each route. Inferred: that components take either.
    pub(crate) struct Routes;
}

impl Judge for Routes {
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
        let fact = case.routing(&FactKey::routing(endpoint))?;
        if fact.others.is_empty() {
            return Ok(Judgement::not_applicable("one route is known: direct"));
        }
        let own = proven(case, endpoint, &fact.route);
        let others: Vec<Proven> = fact
            .others
            .iter()
            .map(|route| proven(case, endpoint, route))
            .collect();
        let told = |proven: &Proven| format!("{}: {}", proven.0, proven.1);
        let all: Vec<String> = std::iter::once(&own).chain(&others).map(told).collect();
        let all = all.join("; ");
        let works = |proven: &&Proven| proven.1 >= Proof::TlsIdentity;
        let judgement = match (works(&&own), others.iter().filter(works).count()) {
            (true, count) if count == others.len() => {
                Judgement::pass(format!("{all}; components may use either"))
            }
            (true, _) => Judgement::note(
                format!(
                    "{all}; components must take the route of this run, {}",
                    own.0
                ),
                "Make sure that every component takes it, or open the other route.",
                Owner::HostAdmin,
            ),
            (false, 0) => Judgement::note(
                format!("{all}; no route works"),
                "Open one of the routes for this host: the other rows of this endpoint tell what stops each.",
                Owner::NetworkTeam,
            ),
            (false, _) => Judgement::note(
                format!("{all}; another route works, and this run did not take it"),
                "Let components take the route that works, or mend the one of this run.",
                Owner::HostAdmin,
            ),
        };
        Ok(judgement.evidence("chosen", &fact.why))
    }
}

type Proven = (Route, Proof);

fn proven(case: &Case<'_>, endpoint: &Endpoint, route: &Route) -> Proven {
    (route.clone(), case.proof_over(endpoint, route))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, TcpOutcome};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{addresses_of, tcp};
    use hybridcheck_testkit::proxied::tunnel_key;

    fn direct_shut(mut bench: Bench) -> Bench {
        let auth = bench.auth();
        for address in addresses_of(&auth.host) {
            let key = FactKey::tcp(&auth, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, TcpOutcome::Refused))
                .blocked_behind(&key);
        }
        bench
    }

    #[test]
    fn two_routes_that_work_pass_and_one_alone_does_not_apply() {
        let bench = Bench::healthy().behind_proxy();
        let judgement = bench.judge_first(&Routes).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass, "{}", judgement.found());
        assert!(judgement.found().contains("components may use either"));
        assert_eq!(Bench::healthy().status(&Routes), Status::NotApplicable);
    }

    #[test]
    fn a_shut_other_route_is_a_note_and_nothing_else_fails() {
        let bench = direct_shut(Bench::healthy().behind_proxy());
        assert_eq!(bench.status(&Routes), Status::Note);
        assert_eq!(bench.failures(), Vec::<String>::new());
        assert_eq!(bench.causes(), Vec::<String>::new());
    }

    #[test]
    fn where_no_route_works_it_says_what_to_do() {
        let bench = direct_shut(Bench::healthy().behind_proxy());
        let key = tunnel_key(&bench.auth());
        let bench = bench
            .gap(key.clone(), Gap::Interrupted)
            .blocked_behind(&key);
        let judgement = bench.judge_first(&Routes).expect("a judgement");
        assert!(judgement.found().contains("no route works"));
        assert!(judgement.fix().starts_with("Open one of the routes"));
    }

    #[test]
    fn another_route_that_works_is_named_when_the_runs_own_does_not() {
        let bench = Bench::healthy().behind_proxy();
        let key = tunnel_key(&bench.auth());
        let bench = bench
            .gap(key.clone(), Gap::Interrupted)
            .blocked_behind(&key);
        let judgement = bench.judge_first(&Routes).expect("a judgement");
        assert_eq!(judgement.status(), Status::Note);
        assert!(
            judgement.found().contains("another route works"),
            "{}",
            judgement.found()
        );
    }
}
