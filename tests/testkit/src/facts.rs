//! Canned facts: everything good for the healthy object, and the means to spoil one fact at a time.
//!
//! Edges between facts are those a real run records, so that what stands on a spoilt fact can be found.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hybridcheck_core::check::service_clients;
use hybridcheck_core::endpoint::{Endpoint, Host, Route, Routes};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Answer, ApiError, ApiFact, ApiOutcome, ApiProbeFact, Attempt,
    CertificateFact, CertificateInfo, CertificateOutcome, ChainFault, ClientRecord, ClientRef,
    ClockReading, ConnectionFact, DiscoveryDocument, DiscoveryFact, DnsAnswer, DnsFact, DnsOutcome,
    Fact, FactKey, Facts, Gap, Grant, Grants, HelloFact, HelloOutcome, HelloVariant, HostsEntry,
    HostsFileFact, HttpAnswer, HttpFact, HttpOutcome, IdentityProvider, IdentityProviders,
    KeyAlgorithm, MaterialShape, NamedEntity, OAuthClientInfo, OAuthError, Organization,
    PasswordFit, PermissionPolicy, Permissions, Person, PrivateKeyFact, PrivateKeyInfo,
    PrivateKeyOutcome, Products, ReachFact, Recorded, RereadFact, ResolverFact, Role, RoleDivision,
    Roles, RoutingFact, SamlLoginFact, SamlTry, ServedCertificate, SystemLookupFact, SystemOutcome,
    TcpFact, TcpOutcome, TlsFact, TlsOutcome, TokenEndFact, TokenFact, TokenInfo, TokenOutcome,
    Trust, Wrapping,
};
use hybridcheck_core::object::{HybridObject, ObjectId, SAML_AUTH};
use hybridcheck_core::time::{Timestamp, Took};

/// The one nameserver of the healthy host.
pub const NAMESERVER: &str = "10.0.0.53:53";
/// The address the healthy host sends from.
pub const LOCAL: &str = "10.0.0.5:51000";
/// The correlation id in every canned answer of the service.
pub const CORRELATION: &str = "99999999-0000-4000-8000-000000000001";
/// The long name of the healthy organisation.
pub const LONG_NAME: &str = "Acme Sample Corporation";
/// SHA-256 of the healthy certificate.
pub const CERTIFICATE_SHA256: &str =
    "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";
/// SHA-256 of the healthy certificate's public key.
pub const KEY_SHA256: &str = "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// The user of the healthy login.
pub const USER: &str = "test.agent@acme.example";

/// The moment at which the canned facts were gathered.
pub fn now() -> Timestamp {
    // 2026-11-23T12:00:00Z
    Timestamp::from_unix(1_795_435_200)
}

/// A duration in milliseconds.
pub fn took(millis: u64) -> Took {
    Took(Duration::from_millis(millis))
}

/// The nameserver of the healthy host.
pub fn nameserver() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 53], 53))
}

/// The two addresses that a canned host has; different for every host.
pub fn addresses_of(host: &Host) -> Vec<IpAddr> {
    let last = if host.as_str().starts_with("login.") {
        10
    } else {
        20
    };
    vec![
        IpAddr::from([192, 0, 2, last]),
        IpAddr::from([192, 0, 2, last + 1]),
    ]
}

/// Key of one nameserver's answers for a host.
pub fn dns_key(host: &Host) -> FactKey {
    FactKey::Dns {
        host: host.clone(),
        nameserver: nameserver(),
    }
}

/// Key of the addresses of a host.
pub fn addresses_key(host: &Host) -> FactKey {
    FactKey::Addresses { host: host.clone() }
}

/// Key of what the hosts file says of a host.
pub fn hosts_file_key(host: &Host) -> FactKey {
    FactKey::HostsFile { host: host.clone() }
}

/// Key of the system's own look-up of a host.
pub fn system_lookup_key(host: &Host) -> FactKey {
    FactKey::SystemLookup { host: host.clone() }
}

/// Key of how the route to an endpoint was chosen.
pub fn routing_key(endpoint: &Endpoint) -> FactKey {
    FactKey::Routing {
        endpoint: endpoint.clone(),
    }
}

