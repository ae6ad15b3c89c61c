//! A product is not enabled, so that its permissions do not exist.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::{Owner, Severity};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::Rows;
use crate::evidence::supply::{self, Missing};
use crate::evidence::{commands, rights, rows};
use crate::roles;

page! {
    /// The permissions do not exist in the organisation: the product is not enabled.
    ///
    /// ## What it means
    ///
    /// The organisation knows no permission of the domain that the roles should hold, because the product that brings them, Predictive
    /// Engagement (Altocloud) for journeys, is not enabled. The roles are not at fault, and nobody can add what does not exist.
    ///
    /// ## How to fix
    ///
    /// Ask Genesys to enable the product for the organisation, naming its id. Look at the roles afterwards.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" "https://API-HOST/api/v2/authorization/permissions?queryType=domain&query=journey"`
    ///
    /// ## What we rely on
    ///
    /// Documented: Predictive Engagement must be enabled for the organisation (Genesys Cloud help). Reported by users of the API: the
    /// permission does not exist where the product is not enabled. Which product id stands for it is not documented.
    pub(crate) struct ProductNotEnabled;
}

impl Rule for ProductNotEnabled {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let Some(shown) = Rows::all(rows::flagged(all, &roles::Product)) else {
            return Vec::new();
        };
        let row = shown.row();
        let Ok(Some(supply)) = supply::worst(case) else {
            return Vec::new();
        };
        let organization = case
            .object
            .plain("general", "organization_id")
            .unwrap_or_default();
        let (certainty, sentence) = match &supply.missing {
            Missing::Everything { held, .. } if !held.is_empty() => (
                Certainty::Possible,
                format!(
                    "{}, although roles hold {}: the product was enabled once and no longer is, or the listing does not show everything",
                    row.found(),
                    Outside::of(rights::names(held)).shown(400)
                ),
            ),
            Missing::Everything {
                severity: Severity::Fail,
                ..
            } => (
                Certainty::Likely,
                format!("{}: the product that brings it is not enabled", row.found()),
            ),
            _ => (
                Certainty::Possible,
                format!(
                    "{}: the product behind it is not enabled, or the names are others by now",
                    row.found()
                ),
            ),
        };
        let mut domains = case.policy.permission_baseline.domains();
        domains.dedup();
        let query = domains.join(",");
        let broken: Vec<FactKey> = domains
            .into_iter()
            .map(|domain| FactKey::permissions(case.object.id, domain))
            .collect();
        vec![
            shown
                .diagnosis(certainty, sentence, Owner::CloudAdmin, row.fix())
                .evidence("organisation", organization)
                .breaks(broken)
                .command(commands::api(
                    case,
                    &format!("/api/v2/authorization/permissions?queryType=domain&query={query}"),
                )),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Permissions, Roles};
    use hybridcheck_testkit::facts::{
        api, client, journey, journey_permissions, permissions_key, role, roles_key,
    };

    /// Roles that hold nothing of the domain, as default roles of an organisation without the product.
    fn bench(existing: Permissions) -> Bench {
        let mut sso = journey("provider", &["view"]);
        sso.domain = "sso".into();
        let names = ["AI Agent", "Supervisor", "Admin"];
        let roles = Roles {
            entities: names.map(|name| role(name, 3, vec![sso.clone()])).to_vec(),
            incomplete: false,
        };
        let roles = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(existing));
        Bench::healthy()
            .fact(roles_key(), roles)
            .fact(permissions_key(), fact)
    }

    #[test]
    fn no_permission_of_the_domain_is_one_cause_and_no_role_is_accused() {
        let bench = bench(Permissions::default());
        assert_eq!(bench.causes(), ["product-not-enabled"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
        let found = bench.diagnose(&ProductNotEnabled);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].fix.starts_with("Ask Genesys"), "{}", found[0].fix);
        assert!(!found[0].fix.contains("Add to the role"));
    }

    #[test]
    fn permissions_that_exist_and_that_roles_lack_are_another_cause() {
        let bench = bench(journey_permissions());
        assert_eq!(bench.causes(), ["role-lacks-permissions"]);
    }

    #[test]
    fn roles_that_hold_them_by_name_make_it_doubtful() {
        let fact = api(
            &client("ewt"),
            "GET …",
            ApiOutcome::Found(Permissions::default()),
        );
        let bench = Bench::healthy().fact(permissions_key(), fact);
        let found = bench.diagnose(&ProductNotEnabled);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(
            found[0].sentence.contains("journey:session:view"),
            "{}",
            found[0].sentence
        );
    }
}
