//! Exclusive XML Canonicalization 1.0 (<https://www.w3.org/TR/xml-exc-c14n/>) of an element, for what SAML uses.
//!
//! The tree does not keep prefixes, but every node knows its place in the text, and there they stand.

use roxmltree::{Attribute, Node, NodeId};

use super::capture::XML_CAP;
use super::template;

/// How to canonicalise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exclusive {
    /// `InclusiveNamespaces PrefixList`; the default namespace is the empty prefix.
    pub(super) inclusive: Vec<String>,
    /// `#WithComments`.
    pub(super) comments: bool,
}

/// The longest canonical form: escapes and declarations make it longer than its message, but not by much.
const LARGEST: usize = 8 * XML_CAP;

enum Step<'a, 'i> {
    Close {
        name: &'i str,
        /// How many rendered declarations stood before this element.
        rendered: usize,
    },
    Open(Node<'a, 'i>),
}

impl Exclusive {
    /// The canonical form of an element and what is in it, without the element `omit`.
    ///
    /// # Errors
    ///
    /// Where it would be many times larger than any message: a long declaration that stands at thousands of siblings anew.
    pub(super) fn element(
        &self,
        apex: Node<'_, '_>,
        omit: Option<NodeId>,
    ) -> Result<String, String> {
        let mut out = String::new();
        let mut rendered: Vec<(&str, &str)> = Vec::new();
        let mut steps = vec![Step::Open(apex)];
        while let Some(step) = steps.pop() {
            let node = match step {
                Step::Open(node) => node,
                Step::Close {
                    name,
                    rendered: count,
                } => {
                    out.push_str("</");
                    out.push_str(name);
                    out.push('>');
                    rendered.truncate(count);
                    continue;
                }
            };
            if out.len() > LARGEST {
                return Err("its canonical form is larger than any message".into());
            }
            if Some(node.id()) == omit {
                continue;
            }
            if node.is_element() {
                let name = qualified_name(node);
                steps.push(Step::Close {
                    name,
                    rendered: rendered.len(),
                });
                self.open(node, name, &mut rendered, &mut out);
                // What is pushed last is opened first.
                steps.extend(node.children().rev().map(Step::Open));
            } else if node.is_text() {
                out.push_str(&template::text(node.text().unwrap_or_default()));
            } else {
                self.aside(node, &mut out);
            }
        }
        Ok(out)
    }

    /// The canonical form of the whole document, which `URI=""` means.
    ///
    /// # Errors
    ///
    /// As for an element.
    pub(super) fn document(
        &self,
        root: Node<'_, '_>,
        omit: Option<NodeId>,
    ) -> Result<String, String> {
        let mut out = String::new();
        let mut is_before = true;
        for node in root.children() {
            if node.is_element() {
                out.push_str(&self.element(node, omit)?);
                is_before = false;
                continue;
            }
            let mut aside = String::new();
            self.aside(node, &mut aside);
            if aside.is_empty() {
                continue;
            }
            if is_before {
                aside.push('\n');
            } else {
                out.push('\n');
            }
            out.push_str(&aside);
        }
        Ok(out)
    }