/// A route through the proxy of a canned network.
pub fn through_proxy() -> RoutingFact {
    let proxy = Endpoint {
        host: Host::of("proxy.acme.example"),
        port: 3128,
    };
    RoutingFact {
        route: Route::Proxy(proxy),
        why: "--proxy".into(),
        others: Vec::new(),
        oddities: Vec::new(),
        readings: Vec::new(),
        conflicts: Vec::new(),
        unspoken: None,
    }
}

/// A hosts file with these entries for a host, from line 7 on.
pub fn hosts_file(addresses: &[IpAddr]) -> HostsFileFact {
    let entries = (7..).zip(addresses);
    HostsFileFact {
        path: "/etc/hosts".into(),
        problem: None,
        entries: entries
            .map(|(line, address)| HostsEntry {
                line,
                address: *address,
            })
            .collect(),
        oddities: Vec::new(),
    }
}

/// What the system's own look-up answers.
pub fn system_lookup(outcome: SystemOutcome) -> SystemLookupFact {
    SystemLookupFact {
        outcome,
        took: took(2),
    }
}

/// Key of a TCP connection.
pub fn tcp_key(endpoint: &Endpoint, address: IpAddr) -> FactKey {
    FactKey::Tcp {
        endpoint: endpoint.clone(),
        address,
        route: Route::Direct,
    }
}

/// Key of a TLS handshake.
pub fn tls_key(endpoint: &Endpoint, address: IpAddr) -> FactKey {
    FactKey::Tls {
        endpoint: endpoint.clone(),
        address,
        route: Route::Direct,
    }
}

/// Key of the discovery document.
pub fn discovery_key(endpoint: &Endpoint) -> FactKey {
    FactKey::Discovery {
        endpoint: endpoint.clone(),
        route: Route::Direct,
    }
}

/// Key of the API call without a token.
pub fn api_probe_key(endpoint: &Endpoint) -> FactKey {
    FactKey::ApiProbe {
        endpoint: endpoint.clone(),
        route: Route::Direct,
    }
}

/// The client of a section of the first object.
pub fn client(section: &str) -> ClientRef {
    ClientRef::Service {
        object: ObjectId(0),
        section: section.into(),
    }
}

/// Key of a section's token.
pub fn token_key(section: &str) -> FactKey {
    FactKey::Token {
        client: client(section),
    }
}

/// Key of a section's token info.
pub fn token_info_key(section: &str) -> FactKey {
    FactKey::TokenInfo {
        client: client(section),
    }
}

/// One try at [`now`], with the label of its outcome.
pub fn attempt(outcome: &str) -> Attempt {
    Attempt {
        started: now(),
        took: took(20),
        local: LOCAL.parse().ok(),
        outcome: outcome.into(),
    }
}

/// An answer to one DNS question, at the first try.
pub fn dns_answer(outcome: DnsOutcome) -> DnsAnswer {
    let attempts = vec![attempt(outcome.label())];
    DnsAnswer {
        outcome,
        truncated: false,
        attempts,
    }
}

/// The same answer to both questions.
pub fn dns(outcome: &DnsOutcome) -> DnsFact {
    DnsFact {
        a: dns_answer(outcome.clone()),
        aaaa: dns_answer(outcome.clone()),
    }
}

/// IPv4 addresses, and no IPv6.
pub fn dns_addresses(addresses: Vec<IpAddr>) -> DnsFact {
    DnsFact {
        a: dns_answer(DnsOutcome::Addresses {
            addresses,
            cnames: Vec::new(),
            ttl: 60,
        }),
        aaaa: dns_answer(DnsOutcome::NoData),
    }
}

/// A TCP connection with one try, which waited as long as the outcome says.
pub fn tcp(address: IpAddr, port: u16, outcome: TcpOutcome) -> TcpFact {
    let mut only = attempt(outcome.label());
    if let TcpOutcome::TimedOut { waited } = &outcome {
        only.took = *waited;
    }
    TcpFact {
        notices: Vec::new(),
        dropped_here: None,
        remote: SocketAddr::new(address, port),
        attempts: vec![only],
        outcome,
    }
}

