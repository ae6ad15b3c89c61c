//! The gate: which host may receive a secret or a token, over which scheme and chain. Every refusal names what would allow it.

use std::net::{IpAddr, SocketAddr};

use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{ClientRef, FactKey, Gap, usable_option};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::object::{HybridObject, ObjectId, SAML_AUTH, Value, is_guid};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;

use super::Gathering;
use super::job::{Readiness, blocked, missing};
use crate::probes::trust::carries_secrets;

/// The API endpoint of an object when a token may be sent there now.
pub(super) fn api_gate(
    gathering: &Gathering<'_>,
    object: ObjectId,
    stands_on: &[FactKey],
) -> Result<(Endpoint, Vec<SocketAddr>), Box<Readiness>> {
    let url = FactKey::option(object, "general", "base_service_url");
    let Some(object) = gathering.objects.get(usize::from(object.0)) else {
        return Err(Box::new(missing(Gap::NotPlanned, Vec::new())));
    };
    let Some(endpoint) = object.api_endpoint() else {
        return Err(Box::new(blocked(url)));
    };
    if !is_https(object, "base_service_url") {
        let reason = "general/base_service_url is not https, and a token is sent over https only";
        return Err(Box::new(missing(
            Gap::Refused {
                reason: reason.into(),
            },
            stands_on.to_vec(),
        )));
    }
    let route = gathering.routes.of(&endpoint);
    let base = FactKey::connection(&endpoint).by(&route);
    let probe = FactKey::api_probe(&endpoint).by(&route);
    if gathering.is_open(&base) || gathering.is_unstarted(&probe) {
        return Err(Box::new(Readiness::Wait));
    }
    match secrets_gate(gathering, &endpoint) {
        Ok(_) => {
            let addresses = usable_addresses(gathering, &endpoint, &route);
            Ok((endpoint, addresses))
        }
        Err(gap) => Err(Box::new(missing(gap, stands_on.to_vec()))),
    }
}

/// The auth endpoint of an object when a secret may be sent there now, and the address of its verified connection.
pub(super) fn auth_gate(
    gathering: &Gathering<'_>,
    object: &HybridObject,
) -> Result<(Endpoint, IpAddr), Gap> {
    let Some(endpoint) = object.auth_endpoint() else {
        let url = FactKey::option(object.id, "general", "base_auth_url");
        return Err(Gap::blocked(url));
    };
    if !is_https(object, "base_auth_url") {
        let reason = "general/base_auth_url is not https, and a secret is sent over https only";
        return Err(Gap::Refused {
            reason: reason.into(),
        });
    }
    let address = secrets_gate(gathering, &endpoint)?;
    Ok((endpoint, address))
}

/// Whether a secret may be sent to an endpoint, and the address of the verified connection that carries it.
pub(super) fn secrets_gate(gathering: &Gathering<'_>, endpoint: &Endpoint) -> Result<IpAddr, Gap> {
    let settings = gathering.settings;
    if !settings.regions.may_receive_secrets(&endpoint.host) {
        return Err(Gap::Refused {
            reason: format!(
                "{} is no host of the region table of {}, so no secret is sent to it; if it is a new region, name its domain with --add-region",
                endpoint.host,
                hybridcheck_core::region::TABLE_DATE
            ),
        });
    }
    let base = FactKey::connection(endpoint).by(gathering.routes.of(endpoint));
    match gathering.facts.connection(&base) {
        Ok(connection) if carries_secrets(connection.trust, settings.trust_inspection) => {
            Ok(connection.address)
        }
        Ok(_) => Err(Gap::Refused {
            reason: format!(
                "the chain of {} ends only in this host's own store (TLS inspection), and whoever inspects would read the secret; --trust-inspection allows it",
                endpoint.host
            ),
        }),
        Err(_) => Err(Gap::blocked(base)),
    }
}

pub(super) fn credentials(
    gathering: &Gathering<'_>,
    object: &HybridObject,
    client: &ClientRef,
) -> Result<(ClientId, Secret), Gap> {
    match client {
        ClientRef::Tool { .. } => {
            let tool = gathering.settings.tool_client.as_ref();
            tool.map(|tool| (tool.id.as_str().into(), tool.secret.clone()))
                .ok_or(Gap::NoMeans {
                    what: "no client of the tool's own was given (--client-id)".into(),
                })
        }
        ClientRef::Person { .. } => of_section(object, SAML_AUTH),
        ClientRef::Service { section, .. } => of_section(object, section.raw()),
    }
}

/// The id of a client that the organisation may be asked about.
pub(super) fn client_id(object: &HybridObject, client: &ClientRef) -> Result<ClientId, Gap> {
    let ClientRef::Service { section, .. } = client else {
        return Err(Gap::NotPlanned);
    };
    id_of(object, section.raw())
}

fn id_of(object: &HybridObject, section: &str) -> Result<ClientId, Gap> {
    match &usable_option(object, section, "client_id")?.value {
        Value::Plain(text) if is_guid(text.view().trim().raw()) => Ok(text.view().trim().into()),
        _ => Err(Gap::blocked(FactKey::option(
            object.id,
            section,
            "client_id",
        ))),
    }
}

/// Ids are GUIDs, and what is none may be a secret in the wrong place: a server would write it into its logs.
fn of_section(object: &HybridObject, section: &str) -> Result<(ClientId, Secret), Gap> {
    let id = id_of(object, section)?;
    let secret = &usable_option(object, section, "password")?.value;
    let secret = match secret {
        Value::Plain(text) => Secret::new(text.raw()),
        Value::Secret(secret) => secret.clone(),
    };
    Ok((id, secret))
}

/// Whether an option of `general` names a URL over which a secret may be sent, as far as its scheme says.
pub fn is_https(object: &HybridObject, option: &str) -> bool {
    let url = object
        .plain("general", option)
        .map_or("", Outside::<&str>::raw);
    // Not a slice: a character of several bytes may stand where the scheme should end.
    let scheme = url.get(..8);
    url.len() > 8 && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// The addresses that a route to an endpoint begins with, the proxy's or its own; the one that was verified comes first.
pub(super) fn usable_addresses(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    route: &Route,
) -> Vec<SocketAddr> {
    let first = match route {
        Route::Direct => endpoint,
        Route::Proxy(proxy) => proxy,
    };
    let names = FactKey::addresses(&first.host);
    let port = gathering.settings.target(first).port;
    let verified = gathering
        .facts
        .connection(&FactKey::connection(endpoint).by(route));
    let verified = verified.ok().map(|fact| fact.address);
    let found = gathering.facts.addresses(&names);
    let others = found.map_or(&[][..], |found| found.addresses.as_slice());
    let others = others
        .iter()
        .copied()
        .filter(|address| Some(*address) != verified);
    verified
        .into_iter()
        .chain(others)
        .filter(|address| gathering.settings.family.admits(*address))
        .map(|address| SocketAddr::new(address, port))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_testkit::objects::{healthy, with};

    #[test]
    fn only_https_is_https_whatever_characters_stand_around_it() {
        let is = |url: &str| {
            is_https(
                &with(healthy(), "general", "base_auth_url", url),
                "base_auth_url",
            )
        };
        assert!(is("HTTPS://login.mypurecloud.de/oauth/token"));
        for url in [
            "http://\u{200b}login",
            "http://\u{201c}",
            "https:/\u{e9}x",
            "https://",
            "",
            "\u{1f512}\u{1f512}",
        ] {
            assert!(!is(url), "{url:?}");
        }
    }
}
