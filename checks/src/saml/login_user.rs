//! Whether the login is that of the wanted user, in the object's organisation.

use hybridcheck_core::check::{Case, Judge, SectionName};
use hybridcheck_core::facts::{Answer, ClientRef, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

use super::login::{accepted, subjects};
use crate::evidence::{organization, subjects};

page! {
    /// The login is that of the wanted user, in the object's organisation.
    ///
    /// ## Why it matters
    ///
    /// The address in the assertion must be the user's Genesys Cloud address. A login that ends at another user, or in another
    /// organisation, works without any error and shows the wrong data.
    ///
    /// ## How to fix
    ///
    /// Make the address of the person in Engage and of the user in Genesys Cloud the same; make `general/organization_id` and the
    /// client of `[saml_auth]` of one organisation.
    ///
    /// ## What we rely on
    ///
    /// Documented: the members of the user and of the token (Platform API definition); both systems must use the same address.
    pub(crate) struct LoginUser;
}

impl Judge for LoginUser {
    type Subject = SectionName;

    fn subjects(&self, object: &HybridObject) -> Vec<SectionName> {
        subjects(object)
    }

    fn needs(&self, _: &SectionName, object: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::saml_login(object.id),
            FactKey::me(object.id),
            FactKey::token_info(&ClientRef::Person { object: object.id }),
            FactKey::organization(object.id),
        ]
    }

    fn judge(&self, _: &SectionName, case: &Case<'_>) -> Answer<Judgement> {
        let wanted = match accepted(case)? {
            Ok(login) => &login.email,
            Err(judgement) => return Ok(judgement),
        };
        let me = case.me()?;
        let person = subjects::found(me)?;
        let Some(email) = person.email.as_ref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the user's email", me.call),
            });
        };
        let key = FactKey::token_info(&ClientRef::Person {
            object: case.object.id,
        });
        let organization = match case.token_info(&key).and_then(subjects::found) {
            Ok(info) => info
                .organization
                .as_ref()
                .and_then(|named| named.id.clone()),
            Err(_) => None,
        };
        // The option itself is judged elsewhere: a login is wrong when it is not of the organisation that the services work in.
        let answered = case.organization().and_then(|fact| {
            organization::is_about_us(case, &fact.reader)?;
            subjects::found(fact)
        });
        let ours = answered.ok().and_then(|answered| answered.id.as_ref());
        let shown = format!(
            "{} ({})",
            email.shown(100),
            (person.name.as_ref())
                .map_or(Outside::of("no name stated"), Outside::view)
                .shown(80)
        );
        let judgement = match (organization.as_ref(), ours) {
            _ if !email.is_like(wanted) => Judgement::fail(
                format!("user {}", wanted.shown(100)),
                format!("user {shown}"),
                "Make the person's address in Engage and the user's in Genesys Cloud the same.",
                Owner::CloudAdmin,
            ),
            (Some(theirs), Some(ours)) if !theirs.is_like(ours) => Judgement::fail(
                format!("organisation {}", ours.shown(60)),
                format!("{shown} of organisation {}", theirs.shown(60)),
                "Enter a client of the organisation that the services work in into [saml_auth].",
                Owner::EngageAdmin,
            ),
            (Some(theirs), _) => {
                Judgement::pass(format!("{shown} of organisation {}", theirs.shown(60)))
            }
            (None, _) => Judgement::pass(format!("{shown}; the organisation was not stated")),
        };
        let judgement = subjects::with_api(judgement, me);
        Ok(match &person.id {
            Some(id) => judgement.evidence("user id", id),
            None => judgement,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, NamedEntity, Person};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, me_key, person, token_info};

    fn as_person(found: Person) -> Answer<Judgement> {
        let fact = api(&person(), "GET /api/v2/users/me", ApiOutcome::Found(found));
        Bench::healthy()
            .fact(me_key(), fact)
            .judge_first(&LoginUser)
    }

    #[test]
    fn the_wanted_user_passes_whatever_the_case() {
        assert_eq!(Bench::healthy().status(&LoginUser), Status::Pass);
        let shouting = Person {
            email: Some("TEST.AGENT@acme.example".into()),
            ..Person::default()
        };
        assert_eq!(
            as_person(shouting).expect("a verdict").status(),
            Status::Pass
        );
    }

    #[test]
    fn another_user_fails() {
        let other = Person {
            email: Some("someone.else@acme.example".into()),
            ..Person::default()
        };
        assert_eq!(as_person(other).expect("a verdict").status(), Status::Fail);
    }

    #[test]
    fn a_login_into_another_organisation_fails() {
        let mut info = token_info(&Bench::healthy().object, "saml_auth");
        info.organization = Some(NamedEntity {
            id: Some("99999999-1111-4222-8333-444444444444".into()),
            name: None,
        });
        let client = person();
        let fact = api(&client, "GET /api/v2/tokens/me", ApiOutcome::Found(info));
        let bench = Bench::healthy().fact(FactKey::TokenInfo { client }, fact);
        assert_eq!(bench.status(&LoginUser), Status::Fail);
    }

    #[test]
    fn a_user_without_an_address_is_a_gap() {
        assert!(matches!(
            as_person(Person::default()),
            Err(Gap::NotAnswered { .. })
        ));
    }
}
