//! A proxy as checks and causes look at it: which one, what it answered, and the words for who runs it.

use std::net::IpAddr;

use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{
    Answer, FactKey, Gap, HttpAnswer, RoutingFact, TunnelFact, TunnelOutcome,
};
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::row::Row;

use crate::evidence::members::{self, Endpoints, Groups};
use crate::evidence::rows;
use crate::proxy::Tunnel;

/// Why a tunnel was not opened, as far as the answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 407, and no login was sent.
    LoginRequired,
    /// 407 although a login was sent.
    LoginRefused,
    /// 407 with schemes that hybridcheck does not speak.
    LoginUnsupported,
    /// The proxy's own rules forbid it.
    Denied,
    /// The proxy could not reach the host.
    UpstreamFailed,
    /// The proxy could not resolve the name.
    NameUnknown,
    /// No answer.
    Hangs,
    /// What answers is no HTTP proxy.
    NotHttp,
    /// Anything else.
    Other,
}

/// The proxy of an endpoint's route; why a check of proxies does not apply when there is none.
pub(crate) fn proxy_of(
    case: &Case<'_>,
    endpoint: &Endpoint,
) -> Answer<Result<Endpoint, Judgement>> {
    let routing: &RoutingFact = case.routing(&FactKey::routing(endpoint))?;
    if let Some(why) = &routing.unspoken {
        return Err(Gap::NoMeans { what: why.clone() });
    }
    Ok(match &routing.route {
        Route::Proxy(proxy) => Ok(proxy.clone()),
        Route::Direct => Err(Judgement::not_applicable(routing.why.to_string())),
    })
}

/// The proxy of an endpoint's route, for causes; looking notes nothing.
pub(crate) fn proxy(case: &Case<'_>, endpoint: &Endpoint) -> Option<Endpoint> {
    match case.route(endpoint) {
        Route::Proxy(proxy) => Some(proxy),
        Route::Direct => None,
    }
}

/// The answers to CONNECT for an endpoint.
pub(crate) fn tunnels<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Vec<(IpAddr, &'a TunnelFact)> {
    let tried = case.tunnels_of(endpoint).into_iter();
    tried
        .filter_map(|(address, answer)| Some((address, answer.ok()?)))
        .collect()
}

/// Why no tunnel to an endpoint was opened; none when one was, or none was tried.
pub(crate) fn refusal(case: &Case<'_>, endpoint: &Endpoint) -> Option<Refusal> {
    let tried = tunnels(case, endpoint);
    if tried
        .iter()
        .any(|(_, fact)| fact.outcome == TunnelOutcome::Open)
    {
        return None;
    }
    // An answer says more than silence of another address.
    let said =
        |(_, fact): &&(IpAddr, &TunnelFact)| matches!(fact.outcome, TunnelOutcome::Refused { .. });
    let (_, fact) = tried.iter().find(said).or(tried.first())?;
    Some(classified(fact))
}

/// What squid says failed, in its header `X-Squid-Error`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SquidError {
    /// It could not connect to the host.
    ConnectFailed,
    /// It could not resolve the name.
    NameUnknown,
    /// It cannot resolve the name (observed); or it may not go direct and has no parent.
    NowhereToForward,
}

impl SquidError {
    fn of(answer: &HttpAnswer) -> Option<Self> {
        let words = [
            ("ERR_CANNOT_FORWARD", Self::NowhereToForward),
            ("ERR_CONNECT_FAIL", Self::ConnectFailed),
            ("ERR_DNS_FAIL", Self::NameUnknown),
        ];
        // Behind the word stands the number of the system's error.
        let said = answer.header("x-squid-error")?.raw();
        let mut words = words.into_iter();
        words.find_map(|(word, error)| said.starts_with(word).then_some(error))
    }
}

/// Whether squid says that it has nowhere to forward a request to.
pub(crate) fn has_nowhere_to_forward(answer: &HttpAnswer) -> bool {
    SquidError::of(answer) == Some(SquidError::NowhereToForward)
}

fn classified(fact: &TunnelFact) -> Refusal {
    let answer = match &fact.outcome {
        TunnelOutcome::Refused { answer } => answer,
        TunnelOutcome::NotHttp { .. } => return Refusal::NotHttp,
        TunnelOutcome::Closed | TunnelOutcome::TimedOut { .. } => return Refusal::Hangs,
        TunnelOutcome::Open => return Refusal::Other,
    };
    // squid says precisely what failed, whatever the status.
    match SquidError::of(answer) {
        Some(SquidError::NameUnknown | SquidError::NowhereToForward) => {
            return Refusal::NameUnknown;
        }
        Some(SquidError::ConnectFailed) => return Refusal::UpstreamFailed,
        None => {}
    }
    match answer.status {
        407 if !schemes(answer).is_empty() && !offers_basic(answer) => Refusal::LoginUnsupported,
        407 if fact.login_sent => Refusal::LoginRefused,
        407 => Refusal::LoginRequired,
        403 | 405 | 451 => Refusal::Denied,
        500 | 502..=504 if speaks_of_names(answer) => Refusal::NameUnknown,
        500 | 502..=504 => Refusal::UpstreamFailed,
        _ => Refusal::Other,
    }
}

