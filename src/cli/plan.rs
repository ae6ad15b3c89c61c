//! `plan`: what a check would do, in order. A security officer can sign it.

use std::collections::BTreeSet;
use std::fmt::Write;

use hybridcheck_checks::engine;
use hybridcheck_core::endpoint::{Endpoint, Route, Routes};
use hybridcheck_core::facts::{ClientRef, Effect, FactKey};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::policy::Policy;

use super::Failure;
use super::check::ScopeArgs;
use super::flags::{BaselineArgs, LoginArgs, NetworkArgs};
use super::output::print;
use crate::config::Settings;
use crate::gather;
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

/// What only a login as a person brings.
fn is_of_login(key: &FactKey) -> bool {
    let is_person = |client: &ClientRef| matches!(client, ClientRef::Person { .. });
    match key {
        FactKey::Me { .. } | FactKey::SamlLogin { .. } => true,
        FactKey::TokenEnd { client } | FactKey::TokenInfo { client } => is_person(client),
        _ => false,
    }
}

/// Runs `plan`.
pub(super) fn run(args: &PlanArgs) -> Result<u8, Failure> {
    let mut settings = args.network.settings()?;
    settings.saml_login = args.login.login()?;
    let scope = args.scope.read()?;
    if scope.skips_login {
        settings.saml_login = None;
    }
    let objects = &scope.configuration.objects;
    let has_tool_client = settings.tool_client.is_some();
    let policy = Policy {
        permission_baseline: args.baseline.read()?,
        ..Policy::default()
    };
    let wanted = engine::wanted(&scope.checks, objects, has_tool_client, &policy);
    let (wanted, routes) = gather::routed(wanted, objects, &settings);
    let mut steps = gather::planned(wanted, objects, &routes, has_tool_client);
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
        steps.retain(|(key, _)| !is_of_login(key));
    }
    // A token is ended when everything was read with it.
    steps.sort_by_key(|(key, _)| matches!(key, FactKey::TokenEnd { .. }));
    if scope.offline {
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
    hosts(&mut text, &steps, &settings);
    proxies(&mut text, &steps, &settings);
    controls(&mut text, &steps);
    let _ = writeln!(text, "\nSteps, each as soon as what it stands on is there:");
    for (number, (key, effect)) in steps.iter().enumerate() {
        let _ = writeln!(
            text,
            "{:>4}  {:<18} {}",
            number + 1,
            effect.to_string(),
            step(key, objects, &routes)
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
        login(&steps, &settings),
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
                hybridcheck_core::text::visible(&login.wish.email, 254)
            )
        }
        _ => "No user is created.".into(),
    }
}

