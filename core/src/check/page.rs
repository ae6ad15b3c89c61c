//! Manual pages: whose they are, and what they say. They stand in the binary or come from elsewhere; whoever shows them cannot tell.

use super::CheckId;

/// A manual page with the identity that follows from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'p> {
    /// The family.
    pub family: &'p str,
    /// The name within its family; `_` stands for the `-` of the id.
    pub name: &'p str,
    /// Markdown: the first line, and what follows under its headings.
    pub text: &'p str,
}

impl<'p> Page<'p> {
    /// The page of a type that is declared in a module; the last two parts of its path are family and name.
    pub fn of_module(path: &'p str, text: &'p str) -> Self {
        let mut parts = path.rsplit("::");
        let name = parts.next().unwrap_or_default();
        let family = parts.next().unwrap_or_default();
        Self { family, name, text }
    }

    /// Family and name, kebab case.
    pub fn id(self) -> CheckId {
        CheckId(format!("{}-{}", self.family, self.name).replace('_', "-"))
    }

    /// Whether an id is this one's; nothing is built for the comparison, which rules make for every row.
    pub fn is_named(self, id: &CheckId) -> bool {
        let kebab = |part: &'p str| {
            let bytes = part.bytes();
            bytes.map(|byte| if byte == b'_' { b'-' } else { byte })
        };
        let (family, name) = (self.family, self.name);
        id.0.len() == family.len() + 1 + name.len()
            && id
                .0
                .bytes()
                .eq(kebab(family).chain([b'-']).chain(kebab(name)))
    }

    /// The first line: a statement that is true when the check passes.
    pub fn title(self) -> String {
        let first = self.lines().next().unwrap_or_default();
        first.trim().trim_end_matches('.').to_owned()
    }

    /// The text below a `## heading`, without the heading.
    pub fn part(self, heading: &str) -> Option<String> {
        let body: Vec<&str> = self
            .lines()
            .skip_while(|line| line.strip_prefix("## ") != Some(heading))
            .skip(1)
            .take_while(|line| !line.starts_with("## "))
            .collect();
        let text = body.join("\n").trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The whole page, without the first line.
    pub fn body(self) -> String {
        let lines: Vec<&str> = self.lines().skip(1).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The lines without the blank that a doc comment begins with.
    fn lines(self) -> impl Iterator<Item = &'p str> {
        let lines = self.text.lines();
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line))
    }
}

/// What has a manual page; [`page!`](crate::page) implements it for a type whose doc comment is its page.
pub trait Documented {
    /// The page.
    fn page(&self) -> Page<'_>;

    /// The family.
    fn family(&self) -> &str {
        self.page().family
    }

    /// Family and name, kebab case.
    fn id(&self) -> CheckId {
        self.page().id()
    }

    /// Whether an id is this one's.
    fn is_named(&self, id: &CheckId) -> bool {
        self.page().is_named(id)
    }

    /// The first line of the page.
    fn title(&self) -> String {
        self.page().title()
    }

    /// The text below a `## heading` of the page.
    fn part(&self, heading: &str) -> Option<String> {
        self.page().part(heading)
    }
}

/// Declares a unit struct whose doc comment is its manual page, kept inside the binary.
#[macro_export]
macro_rules! page {
    ($(#[doc = $line:literal])+ $vis:vis struct $name:ident;) => {
        $(#[doc = $line])+
        #[derive(Clone, Copy, Debug)]
        $vis struct $name;

        impl $crate::check::Documented for $name {
            fn page(&self) -> $crate::check::Page<'_> {
                $crate::check::Page::of_module(module_path!(), concat!($($line, "\n"),+))
            }

            // Rules ask this of every row: the id is put together once.
            fn is_named(&self, id: &$crate::check::CheckId) -> bool {
                static ID: std::sync::LazyLock<$crate::check::CheckId> =
                    std::sync::LazyLock::new(|| $crate::check::Documented::id(&$name));
                *id == *ID
            }
        }
    };
}
