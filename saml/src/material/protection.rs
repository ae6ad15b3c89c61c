//! Undoing the protection of a private key: PBES2, the PEM encryption of RFC 1421, PKCS#12 PBE and PBES1.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use hybridcheck_core::facts::PrivateKeyInfo;
use md5::Md5;
use pkcs8::pkcs5::pbes2::Kdf;
use pkcs8::pkcs5::{self, EncryptionScheme};
use sha1::Sha1;
use sha2::Digest;

use super::der::{self, Walk};
use super::pem::{Block, Dek};
use super::{key, names};

/// More rounds than any tool writes by default; a hostile value with more would only burn time.
pub(super) const MOST_ROUNDS: u32 = 5_000_000;
/// Twice what OpenSSL itself is willing to use for scrypt by default (32 MiB).
const MOST_SCRYPT_BYTES: u64 = 64 << 20;
/// OpenSSL writes p = 1.
const MOST_SCRYPT_LANES: u16 = 16;
/// Salts in use have 8 to 32 octets.
const LONGEST_SALT: usize = 1024;

/// A protected key.
#[derive(Debug)]
pub(super) struct Protected {
    /// The protection in words, such as `PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256`.
    pub(super) protection: String,
    scheme: Scheme,
    ciphertext: Vec<u8>,
}

/// The protection cannot be undone here, so nothing is known about the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotTried;

#[derive(Debug)]
enum Scheme {
    Pbes1 {
        digest: Hash,
        salt: Vec<u8>,
        rounds: u32,
    },
    Pbes2(Box<EncryptionScheme>),
    Pkcs12 {
        keys: usize,
        salt: Vec<u8>,
        rounds: u32,
    },
    Traditional {
        cipher: Cipher,
        iv: Vec<u8>,
    },
    Unsupported,
}

#[derive(Clone, Copy, Debug)]
enum Hash {
    Md5,
    Sha1,
}

#[derive(Clone, Copy, Debug)]
enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    Des,
    /// Triple DES with two or three keys.
    Des3 {
        keys: usize,
    },
}

impl Protected {
    /// Reads the protection of a block; nothing when it is not whole.
    pub(super) fn read(block: &Block) -> Option<Self> {
        let found = match &block.dek {
            Some(dek) => Self::traditional(dek, &block.bytes),
            None => Self::pkcs8(&block.bytes)?,
        };
        let block_size = match &found.scheme {
            Scheme::Traditional { cipher, .. } => cipher.block_size(),
            Scheme::Pbes1 { .. } | Scheme::Pkcs12 { .. } => 8,
            Scheme::Pbes2(scheme) => pbes2_block_size(scheme),
            Scheme::Unsupported => 1,
        };
        let is_whole = !found.ciphertext.is_empty() && found.ciphertext.len() % block_size == 0;
        is_whole.then_some(found)
    }

    /// Whether a password can be tried at all.
    pub(super) fn is_supported(&self) -> bool {
        !matches!(self.scheme, Scheme::Unsupported)
    }

    /// The key, when the password opens it. Padding alone proves nothing (1 wrong password in 256 passes), so the plaintext must be a key.
    pub(super) fn open(&self, password: &str) -> Result<Option<PrivateKeyInfo>, NotTried> {
        let plain = self.decrypt(password)?;
        Ok(plain.and_then(|plain| key::parse(&plain)))
    }

    /// The key in plain DER, when the password opens it.
    pub(super) fn open_der(&self, password: &str) -> Result<Option<Vec<u8>>, NotTried> {
        let plain = self.decrypt(password)?;
        Ok(plain.filter(|plain| key::parse(plain).is_some()))
    }

    fn decrypt(&self, password: &str) -> Result<Option<Vec<u8>>, NotTried> {
        let bytes = password.as_bytes();
        Ok(match &self.scheme {
            Scheme::Unsupported => return Err(NotTried),
            Scheme::Pbes2(scheme) => match scheme.decrypt(bytes, &self.ciphertext) {
                Ok(plain) => Some(plain),
                Err(pkcs5::Error::DecryptFailed) => None,
                Err(_) => return Err(NotTried),
            },
            Scheme::Pbes1 {
                digest,
                salt,
                rounds,
            } => {
                let derived = digest.pbkdf1(bytes, salt, *rounds);
                let (key, rest) = derived.split_first_chunk::<8>().ok_or(NotTried)?;
                let iv = rest.first_chunk::<8>().ok_or(NotTried)?;
                Cipher::Des.decrypt(key, iv, &self.ciphertext)
            }
            Scheme::Pkcs12 { keys, salt, rounds } => {
                let key = pkcs12_kdf(1, password, salt, *rounds, keys * 8);
                let iv = pkcs12_kdf(2, password, salt, *rounds, 8);
                Cipher::Des3 { keys: *keys }.decrypt(&key, &iv, &self.ciphertext)
            }
            Scheme::Traditional { cipher, iv } => {
                let salt = iv.first_chunk::<8>().ok_or(NotTried)?;
                let key = bytes_to_key(bytes, salt, cipher.key_size());
                cipher.decrypt(&key, iv, &self.ciphertext)
            }
        })
    }

