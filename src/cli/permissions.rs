//! `permissions`: the read-only role that hybridcheck's own client needs, and what each missing permission leaves unchecked.

use std::collections::BTreeSet;
use std::fmt::Write;

use hybridcheck_core::access::Mark;
use hybridcheck_core::baseline::{self, Baseline, Expected};
use hybridcheck_core::check::Check;
use hybridcheck_core::facts::{ApiCall, ClientRef, FactKey};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::permission::Permission;
use hybridcheck_core::policy::Policy;
use serde::Serialize;

use super::Failure;
use super::baseline::BaselineArgs;
use super::output::print;
use crate::sources::{self, Input};

/// Arguments of `permissions`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct PermissionsArgs {
    /// The form: text or json
    #[arg(
        long,
        short = 'o',
        value_name = "NAME",
        default_value = "text",
        env = "HYBRIDCHECK_PERMISSIONS_FORMAT",
        hide_env_values = true
    )]
    format: String,
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

/// An object with everything that a check may ask the API about.
const MODEL: &str = "\
[general]
organization_sname=acme
organization_id=00000000-1111-4222-8333-444444444444
default_agent_role_name=AI Agent
default_supervisor_role_name=Supervisor
default_admin_role_name=Admin
base_auth_url=https://login.mypurecloud.com/oauth/token
base_service_url=https://api.mypurecloud.com/api/
[saml]
issuer=https://idp.acme.example/pureengage
certificate=MODEL
pkey=MODEL
password=MODEL
expire_time=24
[saml_auth]
client_id=11111111-aaaa-4bbb-8ccc-111111111111
password=MODEL
[ewt]
client_id=22222222-aaaa-4bbb-8ccc-222222222222
password=MODEL
";

/// What is printed.
#[derive(Debug, Serialize)]
struct Needed {
    tool: &'static str,
    /// The permissions of the role.
    permissions: Vec<Right>,
    /// Calls that every client with a token may make.
    without_permission: Vec<Call>,
    /// The scopes that the client needs where the organisation enforces them.
    scopes: Vec<Scope>,
    steps: Vec<String>,
}

/// A permission of the role.
#[derive(Debug, Serialize)]
struct Right {
    name: &'static str,
    /// As the user interface shows it.
    words: String,
    calls: Vec<&'static str>,
    /// The checks that are not made, or say less, without it.
    checks: Vec<String>,
    certainty: Mark,
    source: &'static str,
}

/// A call that needs no permission.
#[derive(Debug, Serialize)]
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
    let forms = ["text", "json"];
    if !forms.contains(&args.format.as_str()) {
        return Err(Failure::unknown(
            "format",
            &args.format,
            forms,
            "hybridcheck permissions --help",
        ));
    }
    let is_json = args.format == "json";
    let text = match (args.baseline, is_json) {
        (true, false) => table(&baseline),
        (true, true) => json(&baseline)?,
        (false, _) => {
            let policy = Policy {
                permission_baseline: baseline,
                ..Policy::default()
            };
            let needed = needed(&hybridcheck_checks::checks(), &model()?, &policy);
            if is_json {
                json(&needed)?
            } else {
                shown(&needed)
            }
        }
    };
    print(&text)?;
    Ok(0)
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::System {
        action: "write JSON",
        source: error.into(),
    })?;
    Ok(text + "\n")
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

fn model() -> Result<HybridObject, Failure> {
    let input = Input {
        name: "the model object".into(),
        bytes: MODEL.as_bytes().to_vec(),
    };
    let read = sources::read(&[input])?;
    read.objects
        .into_iter()
        .next()
        .ok_or_else(|| Failure::Unknown {
            what: "object",
            word: "the model object".into(),
            help: "report this as a bug of hybridcheck".into(),
        })
}

/// A call with the checks that rest on it, when the tool's own client makes it.
struct Use {
    call: &'static ApiCall,
    checks: Vec<String>,
}

