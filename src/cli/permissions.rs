//! `permissions`: the read-only role that hybridcheck's own client needs, and what each missing permission leaves unchecked.

use std::fmt::Write;

use hybridcheck_checks::engine;
use hybridcheck_core::access::Mark;
use hybridcheck_core::baseline::{self, Baseline, Expected};
use hybridcheck_core::check::Check;
use hybridcheck_core::facts::ApiCall;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::permission::Permission;
use hybridcheck_core::policy::Policy;
use serde::Serialize;

use super::Failure;
use super::flags::BaselineArgs;
use super::output::{Format, json, print};
use hybridcheck_sandbox as sandbox;
use hybridcheck_sources::{self as sources, Input};

/// Arguments of `permissions`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct PermissionsArgs {
    /// What goes to standard output
    #[arg(long, short = 'o', value_name = "NAME", default_value = "text")]
    format: Format,
    /// Print instead which permissions the roles of the object are expected to hold, as a table to edit
    #[arg(long)]
    baseline: bool,
    #[command(flatten)]
    replaced: BaselineArgs,
}

const AFTER_HELP: &str = "\
Nothing is asked over the network, and no object is needed. The role is for a client of hybridcheck's
own; without one, the clients of the object's sections are asked with, as far as their roles allow.

Exit status: 0 printed; 2 cannot run (usage, a baseline that cannot be read).";

/// What is printed.
#[derive(Debug, Serialize)]
struct Needed {
    tool: &'static str,
    /// What the role allows.
    role: Vec<Right>,
    /// Calls that every client with a token may make.
    without_permission: Vec<Call>,
    /// The scopes that the client needs where the organisation enforces them.
    scopes: Vec<Scope>,
    steps: Vec<String>,
}

/// A permission of the role.
#[derive(Debug, Serialize)]
struct Right {
    permission: &'static str,
    /// As the user interface shows it.
    words: String,
    calls: Vec<&'static str>,
    /// The checks that are not made, or say less, without it.
    unchecked_without: Vec<String>,
    certainty: Mark,
    source: &'static str,
}

/// A call that needs no permission.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the call itself is a member of the answer's JSON"
)]
struct Call {
    call: &'static str,
    checks: Vec<String>,
    certainty: Mark,
    source: &'static str,
}

/// A scope.
#[derive(Debug, Serialize)]
struct Scope {
    name: &'static str,
    calls: Vec<&'static str>,
    certainty: Mark,
}

/// Runs `permissions`.
pub(super) fn run(args: &PermissionsArgs) -> Result<u8, Failure> {
    let baseline = args.replaced.read()?;
    let is_json = args.format == Format::Json;
    let text = match (args.baseline, is_json) {
        (true, false) => table(&baseline),
        (true, true) => json(&baseline),
        (false, _) => {
            let policy = Policy {
                permission_baseline: baseline,
                ..Policy::default()
            };
            let needed = needed(&hybridcheck_checks::checks(), &sample()?, &policy);
            if is_json {
                json(&needed)
            } else {
                shown(&needed)
            }
        }
    };
    print(&text)?;
    Ok(0)
}

/// The own table with its comments; another one by its lines.
fn table(baseline: &Baseline) -> String {
    if *baseline == Baseline::default() {
        return baseline::TABLE.to_owned();
    }
    let line = |entry: &Expected| {
        format!(
            "{}\t{}\t{}\t{}\n",
            entry.role.label(),
            entry.permission,
            entry.certainty,
            entry.source
        )
    };
    baseline.0.iter().map(line).collect()
}

/// The object whose questions stand for those of any other.
fn sample() -> Result<HybridObject, Failure> {
    let input = Input {
        name: "sample".into(),
        bytes: sandbox::sample_text().into_bytes(),
    };
    let read = sources::read(&[input])?;
    read.objects
        .into_iter()
        .next()
        .ok_or_else(|| Failure::Unknown {
            what: "object",
            word: "the sample object".into(),
            help: "report this as a bug of hybridcheck".into(),
        })
}

