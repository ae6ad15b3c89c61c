//! What an assertion says: taken from the object and from the person who is to log in, and refused where XML cannot carry it.

use hybridcheck_core::object::{HybridObject, Value};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use serde::Serialize;

use crate::material::NoSigner;

/// NotBefore lies this far in the past, three times the skew that Genesys documents.
const BACKDATED_SECONDS: i64 = 30;
/// Long enough for a slow exchange, short enough that a copy is soon worthless.
const LIFE_SECONDS: i64 = 300;
/// RFC 5321 section 4.5.3.1.3 allows 254 characters.
const LONGEST_EMAIL: usize = 254;

/// What the object cannot say by itself.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The Genesys Cloud address of an existing user.
    pub email: Outside,
    /// The audience; the token URL (RFC 7522 section 3) when it is not given. It matters only where the provider has a `relyingPartyIdentifier`.
    pub audience: Option<Outside>,
    /// The optional attribute `ServiceName`.
    pub service_name: Option<Outside>,
}

/// Everything that an assertion says, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// `saml/issuer`, exactly as written.
    pub issuer: Outside,
    /// The user, as NameID and as attribute `email`.
    pub email: Outside,
    /// `general/organization_sname`, as attribute `OrganizationName`.
    pub organization: Outside,
    /// Attribute `ServiceName`.
    pub service_name: Option<Outside>,
    /// For whom it is meant.
    pub audience: Outside,
    /// Where it may be presented: the assertion consumer service of the region.
    pub recipient: Outside,
    /// The id of the assertion.
    pub id: String,
    /// The id of the response around it.
    pub response_id: String,
    /// When it was made.
    pub issued: Timestamp,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// First moment at which it is no longer valid.
    pub not_on_or_after: Timestamp,
}

/// Why no assertion can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmintable {
    /// The address of the user is none.
    #[error("`{shown}` is not an email address")]
    Email {
        /// The text, made visible.
        shown: String,
    },
    /// A value holds a character that XML cannot carry in any form.
    #[error("{what} holds the character U+{code:04X}, which XML forbids")]
    Forbidden {
        /// Section and option, or flag.
        what: &'static str,
        /// The character's number.
        code: u32,
    },
    /// An option that is needed is not there, empty, or hidden.
    #[error("{option} is missing, empty or hidden")]
    Missing {
        /// Section and option.
        option: &'static str,
    },
    /// The token URL names no host.
    #[error("general/base_auth_url is no https URL with a host")]
    NoHost,
    /// The system gave no randomness.
    #[error("the system gives no random numbers")]
    NoRandom,
    /// The key cannot sign.
    #[error(transparent)]
    Signer(#[from] NoSigner),
}

impl Unmintable {
    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::Email { .. } => {
                "name an existing Genesys Cloud user by the address of the account, such as test.agent@example.com".into()
            }
            Self::Forbidden { what, .. } => {
                format!("remove the character from {what}; it usually comes from copying out of a document")
            }
            Self::Missing { option } => format!("set {option} in the object, or export the object with it"),
            Self::NoHost => "expected https://login.<domain>/oauth/token; `hybridcheck regions` lists the hosts".into(),
            Self::NoRandom => "the assertion needs an unguessable id; look at /dev/urandom of this host".into(),
            Self::Signer(NoSigner::Mismatch) => {
                "make key and certificate anew from one key pair, and give the new certificate to the identity provider as well".into()
            }
            Self::Signer(_) => {
                "run `hybridcheck check --offline --only 'saml-*'` on the object: it says what is wrong with key, certificate and password".into()
            }
        }
    }
}

impl Wish {
    /// The wish, when its address is one: known before anything is asked.
    pub fn checked(self) -> Result<Self, Unmintable> {
        if is_email(self.email.raw().trim()) {
            return Ok(self);
        }
        Err(Unmintable::Email {
            shown: self.email.view().trim().shown(100).into(),
        })
    }
}