/// The login schemes that a 407 offers.
pub(crate) fn schemes(answer: &HttpAnswer) -> Vec<String> {
    let offered = answer.headers.iter();
    let mut schemes = Vec::new();
    for (_, value) in offered.filter(|(name, _)| name == "proxy-authenticate") {
        let scheme = value.raw().split_whitespace().next().unwrap_or_default();
        let scheme = Outside::of(scheme.trim_end_matches(','))
            .shown(30)
            .to_string();
        if !scheme.is_empty() && !schemes.contains(&scheme) {
            schemes.push(scheme);
        }
    }
    schemes
}

fn offers_basic(answer: &HttpAnswer) -> bool {
    schemes(answer)
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// Proxies other than squid put it into their page or reason phrase only.
fn speaks_of_names(answer: &HttpAnswer) -> bool {
    let reason = answer
        .reason
        .as_ref()
        .map(Outside::view)
        .unwrap_or_default();
    let text = format!("{} {}", reason.raw(), answer.excerpt.raw()).to_lowercase();
    let marks = [
        "dns",
        "resolve",
        "resolution",
        "unknown host",
        "host not found",
    ];
    marks.iter().any(|mark| text.contains(mark))
}

/// The first refusal's answer of an endpoint.
pub(crate) fn answer<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Option<&'a HttpAnswer> {
    tunnels(case, endpoint)
        .into_iter()
        .find_map(|(_, fact)| match &fact.outcome {
            TunnelOutcome::Refused { answer } => Some(answer),
            _ => None,
        })
}

/// The failing tunnels that were refused for one reason, by proxy.
pub(crate) fn refused<'r>(
    case: &Case<'_>,
    all: &'r [Row],
    why: Refusal,
) -> Groups<'r, Endpoint, &'r Endpoint> {
    members::grouped(rows::failing(all, &Tunnel), |endpoint| {
        (refusal(case, endpoint)? == why).then(|| proxy(case, endpoint))?
    })
}

/// The diagnoses of tunnels that were refused for one reason: what a rule says of a proxy, with what is broken and the command.
pub(crate) fn diagnosed(
    case: &Case<'_>,
    all: &[Row],
    why: Refusal,
    tell: impl Fn(&Endpoint, &Endpoints<'_>) -> Diagnosis,
) -> Vec<Diagnosis> {
    refused(case, all, why)
        .diagnosed(|proxy, members| about(tell(&proxy, members), case, &proxy, members))
}

/// What every later request to some endpoints would use.
fn broken(case: &Case<'_>, members: &Endpoints<'_>) -> Vec<FactKey> {
    let mut keys = Vec::new();
    for endpoint in members.each() {
        let tried = case.tunnels_of(endpoint).into_iter();
        keys.extend(
            tried.map(|(address, _)| FactKey::tunnel(endpoint, address).by(case.route(endpoint))),
        );
        keys.push(case.over(FactKey::connection(endpoint.clone())));
    }
    keys
}

/// A diagnosis about tunnels, with what is broken and the command.
pub(crate) fn about(
    diagnosis: Diagnosis,
    case: &Case<'_>,
    proxy: &Endpoint,
    members: &Endpoints<'_>,
) -> Diagnosis {
    diagnosis
        .breaks(broken(case, members))
        .command(command(case, proxy, members.first()))
}

/// curl over the same proxy; it asks for the password itself.
pub(crate) fn command(case: &Case<'_>, proxy: &Endpoint, endpoint: &Endpoint) -> String {
    let has_login = tunnels(case, endpoint)
        .iter()
        .any(|(_, fact)| fact.login_sent);
    let login = if has_login { " --proxy-user USER" } else { "" };
    format!("curl -v -x http://{proxy}{login} https://{endpoint}/")
}

/// When, from where and to which address, so that who runs the proxy finds it in its log.
pub(crate) fn log_lines(case: &Case<'_>, members: &Endpoints<'_>) -> String {
    let mut seen = Vec::new();
    for endpoint in members.each() {
        for (address, fact) in tunnels(case, endpoint) {
            for attempt in &fact.attempts {
                let from = attempt
                    .local
                    .map_or_else(String::new, |local| format!(" from {local}"));
                seen.push(format!(
                    "{}{from} to {address}: CONNECT {}: {}",
                    attempt.started,
                    fact.asked.shown(100),
                    fact.outcome
                ));
            }
        }
    }
    seen.truncate(6);
    if seen.is_empty() {
        return String::new();
    }
    format!(" In the proxy's log: {}.", seen.join("; "))
}

/// squid's lines that let some hosts through; none when a name would not be safe in a configuration.
pub(crate) fn squid_lines(members: &Endpoints<'_>) -> String {
    let hosts = members.each().map(|endpoint| endpoint.host.as_str());
    let mut hosts: Vec<&str> = hosts.collect();
    hosts.dedup();
    let is_safe = |host: &&str| {
        host.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
    };
    if !hosts.iter().all(is_safe) {
        return String::new();
    }
    format!(
        " For squid, before its deny rules: `acl genesys_cloud dstdomain {}` and `http_access allow CONNECT genesys_cloud`.",
        hosts.join(" ")
    )
}
