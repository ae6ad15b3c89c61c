//! XML signatures as SAML uses them: what each covers, and whether digest and value hold. What is not understood is not verified.

use hybridcheck_core::outside::Outside;
use std::collections::BTreeMap;

use base64ct::{Base64Unpadded, Encoding as _};
use ring::signature::{self as rsa, UnparsedPublicKey};
use roxmltree::{Document, Node};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::canonical::Exclusive;
use super::element::{children, is, named};
use super::message::{Covers, Signature, Verified};
use super::{ENVELOPED, EXCLUSIVE, NS_PROTOCOL, NS_SIGNATURE};
use crate::digest::sha256_hex;
use crate::material::describe;

/// A message has one or two; each costs a canonicalisation of the whole.
const MOST_SIGNATURES: usize = 8;
/// More certificates than anyone puts into one signature are not read.
const MOST_CERTIFICATES: usize = 8;
/// Longer lists of prefixes are not followed: each element would pay for them.
const MOST_PREFIXES: usize = 100;
/// rsaEncryption.
const RSA: &str = "1.2.840.113549.1.1.1";

/// The attributes by which a reference may find an element.
pub(super) fn ids<'a>(node: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    node.attributes()
        .filter(|attribute| attribute.name().eq_ignore_ascii_case("id"))
        .map(|attribute| attribute.value())
}

/// The signatures that stand directly in an element.
pub(super) fn in_element<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    children(node, NS_SIGNATURE, "Signature")
}

/// Every signature of a document, and how many were not looked at.
pub(super) fn all(
    document: &Document<'_>,
    used: Option<Node<'_, '_>>,
    known: &[Vec<u8>],
) -> (Vec<Signature>, usize) {
    let found: Vec<Node<'_, '_>> = document
        .descendants()
        .filter(|node| is(*node, NS_SIGNATURE, "Signature"))
        .collect();
    let mut elements: BTreeMap<&str, Vec<Node<'_, '_>>> = BTreeMap::new();
    for node in document.descendants().filter(Node::is_element) {
        for id in ids(node) {
            elements.entry(id).or_default().push(node);
        }
    }
    let reader = Reader {
        document,
        elements,
        used,
        known,
    };
    let unread = found.len().saturating_sub(MOST_SIGNATURES);
    let read = found.into_iter().take(MOST_SIGNATURES);
    (read.map(|node| reader.read(node)).collect(), unread)
}

struct Reader<'a, 'i> {
    document: &'a Document<'i>,
    elements: BTreeMap<&'a str, Vec<Node<'a, 'i>>>,
    used: Option<Node<'a, 'i>>,
    known: &'a [Vec<u8>],
}

/// What a reference points to.
#[derive(Clone, Copy)]
struct Target<'a, 'i> {
    node: Node<'a, 'i>,
    /// `URI=""`: the document, with what stands beside its root.
    is_document: bool,
}

fn not(because: impl Into<String>) -> Verified {
    Verified::Not {
        because: because.into(),
    }
}

/// The last word of an algorithm's name, as people call it.
fn short(algorithm: &str) -> String {
    let word = algorithm.trim_end_matches('#').rsplit(['#', '/']).next();
    Outside::of(word.filter(|word| !word.is_empty()).unwrap_or(algorithm))
        .shown(60)
        .to_string()
}

fn only<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    let mut found = children(node, NS_SIGNATURE, name);
    found.next().filter(|_| found.next().is_none())
}

fn algorithm<'a>(node: Option<Node<'a, '_>>) -> &'a str {
    node.and_then(|node| node.attribute("Algorithm"))
        .unwrap_or_default()
}

fn decoded(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let texts = node.children().filter_map(|child| child.text());
    let dense: String = texts
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    Base64Unpadded::decode_vec(dense.trim_end_matches('=')).ok()
}

