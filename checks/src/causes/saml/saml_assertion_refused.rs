//! The assertion is refused, and nothing that can be seen explains it.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{ApiOutcome, FactKey, IdentityProvider};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::causes::org::organization_mismatch;
use crate::evidence::members::Rows;
use crate::evidence::{logins, rows};
use crate::{general, idp, network, org, saml};

page! {
    /// Genesys Cloud refuses the assertion, and the reason lies where this run cannot see it.
    ///
    /// ## What it means
    ///
    /// The client was accepted, the assertion was not, and everything that hybridcheck could compare fits. What is left is listed in the
    /// diagnosis: what could not be read, a user that does not exist, an attribute or a restriction of the organisation.
    ///
    /// ## How to fix
    ///
    /// Look into the Identity Provider Event Log of the organisation first: it names the reason. Then look whether the user exists with
    /// exactly this address.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `hybridcheck saml --show OBJECT --saml-user EMAIL` prints what was sent; Genesys support finds the refusal by its correlation id.
    ///
    /// ## What we rely on
    ///
    /// Documented: the Identity Provider Event Log; clocks may differ by ten seconds at most. Not documented: the service's words for a
    /// refused assertion, so they are shown as they came.
    pub(crate) struct SamlAssertionRefused;
}

/// Checks whose failure explains a refused assertion; their causes name it.
const EXPLAINING: [&dyn Check; 13] = [
    &idp::CertificateKnown,
    &idp::Enabled,
    &idp::Exists,
    &idp::IssuerMatches,
    &idp::IssuerUnique,
    &network::Clock,
    &org::Active,
    &org::ShortNameMatches,
    &saml::CertificateExpiry,
    &saml::CertificateNotBefore,
    &saml::Client,
    &saml::PkeyMatchesCertificate,
    &general::OrganizationSnameForm,
];

impl Rule for SamlAssertionRefused {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let Some(refused) = logins::refused(case, all).filter(|refused| !refused.is_of_client())
        else {
            return Vec::new();
        };
        if rows::fails_any(all, &EXPLAINING) {
            return Vec::new();
        }
        // `organization-mismatch` has it: with another organisation the short name is another's too.
        let is_other = !rows::flagged(all, &org::IdMatches).is_empty();
        if is_other && organization_mismatch::other_name(case).is_some() {
            return Vec::new();
        }
        if let Some(diagnosis) = unclean(case, all, &refused) {
            return vec![diagnosis];
        }
        let key = FactKey::pureengage_idp(case.object.id);
        let fact = case.facts().pureengage_idp(&key).ok();
        let provider = fact.and_then(|fact| match &fact.outcome {
            ApiOutcome::Found(provider) => Some(provider),
            _ => None,
        });
        let (may_be, may_do) = suspicion(provider, &refused);
        let mut diagnosis = Diagnosis::new(
            refused.row,
            Certainty::Possible,
            format!(
                "Genesys Cloud refuses the assertion ({}); {may_be}, or the organisation may restrict this login",
                refused.error
            ),
            Owner::CloudAdmin,
            format!(
                "Look into the Identity Provider Event Log of the organisation for this moment; look whether the user exists with exactly this address{may_do}."
            ),
        )
        .breaks([FactKey::saml_login(case.object.id)]);
        if let Some(answer) = refused.telling.http.outcome.answer()
            && let Some(id) = answer.correlation_id()
        {
            diagnosis = diagnosis.evidence("correlation id", id);
        }
        vec![diagnosis]
    }
}

/// What stands around an option that goes into the assertion as it is.
fn unclean(case: &Case<'_>, all: &[Row], refused: &logins::Refused<'_>) -> Option<Diagnosis> {
    let sent: [(&dyn Check, Subject); 2] = [
        (&saml::OptionsClean, Subject::option("saml", "issuer")),
        (
            &general::OptionsClean,
            Subject::option("general", "organization_sname"),
        ),
    ];
    let rows = sent.into_iter().flat_map(|(check, subject)| {
        let rows = rows::flagged(all, check).into_iter();
        rows.filter(move |row| row.subject == subject)
    });
    let rows = Rows::all(rows)?;
    let first = rows.row();
    Some(
        Diagnosis::new(
            refused.row,
            Certainty::Likely,
            format!(
                "Genesys Cloud refuses the assertion ({}): {} goes into it as it stands, and is {}",
                refused.error,
                first.subject,
                first.found()
            ),
            first.owner().unwrap_or(Owner::EngageAdmin),
            first.fix().to_owned(),
        )
        .shown_by(rows.rows())
        .breaks([FactKey::saml_login(case.object.id)]),
    )
}

