//! The organisation that the sandbox plays: its clients, identity providers, roles and tokens. Faults change it before it opens.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::SandboxError;
use super::material::random_text;
use crate::saml::Encoding;

pub(super) const ORG_ID: &str = "00000000-1111-4222-8333-444444444444";
pub(super) const ORG_NAME: &str = "Acme Sample Ltd";
pub(super) const ORG_SHORT_NAME: &str = "acme-sample";
pub(super) const ISSUER: &str = "https://idp.acme.example/pureengage";
pub(super) const SAML_CLIENT: &str = "11111111-aaaa-4bbb-8ccc-111111111111";
pub(super) const EWT_CLIENT: &str = "22222222-aaaa-4bbb-8ccc-222222222222";
pub(super) const TOOL_CLIENT: &str = "33333333-aaaa-4bbb-8ccc-333333333333";
/// An existing user, for logins.
pub(super) const USER: &str = "test.agent@acme.example";
pub(super) const HOME_DIVISION: &str = "55555555-aaaa-4bbb-8ccc-555555555555";

/// The id of the `PureEngage` provider.
pub(super) const PUREENGAGE: &str = "pureengage";

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
    /// When it is to be deleted.
    pub(super) ends: Option<&'static str>,
    /// The name of its role; a client without one may nothing.
    pub(super) role: Option<&'static str>,
    /// What it may read here.
    pub(super) permissions: Vec<&'static str>,
}

/// A user.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
}

/// What the API host answers every token with, when the organisation or something on the way refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejects {
    /// The caller's address is not on the organisation's list.
    Address,
    /// The token is not one of this region.
    Credentials,
    /// A device on the way took the Authorization header away.
    Header,
    /// A security policy of the organisation.
    Policy,
    /// The client has not the scope, and the organisation enforces scopes.
    Scope,
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
    /// It really has no certificate.
    pub(super) is_bare: bool,
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
            is_bare: false,
            auto_provision: false,
        }
    }
}

/// A role with its permissions (`domain:entity:action`).
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) default: bool,
    pub(super) users: u32,
    pub(super) permissions: Vec<&'static str>,
}

/// To whom a token was issued.
#[derive(Clone)]
struct Holder {
    client: usize,
    user: Option<User>,
}

/// One region's view of the organisation; a region that does not hold it knows no client and no token.
pub(super) struct Cloud {
    pub(super) org_id: &'static str,
    pub(super) org_name: &'static str,
    pub(super) org_short_name: &'static str,
    pub(super) org_state: &'static str,
    pub(super) platform: &'static str,
    pub(super) clients: Vec<Client>,
    pub(super) providers: Vec<Provider>,
    pub(super) roles: Vec<Role>,
    /// The permissions that exist in the organisation, as its products bring them.
    pub(super) catalogue: Vec<&'static str>,
    /// The products that are enabled.
    pub(super) products: Vec<&'static str>,
    /// The encodings of an assertion that the token endpoint takes; the genuine service's are not known.
    pub(super) encodings: Vec<Encoding>,
    /// The token endpoint answers 429 to everybody.
    pub(super) throttled: bool,
    /// So many calls of the API are answered with 429 before it answers.
    pub(super) api_throttle: u32,
    /// Why the API takes no token.
    pub(super) rejects: Option<Rejects>,
    /// What the token endpoint says instead of an answer: status, error, description.
    pub(super) oauth_error: Option<(u16, &'static str, &'static str)>,
    /// Tokens come without their life.
    pub(super) hides_expiry: bool,
    users: Mutex<Vec<User>>,
    /// The object's file and what is written into it when a secret is refused for the first time.
    rewrite: Mutex<Option<(PathBuf, String)>>,
    token_prefix: String,
    tokens: Mutex<BTreeMap<String, Holder>>,
    calls: AtomicU32,
    throttled_calls: AtomicU32,
}

impl Cloud {
    /// A region where the organisation does not live.
    pub(super) fn foreign() -> Result<Self, SandboxError> {
        Ok(Self {
            org_id: ORG_ID,
            org_name: ORG_NAME,
            org_short_name: ORG_SHORT_NAME,
            org_state: "active",
            platform: "PureEngage",
            clients: Vec::new(),
            providers: Vec::new(),
            roles: Vec::new(),
            catalogue: Vec::new(),
            products: Vec::new(),
            encodings: Encoding::ALL.to_vec(),
            throttled: false,
            api_throttle: 0,
            rejects: None,
            oauth_error: None,
            hides_expiry: false,
            users: Mutex::default(),
            rewrite: Mutex::default(),
            token_prefix: format!("sandbox-{}-", random_text(12)?),
            tokens: Mutex::default(),
            calls: AtomicU32::new(0),
            throttled_calls: AtomicU32::new(0),
        })
    }

