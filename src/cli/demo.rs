//! `demo`: the whole suite against the embedded sandbox; nothing to set up, nothing leaves the host.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};

use clap::Parser;

use super::Failure;
use super::exit::nearest;
use super::flags::JobArgs;
use super::output::{OutputArgs, print};
use crate::probes::limits;
use crate::run::{interrupt, runtime};
use hybridcheck_sandbox::{self as sandbox, Fault, Sandbox};

/// Arguments of `demo`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DemoArgs {
    /// Play a fault
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Option<&'static Fault>,
    /// List the faults
    #[arg(long, conflicts_with_all = ["fault", "report", "serve"])]
    list_faults: bool,
    /// Keep the sandbox running and print how to point check, curl and an SDK at it
    #[arg(long, conflicts_with = "report")]
    serve: bool,
    /// The address of this host to serve on, for clients in another network namespace
    #[arg(
        long,
        value_name = "IPV4",
        default_value = "127.0.0.1",
        requires = "serve"
    )]
    bind: Ipv4Addr,
    /// Serve every host on this address and port too, told apart by the name in the handshake; repeatable
    #[arg(long, value_name = "IP:PORT", requires = "serve")]
    door: Vec<SocketAddr>,
    #[command(flatten)]
    output: OutputArgs,
}

/// The words that `check` would be given, parsed by the same parser.
#[derive(Parser)]
struct AsCheck {
    #[command(flatten)]
    job: JobArgs,
}

/// Runs `demo`.
pub(super) fn run(args: &DemoArgs) -> Result<u8, Failure> {
    if args.list_faults {
        print(&list())?;
        return Ok(0);
    }
    // What the sandbox writes is removed at the end, and only a run's own end is one.
    interrupt::run_begins();
    limits::share();
    let sandbox = Sandbox::start_at(args.fault, args.bind, &args.door).map_err(Failure::Sandbox)?;
    if args.serve {
        print(&instructions(&sandbox, args.bind))?;
        wait()?;
        return Ok(0);
    }
    let output = args.output.output(&[])?;
    let words = std::iter::once("check".to_owned()).chain(sandbox.check_arguments());
    let parsed = AsCheck::try_parse_from(words).map_err(|error| Failure::Flag {
        flag: "demo",
        problem: error.to_string(),
        help: "this is a fault of hybridcheck itself; please report it".into(),
    })?;
    let job = parsed.job.job("demo", output.fail_on)?;
    output.of_job(&job)
}

/// A fault by its name; there are too many for an error to list them.
fn fault(name: &str) -> Result<&'static Fault, String> {
    let known = sandbox::faults().iter().map(|fault| fault.name);
    sandbox::fault(name).ok_or_else(|| nearest(name, known, "hybridcheck demo --list-faults"))
}

fn list() -> String {
    let mut text = String::new();
    for fault in sandbox::faults() {
        let expected = if fault.causes.is_empty() {
            "no cause".to_owned()
        } else {
            fault.causes.join(", ")
        };
        let _ = writeln!(
            text,
            "{:<24} {:<13} {} [{expected}]",
            fault.name, fault.area, fault.about
        );
    }
    text
}

fn instructions(sandbox: &Sandbox, at: Ipv4Addr) -> String {
    let (tool_id, _) = sandbox.tool_client();
    let tool_secret_file = sandbox.tool_secret_file();
    let words: Vec<String> = sandbox
        .check_arguments()
        .into_iter()
        .map(|word| quoted(&word))
        .collect();
    let connect: Vec<String> = sandbox
        .connect_to()
        .into_iter()
        .map(|rule| format!("--connect-to {}", curl_rule(&rule, at)))
        .collect();
    let doors: String = sandbox.doors().iter().fold(String::new(), |text, door| {
        text + &format!("Every host is at {door} too, told apart by the name in the handshake.\n")
    });
    format!(
        "An embedded Genesys Cloud is running until Ctrl-C.\n{doors}\n\
         hybridcheck:\n  hybridcheck check {}\n\n\
         with the tool's own client:\n  hybridcheck check --client-id {tool_id} --client-secret-file {} {}\n\n\
         curl:\n  curl --cacert {} {} https://login.mypurecloud.de/.well-known/oauth-authorization-server\n\n\
         an SDK: trust {}, send login.mypurecloud.de:443 and api.mypurecloud.de:443 to the ports above\n\
         (tests/sdk/python_sdk.py does so with purecloudplatformclientv2), client id {tool_id}, secret in {}\n",
        words.join(" "),
        tool_secret_file.display(),
        words.join(" "),
        sandbox.ca_file().display(),
        connect.join(" "),
        sandbox.ca_file().display(),
        tool_secret_file.display(),
    )
}

/// curl resolves the kept host itself, which has no address outside the sandbox: it is led to the sandbox's.
fn curl_rule(rule: &str, at: Ipv4Addr) -> String {
    rule.replacen("::", &format!(":{at}:"), 1)
}

/// A word as a POSIX shell takes it whole.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn wait() -> Result<(), Failure> {
    let failed = |source| Failure::System {
        action: "wait for a signal",
        source,
    };
    runtime().map_err(failed)?.block_on(interrupt::received());
    Ok(())
}
