//! The token endpoint: a form sent with a client's credentials, such as the client-credentials grant (RFC 6749 section 4.4), once per client.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use hybridcheck_core::facts::{
    HttpAnswer, HttpFact, HttpOutcome, OAuthError, RETRY_AFTER_CAP, TokenFact, TokenOutcome,
};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;
use hybridcheck_core::time::Timestamp;
use hyper::header::HeaderValue;
use serde::Deserialize;

use super::clock;
use super::json::{self, Odd};
use super::link::{Ask, Exchange, Link};

#[derive(Deserialize)]
struct Success {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Life>,
}

/// Seconds; RFC 6749 has a number, and a number in quotes says the same.
#[derive(Deserialize)]
#[serde(untagged)]
enum Life {
    Number(u64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Failure {
    error: String,
    description: Option<String>,
    error_description: Option<String>,
}

/// What came of a form sent to the token endpoint.
pub(super) struct Posted {
    /// What happened; without the body when it held a token.
    pub(super) http: HttpFact,
    /// What the endpoint said.
    pub(super) outcome: TokenOutcome,
    /// The token, when one was issued.
    pub(super) token: Option<Secret>,
}

/// Asks for a token with the client's own credentials.
pub async fn request(
    link: &Link,
    client_id: &ClientId,
    secret: &Secret,
    phase: Duration,
) -> (TokenFact, Option<Secret>) {
    let form = Bytes::from_static(b"grant_type=client_credentials");
    let mut posted = post_form(link, (client_id, secret), form.clone(), phase).await;
    let mut trimmed = None;
    // Only where the service itself refused it: what a proxy says, or a service in trouble, is no verdict on a secret.
    if matches!(&posted.outcome, TokenOutcome::Refused(error) if error.genuine && error.status < 500)
        && let Some(bare) = bare(secret)
    {
        let again = post_form(link, (client_id, &bare), form, phase).await;
        trimmed = Some(again.outcome);
        posted.token = again.token;
    }
    let fact = TokenFact {
        client_id: client_id.is_guid().then(|| client_id.clone()),
        secret: secret.shape(),
        http: posted.http,
        outcome: posted.outcome,
        trimmed,
    };
    (fact, posted.token)
}

/// The secret without the blanks, quotes and invisible characters around it; nothing when it has none.
pub(super) fn bare(secret: &Secret) -> Option<Secret> {
    #[expect(
        clippy::disallowed_methods,
        reason = "what stands around a secret is cut off here, and what remains is a secret again"
    )]
    let text = secret.expose();
    let bare = hybridcheck_core::text::bare(text);
    (bare.len() < text.len() && !bare.is_empty()).then(|| Secret::new(bare))
}

/// Sends a form to the token endpoint as a client. `Retry-After` is honoured once; then it is the fact.
pub(super) async fn post_form(
    link: &Link,
    client: (&ClientId, &Secret),
    form: Bytes,
    phase: Duration,
) -> Posted {
    let credentials = credentials(client);
    let mut exchange = once(link, &credentials, form.clone(), phase).await;
    if let Some(wait) = retry_after(&exchange).filter(|wait| *wait <= RETRY_AFTER_CAP) {
        tokio::time::sleep(wait).await;
        exchange = once(link, &credentials, form, phase).await;
    }
    let (outcome, token) = interpret(&exchange);
    let mut http = exchange.fact;
    if token.is_some() || may_hold_token(&exchange.body) {
        forget_body(&mut http);
    }
    let mut posted = Posted {
        http,
        outcome,
        token,
    };
    posted.forget(&credentials, "[credentials]");
    posted
}

impl Posted {
    /// An answer that repeats what was sent is kept up to there: what is cut off in its middle no filter would recognise.
    pub(super) fn forget(&mut self, sent: &Secret, shown: &str) {
        #[expect(
            clippy::disallowed_methods,
            reason = "the beginning of what was sent is what is searched for"
        )]
        let sent = sent.expose();
        let beginning = sent.get(..RECOGNISED).unwrap_or(sent);
        let cut = |text: &mut Outside| {
            if let Some((before, _)) = text.raw().split_once(beginning) {
                *text = format!("{before}{shown}").into();
            }
        };
        if let HttpOutcome::Answer(answer) = &mut self.http.outcome {
            cut(&mut answer.excerpt);
        }
        if let TokenOutcome::Refused(error) = &mut self.outcome {
            cut(&mut error.error);
            cut(&mut error.description);
        }
    }
}

