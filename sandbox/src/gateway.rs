//! What lies before every answer of the sandbox: the log, correlation ids, the headers of the genuine service, its error body, and the ways to answer wrongly.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use futures_util::stream;
use serde_json::{Map, Value, json};

use super::cloud::Organizations;
use super::pages::Page;
use super::spoil::Spoilt;

/// Calls in a minute, as the samples of Genesys show the limit.
const CALLS_ALLOWED: u32 = 180;

/// The id of every request: nobody looks one up here, and what is recorded of two runs is the same.
const CORRELATION: &str = "c0c0c0c0-0000-4000-8000-000000000000";

/// How a host answers requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// As the genuine service does.
    Genuinely,
    /// One byte a second.
    Drip,
    /// With headers that never end.
    EndlessHeaders,
    /// With gigabytes that look like the beginning of the document.
    HugeBody,
    /// With somebody else's page.
    Page(Page),
    /// Never.
    Stall,
    /// 503, in the service's own words.
    Unavailable,
}

/// A request as a host saw it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The host.
    pub host: String,
    /// Method, path and query.
    pub line: String,
    /// `User-Agent`.
    pub agent: Option<String>,
    /// The scheme of `Authorization`; what follows it is not kept.
    pub authorization: Option<String>,
    /// The client that `Authorization: Basic` names.
    pub client: Option<String>,
}

fn scheme(authorization: &str) -> String {
    let word = authorization.split_ascii_whitespace().next();
    word.unwrap_or_default().to_owned()
}

/// Every request of every host, in order, and how many connections were accepted.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

