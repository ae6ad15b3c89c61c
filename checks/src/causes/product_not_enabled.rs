//! A product is not enabled in the organisation.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::listed;

use crate::rows;

page! {
    /// Predictive Engagement is not enabled in the organisation, or not wholly.
    ///
    /// ## What it means
    ///
    /// Permissions that the integration needs do not exist in the organisation. They cannot be given to any role, and looking for them
    /// in the list of permissions is in vain.
    ///
    /// ## How to fix
    ///
    /// Ask Genesys, or your partner, to enable the product; only then give the permissions to the roles.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" "https://API-HOST/api/v2/authorization/permissions?queryType=domain&query=journey"`
    ///
    /// ## What we rely on
    ///
    /// Documented: the listing of permissions. Reported by users: permissions of a product that is not enabled are missing in it.
    pub(crate) struct ProductNotEnabled;
}

impl Rule for ProductNotEnabled {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, "roles-product");
        if shown.is_empty() {
            return Vec::new();
        }
        let found = listed(shown.iter().map(|row| &row.found));
        let mut fixes: Vec<&str> = shown.iter().map(|row| row.fix.as_str()).collect();
        fixes.dedup();
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default();
        vec![
            Diagnosis::new(Certainty::Likely, format!("{found}: the product that brings them is not enabled"), Owner::CloudAdmin, fixes.join(" "))
                .shown_by(shown.iter().copied())
                .command(format!("curl -s -H \"Authorization: Bearer $TOKEN\" \"https://{api}/api/v2/authorization/permissions?queryType=domain&query=journey\""))
                .breaks(crate::baseline::domains().into_iter().map(|domain| FactKey::Permissions {
                    object: case.object.id,
                    domain,
                })),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Permissions};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, journey_permissions};

    fn listing(spoil: impl FnOnce(&mut Permissions)) -> Bench {
        let mut permissions = journey_permissions();
        spoil(&mut permissions);
        let key = FactKey::Permissions {
            object: ObjectId(0),
            domain: "journey".into(),
        };
        Bench::healthy().fact(
            key,
            api(&client("ewt"), "GET …", ApiOutcome::Found(permissions)),
        )
    }

    #[test]
    fn no_permission_of_the_domain_is_one_cause_and_no_role_is_accused() {
        let bench = listing(|listing| listing.names.clear());
        assert_eq!(bench.causes(), ["product-not-enabled"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_whole_listing_does_not_fire() {
        assert!(listing(|_| ()).diagnose(&ProductNotEnabled).is_empty());
    }
}
