//! Traces of copying in a value: blanks and quotes around it, invisible characters, line breaks.

use hybridcheck_core::check::{Case, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::{Opt, Value};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Shape;
use hybridcheck_core::text::listed;

use super::OPTIONS_TAB;

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words of a person, such as a role's name: blanks and apostrophes inside belong to it.
    Name,
    /// One word, such as a URL, an id or a secret.
    Word,
}

/// Judges whether an option's value is free of such traces.
pub(crate) fn judge(case: &Case<'_>, name: &OptionName, kind: Kind) -> Answer<Judgement> {
    let found = case.visible(name.section.raw(), name.option.raw())?;
    let traces = traces(found, kind);
    let shown = shown(&found.value);
    if traces.is_empty() {
        return Ok(Judgement::pass(shown).of(found));
    }
    let listed = listed(&traces);
    let (expected, fix) = match clean_value(&found.value, kind) {
        Some(clean) => (
            format!("`{clean}`"),
            format!("{OPTIONS_TAB}: set `{name}` to exactly `{clean}` and save."),
        ),
        None => (
            format!("the value alone, without {listed}"),
            format!(
                "{OPTIONS_TAB}: clear `{name}`, copy the value again as plain text without {listed}, and save."
            ),
        ),
    };
    let severity = match kind {
        Kind::Name => Severity::Warn,
        Kind::Word => Severity::Fail,
    };
    // The shape of a secret, which is all that is shown of it, names most traces itself.
    let is_told = |trace: &&str| found.value.plain().is_none() && shown.contains(*trace);
    let found_text = if traces.iter().all(is_told) {
        shown
    } else {
        format!("{shown}: {listed}")
    };
    Ok(
        Judgement::finding(severity, expected, found_text, fix, Owner::EngageAdmin)
            .of(found)
            .evidence("shape", found.value.shape()),
    )
}

/// The traces in a value, in words.
pub(crate) fn traces(option: &Opt, kind: Kind) -> Vec<&'static str> {
    let shape = option.value.shape();
    let mut traces = shape.irregularities();
    if shape.inner_newline {
        traces.push("line break inside");
    }
    if let (Kind::Name, Some(text)) = (kind, option.value.plain())
        && !has_typographic_edge(text.raw())
    {
        // `Chef d’équipe` is a right name of a role.
        traces.retain(|trace| *trace != "typographic quote");
    }
    traces
}

/// One word without blanks, quotes and invisible characters; ordinary blanks inside stay, for they are another mistake.
pub(crate) fn clean_word(text: &str) -> String {
    bare(
        &text
            .chars()
            .filter(|c| !is_invisible(*c))
            .collect::<String>(),
    )
}

/// A name without blanks and quotes around it; unusual blanks inside become ordinary ones.
pub(crate) fn clean_name(text: &str) -> String {
    let ordinary = text.chars().filter_map(|c| match c {
        '\r' | '\n' => Some(' '),
        c if !is_invisible(c) => Some(c),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    });
    bare(&ordinary.collect::<String>())
}

/// The value for a message; what follows `?` or `#` in a URL may hold a secret.
pub(crate) fn without_tail(text: Outside<&str>) -> Outside {
    let text = text.raw();
    let before = text.find(['?', '#']).and_then(|end| text.get(..=end));
    match before {
        Some(before) if before.contains('/') => format!("{before}…").into(),
        _ => text.into(),
    }
}

fn shown(value: &Value) -> String {
    match value.plain() {
        Some(text) => format!("`{}`", without_tail(text).shown(200)),
        None => value.shown(),
    }
}

fn clean_value(value: &Value, kind: Kind) -> Option<String> {
    let text = value.plain()?.raw();
    let clean = Outside::of(match kind {
        Kind::Name => clean_name(text),
        Kind::Word => clean_word(&text.replace(['\r', '\n'], "")),
    });
    (!clean.is_empty() && without_tail(clean.view()) == clean).then(|| clean.shown(300).to_string())
}

fn bare(text: &str) -> String {
    let mut rest = text.trim();
    while let Some(inner) = unquoted(rest) {
        rest = inner.trim();
    }
    rest.to_owned()
}

fn unquoted(text: &str) -> Option<&str> {
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    let is_pair = matches!((first, last), ('"', '"') | ('\'', '\''))
        || (is_typographic_quote(first) && is_typographic_quote(last));
    (is_pair && text.chars().count() > 1)
        .then(|| text.strip_prefix(first)?.strip_suffix(last))
        .flatten()
}

fn has_typographic_edge(text: &str) -> bool {
    let text = text.trim();
    [text.chars().next(), text.chars().next_back()]
        .into_iter()
        .flatten()
        .any(is_typographic_quote)
}

fn is_invisible(c: char) -> bool {
    Shape::of(c.encode_utf8(&mut [0; 4])).invisible_blank
}

fn is_typographic_quote(c: char) -> bool {
    Shape::of(c.encode_utf8(&mut [0; 4])).typographic_quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_everything_around_and_inside_that_is_invisible() {
        for text in [
            " acme ",
            "\"acme\"",
            "\u{201c}acme\u{201d}\n",
            "ac\u{200b}me",
            "' acme\u{a0}'",
        ] {
            assert_eq!(clean_word(text), "acme", "{text:?}");
        }
        assert_eq!(clean_word("ac me"), "ac me");
        assert_eq!(clean_word("\""), "\"");
    }

    #[test]
    fn names_keep_their_blanks() {
        assert_eq!(clean_name("AI\u{a0}Agent "), "AI Agent");
        assert_eq!(clean_name("Chef d\u{2019}équipe"), "Chef d\u{2019}équipe");
    }

    #[test]
    fn the_tail_of_a_url_is_not_shown() {
        for (text, shown) in [
            ("https://h/p?client_secret=x", "https://h/p?…"),
            ("h/p?client_secret=x", "h/p?…"),
            ("Agent #1", "Agent #1"),
        ] {
            assert_eq!(without_tail(Outside::of(text)), shown);
        }
    }
}
