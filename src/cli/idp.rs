//! `idp`: the body of the PureEngage identity provider that the object implies, for an administrator to send.

use std::fmt::{self, Write};

use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use hybridcheck_core::facts::{FactKey, Facts, IdentityProvider, IdentityProviders};
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::run::Verdict;
use hybridcheck_core::time::Timestamp;

use super::Failure;
use super::exit::complain;
use super::flags::{InputArgs, NetworkArgs, Unrepeated, moment, the_only};
use super::output::{json, print};
use crate::config::Settings;
use crate::probes::clock;
use crate::redact::Redactor;
use crate::run::providers::{self, found};
use hybridcheck_saml::idp::{self, Body, Certificates, Expected, Kept, Target};
use hybridcheck_saml::{Remark, verdict};

/// Arguments of `idp`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct IdpArgs {
    /// Print the body of PUT /api/v2/identityproviders/pureengage that the object implies; nothing is sent
    #[arg(long, required = true)]
    expected: bool,
    #[command(flatten)]
    input: InputArgs,
    /// The ssoTargetURI of the body, an https URL: the object does not hold it. Without this flag the one that is there is kept where --client-id can read it
    #[arg(
        long,
        value_name = "URL",
        env = "HYBRIDCHECK_SSO_TARGET",
        hide_env_values = true,
        value_parser = Unrepeated(target)
    )]
    sso_target: Option<String>,
    /// Judge the dates of the certificate for this day or moment instead of now
    #[arg(
        long,
        value_name = "DATE",
        env = "HYBRIDCHECK_AS_OF",
        hide_env_values = true,
        value_parser = moment
    )]
    as_of: Option<Timestamp>,
    /// What goes to standard output: the body alone as JSON, or member by member with where it comes from
    #[arg(long, short = 'o', value_name = "NAME", default_value = "json")]
    format: Format,
    /// Ask nothing over the network, even where --client-id could read what is there now
    #[arg(long, env = "HYBRIDCHECK_OFFLINE", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    offline: bool,
    #[command(flatten)]
    network: NetworkArgs,
}

const AFTER_HELP: &str = "\
Standard output holds the body and nothing else. Write it into a file, look at it and at what
standard error says, and send it when nothing is wrong with it (header.txt, readable by you alone,
holds the line `Authorization: Bearer …` of a token that may edit identity providers):

  hybridcheck idp --expected object.xml --client-id ID > body.json
  cat body.json
  curl --fail-with-body -X PUT -H @header.txt -H 'Content-Type: application/json' \\
    --data @body.json https://api.mypurecloud.de/api/v2/identityproviders/pureengage

Standard error says where each member comes from, what the service would refuse and with which
code, and, with --client-id, what differs from the provider that is there now. What that one has and
the object does not imply otherwise is kept: its further valid certificates, as `certificates` (up to
five), its name, and every member that it has set; a text that is too long to be kept, such as a logo,
is named, and has to be added by hand. Without --client-id the body may take all of that away. In a renewal send the body first, then change the object, then take the old
certificate out of the provider. hybridcheck itself never writes.

Exit status: 0 the body is printed, and nothing is wrong with it or differs from what is there (as
far as --client-id could read it); 1 the service would refuse it, it differs from what is there, or
none can be made (nothing is printed then); 2 cannot run; 3 incomplete (a placeholder for
--sso-target, a hidden value, a member to be added by hand, a provider or a listing that could not be
read).";

/// The forms of what `idp` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The body alone.
    Json,
    /// For people.
    Text,
}

