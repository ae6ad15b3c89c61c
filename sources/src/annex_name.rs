//! The file name of an option export of GAX: `CfgTransaction_annex_900.cfg` tells object type and DBID, nothing else does in these forms.

use hybridcheck_core::object::{HybridObject, Known};

/// Type and DBID of a name of the form `<Type>_annex_<DBID>`, also with the ` (1)` that browsers add.
fn parse(input: &str) -> Option<(&str, u32)> {
    let file = input.rsplit(['/', '\\']).next()?;
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let stem = match stem.rsplit_once('(') {
        Some((before, copy))
            if copy
                .trim_end_matches(')')
                .bytes()
                .all(|b| b.is_ascii_digit()) =>
        {
            before.trim_end()
        }
        _ => stem,
    };
    let (kind, dbid) = stem.split_once("_annex_")?;
    let is_type = kind.starts_with("Cfg") && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_type.then_some((kind, dbid.parse().ok()?))
}

/// Adds what the file name tells and the content could not.
pub(super) fn add_to(object: &mut HybridObject) {
    let Some((kind, dbid)) = parse(object.place.input.raw()) else {
        return;
    };
    let kind = kind.into();
    if object.object_type == Known::NotInForm {
        object.object_type = Known::Stated(kind);
    }
    if object.dbid == Known::NotInForm {
        object.dbid = Known::Stated(dbid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_dbid_come_from_the_annex_form_only() {
        for (name, expected) in [
            (
                "CfgTransaction_annex_900.cfg",
                Some(("CfgTransaction", 900)),
            ),
            (
                "/tmp/CfgTransaction_annex_900 (1).csv",
                Some(("CfgTransaction", 900)),
            ),
            (
                "C:\\exports\\CfgScript_annex_7.conf",
                Some(("CfgScript", 7)),
            ),
            ("CfgTransaction_annex_900", Some(("CfgTransaction", 900))),
            ("hybrid.cfg", None),
            ("CfgTransaction_annex_.cfg", None),
            ("CfgTransaction_annex_x1.cfg", None),
            ("Transaction_annex_1.cfg", None),
            ("-", None),
        ] {
            assert_eq!(parse(name), expected, "{name}");
        }
    }
}
