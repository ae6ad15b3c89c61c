//! Every request of real runs: what was asked, how the tool named itself, and whom it showed a secret to.

use std::collections::BTreeMap;

use hybridcheck_sandbox::{self as sandbox, Sandbox, Seen};
use hybridcheck_testkit::platform_api::PlatformApi;

use crate::support::{Finished, run};

const AGENT: &str = concat!("hybridcheck/", env!("CARGO_PKG_VERSION"));

const DISCOVERY: &str = "/.well-known/oauth-authorization-server";

/// A run of `check`, with what it was asked to do beyond the sandbox's own arguments.
#[derive(Clone, Copy, Debug, Default)]
struct Wish {
    fault: Option<&'static str>,
    with_tool: bool,
    logs_in: bool,
}

fn checked(wish: Wish) -> (Sandbox, Finished) {
    let fault = wish.fault.map(|name| {
        let known = sandbox::fault(name);
        known.unwrap_or_else(|| panic!("no fault named {name}"))
    });
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let mut arguments = vec!["check".to_owned(), "--format".into(), "json".into()];
    arguments.extend(sandbox.check_arguments());
    if wish.with_tool {
        arguments.extend(sandbox.tool_arguments());
    }
    if wish.logs_in {
        arguments.extend(["--saml-user".to_owned(), sandbox.user().to_owned()]);
    }
    let finished = run(arguments);
    // Not a usage error: the run took place.
    assert_ne!(finished.status, 2, "{wish:?}: {}", finished.stderr);
    (sandbox, finished)
}

/// Runs that meet as many different answers as the sandbox has areas.
fn wishes() -> Vec<Wish> {
    let faults = [
        None,
        Some("block-page"),
        Some("client-disabled"),
        Some("endless-headers"),
        Some("http1-only"),
        Some("idp-missing"),
        Some("issuer-not-unique"),
        Some("many-providers"),
        Some("other-organisation"),
        Some("permission-missing"),
        Some("proxy"),
        Some("proxy-wants-login"),
        Some("region-pair"),
        Some("role-missing"),
        Some("server-error"),
        Some("two-faults"),
        Some("unknown-client"),
        Some("wrong-secret"),
    ];
    let plain = faults.map(|fault| Wish {
        fault,
        ..Wish::default()
    });
    let mut all = plain.to_vec();
    all.extend(
        [None, Some("wrong-secret"), Some("permission-missing")].map(|fault| Wish {
            fault,
            with_tool: true,
            ..Wish::default()
        }),
    );
    all.extend([None, Some("issuer-mismatch")].map(|fault| Wish {
        fault,
        with_tool: true,
        logs_in: true,
    }));
    all
}

/// Whether the Platform API's definition has a call for reading, with these parameters.
fn is_read(target: &str) -> bool {
    let definition = PlatformApi::load();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_of = |template: &str| {
        let both = template.split('/').zip(path.split('/'));
        let mut both = both.map(|(known, part)| {
            known == part || (known.starts_with('{') && !part.is_empty() && part != "me")
        });
        template.split('/').count() == path.split('/').count() && both.all(|fits| fits)
    };
    let mut calls = definition.calls().filter_map(|(name, call)| {
        let template = name.strip_prefix("GET ")?;
        is_of(template).then_some((template, call))
    });
    let Some((template, call)) = calls.next() else {
        return false;
    };
    // The listing's answer has the members of a page, its call has no parameters: a further page that was promised is asked for all
    // the same.
    let is_promised = |name: &str| name == "pageNumber" && template.ends_with("/identityproviders");
    let mut sent = url::form_urlencoded::parse(query.as_bytes());
    sent.all(|(name, _)| call.parameters.contains(&&*name) || is_promised(&name))
}

