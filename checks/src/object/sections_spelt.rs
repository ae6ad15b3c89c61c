//! Sections whose name is close to a documented one.

use hybridcheck_core::check::{Case, Judge, SectionName, or_whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, Section};
use hybridcheck_core::page;
use hybridcheck_core::text::{listed, nearest};

use crate::evidence::options::OPTIONS_TAB;
use crate::evidence::options::spelling::{self, SECTIONS};

page! {
    /// No section's name is a misspelling of a documented one
    ///
    /// ## Why it matters
    ///
    /// The components ask for `general`, `saml` and the section of their own OAuth client by name. A section `generall` or `Saml`
    /// looks right on the screen and is not the one they ask for.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, create the section under its
    /// right name (`general`, `saml`, `saml_auth` or `ewt`), enter the options of the misspelt one there, delete the misspelt one
    /// and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the names `general`, `saml`, `saml_auth` and `ewt`; other names are free for further OAuth clients, so a near
    /// name that holds a client's options may be meant as it is and only warns. Unknown: whether upper and lower case count when a
    /// component asks; so other case fails here.
    pub(crate) struct SectionsSpelt;
}

impl Judge for SectionsSpelt {
    type Subject = Option<SectionName>;

    fn subjects(&self, object: &HybridObject) -> Vec<Option<SectionName>> {
        let mut names: Vec<SectionName> = Vec::new();
        for section in &object.sections {
            let name = SectionName(section.name.clone());
            if resembled(object, section).is_some() && !names.contains(&name) {
                names.push(name);
            }
        }
        or_whole(names)
    }

    fn judge(&self, name: &Option<SectionName>, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let Some(SectionName(name)) = name else {
            let names = object.sections.iter().map(|section| &section.name);
            return Ok(Judgement::pass(format!("sections {}", listed(names))));
        };
        let found = object.sections.named(name.raw()).next();
        let Some((section, right)) =
            found.and_then(|section| Some((section, resembled(object, section)?)))
        else {
            return Ok(Judgement::pass(format!("[{name}]")));
        };
        for option in &section.options {
            case.note(&FactKey::option(object.id, name, &option.name));
        }
        Ok(judgement(object, section, right).at(&section.place))
    }
}

fn judgement(object: &HybridObject, section: &Section, right: &str) -> Judgement {
    let name = &section.name;
    let expected = format!("section [{right}]");
    let fix = format!(
        "{OPTIONS_TAB}: create section `{right}`, enter the options of `{name}` there, delete `{name}` and save."
    );
    let owner = Owner::EngageAdmin;
    let is_other_case = name.eq_ignore_ascii_case(right);
    if object.sections.named(right).next().is_some() {
        let fix = format!(
            "{OPTIONS_TAB}: move what is only in `{name}` into `{right}`, delete `{name}` and save."
        );
        return if is_other_case {
            let found = format!("[{name}] beside [{right}]: they differ only by case");
            Judgement::warn(expected, found, fix, owner)
        } else {
            let found = format!(
                "[{name}] looks like [{right}], which is there too and is the one that is read"
            );
            Judgement::note(found, fix, owner)
        };
    }
    if is_other_case {
        let found = format!("[{name}]: case differs, and no [{right}] is there");
        return Judgement::fail(expected, found, fix, owner);
    }
    if is_evident(section, right) {
        let found = format!("[{name}] holds the options of [{right}], and no [{right}] is there");
        return Judgement::fail(expected, found, fix, owner);
    }
    let found = format!("[{name}] looks like [{right}], which is not there");
    let fix = format!(
        "If `{name}` is meant to be `{right}`: {fix} If it is meant as it is, nothing is to be done."
    );
    Judgement::warn(expected, found, fix, owner)
}

/// The documented section that a section's name is close to; one that holds an OAuth client beside it may be called as it likes.
fn resembled(object: &HybridObject, section: &Section) -> Option<&'static str> {
    if SECTIONS.contains(&section.name.raw()) {
        return None;
    }
    let beside = || {
        SECTIONS
            .into_iter()
            .find(|known| section.name.eq_ignore_ascii_case(known))
            .or_else(|| {
                let near = nearest(section.name.raw(), ["general", "saml", "saml_auth"]);
                let is_free = spelling::is_client(section);
                near.first().copied().filter(|_| !is_free)
            })
    };
    object.misspelt_section(section).or_else(beside)
}

/// Whether what a section holds confirms that it stands for the documented one, and nothing speaks for a name of its own.
fn is_evident(section: &Section, right: &str) -> bool {
    let options = spelling::documented(right);
    let holds_its_options = section
        .options
        .iter()
        .any(|option| spelling::meant(options, option.name.raw()).is_some());
    let is_client_section = right == "saml_auth" || right == "ewt";
    let holds_client_id = section
        .options
        .iter()
        .any(|option| spelling::meant(&["client_id"], option.name.raw()).is_some());
    let is_longer = section.name.raw().to_ascii_lowercase().starts_with(right);
    // `saml_auth2` may be a second client, `saml2` the client of a service of that name.
    let may_be_own = holds_client_id && (is_longer || !is_client_section);
    holds_its_options && !may_be_own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only, unusual};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with, without_section};

    fn renamed(from: &str, to: &str) -> HybridObject {
        let mut object = healthy();
        for section in object.sections.iter_mut().filter(|s| s.name == from) {
            section.name = to.into();
        }
        object
    }

    #[test]
    fn documented_and_free_names_pass() {
        let object = with(healthy(), "pacing_two", "client_id", "x");
        for object in [healthy(), object] {
            let judgement = only(offline(&SectionsSpelt, &object)).expect("a judgement");
            assert_eq!(judgement.status(), Status::Pass);
        }
    }

    #[test]
    fn a_misspelt_section_fails_and_names_the_right_one() {
        for (from, to) in [
            ("general", "generall"),
            ("general", "General"),
            ("saml", "smal"),
            ("saml_auth", "saml-auth"),
            ("saml_auth", "SAML_AUTH"),
            ("ewt", "EWT"),
        ] {
            let judgement = only(offline(&SectionsSpelt, &renamed(from, to))).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{to}");
            assert_eq!(judgement.expected(), format!("section [{from}]"));
        }
    }

    #[test]
    fn a_near_name_that_holds_a_client_only_warns() {
        let object = without_section(healthy(), "saml");
        let object = with(object, "saml2", "client_id", "x");
        for object in [object, renamed("saml_auth", "saml_auth2")] {
            let answers = offline(&SectionsSpelt, &object);
            let [(_, status)] = unusual(&answers)[..] else {
                panic!("one subject")
            };
            assert_eq!(status, Status::Warn);
        }
    }

    #[test]
    fn beside_the_right_one_it_is_a_note_and_other_case_a_warning() {
        for (name, status) in [("generall", Status::Note), ("General", Status::Warn)] {
            let object = with(healthy(), name, "organization_id", "x");
            let judgement = only(offline(&SectionsSpelt, &object)).expect("a judgement");
            assert_eq!(judgement.status(), status, "{name}");
        }
    }

    #[test]
    fn a_second_client_beside_saml_auth_is_no_misspelling() {
        let object = with(healthy(), "saml_auth2", "client_id", "x");
        assert!(unusual(&offline(&SectionsSpelt, &object)).is_empty());
    }
}
