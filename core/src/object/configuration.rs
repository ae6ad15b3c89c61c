//! Everything that one run's inputs gave, and which object each tenant uses.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    DOCUMENTED_SERVICES, GENERAL_OPTIONS, HybridObject, Known, Note, ObjectId, Place, SAML_OPTIONS,
    SERVICE_OPTIONS, Tenant, Value,
};
use crate::form::{is_guid, looks_generated};
use crate::names::{Name, OrgId};
use crate::outside::Outside;
use crate::redact::Redactor;
use crate::secret::Secret;

/// A transaction with our name that is not of type List, or another object that came with the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stranger {
    /// Its type as written.
    pub kind: Outside,
    /// Its tenant, as far as stated.
    pub tenant: Option<Tenant>,
    /// Where it stands.
    pub place: Place,
}

/// Everything that one run's inputs gave.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The objects named `hybrid_integration` (or nameless, in forms that carry no name) to be judged, one id each.
    pub objects: Vec<HybridObject>,
    /// Tenants that the input names.
    pub tenants: Vec<Tenant>,
    /// Objects with our name and another transaction type, beside a right one.
    pub strangers: Vec<Stranger>,
    /// What readers noticed.
    pub notes: Vec<Note>,
    /// Inputs at which a reader failed in itself, and what an object holds beyond all that one is: nothing of it is judged, and it is not
    /// known what would have been.
    pub unread: Vec<Note>,
}

/// Which objects name which organisation, in any case: found once for all of them.
#[derive(Debug, Default)]
pub struct Organizations<'a>(BTreeMap<String, Vec<&'a HybridObject>>);

impl<'a> Organizations<'a> {
    /// Those that some objects name.
    pub fn of(objects: &'a [HybridObject]) -> Self {
        let mut named: BTreeMap<String, Vec<&HybridObject>> = BTreeMap::new();
        for object in objects {
            if let Some(id) = object.plain("general", "organization_id") {
                let id = id.raw().to_ascii_lowercase();
                named.entry(id).or_default().push(object);
            }
        }
        Self(named)
    }

    /// The objects that name an organisation, in their order.
    pub fn naming(&self, id: &OrgId) -> &[&'a HybridObject] {
        let id = id.view().raw().to_ascii_lowercase();
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }
}

impl Configuration {
    /// Wraps what stands in the wrong place and is a secret in its own, numbers the objects and settles which tenants each serves: an
    /// object under a tenant replaces the one in Environment for it, whole.
    pub fn settle(&mut self) {
        self.wrap_misplaced();
        let own: Vec<Option<Tenant>> = self
            .objects
            .iter()
            .map(|object| object.tenant.stated().cloned())
            .collect();
        for (index, (object, its)) in self.objects.iter_mut().zip(&own).enumerate() {
            object.id = ObjectId(u16::try_from(index).unwrap_or(u16::MAX));
            object.serves = its.iter().cloned().collect();
            if its.as_ref().is_some_and(Tenant::is_environment) {
                let without = self.tenants.iter().filter(|tenant| {
                    !tenant.is_environment()
                        && !own.iter().flatten().any(|taken| taken.is_same(tenant))
                });
                object.serves.extend(without.cloned());
            }
        }
    }

    /// A secret is one wherever it stands: as the value of an option that is open otherwise, as a name, in what a reader noticed.
    fn wrap_misplaced(&mut self) {
        let mut secrets = Redactor::default();
        let sections = self.objects.iter().flat_map(|object| &object.sections);
        let options = sections.flat_map(|section| &section.options);
        secrets.learn_all(options.filter_map(|option| match &option.value {
            Value::Secret(secret)
                if holds_secrets(&option.name) || looks_generated(secret.expose().trim()) =>
            {
                Some(secret)
            }
            Value::Secret(_) | Value::Plain(_) => None,
        }));
        let mut names = Names {
            secrets: &mut secrets,
            given: Vec::new(),
        };
        let sections = self
            .objects
            .iter_mut()
            .flat_map(|object| &mut object.sections);
        for section in sections {
            names.settle(&mut section.name);
            for option in &mut section.options {
                names.settle(&mut option.name);
                if let Value::Plain(text) = &option.value
                    && !is_guid(text.raw().trim())
                    && names.secrets.is_told_by(text.raw())
                {
                    option.value = Value::Secret(Secret::new(text.raw()));
                }
            }
        }
        let clean = |text: &mut Outside| {
            if let Some(clean) = secrets.clean_marked(text.raw()) {
                *text = clean.into();
            }
        };
        for object in &mut self.objects {
            for text in [
                &mut object.object_type,
                &mut object.transaction_type,
                &mut object.name,
                &mut object.alias,
                &mut object.state,
            ] {
                if let Known::Stated(text) = text {
                    clean(text);
                }
            }
            if let Known::Stated(tenant) = &mut object.tenant {
                tenant.name.iter_mut().for_each(clean);
            }
            if let Known::Stated(folder) = &mut object.folder {
                folder.path.iter_mut().for_each(clean);
            }
        }
        self.tenants
            .iter_mut()
            .filter_map(|tenant| tenant.name.as_mut())
            .for_each(clean);
        let objects = self.objects.iter_mut().map(|object| &mut object.notes);
        for note in objects.chain([&mut self.notes]).flatten() {
            if let Some(clean) = secrets.clean_marked(&note.text) {
                note.text = clean;
            }
        }
    }
}

