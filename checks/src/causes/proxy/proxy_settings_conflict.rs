//! The upper and the lower case of a proxy variable say different things.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::proxy::Settings;

page! {
    /// The upper and the lower case of a proxy variable say different things.
    ///
    /// ## What it means
    ///
    /// `https_proxy` and `HTTPS_PROXY` (or `no_proxy` and `NO_PROXY`) are both set, to different texts. curl, .NET and Node take the lower case, Go
    /// the upper: two programs on this host take two ways.
    ///
    /// ## How to fix
    ///
    /// Set both to the same text, or only one of them, where the environment of services is set (`systemctl show SERVICE -p Environment`,
    /// `/etc/environment`, profile scripts).
    ///
    /// ## Show it without hybridcheck
    ///
    /// `env | grep -i proxy`; remove passwords before you pass it on.
    ///
    /// ## What we rely on
    ///
    /// Documented: curl, .NET, Node. Observed: curl, and the source of Go's httpproxy package.
    pub(crate) struct ProxySettingsConflict;
}

impl Rule for ProxySettingsConflict {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let conflicts = |endpoint: &_| {
            let fact = case.facts().routing(&FactKey::routing(endpoint)).ok()?;
            (!fact.conflicts.is_empty()).then(|| fact.conflicts.clone())
        };
        let groups = members::grouped(rows::flagged(all, &Settings), conflicts);
        groups.diagnosed(|conflicts, members| {
            let diagnosis = members.diagnosis(
                Certainty::Certain,
                format!("proxy variables contradict each other: {}", conflicts.join("; ")),
                Owner::HostAdmin,
                "Set the upper and the lower case of each variable to the same text, or only one of them; programs differ in which they read first.",
            );
            diagnosis.command("env | grep -i proxy")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::RoutingFact;
    use hybridcheck_testkit::proxied::routing;

    fn with(change: impl Fn(&mut RoutingFact)) -> Bench {
        let mut bench = Bench::healthy().behind_proxy();
        for endpoint in [bench.auth(), bench.api()] {
            let mut fact = routing();
            change(&mut fact);
            bench = bench.fact(FactKey::routing(&endpoint), fact);
        }
        bench
    }

    #[test]
    fn a_conflict_is_one_warning() {
        let bench = with(|fact| {
            fact.conflicts
                .push("https_proxy names a, HTTPS_PROXY names b".into());
        });
        assert_eq!(bench.causes(), ["proxy-settings-conflict"]);
        assert_eq!(bench.diagnose(&ProxySettingsConflict).len(), 1);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn an_oddity_or_an_unspoken_scheme_is_no_conflict() {
        let odd = with(|fact| fact.oddities.push("an entry holds an asterisk".into()));
        assert!(odd.diagnose(&ProxySettingsConflict).is_empty());
        let unspoken = with(|fact| fact.unspoken = Some("socks5://".into()));
        assert!(unspoken.diagnose(&ProxySettingsConflict).is_empty());
    }
}
