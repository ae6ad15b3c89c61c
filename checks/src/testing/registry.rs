//! Keeps folders, lists and manual pages honest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hybridcheck_core::check::{Check, CheckId, Documented};
use hybridcheck_core::facts::Gap;
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::{HybridObject, Known};
use hybridcheck_testkit::objects::{EWT_CLIENT, ORG_ID, healthy, with, without};

use super::offline::{offline, unusual};
use crate::{checks, rules};

/// The list of a family.
type List = fn() -> Vec<Box<dyn Check>>;

/// Every family and its list; the folder has the same name.
const FAMILIES: [(&str, List); 11] = [
    ("object", crate::object::checks),
    ("general", crate::general::checks),
    ("saml", crate::saml::checks),
    ("services", crate::services::checks),
    ("network", crate::network::checks),
    ("proxy", crate::proxy::checks),
    ("tls", crate::tls::checks),
    ("oauth", crate::oauth::checks),
    ("org", crate::org::checks),
    ("idp", crate::idp::checks),
    ("roles", crate::roles::checks),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the registry compares the source folders with the lists"
)]
fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable source file")
}

/// The `.rs` files of a folder by name, `mod.rs` left out.
fn files(name: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder(name)).expect("a folder of that name");
    entries
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|stem| stem != "mod")
        .collect()
}

/// The modules that a folder's `mod.rs` declares.
fn declared(name: &str) -> BTreeSet<String> {
    text(&folder(name).join("mod.rs"))
        .lines()
        .filter_map(|line| {
            line.trim()
                .trim_start_matches("pub(crate) ")
                .strip_prefix("mod ")
        })
        .filter_map(|rest| rest.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// The files of a folder that declare a manual page.
fn pages(name: &str) -> BTreeSet<String> {
    let has_page = |stem: &String| {
        text(&folder(name).join(format!("{stem}.rs")))
            .lines()
            .any(|line| line.trim_end().ends_with("page! {"))
    };
    files(name).into_iter().filter(has_page).collect()
}

/// The file a documented type was declared in.
fn file_of(page: &(impl Documented + ?Sized)) -> String {
    page.page().name.to_owned()
}

#[test]
fn every_folder_equals_its_modules() {
    for (name, _) in FAMILIES {
        for folder in [name.to_owned(), format!("causes/{name}")] {
            assert_eq!(files(&folder), declared(&folder), "checks/src/{folder}");
        }
    }
    assert_eq!(files("causes"), BTreeSet::new(), "a cause has a family");
}

#[test]
fn every_page_is_listed_once() {
    for (name, list) in FAMILIES {
        let listed: Vec<String> = list().iter().map(|check| file_of(check.as_ref())).collect();
        let unique: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(listed.len(), unique.len(), "{name} lists a check twice");
        assert_eq!(unique, pages(name), "the list of {name} against its files");
    }
    let listed: Vec<String> = rules().iter().map(|rule| file_of(*rule)).collect();
    let unique: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), unique.len(), "causes lists a rule twice");
    let written = FAMILIES
        .iter()
        .flat_map(|(name, _)| pages(&format!("causes/{name}")));
    assert_eq!(
        unique,
        written.collect(),
        "the list of causes against its files"
    );
}

#[test]
fn every_check_is_known_by_family_and_file() {
    for (name, list) in FAMILIES {
        for check in list() {
            let file = file_of(check.as_ref());
            assert_eq!(check.family(), name, "{file}");
            assert_eq!(check.id().0, format!("{name}-{file}").replace('_', "-"));
        }
    }
    let listed: usize = FAMILIES.iter().map(|(_, list)| list().len()).sum();
    assert_eq!(checks().len(), listed, "a family is missing in checks()");
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<String> = checks().iter().map(|check| check.id().0).collect();
    ids.extend(rules().iter().map(|rule| rule.cause_id().0));
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

fn title_problem(title: &str) -> Option<&'static str> {
    if title.is_empty() {
        return Some("has no first line");
    }
    title
        .ends_with(':')
        .then_some("its first line ends with a colon")
}

