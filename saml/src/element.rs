//! Elements of a message: found by their names, and named so that a person finds them again.

use hybridcheck_core::outside::Outside;
use roxmltree::Node;

use super::canonical::qualified_name;

/// Whether a node is an element of this name.
pub(super) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace() == Some(namespace)
}

/// The elements of this name that stand directly in an element.
pub(super) fn children<'a, 'i>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| is(*child, namespace, name))
}

/// An element as a person finds it again: its name, and its ID when it has one.
pub(super) fn named(node: Node<'_, '_>) -> String {
    let name = Outside::of(qualified_name(node)).shown(60).to_string();
    match node.attribute("ID") {
        Some(id) => format!("{name} with ID {}", Outside::of(id).shown(80)),
        None => name,
    }
}
