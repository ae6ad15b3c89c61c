//! The Platform API: one pool of connections per API host, warmed by a call without a token.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{
    ApiError, ApiFact, ApiOutcome, ApiProbeFact, ClientRef, Gap, HttpAnswer, HttpFact, HttpOutcome,
    NoAnswer, RETRY_AFTER_CAP, TokenEndFact,
};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer::{clock_reading, excerpt, kept_headers, reason};
use super::clock::{self, Watch};
use super::json;
use super::link::{Ask, Link, Through};
use super::pace::Pace;
use super::pool::{self, Pool};
use super::token::retry_seconds;
use super::trust::{Strict, Trusts};

/// The longest API answer that is read.
const BODY_CAP: usize = 8 * 1024 * 1024;
/// What is called without a token.
const PROBE_PATH: &str = "/api/v2/tokens/me";

/// A client for one API host.
#[derive(Clone)]
pub struct Api {
    pool: Pool,
    base: String,
    pace: Arc<Pace>,
    phase: Duration,
}

/// An answer that was read to its end.
struct Answer {
    status: u16,
    reason: Option<Outside>,
    headers: HeaderMap,
    body: Bytes,
    truncated: bool,
    /// The connection ended, or the stream was broken off, before the body did.
    cut: bool,
}

impl Api {
    /// A client whose connections go to probed addresses, its own or the proxy's, over chains that may carry a token.
    pub fn new(
        endpoint: &Endpoint,
        through: Option<Through>,
        addresses: &[SocketAddr],
        trusts: &Arc<Trusts>,
        inspection_allowed: bool,
        phase: Duration,
        pace: Arc<Pace>,
    ) -> Option<Self> {
        let verifier = Strict::new(Arc::clone(trusts), inspection_allowed);
        // Ends before the request's own deadline, so that a connection that is not made is known as such.
        let patience = phase.mul_f64(0.9);
        // Directly, the port is part of the probed addresses, so that --connect-to leads here too; a proxy has to be told.
        let base = match through {
            Some(_) if endpoint.port != 443 => format!("https://{endpoint}"),
            _ => format!("https://{}", host_of(endpoint)),
        };
        let pool = pool::pool(endpoint, through, addresses, verifier, patience)?;
        Some(Self {
            pool,
            base,
            pace,
            phase,
        })
    }

    /// A call without a token: the genuine service refuses it in its own words, and the connection is warm afterwards.
    /// The second value tells whether it was sent at all: a connection of its own that is not made says nothing about the service.
    pub async fn probe(&self) -> (ApiProbeFact, bool) {
        let path = PROBE_PATH;
        self.pace.turn().await;
        let watch = Watch::start();
        let sent = tokio::time::timeout(self.phase, self.send(path, None)).await;
        let answer = match sent.unwrap_or(Err(NoAnswer::TimedOut)) {
            Ok(answer) if answer.cut => Err(NoAnswer::Closed),
            other => other,
        };
        let error = answer.as_ref().ok().and_then(service_error);
        let was_sent = !matches!(answer, Err(NoAnswer::Connect));
        let outcome = match answer {
            Ok(answer) => HttpOutcome::Answer(HttpAnswer {
                status: answer.status,
                headers: kept_headers(&answer.headers),
                excerpt: excerpt(&answer.headers, &answer.body),
                reason: answer.reason,
                truncated: answer.truncated,
                clock: clock_reading(&answer.headers, watch.started, watch.took()),
            }),
            Err(NoAnswer::TimedOut) => HttpOutcome::TimedOut {
                waited: watch.took(),
            },
            Err(NoAnswer::Closed | NoAnswer::Connect) => HttpOutcome::Closed,
            Err(NoAnswer::Protocol) => HttpOutcome::Protocol {
                error: "the head of the answer cannot be read".into(),
            },
        };
        let http = HttpFact {
            request: format!("GET {}{path}", self.base).into(),
            started: watch.started,
            took: watch.took(),
            outcome,
        };
        (ApiProbeFact { http, error }, was_sent)
    }