/// Whether an option of this name holds a secret, be it misspelt.
fn holds_secrets(option: &Name) -> bool {
    let option = option.raw().to_ascii_lowercase();
    ["pass", "pwd", "secret", "key", "token", "credential"]
        .iter()
        .any(|word| option.contains(word))
        || crate::text::nearest(&option, ["password", "pkey"]) != Vec::<&str>::new()
}

/// Whether a name is one of the documentation's: a password may be the same word.
fn is_documented(name: &str) -> bool {
    ["general", "saml"]
        .iter()
        .chain(&DOCUMENTED_SERVICES)
        .chain(&GENERAL_OPTIONS)
        .chain(&SAML_OPTIONS)
        .chain(&SERVICE_OPTIONS)
        .any(|known| *known == name)
}

/// Names of sections and options, and those that were given in the place of a secret.
struct Names<'a> {
    secrets: &'a mut Redactor,
    given: Vec<(Secret, Name)>,
}

impl Names<'_> {
    /// A name that is a secret, or looks like one, is told by its length; the same one is told alike, another one otherwise.
    fn settle(&mut self, name: &mut Name) {
        let is_ours = is_documented(name.raw());
        if is_ours || !(looks_generated(name.raw()) || self.secrets.is_told_by(name.raw())) {
            return;
        }
        let secret = Secret::new(name.raw());
        let known = self.given.iter().find(|(known, _)| known.is_same(&secret));
        if let Some((_, given)) = known {
            *name = given.clone();
            return;
        }
        self.secrets.learn(&secret);
        let characters = name.raw().chars().count();
        let number = self.given.len() + 1;
        *name = format!("(hidden name {number}, {characters} characters)").into();
        self.given.push((secret, name.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Form, Opt, Section, ValueType};

    fn settled(options: &[(&str, &str, &str)]) -> Configuration {
        let place = Place::line("x.cfg", 1);
        let mut object = HybridObject::of_targets(Vec::new());
        object.form = Form::OptionFile;
        object.notes = vec![Note {
            text: format!("skipped {}", options[0].0),
            place: place.clone(),
        }];
        object.sections = options
            .iter()
            .map(|(section, option, value)| Section {
                name: (*section).into(),
                place: place.clone(),
                options: vec![Opt {
                    name: (*option).into(),
                    value: Value::at_the_door(section, option, (*value).into()),
                    value_type: ValueType::Text,
                    place: place.clone(),
                    missing_pieces: Vec::new(),
                }],
            })
            .collect();
        let mut configuration = Configuration {
            objects: vec![object],
            ..Configuration::default()
        };
        configuration.settle();
        configuration
    }

    #[test]
    fn a_value_that_is_a_secret_elsewhere_is_one_here() {
        let settled = settled(&[
            ("saml", "password", "2026"),
            ("saml", "expire_time", " 2026"),
            ("general", "organization_sname", "2027"),
            ("general", "comment", "AI Agent"),
            ("general", "default_agent_role_name", "AI Agent"),
        ]);
        let object = &settled.objects[0];
        assert!(object.plain("saml", "expire_time").is_none());
        assert!(object.plain("general", "organization_sname").is_some());
        // What is hidden for its place alone says nothing about another.
        assert!(object.plain("general", "default_agent_role_name").is_some());
    }

    #[test]
    fn an_id_in_the_place_of_a_password_stays_an_id() {
        let id = "11111111-aaaa-4bbb-8ccc-111111111111";
        let settled = settled(&[("ewt", "client_id", id), ("ewt", "password", id)]);
        assert!(settled.objects[0].client_id("ewt").is_some());
    }

    #[test]
    fn a_password_that_is_a_documented_name_hides_no_name() {
        let settled = settled(&[
            ("general", "password", "password"),
            ("saml", "pkey", "saml_auth"),
        ]);
        let sections = &settled.objects[0].sections;
        assert_eq!(sections[0].options[0].name, "password");
    }

    #[test]
    fn a_name_that_looks_like_a_secret_is_counted() {
        let secret = "Zk3x9qWe7rTy1uIo5pAs";
        let settled = settled(&[
            (secret, "client_id", "x"),
            (secret, "password", "changeit"),
            ("changeit", "password", "y"),
        ]);
        let object = &settled.objects[0];
        let names: Vec<String> = object
            .sections
            .iter()
            .map(|one| one.name.to_string())
            .collect();
        assert_eq!(
            names,
            [
                "(hidden name 1, 20 characters)",
                "(hidden name 1, 20 characters)",
                "(hidden name 2, 8 characters)",
            ]
        );
        assert_eq!(object.notes[0].text, "skipped [secret]");
    }
}
