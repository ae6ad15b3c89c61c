//! A filter cuts TLS because of the server name.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::HelloVariant;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{self, Cut};
use crate::tls::Handshake;

page! {
    /// A filter cuts TLS by the server name.
    ///
    /// ## What it means
    ///
    /// TCP is accepted; a ClientHello that names the host is reset, closed or met with silence, and one that names `example.com`
    /// is answered at the same address. So the path is open, and a device on it reads the name (SNI) and has no rule that allows it.
    /// Tests with telnet look fine.
    ///
    /// ## How to fix
    ///
    /// Give the network team the host names and times of the diagnosis: the filter by URL or application on port 443 has to let
    /// these names pass.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST </dev/null` is cut, and the same with `-servername example.com` shows a
    /// certificate or an alert. In PowerShell:
    /// `$c=[Net.Sockets.TcpClient]::new('HOST',443); [Net.Security.SslStream]::new($c.GetStream(),$false,{$true}).AuthenticateAsClient('example.com')`.
    ///
    /// ## What we rely on
    ///
    /// Observed: filters that reset or drop after the ClientHello. Inferred: only a device that reads the name treats two names at one address
    /// differently; a server that fails now and then could look the same, so the certainty is *likely*.
    pub(crate) struct SniFiltered;
}

impl Rule for SniFiltered {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, &Handshake);
        let groups = members::grouped(shut, |endpoint| {
            (tls::cut(case, endpoint) == Some(Cut::ByName)).then(|| tls::ways(case, endpoint))
        });
        groups.diagnosed(|ways, members| {
            let names = members.names();
            let how = listed(ways);
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                format!("a filter on the way cuts TLS to {names} by the server name: {how}, while another name is answered at the same address"),
                Owner::NetworkTeam,
                format!(
                    "Please let TLS to {names} pass by host name on the device that filters by server name (SNI, URL category or application): TCP is open, and only these names are cut.{}",
                    tls::times(case, members)
                ),
            );
            let diagnosis = tls::about(diagnosis, case, members);
            let hellos = [("the same with server name example.com", HelloVariant::NeutralName)];
            let first = members.first();
            tls::compared(diagnosis, case, members, &hellos).command(format!(
                    "for name in {} example.com; do openssl s_client -connect {first} -servername $name </dev/null; done",
                    first.host
                ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{HelloOutcome, TlsOutcome};
    use hybridcheck_testkit::facts::{cut, hello, hello_answered};

    #[test]
    fn another_name_at_the_same_address_tells_the_filter() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench
            .spoil(|facts| cut(facts, &auth, &TlsOutcome::Reset))
            .spoil(|facts| hello(facts, &auth, HelloVariant::NeutralName, &hello_answered()));
        let found = bench.diagnose(&SniFiltered);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].fix.contains(
                "Seen: 2026-11-23T12:00:00Z from 10.0.0.5:51000 to 192.0.2.10 port 443/tcp"
            ),
            "{}",
            found[0].fix
        );
        assert_eq!(bench.causes(), ["sni-filtered"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn every_name_cut_is_no_filter_by_name() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench
            .spoil(|facts| cut(facts, &auth, &TlsOutcome::Reset))
            .spoil(|facts| {
                hello(
                    facts,
                    &auth,
                    HelloVariant::NeutralName,
                    &HelloOutcome::Reset,
                )
            });
        assert!(bench.diagnose(&SniFiltered).is_empty());
        assert_eq!(bench.causes(), ["tls-interrupted"]);
    }
}
