//! A manual page as text.

use hybridcheck_core::check::Page;

/// A page as Markdown, which reads well as plain text too.
pub(super) fn page(id: &str, page: Page<'_>) -> String {
    format!("# {id}\n\n{}.\n\n{}\n", page.title(), page.body())
}
