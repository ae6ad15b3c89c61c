//! The faults that the sandbox can play: what each changes, and which root cause it must be diagnosed as.

use super::cloud::{EWT_CLIENT, ISSUER, ORG_NAME, Provider, SAML2_BEARER};
use super::dns::NameAnswer;
use super::door::{Door, SECOND_ADDRESS};
use super::gateway::Answers;
use super::material::Which;
use super::setup::Setup;
use super::tls::{Leaf, Offer};

/// One way in which the sandbox differs from a healthy integration.
pub struct Fault {
    /// Its name on the command line.
    pub name: &'static str,
    /// Where it lies: `object`, `dns`, `tcp`, `tls`, `http`, `oauth`, `organisation`, `idp`, or `none` when nothing is wrong.
    pub area: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// The ids of the causes that must be diagnosed; empty when no cause is promised.
    pub causes: &'static [&'static str],
    /// Nothing is wrong: a variation that every check must bear.
    pub healthy: bool,
    pub(super) twist: fn(&mut Setup),
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Fault").field(&self.name).finish()
    }
}

/// All faults, in the order in which an integration meets them.
pub fn faults() -> &'static [Fault] {
    FAULTS
}

/// The fault of a name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

const fn one(
    area: &'static str,
    name: &'static str,
    causes: &'static [&'static str],
    about: &'static str,
    twist: fn(&mut Setup),
) -> Fault {
    Fault {
        name,
        area,
        about,
        causes,
        healthy: false,
        twist,
    }
}

const fn fine(name: &'static str, about: &'static str, twist: fn(&mut Setup)) -> Fault {
    Fault {
        name,
        area: "none",
        about,
        causes: &[],
        healthy: true,
        twist,
    }
}

/// Waits that are long for the loopback interface and short for a person.
const SHORT: [&str; 4] = ["--connect-timeout", "1s", "--timeout", "3s"];