    /// Reads a resource with somebody's token; a missing permission is a gap that names it.
    pub async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        reader: &ClientRef,
        token: &Secret,
    ) -> Result<ApiFact<T>, Gap> {
        let (fact, _) = self.read_sized(path, reader, token).await?;
        Ok(fact)
    }

    /// The same, with the length of the body.
    pub(super) async fn read_sized<T: DeserializeOwned>(
        &self,
        path: &str,
        reader: &ClientRef,
        token: &Secret,
    ) -> Result<(ApiFact<T>, usize), Gap> {
        let call = format!("GET {}", path.split('?').next().unwrap_or(path));
        let answer = match self.patiently(path, token).await {
            Ok(answer) => answer,
            Err(class) => {
                let fact = ApiFact {
                    call: call.into(),
                    reader: reader.clone(),
                    correlation_id: None,
                    outcome: ApiOutcome::Transport { class },
                };
                return Ok((fact, 0));
            }
        };
        let correlation_id = header(&answer.headers, "inin-correlation-id");
        let outcome = match answer.status {
            200 => found(&answer),
            status => match service_error(&answer) {
                // Somebody else's 404 says nothing about the resource.
                Some(_) if status == 404 => ApiOutcome::NotFound,
                Some(error) if status == 403 => {
                    if let Some(permissions) = permissions(&error) {
                        return Err(Gap::Denied { permissions, call });
                    }
                    ApiOutcome::Refused(error)
                }
                Some(error) => ApiOutcome::Refused(error),
                None => ApiOutcome::Malformed {
                    status,
                    problem: "no error body of the service".into(),
                },
            },
        };
        let fact = ApiFact {
            call: call.into(),
            reader: reader.clone(),
            correlation_id,
            outcome,
        };
        Ok((fact, answer.body.len()))
    }

    /// Ends a token. The one request of a run that is no reading: asked for after a login that the user allowed.
    pub async fn end_token(&self, token: &Secret) -> TokenEndFact {
        self.pace.turn().await;
        let sent = self.request(Method::DELETE, PROBE_PATH, "*/*", Some(token));
        let sent = tokio::time::timeout(self.phase, sent).await;
        let status = match sent {
            Ok(Ok(response)) => Some(response.status().as_u16()),
            _ => None,
        };
        TokenEndFact { status }
    }

    /// Honours `Retry-After` once.
    async fn patiently(&self, path: &str, token: &Secret) -> Result<Answer, NoAnswer> {
        let answer = self.within_phase(path, token).await?;
        if answer.status != 429 {
            return Ok(answer);
        }
        let stated = header(&answer.headers, "retry-after");
        let seconds = stated.and_then(|text| retry_seconds(text.raw(), clock::now()));
        let wait = Duration::from_secs(seconds.unwrap_or(1));
        if wait > RETRY_AFTER_CAP {
            return Ok(answer);
        }
        tokio::time::sleep(wait).await;
        self.within_phase(path, token).await
    }

    async fn within_phase(&self, path: &str, token: &Secret) -> Result<Answer, NoAnswer> {
        self.pace.turn().await;
        let sent = tokio::time::timeout(self.phase, self.send(path, Some(token))).await;
        sent.unwrap_or(Err(NoAnswer::TimedOut))
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        accept: &'static str,
        token: Option<&Secret>,
    ) -> Result<Response<Incoming>, NoAnswer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(ACCEPT, accept)
            .header(USER_AGENT, super::USER_AGENT);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, bearer(token));
        }
        let request = request.body(Full::default());
        let request = request.map_err(|_| NoAnswer::Protocol)?;
        let answered = self.pool.request(request).await;
        answered.map_err(|error| {
            if error.is_connect() {
                NoAnswer::Connect
            } else if is_no_http(&error) {
                NoAnswer::Protocol
            } else {
                NoAnswer::Closed
            }
        })
    }

    async fn send(&self, path: &str, token: Option<&Secret>) -> Result<Answer, NoAnswer> {
        let mut response = self
            .request(Method::GET, path, "application/json", token)
            .await?;
        let status = response.status().as_u16();
        let reason = reason(response.extensions());
        let headers = response.headers().clone();
        let mut body = BytesMut::new();
        let mut truncated = false;
        let mut cut = false;
        loop {
            let chunk = match response.frame().await {
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                None => break,
                Some(Err(_)) => {
                    cut = true;
                    break;
                }
            };
            let room = BODY_CAP - body.len();
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() > room {
                truncated = true;
                break;
            }
        }
        Ok(Answer {
            status,
            reason,
            headers,
            body: body.freeze(),
            truncated,
            cut,
        })
    }
}

/// What came is no HTTP, or more of it than a head may have: the peer has closed nothing.
fn is_no_http(error: &hyper_util::client::legacy::Error) -> bool {
    let source = std::error::Error::source(error);
    let error = source.and_then(|source| source.downcast_ref::<hyper::Error>());
    error.is_some_and(hyper::Error::is_parse)
}

fn bearer(token: &Secret) -> HeaderValue {
    #[expect(
        clippy::disallowed_methods,
        reason = "a token goes to the API host that gather has checked, over a chain that the strict verifier accepts"
    )]
    let text = format!("Bearer {}", token.expose());
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}

