//! The API and the token endpoint, healthy and faulty.

use test_case::test_case;

use super::*;

#[tokio::test]
async fn a_healthy_integration_can_be_followed_to_the_end() {
    let sandbox = healthy();
    let document: Value = client(&sandbox)
        .get(DISCOVERY)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(document["issuer"], "https://login.mypurecloud.de");
    assert_eq!(document["token_endpoint"], TOKEN);

    let token = token(&sandbox).await;
    let info = read(&sandbox, &token, "/api/v2/tokens/me").await;
    assert_eq!(info["organization"]["id"], ORG_ID);
    assert_eq!(info["OAuthClient"]["id"], EWT_CLIENT);
    assert_eq!(
        info["OAuthClient"]["authorizedGrantType"],
        "CLIENT-CREDENTIALS"
    );
    assert_eq!(info["OAuthClient"]["state"], "active");

    let organization = read(&sandbox, &token, "/api/v2/organizations/me").await;
    assert_eq!(
        organization["id"],
        option(&sandbox, "general", "organization_id")
    );
    let short = option(&sandbox, "general", "organization_sname");
    assert_eq!(organization["thirdPartyOrgName"], short);

    let idp = read(&sandbox, &token, "/api/v2/identityproviders/pureengage").await;
    assert_eq!(idp["issuerURI"], option(&sandbox, "saml", "issuer"));
    assert_eq!(idp["autoProvisionUsers"], true);
    assert_eq!(idp["certificates"][0], idp["certificate"]);
    let all = listed(&sandbox, &token, "/api/v2/identityproviders").await;
    assert!(all.len() > 1);
    assert!(
        all.iter()
            .all(|provider| provider.get("autoProvisionUsers").is_none())
    );

    for role in [
        "default_agent_role_name",
        "default_supervisor_role_name",
        "default_admin_role_name",
    ] {
        let name = option(&sandbox, "general", role);
        let path = format!(
            "/api/v2/authorization/roles?name={}",
            name.replace(' ', "%20")
        );
        let found = listed(&sandbox, &token, &path).await;
        assert!(found.iter().any(|role| role["name"] == *name), "{name}");
    }
    let ended = api(&sandbox, Method::DELETE, Some(&token), "/api/v2/tokens/me").await;
    assert_eq!(ended.status(), StatusCode::OK);
    let after = api(&sandbox, Method::HEAD, Some(&token), "/api/v2/tokens/me").await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(after.bytes().await.expect("no body").len(), 0);

    let requests = sandbox.requests_to(LOGIN);
    assert_eq!(
        requests[..2],
        [
            "GET /.well-known/oauth-authorization-server",
            "POST /oauth/token"
        ]
    );
    assert!(
        sandbox
            .requests()
            .contains(&"DELETE /api/v2/tokens/me".to_owned())
    );
}

