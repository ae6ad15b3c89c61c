//! Sections and options that occur more than once.

use std::collections::{BTreeMap, BTreeSet};

use hybridcheck_core::check::{Case, Judge, OptionName, SectionName, Subject, or_whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{HybridObject, Place};
use hybridcheck_core::page;

use crate::evidence::options::OPTIONS_TAB;

page! {
    /// No section and no option occurs twice
    ///
    /// ## Why it matters
    ///
    /// Configuration Server keeps a section's name once per object and an option's name once per section. An input with duplicates
    /// was edited by hand or put together from several, and which of the values is in force cannot be told from it.
    ///
    /// ## How to fix
    ///
    /// Compare the places given with GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, delete
    /// the wrong value from the file, or better: export the object again and check the new file.
    ///
    /// ## What we rely on
    ///
    /// Documented: names of sections are unique in an object, names of options in a section. hybridcheck goes on with the last
    /// value, as the readers of such lists that we observed do.
    pub(crate) struct Duplicates;
}

/// What occurs more than once.
#[derive(Clone, PartialEq)]
pub(crate) enum Repeated {
    Option(OptionName),
    Section(SectionName),
}

impl From<Repeated> for Subject {
    fn from(repeated: Repeated) -> Self {
        match repeated {
            Repeated::Option(name) => name.into(),
            Repeated::Section(name) => name.into(),
        }
    }
}

impl Judge for Duplicates {
    type Subject = Option<Repeated>;

    fn subjects(&self, object: &HybridObject) -> Vec<Option<Repeated>> {
        let mut counts: BTreeMap<(&Name, Option<&Name>), usize> = BTreeMap::new();
        let names = || {
            object.sections.iter().flat_map(|section| {
                let options = section.options.iter().map(|option| Some(&option.name));
                let own = std::iter::once(None).chain(options);
                own.map(move |option| (&section.name, option))
            })
        };
        for name in names() {
            *counts.entry(name).or_default() += 1;
        }
        let mut told = BTreeSet::new();
        let repeated = names().filter(|name| counts[name] > 1 && told.insert(*name));
        let repeated = repeated.map(|(section, option)| match option {
            None => Repeated::Section(SectionName(section.clone())),
            Some(option) => Repeated::Option(OptionName::new(section, option)),
        });
        or_whole(repeated.collect())
    }

    fn judge(&self, repeated: &Option<Repeated>, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let (what, places) = match repeated {
            Some(Repeated::Section(SectionName(section))) => (
                format!("section [{section}]"),
                places(object, section, None),
            ),
            Some(Repeated::Option(OptionName { section, option })) => {
                case.note(&FactKey::option(object.id, section, option));
                (
                    format!("option `{section}/{option}`"),
                    places(object, section, Some(option)),
                )
            }
            None => return Ok(Judgement::pass("every name occurs once")),
        };
        let judgement = Judgement::warn(
            format!("{what} once: Engage allows no second one"),
            format!(
                "{what} occurs {} times; hybridcheck goes on with the last",
                places.len()
            ),
            format!(
                "Compare with {OPTIONS_TAB}: keep the value that is in force there, or export the object again."
            ),
            Owner::EngageAdmin,
        );
        Ok(places.into_iter().fold(judgement, Judgement::at))
    }
}

/// Every place of a section, or of an option in the sections of that name.
fn places<'a>(object: &'a HybridObject, section: &Name, option: Option<&Name>) -> Vec<&'a Place> {
    let sections = object.sections.named(section.raw());
    match option {
        None => sections.map(|found| &found.place).collect(),
        Some(option) => sections
            .flat_map(|found| &found.options)
            .filter(|found| found.name == *option)
            .map(|found| &found.place)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::{Opt, Section, Value, ValueType};
    use hybridcheck_testkit::objects::healthy;

    fn option(name: &str, line: u32) -> Opt {
        Opt {
            name: name.into(),
            value: Value::at_the_door("ewt", name, "s3cr3t".into()),
            value_type: ValueType::Text,
            place: Place::line("object.xml", line),
            missing_pieces: Vec::new(),
        }
    }

    #[test]
    fn an_object_without_duplicates_passes() {
        let judgement = only(offline(&Duplicates, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn a_second_option_warns_with_both_places() {
        let mut object = healthy();
        object.sections[3].options.push(option("password", 77));
        let judgement =
            about(offline(&Duplicates, &object), "ewt", "password").expect("a judgement");
        assert_eq!(judgement.status(), Status::Warn);
        assert_eq!(judgement.places.len(), 2);
        assert_eq!(judgement.places[1], Place::line("object.xml", 77));
        assert!(!format!("{judgement:?}").contains("s3cr3t"));
    }

    #[test]
    fn a_second_section_warns_and_so_does_what_both_hold() {
        let mut object = healthy();
        object.sections.push(Section {
            name: "ewt".into(),
            place: Place::line("object.xml", 90),
            options: vec![option("password", 91), option("note", 92)],
        });
        let answers = offline(&Duplicates, &object);
        let subjects: Vec<String> = answers
            .iter()
            .map(|(subject, _)| subject.to_string())
            .collect();
        assert_eq!(subjects, ["[ewt]", "ewt/password"]);
        assert!(answers.iter().all(|(_, answer)| {
            answer
                .as_ref()
                .is_ok_and(|judgement| judgement.status() == Status::Warn)
        }));
    }
}
