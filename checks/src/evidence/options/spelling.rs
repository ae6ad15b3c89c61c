//! Which documented name a name was meant to be.

use hybridcheck_core::object::{
    DOCUMENTED_SERVICES, GENERAL_OPTIONS, HybridObject, Opt, SAML_OPTIONS, SERVICE_OPTIONS, Section,
};
use hybridcheck_core::text::nearest;

/// The sections that the documentation names.
pub(crate) const SECTIONS: [&str; 4] = ["general", "saml", "saml_auth", "ewt"];

/// Names that people write for a documented option although they are not close to it letter by letter.
const OTHER_WORDS: [(&str, &str); 10] = [
    ("cert", "certificate"),
    ("client_secret", "password"),
    ("clientsecret", "password"),
    ("issuer_uri", "issuer"),
    ("key", "pkey"),
    ("org_id", "organization_id"),
    ("org_sname", "organization_sname"),
    ("private_key", "pkey"),
    ("secret", "password"),
    ("short_name", "organization_sname"),
];

/// The options documented for a section of this name.
pub(crate) fn documented(section: &str) -> &'static [&'static str] {
    if section.eq_ignore_ascii_case("general") {
        &GENERAL_OPTIONS
    } else if section.eq_ignore_ascii_case("saml") {
        &SAML_OPTIONS
    } else {
        &SERVICE_OPTIONS
    }
}

/// The documented option that a name is or was meant to be.
pub(crate) fn meant(options: &[&'static str], name: &str) -> Option<&'static str> {
    let same = |option: &&&str| option.eq_ignore_ascii_case(name);
    let by_words = || {
        let (_, option) = OTHER_WORDS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(name))?;
        options.iter().find(|candidate| *candidate == option)
    };
    let near = || {
        let near = *nearest(name, options.iter().copied()).first()?;
        options.iter().find(|candidate| **candidate == near)
    };
    options
        .iter()
        .find(same)
        .or_else(by_words)
        .or_else(near)
        .copied()
}

/// The documented section that this one stands for: itself, or the one of which it is a misspelling.
pub(crate) fn stands_for<'a>(object: &HybridObject, section: &'a Section) -> &'a str {
    object
        .misspelt_section(section)
        .unwrap_or(section.name.raw())
}

/// The option under a name, or in a section, that is probably a misspelling of the one asked for.
pub(crate) fn written_as<'a>(
    object: &'a HybridObject,
    section: &str,
    option: &str,
) -> Option<(&'a Section, &'a Opt)> {
    let options = documented(section);
    object
        .sections
        .iter()
        .filter(|candidate| stands_for(object, candidate).eq_ignore_ascii_case(section))
        .find_map(|candidate| {
            let written = candidate
                .options
                .iter()
                .rev()
                .find(|found| meant(options, found.name.raw()) == Some(option))?;
            Some((candidate, written))
        })
}

/// Whether a section is that of an OAuth client: it has a documented name, or an option that is or was meant to be one of a client's.
pub(crate) fn is_client(section: &Section) -> bool {
    let is_documented = DOCUMENTED_SERVICES
        .iter()
        .any(|known| section.name.eq_ignore_ascii_case(known));
    is_documented
        || section
            .options
            .iter()
            .any(|option| meant(&SERVICE_OPTIONS, option.name.raw()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_testkit::objects::{healthy, with, without, without_section};

    #[test]
    fn names_are_meant_by_case_by_word_and_by_letter() {
        for (name, option) in [
            ("PASSWORD", Some("password")),
            ("client_secret", Some("password")),
            ("clientid", Some("client_id")),
            ("rate_limit", None),
        ] {
            assert_eq!(meant(&SERVICE_OPTIONS, name), option, "{name}");
        }
    }

    #[test]
    fn the_two_role_names_that_look_alike_are_told_apart() {
        assert_eq!(
            meant(&GENERAL_OPTIONS, "default_admin_role_nme"),
            Some("default_admin_role_name")
        );
        assert_eq!(
            meant(&GENERAL_OPTIONS, "default_agent_role_name"),
            Some("default_agent_role_name")
        );
    }

    #[test]
    fn a_misspelt_option_is_found_in_its_section() {
        let object = without(healthy(), "general", "organization_id");
        let object = with(object, "general", "organisation_id", "x");
        let (section, option) =
            written_as(&object, "general", "organization_id").expect("a near name");
        assert_eq!(
            (section.name.raw(), option.name.raw()),
            ("general", "organisation_id")
        );
        assert!(written_as(&object, "general", "base_auth_url").is_some());
        assert!(written_as(&object, "saml", "organization_id").is_none());
    }

    #[test]
    fn an_option_of_a_misspelt_section_is_found() {
        let object = without_section(healthy(), "saml");
        let object = with(object, "smal", "issuer", "x");
        assert!(written_as(&object, "saml", "issuer").is_some());
    }
}
