//! What checks of several families look at in the same way: endpoints, handshakes, answers of the API.

use std::net::IpAddr;

use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{
    Answer, ApiError, ApiFact, ApiOutcome, FactKey, Gap, HttpAnswer, HttpFact, TlsFact, Trust,
};
use hybridcheck_core::finding::{Judgement, Outcome, Owner, Severity};
use hybridcheck_core::names::OrgId;
use hybridcheck_core::object::{HybridObject, Opt};
use hybridcheck_core::outside::Outside;

use crate::evidence::http;

/// The auth and the API endpoint, and those that a person named, once each.
pub(crate) fn endpoints(object: &HybridObject) -> Vec<Endpoint> {
    object.endpoints()
}

/// The endpoints that are spoken to in TLS.
pub(crate) fn tls_endpoints(object: &HybridObject) -> Vec<Endpoint> {
    let mut endpoints = endpoints(object);
    endpoints.retain(|endpoint| object.speaks_tls(endpoint));
    endpoints
}

/// Why a check of the direct way does not apply: requests to the endpoint go through a proxy.
pub(crate) fn is_proxied(case: &Case<'_>, endpoint: &Endpoint) -> Option<Judgement> {
    match case.route(endpoint) {
        Route::Direct => None,
        Route::Proxy(proxy) => Some(Judgement::not_applicable(format!(
            "requests go through proxy {proxy}, which looks the name up and connects itself; network-routes compares the direct way"
        ))),
    }
}

/// What this host makes of a name, when requests to it go through a proxy that resolves it itself: worth knowing at most.
pub(crate) fn beside_proxy(
    case: &Case<'_>,
    endpoint: &Endpoint,
    answer: Answer<Judgement>,
) -> Answer<Judgement> {
    let Route::Proxy(proxy) = case.route(endpoint) else {
        return answer;
    };
    match answer {
        Ok(Judgement {
            outcome:
                Outcome::Found {
                    severity: Severity::Warn | Severity::Fail,
                    found,
                    fix,
                    owner,
                    ..
                },
            places,
            evidence,
        }) => Ok(Judgement {
            outcome: Outcome::Noted {
                found: format!(
                    "{found}; requests go through proxy {proxy}, which resolves the name itself, so this matters only to programs that go direct"
                ),
                fix,
                owner,
            },
            places,
            evidence,
        }),
        Err(Gap::Blocked { .. }) => Ok(Judgement::not_applicable(format!(
            "requests go through proxy {proxy}, which resolves the name itself"
        ))),
        other => other,
    }
}

/// The handshakes with the addresses of an endpoint that could be tried; when there is none, why.
pub(crate) fn handshakes<'a>(
    case: &Case<'a>,
    endpoint: &Endpoint,
) -> Answer<Vec<(IpAddr, &'a TlsFact)>> {
    let mut tried = Vec::new();
    let mut missing = None;
    for (address, answer) in case.tls_of(endpoint) {
        match answer {
            Ok(fact) => tried.push((address, fact)),
            Err(gap) => missing = missing.or(Some(gap)),
        }
    }
    if !tried.is_empty() {
        return Ok(tried);
    }
    if case.route(endpoint) != Route::Direct {
        let connection = case.connection(&FactKey::connection(endpoint.clone()));
        let missing = connection.err().or(missing);
        return Err(missing.unwrap_or_else(|| Gap::blocked(FactKey::connection(endpoint.clone()))));
    }
    let addresses = case.addresses(&FactKey::addresses(&endpoint.host))?;
    let Some(first) = addresses.addresses.first() else {
        return Err(Gap::blocked(FactKey::addresses(&endpoint.host)));
    };
    Err(missing.unwrap_or_else(|| Gap::blocked(FactKey::tcp(endpoint, *first))))
}

/// Handshakes in which a chain was served, with what it is worth; when there is none, why.
pub(crate) fn served<'a>(
    case: &Case<'a>,
    endpoint: &Endpoint,
) -> Answer<Vec<(IpAddr, &'a TlsFact, Trust)>> {
    let tried = handshakes(case, endpoint)?;
    let served: Vec<_> = tried
        .iter()
        .filter_map(|(address, fact)| Some((*address, *fact, fact.trust?)))
        .collect();
    match tried.first() {
        Some((address, _)) if served.is_empty() => {
            Err(Gap::blocked(FactKey::tls(endpoint, *address)))
        }
        _ => Ok(served),
    }
}

/// What a check of an endpoint's TCP connections asks for: the connection that requests use, or the mere reach.
pub(crate) fn reach_needs(endpoint: &Endpoint, object: &HybridObject) -> Vec<FactKey> {
    if object.speaks_tls(endpoint) {
        return connection_needs(endpoint);
    }
    vec![FactKey::addresses(&endpoint.host), FactKey::reach(endpoint)]
}

/// What a check of an endpoint's TLS asks for.
pub(crate) fn connection_needs(endpoint: &Endpoint) -> Vec<FactKey> {
    vec![
        FactKey::addresses(&endpoint.host),
        FactKey::connection(endpoint.clone()),
        FactKey::routing(endpoint),
    ]
}