impl Log {
    pub(super) fn note(&self, seen: Seen) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seen);
    }

    pub(super) fn lines(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn note_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// A host of the sandbox, as its handlers see it.
pub(super) struct Host {
    /// The name it is reached under, such as `login.mypurecloud.de`.
    pub(super) name: String,
    /// The region that really answers, such as `mypurecloud.de`.
    pub(super) region: &'static str,
    /// Whether it is the auth host.
    pub(super) is_login: bool,
    pub(super) organizations: Arc<Organizations>,
    pub(super) answers: Answers,
    /// A proxy on the way adds its mark to every answer.
    pub(super) marked: bool,
    /// A gateway on the way removes the header `Authorization`.
    pub(super) strips_authorization: bool,
    /// How far its clock is ahead, in seconds.
    pub(super) skew: i64,
    /// Its answers that are spoilt.
    pub(super) spoilt: Vec<Spoilt>,
    pub(super) log: Log,
}

impl Host {
    /// The time by its clock.
    pub(super) fn now(&self) -> Option<jiff::Timestamp> {
        let skew = jiff::SignedDuration::from_secs(self.skew);
        jiff::Timestamp::now().checked_add(skew).ok()
    }
}

/// An error of the API, without what only the gateway knows. The fields are those of `ErrorBody`.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) params: Map<String, Value>,
    /// What `Retry-After` says.
    pub(super) retry_after: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            params: Map::new(),
            retry_after: None,
        }
    }

    /// Too many requests.
    pub(super) fn throttled(retry_after: &'static str) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too.many.requests.retry.after",
                format!(
                    "Rate limit exceeded the maximum. Retry the request in [{retry_after}] seconds"
                ),
            )
        }
    }

    pub(super) fn not_found() -> Self {
        let message = "The requested resource was not found.";
        Self::new(StatusCode::NOT_FOUND, "not.found", message)
    }

    fn body(&self) -> Value {
        json!({
            "message": self.message,
            "code": self.code,
            "status": self.status.as_u16(),
            "messageParams": self.params,
            "contextId": CORRELATION,
            "details": [],
            "errors": [],
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // The gateway writes the body.
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The value of a header in the text of a request.
pub(super) fn header_in(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value.trim().to_owned())
}

/// Client id and secret of `Authorization: Basic`.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(Base64::decode_vec(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The middleware before every handler.
pub(super) async fn pass(
    State(host): State<Arc<Host>>,
    mut request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let target = request.uri().path_and_query();
    let path = target.map_or("/", |target| target.as_str());
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    host.log.note(Seen {
        host: host.name.clone(),
        line: format!("{method} {path}"),
        agent: text(header::USER_AGENT).map(str::to_owned),
        authorization: text(header::AUTHORIZATION).map(scheme),
        client: basic(headers).map(|(id, _)| id),
    });
    if host.strips_authorization {
        request.headers_mut().remove(header::AUTHORIZATION);
    }
    let mut response = match host.answers {
        Answers::Genuinely | Answers::EndlessHeaders => {
            let path = request.uri().path().to_owned();
            let answer = genuine(&host, next.run(request).await);
            spoilt(&host, &path, answer).await
        }
        Answers::Unavailable => genuine(&host, unavailable().into_response()),
        Answers::Page(page) => page.answer(),
        Answers::Drip => drip(),
        Answers::HugeBody => huge_body(),
        Answers::Stall => std::future::pending().await,
    };
    if host.skew != 0 {
        set_clock(response.headers_mut(), host.skew);
    }
    if host.marked {
        let headers = response.headers_mut();
        headers.append("via", HeaderValue::from_static("1.1 proxy01.acme.example"));
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// Answers that succeed are spoilt as the setup wants it.
async fn spoilt(host: &Host, path: &str, answer: Response) -> Response {
    let mut wanted = host.spoilt.iter().filter(|spoilt| spoilt.path == path);
    match wanted.next() {
        Some(spoilt) if answer.status().is_success() => spoilt.how.apply(path, answer).await,
        _ => answer,
    }
}

/// Adds what every answer of the genuine service carries.
fn genuine(host: &Host, mut response: Response) -> Response {
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = (refusal.status, axum::Json(refusal.body())).into_response();
        if let Some(seconds) = refusal.retry_after {
            set(response.headers_mut(), "retry-after", seconds);
        }
    }
    let status = response.status();
    let headers = response.headers_mut();
    set(headers, "inin-correlation-id", CORRELATION);
    set(
        headers,
        "strict-transport-security",
        "max-age=600; includeSubDomains",
    );
    set(
        headers,
        "cache-control",
        "no-cache, no-store, must-revalidate",
    );
    set(headers, "pragma", "no-cache");
    if host.is_login {
        return response;
    }
    // As a dump of a genuine answer of the API host shows them (2021, Genesys' own developer blog).
    let cache = if status.is_success() {
        "Miss from cloudfront"
    } else {
        "Error from cloudfront"
    };
    set(headers, "x-cache", cache);
    set(
        headers,
        "via",
        "1.1 0a1b2c3d4e5f60718293a4b5c6d7e8f9.cloudfront.net (CloudFront)",
    );
    set(headers, "x-amz-cf-pop", "FRA56-C1");
    set(headers, "x-amz-cf-id", CORRELATION);
    if status != StatusCode::UNAUTHORIZED {
        let count = host.organizations.count_call();
        let count = if status == StatusCode::TOO_MANY_REQUESTS {
            CALLS_ALLOWED + 1
        } else {
            count
        };
        set(headers, "inin-ratelimit-count", &count.to_string());
        set(
            headers,
            "inin-ratelimit-allowed",
            &CALLS_ALLOWED.to_string(),
        );
        set(headers, "inin-ratelimit-reset", "60");
    }
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn set_clock(headers: &mut HeaderMap, skew: i64) {
    let shifted = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_secs(skew));
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    if let Some(text) = shifted
        .ok()
        .and_then(|time| printer.timestamp_to_rfc9110_string(&time).ok())
    {
        set(headers, "date", &text);
    }
}

fn unavailable() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.unavailable",
        "Service Unavailable - The server is currently unavailable (because it is overloaded or down for maintenance).",
    )
}

/// A body of gigabytes, made chunk by chunk while it is read.
fn huge_body() -> Response {
    const CHUNK: usize = 64 * 1024;
    const CHUNKS: usize = 4 * 1024 * 1024 * 1024 / CHUNK;
    let start = Bytes::from_static(b"{\"issuer\":\"");
    let filler = Bytes::from(vec![b'a'; CHUNK]);
    let chunks = std::iter::once(start).chain(std::iter::repeat_n(filler, CHUNKS));
    let body = Body::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)));
    ([("content-type", "application/json")], body).into_response()
}

fn drip() -> Response {
    let body = Body::from_stream(stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
    }));
    ([("content-type", "application/json")], body).into_response()
}
