//! What the roles that an object names should allow: a table that a site may replace.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Mark;
use crate::outside::Outside;
use crate::permission::Permission;
use crate::text::nearest;

/// The table that is judged by unless another is given, as it can be edited.
pub const TABLE: &str = include_str!("../data/permission_baseline.tsv");

/// Longer tables are refused: they are none.
const ENTRY_LIMIT: usize = 2000;

/// A role that an object names, by what it is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    /// The role of `default_admin_role_name`.
    Admin,
    /// The role of `default_agent_role_name`.
    Agent,
    /// The role of `default_supervisor_role_name`.
    Supervisor,
}

impl RoleKind {
    /// Every kind, in the order of the options in the documentation.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Supervisor, Self::Admin];

    /// Its word in the table.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
        }
    }

    /// The option of section `general` that names the role.
    pub fn option(self) -> &'static str {
        match self {
            Self::Admin => "default_admin_role_name",
            Self::Agent => "default_agent_role_name",
            Self::Supervisor => "default_supervisor_role_name",
        }
    }

    /// The kind of role that an option names.
    pub fn of_option(option: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.option() == option)
    }
}

/// A permission that a role should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// Which role.
    pub role: RoleKind,
    /// The permission, or a pattern of permissions.
    pub permission: Permission,
    /// How sure it is that the role should have it.
    pub certainty: Mark,
    /// Where that is said.
    pub source: String,
}

/// The permissions that roles should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline(pub Vec<Expected>);

/// A line of a table that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from one.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl Default for Baseline {
    fn default() -> Self {
        Self::parse(TABLE).unwrap_or_else(|_| Self(Vec::new()))
    }
}

impl Baseline {
    /// Reads a table: lines of four columns, parted by tabs; empty lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    ///
    /// The first line that cannot be used.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut entries: Vec<Expected> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = entry(line).map_err(|problem| BadLine {
                line: index + 1,
                problem,
            })?;
            let is_same =
                |known: &Expected| known.role == entry.role && known.permission == entry.permission;
            if entries.iter().any(is_same) {
                return Err(BadLine {
                    line: index + 1,
                    problem: format!(
                        "{} is expected of the {} role twice",
                        entry.permission,
                        entry.role.label()
                    ),
                });
            }
            if entries.len() == ENTRY_LIMIT {
                return Err(BadLine {
                    line: index + 1,
                    problem: format!("a baseline has at most {ENTRY_LIMIT} permissions"),
                });
            }
            entries.push(entry);
        }
        if entries.is_empty() {
            return Err(BadLine {
                line: text.lines().count().max(1),
                problem: "the table ends without any permission".into(),
            });
        }
        Ok(Self(entries))
    }

    /// It is the one of the program.
    pub fn is_own(&self) -> bool {
        *self == Self::default()
    }

    /// What is expected of a role.
    pub fn of(&self, role: RoleKind) -> Vec<&Expected> {
        self.0.iter().filter(|entry| entry.role == role).collect()
    }

    /// The domains it speaks of, each once.
    pub fn domains(&self) -> Vec<&str> {
        let mut domains: Vec<&str> = Vec::new();
        for entry in &self.0 {
            let domain = entry.permission.domain();
            if !domains.contains(&domain) {
                domains.push(domain);
            }
        }
        domains
    }
}

fn entry(line: &str) -> Result<Expected, String> {
    let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
    let [role, permission, certainty, source] = fields.as_slice() else {
        return Err(format!(
            "its number of columns is {}, expected four parted by tabs: role, permission, certainty, source",
            fields.len()
        ));
    };
    let role = one_of(role, "role", RoleKind::ALL.map(|kind| (kind.label(), kind)))?;
    let permission = Permission::parse(permission)
        .map_err(|problem| format!("`{}` {problem}", Outside::of(*permission).shown(100)))?;
    let marks = [Mark::Documented, Mark::Observed, Mark::Inferred];
    let marks = marks.map(|mark| (mark.label(), mark));
    let certainty = one_of(certainty, "certainty", marks)?;
    if source.is_empty() {
        return Err("it does not say where that is said (column four)".into());
    }
    Ok(Expected {
        role,
        permission,
        certainty,
        source: Outside::of(*source).shown(300).to_string(),
    })
}

/// The value of a word, or what words there are.
fn one_of<T: Copy>(word: &str, what: &str, known: [(&'static str, T); 3]) -> Result<T, String> {
    let found = known.iter().find(|(name, _)| *name == word);
    if let Some((_, value)) = found {
        return Ok(*value);
    }
    let names = known.map(|(name, _)| name);
    let meant = nearest(word, names)
        .first()
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(format!(
        "`{}` is no {what}, expected {}{meant}",
        Outside::of(word).shown(60),
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_own_table_is_read() {
        let lines = TABLE
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .count();
        let baseline = Baseline::parse(TABLE).expect("the own table");
        assert_eq!(baseline.0.len(), lines);
        assert_eq!(baseline, Baseline::default());
        assert_eq!(baseline.domains(), ["journey"]);
    }

    #[test]
    fn what_nobody_documents_is_not_called_documented() {
        for entry in Baseline::default().of(RoleKind::Agent) {
            let is_vague = entry.permission.is_any();
            assert_eq!(
                entry.certainty == Mark::Documented,
                is_vague,
                "{}",
                entry.permission
            );
        }
    }

    #[test]
    fn a_table_written_by_hand_is_read() {
        let text = "\u{feff}# ours\r\n\r\nsupervisor\tjourney:*:view\tobserved\tour own tests\r\n";
        let baseline = Baseline::parse(text).expect("a table");
        assert_eq!(baseline.of(RoleKind::Supervisor).len(), 1);
        assert!(baseline.of(RoleKind::Admin).is_empty());
    }

    #[test]
    fn a_line_that_cannot_be_used_is_named_with_what_is_wrong() {
        let good = "agent\tjourney:session:view\tinferred\tus\n";
        for (line, problem) in [
            (
                "agent\tjourney:session:view\tinferred",
                "its number of columns is 3",
            ),
            (
                "agent journey:session:view inferred us",
                "its number of columns is 1",
            ),
            (
                "agents\tjourney:a:view\tinferred\tus",
                "did you mean `agent`?",
            ),
            ("agent\tjourney:view\tinferred\tus", "domain:entity:action"),
            ("agent\tjourney:a:view\tguessed\tus", "is no certainty"),
            ("agent\tjourney:a:view\tinferred\t", "where that is said"),
            ("agent\tjourney:session:view\tobserved\tus", "twice"),
        ] {
            let refused = Baseline::parse(&format!("# ours\n{good}{line}\n")).expect_err(line);
            assert_eq!(refused.line, 3, "{line}");
            assert!(refused.problem.contains(problem), "{line}: {refused}");
        }
        assert!(Baseline::parse("# nothing\n").is_err());
        assert!(Baseline::parse("").is_err());
    }
}
