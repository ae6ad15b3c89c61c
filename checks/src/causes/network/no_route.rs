//! This host has no way to Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::tcp::{self, Shut};

page! {
    /// This host has no route to Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// No packet was sent on its way: this host knows no route to the addresses, or the router that it would use does not answer on the
    /// local link. Servers on closed networks often have no default route on purpose and use a proxy.
    ///
    /// ## How to fix
    ///
    /// Give this host a route to the internet, or repair the one it has; or say which proxy it must use (`--proxy`).
    ///
    /// ## Show it without hybridcheck
    ///
    /// `ip route get ADDRESS` and `ip neigh`; `Find-NetRoute -RemoteIPAddress ADDRESS` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Observed on Linux: a missing route ends the call at once, a router that does not answer ends it after some seconds with a message
    /// from this host's own address.
    pub(crate) struct NoRoute;
}

impl Rule for NoRoute {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = tcp::grouped(case, all, |_, reasons| match reasons {
            [one @ (Shut::NoRoute | Shut::NoNeighbour)] => Some(one.clone()),
            _ => None,
        });
        groups.diagnosed(|why, members| {
            let names = members.names();
            let sentence = if why == Shut::NoRoute {
                format!("this host has no route to {names}")
            } else {
                format!(
                    "the next router on the way to {names} does not answer this host on the local link"
                )
            };
            let diagnosis = members.diagnosis(
                Certainty::Certain,
                sentence,
                Owner::HostAdmin,
                format!(
                    "Give this host a working route to the internet (`ip route get` with an address of {names}, `ip neigh`), or say which proxy it must use."
                ),
            );
            tcp::about(diagnosis, case, members)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, TcpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, tcp};

    fn shut(outcomes: [TcpOutcome; 2]) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for (address, outcome) in addresses_of(&auth.host).into_iter().zip(outcomes) {
            let key = FactKey::tcp(&auth, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, outcome))
                .blocked_behind(&key);
        }
        bench
    }

    #[test]
    fn no_route_is_the_hosts_own() {
        let bench = shut([
            TcpOutcome::NetworkUnreachable,
            TcpOutcome::NetworkUnreachable,
        ]);
        assert_eq!(bench.diagnose(&NoRoute)[0].owner, Owner::HostAdmin);
        assert_eq!(bench.causes(), ["no-route"]);
    }

    #[test]
    fn a_family_that_is_missing_beside_a_refusing_one_is_not_the_cause() {
        let bench = shut([TcpOutcome::NetworkUnreachable, TcpOutcome::Refused]);
        assert!(bench.diagnose(&NoRoute).is_empty());
        assert_eq!(bench.causes(), ["tcp-refused"]);
    }
}
