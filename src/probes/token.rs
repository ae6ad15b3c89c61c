//! The token endpoint: a form sent with a client's credentials, such as the client-credentials grant (RFC 6749 section 4.4), once per client.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use hybridcheck_core::facts::{
    HttpAnswer, HttpFact, HttpOutcome, OAuthError, RETRY_AFTER_CAP, TokenFact, TokenOutcome,
};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::object::is_guid;
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
    /// What was sent and what came, as far as no output may hold it.
    pub(super) secrets: Vec<Secret>,
}

/// What an exchange leaves beside its fact, in memory only.
#[derive(Debug, Default)]
pub struct Left {
    /// The token, when one was issued.
    pub token: Option<Secret>,
    /// What was sent and what came, as far as no output may hold it.
    pub secrets: Vec<Secret>,
}

/// Asks for a token with the client's own credentials.
pub async fn request(
    link: &Link,
    client_id: &ClientId,
    secret: &Secret,
    phase: Duration,
) -> (TokenFact, Left) {
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
        posted.secrets.extend(again.secrets);
    }
    let fact = TokenFact {
        client_id: client_id.is_guid().then(|| client_id.clone()),
        secret: secret.shape(),
        http: posted.http,
        outcome: posted.outcome,
        trimmed,
    };
    let left = Left {
        token: posted.token,
        secrets: posted.secrets,
    };
    (fact, left)
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
    let mut secrets = vec![credentials];
    if let HttpOutcome::Answer(answer) = &mut http.outcome
        && may_hold_token(answer, &exchange.body)
    {
        secrets.extend(told(answer, &exchange.body));
        answer.excerpt = Outside::default();
    }
    Posted {
        http,
        outcome,
        token,
        secrets,
    }
}

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

/// A body that may hold a token is not kept, not even its beginning: that of every answer that grants what was asked for, and of
/// one that speaks of a token.
fn may_hold_token(answer: &HttpAnswer, body: &[u8]) -> bool {
    let name = b"access_token";
    answer.status == 200 || body.windows(name.len()).any(|window| window == name)
}

/// What in an answer that grants a token may be one, under whatever name and wherever it stands: no output may hold it.
fn told(answer: &HttpAnswer, body: &[u8]) -> Vec<Secret> {
    let mut told = Vec::new();
    match json::read::<serde_json::Value>(body) {
        Ok(body) => strings("", &body, &mut told),
        Err(_) => told.extend(tokens(&String::from_utf8_lossy(body))),
    }
    for (_, value) in &answer.headers {
        told.extend(tokens(value.raw()));
    }
    if let Some(reason) = &answer.reason {
        told.extend(tokens(reason.raw()));
    }
    told.truncate(MOST_TOLD);
    told
}

/// No answer holds so many tokens: what is beyond is somebody's page.
const MOST_TOLD: usize = 100;

fn strings(name: &str, value: &serde_json::Value, told: &mut Vec<Secret>) {
    match value {
        serde_json::Value::String(text) => {
            let name = name.to_ascii_lowercase();
            if name.contains("token") && text.len() >= 8 {
                told.push(Secret::new(text.as_str()));
            }
            told.extend(tokens(text));
        }
        serde_json::Value::Array(items) => {
            for item in items {
                strings(name, item, told);
            }
        }
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                strings(name, member, told);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// The words of a text that have the form of a token: long, of letters and digits at least.
fn tokens(text: &str) -> impl Iterator<Item = Secret> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let words = text.split(move |c| !is_of_token(c));
    words
        .filter(|word| {
            let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
            word.len() >= 20
                && !is_guid(word)
                && has(u8::is_ascii_digit)
                && has(u8::is_ascii_uppercase)
                && has(u8::is_ascii_lowercase)
        })
        .map(Secret::new)
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::facts::http;

    use super::*;

    #[test]
    fn whatever_may_be_a_token_in_an_answer_is_a_secret() {
        let token = "Zk3x9qWe7rTy1uIo5pAs";
        let bodies = [
            format!("{{\"accessToken\": \"{token}\"}}"),
            format!("{{\"data\": [{{\"x\": \"{token}\"}}]}}"),
            format!("\"{token}\""),
            format!("<p>your token={token}</p>"),
            token.to_owned(),
            String::new(),
        ];
        for body in bodies {
            let mut fact = http("POST …", 200, "text/plain", "", true);
            if let HttpOutcome::Answer(answer) = &mut fact.outcome {
                let location = format!("https://x.example/#access_token={token}");
                answer.headers.push(("location".into(), location.into()));
            }
            let answer = fact.outcome.answer().expect("an answer");
            let told = told(answer, body.as_bytes());
            assert!(
                told.iter()
                    .any(|secret| secret.is_same(&Secret::new(token))),
                "{body}"
            );
            assert!(told.iter().all(|secret| !secret.shape().guid));
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
