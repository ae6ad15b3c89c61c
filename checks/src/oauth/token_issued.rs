//! Whether each service client is given a token.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{
    Answer, ClientRef, FactKey, Gap, OAuthError, TokenFact, TokenOutcome,
};
use hybridcheck_core::finding::{Judgement, Owner, Status};
use hybridcheck_core::object::{HybridObject, SAML_AUTH};
use hybridcheck_core::page;

use crate::evidence::refusals::{self, OAuthMeaning};
use crate::evidence::{http, subjects};

page! {
    /// The token endpoint gives the service's client a token.
    ///
    /// One client-credentials token is asked for with the id and secret of the section, as the component itself would.
    /// The client of `saml_auth` uses the SAML2-bearer grant, so no such token is asked for it.
    ///
    /// ## Why it matters
    ///
    /// Without a token the service behind this section can do nothing at all.
    ///
    /// ## How to fix
    ///
    /// Settle the region first: a good client is unknown, or fails to authenticate, at the login host of another region.
    /// *Not found*: copy `client_id` again from Admin > Integrations > OAuth. *Authentication failed*: take blanks and
    /// quotes around the secret away, and look whether another section has the right one. Secrets are shown only when they are made: only
    /// when it is lost, generate a new one, and enter it in **every** section that uses this client.
    ///
    /// ## What we rely on
    ///
    /// Documented: the request (RFC 6749, official SDKs). Observed by third parties on the live service: the words `client not found`
    /// and `authentication failed`, and that a wrong region leads to the same words. Other words are shown as they are.
    pub(crate) struct TokenIssued;
}

impl Judge for TokenIssued {
    type Subject = ClientRef;

    fn subjects(&self, object: &HybridObject) -> Vec<ClientRef> {
        let sections = object.services().into_iter();
        sections
            .filter(|section| object.is_client(section.raw()))
            .map(|section| ClientRef::Service {
                object: object.id,
                section: section.clone(),
            })
            .collect()
    }

    fn needs(&self, client: &ClientRef, _: &HybridObject) -> Vec<FactKey> {
        if is_saml(client) {
            return Vec::new();
        }
        vec![FactKey::token(client)]
    }

    fn judge(&self, client: &ClientRef, case: &Case<'_>) -> Answer<Judgement> {
        if is_saml(client) {
            return Ok(Judgement::not_applicable(
                "its grant type is SAML2 bearer, so no client-credentials token is asked for it",
            ));
        }
        let fact = case.token(&FactKey::token(client))?;
        let judgement = match &fact.outcome {
            TokenOutcome::Issued {
                expires_in: Some(life),
            } => Judgement::pass(format!("a token of {life} seconds")),
            TokenOutcome::Issued { expires_in: None } => {
                Judgement::pass("a token whose life is not stated")
            }
            TokenOutcome::Refused(error) => {
                if fact.client_id.is_none() && refusals::means(error, OAuthMeaning::UnknownClient) {
                    // An id that may not be shown is no GUID, which `services-client-id-guid` judges.
                    return Err(blocked_by_id(case, client));
                }
                refused(client, fact, error)
            }
            TokenOutcome::RateLimited { retry_after } => Judgement::warn(
                "a token at once",
                match retry_after {
                    Some(seconds) => format!(
                        "the service limits the rate of token requests; it says to wait {seconds} s"
                    ),
                    None => "the service limits the rate of token requests".into(),
                },
                "Find what asks for tokens so often (a token is to be kept until it ends), and give each service a client of its own.",
                Owner::EngageAdmin,
            ),
            TokenOutcome::Malformed { problem } => {
                return Err(subjects::malformed_token(&fact.http, problem));
            }
            TokenOutcome::NotOAuth => not_oauth(case, fact)?,
        };
        let judgement =
            subjects::with_http(judgement, &fact.http).evidence("secret used", &fact.secret);
        let judgement = match &fact.outcome {
            TokenOutcome::Issued { .. } => judgement,
            TokenOutcome::Refused(error) => {
                judgement.evidence("who answered", http::who(&fact.http, error.genuine))
            }
            _ => judgement.evidence("who answered", http::who(&fact.http, false)),
        };
        let judgement = match &fact.client_id {
            Some(id) => judgement.evidence("client id", id),
            None => judgement,
        };
        Ok(with_blanks(case, client, judgement))
    }
}

/// An id is sent without the blanks around it; whether a component does so is not known.
fn with_blanks(case: &Case<'_>, client: &ClientRef, judgement: Judgement) -> Judgement {
    let ClientRef::Service { section, .. } = client else {
        return judgement;
    };
    let option = case.object.option(section.raw(), "client_id");
    let raw = option.and_then(|option| option.value.plain());
    if judgement.status() != Status::Pass || raw.is_none_or(|raw| raw.trim() == raw) {
        return judgement;
    }
    Judgement::warn(
        "a token for the id as it stands in the option",
        format!(
            "{}, for the id without the blanks around it",
            judgement.found()
        ),
        "Enter client_id again without the blanks: whether components send them is not known.",
        Owner::EngageAdmin,
    )
    .resting_on(judgement.evidence)
}

