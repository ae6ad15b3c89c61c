//! All facts of a healthy integration, and changes to them.

use hybridcheck_core::check::service_clients;
use hybridcheck_core::endpoint::{Endpoint, Routes};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Answer, ApiOutcome, CertificateOutcome, ClientRef,
    ConnectionFact, Fact, FactKey, Facts, Gap, IdentityProvider, IdentityProviders, KeyAlgorithm,
    PasswordFit, Person, PrivateKeyInfo, PrivateKeyOutcome, Products, Recorded, RereadFact,
    ResolverFact, SystemOutcome, TcpOutcome, TokenEndFact, TokenOutcome, Trust,
};
use hybridcheck_core::object::{HybridObject, SAML_AUTH};

use super::material::{KEY_SHA256, certificate, certificate_info, private_key};
use super::network::{
    addresses_of, dns_addresses, dns_key, hosts_file, nameserver, system_lookup, tcp,
};
use super::organization::{
    api, client_record, client_record_key, grants, journey_permissions, organization, other_idp,
    pureengage_idp, roles,
};
use super::tls::tls;
use super::tokens::{USER, person_token_info, saml_login, token, token_info};
use super::took;
use super::web::{api_error, api_probe, discovery};

/// Every fact good for an object.
pub fn healthy(object: &HybridObject) -> Facts {
    let mut facts = Builder {
        facts: Facts::default(),
        objects: vec![object.clone(); usize::from(object.id.0) + 1],
    };
    facts.add(
        FactKey::Resolver,
        ResolverFact {
            source: "/etc/resolv.conf".into(),
            nameservers: vec![nameserver()],
            search: Vec::new(),
            ndots: None,
            oddities: Vec::new(),
            problem: None,
        },
        Vec::new(),
    );
    let auth = object.auth_endpoint();
    let api_host = object.api_endpoint();
    for endpoint in auth.iter().chain(&api_host) {
        facts.network(endpoint);
    }
    if let Some(endpoint) = &auth {
        let issuer = format!("https://{}", endpoint.host);
        facts.add(
            FactKey::discovery(endpoint),
            discovery(endpoint, &issuer),
            Vec::new(),
        );
    }
    if let Some(endpoint) = &api_host {
        let message = "No authentication bearer token specified in authorization header.";
        let error = api_error(401, "authentication.required", message);
        facts.add(
            FactKey::api_probe(endpoint),
            api_probe(endpoint, Some(error)),
            Vec::new(),
        );
    }
    facts.material(object);
    facts.cloud(object);
    let key = FactKey::reread(object.id);
    facts.add(key, RereadFact::default(), Vec::new());
    facts.facts
}

struct Builder {
    facts: Facts,
    objects: Vec<HybridObject>,
}

impl Builder {
    fn add(&mut self, key: FactKey, fact: impl Into<Fact>, also: Vec<FactKey>) {
        let mut stands_on = key.stands_on(&self.objects, &Routes::default());
        stands_on.extend(also);
        self.facts.record(key, Ok(fact.into()), stands_on, took(20));
    }

    fn network(&mut self, endpoint: &Endpoint) {
        let host = &endpoint.host;
        let addresses = addresses_of(host);
        let key = FactKey::routing(endpoint);
        self.add(key, crate::proxied::direct(), Vec::new());
        self.add(dns_key(host), dns_addresses(addresses.clone()), Vec::new());
        let fact = AddressesFact {
            source: AddressSource::Dns,
            addresses: addresses.clone(),
        };
        self.add(FactKey::addresses(host), fact, vec![dns_key(host)]);
        self.add(FactKey::hosts_file(host), hosts_file(&[]), Vec::new());
        let same = SystemOutcome::Addresses {
            addresses: addresses.clone(),
        };
        self.add(
            FactKey::system_lookup(host),
            system_lookup(same),
            Vec::new(),
        );
        for address in &addresses {
            let fact = tcp(*address, endpoint.port, TcpOutcome::Connected);
            self.add(FactKey::tcp(endpoint, *address), fact, Vec::new());
            let fact = tls(host, Trust::Amazon, Vec::new());
            self.add(FactKey::tls(endpoint, *address), fact, Vec::new());
        }
        let first = addresses[0];
        self.add(
            FactKey::connection(endpoint.clone()),
            ConnectionFact {
                address: first,
                trust: Trust::Amazon,
            },
            vec![FactKey::tcp(endpoint, first), FactKey::tls(endpoint, first)],
        );
    }

