//! What answers does not speak TLS.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{self, Cut};
use crate::tls::Handshake;

page! {
    /// What answers on the port does not speak TLS.
    ///
    /// ## What it means
    ///
    /// The port accepts connections and answers the first TLS message with something else: a proxy that expects plain requests, a web
    /// server without TLS, or another service. Genesys Cloud speaks TLS on port 443 only.
    ///
    /// ## How to fix
    ///
    /// Correct the port in the URL, or what leads the host name to this address (DNS, hosts file, load balancer, port forwarding).
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST </dev/null` says *wrong version number*; `curl -v http://HOST:443/` shows what
    /// answers. In PowerShell: `Invoke-WebRequest -UseBasicParsing http://HOST:443/`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the form of TLS records (RFC 8446 section 5.1).
    pub(crate) struct NotTls;
}

impl Rule for NotTls {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, &Handshake);
        let groups = members::grouped(shut, |endpoint| {
            (tls::cut(case, endpoint) == Some(Cut::NotTls)).then_some(())
        });
        groups.diagnosed(|(), members| {
            let names = members.names();
            let diagnosis = members.diagnosis(
                Certainty::Certain,
                format!("what answers at {names} does not speak TLS"),
                Owner::NetworkTeam,
                format!("Please find out what answers at {names} without TLS: a wrong port in the URL, a proxy in between, or a wrong address. Genesys Cloud speaks TLS on port 443 only.{}", tls::times(case, members)),
            );
            let diagnosis = tls::about(diagnosis, case, members);
            let first = members.first();
            diagnosis.command(format!("{}; curl -v http://{first}/", tls::show(first)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::TlsOutcome;
    use hybridcheck_testkit::facts::cut;

    #[test]
    fn plain_text_at_every_address_fires() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench.spoil(|facts| cut(facts, &auth, &TlsOutcome::NotTls));
        assert_eq!(bench.causes(), ["not-tls"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn an_alert_is_tls() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let alert = TlsOutcome::Alert {
            alert: "HandshakeFailure".into(),
        };
        let bench = bench.spoil(|facts| cut(facts, &auth, &alert));
        assert!(bench.diagnose(&NotTls).is_empty());
    }
}
