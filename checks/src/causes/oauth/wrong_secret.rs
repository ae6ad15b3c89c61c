//! The service refuses a secret.

use std::fmt::Write as _;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject, service_clients};
use hybridcheck_core::facts::{ClientRef, FactKey, TokenOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::names::Name;
use hybridcheck_core::object::SAML_AUTH;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::causes::general::region_mismatch;
use crate::evidence::members::Clients;
use crate::evidence::oauth::{ask, by_client, client, ids, is_any_issued, keys, refused};
use crate::evidence::refusals::OAuthMeaning;
use crate::evidence::rows;
use crate::{oauth, org, services};

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
        let is_organization_settled =
            !rows::fails_any(all, &[&org::IdMatches, &oauth::ClientOrganization]);
        // What stands around the secret is the whole matter where it was accepted without: `secret-with-blanks` says so.
        let refused = by_client(refused(case, all, OAuthMeaning::WrongSecret));
        let refused = refused.only(|fact| !fact.is_issued());
        refused.diagnosed(|_, members| {
            let (sections, ids) = (members.subjects(), ids(members));
            let first = blanks(members);
            let lost = match good(case, members) {
                Some(section) => format!(
                    "the secret in {section}, the same client's, is right, but for what may stand around it: copy it from there. Generate no new one."
                ),
                None => "if it is lost, generate a new one under Admin > Integrations > OAuth and enter it in every section that uses this client.".to_owned(),
            };
            let region = if is_region_proven {
                ""
            } else {
                "Make sure that your administrators log in at the region of these URLs, because another region refuses good secrets too. "
            };
            let strange = if is_organization_settled {
                ""
            } else {
                "Settle first which organisation is meant: another client of this object belongs to a different one. "
            };
            members.diagnosis(
                match (is_region_proven, is_organization_settled) {
                    (_, false) => Certainty::Possible,
                    (true, true) => Certainty::Certain,
                    (false, true) => Certainty::Likely,
                },
                format!(
                    "Genesys Cloud knows the client {ids} of {sections}, but refuses its secret"
                ),
                Owner::EngageAdmin,
                format!("{strange}{first}{region}Enter the right secret in {sections}; {lost}"),
            )
            .shown_by(mangled(all, members))
            .breaks(keys(members))
            .command(ask(case, members.first()))
        })
    }
}

/// What stands around which secrets, and whether it was tried without.
fn blanks(members: &Clients<'_>) -> String {
    let mut told = String::new();
    for (fact, row) in members.iter() {
        let around = fact.secret.irregularities();
        if around.is_empty() {
            continue;
        }
        let around = listed(around);
        let _ = match &fact.trimmed {
            Some(TokenOutcome::Refused(_)) => write!(
                told,
                "The secret of {} is refused without what stands around it too ({around}). ",
                row.subject
            ),
            _ => write!(
                told,
                "Remove from the option password of {}: {around}. If it is still refused, go on. ",
                row.subject
            ),
        };
    }
    told
}

/// A section that holds the secret of the same client and was given a token.
fn good(case: &Case<'_>, members: &Clients<'_>) -> Option<String> {
    let id = members.first().client_id.as_ref()?;
    let login = FactKey::saml_login(case.object.id);
    let login = case.facts().saml_login(&login).ok();
    let logged_in = login
        .is_some_and(|login| login.client_id.as_ref() == Some(id) && login.accepted().is_some());
    if logged_in {
        return Some(format!("[{SAML_AUTH}]"));
    }
    let mut good = case.objects.iter().flat_map(|object| {
        let clients = service_clients(object).into_iter();
        clients.filter_map(move |client| {
            let ClientRef::Service { section, .. } = &client else {
                return None;
            };
            let fact = case.facts().token(&FactKey::token(&client)).ok()?;
            let is_same = fact.client_id.as_ref() == Some(id) && fact.is_issued();
            let place = if object.id == case.object.id {
                String::new()
            } else {
                format!(" of {}", object.place)
            };
            is_same.then(|| format!("[{section}]{place}"))
        })
    });
    good.next()
}

