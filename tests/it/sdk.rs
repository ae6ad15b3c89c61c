//! The real Python SDK against the sandbox.

use std::process::Command;

use hybridcheck::sandbox::Sandbox;

#[test]
#[expect(clippy::print_stdout, reason = "a test that cannot run says so loudly")]
fn the_python_sdk_logs_in_and_reads_without_complaint() {
    let Ok(python) = std::env::var("HYBRIDCHECK_TEST_PYTHON") else {
        // Loud, not silent: scripts/test sets the variable and installs the SDK.
        println!(
            "\n*** NOT RUN: the Python SDK test needs HYBRIDCHECK_TEST_PYTHON; run scripts/test ***\n"
        );
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must run this test through scripts/test"
        );
        return;
    };
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let (id, secret) = sandbox.tool_client();
    let port = |host: &str| {
        sandbox
            .port(host)
            .expect("a host of the sandbox")
            .to_string()
    };
    let output = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/sdk/python_sdk.py"
        ))
        .arg(sandbox.ca_file())
        .args([
            port("login.mypurecloud.de"),
            port("api.mypurecloud.de"),
            id.to_owned(),
        ])
        .env("SANDBOX_CLIENT_SECRET", secret)
        .output()
        .expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for expected in [
        "organisation:",
        "identity providers:",
        "PureEngage:",
        "roles:",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
