//! Values that were cut off or have lost a piece.

use hybridcheck_core::check::{Case, Judge, OptionName, or_whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{Form, HybridObject, Opt};
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::options::OPTIONS_TAB;

page! {
    /// No value is cut off
    ///
    /// ## Why it matters
    ///
    /// Long values, above all the certificate and the private key, are kept in pieces and pass through tools that limit their
    /// length. A piece that is missing leaves text that looks right at its beginning and cannot be decoded.
    ///
    /// ## How to fix
    ///
    /// For a database export: query all rows of the object again, without a limit on rows or on the width of a column. Otherwise compare
    /// the value with GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options; if it is cut off there
    /// too, enter the whole value again as one line and save.
    ///
    /// ## What we rely on
    ///
    /// Observed: in the configuration database a value can have several rows, numbered by piece. Inferred: a piece holds 255
    /// characters; so a value of exactly 255 characters is suspicious, and a certificate or key of that length cannot be whole.
    pub(crate) struct ValuesWhole;
}

/// The length of one piece, and of many fields that cut.
const PIECE: usize = 255;

impl Judge for ValuesWhole {
    type Subject = Option<OptionName>;

    fn subjects(&self, object: &HybridObject) -> Vec<Option<OptionName>> {
        let mut names: Vec<OptionName> = Vec::new();
        for section in &object.sections {
            for option in section
                .options
                .iter()
                .filter(|option| is_suspicious(option))
            {
                let name = OptionName::new(&section.name, &option.name);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        or_whole(names)
    }

    fn judge(&self, name: &Option<OptionName>, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let Some(OptionName { section, option }) = name else {
            return Ok(Judgement::pass(
                "no value lacks a piece or has exactly 255 characters",
            ));
        };
        case.note(&FactKey::option(object.id, section, option));
        let found = object
            .sections
            .named(section.raw())
            .rev()
            .flat_map(|candidate| candidate.options.iter().rev())
            .find(|found| found.name == *option && is_suspicious(found));
        let Some(found) = found else {
            return Ok(Judgement::not_applicable(
                "the object does not hold this option",
            ));
        };
        Ok(judgement(object.form, section, found).of(found))
    }
}

fn judgement(form: Form, section: &Name, found: &Opt) -> Judgement {
    let name = format!("`{section}/{}`", found.name);
    let again = match form {
        Form::FlexPropCsv => format!(
            "Query all rows of {name} again, without a limit on rows or column width. If the value is cut off in {OPTIONS_TAB} too, enter it again as one line and save."
        ),
        _ => format!(
            "Compare {name} with {OPTIONS_TAB}. If it is cut off there too, enter the whole value again as one line and save; else export again."
        ),
    };
    let owner = Owner::EngageAdmin;
    if !found.missing_pieces.is_empty() {
        let pieces = listed(&found.missing_pieces);
        return Judgement::fail(
            "every piece of the value",
            format!("{name} lacks piece {pieces}"),
            again,
            owner,
        );
    }
    let text = format!("{name} has exactly {PIECE} characters: probably cut off there");
    if is_key_material(section, &found.name) {
        let found =
            format!("{name} has exactly {PIECE} characters, too few for a certificate or key");
        return Judgement::fail("the whole value", found, again, owner);
    }
    Judgement::warn("the whole value", text, again, owner)
}

fn is_suspicious(option: &Opt) -> bool {
    !option.missing_pieces.is_empty() || option.value.shape().characters == PIECE
}

/// An RSA key or certificate needs several times as many characters.
fn is_key_material(section: &Name, option: &Name) -> bool {
    section.eq_ignore_ascii_case("saml")
        && ["certificate", "pkey"]
            .iter()
            .any(|known| option.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with};

    #[test]
    fn whole_values_pass() {
        let judgement = only(offline(&ValuesWhole, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn missing_pieces_fail_and_are_numbered() {
        let mut object = healthy();
        object.form = Form::FlexPropCsv;
        object.sections[1].options[2].missing_pieces = vec![2, 4];
        let judgement = about(offline(&ValuesWhole, &object), "saml", "pkey").expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains("piece 2 and 4"),
            "{}",
            judgement.found()
        );
        assert!(
            judgement.fix().contains("Query all rows"),
            "{}",
            judgement.fix()
        );
    }

    #[test]
    fn the_length_of_one_piece_is_suspicious_and_impossible_for_a_key() {
        for (section, option, length, status) in [
            ("ewt", "password", 255, Status::Warn),
            ("general", "default_admin_role_name", 255, Status::Warn),
            ("saml", "certificate", 255, Status::Fail),
        ] {
            let object = with(healthy(), section, option, &"x".repeat(length));
            let judgement =
                about(offline(&ValuesWhole, &object), section, option).expect("a judgement");
            assert_eq!(judgement.status(), status, "{option}");
        }
        let object = with(healthy(), "ewt", "password", &"x".repeat(254));
        assert_eq!(
            only(offline(&ValuesWhole, &object))
                .expect("a judgement")
                .status(),
            Status::Pass
        );
    }
}
