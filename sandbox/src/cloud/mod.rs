//! An organisation that the sandbox plays: its clients, identity providers, roles, people and tokens. Faults change it before it opens.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use hybridcheck_core::facts::CertificateInfo;

use super::SandboxError;
use super::material::{Which, Written, random_text};
use hybridcheck_saml::Encoding;
use hybridcheck_saml::material::certificates_in;

mod healthy;
mod organizations;

pub(super) use healthy::{SERVICE_ROLE, TOOL_ROLE};
pub(super) use organizations::{Organizations, Session};

pub(super) const ORG_ID: &str = "00000000-1111-4222-8333-444444444444";
pub(super) const ORG_NAME: &str = "Acme Sample Ltd";
pub(super) const ORG_SHORT_NAME: &str = "acme-sample";
pub(super) const ISSUER: &str = "https://idp.acme.example/pureengage";
pub(super) const SAML_CLIENT: &str = "11111111-aaaa-4bbb-8ccc-111111111111";
pub(super) const EWT_CLIENT: &str = "22222222-aaaa-4bbb-8ccc-222222222222";
pub(super) const TOOL_CLIENT: &str = "33333333-aaaa-4bbb-8ccc-333333333333";
pub(super) const HOME_DIVISION: &str = "55555555-aaaa-4bbb-8ccc-555555555555";
/// An existing person of the organisation, for logins.
pub(super) const USER: &str = "test.agent@acme.example";

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
    pub(super) ends: Option<&'static str>,
    /// The name of its role, in the home division; a client for client credentials without one may nothing.
    pub(super) role: Option<&'static str>,
    /// Its scopes; they count for every grant once the organisation enforces them.
    pub(super) scopes: Vec<&'static str>,
    /// Life of its tokens in seconds.
    pub(super) token_life: u32,
    /// The API no longer knows the tokens that the token endpoint has just issued to it.
    pub(super) tokens_dead: bool,
}

/// What the API host answers every token with, when the organisation or something on the way refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejects {
    /// The caller's address is not on the organisation's list.
    Address,
    /// The token is not one of this region.
    Credentials,
    /// A security policy of the organisation.
    Policy,
}

/// A SAML identity provider.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) issuer: String,
    pub(super) disabled: bool,
    /// Where users are sent to log in.
    pub(super) sso_target: String,
    /// As administrators pasted them; the object's own, as base64 of its DER, when there is none as the sandbox opens.
    pub(super) certificates: Vec<String>,
    /// How the object's own certificate is written.
    pub(super) written: Written,
    /// It does not hold the object's own certificate.
    pub(super) is_bare: bool,
    /// Further certificates, made as the sandbox opens: of this key, and valid from and to these days counted from today.
    pub(super) made: Vec<(Which, (i64, i64))>,
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
            sso_target: "https://idp.acme.example/sso".into(),
            certificates: Vec::new(),
            written: Written::Body,
            is_bare: false,
            made: Vec::new(),
            slo: String::new(),
            relying_party: String::new(),
            name_identifier_format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            auto_provision: false,
        }
    }

    /// The certificates themselves, as many as can be read.
    pub(super) fn decoded(&self) -> Vec<(CertificateInfo, Vec<u8>)> {
        let texts = self.certificates.iter();
        texts.flat_map(|text| certificates_in(text).0).collect()
    }
}

/// A role with its permissions (`domain:entity:action`).
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) default: bool,
    /// How many people hold it.
    pub(super) users: u32,
    pub(super) permissions: Vec<&'static str>,
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
    /// The names of the person's roles.
    pub(super) roles: Vec<&'static str>,
}

/// One organisation.
pub(super) struct Cloud {
    pub(super) org_id: &'static str,
    pub(super) org_name: &'static str,
    pub(super) org_short_name: &'static str,
    pub(super) org_state: &'static str,
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
    /// So many calls of the API are answered with 429 before it answers.
    pub(super) api_throttle: u32,
    /// What `Retry-After` says on a 429 of either host.
    pub(super) retry_after: &'static str,
    /// Why the API takes no token.
    pub(super) rejects: Option<Rejects>,
    /// A client needs the scope of a call.
    pub(super) scopes_enforced: bool,
    /// The paths that the API refuses to everybody, for no reason that it tells.
    pub(super) refused: Vec<&'static str>,
    /// What the token endpoint says instead of an answer: status, error, description.
    pub(super) oauth_error: Option<(u16, &'static str, &'static str)>,
    /// Tokens come without their life.
    pub(super) hides_expiry: bool,
    /// The encodings of an assertion that the token endpoint takes; the genuine service's are not known.
    pub(super) encodings: Vec<Encoding>,
    /// The object's file and what is written into it when a secret is refused for the first time.
    rewrite: Mutex<Option<(PathBuf, String)>>,
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
            org_state: "active",
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
            api_throttle: 0,
            retry_after: "1",
            rejects: None,
            scopes_enforced: false,
            refused: Vec::new(),
            oauth_error: None,
            hides_expiry: false,
            encodings: Encoding::ALL.to_vec(),
            rewrite: Mutex::default(),
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

    /// The roles that a token's holder has: those of the client, or those of the person.
    pub(super) fn roles_of<'a>(
        &'a self,
        client: &'a Client,
        user: Option<&'a User>,
    ) -> impl Iterator<Item = &'a Role> {
        self.roles.iter().filter(move |role| match user {
            Some(user) => user.roles.contains(&role.name.as_str()),
            None => client.grant == CLIENT_CREDENTIALS && client.role == Some(role.name.as_str()),
        })
    }

    /// Whether a token's holder may do what needs this permission.
    pub(super) fn allows(&self, client: &Client, user: Option<&User>, permission: &str) -> bool {
        self.roles_of(client, user)
            .any(|role| role.allows(permission))
    }

    /// Sets what happens to the object when a secret is refused for the first time.
    pub(super) fn rewrite_when_refused(&self, file: PathBuf, text: String) {
        *self.rewrite.lock().unwrap_or_else(PoisonError::into_inner) = Some((file, text));
    }

    /// A secret is refused.
    pub(super) fn refuse_secret(&self) -> std::io::Result<()> {
        let rewrite = self
            .rewrite
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        rewrite.map_or(Ok(()), |(file, text)| std::fs::write(file, text))
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
            roles: Vec::new(),
        };
        created.push(user.clone());
        user
    }

    /// The addresses of all people, those whom a login created last.
    pub(super) fn emails(&self) -> Vec<String> {
        let created = locked(&self.created);
        let all = self.users.iter().chain(created.iter());
        all.map(|user| user.email.clone()).collect()
    }

    /// How many tokens are alive.
    pub(super) fn tokens_alive(&self) -> usize {
        locked(&self.tokens).len()
    }

    /// Whether this call is one too many.
    pub(super) fn is_throttled(&self) -> bool {
        self.throttled_calls.fetch_add(1, Ordering::Relaxed) < self.api_throttle
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