/// The calls of the API that checks need, each once. Those of a person's login are made as the person.
fn uses(checks: &[&'static dyn Check], object: &HybridObject, policy: &Policy) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for check in checks {
        let mut keys: BTreeSet<FactKey> = BTreeSet::new();
        for subject in check.subjects(object) {
            keys.extend(check.needs_under(&subject, object, policy));
        }
        for key in keys.iter().filter(|key| !is_of_person(key)) {
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

fn is_of_person(key: &FactKey) -> bool {
    match key {
        FactKey::Me { .. } => true,
        FactKey::Grants { client }
        | FactKey::TokenEnd { client }
        | FactKey::TokenInfo { client } => matches!(client, ClientRef::Person { .. }),
        _ => false,
    }
}

fn needed(checks: &[&'static dyn Check], object: &HybridObject, policy: &Policy) -> Needed {
    let uses = uses(checks, object, policy);
    let mut permissions: Vec<Right> = Vec::new();
    let mut without_permission = Vec::new();
    let mut scopes: Vec<Scope> = Vec::new();
    for Use { call, checks } in uses {
        match scopes.iter_mut().find(|scope| scope.name == call.scope) {
            Some(scope) => scope.calls.push(call.call),
            None => scopes.push(Scope {
                name: call.scope,
                calls: vec![call.call],
                certainty: call.certainty,
            }),
        }
        let Some(name) = call.permission else {
            without_permission.push(Call {
                call: call.call,
                checks,
                certainty: call.certainty,
                source: call.source,
            });
            continue;
        };
        match permissions.iter_mut().find(|right| right.name == name) {
            Some(right) => {
                right.calls.push(call.call);
                for check in checks {
                    if !right.checks.contains(&check) {
                        right.checks.push(check);
                    }
                }
            }
            None => permissions.push(Right {
                name,
                words: Permission::parse(name)
                    .map(|permission| permission.in_words())
                    .unwrap_or_default(),
                calls: vec![call.call],
                checks,
                certainty: call.certainty,
                source: call.source,
            }),
        }
    }
    permissions.sort_by_key(|right| right.name);
    scopes.sort_by_key(|scope| scope.name);
    let steps = steps(&permissions, &scopes);
    Needed {
        tool: concat!("hybridcheck ", env!("CARGO_PKG_VERSION")),
        permissions,
        without_permission,
        scopes,
        steps,
    }
}

fn steps(permissions: &[Right], scopes: &[Scope]) -> Vec<String> {
    let names: Vec<&str> = permissions.iter().map(|right| right.name).collect();
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.name).collect();
    vec![
        format!(
            "Genesys Cloud, Admin > People & Permissions > Roles / Permissions > Add Role: name it, for example, hybridcheck (read-only), and add exactly {}.",
            names.join(", ")
        ),
        "Admin > Integrations > OAuth > Add Client: name hybridcheck, grant type Client Credentials; under Roles assign that role alone, in the division Home.".into(),
        format!(
            "Only where the organisation enforces OAuth scopes: authorise {} for the client. Elsewhere scopes do not matter.",
            scopes.join(", ")
        ),
        "Copy the client id and the secret; the secret is shown this once. Keep it in a file that only you can read.".into(),
        "Wait five minutes: a change of permissions takes up to that long to act.".into(),
        "hybridcheck check --client-id GUID --client-secret-file FILE EXPORT".into(),
    ]
}

fn shown(needed: &Needed) -> String {
    let mut text = String::from(
        "The role for hybridcheck's own client. Every permission is for viewing: hybridcheck changes nothing.\n",
    );
    for right in &needed.permissions {
        let _ = writeln!(text, "\n{} ({})", right.name, right.words);
        let _ = writeln!(text, "  {}: {}", right.certainty, right.source);
        listing(&mut text, "for", right.calls.iter().copied(), ", ");
        listing(
            &mut text,
            "without it these checks are not made, or say less:",
            right.checks.iter().map(String::as_str),
            ", ",
        );
    }
    let _ = writeln!(text, "\nNo permission is needed, any token will do, for:\n");
    for call in &needed.without_permission {
        let _ = writeln!(text, "  {}", call.call);
        listing(
            &mut text,
            "  asked by",
            call.checks.iter().map(String::as_str),
            ", ",
        );
    }
    let _ = writeln!(
        text,
        "\nScopes, only where the organisation enforces them (off unless somebody switched it on):\n"
    );
    for scope in &needed.scopes {
        let _ = writeln!(
            text,
            "  {:<28} {}: {}",
            scope.name,
            scope.certainty,
            scope.calls.join(", ")
        );
    }
    let _ = writeln!(text, "\nSteps:\n");
    for (number, step) in needed.steps.iter().enumerate() {
        wrapped(&mut text, &format!("  {}. ", number + 1), step, " ");
    }
    text
}

/// A label and its items on lines that a terminal holds.
fn listing<'a>(
    text: &mut String,
    label: &str,
    items: impl Iterator<Item = &'a str>,
    between: &str,
) {
    let items: Vec<&str> = items.collect();
    wrapped(text, &format!("  {label} "), &items.join(between), " ");
}

/// The longest line.
const WIDTH: usize = 100;

fn wrapped(text: &mut String, first: &str, words: &str, between: &str) {
    let indent = " ".repeat(first.len() - first.trim_start().len() + 2);
    let mut line = first.trim_end().to_owned();
    for word in words.split(between) {
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
    use crate::judge;
    use hybridcheck_core::endpoint::Routes;

    fn all() -> Needed {
        let object = model().expect("a model");
        needed(&hybridcheck_checks::checks(), &object, &Policy::default())
    }

    #[test]
    fn every_fact_that_a_run_reads_from_the_api_is_covered() {
        let object = model().expect("a model");
        let checks = hybridcheck_checks::checks();
        let objects = [object];
        let wanted = judge::wanted(&checks, &objects, true, &Policy::default());
        let planned = gather::planned(wanted, &objects, &Routes::default(), true);
        let needed = all();
        let calls: Vec<&str> = needed
            .permissions
            .iter()
            .flat_map(|right| right.calls.iter().copied())
            .chain(needed.without_permission.iter().map(|call| call.call))
            .collect();
        let mut seen = 0;
        for (key, _) in planned {
            if key.of_cloud().is_none() || is_of_person(&key) {
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
        let names: Vec<&str> = all().permissions.iter().map(|right| right.name).collect();
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
        for right in all().permissions {
            assert!(!right.checks.is_empty(), "{}", right.name);
            assert!(!right.calls.is_empty(), "{}", right.name);
            assert!(right.words.contains(" > "), "{}", right.words);
        }
    }

    #[test]
    fn lines_fit_a_terminal_wherever_words_allow() {
        for line in shown(&all()).lines() {
            let is_one_word = line.trim().split(' ').count() < 3;
            assert!(
                line.len() <= WIDTH || is_one_word || line.starts_with("  authorization"),
                "{line}"
            );
        }
    }
}
