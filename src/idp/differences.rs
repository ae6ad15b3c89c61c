//! How the provider that is there differs from the body that an object implies, member by member.

use hybridcheck_checks::IdpFault;
use hybridcheck_core::facts::{CertificateInfo, IdentityProvider, IdentityProviders};
use hybridcheck_core::text::{listed, visible};
use hybridcheck_core::time::Timestamp;

use super::expected::Body;
use crate::saml::Remark;

/// There is no provider: the body makes one, unless another one has the issuer.
pub fn absent(body: &Body, all: Option<&IdentityProviders>) -> Vec<Remark> {
    let mut remarks = vec![Remark::fail(
        "provider",
        "the organisation has no PureEngage identity provider; the body makes it",
        "send the body",
    )];
    remarks.extend(twins(body, all));
    remarks
}

/// What differs between a body and the provider as it is now.
pub fn differences(
    body: &Body,
    certificate: &CertificateInfo,
    now: &IdentityProvider,
    all: Option<&IdentityProviders>,
    as_of: Timestamp,
) -> Vec<Remark> {
    let send = "send the body";
    let quoted = |text: &str| format!("`{}`", visible(text, 200));
    let compared = |id, ours: String, theirs: Option<String>| match theirs {
        Some(theirs) if theirs == ours => Remark::pass(id, format!("now {theirs}, the same")),
        Some(theirs) => Remark::fail(id, format!("now {theirs}; expected {ours}"), send),
        None => Remark::gap(
            id,
            format!("the answer does not state it; expected {ours}"),
            "look at it in Genesys Cloud",
        ),
    };
    let mut remarks = vec![
        match now.name.as_deref() {
            Some(name) if name == body.name => Remark::pass("name", "the same"),
            name => Remark::note(
                "name",
                format!(
                    "now {}; the provisioning article has `{}`, and whether another does harm is not known",
                    quoted(name.unwrap_or_default()),
                    body.name
                ),
                "",
            ),
        },
        compared(
            "autoProvisionUsers",
            body.auto_provision_users.to_string(),
            now.auto_provision_users.map(|on| on.to_string()),
        ),
        compared(
            "issuerURI",
            quoted(&body.issuer_uri),
            Some(quoted(now.issuer_uri.as_deref().unwrap_or_default())),
        ),
        compared(
            "disabled",
            body.disabled.to_string(),
            now.disabled.map(|on| on.to_string()),
        ),
        target(body, now),
    ];
    remarks.extend(certificates(certificate, now, as_of));
    remarks.extend(unnamed(now));
    remarks.extend(twins(body, all));
    remarks
}

fn target(body: &Body, now: &IdentityProvider) -> Remark {
    const ID: &str = "ssoTargetURI";
    let theirs = now.sso_target_uri.as_deref().unwrap_or_default();
    let shown = visible(theirs, 200);
    if theirs == body.sso_target_uri {
        return Remark::pass(ID, format!("now `{shown}`, the same"));
    }
    match IdpFault::of_target(theirs).and_then(IdpFault::refusal) {
        Some(refusal) => Remark::warn(
            ID,
            format!("now `{shown}`, which the service would refuse to save again ({refusal})"),
            "send the body with an https URL",
        ),
        None => Remark::note(
            ID,
            format!("now `{shown}`; the body changes it"),
            "leave --sso-target out to keep it",
        ),
    }
}

fn certificates(ours: &CertificateInfo, now: &IdentityProvider, as_of: Timestamp) -> Vec<Remark> {
    const ID: &str = "certificate";
    let told = |info: &CertificateInfo| {
        let state = match IdpFault::of_dates(info, as_of) {
            Some(IdpFault::CertificateNotYetValid) => "not valid yet",
            Some(_) => "expired",
            None => "valid",
        };
        format!(
            "{} ({state}, SHA-256 {})",
            visible(&info.subject, 80),
            info.sha256
        )
    };
    let is_held = now.decoded.iter().any(|held| held.sha256 == ours.sha256);
    let mut remarks = Vec::new();
    if is_held {
        remarks.push(Remark::pass(
            ID,
            format!("the provider holds it: SHA-256 {}", ours.sha256),
        ));
    } else if now.undecodable > 0 {
        remarks.push(Remark::gap(
            ID,
            format!(
                "{} of the provider's certificates cannot be decoded, and it may be one of them",
                now.undecodable
            ),
            "send the body",
        ));
    } else {
        remarks.push(Remark::fail(
            ID,
            format!("the provider does not hold it: SHA-256 {}", ours.sha256),
            "send the body",
        ));
    }
    let others = now.decoded.iter();
    let others: Vec<&CertificateInfo> = others.filter(|held| held.sha256 != ours.sha256).collect();
    if !others.is_empty() {
        remarks.push(Remark::warn(
            ID,
            format!(
                "the provider holds others too, which this body takes away: {}",
                listed(others.into_iter().map(told))
            ),
            "while anything still signs with one of them, send `certificates` with all of them (up to five) instead, then change the object, then send this body",
        ));
    }
    remarks
}

