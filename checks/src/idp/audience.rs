//! What the provider may ask of assertions beside issuer and signature.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{providers, subjects};

page! {
    /// The PureEngage identity provider names no audience of its own.
    ///
    /// ## Why it matters
    ///
    /// Where a provider has a `relyingPartyIdentifier`, an assertion has to name it as its audience. The object has no option for an audience,
    /// so what Workspace Desktop writes there cannot be chosen.
    ///
    /// ## How to fix
    ///
    /// Nothing, if logins work. Else compare the audience of a captured message (`hybridcheck saml --decode`) with `relyingPartyIdentifier`,
    /// or remove the latter; `hybridcheck check --saml-user` takes it as `--saml-audience`.
    ///
    /// ## What we rely on
    ///
    /// Documented for other kinds of providers: the audience is the relying party identifier. Inferred for this one, whose sample in the
    /// provisioning article has none; hence never more than a note. The name identifier format is shown as it comes.
    pub(crate) struct Audience;
}

impl Judge for Audience {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::pureengage_idp(object.id)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = providers::pureengage(case)?;
        let party = provider.relying_party_identifier.as_ref();
        let judgement = match party
            .map(|party| party.view().trim())
            .filter(|party| !party.is_empty())
        {
            None => {
                Judgement::pass("relyingPartyIdentifier is not set, as in the provisioning article")
            }
            Some(party) => Judgement::note(
                format!(
                    "relyingPartyIdentifier is `{}`: assertions may have to name it as their audience",
                    party.shown(200)
                ),
                "Nothing, if logins work; else compare it with the audience of a captured message (`hybridcheck saml --decode`).",
                Owner::CloudAdmin,
            ),
        };
        let judgement = subjects::with_api(judgement, fact);
        Ok(match &provider.name_identifier_format {
            Some(format) => judgement.evidence("nameIdentifierFormat", format),
            None => judgement,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, pureengage_idp};

    fn with(party: Option<&str>) -> Judgement {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.relying_party_identifier = party.map(Into::into);
        provider.name_identifier_format = Some("urn:x".into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        let key = FactKey::pureengage_idp(ObjectId(0));
        bench
            .fact(key, fact)
            .judge_first(&Audience)
            .expect("a verdict")
    }

    #[test]
    fn an_audience_is_noted_and_none_passes() {
        assert_eq!(with(None).status(), Status::Pass);
        assert_eq!(with(Some(" ")).status(), Status::Pass);
        let named = with(Some("urn:acme:genesys"));
        assert_eq!(named.status(), Status::Note);
        assert!(named.found().contains("`urn:acme:genesys`"));
    }

    #[test]
    fn the_format_of_names_is_evidence() {
        let shown = with(None).evidence.into_iter();
        let mut shown = shown.filter(|piece| piece.label == "nameIdentifierFormat");
        assert_eq!(
            shown.next().map(|piece| piece.value).as_deref(),
            Some("urn:x")
        );
    }
}
