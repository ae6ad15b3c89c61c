//! Whether hybridcheck's own client can see the organisation of the object.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{Answer, ClientRef, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{organization, subjects};

page! {
    /// hybridcheck's own client belongs to the organisation of the object.
    ///
    /// Applies only when a client was given with `--client-id`.
    ///
    /// ## Why it matters
    ///
    /// Identity providers, roles and clients are read with this client. One of another organisation reads those of the other
    /// organisation, which say nothing about this object: what was read with it is left unjudged.
    ///
    /// ## How to fix
    ///
    /// Create a client for hybridcheck in the organisation of `general/organization_id` and give its id with `--client-id`.
    ///
    /// ## What we rely on
    ///
    /// Documented: a token belongs to one organisation, and the API states it (Platform API definition). When no client of the object
    /// confirms `general/organization_id`, the option may be what is wrong; then `org-id-matches` says so and this check does not.
    pub(crate) struct ToolClient;
}

impl Judge for ToolClient {
    type Subject = ClientRef;

    fn subjects(&self, object: &HybridObject) -> Vec<ClientRef> {
        let client = ClientRef::Tool { object: object.id };
        vec![client]
    }

    fn needs(&self, _: &ClientRef, object: &HybridObject) -> Vec<FactKey> {
        // The token's info of the tool's client is asked for wherever the organisation is, when there is such a client.
        vec![FactKey::organization(object.id)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, client: &ClientRef, case: &Case<'_>) -> Answer<Judgement> {
        if !case.has_tool_client {
            return Ok(Judgement::not_applicable(
                "no client of hybridcheck's own takes part (--client-id)",
            ));
        }
        let fact = case.token_info(&FactKey::token_info(client))?;
        let organization = subjects::found(fact)?.organization.as_ref();
        let Some(theirs) = organization.and_then(|organization| organization.id.as_ref()) else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the token's organisation", fact.call),
            });
        };
        let (_, ours) = subjects::organization_id(case)?;
        let option_decides = || {
            Gap::blocked(FactKey::option(
                case.object.id,
                "general",
                "organization_id",
            ))
        };
        if !ours.is_guid() {
            return Err(option_decides());
        }
        let named = organization
            .and_then(|organization| organization.name.as_ref())
            .map_or_else(String::new, |name| format!(" ({})", name.shown(80)));
        let judgement = if theirs.is_like(&ours) {
            Judgement::pass(format!("organisation {}{named}", theirs.shown(60)))
        } else if organization::confirms(case, client, &ours) {
            Judgement::warn(
                format!(
                    "organisation {}, which the object names and its own client belongs to",
                    ours.shown(60)
                ),
                format!("organisation {}{named}", theirs.shown(60)),
                format!(
                    "Give hybridcheck a client of organisation {} with --client-id, or run without --client-id: the object's own clients are asked then. Nothing in the object has to change for this.",
                    ours.shown(60)
                ),
                Owner::CloudAdmin,
            )
        } else {
            return Err(option_decides());
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{person_token_info_key, token_info_key};
    use hybridcheck_testkit::objects::ORG_ID;

    const OTHER: &str = "99999999-1111-4222-8333-444444444444";

    #[test]
    fn a_client_of_the_objects_organization_passes() {
        assert_eq!(
            Bench::with_tool_of(ORG_ID, Some("Acme Test")).status(&ToolClient),
            Status::Pass
        );
    }

    #[test]
    fn a_client_of_another_organization_warns_and_leaves_the_object_alone() {
        let judgement = Bench::with_tool_of(OTHER, Some("Acme Test"))
            .judge_first(&ToolClient)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("Acme Test"));
        assert!(judgement.places.is_empty());
    }

    #[test]
    fn when_nobody_confirms_the_option_it_is_not_this_client_that_is_accused() {
        let alone = Bench::with_tool_of(OTHER, Some("Acme Test"))
            .gap(token_info_key("ewt"), Gap::NotPlanned)
            .gap(person_token_info_key(), Gap::NotPlanned);
        let alone = alone.gap(FactKey::organization(ObjectId(0)), Gap::NotPlanned);
        assert!(matches!(
            alone.judge_first(&ToolClient),
            Err(Gap::Blocked { .. })
        ));
    }

    #[test]
    fn without_a_client_of_its_own_it_does_not_apply() {
        assert_eq!(Bench::healthy().status(&ToolClient), Status::NotApplicable);
    }
}
