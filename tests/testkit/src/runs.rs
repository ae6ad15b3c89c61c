//! Canned run documents, of every kind that a report must be able to show. Times, versions and places are fixed.

use hybridcheck_core::check::{CheckId, Subject};
use hybridcheck_core::endpoint::{Endpoint, Host, Proof, Route};
use hybridcheck_core::facts::{FactKey, Gap};
use hybridcheck_core::finding::{Evidence, Judgement, Owner};
use hybridcheck_core::object::{Folder, Form, Known, Note, ObjectId, Place, Stranger, Tenant};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{
    CatalogueEntry, Coverage, EndpointProof, Invocation, ObjectSummary, Run, SCHEMA, Tool, Verdict,
};
use hybridcheck_core::time::{Timestamp, Took};

mod blocked;
mod facts;
mod hostile;

pub use blocked::blocked;
pub use hostile::hostile;

/// The auth endpoint of the canned objects.
const AUTH: &str = "login.mypurecloud.de";
/// Their API endpoint.
const API: &str = "api.mypurecloud.de";
const INPUT: &str = "object.xml";

/// Everything is well; one thing is worth knowing, and one optional thing was not asked.
#[expect(clippy::too_many_lines, reason = "a list of rows")]
pub fn healthy() -> Run {
    let auth = endpoint(AUTH);
    let api = endpoint(API);
    let mut run = run(Verdict::Ready, vec![object(0, "Environment", INPUT)]);
    run.rows = vec![
        row(
            "object-name",
            Subject::Object,
            "The object is named hybrid_integration",
            Judgement::pass("name and alias are `hybrid_integration`"),
        ),
        row(
            "object-folder",
            Subject::Object,
            "The object lies in a folder that Engage components read",
            Judgement::note(
                "it lies in folder Transactions of Environment; older texts name the folder Scripts",
                "nothing, as long as all components find it",
                Owner::EngageAdmin,
            ),
        ),
        row(
            "general-organization-id",
            Subject::option("general", "organization_id"),
            "The organisation id is a GUID",
            Judgement::pass("`00000000-1111-4222-8333-444444444444`"),
        ),
        row(
            "general-same-region",
            Subject::section("general"),
            "Both URLs are of one region",
            Judgement::pass("eu-central-1 (Frankfurt)"),
        ),
        row(
            "saml-certificate-expiry",
            Subject::option("saml", "certificate"),
            "The certificate is valid and does not expire soon",
            Judgement::pass("valid until 2029-06-04 (871 days left)"),
        ),
        row(
            "services-redirect",
            Subject::section("saml_auth"),
            "A redirect URI is registered",
            Judgement::not_applicable("the client of saml_auth uses the SAML2-bearer grant"),
        ),
        row(
            "network-resolves",
            Subject::Endpoint {
                endpoint: auth.clone(),
            },
            "The host resolves at every nameserver",
            Judgement::pass("3.64.10.1 and 3.64.10.2 at 10.0.0.53:53"),
        ),
        row(
            "network-tcp",
            Subject::Endpoint {
                endpoint: auth.clone(),
            },
            "TCP connects to every address",
            Judgement::pass("connected to 3.64.10.1 and 3.64.10.2 within 14 ms"),
        ),
        row(
            "network-tcp",
            Subject::Endpoint {
                endpoint: api.clone(),
            },
            "TCP connects to every address",
            Judgement::pass("connected to 3.64.20.1 within 12 ms"),
        ),
        row(
            "tls-trusted",
            Subject::Endpoint {
                endpoint: auth.clone(),
            },
            "The certificate chain is genuine",
            Judgement::pass("TLSv1_3, chain ends at an Amazon root"),
        ),
        row(
            "oauth-token",
            Subject::section("ewt"),
            "The client gets a token",
            Judgement::pass("a token was issued"),
        ),
        gap_row(
            "roles-exist",
            Subject::option("general", "default_admin_role_name"),
            "The role exists",
            Gap::NoMeans {
                what: "no client was given that may read roles".into(),
            },
            false,
        ),
    ];
    run.coverage = Coverage {
        endpoints: vec![
            proof(&auth, Proof::GenuineAnswer),
            proof(&api, Proof::GenuineAnswer),
        ],
        behind: Vec::new(),
        unproven: unproven(),
        requests: 9,
    };
    run.facts = facts::of_healthy();
    complete(run)
}

