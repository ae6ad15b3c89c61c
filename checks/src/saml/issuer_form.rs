//! Whether the issuer is a URI.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, is_guid};
use hybridcheck_core::page;

page! {
    /// The issuer is an absolute https URI.
    ///
    /// ## Why it matters
    ///
    /// The issuer names your SAML identity provider. Genesys Cloud compares the issuer of each assertion with `issuerURI` of the
    /// PureEngage identity provider, character by character; nobody ever opens the address. An issuer that is no URI was most likely
    /// meant to be something else. With `http` the two sides easily drift apart: the published examples themselves show
    /// `https` for the option and `http` for the identity provider.
    ///
    /// ## How to fix
    ///
    /// Choose one URI under your own domain, such as `https://www.example.com/pureengage`. Set it in GAX (Routing/eServices >
    /// Transactions > `hybrid_integration` > Options, section `saml`, option `issuer`) and as `issuerURI` of the PureEngage identity provider
    /// (PUT /api/v2/identityproviders/pureengage), letter for letter the same.
    ///
    /// ## What we rely on
    ///
    /// Documented: the option holds the SAML IDP URI, and must match exactly. SAML 2.0 core, section 8.3.6: an entity is named by a URI of at
    /// most 1024 characters. Inferred: another text may work when both sides agree, so nothing here fails that is at least a text.
    pub(crate) struct IssuerForm;
}

/// SAML 2.0 core, section 8.3.6.
const LONGEST: usize = 1024;

impl Judge for IssuerForm {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "issuer")]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "issuer")?;
        let shown = option.value.shown();
        let expected = "an absolute URI such as https://www.example.com/pureengage";
        let fix = "set saml/issuer to the issuerURI of the PureEngage identity provider, letter for letter";
        let Some(text) = option.value.plain() else {
            let found = format!("no URI: {shown}; key material, or more than 512 characters");
            return Ok(Judgement::fail(expected, found, fix, Owner::EngageAdmin).of(option));
        };
        // What is around the value is judged by saml-options-clean; this judges what is left.
        let text = unquoted(text.trim().raw());
        let is_muddled = !text.is_ascii() && !option.value.shape().irregularities().is_empty();
        if is_muddled || text.contains(['\r', '\n']) {
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "saml",
                "issuer",
            )));
        }
        if let Err(reason) = absolute(text) {
            let found = format!("{shown}: {reason}");
            return Ok(Judgement::warn(expected, found, fix, Owner::EngageAdmin).of(option));
        }
        if text
            .as_bytes()
            .first_chunk::<8>()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https://"))
        {
            return Ok(Judgement::pass(shown).of(option));
        }
        let found = format!("{shown} is no https URI");
        let fix = "nothing, if the issuerURI of the identity provider is letter for letter the same; the published examples differ in exactly this";
        Ok(Judgement::note(found, fix, Owner::EngageAdmin).of(option))
    }
}

fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text)
}

/// Whether a text is an absolute URI (RFC 3986 section 4.3), or why not.
fn absolute(text: &str) -> Result<(), &'static str> {
    if is_guid(text) {
        return Err("a GUID");
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err("it names no scheme (https:)");
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme {
        return Err("it begins with no scheme (https:)");
    }
    if !rest
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c))
    {
        return Err("it holds characters that no URI may hold");
    }
    let is_web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    let host = rest
        .strip_prefix("//")
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .unwrap_or_default();
    if (is_web && host.is_empty()) || rest.is_empty() {
        return Err("it names no host");
    }
    if text.len() > LONGEST {
        return Err("it is longer than 1024 characters");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::Facts;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without};

    use super::*;

    fn answer(value: &str) -> Answer<Judgement> {
        let object = with(healthy(), "saml", "issuer", value);
        material::judge(&IssuerForm, "issuer", &object, &Facts::default())
    }

    fn status(value: &str) -> Status {
        answer(value).expect("a judgement").status()
    }

    #[test]
    fn https_passes_whatever_its_case() {
        assert_eq!(status("https://idp.acme.example/pureengage"), Status::Pass);
        assert_eq!(status("HTTPS://idp.acme.example"), Status::Pass);
    }

    #[test]
    fn other_schemes_are_noted() {
        assert_eq!(status("http://idp.acme.example/pureengage"), Status::Note);
        assert_eq!(status("urn:acme:pureengage"), Status::Note);
    }

    #[test]
    fn what_is_no_uri_warns() {
        for value in [
            "pureengage",
            "www.genesys.com/pureengage",
            "https:///pureengage",
            "https:",
            "https://idp.acme.example/pure engage",
            "https://idp.acme.example/über",
            "1a:b",
            "11111111-aaaa-4bbb-8ccc-111111111111",
        ] {
            assert_eq!(status(value), Status::Warn, "{value}");
        }
    }

    #[test]
    fn key_material_in_the_issuer_fails_and_is_not_shown() {
        let judgement = answer("-----BEGIN CERTIFICATE-----MIIC").expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(!judgement.found().contains("MIIC"));
    }

    #[test]
    fn stray_characters_are_left_to_the_check_that_judges_them() {
        assert_eq!(status(" \"https://idp.acme.example\"\n"), Status::Pass);
        assert_eq!(status("https://idp.acme.example/\u{a0}"), Status::Pass);
        for muddled in [
            "https://idp.acme\u{200b}.example/",
            "https://idp.acme\n.example/",
        ] {
            assert!(
                matches!(answer(muddled), Err(Gap::Blocked { .. })),
                "{muddled:?}"
            );
        }
    }

    #[test]
    fn a_missing_issuer_is_a_gap() {
        let object = without(healthy(), "saml", "issuer");
        let answer = material::judge(&IssuerForm, "issuer", &object, &Facts::default());
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
    }
}
