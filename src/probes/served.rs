//! Served certificates as facts: who issued them, for whom, until when, and where their revocation can be asked.

use hybridcheck_core::facts::ServedCertificate;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::oid_registry::{
    OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS, OID_PKIX_ACCESS_DESCRIPTOR_OCSP, Oid,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::trust::names;

/// A real certificate names one or two of each.
const URLS: usize = 4;
/// Longer than this no real one is.
const URL_LENGTH: usize = 300;

/// What a certificate says; none when it is no certificate.
pub fn certificate(der: &CertificateDer<'static>) -> Option<ServedCertificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let kept = |text: String| Outside::kept(&text, 300);
    let mut revocation = distribution_points(&certificate);
    revocation.extend(access(&certificate, &OID_PKIX_ACCESS_DESCRIPTOR_OCSP));
    Some(ServedCertificate {
        subject: kept(certificate.subject().to_string()),
        issuer: kept(certificate.issuer().to_string()),
        not_before: Timestamp::from_unix(certificate.validity().not_before.timestamp()),
        not_after: Timestamp::from_unix(certificate.validity().not_after.timestamp()),
        names: names(&certificate),
        sha256: hybridcheck_saml::digest::sha256_hex(der),
        revocation,
        issuer_urls: access(&certificate, &OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS),
    })
}

fn extensions<'a>(
    certificate: &'a X509Certificate<'_>,
) -> impl Iterator<Item = &'a ParsedExtension<'a>> {
    certificate
        .extensions()
        .iter()
        .map(x509_parser::prelude::X509Extension::parsed_extension)
}

fn distribution_points(certificate: &X509Certificate<'_>) -> Vec<Outside> {
    let mut all = Vec::new();
    for extension in extensions(certificate) {
        let ParsedExtension::CRLDistributionPoints(points) = extension else {
            continue;
        };
        for point in points.iter() {
            if let Some(DistributionPointName::FullName(full)) = &point.distribution_point {
                all.extend(full.iter().filter_map(url));
            }
        }
    }
    all.truncate(URLS);
    all
}

fn access(certificate: &X509Certificate<'_>, method: &Oid<'_>) -> Vec<Outside> {
    let mut all = Vec::new();
    for extension in extensions(certificate) {
        let ParsedExtension::AuthorityInfoAccess(info) = extension else {
            continue;
        };
        let wanted = info
            .accessdescs
            .iter()
            .filter(|description| description.access_method == *method);
        all.extend(wanted.filter_map(|description| url(&description.access_location)));
    }
    all.truncate(URLS);
    all
}

/// HTTP and HTTPS only: directories (LDAP) are of a company's own network.
fn url(name: &GeneralName<'_>) -> Option<Outside> {
    let GeneralName::URI(url) = name else {
        return None;
    };
    let scheme = url.split("://").next().unwrap_or_default();
    let is_web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    (is_web && url.len() <= URL_LENGTH).then(|| Outside::kept(url, URL_LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, CrlDistributionPoint, CustomExtension, KeyPair};

    /// An authority information access extension (RFC 5280 section 4.2.2.1) of two short entries.
    fn access_extension(ocsp: &str, issuer: &str) -> CustomExtension {
        let entry = |method: u8, url: &str| {
            let oid = [0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 0x30, method];
            let length = |text: &str| u8::try_from(text.len()).expect("a short text");
            let mut der = vec![0x30, length(url) + 12];
            der.extend(oid);
            der.extend([0x86, length(url)]);
            der.extend(url.as_bytes());
            der
        };
        let body = [entry(1, ocsp), entry(2, issuer)].concat();
        let mut der = vec![0x30, 0x81, u8::try_from(body.len()).expect("short")];
        der.extend(body);
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der)
    }

    fn made(change: impl FnOnce(&mut CertificateParams)) -> ServedCertificate {
        let mut params = CertificateParams::new(vec!["login.mypurecloud.de".into()]).expect("name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let made = params.self_signed(&key).expect("a certificate");
        certificate(&made.der().clone()).expect("it reads")
    }

    #[test]
    fn revocation_and_issuer_urls_are_read() {
        let served = made(|params| {
            let uris = vec!["http://crl.ca.example/ca.crl".to_owned()];
            params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
            params.custom_extensions = vec![access_extension(
                "http://ocsp.ca.example",
                "http://crt.ca.example/ca.cer",
            )];
        });
        assert_eq!(
            served.revocation,
            ["http://crl.ca.example/ca.crl", "http://ocsp.ca.example"]
        );
        assert_eq!(served.issuer_urls, ["http://crt.ca.example/ca.cer"]);
        assert_eq!(served.names, ["login.mypurecloud.de"]);
    }

    #[test]
    fn a_flood_of_urls_and_other_schemes_are_left_out() {
        let served = made(|params| {
            let mut uris = vec![
                "ldap://dc.acme.example/cn=ca".to_owned(),
                format!("http://long.example/{}", "a".repeat(500)),
            ];
            uris.extend((0..50).map(|number| format!("http://crl{number}.ca.example/x")));
            params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
        });
        assert_eq!(served.revocation.len(), URLS);
        assert_eq!(served.revocation[0], "http://crl0.ca.example/x");
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert!(certificate(&CertificateDer::from(vec![0x30, 0x00])).is_none());
    }
}