#[test_case(
    "an-id",
    "x",
    "grant_type=client_credentials",
    400,
    "invalid_client",
    "client not found"
)]
#[test_case(
    EWT_CLIENT,
    "x",
    "grant_type=client_credentials",
    401,
    "invalid_client",
    "authentication failed"
)]
#[test_case(
    EWT_CLIENT,
    "",
    "grant_type=password",
    400,
    "unsupported_grant_type",
    "not supported"
)]
#[test_case(EWT_CLIENT, "", "", 400, "invalid_request", "required")]
#[test_case(
    SAML_CLIENT,
    "",
    "grant_type=client_credentials",
    400,
    "unauthorized_client",
    "not authorized"
)]
#[test_case(
    SAML_CLIENT,
    "",
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer&orgName=a&assertion=b",
    400,
    "invalid_grant",
    "organization is not known"
)]
#[tokio::test]
async fn the_token_endpoint_refuses(
    id: &str,
    secret: &str,
    body: &'static str,
    status: u16,
    error: &str,
    text: &str,
) {
    let sandbox = healthy();
    let secret = match (id, secret) {
        (EWT_CLIENT, "") => option(&sandbox, "ewt", "password"),
        (SAML_CLIENT, "") => option(&sandbox, "saml_auth", "password"),
        _ => secret.to_owned(),
    };
    let (answered, answer) = ask_token(&sandbox, id, &secret, body).await;
    assert_eq!(answered.as_u16(), status, "{answer}");
    assert_eq!(answer["error"], error);
    assert_eq!(answer["description"], answer["error_description"]);
    assert!(
        answer["description"]
            .as_str()
            .is_some_and(|said| said.contains(text)),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_may_authenticate_in_the_body() {
    let sandbox = healthy();
    let secret = option(&sandbox, "ewt", "password");
    let body =
        format!("grant_type=client_credentials&client_id={EWT_CLIENT}&client_secret={secret}");
    let request = client(&sandbox).post(TOKEN).body(body);
    assert_eq!(
        request.send().await.expect("an answer").status(),
        StatusCode::OK
    );
}

#[test_case(None, "/api/v2/tokens/me", 401, "authentication.required"; "without a token")]
#[test_case(Some("stale"), "/api/v2/date", 401, "bad.credentials"; "with an unknown token")]
#[test_case(Some("ewt"), "/api/v2/identityproviders/ping", 404, "not.found"; "for a provider that is not there")]
#[test_case(Some("ewt"), "/apiv2/tokens/me", 404, "not.found"; "for a path that is not there")]
#[test_case(Some("ewt"), "/api/v2/oauth/clients/x", 404, "client.not.found"; "for another client that is not there")]
#[test_case(Some("tool"), "/api/v2/oauth/clients/x", 404, "client.not.found"; "for a client that is not there")]
#[tokio::test]
async fn the_api_refuses(who: Option<&str>, path: &str, status: u16, code: &str) {
    let sandbox = healthy();
    let token = match who {
        Some("ewt") => Some(token(&sandbox).await),
        Some("tool") => Some(tool_token(&sandbox).await),
        other => other.map(str::to_owned),
    };
    let response = api(&sandbox, Method::GET, token.as_deref(), path).await;
    assert_eq!(response.status().as_u16(), status);
    let correlation = response.headers()["inin-correlation-id"].clone();
    assert_eq!(response.headers()["x-cache"], "Error from cloudfront");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["code"], code);
    assert_eq!(body["status"], status);
    assert_eq!(body["contextId"], correlation.to_str().expect("text"));
    assert!(body["details"].is_array() && body["errors"].is_array());
}

#[tokio::test]
async fn answers_carry_the_marks_of_the_service() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let response = api(&sandbox, Method::GET, Some(&token), "/api/v2/date").await;
    for name in [
        "inin-correlation-id",
        "inin-ratelimit-count",
        "inin-ratelimit-allowed",
        "inin-ratelimit-reset",
        "date",
    ] {
        assert!(response.headers().contains_key(name), "{name}");
    }
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let wrong_place = api(
        &sandbox,
        Method::GET,
        None,
        "/.well-known/oauth-authorization-server",
    )
    .await;
    assert_eq!(wrong_place.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_client_is_shown_without_its_secret() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let body = read(
        &sandbox,
        &token,
        &format!("/api/v2/oauth/clients/{SAML_CLIENT}"),
    )
    .await;
    assert_eq!(body["authorizedGrantType"], "SAML2-BEARER");
    assert_eq!(body["accessTokenValiditySeconds"], 86_400);
    assert!(body.get("secret").is_none());
}

#[tokio::test]
async fn listings_come_in_pages_and_are_filtered_loosely() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let first = read(&sandbox, &token, "/api/v2/authorization/roles").await;
    assert_eq!(first["entities"].as_array().map(Vec::len), Some(25));
    assert_eq!(first["pageCount"], 2);
    let all = listed(&sandbox, &token, "/api/v2/authorization/roles").await;
    assert_eq!(all.len() as u64, first["total"].as_u64().expect("a total"));
    let admins = listed(
        &sandbox,
        &token,
        "/api/v2/authorization/roles?name=admin&pageSize=1",
    )
    .await;
    let names: Vec<_> = admins.iter().map(|role| role["name"].clone()).collect();
    assert_eq!(names, ["Admin", "Master Admin"]);
    let far = read(
        &sandbox,
        &token,
        "/api/v2/authorization/roles?pageNumber=18446744073709551615",
    )
    .await;
    assert_eq!(far["entities"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn permissions_and_products_can_be_read() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let path = "/api/v2/authorization/permissions?queryType=permission&query=journey:session";
    let found = listed(&sandbox, &token, path).await;
    assert_eq!(found[0]["domain"], "journey");
    assert_eq!(found[0]["permissionMap"]["session"][0]["action"], "view");
    let products = read(&sandbox, &token, "/api/v2/authorization/products").await;
    assert_eq!(
        products["total"].as_u64(),
        products["entities"].as_array().map(|all| all.len() as u64)
    );
}

#[tokio::test]
async fn a_token_counts_in_its_own_region_only() {
    let sandbox = with("region-pair");
    let token = token(&sandbox).await;
    let url = option(&sandbox, "general", "base_service_url") + "v2/tokens/me";
    let response = client(&sandbox)
        .get(&url)
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["code"], "bad.credentials");
    assert_eq!(
        read(&sandbox, &token, "/api/v2/tokens/me").await["OAuthClient"]["id"],
        EWT_CLIENT
    );
}

#[tokio::test]
async fn clients_and_organisations_differ_from_the_object() {
    for (name, status) in [
        ("wrong-secret", 401),
        ("unknown-client", 400),
        ("wrong-grant-type", 400),
    ] {
        let sandbox = with(name);
        let id = option(&sandbox, "ewt", "client_id");
        let secret = option(&sandbox, "ewt", "password");
        let (answered, _) =
            ask_token(&sandbox, &id, &secret, "grant_type=client_credentials").await;
        assert_eq!(answered.as_u16(), status, "{name}");
    }
    let sandbox = with("client-disabled");
    let bearer = token(&sandbox).await;
    assert_eq!(
        read(&sandbox, &bearer, "/api/v2/tokens/me").await["OAuthClient"]["state"],
        "disabled"
    );
    let sandbox = with("other-organisation");
    let bearer = token(&sandbox).await;
    assert_ne!(
        read(&sandbox, &bearer, "/api/v2/organizations/me").await["id"],
        ORG_ID
    );
    let sandbox = with("short-name");
    let bearer = token(&sandbox).await;
    let organization = read(&sandbox, &bearer, "/api/v2/organizations/me").await;
    assert_eq!(
        organization["name"],
        option(&sandbox, "general", "organization_sname")
    );
    let sandbox = with("permission-missing");
    let bearer = token(&sandbox).await;
    for path in ["/api/v2/identityproviders", "/api/v2/authorization/roles"] {
        let refused = api(&sandbox, Method::GET, Some(&bearer), path).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn identity_providers_differ_from_the_object() {
    let path = "/api/v2/identityproviders/pureengage";
    for (name, member, expected) in [
        ("idp-disabled", "disabled", Value::Bool(true)),
        (
            "auto-provisioning-off",
            "autoProvisionUsers",
            Value::Bool(false),
        ),
        (
            "issuer-mismatch",
            "issuerURI",
            ISSUER.replacen("https", "http", 1).into(),
        ),
    ] {
        let sandbox = with(name);
        let token = token(&sandbox).await;
        assert_eq!(
            read(&sandbox, &token, path).await[member],
            expected,
            "{name}"
        );
    }
    let sandbox = with("idp-missing");
    let bearer = token(&sandbox).await;
    let missing = api(&sandbox, Method::GET, Some(&bearer), path).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);

    let sandbox = with("issuer-not-unique");
    let bearer = token(&sandbox).await;
    let first = read(&sandbox, &bearer, "/api/v2/identityproviders").await;
    let same = |all: &[Value]| {
        all.iter()
            .filter(|provider| provider["issuerURI"] == ISSUER)
            .count()
    };
    assert_eq!(same(first["entities"].as_array().expect("entities")), 1);
    assert_eq!(
        same(&listed(&sandbox, &bearer, "/api/v2/identityproviders").await),
        2
    );
}

#[tokio::test]
async fn two_faults_are_both_there() {
    let sandbox = with("two-faults");
    let token = token(&sandbox).await;
    let idp = read(&sandbox, &token, "/api/v2/identityproviders/pureengage").await;
    assert_ne!(idp["issuerURI"], option(&sandbox, "saml", "issuer"));
    let found = listed(
        &sandbox,
        &token,
        "/api/v2/authorization/roles?name=ai%20agent",
    )
    .await;
    let names: Vec<_> = found.iter().map(|role| role["name"].clone()).collect();
    assert_eq!(names, ["AI Agent (2024)"]);
}
