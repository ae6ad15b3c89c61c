//! Options whose name is not a documented one.

use std::collections::BTreeSet;

use hybridcheck_core::check::{Case, Judge, OptionName, or_whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{
    GENERAL_OPTIONS, HybridObject, Lookup, Opt, SAML_OPTIONS, SERVICE_OPTIONS, Section,
};
use hybridcheck_core::page;

use crate::evidence::options::OPTIONS_TAB;
use crate::evidence::options::spelling::{self, documented, meant};

page! {
    /// Every option has a documented name
    ///
    /// ## Why it matters
    ///
    /// An option is read by its name. `organisation_id`, `client_secret` or `Password` hold the right value where nobody asks for it,
    /// and the component behaves as if the option were missing.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, add the option under the name
    /// that the finding gives, enter the value there, delete the misspelt option and save. Names are written in lower case with
    /// underscores.
    ///
    /// ## What we rely on
    ///
    /// Documented: seven options in `general`, five in `saml`, two in each section of an OAuth client. Unknown: whether upper and
    /// lower case count; so other case fails when the right name is not there. Options of other names may be read by a component that
    /// we do not know: they are notes. hybridcheck itself goes on with an option in other case, so that one run shows what else is
    /// wrong.
    pub(crate) struct OptionsSpelt;
}

impl Judge for OptionsSpelt {
    type Subject = Option<OptionName>;

    fn subjects(&self, object: &HybridObject) -> Vec<Option<OptionName>> {
        let mut known = BTreeSet::new();
        let mut names: Vec<OptionName> = Vec::new();
        for section in &object.sections {
            let Some(options) = options_of(object, section) else {
                continue;
            };
            for option in &section.options {
                let is_documented = options.contains(&option.name.raw());
                if !is_documented && known.insert((&section.name, &option.name)) {
                    names.push(OptionName::new(&section.name, &option.name));
                }
            }
        }
        or_whole(names)
    }

    fn judge(&self, name: &Option<OptionName>, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let Some(OptionName { section, option }) = name else {
            return Ok(Judgement::pass("every option has a documented name"));
        };
        let written = object
            .sections
            .named(section.raw())
            .rev()
            .find_map(|candidate| {
                let found = candidate
                    .options
                    .iter()
                    .rev()
                    .find(|found| found.name == *option)?;
                Some((found, options_of(object, candidate)?))
            });
        let Some((found, options)) = written else {
            return Ok(Judgement::not_applicable(
                "the object does not hold this option",
            ));
        };
        case.note(&FactKey::option(object.id, section, option));
        let judgement = match meant(options, option.raw()) {
            Some(right) => misspelt(object, section, found, right),
            None => unknown(section, found),
        };
        Ok(judgement.of(found))
    }
}

fn misspelt(object: &HybridObject, section: &Name, found: &Opt, right: &str) -> Judgement {
    let name = &found.name;
    let expected = format!("option `{right}`");
    let is_other_case = name.eq_ignore_ascii_case(right);
    let owner = Owner::EngageAdmin;
    if matches!(object.lookup(section.raw(), right), Lookup::Exact(_)) {
        let fix = format!(
            "{OPTIONS_TAB}, section `{section}`: delete `{name}` if `{right}` holds the right value, and save."
        );
        return if is_other_case {
            let found = format!("`{name}` beside `{right}`: they differ only by case");
            Judgement::warn(expected, found, fix, owner)
        } else {
            let found = format!(
                "`{name}` looks like `{right}`, which is there too and is the one that is read"
            );
            Judgement::note(found, fix, owner)
        };
    }
    let difference = if is_other_case {
        "case differs, and"
    } else {
        "not a documented name, and"
    };
    Judgement::fail(
        expected,
        format!("`{name}`: {difference} no `{right}` is in [{section}]"),
        format!(
            "{OPTIONS_TAB}, section `{section}`: add `{right}` with the value of `{name}`, delete `{name}` and save."
        ),
        owner,
    )
}

fn unknown(section: &Name, found: &Opt) -> Judgement {
    let name = &found.name;
    let elsewhere = [("general", &GENERAL_OPTIONS[..]), ("saml", &SAML_OPTIONS)]
        .into_iter()
        .find(|(other, options)| {
            !section.eq_ignore_ascii_case(other) && options.contains(&name.raw())
        });
    let (found, fix) = match elsewhere {
        Some((other, _)) => (
            format!("`{name}` is documented for section [{other}], not here"),
            format!("{OPTIONS_TAB}: if `{name}` is missing in `{other}`, move it there."),
        ),
        None => (
            format!("`{name}` is not a documented option of this section"),
            "Nothing is to be done when a component of yours reads it; otherwise delete it."
                .to_owned(),
        ),
    };
    Judgement::note(found, fix, Owner::EngageAdmin)
}

/// The options documented for a section; nothing for one that is not known to be an OAuth client's.
fn options_of(object: &HybridObject, section: &Section) -> Option<&'static [&'static str]> {
    let options = documented(spelling::stands_for(object, section));
    (options != SERVICE_OPTIONS || spelling::is_client(section)).then_some(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, only, unusual};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with, without};

    fn renamed(section: &str, from: &str, to: &str) -> HybridObject {
        with(without(healthy(), section, from), section, to, "x")
    }

    #[test]
    fn documented_names_pass() {
        let judgement = only(offline(&OptionsSpelt, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn a_misspelt_option_fails_and_names_the_right_one() {
        for (section, from, to) in [
            ("general", "organization_id", "organisation_id"),
            ("general", "organization_id", "Organization_ID"),
            ("saml", "pkey", "private_key"),
            ("ewt", "password", "client_secret"),
            ("saml_auth", "client_id", "clientid"),
        ] {
            let answers = offline(&OptionsSpelt, &renamed(section, from, to));
            let judgement = about(answers, section, to).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{to}");
            assert_eq!(judgement.expected(), format!("option `{from}`"));
        }
    }

    #[test]
    fn beside_the_right_one_it_is_a_note_and_other_case_a_warning() {
        for (name, status) in [("passwrd", Status::Note), ("Password", Status::Warn)] {
            let answers = offline(&OptionsSpelt, &with(healthy(), "ewt", name, "x"));
            let judgement = about(answers, "ewt", name).expect("a judgement");
            assert_eq!(judgement.status(), status, "{name}");
        }
    }

    #[test]
    fn an_unknown_option_is_a_note_and_its_value_is_not_shown() {
        let object = with(healthy(), "ewt", "tracing", "s3cr3t");
        let judgement = only(offline(&OptionsSpelt, &object)).expect("a judgement");
        assert_eq!(judgement.status(), Status::Note);
        assert!(!format!("{judgement:?}").contains("s3cr3t"));
    }

    #[test]
    fn an_option_of_another_section_is_sent_there() {
        let object = with(healthy(), "general", "expire_time", "24");
        let judgement = only(offline(&OptionsSpelt, &object)).expect("a judgement");
        assert!(
            judgement.found().contains("[saml]"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn options_of_a_foreign_section_are_not_judged() {
        let object = with(healthy(), "remarks", "author", "x");
        assert!(unusual(&offline(&OptionsSpelt, &object)).is_empty());
    }
}
