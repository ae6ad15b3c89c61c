//! Every answer of the API host has the shape that the Platform API's own definition gives it.

use std::collections::BTreeSet;

use hybridcheck_testkit::platform_api::PlatformApi;

use super::*;

/// The paths that stand for calls with a parameter, and those with more than one form of answer.
const ASKED: [(&str, &str); 16] = [
    (
        "GET /api/v2/authorization/permissions",
        "/api/v2/authorization/permissions?queryType=domain&query=journey",
    ),
    (
        "GET /api/v2/authorization/products",
        "/api/v2/authorization/products",
    ),
    (
        "GET /api/v2/authorization/roles",
        "/api/v2/authorization/roles?userCount=true&pageSize=10&pageNumber=2",
    ),
    (
        "GET /api/v2/authorization/roles",
        "/api/v2/authorization/roles?name=nobody",
    ),
    (
        "GET /api/v2/authorization/subjects/me",
        "/api/v2/authorization/subjects/me",
    ),
    ("GET /api/v2/date", "/api/v2/date"),
    (
        "GET /api/v2/identityproviders",
        "/api/v2/identityproviders?pageSize=1&pageNumber=2",
    ),
    (
        "GET /api/v2/identityproviders/pureengage",
        "/api/v2/identityproviders/pureengage",
    ),
    (
        "GET /api/v2/identityproviders/{providerId}",
        "/api/v2/identityproviders/adfs",
    ),
    ("GET /api/v2/oauth/clients", "/api/v2/oauth/clients"),
    (
        "GET /api/v2/oauth/clients/{clientId}",
        "/api/v2/oauth/clients/11111111-aaaa-4bbb-8ccc-111111111111",
    ),
    (
        "GET /api/v2/oauth/clients/{clientId}",
        "/api/v2/oauth/clients/33333333-aaaa-4bbb-8ccc-333333333333",
    ),
    ("GET /api/v2/organizations/me", "/api/v2/organizations/me"),
    ("GET /api/v2/tokens/me", "/api/v2/tokens/me"),
    (
        "GET /api/v2/tokens/me",
        "/api/v2/tokens/me?preserveIdleTTL=true",
    ),
    ("GET /api/v2/users/me", "/api/v2/users/me"),
];

/// Faults of the organisation that change what the API host says, each in its own way; beside them the healthy one.
const PLAYED: [Option<&str>; 15] = [
    None,
    Some("address-not-allowed"),
    Some("api-rate-limited"),
    Some("client-being-deleted"),
    Some("engage-in-the-cloud"),
    Some("grants-refused"),
    Some("idp-certificate-none"),
    Some("idp-certificates-one-valid"),
    Some("idp-missing"),
    Some("nobody-reads-clients"),
    Some("organisation-inactive"),
    Some("policy-denied"),
    Some("products-refused"),
    Some("scope-enforced"),
    Some("token-foreign"),
];

/// Said by the sandbox although the definition of the call does not have it: what the genuine service says is not known.
const OURS: [(&str, u16, &str); 2] = [
    (
        "GET /api/v2/oauth/clients/{clientId}",
        404,
        "client.not.found",
    ),
    ("GET /api/v2/users/me", 400, "not.a.user"),
];

#[tokio::test]
async fn every_answer_and_refusal_is_of_its_definition() {
    let definition = PlatformApi::load();
    for (name, call) in definition.calls() {
        let is_asked = ASKED.iter().any(|(asked, _)| *asked == name);
        assert!(is_asked || call.answer.is_none(), "{name} is not asked");
    }
    let mut refused = BTreeSet::new();
    for fault in PLAYED {
        let sandbox = fault.map_or_else(healthy, with);
        let service = tool_token(&sandbox).await;
        let person = person(&sandbox);
        for (name, path) in ASKED {
            let is_of_person = name.ends_with("/users/me");
            let token = if is_of_person { &person } else { &service };
            let response = api(&sandbox, Method::GET, Some(token), path).await;
            let status = response.status();
            let body: Value = response.json().await.expect("JSON");
            let call = definition.call(name).expect("a call");
            let differences = if status.is_success() {
                definition.differences(call.answer.expect("a definition"), &body)
            } else {
                let code = body["code"].as_str().expect("a code").to_owned();
                let said = (name, status.as_u16(), code.as_str());
                // The definition of this call is not at hand.
                let is_known =
                    is_of_person || OURS.contains(&said) || call.errors.contains(&(said.1, said.2));
                assert!(is_known, "{fault:?} {path}: {status} {code} is not defined");
                refused.insert(code);
                definition.differences("ErrorBody", &body)
            };
            assert_eq!(differences, [""; 0], "{fault:?} {path}: {body}");
            assert!(status.is_success() || fault.is_some(), "{path}: {body}");
        }
    }
    let expected = [
        "app.not.authorized.for.scope",
        "authz.policy.denied",
        "bad.credentials",
        "ip.not.authorized",
        "missing.any.permissions",
        "not.authorized",
        "not.found",
        "too.many.requests.retry.after",
    ];
    assert!(refused.iter().eq(&expected), "{refused:?}");
}

/// The token of a login of the sandbox's test user.
fn person(sandbox: &Sandbox) -> String {
    let client = sandbox.cloud.client(SAML_CLIENT).expect("a client");
    let user = sandbox.cloud.user(sandbox.user());
    sandbox.cloud.issue(client, user).expect("a token")
}

/// What the sandbox asks of a caller is what the definition asks.
#[tokio::test]
async fn scopes_and_permissions_are_those_of_the_definition() {
    let definition = PlatformApi::load();
    let enforced = with("scope-enforced");
    let tool = tool_token(&enforced).await;
    for (name, path) in ASKED {
        let call = definition.call(name).expect("a call");
        if call.scopes.is_empty() {
            continue;
        }
        let response = api(&enforced, Method::GET, Some(&tool), path).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        let body: Value = response.json().await.expect("JSON");
        let message = body["message"].as_str().expect("a message");
        let named = message.rsplit(' ').next().unwrap_or_default();
        assert!(call.scopes.contains(&named), "{path}: {message}");
    }

    let bare = with("client-without-role");
    let service = token(&bare).await;
    for (name, path) in ASKED {
        let call = definition.call(name).expect("a call");
        let response = api(&bare, Method::GET, Some(&service), path).await;
        if name.ends_with("/users/me") {
            continue;
        }
        if call.permissions.is_empty() {
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            continue;
        }
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        let body: Value = response.json().await.expect("JSON");
        let message = body["message"].as_str().expect("a message");
        for permission in &call.permissions {
            assert!(message.contains(permission), "{path}: {message}");
        }
    }
}