fn is_saml(client: &ClientRef) -> bool {
    matches!(client, ClientRef::Service { section, .. } if section.eq_ignore_ascii_case(SAML_AUTH))
}

fn blocked_by_id(case: &Case<'_>, client: &ClientRef) -> Gap {
    let section = match client {
        ClientRef::Service { section, .. } => section.raw(),
        ClientRef::Person { .. } | ClientRef::Tool { .. } => "",
    };
    Gap::blocked(FactKey::option(case.object.id, section, "client_id"))
}

const EXPECTED: &str = "a token";

fn refused(client: &ClientRef, fact: &TokenFact, error: &OAuthError) -> Judgement {
    let region = "Make sure that base_auth_url is of the region your organisation lives in";
    if !error.genuine {
        return Judgement::fail(
            EXPECTED,
            format!("{error}; the answer lacks the marks of the genuine service"),
            "Find out what answers in place of Genesys Cloud before you change any credential.",
            Owner::NetworkTeam,
        );
    }
    match refusals::oauth(error).map(|(meaning, _)| meaning) {
        Some(OAuthMeaning::UnknownClient) => Judgement::fail(
            EXPECTED,
            format!("{error}: no such client at this login host"),
            format!(
                "{region}; then copy the id of {client} again from Admin > Integrations > OAuth."
            ),
            Owner::EngageAdmin,
        ),
        Some(OAuthMeaning::WrongSecret) => {
            let blanks = fact.secret.irregularities();
            let first = if blanks.is_empty() {
                String::new()
            } else {
                format!("Remove from the password option: {}. ", blanks.join(", "))
            };
            Judgement::fail(
                EXPECTED,
                format!("{error}: the secret is not this client's"),
                format!(
                    "{first}{region}; then enter the right secret. Only if it stands in no other section and is lost, generate a new one, and enter it in every section that uses this client."
                ),
                Owner::EngageAdmin,
            )
        }
        Some(OAuthMeaning::GrantNotAllowed) => Judgement::fail(
            EXPECTED,
            format!("{error}: this client may not use client credentials"),
            "Create an OAuth client of grant type Client Credentials and enter its id and secret here.",
            Owner::CloudAdmin,
        ),
        None => Judgement::fail(
            EXPECTED,
            error.to_string(),
            "Look the client up under Admin > Integrations > OAuth; give the correlation id to Genesys support if nothing is wrong with it.",
            Owner::CloudAdmin,
        ),
    }
}

