//! Whether flags and variables name one proxy without contradiction.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey, RoutingFact};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::subjects;

page! {
    /// Flags and variables that name a proxy say one thing, to every program.
    ///
    /// The route to each endpoint is chosen once: from `--proxy`, `--pac-result`, or `https_proxy`, `HTTPS_PROXY`, `all_proxy` and
    /// `ALL_PROXY` in this order, unless `--noproxy`, `no_proxy` or `NO_PROXY` exempts the host. The row says which one decided.
    ///
    /// ## Why it matters
    ///
    /// There is no common rule for these variables. Java reads none of them, Go prefers the upper case where curl prefers the lower,
    /// and each reads the list of exempt hosts in its own way: two components on one host can take two ways.
    ///
    /// ## How to fix
    ///
    /// Set the upper and the lower case of a variable to the same text, or only one of them. Write exempt hosts as `.domain`.
    /// For Java components set `https.proxyHost`, `https.proxyPort` and `http.nonProxyHosts`. Keep passwords out of variables.
    ///
    /// ## What we rely on
    ///
    /// Documented: curl, Go's httpproxy package, .NET's HttpClient.DefaultProxy, Java's networking properties, Node's built-in proxy
    /// support. Observed: curl's order and its reading of ports and asterisks. The evidence names the source of each line.
    pub(crate) struct Settings;
}

impl Judge for Settings {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::routing(endpoint)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.routing(&FactKey::routing(endpoint))?;
        let mut judgement = verdict(fact);
        for oddity in &fact.oddities {
            judgement = judgement.evidence("setting", oddity);
        }
        for reading in &fact.readings {
            let said = format!("{}: {} ({})", reading.route, reading.why, reading.source);
            judgement = judgement.evidence(&reading.client, said);
        }
        Ok(judgement)
    }
}

fn verdict(fact: &RoutingFact) -> Judgement {
    if let Some(why) = &fact.unspoken {
        return Judgement::warn(
            "a proxy that hybridcheck can speak to",
            format!("{}; {why}", fact.why),
            "Name an http:// proxy that components may use too with --proxy, or check the direct way with --proxy \"\".",
            Owner::HostAdmin,
        );
    }
    if !fact.conflicts.is_empty() {
        return Judgement::warn(
            "the same text in the upper and the lower case of a variable",
            format!("{}; here: {}", fact.conflicts.join("; "), fact.why),
            "Set both to the same text, or only one of them.",
            Owner::HostAdmin,
        );
    }
    let mut also = fact.oddities.clone();
    if !fact.readings.is_empty() {
        let clients: Vec<&str> = fact
            .readings
            .iter()
            .map(|reading| reading.client.as_str())
            .collect();
        also.push(format!(
            "read otherwise by {}",
            hybridcheck_core::text::listed(clients)
        ));
    }
    if also.is_empty() {
        return if fact.others.is_empty() && fact.route == hybridcheck_core::endpoint::Route::Direct
        {
            Judgement::not_applicable(fact.why.to_string())
        } else {
            Judgement::pass(fact.why.to_string())
        };
    }
    let fix = if fact.readings.is_empty() {
        ""
    } else {
        "Give components that read these settings otherwise their own, if they are to take the same way."
    };
    Judgement::note(
        format!("{}; {}", fact.why, also.join("; ")),
        fix,
        Owner::HostAdmin,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ClientReading, Gap};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::proxied::routing;

    fn judged(change: impl FnOnce(&mut RoutingFact)) -> Judgement {
        let bench = Bench::healthy().behind_proxy();
        let endpoint = bench.auth();
        let mut fact = routing();
        change(&mut fact);
        let bench = bench.fact(FactKey::routing(&endpoint), fact);
        bench.judge_first(&Settings).expect("a judgement")
    }

    #[test]
    fn a_plain_proxy_passes_and_no_proxy_does_not_apply() {
        assert_eq!(judged(|_| {}).status(), Status::Pass);
        assert_eq!(Bench::healthy().status(&Settings), Status::NotApplicable);
    }

    #[test]
    fn other_readings_and_oddities_are_notes() {
        let judgement = judged(|fact| {
            fact.readings.push(ClientReading {
                client: "Java".into(),
                route: hybridcheck_core::endpoint::Route::Direct,
                why: "it reads properties".into(),
                source: "documented: Oracle".into(),
            });
            fact.oddities
                .push("the password stands in the clear".into());
        });
        assert_eq!(judgement.status(), Status::Note);
        assert!(judgement.found().contains("read otherwise by Java"));
        let source = judgement
            .evidence
            .iter()
            .any(|piece| piece.value.contains("documented: Oracle"));
        assert!(source, "{judgement:?}");
    }

    #[test]
    fn conflicts_and_a_scheme_that_is_not_spoken_warn() {
        let conflict = judged(|fact| {
            fact.conflicts
                .push("https_proxy names a, HTTPS_PROXY b".into());
        });
        assert_eq!(conflict.status(), Status::Warn);
        let unspoken = judged(|fact| fact.unspoken = Some("a proxy of scheme socks5://".into()));
        assert_eq!(unspoken.status(), Status::Warn);
    }

    #[test]
    fn without_the_fact_it_is_not_checked() {
        let bench = Bench::healthy();
        let key = FactKey::routing(bench.auth());
        let bench = bench.gap(key, Gap::Offline);
        assert_eq!(bench.status(&Settings), Status::Gap);
    }
}
