//! The peer speaks old TLS only.

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
    /// What answers speaks only TLS 1.1 or older.
    ///
    /// ## What it means
    ///
    /// TLS 1.3 and 1.2 are refused with an alert, and TLS 1.1 or 1.0 is accepted. Genesys Cloud speaks TLS 1.3, so an old proxy, load
    /// balancer or gateway answers in its place. These versions are not safe, and most programs of today refuse them too.
    ///
    /// ## How to fix
    ///
    /// Find the device and have it updated, or the hosts exempted from it. Do not lower the version of the components.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST -tls1_2 </dev/null` ends with an alert, and
    /// `openssl s_client -connect HOST:443 -servername HOST -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null` shows a certificate. In PowerShell:
    /// `$c=[Net.Sockets.TcpClient]::new('HOST',443); $s=[Net.Security.SslStream]::new($c.GetStream(),$false,{$true}); $s.AuthenticateAsClient('HOST',$null,'Tls11',$false); $s.SslProtocol`.
    ///
    /// ## What we rely on
    ///
    /// Observed by a third party: api.mypurecloud.com negotiates TLS 1.3. Documented: TLS 1.0 and 1.1 are deprecated (RFC 8996).
    pub(crate) struct TlsTooOld;
}

impl Rule for TlsTooOld {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, &Handshake);
        let groups = members::grouped(shut, |endpoint| {
            (tls::cut(case, endpoint) == Some(Cut::TooOld))
                .then(|| tls::old_version(case, endpoint))?
        });
        groups.diagnosed(|(version, alert), members| {
            let names = members.names();
            let version = version
                .shown(20)
                .to_string()
                .replace("TLSv", "TLS ")
                .replace('_', ".");
            // Another alert may be about ciphers that this program does not have.
            let certainty = if alert == "ProtocolVersion" {
                Certainty::Certain
            } else {
                Certainty::Likely
            };
            let diagnosis = members.diagnosis(
                certainty,
                format!("what answers at {names} speaks {version} and refuses TLS 1.2 and 1.3; it is not Genesys Cloud's own front"),
                Owner::NetworkTeam,
                format!("Please find the device that answers for {names} with {version} (an old proxy, load balancer or gateway) and update it, or exempt {names} from it."),
            )
            .evidence("alert to TLS 1.3 and 1.2", alert);
            let diagnosis = tls::about(diagnosis, case, members);
            let first = members.first();
            diagnosis.command(format!(
                    "openssl s_client -connect {first} -servername {0} -tls1_2 </dev/null; openssl s_client -connect {first} -servername {0} -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null",
                    first.host
                ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{HelloOutcome, HelloVariant, TlsOutcome};
    use hybridcheck_testkit::facts::{cut, hello};

    fn answering(version: Option<&str>) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let alert = TlsOutcome::Alert {
            alert: "ProtocolVersion".into(),
        };
        let answered = HelloOutcome::Answered {
            version: version.map(Into::into),
            alert: version.is_none().then(|| "ProtocolVersion".into()),
        };
        bench
            .spoil(|facts| cut(facts, &auth, &alert))
            .spoil(|facts| hello(facts, &auth, HelloVariant::Legacy, &answered))
    }

    #[test]
    fn a_peer_that_takes_only_the_old_version_is_named_with_it() {
        let bench = answering(Some("TLSv1_1"));
        let found = bench.diagnose(&TlsTooOld);
        assert!(found[0].sentence.contains("speaks TLS 1.1 and refuses"));
        assert_eq!(bench.causes(), ["tls-too-old"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_peer_that_refuses_the_old_version_too_is_not_too_old() {
        for version in [None, Some("TLSv1_2")] {
            assert_eq!(answering(version).causes(), ["tls-interrupted"]);
        }
    }
}
