//! Flags of the SAML login: as whom, and what the assertion says beside what the object does.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::cli::Failure;
use crate::config::SamlLogin;
use hybridcheck_core::outside::Outside;
use hybridcheck_saml::{Encoding, Wish};

/// Flags of the SAML login.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "SAML login")]
#[expect(
    clippy::struct_field_names,
    reason = "the flags are named after the fields"
)]
pub(in crate::cli) struct LoginArgs {
    /// The user of the SAML login, by the address of an existing Genesys Cloud account. `check` really logs in as this user and ends the token
    /// afterwards; an address that the organisation does not know may become a new user there, and take a licence
    #[arg(
        long,
        value_name = "EMAIL",
        action = clap::ArgAction::Append,
        env = "HYBRIDCHECK_SAML_USER",
        hide_env_values = true,
        value_parser = user
    )]
    saml_user: Vec<Outside>,
    /// The audience of the assertion, where the provider has a relyingPartyIdentifier; the token URL otherwise
    #[arg(
        long,
        value_name = "URI",
        env = "HYBRIDCHECK_SAML_AUDIENCE",
        hide_env_values = true
    )]
    saml_audience: Option<Outside>,
    /// The attribute ServiceName of the assertion: a URL or a keyword such as directory
    #[arg(
        long,
        value_name = "NAME",
        env = "HYBRIDCHECK_SAML_SERVICE",
        hide_env_values = true
    )]
    saml_service: Option<Outside>,
    /// What is sent, and how it is encoded; `check` tries all of them without this flag, the most likely first
    #[arg(
        long,
        value_name = "ENCODING",
        env = "HYBRIDCHECK_SAML_ENCODING",
        hide_env_values = true
    )]
    saml_encoding: Option<Named>,
}

impl LoginArgs {
    /// What the assertion is to say beside what the object does; nothing when no user was named.
    pub(in crate::cli) fn wish(&self) -> Result<Option<Wish>, Failure> {
        // Of two, none is dropped in silence: a login may create a user.
        let email = match &self.saml_user[..] {
            [] => return Ok(None),
            [email] => email,
            [_, ..] => {
                return Err(Failure::Flag {
                    flag: "--saml-user",
                    problem: "was given more than once".into(),
                    help: "name the one user to log in as".into(),
                });
            }
        };
        let wish = Wish {
            email: email.clone(),
            audience: self.saml_audience.clone(),
            service_name: self.saml_service.clone(),
        };
        wish.checked().map(Some).map_err(Failure::from)
    }

    /// The login that was asked for.
    pub(in crate::cli) fn login(&self) -> Result<Option<SamlLogin>, Failure> {
        let wish = self.wish()?;
        Ok(wish.map(|wish| SamlLogin {
            wish,
            encoding: self.encoding(),
        }))
    }

    /// What the run document tells of it.
    pub(in crate::cli) fn told(&self) -> Vec<String> {
        let shown = |flag, value: Option<&Outside>| Some(format!("{flag} {}", value?.shown(254)));
        let encoding = self.saml_encoding.map(|Named(encoding)| encoding.label());
        let mut told: Vec<String> = [
            shown("--saml-user", self.saml_user.first()),
            shown("--saml-audience", self.saml_audience.as_ref()),
            shown("--saml-service", self.saml_service.as_ref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        told.extend(encoding.map(|label| format!("--saml-encoding: {label}")));
        told
    }

    /// The encoding asked for.
    pub(in crate::cli) fn encoding(&self) -> Option<Encoding> {
        self.saml_encoding.map(|Named(encoding)| encoding)
    }
}

/// The address of a user.
fn user(text: &str) -> Result<Outside, String> {
    match text.trim() {
        "" => Err(
            "it is empty (it may come from the variable HYBRIDCHECK_SAML_USER): give the address of an existing user, or leave it out"
                .to_owned(),
        ),
        email => Ok(email.into()),
    }
}

/// An encoding as a value of the command line.
#[derive(Clone, Copy, Debug)]
struct Named(Encoding);

impl ValueEnum for Named {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Named; 4] = [
            Named(Encoding::ALL[0]),
            Named(Encoding::ALL[1]),
            Named(Encoding::ALL[2]),
            Named(Encoding::ALL[3]),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let why = match self.0 {
            Encoding::ResponseBase64 => {
                r#": Workspace "sends a SAMLResponse" (documented), and browsers send those so"#
            }
            Encoding::AssertionBase64url => " (RFC 7522)",
            Encoding::AssertionBase64 | Encoding::ResponseBase64url => "",
        };
        let help = format!("{}{why}", self.0.label());
        Some(PossibleValue::new(self.0.name()).help(help))
    }
}
