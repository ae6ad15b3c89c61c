//! The vocabulary of facts: one row for each kind. A new kind is a row here, a type, a probe, and an arm of `gather`.
#![deny(clippy::wildcard_enum_match_arm)]

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::documented;
use super::ground::{Ground, first, to_proxy};
use super::key::{constructor, kinds, replace};
use super::{
    AddressesFact, Answer, ApiAnswer, ApiCall, ApiFact, ApiProbeFact, CertificateFact,
    ClientRecord, ClientRef, ConnectionFact, DiscoveryFact, DnsFact, Effect, Facts, Gap, Grants,
    HelloFact, HelloVariant, HostsFileFact, HttpFact, IdentityProvider, IdentityProviders,
    Organization, PathFact, Permissions, Person, Phase, PrivateKeyFact, Products, ReachFact,
    RereadFact, ResolverFact, Roles, RoutingFact, SamlLoginFact, Seen, SystemLookupFact, TcpFact,
    TlsFact, TokenEndFact, TokenFact, TokenInfo, TunnelFact, Whose,
};
use crate::access::Mark;
use crate::endpoint::{Endpoint, Host, Route, Routes};
use crate::names::Name;
use crate::object::{HybridObject, ObjectId};
use crate::outside::Outside;

// `it` is the key of a row, `run` the objects and routes on which it stands.
kinds! {
    (it, run)

    /// The addresses used for a host, and who said so.
    Addresses {
        /// The host.
        host: Host,
    } = addresses
    /// The addresses used for a host.
    -> AddressesFact {
        effect: Reads,
        whose: Whose::Host(host),
        phase: Some(Phase::Dns),
        call: None,
        words: format!("addresses of {host}"),
        plan: format!("ask each nameserver for A and AAAA of {host}"),
        on: vec![FactKey::Resolver],
        beside: vec![FactKey::hosts_file(host), FactKey::system_lookup(host)],
    }

    /// An API call without a token, on the API host.
    ApiProbe {
        /// The API endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route = Route::Direct,
    } = api_probe
    /// The API call without a token.
    -> ApiProbeFact {
        effect: Reads,
        whose: Whose::Endpoint(endpoint, route),
        phase: Some(Phase::Http),
        call: None,
        words: format!("API call without a token at {endpoint}"),
        plan: format!("GET https://{}/api/v2/tokens/me without a token", endpoint.host),
        on: vec![FactKey::connection(endpoint).by(route)],
        beside: vec![],
    }

    /// The decoded `saml/certificate`.
    Certificate {
        /// The object.
        object: ObjectId,
    } = certificate
    /// The decoded certificate.
    -> CertificateFact {
        effect: Local,
        whose: Whose::Object(*object),
        phase: Some(Phase::Local),
        call: None,
        words: "saml/certificate, decoded",
        plan: "decode saml/certificate",
        on: vec![FactKey::option(*object, "saml", "certificate")],
        beside: vec![],
    }

    /// A client of a section as the organisation keeps it.
    ClientRecord {
        /// The client.
        client: ClientRef,
    } = client_record
    /// A client as the organisation keeps it.
    -> ApiFact<ClientRecord> {
        effect: Reads,
        whose: Whose::Organization(client.object()),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/oauth/clients/{clientId}", Some("oauth:client:view"), "oauth:readonly") }),
        words: format!("client as the organisation keeps it, {client}"),
        plan: format!("{}, {client}", run.call(it, client.object())),
        on: run.record(client),
        beside: vec![],
    }

    /// The verified connection to an endpoint that later requests use.
    Connection {
        /// The endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route = Route::Direct,
    } = connection
    /// The verified connection.
    -> ConnectionFact {
        effect: Reads,
        whose: Whose::Endpoint(endpoint, route),
        phase: Some(Phase::Connection),
        call: None,
        words: match route {
            Route::Direct => format!("verified connection to {endpoint}"),
            Route::Proxy(_) => format!("verified connection to {endpoint} {route}"),
        },
        plan: run.connecting(endpoint, route),
        on: vec![FactKey::addresses(first(endpoint, route))],
        beside: run.beside_connection(endpoint, route),
    }

    /// The OAuth discovery document of an auth host (RFC 8414).
    Discovery {
        /// The auth endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route = Route::Direct,
    } = discovery
    /// The discovery document.
    -> DiscoveryFact {
        effect: Reads,
        whose: Whose::Endpoint(endpoint, route),
        phase: Some(Phase::Http),
        call: None,
        words: format!("discovery document of {endpoint}"),
        plan: format!(
            "GET https://{}/.well-known/oauth-authorization-server{}",
            endpoint.host,
            run.way(endpoint, route)
        ),
        on: vec![FactKey::connection(endpoint).by(route)],
        beside: run.over_others(it, endpoint, route),
    }

    /// One nameserver's answers for a host, A and AAAA apart.
    Dns {
        /// The host.
        host: Host,
        /// The nameserver asked.
        nameserver: SocketAddr,
    } = dns
    /// One nameserver's answers.
    -> DnsFact {
        effect: Reads,
        whose: Whose::Host(host),
        phase: Some(Phase::Dns),
        call: None,
        words: format!("DNS answer of {nameserver} for {host}"),
        plan: it.to_string(),
        on: vec![FactKey::Resolver],
        beside: vec![],
    }

    /// What a client may do, asked with its own token.
    Grants {
        /// The client.
        client: ClientRef,
    } = grants
    /// What a client may do.
    -> ApiFact<Grants> {
        effect: Reads,
        whose: Whose::Client(client),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/authorization/subjects/me", None, "authorization:readonly") }),
        words: format!("roles and permissions, {client}"),
        plan: format!("{}, {client}", run.call(it, client.object())),
        on: run.with_token(client),
        beside: vec![],
    }

    /// Another ClientHello at an address.
    Hello {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
        /// The route.
        route: Route = Route::Direct,
        /// Which ClientHello.
        variant: HelloVariant,
    } = hello
    /// Another ClientHello at an address.
    -> HelloFact {
        effect: Reads,
        whose: Whose::Address(endpoint, *address, route),
        phase: Some(Phase::Tls),
        call: None,
        words: format!("{variant} to {endpoint} at {address}"),
        plan: it.to_string(),
        on: vec![FactKey::socket(endpoint, *address, route)],
        beside: vec![],
    }

    /// What the hosts file says of a host.
    HostsFile {
        /// The host.
        host: Host,
    } = hosts_file
    /// What the hosts file says of a host.
    -> HostsFileFact {
        effect: Local,
        whose: Whose::Host(host),
        phase: None,
        call: None,
        words: format!("hosts file on {host}"),
        plan: format!("read the entries for {host} in the hosts file of this host"),
        on: vec![],
        beside: vec![],
    }

    /// All identity providers of the organisation.
    Idps {
        /// The object.
        object: ObjectId,
    } = idps
    /// All identity providers.
    -> ApiFact<IdentityProviders> {
        effect: Reads,
        whose: Whose::Organization(*object),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/identityproviders", Some("sso:provider:view"), "identity-providers:readonly") }),
        words: "identity providers",
        plan: run.call(it, *object),
        on: run.api(*object),
        beside: vec![],
    }

    /// The person that a token is for.
    Me {
        /// The object.
        object: ObjectId,
    } = me
    /// The person that a token is for.
    -> ApiFact<Person> {
        effect: Reads,
        whose: Whose::Person(*object),
        phase: Some(Phase::Http),
        call: Some(const {
            &ApiCall {
                call: "GET /api/v2/users/me",
                permission: None,
                scope: "users:readonly",
                certainty: Mark::Inferred,
                source: "every person may read who they are; the scope is named like those of the other calls",
            }
        }),
        words: "person who logged in",
        plan: format!("{}, the person who logged in", run.call(it, *object)),
        on: run.with_token(&ClientRef::Person { object: *object }),
        beside: vec![],
    }

    /// An option of the object itself: given, never gathered; causes name it as what is broken.
    Option {
        /// The object.
        object: ObjectId,
        /// The section.
        section: Name,
        /// The option.
        option: Name,
    } = option {
        effect: Local,
        whose: Whose::Object(*object),
        phase: None,
        call: None,
        words: format!("option {section}/{option}"),
        plan: it.to_string(),
        on: vec![],
        beside: vec![],
    }

    /// The organisation, as the API describes it.
    Organization {
        /// The object.
        object: ObjectId,
    } = organization
    /// The organisation.
    -> ApiFact<Organization> {
        effect: Reads,
        whose: Whose::Organization(*object),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/organizations/me", None, "organization:readonly") }),
        words: "organisation",
        plan: run.call(it, *object),
        on: run.api(*object),
        beside: vec![],
    }

    /// How far packets get on the way to an address; gathered after a connection failed.
    Path {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
    } = path
    /// How far packets get.
    -> PathFact {
        effect: Reads,
        whose: Whose::Host(&endpoint.host),
        phase: Some(Phase::Tcp),
        call: None,
        words: format!("path to {endpoint} at {address}"),
        plan: format!("look for the hops on the way to {endpoint} at {address}, and ask one other port of it"),
        on: vec![FactKey::tcp(endpoint, *address)],
        beside: vec![],
    }

    /// The permissions of a domain that exist in the organisation.
    Permissions {
        /// The object.
        object: ObjectId,
        /// The domain, such as `journey`.
        domain: Outside,
    } = permissions
    /// The permissions of a domain.
    -> ApiFact<Permissions> {
        effect: Reads,
        whose: Whose::Organization(*object),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/authorization/permissions", None, "authorization:readonly") }),
        words: format!("permissions of domain {} in the organisation", domain.shown(40)),
        plan: format!("{} of domain {}", run.call(it, *object), domain.shown(40)),
        on: run.api(*object),
        beside: vec![],
    }

    /// The decoded and, if possible, decrypted `saml/pkey`.
    PrivateKey {
        /// The object.
        object: ObjectId,
    } = private_key
    /// The decrypted key.
    -> PrivateKeyFact {
        effect: Local,
        whose: Whose::Object(*object),
        phase: Some(Phase::Local),
        call: None,
        words: "saml/pkey, decrypted",
        plan: "decode saml/pkey and decrypt it with saml/password, in memory",
        on: vec![FactKey::option(*object, "saml", "pkey"), FactKey::option(*object, "saml", "password")],
        beside: vec![],
    }

    /// The products enabled in the organisation.
    Products {
        /// The object.
        object: ObjectId,
    } = products
    /// The products of the organisation.
    -> ApiFact<Products> {
        effect: Reads,
        whose: Whose::Organization(*object),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/authorization/products", None, "authorization:readonly") }),
        words: "products of the organisation",
        plan: run.call(it, *object),
        on: run.api(*object),
        beside: vec![],
    }

    /// The `PureEngage` identity provider.
    PureengageIdp {
        /// The object.
        object: ObjectId,
    } = pureengage_idp
    /// The `PureEngage` identity provider.
    -> ApiFact<IdentityProvider> {
        effect: Reads,
        whose: Whose::Organization(*object),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/identityproviders/pureengage", Some("sso:provider:view"), "identity-providers:readonly") }),
        words: "PureEngage identity provider",
        plan: run.call(it, *object),
        on: run.api(*object),
        beside: vec![],
    }

    /// Whether any address of an endpoint accepts TCP.
    Reach {
        /// The endpoint.
        endpoint: Endpoint,
    } = reach
    /// Whether any address of an endpoint accepts TCP.
    -> ReachFact {
        effect: Reads,
        whose: Whose::Host(&endpoint.host),
        phase: Some(Phase::Tcp),
        call: None,
        words: format!("TCP to any address of {endpoint}"),
        plan: format!("open a TCP connection to every address of {endpoint}, and send nothing"),
        on: vec![FactKey::addresses(&endpoint.host)],
        beside: vec![FactKey::routing(endpoint)],
    }

    /// The second look at the object's source after something was refused.
    Reread {
        /// The object.
        object: ObjectId,
    } = reread
    /// The second look at the object's source.
    -> RereadFact {
        effect: Local,
        whose: Whose::Object(*object),
        phase: None,
        call: None,
        words: "second reading of the object",
        plan: it.to_string(),
        on: vec![],
        beside: vec![],
    }

    /// The nameservers of this host.
    Resolver = resolver
    /// The nameservers.
    -> ResolverFact {
        effect: Local,
        whose: Whose::Machine,
        phase: None,
        call: None,
        words: "nameservers of this host",
        plan: "read the nameservers of this host",
        on: vec![],
        beside: vec![],
    }

    /// The roles of the organisation.
    Roles {
        /// The object.
        object: ObjectId,
    } = roles
    /// The roles of the organisation.
    -> ApiFact<Roles> {
        effect: Reads,
        whose: Whose::Organization(*object),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/authorization/roles", Some("authorization:role:view"), "authorization:readonly") }),
        words: "roles of the organisation",
        plan: run.call(it, *object),
        on: run.api(*object),
        beside: vec![],
    }

    /// How the route to an endpoint was chosen.
    Routing {
        /// The endpoint.
        endpoint: Endpoint,
    } = routing
    /// How a route was chosen.
    -> RoutingFact {
        effect: Local,
        whose: Whose::Host(&endpoint.host),
        phase: None,
        call: None,
        words: format!("route to {endpoint}"),
        plan: it.to_string(),
        on: vec![],
        beside: vec![],
    }

    /// A login with a signed assertion, as a person.
    SamlLogin {
        /// The object.
        object: ObjectId,
    } = saml_login
    /// A login with a signed assertion.
    -> SamlLoginFact {
        effect: MayCreateUser,
        whose: Whose::Person(*object),
        phase: Some(Phase::Http),
        call: None,
        words: "login with a signed assertion",
        plan: format!(
            "{}, saml2-bearer, with an assertion for the user of --saml-user, client of [saml_auth]",
            run.token_request(*object)
        ),
        on: run.login(*object),
        beside: {
            // What a login brings is read, and then its token is ended.
            let person = ClientRef::Person { object: *object };
            vec![FactKey::me(*object), FactKey::token_info(&person), FactKey::token_end(person)]
        },
    }

    /// The system's own look-up of a host.
    SystemLookup {
        /// The host.
        host: Host,
    } = system_lookup
    /// The system's own look-up.
    -> SystemLookupFact {
        effect: Reads,
        whose: Whose::Host(host),
        phase: Some(Phase::Dns),
        call: None,
        words: format!("this system's look-up of {host}"),
        plan: format!("let this system look {host} up as its programs do (getaddrinfo), for comparison"),
        on: vec![],
        beside: vec![],
    }

    /// A TCP connection to one address.
    Tcp {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
        /// The route.
        route: Route = Route::Direct,
    } = tcp
    /// One TCP connection.
    -> TcpFact {
        effect: Reads,
        whose: Whose::Address(endpoint, *address, route),
        phase: Some(Phase::Tcp),
        call: None,
        words: format!("TCP to {endpoint} at {address}"),
        plan: it.to_string(),
        on: vec![FactKey::addresses(&endpoint.host)],
        beside: vec![],
    }

    /// A TLS handshake with one address; on a route through a proxy, the proxy's address.
    Tls {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
        /// The route.
        route: Route = Route::Direct,
    } = tls
    /// One TLS handshake.
    -> TlsFact {
        effect: Reads,
        whose: Whose::Address(endpoint, *address, route),
        phase: Some(Phase::Tls),
        call: None,
        words: match route {
            Route::Direct => format!("TLS with {endpoint} at {address}"),
            Route::Proxy(_) => format!("TLS with {endpoint} {route}"),
        },
        plan: it.to_string(),
        on: vec![FactKey::socket(endpoint, *address, route)],
        beside: vec![],
    }

    /// A client-credentials token.
    Token {
        /// The client.
        client: ClientRef,
    } = token
    /// A token request.
    -> TokenFact {
        effect: MintsToken,
        whose: Whose::Client(client),
        phase: Some(Phase::Http),
        call: None,
        words: format!("token, {client}"),
        plan: format!("{}, client_credentials, {client}", run.token_request(client.object())),
        on: run.token(client),
        beside: vec![],
    }

    /// The end of a token, when all that was to be read with it is read.
    TokenEnd {
        /// The client.
        client: ClientRef,
    } = token_end
    /// The end of a token.
    -> TokenEndFact {
        effect: EndsToken,
        whose: Whose::Client(client),
        phase: Some(Phase::Http),
        call: Some(const { &documented("DELETE /api/v2/tokens/me", None, "user-basic-info") }),
        words: format!("end of the token, {client}"),
        plan: format!("{}, {client}", run.call(it, client.object())),
        on: run.with_token(client),
        beside: vec![],
    }

    /// What the API says about a token and its client.
    TokenInfo {
        /// The client.
        client: ClientRef,
    } = token_info
    /// A token's info.
    -> ApiFact<TokenInfo> {
        effect: Reads,
        whose: Whose::Client(client),
        phase: Some(Phase::Http),
        call: Some(const { &documented("GET /api/v2/tokens/me", None, "user-basic-info") }),
        words: format!("token info, {client}"),
        plan: format!("{}, {client}", run.call(it, client.object())),
        on: run.with_token(client),
        beside: vec![],
    }

    /// A proxy's answer to CONNECT, at one address of the proxy.
    Tunnel {
        /// The endpoint asked for.
        endpoint: Endpoint,
        /// The proxy's address.
        address: IpAddr,
        /// The route.
        route: Route = Route::Direct,
    } = tunnel
    /// A proxy's answer to CONNECT.
    -> TunnelFact {
        effect: Reads,
        whose: Whose::Address(endpoint, *address, route),
        phase: Some(Phase::Proxy),
        call: None,
        words: format!("tunnel to {endpoint} {route}"),
        plan: it.to_string(),
        on: to_proxy(*address, route),
        beside: vec![],
    }

    /// What a host answers to a plain request for `/`.
    Web {
        /// The endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route = Route::Direct,
    } = web
    /// What a host answers to a plain request.
    -> HttpFact {
        effect: Reads,
        whose: Whose::Endpoint(endpoint, route),
        phase: Some(Phase::Http),
        call: None,
        words: format!("answer of https://{endpoint}/"),
        plan: format!("GET https://{endpoint}/"),
        on: vec![FactKey::connection(endpoint).by(route)],
        beside: vec![],
    }
}