/// Runs `idp`.
pub(super) fn run(args: &IdpArgs) -> Result<u8, Failure> {
    let as_of = args.as_of.unwrap_or_else(clock::now);
    let settings = args.network.settings()?;
    let configuration = args.input.read()?;
    let object = the_only("idp --expected", &configuration)?;
    let mut redactor = Redactor::default();
    redactor.learn_objects(&configuration.objects);
    let seen = Seen::of(args, &configuration, &settings, &mut redactor)?;
    let now = seen.provider(object);
    let target = match (args.sso_target.clone(), now.and_then(idp::target)) {
        (Some(url), _) => Target::Named(url.into()),
        (None, Some(url)) => Target::Kept(url),
        (None, None) => Target::Unknown,
    };
    let mut made = idp::expected(object, target, as_of);
    if let Some(now) = now {
        idp::keep(&mut made, now, as_of);
    }
    let mut made = withheld(made, &redactor);
    let beside = if made.body.is_some() {
        seen.compared(object, |provider, all| match provider {
            Some(provider) => idp::differences(&made, provider, all),
            None => idp::absent(&made, all),
        })
    } else {
        Vec::new()
    };
    if let Some(body) = &made.body {
        print(&match args.format {
            Format::Json => json(body),
            Format::Text => text(body),
        })?;
    }
    complain(&redactor.gate(said(object, &made, &beside)));
    made.remarks.extend(beside);
    Ok(verdict_of(&made.remarks).exit_status())
}

/// A body is not yet ready where something is to be looked at: it will be sent as it is.
fn verdict_of(remarks: &[Remark]) -> Verdict {
    if remarks.iter().any(|remark| remark.status == Status::Warn) {
        return Verdict::NotReady;
    }
    verdict(remarks)
}

/// A target as it may stand in the body.
fn target(text: &str) -> Result<String, String> {
    let parsed = url::Url::parse(text).ok();
    let is_usable = parsed.is_some_and(|url| {
        url.scheme() == "https"
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
    });
    let is_clean = hybridcheck_core::idp_fault::IdpFault::of_target(text).is_none();
    if is_usable && is_clean {
        return Ok(text.to_owned());
    }
    let refusal = hybridcheck_core::idp_fault::IdpFault::TargetNotHttps.refusal();
    let code = refusal.map_or("invalid.target.url", |refusal| refusal.code);
    Err(format!(
        "not an https URL with a host and without user info, so the service would refuse the body with `{code}`"
    ))
}

/// What could be read of the provider as it is now.
enum Seen {
    Facts(Box<Facts>),
    Unasked(bool),
}

impl Seen {
    fn of(
        args: &IdpArgs,
        configuration: &Configuration,
        settings: &Settings,
        redactor: &mut Redactor,
    ) -> Result<Self, Failure> {
        if settings.tool_client.is_none() || args.offline {
            return Ok(Self::Unasked(args.offline));
        }
        let facts = providers::ask(configuration, settings, redactor)?;
        Ok(Self::Facts(Box::new(facts)))
    }

    /// The provider as it is now, where it could be read and is that of the object's organisation.
    fn provider(&self, object: &HybridObject) -> Option<&IdentityProvider> {
        let Self::Facts(facts) = self else {
            return None;
        };
        if providers::elsewhere(object, facts).is_some() {
            return None;
        }
        let key = FactKey::pureengage_idp(object.id);
        found(facts.pureengage_idp(&key)).ok()?
    }

    fn compared(
        &self,
        object: &HybridObject,
        compare: impl FnOnce(Option<&IdentityProvider>, Option<&IdentityProviders>) -> Vec<Remark>,
    ) -> Vec<Remark> {
        let facts = match self {
            Self::Facts(facts) => facts,
            Self::Unasked(offline) => return vec![not_asked(*offline), unseen()],
        };
        if let Some(remark) = providers::elsewhere(object, facts) {
            return vec![remark, unseen()];
        }
        let id = object.id;
        let all = found(facts.idps(&FactKey::Idps { object: id }))
            .ok()
            .flatten();
        match found(facts.pureengage_idp(&FactKey::pureengage_idp(id))) {
            Ok(provider) => compare(provider, all),
            Err(why) => vec![
                Remark::gap(
                    "provider",
                    format!(
                        "the provider could not be read, so the body was not compared with it: {why}"
                    ),
                    "the client of --client-id needs sso:provider:view",
                ),
                unseen(),
            ],
        }
    }
}

