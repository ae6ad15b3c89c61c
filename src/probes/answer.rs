//! What facts keep of an answer over HTTP: who answered, with which words, at which time.

use std::time::Duration;

use hybridcheck_core::facts::ClockReading;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::{Timestamp, Took};
use hyper::header::HeaderMap;

/// How much of a body a fact keeps.
const EXCERPT: usize = 500;
/// How much of an HTML page: enough to recognise whose it is.
const PAGE_EXCERPT: usize = 4 * 1024;
/// How much of a reason phrase.
const REASON: usize = 100;

/// Headers that facts keep: they tell who answered. Never cookies, never credentials.
const KEPT_HEADERS: [&str; 17] = [
    "age",
    "cache-control",
    "content-type",
    "date",
    "inin-correlation-id",
    "inin-ratelimit-allowed",
    "inin-ratelimit-count",
    "inin-ratelimit-reset",
    "location",
    "proxy-authenticate",
    "retry-after",
    "server",
    "via",
    "www-authenticate",
    "x-amz-cf-pop",
    "x-cache",
    "x-squid-error",
];

/// The beginning of a body, made visible; more of it when it is a page.
pub fn excerpt(headers: &HeaderMap, body: &[u8]) -> Outside {
    let kind = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let is_page = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
        || body.trim_ascii_start().starts_with(b"<");
    let cap = if is_page { PAGE_EXCERPT } else { EXCERPT };
    Outside::escaped(
        &String::from_utf8_lossy(body.get(..cap).unwrap_or(body)),
        cap,
    )
}

/// The reason phrase of an HTTP/1 answer, when it is not the usual one.
pub fn reason(extensions: &hyper::http::Extensions) -> Option<Outside> {
    let phrase = extensions.get::<hyper::ext::ReasonPhrase>()?;
    Some(Outside::kept(
        &String::from_utf8_lossy(phrase.as_bytes()),
        REASON,
    ))
}

/// The headers worth keeping, cut.
pub fn kept_headers(headers: &HeaderMap) -> Vec<(String, Outside)> {
    let mut kept = Vec::new();
    for name in KEPT_HEADERS {
        for value in headers.get_all(name).iter().take(4) {
            kept.push((
                name.to_owned(),
                Outside::kept(&String::from_utf8_lossy(value.as_bytes()), 300),
            ));
        }
    }
    kept
}

/// The peer's clock, when it sent a readable `Date`.
pub fn clock_reading(headers: &HeaderMap, started: Timestamp, took: Took) -> Option<ClockReading> {
    let server = Timestamp::parse_http(headers.get("date")?.to_str().ok()?)?;
    let half = took.0 / 2;
    let half_millis = i64::try_from(half.as_millis()).unwrap_or(i64::MAX);
    Some(ClockReading {
        server,
        local: Timestamp::from_unix_millis(started.unix_millis().saturating_add(half_millis)),
        uncertainty: Took(half + Duration::from_millis(500)),
    })
}
