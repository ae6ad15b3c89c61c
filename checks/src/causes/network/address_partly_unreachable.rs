//! Some addresses of an endpoint cannot be reached.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, TcpOutcome};
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::rows;
use crate::evidence::tcp::{self, Shut};
use crate::network;

page! {
    /// Some addresses of Genesys Cloud cannot be reached.
    ///
    /// ## What it means
    ///
    /// The name has several addresses, and only some of them accept connections. Components that are given a shut one fail, so the
    /// trouble comes and goes. The usual reason is a firewall rule by address, written when the name had other addresses.
    ///
    /// ## How to fix
    ///
    /// Replace rules by address by rules by host name. For IPv6 addresses that stay silent: make IPv6 work to the internet, or take it
    /// off this host.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v --connect-timeout 10 --resolve HOST:443:ADDRESS https://HOST/`, once for every address.
    ///
    /// ## What we rely on
    ///
    /// Documented: the addresses come from large pools and change at any time (Genesys Cloud help).
    pub(crate) struct AddressPartlyUnreachable;
}

impl Rule for AddressPartlyUnreachable {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let warning = rows::flagged(all, &network::Connects).into_iter();
        warning
            .filter(|row| row.status() == Status::Warn)
            .filter_map(|row| of_row(case, row))
            .collect()
    }
}

fn of_row(case: &Case<'_>, row: &Row) -> Option<Diagnosis> {
    let endpoint: &Endpoint = rows::endpoint(row)?;
    let tried = rows::tcp(case, endpoint);
    let shut: Vec<_> = tried
        .iter()
        .filter(|(address, fact)| {
            let why = || tcp::why(fact, tcp::path(case, endpoint, *address));
            fact.outcome != TcpOutcome::Connected && why() != Shut::Sometimes
        })
        .map(|(address, _)| *address)
        .collect();
    let first = shut.first()?;
    if super::one_family_dead::dead_family(case, endpoint).is_some() {
        return None;
    }
    let only_ipv6 = shut.iter().all(std::net::IpAddr::is_ipv6)
        && tried.iter().any(|(address, _)| address.is_ipv4());
    let fix = if only_ipv6 {
        format!(
            "Make IPv6 reach {} from this host, or take IPv6 off it: programs that try it first wait in vain. {}",
            endpoint.host,
            rows::firewall_request(case, &[endpoint])
        )
    } else {
        rows::firewall_request(case, &[endpoint])
    };
    let diagnosis = Diagnosis::new(
        row,
        Certainty::Certain,
        format!(
            "{} of {} addresses of {endpoint} cannot be reached: {}",
            shut.len(),
            tried.len(),
            listed(&shut)
        ),
        Owner::NetworkTeam,
        fix,
    );
    let resolve = if first.is_ipv6() {
        format!("[{first}]")
    } else {
        first.to_string()
    };
    Some(
        diagnosis
            .breaks(shut.iter().map(|address| FactKey::tcp(endpoint, *address)))
            .command(format!(
                "curl -v --connect-timeout 10 --resolve {}:{}:{resolve} https://{endpoint}/",
                endpoint.host, endpoint.port
            )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::Ending;
    use hybridcheck_testkit::facts::{addresses_of, attempt, tcp, took};

    #[test]
    fn the_shut_addresses_are_named() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let address = addresses_of(&auth.host)[1];
        let silent = TcpOutcome::TimedOut { waited: took(5000) };
        let bench = bench.fact(FactKey::tcp(&auth, address), tcp(address, 443, silent));
        let found = bench.diagnose(&AddressPartlyUnreachable);
        assert_eq!(
            found[0].sentence,
            "1 of 2 addresses of login.mypurecloud.de:443 cannot be reached: 192.0.2.11"
        );
        assert_eq!(found[0].broken, [FactKey::tcp(&auth, address)]);
        assert_eq!(bench.causes(), ["address-partly-unreachable"]);
    }

    #[test]
    fn a_second_try_is_flaky_and_no_shut_address() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let address = addresses_of(&auth.host)[1];
        let mut fact = tcp(address, 443, TcpOutcome::Connected);
        fact.attempts.insert(0, attempt(Ending::TimedOut));
        let bench = bench.fact(FactKey::tcp(&auth, address), fact);
        assert!(bench.diagnose(&AddressPartlyUnreachable).is_empty());
    }
}
