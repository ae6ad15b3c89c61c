//! Key material of the sample object, made anew in every process: no private key is kept in the repository.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use base64ct::{Base64, Encoding};
use pkcs8::pkcs5::pbes2;
use pkcs8::{EncodePrivateKey, PrivateKeyInfoRef};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use rsa::rand_core::{TryCryptoRng, TryRng};

use super::SandboxError;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What `openssl rsa -aes256` of OpenSSL 3 uses (observed).
const PBKDF2_ROUNDS: u32 = 2048;

/// Which of the process's two RSA keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    First,
    Second,
}

/// How an administrator pasted the object's certificate into a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Base64 of the DER, without BEGIN and END.
    Body,
    /// The PEM file as it is.
    Pem,
    /// Base64 of the PEM file, as the object's option holds it.
    PemInBase64,
}

/// How the material is to be made; faults change it.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    /// First and last day of the certificate's validity, counted from today.
    pub(super) valid_days: (i64, i64),
    /// The key that `saml/pkey` holds.
    pub(super) pkey: Which,
    /// The key of the certificate that the identity provider holds.
    pub(super) provider: Which,
    /// Certificate and key stand in each other's option.
    pub(super) swapped: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            valid_days: (-1, 3651),
            pkey: Which::First,
            provider: Which::First,
            swapped: false,
        }
    }
}

/// Certificates and the key, as the recipe wants them.
pub(super) struct Material {
    /// The value of `saml/certificate`.
    pub(super) certificate_option: String,
    /// The value of `saml/pkey`.
    pub(super) pkey_option: String,
    /// The DER of the provider's certificate.
    provider_certificate: Vec<u8>,
    /// Pieces of the key in every form in which it could leak.
    pub(super) secrets: Vec<String>,
}

impl Recipe {
    /// Makes the material; the key is encrypted with the password.
    pub(super) fn make(&self, password: &str) -> Result<Material, SandboxError> {
        let certificate = self_signed(key_der(Which::First)?, self.valid_days)?;
        let provider_certificate = if self.provider == Which::First {
            certificate.clone()
        } else {
            self_signed(key_der(self.provider)?, self.valid_days)?
        };
        let plain = key_der(self.pkey)?;
        let key_pem = pem("ENCRYPTED PRIVATE KEY", &encrypted(plain, password)?);
        let certificate_pem = pem("CERTIFICATE", &certificate);
        let mut options = [certificate_pem, key_pem.clone()].map(|pem| in_base64(pem.as_bytes()));
        let secrets = lines_of(&key_pem)
            .chain(lines_of(&pem("PRIVATE KEY", plain)))
            .chain(chunks(&options[1]))
            .collect();
        if self.swapped {
            options.swap(0, 1);
        }
        let [certificate_option, pkey_option] = options;
        Ok(Material {
            certificate_option,
            pkey_option,
            provider_certificate,
            secrets,
        })
    }
}

impl Material {
    /// The provider's certificate as an administrator pasted it.
    pub(super) fn provider_certificate(&self, written: Written) -> String {
        let der = &self.provider_certificate;
        match written {
            Written::Body => in_base64(der),
            Written::Pem => pem("CERTIFICATE", der),
            Written::PemInBase64 => in_base64(pem("CERTIFICATE", der).as_bytes()),
        }
    }
}

/// A further certificate as identity providers hold them: base64 of the DER, without BEGIN and END.
pub(super) fn provider_certificate(
    which: Which,
    valid_days: (i64, i64),
) -> Result<String, SandboxError> {
    Ok(in_base64(&self_signed(key_der(which)?, valid_days)?))
}

/// Random text of the URL-safe alphabet, for secrets and tokens.
pub(super) fn random_text(bytes: usize) -> Result<String, SandboxError> {
    let mut buffer = vec![0; bytes];
    fill(&mut buffer)?;
    Ok(base64ct::Base64UrlUnpadded::encode_string(&buffer))
}

/// Base64 on one line, as `openssl base64 -A` writes it.
pub(super) fn in_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// PEM with lines of 64 columns.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let body: Vec<String> = chunks(&in_base64(der)).collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        body.join("\n")
    )
}

/// A moment some days from now.
pub(super) fn in_days(days: i64) -> SystemTime {
    let now = SystemTime::now();
    let distance = DAY * u32::try_from(days.unsigned_abs()).unwrap_or(u32::MAX);
    if days < 0 {
        now - distance
    } else {
        now + distance
    }
}

fn self_signed(key: &[u8], (from, to): (i64, i64)) -> Result<Vec<u8>, SandboxError> {
    let der = rustls_pki_types::PrivatePkcs8KeyDer::from(key);
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "hybrid sample");
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Acme Sample");
    params.not_before = in_days(from).into();
    params.not_after = in_days(to).into();
    Ok(params.self_signed(&pair)?.der().to_vec())
}

fn encrypted(key: &[u8], password: &str) -> Result<Vec<u8>, SandboxError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    fill(&mut salt)?;
    fill(&mut iv)?;
    let params = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(PBKDF2_ROUNDS, &salt, iv)
        .map_err(|_| SandboxError::Key("PBES2 parameters"))?;
    let document = PrivateKeyInfoRef::try_from(key)
        .and_then(|info| info.encrypt_with_params(params, password))
        .map_err(|_| SandboxError::Key("encryption of the private key"))?;
    Ok(document.as_bytes().to_vec())
}

