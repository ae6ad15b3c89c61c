//! The faults that the sandbox can play: what each changes, and which root cause it must be diagnosed as.

use std::sync::LazyLock;

use super::cloud::{Client, EWT_CLIENT, ISSUER, Provider, Role, SERVICE_ROLE};
use super::dns::NameAnswer;
use super::setup::{REGION, Setup};

mod answers;
mod cloud;
mod http;
mod network;
mod object;
mod org;
mod proxy;
mod roles;
mod saml;
mod service;
mod tls;
mod tokens;

/// One way in which the sandbox differs from a healthy integration.
#[derive(Clone, Copy)]
pub struct Fault {
    /// Its name on the command line.
    pub name: &'static str,
    /// Where it lies: `object`, `dns`, `tcp`, `tls`, `http`, `proxy`, `oauth`, `organisation`, `idp`, `saml`, `answer`, or `none` when nothing is wrong.
    pub area: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// The ids of the causes that must be diagnosed, in the order in which they are named; empty when no cause is promised.
    pub causes: &'static [&'static str],
    /// Nothing is wrong: a variation that every check must bear.
    pub healthy: bool,
    pub(super) twist: fn(&mut Setup),
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Fault").field(&self.name).finish()
    }
}

static FAULTS: LazyLock<Vec<Fault>> = LazyLock::new(|| {
    [
        object::FAULTS,
        network::FAULTS,
        tls::FAULTS,
        http::FAULTS,
        proxy::FAULTS,
        cloud::FAULTS,
        roles::FAULTS,
        tokens::FAULTS,
        service::FAULTS,
        org::FAULTS,
        saml::FAULTS,
        answers::FAULTS,
    ]
    .concat()
});

/// All faults, in the order in which an integration meets them.
pub fn faults() -> &'static [Fault] {
    &FAULTS
}

/// The fault of a name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    faults().iter().find(|fault| fault.name == name)
}

const fn one(
    area: &'static str,
    name: &'static str,
    causes: &'static [&'static str],
    about: &'static str,
    twist: fn(&mut Setup),
) -> Fault {
    Fault {
        name,
        area,
        about,
        causes,
        healthy: false,
        twist,
    }
}

const fn fine(name: &'static str, about: &'static str, twist: fn(&mut Setup)) -> Fault {
    Fault {
        name,
        area: "none",
        about,
        causes: &[],
        healthy: true,
        twist,
    }
}

impl Setup {
    fn client(&mut self, change: impl FnOnce(&mut Client)) {
        if let Some(client) = self.cloud.client_mut(EWT_CLIENT) {
            change(client);
        }
    }

    /// Changes the role of the client of `[ewt]`.
    fn service_role(&mut self, change: impl FnOnce(&mut Role)) {
        if let Some(role) = self.cloud.role_mut(SERVICE_ROLE) {
            change(role);
        }
    }

    fn pureengage(&mut self, change: impl FnOnce(&mut Provider)) {
        if let Some(provider) = self.cloud.pureengage_mut() {
            change(provider);
        }
    }

    fn other_issuer(&mut self) {
        self.pureengage(|provider| provider.issuer = ISSUER.replacen("https", "http", 1));
    }

    /// The old name stays a part of the new one, so that a search finds it and only an exact comparison does not.
    fn rename_agent_role(&mut self) {
        for role in &mut self.cloud.roles {
            if role.name == "AI Agent" {
                role.name = "AI Agent (2024)".into();
            }
        }
    }

    fn many_providers(&mut self) {
        for number in 1..=30 {
            let id = format!("integration-{number:02}");
            let issuer = format!("https://sso{number:02}.acme.example/metadata");
            let provider = Provider::other(&id, &format!("Integration {number:02}"), &issuer);
            self.cloud.providers.push(provider);
        }
    }

    fn name_answers(&mut self, hosts: &[&str], answer: &NameAnswer) {
        for host in hosts {
            let name = format!("{host}.{REGION}");
            self.zone.0.insert(name, answer.clone());
        }
    }
}
