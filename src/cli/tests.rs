//! A check that no source file declares goes the whole way: it is selected, judged by the engine, listed and explained.

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::check::{Case, Check, Documented, Judge, OptionName, Page};
use hybridcheck_core::facts::{Answer, Facts, Gap};
use hybridcheck_core::finding::{Judgement, Owner, Status};
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::objects::healthy;

use super::flags::select;
use super::{explain, list};

/// A site's own rule about the value of an option, in words that are known only at run time.
struct Demanded {
    name: String,
    page: String,
    option: OptionName,
    value: String,
}

impl Demanded {
    fn boxed(value: &str) -> Box<dyn Check> {
        Box::new(Self {
            name: format!("short-name-{value}"),
            page: format!(
                "The short name is `{value}`.\n\n## Why it matters\n\nSo it was agreed.\n"
            ),
            option: OptionName::new("general", "organization_sname"),
            value: value.to_owned(),
        })
    }
}

impl Documented for Demanded {
    fn page(&self) -> Page<'_> {
        Page {
            family: "site",
            name: &self.name,
            text: &self.page,
        }
    }
}

impl Judge for Demanded {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![self.option.clone()]
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let found = case.visible(name.section.raw(), name.option.raw())?;
        let shown = found.value.shown();
        let value = found.value.plain().unwrap_or_default();
        Ok(if value == self.value.as_str() {
            Judgement::pass(shown)
        } else {
            Judgement::warn(&self.value, shown, "Ask the site.", Owner::EngageAdmin)
        })
    }
}

fn with_site_checks() -> Vec<Box<dyn Check>> {
    let mut checks = hybridcheck_checks::checks();
    checks.extend(["acme", "other"].map(Demanded::boxed));
    checks
}

#[test]
fn it_is_selected_by_its_id_and_judged_by_the_engine() {
    let only = ["site-short-name-other".to_owned()];
    let checks = select::checks(with_site_checks(), &only, &[]).expect("a known id");
    let configuration = Configuration {
        objects: vec![healthy()],
        ..Configuration::default()
    };
    let criteria = Criteria {
        checks: &checks,
        rules: &hybridcheck_checks::rules(),
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: Timestamp::from_unix(1_800_000_000),
        has_tool_client: false,
    };
    let judged = engine::judge(&configuration, &Facts::without(Gap::Offline), &criteria);
    let [row] = &judged.rows[..] else {
        panic!("one row: {:?}", judged.rows);
    };
    assert_eq!(row.check.0, "site-short-name-other");
    assert_eq!(row.subject.to_string(), "general/organization_sname");
    assert_eq!(row.title, "The short name is `other`");
    assert_eq!((row.status(), row.expected()), (Status::Warn, "other"));
    assert!(row.is_of(checks[0].as_ref()));
    assert_eq!(engine::catalogue(&checks)[0].why, "So it was agreed.");
}

#[test]
fn its_family_is_selected_too() {
    let checks = select::checks(with_site_checks(), &["site".into()], &[]).expect("a family");
    assert_eq!(checks.len(), 2);
}

#[test]
fn it_is_listed_and_explained() {
    let checks = with_site_checks();
    let text = list::listed(Some("site"), &checks).expect("a known family");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "site");
    assert!(lines[1].starts_with("  site-short-name-acme "), "{text}");
    assert!(lines[1].ends_with("The short name is `acme`"), "{text}");
    let ids = ["site-short-name-acme".to_owned()];
    let page = explain::explained(&ids, &checks).expect("a known id");
    assert_eq!(
        page,
        "# site-short-name-acme\n\nThe short name is `acme`.\n\n## Why it matters\n\nSo it was agreed.\n"
    );
}