/// A finished handshake with a chain of this worth and these faults.
pub fn tls(host: &Host, trust: Trust, faults: Vec<ChainFault>) -> TlsFact {
    let issuer = match trust {
        Trust::Amazon => "CN=Amazon RSA 2048 M02, O=Amazon, C=US",
        Trust::Public => "CN=Example Public CA, O=Example",
        Trust::Given | Trust::HostStore | Trust::Nowhere => "CN=Acme Web Gateway CA, O=Acme",
    };
    let name = host.as_str().split_once('.').map_or("", |(_, rest)| rest);
    TlsFact {
        outcome: TlsOutcome::Done,
        trust: Some(trust),
        faults,
        chain: vec![ServedCertificate {
            subject: format!("CN=*.{name}"),
            issuer: issuer.into(),
            not_before: Timestamp::from_unix(now().unix() - 30 * 86_400),
            not_after: Timestamp::from_unix(now().unix() + 160 * 86_400),
            names: vec![format!("*.{name}")],
            sha256: "ab".repeat(32),
            revocation: Vec::new(),
            issuer_urls: Vec::new(),
        }],
        version: Some("TLSv1_3".into()),
        cipher: Some("TLS13_AES_128_GCM_SHA256".into()),
        group: Some("X25519".into()),
        alpn: Some("h2".into()),
        unacknowledged: None,
        attempts: vec![attempt("done")],
    }
}

/// A handshake that did not finish; no chain was served.
pub fn tls_broken(outcome: TlsOutcome) -> TlsFact {
    TlsFact {
        attempts: vec![attempt(outcome.label())],
        outcome,
        trust: None,
        faults: Vec::new(),
        chain: Vec::new(),
        version: None,
        cipher: None,
        group: None,
        alpn: None,
        unacknowledged: None,
    }
}

/// Ends every handshake with an endpoint so, with what follows from it.
#[must_use]
pub fn cut(mut facts: Facts, endpoint: &Endpoint, outcome: &TlsOutcome) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let key = tls_key(endpoint, address);
        facts = with_fact(facts, key.clone(), tls_broken(outcome.clone()));
        facts = blocked_behind(facts, &key);
    }
    facts
}

/// Lets every handshake with an endpoint stall, with so many bytes that were never acknowledged.
#[must_use]
pub fn stalled(mut facts: Facts, endpoint: &Endpoint, unacknowledged: Option<u32>) -> Facts {
    let waited = took(5000);
    facts = cut(facts, endpoint, &TlsOutcome::TimedOut { waited });
    for address in addresses_of(&endpoint.host) {
        let mut fact = tls_broken(TlsOutcome::TimedOut { waited });
        fact.unacknowledged = unacknowledged;
        facts = with_fact(facts, tls_key(endpoint, address), fact);
    }
    facts
}

/// What another ClientHello met at every address of an endpoint.
#[must_use]
pub fn hello(
    mut facts: Facts,
    endpoint: &Endpoint,
    variant: HelloVariant,
    outcome: &HelloOutcome,
) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let fact = HelloFact {
            outcome: outcome.clone(),
            size: 1780,
            unacknowledged: None,
            other_write_acknowledged: None,
            attempts: vec![attempt(outcome.label())],
        };
        facts = with_fact(facts, hello_key(endpoint, address, variant), fact);
    }
    facts
}

/// The same with so many bytes that were never acknowledged.
#[must_use]
pub fn hello_unacknowledged(
    mut facts: Facts,
    endpoint: &Endpoint,
    variant: HelloVariant,
    unacknowledged: Option<u32>,
) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let key = hello_key(endpoint, address, variant);
        if let Ok(fact) = facts.hello(&key).cloned() {
            let fact = HelloFact {
                unacknowledged,
                ..fact
            };
            facts = with_fact(facts, key, fact);
        }
    }
    facts
}

/// An alert, which proves that the ClientHello arrived.
pub fn hello_answered() -> HelloOutcome {
    HelloOutcome::Answered {
        version: None,
        alert: Some("ProtocolVersion".into()),
    }
}

/// Key of another ClientHello.
pub fn hello_key(endpoint: &Endpoint, address: IpAddr, variant: HelloVariant) -> FactKey {
    FactKey::Hello {
        endpoint: endpoint.clone(),
        address,
        route: Route::Direct,
        variant,
    }
}

