//! This host's clock is wrong.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{ChainFault, FactKey, TlsFact, Trust};
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::{self, Members, Rows};
use crate::evidence::{logins, rows, subjects};
use crate::network::{self, clock};
use crate::tls;

page! {
    /// The clock of this host is wrong.
    ///
    /// ## What it means
    ///
    /// Genesys Cloud's answers carry another time than this host's clock, or good public certificates of several hosts look out of
    /// date at once, which only a wrong clock explains.
    ///
    /// ## How to fix
    ///
    /// Synchronise this host with a time source, and look at the clock of the component that signs SAML assertions too.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `date -u; curl -skI https://HOST/ | grep -i ^date` on Linux. In PowerShell: `w32tm /query /status`, and
    /// `[DateTime]::UtcNow; (Invoke-WebRequest -UseBasicParsing https://HOST/).Headers.Date`.
    ///
    /// ## What we rely on
    ///
    /// Documented: SAML allows ten seconds between identity provider and Genesys Cloud. Inferred: certificates of a public authority
    /// that are not valid yet, or of two hosts that ended together, mean a wrong clock.
    pub(crate) struct ClockSkew;
}

impl Rule for ClockSkew {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let measured = Rows::all(rows::failing(all, &network::Clock));
        let explained = members::grouped(rows::failing(all, &tls::Validity), |endpoint| {
            explains(case, all, endpoint).then_some(())
        })
        .joined();
        let host = subjects::endpoints(case.object)
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        let command = format!("date -u; curl -skI https://{host}/ | grep -i '^date'");
        let broken = explained
            .iter()
            .flat_map(Members::each)
            .flat_map(|endpoint| broken(case, endpoint));
        let fix = "Synchronise this host's clock (`chronyc tracking`, `timedatectl`, `w32tm /resync`), and check the clock of the component that signs SAML assertions.";
        if let Some(measured) = measured {
            return vec![
                measured
                    .diagnosis(
                        Certainty::Certain,
                        measured.row().found(),
                        Owner::HostAdmin,
                        fix,
                    )
                    .shown_by(logins::refused_assertion(case, all))
                    .breaks(logins::refused_login(case, all))
                    .explaining(explained.iter().flat_map(Members::rows))
                    .breaks(broken)
                    .command(command),
            ];
        }
        let Some(dated) = &explained else {
            return Vec::new();
        };
        let started = dated.each().flat_map(|endpoint| rows::tls(case, endpoint));
        let started = started
            .filter_map(|(_, fact)| fact.attempts.last())
            .map(|attempt| attempt.started)
            .max();
        let mut diagnosis = dated
            .diagnosis(
                Certainty::Likely,
                "public certificates look out of date because this host's clock is wrong",
                Owner::HostAdmin,
                fix,
            )
            .breaks(broken)
            .command(command);
        if let Some(started) = started {
            diagnosis = diagnosis.evidence("this host's clock", started);
        }
        vec![diagnosis]
    }
}

/// Whether this host's clock explains why an endpoint's certificate looks out of date.
pub(crate) fn explains(case: &Case<'_>, all: &[Row], endpoint: &Endpoint) -> bool {
    let dated = dated(case, endpoint);
    if dated.is_empty() {
        return false;
    }
    let row = all.iter().find(|row| row.is_of(&network::Clock));
    match row.map(Row::status) {
        Some(Status::Fail) => {
            let offset = clock::offset_millis(case).map_or(0, |offset| offset / 1000);
            dated
                .iter()
                .all(|fact| is_valid_when_corrected(fact, offset))
        }
        Some(Status::Pass | Status::Note) => false,
        _ => is_clock_likely(case, &dated),
    }
}

/// Without a reading: a public authority issues nothing for the future, and two hosts do not let certificates end together.
fn is_clock_likely(case: &Case<'_>, dated_here: &[&TlsFact]) -> bool {
    let future = dated_here
        .iter()
        .flat_map(|fact| &fact.faults)
        .any(|fault| matches!(fault, ChainFault::NotYetValid { .. }));
    let endpoints = subjects::endpoints(case.object);
    let together = endpoints.len() > 1
        && endpoints
            .iter()
            .all(|endpoint| !dated(case, endpoint).is_empty());
    future || together
}

/// Handshakes with a public chain that is out of its dates.
fn dated<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Vec<&'a TlsFact> {
    let tried = rows::tls(case, endpoint).into_iter();
    tried
        .map(|(_, fact)| fact)
        .filter(|fact| matches!(fact.trust, Some(Trust::Amazon | Trust::Public)))
        .filter(|fact| {
            fact.faults.iter().any(|fault| {
                matches!(
                    fault,
                    ChainFault::Expired { .. } | ChainFault::NotYetValid { .. }
                )
            })
        })
        .collect()
}

fn is_valid_when_corrected(fact: &TlsFact, offset: i64) -> bool {
    let Some(at) = fact
        .attempts
        .last()
        .map(|attempt| attempt.started.unix() - offset)
    else {
        return false;
    };
    fact.chain
        .iter()
        .all(|served| (served.not_before.unix()..=served.not_after.unix()).contains(&at))
}