    fn traditional(dek: &Dek, ciphertext: &[u8]) -> Self {
        let cipher = match dek.cipher.as_str() {
            "AES-128-CBC" => Some(Cipher::Aes128),
            "AES-192-CBC" => Some(Cipher::Aes192),
            "AES-256-CBC" => Some(Cipher::Aes256),
            "DES-CBC" => Some(Cipher::Des),
            "DES-EDE3-CBC" => Some(Cipher::Des3 { keys: 3 }),
            _ => None,
        };
        let scheme = match cipher {
            Some(cipher) if dek.iv.len() == cipher.block_size() => Scheme::Traditional {
                cipher,
                iv: dek.iv.clone(),
            },
            _ => Scheme::Unsupported,
        };
        Self {
            protection: format!("PEM encryption (DEK-Info), {}", dek.cipher),
            scheme,
            ciphertext: ciphertext.to_vec(),
        }
    }

    fn pkcs8(input: &[u8]) -> Option<Self> {
        let mut walk = Walk::into_sequence(input)?;
        let mut ahead = walk;
        let algorithm = ahead.next()?.whole;
        let (oid, parameters) = walk.take_algorithm()?;
        let ciphertext = walk.take(der::OCTET_STRING)?.to_vec();
        let (protection, scheme) = if oid == names::PBES2 {
            pbes2(algorithm, parameters)
        } else {
            let known = legacy(&oid, parameters);
            let mut protection = names::name(&oid).to_owned();
            if let Some(Err(excess)) = &known {
                protection.push_str(excess);
            }
            let scheme = known.and_then(Result::ok).unwrap_or(Scheme::Unsupported);
            (protection, scheme)
        };
        Some(Self {
            protection,
            scheme,
            ciphertext,
        })
    }
}

/// PBES1 and PKCS#12 PBE; an error tells why the parameters are not tried.
fn legacy(oid: &str, parameters: Walk<'_>) -> Option<Result<Scheme, String>> {
    let mut walk = parameters;
    let mut walk = Walk(walk.take(der::SEQUENCE)?);
    let salt = walk.take(der::OCTET_STRING)?.to_vec();
    let rounds = walk.take_number()?;
    if rounds > MOST_ROUNDS || rounds == 0 || salt.len() > LONGEST_SALT {
        return Some(Err(excess(rounds)));
    }
    let pbes1 = |digest, salt| Scheme::Pbes1 {
        digest,
        salt,
        rounds,
    };
    let pkcs12 = |keys, salt| Scheme::Pkcs12 { keys, salt, rounds };
    Some(Ok(match oid {
        "1.2.840.113549.1.5.3" => pbes1(Hash::Md5, salt),
        "1.2.840.113549.1.5.10" => pbes1(Hash::Sha1, salt),
        "1.2.840.113549.1.12.1.3" => pkcs12(3, salt),
        "1.2.840.113549.1.12.1.4" => pkcs12(2, salt),
        _ => return None,
    }))
}

fn excess(rounds: u32) -> String {
    format!(" with {rounds} rounds (hybridcheck tries 1 to {MOST_ROUNDS})")
}

fn pbes2(algorithm: &[u8], mut parameters: Walk<'_>) -> (String, Scheme) {
    let mut parts = Walk(parameters.take(der::SEQUENCE).unwrap_or_default());
    let (kdf, mut kdf_parameters) = parts.take_algorithm().unwrap_or((String::new(), Walk(&[])));
    let (cipher, _) = parts.take_algorithm().unwrap_or((String::new(), Walk(&[])));
    let named = |oid: &str| match oid {
        "" => "unreadable parameters".to_owned(),
        oid => names::name(oid).to_owned(),
    };
    let mut kdf_name = named(&kdf);
    if kdf_name == "PBKDF2" {
        kdf_name = format!("PBKDF2-{}", prf(&mut kdf_parameters));
    }
    let mut protection = format!("PBES2, {}, {kdf_name}", named(&cipher));
    let scheme = match EncryptionScheme::try_from(algorithm) {
        Ok(scheme) => match cost(&scheme) {
            Ok(()) => Scheme::Pbes2(Box::new(scheme)),
            Err(reason) => {
                protection.push_str(&reason);
                Scheme::Unsupported
            }
        },
        Err(_) => Scheme::Unsupported,
    };
    (protection, scheme)
}

fn pbes2_block_size(scheme: &EncryptionScheme) -> usize {
    use pkcs5::pbes2::EncryptionScheme as Cipher;
    match scheme.pbes2().map(|parameters| parameters.encryption) {
        Some(Cipher::Aes128Cbc { .. } | Cipher::Aes192Cbc { .. } | Cipher::Aes256Cbc { .. }) => 16,
        Some(Cipher::DesCbc { .. } | Cipher::DesEde3Cbc { .. }) => 8,
        _ => 1,
    }
}