/// Not an OAuth answer: judged where the defect lies, and here only when it lies nowhere else.
fn not_oauth(case: &Case<'_>, fact: &TokenFact) -> Answer<Judgement> {
    let status = fact.http.outcome.answer().map(|answer| answer.status);
    if let Some(500..=599) = status {
        return Ok(Judgement::fail(
            EXPECTED,
            format!(
                "{}: the service, or something before it, failed",
                fact.http.outcome
            ),
            "Try again, and look at the status page of Genesys Cloud; give the correlation id to Genesys support.",
            Owner::CloudAdmin,
        ));
    }
    if let Some(endpoint) = case.object.auth_endpoint() {
        let (host, written) = (
            &endpoint.host,
            case.object
                .plain("general", "base_auth_url")
                .unwrap_or_default(),
        );
        let documented = [
            format!("https://{host}/oauth/token"),
            format!("https://{endpoint}/oauth/token"),
        ];
        let is_documented = documented.iter().any(|url| {
            written.eq_ignore_ascii_case(url) && written.raw().ends_with("/oauth/token")
        });
        if !is_documented {
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "general",
                "base_auth_url",
            )));
        }
        let key = case.over(FactKey::discovery(&endpoint));
        let is_stranger = |fact: &hybridcheck_core::facts::DiscoveryFact| {
            fact.document.is_none()
                && fact
                    .http
                    .outcome
                    .answer()
                    .is_none_or(|answer| answer.correlation_id().is_none())
        };
        if case.facts().discovery(&key).is_ok_and(is_stranger) {
            return Err(Gap::blocked(key));
        }
    }
    if fact.http.outcome.answer().is_none() {
        return Ok(Judgement::fail(
            EXPECTED,
            fact.http.outcome.to_string(),
            "Run it again. Where it stays so while other requests are answered, something on the way holds this request back or cuts it: show \
             the time and the address of this row to those who run the proxy and the firewall.",
            Owner::NetworkTeam,
        ));
    }
    Ok(Judgement::fail(
        EXPECTED,
        format!("{}, which is no OAuth answer", fact.http.outcome),
        "Find out what answers token requests in place of Genesys Cloud: a proxy or filter between this host and the internet.",
        Owner::NetworkTeam,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::HttpOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{client, discovery, http, oauth_error, token, token_key};

    fn answered(outcome: TokenOutcome) -> Bench {
        let bench = Bench::healthy();
        let fact = token(&bench.object, "ewt", outcome);
        bench.fact(token_key("ewt"), fact)
    }

    fn judged(bench: &Bench) -> Judgement {
        bench.judge(&TokenIssued, client("ewt")).expect("a verdict")
    }

    #[test]
    fn an_id_that_is_accepted_without_its_blanks_is_a_warning() {
        let id = format!("{} ", hybridcheck_testkit::objects::EWT_CLIENT);
        let bench = Bench::healthy().option("ewt", "client_id", &id);
        let judgement = bench.judge(&TokenIssued, client("ewt")).expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("without the blanks"));
    }

    #[test]
    fn a_token_passes_with_its_life() {
        assert_eq!(
            judged(&Bench::healthy()).found(),
            "a token of 86400 seconds"
        );
    }

    #[test]
    fn the_saml_client_is_not_asked() {
        let judgement = Bench::healthy()
            .judge(&TokenIssued, client("saml_auth"))
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::NotApplicable);
        assert!(judgement.found().contains("SAML2 bearer"));
        let object = hybridcheck_testkit::objects::healthy();
        assert!(TokenIssued.needs(&client("saml_auth"), &object).is_empty());
    }

    #[test]
    fn each_refusal_is_told_in_its_own_words() {
        for (status, error, description, word) in [
            (400, "invalid_client", "client not found", "no such client"),
            (
                401,
                "invalid_client",
                "authentication failed",
                "the secret is not",
            ),
            (
                400,
                "unauthorized_client",
                "no",
                "may not use client credentials",
            ),
            (
                400,
                "invalid_request",
                "strange",
                "HTTP 400 invalid_request: strange",
            ),
        ] {
            let judgement = judged(&answered(oauth_error(status, error, description)));
            assert_eq!(judgement.status(), Status::Fail);
            assert!(judgement.found().contains(word), "{}", judgement.found());
        }
    }

    #[test]
    fn an_id_that_is_no_guid_is_judged_by_its_own_check() {
        let bench = answered(oauth_error(400, "invalid_client", "client not found"));
        let mut fact = token(
            &bench.object,
            "ewt",
            oauth_error(400, "invalid_client", "client not found"),
        );
        fact.client_id = None;
        let bench = bench.fact(token_key("ewt"), fact);
        let by = FactKey::option(bench.object.id, "ewt", "client_id");
        assert_eq!(
            bench.judge(&TokenIssued, client("ewt")),
            Err(Gap::blocked(by))
        );
    }

    #[test]
    fn a_stranger_never_makes_anyone_change_a_secret() {
        let TokenOutcome::Refused(mut error) =
            oauth_error(401, "invalid_client", "authentication failed")
        else {
            unreachable!("a refusal");
        };
        error.genuine = false;
        let judgement = judged(&answered(TokenOutcome::Refused(error)));
        assert!(judgement.fix().contains("before you change any credential"));
    }

    #[test]
    fn a_rate_limit_warns() {
        assert_eq!(
            judged(&answered(TokenOutcome::RateLimited {
                retry_after: Some(60)
            }))
            .status(),
            Status::Warn
        );
    }

    #[test]
    fn what_is_no_oauth_answer_is_judged_where_the_defect_lies() {
        assert_eq!(
            judged(&answered(TokenOutcome::NotOAuth)).status(),
            Status::Fail
        );
        let wrong_path = answered(TokenOutcome::NotOAuth).option(
            "general",
            "base_auth_url",
            "https://login.mypurecloud.de/oauth",
        );
        assert!(wrong_path.judge(&TokenIssued, client("ewt")).is_err());
        let endpoint = Bench::healthy().auth();
        let mut portal = discovery(&endpoint, "x");
        portal.document = None;
        portal.http = http("GET …", 200, "text/html", "", false);
        let behind = answered(TokenOutcome::NotOAuth).fact(FactKey::discovery(&endpoint), portal);
        assert_eq!(
            behind.judge(&TokenIssued, client("ewt")),
            Err(Gap::blocked(FactKey::discovery(&endpoint)))
        );
    }

    #[test]
    fn no_answer_at_all_fails() {
        let bench = Bench::healthy();
        let mut fact = token(&bench.object, "ewt", TokenOutcome::NotOAuth);
        fact.http.outcome = HttpOutcome::Closed;
        assert_eq!(
            judged(&bench.fact(token_key("ewt"), fact)).status(),
            Status::Fail
        );
    }

    #[test]
    fn a_refusal_to_send_the_secret_is_a_gap() {
        let refusal = Gap::Refused {
            reason: "the chain is not trusted".into(),
        };
        let bench = Bench::healthy().gap(token_key("ewt"), refusal.clone());
        assert_eq!(bench.judge(&TokenIssued, client("ewt")), Err(refusal));
    }
}