/// Members that are set now and that the object knows nothing of.
fn unnamed(now: &IdentityProvider) -> Option<Remark> {
    let set = [
        ("sloURI", &now.slo_uri),
        ("relyingPartyIdentifier", &now.relying_party_identifier),
        ("nameIdentifierFormat", &now.name_identifier_format),
    ];
    let set: Vec<String> = set
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| format!("{name} `{}`", visible(value, 200)))
        .collect();
    (!set.is_empty()).then(|| {
        Remark::note(
            "other members",
            format!(
                "set now and not in the body: {}; whether PUT keeps what it is not sent is not documented",
                listed(set)
            ),
            "add them to the body as GET /api/v2/identityproviders/pureengage returns them, to be sure",
        )
    })
}

/// Other providers with the issuer of the body.
fn twins(body: &Body, all: Option<&IdentityProviders>) -> Option<Remark> {
    let others = all?.entities.iter().filter(|provider| {
        let is_own = provider
            .id
            .as_deref()
            .is_some_and(|id| id.eq_ignore_ascii_case("pureengage"));
        !is_own && provider.issuer_uri.as_deref() == Some(&body.issuer_uri)
    });
    let names: Vec<String> = others
        .map(|provider| {
            let name = provider.name.as_deref().or(provider.id.as_deref());
            format!("`{}`", visible(name.unwrap_or("without a name"), 80))
        })
        .take(5)
        .collect();
    (!names.is_empty()).then(|| {
        Remark::fail(
            "issuerURI",
            format!(
                "the identity provider {} has the issuer too",
                listed(&names)
            ),
            "remove it or give it another issuer before you send the body",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{certificate_info, now, other_idp, pureengage_idp};
    use hybridcheck_testkit::objects::{ISSUER, healthy};

    fn body() -> Body {
        Body {
            name: "PureEngage",
            auto_provision_users: true,
            certificate: "MII".into(),
            issuer_uri: ISSUER.into(),
            sso_target_uri: "https://idp.acme.example/target".into(),
            disabled: false,
        }
    }

    fn compared(change: impl FnOnce(&mut IdentityProvider)) -> Vec<(&'static str, Status)> {
        let mut provider = pureengage_idp(&healthy());
        change(&mut provider);
        let found = differences(&body(), &certificate_info(), &provider, None, now());
        found
            .into_iter()
            .filter(|remark| remark.status != Status::Pass)
            .map(|remark| (remark.id, remark.status))
            .collect()
    }

    #[test]
    fn a_provider_as_it_should_be_differs_in_nothing() {
        assert_eq!(compared(|_| {}), []);
    }

    #[test]
    fn each_member_is_compared() {
        let fail = Status::Fail;
        assert_eq!(compared(|p| p.disabled = Some(true)), [("disabled", fail)]);
        assert_eq!(
            compared(|p| p.auto_provision_users = Some(false)),
            [("autoProvisionUsers", fail)]
        );
        assert_eq!(
            compared(|p| p.auto_provision_users = None),
            [("autoProvisionUsers", Status::Gap)]
        );
        assert_eq!(
            compared(|p| p.issuer_uri = Some(format!("{ISSUER}/"))),
            [("issuerURI", fail)]
        );
        assert_eq!(
            compared(|p| p.name = Some("X".into())),
            [("name", Status::Note)]
        );
        assert_eq!(
            compared(|p| p.sso_target_uri = Some("http://example.com/target".into())),
            [("ssoTargetURI", Status::Warn)]
        );
        assert_eq!(
            compared(|p| p.relying_party_identifier = Some("urn:x".into())),
            [("other members", Status::Note)]
        );
    }

    #[test]
    fn certificates_are_told_by_fingerprint_and_those_that_would_go_are_named() {
        let other = CertificateInfo {
            sha256: "aa".into(),
            ..certificate_info()
        };
        assert_eq!(
            compared(|p| p.decoded = vec![other.clone()]),
            [("certificate", Status::Fail), ("certificate", Status::Warn)]
        );
        assert_eq!(
            compared(|p| p.decoded.push(other.clone())),
            [("certificate", Status::Warn)]
        );
        assert_eq!(
            compared(|p| (p.decoded, p.undecodable) = (Vec::new(), 1)),
            [("certificate", Status::Gap)]
        );
    }

    #[test]
    fn where_there_is_none_a_twin_is_named_first_of_all() {
        let all = IdentityProviders {
            entities: vec![other_idp("Generic", ISSUER)],
            incomplete: false,
        };
        let found = absent(&body(), Some(&all));
        assert_eq!(found.len(), 2);
        assert!(found[1].found.contains("`Generic`"));
        assert_eq!(absent(&body(), None).len(), 1);
    }
}
