//! An organisation that the sandbox plays: its clients, identity providers, roles, people and tokens. Faults change it before it opens.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use hybridcheck_core::facts::CertificateInfo;

use super::SandboxError;
use super::material::{Which, random_text};
use crate::probes::material::certificates_in;
use crate::saml::Encoding;

mod healthy;
mod organizations;

pub(super) use healthy::SERVICE_ROLE;
pub(super) use organizations::{Organizations, Session};

pub(super) const ORG_ID: &str = "00000000-1111-4222-8333-444444444444";
pub(super) const ORG_NAME: &str = "Acme Sample Ltd";
pub(super) const ORG_SHORT_NAME: &str = "acme-sample";
pub(super) const ISSUER: &str = "https://idp.acme.example/pureengage";
pub(super) const SAML_CLIENT: &str = "11111111-aaaa-4bbb-8ccc-111111111111";
pub(super) const EWT_CLIENT: &str = "22222222-aaaa-4bbb-8ccc-222222222222";
pub(super) const TOOL_CLIENT: &str = "33333333-aaaa-4bbb-8ccc-333333333333";
pub(super) const HOME_DIVISION: &str = "55555555-aaaa-4bbb-8ccc-555555555555";
/// An existing person of the organisation, for logins with an assertion.
pub(super) const TEST_USER: &str = "test.agent@acme.example";

/// The id of the `PureEngage` provider.
pub(super) const PUREENGAGE: &str = "pureengage";
/// The product on which the journey permissions hang. The definition names a few products as examples, not this one: the id is ours.
pub(super) const JOURNEY_PRODUCT: &str = "predictiveEngagement";

pub(super) const CLIENT_CREDENTIALS: &str = "CLIENT-CREDENTIALS";
pub(super) const SAML2_BEARER: &str = "SAML2-BEARER";

/// Life of a token in seconds, as the definition of a client has it by default.
pub(super) const TOKEN_LIFE: u32 = 86_400;

/// An OAuth client.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) id: &'static str,
    pub(super) secret: String,
    pub(super) name: &'static str,
    pub(super) grant: &'static str,
    pub(super) state: &'static str,
    /// When a client that is `inactive` will be gone.
    pub(super) date_to_delete: Option<&'static str>,
    /// The names of its roles, all in the home division; they count for client credentials alone.
    pub(super) roles: Vec<String>,
    /// Its scopes; they count for every grant once the organisation enforces them.
    pub(super) scopes: Vec<&'static str>,
    /// Life of its tokens in seconds.
    pub(super) token_life: u32,
    /// The API no longer knows the tokens that the token endpoint has just issued to it.
    pub(super) tokens_dead: bool,
}

/// A certificate as an identity provider holds it.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    /// A certificate of this key, valid from and to these days counted from today.
    Made(Which, (i64, i64)),
    /// This text, as the API gives it.
    Text(String),
    /// The one that the recipe of the material makes.
    Usual,
}

/// A SAML identity provider.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) issuer: String,
    pub(super) disabled: bool,
    /// Texts when the sandbox opens; the first is also the member `certificate`.
    pub(super) certificates: Vec<Stored>,
    pub(super) sso_target: String,
    pub(super) slo: String,
    pub(super) relying_party: String,
    pub(super) name_identifier_format: &'static str,
    /// Only the `PureEngage` provider has it.
    pub(super) auto_provision: bool,
}

impl Provider {
    /// A provider of another kind.
    pub(super) fn other(id: &str, name: &str, issuer: &str) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            issuer: issuer.into(),
            disabled: false,
            certificates: vec![Stored::Usual],
            sso_target: "https://idp.acme.example/sso".into(),
            slo: String::new(),
            relying_party: String::new(),
            name_identifier_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            auto_provision: false,
        }
    }

    /// The certificates' texts.
    pub(super) fn texts(&self) -> Vec<&str> {
        let texts = self.certificates.iter().filter_map(|stored| match stored {
            Stored::Text(text) => Some(text.as_str()),
            Stored::Made(..) | Stored::Usual => None,
        });
        texts.collect()
    }

    /// The certificates themselves, as many as can be read.
    pub(super) fn decoded(&self) -> Vec<(CertificateInfo, Vec<u8>)> {
        let texts = self.texts().into_iter();
        texts.flat_map(|text| certificates_in(text).0).collect()
    }
}