/// Nothing failed, but two objects leave questions open for every usual reason.
#[expect(clippy::too_many_lines, reason = "a list of rows")]
pub fn incomplete() -> Run {
    let objects = vec![
        object(0, "Environment", INPUT),
        object(1, "Sales", "sales.cfg"),
    ];
    let mut run = run(Verdict::Incomplete, objects);
    run.invocation.inputs.push("sales.cfg".into());
    run.invocation.only = vec![
        "saml".into(),
        "idp-*".into(),
        "roles-exist".into(),
        "network".into(),
    ];
    run.objects[1].form = Form::OptionFile;
    run.objects[1].notes.push(Note {
        text: "read as Windows-1252, because it is no valid UTF-8".into(),
        place: Place::whole("sales.cfg"),
    });
    run.strangers.push(Stranger {
        kind: "16".into(),
        tenant: Some(Tenant {
            dbid: Some(101),
            name: Some("Resources".into()),
        }),
        place: Place::line(INPUT, 210),
    });
    let denied = Gap::Denied {
        permissions: vec!["sso:provider:view".into(), "sso:provider:edit".into()],
        call: "GET /api/v2/identityproviders/pureengage".into(),
    };
    let hidden = Gap::Hidden {
        option: "saml/password".into(),
    };
    let mut second = gap_row(
        "saml-key-opens",
        Subject::option("saml", "pkey"),
        "The password opens the private key",
        Gap::NotInForm {
            what: "section saml was not exported".into(),
        },
        true,
    );
    second.object = ObjectId(1);
    let mut offline = gap_row(
        "network-resolves",
        Subject::Endpoint {
            endpoint: endpoint(AUTH),
        },
        "The host resolves at every nameserver",
        Gap::Offline,
        true,
    );
    offline.object = ObjectId(1);
    let mut warned = row(
        "saml-expire-time",
        Subject::option("saml", "expire_time"),
        "The token life is a whole number of hours from 1 to 48",
        Judgement::warn(
            "1 to 48 hours",
            "`72`",
            "Set saml/expire_time to 24.",
            Owner::EngageAdmin,
        )
        .at(&Place::line("sales.cfg", 14)),
    );
    warned.object = ObjectId(1);
    run.rows = vec![
        row(
            "saml-certificate-expiry",
            Subject::option("saml", "certificate"),
            "The certificate is valid and does not expire soon",
            Judgement::pass("valid until 2029-06-04 (871 days left)"),
        ),
        gap_row(
            "saml-key-opens",
            Subject::option("saml", "pkey"),
            "The password opens the private key",
            hidden,
            true,
        ),
        gap_row(
            "idp-issuer-matches",
            Subject::option("saml", "issuer"),
            "The issuer equals the provider's issuer",
            denied.clone(),
            true,
        ),
        gap_row(
            "idp-certificate-matches",
            Subject::option("saml", "certificate"),
            "The provider holds this certificate",
            denied,
            true,
        ),
        gap_row(
            "roles-exist",
            Subject::option("general", "default_admin_role_name"),
            "The role exists",
            Gap::TimedOut {
                waited: Took(std::time::Duration::from_secs(60)),
                flag: "--timeout".into(),
            },
            false,
        ),
        second,
        warned,
        offline,
    ];
    run.coverage.unproven = unproven();
    complete(run)
}

