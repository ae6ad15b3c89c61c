//! The levels at which checks judge an object: a check is handed what it says it judges, and nothing else.

use std::collections::BTreeSet;
use std::fmt;

use super::{Subject, service_clients};
use crate::baseline::RoleKind;
use crate::endpoint::Endpoint;
use crate::facts::ClientRef;
use crate::names::Name;
use crate::object::HybridObject;

/// A kind of thing in an object that a check can judge.
pub trait Level: Clone + Into<Subject> + Send + Sync {
    /// Every such thing in an object: what is judged where a check does not choose.
    fn all(object: &HybridObject) -> Vec<Self>;
}

/// The object as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole;

/// Names an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionName {
    /// Its section.
    pub section: Name,
    /// Its own name.
    pub option: Name,
}

impl OptionName {
    /// An option of a section.
    pub fn new(section: impl Into<Name>, option: impl Into<Name>) -> Self {
        Self {
            section: section.into(),
            option: option.into(),
        }
    }
}

impl fmt::Display for OptionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.section, self.option)
    }
}

/// Names a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionName(pub Name);

impl From<Whole> for Subject {
    fn from(_: Whole) -> Self {
        Self::Object
    }
}

impl From<Endpoint> for Subject {
    fn from(endpoint: Endpoint) -> Self {
        Self::Endpoint { endpoint }
    }
}

impl From<ClientRef> for Subject {
    fn from(client: ClientRef) -> Self {
        Self::Client { client }
    }
}

impl From<OptionName> for Subject {
    fn from(name: OptionName) -> Self {
        Self::Option {
            section: name.section,
            option: name.option,
        }
    }
}

impl From<RoleKind> for Subject {
    fn from(kind: RoleKind) -> Self {
        Self::option("general", kind.option())
    }
}

impl From<SectionName> for Subject {
    fn from(name: SectionName) -> Self {
        Self::Section { section: name.0 }
    }
}

impl<L: Into<Subject>> From<Option<L>> for Subject {
    fn from(named: Option<L>) -> Self {
        named.map_or(Self::Object, L::into)
    }
}

impl Level for Whole {
    fn all(_: &HybridObject) -> Vec<Self> {
        vec![Self]
    }
}

impl Level for Endpoint {
    fn all(object: &HybridObject) -> Vec<Self> {
        object.endpoints()
    }
}

/// The clients that are asked for a client-credentials token.
impl Level for ClientRef {
    fn all(object: &HybridObject) -> Vec<Self> {
        service_clients(object)
    }
}

/// The options as they are written, each name once.
impl Level for OptionName {
    fn all(object: &HybridObject) -> Vec<Self> {
        let mut known = BTreeSet::new();
        let options = object.sections.iter().flat_map(|section| {
            let options = section.options.iter();
            options.map(move |option| (&section.name, &option.name))
        });
        options
            .filter(|name| known.insert(*name))
            .map(|(section, option)| Self::new(section, option))
            .collect()
    }
}

/// The options that name a role.
impl Level for RoleKind {
    fn all(_: &HybridObject) -> Vec<Self> {
        Self::ALL.to_vec()
    }
}

/// The sections as they are written, each name once.
impl Level for SectionName {
    fn all(object: &HybridObject) -> Vec<Self> {
        let mut known = BTreeSet::new();
        let names = object.sections.iter().map(|section| &section.name);
        names
            .filter(|name| known.insert(*name))
            .map(|name| Self(name.clone()))
            .collect()
    }
}

/// What stands out, or the object as a whole when nothing does.
impl<L: Clone + Into<Subject> + Send + Sync> Level for Option<L> {
    fn all(_: &HybridObject) -> Vec<Self> {
        vec![None]
    }
}

/// The subjects of a check that speaks about what stands out, and about the object as a whole when nothing does.
pub fn or_whole<L>(outstanding: Vec<L>) -> Vec<Option<L>> {
    if outstanding.is_empty() {
        return vec![None];
    }
    outstanding.into_iter().map(Some).collect()
}
