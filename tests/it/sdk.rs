//! Genesys' own SDKs against the sandbox: a service reads what hybridcheck reads, and a person logs in with an assertion.

use std::path::Path;
use std::process::Command;

use hybridcheck::probes::clock;
use hybridcheck_core::object::Value;
use hybridcheck_saml::{Encoding, Wish, mint};
use hybridcheck_sandbox::Sandbox;
use hybridcheck_sources as sources;

/// What an SDK logs in with.
struct Logins {
    sandbox: Sandbox,
    saml_client: String,
    saml_secret: String,
    short_name: String,
    assertion: String,
}

impl Logins {
    #[expect(clippy::disallowed_methods, reason = "the SDK has to send them")]
    fn new() -> Self {
        let sandbox = Sandbox::start(None).expect("a sandbox");
        let input = sources::Input {
            name: "object".into(),
            bytes: sandbox.object_text().as_bytes().to_vec(),
        };
        let configuration = sources::read(&[input]).expect("an object");
        let object = &configuration.objects[0];
        let plain = |section, option| {
            let text = object.plain(section, option);
            text.expect("an option").raw().to_owned()
        };
        let password = object.option("saml_auth", "password").expect("an option");
        let Value::Secret(secret) = &password.value else {
            panic!("a password that is no secret");
        };
        let wish = Wish {
            email: sandbox.user().into(),
            ..Wish::default()
        };
        let minted = mint(object, &wish, clock::now()).expect("an assertion");
        Self {
            saml_client: plain("saml_auth", "client_id"),
            saml_secret: secret.expose().to_owned(),
            short_name: plain("general", "organization_sname"),
            assertion: minted.encoded(Encoding::ResponseBase64).expose().to_owned(),
            sandbox,
        }
    }

    fn port(&self, host: &str) -> String {
        let port = self.sandbox.port(host);
        port.expect("a host of the sandbox").to_string()
    }

    /// Runs a driver; it ends well, and leaves no token behind.
    fn drive(&self, command: &mut Command) -> String {
        let (_, secret) = self.sandbox.tool_client();
        let output = command
            .env("SANDBOX_CLIENT_SECRET", secret)
            .env("SANDBOX_SAML_SECRET", &self.saml_secret)
            .env("SANDBOX_ASSERTION", &self.assertion)
            .output()
            .expect("the driver runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}\n{errors}");
        assert_eq!(self.sandbox.tokens_alive(), 0, "{text}");
        let requests = self.sandbox.requests();
        for call in [
            "GET /api/v2/authorization/permissions",
            "GET /api/v2/authorization/products",
            "GET /api/v2/authorization/roles",
            "GET /api/v2/authorization/subjects/me",
            "GET /api/v2/date",
            "GET /api/v2/identityproviders",
            "GET /api/v2/identityproviders/pureengage",
            "GET /api/v2/oauth/clients",
            "GET /api/v2/organizations/me",
            "GET /api/v2/tokens/me",
            "GET /api/v2/users/me",
        ] {
            let is_asked = requests
                .iter()
                .any(|line| line.split('?').next() == Some(call));
            assert!(is_asked, "{call} was not read:\n{text}");
        }
        text
    }
}

/// The value of a variable that `scripts/test` sets; without it the test says loudly that it does not run.
#[expect(clippy::print_stdout, reason = "a test that cannot run says so loudly")]
fn prepared(variable: &str, what: &str) -> Option<String> {
    let value = std::env::var(variable).ok();
    if value.is_none() {
        println!("\n*** NOT RUN: the {what} test needs {variable}; run scripts/test ***\n");
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must run this test through scripts/test"
        );
    }
    value
}

#[test]
fn the_python_sdk_logs_in_and_reads_without_complaint() {
    let Some(python) = prepared("HYBRIDCHECK_TEST_PYTHON", "Python SDK") else {
        return;
    };
    let logins = Logins::new();
    let (id, _) = logins.sandbox.tool_client();
    let mut command = Command::new(python);
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/sdk/python_sdk.py"
        ))
        .arg(logins.sandbox.ca_file())
        .arg(logins.port("login.mypurecloud.de"))
        .arg(logins.port("api.mypurecloud.de"))
        .arg(id)
        .args(["--short-name", &logins.short_name])
        .args(["--saml-client", &logins.saml_client])
        .args(["--user", logins.sandbox.user()]);
    let text = logins.drive(&mut command);
    for expected in [
        "PureEngage:",
        "grants:",
        "clients:",
        "ended token:",
        "person:",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn the_javascript_sdk_logs_in_and_reads_without_complaint() {
    let Some(folder) = prepared("HYBRIDCHECK_TEST_NODE_PATH", "JavaScript SDK") else {
        return;
    };
    let logins = Logins::new();
    let (id, _) = logins.sandbox.tool_client();
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk-js/sdk.js");
    let mut command = Command::new("node");
    command
        .arg(driver)
        .arg(logins.port("login.mypurecloud.de"))
        .arg(logins.port("api.mypurecloud.de"))
        .args([id, &logins.saml_client, &logins.short_name])
        .arg(logins.sandbox.user())
        .env("NODE_PATH", folder)
        .env("NODE_EXTRA_CA_CERTS", logins.sandbox.ca_file());
    let text = logins.drive(&mut command);
    for expected in [
        "organisation:",
        "PureEngage:",
        "grants:",
        "service:",
        "person:",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