    fn open<'a>(
        &self,
        node: Node<'a, 'a>,
        name: &'a str,
        rendered: &mut Vec<(&'a str, &'a str)>,
        out: &mut String,
    ) {
        let text = node.document().input_text();
        let mut attributes: Vec<(Attribute<'a, 'a>, &str)> = node
            .attributes()
            .map(|attribute| {
                let name = text.get(attribute.range_qname());
                (attribute, name.unwrap_or_default())
            })
            .collect();
        let used = attributes
            .iter()
            .filter_map(|(_, name)| name.split_once(':').map(|(prefix, _)| prefix));
        let mut prefixes: Vec<&str> = used.collect();
        prefixes.push(prefix(name));
        for listed in &self.inclusive {
            // A listed prefix that is not in scope is no part of the output.
            let in_scope = node
                .namespaces()
                .find(|declared| declared.name().unwrap_or_default() == listed);
            match in_scope {
                Some(declared) => prefixes.push(declared.name().unwrap_or_default()),
                None if listed.is_empty() => prefixes.push(""),
                None => {}
            }
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        out.push('<');
        out.push_str(name);
        for prefix in prefixes.into_iter().filter(|prefix| *prefix != "xml") {
            let wanted = Some(prefix).filter(|prefix| !prefix.is_empty());
            let uri = node.lookup_namespace_uri(wanted).unwrap_or_default();
            let known = rendered.iter().rev().find(|(known, _)| *known == prefix);
            let known = known.map(|(_, uri)| *uri);
            // An empty default namespace is written only where it undoes one that was written.
            if known == Some(uri) || (known.is_none() && uri.is_empty()) {
                continue;
            }
            rendered.push((prefix, uri));
            out.push_str(if prefix.is_empty() {
                " xmlns"
            } else {
                " xmlns:"
            });
            out.push_str(prefix);
            out.push_str("=\"");
            out.push_str(&template::value(uri));
            out.push('"');
        }
        attributes.sort_by_key(|(attribute, _)| {
            (attribute.namespace().unwrap_or_default(), attribute.name())
        });
        for (attribute, name) in attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&template::value(attribute.value()));
            out.push('"');
        }
        out.push('>');
    }

    /// Comments and processing instructions.
    fn aside(&self, node: Node<'_, '_>, out: &mut String) {
        if let Some(instruction) = node.pi() {
            out.push_str("<?");
            out.push_str(instruction.target);
            if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
                out.push(' ');
                out.push_str(&plain_lines(value));
            }
            out.push_str("?>");
        } else if node.is_comment() && self.comments {
            out.push_str("<!--");
            out.push_str(&plain_lines(node.text().unwrap_or_default()));
            out.push_str("-->");
        }
    }
}

/// Line ends as every XML reader makes them (XML 1.0 section 2.11); the tree does it for text only.
fn plain_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The name of an element with its prefix, as it stands in the text.
pub(super) fn qualified_name<'i>(node: Node<'_, 'i>) -> &'i str {
    let source = node.document().input_text().get(node.range());
    let source = source.unwrap_or_default();
    let name = source.strip_prefix('<').unwrap_or(source);
    let mut parts = name.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
    parts.next().unwrap_or(name)
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    fn canonical(xml: &str, apex: &str, inclusive: &[&str]) -> String {
        let document = Document::parse(xml).expect("XML");
        let apex = document
            .descendants()
            .find(|node| node.tag_name().name() == apex)
            .expect("the element");
        let exclusive = Exclusive {
            inclusive: inclusive.iter().map(ToString::to_string).collect(),
            comments: false,
        };
        exclusive.element(apex, None).expect("a small message")
    }

    #[test]
    fn only_namespaces_in_use_are_rendered_and_where_they_are_used() {
        let xml =
            "<a:r xmlns:a='urn:a' xmlns:b='urn:b' xmlns:c='urn:c'><a:x b:y='1'  z=\"2\"/></a:r>";
        assert_eq!(
            canonical(xml, "x", &[]),
            "<a:x xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" z=\"2\" b:y=\"1\"></a:x>"
        );
        assert_eq!(
            canonical(xml, "x", &["c", "nowhere"]),
            "<a:x xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" z=\"2\" b:y=\"1\"></a:x>"
        );
        assert_eq!(
            canonical(xml, "r", &[]),
            "<a:r xmlns:a=\"urn:a\"><a:x xmlns:b=\"urn:b\" z=\"2\" b:y=\"1\"></a:x></a:r>"
        );
    }

    #[test]
    fn a_default_namespace_is_undone_only_where_it_was_written() {
        let xml = "<r xmlns='urn:a'><x xmlns=''><y/></x></r>";
        assert_eq!(
            canonical(xml, "r", &[]),
            "<r xmlns=\"urn:a\"><x xmlns=\"\"><y></y></x></r>"
        );
        assert_eq!(canonical(xml, "x", &[]), "<x><y></y></x>");
    }

    #[test]
    fn comments_go_and_text_keeps_its_characters() {
        let xml = "<x>a<!-- c -->b<![CDATA[<&>]]>&#xD;\r\n<?p  q ?></x>";
        assert_eq!(
            canonical(xml, "x", &[]),
            "<x>ab&lt;&amp;&gt;&#xD;\n<?p q ?></x>"
        );
    }
}