/// Lets the chains of an endpoint name `crl.ca.example` for their revocation, which accepts connections or does not.
#[must_use]
pub fn revocable(mut facts: Facts, endpoint: &Endpoint, open: bool) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let mut fact = tls(&endpoint.host, Trust::Amazon, Vec::new());
        fact.chain[0].revocation = vec!["http://crl.ca.example/ca.crl".into()];
        facts = with_fact(facts, tls_key(endpoint, address), fact);
    }
    let address = IpAddr::from([192, 0, 2, 80]);
    let (accepting, silent) = if open {
        (vec![address], Vec::new())
    } else {
        (Vec::new(), vec![address])
    };
    let key = FactKey::Reach {
        endpoint: Endpoint {
            host: Host::of("crl.ca.example"),
            port: 80,
        },
    };
    let fact = ReachFact {
        open: accepting,
        shut: silent,
    };
    with_fact(facts, key, fact)
}

/// An exchange with an answer; the service's correlation id is among the headers when `genuine`.
pub fn http(request: &str, status: u16, kind: &str, excerpt: &str, genuine: bool) -> HttpFact {
    let mut headers = vec![("content-type".to_owned(), kind.to_owned())];
    if genuine {
        headers.push(("inin-correlation-id".to_owned(), CORRELATION.to_owned()));
    }
    HttpFact {
        request: request.into(),
        started: now(),
        took: took(80),
        outcome: HttpOutcome::Answer(HttpAnswer {
            status,
            reason: None,
            headers,
            excerpt: excerpt.into(),
            truncated: false,
            clock: Some(clock(0)),
        }),
    }
}

/// A reading of the peer's clock when ours is ahead by so many seconds.
pub fn clock(ahead: i64) -> ClockReading {
    ClockReading {
        server: now(),
        local: Timestamp::from_unix_millis(now().unix_millis() + 500 + ahead * 1000),
        uncertainty: took(1040),
    }
}

/// Puts another reading of the clock into an exchange.
#[must_use]
pub fn with_clock(mut http: HttpFact, reading: Option<ClockReading>) -> HttpFact {
    if let HttpOutcome::Answer(answer) = &mut http.outcome {
        answer.clock = reading;
    }
    http
}

/// A discovery document with an issuer.
pub fn discovery(endpoint: &Endpoint, issuer: &str) -> DiscoveryFact {
    DiscoveryFact {
        http: http(
            &format!("GET https://{endpoint}/.well-known/oauth-authorization-server"),
            200,
            "application/json",
            "{\"issuer\":…",
            true,
        ),
        document: Some(DiscoveryDocument {
            issuer: issuer.into(),
            token_endpoint: Some(format!("{issuer}/oauth/token")),
            grant_types_supported: vec!["client_credentials".into()],
        }),
    }
}

/// An API error.
pub fn api_error(status: u16, code: &str, message: &str) -> ApiError {
    ApiError {
        status,
        code: code.into(),
        message: message.into(),
        correlation_id: Some(CORRELATION.into()),
    }
}

/// The API's answer to a call without a token.
pub fn api_probe(endpoint: &Endpoint, error: Option<ApiError>) -> ApiProbeFact {
    let status = error.as_ref().map_or(200, |error| error.status);
    let kind = if error.is_some() {
        "application/json"
    } else {
        "text/html"
    };
    ApiProbeFact {
        http: http(
            &format!("GET https://{endpoint}/api/v2/tokens/me"),
            status,
            kind,
            "…",
            error.is_some(),
        ),
        error,
    }
}

/// A token request with this outcome.
pub fn token(object: &HybridObject, section: &str, outcome: TokenOutcome) -> TokenFact {
    let status = match &outcome {
        TokenOutcome::Issued { .. } | TokenOutcome::Malformed { .. } => 200,
        TokenOutcome::NotOAuth => 404,
        TokenOutcome::RateLimited { .. } => 429,
        TokenOutcome::Refused(error) => error.status,
    };
    let secret = object.option(section, "password");
    let endpoint = object.auth_endpoint().map(|at| at.to_string());
    TokenFact {
        client_id: object.plain(section, "client_id").map(str::to_owned),
        secret: secret
            .map(|option| option.value.shape())
            .unwrap_or_default(),
        http: http(
            &format!("POST https://{}/oauth/token", endpoint.unwrap_or_default()),
            status,
            "application/json",
            "",
            true,
        ),
        outcome,
        trimmed: None,
    }
}

