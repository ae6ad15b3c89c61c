//! The organisation was made for another product line.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, rows};
use crate::org;

page! {
    /// The organisation was made for another product than Genesys Engage.
    ///
    /// ## What it means
    ///
    /// `productPlatform` of the organisation names another product line. Either this is not the organisation that Genesys made for the
    /// hybrid (a trial, or a second one of the company), or it is one that was taken over for it, and then nothing is wrong.
    ///
    /// ## How to fix
    ///
    /// Compare the organisation id with what Genesys sent. If logins work and the roles are there, let it be.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/organizations/me` shows `productPlatform`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the values (Platform API definition). Inferred: that it matters at all, so this is only possible and never fails.
    pub(crate) struct OrganizationOtherPlatform;
}

impl Rule for OrganizationOtherPlatform {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::flagged(all, &org::Platform));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown.diagnosis(
                Certainty::Possible,
                format!(
                    "the organisation was made for {}, not for a hybrid with Genesys Engage: it is another one than you mean, or it was taken over for the hybrid and nothing is wrong",
                    row.found()
                ),
                Owner::CloudAdmin,
                row.fix().to_owned(),
            )
            .command(commands::api(case, "/api/v2/organizations/me"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, FactKey};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, organization};

    fn on(platform: &str) -> Bench {
        let bench = Bench::healthy();
        let mut found = organization(&bench.object);
        found.product_platform = Some(platform.into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(found));
        let key = FactKey::organization(ObjectId(0));
        bench.fact(key, fact)
    }

    #[test]
    fn another_product_line_is_possible_and_names_both_explanations() {
        let bench = on("PureCloud");
        assert_eq!(bench.causes(), ["organization-other-platform"]);
        let found = bench.diagnose(&OrganizationOtherPlatform);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("nothing is wrong"));
    }

    #[test]
    fn engage_in_the_cloud_and_unknown_words_do_not() {
        for platform in ["PureEngageCloud", "Unknown"] {
            assert!(on(platform).diagnose(&OrganizationOtherPlatform).is_empty());
        }
    }
}