/// What is wrong with a request, if anything.
fn objection(seen: &Seen, wish: Wish) -> Option<String> {
    let (method, path) = seen.line.split_once(' ')?;
    let is_auth_host = seen.host.starts_with("login.");
    let allowed = match method {
        "CONNECT" => seen.host == "proxy.acme.example",
        "DELETE" => path == "/api/v2/tokens/me" && wish.logs_in,
        "GET" if is_auth_host => path == DISCOVERY,
        "GET" => is_read(path),
        "POST" => path == "/oauth/token" && is_auth_host,
        _ => false,
    };
    if !allowed {
        return Some("is no documented read".into());
    }
    if seen.agent.as_deref() != Some(AGENT) {
        return Some(format!("names itself {:?}", seen.agent));
    }
    let expected = match (method, is_auth_host) {
        ("POST", _) => Some("Basic"),
        ("GET" | "DELETE", false) if seen.authorization.is_some() => Some("Bearer"),
        _ => None,
    };
    (seen.authorization.as_deref() != expected)
        .then(|| format!("is authorized by {:?}", seen.authorization))
}

#[test]
fn nothing_but_documented_reads_and_logins_is_ever_asked_and_always_by_name() {
    let mut wrong = Vec::new();
    for wish in wishes() {
        let (sandbox, finished) = checked(wish);
        let seen = sandbox.seen();
        assert!(!seen.is_empty(), "{wish:?}: {}", finished.stdout);
        for request in &seen {
            if let Some(objection) = objection(request, wish) {
                wrong.push(format!(
                    "{wish:?}: {} to {} {objection}",
                    request.line, request.host
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_client_asks_for_one_token_and_only_a_persons_is_ended() {
    for wish in wishes() {
        let (sandbox, _) = checked(wish);
        let mut tokens: BTreeMap<String, usize> = BTreeMap::new();
        let mut ended = 0;
        for request in sandbox.seen() {
            if request.line.starts_with("POST ") {
                *tokens
                    .entry(request.client.unwrap_or_default())
                    .or_default() += 1;
            }
            ended += usize::from(request.line.starts_with("DELETE "));
        }
        for (client, count) in &tokens {
            // A login that is refused is tried in every encoding.
            let most = if wish.logs_in && client.starts_with("11111111") {
                4
            } else {
                1
            };
            assert!((1..=most).contains(count), "{wish:?}: {client}: {count}");
        }
        let has_logged_in = wish.logs_in && wish.fault.is_none();
        assert_eq!(ended, usize::from(has_logged_in), "{wish:?}");
    }
}

#[test]
fn a_request_that_is_no_read_would_be_noticed() {
    let seen = |line: &str, agent: &str, authorization: Option<&str>| Seen {
        host: "api.mypurecloud.de".into(),
        line: line.into(),
        agent: Some(agent.into()),
        authorization: authorization.map(str::to_owned),
        client: None,
    };
    let wish = Wish::default();
    let fine = seen(
        "GET /api/v2/tokens/me?preserveIdleTTL=true",
        AGENT,
        Some("Bearer"),
    );
    assert_eq!(objection(&fine, wish), None);
    for bad in [
        seen("DELETE /api/v2/tokens/me", AGENT, Some("Bearer")),
        seen("GET /api/v2/tokens/me", "curl/8.5.0", None),
        seen("GET /api/v2/users", AGENT, Some("Bearer")),
        seen("GET /api/v2/oauth/clients/1/usage", AGENT, Some("Bearer")),
        seen("POST /oauth/token", AGENT, Some("Basic")),
        seen(
            "PUT /api/v2/identityproviders/pureengage",
            AGENT,
            Some("Bearer"),
        ),
        seen("GET /api/v2/tokens/me", AGENT, Some("Basic")),
    ] {
        assert!(objection(&bad, wish).is_some(), "{bad:?}");
    }
}

#[test]
fn a_call_or_a_parameter_that_is_not_defined_is_noticed() {
    for (target, is_defined) in [
        ("/api/v2/tokens/me?preserveIdleTTL=true", true),
        (
            "/api/v2/oauth/clients/11111111-aaaa-4bbb-8ccc-111111111111",
            true,
        ),
        ("/api/v2/identityproviders?pageNumber=2", true),
        ("/api/v2/identityproviders?pageSize=100", false),
        ("/api/v2/tokens/me?expand=everything", false),
        ("/api/v2/users", false),
        ("/api/v2/oauth/clients/", false),
    ] {
        assert_eq!(is_read(target), is_defined, "{target}");
    }
}
