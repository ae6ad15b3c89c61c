//! `saml`: the assertion that the object would send, and what a captured one says.

use std::fs::File;
use std::io::{self, Read};

use clap::builder::BoolishValueParser;
use hybridcheck_core::facts::Facts;
use hybridcheck_core::object::Configuration;
use hybridcheck_core::time::Timestamp;

use super::Failure;
use super::flags::{self, LoginArgs, NetworkArgs};
use super::output::{Format, json, print};
use crate::probes::clock;
use crate::redact::Redactor;
use crate::run::providers;
use hybridcheck_saml::material;
use hybridcheck_saml::{self as saml, Explained, Message, Moments, Remark};

/// Arguments of `saml`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("job").required(true).args(["show", "decode"])))]
pub(super) struct SamlArgs {
    /// Make and sign the assertion that the object would send for --saml-user, and print it without its signature value; nothing is sent
    #[arg(long, requires_all = ["saml_user", "inputs"])]
    show: bool,
    /// Explain a captured SAMLResponse (form field, base64, redirect URL, HTML form or XML; `-` is standard input), by itself, against the objects of INPUT and, with --client-id, against the identity providers of their organisation
    #[arg(long, value_name = "FILE")]
    decode: Option<String>,
    /// Exports of the object; `-` is standard input
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    #[command(flatten)]
    login: LoginArgs,
    /// Judge times for this day or moment instead of now, such as the moment of the capture
    #[arg(
        long,
        value_name = "DATE",
        env = "HYBRIDCHECK_AS_OF",
        hide_env_values = true,
        value_parser = flags::moment
    )]
    as_of: Option<Timestamp>,
    /// Use the object of this tenant; a name or a DBID, repeatable
    #[arg(
        long,
        value_name = "TENANT",
        env = "HYBRIDCHECK_TENANT",
        hide_env_values = true
    )]
    tenant: Vec<String>,
    /// What goes to standard output
    #[arg(long, short = 'o', value_name = "NAME", default_value = "text")]
    format: Format,
    /// Ask nothing over the network, even where --client-id could read the identity providers for --decode
    #[arg(long, env = "HYBRIDCHECK_OFFLINE", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    offline: bool,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Runs `saml`.
pub(super) fn run(args: &SamlArgs) -> Result<u8, Failure> {
    match &args.decode {
        Some(file) => decode(args, file),
        None => show(args),
    }
}

fn show(args: &SamlArgs) -> Result<u8, Failure> {
    let configuration = objects(args)?;
    let object = flags::the_only("--show", &configuration)?;
    let wish = args.login.wish()?.unwrap_or_default();
    let now = args.as_of.unwrap_or_else(clock::now);
    let minted = saml::mint(object, &wish, now)?;
    let mut redactor = Redactor::default();
    redactor.learn_objects(&configuration.objects);
    minted
        .secrets()
        .into_iter()
        .for_each(|secret| redactor.learn(&secret));
    let shown = minted.shown(args.login.encoding().unwrap_or_default());
    let text = match args.format {
        Format::Text => shown.text(),
        Format::Json => json(&shown),
    };
    print(&redactor.gate(text))?;
    Ok(0)
}

fn decode(args: &SamlArgs, file: &str) -> Result<u8, Failure> {
    if file == "-" && args.inputs.iter().any(|input| input == "-") {
        return Err(Failure::Flag {
            flag: "--decode",
            problem: "standard input cannot be both the message and the object".into(),
            help: "name a file for one of the two".into(),
        });
    }
    let capture = capture(file)?;
    let configuration = if args.inputs.is_empty() {
        Configuration::default()
    } else {
        objects(args)?
    };
    let mut redactor = Redactor::default();
    redactor.learn_objects(&configuration.objects);
    let objects = configuration.objects.iter();
    let known: Vec<Vec<u8>> = objects.filter_map(material::certificate_der_of).collect();
    let read = |known: &[Vec<u8>]| {
        saml::read(&capture, known).map_err(|problem| Failure::Capture {
            path: file.to_owned(),
            problem,
        })
    };
    // Read before anything is asked, so that what is no message costs no request.
    let mut message = read(&known)?;
    let facts = asked(args, &configuration, &mut redactor)?;
    if let Some(facts) = &facts {
        let theirs = providers::certificates(&configuration.objects, facts);
        message = read(&[known, theirs].concat())?;
    }
    let moments = Moments {
        // Whole seconds: SAML writes no finer ones, and people read it.
        as_of: args
            .as_of
            .unwrap_or_else(|| Timestamp::from_unix(clock::now().unix())),
        is_named: args.as_of.is_some(),
    };
    let mut remarks = saml::judge(&message, moments);
    remarks.extend(compared(args, &message, &configuration, facts.as_ref()));
    let explained = Explained::of(file, moments.as_of, message, remarks);
    let text = match args.format {
        Format::Text => explained.text(),
        Format::Json => json(&explained),
    };
    print(&redactor.gate(text))?;
    Ok(explained.verdict.exit_status())
}

/// What the organisations of the objects say, where the tool's own client may ask.
fn asked(
    args: &SamlArgs,
    configuration: &Configuration,
    redactor: &mut Redactor,
) -> Result<Option<Facts>, Failure> {
    if configuration.objects.is_empty() || args.offline {
        return Ok(None);
    }
    let settings = args.network.settings()?;
    if settings.tool_client.is_none() {
        return Ok(None);
    }
    let facts = providers::ask(configuration, &settings, redactor)?;
    Ok(Some(facts))
}

/// The message held against each object, and against the identity providers of its organisation as far as they were asked for.
fn compared(
    args: &SamlArgs,
    message: &Message,
    configuration: &Configuration,
    facts: Option<&Facts>,
) -> Vec<Remark> {
    let objects = &configuration.objects;
    if objects.is_empty() {
        return vec![saml::compare::with_nothing()];
    }
    let mut remarks = Vec::new();
    for object in objects {
        let mut found = saml::compare::with_object(message, object);
        if let Some(facts) = facts {
            found.extend(providers::compared(message, object, facts));
        }
        if objects.len() > 1 {
            for remark in &mut found {
                remark.found = format!("{}: {}", object.title(), remark.found);
            }
        }
        remarks.extend(found);
    }
    if facts.is_none() {
        remarks.push(providers::not_asked(args.offline));
    }
    remarks
}

/// Reads a capture, and never more of it than its cap.
fn capture(path: &str) -> Result<Vec<u8>, Failure> {
    let limit = saml::CAPTURE_CAP as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|source| Failure::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    Ok(bytes)
}

fn objects(args: &SamlArgs) -> Result<Configuration, Failure> {
    flags::read(&args.inputs, &args.tenant)
}