impl Claims {
    /// What an assertion for this object and user says at this moment.
    pub(super) fn of(
        object: &HybridObject,
        wish: &Wish,
        [id, response_id]: [String; 2],
        now: Timestamp,
    ) -> Result<Self, Unmintable> {
        let wish = wish.clone().checked()?;
        let email = wish.email.view().trim();
        let endpoint = object.auth_endpoint().ok_or(Unmintable::NoHost)?;
        let token_url = raw(object, "general", "base_auth_url", "general/base_auth_url")?.trim();
        let audience = wish.audience.as_ref().map_or(token_url, Outside::view);
        let at = |seconds: i64| Timestamp::from_unix(now.unix().saturating_add(seconds));
        let claims = Self {
            issuer: raw(object, "saml", "issuer", "saml/issuer")?.to_owned(),
            email: email.to_owned(),
            organization: raw(
                object,
                "general",
                "organization_sname",
                "general/organization_sname",
            )?
            .to_owned(),
            service_name: wish.service_name.clone(),
            audience: audience.to_owned(),
            // Documented per region as https://login.<domain>/saml; the auth host is that login host.
            recipient: format!("https://{}/saml", endpoint.host).into(),
            id,
            response_id,
            issued: at(0),
            not_before: at(-BACKDATED_SECONDS),
            not_on_or_after: at(LIFE_SECONDS),
        };
        claims.refuse_forbidden()?;
        Ok(claims)
    }

    fn refuse_forbidden(&self) -> Result<(), Unmintable> {
        let service_name = self.service_name.as_ref().map(Outside::view);
        for (what, text) in [
            ("saml/issuer", self.issuer.view()),
            ("general/organization_sname", self.organization.view()),
            ("general/base_auth_url", self.recipient.view()),
            ("--saml-user", self.email.view()),
            ("--saml-audience", self.audience.view()),
            ("--saml-service", service_name.unwrap_or_default()),
        ] {
            if let Some(c) = text.raw().chars().find(|c| !is_xml(*c)) {
                let code = u32::from(c);
                return Err(Unmintable::Forbidden { what, code });
            }
        }
        Ok(())
    }
}

/// The value exactly as written: a stray blank is sent as Workspace would send it, and is then found where it is compared.
fn raw<'a>(
    object: &'a HybridObject,
    section: &str,
    name: &str,
    option: &'static str,
) -> Result<Outside<&'a str>, Unmintable> {
    match object.option(section, name).map(|found| &found.value) {
        Some(Value::Plain(text)) if !text.view().trim().is_empty() => Ok(text.view()),
        _ => Err(Unmintable::Missing { option }),
    }
}

fn is_email(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    let is_word = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';');
    matches!(parts.as_slice(), [local, domain] if !local.is_empty() && !domain.is_empty())
        && text.chars().all(is_word)
        && text.chars().count() <= LONGEST_EMAIL
}

/// The characters of XML 1.0 (section 2.2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::objects;

    use super::*;

    fn claims(object: &HybridObject, email: &str) -> Result<Claims, Unmintable> {
        let wish = Wish {
            email: email.into(),
            ..Wish::default()
        };
        let now = Timestamp::from_unix(1_795_435_200);
        Claims::of(object, &wish, ["_1".into(), "_2".into()], now)
    }

    #[test]
    fn everything_comes_from_the_object_and_the_user() {
        let claims = claims(&objects::healthy(), "ann@acme.example").unwrap();
        assert_eq!(claims.issuer, objects::ISSUER);
        assert_eq!(claims.organization, "acme-sample");
        assert_eq!(claims.recipient, "https://login.mypurecloud.de/saml");
        assert_eq!(claims.audience, "https://login.mypurecloud.de/oauth/token");
        assert!(claims.issued.unix() - claims.not_before.unix() > 2 * super::super::SKEW_SECONDS);
        assert!(claims.not_on_or_after > claims.issued);
    }

    #[test]
    fn forbidden_characters_are_refused_with_their_option() {
        for (section, option, text, expected) in [
            (
                "saml",
                "issuer",
                "https://x\u{1}",
                "saml/issuer holds the character U+0001, which XML forbids",
            ),
            (
                "general",
                "organization_sname",
                "acme\u{fffe}",
                "general/organization_sname holds the character U+FFFE, which XML forbids",
            ),
        ] {
            let object = objects::with(objects::healthy(), section, option, text);
            let error = claims(&object, "ann@acme.example").unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert!(error.help().contains(option), "{}", error.help());
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for email in ["", "ann", "@acme", "ann@", "a b@c", "ann@b@c", "Ann <a@b>"] {
            let error = claims(&objects::healthy(), email).unwrap_err();
            assert!(matches!(error, Unmintable::Email { .. }), "{email}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (section, option, expected) in [
            ("saml", "issuer", "saml/issuer is missing"),
            (
                "general",
                "organization_sname",
                "general/organization_sname is missing",
            ),
            ("general", "base_auth_url", "general/base_auth_url is no"),
        ] {
            let object = objects::without(objects::healthy(), section, option);
            let error = claims(&object, "ann@acme.example").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
