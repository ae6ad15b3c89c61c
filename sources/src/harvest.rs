//! What one input gave: objects that may be ours, tenants, notes, and a census of the rest for the message when nothing is ours.

use std::collections::BTreeMap;

use hybridcheck_core::object::{
    Form, GENERAL_OPTIONS, HybridObject, Known, Note, OBJECT_NAME, ObjectId, Opt, Place,
    SAML_OPTIONS, SERVICE_OPTIONS, Section, Tenant, Value, ValueType,
};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::{listed, nearest};

use super::bounds::{Draft, Remarks};
use super::error::shown;

/// Everything one input gave.
#[derive(Default)]
pub(super) struct Harvest {
    /// Objects with our name, or nameless ones that look like ours.
    pub(super) objects: Vec<HybridObject>,
    /// Tenants it names.
    pub(super) tenants: Vec<Tenant>,
    /// What the reader noticed about the input as a whole.
    pub(super) notes: Remarks,
    /// What is to be told of an object that is more than one, and where that object stands.
    pub(super) excess: Vec<(Place, Note)>,
    /// What else there is.
    pub(super) census: Census,
}

impl Harvest {
    /// Takes an object when it is ours, counts it when it is not.
    pub(super) fn offer(&mut self, draft: Draft) {
        let (object, excess) = draft.finish();
        let named = [&object.name, &object.alias];
        let is_ours = if named.iter().all(|name| name.stated().is_none()) {
            object.sections.iter().any(is_documented_section)
        } else {
            named
                .iter()
                .filter_map(|name| name.stated())
                .any(|name| is_our_name(name.raw()))
        };
        if is_ours {
            let excess = excess.map(|note| (object.place.clone(), note));
            self.excess.extend(excess);
            self.objects.push(object);
        } else {
            self.census.object(&object);
        }
    }
}

/// What an input holds beside our object.
#[derive(Default)]
pub(super) struct Census {
    kinds: BTreeMap<Outside, usize>,
    names: Vec<Outside>,
    sections: Vec<Outside>,
}

impl Census {
    /// Counts an object of a type, such as `CfgApplication`.
    pub(super) fn count(&mut self, kind: &str) {
        *self.kinds.entry(Outside::escaped(kind, 60)).or_default() += 1;
    }

    fn object(&mut self, object: &HybridObject) {
        if let Some(kind) = object.object_type.stated() {
            self.count(kind.raw());
        }
        match object.name.stated() {
            Some(name) => self.names.push(Outside::escaped(name.raw(), 80)),
            None => self.sections.extend(
                object
                    .sections
                    .iter()
                    .map(|section| Outside::escaped(section.name.raw(), 40)),
            ),
        }
    }

    /// What is there, in words.
    pub(super) fn summary(&self, input: &Outside) -> String {
        let mut parts: Vec<String> = self
            .kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        if !self.names.is_empty() {
            parts.push(format!("objects named {}", some_of(&self.names)));
        }
        if !self.sections.is_empty() {
            parts.push(format!("sections {}", some_of(&self.sections)));
        }
        let held = if parts.is_empty() {
            "nothing that looks like a configuration object".to_owned()
        } else {
            listed(parts)
        };
        format!("{} holds {held}", shown(input))
    }

    /// Names close to ours.
    pub(super) fn near(&self) -> Vec<Outside> {
        let names = self.names.iter().map(Outside::<String>::raw);
        nearest(OBJECT_NAME, names)
            .into_iter()
            .map(Outside::from)
            .collect()
    }
}

fn some_of(names: &[Outside]) -> String {
    const SHOWN: usize = 5;
    let mut words: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > SHOWN {
        words.push(format!("{} more", names.len() - SHOWN));
    }
    listed(words)
}

/// An object of which nothing is known yet but where it stands.
pub(super) fn unknown_object(place: Place, form: Form) -> HybridObject {
    HybridObject {
        id: ObjectId(0),
        place,
        form,
        object_type: Known::NotInForm,
        transaction_type: Known::NotInForm,
        name: Known::NotInForm,
        alias: Known::NotInForm,
        tenant: Known::NotInForm,
        folder: Known::NotInForm,
        state: Known::NotInForm,
        dbid: Known::NotInForm,
        sections: Vec::new().into(),
        serves: Vec::new(),
        targets: Vec::new(),
        notes: Vec::new(),
    }
}

/// An option, its value wrapped at the door.
pub(super) fn option(
    section: &str,
    name: &str,
    text: String,
    value_type: ValueType,
    place: Place,
) -> Opt {
    Opt {
        name: name.into(),
        value: Value::at_the_door(section, name, text),
        value_type,
        place,
        missing_pieces: Vec::new(),
    }
}

/// The stated value, or that the form could carry it and does not.
pub(super) fn stated_or_missing<T>(value: Option<T>) -> Known<T> {
    value.map_or(Known::Missing, Known::Stated)
}

/// The stated value, or that the form does not carry it.
pub(super) fn stated_or_not_in_form<T>(value: Option<T>) -> Known<T> {
    value.map_or(Known::NotInForm, Known::Stated)
}

/// Whether a name is ours, blanks and case aside: whether it is *exactly* right is for a check to say.
pub(super) fn is_our_name(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(OBJECT_NAME)
}

/// Whether an option is one that the documentation names, in any case.
pub(super) fn is_documented_option(name: &str) -> bool {
    GENERAL_OPTIONS
        .iter()
        .chain(&SAML_OPTIONS)
        .chain(&SERVICE_OPTIONS)
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a section belongs to our object: by its name, or by an option that no other object has.
fn is_documented_section(section: &Section) -> bool {
    const SECTIONS: [&str; 4] = ["general", "saml", "saml_auth", "ewt"];
    let telling = |option: &Opt| {
        is_documented_option(option.name.raw()) && !option.name.eq_ignore_ascii_case("password")
    };
    SECTIONS
        .iter()
        .any(|known| section.name.view().trim().eq_ignore_ascii_case(known))
        || section.options.iter().any(telling)
}