/// A secret with blanks or quotes around it is refused because of them: the check of cleanness shows the same fault.
pub(crate) fn mangled<'r>(all: &'r [Row], members: &Clients<'_>) -> Vec<&'r Row> {
    let sections: Vec<&Name> = members
        .iter()
        .filter(|(fact, _)| !fact.secret.irregularities().is_empty())
        .filter_map(|(_, row)| match client(row)? {
            ClientRef::Service { section, .. } => Some(section),
            ClientRef::Person { .. } | ClientRef::Tool { .. } => None,
        })
        .collect();
    let unclean = rows::failing(all, &services::OptionsClean).into_iter();
    unclean
        .filter(|row| {
            sections
                .iter()
                .any(|section| row.subject == Subject::option(*section, "password"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use crate::{general, org};
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
            .without_login()
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"))
    }

    #[test]
    fn a_genuine_refusal_fires() {
        let bench = refused("placeholder", true);
        let found = bench.diagnose(&WrongSecret);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].fix.contains("Enter the right secret in [ewt]"));
        assert_eq!(bench.causes(), ["wrong-secret"]);
    }

    /// Two sections with one client: the one's wrong secret is not excused by the other's right one, which is where to copy from.
    #[test]
    fn a_section_with_the_right_secret_of_the_same_client_is_where_to_copy_from() {
        let shared = |password: &str| {
            let id = objects::EWT_CLIENT;
            let object = objects::with(objects::healthy(), "pacing", "client_id", id);
            let bench = Bench::of(objects::with(object, "pacing", "password", password));
            let error = oauth_error(401, "invalid_client", "authentication failed");
            let fact = token(&bench.object, "ewt", error);
            (bench.fact(token_key("ewt"), fact)).blocked_behind(&token_key("ewt"))
        };
        let copied = |bench: &Bench| {
            let found = bench.diagnose(&WrongSecret).remove(0);
            assert!(found.sentence.contains("of [ewt],"), "{}", found.sentence);
            assert!(
                found.fix.contains("the secret in [pacing]"),
                "{}",
                found.fix
            );
            assert!(found.fix.contains("Generate no new one"), "{}", found.fix);
        };
        copied(&shared("FAKE-right"));
        // Also where it is right but for a blank.
        let blank = shared("FAKE-right ");
        let error = oauth_error(401, "invalid_client", "authentication failed");
        let mut fact = token(&blank.object, "pacing", error);
        fact.trimmed = Some(TokenOutcome::Issued { expires_in: None });
        let blank = blank.fact(token_key("pacing"), fact);
        copied(&blank);
        assert!(blank.causes().contains(&"secret-with-blanks".to_owned()));
    }

    /// A person who logged in with the same client proves its secret in [saml_auth], and the region.
    #[test]
    fn a_login_with_the_same_client_proves_its_secret() {
        let object = objects::healthy();
        let id = object
            .plain("saml_auth", "client_id")
            .expect("an id")
            .raw()
            .to_owned();
        let bench = Bench::of(objects::with(object, "ewt", "client_id", &id));
        let error = oauth_error(401, "invalid_client", "authentication failed");
        let fact = token(&bench.object, "ewt", error);
        let bench = bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"));
        let found = bench.diagnose(&WrongSecret).remove(0);
        assert_eq!(found.certainty, Certainty::Certain);
        assert!(
            found.fix.contains("the secret in [saml_auth]"),
            "{}",
            found.fix
        );
        assert!(!found.fix.contains("region"), "{}", found.fix);
    }

    #[test]
    fn what_was_tried_without_its_blank_is_not_told_to_be_tried() {
        let bench = refused("placeholder ", true);
        let error = oauth_error(401, "invalid_client", "authentication failed");
        let mut fact = token(&bench.object, "ewt", error.clone());
        fact.trimmed = Some(error);
        let found = bench.fact(token_key("ewt"), fact).diagnose(&WrongSecret);
        let fix = &found[0].fix;
        assert!(
            fix.contains("is refused without what stands around it too"),
            "{fix}"
        );
    }

    #[test]
    fn a_blank_at_the_end_is_said_first() {
        let bench = refused("placeholder ", true)
            .failing(&services::OptionsClean, Subject::option("ewt", "password"));
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
        let bench = refused("placeholder", true).failing(&org::IdMatches, Subject::Object);
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
        let bench = refused("placeholder", true).failing(&general::SameRegion, Subject::Object);
        assert!(bench.diagnose(&WrongSecret).is_empty());
    }
}