/// The name of PBKDF2's hash; HMAC-SHA1 when none is stated (RFC 8018 appendix A.2).
fn prf(parameters: &mut Walk<'_>) -> String {
    let mut walk = Walk(parameters.take(der::SEQUENCE).unwrap_or_default());
    while let Some(element) = walk.next() {
        if element.tag == der::SEQUENCE {
            let oid = Walk(element.content).take(der::OID).and_then(der::dotted);
            return oid.map_or("unreadable".into(), |oid| names::name(&oid).to_owned());
        }
    }
    "HMAC-SHA1".into()
}

/// Refuses parameters that would burn time or memory.
fn cost(scheme: &EncryptionScheme) -> Result<(), String> {
    let EncryptionScheme::Pbes2(pkcs5::pbes2::Parameters { kdf, .. }) = scheme else {
        return Err(String::new());
    };
    match kdf {
        Kdf::Pbkdf2(pbkdf2) if (1..=MOST_ROUNDS).contains(&pbkdf2.iteration_count) => Ok(()),
        Kdf::Pbkdf2(pbkdf2) => Err(excess(pbkdf2.iteration_count)),
        Kdf::Scrypt(scrypt) => {
            let bytes = u64::from(scrypt.block_size)
                .saturating_mul(128)
                .saturating_mul(scrypt.cost_parameter);
            if bytes <= MOST_SCRYPT_BYTES && scrypt.parallelization <= MOST_SCRYPT_LANES {
                Ok(())
            } else {
                Err(format!(
                    " with {} MiB times {} (hybridcheck tries at most {} MiB times {MOST_SCRYPT_LANES})",
                    bytes >> 20,
                    scrypt.parallelization,
                    MOST_SCRYPT_BYTES >> 20,
                ))
            }
        }
        _ => Err(" (an unknown key derivation)".into()),
    }
}

impl Cipher {
    fn block_size(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            Self::Des | Self::Des3 { .. } => 8,
        }
    }

    fn key_size(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
            Self::Des => 8,
            Self::Des3 { keys } => keys * 8,
        }
    }

    fn decrypt(self, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Aes128 => decrypt::<aes::Aes128>(key, iv, ciphertext),
            Self::Aes192 => decrypt::<aes::Aes192>(key, iv, ciphertext),
            Self::Aes256 => decrypt::<aes::Aes256>(key, iv, ciphertext),
            Self::Des => decrypt::<des::Des>(key, iv, ciphertext),
            Self::Des3 { keys: 2 } => decrypt::<des::TdesEde2>(key, iv, ciphertext),
            Self::Des3 { .. } => decrypt::<des::TdesEde3>(key, iv, ciphertext),
        }
    }
}

fn decrypt<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Option<Vec<u8>> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(ciphertext).ok()
}

impl Hash {
    /// PBKDF1 (RFC 8018 section 5.1).
    fn pbkdf1(self, password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
        match self {
            Self::Md5 => pbkdf1::<Md5>(password, salt, rounds),
            Self::Sha1 => pbkdf1::<Sha1>(password, salt, rounds),
        }
    }
}

fn pbkdf1<D: Digest>(password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
    let first = D::new().chain_update(password).chain_update(salt);
    let last = (1..rounds).fold(first.finalize(), |hash, _| D::digest(&hash));
    last.to_vec()
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one round, from which every `DEK-Info` key comes.
fn bytes_to_key(password: &[u8], salt: &[u8], size: usize) -> Vec<u8> {
    let mut key: Vec<u8> = Vec::with_capacity(size + 16);
    while key.len() < size {
        let previous = key.last_chunk::<16>().map_or(&[][..], <[u8; 16]>::as_slice);
        let hash = Md5::new()
            .chain_update(previous)
            .chain_update(password)
            .chain_update(salt);
        key.extend_from_slice(&hash.finalize());
    }
    key.truncate(size);
    key
}

/// The key derivation of PKCS#12 with SHA-1 (RFC 7292 appendix B.2).
fn pkcs12_kdf(purpose: u8, password: &str, salt: &[u8], rounds: u32, size: usize) -> Vec<u8> {
    const BLOCK: usize = 64;
    let bmp: Vec<u8> = password
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_be_bytes)
        .collect();
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(length).collect()
    };
    let mut input = filled(salt);
    input.extend(filled(&bmp));
    let mut out = Vec::with_capacity(size + 20);
    while out.len() < size {
        let first = Sha1::new()
            .chain_update([purpose; BLOCK])
            .chain_update(&input);
        let hash = (1..rounds).fold(first.finalize(), |hash, _| Sha1::digest(hash));
        out.extend_from_slice(&hash);
        let addend = filled(&hash);
        for block in input.chunks_exact_mut(BLOCK) {
            let mut carry = 1;
            for (byte, add) in block.iter_mut().zip(&addend).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                let [high, low] = carry.to_be_bytes();
                *byte = low;
                carry = u16::from(high);
            }
        }
    }
    out.truncate(size);
    out
}
