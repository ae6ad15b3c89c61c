//! Option and provider have different issuers.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, logins, providers, rows};
use crate::{idp, saml};

page! {
    /// The issuer of the object is not the issuer of the identity provider.
    ///
    /// ## What it means
    ///
    /// Assertions carry the text of `saml/issuer`; the PureEngage provider expects its `issuerURI`. They differ, so every login is
    /// refused. http for https, a slash at the end and upper case are the differences that escape the eye.
    ///
    /// ## How to fix
    ///
    /// Set the option to the provider's text, or the provider to the option's when other systems use the option's text too.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders/pureengage` shows `issuerURI`.
    ///
    /// ## What we rely on
    ///
    /// Documented: both must match exactly (provisioning article).
    pub(crate) struct IssuerMismatch;
}

impl Rule for IssuerMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        // Where another provider has the object's issuer, the two were not merely written differently.
        if providers::bearer(case).is_some() {
            return Vec::new();
        }
        let shown = members::together(rows::failing(all, &idp::IssuerMatches));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            let owner = row.owner().unwrap_or(Owner::EngageAdmin);
            let sentence = if owner == Owner::CloudAdmin {
                format!(
                    "issuerURI of the PureEngage identity provider must be {}, but is {}",
                    row.expected(),
                    row.found()
                )
            } else {
                format!(
                    "saml/issuer must be {}, but is {}",
                    row.expected(),
                    row.found()
                )
            };
            // Blanks are part of the difference, and the fix mends them too.
            let unclean = rows::failing(all, &saml::OptionsClean).into_iter();
            let unclean = unclean.filter(|other| other.subject == row.subject);
            shown
                .diagnosis(Certainty::Certain, sentence, owner, row.fix())
                .shown_by(unclean)
                .shown_by(logins::refused_assertion(case, all))
                .breaks(logins::refused_login(case, all))
                .command(commands::api(case, "/api/v2/identityproviders/pureengage"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn http_for_https_fires() {
        let bench = Bench::healthy().option("saml", "issuer", "http://idp.acme.example/pureengage");
        assert_eq!(bench.causes(), ["issuer-mismatch"]);
        assert!(
            bench.diagnose(&IssuerMismatch)[0]
                .sentence
                .contains("they differ only in the scheme")
        );
    }

    #[test]
    fn the_same_issuer_does_not() {
        assert!(Bench::healthy().diagnose(&IssuerMismatch).is_empty());
    }
}
