//! Route selection, as a table of environments and flags.

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::RoutingFact;

use super::{Problem, Proxies, Words};

const PASSWORD: &str = "canary-p4ssword";

fn login() -> Endpoint {
    Endpoint {
        host: Host::of("login.usw2.pure.cloud"),
        port: 443,
    }
}

fn settled(flags: [Option<&str>; 3], environment: &[(&str, &str)]) -> Result<Proxies, Problem> {
    let [proxy, noproxy, pac] = flags;
    let found = |name: &str| {
        let mut set = environment.iter();
        set.find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    };
    Proxies::settle(Words {
        proxy,
        noproxy,
        pac,
        variable: &found,
    })
}

fn routing(flags: [Option<&str>; 3], environment: &[(&str, &str)]) -> RoutingFact {
    settled(flags, environment)
        .expect("usable settings")
        .routing(&login())
}

const NONE: [Option<&str>; 3] = [None; 3];

#[test]
fn the_reason_of_a_route_is_said_in_words() {
    let p = ("HTTPS_PROXY", "http://p:8080");
    for (flags, environment, why) in [
        (NONE, &[][..], "direct, because no proxy is set"),
        (
            NONE,
            &[p][..],
            "through proxy p:8080, because HTTPS_PROXY is set",
        ),
        (
            NONE,
            &[p, ("no_proxy", "a.example,.pure.cloud")][..],
            "direct, because `.pure.cloud` in no_proxy matched",
        ),
        (
            NONE,
            &[("https_proxy", "low:1"), p][..],
            "through proxy low:1, because https_proxy is set",
        ),
        (
            NONE,
            &[("ALL_PROXY", "all:3128"), ("https_proxy", " ")][..],
            "through proxy all:3128, because ALL_PROXY is set",
        ),
        (
            [Some("flag:8080"), None, None],
            &[p][..],
            "through proxy flag:8080, because --proxy is set",
        ),
        (
            [Some(""), None, None],
            &[p][..],
            "direct, because --proxy is empty",
        ),
        (
            [None, Some("*"), None],
            &[p, ("no_proxy", "other.example")][..],
            "direct, because `*` in --noproxy matched",
        ),
        (
            [None, Some(""), None],
            &[p, ("NO_PROXY", "pure.cloud")][..],
            "through proxy p:8080, because HTTPS_PROXY is set",
        ),
        (
            [Some("flag:8080"), None, None],
            &[("NO_PROXY", "pure.cloud")][..],
            "direct, because `pure.cloud` in NO_PROXY matched",
        ),
        (
            [None, None, Some("PROXY pac:8080; DIRECT")],
            &[p, ("NO_PROXY", "*")][..],
            "through proxy pac:8080, because --pac-result names it first",
        ),
    ] {
        let fact = routing(flags, environment);
        assert_eq!(fact.why, why, "{flags:?} {environment:?}");
    }
}

#[test]
fn the_route_not_taken_is_measured_for_comparison() {
    let proxy = |text: &str| {
        let (host, port) = text.split_once(':').expect("a port");
        Route::Proxy(Endpoint {
            host: Host::of(host),
            port: port.parse().expect("a port"),
        })
    };
    let p = ("HTTPS_PROXY", "p:8080");
    assert!(routing(NONE, &[]).others.is_empty());
    assert_eq!(routing(NONE, &[p]).others, [Route::Direct]);
    assert_eq!(
        routing(NONE, &[p, ("no_proxy", "pure.cloud")]).others,
        [proxy("p:8080")]
    );
    let both = routing(NONE, &[("https_proxy", "low:1"), p]);
    assert_eq!(both.others, [Route::Direct, proxy("p:8080")]);
    let pac = routing([None, None, Some("PROXY a:1; PROXY b:2; DIRECT")], &[]);
    assert_eq!(pac.others, [proxy("b:2"), Route::Direct]);
}

#[test]
fn upper_and_lower_case_in_conflict_are_named() {
    let fact = routing(NONE, &[("https_proxy", "low:1"), ("HTTPS_PROXY", "up:2")]);
    assert_eq!(
        fact.conflicts,
        ["https_proxy names low:1, HTTPS_PROXY names up:2"]
    );
    let fact = routing(
        NONE,
        &[
            ("https_proxy", "p:1"),
            ("HTTPS_PROXY", "p:1"),
            ("no_proxy", "a.example, b.example"),
            ("NO_PROXY", "b.example,a.example,pure.cloud"),
        ],
    );
    assert_eq!(
        fact.conflicts,
        ["no_proxy and NO_PROXY differ: `pure.cloud` stand in one of them only"]
    );
    let same = [("https_proxy", "p:1"), ("HTTPS_PROXY", "p:1")];
    assert!(routing(NONE, &same).conflicts.is_empty());
}

