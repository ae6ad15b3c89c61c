//! Which of the permissions that are expected of roles exist in the organisation at all.

use hybridcheck_core::access::Mark;
use hybridcheck_core::baseline::Expected;
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{Answer, ApiFact, Gap, Permissions};
use hybridcheck_core::finding::Severity;
use hybridcheck_core::permission::Permission;

use crate::evidence::{rights, role_names};

/// How what is expected in a domain stands to what exists there.
pub(crate) struct Supply<'a> {
    /// The domain.
    pub(crate) domain: &'a str,
    /// The listing of what exists there.
    pub(crate) fact: &'a ApiFact<Permissions>,
    /// What exists there.
    pub(crate) existing: &'a Permissions,
    /// What is expected and does not exist.
    pub(crate) missing: Missing,
}

/// What is expected in a domain and does not exist.
pub(crate) enum Missing {
    /// No permission of the domain exists.
    Everything {
        /// How bad it is: it fails when one that is missing is documented.
        severity: Severity,
        /// What roles hold of the domain by name all the same: it exists, or existed once.
        held: Vec<String>,
    },
    /// Nothing is missing.
    Nothing,
    /// These are missing, while others of the domain exist.
    Some(Vec<String>),
}

impl Missing {
    /// How bad it is, when something is missing.
    pub(crate) fn severity(&self) -> Option<Severity> {
        match self {
            Self::Everything { severity, .. } => Some(*severity),
            Self::Some(_) => Some(Severity::Warn),
            Self::Nothing => None,
        }
    }
}

/// The domain in which most is missing; none when the baseline expects no permission of any role.
pub(crate) fn worst<'a>(case: &Case<'a>) -> Answer<Option<Supply<'a>>> {
    let mut all = Vec::new();
    for domain in case.policy.permission_baseline.domains() {
        all.push(of_domain(case, domain)?);
    }
    let mut all = all.into_iter();
    let first = all.next();
    Ok(all.fold(first, |worst, next| match worst {
        Some(worst) if worst.missing.severity() > next.missing.severity() => Some(worst),
        _ => Some(next),
    }))
}

fn of_domain<'a>(case: &Case<'a>, domain: &'a str) -> Answer<Supply<'a>> {
    let (fact, existing) = rights::existing(case, domain)?;
    let expected = case.policy.permission_baseline.0.iter();
    let expected: Vec<&Expected> = expected
        .filter(|entry| entry.permission.domain() == domain)
        .collect();
    let absent = rights::unseen(&expected, existing);
    if existing.incomplete && !absent.is_empty() {
        return Err(Gap::NotAnswered {
            what: format!(
                "{} was cut off before every {domain} permission was listed",
                fact.call
            ),
        });
    }
    let missing = if absent.is_empty() {
        Missing::Nothing
    } else if existing.names.is_empty() {
        let mut marks = absent.iter().map(|entry| entry.certainty);
        Missing::Everything {
            severity: if marks.any(|mark| mark == Mark::Documented) {
                Severity::Fail
            } else {
                Severity::Warn
            },
            held: held(case, domain),
        }
    } else {
        Missing::Some(names(&absent))
    };
    Ok(Supply {
        domain,
        fact,
        existing,
        missing,
    })
}

fn names(absent: &[&Expected]) -> Vec<String> {
    let mut names: Vec<String> = absent
        .iter()
        .filter(|entry| !entry.permission.is_any())
        .map(|entry| entry.permission.to_string())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What roles hold of a domain by name.
fn held(case: &Case<'_>, domain: &str) -> Vec<String> {
    let Ok((_, roles)) = role_names::listing(case) else {
        return Vec::new();
    };
    let policies = roles
        .entities
        .iter()
        .flat_map(|role| role.policies.iter().flatten());
    let of_domain = policies.filter(|policy| policy.domain.eq_ignore_ascii_case(domain));
    let names = of_domain.flat_map(|policy| {
        let of = format!("{}:{}", policy.domain, policy.entity);
        policy
            .actions
            .iter()
            .map(move |action| format!("{of}:{action}"))
    });
    let is_exact = |name: &String| Permission::parse(name).is_ok_and(|name| !name.is_every());
    let mut held: Vec<String> = names.filter(is_exact).collect();
    held.sort_unstable();
    held.dedup();
    held
}