/// The token endpoint's refusal in the genuine service's own form.
pub fn oauth_error(status: u16, error: &str, description: &str) -> TokenOutcome {
    TokenOutcome::Refused(OAuthError {
        status,
        error: error.into(),
        description: description.into(),
        genuine: true,
    })
}

/// An API call with this outcome, made with a section's token.
pub fn api<T>(reader: &ClientRef, call: &str, outcome: ApiOutcome<T>) -> ApiFact<T> {
    ApiFact {
        call: call.into(),
        reader: reader.clone(),
        correlation_id: Some(CORRELATION.into()),
        outcome,
    }
}

/// The info of a healthy token of the object's organisation.
pub fn token_info(object: &HybridObject, section: &str) -> TokenInfo {
    let organization = NamedEntity {
        id: object
            .plain("general", "organization_id")
            .map(str::to_owned),
        name: Some(LONG_NAME.into()),
    };
    TokenInfo {
        organization: Some(organization.clone()),
        client: Some(OAuthClientInfo {
            id: object.plain(section, "client_id").map(str::to_owned),
            name: Some("PureEngage Client Credentials".into()),
            authorized_grant_type: Some("CLIENT-CREDENTIALS".into()),
            state: Some("active".into()),
            date_to_delete: None,
            organization: Some(organization.clone()),
            scope: Some(Vec::new()),
            role_divisions: Some(vec![RoleDivision {
                role_id: Some("role-pacing".into()),
                division_id: Some("division-home".into()),
            }]),
        }),
        home_organization: Some(organization),
        authorized_scope: Some(Vec::new()),
    }
}

/// The healthy organisation.
pub fn organization(object: &HybridObject) -> Organization {
    Organization {
        id: object
            .plain("general", "organization_id")
            .map(str::to_owned),
        name: Some(LONG_NAME.into()),
        third_party_org_name: object
            .plain("general", "organization_sname")
            .map(str::to_owned),
        state: Some("active".into()),
        product_platform: Some("PureEngage".into()),
        domain: Some("acme-sample.mypurecloud.de".into()),
        features: Some([("purecloud".to_owned(), true)].into()),
    }
}

/// The healthy certificate.
pub fn certificate_info() -> CertificateInfo {
    CertificateInfo {
        subject: "CN=acme-pureengage".into(),
        issuer: "CN=acme-pureengage".into(),
        serial: "0a1b2c".into(),
        not_before: Timestamp::from_unix(now().unix() - 365 * 86_400),
        not_after: Timestamp::from_unix(now().unix() + 9 * 365 * 86_400),
        key: KeyAlgorithm::Rsa { bits: 2048 },
        signature: "sha256WithRSAEncryption".into(),
        is_ca: false,
        self_issued: true,
        sha256: CERTIFICATE_SHA256.into(),
        spki_sha256: KEY_SHA256.into(),
    }
}

/// What the documented form of a value looks like.
pub fn documented_shape() -> MaterialShape {
    MaterialShape {
        characters: 1720,
        wrapping: vec![Wrapping::Base64, Wrapping::Pem],
        quirks: Vec::new(),
    }
}

/// A certificate option that holds this.
pub fn certificate(outcome: CertificateOutcome) -> CertificateFact {
    CertificateFact {
        shape: documented_shape(),
        outcome,
    }
}

/// A key option that holds this.
pub fn private_key(outcome: PrivateKeyOutcome) -> PrivateKeyFact {
    PrivateKeyFact {
        shape: documented_shape(),
        outcome,
    }
}

/// The healthy `PureEngage` identity provider.
pub fn pureengage_idp(object: &HybridObject) -> IdentityProvider {
    IdentityProvider {
        id: Some("pureengage".into()),
        name: Some("PureEngage".into()),
        disabled: Some(false),
        issuer_uri: object.plain("saml", "issuer").map(str::to_owned),
        sso_target_uri: Some("https://idp.acme.example/target".into()),
        auto_provision_users: Some(true),
        decoded: vec![certificate_info()],
        undecodable: 0,
        ..IdentityProvider::default()
    }
}