/// Ended by Ctrl-C, with one failure known already.
pub fn interrupted() -> Run {
    let mut run = run(Verdict::Interrupted, vec![object(0, "Environment", INPUT)]);
    run.rows = vec![
        row(
            "object-name",
            Subject::Object,
            "The object is named hybrid_integration",
            Judgement::pass("name and alias are `hybrid_integration`"),
        ),
        row(
            "general-service-url",
            Subject::option("general", "base_service_url"),
            "The service URL ends in /api/",
            Judgement::fail(
                "`https://api.mypurecloud.de/api/`",
                "`https://api.mypurecloud.de/api`, without the last slash",
                "Set general/base_service_url to `https://api.mypurecloud.de/api/`.",
                Owner::EngageAdmin,
            )
            .at(&Place::line(INPUT, 19)),
        ),
        gap_row(
            "network-tcp",
            Subject::Endpoint {
                endpoint: endpoint(API),
            },
            "TCP connects to every address",
            Gap::Interrupted,
            true,
        ),
        gap_row(
            "tls-trusted",
            Subject::Endpoint {
                endpoint: endpoint(API),
            },
            "The certificate chain is genuine",
            Gap::Interrupted,
            true,
        ),
    ];
    run.coverage.endpoints = vec![proof(&endpoint(API), Proof::Resolves)];
    complete(run)
}

fn run(verdict: Verdict, objects: Vec<ObjectSummary>) -> Run {
    Run {
        schema: SCHEMA,
        tool: Tool {
            name: "hybridcheck".into(),
            version: "0.1.0".into(),
            regions: "2026-11-23".into(),
        },
        invocation: Invocation {
            command: "check".into(),
            inputs: vec![INPUT.into()],
            ..Invocation::default()
        },
        started: Timestamp::from_unix(1_795_435_200),
        took: Took(std::time::Duration::from_millis(3_217)),
        as_of: Timestamp::from_unix(1_799_971_200),
        policy: Policy::default(),
        verdict,
        objects,
        strangers: Vec::new(),
        notes: Vec::new(),
        causes: Vec::new(),
        rows: Vec::new(),
        coverage: Coverage::default(),
        catalogue: Vec::new(),
        facts: Vec::new(),
    }
}

/// Fills the catalogue from the rows.
fn complete(mut run: Run) -> Run {
    for row in &run.rows {
        if run.catalogue.iter().any(|entry| entry.id == row.check) {
            continue;
        }
        let family = row.check.0.split('-').next().unwrap_or_default();
        run.catalogue.push(CatalogueEntry {
            id: row.check.clone(),
            family: family.to_owned(),
            title: row.title.clone(),
            why: "Without it, agents cannot log in.".into(),
        });
    }
    run
}

fn object(id: u16, tenant: &str, input: &str) -> ObjectSummary {
    let tenant = Tenant {
        dbid: (id == 0).then_some(1),
        name: Some(tenant.into()),
    };
    ObjectSummary {
        id: ObjectId(id),
        title: format!("hybrid_integration of {tenant}"),
        place: Place::line(input, 5),
        form: Form::CfgDataXml,
        tenant: Known::Stated(tenant.clone()),
        folder: Known::Stated(Folder {
            dbid: None,
            kind: Some("transaction".into()),
            path: vec!["Transactions".into()],
        }),
        dbid: Known::Stated(900 + u32::from(id)),
        serves: vec![tenant],
        region: Some("eu-central-1".into()),
        sections: ["general", "saml", "saml_auth", "ewt"]
            .map(String::from)
            .to_vec(),
        notes: Vec::new(),
    }
}

fn row(check: &str, subject: Subject, title: &str, judgement: Judgement) -> Row {
    Row {
        object: ObjectId(0),
        check: CheckId(check.into()),
        subject,
        title: title.into(),
        required: true,
        judgement,
        judged_on: vec![FactKey::Resolver],
        role: Role::Independent,
    }
}

fn gap_row(check: &str, subject: Subject, title: &str, gap: Gap, required: bool) -> Row {
    Row {
        required,
        ..row(check, subject, title, Judgement::open(gap))
    }
}

fn evidence(label: &str, value: &str) -> Evidence {
    Evidence {
        label: label.into(),
        value: value.into(),
    }
}

fn endpoint(host: &str) -> Endpoint {
    Endpoint {
        host: Host::of(host),
        port: 443,
    }
}

fn proof(endpoint: &Endpoint, proof: Proof) -> EndpointProof {
    EndpointProof {
        endpoint: endpoint.clone(),
        route: Route::Direct,
        proof,
    }
}

fn unproven() -> Vec<String> {
    vec![
        "Only this host was tested: another host may stand behind other firewall rules.".into(),
        "No login with SAML was made: whether a user is created with the right role is not proven."
            .into(),
    ]
}
