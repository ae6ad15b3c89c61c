//! The host cannot find the addresses of Genesys Cloud.

use std::net::SocketAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{Ending, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members::{self, Rows};
use crate::evidence::names::{self, Says};
use crate::evidence::{rows, subjects};
use crate::network;

page! {
    /// The names of Genesys Cloud do not resolve on this host.
    ///
    /// ## What it means
    ///
    /// The nameservers of this host give no address for the login or the API host: they deny the name, know no address for it, or
    /// all stay silent. Nothing after it could be checked.
    ///
    /// ## How to fix
    ///
    /// Let the nameservers of this host resolve the named hosts, by forwarding to the internet or by an exemption from the DNS
    /// filter. When they deny a host that is in no region table, look at the option first: it may be mistyped.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig @NAMESERVER HOST A` on Linux, `Resolve-DnsName HOST -Server NAMESERVER` in PowerShell. Compare with the same question
    /// on a machine that reaches Genesys Cloud.
    ///
    /// ## What we rely on
    ///
    /// Documented: response codes (RFC 1035). Observed: DNS filters that deny names or stay silent.
    pub(crate) struct NameDoesNotResolve;
}

impl Rule for NameDoesNotResolve {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let is_direct = |endpoint: &Endpoint| case.route(endpoint) == Route::Direct;
        let is_needed = subjects::endpoints(case.object).iter().any(is_direct);
        let silent = Rows::all(rows::failing(all, &network::NameserversAnswer));
        if let Some(silent) = silent.filter(|_| is_needed) {
            return vec![nobody_answers(case, &silent)];
        }
        let url_wrong = |endpoint: &Endpoint| {
            // A mistyped host is the option's fault, not the nameserver's.
            case.regions.of_host(&endpoint.host).is_none()
                && rows::is_url_at_fault(case, all, endpoint)
        };
        let unresolved = rows::failing(all, &network::Resolves);
        let groups = members::grouped(unresolved, |endpoint| {
            (!url_wrong(endpoint) && is_about_the_name(case, &endpoint.host)).then(|| {
                (
                    case.regions.of_host(&endpoint.host).is_some(),
                    answers(case, &endpoint.host),
                )
            })
        });
        groups.diagnosed(|(known, _), members| {
            let hosts = members.hosts();
            let found = members.row().found();
            let (certainty, owner, fix) = if known {
                (
                    Certainty::Certain,
                    Owner::NetworkTeam,
                    format!(
                        "Please let the nameservers of this host resolve {hosts}: forward the question to the internet, or exempt the names from the DNS filter."
                    ),
                )
            } else {
                (
                    Certainty::Likely,
                    Owner::EngageAdmin,
                    format!(
                        "The region table does not have {hosts}: compare general/base_auth_url and general/base_service_url with the hosts of your region first."
                    ),
                )
            };
            members.diagnosis(
                certainty,
                format!("{hosts} cannot be resolved on this host: {found}"),
                owner,
                fix,
            )
            .breaks(
                members.each().flat_map(|endpoint| rows::name_keys(case, &endpoint.host)),
            )
            .breaks(
                members.connections(),
            )
            .command(
                question(case, &members.first().host),
            )
        })
    }
}

fn nobody_answers(case: &Case<'_>, silent: &Rows<'_>) -> Diagnosis {
    let endpoints = subjects::endpoints(case.object);
    let hosts = listed(endpoints.iter().map(|endpoint| &endpoint.host));
    let row = silent.row();
    let mut diagnosis = silent
        .diagnosis(
            // Silence within our patience: a nameserver that needs longer looks the same.
            Certainty::Likely,
            format!(
                "no nameserver of this host says where {hosts} are: {}",
                row.found()
            ),
            row.owner().unwrap_or(Owner::NetworkTeam),
            row.fix(),
        )
        .breaks([FactKey::Resolver])
        .breaks(
            endpoints
                .iter()
                .flat_map(|endpoint| rows::name_keys(case, &endpoint.host)),
        )
        .breaks(endpoints.iter().cloned().map(FactKey::connection));
    if let Some(endpoint) = endpoints.first() {
        diagnosis = diagnosis.command(question(case, &endpoint.host));
    }
    diagnosis
}