/// So much of an encoded assertion is the same in all of them, and so much of a client's credentials is its id: it recognises one.
const RECOGNISED: usize = 24;

/// Id and secret of a client as `Authorization: Basic` carries them (RFC 7617).
fn credentials((client_id, secret): (&ClientId, &Secret)) -> Secret {
    #[expect(
        clippy::disallowed_methods,
        reason = "the token endpoint is where a client secret goes; gather has checked host, scheme and chain"
    )]
    let pair = format!("{}:{}", client_id.view().raw(), secret.expose());
    Secret::new(Base64::encode_string(pair.as_bytes()))
}

async fn once(link: &Link, credentials: &Secret, form: Bytes, phase: Duration) -> Exchange {
    #[expect(
        clippy::disallowed_methods,
        reason = "the token endpoint is where credentials go; gather has checked host, scheme and chain"
    )]
    let value = format!("Basic {}", credentials.expose());
    let mut credentials =
        HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("Basic"));
    credentials.set_sensitive(true);
    let ask = Ask {
        method: hyper::Method::POST,
        path: "/oauth/token",
        accept: "application/json",
        headers: vec![
            ("authorization", credentials),
            (
                "content-type",
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            ),
        ],
        body: form,
    };
    link.ask(ask, phase).await
}

fn retry_after(exchange: &Exchange) -> Option<Duration> {
    let answer = exchange.fact.outcome.answer()?;
    (answer.status == 429).then(|| Duration::from_secs(stated_wait(answer).unwrap_or(1)))
}

fn stated_wait(answer: &HttpAnswer) -> Option<u64> {
    retry_seconds(answer.header("retry-after")?.raw(), clock::now())
}

/// `Retry-After` in seconds from now: it states seconds, or the moment itself (RFC 9110 section 10.2.3).
pub(super) fn retry_seconds(text: &str, now: Timestamp) -> Option<u64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let until = Timestamp::parse_http(text)?.unix_millis();
        let millis = until.saturating_sub(now.unix_millis()).max(0);
        u64::try_from(millis)
            .ok()
            .map(|millis| millis.div_ceil(1000))
    })
}

fn interpret(exchange: &Exchange) -> (TokenOutcome, Option<Secret>) {
    match &exchange.fact.outcome {
        HttpOutcome::Answer(answer) => answered(answer, &exchange.body),
        _ => (TokenOutcome::NotOAuth, None),
    }
}

/// What an answer of the token endpoint says, and the token that it holds.
pub(super) fn answered(answer: &HttpAnswer, body: &[u8]) -> (TokenOutcome, Option<Secret>) {
    if answer.status == 429 {
        let retry_after = stated_wait(answer);
        return (TokenOutcome::RateLimited { retry_after }, None);
    }
    if answer.status == 200 {
        return issued(answer, body);
    }
    match serde_json::from_slice::<Failure>(body) {
        Ok(failure) if answer.status >= 400 => {
            let both =
                failure.description.is_some() && failure.description == failure.error_description;
            let description = failure
                .error_description
                .or(failure.description)
                .unwrap_or_default();
            let refused = OAuthError {
                status: answer.status,
                error: Outside::kept(&failure.error, 100),
                description: Outside::kept(&description, 300),
                genuine: both || answer.correlation_id().is_some(),
            };
            (TokenOutcome::Refused(refused), None)
        }
        _ => (TokenOutcome::NotOAuth, None),
    }
}

