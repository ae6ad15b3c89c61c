//! How the provider that is there differs from the body that an object implies, member by member.

use hybridcheck_core::facts::{CertificateInfo, IdentityProvider, IdentityProviders};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::names::Issuer;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;

use super::body::{Body, Certificates, PLACEHOLDER};
use super::expected::Expected;
use crate::Remark;

/// There is no provider: the body makes one, unless another one has the issuer.
pub fn absent(made: &Expected, all: Option<&IdentityProviders>) -> Vec<Remark> {
    let mut remarks = vec![Remark::fail(
        "provider",
        "the organisation has no PureEngage identity provider; the body makes it",
        made.advice(),
    )];
    remarks.extend(made.body.as_ref().and_then(|body| twins(body, all)));
    remarks
}

/// What differs between a body and the provider as it is now.
pub fn differences(
    made: &Expected,
    now: &IdentityProvider,
    all: Option<&IdentityProviders>,
) -> Vec<Remark> {
    let (Some(body), Some(own)) = (&made.body, &made.certificate) else {
        return Vec::new();
    };
    let send = made.advice();
    let quoted = |text: Outside<&str>| format!("`{}`", text.shown(200));
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
        compared(
            "name",
            quoted(body.name.view()),
            now.name.as_ref().map(Outside::view).map(quoted),
        ),
        compared(
            "autoProvisionUsers",
            body.auto_provision_users.to_string(),
            now.auto_provision_users.map(|on| on.to_string()),
        ),
        compared(
            "issuerURI",
            quoted(body.issuer_uri.view()),
            Some(quoted(
                now.issuer_uri
                    .as_ref()
                    .map(Issuer::view)
                    .unwrap_or_default(),
            )),
        ),
        compared(
            "disabled",
            body.disabled.to_string(),
            now.disabled.map(|on| on.to_string()),
        ),
        target(body, now, send),
        certificate(body, own, now, send),
    ];
    remarks.extend(twins(body, all));
    remarks
}

fn target(body: &Body, now: &IdentityProvider, send: &str) -> Remark {
    const ID: &str = "ssoTargetURI";
    let theirs = now.sso_target_uri.clone().unwrap_or_default();
    let shown = theirs.shown(200);
    if theirs == body.sso_target_uri {
        return Remark::pass(ID, format!("now `{shown}`, the same"));
    }
    let is_named = body.sso_target_uri != PLACEHOLDER;
    let ours = if is_named {
        format!("; expected `{}`", body.sso_target_uri.shown(200))
    } else {
        String::new()
    };
    match IdpFault::of_target(theirs.raw()).and_then(IdpFault::refusal) {
        Some(refusal) => Remark::warn(
            ID,
            format!(
                "now `{shown}`, which the service would refuse to save again ({refusal}){ours}"
            ),
            send,
        ),
        None if is_named => Remark::fail(
            ID,
            format!("now `{shown}`{ours}"),
            format!("{send}; without --sso-target the body keeps the one that is there"),
        ),
        None => Remark::gap(
            ID,
            format!(
                "now `{shown}`, which is too long or holds invisible characters, so the body does not have it"
            ),
            send,
        ),
    }
}

fn certificate(body: &Body, own: &CertificateInfo, now: &IdentityProvider, send: &str) -> Remark {
    const ID: &str = "certificate";
    if now.decoded.iter().any(|held| held.sha256 == own.sha256) {
        return Remark::pass(ID, format!("the provider holds it: SHA-256 {}", own.sha256));
    }
    if now.undecodable > 0 {
        return Remark::gap(
            ID,
            format!(
                "{} of the provider's certificates cannot be decoded, and it may be one of them",
                now.undecodable
            ),
            "look at the provider in Genesys Cloud",
        );
    }
    let fix = match &body.certificates {
        Certificates::One(_) => send.to_owned(),
        Certificates::Several(_) => {
            format!("{send}; it adds the certificate beside the valid ones that are there")
        }
    };
    Remark::fail(
        ID,
        format!("the provider does not hold it: SHA-256 {}", own.sha256),
        fix,
    )
}

