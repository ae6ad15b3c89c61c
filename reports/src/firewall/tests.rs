//! Every language with lists that could go wrong, and with text that wants to.

use std::collections::BTreeSet;

use hybridcheck_core::access::{Access, AccessList, Destination, DnsName, Purpose, Reach, needed};
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::region::Regions;
use hybridcheck_testkit::objects::{healthy, with, without};
use proptest::prelude::*;

use super::{dialect, dialects};

fn list(rules: Vec<Access>) -> AccessList {
    AccessList {
        tool: "hybridcheck VERSION".into(),
        table_date: "DATE".into(),
        subjects: vec!["hybrid_integration of Environment (object.xml:5)".into()],
        rules,
        ..AccessList::default()
    }
}

fn rules_of(objects: &[HybridObject], desktops: bool) -> Vec<Access> {
    needed(objects, &Regions::default(), desktops).expect("usable objects")
}

fn region(domain: &str) -> HybridObject {
    let object = with(
        healthy(),
        "general",
        "base_auth_url",
        &format!("https://login.{domain}/oauth/token"),
    );
    with(
        object,
        "general",
        "base_service_url",
        &format!("https://api.{domain}/api/"),
    )
}

/// Two regions, one host of nobody's with a port of its own, one address.
fn mixed() -> Vec<Access> {
    let gateway = with(
        region("usw2.pure.cloud"),
        "general",
        "base_auth_url",
        "https://gateway.acme.example:8443/oauth/token",
    );
    let literal = with(
        healthy(),
        "general",
        "base_service_url",
        "https://192.0.2.7/api/",
    );
    rules_of(&[healthy(), gateway, literal], true)
}

fn missing() -> AccessList {
    let mut rules = rules_of(&[healthy()], false);
    rules[0].reach = Reach::Shut {
        found: "no address accepts one: 192.0.2.10 no answer within 5.0 s (--connect-timeout changes it)".into(),
        tries: vec![
            "192.0.2.10:443: timed_out after 5.0 s from 10.0.0.5:40000 at 2026-11-24T05:00:00Z"
                .into(),
        ],
    };
    rules[1].reach = Reach::Untested {
        why: "the name does not resolve here: NXDOMAIN".into(),
    };
    rules.truncate(2);
    AccessList {
        only_missing: true,
        sources: vec!["10.0.0.5".parse().expect("an address")],
        notes: vec![
            "Not tried: TCP 80 to *.amazontrust.com. Its rule stands in the full list.".into(),
        ],
        ..list(rules)
    }
}

#[test]
fn every_language_looks_as_reviewed() {
    let wide = AccessList {
        wildcards: true,
        ..list(mixed())
    };
    let nothing = AccessList {
        only_missing: true,
        ..list(Vec::new())
    };
    let lists = [
        ("full", list(rules_of(&[healthy()], false))),
        ("mixed", list(mixed())),
        ("wildcards", wide),
        ("missing", missing()),
        ("nothing", nothing),
    ];
    for dialect in dialects() {
        for (name, list) in &lists {
            let text = dialect.render(list);
            assert!(text.ends_with('\n'), "{} {name}", dialect.name());
            insta::assert_snapshot!(format!("{}_{name}", dialect.name()), text);
        }
    }
}

#[test]
fn every_document_says_who_wrote_it_and_warns_of_addresses() {
    for dialect in dialects() {
        let text = dialect.render(&list(rules_of(&[healthy()], false)));
        let name = dialect.name();
        assert!(text.contains("hybridcheck VERSION"), "{name}");
        assert!(text.contains("region table of DATE"), "{name}");
        assert!(text.contains("do not convert them to IP"), "{name}");
        assert!(text.contains("recommendation of hybridcheck"), "{name}");
        assert!(
            text.contains("documented") && text.contains("observed"),
            "{name}"
        );
    }
    assert!(dialect("iptables").is_none());
}

#[test]
fn an_object_needs_its_own_hosts_and_revocation() {
    let shown = |rules: &[Access]| -> Vec<String> {
        let all = rules.iter();
        all.map(|rule| format!("{} {}", rule.destination, rule.port))
            .collect()
    };
    let servers = [
        "login.mypurecloud.de 443",
        "api.mypurecloud.de 443",
        "*.amazontrust.com 80",
    ];
    assert_eq!(shown(&rules_of(&[healthy()], false)), servers);
    // A second object of the same region adds nothing, and desktops add their hosts once.
    let twice = rules_of(&[healthy(), healthy()], true);
    assert_eq!(
        shown(&twice),
        [
            servers[0],
            servers[1],
            "apps.mypurecloud.de 443",
            "api-cdn.mypurecloud.de 443",
            servers[2]
        ]
    );
}