/// A token, or what is wrong with an answer that should hold one. Only an answer that bears a mark of the service, or of OAuth,
/// is one; anything else is somebody else's.
fn issued(answer: &HttpAnswer, body: &[u8]) -> (TokenOutcome, Option<Secret>) {
    let problem = match json::read::<Success>(body).map(Success::usable) {
        Ok(Ok(outcome)) => return outcome,
        Ok(Err(odd)) | Err(odd) => odd,
    };
    if answer.truncated || !(is_of_oauth(body) || answer.correlation_id().is_some()) {
        return (TokenOutcome::NotOAuth, None);
    }
    let problem = problem.to_string().into();
    (TokenOutcome::Malformed { problem }, None)
}

impl Success {
    fn usable(self) -> Result<(TokenOutcome, Option<Secret>), Odd> {
        let odd = |path: &str, problem: &str| Odd::Member {
            path: path.to_owned(),
            problem: problem.to_owned(),
        };
        let is_token =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token(&self.access_token) {
            return Err(odd(
                "access_token",
                "is empty, or holds what no header can carry",
            ));
        }
        if let Some(kind) = &self.token_type
            && !kind.eq_ignore_ascii_case("bearer")
        {
            return Err(odd("token_type", "should be bearer, and is something else"));
        }
        let expires_in = match self.expires_in {
            None => None,
            Some(Life::Number(seconds)) => Some(seconds),
            Some(Life::Text(text)) => match text.parse() {
                Ok(seconds) => Some(seconds),
                Err(_) => {
                    return Err(odd(
                        "expires_in",
                        "should be a number of seconds, and is another text",
                    ));
                }
            },
            Some(Life::Other(_)) => {
                return Err(odd(
                    "expires_in",
                    "should be a number of seconds, and is neither number nor text",
                ));
            }
        };
        Ok((
            TokenOutcome::Issued { expires_in },
            Some(Secret::new(self.access_token)),
        ))
    }
}

/// The body has a member that only an answer of a token endpoint has.
fn is_of_oauth(body: &[u8]) -> bool {
    json::read::<serde_json::Map<String, serde_json::Value>>(body).is_ok_and(|members| {
        ["access_token", "expires_in", "token_type"]
            .iter()
            .any(|name| members.contains_key(*name))
    })
}

/// A body that held a token, or may hold one, is not kept, not even its beginning.
fn may_hold_token(body: &[u8]) -> bool {
    let name = b"access_token";
    body.windows(name.len()).any(|window| window == name)
}

fn forget_body(http: &mut HttpFact) {
    if let HttpOutcome::Answer(answer) = &mut http.outcome {
        answer.excerpt = Outside::default();
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::facts::{http, oauth_error};

    use super::*;

    #[test]
    fn an_answer_that_repeats_what_was_sent_is_cut_there() {
        let sent = [
            Secret::new("PHNhbWxwOlJlc3BvbnNlIHhtbG5z".repeat(9)),
            credentials((
                &"22222222-aaaa-4bbb-8ccc-222222222222".into(),
                &Secret::new("s3cret"),
            )),
            credentials((&"id".into(), &Secret::new("s3cret"))),
        ];
        for sent in sent {
            #[expect(clippy::disallowed_methods, reason = "the test plays the echo")]
            let echo = format!("bad value {} and more", sent.expose());
            let mut posted = Posted {
                http: http("POST …", 400, "text/html", &echo, false),
                outcome: oauth_error(400, "invalid_grant", &echo),
                token: None,
            };
            posted.forget(&sent, "[sent]");
            let TokenOutcome::Refused(error) = &posted.outcome else {
                panic!("not refused");
            };
            assert_eq!(error.description, "bad value [sent]");
            let excerpt = &posted.http.outcome.answer().expect("an answer").excerpt;
            assert_eq!(*excerpt, "bad value [sent]");
        }
    }

    #[test]
    fn a_wait_is_stated_in_seconds_or_as_a_moment() {
        let now = Timestamp::parse_http("Mon, 23 Nov 2026 12:00:00 GMT").expect("a moment");
        assert_eq!(retry_seconds(" 7 ", now), Some(7));
        assert_eq!(retry_seconds("Mon, 23 Nov 2026 12:00:09 GMT", now), Some(9));
        assert_eq!(retry_seconds("Mon, 23 Nov 2026 11:00:00 GMT", now), Some(0));
        assert_eq!(retry_seconds("soon", now), None);
    }
}
