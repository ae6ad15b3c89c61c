//! A firewall drops the way to the auth host; a certificate has expired beside it.

use std::time::Duration;

use hybridcheck_core::cause::{Certainty, Diagnosis};
use hybridcheck_core::check::{CheckId, Subject};
use hybridcheck_core::endpoint::Proof;
use hybridcheck_core::facts::{FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{ObjectId, Place};
use hybridcheck_core::row::RowRef;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{Behind, Coverage, Run, Verdict};

use super::{
    API, AUTH, INPUT, complete, endpoint, facts, gap_row, object, proof, row, run, unproven,
};

/// One cause at the level of TCP with consequences, an independent failure and a warning beside it, and checks behind the wall.
pub fn blocked() -> Run {
    let (auth, api) = (endpoint(AUTH), endpoint(API));
    let tcp = FactKey::tcp(&auth, facts::address(0));
    let link = FactKey::connection(auth.clone());
    let at_auth = Subject::Endpoint {
        endpoint: auth.clone(),
    };
    let mut run = run(Verdict::NotReady, vec![object(0, "Environment", INPUT)]);
    let root = Row {
        role: Role::Root { cause: 0 },
        ..row(
            "network-tcp",
            at_auth.clone(),
            "TCP connects to every address",
            Judgement::fail(
                "a connection within 5 s",
                "no answer from 3.64.10.1 and 3.64.10.2 within 5.0 s, 2 tries each",
                "Allow outbound TCP 443 to login.mypurecloud.de.",
                Owner::NetworkTeam,
            )
            .at(&Place::line(INPUT, 18))
            .evidence("3.64.10.1:443", "no answer within 5.0 s")
            .evidence("3.64.10.2:443", "no answer within 5.0 s"),
        )
    };
    let behind = |check: &str, subject: Subject, title: &str, by: FactKey| Row {
        role: Role::Consequence { cause: 0 },
        ..gap_row(check, subject, title, Gap::blocked(by), true)
    };
    let mut consequence = row(
        "oauth-reachable",
        at_auth.clone(),
        "The auth host answers as itself",
        Judgement::fail(
            "the discovery document",
            "no connection",
            "Open the way to the auth host.",
            Owner::NetworkTeam,
        ),
    );
    consequence.role = Role::Consequence { cause: 0 };
    run.rows = vec![
        row("object-name", Subject::Object, "The object is named hybrid_integration",
            Judgement::pass("name and alias are `hybrid_integration`")),
        row("saml-certificate-expiry", Subject::option("saml", "certificate"),
            "The certificate is valid and does not expire soon",
            Judgement::fail("valid on 2027-01-15 and for 30 days more", "expired on 2026-12-01, 45 days before",
                "Make a new key and certificate, put them into saml/pkey and saml/certificate, and put the certificate \
                 into the PureEngage identity provider.\nRestart the components that read the object.", Owner::SecurityTeam)
                .at(&Place::line(INPUT, 31))
                .evidence("subject", "CN=idp.acme.example")
                .evidence("SHA-256", "a1b2c3d4".repeat(8))),
        row("services-shared-client", Subject::section("ewt"), "The section has a client of its own",
            Judgement::warn("a client id that no other section uses", "the client id of [saml_auth]",
                "Create an OAuth client with the grant Client Credentials for [ewt].", Owner::CloudAdmin)
                .at(&Place::line(INPUT, 44)).at(&Place::line(INPUT, 40))),
        row("network-resolves", at_auth.clone(), "The host resolves at every nameserver",
            Judgement::pass("3.64.10.1 and 3.64.10.2 at 10.0.0.53:53")),
        root,
        row("network-tcp", Subject::Endpoint { endpoint: api.clone() }, "TCP connects to every address",
            Judgement::pass("connected to 3.64.20.1 within 12 ms")),
        behind("tls-trusted", at_auth, "The certificate chain is genuine", tcp.clone()),
        consequence,
        behind("oauth-token", Subject::section("ewt"), "The client gets a token", link.clone()),
        behind("idp-issuer-matches", Subject::option("saml", "issuer"),
            "The issuer equals the provider's issuer", link),
    ];
    run.causes = vec![diagnosis(&run.rows, tcp)];
    run.invocation.settings = vec!["--connect-timeout 5s".into()];
    run.coverage = Coverage {
        endpoints: vec![
            proof(&auth, Proof::Resolves),
            proof(&api, Proof::TlsIdentity),
        ],
        behind: vec![Behind {
            cause: 0,
            checks: ["tls-trusted", "oauth-token", "idp-issuer-matches"]
                .map(|id| CheckId(id.into()))
                .to_vec(),
            needs: vec![
                "the secret of [ewt]".into(),
                "the permission sso:provider:view".into(),
            ],
        }],
        unproven: unproven(),
        requests: 2,
    };
    run.facts = facts::of_blocked();
    complete(run)
}

fn diagnosis(rows: &[Row], broken: FactKey) -> Diagnosis {
    let mut roots = rows
        .iter()
        .filter(|row| matches!(row.role, Role::Root { .. }));
    let root = roots.next().expect("a row that shows it");
    let mut diagnosis = Diagnosis::new(
        root,
        Certainty::Likely,
        "A firewall drops connections from this host to login.mypurecloud.de:443: no address answers, while \
         api.mypurecloud.de:443 does",
        Owner::NetworkTeam,
        "Allow outbound TCP 443 from this host to login.mypurecloud.de, by name: its addresses change.",
    )
    .shown_by(roots)
    .breaks([broken])
    .command(format!(
        "curl --verbose --connect-timeout {} https://login.mypurecloud.de/.well-known/oauth-authorization-server",
        Duration::from_secs(5).as_secs()
    ));
    diagnosis.cause = CheckId("tcp-dropped".into());
    diagnosis.object = ObjectId(0);
    diagnosis.explains = rows
        .iter()
        .filter(|row| row.check.0 == "oauth-reachable")
        .map(RowRef::to)
        .collect();
    diagnosis
}
