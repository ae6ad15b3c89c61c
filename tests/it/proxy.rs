//! Proxies through the real binary: what goes through them, what the environment decides, and what no output ever shows.

use hybridcheck_core::endpoint::Proof;
use hybridcheck_core::finding::Status;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_sandbox::{self as sandbox, Sandbox};

use crate::support::{Finished, hybridcheck, run};

const PASSWORD: &str = "FAKE-canary-proxy-p4ssword";

fn sandbox(fault: &str) -> Sandbox {
    Sandbox::start(sandbox::fault(fault)).expect("a sandbox")
}

/// The arguments of `check` with the proxy named by a variable instead of the flag.
fn arguments_without_proxy(sandbox: &Sandbox) -> Vec<String> {
    let mut arguments = sandbox.check_arguments();
    let at = arguments
        .iter()
        .position(|word| word == "--proxy")
        .expect("a proxy");
    arguments.drain(at..at + 2);
    arguments
}

fn with_environment(sandbox: &Sandbox, environment: &[(&str, &str)], words: &[&str]) -> Finished {
    let output = hybridcheck()
        .arg("check")
        .args(words)
        .args(arguments_without_proxy(sandbox))
        .envs(environment.iter().copied())
        .output();
    Finished::of(&output.expect("the binary runs"))
}

fn found<'r>(run: &'r Run, check: &str) -> Vec<(Status, &'r str)> {
    let rows = run.rows.iter().filter(|row| row.check.0 == check);
    rows.map(|row| (row.status(), row.found())).collect()
}

#[test]
fn in_a_closed_network_everything_goes_through_the_proxy() {
    let sandbox = sandbox("proxy-only");
    let mut arguments = vec!["check".to_owned(), "--format".into(), "json".into()];
    arguments.extend(sandbox.check_arguments());
    let document = run(&arguments).json();
    assert_eq!(document.verdict, Verdict::Ready, "{:#?}", document.causes);
    let tunnels = sandbox.proxied();
    assert!(tunnels.len() >= 3, "{tunnels:?}");
    assert!(
        tunnels
            .iter()
            .all(|line| line == "CONNECT login.mypurecloud.de:443"
                || line == "CONNECT api.mypurecloud.de:443"),
        "by name, never by address: {tunnels:?}"
    );
    assert_eq!(
        sandbox.connections(),
        tunnels.len(),
        "no host was reached past the proxy"
    );
    let login = sandbox.requests_to("login.mypurecloud.de");
    assert!(
        login.iter().any(|line| line == "POST /oauth/token"),
        "{login:?}"
    );
    assert!(!sandbox.requests_to("api.mypurecloud.de").is_empty());
    for proven in &document.coverage.endpoints {
        let is_direct = proven.route.to_string() == "direct";
        let expected = if is_direct {
            Proof::Nothing
        } else {
            Proof::GenuineAnswer
        };
        assert_eq!(proven.proof, expected, "{proven:?}");
    }
    assert!(document.coverage.unproven[0].contains("through proxy proxy.acme.example:"));
}

#[test]
fn beside_a_proxy_the_direct_way_is_measured_for_comparison_only() {
    let sandbox = sandbox("proxy");
    let mut arguments = vec!["check".to_owned(), "--format".into(), "json".into()];
    arguments.extend(sandbox.check_arguments());
    let document = run(&arguments).json();
    assert_eq!(document.verdict, Verdict::Ready);
    // Two direct connections to each host, of which one carries the large ClientHello, and the discovery document a second time.
    assert_eq!(sandbox.connections(), sandbox.proxied().len() + 4);
    let discovered = sandbox.requests_to("login.mypurecloud.de").into_iter();
    let discovered = discovered.filter(|line| line.contains("oauth-authorization-server"));
    assert_eq!(discovered.count(), 2);
    for (status, found) in found(&document, "network-routes") {
        assert_eq!(status, Status::Pass);
        assert!(found.contains("components may use either"), "{found}");
    }
    for check in ["network-resolves", "network-connects"] {
        for (status, found) in found(&document, check) {
            assert_eq!(status, Status::NotApplicable, "{found}");
        }
    }
}

#[test]
fn the_environment_chooses_the_route_and_is_told() {
    let sandbox = sandbox("proxy");
    let proxy = sandbox.proxy().expect("a proxy").to_owned();
    let json = ["--format", "json"];
    let document = with_environment(&sandbox, &[("HTTPS_PROXY", &proxy)], &json).json();
    assert_eq!(document.verdict, Verdict::Ready);
    let settings = found(&document, "proxy-settings");
    assert!(
        settings[0].1.contains("because HTTPS_PROXY is set"),
        "{settings:?}"
    );
    assert!(
        settings[0].1.contains("read otherwise by Java"),
        "{settings:?}"
    );
    assert!(
        document
            .invocation
            .settings
            .iter()
            .any(|told| told.starts_with("HTTPS_PROXY proxy.acme.example:"))
    );

    let asked = sandbox.proxied().len();
    let exempt = [
        ("HTTPS_PROXY", proxy.as_str()),
        ("no_proxy", ".mypurecloud.de"),
    ];
    let document = with_environment(&sandbox, &exempt, &json).json();
    assert_eq!(document.verdict, Verdict::Ready);
    let settings = found(&document, "proxy-settings");
    assert!(
        settings[0]
            .1
            .starts_with("direct, because `.mypurecloud.de` in no_proxy matched"),
        "{settings:?}"
    );
    assert!(sandbox.proxied().len() > asked, "the proxy is compared");
    let tokens = |line: &String| line == "POST /oauth/token";
    assert_eq!(
        sandbox
            .requests()
            .iter()
            .filter(|line| tokens(line))
            .count(),
        2
    );
}