impl<'a, 'i> Reader<'a, 'i> {
    fn read(&self, node: Node<'a, 'i>) -> Signature {
        let parent = node.parent_element();
        let info = only(node, "SignedInfo");
        let reference = info.and_then(|info| only(info, "Reference"));
        let target = match reference {
            Some(reference) => self.target(reference),
            None => Err("it has not exactly one SignedInfo with one Reference".to_owned()),
        };
        let certificates = certificates(node);
        let method = algorithm(info.and_then(|info| only(info, "SignatureMethod")));
        let digest_method = reference.and_then(|reference| only(reference, "DigestMethod"));
        let tried = match info {
            Some(info) => self.value(node, info, method, &certificates),
            None => not("it has not exactly one SignedInfo").into(),
        };
        let digest = match (&target, reference) {
            (Ok(target), Some(reference)) => digest(*target, reference, node),
            (Err(because), _) => not(because),
            (_, None) => not("it has no Reference"),
        };
        Signature {
            stands_in: parent.map_or_else(|| "the document".into(), named),
            is_enveloped: target
                .as_ref()
                .is_ok_and(|target| Some(target.node) == parent),
            covers: match target {
                Ok(target) => self.covers(target.node),
                Err(because) => Covers::Unknown(because),
            },
            algorithm: short(method),
            digest_algorithm: short(algorithm(digest_method)),
            digest,
            value: tried.value,
            certificates: certificates
                .iter()
                .filter_map(|der| describe(der))
                .collect(),
            made_by: tried.made_by,
            lacks_certificate: tried.lacks_certificate,
        }
    }

    fn target(&self, reference: Node<'a, 'i>) -> Result<Target<'a, 'i>, String> {
        let Some(uri) = reference.attribute("URI") else {
            return Err("its Reference has no URI".into());
        };
        if uri.is_empty() {
            return Ok(Target {
                node: self.document.root_element(),
                is_document: true,
            });
        }
        let Some(id) = uri.strip_prefix('#') else {
            return Err(format!(
                "it covers something outside the message ({})",
                Outside::of(uri).shown(80)
            ));
        };
        match self.elements.get(id).map(Vec::as_slice) {
            Some([node]) => Ok(Target {
                node: *node,
                is_document: false,
            }),
            Some(several) => Err(format!(
                "{} elements have the ID {} that it covers",
                several.len(),
                Outside::of(id).shown(80)
            )),
            None => Err(format!(
                "no element has the ID {} that it covers",
                Outside::of(id).shown(80)
            )),
        }
    }

    fn covers(&self, node: Node<'a, 'i>) -> Covers {
        match self.used {
            Some(used) if used == node => Covers::Assertion,
            Some(used)
                if is(node, NS_PROTOCOL, "Response")
                    && node == self.document.root_element()
                    && used.parent_element() == Some(node) =>
            {
                Covers::Response
            }
            _ => Covers::Other(named(node)),
        }
    }

    /// Whether a known key, or that of a certificate it carries, made the signature.
    fn value(
        &self,
        node: Node<'a, 'i>,
        info: Node<'a, 'i>,
        method: &str,
        certificates: &[Vec<u8>],
    ) -> Tried {
        let canonicalization = only(info, "CanonicalizationMethod");
        let exclusive = match canonicalization.map(exclusive) {
            Some(Ok(exclusive)) => exclusive,
            Some(Err(because)) => return not(because).into(),
            None => return not("it names no canonicalisation").into(),
        };
        let Some(verification) = rsa_by_name(method) else {
            let because = format!("the algorithm {} is not supported here", short(method));
            return not(because).into();
        };
        let Some(value) = only(node, "SignatureValue").and_then(decoded) else {
            return Verified::Broken.into();
        };
        let message = match exclusive.element(info, None) {
            Ok(message) => message,
            Err(because) => return not(because).into(),
        };
        let mut made_by = Vec::new();
        let mut keys = 0_usize;
        let mut unfit = None;
        for der in certificates.iter().chain(self.known) {
            let Some((key, bits)) = rsa_key(der) else {
                continue;
            };
            keys += 1;
            if !sizes(method).contains(&bits) {
                unfit = Some(bits);
                continue;
            }
            let key = UnparsedPublicKey::new(verification, &key);
            let fingerprint = sha256_hex(der);
            if !made_by.contains(&fingerprint) && key.verify(message.as_bytes(), &value).is_ok() {
                made_by.push(fingerprint);
            }
        }
        let outcome = match (keys, made_by.is_empty()) {
            // Such a key may have made it.
            (_, true) if let Some(bits) = unfit => not(format!(
                "keys of {bits} bits are not supported here with {}",
                short(method)
            )),
            (0, _) => not(
                "there is no RSA certificate to verify it with: it carries none, and none is known from an object",
            ),
            (_, true) => Verified::Broken,
            (_, false) => Verified::Holds,
        };
        Tried {
            value: outcome,
            made_by,
            lacks_certificate: keys == 0,
        }
    }
}

/// What came of looking for the key that made a signature.
struct Tried {
    value: Verified,
    made_by: Vec<String>,
    lacks_certificate: bool,
}

impl From<Verified> for Tried {
    fn from(value: Verified) -> Self {
        Self {
            value,
            made_by: Vec::new(),
            lacks_certificate: false,
        }
    }
}