/// Other providers with the issuer of the body.
fn twins(body: &Body, all: Option<&IdentityProviders>) -> Option<Remark> {
    const ID: &str = "issuerURI";
    let unseen = |why: &str| {
        Remark::gap(
            ID,
            format!(
                "whether another provider has the issuer was not seen: the listing of the providers {why}"
            ),
            "look at the other identity providers of the organisation before you send the body",
        )
    };
    let Some(listing) = all else {
        return Some(unseen("could not be read"));
    };
    let others = listing.entities.iter().filter(|provider| {
        let is_own = provider
            .id
            .as_ref()
            .is_some_and(|id| id.eq_ignore_ascii_case("pureengage"));
        !is_own && provider.issuer_uri.as_ref() == Some(&body.issuer_uri)
    });
    let names: Vec<String> = others
        .map(|provider| {
            let name = provider.name.as_ref().or(provider.id.as_ref());
            format!(
                "`{}`",
                name.map_or(Outside::of("without a name"), Outside::view)
                    .shown(80)
            )
        })
        .take(5)
        .collect();
    if names.is_empty() {
        return listing.incomplete.then(|| unseen("was cut off"));
    }
    Some(Remark::fail(
        ID,
        format!(
            "the identity provider {} has the issuer too",
            listed(&names)
        ),
        "remove it or give it another issuer before you send the body",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idp::expected::tests::made;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{certificate_info, other_idp, pureengage_idp};
    use hybridcheck_testkit::objects::{ISSUER, healthy};

    /// A listing with no other provider that has the issuer.
    fn alone() -> IdentityProviders {
        IdentityProviders {
            entities: vec![other_idp("Generic", "urn:other")],
            incomplete: false,
        }
    }

    fn compared(change: impl FnOnce(&mut IdentityProvider)) -> Vec<(&'static str, Status)> {
        let mut provider = pureengage_idp(&healthy());
        change(&mut provider);
        let found = differences(&made(), &provider, Some(&alone()));
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
            compared(|p| p.issuer_uri = Some(format!("{ISSUER}/").into())),
            [("issuerURI", fail)]
        );
        assert_eq!(compared(|p| p.name = Some("X".into())), [("name", fail)]);
        assert_eq!(compared(|p| p.name = None), [("name", Status::Gap)]);
        assert_eq!(
            compared(|p| p.sso_target_uri = Some("https://example.com/".into())),
            [("ssoTargetURI", fail)]
        );
        assert_eq!(
            compared(|p| p.sso_target_uri = Some("http://example.com/target".into())),
            [("ssoTargetURI", Status::Warn)]
        );
    }

    #[test]
    fn certificates_are_told_by_fingerprint() {
        let other = CertificateInfo {
            sha256: "aa".into(),
            ..certificate_info()
        };
        assert_eq!(
            compared(|p| p.decoded = vec![other.clone()]),
            [("certificate", Status::Fail)]
        );
        assert_eq!(compared(|p| p.decoded.push(other.clone())), []);
        assert_eq!(
            compared(|p| (p.decoded, p.undecodable) = (Vec::new(), 1)),
            [("certificate", Status::Gap)]
        );
    }

    #[test]
    fn a_body_that_would_be_refused_is_never_advised_to_be_sent() {
        let mut provider = pureengage_idp(&healthy());
        (provider.disabled, provider.decoded) = (Some(true), Vec::new());
        let advised = |made: &Expected| -> Vec<String> {
            let found = differences(made, &provider, Some(&alone()));
            let failed = found
                .into_iter()
                .filter(|found| found.status == Status::Fail);
            failed.map(|remark| remark.fix).collect()
        };
        assert_eq!(advised(&made()), ["send the body", "send the body"]);
        for flaw in [
            Remark::fail("certificate", "expired", ""),
            Remark::gap("ssoTargetURI", "a placeholder", ""),
        ] {
            let mut made = made();
            made.remarks.push(flaw);
            for fix in advised(&made) {
                assert!(fix.starts_with("mend first"), "{fix}");
            }
        }
    }

    #[test]
    fn where_there_is_none_a_twin_is_named_first_of_all() {
        let all = IdentityProviders {
            entities: vec![other_idp("Generic", ISSUER)],
            incomplete: false,
        };
        let found = absent(&made(), Some(&all));
        assert_eq!(found.len(), 2);
        assert!(found[1].found.contains("`Generic`"));
        assert_eq!(absent(&made(), Some(&alone())).len(), 1);
    }

    #[test]
    fn a_listing_that_was_not_seen_whole_proves_nothing() {
        let cut = IdentityProviders {
            incomplete: true,
            ..alone()
        };
        for (all, words) in [(None, "could not be read"), (Some(&cut), "was cut off")] {
            let found = absent(&made(), all);
            assert_eq!(found[1].status, Status::Gap);
            assert!(found[1].found.ends_with(words), "{}", found[1].found);
        }
    }
}