#[test]
fn variables_in_conflict_are_a_warning_with_its_cause() {
    let sandbox = sandbox("proxy");
    let proxy = sandbox.proxy().expect("a proxy").to_owned();
    let conflict = [
        ("https_proxy", proxy.as_str()),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ];
    let finished = with_environment(&sandbox, &conflict, &["--format", "json"]);
    let document = finished.json();
    assert_eq!((finished.status, document.verdict), (0, Verdict::Ready));
    let causes: Vec<&str> = document
        .causes
        .iter()
        .map(|cause| cause.cause.0.as_str())
        .collect();
    assert_eq!(causes, ["proxy-settings-conflict"]);
}

#[test]
fn a_socks_proxy_in_the_environment_is_a_gap_and_never_silently_direct() {
    let sandbox = sandbox("proxy");
    let socks = [("ALL_PROXY", "socks5://127.0.0.1:9")];
    let finished = with_environment(&sandbox, &socks, &["--format", "json"]);
    let document = finished.json();
    assert_eq!(
        (finished.status, document.verdict),
        (3, Verdict::Incomplete)
    );
    assert!(
        !sandbox
            .requests()
            .iter()
            .any(|line| line.starts_with("POST"))
    );
    assert!(finished.stdout.contains("socks5://"), "the reason is told");
    let flag = run(["check", "--proxy", "socks5://p:1080", "object.cfg"]);
    assert_eq!(flag.status, 2);
    assert!(
        flag.stderr.contains("--proxy") && flag.stderr.contains("socks5://"),
        "{}",
        flag.stderr
    );
}

#[test]
fn malformed_addresses_end_with_2_and_name_flag_or_variable_only() {
    let bad = format!("http://svc:{PASSWORD}@proxy:notaport");
    let flag = run(["check", "--proxy", &bad, "object.cfg"]);
    assert_eq!(flag.status, 2);
    assert!(flag.stderr.contains("--proxy"), "{}", flag.stderr);
    let variable = hybridcheck()
        .args(["plan", "object.cfg"])
        .env("HTTPS_PROXY", &bad)
        .output();
    let variable = Finished::of(&variable.expect("the binary runs"));
    assert_eq!(variable.status, 2);
    assert!(
        variable.stderr.contains("HTTPS_PROXY"),
        "{}",
        variable.stderr
    );
    let pac = run(["check", "--pac-result", "nonsense", "object.cfg"]);
    assert_eq!(pac.status, 2);
    for finished in [flag, variable, pac] {
        assert!(
            !finished.stderr.contains(PASSWORD) && !finished.stderr.contains("svc"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn the_login_of_a_proxy_is_shown_nowhere() {
    let sandbox = sandbox("proxy-with-login");
    let proxy = sandbox.proxy().expect("a proxy").to_owned();
    let login = proxy
        .trim_start_matches("http://")
        .split('@')
        .next()
        .expect("a login")
        .to_owned();
    let (user, password) = login.split_once(':').expect("a password");
    let (user, password) = (user.to_owned(), password.to_owned());
    let environment = [("https_proxy", proxy.as_str())];
    for format in hybridcheck_reports::reports() {
        let format = format.name();
        let finished = with_environment(&sandbox, &environment, &["-vvv", "--format", format]);
        assert_eq!(finished.status, 0, "{}", finished.stdout);
        for text in [&finished.stdout, &finished.stderr] {
            assert!(
                !text.contains(&password) && !text.contains(&user),
                "{format}"
            );
        }
    }
    let plan = hybridcheck()
        .arg("plan")
        .args(sandbox.check_arguments())
        .output();
    let plan = Finished::of(&plan.expect("the binary runs"));
    assert!(
        plan.stdout
            .contains("asked for tunnels by name (CONNECT), with the login"),
        "{}",
        plan.stdout
    );
    assert!(
        plan.stdout.contains("because --proxy is set"),
        "{}",
        plan.stdout
    );
    assert!(
        plan.stdout.contains("for comparison also direct"),
        "{}",
        plan.stdout
    );
    assert!(!plan.stdout.contains(&password) && !plan.stdout.contains(&user));
}

#[test]
fn a_pac_result_takes_its_first_usable_entry() {
    let sandbox = sandbox("proxy-only");
    let address = sandbox
        .proxy()
        .expect("a proxy")
        .trim_start_matches("http://")
        .to_owned();
    let pac = format!("SOCKS s:1080; PROXY {address}; DIRECT");
    let words = ["--pac-result", &pac, "--format", "json"];
    let document = with_environment(&sandbox, &[], &words).json();
    assert_eq!(document.verdict, Verdict::Ready);
    let settings = found(&document, "proxy-settings");
    assert!(
        settings[0]
            .1
            .contains("because --pac-result names it first"),
        "{settings:?}"
    );
    assert!(
        settings[0].1.contains("PAC entry SOCKS is skipped"),
        "{settings:?}"
    );
}
