//! The document of a run, from what was gathered and judged.

use std::collections::BTreeSet;

use hybridcheck_checks::engine::{self, Judged};
use hybridcheck_core::endpoint::Route;
use hybridcheck_core::facts::Gap;
use hybridcheck_core::object::{Configuration, HybridObject, OBJECT_NAME};
use hybridcheck_core::region::TABLE_DATE;
use hybridcheck_core::row::Row;
use hybridcheck_core::run::{Coverage, ObjectSummary, Run, SCHEMA, Tool, Verdict};
use hybridcheck_core::time::Timestamp;

use super::job::Job;
use crate::config::Settings;
use crate::gather::Gathered;
use crate::probes::clock::Watch;

/// What was judged of the facts.
pub(super) struct Judgement {
    /// Rows, causes and proofs.
    pub(super) judged: Judged,
    /// The verdict over the rows.
    pub(super) verdict: Verdict,
    /// The moment judged for.
    pub(super) as_of: Timestamp,
    /// Where hybridcheck itself failed, beside checks and rules: what is not known for that, and why.
    pub(super) failed: Vec<String>,
}

/// The document of a run; `configuration` is what was judged in the end.
pub(super) fn document(
    job: &Job<'_>,
    configuration: &Configuration,
    gathered: &Gathered,
    judgement: Judgement,
    watch: &Watch,
) -> Run {
    let Judgement {
        judged,
        verdict,
        as_of,
        failed,
    } = judgement;
    let mut unproven = unproven(job, configuration, &judged);
    unproven.extend(failed);
    let unread = configuration.unread.iter();
    unproven.extend(unread.map(|note| format!("What {} holds: {}.", note.place, note.text)));
    let objects = configuration.objects.iter();
    Run {
        schema: SCHEMA,
        tool: Tool {
            name: "hybridcheck".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            regions: TABLE_DATE.into(),
        },
        invocation: job.invocation.clone(),
        started: watch.started,
        took: watch.took(),
        as_of,
        policy: job.policy.clone(),
        verdict,
        objects: objects
            .map(|object| summary(object, &job.settings))
            .collect(),
        strangers: configuration.strangers.clone(),
        notes: configuration
            .notes
            .iter()
            .chain(&configuration.unread)
            .cloned()
            .collect(),
        causes: judged.causes,
        rows: judged.rows,
        coverage: Coverage {
            requests: gathered.requests,
            unproven,
            ..judged.coverage
        },
        catalogue: engine::catalogue(&job.scope.checks),
        facts: gathered.facts.entries().cloned().collect(),
    }
}

fn summary(object: &HybridObject, settings: &Settings) -> ObjectSummary {
    let hosts = [object.auth_endpoint(), object.api_endpoint()];
    let region = hosts.into_iter().flatten().find_map(|endpoint| {
        settings
            .regions
            .of_host(&endpoint.host)
            .map(|(region, _)| format!("{} ({})", region.name, region.id))
    });
    ObjectSummary {
        id: object.id,
        title: object.title(),
        place: object.place.clone(),
        form: object.form,
        tenant: object.tenant.clone(),
        folder: object.folder.clone(),
        dbid: object.dbid.clone(),
        serves: object.serves.clone(),
        region,
        sections: object
            .sections
            .iter()
            .map(|section| section.name.shown(100).into())
            .collect(),
        notes: object.notes.clone(),
    }
}

/// The routes that requests took, in words.
fn routes_taken(job: &Job<'_>, configuration: &Configuration) -> String {
    let objects = configuration.objects.iter();
    let endpoints = objects.flat_map(|object| [object.auth_endpoint(), object.api_endpoint()]);
    let routes: BTreeSet<Route> = endpoints
        .flatten()
        .map(|endpoint| job.settings.routing(&endpoint).route)
        .collect();
    if routes.iter().all(|route| *route == Route::Direct) {
        return "without a proxy".into();
    }
    hybridcheck_core::text::listed(routes)
}

/// What no run of this kind proves.
fn unproven(job: &Job<'_>, configuration: &Configuration, judged: &Judged) -> Vec<String> {
    let (scope, rows) = (&job.scope, &judged.rows);
    let mut unproven = Vec::new();
    if scope.offline {
        unproven.push(
            "The network and the Genesys Cloud organisation: nothing was asked (--offline)."
                .to_owned(),
        );
    } else {
        unproven.push(format!(
            "Other hosts and other routes: this is what this host sees, {}, as the user who ran it.",
            routes_taken(job, configuration)
        ));
        unproven.push("That Engage components trust the same certificates: Java and Windows keep stores of their own.".to_owned());
        let is_denied = |row: &Row| matches!(row.gap(), Some(Gap::Denied { .. }));
        if rows.iter().any(is_denied) {
            unproven.push("Permissions given in the last minutes: a change takes up to five minutes to be known everywhere, and a token keeps the rights it was made with. Wait and run again.".to_owned());
        }
        if !job.has_tool_client() && rows.iter().any(is_denied) {
            unproven.push("What the object's own clients may not read; a read-only client for hybridcheck (--client-id) can be allowed to.".to_owned());
        }
    }
    let is_unasked = |row: &Row| matches!(row.gap(), Some(Gap::NotAskedFor { .. }));
    if rows.iter().any(is_unasked) {
        unproven.push("The SAML2 bearer login of [saml_auth]: it could create a user where users are provisioned at their first login, so it was not tried; --saml-user EMAIL, with an existing test user, allows it.".to_owned());
    }
    let mut objects = configuration.objects.iter();
    if objects.any(|object| object.form.is_selection()) {
        unproven.push(format!("That the export is whole: the person who exports {OBJECT_NAME} selects its sections and options."));
    }
    for (id, panicked) in &judged.panicked {
        unproven.push(format!(
            "What {id} would say: it failed in itself, {panicked}."
        ));
    }
    unproven
}
