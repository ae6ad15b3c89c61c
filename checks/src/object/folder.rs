//! The folder in which the object lies.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{self, Known};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

page! {
    /// The object lies in a Transactions folder
    ///
    /// ## Why it matters
    ///
    /// The documentation has named two folders in the course of time. Components find the object by name and type as far as we know, so
    /// a wrong folder need not break anything; but rights are often given per folder, and the next administrator looks in the
    /// documented place.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions, move `hybrid_integration` into the folder *Transactions* of its
    /// tenant.
    ///
    /// ## What we rely on
    ///
    /// Contradictory revisions of the documentation: the early text (2019, still printed in 2020) says the Script folder, a
    /// correction of June 2019 and the Agent Pacing Service guide say the Transactions folder. Documented besides: a folder holds,
    /// as a rule, objects of one type, so a transaction fits into Transactions. This check follows the later text and never more
    /// than warns. Option files carry no folder: then this is not checked, and the run can still be ready.
    pub(crate) struct Folder;
}

/// What a word of the folder says it holds, least telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    Other,
    Scripts,
    Transactions,
}

impl Judge for Folder {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let folder = match &object.folder {
            Known::Stated(folder) => folder,
            Known::Missing => {
                let what = "the input states no folder".into();
                return Err(Gap::NotAnswered { what });
            }
            Known::NotInForm => {
                let what = "the object's folder".into();
                return Err(Gap::NotInForm { what });
            }
        };
        let Some(holds) = holds(folder) else {
            let what = "the name of the folder: only its DBID is stated".into();
            return Err(Gap::NotInForm { what });
        };
        let shown = described(folder);
        let warn = |found: String| {
            Judgement::warn(
                "a Transactions folder (later documentation)",
                found,
                "Move `hybrid_integration` into the folder Transactions of its tenant (GAX, Configuration Manager > Routing/eServices > Transactions).",
                Owner::EngageAdmin,
            )
        };
        let judgement = match holds {
            Holds::Transactions => {
                Judgement::pass(format!("{shown}, as the later documentation asks"))
            }
            Holds::Scripts => warn(format!(
                "{shown}: right by the early documentation, which was corrected in June 2019"
            )),
            Holds::Other => warn(format!(
                "{shown}: named by no revision of the documentation"
            )),
        };
        Ok(judgement.at(&object.place))
    }
}

fn holds(folder: &object::Folder) -> Option<Holds> {
    let kind = folder.kind.as_ref().map(held);
    let named = folder.path.iter().map(held);
    // What the folder holds counts more than how it is called; a folder below Transactions is as good as Transactions.
    let named = named.max();
    match (kind, named) {
        (Some(kind), named) if kind != Holds::Other || named.is_none() => Some(kind),
        (_, named) => named,
    }
}

fn held(word: &Outside) -> Holds {
    let word = word.raw().trim().to_ascii_lowercase();
    match word.strip_prefix("cfg").unwrap_or(&word) {
        "transaction" | "transactions" => Holds::Transactions,
        "script" | "scripts" => Holds::Scripts,
        _ => Holds::Other,
    }
}

fn described(folder: &object::Folder) -> String {
    if folder.path.is_empty() {
        let kind = folder.kind.as_ref().map(Outside::view).unwrap_or_default();
        return format!("a folder of kind `{}`", kind.shown(60));
    }
    let path: Vec<&str> = folder.path.iter().map(Outside::<String>::raw).collect();
    format!("folder `{}`", Outside::of(path.join(" > ")).shown(200))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::HybridObject;
    use hybridcheck_testkit::objects::healthy;

    fn judged(folder: Known<object::Folder>) -> Answer<Judgement> {
        let object = HybridObject {
            folder,
            ..healthy()
        };
        only(offline(&Folder, &object))
    }

    fn stated(kind: Option<&str>, path: &[&str]) -> Judgement {
        let folder = object::Folder {
            dbid: None,
            kind: kind.map(Into::into),
            path: path.iter().map(|part| (*part).into()).collect(),
        };
        judged(Known::Stated(folder)).expect("a judgement")
    }

    #[test]
    fn transactions_pass_by_the_later_documentation() {
        for judgement in [
            stated(Some("transaction"), &["Transactions"]),
            stated(None, &["Transactions", "Hybrid"]),
            stated(Some("CfgTransaction"), &[]),
        ] {
            assert_eq!(judgement.status(), Status::Pass);
            assert!(judgement.found().contains("later documentation"));
        }
    }

    #[test]
    fn scripts_warn_and_name_the_early_documentation() {
        let judgement = stated(None, &["Scripts"]);
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("early documentation"));
    }

    #[test]
    fn any_other_folder_warns() {
        let judgement = stated(None, &["Business"]);
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("no revision"));
    }

    #[test]
    fn a_folder_without_a_name_is_a_gap() {
        let only_dbid = object::Folder {
            dbid: Some(7),
            ..object::Folder::default()
        };
        for folder in [Known::NotInForm, Known::Missing, Known::Stated(only_dbid)] {
            assert!(judged(folder).is_err());
        }
    }
}
