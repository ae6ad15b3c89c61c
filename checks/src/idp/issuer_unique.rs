//! Whether no other identity provider has the same issuer.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap, IdentityProvider};
use hybridcheck_core::finding::{Judgement, Owner, Status};
use hybridcheck_core::names::Issuer;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{organization, providers, subjects};
use hybridcheck_core::issuer::difference;

page! {
    /// No other identity provider of the organisation has the same issuer.
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud finds the provider of an assertion by its issuer. With two providers of one issuer, logins are refused or end at
    /// the wrong one.
    ///
    /// ## How to fix
    ///
    /// Give one of the two another issuer, or remove the one that is not used: often a generic provider from an earlier attempt.
    ///
    /// ## What we rely on
    ///
    /// Documented: there must not be several issuers with the same URI (provisioning article). Not documented: whether case, scheme, the
    /// usual port, percent-encoding or a slash at the end make a difference, and whether a disabled provider counts, so these warn.
    pub(crate) struct IssuerUnique;
}

impl Judge for IssuerUnique {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::idps(object.id), FactKey::pureengage_idp(object.id)]
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.idps()?;
        organization::is_about_us(case, &fact.reader)?;
        let listing = subjects::found(fact)?;
        // A provider that does not exist is judged elsewhere; one that cannot be read is still in the listing.
        let (own, unread) = match providers::pureengage(case) {
            Ok((_, provider)) => (Some(provider), None),
            Err(gap @ Gap::Blocked { .. }) => return Err(gap),
            Err(gap) => (None, Some(gap)),
        };
        let own_index = own_index(own, &listing.entities);
        let listed_own = own_index.and_then(|index| listing.entities.get(index));
        let ours = own
            .or(listed_own)
            .and_then(|provider| provider.issuer_uri.as_ref());
        let ours = match ours {
            Some(issuer) => issuer.clone(),
            None => Issuer::from(subjects::plain(case, "saml", "issuer")?.1),
        };
        let others = listing.entities.iter().enumerate();
        let others: Vec<&IdentityProvider> = others
            .filter(|(index, _)| Some(*index) != own_index)
            .map(|(_, provider)| provider)
            .collect();
        let mut judgement = verdict(&ours, &others);
        if listing.incomplete && judgement.status() == Status::Pass {
            // Those that were not read may have it.
            return Err(Gap::NotAnswered {
                what: format!(
                    "{} was cut off after {} providers; none of the {} others read so far has the issuer",
                    fact.call,
                    listing.entities.len(),
                    others.len()
                ),
            });
        }
        if listing.incomplete {
            judgement = judgement.evidence(
                "listing",
                format!("cut off after {} providers", listing.entities.len()),
            );
        }
        if let Some(gap) = unread {
            judgement = judgement.evidence("PureEngage provider", format!("not read: {gap}"));
        }
        Ok(subjects::with_api(judgement, fact).evidence("issuer", ours))
    }
}

/// Where the `PureEngage` provider itself stands in the listing: by its id, else by its name. Never more than one entry.
fn own_index(own: Option<&IdentityProvider>, entities: &[IdentityProvider]) -> Option<usize> {
    let same = |a: &Option<Outside>, b: Outside<&str>| a.as_ref().is_some_and(|a| a.is_like(&b));
    let id = own
        .and_then(|provider| provider.id.as_ref())
        .map_or(Outside::of("pureengage"), Outside::view);
    let name = own
        .and_then(|provider| provider.name.as_ref())
        .map_or(Outside::of("PureEngage"), Outside::view);
    entities
        .iter()
        .position(|entity| same(&entity.id, id))
        .or_else(|| {
            // With ids on both sides the name says nothing: a custom provider may bear it too.
            let comparable = own.is_some_and(|provider| provider.id.is_some());
            entities
                .iter()
                .position(|entity| same(&entity.name, name) && !(comparable && entity.id.is_some()))
        })
}