#[test]
fn every_check_has_a_whole_page() {
    let mut problems = Vec::new();
    for check in checks() {
        let id = check.id();
        problems.extend(title_problem(&check.title()).map(|problem| format!("{id} {problem}")));
        for heading in ["Why it matters", "How to fix", "What we rely on"] {
            if check.part(heading).is_none() {
                problems.push(format!("{id} has nothing under `## {heading}`"));
            }
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn every_cause_has_a_whole_page() {
    const BY_HAND: &str = "Show it without hybridcheck";
    let mut problems = Vec::new();
    for rule in rules() {
        let id = rule.cause_id();
        problems.extend(title_problem(&rule.title()).map(|problem| format!("{id} {problem}")));
        for heading in ["How to fix", "What we rely on", BY_HAND] {
            if rule.part(heading).is_none() {
                problems.push(format!("{id} has nothing under `## {heading}`"));
            }
        }
        if !rule.part(BY_HAND).is_some_and(|part| part.contains('`')) {
            problems.push(format!("{id} gives no command under `## {BY_HAND}`"));
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn an_id_names_one_check() {
    for check in checks() {
        let id = check.id();
        let named: Vec<CheckId> = checks()
            .iter()
            .filter(|other| other.is_named(&id))
            .map(|other| other.id())
            .collect();
        assert_eq!(named, [id]);
    }
}

#[test]
fn ids_change_only_on_purpose() {
    if FAMILIES.iter().any(|(_, list)| list().is_empty()) {
        // While families are still empty the list would only record an unfinished state.
        return;
    }
    let mut ids: Vec<String> = checks().iter().map(|check| check.id().0).collect();
    ids.sort();
    insta::assert_snapshot!("sorted_ids", ids.join("\n"));
}

#[test]
fn nothing_fails_on_a_healthy_object_when_offline() {
    let object = healthy();
    for check in checks() {
        for (subject, answer) in offline(check.as_ref(), &object) {
            let id = check.id();
            match answer {
                Ok(judgement) => assert_ne!(
                    judgement.status(),
                    Status::Fail,
                    "{id} {subject}: {judgement:?}"
                ),
                Err(gap) => assert!(!matches!(gap, Gap::Broken { .. }), "{id} {subject}: {gap}"),
            }
        }
    }
}

#[test]
fn what_needs_no_network_passes_on_a_healthy_object() {
    let object = healthy();
    for family in ["object", "general", "services"] {
        for check in checks()
            .into_iter()
            .filter(|check| check.family() == family)
        {
            let answers = offline(check.as_ref(), &object);
            assert!(!answers.is_empty(), "{} judges nothing", check.id());
            for (subject, answer) in answers {
                let status = answer.expect("an offline check needs no fact").status();
                assert_eq!(status, Status::Pass, "{} {subject}", check.id());
            }
        }
    }
}

fn renamed(from: &str, to: &str) -> HybridObject {
    let mut object = healthy();
    for section in object
        .sections
        .iter_mut()
        .filter(|found| found.name == from)
    {
        section.name = to.into();
    }
    object
}

fn respelt(section: &str, from: &str, to: &str) -> HybridObject {
    with(without(healthy(), section, from), section, to, "x")
}

fn swapped_ids() -> HybridObject {
    let object = with(healthy(), "general", "organization_id", "acme-sample");
    with(object, "general", "organization_sname", ORG_ID)
}

/// Objects with a single defect, and the only check of the offline families that may speak about it.
fn single_defects() -> Vec<(HybridObject, &'static str)> {
    let disabled = HybridObject {
        state: Known::Stated("2".into()),
        ..healthy()
    };
    let macro_type = HybridObject {
        transaction_type: Known::Stated("22".into()),
        ..healthy()
    };
    vec![
        (disabled, "object-state-enabled"),
        (macro_type, "object-type-list"),
        (renamed("general", "generall"), "object-sections-spelt"),
        (renamed("general", "General"), "object-sections-spelt"),
        (renamed("saml_auth", "saml-auth"), "object-sections-spelt"),
        (renamed("ewt", "EWT"), "object-sections-spelt"),
        (
            respelt("general", "base_auth_url", "base_auth_ulr"),
            "object-options-spelt",
        ),
        (
            respelt("ewt", "password", "client_secret"),
            "object-options-spelt",
        ),
    ]
}

/// The same for single values.
fn value_defects() -> Vec<(HybridObject, &'static str)> {
    let general = |option: &str, value: &str| with(healthy(), "general", option, value);
    vec![
        (
            without(healthy(), "general", "organization_id"),
            "general-options-present",
        ),
        (general("base_auth_url", " "), "general-options-present"),
        (
            general("organization_id", &format!("\"{ORG_ID}\"")),
            "general-options-clean",
        ),
        (
            general("organization_sname", "ac\u{a0}me"),
            "general-options-clean",
        ),
        (
            general(
                "base_service_url",
                "\u{201c}https://api.mypurecloud.de/api/\u{201d}",
            ),
            "general-options-clean",
        ),
        (swapped_ids(), "general-organization-id-guid"),
        (
            general("organization_id", "acme"),
            "general-organization-id-guid",
        ),
        (
            general("organization_sname", ORG_ID),
            "general-organization-sname-form",
        ),
        (
            general("organization_sname", "Acme Ltd"),
            "general-organization-sname-form",
        ),
        (
            general("base_auth_url", "https://api.mypurecloud.de/oauth/token"),
            "general-auth-url",
        ),
        (
            general(
                "base_auth_url",
                "https://u:p@login.mypurecloud.de/oauth/token",
            ),
            "general-auth-url",
        ),
        (
            general("base_service_url", "https://api.mypurecloud.de/api"),
            "general-service-url",
        ),
        (
            general("base_service_url", "https://mypurecloud.de/api/"),
            "general-service-url",
        ),
        (
            general("base_auth_url", "https://login.mypurecloud.ed/oauth/token"),
            "general-hosts-known",
        ),
        (
            general("base_auth_url", "https://login.mypurecloud.ie/oauth/token"),
            "general-same-region",
        ),
        (
            without(healthy(), "ewt", "password"),
            "services-options-present",
        ),
        (
            with(healthy(), "ewt", "client_id", ""),
            "services-options-present",
        ),
        (
            with(healthy(), "ewt", "client_id", &format!("'{EWT_CLIENT}'")),
            "services-options-clean",
        ),
        (
            with(healthy(), "ewt", "password", "secret\n"),
            "services-options-clean",
        ),
        (
            with(healthy(), "ewt", "client_id", "pacing"),
            "services-client-id-guid",
        ),
    ]
}

#[test]
fn one_defect_is_one_finding() {
    for (object, only) in single_defects().into_iter().chain(value_defects()) {
        let speakers: BTreeSet<String> = checks()
            .into_iter()
            .filter(|check| ["object", "general", "services"].contains(&check.family()))
            .filter(|check| {
                let answers = unusual(&offline(check.as_ref(), &object));
                answers.iter().any(|(_, status)| *status >= Status::Warn)
            })
            .map(|check| check.id().0)
            .collect();
        assert_eq!(speakers, BTreeSet::from([only.to_owned()]));
    }
}