#[test]
fn clients_that_would_go_elsewhere_are_named_and_no_others() {
    let clients = |environment: &[(&str, &str)]| -> Vec<String> {
        let fact = routing(NONE, environment);
        let readings = fact.readings.into_iter();
        readings.map(|reading| reading.client).collect()
    };
    let p = ("https_proxy", "http://p:8080");
    assert_eq!(clients(&[p]), ["Java", "Node"]);
    assert_eq!(
        clients(&[p, ("no_proxy", ".pure.cloud")]),
        Vec::<String>::new()
    );
    assert_eq!(
        clients(&[p, ("no_proxy", "pure.cloud")]),
        [".NET", "Node with NODE_USE_ENV_PROXY=1"]
    );
    assert_eq!(
        clients(&[p, ("no_proxy", "*.pure.cloud")]),
        ["Go", "Java", "Node", "Node with NODE_USE_ENV_PROXY=1"]
    );
    assert_eq!(
        clients(&[("ALL_PROXY", "http://p:8080")]),
        ["Go", "Java", "Node", "Node with NODE_USE_ENV_PROXY=1"]
    );
    assert_eq!(
        clients(&[p, ("HTTPS_PROXY", "q:1")]),
        ["Go", "Java", "Node"]
    );
    assert_eq!(
        clients(&[("https_proxy", "http://p")]),
        [
            "Go",
            ".NET",
            "Java",
            "Node",
            "Node with NODE_USE_ENV_PROXY=1"
        ]
    );
    assert_eq!(
        clients(&[p, ("no_proxy", "login.usw2.pure.cloud:443")]),
        ["curl", ".NET"]
    );
    assert!(routing([Some("p:1"), None, None], &[p]).readings.is_empty());
}

#[test]
fn http_proxy_alone_is_said_to_be_of_no_use() {
    let fact = routing(NONE, &[("HTTP_PROXY", "p:8080")]);
    assert_eq!(fact.route, Route::Direct);
    assert!(
        fact.oddities[0].contains("only HTTP_PROXY is set"),
        "{:?}",
        fact.oddities
    );
    let both = [("HTTP_PROXY", "p:8080"), ("HTTPS_PROXY", "p:8080")];
    assert!(routing(NONE, &both).oddities.is_empty());
}

#[test]
fn entries_that_not_every_program_reads_are_named() {
    let fact = routing(
        NONE,
        &[
            ("https_proxy", "p:1"),
            ("no_proxy", "*.pure.cloud,https://x.example,*"),
        ],
    );
    assert_eq!(fact.oddities.len(), 3, "{:?}", fact.oddities);
    let unused = routing(NONE, &[("no_proxy", "*.pure.cloud")]);
    assert!(unused.oddities.is_empty());
}

#[test]
fn a_scheme_that_is_not_spoken_is_refused_as_a_flag_and_never_silently_direct_as_a_variable() {
    let refused = settled([Some("socks5://p:1080"), None, None], &[]).expect_err("refused");
    assert_eq!(refused.origin, "--proxy");
    assert!(refused.problem.contains("socks5://"), "{refused:?}");
    let fact = routing(NONE, &[("ALL_PROXY", "socks5h://s")]);
    assert_eq!(fact.route.to_string(), "through proxy s:1080");
    assert!(fact.unspoken.expect("a reason").contains("socks5h://"));
    assert_eq!(fact.others, [Route::Direct]);
    let covered = routing(
        NONE,
        &[("https_proxy", "https://s"), ("no_proxy", "pure.cloud")],
    );
    assert_eq!((covered.route, covered.others), (Route::Direct, Vec::new()));
}

#[test]
fn malformed_addresses_name_flag_or_variable_and_no_user_info() {
    let text = format!("http://user:{PASSWORD}@proxy:port");
    for (flags, environment, origin) in [
        ([Some(text.as_str()), None, None], &[][..], "--proxy"),
        (NONE, &[("HTTPS_PROXY", text.as_str())][..], "HTTPS_PROXY"),
        (NONE, &[("all_proxy", text.as_str())][..], "all_proxy"),
        ([None, None, Some("nonsense")], &[][..], "--pac-result"),
    ] {
        let problem = settled(flags, environment).expect_err(origin);
        assert_eq!(problem.origin, origin);
        assert!(!problem.problem.contains(PASSWORD), "{problem:?}");
    }
    let second = routing(
        NONE,
        &[("https_proxy", "p:1"), ("HTTPS_PROXY", text.as_str())],
    );
    assert!(
        second.oddities[0].starts_with("HTTPS_PROXY is no address"),
        "{second:?}"
    );
}

#[test]
fn logins_are_kept_and_nowhere_shown() {
    let text = format!("http://user:{PASSWORD}@p:8080");
    let proxies = settled(NONE, &[("HTTPS_PROXY", text.as_str())]).expect("usable settings");
    let fact = proxies.routing(&login());
    let Route::Proxy(proxy) = &fact.route else {
        panic!("{fact:?}");
    };
    assert!(proxies.login(proxy).is_some());
    assert!(fact.oddities[0].contains("stands in the clear in HTTPS_PROXY"));
    let everything = format!("{fact:?} {:?} {proxies:?}", proxies.told());
    assert!(!everything.contains(PASSWORD), "{everything}");
}