/// Another identity provider with an issuer of its own.
pub fn other_idp(name: &str, issuer: &str) -> IdentityProvider {
    IdentityProvider {
        id: Some(name.to_lowercase()),
        name: Some(name.into()),
        disabled: Some(false),
        issuer_uri: Some(issuer.into()),
        ..IdentityProvider::default()
    }
}

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
            discovery_key(endpoint),
            discovery(endpoint, &issuer),
            Vec::new(),
        );
    }
    if let Some(endpoint) = &api_host {
        let message = "No authentication bearer token specified in authorization header.";
        let error = api_error(401, "authentication.required", message);
        facts.add(
            api_probe_key(endpoint),
            api_probe(endpoint, Some(error)),
            Vec::new(),
        );
    }
    facts.material(object);
    facts.cloud(object);
    let key = FactKey::Reread { object: object.id };
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
        let key = FactKey::Routing {
            endpoint: endpoint.clone(),
        };
        self.add(key, crate::proxied::direct(), Vec::new());
        self.add(dns_key(host), dns_addresses(addresses.clone()), Vec::new());
        let fact = AddressesFact {
            source: AddressSource::Dns,
            addresses: addresses.clone(),
        };
        self.add(addresses_key(host), fact, vec![dns_key(host)]);
        self.add(hosts_file_key(host), hosts_file(&[]), Vec::new());
        let same = SystemOutcome::Addresses {
            addresses: addresses.clone(),
        };
        self.add(system_lookup_key(host), system_lookup(same), Vec::new());
        for address in &addresses {
            let fact = tcp(*address, endpoint.port, TcpOutcome::Connected);
            self.add(tcp_key(endpoint, *address), fact, Vec::new());
            let fact = tls(host, Trust::Amazon, Vec::new());
            self.add(tls_key(endpoint, *address), fact, Vec::new());
        }
        let first = addresses[0];
        self.add(
            FactKey::connection(endpoint.clone()),
            ConnectionFact {
                address: first,
                trust: Trust::Amazon,
            },
            vec![tcp_key(endpoint, first), tls_key(endpoint, first)],
        );
    }

    fn material(&mut self, object: &HybridObject) {
        let id = object.id;
        let outcome = CertificateOutcome::Certificates {
            certificates: vec![certificate_info()],
        };
        self.add(
            FactKey::Certificate { object: id },
            certificate(outcome),
            Vec::new(),
        );
        let outcome = PrivateKeyOutcome::Decrypted {
            protection: "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256".into(),
            password: PasswordFit::AsWritten,
            key: PrivateKeyInfo {
                key: KeyAlgorithm::Rsa { bits: 2048 },
                spki_sha256: Some(KEY_SHA256.into()),
            },
        };
        self.add(
            FactKey::PrivateKey { object: id },
            private_key(outcome),
            Vec::new(),
        );
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
            let key = FactKey::Token {
                client: client.clone(),
            };
            self.add(key, token(object, section, issued), Vec::new());
            let info = ApiOutcome::Found(token_info(object, section));
            let key = FactKey::TokenInfo {
                client: client.clone(),
            };
            self.add(key, api(client, "GET /api/v2/tokens/me", info), Vec::new());
            let key = FactKey::Grants {
                client: client.clone(),
            };
            let call = "GET /api/v2/authorization/subjects/me";
            let fact = api(client, call, ApiOutcome::Found(grants()));
            self.add(key, fact, Vec::new());
        }
        let Some(reader) = clients.into_iter().next() else {
            return;
        };
        let means = vec![FactKey::Token {
            client: reader.clone(),
        }];
        let call = "GET /api/v2/organizations/me";
        let fact = api(&reader, call, ApiOutcome::Found(organization(object)));
        self.add(FactKey::Organization { object: id }, fact, means.clone());
        let call = "GET /api/v2/identityproviders/pureengage";
        let fact = api(&reader, call, ApiOutcome::Found(pureengage_idp(object)));
        self.add(FactKey::PureengageIdp { object: id }, fact, means.clone());
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
        self.add(FactKey::Idps { object: id }, fact, means.clone());
        let roles = roles(object);
        let call = "GET /api/v2/authorization/roles";
        let fact = api(&reader, call, ApiOutcome::Found(roles));
        self.add(FactKey::Roles { object: id }, fact, means.clone());
        let call = "GET /api/v2/authorization/permissions";
        let fact = api(&reader, call, ApiOutcome::Found(journey_permissions()));
        let domain = "journey".to_owned();
        let key = FactKey::Permissions { object: id, domain };
        self.add(key, fact, means.clone());
        let call = "GET /api/v2/authorization/products";
        let products = Products {
            ids: vec!["engage".into()],
            incomplete: false,
        };
        let fact = api(&reader, call, ApiOutcome::Found(products));
        self.add(FactKey::Products { object: id }, fact, means.clone());
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
        self.add(FactKey::SamlLogin { object: id }, login, Vec::new());
        let found = ApiOutcome::Found(Person {
            id: Some("user-1".into()),
            name: Some("Test Agent".into()),
            email: Some(USER.into()),
            state: Some("active".into()),
        });
        let fact = api(&person, "GET /api/v2/users/me", found);
        self.add(FactKey::Me { object: id }, fact, Vec::new());
        let found = ApiOutcome::Found(person_token_info(object));
        let fact = api(&person, "GET /api/v2/tokens/me", found);
        let client = person;
        let key = FactKey::TokenInfo {
            client: client.clone(),
        };
        self.add(key, fact, Vec::new());
        let ended = TokenEndFact { status: Some(200) };
        self.add(FactKey::TokenEnd { client }, ended, Vec::new());
    }
}

