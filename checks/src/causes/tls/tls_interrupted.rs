//! Handshakes are cut.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::HelloVariant;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{self, Cut};
use crate::tls::Handshake;

page! {
    /// Something cuts TLS after the connection was accepted.
    ///
    /// ## What it means
    ///
    /// TCP connects, and then the handshake is reset, closed or answered with an alert, or the first message is never acknowledged.
    /// A filter that looks into TLS is the usual reason; telnet tests look fine then. Whether it looks at the server name could not be
    /// seen: another name meets the same.
    ///
    /// ## How to fix
    ///
    /// Give the network team the host names and the time: the filter that looks into TLS on port 443 has to let them pass. An alert
    /// names what the peer did not like.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST </dev/null`, and the same with `-servername example.com`. In PowerShell:
    /// `$c=[Net.Sockets.TcpClient]::new('HOST',443); [Net.Security.SslStream]::new($c.GetStream()).AuthenticateAsClient('HOST')`.
    ///
    /// ## What we rely on
    ///
    /// Documented: alerts (RFC 8446). Observed: filters that reset or drop after the first message.
    pub(crate) struct TlsInterrupted;
}

impl Rule for TlsInterrupted {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, &Handshake);
        let groups = members::grouped(shut, |endpoint| {
            (tls::cut(case, endpoint) == Some(Cut::Otherwise)).then(|| tls::ways(case, endpoint))
        });
        groups.diagnosed(|ways, members| {
            let names = members.names();
            let how = ways.into_iter().collect::<Vec<_>>().join("; ");
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                format!("TLS with {names} is cut after TCP was accepted: {how}"),
                Owner::NetworkTeam,
                format!(
                    "Please let TLS to {names} pass by host name: TCP is accepted, but something behind it, most often a filter that looks into TLS, does not let the handshake finish ({how}).{}",
                    tls::times(case, members)
                ),
            );
            let mut diagnosis = tls::about(diagnosis, case, members);
            for endpoint in members.each() {
                if let Some(said) = tls::said(case, endpoint, HelloVariant::NeutralName) {
                    diagnosis = diagnosis.evidence("the same with server name example.com", said);
                }
                let lost = rows::tls(case, endpoint)
                    .iter()
                    .filter_map(|(_, fact)| fact.unacknowledged)
                    .any(|left| left > 0);
                if lost {
                    diagnosis = diagnosis.evidence(
                        "the ClientHello",
                        "was never acknowledged by the other side",
                    );
                }
            }
            diagnosis.command(tls::show(members.first()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, TlsOutcome};
    use hybridcheck_testkit::facts::{addresses_of, tls_broken};

    fn cut(count: usize, outcome: &TlsOutcome) -> Bench {
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            for address in addresses_of(&endpoint.host).into_iter().take(count) {
                let key = FactKey::tls(&endpoint, address);
                bench = bench.fact(key.clone(), tls_broken(outcome.clone()));
                if count > 1 {
                    bench = bench.blocked_behind(&key);
                }
            }
        }
        bench
    }

    #[test]
    fn a_reset_on_both_hosts_is_one_cause_with_times() {
        let bench = cut(2, &TlsOutcome::Reset);
        let found = bench.diagnose(&TlsInterrupted);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .fix
                .contains("2026-11-23T12:00:00Z from 10.0.0.5:51000 to 192.0.2.10 port 443/tcp"),
            "{}",
            found[0].fix
        );
        assert_eq!(bench.causes(), ["tls-interrupted"]);
    }

    #[test]
    fn one_address_of_two_only_warns() {
        assert!(
            cut(1, &TlsOutcome::Reset)
                .diagnose(&TlsInterrupted)
                .is_empty()
        );
    }
}
