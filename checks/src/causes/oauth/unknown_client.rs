//! The service does not know a client.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::causes::general::region_mismatch;
use crate::evidence::members::Clients;
use crate::evidence::oauth::{ask, by_client, ids, is_any_issued, keys, refused};
use crate::evidence::refusals::OAuthMeaning;

page! {
    /// The client is not known at this login host.
    ///
    /// ## What it means
    ///
    /// The genuine service of the region says that it has no such client: the id is mistyped, the client was deleted, or the organisation lives in another region than both URLs say. When *no* client of the object is known, the region
    /// is the first thing to look at.
    ///
    /// ## How to fix
    ///
    /// Compare the region with the address at which administrators log in. Then copy the client id from Admin > Integrations > OAuth.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -u CLIENT_ID https://LOGIN-HOST/oauth/token -d grant_type=client_credentials` (curl asks for the secret).
    ///
    /// ## What we rely on
    ///
    /// Observed by third parties on the live service: `invalid_client`, `client not found`.
    pub(crate) struct UnknownClient;
}

impl Rule for UnknownClient {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        if !region_mismatch::is_settled(case, all) {
            return Vec::new();
        }
        let is_region_proven = is_any_issued(case);
        let groups = by_client(refused(case, all, OAuthMeaning::UnknownClient));
        let tell = |members: &Clients<'_>| {
            let (sections, ids) = (members.subjects(), ids(members));
            let id = &members.first().client_id;
            let is_one = members.each().all(|fact| fact.client_id == *id);
            let who = if is_one {
                format!("the client {ids} of {sections} is")
            } else {
                format!("the clients {ids} of {sections} are")
            };
            let (certainty, sentence, first) = if is_region_proven {
                (
                    Certainty::Likely,
                    format!(
                        "{who} not known in this region, where another client of the organisation is"
                    ),
                    String::new(),
                )
            } else {
                (
                    Certainty::Possible,
                    format!("{who} not known at this login host: a wrong id, or an organisation of another region"),
                    "Compare the region of both URLs with the address at which your administrators log in. If it is right, go on. ".to_owned(),
                )
            };
            members.diagnosis(
                certainty,
                sentence,
                Owner::EngageAdmin,
                format!("{first}Copy the client id for {sections} again from Admin > Integrations > OAuth, or create a client there if it was deleted."),
            )
            .breaks(keys(members))
            .command(ask(case, members.first()))
        };
        if is_region_proven {
            groups.diagnosed(|_, members| tell(members))
        } else {
            groups.joined().iter().map(tell).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::{oauth_error, token, token_key};
    use hybridcheck_testkit::objects::{self, EWT_CLIENT};

    fn refused(
        object: hybridcheck_core::object::HybridObject,
        sections: &[&str],
        description: &str,
    ) -> Bench {
        let mut bench = Bench::of(object).without_login();
        for section in sections {
            let fact = token(
                &bench.object,
                section,
                oauth_error(400, "invalid_client", description),
            );
            bench = bench
                .fact(token_key(section), fact)
                .blocked_behind(&token_key(section));
        }
        bench
    }

    fn two_services(second_client: &str) -> hybridcheck_core::object::HybridObject {
        let object = objects::with(objects::healthy(), "pacing", "client_id", second_client);
        objects::with(object, "pacing", "password", "placeholder-of-secret-three")
    }

    const PACING: &str = "33333333-aaaa-4bbb-8ccc-333333333333";

    #[test]
    fn the_only_client_unknown_points_at_the_region_first() {
        let bench = refused(objects::healthy(), &["ewt"], "client not found");
        let found = bench.diagnose(&UnknownClient);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].fix.starts_with("Compare the region"));
        assert!(
            found[0]
                .command
                .as_deref()
                .is_some_and(|command| command.contains(EWT_CLIENT))
        );
        assert_eq!(bench.causes(), ["unknown-client"]);
    }

    #[test]
    fn another_client_that_logs_in_proves_the_region() {
        let bench = refused(two_services(PACING), &["pacing"], "client not found");
        let found = bench.diagnose(&UnknownClient);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(
            found[0]
                .sentence
                .contains(&format!("the client {PACING} of [pacing]"))
        );
    }

    #[test]
    fn all_clients_unknown_is_one_cause() {
        let found = refused(two_services(PACING), &["ewt", "pacing"], "client not found")
            .diagnose(&UnknownClient);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].roots.len(), 2);
    }

    #[test]
    fn a_wrong_secret_is_another_cause() {
        assert!(
            refused(objects::healthy(), &["ewt"], "authentication failed")
                .diagnose(&UnknownClient)
                .is_empty()
        );
    }
}