/// What may be the reason, and what to do about it beside looking.
fn suspicion(
    provider: Option<&IdentityProvider>,
    refused: &logins::Refused<'_>,
) -> (String, String) {
    let login = refused.login;
    if refused.is_of_encoding() {
        return (
            "as it says, it may read none of the encodings that were tried".into(),
            "; capture what Workspace Desktop sends and read its encoding (`hybridcheck saml --decode`), or ask Genesys support with the correlation id".into(),
        );
    }
    let Some(provider) = provider else {
        return (
            "the identity provider could not be read, so issuer and certificate are not compared; the user may not exist".into(),
            "; let hybridcheck read the identity provider (--client-id, permission sso:provider:view)".into(),
        );
    };
    let party = provider.relying_party_identifier.as_ref();
    let party = party
        .map(|party| party.view().trim())
        .filter(|party| !party.is_empty());
    if let Some(party) = party.filter(|party| *party != login.audience.view()) {
        // A shell reads what stands between single quotes as it stands; what it would not, nobody is told to paste.
        let shown = party.shown(200).to_string();
        let flag = if party == shown.as_str() && !shown.contains('\'') {
            format!("--saml-audience '{shown}'")
        } else {
            "--saml-audience and exactly that text".to_owned()
        };
        let party = shown;
        return (
            format!(
                "its audience is `{}`, and relyingPartyIdentifier of the provider is `{party}`, which may have to be the audience; or the user may not exist",
                login.audience
            ),
            format!(
                "; log in again with {flag}: when that is accepted, compare it with the audience that Workspace Desktop sends (`hybridcheck saml --decode`)"
            ),
        );
    }
    let user = if provider.auto_provision_users == Some(false) {
        "the user may not exist, and this provider creates none at their first login"
    } else {
        "the user may not exist"
    };
    (user.into(), String::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use crate::{idp, saml};
    use hybridcheck_testkit::facts::{
        api, client, http, oauth_error, pureengage_idp, saml_login, saml_login_key,
    };

    fn refused(error: &str) -> Bench {
        let bench = Bench::healthy();
        let fact = saml_login(&bench.object, oauth_error(400, error, "some words"));
        let key = saml_login_key();
        bench.fact(key.clone(), fact).blocked_behind(&key)
    }

    #[test]
    fn an_unexplained_refusal_is_possible_and_raw() {
        let bench = refused("invalid_grant");
        let found = bench.diagnose(&SamlAssertionRefused);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(
            found[0].sentence.contains("some words"),
            "{}",
            found[0].sentence
        );
        assert_eq!(bench.causes(), ["saml-assertion-refused"]);
    }

    /// A provider that creates no users refuses no existing one: what it is set to is a cause of its own, and explains no login.
    #[test]
    fn a_provider_that_creates_no_users_and_its_audience_are_suspected_only() {
        let with = |spoil: fn(&mut IdentityProvider)| {
            let bench = refused("invalid_grant");
            let mut provider = pureengage_idp(&bench.object);
            spoil(&mut provider);
            let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
            let key = FactKey::pureengage_idp(bench.object.id);
            bench.fact(key, fact)
        };
        let bench = with(|provider| provider.auto_provision_users = Some(false));
        let found = bench.diagnose(&SamlAssertionRefused).remove(0);
        assert!(
            found.sentence.contains("creates none"),
            "{}",
            found.sentence
        );
        assert_eq!(
            bench.causes(),
            ["auto-provisioning-off", "saml-assertion-refused"]
        );
        let bench = with(|provider| provider.relying_party_identifier = Some("urn:x".into()));
        let found = bench.diagnose(&SamlAssertionRefused).remove(0);
        assert!(
            found.fix.contains("--saml-audience 'urn:x'"),
            "{}",
            found.fix
        );
        assert!(!found.fix.contains("--client-id"), "{}", found.fix);
    }

    #[test]
    fn what_stands_around_an_option_that_is_sent_is_the_likely_reason() {
        let sent: [(&dyn Check, &str, &str); 2] = [
            (&saml::OptionsClean, "saml", "issuer"),
            (&general::OptionsClean, "general", "organization_sname"),
        ];
        for (check, section, option) in sent {
            let subject = Subject::option(section, option);
            let bench = refused("invalid_grant").failing(check, subject);
            let found = bench.diagnose(&SamlAssertionRefused).remove(0);
            assert_eq!(found.certainty, Certainty::Likely);
            assert_eq!(found.roots.len(), 2, "{found:?}");
            assert!(found.sentence.contains(option), "{}", found.sentence);
        }
        // What the assertion does not hold explains nothing.
        let subject = Subject::option("saml", "expire_time");
        let bench = refused("invalid_grant").failing(&saml::OptionsClean, subject);
        let found = bench.diagnose(&SamlAssertionRefused).remove(0);
        assert_eq!(found.certainty, Certainty::Possible);
    }

    #[test]
    fn a_service_in_trouble_refused_no_assertion() {
        let bench = Bench::healthy();
        let trouble = oauth_error(503, "server_error", "try later");
        let mut fact = saml_login(&bench.object, trouble);
        fact.tries[0].http = http("POST …", 503, "application/json", "", true);
        let key = saml_login_key();
        let bench = bench.fact(key.clone(), fact).blocked_behind(&key);
        assert_eq!(bench.causes(), ["service-error"]);
        assert_eq!(bench.failures(), Vec::<String>::new());
    }

    #[test]
    fn what_explains_it_speaks_for_itself() {
        let bench = refused("invalid_grant").failing(&idp::Enabled, Subject::Object);
        assert!(bench.diagnose(&SamlAssertionRefused).is_empty());
    }

    #[test]
    fn a_refused_client_is_another_cause() {
        assert!(
            refused("invalid_client")
                .diagnose(&SamlAssertionRefused)
                .is_empty()
        );
    }
}
