//! A manual page as text.

use hybridcheck_core::check::Documented;

/// A page as Markdown, which reads well as plain text too.
pub(super) fn page<D: Documented + ?Sized>(id: &str, documented: &D) -> String {
    format!(
        "# {id}\n\n{}.\n\n{}\n",
        documented.title(),
        documented.body()
    )
}