static FAULTS: &[Fault] = &[
    fine("http1-only", "The hosts speak HTTP/1.1 only.", |s| {
        s.login.offer = Offer::Http1;
        s.api.offer = Offer::Http1;
    }),
    fine("tls12-only", "The hosts speak TLS 1.2 only.", |s| {
        s.login.offer = Offer::Tls12;
        s.api.offer = Offer::Tls12;
    }),
    fine(
        "many-providers",
        "The organisation has more identity providers than one page holds.",
        |s| {
            s.many_providers();
        },
    ),
    one(
        "object",
        "missing-option",
        &["object-incomplete"],
        "general/organization_id is not in the object.",
        |s| {
            s.sample.remove("general", "organization_id");
        },
    ),
    one(
        "object",
        "missing-section",
        &["object-incomplete"],
        "Section [saml] is not in the object.",
        |s| {
            s.sample.remove_section("saml");
        },
    ),
    one(
        "object",
        "wrong-type",
        &["object-wrong-type"],
        "The transaction is of type Macro instead of List.",
        |s| {
            s.sample.transaction_type = 22;
        },
    ),
    one(
        "object",
        "url-without-slash",
        &["url-malformed"],
        "base_service_url lacks its final slash.",
        |s| {
            s.sample.set(
                "general",
                "base_service_url",
                "https://api.mypurecloud.de/api",
            );
        },
    ),
    one(
        "object",
        "region-pair",
        &["region-mismatch"],
        "base_service_url names Dublin, base_auth_url Frankfurt.",
        |s| {
            s.sample.set(
                "general",
                "base_service_url",
                "https://api.mypurecloud.ie/api/",
            );
        },
    ),
    one(
        "object",
        "certificate-expired",
        &["certificate-expired"],
        "saml/certificate expired a month ago.",
        |s| {
            s.material.valid_days = (-760, -30);
        },
    ),
    one(
        "object",
        "key-wrong-password",
        &["key-does-not-open"],
        "saml/password does not open saml/pkey.",
        |s| {
            s.sample.set("saml", "password", "Not-The-Pass&Phrase-4711");
        },
    ),
    one(
        "object",
        "key-other-certificate",
        &["key-certificate-mismatch"],
        "saml/pkey belongs to another certificate.",
        |s| {
            s.material.pkey = Which::Second;
        },
    ),
    one(
        "object",
        "certificate-and-key-swapped",
        &["certificate-and-key-swapped"],
        "saml/certificate and saml/pkey stand in each other's place.",
        |s| {
            s.material.swapped = true;
        },
    ),
    one(
        "dns",
        "nxdomain",
        &["name-does-not-resolve"],
        "The nameserver says that the API host does not exist.",
        |s| {
            s.name_answers(&["api"], &NameAnswer::NxDomain);
        },
    ),
    one(
        "dns",
        "servfail",
        &["name-does-not-resolve"],
        "The nameserver fails (SERVFAIL).",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::ServFail);
        },
    ),
    one(
        "dns",
        "dns-refused",
        &["name-does-not-resolve"],
        "The nameserver refuses to answer (REFUSED).",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::Refused);
        },
    ),
    one(
        "dns",
        "dns-silent",
        &["name-does-not-resolve"],
        "The nameserver never answers.",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::Silence);
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tcp",
        "tcp-refused",
        &["tcp-refused"],
        "The API host refuses connections.",
        |s| {
            s.api.door = Door::Refuses;
        },
    ),
    one(
        "tcp",
        "tcp-black-hole",
        &["tcp-blocked"],
        "Connections to the API host are dropped without an answer.",
        |s| {
            s.api.door = Door::BlackHole;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tcp",
        "one-address-refused",
        &["address-partly-unreachable"],
        "One of the API host's two addresses refuses connections.",
        |s| {
            s.api.second_address = true;
            let addresses = vec![std::net::Ipv4Addr::LOCALHOST, SECOND_ADDRESS];
            s.name_answers(&["api"], &NameAnswer::Addresses(addresses));
        },
    ),
    one(
        "tls",
        "tls-unknown-ca",
        &["tls-not-trusted"],
        "A device re-signs the certificates with an authority that is not trusted.",
        |s| {
            s.login.leaf = Leaf::Rogue;
            s.api.leaf = Leaf::Rogue;
        },
    ),
    one(
        "tls",
        "tls-expired",
        &["tls-certificate-expired"],
        "The API host's certificate has expired.",
        |s| {
            s.api.leaf = Leaf::Expired;
        },
    ),
    one(
        "tls",
        "tls-wrong-name",
        &["tls-name-mismatch"],
        "The API host shows a certificate for another name.",
        |s| {
            s.api.leaf = Leaf::OtherName;
        },
    ),
    one(
        "tls",
        "tls-not-tls",
        &["tls-interrupted"],
        "The API host answers the handshake in plain HTTP.",
        |s| {
            s.api.door = Door::NotTls;
        },
    ),
    one(
        "tls",
        "tls-silent",
        &["tls-interrupted"],
        "The API host accepts the connection and never answers the handshake.",
        |s| {
            s.api.door = Door::Silent;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tls",
        "tls-reset",
        &["tls-interrupted"],
        "The connection to the API host is reset in the handshake.",
        |s| {
            s.api.door = Door::Resets;
        },
    ),
    one(
        "http",
        "block-page",
        &["not-the-genuine-service"],
        "A web filter answers for the API host with its block page.",
        |s| {
            s.api.answers = Answers::BlockPage;
        },
    ),
    one(
        "http",
        "captive-portal",
        &["not-the-genuine-service"],
        "A captive portal redirects every request to its login page.",
        |s| {
            s.login.answers = Answers::Portal;
            s.api.answers = Answers::Portal;
        },
    ),
    one(
        "http",
        "other-region-answers",
        &["region-mismatch"],
        "The auth host of Frankfurt is answered by Dublin.",
        |s| {
            s.login.region = super::setup::OTHER_REGION;
        },
    ),
    one(
        "http",
        "http-stall",
        &["service-error"],
        "The API host takes requests and never answers them.",
        |s| {
            s.api.answers = Answers::Stall;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "server-error",
        &["service-error"],
        "The API answers 503 to everything.",
        |s| {
            s.api.answers = Answers::Unavailable;
        },
    ),
    one(
        "http",
        "clock-skew",
        &["clock-skew"],
        "The service's clock is 90 seconds ahead of this host's.",
        |s| {
            s.login.skew = 90;
            s.api.skew = 90;
        },
    ),
    one(
        "http",
        "endless-headers",
        &[],
        "The API host answers with headers that never end.",
        |s| {
            s.api.answers = Answers::EndlessHeaders;
            s.api.offer = Offer::Http1;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "huge-body",
        &[],
        "The auth host answers with gigabytes.",
        |s| {
            s.login.answers = Answers::HugeBody;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "drip",
        &[],
        "The API host answers one byte a second.",
        |s| {
            s.api.answers = Answers::Drip;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "oauth",
        "wrong-secret",
        &["wrong-secret"],
        "ewt/password is not the client's secret.",
        |s| {
            s.sample.set(
                "ewt",
                "password",
                "0utdated-secret-of-the-ewt-client-4711-abcdef",
            );
        },
    ),
    one(
        "oauth",
        "unknown-client",
        &["unknown-client"],
        "ewt/client_id names a client that does not exist.",
        |s| {
            s.sample
                .set("ewt", "client_id", "99999999-aaaa-4bbb-8ccc-999999999999");
        },
    ),
    one(
        "oauth",
        "client-disabled",
        &["client-disabled"],
        "The client of [ewt] is disabled.",
        |s| {
            s.client(|client| client.state = "disabled");
        },
    ),
    one(
        "oauth",
        "wrong-grant-type",
        &["wrong-grant-type"],
        "The client of [ewt] was made for SAML2 bearer.",
        |s| {
            s.client(|client| client.grant = SAML2_BEARER);
        },
    ),
    one(
        "oauth",
        "rate-limited",
        &["rate-limited"],
        "The token endpoint answers 429 every time.",
        |s| {
            s.cloud.throttled = true;
        },
    ),
    one(
        "organisation",
        "other-organisation",
        &["organization-mismatch"],
        "The client belongs to another organisation.",
        |s| {
            s.cloud.org_id = "66666666-7777-4888-8999-aaaaaaaaaaaa";
            s.cloud.org_name = "Other Company AG";
            s.cloud.org_short_name = "other-company";
        },
    ),
    one(
        "organisation",
        "short-name",
        &["organization-mismatch"],
        "organization_sname holds the organisation's long name.",
        |s| {
            s.sample.set("general", "organization_sname", ORG_NAME);
        },
    ),
    one(
        "organisation",
        "role-missing",
        &["role-missing"],
        "The agents' role has another name in the organisation.",
        |s| {
            s.rename_agent_role();
        },
    ),
    one(
        "organisation",
        "permission-missing",
        &[],
        "The client of [ewt] may read neither identity providers nor roles.",
        |s| {
            s.client(|client| client.permissions.clear());
        },
    ),
    one(
        "idp",
        "idp-missing",
        &["idp-missing"],
        "The organisation has no PureEngage identity provider.",
        |s| {
            s.cloud
                .providers
                .retain(|provider| provider.id != super::cloud::PUREENGAGE);
        },
    ),
    one(
        "idp",
        "idp-disabled",
        &["idp-disabled"],
        "The PureEngage identity provider is disabled.",
        |s| {
            s.pureengage(|provider| provider.disabled = true);
        },
    ),
    one(
        "idp",
        "auto-provisioning-off",
        &["auto-provisioning-off"],
        "The identity provider does not provision users.",
        |s| {
            s.pureengage(|provider| provider.auto_provision = false);
        },
    ),
    one(
        "idp",
        "issuer-mismatch",
        &["issuer-mismatch"],
        "The identity provider's issuer begins with http, the object's with https.",
        |s| {
            s.other_issuer();
        },
    ),
    one(
        "idp",
        "issuer-not-unique",
        &["issuer-not-unique"],
        "Another identity provider, on the listing's last page, has the same issuer.",
        |s| {
            s.many_providers();
            let twin = Provider::other("twin", "Engage test", ISSUER);
            s.cloud.providers.push(twin);
        },
    ),
    one(
        "idp",
        "idp-certificate",
        &["idp-certificate-mismatch"],
        "The identity provider holds another certificate.",
        |s| {
            s.material.provider = Which::Second;
        },
    ),
    one(
        "none",
        "two-faults",
        &["issuer-mismatch", "role-missing"],
        "Two independent faults: the issuer differs, and a role is missing.",
        |s| {
            s.other_issuer();
            s.rename_agent_role();
        },
    ),
];

impl Setup {
    fn client(&mut self, change: impl FnOnce(&mut super::cloud::Client)) {
        if let Some(client) = self.cloud.client_mut(EWT_CLIENT) {
            change(client);
        }
    }

    fn pureengage(&mut self, change: impl FnOnce(&mut Provider)) {
        if let Some(provider) = self.cloud.pureengage_mut() {
            change(provider);
        }
    }

    fn other_issuer(&mut self) {
        self.pureengage(|provider| provider.issuer = ISSUER.replacen("https", "http", 1));
    }

    /// The old name stays a part of the new one, so that a search finds it and only an exact comparison does not.
    fn rename_agent_role(&mut self) {
        for role in &mut self.cloud.roles {
            if role.name == "AI Agent" {
                role.name = "AI Agent (2024)".into();
            }
        }
    }

    fn many_providers(&mut self) {
        for number in 1..=30 {
            let id = format!("integration-{number:02}");
            let issuer = format!("https://sso{number:02}.acme.example/metadata");
            let provider = Provider::other(&id, &format!("Integration {number:02}"), &issuer);
            self.cloud.providers.push(provider);
        }
    }

    fn name_answers(&mut self, hosts: &[&str], answer: &NameAnswer) {
        for host in hosts {
            let name = format!("{host}.{}", super::setup::REGION);
            self.zone.0.insert(name, answer.clone());
        }
    }
}
