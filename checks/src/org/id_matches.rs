//! Whether the object names the organisation that answers.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{organization, subjects};

page! {
    /// The option general/organization_id is the id of the organisation that answers.
    ///
    /// ## Why it matters
    ///
    /// Components ask for this organisation by its id. An id of another organisation, often of a trial or test one, makes logins
    /// and requests fail, or succeed in the wrong place.
    ///
    /// ## How to fix
    ///
    /// Copy the organisation id from Admin > Account Settings > Organization Settings > Organization Details > Advanced.
    ///
    /// ## What we rely on
    ///
    /// Documented: the id of the organisation a token belongs to (Platform API definition), and where the id is shown.
    pub(crate) struct IdMatches;
}

impl Judge for IdMatches {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("general", "organization_id")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::organization(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.organization()?;
        let (option, ours) = subjects::organization_id(case)?;
        let is_untold = matches!(
            organization::whose(case, &fact.reader, &ours),
            organization::Whose::Untold(_)
        );
        if !is_untold {
            organization::is_about_us(case, &fact.reader)?;
        }
        if !ours.is_guid() {
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "general",
                "organization_id",
            )));
        }
        let organization = subjects::found(fact)?;
        let Some(id) = organization.id.as_ref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the organisation's id", fact.call),
            });
        };
        let name = organization
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({})", name.shown(80)));
        let judgement = if id.is_like(&ours) {
            Judgement::pass(format!("{}{name}", id.shown(60)))
        } else {
            let tool = if is_untold {
                " If the tool's own client is of another organisation on purpose, use one of this organisation instead."
            } else {
                ""
            };
            // The tool's client is no part of the object: alone it shows that one of the two is wrong, not which.
            let severity = if is_untold {
                Severity::Warn
            } else {
                Severity::Fail
            };
            Judgement::finding(
                severity,
                format!(
                    "{}{name}, the organisation of {}",
                    id.shown(60),
                    fact.reader
                ),
                ours.shown(60),
                format!(
                    "Set general/organization_id to {} if that is the organisation you mean; else enter clients of the organisation you mean.{tool}",
                    id.shown(60)
                ),
                Owner::EngageAdmin,
            )
        };
        Ok(subjects::with_api(judgement, fact).of(option))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, ClientRef};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, organization, person_token_info_key, token_info_key};

    const OTHER: &str = "99999999-1111-4222-8333-444444444444";

    fn key() -> FactKey {
        FactKey::organization(ObjectId(0))
    }

    fn read_by_tool(bench: Bench) -> Bench {
        let mut found = organization(&bench.object);
        found.id = Some(OTHER.into());
        let tool = ClientRef::Tool {
            object: ObjectId(0),
        };
        bench.fact(
            key(),
            api(
                &tool,
                "GET /api/v2/organizations/me",
                ApiOutcome::Found(found),
            ),
        )
    }

    #[test]
    fn the_same_id_passes_whatever_its_case() {
        assert_eq!(Bench::healthy().status(&IdMatches), Status::Pass);
    }

    #[test]
    fn another_id_fails_and_names_both() {
        let judgement = Bench::healthy()
            .option("general", "organization_id", OTHER)
            .judge_first(&IdMatches)
            .expect("a verdict");
        assert_eq!(
            (judgement.status(), judgement.found()),
            (Status::Fail, OTHER)
        );
        assert!(
            judgement
                .expected()
                .starts_with("00000000-1111-4222-8333-444444444444 (Acme Sample Corporation)")
        );
    }

    #[test]
    fn the_tool_in_another_organization_accuses_nobody() {
        let bench = read_by_tool(Bench::healthy());
        assert!(matches!(
            bench.judge_first(&IdMatches),
            Err(Gap::NoMeans { .. })
        ));
        let alone = bench
            .gap(token_info_key("ewt"), Gap::NotPlanned)
            .gap(person_token_info_key(), Gap::NotPlanned);
        // A short name is nobody else's: where it is the object's, the id is the mistake.
        assert_eq!(alone.status(&IdMatches), Status::Fail);
        let alone = alone.option("general", "organization_sname", "acme-west");
        // One of the two is wrong, and nothing says which: no failure, and nothing else is judged by it.
        assert_eq!(alone.status(&IdMatches), Status::Warn);
        assert_eq!(alone.causes(), ["organization-mismatch"]);
        assert_eq!(alone.failures(), [""; 0]);
    }

    #[test]
    fn no_organization_is_a_gap() {
        let denied = Gap::NoMeans {
            what: "no client could log in".into(),
        };
        assert_eq!(
            Bench::healthy()
                .gap(key(), denied.clone())
                .judge_first(&IdMatches),
            Err(denied)
        );
    }
}
