//! Sections that use one OAuth client together.

use std::collections::BTreeMap;

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{Opt, SAML_AUTH};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

page! {
    /// Each section has an OAuth client of its own
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud counts requests per client. Services that share one share its rate limit, cannot be told apart in the usage
    /// reports, and all stop when its secret is reset.
    ///
    /// ## How to fix
    ///
    /// Nothing has to be done. To part them, create an OAuth client for each service in Genesys Cloud under Admin > Integrations > OAuth,
    /// give it the same roles, and in GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, set
    /// `client_id` and `password` of the service's section to it.
    ///
    /// ## What we rely on
    ///
    /// Documented: a section and client for each service for better control, monitoring and rate limits; components that belong
    /// together may share a client id. So sharing is a note, never a failure.
    pub(crate) struct SharedClients;
}

impl Judge for SharedClients {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let mut users: BTreeMap<String, Vec<(&Name, &Opt)>> = BTreeMap::new();
        let mut gap: Option<Gap> = None;
        let sections = case.object.services();
        let with_id = sections
            .into_iter()
            .filter(|section| case.object.option(section.raw(), "client_id").is_some());
        for section in with_id {
            match case.visible(section.raw(), "client_id") {
                Ok(option) => {
                    if let Some(text) = option.value.plain() {
                        let id = text.trim().raw().to_ascii_lowercase();
                        users.entry(id).or_default().push((section, option));
                    }
                }
                Err(missing) => gap = gap.or(Some(missing)),
            }
        }
        let shared: Vec<(&String, &Vec<(&Name, &Opt)>)> =
            users.iter().filter(|(_, users)| users.len() > 1).collect();
        if !shared.is_empty() {
            return Ok(note(&shared));
        }
        if let Some(gap) = gap {
            return Err(gap);
        }
        Ok(match users.len() {
            0 | 1 => Judgement::not_applicable("fewer than two client ids to compare"),
            count => Judgement::pass(format!("{count} sections, {count} clients")),
        })
    }
}

fn note(shared: &[(&String, &Vec<(&Name, &Opt)>)]) -> Judgement {
    let sentences: Vec<String> = shared
        .iter()
        .map(|(id, users)| {
            let names = users.iter().map(|(section, _)| format!("[{section}]"));
            format!(
                "{} share client `{}`",
                listed(names),
                Outside::of(id.as_str()).shown(60)
            )
        })
        .collect();
    let saml = shared.iter().any(|(_, users)| {
        users
            .iter()
            .any(|(section, _)| section.eq_ignore_ascii_case(SAML_AUTH))
    });
    let grant = if saml {
        format!(
            " [{SAML_AUTH}] needs a client of grant type SAML2 Bearer, the other sections one of Client Credentials: see that the client serves both."
        )
    } else {
        String::new()
    };
    let judgement = Judgement::note(
        format!("{}, and with it one rate limit", sentences.join("; ")),
        format!(
            "Nothing, unless the services are to have rate limits of their own: then give each an OAuth client in Genesys Cloud under Admin > Integrations > OAuth.{grant}"
        ),
        Owner::CloudAdmin,
    );
    shared
        .iter()
        .flat_map(|(_, users)| users.iter())
        .fold(judgement, |judgement, (_, option)| judgement.of(option))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{EWT_CLIENT, healthy, with, without_section};

    #[test]
    fn clients_of_their_own_pass() {
        let judgement = only(offline(&SharedClients, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn a_shared_client_is_a_note_that_names_the_sections() {
        let object = with(healthy(), "pacing", "client_id", &EWT_CLIENT.to_uppercase());
        let judgement = only(offline(&SharedClients, &object)).expect("a judgement");
        assert_eq!(judgement.status(), Status::Note);
        assert!(
            judgement.found().starts_with("[ewt] and [pacing] share"),
            "{}",
            judgement.found()
        );
        assert!(!judgement.fix().contains("SAML2"), "{}", judgement.fix());
        assert_eq!(judgement.places.len(), 2);
    }

    #[test]
    fn sharing_with_saml_auth_speaks_of_the_grant_types() {
        let object = with(healthy(), "saml_auth", "client_id", EWT_CLIENT);
        let judgement = only(offline(&SharedClients, &object)).expect("a judgement");
        assert!(
            judgement.fix().contains("SAML2 Bearer"),
            "{}",
            judgement.fix()
        );
    }

    #[test]
    fn one_client_alone_is_not_applicable() {
        let object = without_section(healthy(), "saml_auth");
        let judgement = only(offline(&SharedClients, &object)).expect("a judgement");
        assert_eq!(judgement.status(), Status::NotApplicable);
    }

    #[test]
    fn a_hidden_id_is_a_gap() {
        let object = with(healthy(), "ewt", "client_id", "****");
        assert!(matches!(
            only(offline(&SharedClients, &object)),
            Err(Gap::Hidden { .. })
        ));
    }
}