fn host_of(endpoint: &Endpoint) -> String {
    let host = endpoint.host.as_str();
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<Outside> {
    Some(Outside::kept(headers.get(name)?.to_str().ok()?, 100))
}

/// The same call over a verified connection that may carry no token, because somebody inspects it: for diagnosis alone.
pub async fn probe_over(link: &Link, phase: Duration) -> ApiProbeFact {
    let ask = Ask {
        method: Method::GET,
        path: PROBE_PATH,
        accept: "application/json",
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let exchange = link.ask(ask, phase).await;
    let answer = exchange.fact.outcome.answer();
    let error = answer.and_then(|answer| {
        let correlation_id = answer.correlation_id().map(Outside::to_owned);
        error_body(answer.status, &exchange.body, correlation_id)
    });
    ApiProbeFact {
        error,
        http: exchange.fact,
    }
}

fn service_error(answer: &Answer) -> Option<ApiError> {
    let correlation_id = header(&answer.headers, "inin-correlation-id");
    error_body(answer.status, &answer.body, correlation_id)
}

/// The API's error body (`ErrorBody`): anything else is not an answer of the service.
pub(super) fn error_body(
    status: u16,
    body: &[u8],
    correlation_id: Option<Outside>,
) -> Option<ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ErrorBody {
        code: String,
        message: Option<String>,
        context_id: Option<String>,
    }
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    Some(ApiError {
        status,
        code: Outside::kept(&body.code, 100),
        message: Outside::kept(&body.message.unwrap_or_default(), 300),
        correlation_id: correlation_id.or(body.context_id.map(|id| Outside::kept(&id, 100))),
    })
}

/// The permissions that a 403 names between brackets or after the colon; `None` when it is about something else.
pub(super) fn permissions(error: &ApiError) -> Option<Vec<String>> {
    let about_permissions = error.code.raw().starts_with("missing.");
    if !about_permissions {
        return None;
    }
    let is_name = |word: &&str| word.matches(':').count() == 2 && word.len() > 4;
    let words = error
        .message
        .raw()
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | ',' | '\'' | '"'));
    let mut names: Vec<String> = words.filter(is_name).map(str::to_owned).collect();
    names.dedup();
    if names.is_empty() {
        names.push("a permission that the service did not name".into());
    }
    Some(names)
}

fn found<T: DeserializeOwned>(answer: &Answer) -> ApiOutcome<T> {
    let malformed = |problem: String| ApiOutcome::Malformed {
        status: answer.status,
        problem: problem.into(),
    };
    if answer.truncated {
        return malformed(format!(
            "the body is longer than {} MiB",
            BODY_CAP / 1024 / 1024
        ));
    }
    if answer.cut {
        return malformed("the body was broken off before its end".into());
    }
    match json::read(&answer.body) {
        Ok(value) => ApiOutcome::Found(value),
        Err(odd) => malformed(odd.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::platform_api::PlatformApi;

    use super::*;

    fn error(code: &str, message: &str) -> ApiError {
        ApiError {
            status: 403,
            code: code.into(),
            message: message.into(),
            correlation_id: None,
        }
    }

    #[test]
    fn an_error_body_is_read_by_its_definition() {
        let body = PlatformApi::load().sample("ErrorBody").to_string();
        let read = |body: &str, correlation| error_body(404, body.as_bytes(), correlation);
        let error = read(&body, None).expect("an error body");
        assert_eq!(error.code, "ErrorBody.code");
        assert_eq!(error.message, "ErrorBody.message");
        let context = error.correlation_id;
        assert_eq!(context, Some("ErrorBody.contextId".into()));
        assert_eq!(read("<html>not found</html>", Some("a".into())), None);
        assert_eq!(read("{\"message\":\"x\"}", Some("a".into())), None);
    }

    #[test]
    fn permissions_are_read_from_the_services_words() {
        let message = "Unable to perform the requested action. You must have at least one of the following permissions assigned: [sso:provider:view, sso:provider:edit]";
        let named = permissions(&error("missing.any.permissions", message));
        assert_eq!(
            named.as_deref(),
            Some(
                &[
                    "sso:provider:view".to_owned(),
                    "sso:provider:edit".to_owned()
                ][..]
            )
        );
    }

    #[test]
    fn another_refusal_is_no_missing_permission() {
        assert!(
            permissions(&error(
                "app.not.authorized.for.scope",
                "App not authorized to use scope sso:provider:view"
            ))
            .is_none()
        );
    }
}
