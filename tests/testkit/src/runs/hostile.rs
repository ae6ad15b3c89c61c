//! A run in which every text was written by somebody who wants to deceive or to break a terminal.

use hybridcheck_core::cause::{Certainty, Diagnosis};
use hybridcheck_core::check::{CheckId, Subject};
use hybridcheck_core::endpoint::Proof;
use hybridcheck_core::facts::{ClientRef, Entry, FactKey, Gap, Recorded, ResolverFact};
use hybridcheck_core::finding::{Judgement, Owner, Severity, Status};
use hybridcheck_core::object::{At, Folder, Known, Note, ObjectId, Place, Stranger, Tenant};
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{Behind, CatalogueEntry, Coverage, Invocation, Run, Tool, Verdict};
use hybridcheck_core::time::Took;

use super::{endpoint, evidence, object, proof, run};

/// Escape sequences, line breaks, bidirectional and invisible marks, wide and combining characters, and no blank to break at.
const NASTY: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\nREADY\u{9b}31m\u{202e}txet\u{200b}\u{2028}\u{7f}e\u{301}\u{301}漢字漢字❤\u{fe0f}👩\u{200d}👩";

/// Control, bidirectional, very long and wide characters in every text of the document, and indices that lead nowhere.
pub fn hostile() -> Run {
    let mut run = run(Verdict::NotReady, vec![object(0, NASTY, NASTY)]);
    run.tool = Tool {
        name: nasty(),
        version: nasty(),
        regions: nasty(),
    };
    run.invocation = Invocation {
        command: nasty(),
        inputs: vec![nasty(), "-".into()],
        offline: true,
        only: vec![nasty()],
        skip: vec![nasty()],
        fail_on: Some(Status::Warn),
        client_secret_source: Some(nasty()),
        client_id: Some(nasty()),
        settings: vec![nasty(), format!("--cacert {NASTY}")],
    };
    let summary = &mut run.objects[0];
    summary.title = nasty();
    summary.region = Some(nasty());
    summary.sections = vec![nasty()];
    summary.serves = vec![tenant(), tenant()];
    summary.folder = Known::Stated(Folder {
        dbid: None,
        kind: Some(NASTY.into()),
        path: vec![NASTY.into()],
    });
    summary.notes = vec![note()];
    run.notes = vec![note()];
    run.strangers = vec![Stranger {
        kind: NASTY.into(),
        tenant: Some(tenant()),
        place: place(),
    }];
    let mut rows = vec![
        nasty_row(Judgement::pass(nasty()), Role::Independent, Subject::Object),
        nasty_row(
            Judgement::not_applicable(nasty()),
            Role::Independent,
            Subject::section(NASTY),
        ),
        nasty_row(
            found(Severity::Note),
            Role::Independent,
            Subject::option(NASTY, NASTY),
        ),
        nasty_row(
            found(Severity::Warn),
            Role::Root { cause: 0 },
            Subject::Endpoint {
                endpoint: endpoint(NASTY),
            },
        ),
        nasty_row(
            found(Severity::Fail),
            Role::Independent,
            Subject::option(long(), long()),
        ),
        nasty_row(
            found(Severity::Fail),
            Role::Consequence { cause: usize::MAX },
            client(),
        ),
        nasty_row(
            Judgement::open(Gap::NotAnswered { what: nasty() }),
            Role::Consequence { cause: 0 },
            Subject::Object,
        ),
    ];
    for gap in gaps() {
        let row = nasty_row(Judgement::open(gap), Role::Independent, Subject::Object);
        rows.push(Row {
            object: ObjectId(7),
            ..row
        });
    }
    run.causes = vec![diagnosis(&rows)];
    run.catalogue = vec![CatalogueEntry {
        id: CheckId(nasty()),
        family: nasty(),
        title: nasty(),
        why: nasty(),
    }];
    run.rows = rows;
    run.coverage = Coverage {
        endpoints: vec![proof(&endpoint(&nasty()), Proof::Connects)],
        behind: vec![Behind {
            cause: 0,
            checks: vec![CheckId(nasty())],
            needs: vec![nasty()],
        }],
        unproven: vec![nasty()],
        requests: u32::MAX,
    };
    run.facts = facts();
    run
}

fn nasty() -> String {
    NASTY.to_owned()
}

/// Longer than any screen, with nothing to break at.
fn long() -> String {
    format!("{NASTY}{}", "長".repeat(1_100))
}

fn tenant() -> Tenant {
    Tenant {
        dbid: None,
        name: Some(NASTY.into()),
    }
}

fn place() -> Place {
    Place {
        input: NASTY.into(),
        at: At::Row {
            table: nasty(),
            row: u32::MAX,
        },
    }
}

fn note() -> Note {
    Note {
        text: long(),
        place: place(),
    }
}

fn client() -> Subject {
    Subject::Client {
        client: ClientRef::Service {
            object: ObjectId(0),
            section: nasty().into(),
        },
    }
}

fn found(severity: Severity) -> Judgement {
    let found = if severity == Severity::Fail {
        long()
    } else {
        nasty()
    };
    Judgement::finding(severity, nasty(), found, nasty(), Owner::HostAdmin)
}

fn nasty_row(judgement: Judgement, role: Role, subject: Subject) -> Row {
    let many = if judgement.status() == Status::Fail {
        10
    } else {
        1
    };
    Row {
        object: ObjectId(0),
        check: CheckId(nasty()),
        subject,
        title: nasty(),
        required: true,
        judgement: Judgement {
            places: vec![place(); many],
            evidence: vec![evidence(NASTY, NASTY); many],
            ..judgement
        },
        judged_on: vec![FactKey::option(ObjectId(0), NASTY, NASTY)],
        role,
    }
}

fn gaps() -> Vec<Gap> {
    vec![
        Gap::blocked(FactKey::option(ObjectId(0), NASTY, NASTY)),
        Gap::Broken { message: nasty() },
        Gap::Denied {
            permissions: vec![nasty()],
            call: nasty(),
        },
        Gap::Hidden {
            option: nasty().into(),
        },
        Gap::NoMeans { what: nasty() },
        Gap::NotAnswered { what: nasty() },
        Gap::NotInForm { what: nasty() },
        Gap::OwnLimit {
            what: nasty(),
            raise: nasty(),
        },
        Gap::Refused { reason: nasty() },
        Gap::TimedOut {
            waited: Took::default(),
            flag: nasty(),
        },
    ]
}

fn diagnosis(rows: &[Row]) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        &rows[0],
        Certainty::Possible,
        long(),
        Owner::SecurityTeam,
        nasty(),
    );
    diagnosis.cause = CheckId(nasty());
    diagnosis.evidence = vec![evidence(NASTY, NASTY)];
    diagnosis.command = Some(format!("curl {NASTY}"));
    diagnosis.rerun = vec![CheckId(nasty())];
    diagnosis
}

fn facts() -> Vec<Entry> {
    let entry = |key, outcome| Entry {
        key,
        outcome,
        stands_on: vec![FactKey::option(ObjectId(0), NASTY, NASTY)],
        took: Took::default(),
    };
    let resolver = ResolverFact {
        source: nasty().into(),
        nameservers: Vec::new(),
        search: Vec::new(),
        ndots: None,
        oddities: Vec::new(),
        problem: Some(nasty().into()),
    };
    let role = FactKey::permissions(ObjectId(0), nasty());
    vec![
        entry(FactKey::Resolver, Recorded::Fact(resolver.into())),
        entry(role, Recorded::Missing(Gap::NoMeans { what: nasty() })),
    ]
}
