//! Scenarios that the sandbox does not play: the healthy object and its facts, spoiled in one place each.

#![expect(
    clippy::semicolon_if_nothing_returned,
    reason = "a table of one-line closures"
)]

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::facts::{
    ApiOutcome, CertificateFact, CertificateInfo, CertificateOutcome, ClientRef, Fact, FactKey,
    Facts, KeyAlgorithm, Person, Quirk, TokenEndFact, TokenInfo, Wrapping,
};
use hybridcheck_core::object::{
    Configuration, HybridObject, Known, ObjectId, Place, Stranger, Target,
};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::Row;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::{facts, objects};

const MOMENT: &str = "2026-11-23T12:00:00Z";

type Spoil = (&'static str, fn(&mut Configuration, &mut Facts));

fn object(configuration: &mut Configuration) -> &mut HybridObject {
    &mut configuration.objects[0]
}

fn set(configuration: &mut Configuration, section: &str, option: &str, value: &str) {
    let spoiled = objects::with(configuration.objects.remove(0), section, option, value);
    configuration.objects.insert(0, spoiled);
}

fn certificate(facts: &mut Facts, change: impl FnOnce(&mut CertificateFact)) {
    let key = FactKey::certificate(ObjectId(0));
    let mut fact = facts.certificate(&key).expect("a certificate").clone();
    change(&mut fact);
    *facts = facts::with_fact(std::mem::take(facts), key, Fact::from(fact));
}

fn first(facts: &mut Facts, change: impl FnOnce(&mut CertificateInfo)) {
    certificate(facts, |fact| {
        if let CertificateOutcome::Certificates { certificates } = &mut fact.outcome {
            change(&mut certificates[0]);
        }
    });
}

/// A host that a person named, and the page that it answers with.
fn named(configuration: &mut Configuration, facts: &mut Facts, page: &str) {
    let endpoint = Endpoint {
        host: Host::of("www.example"),
        port: 443,
    };
    object(configuration).targets.push(Target {
        endpoint: endpoint.clone(),
        role: None,
        tls: true,
        place: Place::whole("the command line"),
    });
    let key = FactKey::web(endpoint);
    let fact = facts::http("GET https://www.example/", 200, "text/html", page, false);
    *facts = facts::with_fact(std::mem::take(facts), key, Fact::from(fact));
}

const SPOILS: &[Spoil] = &[
    ("nothing", |_, _| {}),
    ("name", |c, _| {
        object(c).name = Known::Stated("Hybrid_Integration".into())
    }),
    ("alias", |c, _| {
        object(c).alias = Known::Stated("hybrid".into())
    }),
    ("state", |c, _| object(c).state = Known::Stated("2".into())),
    ("folder", |c, _| {
        if let Known::Stated(folder) = &mut object(c).folder {
            folder.kind = Some("agent_group".into());
            folder.path = vec!["Somewhere".into()];
        }
    }),
    ("tenants", |c, _| {
        let tenant = |dbid, name: &str| hybridcheck_core::object::Tenant {
            dbid: Some(dbid),
            name: Some(name.into()),
        };
        object(c).serves = vec![tenant(1, "Environment"), tenant(101, "A"), tenant(102, "B")];
    }),
    ("stranger", |c, _| {
        c.strangers.push(Stranger {
            kind: "16".into(),
            tenant: None,
            place: Place::line("object.xml", 99),
        });
    }),
    ("duplicate", |c, _| {
        let twin = object(c).sections[0].clone();
        object(c).sections.push(twin);
    }),
    ("piece", |c, _| {
        object(c).sections[1].options[1].missing_pieces = vec![2]
    }),
    ("masked", |c, _| set(c, "ewt", "password", "********")),
    ("misspelt section", |c, _| {
        object(c).sections[0].name = "generall".into()
    }),
    ("misspelt option", |c, _| {
        object(c).sections[0].options[0].name = "organisation_sname".into()
    }),
    ("blank in an id", |c, _| {
        set(
            c,
            "general",
            "organization_id",
            " 00000000-1111-4222-8333-444444444444",
        )
    }),
    ("no guid", |c, _| {
        set(c, "general", "organization_id", "acme")
    }),
    ("short name with blanks", |c, _| {
        set(c, "general", "organization_sname", "Acme Corporation Ltd")
    }),
    ("foreign host", |c, _| {
        set(
            c,
            "general",
            "base_auth_url",
            "https://login.us.genesys.cloud/oauth/token",
        )
    }),
    ("wrong auth path", |c, _| {
        set(
            c,
            "general",
            "base_auth_url",
            "http://login.mypurecloud.de/oauth/tokens",
        )
    }),
    ("issuer", |c, _| set(c, "saml", "issuer", "acme")),
    ("issuer with a blank", |c, _| {
        set(c, "saml", "issuer", " https://idp.acme.example/pureengage ")
    }),
    ("expire_time", |c, _| set(c, "saml", "expire_time", "100")),
    ("client id", |c, _| set(c, "ewt", "client_id", "not-a-guid")),
    ("client secret with a newline", |c, _| {
        set(c, "ewt", "password", "placeholder\n")
    }),
    ("missing client secret", |c, _| {
        set(c, "ewt", "password", "")
    }),
    ("missing saml option", |c, _| set(c, "saml", "issuer", "")),
    ("shared client", |c, _| {
        set(c, "pacing", "client_id", objects::EWT_CLIENT)
    }),
    ("no client section", |c, _| object(c).sections.truncate(2)),
    ("certificate expires soon", |_, f| {
        first(f, |info| {
            info.not_after = Timestamp::parse("2026-12-01").expect("a day")
        })
    }),
    ("certificate of tomorrow", |_, f| {
        first(f, |info| {
            info.not_before = Timestamp::parse("2027-12-01").expect("a day")
        })
    }),
    ("small key", |_, f| {
        first(f, |info| info.key = KeyAlgorithm::Rsa { bits: 1024 })
    }),
    ("sha1", |_, f| {
        first(f, |info| info.signature = "sha1WithRSAEncryption".into())
    }),
    ("ca flag", |_, f| first(f, |info| info.is_ca = !info.is_ca)),
    ("encoding", |_, f| {
        certificate(f, |fact| {
            fact.shape.wrapping = vec![Wrapping::Pem];
            fact.shape.quirks = vec![Quirk::FlattenedWithBlanks];
        });
    }),
    ("chain", |_, f| {
        certificate(f, |fact| {
            if let CertificateOutcome::Certificates { certificates } = &mut fact.outcome {
                let mut second = certificates[0].clone();
                second.sha256 = "00".repeat(32);
                certificates.push(second);
            }
        });
    }),
    ("client of another grant type", |c, f| {
        info(c, f, |info| {
            if let Some(client) = &mut info.client {
                client.authorized_grant_type = Some("CODE".into());
            }
        });
    }),
    ("client of another organisation", |c, f| {
        info(c, f, |info| {
            if let Some(organization) = &mut info.organization {
                organization.id = Some("99999999-1111-4222-8333-444444444444".into());
            }
        });
    }),
    ("inactive organisation of another platform", |c, f| {
        let mut organization = facts::organization(&c.objects[0]);
        organization.state = Some("inactive".into());
        organization.product_platform = Some("PureConnect".into());
        let key = FactKey::organization(ObjectId(0));
        let fact = facts::api(
            &facts::client("ewt"),
            "GET /api/v2/organizations/me",
            ApiOutcome::Found(organization),
        );
        *f = facts::with_fact(std::mem::take(f), key, Fact::from(fact));
    }),
    ("stale line in the hosts file", |c, f| {
        let host = c.objects[0].auth_endpoint().expect("an endpoint").host;
        let fact = facts::hosts_file(&[std::net::IpAddr::from([198, 51, 100, 7])]);
        *f = facts::with_fact(std::mem::take(f), FactKey::hosts_file(&host), fact);
    }),
    ("system without DNS", |c, f| {
        let host = c.objects[0].auth_endpoint().expect("an endpoint").host;
        let failed = hybridcheck_core::facts::SystemOutcome::Failed {
            error: "Name or service not known".into(),
        };
        let fact = facts::system_lookup(failed);
        *f = facts::with_fact(std::mem::take(f), FactKey::system_lookup(&host), fact);
    }),
    ("key as raw PEM", |_, f| {
        let key = FactKey::private_key(ObjectId(0));
        let mut fact = f.private_key(&key).expect("a key").clone();
        fact.shape.wrapping = vec![Wrapping::Pem];
        *f = facts::with_fact(std::mem::take(f), key, Fact::from(fact));
    }),
    ("a login that ends at another user", |_, f| {
        let other = Person {
            email: Some("someone.else@acme.example".into()),
            ..Person::default()
        };
        let fact = facts::api(&facts::person(), "GET …", ApiOutcome::Found(other));
        *f = facts::with_fact(std::mem::take(f), facts::me_key(), Fact::from(fact));
    }),
    ("a login whose token is of another grant type", |c, f| {
        let info = facts::token_info(&c.objects[0], "saml_auth");
        let fact = facts::api(&facts::person(), "GET …", ApiOutcome::Found(info));
        let key = facts::person_token_info_key();
        *f = facts::with_fact(std::mem::take(f), key, Fact::from(fact));
    }),
    ("a login whose token was not ended", |_, f| {
        let client = facts::person();
        let fact = TokenEndFact { status: None };
        let key = FactKey::token_end(client);
        *f = facts::with_fact(std::mem::take(f), key, Fact::from(fact));
    }),
    ("a client whose tokens live for an hour", |c, f| {
        let mut record = facts::client_record(&c.objects[0], "saml_auth");
        record.access_token_validity_seconds = Some(3_600);
        let found = ApiOutcome::Found(record);
        let fact = facts::api(&facts::client("ewt"), "GET …", found);
        let key = facts::client_record_key("saml_auth");
        *f = facts::with_fact(std::mem::take(f), key, Fact::from(fact));
    }),
    (
        "the tool's own client lives in the object's organisation",
        |c, f| tool_client(c, f, None),
    ),
    (
        "the tool's own client lives in another organisation",
        |c, f| tool_client(c, f, Some("99999999-1111-4222-8333-444444444444")),
    ),
    ("a host that a person named answers itself", |c, f| {
        named(c, f, "<title>Shop</title>")
    }),
    ("a filter answers for a host that a person named", |c, f| {
        named(c, f, "<title>Internet Security by Zscaler</title>")
    }),
];

fn info(configuration: &Configuration, facts: &mut Facts, change: impl FnOnce(&mut TokenInfo)) {
    let mut info = facts::token_info(&configuration.objects[0], "ewt");
    change(&mut info);
    let fact = facts::api(
        &facts::client("ewt"),
        "GET /api/v2/tokens/me",
        ApiOutcome::Found(info),
    );
    *facts = facts::with_fact(
        std::mem::take(facts),
        facts::token_info_key("ewt"),
        Fact::from(fact),
    );
}

/// The tool's own client takes part, in the object's organisation or in another.
fn tool_client(configuration: &Configuration, facts: &mut Facts, elsewhere: Option<&str>) {
    let mut info = facts::token_info(&configuration.objects[0], "ewt");
    if let (Some(id), Some(organization)) = (elsewhere, &mut info.organization) {
        organization.id = Some(id.into());
    }
    let fact = facts::api(&tool(), "GET /api/v2/tokens/me", ApiOutcome::Found(info));
    *facts = facts::with_fact(std::mem::take(facts), tool_key(), Fact::from(fact));
}

fn tool() -> ClientRef {
    ClientRef::Tool {
        object: ObjectId(0),
    }
}

fn tool_key() -> FactKey {
    FactKey::token_info(tool())
}

/// Every row of every spoiled scenario.
pub(crate) fn rows() -> Vec<Row> {
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let mut criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: Timestamp::parse(MOMENT).expect("a moment"),
        has_tool_client: false,
    };
    let mut rows = Vec::new();
    for (_, spoil) in SPOILS {
        let mut configuration = Configuration {
            objects: vec![objects::healthy()],
            ..Configuration::default()
        };
        configuration.settle();
        let mut facts = facts::healthy(&configuration.objects[0]);
        spoil(&mut configuration, &mut facts);
        criteria.has_tool_client = facts.holds(&tool_key());
        rows.extend(engine::judge(&configuration, &facts, &criteria).rows);
    }
    rows
}
