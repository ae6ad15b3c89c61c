//! Who is meant: the token, its client, its organisation, the person.

use hybridcheck_core::facts::{ClientRecord, Organization, Person, TokenInfo};
use hybridcheck_core::outside::Outside;

use super::{Answer, LIST_LIMIT, cut, cut_divisions, cut_list};
use crate::probes::json::Odd;

/// The members that a client has in both of its definitions (`OrgOAuthClient`, `OAuthClient`).
macro_rules! cut_client {
    ($client:expr) => {
        cut(&mut $client.id);
        cut(&mut $client.name);
        cut(&mut $client.authorized_grant_type);
        cut(&mut $client.state);
        cut(&mut $client.date_to_delete);
        cut_list(&mut $client.scope);
        cut_divisions(&mut $client.role_divisions);
    };
}

impl Answer for TokenInfo {
    type Raw = Self;

    fn of(mut info: Self) -> Result<Self, Odd> {
        let organizations = [&mut info.organization, &mut info.home_organization];
        for org in organizations.into_iter().flatten() {
            cut(&mut org.name);
            cut(&mut org.id);
        }
        cut_list(&mut info.authorized_scope);
        if let Some(client) = &mut info.client {
            cut_client!(client);
        }
        Ok(info)
    }
}

impl Answer for ClientRecord {
    type Raw = Self;

    fn of(mut client: Self) -> Result<Self, Odd> {
        cut_client!(client);
        cut_list(&mut client.registered_redirect_uri);
        Ok(client)
    }
}

impl Answer for Organization {
    type Raw = Self;

    fn of(mut org: Self) -> Result<Self, Odd> {
        cut(&mut org.id);
        cut(&mut org.name);
        cut(&mut org.third_party_org_name);
        cut(&mut org.state);
        cut(&mut org.product_platform);
        cut(&mut org.domain);
        if let Some(features) = org.features.take() {
            let kept = features
                .into_iter()
                .take(LIST_LIMIT)
                .map(|(name, is_on)| (Outside::kept(name.raw(), 100), is_on));
            org.features = Some(kept.collect());
        }
        Ok(org)
    }
}

impl Answer for Person {
    type Raw = Self;

    fn of(mut person: Self) -> Result<Self, Odd> {
        cut(&mut person.id);
        cut(&mut person.name);
        cut(&mut person.email);
        cut(&mut person.state);
        Ok(person)
    }
}
