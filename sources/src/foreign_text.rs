//! Texts that are not the object in a form we read, recognised by what they hold.

use super::foreign::Foreign;
use super::{harvest, lines, opening, table};

/// Judges a text before any reader looks at it.
pub(super) fn recognised(text: &str) -> Option<Foreign> {
    let Some(first) = lines::first_significant(text) else {
        return Some(Foreign::Empty);
    };
    let first = first.trim_start();
    let begins = |word: &str| {
        first
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins("<!doctype html") || begins("<html") {
        Some(Foreign::WebPage)
    } else if begins("-----BEGIN ") {
        Some(Foreign::Certificate)
    } else if begins("insert into cfg_") || (begins("select ") && is_sql(text)) {
        Some(Foreign::SqlExport)
    } else if !opening::is_structured(text)
        && lines::numbered(text).any(|(_, line)| line.trim_end().ends_with("= KVList:"))
    {
        Some(Foreign::KvListLog)
    } else if !opening::is_structured(text) && is_person_csv(text) {
        Some(Foreign::PersonCsv)
    } else {
        None
    }
}

/// The last word, when no reader knew the text.
pub(super) fn unrecognised(text: &str) -> Foreign {
    let has_options = lines::numbered(text)
        .filter_map(|(_, line)| line.split_once('='))
        .any(|(name, _)| harvest::is_documented_option(name.trim()));
    if has_options {
        Foreign::NoSection
    } else {
        Foreign::Unknown
    }
}

fn is_sql(text: &str) -> bool {
    lines::numbered(text).any(|(_, line)| {
        let line = line.trim_start().to_ascii_lowercase();
        line.starts_with("insert into cfg_") || line.contains("created on")
    })
}

fn is_person_csv(text: &str) -> bool {
    table::Sheet::find(text, |header| {
        header.iter().any(|name| name == "username") && header.len() > 1
    })
    .is_some()
}