/// An option's value without the blanks around it. A missing, hidden or secret-looking one is a gap: another check judges that.
pub(crate) fn plain<'a>(
    case: &Case<'a>,
    section: &str,
    option: &str,
) -> Answer<(&'a Opt, Outside<&'a str>)> {
    let found = case.visible(section, option)?;
    let text = found.value.plain().map(Outside::trim);
    match text.filter(|text| !text.is_empty()) {
        Some(text) => Ok((found, text)),
        None => Err(Gap::blocked(FactKey::option(
            case.object.id,
            section,
            option,
        ))),
    }
}

/// `general/organization_id`, as [`plain`] gives it.
pub(crate) fn organization_id<'a>(case: &Case<'a>) -> Answer<(&'a Opt, OrgId)> {
    let (option, id) = plain(case, "general", "organization_id")?;
    Ok((option, OrgId::from(id)))
}

/// The resource that an API call brought; anything else is a gap that names the call, its status and its correlation id.
pub(crate) fn found<T>(fact: &ApiFact<T>) -> Answer<&T> {
    match &fact.outcome {
        ApiOutcome::Found(value) => Ok(value),
        other => Err(Gap::NotAnswered {
            what: format!(
                "{} {}{}",
                fact.call,
                answered(other),
                correlation(fact.correlation_id.as_ref().map(Outside::view))
            ),
        }),
    }
}

/// What an API call brought instead of its resource, as the rest of a sentence.
fn answered<T>(outcome: &ApiOutcome<T>) -> String {
    match outcome {
        ApiOutcome::Found(_) => "was answered".into(),
        ApiOutcome::Malformed { status, problem } => format!(
            "was answered with HTTP {status}, but not in the documented form: {}",
            problem.shown(160)
        ),
        ApiOutcome::NotFound => "was answered with HTTP 404".into(),
        ApiOutcome::Refused(error) => format!("was refused: {error}{}", scope_hint(error)),
        ApiOutcome::Transport { class } => format!("got no answer: {class}"),
    }
}

/// What a refusal for a scope asks for, as the end of a sentence; nothing for another refusal.
fn scope_hint(error: &ApiError) -> String {
    match error.scope() {
        Some(scope) => format!(
            "; the organisation enforces OAuth scopes, and the client lacks `{}` (`hybridcheck permissions` lists the scopes)",
            scope.shown(80)
        ),
        None => String::new(),
    }
}

/// An answer of the token endpoint that lacks what it must hold is a gap that names the call, the member and the correlation id.
pub(crate) fn malformed_token(http: &HttpFact, problem: &Outside) -> Gap {
    let answer = http.outcome.answer();
    let id = answer.and_then(HttpAnswer::correlation_id);
    Gap::NotAnswered {
        what: format!(
            "POST /oauth/token was answered with HTTP {}, but not in the documented form: {}{}",
            answer.map_or(0, |answer| answer.status),
            problem.shown(160),
            correlation(id)
        ),
    }
}

fn correlation(id: Option<Outside<&str>>) -> String {
    id.map_or_else(String::new, |id| {
        format!(" (correlation id {})", id.shown(60))
    })
}

/// Whether a stated grant type is this one. The API's definition writes `SAML2-BEARER` and `CLIENT-CREDENTIALS`; clients generated from
/// earlier ones write the same without a hyphen, or with an underscore.
pub(crate) fn is_grant(stated: &Outside, grant: &str) -> bool {
    let bare = |text: &str| text.replace(['-', '_', ' '], "").to_ascii_uppercase();
    bare(stated.raw()) == bare(grant)
}

/// Adds what was asked, what came back and the correlation id.
pub(crate) fn with_http(mut judgement: Judgement, http: &HttpFact) -> Judgement {
    judgement = judgement
        .evidence("request", &http.request)
        .evidence("answer", &http.outcome);
    if let Some(answer) = http.outcome.answer() {
        for name in ["server", "via", "location"] {
            if let Some(value) = answer.header(name) {
                judgement = judgement.evidence(name, value);
            }
        }
        if let Some(id) = answer.correlation_id() {
            judgement = judgement.evidence("correlation id", id);
        }
    }
    judgement
}

/// A genuine answer that came through a proxy which says so is a note: it lets requests through, and sees them.
pub(crate) fn with_proxies(judgement: Judgement, http: &HttpFact) -> Judgement {
    match (&judgement.outcome, http::passed_through(http)) {
        (Outcome::Passed { seen }, Some(proxies)) => Judgement::note(
            format!("{seen}; a proxy on the way adds `Via: {proxies}`"),
            "Nothing, as long as it changes neither requests nor answers.",
            Owner::NetworkTeam,
        )
        .resting_on(judgement.evidence),
        _ => judgement,
    }
}

/// Adds whose token was used, the call and the correlation id.
pub(crate) fn with_api<T>(judgement: Judgement, fact: &ApiFact<T>) -> Judgement {
    let judgement = judgement
        .evidence("call", &fact.call)
        .evidence("read with", &fact.reader);
    match &fact.correlation_id {
        Some(id) => judgement.evidence("correlation id", id),
        None => judgement,
    }
}