fn verdict(ours: &Issuer, others: &[&IdentityProvider]) -> Judgement {
    let expected = "one provider for the issuer";
    let names = |found: &[&IdentityProvider]| {
        listed(found.iter().map(|provider| {
            let name = provider
                .name
                .as_ref()
                .or(provider.id.as_ref())
                .map_or(Outside::of("without a name"), Outside::view);
            let disabled = if provider.disabled == Some(true) {
                " (disabled)"
            } else {
                ""
            };
            format!("`{}`{disabled}", name.shown(80))
        }))
    };
    let same: Vec<&IdentityProvider> = others
        .iter()
        .copied()
        .filter(|provider| provider.issuer_uri.as_ref() == Some(ours))
        .collect();
    let near: Vec<&IdentityProvider> = others
        .iter()
        .copied()
        .filter(|provider| {
            provider
                .issuer_uri
                .as_ref()
                .is_some_and(|issuer| !difference(ours, issuer).is_empty())
        })
        .collect();
    if !same.is_empty() {
        let fix = format!(
            "Give {} another issuer, or remove it if it is not used.",
            names(&same)
        );
        let found = format!("{} has the same issuer", names(&same));
        return if same.iter().all(|provider| provider.disabled == Some(true)) {
            Judgement::warn(expected, found, fix, Owner::CloudAdmin)
        } else {
            Judgement::fail(expected, found, fix, Owner::CloudAdmin)
        };
    }
    if let Some(first) = near.first() {
        let how = difference(ours, &first.issuer_uri.clone().unwrap_or_default());
        return Judgement::warn(
            expected,
            format!("{} has nearly the same issuer{how}", names(&near)),
            format!(
                "Give {} an issuer of its own, or remove it if it is not used.",
                names(&near)
            ),
            Owner::CloudAdmin,
        );
    }
    Judgement::pass(format!("none of {} other providers has it", others.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, IdentityProviders};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, other_idp, pureengage_idp};
    use hybridcheck_testkit::objects::ISSUER;

    fn beside(others: Vec<IdentityProvider>, incomplete: bool) -> Bench {
        let bench = Bench::healthy();
        let mut entities = vec![pureengage_idp(&bench.object)];
        entities.extend(others);
        let listing = IdentityProviders {
            entities,
            incomplete,
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(listing));
        bench.fact(FactKey::idps(ObjectId(0)), fact)
    }

    fn status(issuer: &str) -> Status {
        beside(vec![other_idp("Generic", issuer)], false).status(&IssuerUnique)
    }

    #[test]
    fn the_provider_does_not_accuse_itself() {
        assert_eq!(Bench::healthy().status(&IssuerUnique), Status::Pass);
        assert_eq!(
            beside(Vec::new(), false).status(&IssuerUnique),
            Status::Pass
        );
    }

    #[test]
    fn the_same_issuer_elsewhere_fails_and_names_the_provider() {
        let judgement = beside(vec![other_idp("Generic", ISSUER)], false)
            .judge_first(&IssuerUnique)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(judgement.found(), "`Generic` has the same issuer");
        let namesake = IdentityProvider {
            id: Some("custom-1".into()),
            ..other_idp("PureEngage", ISSUER)
        };
        assert_eq!(
            beside(vec![namesake], false).status(&IssuerUnique),
            Status::Fail
        );
    }

    #[test]
    fn near_misses_and_disabled_twins_warn() {
        assert_eq!(status("http://idp.acme.example/pureengage"), Status::Warn);
        assert_eq!(status("https://idp.acme.example/pureengage/"), Status::Warn);
        assert_eq!(status("https://idp.acme.example/PUREENGAGE"), Status::Warn);
        assert_eq!(
            status("https://idp.acme.example:443/pure%65ngage "),
            Status::Warn
        );
        assert_eq!(status("https://idp.acme.example/other"), Status::Pass);
        let disabled = IdentityProvider {
            disabled: Some(true),
            ..other_idp("Generic", ISSUER)
        };
        assert_eq!(
            beside(vec![disabled], false).status(&IssuerUnique),
            Status::Warn
        );
    }

    #[test]
    fn a_listing_that_was_cut_off_never_passes() {
        let gap = beside(Vec::new(), true).judge_first(&IssuerUnique);
        let told = gap.expect_err("a gap").to_string();
        assert!(told.contains("cut off after 1 providers"), "{told}");
        // What was read of it counts all the same.
        let twin = beside(vec![other_idp("Generic", ISSUER)], true);
        assert_eq!(twin.status(&IssuerUnique), Status::Fail);
    }

    #[test]
    fn an_unreadable_provider_is_found_in_the_listing() {
        let key = FactKey::pureengage_idp(ObjectId(0));
        let bench = beside(vec![other_idp("Generic", ISSUER)], false).gap(key, Gap::Interrupted);
        let judgement = bench.judge_first(&IssuerUnique).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement
                .evidence
                .iter()
                .any(|piece| piece.value.contains("interrupted"))
        );
    }

    #[test]
    fn no_listing_is_a_gap() {
        let key = FactKey::idps(ObjectId(0));
        assert_eq!(
            Bench::healthy()
                .gap(key, Gap::Offline)
                .judge_first(&IssuerUnique),
            Err(Gap::Offline)
        );
    }
}
