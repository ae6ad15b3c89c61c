//! Whether a user can really log in with an assertion signed by the object's key.

use hybridcheck_core::check::{Case, Judge, SectionName};
use hybridcheck_core::facts::{
    Answer, FactKey, Gap, HttpAnswer, OAuthError, SamlLoginFact, SamlTry, TokenOutcome,
};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, SAML_AUTH};
use hybridcheck_core::page;

use crate::evidence::subjects;

page! {
    /// A user can log in with an assertion signed by this object.
    ///
    /// Done only on request (`--saml-user`), as an existing test user: the assertion is made from the object's own issuer, certificate
    /// and key, exchanged with the client of `[saml_auth]`, and the token is ended again.
    ///
    /// ## Why it matters
    ///
    /// It is the login that Workspace Desktop makes. It stands on everything at once: key, certificate, issuer, identity provider,
    /// client, organisation and clocks. With `autoProvisionUsers` a login of an unknown address creates a user and may take a licence,
    /// so hybridcheck never makes one unasked.
    ///
    /// ## How to fix
    ///
    /// Look at the causes named beside it first. Workspace Desktop's own assertion is explained by `hybridcheck saml --decode`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the grant, its fields and the attributes of the assertion. Not documented: how the assertion is encoded, so the
    /// likely encodings are tried in turn and the accepted one is told; the service's words for a refused assertion.
    pub(crate) struct Login;
}

impl Judge for Login {
    type Subject = SectionName;

    fn subjects(&self, object: &HybridObject) -> Vec<SectionName> {
        subjects(object)
    }

    fn needs(&self, _: &SectionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::saml_login(object.id)]
    }

    fn judge(&self, _: &SectionName, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.saml_login()?;
        let Some(last) = fact.tries.last() else {
            return Err(Gap::NotAnswered {
                what: "no assertion was sent".into(),
            });
        };
        let judgement = match &last.outcome {
            TokenOutcome::Issued { .. } if last.trimmed => Judgement::fail(
                "a token for the secret as it stands in saml_auth/password",
                format!(
                    "{} logged in, but only without what stands around the secret",
                    fact.email.shown(80)
                ),
                "Enter saml_auth/password again without the blanks and quotes around it.",
                Owner::EngageAdmin,
            ),
            TokenOutcome::Issued { .. } => Judgement::pass(format!(
                "{} logged in; accepted was {}",
                fact.email.shown(80),
                last.encoding
            )),
            TokenOutcome::Refused(error) if !error.genuine => {
                return Err(Gap::NotAnswered {
                    what: format!(
                        "the login was answered with {error}, without the marks of the genuine service"
                    ),
                });
            }
            TokenOutcome::Refused(error) if error.status >= 500 => {
                return Err(Gap::NotAnswered {
                    what: format!(
                        "the service was in trouble when the login was asked for: {error}"
                    ),
                });
            }
            TokenOutcome::Refused(error) => Judgement::fail(
                "a token",
                refusal(fact, error),
                "Look at the causes beside this row. If there is none, give the correlation id to Genesys support, or look into the Identity Provider Event Log.",
                Owner::CloudAdmin,
            ),
            TokenOutcome::RateLimited { .. } => {
                return Err(Gap::NotAnswered {
                    what: "the service limits the rate of token requests".into(),
                });
            }
            TokenOutcome::Malformed { problem } => {
                return Err(subjects::malformed_token(&last.http, problem));
            }
            TokenOutcome::NotOAuth => {
                return Err(Gap::NotAnswered {
                    what: match last.http.outcome.answer() {
                        Some(_) => format!("the login got no OAuth answer: {}", last.http.outcome),
                        None => format!("the login was not answered: {}", last.http.outcome),
                    },
                });
            }
        };
        let judgement = subjects::with_http(judgement, &last.http)
            .evidence("user", &fact.email)
            .evidence("orgName", &fact.organization);
        let judgement = match &fact.client_id {
            Some(id) => judgement.evidence("client id", id),
            None => judgement,
        };
        Ok(fact.tries.iter().fold(judgement, |judgement, one| {
            let bare = if one.trimmed {
                ", the secret without what stands around it"
            } else {
                ""
            };
            judgement.evidence(&format!("{}{bare}", one.encoding), said(one))
        }))
    }
}

/// The login that brought a token. Where none was asked for there is nothing to judge: the check of the login itself says why.
pub(super) fn accepted<'a>(case: &Case<'a>) -> Answer<Result<&'a SamlLoginFact, Judgement>> {
    match case.saml_login() {
        Ok(fact) if fact.accepted().is_some() => Ok(Ok(fact)),
        Ok(_) => Err(Gap::blocked(FactKey::saml_login(case.object.id))),
        Err(Gap::NotAskedFor { .. }) => Ok(Err(Judgement::not_applicable(
            "nobody was logged in; saml-login says why",
        ))),
        Err(gap) => Err(gap),
    }
}

/// The section of the client that people log in with, when the object has it.
pub(super) fn subjects(object: &HybridObject) -> Vec<SectionName> {
    let is_there = object.is_client(SAML_AUTH);
    let section = is_there.then(|| SectionName(SAML_AUTH.into()));
    section.into_iter().collect()
}

