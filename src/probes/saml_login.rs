//! A person's login with a signed assertion (RFC 7522): one exchange per encoding, until one is accepted or the answer shows that the encoding is not the matter.

use std::time::Duration;

use bytes::Bytes;
use hybridcheck_core::facts::{OAuthError, SamlLoginFact, SamlTry, TokenOutcome};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;

use super::link::Link;
use super::token::{Left, Posted, bare, post_form};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

/// What is asked.
pub struct Ask<'a> {
    /// The person.
    pub email: &'a str,
    /// The short name of the organisation, form field `orgName`.
    pub organization: &'a str,
    /// The audience that the assertion names.
    pub audience: &'a str,
    /// Id and secret of the client of `[saml_auth]`.
    pub client: (&'a ClientId, &'a Secret),
    /// The assertion in each encoding to try, with the encoding's name.
    pub assertions: &'a [(String, Secret)],
}

/// Logs in; what is left holds the token of the exchange that was accepted. A secret that is refused with blanks or quotes around it is tried without
/// them too.
pub async fn request(link: &Link, ask: &Ask<'_>, phase: Duration) -> (SamlLoginFact, Left) {
    let (client_id, secret) = ask.client;
    let mut fact = SamlLoginFact {
        email: Outside::kept(ask.email, 254),
        client_id: client_id.is_guid().then(|| client_id.clone()),
        organization: Outside::kept(ask.organization, 100).into(),
        audience: Outside::kept(ask.audience, 300),
        tries: Vec::new(),
    };
    let mut left = Left::default();
    in_turn(link, ask, secret, phase, &mut fact.tries, &mut left).await;
    let last = fact.tries.last().map(|last| &last.outcome);
    if last.is_some_and(is_of_client)
        && let Some(bare) = bare(secret)
    {
        let tried = fact.tries.len();
        in_turn(link, ask, &bare, phase, &mut fact.tries, &mut left).await;
        for one in fact.tries.iter_mut().skip(tried) {
            one.trimmed = true;
        }
    }
    (fact, left)
}

/// One encoding after the other, until one is accepted or the answer shows that the encoding is not the matter.
async fn in_turn(
    link: &Link,
    ask: &Ask<'_>,
    secret: &Secret,
    phase: Duration,
    tries: &mut Vec<SamlTry>,
    left: &mut Left,
) {
    for (encoding, assertion) in ask.assertions {
        let form = form(ask.organization, assertion);
        let posted = post_form(link, (ask.client.0, secret), form, phase).await;
        let is_last = !is_about_assertion(&posted);
        tries.push(SamlTry {
            encoding: encoding.as_str().into(),
            trimmed: false,
            http: posted.http,
            outcome: posted.outcome,
        });
        left.secrets.extend(posted.secrets);
        if is_last {
            left.token = posted.token;
            return;
        }
    }
}

fn form(organization: &str, assertion: &Secret) -> Bytes {
    #[expect(
        clippy::disallowed_methods,
        reason = "the token endpoint is where an assertion goes; gather has checked host, scheme and chain"
    )]
    let assertion = assertion.expose();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", GRANT)
        .append_pair("orgName", organization)
        .append_pair("assertion", assertion);
    Bytes::from(form.finish())
}

/// What RFC 6749 calls a refusal of the client itself.
const OF_CLIENT: [&str; 3] = [
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// The service does not know the client, or refuses its secret.
fn is_of_client(outcome: &TokenOutcome) -> bool {
    matches!(outcome, TokenOutcome::Refused(error)
        if error.genuine && error.status < 500 && error.error == "invalid_client")
}

/// The refusal may be about the assertion, so another encoding is worth a try. The genuine service's words for that are not
/// known; what is known of the client (unknown, wrong secret, wrong grant type) has RFC 6749's names.
fn is_about_assertion(posted: &Posted) -> bool {
    match &posted.outcome {
        TokenOutcome::Refused(OAuthError { status, error, .. }) => {
            (400..500).contains(status) && !OF_CLIENT.contains(&error.raw())
        }
        // The service's own refusal in a form that is not OAuth's.
        TokenOutcome::NotOAuth => {
            let answer = posted.http.outcome.answer();
            answer.is_some_and(|answer| answer.status == 400 && answer.correlation_id().is_some())
        }
        TokenOutcome::Issued { .. }
        | TokenOutcome::Malformed { .. }
        | TokenOutcome::RateLimited { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::facts::{http, oauth_error};

    use super::*;

    fn posted(status: u16, excerpt: &str, genuine: bool, outcome: TokenOutcome) -> Posted {
        Posted {
            http: http("POST …", status, "application/json", excerpt, genuine),
            outcome,
            token: None,
            secrets: Vec::new(),
        }
    }

    #[test]
    fn only_what_may_be_about_the_assertion_leads_to_another_try() {
        let refused = |status, error| posted(status, "", true, oauth_error(status, error, "no"));
        assert!(is_about_assertion(&refused(400, "invalid_grant")));
        assert!(is_about_assertion(&refused(401, "access_denied")));
        assert!(!is_about_assertion(&refused(400, "invalid_client")));
        assert!(!is_about_assertion(&refused(400, "unauthorized_client")));
        assert!(!is_about_assertion(&refused(
            503,
            "temporarily_unavailable"
        )));
        let limited = TokenOutcome::RateLimited { retry_after: None };
        assert!(!is_about_assertion(&posted(429, "", true, limited)));
        let bare = |genuine| posted(400, "{}", genuine, TokenOutcome::NotOAuth);
        assert!(is_about_assertion(&bare(true)));
        assert!(!is_about_assertion(&bare(false)), "a proxy's page");
    }
}