/// What each nameserver answered, in a word: the same answers about two names have one cause.
fn answers(case: &Case<'_>, host: &Host) -> Vec<(SocketAddr, Ending, Ending)> {
    let asked = case.dns_of(host).into_iter();
    asked
        .filter_map(|(nameserver, answer)| {
            let fact = answer.ok()?;
            Some((
                nameserver,
                fact.a.outcome.ending(),
                fact.aaaa.outcome.ending(),
            ))
        })
        .collect()
}

fn question(case: &Case<'_>, host: &Host) -> String {
    let asked = case.dns_of(host);
    rows::questions(host, asked.first().map(|(nameserver, _)| nameserver))
}

/// Some nameserver says something about the name, or all stay silent: failures and cut answers are causes of their own.
fn is_about_the_name(case: &Case<'_>, host: &Host) -> bool {
    let views = names::views(case, host).unwrap_or_default();
    let says = |wanted: Says| views.iter().any(|view| view.says == wanted);
    says(Says::Denies) || says(Says::Empty) || !(says(Says::Refuses) || says(Says::Cut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::general;
    use crate::testing::bench::{Bench, at};
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::facts::{AddressSource, AddressesFact, DnsOutcome};
    use hybridcheck_testkit::facts::{dns, dns_key, took};
    use hybridcheck_testkit::objects;

    fn unresolved(bench: Bench, host: &Host, outcome: &DnsOutcome) -> Bench {
        let nothing = AddressesFact {
            source: AddressSource::Dns,
            addresses: Vec::new(),
        };
        bench
            .fact(dns_key(host), dns(outcome))
            .fact(FactKey::addresses(host), nothing)
            .blocked_behind(&FactKey::addresses(host))
    }

    #[test]
    fn one_cause_for_both_names_when_the_answers_agree() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth().host, bench.api().host);
        let bench = unresolved(
            unresolved(bench, &auth, &DnsOutcome::NxDomain),
            &api,
            &DnsOutcome::NxDomain,
        );
        let found = bench.diagnose(&NameDoesNotResolve);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].roots.len(), 2);
        assert!(
            found[0]
                .fix
                .contains("login.mypurecloud.de and api.mypurecloud.de"),
            "{}",
            found[0].fix
        );
        assert_eq!(
            found[0].command.as_deref(),
            Some("dig @10.0.0.53 login.mypurecloud.de A")
        );
        assert_eq!(bench.causes(), ["name-does-not-resolve"]);
    }

    #[test]
    fn different_answers_are_two_causes() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth().host, bench.api().host);
        let bench = unresolved(
            unresolved(bench, &auth, &DnsOutcome::NxDomain),
            &api,
            &DnsOutcome::NoData,
        );
        assert_eq!(bench.diagnose(&NameDoesNotResolve).len(), 2);
    }

    #[test]
    fn a_failure_of_the_nameserver_is_another_cause() {
        let bench = Bench::healthy();
        let auth = bench.auth().host;
        let bench = unresolved(bench, &auth, &DnsOutcome::ServFail);
        assert!(bench.diagnose(&NameDoesNotResolve).is_empty());
    }

    #[test]
    fn silence_on_everything_is_one_cause() {
        let silence = DnsOutcome::TimedOut { waited: took(5000) };
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth().host, bench.api().host);
        let bench = unresolved(unresolved(bench, &auth, &silence), &api, &silence);
        assert_eq!(bench.causes(), ["name-does-not-resolve"]);
    }

    #[test]
    fn a_mistyped_host_is_the_options_fault() {
        let url = "https://login.mypurecloud.dee/oauth/token";
        let bench = Bench::of(objects::with(
            objects::healthy(),
            "general",
            "base_auth_url",
            url,
        ));
        let host = bench.auth().host;
        let bench = unresolved(bench, &host, &DnsOutcome::NxDomain);
        assert_eq!(
            bench.diagnose(&NameDoesNotResolve)[0].owner,
            Owner::EngageAdmin
        );
        let bench = bench.failing(
            &general::AuthUrl,
            Subject::option("general", "base_auth_url"),
        );
        assert!(bench.diagnose(&NameDoesNotResolve).is_empty());
    }

    #[test]
    fn a_name_that_resolves_to_a_shut_address_is_another_cause() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench.failing(&network::Connects, at(auth));
        assert!(bench.diagnose(&NameDoesNotResolve).is_empty());
    }
}