#[test]
fn one_host_for_both_urls_is_one_rule_with_both_purposes() {
    let object = with(
        healthy(),
        "general",
        "base_service_url",
        "https://login.mypurecloud.de/api/",
    );
    let rules = rules_of(&[object], false);
    assert_eq!(rules.len(), 2);
    assert_eq!(
        rules[0].purposes,
        BTreeSet::from([Purpose::Login, Purpose::Api])
    );
}

#[test]
fn a_url_without_a_usable_host_says_option_place_and_value() {
    let refused = |object: HybridObject| {
        let error = needed(&[object], &Regions::default(), false).expect_err("unusable");
        error.to_string()
    };
    let hostile = with(
        healthy(),
        "general",
        "base_auth_url",
        "https://login`id`.mypurecloud.de/",
    );
    let text = refused(hostile);
    assert!(
        text.starts_with("general/base_auth_url at object.xml:"),
        "{text}"
    );
    assert!(
        text.contains("its host `login`id`.mypurecloud.de`"),
        "{text}"
    );
    let secret = with(
        healthy(),
        "general",
        "base_auth_url",
        "https://user:hunter22@login.mypurecloud.de/",
    );
    let text = refused(secret);
    assert!(!text.contains("hunter22"), "{text}");
    for (value, expected) in [
        ("login.mypurecloud.de", "no http or https URL"),
        ("https://h:0/", "port 0"),
    ] {
        let text = refused(with(healthy(), "general", "base_auth_url", value));
        assert!(text.contains(expected), "{text}");
    }
    let text = refused(without(healthy(), "general", "base_service_url"));
    assert!(
        text.starts_with("general/base_service_url at object.xml:5 is not there"),
        "{text}"
    );
}

#[test]
fn long_names_get_objects_that_no_firewall_refuses() {
    let long = |last: &str| Access {
        destination: Destination::of(&Host::of(&format!("{}.{last}.example", "a".repeat(60))))
            .expect("a name"),
        port: 443,
        purposes: [Purpose::Login].into(),
        domain: None,
        reach: Reach::Unasked,
    };
    let rules = [long("one"), long("two")];
    let names: BTreeSet<String> = rules
        .iter()
        .map(|rule| super::words::object_name(&rules, &rule.destination))
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.len() <= 60), "{names:?}");
}

#[test]
fn squid_gets_no_overlapping_domains() {
    let named = |destination| Access {
        destination,
        port: 443,
        purposes: [Purpose::Api].into(),
        domain: None,
        reach: Reach::Unasked,
    };
    let name = |text| DnsName::parse(text).expect("a name");
    let rules = vec![
        named(Destination::Below(name("pure.cloud"))),
        named(Destination::Name(name("pure.cloud"))),
        named(Destination::Name(name("api.usw2.pure.cloud"))),
    ];
    let text = dialect("squid").expect("squid").render(&list(rules));
    let entries: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" dstdomain "))
        .collect();
    assert_eq!(entries, ["acl hybridcheck_tcp_443 dstdomain .pure.cloud"]);
}

/// The marks of comments, by language.
const COMMENTS: [(&str, &str); 7] = [
    ("paloalto", "#"),
    ("fortigate", "#"),
    ("asa", "!"),
    ("squid", "#"),
    ("pac", "//"),
    ("aws", "#"),
    ("windows", "#"),
];

/// A list whose every free text is the given one.
fn spoilt(text: &str) -> AccessList {
    let mut list = missing();
    list.subjects = vec![text.into()];
    list.notes = vec![text.into()];
    list.rules[0].reach = Reach::Shut {
        found: text.into(),
        tries: vec![text.into()],
    };
    list.rules[1].reach = Reach::Untested { why: text.into() };
    list
}

fn hostile() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\n",
        "\r",
        "\r\n",
        "\u{2028}",
        "\u{85}",
        "\"",
        "'",
        "\u{2019}",
        "`",
        "|",
        "=1+1",
        "@x",
        "\\",
        "\\\n",
        "?",
        "$(id)",
        "${x}",
        ";reboot",
        "*/",
        "<script>",
        "#>",
        "end\n",
        "\t",
        "\0",
        "\u{202e}",
        "http_access allow all",
        "![x](y)",
        "- a: b",
    ]);
    let any = prop_oneof![nasty.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(any, 0..6).prop_map(|parts| parts.concat())
}

