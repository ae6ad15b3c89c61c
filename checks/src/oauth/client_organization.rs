//! Whether each service client belongs to the organisation of the object.

use hybridcheck_core::check::{Case, Judge, Subject};
use hybridcheck_core::facts::{Answer, ApiOutcome, ClientRef, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::OrgId;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{organization, subjects};

page! {
    /// The service's client belongs to the organisation that the object names.
    ///
    /// The API states the organisation of a token. When every client agrees and only the option differs, the option is at fault and
    /// `org-id-matches` says so.
    ///
    /// ## Why it matters
    ///
    /// A client of another organisation, such as a test one, logs in without any error, and the service then works on the wrong data.
    ///
    /// ## How to fix
    ///
    /// Enter a client of the organisation named by `general/organization_id` in this section, or correct that option.
    ///
    /// ## What we rely on
    ///
    /// Documented: the organisation of a token (Platform API definition); each tenant needs its own organisation.
    pub(crate) struct ClientOrganization;
}

impl Judge for ClientOrganization {
    type Subject = ClientRef;

    fn needs(&self, client: &ClientRef, object: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::token_info(client),
            FactKey::organization(object.id),
        ]
    }

    fn judge(&self, client: &ClientRef, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.token_info(&FactKey::token_info(client))?;
        let info = subjects::found(fact)?;
        let organization = info.organization.as_ref();
        let Some(theirs) = organization.and_then(|organization| organization.id.as_ref()) else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the token's organisation", fact.call),
            });
        };
        let (option, ours) = subjects::organization_id(case)?;
        let blocked = || {
            Gap::blocked(FactKey::option(
                case.object.id,
                "general",
                "organization_id",
            ))
        };
        if !ours.is_guid() {
            return Err(blocked());
        }
        if theirs.is_like(&ours) {
            return Ok(subjects::with_api(
                Judgement::pass(format!("organisation {}", theirs.shown(60))),
                fact,
            ));
        }
        if is_option_at_fault(case, client, &ours, theirs) {
            return Err(blocked());
        }
        let name = organization.and_then(|organization| organization.name.as_ref());
        let named = name.map_or_else(String::new, |name| format!(" ({})", name.shown(80)));
        let judgement = Judgement::fail(
            format!("organisation {}", ours.shown(60)),
            format!("organisation {}{named}", theirs.shown(60)),
            format!(
                "Enter a client of organisation {} in {}, or correct general/organization_id.",
                ours.shown(60),
                Subject::from(client.clone())
            ),
            Owner::EngageAdmin,
        );
        Ok(subjects::with_api(judgement, fact).of(option))
    }
}

/// Nobody confirms the option, and the organisation that answered is this token's: then the option differs, not the client.
fn is_option_at_fault(case: &Case<'_>, client: &ClientRef, ours: &OrgId, theirs: &OrgId) -> bool {
    let confirmed = case.service_clients().iter().any(|other| {
        other != client
            && organization::organization_of(case, other).is_some_and(|id| id.is_like(ours))
    });
    let answered = case
        .organization()
        .ok()
        .and_then(|fact| match &fact.outcome {
            ApiOutcome::Found(organization) => organization.id.as_ref(),
            _ => None,
        });
    !confirmed && answered.is_some_and(|id| id.is_like(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::NamedEntity;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, token_info, token_info_key};
    use hybridcheck_testkit::objects;

    const OTHER: &str = "99999999-1111-4222-8333-444444444444";

    fn in_other_organization(bench: Bench) -> Bench {
        let mut info = token_info(&bench.object, "ewt");
        info.organization = Some(NamedEntity {
            id: Some(OTHER.into()),
            name: Some("Acme Test".into()),
        });
        let fact = api(
            &client("ewt"),
            "GET /api/v2/tokens/me",
            ApiOutcome::Found(info),
        );
        bench.fact(token_info_key("ewt"), fact)
    }

    #[test]
    fn the_same_organization_passes() {
        assert_eq!(Bench::healthy().status(&ClientOrganization), Status::Pass);
    }

    #[test]
    fn a_client_of_another_organization_fails() {
        let judgement = in_other_organization(Bench::healthy())
            .judge_first(&ClientOrganization)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.found().contains("Acme Test"));
    }

    #[test]
    fn a_wrong_option_fails_in_one_check_only() {
        let bench = Bench::healthy().option("general", "organization_id", OTHER);
        let failures = bench.failures();
        assert_eq!(failures, ["org-id-matches"]);
        assert!(bench.judge_first(&ClientOrganization).is_err());
    }

    #[test]
    fn an_option_that_is_no_id_is_a_gap() {
        let object = objects::with(
            objects::healthy(),
            "general",
            "organization_id",
            "acme-sample",
        );
        let bench = Bench::of(object);
        assert!(matches!(
            bench.judge_first(&ClientOrganization),
            Err(Gap::Blocked { .. })
        ));
    }
}
