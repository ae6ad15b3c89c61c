//! The sandbox's certificate authority and the TLS settings of its hosts.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CrlDistributionPoint, CustomExtension,
    DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::SandboxError;
use super::material::in_days;

/// The host at which certificates of [`Leaf::Revocable`] say that their revocation can be asked, on port 80.
pub(super) const REVOCATION_HOST: &str = "crl.authority.example";

/// What kind of certificate a host serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    Good,
    Expired,
    /// By an authority below the sandbox's, whose certificate is not served.
    NoIntermediate,
    /// For another host's name.
    OtherName,
    /// Good, and says where its revocation can be asked.
    Revocable,
    /// By an authority that is not the sandbox's.
    Rogue,
}

/// What a host offers in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
    All,
    /// HTTP/1.1 only.
    Http1,
    /// TLS 1.2 only.
    Tls12,
}

/// A certificate authority that exists as long as the sandbox.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    intermediate: CertifiedIssuer<'static, KeyPair>,
    rogue: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Makes the authority, and the rogue one beside it.
    pub(super) fn new() -> Result<Self, SandboxError> {
        let issuer = authority("hybridcheck sandbox CA", "hybridcheck")?;
        let params = authority_params("hybridcheck sandbox CA 2", "hybridcheck", 0);
        let intermediate = CertifiedIssuer::signed_by(params, KeyPair::generate()?, &issuer)?;
        Ok(Self {
            issuer,
            intermediate,
            rogue: authority("Corporate Web Inspection CA", "Example Web Filter")?,
        })
    }

    /// The certificate that clients must trust.
    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The settings for a host.
    pub(super) fn settings(
        &self,
        host: &str,
        leaf: Leaf,
        offer: Offer,
    ) -> Result<Arc<ServerConfig>, SandboxError> {
        let name = if leaf == Leaf::OtherName {
            "gateway.webfilter.example"
        } else {
            host
        };
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let (from, to) = if leaf == Leaf::Expired {
            (-200, -2)
        } else {
            (-2, 196)
        };
        params.not_before = in_days(from).into();
        params.not_after = in_days(to).into();
        let key = KeyPair::generate()?;
        if leaf == Leaf::Revocable {
            let uris = vec![format!("http://{REVOCATION_HOST}/sandbox.crl")];
            params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
        }
        let issuer = match leaf {
            Leaf::Rogue => &self.rogue,
            Leaf::NoIntermediate => {
                params.custom_extensions = vec![issuer_access()];
                &self.intermediate
            }
            Leaf::Expired | Leaf::Good | Leaf::OtherName | Leaf::Revocable => &self.issuer,
        };
        let certificate = params.signed_by(&key, issuer)?;
        config(certificate.der().clone(), key.into(), offer)
    }
}

/// Says where the issuer's certificate is (caIssuers, RFC 5280 section 4.2.2.1).
fn issuer_access() -> CustomExtension {
    const URL: &[u8; 30] = b"http://crt.authority.example/2";
    const OID: [u8; 10] = [0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 0x30, 2];
    let mut der = vec![0x30, 44, 0x30, 42];
    der.extend(OID);
    der.extend([0x86, 30]);
    der.extend(URL);
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der)
}

fn authority(
    name: &str,
    organisation: &str,
) -> Result<CertifiedIssuer<'static, KeyPair>, SandboxError> {
    let params = authority_params(name, organisation, 1);
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn authority_params(name: &str, organisation: &str, below: u8) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
        .distinguished_name
        .push(DnType::OrganizationName, organisation);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = in_days(-2).into();
    params.not_after = in_days(365).into();
    params
}

fn config(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    offer: Offer,
) -> Result<Arc<ServerConfig>, SandboxError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[&rustls::SupportedProtocolVersion] = match offer {
        Offer::All | Offer::Http1 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        Offer::Tls12 => &[&rustls::version::TLS12],
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = match offer {
        Offer::All | Offer::Tls12 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        Offer::Http1 => vec![b"http/1.1".to_vec()],
    };
    Ok(Arc::new(config))
}
