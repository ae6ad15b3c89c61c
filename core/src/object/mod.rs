//! The transaction object `hybrid_integration`: one model for every form in which Engage gives it.
//!
//! Every value knows where it came from; secrets are wrapped at the door; the raw text is kept, because checks judge the raw text.

mod configuration;
mod place;
mod sections;
mod value;

pub use crate::form::is_guid;
pub use configuration::{Configuration, Organizations, Stranger};
pub use place::{At, Folder, Form, Known, Place, Tenant};
pub use sections::Sections;
pub use value::{Value, ValueType};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Endpoint, Host};
use crate::names::{ClientId, Issuer, Name, OrgId, OrgShortName};
use crate::outside::Outside;
use crate::region::HostRole;

/// The name that object and alias must have.
pub const OBJECT_NAME: &str = "hybrid_integration";

/// The seven options of section `general`.
pub const GENERAL_OPTIONS: [&str; 7] = [
    "organization_sname",
    "organization_id",
    "default_agent_role_name",
    "default_supervisor_role_name",
    "default_admin_role_name",
    "base_auth_url",
    "base_service_url",
];

/// The five options of section `saml`.
pub const SAML_OPTIONS: [&str; 5] = ["issuer", "certificate", "pkey", "password", "expire_time"];

/// The two options of a section of an OAuth client.
pub const SERVICE_OPTIONS: [&str; 2] = ["client_id", "password"];

/// Sections of OAuth clients that the documentation names: Workspace Desktop (SAML2 bearer) and the Agent Pacing Service.
pub const DOCUMENTED_SERVICES: [&str; 2] = ["saml_auth", "ewt"];

/// The section whose OAuth client uses the SAML2-bearer grant and is therefore never asked for a client-credentials token.
pub const SAML_AUTH: &str = "saml_auth";

/// Which object of the run something belongs to, counted from 0 in the order of the input.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct ObjectId(pub u16);

/// One option of a section.
#[derive(Clone, Debug)]
pub struct Opt {
    /// The option's name as written.
    pub name: Name,
    /// Its value.
    pub value: Value,
    /// How the form typed the value.
    pub value_type: ValueType,
    /// Where it stands.
    pub place: Place,
    /// Pieces of the value that are missing, by number (rows of a database, joined in order).
    pub missing_pieces: Vec<u32>,
}

/// One section, options in the order of the input; duplicates are kept.
#[derive(Clone, Debug)]
pub struct Section {
    /// The section's name as written.
    pub name: Name,
    /// Where it begins.
    pub place: Place,
    /// Its options.
    pub options: Vec<Opt>,
}

/// The object, as read.
#[derive(Clone, Debug)]
pub struct HybridObject {
    /// Which object of the run this is.
    pub id: ObjectId,
    /// Where it begins.
    pub place: Place,
    /// The form it was given in.
    pub form: Form,
    /// The Configuration Layer type of the object, such as `CfgTransaction`.
    pub object_type: Known<Outside>,
    /// The transaction type as written: `21`, `CFGTRTList`, `list`.
    pub transaction_type: Known<Outside>,
    /// Its name.
    pub name: Known<Outside>,
    /// Its alias.
    pub alias: Known<Outside>,
    /// Its tenant.
    pub tenant: Known<Tenant>,
    /// Its folder.
    pub folder: Known<Folder>,
    /// Its state as written: `1`, `enabled`.
    pub state: Known<Outside>,
    /// Its DBID.
    pub dbid: Known<u32>,
    /// Its sections in the order of the input.
    pub sections: Sections,
    /// The tenants that use this object: its own, and those without an object of their own when it lies in Environment.
    pub serves: Vec<Tenant>,
    /// Endpoints that a person named, in place of or beside those of the options.
    pub targets: Vec<Target>,
    /// What the reader noticed and a person should know, such as a fallback encoding.
    pub notes: Vec<Note>,
}