/// A call with the checks that rest on it, when the tool's own client makes it.
struct Use {
    call: &'static ApiCall,
    checks: Vec<String>,
}

/// The calls of the API that checks need, each once. Those of a person's login are made as the person.
fn uses(checks: &[Box<dyn Check>], object: &HybridObject, policy: &Policy) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for check in checks {
        let keys = engine::asked_by(check.as_ref(), object, policy);
        for key in keys.iter().filter(|key| !key.whose().is_person()) {
            let Some(call) = key.api_call() else { continue };
            let id = check.id().0;
            match uses.iter_mut().find(|known| known.call == call) {
                Some(known) if known.checks.contains(&id) => {}
                Some(known) => known.checks.push(id),
                None => uses.push(Use {
                    call,
                    checks: vec![id],
                }),
            }
        }
    }
    uses.sort_by_key(|known| known.call.call);
    uses
}

fn needed(checks: &[Box<dyn Check>], object: &HybridObject, policy: &Policy) -> Needed {
    let mut role: Vec<Right> = Vec::new();
    let mut without_permission = Vec::new();
    let mut scopes: Vec<Scope> = Vec::new();
    for Use { call, checks } in uses(checks, object, policy) {
        match scopes.iter_mut().find(|scope| scope.name == call.scope) {
            Some(scope) => scope.calls.push(call.call),
            None => scopes.push(Scope {
                name: call.scope,
                calls: vec![call.call],
                certainty: call.certainty,
            }),
        }
        let Some(permission) = call.permission else {
            without_permission.push(Call {
                call: call.call,
                checks,
                certainty: call.certainty,
                source: call.source,
            });
            continue;
        };
        match role.iter_mut().find(|right| right.permission == permission) {
            Some(right) => {
                right.calls.push(call.call);
                for check in checks {
                    if !right.unchecked_without.contains(&check) {
                        right.unchecked_without.push(check);
                    }
                }
            }
            None => role.push(Right {
                permission,
                words: Permission::parse(permission)
                    .map(|permission| permission.in_words())
                    .unwrap_or_default(),
                calls: vec![call.call],
                unchecked_without: checks,
                certainty: call.certainty,
                source: call.source,
            }),
        }
    }
    role.sort_by_key(|right| right.permission);
    scopes.sort_by_key(|scope| scope.name);
    let steps = steps(&role, &scopes);
    Needed {
        tool: concat!("hybridcheck ", env!("CARGO_PKG_VERSION")),
        role,
        without_permission,
        scopes,
        steps,
    }
}

fn steps(role: &[Right], scopes: &[Scope]) -> Vec<String> {
    let names: Vec<&str> = role.iter().map(|right| right.permission).collect();
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.name).collect();
    vec![
        format!(
            "Genesys Cloud, Admin > People & Permissions > Roles / Permissions: add a role, for example `hybridcheck (read-only)`, with exactly {}.",
            names.join(", ")
        ),
        "Admin > Integrations > OAuth: add a client, for example `hybridcheck`, of grant type Client Credentials; under Roles give it that role alone, in the home division.".into(),
        format!(
            "Only where the organisation enforces OAuth scopes: authorise {} for the client. Elsewhere scopes do not matter.",
            scopes.join(", ")
        ),
        "Copy the client id and the secret; the secret is shown this once. Keep it in a file that only you can read.".into(),
        "Wait five minutes: a change of permissions takes up to that long to act, and a token that was issued before keeps the old rights.".into(),
        "Run hybridcheck check --client-id GUID --client-secret-file FILE EXPORT".into(),
    ]
}

