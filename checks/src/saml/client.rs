//! Whether the client of `[saml_auth]` is one that people can log in with.

use hybridcheck_core::check::{Case, Judge, SectionName};
use hybridcheck_core::facts::{Answer, ApiOutcome, ClientRecord, ClientRef, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, SAML_AUTH};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use super::login::subjects;
use crate::evidence::{organization, subjects};

page! {
    /// The client of saml_auth exists, is active, and is of grant type SAML2 Bearer.
    ///
    /// Read from the organisation's list of clients, because this client has no token of its own without a person; that needs the
    /// permission `oauth:client:view`.
    ///
    /// ## Why it matters
    ///
    /// Workspace Desktop exchanges its assertion as this client. One of another grant type, a disabled or a deleted one refuses every
    /// agent.
    ///
    /// ## How to fix
    ///
    /// Create an OAuth client of grant type SAML2 Bearer under Admin > Integrations > OAuth, with an authorized redirect URI, and enter
    /// its id and secret in `[saml_auth]`; or enable the one that is there.
    ///
    /// ## What we rely on
    ///
    /// Documented: a SAML2 Bearer client for Workspace Desktop (provisioning article), the members of a client (Platform API definition),
    /// seven days between deleting an older client and its end.
    pub(crate) struct Client;
}

impl Judge for Client {
    type Subject = SectionName;

    fn subjects(&self, object: &HybridObject) -> Vec<SectionName> {
        subjects(object)
    }

    fn needs(&self, _: &SectionName, object: &HybridObject) -> Vec<FactKey> {
        vec![key(object)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &SectionName, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.client_record(&key(case.object))?;
        organization::is_about_us(case, &fact.reader)?;
        if fact.outcome == ApiOutcome::NotFound {
            let judgement = Judgement::fail(
                "a client of this organisation",
                "the organisation has no such client",
                "Copy the client id for [saml_auth] again from Admin > Integrations > OAuth, or create a client of grant type SAML2 Bearer there.",
                Owner::EngageAdmin,
            );
            return Ok(subjects::with_api(judgement, fact));
        }
        let record = subjects::found(fact)?;
        let judgement = judged(record)?;
        let mut judgement = subjects::with_api(judgement, fact);
        if let Some(seconds) = record.access_token_validity_seconds {
            judgement = judgement.evidence("accessTokenValiditySeconds", seconds);
        }
        let uris = record.registered_redirect_uri.iter().flatten();
        Ok(judgement.evidence("registeredRedirectUri", listed(uris)))
    }
}

fn judged(record: &ClientRecord) -> Answer<Judgement> {
    let Some(grant) = record.authorized_grant_type.as_ref() else {
        return Err(Gap::NotAnswered {
            what: "the client's record does not state authorizedGrantType".into(),
        });
    };
    if !subjects::is_grant(grant, "SAML2-BEARER") {
        return Ok(Judgement::fail(
            "grant type SAML2-BEARER",
            format!("grant type {}", grant.shown(60)),
            "Create an OAuth client of grant type SAML2 Bearer and enter its id and secret in [saml_auth]; the grant type decides what a client can do.",
            Owner::CloudAdmin,
        ));
    }
    let state = (record.state.as_ref()).map_or(Outside::of("active"), Outside::view);
    let ending = record.date_to_delete.as_ref().map(|date| date.shown(60));
    Ok(match (state.eq_ignore_ascii_case("active"), ending) {
        (true, None) => Judgement::pass("SAML2-BEARER, active"),
        (true, Some(date)) => Judgement::warn(
            "a client that stays",
            format!("active, but to be deleted on {date}"),
            format!("Restore the client before {date}, or enter another client in [saml_auth]."),
            Owner::CloudAdmin,
        ),
        (false, ending) => Judgement::fail(
            "active",
            match ending {
                Some(date) => format!("{}, to be deleted on {date}", state.shown(60)),
                None => state.shown(60).to_string(),
            },
            "Enable or restore the client under Admin > Integrations > OAuth.",
            Owner::CloudAdmin,
        ),
    })
}

/// Key of the client as the organisation keeps it.
pub(crate) fn key(object: &HybridObject) -> FactKey {
    FactKey::client_record(ClientRef::Service {
        object: object.id,
        section: SAML_AUTH.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, client_record, client_record_key};

    fn answered(outcome: ApiOutcome<ClientRecord>) -> Answer<Judgement> {
        let fact = api(
            &client("ewt"),
            "GET /api/v2/oauth/clients/{clientId}",
            outcome,
        );
        let bench = Bench::healthy().fact(client_record_key(SAML_AUTH), fact);
        bench.judge_first(&Client)
    }

    fn status(spoil: impl FnOnce(&mut ClientRecord)) -> Status {
        let mut record = client_record(&Bench::healthy().object, SAML_AUTH);
        spoil(&mut record);
        let answer = answered(ApiOutcome::Found(record));
        answer.map_or(Status::Gap, |judgement| judgement.status())
    }

    #[test]
    fn grant_type_and_state_are_weighed() {
        assert_eq!(status(|_| ()), Status::Pass);
        for spelt in ["SAML2BEARER", "saml2_bearer"] {
            let spelt = Some(spelt.into());
            let judged = status(|record| record.authorized_grant_type = spelt);
            assert_eq!(judged, Status::Pass);
        }
        let other = Some("CLIENT-CREDENTIALS".into());
        assert_eq!(
            status(|record| record.authorized_grant_type = other),
            Status::Fail
        );
        assert_eq!(
            status(|record| record.state = Some("disabled".into())),
            Status::Fail
        );
        let day = Some("2026-12-01T00:00:00Z".into());
        assert_eq!(status(|record| record.date_to_delete = day), Status::Warn);
        assert_eq!(
            status(|record| record.authorized_grant_type = None),
            Status::Gap
        );
    }

    #[test]
    fn an_unknown_client_fails() {
        let judgement = answered(ApiOutcome::NotFound).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
    }
}
