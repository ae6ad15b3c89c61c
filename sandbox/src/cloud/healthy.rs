//! The organisations with nothing wrong in them.

use super::{
    CLIENT_CREDENTIALS, Client, Cloud, EWT_CLIENT, ISSUER, JOURNEY_PRODUCT, ORG_ID, ORG_NAME,
    ORG_SHORT_NAME, PUREENGAGE, Provider, Role, SAML_CLIENT, SAML2_BEARER, SandboxError,
    TOKEN_LIFE, TOOL_CLIENT, USER, User, random_text,
};

/// The permissions that exist: those that the definition names for reading journeys, and what else the roles hold.
const CATALOGUE: [&str; 39] = [
    "analytics:journeyAggregate:view",
    "authorization:grant:add",
    "authorization:grant:delete",
    "authorization:grant:view",
    "authorization:role:add",
    "authorization:role:delete",
    "authorization:role:edit",
    "authorization:role:view",
    "directory:organization:admin",
    "directory:user:view",
    "externalContacts:session:view",
    "journey:actionmap:add",
    "journey:actionmap:delete",
    "journey:actionmap:edit",
    "journey:actionmap:view",
    "journey:actiontarget:view",
    "journey:actiontemplate:add",
    "journey:actiontemplate:delete",
    "journey:actiontemplate:edit",
    "journey:actiontemplate:view",
    "journey:event:view",
    "journey:eventDefinition:view",
    "journey:outcome:add",
    "journey:outcome:delete",
    "journey:outcome:edit",
    "journey:outcome:view",
    "journey:outcomepredictor:view",
    "journey:outcomescores:view",
    "journey:segment:add",
    "journey:segment:delete",
    "journey:segment:edit",
    "journey:segment:view",
    "journey:session:view",
    "journey:views:view",
    "oauth:client:edit",
    "oauth:client:view",
    "sso:provider:add",
    "sso:provider:edit",
    "sso:provider:view",
];

/// What the AI Agent role holds by default is not documented; these are the reading rights that an agent of Predictive Engagement needs.
const JOURNEY_READ: [&str; 5] = [
    "journey:event:view",
    "journey:outcome:view",
    "journey:outcomescores:view",
    "journey:segment:view",
    "journey:session:view",
];

/// The role of the client of the Agent Pacing Service.
pub(crate) const SERVICE_ROLE: &str = "Agent Pacing Service";
/// The role of hybridcheck's own client.
pub(crate) const TOOL_ROLE: &str = "hybridcheck";

impl Cloud {
    /// The organisation of the sample object.
    pub(crate) fn healthy() -> Result<Self, SandboxError> {
        let mut tool = client(TOOL_CLIENT, "hybridcheck", CLIENT_CREDENTIALS)?;
        tool.role = Some(TOOL_ROLE);
        let mut service = client(EWT_CLIENT, "Agent Pacing Service", CLIENT_CREDENTIALS)?;
        service.role = Some(SERVICE_ROLE);
        let mut cloud = Self::empty(ORG_ID, ORG_NAME, ORG_SHORT_NAME)?;
        cloud.clients = vec![
            client(SAML_CLIENT, "Workspace Desktop", SAML2_BEARER)?,
            service,
            tool,
        ];
        cloud.providers = vec![
            Provider {
                auto_provision: true,
                ..Provider::other(PUREENGAGE, "PureEngage", ISSUER)
            },
            Provider::other(
                "adfs",
                "ADFS",
                "http://adfs.acme.example/adfs/services/trust",
            ),
            Provider::other("okta", "Okta", "http://www.okta.com/exk0acme0sample"),
        ];
        cloud.roles = roles();
        cloud.users = vec![User {
            id: user_id(1),
            name: "Test Agent".into(),
            email: USER.into(),
            state: "active",
            roles: vec!["AI Agent", "Employee"],
        }];
        cloud.products = vec!["collaborateFree", "engage", JOURNEY_PRODUCT];
        cloud.catalogue = CATALOGUE.to_vec();
        Ok(cloud)
    }