fn shown(needed: &Needed) -> String {
    let mut text = String::from(
        "The role for hybridcheck's own client (--client-id). All of it is viewing: hybridcheck changes nothing.\n",
    );
    for right in &needed.role {
        let _ = writeln!(text, "\n{} ({})", right.permission, right.words);
        let _ = writeln!(text, "  {}: {}", right.certainty, right.source);
        listing(&mut text, "  needed by", &right.calls);
        listing(
            &mut text,
            "  without it these are not checked, or say less:",
            &right.unchecked_without,
        );
    }
    text.push_str("\nAny token may make these calls:\n\n");
    for call in &needed.without_permission {
        let _ = writeln!(text, "  {}", call.call);
        listing(&mut text, "    for", &call.checks);
    }
    text.push_str(
        "\nScopes, only where the organisation enforces them (HTTP 403 app.not.authorized.for.scope names one):\n\n",
    );
    for scope in &needed.scopes {
        let _ = writeln!(text, "  {} ({})", scope.name, scope.certainty);
        listing(&mut text, "    for", &scope.calls);
    }
    text.push_str("\nTo create it:\n\n");
    for (number, step) in needed.steps.iter().enumerate() {
        wrapped(&mut text, &format!("  {}.", number + 1), step);
    }
    text.push('\n');
    wrapped(
        &mut text,
        "DELETE",
        "/api/v2/tokens/me ends the token of a login that --saml-user asked for; where the identity provider creates users, that login \
         may create one. Nothing else is ever written.",
    );
    text
}

/// The longest line.
const WIDTH: usize = 100;

/// A label and its items.
fn listing<T: AsRef<str>>(text: &mut String, label: &str, items: &[T]) {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    wrapped(text, label, &items.join(", "));
}

/// Words after a label, on lines that a terminal holds; further lines are indented below it.
fn wrapped(text: &mut String, label: &str, words: &str) {
    let indent = " ".repeat(label.len() - label.trim_start().len() + 2);
    let mut line = label.to_owned();
    for word in words.split(' ') {
        if line.len() + word.len() + 1 > WIDTH {
            let _ = writeln!(text, "{line}");
            line = format!("{indent}{word}");
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather;
    use hybridcheck_core::endpoint::Routes;
    use hybridcheck_core::facts::FactKey;

    fn all() -> Needed {
        let object = sample().expect("a sample");
        needed(&hybridcheck_checks::checks(), &object, &Policy::default())
    }

    #[test]
    fn every_fact_that_a_run_reads_from_the_api_is_covered() {
        let object = sample().expect("a sample");
        let checks = hybridcheck_checks::checks();
        let objects = [object];
        let wanted = engine::wanted(&checks, &objects, true, &Policy::default());
        let planned = gather::planned(wanted, &objects, &Routes::default(), true);
        let needed = all();
        let calls: Vec<&str> = needed
            .role
            .iter()
            .flat_map(|right| right.calls.iter().copied())
            .chain(needed.without_permission.iter().map(|call| call.call))
            .collect();
        let mut seen = 0;
        for (key, _) in planned {
            if key.of_cloud().is_none() || key.whose().is_person() {
                continue;
            }
            if matches!(key, FactKey::Token { .. } | FactKey::SamlLogin { .. }) {
                continue;
            }
            let call = key.api_call();
            let call = call.unwrap_or_else(|| panic!("{key} is read, but has no call"));
            assert!(calls.contains(&call.call), "{}", call.call);
            seen += 1;
        }
        assert!(seen > 5, "{seen}");
    }

    #[test]
    fn the_role_is_the_one_that_the_readings_need_and_nothing_more() {
        let names: Vec<&str> = all().role.iter().map(|right| right.permission).collect();
        assert_eq!(
            names,
            [
                "authorization:role:view",
                "oauth:client:view",
                "sso:provider:view"
            ]
        );
    }

    #[test]
    fn each_permission_says_what_it_is_for() {
        for right in all().role {
            assert!(!right.unchecked_without.is_empty(), "{}", right.permission);
            assert!(!right.calls.is_empty(), "{}", right.permission);
            assert!(right.words.contains(" > "), "{}", right.words);
        }
    }

    #[test]
    fn lines_fit_a_terminal() {
        for line in shown(&all()).lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }
}