fn broken(case: &Case<'_>, endpoint: &Endpoint) -> Vec<FactKey> {
    let tried = rows::tls(case, endpoint).into_iter();
    tried
        .map(|(address, _)| FactKey::tls(endpoint, address))
        .chain([FactKey::connection(endpoint.clone())])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiProbeFact;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::facts::{
        addresses_of, api_error, api_probe, clock as reading, now, tls, token_key, with_clock,
        without,
    };

    /// Our clock is ahead by so many seconds, as far as the API host says; the auth host's certificate ended half an hour ago.
    fn ahead(seconds: i64) -> Bench {
        let mut bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let mut probe = api_probe(&api, Some(api_error(401, "authentication.required", "…")));
        probe.http = with_clock(probe.http, Some(reading(seconds)));
        for address in addresses_of(&auth.host) {
            let mut fact = tls(
                &auth.host,
                Trust::Amazon,
                vec![ChainFault::Expired { not_after: None }],
            );
            fact.chain[0].not_after = Timestamp::from_unix(now().unix() - 1800);
            bench = bench.fact(FactKey::tls(&auth, address), fact);
        }
        bench.facts = without(
            &without(&bench.facts, &token_key("ewt")),
            &FactKey::discovery(&auth),
        );
        bench.fact(FactKey::api_probe(&api), probe)
    }

    #[test]
    fn a_measured_skew_explains_certificates_that_are_valid_by_the_true_time() {
        let bench = ahead(3600);
        let found = bench.diagnose(&ClockSkew);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert_eq!(found[0].explains.len(), 1);
        assert_eq!(bench.causes(), ["clock-skew"]);
    }

    #[test]
    fn a_clock_that_is_behind_makes_every_certificate_not_valid_yet_and_nothing_else() {
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            for address in addresses_of(&endpoint.host) {
                let fault = ChainFault::NotYetValid { not_before: None };
                let key = FactKey::tls(&endpoint, address);
                let fact = tls(&endpoint.host, Trust::Amazon, vec![fault]);
                bench = bench.fact(key.clone(), fact).blocked_behind(&key);
            }
        }
        assert_eq!(bench.causes(), ["clock-skew"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_good_clock_leaves_the_certificate_expired() {
        let bench = ahead(0);
        assert!(bench.diagnose(&ClockSkew).is_empty());
        assert_eq!(bench.causes(), ["tls-certificate-expired"]);
    }

    #[test]
    fn a_skew_too_small_to_explain_the_certificate_leaves_it_alone() {
        let bench = ahead(60);
        assert!(bench.diagnose(&ClockSkew)[0].explains.is_empty());
        assert_eq!(bench.causes().len(), 2);
    }

    /// Each endpoint's certificate, expired or not, where nobody measured the clock.
    fn unmeasured(expired: [bool; 2], trust: Trust) -> Bench {
        let mut bench = Bench::healthy();
        let endpoints = [bench.auth(), bench.api()];
        let probe = api_probe(
            &endpoints[1],
            Some(api_error(401, "authentication.required", "…")),
        );
        bench.facts = without(&bench.facts, &FactKey::discovery(&endpoints[0]));
        bench.facts = without(&bench.facts, &token_key("ewt"));
        let unclocked = with_clock(probe.http.clone(), None);
        bench = bench.fact(
            FactKey::api_probe(&endpoints[1]),
            ApiProbeFact {
                http: unclocked,
                ..probe
            },
        );
        for (endpoint, _) in endpoints
            .iter()
            .zip(expired)
            .filter(|(_, expired)| *expired)
        {
            for address in addresses_of(&endpoint.host) {
                let fault = ChainFault::Expired { not_after: None };
                let key = FactKey::tls(endpoint, address);
                let fact = tls(&endpoint.host, trust, vec![fault]);
                bench = bench.fact(key.clone(), fact).blocked_behind(&key);
            }
        }
        bench
    }

    #[test]
    fn certificates_that_ended_together_speak_for_the_clock_and_one_alone_for_itself() {
        for (expired, trust, is_clock) in [
            ([true, true], Trust::Amazon, true),
            ([true, true], Trust::Public, true),
            ([true, true], Trust::HostStore, false),
            ([true, false], Trust::Amazon, false),
            ([false, true], Trust::Amazon, false),
        ] {
            let causes = unmeasured(expired, trust).causes();
            let is_named = |cause: &str| causes.iter().any(|named| named == cause);
            assert_eq!(is_named("clock-skew"), is_clock, "{expired:?} {trust:?}");
            let is_certificate = is_named("tls-certificate-expired");
            assert_eq!(is_certificate, !is_clock, "{expired:?} {trust:?}");
        }
        let healthy = unmeasured([false, false], Trust::Amazon);
        assert!(healthy.diagnose(&ClockSkew).is_empty());
    }
}
