//! Words for sentences: the nearest right word for a wrong one, lists, and numbers with their nouns.

use std::fmt::Write as _;

/// The candidates nearest to a word, best first, at most three; none when nothing is close enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = word.to_lowercase();
    let limit = (lower.chars().count() / 3).clamp(1, 3);
    let mut close: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    close.sort_unstable();
    close.dedup();
    close
        .into_iter()
        .take(3)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// A text in which words that look like a generated secret are told by their length: an argument may stand in the wrong place.
pub fn without_generated(text: &str) -> String {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+');
    let mut shown = String::new();
    for word in text.split_inclusive(|c| !is_of_word(c)) {
        let bare = word.trim_end_matches(|c| !is_of_word(c));
        if crate::form::looks_generated(bare) {
            let characters = bare.chars().count();
            let _ = write!(shown, "({characters} characters, not shown)");
            shown.push_str(word.strip_prefix(bare).unwrap_or_default());
        } else {
            shown.push_str(word);
        }
    }
    shown
}

/// Joins words as a person would: `a`, `a and b`, `a, b and c`.
pub fn listed<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A number with its noun, in the plural where it must be.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// A word without the blanks, quotes and invisible characters around it, as people paste them in.
pub fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '\'' | '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2018}'..='\u{201f}' | '\u{2060}' | '\u{feff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_generated_is_counted() {
        assert_eq!(
            without_generated("cannot read /tmp/Zk3x9qWe7rTy1uIo5pAs: no"),
            "cannot read /tmp/(20 characters, not shown): no"
        );
        let ours = "HYBRIDCHECK_CLIENT_SECRET_FILE 11111111-aaaa-4BBB-8ccc-111111111111";
        assert_eq!(without_generated(ours), ours);
    }

    #[test]
    fn nearest_prefers_the_closest_and_refuses_strangers() {
        assert_eq!(nearest("generall", ["general", "saml"]), ["general"]);
        assert_eq!(
            nearest("organisation_id", ["organization_id", "issuer"]),
            ["organization_id"]
        );
        assert!(nearest("ewt", ["general", "issuer"]).is_empty());
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(["a"]), "a");
    }
}
