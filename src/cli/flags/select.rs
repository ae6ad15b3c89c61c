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

/// `*` stands for any text; everything else for itself. Each part is taken where it stands first: to look further finds no more.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let head = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((tail, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(tail)
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
        assert!(glob("s*-*-f**m", "saml-issuer-form") && glob("*", "") && glob("a**", "a"));
        assert!(!glob("*form*form", "saml-issuer-form") && !glob("a*a", "a"));
        // However many there are, each is looked at once.
        assert!(!glob(
            &format!("{}zz", "*".repeat(1000)),
            "saml-issuer-form"
        ));
    }
}
