//! Healthy variations, and faults of the object itself.

use super::{Fault, fine, one};
use crate::material::Which;
use crate::tls::Offer;

pub(super) const FAULTS: &[Fault] = &[
    fine("http1-only", "The hosts speak HTTP/1.1 only.", |s| {
        s.login.offer = Offer::Http1;
        s.api.offer = Offer::Http1;
    }),
    fine("tls12-only", "The hosts speak TLS 1.2 only.", |s| {
        s.login.offer = Offer::Tls12;
        s.api.offer = Offer::Tls12;
    }),
    fine(
        "many-providers",
        "The organisation has more identity providers than one page holds.",
        |s| {
            s.many_providers();
        },
    ),
    one(
        "object",
        "missing-option",
        &["object-incomplete"],
        "general/organization_id is not in the object.",
        |s| {
            s.sample.remove("general", "organization_id");
        },
    ),
    one(
        "object",
        "missing-section",
        &["object-incomplete"],
        "Section [saml] is not in the object.",
        |s| {
            s.sample.remove_section("saml");
        },
    ),
    one(
        "object",
        "wrong-type",
        &["object-wrong-type"],
        "The transaction is of type Macro instead of List.",
        |s| {
            s.sample.transaction_type = 22;
        },
    ),
    one(
        "object",
        "url-without-slash",
        &["url-malformed"],
        "base_service_url lacks its final slash.",
        |s| {
            s.sample.set(
                "general",
                "base_service_url",
                "https://api.mypurecloud.de/api",
            );
        },
    ),
    one(
        "object",
        "region-pair",
        &["region-mismatch"],
        "base_service_url names Dublin, base_auth_url Frankfurt.",
        |s| {
            s.sample.set(
                "general",
                "base_service_url",
                "https://api.mypurecloud.ie/api/",
            );
        },
    ),
    one(
        "object",
        "certificate-expired",
        &["certificate-expired"],
        "saml/certificate expired a month ago.",
        |s| {
            s.material.valid_days = (-760, -30);
        },
    ),
    one(
        "object",
        "key-wrong-password",
        &["key-does-not-open"],
        "saml/password does not open saml/pkey.",
        |s| {
            s.sample.set("saml", "password", "Not-The-Pass&Phrase-4711");
        },
    ),
    one(
        "object",
        "key-other-certificate",
        &["key-certificate-mismatch"],
        "saml/pkey belongs to another certificate.",
        |s| {
            s.material.pkey = Which::Second;
        },
    ),
    one(
        "object",
        "certificate-and-key-swapped",
        &["certificate-and-key-swapped"],
        "saml/certificate and saml/pkey stand in each other's place.",
        |s| {
            s.material.swapped = true;
        },
    ),
];