/// What one try led to, with its correlation id.
fn said(one: &SamlTry) -> String {
    let answer = match &one.outcome {
        TokenOutcome::Issued { .. } => "accepted".to_owned(),
        TokenOutcome::Refused(error) => error.to_string(),
        TokenOutcome::Malformed { problem } => problem.shown(160).to_string(),
        TokenOutcome::NotOAuth | TokenOutcome::RateLimited { .. } => one.http.outcome.to_string(),
    };
    let id = one
        .http
        .outcome
        .answer()
        .and_then(HttpAnswer::correlation_id);
    match id {
        Some(id) => format!("{answer} (correlation id {})", id.shown(60)),
        None => answer,
    }
}

/// The refusal that tells most, and whether the other encodings were refused alike.
fn refusal(fact: &SamlLoginFact, last: &OAuthError) -> String {
    let tried = fact.decisive().count();
    let (telling, error) = match fact.telling() {
        Some((telling, error)) if tried > 1 => (telling, error),
        _ => return last.to_string(),
    };
    let is_alike =
        |one: &SamlTry| matches!(&one.outcome, TokenOutcome::Refused(other) if other == error);
    if fact.decisive().all(is_alike) {
        return format!("{error} (in each of {tried} encodings)");
    }
    format!(
        "{error} (as {}; the other encodings were refused in other words)",
        telling.encoding
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{oauth_error, saml_login, saml_login_key};
    use hybridcheck_testkit::objects;

    #[test]
    fn an_accepted_encoding_is_told() {
        let judgement = Bench::healthy().judge_first(&Login).expect("a verdict");
        assert_eq!(judgement.status(), Status::Pass);
        assert!(judgement.found().contains("base64 of the whole Response"));
    }

    #[test]
    fn the_refusal_that_differs_is_told_and_equal_ones_as_equal() {
        let bench = Bench::healthy();
        let refused = |words: &[&str]| {
            let tries = words.iter().map(|words| {
                let error = oauth_error(400, "invalid_grant", words);
                saml_login(&bench.object, error).tries.remove(0)
            });
            let mut fact = saml_login(&bench.object, oauth_error(400, "invalid_grant", "x"));
            fact.tries = tries.collect();
            let judged = Bench::healthy().fact(saml_login_key(), fact);
            let judgement = judged.judge_first(&Login).expect("a verdict");
            judgement.found().to_owned()
        };
        let odd = "cannot decode";
        let told = refused(&["unknown issuer", odd, odd, odd]);
        assert!(told.contains("unknown issuer (as base64"), "{told}");
        let told = refused(&[odd, odd, "unknown issuer", odd]);
        assert!(told.contains("unknown issuer (as base64"), "{told}");
        let told = refused(&[odd, odd]);
        assert!(told.ends_with("(in each of 2 encodings)"), "{told}");
        assert!(refused(&[odd]).ends_with(odd));
    }

    #[test]
    fn a_secret_that_is_accepted_without_its_blanks_only_fails() {
        let object = objects::with(objects::healthy(), "saml_auth", "password", "placeholder ");
        let bench = Bench::of(object);
        let refusal = oauth_error(401, "invalid_client", "authentication failed");
        let mut fact = saml_login(&bench.object, refusal);
        let issued = TokenOutcome::Issued { expires_in: None };
        let mut again = saml_login(&bench.object, issued).tries.remove(0);
        again.trimmed = true;
        fact.tries.push(again);
        let bench = bench.fact(saml_login_key(), fact);
        let judgement = bench.judge_first(&Login).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.found().contains("only without"));
        assert_eq!(bench.causes(), ["secret-with-blanks"]);
    }

    #[test]
    fn every_try_is_told_with_its_words_and_correlation_id() {
        let bench = Bench::healthy();
        let mut fact = saml_login(
            &bench.object,
            oauth_error(400, "invalid_grant", "odd words"),
        );
        let issued = TokenOutcome::Issued { expires_in: None };
        let mut accepted = saml_login(&bench.object, issued).tries.remove(0);
        accepted.encoding = "base64url of the bare Assertion".into();
        fact.tries.push(accepted);
        let judgement = bench.fact(saml_login_key(), fact).judge_first(&Login);
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status(), Status::Pass);
        let of = |label: &str| {
            let mut pieces = judgement.evidence.iter();
            let piece = pieces.find(|piece| piece.label == label);
            piece.expect("a try").value.clone()
        };
        let first = of("base64 of the whole Response");
        assert!(first.starts_with("HTTP 400 invalid_grant: odd words (correlation id "));
        assert!(of("base64url of the bare Assertion").starts_with("accepted"));
    }

    #[test]
    fn a_refusal_fails_with_the_services_words() {
        let outcome = oauth_error(400, "invalid_grant", "whatever it says");
        let bench = Bench::healthy();
        let fact = saml_login(&bench.object, outcome);
        let judgement = bench.fact(saml_login_key(), fact).judge_first(&Login);
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains("whatever it says"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_login_that_nobody_asked_for_is_a_gap_with_its_reason() {
        let refused = Gap::NotAskedFor {
            reason: "it may create a user".into(),
            flag: "--saml-user".into(),
        };
        let bench = Bench::healthy().gap(saml_login_key(), refused.clone());
        assert_eq!(bench.judge_first(&Login), Err(refused));
    }

    #[test]
    fn a_stranger_accuses_nobody() {
        let TokenOutcome::Refused(mut error) = oauth_error(400, "invalid_grant", "no") else {
            unreachable!("a refusal");
        };
        error.genuine = false;
        let bench = Bench::healthy();
        let fact = saml_login(&bench.object, TokenOutcome::Refused(error));
        let answer = bench.fact(saml_login_key(), fact).judge_first(&Login);
        assert!(matches!(answer, Err(Gap::NotAnswered { .. })), "{answer:?}");
    }
}
