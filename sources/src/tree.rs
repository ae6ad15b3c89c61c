//! The tree that JSON and YAML have in common: every entry keeps its line, duplicates stay, scalars keep their source text.

use hybridcheck_core::object::ValueType;

/// How deep an input may nest; the object needs six levels in its deepest form.
pub(super) const DEPTH_LIMIT: usize = 64;

/// A value and the line it stands on. It holds secrets and therefore has no `Debug`.
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) content: Content,
}

pub(super) enum Content {
    List(Vec<Node>),
    Map(Vec<Entry>),
    Scalar { text: String, value_type: ValueType },
}

pub(super) struct Entry {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) value: Node,
}

/// Why a text is not valid, in words that hold nothing of it.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: Option<u32>,
    pub(super) problem: String,
}

impl Fault {
    pub(super) fn at(line: u32, problem: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            problem: problem.into(),
        }
    }

    pub(super) fn too_deep(line: u32) -> Self {
        Self::at(line, format!("it nests deeper than {DEPTH_LIMIT} levels"))
    }
}

impl Node {
    /// The member of a map; the last of several, as every JSON reader takes it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let found = self.map()?.iter().rev().find(|entry| entry.name == name);
        found.map(|entry| &entry.value)
    }

    pub(super) fn map(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            Content::List(_) | Content::Scalar { .. } => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match &self.content {
            Content::List(items) => Some(items),
            Content::Map(_) | Content::Scalar { .. } => None,
        }
    }

    /// The items of a list; a single value counts as a list of one, since converters from XML collapse those.
    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            Content::Map(_) | Content::Scalar { .. } => std::slice::from_ref(self),
        }
    }

    /// The source text of a scalar that is not null.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, value_type } if *value_type != ValueType::Null => Some(text),
            Content::Scalar { .. } | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The text of a member.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// The entries of a map, or of a list of maps: the simulator's YAML writes lists of one-key maps.
    pub(super) fn entries(&self) -> Option<Vec<&Entry>> {
        match &self.content {
            Content::Map(entries) => Some(entries.iter().collect()),
            Content::List(items) => {
                let maps: Option<Vec<&[Entry]>> = items.iter().map(Self::map).collect();
                Some(maps?.into_iter().flatten().collect())
            }
            Content::Scalar { .. } => None,
        }
    }

    /// Every node below, this one included, outermost first.
    pub(super) fn walk(&self) -> Vec<&Self> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(node) = found.get(next).copied() {
            next += 1;
            match &node.content {
                Content::List(items) => found.extend(items),
                Content::Map(entries) => found.extend(entries.iter().map(|entry| &entry.value)),
                Content::Scalar { .. } => {}
            }
        }
        found
    }
}