    fn material(&mut self, object: &HybridObject) {
        let id = object.id;
        let outcome = CertificateOutcome::Certificates {
            certificates: vec![certificate_info()],
        };
        self.add(FactKey::certificate(id), certificate(outcome), Vec::new());
        let outcome = PrivateKeyOutcome::Decrypted {
            protection: "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256".into(),
            password: PasswordFit::AsWritten,
            key: PrivateKeyInfo {
                key: KeyAlgorithm::Rsa { bits: 2048 },
                spki_sha256: Some(KEY_SHA256.into()),
            },
        };
        self.add(FactKey::private_key(id), private_key(outcome), Vec::new());
    }

    fn cloud(&mut self, object: &HybridObject) {
        let id = object.id;
        let clients = service_clients(object);
        for client in &clients {
            let ClientRef::Service { section, .. } = client else {
                continue;
            };
            let issued = TokenOutcome::Issued {
                expires_in: Some(86_400),
            };
            let key = FactKey::token(client);
            self.add(key, token(object, section.raw(), issued), Vec::new());
            let info = ApiOutcome::Found(token_info(object, section.raw()));
            let key = FactKey::token_info(client);
            self.add(key, api(client, "GET /api/v2/tokens/me", info), Vec::new());
            let key = FactKey::grants(client);
            let call = "GET /api/v2/authorization/subjects/me";
            let fact = api(client, call, ApiOutcome::Found(grants()));
            self.add(key, fact, Vec::new());
        }
        let Some(reader) = clients.into_iter().next() else {
            return;
        };
        let means = vec![FactKey::token(&reader)];
        let call = "GET /api/v2/organizations/me";
        let fact = api(&reader, call, ApiOutcome::Found(organization(object)));
        self.add(FactKey::organization(id), fact, means.clone());
        let call = "GET /api/v2/identityproviders/pureengage";
        let fact = api(&reader, call, ApiOutcome::Found(pureengage_idp(object)));
        self.add(FactKey::pureengage_idp(id), fact, means.clone());
        let listed = IdentityProvider {
            auto_provision_users: None,
            ..pureengage_idp(object)
        };
        let entities = vec![
            listed,
            other_idp("Okta", "https://acme.okta.example/issuer"),
        ];
        let listing = IdentityProviders {
            entities,
            incomplete: false,
        };
        let call = "GET /api/v2/identityproviders";
        let fact = api(&reader, call, ApiOutcome::Found(listing));
        self.add(FactKey::idps(id), fact, means.clone());
        let roles = roles(object);
        let call = "GET /api/v2/authorization/roles";
        let fact = api(&reader, call, ApiOutcome::Found(roles));
        self.add(FactKey::roles(id), fact, means.clone());
        let call = "GET /api/v2/authorization/permissions";
        let fact = api(&reader, call, ApiOutcome::Found(journey_permissions()));
        let domain = "journey".to_owned();
        let key = FactKey::permissions(id, domain);
        self.add(key, fact, means.clone());
        let call = "GET /api/v2/authorization/products";
        let products = Products {
            ids: vec!["engage".into()],
            incomplete: false,
        };
        let fact = api(&reader, call, ApiOutcome::Found(products));
        self.add(FactKey::products(id), fact, means.clone());
        let key = client_record_key(SAML_AUTH);
        if object.plain(SAML_AUTH, "client_id").is_some() {
            let call = "GET /api/v2/oauth/clients/{clientId}";
            let found = ApiOutcome::Found(client_record(object, SAML_AUTH));
            let mut stands_on = means.clone();
            stands_on.push(FactKey::option(id, SAML_AUTH, "client_id"));
            self.add(key, api(&reader, call, found), stands_on);
            self.login(object);
        }
    }

