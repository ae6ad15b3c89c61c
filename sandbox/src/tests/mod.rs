//! The sandbox answers as the published definition says, and every fault really shows. Here: what the tests share.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RecordType;
use reqwest::{Method, StatusCode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;

use super::cloud::{EWT_CLIENT, ISSUER, ORG_ID, SAML_CLIENT, TOOL_CLIENT};
use super::*;

const LOGIN: &str = "login.mypurecloud.de";
const API: &str = "api.mypurecloud.de";
const TOKEN: &str = "https://login.mypurecloud.de/oauth/token";
const DISCOVERY: &str = "https://login.mypurecloud.de/.well-known/oauth-authorization-server";

mod login;
mod network;
mod service;
mod shapes;
mod whole;

fn with(name: &str) -> Sandbox {
    let fault = fault(name).unwrap_or_else(|| panic!("no fault named {name}"));
    Sandbox::start(Some(fault)).expect("the sandbox starts")
}

fn healthy() -> Sandbox {
    Sandbox::start(None).expect("the sandbox starts")
}

/// A client that trusts the sandbox's authority and nothing else.
fn client(sandbox: &Sandbox) -> reqwest::Client {
    client_to(sandbox, |host| {
        let port = sandbox.port(host).expect("a port");
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    })
}

/// The same, with addresses of the caller's choice.
fn client_to(sandbox: &Sandbox, address: impl Fn(&str) -> SocketAddr) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(sandbox.ca_pem().as_bytes()).expect("PEM"))
        .expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_millis(800));
    for host in [LOGIN, API, "login.mypurecloud.ie", "api.mypurecloud.ie"] {
        builder = builder.resolve(host, address(host));
    }
    builder.build().expect("a client")
}

/// The value of an option of the sample object.
fn option(sandbox: &Sandbox, section: &str, option: &str) -> String {
    let text = sandbox.object_text();
    let document = roxmltree::Document::parse(text).expect("well-formed");
    let list = document
        .descendants()
        .find(|node| node.has_tag_name("list_pair") && node.attribute("key") == Some(section))
        .expect("the section");
    let pair = list
        .children()
        .find(|node| node.attribute("key") == Some(option))
        .expect("the option");
    pair.attribute("value").expect("a value").to_owned()
}

async fn ask_token(
    sandbox: &Sandbox,
    id: &str,
    secret: &str,
    body: &'static str,
) -> (StatusCode, Value) {
    let request = client(sandbox)
        .post(TOKEN)
        .basic_auth(id, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let response = request.send().await.expect("an answer");
    let status = response.status();
    (status, response.json().await.expect("JSON"))
}

/// The token of the sample object's ewt client.
async fn token(sandbox: &Sandbox) -> String {
    let id = option(sandbox, "ewt", "client_id");
    let secret = option(sandbox, "ewt", "password");
    let (status, body) = ask_token(sandbox, &id, &secret, "grant_type=client_credentials").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["token_type"], "bearer");
    assert_ne!(body["expires_in"].as_u64(), Some(0));
    body["access_token"].as_str().expect("a token").to_owned()
}

async fn tool_token(sandbox: &Sandbox) -> String {
    let (id, secret) = sandbox.tool_client();
    let (_, body) = ask_token(sandbox, id, secret, "grant_type=client_credentials").await;
    body["access_token"].as_str().expect("a token").to_owned()
}

async fn api(
    sandbox: &Sandbox,
    method: Method,
    token: Option<&str>,
    path: &str,
) -> reqwest::Response {
    let mut request = client(sandbox).request(method, format!("https://{API}{path}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.expect("an answer")
}

async fn read(sandbox: &Sandbox, token: &str, path: &str) -> Value {
    let response = api(sandbox, Method::GET, Some(token), path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.json().await.expect("JSON")
}

/// Every entity of a listing, found by following `nextUri`.
async fn listed(sandbox: &Sandbox, token: &str, path: &str) -> Vec<Value> {
    let mut next = Some(path.to_owned());
    let mut all = Vec::new();
    while let Some(path) = next {
        let page = read(sandbox, token, &path).await;
        all.extend(page["entities"].as_array().expect("entities").clone());
        next = page["nextUri"].as_str().map(str::to_owned);
    }
    all
}