/// A role with its permissions (`domain:entity:action`) and the people who hold it.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) default: bool,
    pub(super) permissions: Vec<&'static str>,
    /// Their addresses.
    pub(super) users: Vec<String>,
}

impl Role {
    fn allows(&self, permission: &str) -> bool {
        self.permissions
            .iter()
            .any(|held| includes(held, permission))
    }
}

/// A person.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) state: &'static str,
}

/// How often calls of the API are answered with 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Throttle {
    Always,
    /// The first calls only.
    First(u32),
    Never,
}

/// One organisation.
pub(super) struct Cloud {
    pub(super) org_id: &'static str,
    pub(super) org_name: &'static str,
    pub(super) org_short_name: &'static str,
    pub(super) state: &'static str,
    pub(super) platform: &'static str,
    pub(super) features: BTreeMap<&'static str, bool>,
    pub(super) clients: Vec<Client>,
    pub(super) providers: Vec<Provider>,
    pub(super) roles: Vec<Role>,
    pub(super) users: Vec<User>,
    pub(super) products: Vec<&'static str>,
    /// The permissions that exist in the organisation, whether a role has them or not.
    pub(super) catalogue: Vec<&'static str>,
    /// The token endpoint answers 429 to its clients.
    pub(super) throttled: bool,
    pub(super) api_throttle: Throttle,
    /// What `Retry-After` says on a 429 of either host.
    pub(super) retry_after: &'static str,
    /// The address that its list of allowed addresses does not have.
    pub(super) ip_blocked: Option<&'static str>,
    /// A client needs the scope of a call.
    pub(super) scopes_enforced: bool,
    /// The id of a security policy that denies every call beyond `tokens/me`.
    pub(super) policy: Option<&'static str>,
    /// The encodings of an assertion that the token endpoint takes.
    pub(super) encodings: Vec<Encoding>,
    token_prefix: String,
    tokens: Mutex<BTreeMap<String, Holder>>,
    created: Mutex<Vec<User>>,
    throttled_calls: AtomicU32,
}

/// Whom a token was issued to.
#[derive(Clone)]
struct Holder {
    client: usize,
    user: Option<User>,
}

impl Cloud {
    /// An organisation with nobody in it.
    pub(super) fn empty(
        org_id: &'static str,
        org_name: &'static str,
        org_short_name: &'static str,
    ) -> Result<Self, SandboxError> {
        Ok(Self {
            org_id,
            org_name,
            org_short_name,
            state: "active",
            platform: "PureEngage",
            features: BTreeMap::from([
                ("contactCenter", true),
                ("directory", true),
                ("purecloud", true),
                ("purecloudVoice", false),
            ]),
            clients: Vec::new(),
            providers: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            products: Vec::new(),
            catalogue: Vec::new(),
            throttled: false,
            api_throttle: Throttle::Never,
            retry_after: "1",
            ip_blocked: None,
            scopes_enforced: false,
            policy: None,
            encodings: Encoding::ALL.to_vec(),
            token_prefix: format!("sandbox-{}-", random_text(12)?),
            tokens: Mutex::default(),
            created: Mutex::default(),
            throttled_calls: AtomicU32::new(0),
        })
    }

    /// A client by its id.
    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// A client by its id, for faults.
    pub(super) fn client_mut(&mut self, id: &str) -> Option<&mut Client> {
        self.clients.iter_mut().find(|client| client.id == id)
    }

    /// The `PureEngage` provider.
    pub(super) fn pureengage(&self) -> Option<&Provider> {
        self.providers
            .iter()
            .find(|provider| provider.id == PUREENGAGE)
    }

    /// The `PureEngage` provider, for faults.
    pub(super) fn pureengage_mut(&mut self) -> Option<&mut Provider> {
        self.providers
            .iter_mut()
            .find(|provider| provider.id == PUREENGAGE)
    }

