//! A person's login with a signed assertion (RFC 7522): one exchange per encoding, until one is accepted or the answer shows that the encoding is not the matter.

use std::time::Duration;

use bytes::Bytes;
use hybridcheck_core::facts::{OAuthError, SamlLoginFact, SamlTry, TokenOutcome};
use hybridcheck_core::object::is_guid;
use hybridcheck_core::secret::Secret;
use hybridcheck_core::text::visible;

use super::link::Link;
use super::token::post_form;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

/// What is asked.
pub struct Ask<'a> {
    /// The person.
    pub email: &'a str,
    /// The short name of the organisation, form field `orgName`.
    pub organization: &'a str,
    /// Id and secret of the client of `[saml_auth]`.
    pub client: (&'a str, &'a Secret),
    /// The assertion in each encoding to try, with the encoding's name.
    pub assertions: &'a [(String, Secret)],
}

/// Logs in; the token of the exchange that was accepted.
pub async fn request(
    link: &Link,
    ask: &Ask<'_>,
    phase: Duration,
) -> (SamlLoginFact, Option<Secret>) {
    let client_id = ask.client.0;
    let mut fact = SamlLoginFact {
        email: visible(ask.email, 254),
        client_id: is_guid(client_id).then(|| client_id.to_owned()),
        organization: visible(ask.organization, 100),
        tries: Vec::new(),
    };
    for (encoding, assertion) in ask.assertions {
        let form = form(ask.organization, assertion);
        let posted = post_form(link, ask.client, form, phase).await;
        let is_last = !is_about_assertion(&posted.outcome);
        fact.tries.push(SamlTry {
            encoding: encoding.clone(),
            http: posted.http,
            outcome: posted.outcome,
        });
        if is_last {
            return (fact, posted.token);
        }
    }
    (fact, None)
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

/// The refusal may be about the assertion, so another encoding is worth a try. The genuine service's words for that are not
/// known; what is known of the client (unknown, wrong secret, wrong grant type) has RFC 6749's names.
fn is_about_assertion(outcome: &TokenOutcome) -> bool {
    const OF_CLIENT: [&str; 3] = [
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
    ];
    matches!(outcome, TokenOutcome::Refused(OAuthError { status, error, .. })
        if (400..500).contains(status) && !OF_CLIENT.contains(&error.as_str()))
}
