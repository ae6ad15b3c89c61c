//! Canned facts about key material, and one judgement over them.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{
    Answer, CertificateFact, CertificateInfo, CertificateOutcome, Fact, FactKey, Facts, Gap,
    KeyAlgorithm, MaterialShape, PasswordFit, PrivateKeyFact, PrivateKeyInfo, PrivateKeyOutcome,
    Wrapping,
};
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::{HybridObject, ObjectId};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::{Timestamp, Took};

/// The moment judged for: 2026-11-23, noon.
pub const AS_OF: i64 = 1_795_435_200;
/// The public key of the healthy pair.
pub const SPKI: &str = "5f1d0000000000000000000000000000000000000000000000000000000000aa";

/// The documented form, base64 of PEM.
pub fn documented() -> MaterialShape {
    MaterialShape {
        characters: 1720,
        wrapping: vec![Wrapping::Base64, Wrapping::Pem],
        quirks: Vec::new(),
    }
}

/// A certificate with which nothing is wrong.
pub fn info() -> CertificateInfo {
    let day = 86_400;
    CertificateInfo {
        subject: "C=DE, O=Acme, CN=pureengage".into(),
        issuer: "C=DE, O=Acme, CN=pureengage".into(),
        serial: "1d2c".into(),
        not_before: Timestamp::from_unix(AS_OF - 100 * day),
        not_after: Timestamp::from_unix(AS_OF + 3552 * day),
        key: KeyAlgorithm::Rsa { bits: 2048 },
        signature: "sha256WithRSAEncryption".into(),
        is_ca: false,
        self_issued: true,
        sha256: "c0ffee0000000000000000000000000000000000000000000000000000000000".into(),
        spki_sha256: SPKI.into(),
    }
}

/// Certificates in the documented form.
pub fn certificates(certificates: Vec<CertificateInfo>) -> CertificateFact {
    certificate_fact(CertificateOutcome::Certificates { certificates })
}

/// An outcome in the documented form.
pub fn certificate_fact(outcome: CertificateOutcome) -> CertificateFact {
    CertificateFact {
        shape: documented(),
        outcome,
    }
}

/// The key of the healthy certificate.
pub fn key() -> PrivateKeyInfo {
    PrivateKeyInfo {
        key: KeyAlgorithm::Rsa { bits: 2048 },
        spki_sha256: Some(SPKI.into()),
    }
}

/// The key of the healthy certificate, opened by its password.
pub fn decrypted() -> PrivateKeyOutcome {
    PrivateKeyOutcome::Decrypted {
        protection: "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256".into(),
        password: PasswordFit::AsWritten,
        key: key(),
    }
}

/// An outcome in the documented form.
pub fn key_fact(outcome: PrivateKeyOutcome) -> PrivateKeyFact {
    PrivateKeyFact {
        shape: documented(),
        outcome,
    }
}

/// A healthy certificate and its key.
pub fn healthy() -> Facts {
    facts(certificates(vec![info()]), key_fact(decrypted()))
}

/// These two facts of the first object.
pub fn facts(certificate: CertificateFact, key: PrivateKeyFact) -> Facts {
    let object = ObjectId(0);
    let mut facts = Facts::without(Gap::Offline);
    let all: [(FactKey, Fact); 2] = [
        (FactKey::certificate(object), certificate.into()),
        (FactKey::private_key(object), key.into()),
    ];
    for (key, fact) in all {
        facts.record(key, Ok(fact), Vec::new(), Took::default());
    }
    facts
}

/// What a check says about an option of section `saml`, as of [`AS_OF`] and under the default policy.
pub fn judge(
    check: &dyn Check,
    option: &str,
    object: &HybridObject,
    facts: &Facts,
) -> Answer<Judgement> {
    let objects = [object.clone()];
    let policy = Policy::default();
    let regions = Regions::default();
    let as_of = Timestamp::from_unix(AS_OF);
    let case = Case::new(object, &objects, &[], facts, &policy, &regions, as_of);
    let wanted = Subject::option("saml", option);
    let mut questions = check.questions(object).into_iter();
    let question = questions.find(|question| question.subject == wanted);
    question.expect("the check judges the option").judge(&case)
}
