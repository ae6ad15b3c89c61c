//! The organisation is not active.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, logins, rows};
use crate::org;

page! {
    /// The organisation is switched off or deleted.
    ///
    /// ## What it means
    ///
    /// The organisation of the object answers, but says of itself that it is inactive or deleted: a trial that ended, a contract that was
    /// not renewed, or the predecessor of the organisation that is meant.
    ///
    /// ## How to fix
    ///
    /// Ask your Genesys contact which organisation is the right one. Nothing on the Engage side can switch it on.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/organizations/me` shows `state`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the states active, inactive and deleted (Platform API definition). Inferred: what such a state does to logins.
    pub(crate) struct OrganizationInactive;
}

impl Rule for OrganizationInactive {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &org::Active));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown
                .diagnosis(
                    Certainty::Certain,
                    format!(
                        "the organisation that answers the object's clients states that it is {}",
                        row.found()
                    ),
                    Owner::CloudAdmin,
                    row.fix().to_owned(),
                )
                .shown_by(logins::refused_assertion(case, all))
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

    fn in_state(state: &str) -> Bench {
        let bench = Bench::healthy();
        let mut found = organization(&bench.object);
        found.state = Some(state.into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(found));
        let key = FactKey::organization(ObjectId(0));
        bench.fact(key, fact)
    }

    #[test]
    fn inactive_and_deleted_fire_in_their_own_words() {
        for state in ["inactive", "deleted"] {
            let bench = in_state(state);
            assert_eq!(bench.causes(), ["organization-inactive"]);
            assert_eq!(bench.unexplained(), Vec::<String>::new());
            let found = bench.diagnose(&OrganizationInactive);
            assert!(found[0].sentence.ends_with(state));
        }
    }

    #[test]
    fn active_does_not_whatever_its_case() {
        assert!(
            in_state("ACTIVE")
                .diagnose(&OrganizationInactive)
                .is_empty()
        );
    }

    #[test]
    fn a_wrong_id_beside_it_hides_nothing() {
        let other = "99999999-1111-4222-8333-444444444444";
        let bench = in_state("inactive").option("general", "organization_id", other);
        assert_eq!(
            bench.causes(),
            ["organization-mismatch", "organization-inactive"]
        );
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }
}
