//! Whether the client of `[saml_auth]` lets tokens live as long as the object asks for.

use hybridcheck_core::check::{Case, Judge, SectionName};
use hybridcheck_core::facts::{Answer, ApiOutcome, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use super::client::key;
use super::login::subjects;
use crate::evidence::{organization, subjects};

page! {
    /// The client of saml_auth lets tokens live as long as saml/expire_time asks for.
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud may override the wish of the object: where the client's token duration is shorter, agents are logged out earlier
    /// than the Engage side expects.
    ///
    /// ## How to fix
    ///
    /// Set the token duration of the client (Admin > Integrations > OAuth) and `saml/expire_time` to the same time.
    ///
    /// ## What we rely on
    ///
    /// Documented: `expire_time` is in hours, 24 by default, and may be overridden by the service; `accessTokenValiditySeconds` of a client,
    /// 86400 by default (Platform API definition). Inferred: the shorter of both decides; an idle timeout of the organisation may end a token earlier still.
    pub(crate) struct TokenLife;
}

/// The token duration of a client that states none.
const DEFAULT_SECONDS: u64 = 86_400;

impl Judge for TokenLife {
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
        let (option, text) = subjects::plain(case, "saml", "expire_time")?;
        let hours: u64 = text.raw().parse().map_err(|_| {
            // What is no number is judged by saml-expire-time.
            Gap::blocked(FactKey::option(case.object.id, "saml", "expire_time"))
        })?;
        let fact = case.client_record(&key(case.object))?;
        organization::is_about_us(case, &fact.reader)?;
        if fact.outcome == ApiOutcome::NotFound {
            return Err(Gap::blocked(key(case.object)));
        }
        let record = subjects::found(fact)?;
        let seconds = record
            .access_token_validity_seconds
            .unwrap_or(DEFAULT_SECONDS);
        let found = format!("tokens of {seconds} s, and saml/expire_time asks for {hours} h");
        let judgement = if seconds < hours.saturating_mul(3600) {
            Judgement::note(
                format!("{found}: the client's shorter time decides"),
                "Set the token duration of the client and saml/expire_time to the same time, if agents are logged out too early.",
                Owner::CloudAdmin,
            )
        } else {
            Judgement::pass(found)
        };
        Ok(subjects::with_api(judgement, fact).of(option))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::SAML_AUTH;
    use hybridcheck_testkit::facts::{api, client, client_record, client_record_key};

    fn status(hours: &str, seconds: Option<u64>) -> Status {
        let bench = Bench::healthy().option("saml", "expire_time", hours);
        let mut record = client_record(&bench.object, SAML_AUTH);
        record.access_token_validity_seconds = seconds;
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(record));
        let bench = bench.fact(client_record_key(SAML_AUTH), fact);
        bench.status(&TokenLife)
    }

    #[test]
    fn a_shorter_life_is_worth_knowing_and_a_longer_one_passes() {
        assert_eq!(status("24", Some(86_400)), Status::Pass);
        assert_eq!(status("8", Some(86_400)), Status::Pass);
        assert_eq!(status("24", Some(3_600)), Status::Note);
        assert_eq!(status("48", None), Status::Note);
    }

    #[test]
    fn what_is_no_number_is_left_to_its_own_check() {
        assert_eq!(status("a day", Some(86_400)), Status::Gap);
    }

    #[test]
    fn a_client_that_is_not_there_has_no_life() {
        let fact = api(&client("ewt"), "GET …", ApiOutcome::NotFound);
        let fact: hybridcheck_core::facts::ApiFact<hybridcheck_core::facts::ClientRecord> = fact;
        let bench = Bench::healthy().fact(client_record_key(SAML_AUTH), fact);
        assert_eq!(bench.status(&TokenLife), Status::Gap);
    }
}
