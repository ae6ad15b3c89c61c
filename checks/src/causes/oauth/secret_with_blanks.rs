//! A secret is right but for what stands around it.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{FactKey, TokenFact, TokenOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::object::SAML_AUTH;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use super::wrong_secret::mangled;
use crate::evidence::members::Clients;
use crate::evidence::oauth::{by_client, client};
use crate::evidence::refusals::{self, OAuthMeaning};
use crate::evidence::{logins, rows};
use crate::{oauth, saml, services};

page! {
    /// The secret is right, but blanks or quotes stand around it in the option.
    ///
    /// ## What it means
    ///
    /// The service refused the secret as it stands in the option, and accepted it without the blanks, line breaks or quotes around it.
    /// The component sends the option as it is, so it cannot log in. hybridcheck went on with the token of the second try, so that
    /// what else is wrong can be seen.
    ///
    /// ## How to fix
    ///
    /// Enter the secret again without what the diagnosis names. No new secret is needed.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -u CLIENT_ID https://LOGIN-HOST/oauth/token -d grant_type=client_credentials` (curl asks for the secret: paste it without blanks).
    ///
    /// ## What we rely on
    ///
    /// Seen in this run: one answer with, one without. Whether a component cuts blanks off by itself is not documented.
    pub(crate) struct SecretWithBlanks;
}

impl Rule for SecretWithBlanks {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let refused = rows::failing(all, &oauth::TokenIssued).into_iter();
        let accepted: Vec<(&TokenFact, &Row)> = refused
            .filter_map(|row| {
                let fact = case.facts().token(&FactKey::token(client(row)?)).ok()?;
                // A client that may not use this grant was recognised all the same.
                let is_right = match &fact.trimmed {
                    Some(TokenOutcome::Issued { .. }) => true,
                    Some(TokenOutcome::Refused(error)) => {
                        refusals::means(error, OAuthMeaning::GrantNotAllowed)
                    }
                    _ => false,
                };
                is_right.then_some((fact, row))
            })
            .collect();
        let mut found = by_client(accepted).diagnosed(|_, members| {
            let sections = members.subjects();
            let around = around(members);
            members.diagnosis(
                Certainty::Certain,
                format!("the secret of {sections} is right, but not as it stands in the option: {around}"),
                Owner::EngageAdmin,
                format!("Enter the option password of {sections} again without: {around}. The secret itself stays."),
            )
            .shown_by(mangled(all, members))
        });
        found.extend(of_login(case, all));
        found
    }
}

/// What stands around the secret; of several sections, what stands around which.
fn around(members: &Clients<'_>) -> String {
    let of_one = |fact: &TokenFact| listed(fact.secret.irregularities());
    let is_one = members.rows().nth(1).is_none();
    if is_one {
        return of_one(members.first());
    }
    let each = members.iter();
    listed(each.map(|(fact, row)| format!("{} ({})", of_one(fact), row.subject)))
}

/// The same of the client that people log in with.
fn of_login(case: &Case<'_>, all: &[Row]) -> Option<Diagnosis> {
    let key = FactKey::saml_login(case.object.id);
    let login = case.facts().saml_login(&key).ok()?;
    let row = rows::failing(all, &saml::Login).into_iter().next()?;
    let last = login.tries.last().filter(|last| last.trimmed)?;
    // A refusal of the assertion comes after the client was accepted.
    let is_client_accepted = match &last.outcome {
        TokenOutcome::Issued { .. } => true,
        TokenOutcome::Refused(error) => {
            error.genuine && error.status < 500 && !logins::is_of_client(error)
        }
        _ => false,
    };
    if !is_client_accepted {
        return None;
    }
    let option = case.object.option(SAML_AUTH, "password")?;
    let around = option.value.shape().irregularities().join(", ");
    let unclean = rows::failing(all, &services::OptionsClean).into_iter();
    let own = Subject::option(SAML_AUTH, "password");
    Some(
        Diagnosis::new(
            row,
            Certainty::Certain,
            format!("the secret of [saml_auth] is right, but not as it stands in the option: {around}"),
            Owner::EngageAdmin,
            format!("Enter the option password of [saml_auth] again without: {around}. The secret itself stays."),
        )
        .shown_by(unclean.filter(|row| row.subject == own)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::{oauth_error, token, token_key};
    use hybridcheck_testkit::objects;

    fn refused(trimmed: Option<TokenOutcome>) -> Bench {
        let object = objects::with(objects::healthy(), "ewt", "password", "placeholder ");
        let bench = Bench::of(object);
        let outcome = oauth_error(401, "invalid_client", "authentication failed");
        let mut fact = token(&bench.object, "ewt", outcome);
        fact.trimmed = trimmed;
        bench.fact(token_key("ewt"), fact)
    }

    #[test]
    fn accepted_without_the_blank_is_certain() {
        let issued = TokenOutcome::Issued {
            expires_in: Some(60),
        };
        let bench = refused(Some(issued));
        let found = bench.diagnose(&SecretWithBlanks);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert!(found[0].fix.contains("trailing blank"), "{}", found[0].fix);
        assert_eq!(bench.causes(), ["secret-with-blanks"]);
    }

    /// The second try was recognised, and the client may not use this grant: two defects, and no wrong secret.
    #[test]
    fn a_client_of_another_grant_type_is_recognised_without_the_blank() {
        let grant = oauth_error(400, "unauthorized_client", "…");
        let bench = refused(Some(grant)).blocked_behind(&token_key("ewt"));
        assert_eq!(bench.causes(), ["secret-with-blanks", "wrong-grant-type"]);
    }

    #[test]
    fn refused_either_way_is_a_wrong_secret() {
        let again = oauth_error(401, "invalid_client", "authentication failed");
        assert!(refused(Some(again)).diagnose(&SecretWithBlanks).is_empty());
        assert!(refused(None).diagnose(&SecretWithBlanks).is_empty());
    }
}