/// The PKCS#8 form of one of the process's keys. Making an RSA key is the only slow step of a start, so each is made once per process.
fn key_der(which: Which) -> Result<&'static [u8], SandboxError> {
    static KEYS: [OnceLock<Vec<u8>>; 2] = [OnceLock::new(), OnceLock::new()];
    static MAKING: [Mutex<()>; 2] = [Mutex::new(()), Mutex::new(())];
    let slot = which as usize;
    let _turn = MAKING[slot].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = KEYS[slot].get() {
        return Ok(key);
    }
    let key = rsa::PrivateKey::new(&mut Entropy(SystemRandom::new()), 2048)
        .map_err(|_| SandboxError::Key("generation of an RSA key"))?;
    let der = key
        .to_pkcs8_der()
        .map_err(|_| SandboxError::Key("PKCS#8 form of an RSA key"))?;
    Ok(KEYS[slot].get_or_init(|| der.as_bytes().to_vec()))
}

fn fill(buffer: &mut [u8]) -> Result<(), SandboxError> {
    SystemRandom::new()
        .fill(buffer)
        .map_err(|_| SandboxError::Key("the system's random numbers"))
}

fn chunks(text: &str) -> impl Iterator<Item = String> {
    text.as_bytes()
        .chunks(64)
        .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
        .collect::<Vec<_>>()
        .into_iter()
}

fn lines_of(pem: &str) -> impl Iterator<Item = String> {
    pem.lines()
        // The last line of a body may be a few characters that occur anywhere.
        .filter(|line| !line.starts_with('-') && line.len() >= 32)
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// ring's random numbers in the shape that the `rsa` crate asks for.
struct Entropy(SystemRandom);

#[derive(Debug, thiserror::Error)]
#[error("the system gave no random numbers")]
struct NoEntropy;

impl TryRng for Entropy {
    type Error = NoEntropy;

    fn try_next_u32(&mut self) -> Result<u32, NoEntropy> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoEntropy> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.fill(bytes).map_err(|_| NoEntropy)
    }
}

impl TryCryptoRng for Entropy {}

#[cfg(test)]
pub(super) mod tests {
    use pkcs8::EncryptedPrivateKeyInfoRef;

    use super::*;

    pub(crate) fn decoded(option: &str) -> (String, Vec<u8>) {
        let pem = String::from_utf8(Base64::decode_vec(option).expect("base64")).expect("text");
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = Base64::decode_vec(&body).expect("base64 of DER");
        (pem, der)
    }

    pub(crate) fn modulus_of_key(option: &str, password: &str) -> Option<Vec<u8>> {
        let (_, der) = decoded(option);
        let info = EncryptedPrivateKeyInfoRef::try_from(der.as_slice()).expect("PKCS#8");
        let plain = info.decrypt(password).ok()?;
        let pair = ring::rsa::KeyPair::from_pkcs8(plain.as_bytes()).ok()?;
        Some(
            ring::signature::KeyPair::public_key(&pair)
                .as_ref()
                .to_vec(),
        )
    }

    pub(crate) fn key_of_certificate(der: &[u8]) -> Vec<u8> {
        let (_, parsed) = x509_parser::parse_x509_certificate(der).expect("a certificate");
        parsed.public_key().subject_public_key.data.to_vec()
    }

    #[test]
    fn the_key_opens_with_its_password_and_belongs_to_the_certificate() {
        let material = Recipe::default().make("right").expect("material");
        let (pem, certificate) = decoded(&material.certificate_option);
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
        assert_eq!(modulus_of_key(&material.pkey_option, "wrong"), None);
        assert_eq!(
            modulus_of_key(&material.pkey_option, "right"),
            Some(key_of_certificate(&certificate))
        );
        assert_eq!(
            material.provider_certificate(Written::Body),
            in_base64(&certificate)
        );
    }

    #[test]
    fn the_certificate_lives_as_long_as_the_documented_recipe_says() {
        let material = Recipe::default().make("x").expect("material");
        let (_, der) = decoded(&material.certificate_option);
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).expect("a certificate");
        let validity = parsed.validity();
        let days = (validity.not_after.timestamp() - validity.not_before.timestamp()) / 86_400;
        assert_eq!(days, 3652);
        assert!(validity.is_valid());
    }

    #[test]
    fn another_key_is_really_another() {
        let recipe = Recipe {
            pkey: Which::Second,
            provider: Which::Second,
            ..Recipe::default()
        };
        let material = recipe.make("x").expect("material");
        let (_, certificate) = decoded(&material.certificate_option);
        let provider = &material.provider_certificate;
        let pkey = modulus_of_key(&material.pkey_option, "x").expect("opens");
        assert_ne!(pkey, key_of_certificate(&certificate));
        assert_eq!(pkey, key_of_certificate(provider));
    }

    #[test]
    fn swapped_material_stands_in_the_other_option() {
        let recipe = Recipe {
            swapped: true,
            ..Recipe::default()
        };
        let material = recipe.make("x").expect("material");
        assert!(
            decoded(&material.pkey_option)
                .0
                .contains("BEGIN CERTIFICATE")
        );
        assert!(
            decoded(&material.certificate_option)
                .0
                .contains("ENCRYPTED PRIVATE KEY")
        );
    }

    #[test]
    fn the_real_openssl_opens_the_key() {
        let material = Recipe::default().make("pass word").expect("material");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key.pem");
        std::fs::write(&file, decoded(&material.pkey_option).0).expect("written");
        let run = |password: &str| {
            let output = std::process::Command::new("openssl")
                .args(["rsa", "-noout", "-check", "-passin"])
                .arg(format!("pass:{password}"))
                .arg("-in")
                .arg(&file)
                .output()
                .expect("openssl is there");
            output.status.success()
        };
        assert!(run("pass word"));
        assert!(!run("password"));
    }
}
