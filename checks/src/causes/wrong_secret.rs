//! The service refuses a secret.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{ClientRef, TokenFact};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;

use super::region_mismatch;
use crate::refusals::OAuthMeaning;
use crate::tokens::{ask, by_client, client, ids, is_any_issued, refused, sections};
use crate::{rows, seen};

page! {
    /// The secret does not belong to the client.
    ///
    /// ## What it means
    ///
    /// The genuine service, of the region that both URLs name, says that authentication failed. The secret was reset, mistyped, cut
    /// off, or carries a blank or quotes. It is only said here because the answer bears the marks of the genuine service.
    ///
    /// ## How to fix
    ///
    /// Remove blanks and quotes around the option first, when the diagnosis names some. Else enter the secret again. Genesys Cloud
    /// shows a secret only when it is made: if it is lost, generate a new one and enter it in every section that uses the client,
    /// because the old one ends at that moment.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -u CLIENT_ID https://LOGIN-HOST/oauth/token -d grant_type=client_credentials` (curl asks for the secret).
    ///
    /// ## What we rely on
    ///
    /// Observed by third parties on the live service: `invalid_client`, `authentication failed`; a wrong region has led to the same
    /// words. Documented: secrets are not shown again after they are made.
    pub(crate) struct WrongSecret;
}

impl Rule for WrongSecret {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        if !region_mismatch::is_settled(case, all) {
            return Vec::new();
        }
        let is_region_proven = is_any_issued(case);
        let is_organization_settled = ["org-id-matches", "oauth-client-organization"]
            .iter()
            .all(|check| !rows::fails(all, check));
        let of_group = |members: Vec<(&Row, &TokenFact)>| {
            let (sections, ids) = (sections(&members), ids(&members));
            let blanks: Vec<&str> = members
                .iter()
                .flat_map(|(_, fact)| fact.secret.irregularities())
                .collect();
            let first = if blanks.is_empty() {
                String::new()
            } else {
                format!(
                    "Remove from the option password of {sections}: {}. If it is still refused: ",
                    blanks.join(", ")
                )
            };
            let region = if is_region_proven {
                ""
            } else {
                "Make sure that your administrators log in at the region of these URLs, because another region refuses good secrets too. Then: "
            };
            let strange = if is_organization_settled {
                ""
            } else {
                "Settle first which organisation is meant: another client of this object belongs to a different one. Then: "
            };
            let mut diagnosis = Diagnosis::new(
                match (is_region_proven, is_organization_settled) {
                    (_, false) => Certainty::Possible,
                    (true, true) => Certainty::Certain,
                    (false, true) => Certainty::Likely,
                },
                format!("Genesys Cloud knows the client {ids} of {sections}, but refuses its secret"),
                Owner::EngageAdmin,
                format!("{strange}{first}{region}enter the right secret in {sections}; if it is lost, generate a new one under Admin > Integrations > OAuth and enter it in every section that uses this client."),
            )
            .shown_by(members.iter().map(|(row, _)| *row))
            .shown_by(mangled(all, &members))
            .breaks(members.iter().filter_map(|(row, _)| Some(seen::token_key(client(row)?))));
            if let Some((_, fact)) = members.first() {
                diagnosis = diagnosis.command(ask(case, fact));
            }
            diagnosis
        };
        by_client(refused(case, all, OAuthMeaning::WrongSecret))
            .into_iter()
            // What stands around the secret is the whole matter there: `secret-with-blanks` says so.
            .filter(|members| !members.iter().any(|(_, fact)| fact.is_issued()))
            .map(of_group)
            .collect()
    }
}

/// A secret with blanks or quotes around it is refused because of them: the check of cleanness shows the same fault.
pub(super) fn mangled<'r>(all: &'r [Row], members: &[(&Row, &TokenFact)]) -> Vec<&'r Row> {
    let sections: Vec<&str> = members
        .iter()
        .filter(|(_, fact)| !fact.secret.irregularities().is_empty())
        .filter_map(|(row, _)| match client(row)? {
            ClientRef::Service { section, .. } => Some(section.as_str()),
            ClientRef::Person { .. } | ClientRef::Tool { .. } => None,
        })
        .collect();
    let unclean = rows::failing(all, "services-options-clean").into_iter();
    unclean
        .filter(|row| {
            sections
                .iter()
                .any(|section| row.subject == Subject::option(section, "password"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::TokenOutcome;
    use hybridcheck_testkit::facts::{oauth_error, token, token_key};
    use hybridcheck_testkit::objects;

    fn refused(password: &str, genuine: bool) -> Bench {
        let bench = Bench::of(objects::with(
            objects::healthy(),
            "ewt",
            "password",
            password,
        ));
        let TokenOutcome::Refused(mut error) =
            oauth_error(401, "invalid_client", "authentication failed")
        else {
            unreachable!("a refusal");
        };
        error.genuine = genuine;
        let fact = token(&bench.object, "ewt", TokenOutcome::Refused(error));
        bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"))
    }

    #[test]
    fn a_genuine_refusal_fires() {
        let bench = refused("placeholder", true);
        let found = bench.diagnose(&WrongSecret);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].fix.contains("enter the right secret in [ewt]"));
        assert_eq!(bench.causes(), ["wrong-secret"]);
    }

    #[test]
    fn a_blank_at_the_end_is_said_first() {
        let bench = refused("placeholder ", true)
            .failing("services-options-clean", Subject::option("ewt", "password"));
        let found = bench.diagnose(&WrongSecret);
        assert_eq!(found[0].roots.len(), 2);
        assert!(
            found[0]
                .fix
                .starts_with("Remove from the option password of [ewt]: trailing blank.")
        );
    }

    #[test]
    fn an_unsettled_organisation_makes_it_merely_possible() {
        let bench = refused("placeholder", true).failing("org-id-matches", Subject::Object);
        let found = bench.diagnose(&WrongSecret);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].fix.starts_with("Settle first which organisation"));
    }

    #[test]
    fn a_stranger_never_makes_anyone_rotate_a_secret() {
        assert!(
            refused("placeholder", false)
                .diagnose(&WrongSecret)
                .is_empty()
        );
    }

    #[test]
    fn an_unsettled_region_accuses_no_secret() {
        let bench = refused("placeholder", true).failing("general-same-region", Subject::Object);
        assert!(bench.diagnose(&WrongSecret).is_empty());
    }
}
