//! Who is meant: the token, its client, its organisation, the person.

use hybridcheck_core::facts::{ClientRecord, Organization, Person, TokenInfo};
use hybridcheck_core::text::visible;

use super::{Answer, LIST_LIMIT, clean_all, clean_divisions, clean_list};
use crate::probes::json::Odd;

/// The members that a client has in both of its definitions (`OrgOAuthClient`, `OAuthClient`).
macro_rules! clean_client {
    ($client:expr) => {
        clean_all([
            $client.id.as_mut(),
            $client.name.as_mut(),
            $client.authorized_grant_type.as_mut(),
            $client.state.as_mut(),
            $client.date_to_delete.as_mut(),
        ]);
        clean_list($client.scope.as_mut());
        clean_divisions($client.role_divisions.as_mut());
    };
}

impl Answer for TokenInfo {
    type Raw = Self;

    fn of(mut info: Self) -> Result<Self, Odd> {
        let organizations = [&mut info.organization, &mut info.home_organization];
        for org in organizations.into_iter().flatten() {
            clean_all([org.name.as_mut(), org.id.as_mut()]);
        }
        clean_list(info.authorized_scope.as_mut());
        if let Some(client) = &mut info.client {
            clean_client!(client);
        }
        Ok(info)
    }
}

impl Answer for ClientRecord {
    type Raw = Self;

    fn of(mut client: Self) -> Result<Self, Odd> {
        clean_client!(client);
        clean_list(client.registered_redirect_uri.as_mut());
        Ok(client)
    }
}

impl Answer for Organization {
    type Raw = Self;

    fn of(mut org: Self) -> Result<Self, Odd> {
        clean_all([
            org.id.as_mut(),
            org.name.as_mut(),
            org.third_party_org_name.as_mut(),
            org.state.as_mut(),
            org.product_platform.as_mut(),
            org.domain.as_mut(),
        ]);
        if let Some(features) = org.features.take() {
            let shown = features
                .into_iter()
                .take(LIST_LIMIT)
                .map(|(name, is_on)| (visible(&name, 100), is_on));
            org.features = Some(shown.collect());
        }
        Ok(org)
    }
}

impl Answer for Person {
    type Raw = Self;

    fn of(mut person: Self) -> Result<Self, Odd> {
        clean_all([
            person.id.as_mut(),
            person.name.as_mut(),
            person.email.as_mut(),
            person.state.as_mut(),
        ]);
        Ok(person)
    }
}
