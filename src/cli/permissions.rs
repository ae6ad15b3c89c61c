//! `permissions`: the read-only role of hybridcheck's own client, and the baseline of permissions that other roles are held against.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::ValueEnum;
use hybridcheck_checks::baseline;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::policy::NeededPermission;
use serde::Serialize;

use super::Failure;
use super::output::print;
use crate::sandbox;
use crate::sources::{self, Input};

/// Arguments of `permissions`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct PermissionsArgs {
    /// Print the baseline of permissions that the object's roles need, for editing
    #[arg(long)]
    baseline: bool,
    /// What goes to standard output
    #[arg(long, short = 'o', value_name = "NAME", default_value = "text")]
    format: Format,
}

/// The forms of what `permissions` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A permission of the role to create.
#[derive(Debug, Serialize)]
struct Needed {
    permission: &'static str,
    calls: Vec<&'static str>,
    unchecked_without: Vec<String>,
}

/// A call that any token may make.
#[derive(Debug, Serialize)]
struct Free {
    call: &'static str,
    checks: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    role: Vec<Needed>,
    without_permission: Vec<Free>,
}

/// Runs `permissions`.
pub(super) fn run(args: &PermissionsArgs) -> Result<u8, Failure> {
    if args.baseline {
        print(baseline::EMBEDDED)?;
        return Ok(0);
    }
    let answer = answer()?;
    let text = match args.format {
        Format::Text => text(&answer),
        Format::Json => serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n",
    };
    print(&text)?;
    Ok(0)
}

/// Reads a baseline of a person's own.
pub(super) fn baseline(path: &str) -> Result<Vec<NeededPermission>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    baseline::parse(&text).map_err(|bad| Failure::Flag {
        flag: "--permission-baseline",
        problem: format!("{path}:{}: {}", bad.line, bad.problem),
        help: "`hybridcheck permissions --baseline` prints a baseline to edit".into(),
    })
}

/// What a fact read from the API needs: the call, and the permission of which one suffices (Platform API definition).
fn need(key: &FactKey) -> Option<(&'static str, Option<&'static str>)> {
    Some(match key {
        FactKey::ClientRecord { .. } => (
            "GET /api/v2/oauth/clients/{clientId}",
            Some("oauth:client:view"),
        ),
        FactKey::Grants { .. } => ("GET /api/v2/authorization/subjects/me", None),
        FactKey::Idps { .. } => ("GET /api/v2/identityproviders", Some("sso:provider:view")),
        FactKey::Me { .. } => ("GET /api/v2/users/me", None),
        FactKey::Organization { .. } => ("GET /api/v2/organizations/me", None),
        FactKey::Permissions { .. } => ("GET /api/v2/authorization/permissions", None),
        FactKey::Products { .. } => ("GET /api/v2/authorization/products", None),
        FactKey::PureengageIdp { .. } => (
            "GET /api/v2/identityproviders/pureengage",
            Some("sso:provider:view"),
        ),
        FactKey::Roles { .. } => (
            "GET /api/v2/authorization/roles",
            Some("authorization:role:view"),
        ),
        FactKey::TokenEnd { .. } => ("DELETE /api/v2/tokens/me", None),
        FactKey::TokenInfo { .. } => ("GET /api/v2/tokens/me", None),
        _ => return None,
    })
}

/// The object whose questions stand for those of any other.
fn sample() -> Result<HybridObject, Failure> {
    let input = Input {
        name: "sample".into(),
        bytes: sandbox::sample_text().into_bytes(),
    };
    let mut configuration = sources::read(&[input])?;
    Ok(configuration.objects.remove(0))
}

/// Which checks ask for which calls, by the facts that they need for the sample object.
fn answer() -> Result<Answer, Failure> {
    let sample = sample()?;
    let mut role: BTreeMap<&str, Needed> = BTreeMap::new();
    let mut free: BTreeMap<&str, Free> = BTreeMap::new();
    for check in hybridcheck_checks::checks() {
        for subject in check.subjects(&sample) {
            for key in check.needs(&subject, &sample) {
                let Some((call, permission)) = need(&key) else {
                    continue;
                };
                let id = check.id().0;
                let (calls, checks) = match permission {
                    Some(permission) => {
                        let entry = role.entry(permission).or_insert_with(|| Needed {
                            permission,
                            calls: Vec::new(),
                            unchecked_without: Vec::new(),
                        });
                        (Some(&mut entry.calls), &mut entry.unchecked_without)
                    }
                    None => {
                        let entry = free.entry(call).or_insert_with(|| Free {
                            call,
                            checks: Vec::new(),
                        });
                        (None, &mut entry.checks)
                    }
                };
                if let Some(calls) = calls.filter(|calls| !calls.contains(&call)) {
                    calls.push(call);
                }
                if !checks.contains(&id) {
                    checks.push(id);
                }
            }
        }
    }
    Ok(Answer {
        role: role.into_values().collect(),
        without_permission: free.into_values().collect(),
    })
}

fn text(answer: &Answer) -> String {
    let mut text =
        String::from("The read-only role of hybridcheck's own client (--client-id):\n\n");
    for needed in &answer.role {
        let _ = writeln!(text, "{}", needed.permission);
        for call in &needed.calls {
            let _ = writeln!(text, "  needed by   {call}");
        }
        let _ = writeln!(
            text,
            "  without it  not checked: {}",
            needed.unchecked_without.join(", ")
        );
    }
    text.push_str("\nAny token may make these calls:\n\n");
    for free in &answer.without_permission {
        let _ = writeln!(
            text,
            "{}\n  for         {}",
            free.call,
            free.checks.join(", ")
        );
    }
    text.push_str(concat!(
        "\nTo create it, in Genesys Cloud:\n",
        "  1. Admin > People & Permissions > Roles / Permissions: add a role with the permissions above, and no others.\n",
        "  2. Admin > Integrations > OAuth: add a client of grant type Client Credentials, and give it this role in the home division.\n",
        "  3. Where the organisation enforces OAuth scopes, authorise the client for what the refusal names (HTTP 403 app.not.authorized.for.scope).\n",
        "  4. hybridcheck check OBJECT --client-id ID, with the secret in HYBRIDCHECK_CLIENT_SECRET.\n",
        "Changes take up to five minutes, and a token that was issued before keeps the old rights.\n",
        "DELETE /api/v2/tokens/me ends the token of a login that --saml-user asked for; nothing else is ever written.\n",
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::facts::ClientRef;
    use hybridcheck_core::object::ObjectId;

    #[test]
    fn every_fact_of_the_api_says_what_it_needs() {
        let sample = sample().expect("the sample object is readable");
        for check in hybridcheck_checks::checks() {
            for subject in check.subjects(&sample) {
                for key in check.needs(&subject, &sample) {
                    let is_token = matches!(key, FactKey::Token { .. } | FactKey::SamlLogin { .. });
                    if key.of_cloud().is_some() && !is_token {
                        assert!(need(&key).is_some(), "{key}");
                    }
                }
            }
        }
        let client = ClientRef::Person {
            object: ObjectId(0),
        };
        assert!(need(&FactKey::TokenEnd { client }).is_some());
    }

    #[test]
    fn each_permission_names_the_checks_that_need_it() {
        let answer = answer().expect("an answer");
        let names: Vec<&str> = answer.role.iter().map(|needed| needed.permission).collect();
        assert_eq!(
            names,
            [
                "authorization:role:view",
                "oauth:client:view",
                "sso:provider:view"
            ]
        );
        for needed in &answer.role {
            assert!(!needed.unchecked_without.is_empty());
        }
    }
}
