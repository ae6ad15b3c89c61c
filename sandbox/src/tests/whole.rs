//! The sandbox as a whole: its object, its arguments, its end.

use crate::material::in_base64;
use crate::material::tests::{decoded, key_of_certificate, modulus_of_key};

use super::*;

#[tokio::test]
async fn variations_that_are_healthy_work() {
    for fault in faults().iter().filter(|fault| fault.healthy) {
        let sandbox = Sandbox::start(Some(fault)).expect("the sandbox starts");
        let token = token(&sandbox).await;
        let first = api(&sandbox, Method::GET, Some(&token), "/api/v2/date").await;
        let is_busy = first.status() == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(is_busy, fault.name == "rate-limit-passes");
        let all = listed(&sandbox, &token, "/api/v2/identityproviders?pageSize=10").await;
        assert_eq!(all.len() > 25, fault.name == "many-providers");
        let response = api(&sandbox, Method::HEAD, Some(&token), "/api/v2/tokens/me").await;
        let is_http1 = response.version() == reqwest::Version::HTTP_11;
        assert_eq!(is_http1, fault.name == "http1-only");
    }
}

#[test]
fn every_fault_is_described_and_named_once() {
    let areas = [
        "object",
        "dns",
        "tcp",
        "tls",
        "http",
        "proxy",
        "oauth",
        "organisation",
        "idp",
        "saml",
        "answer",
        "none",
    ];
    for (index, fault) in faults().iter().enumerate() {
        assert!(areas.contains(&fault.area), "{}", fault.name);
        assert!(fault.about.ends_with('.'), "{}", fault.name);
        assert!(!fault.healthy || fault.causes.is_empty(), "{}", fault.name);
        let again = faults().iter().position(|other| other.name == fault.name);
        assert_eq!(again, Some(index));
    }
}

#[test]
fn the_faults_of_the_object_change_it() {
    let healthy = healthy();
    for fault in faults().iter().filter(|fault| fault.area == "object") {
        let sandbox = Sandbox::start(Some(fault)).expect("the sandbox starts");
        // Lengths and names only: keys and secrets differ between any two sandboxes.
        let shape = |sandbox: &Sandbox| {
            let values = [
                "base_service_url",
                "organization_id",
                "password",
                "pkey",
                "certificate",
            ];
            let text = sandbox.object_text();
            let of = |name: &str| {
                text.split(&format!("key=\"{name}\" value=\""))
                    .nth(1)
                    .map(|rest| rest.split('"').next().map(str::to_owned))
            };
            let plain = values[..2].iter().map(|name| of(name)).collect::<Vec<_>>();
            (
                plain,
                text.contains("key=\"saml\""),
                text.contains("type=\"21\""),
            )
        };
        let material = [
            "certificate-expired",
            "key-wrong-password",
            "key-other-certificate",
            "certificate-and-key-swapped",
        ];
        assert_eq!(
            shape(&healthy) == shape(&sandbox),
            material.contains(&fault.name),
            "{}",
            fault.name
        );
    }
}

#[test]
fn the_arguments_name_what_is_there() {
    let sandbox = with("tcp-black-hole");
    let arguments = sandbox.check_arguments();
    assert_eq!(arguments[0], "--dns-server");
    assert_eq!(
        arguments
            .iter()
            .filter(|argument| *argument == "--connect-to")
            .count(),
        4
    );
    let port = sandbox.port(LOGIN).expect("a port");
    assert!(arguments.contains(&format!("{LOGIN}:443::{port}")));
    assert!(arguments.contains(&"--connect-timeout".to_owned()));
    let object = arguments.last().expect("the object");
    assert_eq!(
        std::fs::read_to_string(object).expect("a file"),
        sandbox.object_text()
    );
    let cfg = std::fs::read_to_string(sandbox.cfg_file()).expect("a file");
    assert_eq!(cfg, sandbox.object_as_cfg());
    assert_eq!(
        std::fs::read_to_string(sandbox.ca_file()).expect("a file"),
        sandbox.ca_pem()
    );
}

#[tokio::test]
async fn canaries_cover_what_is_secret() {
    let sandbox = with("key-wrong-password");
    let canaries = sandbox.canaries();
    assert!(canaries.iter().all(|canary| canary.len() >= 16));
    for secret in [
        option(&sandbox, "saml", "password"),
        option(&sandbox, "ewt", "password"),
        option(&sandbox, "saml_auth", "password"),
        sandbox.tool_client().1.to_owned(),
        option(&sandbox, "saml", "pkey")[..64].to_owned(),
    ] {
        assert!(canaries.contains(&secret));
    }
    let token = token(&sandbox).await;
    assert!(canaries.iter().any(|canary| token.starts_with(canary)));
    assert_eq!(sandbox.tool_client().0, TOOL_CLIENT);
    let shown = format!("{sandbox:?}");
    assert!(canaries.iter().all(|canary| !shown.contains(canary)));
}

#[test]
fn dropping_it_closes_its_ports_and_removes_its_files() {
    let sandbox = healthy();
    let port = sandbox.port(API).expect("a port");
    let file = sandbox.object_file().to_owned();
    assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    drop(sandbox);
    assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    assert!(!file.exists());
}

/// What the key material of a sandbox's object is worth: the key opens, it is the certificate's, the certificate is valid.
fn material(sandbox: &Sandbox) -> (bool, bool, bool) {
    let (_, certificate) = decoded(&option(sandbox, "saml", "certificate"));
    let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).expect("a certificate");
    let password = option(sandbox, "saml", "password");
    let key = modulus_of_key(&option(sandbox, "saml", "pkey"), &password);
    let is_own = key.as_ref() == Some(&key_of_certificate(&certificate));
    (key.is_some(), is_own, parsed.validity().is_valid())
}

#[test]
fn the_faults_of_the_key_material_show() {
    assert_eq!(material(&healthy()), (true, true, true));
    let expired = with("certificate-expired");
    assert_eq!(material(&expired), (true, true, false));
    assert_eq!(material(&with("key-wrong-password")), (false, false, true));
    assert_eq!(
        material(&with("key-other-certificate")),
        (true, false, true)
    );
    let swapped = with("certificate-and-key-swapped");
    let (pem, _) = decoded(&option(&swapped, "saml", "certificate"));
    assert!(pem.contains("ENCRYPTED PRIVATE KEY"));
}

#[tokio::test]
async fn the_provider_holds_the_objects_certificate_unless_the_fault_says_otherwise() {
    for (name, is_same) in [("certificate-expired", true), ("idp-certificate", false)] {
        let sandbox = with(name);
        let token = token(&sandbox).await;
        let (_, certificate) = decoded(&option(&sandbox, "saml", "certificate"));
        let path = "/api/v2/identityproviders/pureengage";
        let held = read(&sandbox, &token, path).await["certificate"].clone();
        assert_eq!(held == in_base64(&certificate), is_same, "{name}");
    }
}