/// Whether the digest is that of what the reference points to.
fn digest(target: Target<'_, '_>, reference: Node<'_, '_>, signature: Node<'_, '_>) -> Verified {
    let mut is_enveloped = false;
    let mut method = None;
    let transforms = only(reference, "Transforms");
    let transforms = transforms
        .into_iter()
        .flat_map(|all| children(all, NS_SIGNATURE, "Transform"));
    for transform in transforms {
        match (algorithm(Some(transform)), &method) {
            (ENVELOPED, None) => is_enveloped = true,
            (_, None) => match exclusive(transform) {
                Ok(found) => method = Some(found),
                Err(because) => return not(because),
            },
            (_, Some(_)) => return not("it transforms what is already canonical"),
        }
    }
    let Some(mut method) = method else {
        return not("it names no exclusive canonicalisation for what it covers");
    };
    // A reference to the same document leaves comments out before any transform sees them (XML Signature 4.4.3.3).
    method.comments = false;
    let omit = is_enveloped.then(|| signature.id());
    let content = if target.is_document {
        method.document(target.node.document().root(), omit)
    } else {
        method.element(target.node, omit)
    };
    let content = match content {
        Ok(content) => content,
        Err(because) => return not(because),
    };
    let name = algorithm(only(reference, "DigestMethod"));
    let computed = match name {
        super::SHA256 => Sha256::digest(content).to_vec(),
        "http://www.w3.org/2000/09/xmldsig#sha1" => Sha1::digest(content).to_vec(),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Sha384::digest(content).to_vec(),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Sha512::digest(content).to_vec(),
        other => return not(format!("the digest {} is not supported here", short(other))),
    };
    let stated = only(reference, "DigestValue").and_then(decoded);
    if stated.as_deref() == Some(&computed) {
        Verified::Holds
    } else {
        Verified::Broken
    }
}

/// The exclusive canonicalisation that an element names.
fn exclusive(node: Node<'_, '_>) -> Result<Exclusive, String> {
    let name = algorithm(Some(node));
    let comments = match name {
        EXCLUSIVE => false,
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" => true,
        other => {
            return Err(format!(
                "it uses {}, not exclusive canonicalisation or the enveloped signature",
                Outside::of(other).shown(100)
            ));
        }
    };
    let mut inclusive = Vec::new();
    for child in node.children().filter(Node::is_element) {
        if !is(child, EXCLUSIVE, "InclusiveNamespaces") {
            return Err(format!("its transform holds an unknown {}", named(child)));
        }
        let list = child.attribute("PrefixList").unwrap_or_default();
        inclusive.extend(list.split_ascii_whitespace().map(|prefix| {
            if prefix == "#default" {
                String::new()
            } else {
                prefix.to_owned()
            }
        }));
    }
    if inclusive.len() > MOST_PREFIXES {
        return Err("its PrefixList is longer than any".into());
    }
    Ok(Exclusive {
        inclusive,
        comments,
    })
}

/// Short keys and SHA-1 are verified too: that a signature is weak is told apart from that it does not hold.
fn rsa_by_name(name: &str) -> Option<&'static rsa::RsaParameters> {
    Some(match name {
        super::RSA_SHA256 => &rsa::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => {
            &rsa::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
        }
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => &rsa::RSA_PKCS1_2048_8192_SHA384,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => {
            &rsa::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
        }
        _ => return None,
    })
}

/// The sizes of keys in bits that are verified with an algorithm.
fn sizes(name: &str) -> std::ops::RangeInclusive<u32> {
    let least = if name.ends_with("rsa-sha384") {
        2048
    } else {
        1024
    };
    least..=8192
}

/// The certificates that a signature carries, DER.
fn certificates(signature: Node<'_, '_>) -> Vec<Vec<u8>> {
    let infos = children(signature, NS_SIGNATURE, "KeyInfo");
    let found = infos
        .flat_map(|info| info.descendants())
        .filter(|node| is(*node, NS_SIGNATURE, "X509Certificate"));
    found.filter_map(decoded).take(MOST_CERTIFICATES).collect()
}

/// The RSA public key of a certificate, PKCS#1, and its size in bits.
fn rsa_key(der: &[u8]) -> Option<(Vec<u8>, u32)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let spki = certificate.public_key();
    let is_rsa = spki.algorithm.algorithm.to_id_string() == RSA;
    let Ok(PublicKey::RSA(key)) = spki.parsed() else {
        return None;
    };
    let bits = u32::try_from(key.key_size()).ok()?;
    is_rsa.then(|| (spki.subject_public_key.data.to_vec(), bits))
}