    /// Another organisation of the same region, with a client of its own.
    pub(crate) fn neighbour() -> Result<Self, SandboxError> {
        let mut cloud = Self::empty(
            "66666666-7777-4888-8999-bbbbbbbbbbbb",
            "Neighbour Trading GmbH",
            "neighbour-trading",
        )?;
        let id = "44444444-aaaa-4bbb-8ccc-444444444444";
        cloud.clients = vec![client(id, "Reporting", CLIENT_CREDENTIALS)?];
        cloud.products = vec!["collaborateFree"];
        cloud.catalogue = vec!["directory:user:view"];
        Ok(cloud)
    }

    /// An organisation of another region.
    pub(crate) fn abroad() -> Result<Self, SandboxError> {
        let mut cloud = Self::neighbour()?;
        cloud.org_id = "77777777-7777-4888-8999-cccccccccccc";
        cloud.org_name = "Overseas Services Ltd";
        cloud.org_short_name = "overseas-services";
        for client in &mut cloud.clients {
            client.id = "66666666-aaaa-4bbb-8ccc-666666666666";
        }
        Ok(cloud)
    }
}

/// The id of the person of a number.
pub(super) fn user_id(number: usize) -> String {
    format!("{number:08}-eeee-4fff-8aaa-{number:012}")
}

fn client(
    id: &'static str,
    name: &'static str,
    grant: &'static str,
) -> Result<Client, SandboxError> {
    Ok(Client {
        id,
        secret: random_text(32)?,
        name,
        grant,
        state: "active",
        ends: None,
        role: None,
        scopes: Vec::new(),
        token_life: TOKEN_LIFE,
        tokens_dead: false,
    })
}

fn roles() -> Vec<Role> {
    let role = |number: u8, name: &str, default, permissions: &[&'static str]| Role {
        id: format!("{number:08}-dddd-4eee-8fff-{number:012}"),
        name: name.into(),
        default,
        users: 3,
        permissions: permissions.to_vec(),
    };
    let everything = [
        "analytics:*:*",
        "authorization:*:*",
        "directory:*:*",
        "externalContacts:*:*",
        "journey:*:*",
        "oauth:*:*",
        "sso:*:*",
    ];
    let directory = ["directory:user:view"];
    let reader = [
        "authorization:role:view",
        "oauth:client:view",
        "sso:provider:view",
    ];
    let service = [reader.as_slice(), &["journey:actiontarget:view"]].concat();
    let mut all = vec![
        role(1, "Admin", true, &everything),
        role(2, "AI Agent", true, &JOURNEY_READ),
        role(3, "Supervisor", true, &JOURNEY_READ),
        role(4, "Employee", true, &directory),
        role(5, "Master Admin", true, &["authorization:*:*"]),
    ];
    for (number, name, permissions) in [(36, SERVICE_ROLE, &*service), (37, TOOL_ROLE, &reader)] {
        let mut held = role(number, name, false, permissions);
        held.users = 0;
        all.push(held);
    }
    // More than one page of the default size, so that a reader that ignores pages is noticed.
    for number in 6..36 {
        let name = format!("Site {number:02} Operator");
        all.push(role(number, &name, false, &directory));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::includes;

    use super::*;

    #[test]
    fn wildcards_include_what_they_stand_for_and_nothing_else() {
        assert!(includes("journey:*:*", "journey:session:view"));
        assert!(includes("journey:session:*", "journey:session:view"));
        assert!(includes("journey:session:view", "journey:session:view"));
        assert!(!includes("journey:session:*", "journey:segment:view"));
        assert!(!includes("sso:*:*", "journey:session:view"));
    }

    #[test]
    fn every_permission_of_a_role_exists() {
        let cloud = Cloud::healthy().expect("a cloud");
        for role in &cloud.roles {
            for held in &role.permissions {
                let exists = cloud.catalogue.iter().any(|known| includes(held, known));
                assert!(exists, "{}: {held}", role.name);
            }
        }
    }
}
