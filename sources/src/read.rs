//! From inputs to one configuration: detect, read, choose among objects of our name, merge tenants, settle who serves whom.

use std::collections::BTreeSet;

use hybridcheck_core::guard::{breakable, guarded};
use hybridcheck_core::object::{
    Configuration, HybridObject, Known, Note, OBJECT_NAME, Place, Stranger, Tenant,
};

use super::document::Document;
use super::error::SourceError;
use super::harvest::Harvest;
use super::input::Input;
use super::tenants::Places;
use super::{SOURCES, foreign_text};

/// Reads every input into one configuration.
pub fn read(inputs: &[Input]) -> Result<Configuration, SourceError> {
    let mut configuration = Configuration::default();
    let mut found = Vec::new();
    let mut near = Vec::new();
    for input in inputs {
        let read = guarded(|| {
            breakable("source", &input.name);
            let document = Document::decode(input)?;
            let harvest = read_document(&document)?;
            Ok((document, harvest))
        });
        let (document, harvest) = match read {
            Ok(read) => read?,
            Err(panicked) => {
                let place = Place::whole(input.name.raw());
                let text = format!(
                    "hybridcheck itself failed where it read this: {panicked}; nothing of it was judged"
                );
                configuration.unread.push(Note { text, place });
                continue;
            }
        };
        let summary = harvest.census.summary(&input.name);
        near.extend(harvest.census.near());
        if harvest.objects.is_empty() && harvest.tenants.is_empty() {
            let text = format!("{summary}; it gave nothing to this run");
            configuration.notes.push(document.note(1, text));
        }
        found.push(summary);
        merge(&mut configuration, &document, harvest);
    }
    if configuration.objects.is_empty() {
        return Err(if let Some(unread) = configuration.unread.pop() {
            SourceError::Failed { unread }
        } else if inputs.is_empty() {
            SourceError::NoInput
        } else {
            SourceError::NoObject { found, near }
        });
    }
    told_apart(configuration.objects.len())?;
    name_tenants(&mut configuration);
    configuration.settle();
    Ok(configuration)
}

/// Objects are told apart by a number; beyond its end two would have the same.
fn told_apart(count: usize) -> Result<(), SourceError> {
    if count > usize::from(u16::MAX) {
        return Err(SourceError::TooMany { count });
    }
    Ok(())
}

fn read_document(document: &Document) -> Result<Harvest, SourceError> {
    let foreign = |found| SourceError::Foreign {
        path: document.input.clone(),
        found,
    };
    if let Some(found) = foreign_text::recognised(&document.text) {
        return Err(foreign(found));
    }
    match SOURCES.iter().find(|source| source.recognises(document)) {
        Some(source) => source.read(document),
        None => Err(foreign(foreign_text::unrecognised(&document.text))),
    }
}

fn merge(configuration: &mut Configuration, document: &Document, mut harvest: Harvest) {
    let strangers = set_strangers_aside(&mut harvest.objects);
    configuration.strangers.extend(strangers);
    // What an object holds beside a right one is not judged, however much it is.
    let places: BTreeSet<&Place> = harvest.objects.iter().map(|object| &object.place).collect();
    let excess = harvest.excess.into_iter();
    let excess = excess.filter(|(object, _)| places.contains(object));
    configuration.unread.extend(excess.map(|(_, note)| note));
    // What the decoding noticed concerns every value of every object of this input.
    for object in &mut harvest.objects {
        object.notes.extend(document.notes.iter().cloned());
    }
    configuration.objects.append(&mut harvest.objects);
    configuration
        .notes
        .extend(harvest.notes.shown(&document.input));
    let mut places = Places::of(&configuration.tenants);
    for tenant in harvest.tenants {
        add_tenant(configuration, &mut places, document, tenant);
    }
}

