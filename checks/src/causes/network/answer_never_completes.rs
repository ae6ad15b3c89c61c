//! A verified connection over which no answer ever completes.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, HttpFact, HttpOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::network;

page! {
    /// The connection is trusted, but no answer completes on it.
    ///
    /// ## What it means
    ///
    /// Name, TCP and TLS are in order, the request went out, and then came nothing, an end without an answer, or something that is not
    /// HTTP. Something on the way may hold answers back to inspect them, or the service itself hangs. The facts cannot tell the two apart.
    ///
    /// ## How to fix
    ///
    /// Run the command below from this host and from one outside the company's network at the same time. When only this host waits, ask the network team
    /// which device inspects traffic to the host; when both wait, look at the status page of Genesys Cloud. Change no credential because of it.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -sv --max-time 20 https://API-HOST/api/v2/tokens/me`: a healthy service answers 401 at once.
    ///
    /// ## What we rely on
    ///
    /// Inferred: an answer that stays away on a verified connection is held back on the way or never given.
    pub(crate) struct AnswerNeverCompletes;
}

impl Rule for AnswerNeverCompletes {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let genuine: [&dyn Check; 2] = [&network::GenuineAuthService, &network::GenuineApiService];
        let failing = rows::failing_any(all, &genuine);
        let groups = members::grouped(failing, |endpoint| asked(case, endpoint).map(|_| ()));
        groups.diagnosed(|(), members| {
            let hosts = members.names();
            let broken: Vec<(FactKey, &HttpFact)> =
                members.each().filter_map(|endpoint| asked(case, endpoint)).collect();
            let mut diagnosis = members.diagnosis(
                Certainty::Possible,
                format!("{hosts} takes requests over a trusted connection, but no answer completes: held back by a device on the way, or not given by the service"),
                Owner::NetworkTeam,
                format!("Please say which device inspects or proxies traffic from this host to {hosts}, and let its answers pass. To decide between the device and the service, run the command below from a host outside the company's network too; if it waits there as well, look at https://status.mypurecloud.com/."),
            )
            .command(format!("curl -sv --max-time 20 https://{}/api/v2/tokens/me", members.first().host));
            for (_, fact) in &broken {
                diagnosis = diagnosis.evidence(&fact.request.to_string(), format!("{} (asked at {})", fact.outcome, fact.started));
            }
            diagnosis
                .breaks(broken.into_iter().map(|(key, _)| key))
                .breaks(members.connections())
        })
    }
}

/// The request to an endpoint that got no whole answer.
fn asked<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Option<(FactKey, &'a HttpFact)> {
    let route = case.route(endpoint);
    let facts = case.facts();
    let discovery = FactKey::discovery(endpoint).by(&route);
    let probe = FactKey::api_probe(endpoint).by(route);
    let discovered = facts.discovery(&discovery).ok().map(|fact| &fact.http);
    let probed = facts.api_probe(&probe).ok().map(|fact| &fact.http);
    [(discovery, discovered), (probe, probed)]
        .into_iter()
        .filter_map(|(key, http)| Some((key, http?)))
        .find(|(_, http)| !matches!(http.outcome, HttpOutcome::Answer(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::time::Took;
    use hybridcheck_testkit::facts::{api_error, api_probe};

    #[test]
    fn silence_after_the_handshake_is_possible_on_both_sides() {
        let bench = Bench::healthy();
        let endpoint = bench.api();
        let mut fact = api_probe(&endpoint, None);
        fact.http.outcome = HttpOutcome::TimedOut {
            waited: Took(std::time::Duration::from_secs(5)),
        };
        let bench = bench.fact(FactKey::api_probe(&endpoint), fact);
        let found = bench.diagnose(&AnswerNeverCompletes);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(
            found[0]
                .evidence
                .iter()
                .any(|piece| piece.value.contains("--connect-timeout"))
        );
    }

    #[test]
    fn an_error_that_completes_is_another_cause() {
        let bench = Bench::healthy();
        let endpoint = bench.api();
        let error = api_error(503, "service.unavailable", "…");
        let bench = bench.fact(
            FactKey::api_probe(&endpoint),
            api_probe(&endpoint, Some(error)),
        );
        assert!(bench.diagnose(&AnswerNeverCompletes).is_empty());
    }
}
