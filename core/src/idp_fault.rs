//! What the service says when it refuses to save an identity provider, for faults that can be seen without asking it.

use std::fmt;
use std::sync::LazyLock;

use crate::facts::{CertificateInfo, CertificateOutcome, Undecodable};
use crate::time::Timestamp;

/// Why the service refuses to save a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdpFault {
    /// The certificate is past its last moment.
    CertificateExpired,
    /// The certificate is no base64.
    CertificateNotBase64,
    /// The certificate is before its first moment.
    CertificateNotYetValid,
    /// The certificate is no certificate.
    CertificateUnparseable,
    /// There is no issuer.
    IssuerMissing,
    /// The target is no https URL.
    TargetNotHttps,
}

/// A code of the service with its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code, such as `certificate.expired`.
    pub code: &'static str,
    /// The text that goes with it.
    pub words: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.words)
    }
}

static TABLE: LazyLock<Vec<(IdpFault, Refusal)>> = LazyLock::new(|| {
    include_str!("../data/idp_refusals.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter_map(line)
        .collect()
});

fn line(text: &'static str) -> Option<(IdpFault, Refusal)> {
    let mut pieces = text.split('\t');
    let (code, words, fault) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let fault = match fault {
        "certificate-expired" => IdpFault::CertificateExpired,
        "certificate-not-base64" => IdpFault::CertificateNotBase64,
        "certificate-not-yet-valid" => IdpFault::CertificateNotYetValid,
        "certificate-unparseable" => IdpFault::CertificateUnparseable,
        "issuer-missing" => IdpFault::IssuerMissing,
        "target-not-https" => IdpFault::TargetNotHttps,
        _ => return None,
    };
    Some((fault, Refusal { code, words }))
}

impl IdpFault {
    /// What is wrong with the dates of a certificate at a moment.
    pub fn of_dates(certificate: &CertificateInfo, as_of: Timestamp) -> Option<Self> {
        if as_of > certificate.not_after {
            Some(Self::CertificateExpired)
        } else if as_of < certificate.not_before {
            Some(Self::CertificateNotYetValid)
        } else {
            None
        }
    }

    /// What is wrong with a value that should be a certificate.
    pub fn of_value(outcome: &CertificateOutcome) -> Option<Self> {
        match outcome {
            CertificateOutcome::Certificates { .. } => None,
            CertificateOutcome::Undecodable(
                Undecodable::NotEncoded | Undecodable::CutOff { .. },
            ) => Some(Self::CertificateNotBase64),
            CertificateOutcome::Other { .. } | CertificateOutcome::Undecodable(_) => {
                Some(Self::CertificateUnparseable)
            }
        }
    }

    /// Whether a text is the https URL that a target has to be.
    pub fn of_target(target: &str) -> Option<Self> {
        let start = target.get(..8).unwrap_or_default();
        let rest = target.get(8..).unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_clean = !target.contains(|c: char| c.is_whitespace() || c.is_control());
        let is_https = start.eq_ignore_ascii_case("https://") && !host.is_empty() && is_clean;
        (!is_https).then_some(Self::TargetNotHttps)
    }

    /// The service's own code and words.
    pub fn refusal(self) -> Option<Refusal> {
        TABLE
            .iter()
            .find(|(fault, _)| *fault == self)
            .map(|(_, refusal)| *refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Holds;

    #[test]
    fn every_fault_has_the_services_own_code() {
        let codes: Vec<&str> = [
            IdpFault::CertificateExpired,
            IdpFault::CertificateNotYetValid,
            IdpFault::CertificateUnparseable,
            IdpFault::CertificateNotBase64,
            IdpFault::IssuerMissing,
            IdpFault::TargetNotHttps,
        ]
        .into_iter()
        .filter_map(|fault| Some(fault.refusal()?.code))
        .collect();
        assert_eq!(
            codes,
            [
                "certificate.expired",
                "certificate.not.yet.valid",
                "certificate.unparseable",
                "certificate.invalid.base64",
                "missing.issuer.uri",
                "invalid.target.url"
            ]
        );
    }

    #[test]
    fn a_target_is_an_https_url_with_a_host() {
        for good in ["https://idp.acme.example/sso", "HTTPS://idp.acme.example"] {
            assert_eq!(IdpFault::of_target(good), None, "{good}");
        }
        for bad in [
            "",
            "http://example.com/target",
            "https://",
            "https:///path",
            "idp.acme.example",
            "https://idp acme.example/",
            "höttps://x",
        ] {
            assert_eq!(
                IdpFault::of_target(bad),
                Some(IdpFault::TargetNotHttps),
                "{bad}"
            );
        }
    }

    #[test]
    fn what_is_no_base64_and_what_is_no_certificate_are_told_apart() {
        let undecodable = |why| IdpFault::of_value(&CertificateOutcome::Undecodable(why));
        assert_eq!(
            undecodable(Undecodable::NotEncoded),
            Some(IdpFault::CertificateNotBase64)
        );
        assert_eq!(
            undecodable(Undecodable::NotDer),
            Some(IdpFault::CertificateUnparseable)
        );
        let key = CertificateOutcome::Other {
            holds: Holds::PrivateKey,
        };
        assert_eq!(
            IdpFault::of_value(&key),
            Some(IdpFault::CertificateUnparseable)
        );
    }
}