    /// The region of the organisation, with nothing wrong in it.
    pub(super) fn healthy() -> Result<Self, SandboxError> {
        let client = |id, name, grant, permissions: &[&'static str]| -> Result<_, SandboxError> {
            Ok(Client {
                id,
                secret: random_text(32)?,
                name,
                grant,
                state: "active",
                ends: None,
                role: (grant == CLIENT_CREDENTIALS).then_some(name),
                permissions: permissions.to_vec(),
            })
        };
        let reads = [
            "sso:provider:view",
            "authorization:role:view",
            "oauth:client:view",
        ];
        Ok(Self {
            clients: vec![
                client(SAML_CLIENT, "Workspace Desktop", SAML2_BEARER, &[])?,
                client(
                    EWT_CLIENT,
                    "Agent Pacing Service",
                    CLIENT_CREDENTIALS,
                    &reads,
                )?,
                client(TOOL_CLIENT, "hybridcheck", CLIENT_CREDENTIALS, &reads)?,
            ],
            providers: vec![
                Provider {
                    auto_provision: true,
                    ..Provider::other(PUREENGAGE, "PureEngage", ISSUER)
                },
                Provider::other(
                    "adfs",
                    "ADFS",
                    "http://adfs.acme.example/adfs/services/trust",
                ),
                Provider::other("okta", "Okta", "http://www.okta.com/exk0acme0sample"),
            ],
            roles: roles(),
            catalogue: CATALOGUE.to_vec(),
            products: vec!["collaborateFree", "engage"],
            users: Mutex::new(vec![User {
                id: "77777777-aaaa-4bbb-8ccc-777777777777".into(),
                email: USER.into(),
            }]),
            ..Self::foreign()?
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

    /// The `PureEngage` provider, for faults.
    pub(super) fn pureengage_mut(&mut self) -> Option<&mut Provider> {
        self.providers
            .iter_mut()
            .find(|provider| provider.id == PUREENGAGE)
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

    /// Issues a token for a client.
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
        self.tokens().insert(token.clone(), holder);
        Ok(token)
    }

    /// The client that a token was issued to, and the user who logged in with it.
    pub(super) fn holder(&self, token: &str) -> Option<(&Client, Option<User>)> {
        let holder = self.tokens().get(token)?.clone();
        Some((self.clients.get(holder.client)?, holder.user))
    }

    /// How many tokens are alive.
    pub(super) fn tokens_alive(&self) -> usize {
        self.tokens().len()
    }

    /// The user of an address; created when the provider provisions users at their first login.
    pub(super) fn user(&self, email: &str, provisions: bool) -> Option<User> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(user) = users
            .iter()
            .find(|user| user.email.eq_ignore_ascii_case(email))
        {
            return Some(user.clone());
        }
        let user = User {
            id: super::material::random_guid(),
            email: email.to_owned(),
        };
        provisions.then(|| {
            users.push(user.clone());
            user
        })
    }

    /// The addresses of all users.
    pub(super) fn emails(&self) -> Vec<String> {
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.iter().map(|user| user.email.clone()).collect()
    }

    /// Ends a token.
    pub(super) fn revoke(&self, token: &str) {
        self.tokens().remove(token);
    }

    /// Counts an API call and returns how many there were.
    pub(super) fn count_call(&self) -> u32 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a call with a token against the throttle.
    pub(super) fn count_throttled(&self) -> u32 {
        self.throttled_calls.fetch_add(1, Ordering::Relaxed) + 1
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

    fn tokens(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Holder>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permissions of an organisation with Predictive Engagement, as far as a hybrid integration looks at them.
const CATALOGUE: [&str; 28] = [
    "authorization:grant:view",
    "authorization:role:view",
    "directory:user:view",
    "journey:actionmap:add",
    "journey:actionmap:delete",
    "journey:actionmap:edit",
    "journey:actionmap:view",
    "journey:actiontarget:edit",
    "journey:actiontarget:view",
    "journey:actiontemplate:add",
    "journey:actiontemplate:delete",
    "journey:actiontemplate:edit",
    "journey:actiontemplate:view",
    "journey:event:view",
    "journey:outcome:add",
    "journey:outcome:delete",
    "journey:outcome:edit",
    "journey:outcome:view",
    "journey:outcomepredictor:view",
    "journey:outcomescores:view",
    "journey:segment:add",
    "journey:segment:delete",
    "journey:segment:edit",
    "journey:segment:view",
    "journey:session:view",
    "oauth:client:view",
    "sso:provider:edit",
    "sso:provider:view",
];

/// What the AI Agent role holds by default is not documented; these are the reading rights that an agent of Predictive Engagement needs.
const JOURNEY_READ: [&str; 5] = [
    "journey:event:view",
    "journey:outcome:view",
    "journey:outcomescores:view",
    "journey:segment:view",
    "journey:session:view",
];

fn roles() -> Vec<Role> {
    let role = |number: u8, name: &str, default, permissions: Vec<&'static str>| Role {
        id: format!("{number:08}-dddd-4eee-8fff-{number:012}"),
        name: name.into(),
        default,
        users: 3,
        permissions,
    };
    let mut all = vec![
        role(
            1,
            "Admin",
            true,
            vec!["journey:*:*", "authorization:*:*", "sso:*:*"],
        ),
        role(2, "AI Agent", true, JOURNEY_READ.to_vec()),
        role(3, "Supervisor", true, JOURNEY_READ.to_vec()),
        role(4, "Employee", true, vec!["directory:user:view"]),
        role(5, "Master Admin", true, vec!["authorization:*:*"]),
    ];
    all.extend([
        role(
            36,
            "Agent Pacing Service",
            false,
            vec!["journey:actiontarget:view"],
        ),
        role(
            37,
            "hybridcheck",
            false,
            vec![
                "sso:provider:view",
                "authorization:role:view",
                "oauth:client:view",
            ],
        ),
    ]);
    // More than one page of the default size, so that a reader that ignores pages is noticed.
    for number in 6..36 {
        let name = format!("Site {number:02} Operator");
        all.push(role(number, &name, false, vec!["directory:user:view"]));
    }
    all
}
