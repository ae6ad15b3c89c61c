//! `plan`: what a check would do, in order. A security officer can sign it.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeSet;
use std::fmt::Write;

use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{Effect, FactKey, Whose};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::run::Invocation;

use super::Failure;
use super::flags::{BaselineArgs, LoginArgs, NetworkArgs, ScopeArgs, settled};
use super::output::print;
use crate::config::Settings;
use crate::run::{Job, Plan};
use hybridcheck_saml::Encoding;

/// Arguments of `plan`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    login: LoginArgs,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Runs `plan`.
pub(super) fn run(args: &PlanArgs) -> Result<u8, Failure> {
    let (scope, settings) = settled(&args.scope, &args.network, &args.login)?;
    let job = Job {
        scope,
        settings,
        policy: Policy {
            permission_baseline: args.baseline.read()?,
            ..Policy::default()
        },
        as_of: None,
        invocation: Invocation::default(),
        origin: None,
    };
    let Plan { mut steps, routes } = job.plan();
    let (objects, settings) = (&job.scope.configuration.objects, &job.settings);
    if settings.names_given_by().is_some() {
        let is_own_view = |key: &FactKey| {
            matches!(
                key,
                FactKey::HostsFile { .. } | FactKey::SystemLookup { .. }
            )
        };
        steps.retain(|(key, _)| !is_own_view(key));
    }
    if settings.saml_login.is_none() {
        steps.retain(|(key, _)| !key.whose().is_person());
    }
    // A token is ended when everything was read with it.
    steps.sort_by_key(|(key, _)| matches!(key, FactKey::TokenEnd { .. }));
    if job.scope.offline {
        steps.retain(|(_, effect)| *effect == Effect::Local);
    }
    let mut text = String::new();
    for object in objects {
        let _ = writeln!(
            text,
            "{} ({}, {})",
            object.title(),
            object.form.label(),
            object.place
        );
    }
    hosts(&mut text, &steps, settings);
    proxies(&mut text, &steps, settings);
    controls(&mut text, &steps);
    let _ = writeln!(text, "\nSteps, each as soon as what it stands on is there:");
    for (number, (key, effect)) in steps.iter().enumerate() {
        let _ = writeln!(
            text,
            "{:>4}  {:<18} {}",
            number + 1,
            effect.to_string(),
            key.step(objects, &routes)
        );
    }
    let minted = steps
        .iter()
        .filter(|(_, effect)| *effect == Effect::MintsToken)
        .count();
    let _ = writeln!(
        text,
        "\n{} Tokens asked for: at most {minted}, one per client however many sections name it{}, kept in memory only. {}\n\
         One phase may take {}, all of it {} (--connect-timeout, --timeout).",
        written(&steps),
        person(&steps),
        login(&steps, settings),
        shown(settings.phase),
        shown(settings.overall)
    );
    print(&text)?;
    Ok(0)
}

fn shown(duration: std::time::Duration) -> String {
    hybridcheck_core::time::Took(duration).to_string()
}

fn has_login(steps: &[(FactKey, Effect)]) -> bool {
    steps
        .iter()
        .any(|(_, effect)| *effect == Effect::MayCreateUser)
}

/// What is written to the organisation.
fn written(steps: &[(FactKey, Effect)]) -> &'static str {
    if has_login(steps) {
        "Nothing is written to the organisation, but for what the login may do there."
    } else {
        "Nothing is written to the organisation."
    }
}

/// The token of a login, in the count of tokens.
fn person(steps: &[(FactKey, Effect)]) -> &'static str {
    if has_login(steps) {
        ", and one of the login"
    } else {
        ""
    }
}

/// What a login as a person does, when one was asked for and is part of the plan.
fn login(steps: &[(FactKey, Effect)], settings: &Settings) -> String {
    let has_login = has_login(steps);
    match &settings.saml_login {
        Some(login) if has_login => {
            let tried = match login.encoding {
                Some(encoding) => format!("sent as {}", encoding.label()),
                None => format!(
                    "sent in at most {} encodings until one is accepted",
                    Encoding::ALL.len()
                ),
            };
            format!(
                "The login as {} (--saml-user) is no mere reading: an address that the organisation does not know may become a new user \
                 there, with a licence. Its assertion is {tried}; its token is ended when it has been read with.",
                login.wish.email.shown(254)
            )
        }
        _ => "No user is created.".into(),
    }
}

fn hosts(text: &mut String, steps: &[(FactKey, Effect)], settings: &Settings) {
    let endpoints: BTreeSet<&Endpoint> = steps
        .iter()
        .filter_map(|(key, _)| {
            if let Whose::Endpoint(endpoint, _) = key.whose() {
                Some(endpoint)
            } else {
                None
            }
        })
        .collect();
    if endpoints.is_empty() {
        let _ = writeln!(text, "\nNo host is contacted.");
        return;
    }
    let _ = writeln!(
        text,
        "\nHosts contacted, besides this host's nameservers and the revocation hosts that a trusted chain names:"
    );
    for endpoint in endpoints {
        let secrets = if settings.regions.may_receive_secrets(&endpoint.host) {
            "may receive secrets, over TLS with a trusted chain only"
        } else {
            "not in the region table: receives no secret"
        };
        let target = settings.target(endpoint);
        let detour = if target == *endpoint {
            String::new()
        } else {
            format!(" at {target} (--connect-to)")
        };
        let routing = settings.routing(endpoint);
        let _ = writeln!(text, "      {endpoint}/tcp{detour}: {secrets}");
        let _ = writeln!(text, "        {}", routing.why);
        if let Some(why) = &routing.unspoken {
            let _ = writeln!(text, "        not asked over it: {why}");
        }
        for other in &routing.others {
            let _ = writeln!(
                text,
                "        for comparison also {other}, up to TLS and the discovery document, without a secret"
            );
        }
    }
}

/// The proxies that are asked for tunnels, whether a login is sent, never which.
fn proxies(text: &mut String, steps: &[(FactKey, Effect)], settings: &Settings) {
    let proxies: BTreeSet<&Endpoint> = steps
        .iter()
        .filter_map(|(key, _)| {
            if let Whose::Endpoint(_, Route::Proxy(proxy)) = key.whose() {
                Some(proxy)
            } else {
                None
            }
        })
        .filter(|proxy| settings.proxies.unspoken(proxy).is_none())
        .collect();
    for proxy in proxies {
        let login = if settings.proxies.login(proxy).is_some() {
            "with the login given for it (Basic, in the clear, as proxies take it)"
        } else {
            "without a login"
        };
        let _ = writeln!(
            text,
            "      {proxy}/tcp: HTTP proxy, asked for tunnels by name (CONNECT), {login}"
        );
    }
}

/// The hosts that are only connected to, and what is sent where a connection fails.
fn controls(text: &mut String, steps: &[(FactKey, Effect)]) {
    for (key, _) in steps {
        if let FactKey::Reach { endpoint } = key {
            let _ = writeln!(
                text,
                "      {endpoint}/tcp: for comparison (--control), a TCP connection without content"
            );
        }
    }
    let is_connecting = |key: &FactKey| matches!(key, FactKey::Connection { .. });
    if steps.iter().any(|(key, _)| is_connecting(key)) {
        let _ = writeln!(
            text,
            "      Where a connection fails, its address is tried with few hops too, and on port 80 or 443, without content."
        );
    }
}
