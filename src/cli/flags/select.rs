//! `--only` and `--skip`: ids, families and globs; an unknown word is an error that names the nearest right ones.

use hybridcheck_core::check::Check;

use crate::cli::Failure;

/// The checks that are left after `--only` and `--skip`.
pub(in crate::cli) fn checks(
    mut all: Vec<Box<dyn Check>>,
    only: &[String],
    skip: &[String],
) -> Result<Vec<Box<dyn Check>>, Failure> {
    for word in only.iter().chain(skip) {
        if !all.iter().any(|check| matches(check.as_ref(), word)) {
            let ids: Vec<String> = all.iter().map(|check| check.id().0).collect();
            let families = all.iter().map(|check| check.family());
            let known = ids.iter().map(String::as_str).chain(families);
            return Err(Failure::unknown(
                "check or family",
                word,
                known,
                "hybridcheck list",
            ));
        }
    }
    let is_in = |check: &dyn Check, words: &[String]| words.iter().any(|word| matches(check, word));
    all.retain(|check| {
        let check = check.as_ref();
        (only.is_empty() || is_in(check, only)) && !is_in(check, skip)
    });
    if all.is_empty() {
        return Err(Failure::Flag {
            flag: "--skip",
            problem: "no check is left to run".into(),
            help: "`hybridcheck list` shows them all".into(),
        });
    }
    Ok(all)
}

fn matches(check: &dyn Check, word: &str) -> bool {
    check.family() == word || glob(word, &check.id().0)
}

/// `*` stands for any text; everything else for itself.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len())
                .filter(|at| tail.is_char_boundary(*at))
                .any(|at| glob(rest, &tail[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_ids() {
        assert!(glob("saml-*", "saml-issuer-form"));
        assert!(glob("*-expiry", "saml-certificate-expiry"));
        assert!(!glob("saml", "saml-issuer-form"));
        assert!(!glob("saml-*-x", "saml-issuer-form"));
    }
}