/// Key of the roles of the organisation.
pub fn roles_key() -> FactKey {
    FactKey::Roles {
        object: ObjectId(0),
    }
}

/// Key of the journey permissions that exist in the organisation.
pub fn permissions_key() -> FactKey {
    FactKey::Permissions {
        object: ObjectId(0),
        domain: "journey".into(),
    }
}

/// Key of a section's client as the organisation keeps it.
pub fn client_record_key(section: &str) -> FactKey {
    FactKey::ClientRecord {
        client: client(section),
    }
}

/// Key of what a section's client may do.
pub fn grants_key(section: &str) -> FactKey {
    FactKey::Grants {
        client: client(section),
    }
}

/// Actions on an entity of the domain `journey`.
pub fn journey(entity: &str, actions: &[&str]) -> PermissionPolicy {
    PermissionPolicy {
        domain: "journey".into(),
        entity: entity.into(),
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
    }
}

/// A role with its users and what it allows.
pub fn role(name: &str, users: u64, policies: Vec<PermissionPolicy>) -> Role {
    Role {
        id: Some(format!("role-{name}")),
        name: Some(name.into()),
        default: Some(true),
        user_count: Some(users),
        policies: Some(policies),
    }
}

/// A listing of roles that allow all of journey, by their names.
pub fn roles_named(names: &[&str], incomplete: bool) -> Roles {
    let names = names.iter();
    Roles {
        entities: names
            .map(|name| role(name, 2, vec![journey("*", &["*"])]))
            .collect(),
        incomplete,
    }
}

const READ_BY_AGENTS: [&str; 5] = ["event", "outcome", "outcomescores", "segment", "session"];

/// The roles that an object names, each with what it needs.
pub fn roles(object: &HybridObject) -> Roles {
    let name = |option| object.plain("general", option);
    let reading = || {
        READ_BY_AGENTS
            .map(|entity| journey(entity, &["view"]))
            .to_vec()
    };
    let agents = ["default_agent_role_name", "default_supervisor_role_name"];
    let agents = agents.into_iter().filter_map(name);
    let admin = name("default_admin_role_name").into_iter();
    let mut entities: Vec<Role> = Vec::new();
    for role in agents
        .map(|name| role(name, 40, reading()))
        .chain(admin.map(|name| role(name, 2, vec![journey("*", &["*"])])))
    {
        if !entities.iter().any(|known| known.name == role.name) {
            entities.push(role);
        }
    }
    Roles {
        entities,
        incomplete: false,
    }
}