    /// A role by its name, for faults.
    pub(super) fn role_mut(&mut self, name: &str) -> Option<&mut Role> {
        self.roles.iter_mut().find(|role| role.name == name)
    }

    /// Takes a product away, and with it the permissions that exist only because of it.
    pub(super) fn without_product(&mut self, product: &str) {
        self.products.retain(|known| *known != product);
        if product == JOURNEY_PRODUCT {
            self.catalogue
                .retain(|permission| !permission.starts_with("journey:"));
        }
    }

    /// The roles that a token's holder has: those of the client, or those of the person.
    pub(super) fn roles_of<'a>(
        &'a self,
        client: &'a Client,
        user: Option<&'a User>,
    ) -> impl Iterator<Item = &'a Role> {
        self.roles.iter().filter(move |role| match user {
            Some(user) => role.users.contains(&user.email),
            None => client.grant == CLIENT_CREDENTIALS && client.roles.contains(&role.name),
        })
    }

    /// Whether a token's holder may do what needs this permission.
    pub(super) fn allows(&self, client: &Client, user: Option<&User>, permission: &str) -> bool {
        self.roles_of(client, user)
            .any(|role| role.allows(permission))
    }

    /// Issues a token for a client, or for a person who logs in through it.
    pub(super) fn issue(
        &self,
        client: &Client,
        user: Option<User>,
    ) -> Result<String, SandboxError> {
        let index = self.clients.iter().position(|known| known.id == client.id);
        let token = format!("{}{}", self.token_prefix, random_text(48)?);
        let holder = Holder {
            client: index.unwrap_or_default(),
            user,
        };
        locked(&self.tokens).insert(token.clone(), holder);
        Ok(token)
    }

    /// Ends a token.
    pub(super) fn revoke(&self, token: &str) {
        locked(&self.tokens).remove(token);
    }

    /// A person by the address, whatever its case; those whom a login created included.
    pub(super) fn user(&self, email: &str) -> Option<User> {
        let is_it = |user: &&User| user.email.eq_ignore_ascii_case(email);
        let known = self.users.iter().find(is_it).cloned();
        known.or_else(|| locked(&self.created).iter().find(is_it).cloned())
    }

    /// Creates a person, as a first login does where the provider provisions users.
    pub(super) fn create_user(&self, email: &str) -> User {
        let mut created = locked(&self.created);
        let user = User {
            id: healthy::user_id(self.users.len() + created.len() + 1),
            name: email.to_owned(),
            email: email.to_owned(),
            state: "active",
        };
        created.push(user.clone());
        user
    }

    /// The addresses of those whom logins created.
    pub(super) fn created_users(&self) -> Vec<String> {
        let created = locked(&self.created);
        created.iter().map(|user| user.email.clone()).collect()
    }

    /// Whether this call is one too many.
    pub(super) fn is_throttled(&self) -> bool {
        match self.api_throttle {
            Throttle::Always => true,
            Throttle::First(count) => self.throttled_calls.fetch_add(1, Ordering::Relaxed) < count,
            Throttle::Never => false,
        }
    }

    /// Everything secret here, and the beginning of every token that will ever be issued.
    pub(super) fn secrets(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .clients
            .iter()
            .flat_map(|client| {
                let pair = format!("{}:{}", client.id, client.secret);
                [
                    client.secret.clone(),
                    super::material::in_base64(pair.as_bytes()),
                ]
            })
            .collect();
        all.push(self.token_prefix.clone());
        all
    }

    fn holder(&self, token: &str) -> Option<Holder> {
        locked(&self.tokens).get(token).cloned()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a permission that somebody holds, perhaps with `*` for an entity or an action, includes another.
fn includes(held: &str, permission: &str) -> bool {
    let mut wanted = permission.splitn(3, ':');
    held.splitn(3, ':').all(|piece| {
        wanted
            .next()
            .is_some_and(|other| piece == "*" || piece == other)
    })
}
