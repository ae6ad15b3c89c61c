//! Trust: where a served chain ends, with every fault of chain and name, and the gate that secrets must pass.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hybridcheck_core::facts::{ChainFault, Trust};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use sha2::{Digest, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::limits::{self, Limit};

/// SHA-256 of the subject public key info of Amazon Trust Services' roots, as Amazon publishes them.
const AMAZON_ROOTS: [&str; 5] = [
    "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
    "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
    "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
    "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
    "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
];

/// The sets of roots that a chain may end in, strongest first.
#[derive(Debug)]
pub struct Trusts {
    amazon: RootCertStore,
    public: RootCertStore,
    given: Option<RootCertStore>,
    host: OnceLock<HostStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// What a chain is worth.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Where it ends.
    pub trust: Trust,
    /// Everything wrong with it.
    pub faults: Vec<ChainFault>,
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
}

impl Trusts {
    /// The public roots, and `--cacert`'s roots in place of the host's own store.
    pub fn new(given: Option<&[CertificateDer<'static>]>) -> Self {
        let anchors = webpki_roots::TLS_SERVER_ROOTS;
        let amazon = anchors.iter().filter(|anchor| is_amazon(anchor)).cloned();
        let given = given.map(|roots| {
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(roots.iter().cloned());
            store
        });
        Self {
            amazon: amazon.collect(),
            public: anchors.iter().cloned().collect(),
            given,
            host: OnceLock::new(),
            algorithms: rustls::crypto::ring::default_provider().signature_verification_algorithms,
        }
    }

    /// Judges a chain for a name at a moment: all faults, not only the first.
    pub fn judge(
        &self,
        chain: &[CertificateDer<'static>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Verdict {
        let mut faults = Vec::new();
        let mut trust = Trust::Nowhere;
        if let Some((leaf, rest)) = chain.split_first() {
            let moment = validity_fault(leaf, now, &mut faults);
            match ParsedCertificate::try_from(leaf) {
                Ok(parsed) => {
                    if verify_server_name(&parsed, name).is_err() {
                        faults.push(ChainFault::NameMismatch {
                            presented: presented(leaf),
                        });
                    }
                    trust = self.anchor(&parsed, rest, moment, &mut faults);
                }
                Err(error) => faults.push(ChainFault::Other {
                    error: format!("{error:?}").into(),
                }),
            }
        }
        Verdict {
            trust,
            faults,
            chain: chain.to_vec(),
        }
    }

    /// The strongest set the chain ends in; each set is tried in turn, the host's own store last and only when needed.
    fn anchor(
        &self,
        leaf: &ParsedCertificate<'_>,
        rest: &[CertificateDer<'static>],
        moment: UnixTime,
        faults: &mut Vec<ChainFault>,
    ) -> Trust {
        let mut other = None;
        let mut ends_in = |roots: &RootCertStore| {
            let verified = verify_server_cert_signed_by_trust_anchor(
                leaf,
                roots,
                rest,
                moment,
                self.algorithms.all,
            );
            match verified {
                Ok(()) => true,
                Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => false,
                Err(error) => {
                    other.get_or_insert_with(|| path_fault(&error));
                    false
                }
            }
        };
        if ends_in(&self.amazon) {
            return Trust::Amazon;
        }
        if ends_in(&self.public) {
            return Trust::Public;
        }
        match &self.given {
            Some(given) if ends_in(given) => return Trust::Given,
            Some(_) => {}
            None => {
                let host = self.host.get_or_init(host_store);
                if ends_in(&host.roots) {
                    return Trust::HostStore;
                }
                // What it is missing might have been this chain's root.
                host.limit.into_iter().for_each(limits::meet);
            }
        }
        faults.push(other.unwrap_or(ChainFault::UnknownIssuer));
        Trust::Nowhere
    }
}

/// Roots of the host's own store that are not public ones are what inspecting proxies use; public ones were tried before.
fn host_store() -> HostStore {
    let mut roots = RootCertStore::empty();
    let read = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(read.certs);
    let limit = read.errors.iter().find_map(|error| match &error.kind {
        rustls_native_certs::ErrorKind::Io { inner, .. } => limits::own_limit(inner),
        _ => None,
    });
    HostStore { roots, limit }
}

/// The host's own store.
#[derive(Debug)]
struct HostStore {
    roots: RootCertStore,
    /// The limit of this host because of which it was not read whole.
    limit: Option<Limit>,
}

fn is_amazon(anchor: &TrustAnchor<'_>) -> bool {
    let digest = Sha256::digest(sequence(&anchor.subject_public_key_info));
    AMAZON_ROOTS.contains(&hybridcheck_saml::digest::hex(&digest).as_str())
}

/// A trust anchor holds the contents of the SEQUENCE; the published digests are over the whole (X.690 section 8.9).
fn sequence(contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut der = vec![0x30];
    match u16::try_from(length) {
        Ok(short @ 0..=0x7f) => der.push(short.to_be_bytes()[1]),
        Ok(medium @ 0x80..=0xff) => der.extend([0x81, medium.to_be_bytes()[1]]),
        Ok(long) => {
            der.push(0x82);
            der.extend(long.to_be_bytes());
        }
        Err(_) => return Vec::new(),
    }
    der.extend_from_slice(contents);
    der
}

/// Records whether the leaf is out of date and returns a moment at which the rest can still be judged. Certificates above
/// it are left to path building, which may not need the one that is out of date.
fn validity_fault(
    leaf: &CertificateDer<'static>,
    now: UnixTime,
    faults: &mut Vec<ChainFault>,
) -> UnixTime {
    let Ok((_, certificate)) = X509Certificate::from_der(leaf) else {
        return now;
    };
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let from = certificate.validity().not_before.timestamp();
    let until = certificate.validity().not_after.timestamp();
    if seconds > until {
        faults.push(ChainFault::Expired {
            not_after: Some(Timestamp::from_unix(until)),
        });
    } else if seconds < from {
        faults.push(ChainFault::NotYetValid {
            not_before: Some(Timestamp::from_unix(from)),
        });
    } else {
        return now;
    }
    let middle = from.midpoint(until);
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(middle).unwrap_or(0)))
}

/// A fault of path building, other than a chain that leads nowhere.
fn path_fault(error: &rustls::Error) -> ChainFault {
    let at = |time: &UnixTime| i64::try_from(time.as_secs()).ok().map(Timestamp::from_unix);
    match error {
        rustls::Error::InvalidCertificate(CertificateError::ExpiredContext {
            not_after, ..
        }) => ChainFault::Expired {
            not_after: at(not_after),
        },
        rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext {
            not_before,
            ..
        }) => ChainFault::NotYetValid {
            not_before: at(not_before),
        },
        other => ChainFault::Other {
            error: format!("{other:?}").into(),
        },
    }
}