/// The permissions of an organisation with Predictive Engagement.
pub fn journey_permissions() -> Permissions {
    let managed = ["actionmap", "actiontemplate", "segment", "outcome"];
    let managed = managed.into_iter().flat_map(|entity| {
        ["add", "delete", "edit", "view"].map(|action| format!("journey:{entity}:{action}"))
    });
    let read = ["actiontarget", "event", "outcomescores", "session"];
    let read = read.map(|entity| format!("journey:{entity}:view"));
    Permissions {
        names: managed.chain(read).collect(),
        incomplete: false,
    }
}

/// The client of `[saml_auth]` as the organisation keeps it.
pub fn client_record(object: &HybridObject, section: &str) -> ClientRecord {
    ClientRecord {
        id: object.plain(section, "client_id").map(str::to_owned),
        name: Some("Workspace Desktop".into()),
        authorized_grant_type: Some("SAML2-BEARER".into()),
        state: Some("active".into()),
        access_token_validity_seconds: Some(86_400),
        registered_redirect_uri: Some(vec!["https://apps.mypurecloud.com".into()]),
        ..ClientRecord::default()
    }
}

/// The person who logged in.
pub fn person() -> ClientRef {
    ClientRef::Person {
        object: ObjectId(0),
    }
}

/// Key of the login with an assertion.
pub fn saml_login_key() -> FactKey {
    FactKey::SamlLogin {
        object: ObjectId(0),
    }
}

/// What the API says about the person's token.
pub fn person_token_info(object: &HybridObject) -> TokenInfo {
    let mut info = token_info(object, SAML_AUTH);
    if let Some(client) = &mut info.client {
        client.name = Some("Workspace Desktop".into());
        client.authorized_grant_type = Some("SAML2-BEARER".into());
    }
    info
}

/// Key of what the API says about the person's token.
pub fn person_token_info_key() -> FactKey {
    FactKey::TokenInfo { client: person() }
}

/// Key of the person who logged in.
pub fn me_key() -> FactKey {
    FactKey::Me {
        object: ObjectId(0),
    }
}

/// A login with an assertion, with the first encoding.
pub fn saml_login(object: &HybridObject, outcome: TokenOutcome) -> SamlLoginFact {
    let fact = token(object, SAML_AUTH, outcome);
    SamlLoginFact {
        email: USER.into(),
        client_id: fact.client_id,
        organization: "acme-sample".into(),
        audience: "https://login.mypurecloud.de/oauth/token".into(),
        tries: vec![SamlTry {
            trimmed: false,
            encoding: "base64 of the whole Response".into(),
            http: fact.http,
            outcome: fact.outcome,
        }],
    }
}

/// What the client of a service may do.
pub fn grants() -> Grants {
    let entity = |id: &str, name: &str| NamedEntity {
        id: Some(id.into()),
        name: Some(name.into()),
    };
    Grants {
        grants: vec![Grant {
            role: entity("role-pacing", "Pacing"),
            division: entity("division-home", "Home"),
            policies: vec![journey("actiontarget", &["view"])],
        }],
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
        let organization = FactKey::Organization { object: object.id };
        assert!(facts.stands_on(&organization, &FactKey::Resolver));
        assert!(facts.stands_on(&organization, &token_key("ewt")));
    }

    #[test]
    fn what_stands_behind_a_broken_fact_is_blocked() {
        let object = objects::healthy();
        let endpoint = object.auth_endpoint().expect("an endpoint");
        let key = addresses_key(&endpoint.host);
        let facts = blocked_behind(healthy(&object), &key);
        assert!(facts.addresses(&key).is_ok());
        assert!(matches!(
            facts.organization(&FactKey::Organization { object: object.id }),
            Err(Gap::Blocked { .. })
        ));
        let api_host = object.api_endpoint().expect("an endpoint");
        assert!(facts.api_probe(&api_probe_key(&api_host)).is_ok());
    }

    #[test]
    fn the_canned_moment_is_what_it_says() {
        assert_eq!(now().to_string(), "2026-11-23T12:00:00Z");
    }
}