/// An endpoint that a person named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// What the host is for in the region table; nothing for any other host.
    pub role: Option<HostRole>,
    /// Whether it is spoken to in TLS; otherwise a TCP connection is all that is tried.
    pub tls: bool,
    /// Where it was named.
    pub place: Place,
}

/// Something a reader noticed while reading; it never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// What was noticed.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// The result of looking an option up.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// Exactly this name; the last one when there are several.
    Exact(&'a Opt),
    /// Only a name that differs by upper and lower case.
    OtherCase(&'a Opt),
    /// The section is there, the option is not.
    NoOption(&'a Section),
    /// The section is not there.
    NoSection,
}

impl<'a> Lookup<'a> {
    /// The option under its exact or case-different name.
    pub fn found(self) -> Option<&'a Opt> {
        match self {
            Self::Exact(option) | Self::OtherCase(option) => Some(option),
            Self::NoOption(_) | Self::NoSection => None,
        }
    }
}

impl HybridObject {
    /// No object at all: endpoints that a person named.
    pub fn of_targets(targets: Vec<Target>) -> Self {
        Self {
            id: ObjectId(0),
            place: targets
                .first()
                .map_or_else(|| Place::whole("-"), |target| target.place.clone()),
            form: Form::Named,
            object_type: Known::NotInForm,
            transaction_type: Known::NotInForm,
            name: Known::NotInForm,
            alias: Known::NotInForm,
            tenant: Known::NotInForm,
            folder: Known::NotInForm,
            state: Known::NotInForm,
            dbid: Known::NotInForm,
            sections: Sections::default(),
            serves: Vec::new(),
            targets,
            notes: Vec::new(),
        }
    }

    /// Looks an option up: exact names first, then names that differ by case; the last of several wins, as Engage would.
    pub fn lookup(&self, section: &str, option: &str) -> Lookup<'_> {
        let alike = self.sections.named_like(section).rev();
        let exact = alike.clone().filter(|s| s.name == section);
        let folded = alike.filter(|s| s.name != section);
        let mut fallback = None;
        let mut seen = None;
        for (case_differs, candidate) in exact.map(|s| (false, s)).chain(folded.map(|s| (true, s)))
        {
            seen = seen.or(Some(candidate));
            for found in candidate.options.iter().rev() {
                if found.name == option && !case_differs {
                    return Lookup::Exact(found);
                }
                if found.name.eq_ignore_ascii_case(option) && fallback.is_none() {
                    fallback = Some(found);
                }
            }
        }
        match (fallback, seen) {
            (Some(found), _) => Lookup::OtherCase(found),
            (None, Some(section)) => Lookup::NoOption(section),
            (None, None) => Lookup::NoSection,
        }
    }

    /// The option under its exact or case-different name.
    pub fn option(&self, section: &str, option: &str) -> Option<&Opt> {
        self.lookup(section, option).found()
    }

    /// The value of an option with blanks around it removed, when it may be shown and is not empty.
    pub fn plain(&self, section: &str, option: &str) -> Option<Outside<&str>> {
        self.option(section, option)?
            .value
            .plain()
            .map(Outside::trim)
            .filter(|text| !text.is_empty())
    }

    /// `general/organization_id`, as [`HybridObject::plain`] gives it.
    pub fn organization_id(&self) -> Option<OrgId> {
        self.plain("general", "organization_id").map(OrgId::from)
    }

    /// `general/organization_sname`, as [`HybridObject::plain`] gives it.
    pub fn organization_sname(&self) -> Option<OrgShortName> {
        let name = self.plain("general", "organization_sname");
        name.map(OrgShortName::from)
    }

    /// `saml/issuer`, as [`HybridObject::plain`] gives it.
    pub fn issuer(&self) -> Option<Issuer> {
        self.plain("saml", "issuer").map(Issuer::from)
    }

    /// The `client_id` of a section, as [`HybridObject::plain`] gives it.
    pub fn client_id(&self, section: &str) -> Option<ClientId> {
        self.plain(section, "client_id").map(ClientId::from)
    }

    /// The names of the sections of OAuth clients, in order and once each: every section that is neither `general` nor `saml`,
    /// nor a misspelling of one of them.
    pub fn services(&self) -> Vec<&Name> {
        let mut known = std::collections::BTreeSet::new();
        let services = self.sections.iter().filter(|of| self.is_service(of));
        services
            .map(|section| &section.name)
            .filter(|name| known.insert(*name))
            .collect()
    }

    fn is_service(&self, section: &Section) -> bool {
        let holds_client = SERVICE_OPTIONS[..1].iter().any(|option| {
            section
                .options
                .iter()
                .any(|found| found.name.eq_ignore_ascii_case(option))
        });
        if ["general", "saml"]
            .iter()
            .any(|known| section.name.eq_ignore_ascii_case(known))
        {
            return false;
        }
        holds_client || self.misspelt_section(section).is_none()
    }

    /// Whether a section is about an OAuth client: it has one of a client's options, or a documented client's name.
    pub fn is_client(&self, section: &str) -> bool {
        DOCUMENTED_SERVICES.contains(&section)
            || SERVICE_OPTIONS
                .iter()
                .any(|option| self.option(section, option).is_some())
    }

    /// The documented section that this one is probably meant to be, when that one is not there itself.
    pub fn misspelt_section(&self, section: &Section) -> Option<&'static str> {
        const KNOWN: [&str; 4] = ["general", "saml", "saml_auth", "ewt"];
        if KNOWN.contains(&section.name.raw()) {
            return None;
        }
        let near = crate::text::nearest(section.name.raw(), KNOWN);
        near.into_iter().find(|near| {
            let taken = self.sections.named(near).next().is_some();
            !taken && (section.name.eq_ignore_ascii_case(near) || *near != "ewt")
        })
    }

    /// The host and port of a URL option, when it is an `http` or `https` URL; 443 where it names no port.
    pub fn endpoint(&self, option: &str) -> Option<Endpoint> {
        let url = url::Url::parse(self.plain("general", option)?.raw()).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Endpoint {
            host: Host::of(url.host_str()?),
            // An `http` URL is a defect of its own; what lies behind the right one is looked at all the same.
            port: url.port().unwrap_or(443),
        })
    }

    /// The endpoint of `general/base_auth_url`.
    pub fn auth_endpoint(&self) -> Option<Endpoint> {
        self.endpoint("base_auth_url")
    }

    /// The endpoint of `general/base_service_url`.
    pub fn api_endpoint(&self) -> Option<Endpoint> {
        self.endpoint("base_service_url")
    }

    /// The endpoint of `general/base_auth_url`, and every auth host that a person named.
    pub fn auth_endpoints(&self) -> Vec<Endpoint> {
        self.with_role(self.auth_endpoint(), HostRole::Auth)
    }

    /// The endpoint of `general/base_service_url`, and every API host that a person named.
    pub fn api_endpoints(&self) -> Vec<Endpoint> {
        self.with_role(self.api_endpoint(), HostRole::Api)
    }

    fn with_role(&self, own: Option<Endpoint>, role: HostRole) -> Vec<Endpoint> {
        let named = self.targets.iter().filter(|target| {
            target.tls && target.role == Some(role) && Some(&target.endpoint) != own.as_ref()
        });
        let named: Vec<Endpoint> = named.map(|target| target.endpoint.clone()).collect();
        own.into_iter().chain(named).collect()
    }

    /// Every endpoint of the object, once each: of its URLs, then those that a person named.
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let mut all: Vec<Endpoint> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        let own = [self.auth_endpoint(), self.api_endpoint()];
        let named = self.targets.iter().map(|target| target.endpoint.clone());
        for endpoint in own.into_iter().flatten().chain(named) {
            if known.insert(endpoint.clone()) {
                all.push(endpoint);
            }
        }
        all
    }

    /// Whether an endpoint is spoken to in TLS: all are but those that a person named for TCP alone.
    pub fn speaks_tls(&self, endpoint: &Endpoint) -> bool {
        let mut named = self.targets.iter();
        named
            .find(|target| target.endpoint == *endpoint)
            .is_none_or(|target| target.tls)
    }

    /// How the object is called in messages: its tenant when one is stated, else the input.
    pub fn title(&self) -> String {
        if self.form == Form::Named {
            return "the hosts named".into();
        }
        match self.tenant.stated() {
            Some(tenant) => format!("{OBJECT_NAME} of {tenant}"),
            None => format!(
                "{OBJECT_NAME} in {}",
                self.place.input.shown(place::LONGEST_PATH)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(sections: &[(&str, &[(&str, &str)])]) -> HybridObject {
        let place = Place::line("x.cfg", 1);
        HybridObject {
            id: ObjectId(0),
            place: place.clone(),
            form: Form::OptionFile,
            object_type: Known::NotInForm,
            transaction_type: Known::NotInForm,
            name: Known::NotInForm,
            alias: Known::NotInForm,
            tenant: Known::NotInForm,
            folder: Known::NotInForm,
            state: Known::NotInForm,
            dbid: Known::NotInForm,
            serves: Vec::new(),
            targets: Vec::new(),
            notes: Vec::new(),
            sections: sections
                .iter()
                .map(|(name, options)| Section {
                    name: (*name).into(),
                    place: place.clone(),
                    options: options
                        .iter()
                        .map(|(option, value)| Opt {
                            name: (*option).into(),
                            value: Value::at_the_door(name, option, (*value).into()),
                            value_type: ValueType::Text,
                            place: place.clone(),
                            missing_pieces: Vec::new(),
                        })
                        .collect(),
                })
                .collect(),
        }
    }

    #[test]
    fn the_last_of_duplicates_wins_and_exact_names_come_first() {
        let object = object(&[
            (
                "general",
                &[("organization_sname", "a"), ("organization_sname", "b")],
            ),
            ("General", &[("organization_sname", "c")]),
        ]);
        assert_eq!(
            object.plain("general", "organization_sname"),
            Some(Outside::of("b"))
        );
        assert!(matches!(
            object.lookup("general", "issuer"),
            Lookup::NoOption(_)
        ));
        assert!(matches!(object.lookup("saml", "issuer"), Lookup::NoSection));
    }

    #[test]
    fn a_misspelt_section_is_not_a_service() {
        let object = object(&[
            ("generall", &[("organization_id", "x")]),
            ("saml", &[]),
            ("ewt", &[]),
            ("pacing", &[]),
        ]);
        assert_eq!(object.services(), ["ewt", "pacing"]);
        assert_eq!(
            object.misspelt_section(&object.sections[0]),
            Some("general")
        );
    }

    #[test]
    fn endpoints_come_from_the_urls() {
        let object = object(&[(
            "general",
            &[("base_auth_url", " https://Login.MyPureCloud.de/oauth/token")],
        )]);
        assert_eq!(
            object.auth_endpoint().map(|e| e.to_string()).as_deref(),
            Some("login.mypurecloud.de:443")
        );
        assert!(object.api_endpoint().is_none());
    }

    #[test]
    fn an_object_of_a_tenant_replaces_the_one_in_environment() {
        let tenant = |dbid, name: &str| Tenant {
            dbid: Some(dbid),
            name: Some(name.into()),
        };
        let mut shared = object(&[]);
        shared.tenant = Known::Stated(tenant(1, "Environment"));
        let mut own = object(&[]);
        own.tenant = Known::Stated(tenant(101, "Resources"));
        let mut configuration = Configuration {
            objects: vec![shared, own],
            tenants: vec![tenant(101, "Resources"), tenant(102, "Sales")],
            ..Configuration::default()
        };
        configuration.settle();
        let serves = |index: usize| {
            configuration.objects[index]
                .serves
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(serves(0), ["Environment", "Sales"]);
        assert_eq!(serves(1), ["Resources"]);
        assert_eq!(configuration.objects[1].id, ObjectId(1));
    }
}
