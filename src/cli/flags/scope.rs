//! Which objects are read, and by which checks they are judged.

use std::time::Duration;

use clap::builder::BoolishValueParser;
use hybridcheck_core::object::{Configuration, HybridObject, Tenant};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::run::Invocation;
use hybridcheck_sources::{self as sources, Origin};

use super::select;
use crate::cli::Failure;
use crate::run::Scope;

/// What is read: inputs and tenants.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct InputArgs {
    /// Exports of the object; `-` is standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// Take only the object that this tenant uses; a name or a DBID, repeatable
    #[arg(
        long,
        value_name = "TENANT",
        env = "HYBRIDCHECK_TENANT",
        hide_env_values = true
    )]
    tenant: Vec<String>,
}

impl InputArgs {
    /// Reads the inputs and keeps the objects of the tenants named.
    pub(in crate::cli) fn read(&self) -> Result<Configuration, Failure> {
        read(&self.inputs, &self.tenant)
    }
}

/// How long another program may take to finish a file that it has begun to write.
const WRITING: Duration = Duration::from_millis(500);

impl Origin for InputArgs {
    fn again(&self) -> Result<Configuration, String> {
        if self.inputs.iter().any(|input| input == "-") {
            return Err("standard input can be read only once".into());
        }
        // A file that is just being written is whole a moment later.
        self.read()
            .or_else(|_| {
                std::thread::sleep(WRITING);
                self.read()
            })
            .map_err(|failure| failure.to_string())
    }
}

/// What is checked: inputs, tenants, checks.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct ScopeArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Ask nothing over the network: only what the input itself can show
    #[arg(long, env = "HYBRIDCHECK_OFFLINE", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    offline: bool,
    /// Run only these checks: ids, families or globs, separated by commas
    #[arg(
        long,
        value_name = "CHECKS",
        value_delimiter = ',',
        env = "HYBRIDCHECK_ONLY",
        hide_env_values = true
    )]
    only: Vec<String>,
    /// Leave these checks out: ids, families or globs, separated by commas
    #[arg(
        long,
        value_name = "CHECKS",
        value_delimiter = ',',
        env = "HYBRIDCHECK_SKIP",
        hide_env_values = true
    )]
    skip: Vec<String>,
}

impl ScopeArgs {
    /// Reads the inputs and selects checks and tenants.
    pub(in crate::cli) fn read(&self) -> Result<Scope, Failure> {
        Ok(Scope {
            checks: select::checks(hybridcheck_checks::checks(), &self.only, &self.skip)?,
            configuration: self.input.read()?,
            offline: self.offline,
        })
    }

    /// Where the objects can be read once more.
    pub(in crate::cli) fn origin(&self) -> &dyn Origin {
        &self.input
    }

    /// The inputs as they were named.
    pub(in crate::cli) fn inputs(&self) -> &[String] {
        &self.input.inputs
    }

    /// The tenants, as the run document tells them.
    pub(in crate::cli) fn tenants(&self) -> impl Iterator<Item = String> {
        let tenants = self.input.tenant.iter();
        tenants.map(|tenant| format!("--tenant {}", Outside::of(tenant.as_str()).shown(100)))
    }

    /// What the run document tells of it.
    pub(in crate::cli) fn told(&self) -> Invocation {
        Invocation {
            inputs: self.input.inputs.clone(),
            offline: self.offline,
            only: self.only.clone(),
            skip: self.skip.clone(),
            ..Invocation::default()
        }
    }

    /// The check of the login was left out: then nobody is logged in for what rests on it.
    pub(in crate::cli) fn skips_login(&self, scope: &Scope) -> bool {
        let mut checks = scope.checks.iter();
        self.only.is_empty() && !checks.any(|check| check.id().0 == "saml-login")
    }
}

/// Reads inputs and keeps the objects of the tenants named; none named keeps all.
pub(in crate::cli) fn read(
    inputs: &[String],
    tenants: &[String],
) -> Result<Configuration, Failure> {
    let mut configuration = sources::read(&sources::load(inputs)?)?;
    if !tenants.is_empty() {
        pick(&mut configuration, tenants)?;
    }
    Ok(configuration)
}

/// The object, where just one is needed. The same one given twice is no matter of tenants.
pub(in crate::cli) fn the_only<'a>(
    flag: &'static str,
    configuration: &'a Configuration,
) -> Result<&'a HybridObject, Failure> {
    let objects = &configuration.objects;
    let twice = objects.iter().enumerate().find_map(|(at, object)| {
        let mut before = objects[..at].iter();
        Some((
            before.find(|known| known.title() == object.title())?,
            object,
        ))
    });
    let Some((first, second)) = twice else {
        let is_unnamed = |object: &HybridObject| object.tenant.stated().is_none();
        if objects.len() > 1 && objects.iter().all(is_unnamed) {
            return Err(Failure::Flag {
                flag,
                problem: format!("{} objects were given, and one is needed", objects.len()),
                help: "give only the file that counts; these name no tenant to choose by".into(),
            });
        }
        return match objects.as_slice() {
            [object] => Ok(object),
            objects => {
                let titles: Vec<String> = objects.iter().map(HybridObject::title).collect();
                Err(Failure::Flag {
                    flag,
                    problem: format!(
                        "the input holds {} objects, and one is needed",
                        objects.len()
                    ),
                    help: format!("choose by --tenant; found: {}", titles.join(", ")),
                })
            }
        };
    };
    let (title, one, other) = (first.title(), &first.place, &second.place);
    let (problem, help) = if one.input == other.input {
        (
            format!("{title} stands twice in one file: {one} and {other}"),
            "leave only the one that counts in the file".to_owned(),
        )
    } else {
        (
            format!("{title} stands in two files: {one} and {other}"),
            "give only the file that counts".to_owned(),
        )
    };
    Err(Failure::Flag {
        flag,
        problem,
        help,
    })
}

/// Keeps the objects that the named tenants use.
fn pick(configuration: &mut Configuration, names: &[String]) -> Result<(), Failure> {
    let is_named = |tenant: &Tenant, name: &String| {
        tenant
            .name
            .as_ref()
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
            || tenant.dbid.is_some_and(|dbid| dbid.to_string() == *name)
            || (tenant.is_environment() && name.eq_ignore_ascii_case("Environment"))
    };
    for name in names {
        let served = configuration
            .objects
            .iter()
            .flat_map(|object| &object.serves);
        let served: Vec<String> = served.map(ToString::to_string).collect();
        let is_there = configuration
            .objects
            .iter()
            .any(|object| object.serves.iter().any(|tenant| is_named(tenant, name)));
        if !is_there {
            let help = if served.is_empty() {
                "this input names no tenant (an option file never does); leave --tenant out"
                    .to_owned()
            } else {
                format!("the input serves: {}", served.join(", "))
            };
            return Err(Failure::Unknown {
                what: "tenant",
                word: Outside::of(name.as_str()).shown(100).to_string(),
                help,
            });
        }
    }
    configuration.objects.retain(|object| {
        object
            .serves
            .iter()
            .any(|tenant| names.iter().any(|name| is_named(tenant, name)))
    });
    for (index, object) in configuration.objects.iter_mut().enumerate() {
        object.id = hybridcheck_core::object::ObjectId(u16::try_from(index).unwrap_or(u16::MAX));
        object
            .serves
            .retain(|tenant| names.iter().any(|name| is_named(tenant, name)));
    }
    Ok(())
}
