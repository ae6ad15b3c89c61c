//! What the API says of the organisation.

use hybridcheck_core::facts::{
    ApiFact, ApiOutcome, ClientRecord, ClientRef, FactKey, Grant, Grants, IdentityProvider,
    NamedEntity, Organization, PermissionPolicy, Permissions, Role, Roles,
};
use hybridcheck_core::object::{HybridObject, ObjectId};
use hybridcheck_core::outside::Outside;

use super::material::certificate_info;
use super::tokens::client;
use super::web::CORRELATION;

/// The long name of the healthy organisation.
pub const LONG_NAME: &str = "Acme Sample Corporation";

/// An API call with this outcome, made with a section's token.
pub fn api<T>(reader: &ClientRef, call: &str, outcome: ApiOutcome<T>) -> ApiFact<T> {
    ApiFact {
        call: call.into(),
        reader: reader.clone(),
        correlation_id: Some(CORRELATION.into()),
        outcome,
    }
}

/// The healthy organisation.
pub fn organization(object: &HybridObject) -> Organization {
    Organization {
        id: object.organization_id(),
        name: Some(LONG_NAME.into()),
        third_party_org_name: object.organization_sname(),
        state: Some("active".into()),
        product_platform: Some("PureEngage".into()),
        domain: Some("acme-sample.mypurecloud.de".into()),
        features: Some([("purecloud".into(), true)].into()),
    }
}

/// The healthy `PureEngage` identity provider.
pub fn pureengage_idp(object: &HybridObject) -> IdentityProvider {
    IdentityProvider {
        id: Some("pureengage".into()),
        name: Some("PureEngage".into()),
        disabled: Some(false),
        issuer_uri: object.issuer(),
        sso_target_uri: Some("https://idp.acme.example/target".into()),
        auto_provision_users: Some(true),
        decoded: vec![certificate_info()],
        undecodable: 0,
        ..IdentityProvider::default()
    }
}

/// Another identity provider with an issuer of its own.
pub fn other_idp(name: &str, issuer: &str) -> IdentityProvider {
    IdentityProvider {
        id: Some(name.to_lowercase().into()),
        name: Some(name.into()),
        disabled: Some(false),
        issuer_uri: Some(issuer.into()),
        ..IdentityProvider::default()
    }
}

/// Key of the roles of the organisation.
pub fn roles_key() -> FactKey {
    FactKey::roles(ObjectId(0))
}

/// Key of the journey permissions that exist in the organisation.
pub fn permissions_key() -> FactKey {
    FactKey::permissions(ObjectId(0), "journey")
}

/// Key of a section's client as the organisation keeps it.
pub fn client_record_key(section: &str) -> FactKey {
    FactKey::client_record(client(section))
}

/// Key of what a section's client may do.
pub fn grants_key(section: &str) -> FactKey {
    FactKey::grants(client(section))
}

/// Actions on an entity of the domain `journey`.
pub fn journey(entity: &str, actions: &[&str]) -> PermissionPolicy {
    PermissionPolicy {
        domain: "journey".into(),
        entity: entity.into(),
        actions: actions.iter().map(|action| (*action).into()).collect(),
    }
}

/// A role with its users and what it allows.
pub fn role(name: &str, users: u64, policies: Vec<PermissionPolicy>) -> Role {
    Role {
        id: Some(format!("role-{name}").into()),
        name: Some(name.into()),
        default: Some(true),
        user_count: Some(users),
        policies: Some(policies),
    }
}

/// A listing of roles that allow all of journey, by their names.
pub fn roles_named(names: &[&str], incomplete: bool) -> Roles {
    let names = names.iter();
    Roles {
        entities: names
            .map(|name| role(name, 2, vec![journey("*", &["*"])]))
            .collect(),
        incomplete,
    }
}

const READ_BY_AGENTS: [&str; 5] = ["event", "outcome", "outcomescores", "segment", "session"];

/// The roles that an object names, each with what it needs.
pub fn roles(object: &HybridObject) -> Roles {
    let name = |option| Some(object.plain("general", option)?.raw());
    let reading = || {
        READ_BY_AGENTS
            .map(|entity| journey(entity, &["view"]))
            .to_vec()
    };
    let agents = ["default_agent_role_name", "default_supervisor_role_name"];
    let agents = agents.into_iter().filter_map(name);
    let admin = name("default_admin_role_name").into_iter();
    let mut entities: Vec<Role> = Vec::new();
    for role in agents
        .map(|name| role(name, 40, reading()))
        .chain(admin.map(|name| role(name, 2, vec![journey("*", &["*"])])))
    {
        if !entities.iter().any(|known| known.name == role.name) {
            entities.push(role);
        }
    }
    Roles {
        entities,
        incomplete: false,
    }
}

/// The permissions of an organisation with Predictive Engagement.
pub fn journey_permissions() -> Permissions {
    let managed = ["actionmap", "actiontemplate", "segment", "outcome"];
    let managed = managed.into_iter().flat_map(|entity| {
        ["add", "delete", "edit", "view"].map(|action| format!("journey:{entity}:{action}"))
    });
    let read = ["actiontarget", "event", "outcomescores", "session"];
    let read = read.map(|entity| format!("journey:{entity}:view"));
    Permissions {
        names: managed.chain(read).map(Outside::from).collect(),
        incomplete: false,
    }
}

/// The client of `[saml_auth]` as the organisation keeps it.
pub fn client_record(object: &HybridObject, section: &str) -> ClientRecord {
    ClientRecord {
        id: object.client_id(section),
        name: Some("Workspace Desktop".into()),
        authorized_grant_type: Some("SAML2-BEARER".into()),
        state: Some("active".into()),
        access_token_validity_seconds: Some(86_400),
        registered_redirect_uri: Some(vec!["https://apps.mypurecloud.com".into()]),
        ..ClientRecord::default()
    }
}

/// What the client of a service may do.
pub fn grants() -> Grants {
    let entity = |id: &str, name: &str| NamedEntity {
        id: Some(id.into()),
        name: Some(name.into()),
    };
    Grants {
        grants: vec![Grant {
            role: entity("role-pacing", "Pacing"),
            division: entity("division-home", "Home"),
            policies: vec![journey("actiontarget", &["view"])],
        }],
    }
}
