//! The sections of an object, found by name without looking through all of them.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use super::Section;

/// Sections in the order of the input. Whoever may change them makes the index anew: it never speaks of what was.
#[derive(Debug, Default)]
pub struct Sections {
    list: Vec<Section>,
    /// Where the sections of a name stand, by the name in lower case.
    by_name: OnceLock<BTreeMap<String, Vec<usize>>>,
}

impl Sections {
    /// The sections of a name, upper and lower case of ASCII letters aside, in their order.
    pub fn named_like(&self, name: &str) -> impl DoubleEndedIterator<Item = &Section> + Clone {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (at, section) in self.list.iter().enumerate() {
                let name = section.name.raw().to_ascii_lowercase();
                by_name.entry(name).or_default().push(at);
            }
            by_name
        });
        let places = by_name.get(&name.to_ascii_lowercase());
        let places = places.map_or(&[][..], Vec::as_slice).iter();
        places.filter_map(|at| self.list.get(*at))
    }

    /// The sections of exactly this name, in their order.
    pub fn named(&self, name: &str) -> impl DoubleEndedIterator<Item = &Section> + Clone {
        self.named_like(name)
            .filter(move |section| section.name == name)
    }
}

/// The index is made where it is asked for.
impl Clone for Sections {
    fn clone(&self) -> Self {
        self.list.clone().into()
    }
}

impl From<Vec<Section>> for Sections {
    fn from(list: Vec<Section>) -> Self {
        Self {
            list,
            by_name: OnceLock::new(),
        }
    }
}

impl FromIterator<Section> for Sections {
    fn from_iter<I: IntoIterator<Item = Section>>(sections: I) -> Self {
        Vec::from_iter(sections).into()
    }
}

impl Deref for Sections {
    type Target = Vec<Section>;

    fn deref(&self) -> &Self::Target {
        &self.list
    }
}

impl DerefMut for Sections {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.by_name.take();
        &mut self.list
    }
}

impl<'a> IntoIterator for &'a Sections {
    type Item = &'a Section;
    type IntoIter = std::slice::Iter<'a, Section>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a mut Sections {
    type Item = &'a mut Section;
    type IntoIter = std::slice::IterMut<'a, Section>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Place;

    fn section(name: &str) -> Section {
        Section {
            name: name.into(),
            place: Place::line("x.cfg", 1),
            options: Vec::new(),
        }
    }

    #[test]
    fn what_changes_is_found_anew() {
        let mut sections: Sections = ["ewt", "EWT", "saml"].map(section).into_iter().collect();
        assert_eq!(sections.named_like("Ewt").count(), 2);
        assert_eq!(sections.named("EWT").count(), 1);
        sections[0].name = "general".into();
        sections.push(section("new"));
        assert_eq!(sections.named_like("ewt").count(), 1);
        assert_eq!(sections.named("new").count(), 1);
        for section in &mut sections {
            section.name = "same".into();
        }
        assert_eq!(sections.clone().named("same").count(), 4);
        assert_eq!(sections.named("saml").count(), 0);
    }
}