fn not_asked(offline: bool) -> Remark {
    let why = if offline {
        "not compared with the provider that is there now: --offline"
    } else {
        "not compared with the provider that is there now: no client of hybridcheck's own was given"
    };
    Remark::note("provider", why, providers::how_to_ask(offline))
}

/// What a body made without looking may do to the provider.
fn unseen() -> Remark {
    Remark::note(
        "provider",
        "the body takes the place of the provider that is there: its certificates beside this one, a name of the administrator's choice, \
         and members such as sloURI, relyingPartyIdentifier and nameIdentifierFormat may be gone afterwards",
        "before you send it, compare it with GET /api/v2/identityproviders/pureengage",
    )
}

/// A body that holds a secret of the object is not printed.
fn withheld(made: Expected, redactor: &Redactor) -> Expected {
    let texts = made.body.iter().flat_map(Body::texts);
    let others = made.body.iter().flat_map(|body| body.others.values());
    let others = others.filter_map(|other| match other {
        Kept::Text(text) => Some(("another member", text.view())),
        Kept::Truth(_) => None,
    });
    let holder = texts
        .chain(others)
        .filter(|(_, text)| redactor.clean(text.raw()).is_some())
        .map(|(member, _)| member)
        .next();
    let Some(member) = holder else {
        return made;
    };
    let source = match member {
        "issuerURI" => "saml/issuer",
        "ssoTargetURI" => "the target",
        _ => "the provider's own value",
    };
    let mut remarks = made.remarks;
    remarks.push(Remark::fail(
        member,
        format!("{source} holds a secret of the object, so no body is printed"),
        format!("correct {source}, and change that secret"),
    ));
    Expected {
        body: None,
        certificate: None,
        remarks,
    }
}

fn text(body: &Body) -> String {
    let mut text = String::new();
    let mut row = |member: &dyn fmt::Display, value: &dyn fmt::Display| {
        let _ = writeln!(text, "{member:<22}  {value}");
    };
    for (member, value) in body.texts() {
        row(&member, &value.shown(1024));
    }
    row(&"autoProvisionUsers", &body.auto_provision_users);
    row(&"disabled", &body.disabled);
    for (member, kept) in &body.others {
        match kept {
            Kept::Text(text) => row(member, &text.shown(1024)),
            Kept::Truth(truth) => row(member, truth),
        }
    }
    match &body.certificates {
        Certificates::One(certificate) => row(&"certificate", certificate),
        Certificates::Several(all) => {
            for certificate in all {
                row(&"certificates", certificate);
            }
        }
    }
    text
}

/// What standard error says: the call, then each remark.
fn said(object: &HybridObject, made: &Expected, beside: &[Remark]) -> String {
    let api = object.api_endpoint().map_or_else(
        || "API-HOST".to_owned(),
        |endpoint| endpoint.host.to_string(),
    );
    let call = format!("PUT https://{api}/api/v2/identityproviders/pureengage");
    let mut text = if made.body.is_some() {
        format!("{}: the body for {call}\n", object.title())
    } else {
        format!("{}: no body for {call} can be made\n", object.title())
    };
    for remark in made.remarks.iter().chain(beside) {
        let _ = writeln!(
            text,
            "{}: {}: {}",
            remark.status.label(),
            remark.id,
            remark.found
        );
        if !remark.fix.is_empty() {
            let _ = writeln!(text, "  to do: {}", remark.fix);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_https_url_may_be_the_target() {
        assert!(target("https://www.example.com/sso?x=1").is_ok());
        for bad in [
            "http://www.example.com/",
            "https://",
            "https://user:word@www.example.com/",
            "www.example.com",
            "https://www.example.com/a b",
            "",
        ] {
            let failure = target(bad).expect_err(bad);
            assert!(failure.contains("`invalid.target.url`"), "{failure}");
            assert!(bad.is_empty() || !failure.contains(bad), "{failure}");
        }
    }
}