fn presented(leaf: &CertificateDer<'static>) -> Vec<Outside> {
    match X509Certificate::from_der(leaf) {
        Ok((_, certificate)) => names(&certificate),
        Err(_) => Vec::new(),
    }
}

/// The DNS names and addresses a certificate is for, at most as many as a person would read.
pub(super) fn names(certificate: &X509Certificate<'_>) -> Vec<Outside> {
    let Ok(Some(alternative)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let named = alternative
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(Outside::kept(name, 255)),
            GeneralName::IPAddress(octets) => {
                address(octets).map(|address| address.to_string().into())
            }
            _ => None,
        });
    named.take(50).collect()
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// Verifies signatures, records the verdict, and lets the handshake finish: diagnosis needs the whole picture.
#[derive(Debug)]
pub struct Recording {
    trusts: Arc<Trusts>,
    verdict: Mutex<Option<Verdict>>,
}

impl Recording {
    /// Nothing recorded yet.
    pub fn new(trusts: Arc<Trusts>) -> Self {
        Self {
            trusts,
            verdict: Mutex::new(None),
        }
    }

    /// What was recorded.
    pub fn take(&self) -> Option<Verdict> {
        self.verdict
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Refuses every chain that is not trusted: for connections that may carry a secret.
#[derive(Debug)]
pub struct Strict {
    trusts: Arc<Trusts>,
    inspection_allowed: bool,
}

impl Strict {
    /// With or without chains that end only in the host's own store.
    pub fn new(trusts: Arc<Trusts>, inspection_allowed: bool) -> Self {
        Self {
            trusts,
            inspection_allowed,
        }
    }
}

/// Whether a secret may pass a chain of this worth.
pub fn carries_secrets(trust: Trust, inspection_allowed: bool) -> bool {
    match trust {
        Trust::Amazon | Trust::Public | Trust::Given => true,
        Trust::HostStore => inspection_allowed,
        Trust::Nowhere => false,
    }
}

fn whole(
    end_entity: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
) -> Vec<CertificateDer<'static>> {
    let all = std::iter::once(end_entity).chain(rest);
    all.map(|der| der.clone().into_owned()).collect()
}

macro_rules! signatures_are_checked {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls12_signature(message, cert, dss, &self.trusts.algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls13_signature(message, cert, dss, &self.trusts.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.trusts.algorithms.supported_schemes()
        }
    };
}

impl ServerCertVerifier for Recording {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .trusts
            .judge(&whole(end_entity, intermediates), server_name, now);
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        Ok(ServerCertVerified::assertion())
    }

    signatures_are_checked!();
}

impl ServerCertVerifier for Strict {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .trusts
            .judge(&whole(end_entity, intermediates), server_name, now);
        if verdict.faults.is_empty() && carries_secrets(verdict.trust, self.inspection_allowed) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    signatures_are_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_five_amazon_roots_are_recognised() {
        assert_eq!(Trusts::new(None).amazon.len(), AMAZON_ROOTS.len());
    }

    #[test]
    fn an_inspected_chain_carries_no_secret_unless_allowed() {
        assert!(!carries_secrets(Trust::HostStore, false));
        assert!(carries_secrets(Trust::HostStore, true));
        assert!(!carries_secrets(Trust::Nowhere, true));
    }
}