    /// A person logs in, is read, and the token is ended.
    fn login(&mut self, object: &HybridObject) {
        let id = object.id;
        let person = ClientRef::Person { object: id };
        let issued = TokenOutcome::Issued {
            expires_in: Some(86_399),
        };
        let login = saml_login(object, issued);
        self.add(FactKey::saml_login(id), login, Vec::new());
        let found = ApiOutcome::Found(Person {
            id: Some("user-1".into()),
            name: Some("Test Agent".into()),
            email: Some(USER.into()),
            state: Some("active".into()),
        });
        let fact = api(&person, "GET /api/v2/users/me", found);
        self.add(FactKey::me(id), fact, Vec::new());
        let found = ApiOutcome::Found(person_token_info(object));
        let fact = api(&person, "GET /api/v2/tokens/me", found);
        self.add(FactKey::token_info(&person), fact, Vec::new());
        let ended = TokenEndFact { status: Some(200) };
        self.add(FactKey::token_end(person), ended, Vec::new());
    }
}

/// Replaces or adds a fact; its edges stay, or are those known before gathering.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "calls are chained, each on the result of the one before"
)]
pub fn with_fact(facts: Facts, key: FactKey, fact: impl Into<Fact>) -> Facts {
    with_outcome(&facts, key, Ok(fact.into()))
}

/// Replaces a fact by a gap.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "calls are chained, each on the result of the one before"
)]
pub fn with_gap(facts: Facts, key: FactKey, gap: Gap) -> Facts {
    with_outcome(&facts, key, Err(gap))
}

/// Forgets a fact, as if it had not been planned.
#[must_use]
pub fn without(facts: &Facts, key: &FactKey) -> Facts {
    rebuilt(facts, |entry| &entry.key != key)
}

/// Everything that stands on `key` becomes a gap, each blocked by the nearest missing fact it stands on, as gathering would leave it.
#[must_use]
pub fn blocked_behind(mut facts: Facts, key: &FactKey) -> Facts {
    let mut open = vec![key.clone()];
    while let Some(base) = open.pop() {
        let behind: Vec<FactKey> = facts
            .entries()
            .filter(|entry| matches!(entry.outcome, Recorded::Fact(_)))
            .filter(|entry| &entry.key != key && entry.stands_on.contains(&base))
            .map(|entry| entry.key.clone())
            .collect();
        for blocked in behind {
            facts = with_gap(facts, blocked.clone(), Gap::blocked(base.clone()));
            open.push(blocked);
        }
    }
    facts
}

fn with_outcome(facts: &Facts, key: FactKey, outcome: Answer<Fact>) -> Facts {
    let known = facts.entries().find(|entry| entry.key == key);
    let stands_on = known.map_or_else(
        || key.stands_on(&[], &Routes::default()),
        |entry| entry.stands_on.clone(),
    );
    let mut rest = rebuilt(facts, |entry| entry.key != key);
    rest.record(key, outcome, stands_on, took(20));
    rest
}

fn rebuilt(facts: &Facts, keep: impl Fn(&hybridcheck_core::facts::Entry) -> bool) -> Facts {
    let mut kept = Facts::default();
    for entry in facts.entries().filter(|entry| keep(entry)) {
        let outcome = match entry.outcome.clone() {
            Recorded::Fact(fact) => Ok(fact),
            Recorded::Missing(gap) => Err(gap),
        };
        kept.record(
            entry.key.clone(),
            outcome,
            entry.stands_on.clone(),
            entry.took,
        );
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{now, token_key};
    use crate::objects;

    #[test]
    fn healthy_facts_have_no_gap_and_stand_on_the_nameserver() {
        let object = objects::healthy();
        let facts = healthy(&object);
        assert!(
            facts
                .entries()
                .all(|entry| matches!(entry.outcome, Recorded::Fact(_)))
        );
        let organization = FactKey::organization(object.id);
        assert!(facts.stands_on(&organization, &FactKey::Resolver));
        assert!(facts.stands_on(&organization, &token_key("ewt")));
    }

    #[test]
    fn what_stands_behind_a_broken_fact_is_blocked() {
        let object = objects::healthy();
        let endpoint = object.auth_endpoint().expect("an endpoint");
        let key = FactKey::addresses(&endpoint.host);
        let facts = blocked_behind(healthy(&object), &key);
        assert!(facts.addresses(&key).is_ok());
        assert!(matches!(
            facts.organization(&FactKey::organization(object.id)),
            Err(Gap::Blocked { .. })
        ));
        let api_host = object.api_endpoint().expect("an endpoint");
        assert!(facts.api_probe(&FactKey::api_probe(&api_host)).is_ok());
    }

    #[test]
    fn the_canned_moment_is_what_it_says() {
        assert_eq!(now().to_string(), "2026-11-23T12:00:00Z");
    }
}