fn commands<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split('\n')
        .filter(|line| !line.trim_start().starts_with(mark))
        .collect()
}

proptest! {
    #[test]
    fn hostile_text_changes_no_command(text in hostile()) {
        for (name, mark) in COMMENTS {
            let dialect = dialect(name).expect("a language");
            let (good, bad) = (dialect.render(&spoilt("harmless")), dialect.render(&spoilt(&text)));
            prop_assert_eq!(commands(&good, mark), commands(&bad, mark), "{}", name);
            prop_assert_eq!(good.lines().count(), bad.lines().count());
            for line in bad.lines().filter(|line| line.trim_start().starts_with(mark)) {
                let is_plain = |c: char| c == '!' && mark == "!" || c == '#' && mark == "#" || !"?`|'\"$<>".contains(c) && !c.is_control();
                prop_assert!(line.chars().all(is_plain), "{name}: {line:?}");
                prop_assert!(!line.ends_with('\\') && !line.contains(['\u{2028}', '\u{2029}', '\u{202e}']), "{name}: {line:?}");
            }
        }
    }

    #[test]
    fn hostile_text_stays_in_its_cell(text in hostile()) {
        let dialect = dialect("csv").expect("csv");
        let rows = |text: &str| -> Vec<csv::StringRecord> {
            let rendered = dialect.render(&spoilt(text));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(rendered.as_bytes());
            reader.records().collect::<Result<_, _>>().expect("RFC 4180")
        };
        let (good, bad) = (rows("harmless"), rows(&text));
        prop_assert_eq!(good.len(), bad.len());
        for (good, bad) in good.iter().zip(&bad) {
            for (column, (good, bad)) in good.iter().zip(bad).enumerate() {
                prop_assert!(!bad.starts_with(['=', '+', '-', '@', '\t', '\r']), "{bad:?}");
                prop_assert!(!bad.chars().any(char::is_control), "{bad:?}");
                prop_assert!(column == 12 || good == bad, "{good:?} {bad:?}");
            }
        }
    }

    #[test]
    fn hostile_text_stays_inside_its_mark_up(text in hostile()) {
        let dialect = dialect("markdown").expect("markdown");
        let (good, bad) = (dialect.render(&spoilt("harmless")), dialect.render(&spoilt(&text)));
        prop_assert_eq!(good.split('\n').count(), bad.split('\n').count());
        for (good, bad) in good.split('\n').zip(bad.split('\n')) {
            if good == bad {
                continue;
            }
            let end = good.find('`').or_else(|| good.find("harmless")).expect("only such lines hold text of others");
            prop_assert!(bad.starts_with(&good[..end]), "{good:?} {bad:?}");
            let rest = &bad[end..];
            if good.contains('`') {
                // Code: the fence stands at both ends and nowhere inside.
                let fence: String = rest.chars().take_while(|c| *c == '`').collect();
                prop_assert!(!fence.is_empty() && rest.len() >= 2 * fence.len() && rest.ends_with(&fence), "{bad:?}");
                let inner = &rest[fence.len()..rest.len() - fence.len()];
                let longest = inner.split(|c| c != '`').map(str::len).max().unwrap_or_default();
                prop_assert!(longest < fence.len(), "{bad:?}");
            } else {
                // A note: escaped, so that no character of Markdown stands alone.
                prop_assert!(!rest.starts_with(['-', '+', '=', ' ']), "{bad:?}");
                let mut escaped = false;
                for c in rest.chars() {
                    prop_assert!(escaped || !"`*_{}[]<>#|~&!".contains(c), "{bad:?}");
                    escaped = c == '\\' && !escaped;
                }
            }
        }
    }

    #[test]
    fn no_url_of_an_object_writes_a_command(host in hostile(), path in hostile()) {
        let object = with(healthy(), "general", "base_auth_url", &format!("https://login{host}.mypurecloud.de/{path}"));
        let Ok(rules) = needed(&[object], &Regions::default(), true) else {
            return Ok(());
        };
        for rule in &rules {
            let text = rule.destination.to_string();
            let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.*:".contains(c);
            prop_assert!(text.chars().all(is_safe), "{text:?}");
        }
        let good = list(rules_of(&[healthy()], true));
        for (name, mark) in COMMENTS {
            let dialect = dialect(name).expect("a language");
            let count = |list: &AccessList| commands(&dialect.render(list), mark).len();
            // Another host or port is a few more lines of the same kind, never a line of the object's own.
            prop_assert!(count(&list(rules.clone())) <= count(&good) + 20, "{name}");
        }
    }
}