fn hosts(text: &mut String, steps: &[(FactKey, Effect)], settings: &Settings) {
    let endpoints: BTreeSet<&Endpoint> = steps
        .iter()
        .filter_map(|(key, _)| match key {
            FactKey::Connection { endpoint, .. } => Some(endpoint),
            _ => None,
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
        .filter_map(|(key, _)| match key {
            FactKey::Connection {
                route: Route::Proxy(proxy),
                ..
            } => Some(proxy),
            _ => None,
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

/// One step in the words of what goes over the wire.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each kind of fact, in the order of the vocabulary"
)]
fn step(key: &FactKey, objects: &[HybridObject], routes: &Routes) -> String {
    let way = |endpoint: &Endpoint, route: &Route| match route {
        Route::Direct if routes.of(endpoint) == Route::Direct => String::new(),
        route if *route == routes.of(endpoint) => format!(", {route}"),
        route => format!(", {route}, for comparison"),
    };
    let object = |id: hybridcheck_core::object::ObjectId| objects.get(usize::from(id.0));
    let api = |id| {
        object(id)
            .and_then(HybridObject::api_endpoint)
            .map_or_else(|| "the API host".into(), |e| e.host.to_string())
    };
    match key {
        FactKey::Addresses { host } => format!("ask each nameserver for A and AAAA of {host}"),
        FactKey::ApiProbe { endpoint, .. } => format!(
            "GET https://{}/api/v2/tokens/me without a token",
            endpoint.host
        ),
        FactKey::Certificate { .. } => "decode saml/certificate".into(),
        FactKey::Connection {
            endpoint,
            route: Route::Proxy(proxy),
        } => format!(
            "ask every address of proxy {proxy} for a tunnel to {endpoint}, with a TLS handshake each{}",
            if routes.of(endpoint) == Route::Proxy(proxy.clone()) {
                ""
            } else {
                ", for comparison"
            }
        ),
        FactKey::Connection { endpoint, route } => format!(
            "connect to every address of {endpoint}, with a TLS handshake each{}; where one succeeds, a second connection with a large \
             ClientHello and TCP to the revocation hosts (CRL, OCSP; port 80) named in the served chain; where one is cut, a connection \
             each with a neutral server name (example.com) and with TLS 1.1, to the same address",
            way(endpoint, route)
        ),
        FactKey::Discovery { endpoint, route } => format!(
            "GET https://{}/.well-known/oauth-authorization-server{}",
            endpoint.host,
            way(endpoint, route)
        ),
        FactKey::HostsFile { host } => {
            format!("read the entries for {host} in the hosts file of this host")
        }
        FactKey::Idps { object } => {
            format!("GET https://{}/api/v2/identityproviders", api(*object))
        }
        FactKey::Organization { object } => {
            format!("GET https://{}/api/v2/organizations/me", api(*object))
        }
        FactKey::PrivateKey { .. } => {
            "decode saml/pkey and decrypt it with saml/password, in memory".into()
        }
        FactKey::PureengageIdp { object } => format!(
            "GET https://{}/api/v2/identityproviders/pureengage",
            api(*object)
        ),
        FactKey::Path { endpoint, address } => format!(
            "look for the hops on the way to {endpoint} at {address}, and ask one other port of it"
        ),
        FactKey::Reach { endpoint } => {
            format!("open a TCP connection to every address of {endpoint}, and send nothing")
        }
        FactKey::Resolver => "read the nameservers of this host".into(),
        FactKey::Roles { object } => {
            format!("GET https://{}/api/v2/authorization/roles", api(*object))
        }
        FactKey::Permissions { object, domain } => format!(
            "GET https://{}/api/v2/authorization/permissions of domain {}",
            api(*object),
            hybridcheck_core::text::visible(domain, 40)
        ),
        FactKey::Products { object } => {
            format!("GET https://{}/api/v2/authorization/products", api(*object))
        }
        FactKey::ClientRecord { client } => format!(
            "GET https://{}/api/v2/oauth/clients/{{clientId}}, {client}",
            api(client.object())
        ),
        FactKey::Grants { client } => format!(
            "GET https://{}/api/v2/authorization/subjects/me, {client}",
            api(client.object())
        ),
        FactKey::Me { object } => format!(
            "GET https://{}/api/v2/users/me, the person who logged in",
            api(*object)
        ),
        FactKey::TokenEnd { client } => format!(
            "DELETE https://{}/api/v2/tokens/me, {client}",
            api(client.object())
        ),
        FactKey::SamlLogin { object: id } => {
            let host = object(*id)
                .and_then(HybridObject::auth_endpoint)
                .map_or_else(|| "the auth host".into(), |e| e.host.to_string());
            format!(
                "POST https://{host}/oauth/token, saml2-bearer, with an assertion for the user of --saml-user, client of [saml_auth]"
            )
        }
        FactKey::Web { endpoint, .. } => format!("GET https://{endpoint}/"),
        FactKey::SystemLookup { host } => format!(
            "let this system look {host} up as its programs do (getaddrinfo), for comparison"
        ),
        FactKey::Token { client } => {
            let host = object(client.object())
                .and_then(HybridObject::auth_endpoint)
                .map_or_else(|| "the auth host".into(), |e| e.host.to_string());
            format!("POST https://{host}/oauth/token, client_credentials, {client}")
        }
        FactKey::TokenInfo { client } => format!(
            "GET https://{}/api/v2/tokens/me, {client}",
            api(client.object())
        ),
        other => other.to_string(),
    }
}
