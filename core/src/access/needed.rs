//! From objects to the connections they need.

use super::{Access, Destination, DnsName, Purpose, Reach, add};
use crate::endpoint::Host;
use crate::object::{HybridObject, Place};
use crate::region::Regions;

/// Amazon Trust Services issues the certificates; every revocation address seen in them lies below this domain.
const REVOCATION_DOMAIN: &str = "amazontrust.com";
const HTTP: u16 = 80;

/// A URL of the object from which no rule can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option} at {place} {problem}")]
pub struct UnusableUrl {
    /// Section and option.
    pub option: &'static str,
    /// Where it is written, or where it should be.
    pub place: Place,
    /// What is wrong, with the value made visible unless it may be secret.
    pub problem: String,
}

/// The connections that some objects need, each once: their own auth and API hosts, revocation, and with
/// `desktops` what only agent desktops need.
pub fn needed(
    objects: &[HybridObject],
    regions: &Regions,
    desktops: bool,
) -> Result<Vec<Access>, UnusableUrl> {
    let mut rules = Vec::new();
    let mut domains: Vec<DnsName> = Vec::new();
    for object in objects {
        for (option, name, purpose) in [
            ("base_auth_url", "general/base_auth_url", Purpose::Login),
            ("base_service_url", "general/base_service_url", Purpose::Api),
        ] {
            let (destination, port, host) = destination(object, option, name)?;
            let domain = regions
                .of_host(&host)
                .and_then(|(region, _)| DnsName::parse(&region.domain));
            if let Some(domain) = &domain
                && !domains.contains(domain)
            {
                domains.push(domain.clone());
            }
            add(&mut rules, rule(destination, port, purpose, domain));
        }
    }
    if desktops {
        for domain in domains {
            for (label, purpose) in [("apps", Purpose::Apps), ("api-cdn", Purpose::Assets)] {
                if let Some(name) = DnsName::parse(&format!("{label}.{domain}")) {
                    let there = Destination::Name(name);
                    add(&mut rules, rule(there, 443, purpose, Some(domain.clone())));
                }
            }
        }
    }
    if !rules.is_empty()
        && let Some(domain) = DnsName::parse(REVOCATION_DOMAIN)
    {
        let there = Destination::Below(domain);
        add(&mut rules, rule(there, HTTP, Purpose::Revocation, None));
    }
    Ok(rules)
}

fn rule(destination: Destination, port: u16, purpose: Purpose, domain: Option<DnsName>) -> Access {
    Access {
        destination,
        port,
        purposes: [purpose].into(),
        domain,
        reach: Reach::Unasked,
    }
}

fn destination(
    object: &HybridObject,
    option: &str,
    name: &'static str,
) -> Result<(Destination, u16, Host), UnusableUrl> {
    let unusable = |place: &Place, problem: String| UnusableUrl {
        option: name,
        place: place.clone(),
        problem,
    };
    let Some(found) = object.option("general", option) else {
        return Err(unusable(
            &object.place,
            "is not there: no rule can be made for a host that is not named".into(),
        ));
    };
    let endpoint = object.endpoint(option).ok_or_else(|| {
        unusable(
            &found.place,
            format!("is {}, which is no http or https URL", found.value.shown()),
        )
    })?;
    let there = Destination::of(&endpoint.host).ok_or_else(|| {
        unusable(
            &found.place,
            format!(
                "is {}: its host `{}` is neither a DNS name of letters, digits and hyphens nor an address, so it goes into no rule",
                found.value.shown(),
                endpoint.host
            ),
        )
    })?;
    if endpoint.port == 0 {
        return Err(unusable(
            &found.place,
            format!(
                "is {}: no connection can be made to port 0",
                found.value.shown()
            ),
        ));
    }
    Ok((there, endpoint.port, endpoint.host))
}