/// Beside a right object of the same input, an object of another type, or of our name in other case or as alias only, is no second
/// object of ours. Without a right one it stays: a check says what is wrong with it.
fn set_strangers_aside(objects: &mut Vec<HybridObject>) -> Vec<Stranger> {
    let right: Vec<Known<Tenant>> = objects
        .iter()
        .filter(|object| is_exact(object) && is_list(object) == Some(true))
        .map(|object| object.tenant.clone())
        .collect();
    let is_stranger = |object: &HybridObject| {
        let is_other_type = is_list(object) == Some(false);
        let is_second = !is_exact(object)
            && object.name.stated().is_some()
            && right.iter().any(|tenant| same(tenant, &object.tenant));
        !right.is_empty() && (is_other_type || is_second)
    };
    let (strangers, kept) = std::mem::take(objects).into_iter().partition(is_stranger);
    *objects = kept;
    let strangers: Vec<HybridObject> = strangers;
    strangers.into_iter().map(stranger).collect()
}

fn stranger(object: HybridObject) -> Stranger {
    let kind = match (&object.object_type, &object.transaction_type) {
        (Known::Stated(kind), _) if *kind != "CfgTransaction" => kind.clone(),
        (_, Known::Stated(kind)) => kind.clone(),
        _ => "unknown".into(),
    };
    Stranger {
        kind,
        tenant: object.tenant.stated().cloned(),
        place: object.place,
    }
}

fn is_exact(object: &HybridObject) -> bool {
    object.name.stated().is_some_and(|name| name == OBJECT_NAME)
}

/// Whether an object is a transaction of type List, as far as it says.
fn is_list(object: &HybridObject) -> Option<bool> {
    let object_type = object.object_type.stated();
    if object_type.is_some_and(|kind| *kind != "CfgTransaction") {
        return Some(false);
    }
    let kind = object.transaction_type.stated()?.view().trim();
    Some(
        ["21", "CFGTRTList", "list"]
            .iter()
            .any(|list| kind.eq_ignore_ascii_case(list)),
    )
}

fn same(one: &Known<Tenant>, other: &Known<Tenant>) -> bool {
    match (one, other) {
        (Known::Stated(one), Known::Stated(other)) => one.is_same(other),
        (one, other) => one.stated().is_none() && other.stated().is_none(),
    }
}

/// Adds a tenant, or completes one that is there. Two names for one DBID are two Configuration Servers, or a mistake: both are kept.
fn add_tenant(
    configuration: &mut Configuration,
    places: &mut Places,
    document: &Document,
    tenant: Tenant,
) {
    let tenants = &mut configuration.tenants;
    let same = places.same(tenants, &tenant).first().copied();
    match same.and_then(|at| Some((at, tenants.get_mut(at)?))) {
        Some((_, known)) if differ(known, &tenant) => {
            let dbid = known.dbid.or(tenant.dbid).unwrap_or_default();
            let text = format!("tenant {dbid} has two names in the inputs; both were kept");
            configuration.notes.push(document.note(1, text));
            if !configuration.tenants.contains(&tenant) {
                places.add(configuration.tenants.len(), &tenant);
                configuration.tenants.push(tenant);
            }
        }
        Some((at, known)) => {
            known.dbid = known.dbid.or(tenant.dbid);
            known.name = known.name.take().or(tenant.name);
            places.add(at, known);
        }
        None => {
            places.add(tenants.len(), &tenant);
            tenants.push(tenant);
        }
    }
}

fn differ(one: &Tenant, other: &Tenant) -> bool {
    match (&one.name, &other.name) {
        (Some(one), Some(other)) => !one.is_like(other),
        _ => false,
    }
}

/// An object may know its tenant's DBID while another input knows the name.
fn name_tenants(configuration: &mut Configuration) {
    let Configuration {
        objects, tenants, ..
    } = configuration;
    let places = Places::of(tenants);
    for object in objects {
        if let Known::Stated(own) = &mut object.tenant {
            let same = places.same(tenants, own);
            let mut same = same.iter().filter_map(|at| tenants.get(*at));
            if let (Some(known), None) = (same.next(), same.next()) {
                own.dbid = own.dbid.or(known.dbid);
                own.name = own.name.take().or_else(|| known.name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_objects_than_there_are_numbers_are_refused() {
        assert!(told_apart(usize::from(u16::MAX)).is_ok());
        let error = told_apart(usize::from(u16::MAX) + 1).unwrap_err();
        assert!(error.to_string().contains("65536 objects"), "{error}");
        assert!(!error.help().is_empty());
    }
}
