//! Answers of web servers, the genuine ones among them.

use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{
    ApiError, ApiProbeFact, ClockReading, DiscoveryDocument, DiscoveryFact, HttpAnswer, HttpFact,
    HttpOutcome,
};
use hybridcheck_core::time::Timestamp;

use super::{now, took};

/// The correlation id in every canned answer of the service.
pub const CORRELATION: &str = "99999999-0000-4000-8000-000000000001";

/// An exchange with an answer; the service's correlation id is among the headers when `genuine`.
pub fn http(request: &str, status: u16, kind: &str, excerpt: &str, genuine: bool) -> HttpFact {
    let mut headers = vec![("content-type".to_owned(), kind.into())];
    if genuine {
        headers.push(("inin-correlation-id".to_owned(), CORRELATION.into()));
    }
    HttpFact {
        request: request.into(),
        started: now(),
        took: took(80),
        outcome: HttpOutcome::Answer(HttpAnswer {
            status,
            reason: None,
            headers,
            excerpt: excerpt.into(),
            truncated: false,
            clock: Some(clock(0)),
        }),
    }
}

/// A reading of the peer's clock when ours is ahead by so many seconds.
pub fn clock(ahead: i64) -> ClockReading {
    ClockReading {
        server: now(),
        local: Timestamp::from_unix_millis(now().unix_millis() + 500 + ahead * 1000),
        uncertainty: took(1040),
    }
}

/// Puts another reading of the clock into an exchange.
#[must_use]
pub fn with_clock(mut http: HttpFact, reading: Option<ClockReading>) -> HttpFact {
    if let HttpOutcome::Answer(answer) = &mut http.outcome {
        answer.clock = reading;
    }
    http
}

/// A discovery document with an issuer.
pub fn discovery(endpoint: &Endpoint, issuer: &str) -> DiscoveryFact {
    DiscoveryFact {
        http: http(
            &format!("GET https://{endpoint}/.well-known/oauth-authorization-server"),
            200,
            "application/json",
            "{\"issuer\":…",
            true,
        ),
        document: Some(DiscoveryDocument {
            issuer: issuer.into(),
            token_endpoint: Some(format!("{issuer}/oauth/token").into()),
            grant_types_supported: vec!["client_credentials".into()],
        }),
    }
}

/// An API error.
pub fn api_error(status: u16, code: &str, message: &str) -> ApiError {
    ApiError {
        status,
        code: code.into(),
        message: message.into(),
        correlation_id: Some(CORRELATION.into()),
    }
}

/// The API's answer to a call without a token.
pub fn api_probe(endpoint: &Endpoint, error: Option<ApiError>) -> ApiProbeFact {
    let status = error.as_ref().map_or(200, |error| error.status);
    let kind = if error.is_some() {
        "application/json"
    } else {
        "text/html"
    };
    ApiProbeFact {
        http: http(
            &format!("GET https://{endpoint}/api/v2/tokens/me"),
            status,
            kind,
            "…",
            error.is_some(),
        ),
        error,
    }
}
