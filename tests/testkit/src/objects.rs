//! Canned objects: a healthy one, and the means to spoil it.

use hybridcheck_core::object::{
    Folder, Form, HybridObject, Known, OBJECT_NAME, ObjectId, Opt, Place, Section, Sections,
    Tenant, Value, ValueType,
};

/// The organisation id of the healthy object.
pub const ORG_ID: &str = "00000000-1111-4222-8333-444444444444";
/// The client id of its `saml_auth` section.
pub const SAML_AUTH_CLIENT: &str = "11111111-aaaa-4bbb-8ccc-111111111111";
/// The client id of its `ewt` section.
pub const EWT_CLIENT: &str = "22222222-aaaa-4bbb-8ccc-222222222222";
/// Its issuer.
pub const ISSUER: &str = "https://idp.acme.example/pureengage";

/// An object with which nothing is wrong, in Config Server XML, of the Frankfurt region.
///
/// Certificate and key are placeholders: what they decode to is a fact, which a test supplies.
pub fn healthy() -> HybridObject {
    let sections = [
        (
            "general",
            vec![
                ("organization_sname", "acme-sample"),
                ("organization_id", ORG_ID),
                ("default_agent_role_name", "AI Agent"),
                ("default_supervisor_role_name", "Supervisor"),
                ("default_admin_role_name", "Admin"),
                ("base_auth_url", "https://login.mypurecloud.de/oauth/token"),
                ("base_service_url", "https://api.mypurecloud.de/api/"),
            ],
        ),
        (
            "saml",
            vec![
                ("issuer", ISSUER),
                ("certificate", "placeholder-of-a-certificate"),
                ("pkey", "placeholder-of-an-encrypted-key"),
                ("password", "placeholder-of-a-password"),
                ("expire_time", "24"),
            ],
        ),
        (
            "saml_auth",
            vec![
                ("client_id", SAML_AUTH_CLIENT),
                ("password", "placeholder-of-secret-one"),
            ],
        ),
        (
            "ewt",
            vec![
                ("client_id", EWT_CLIENT),
                ("password", "placeholder-of-secret-two"),
            ],
        ),
    ];
    let mut object = HybridObject {
        id: ObjectId(0),
        place: Place::line("object.xml", 5),
        form: Form::CfgDataXml,
        object_type: Known::Stated("CfgTransaction".into()),
        transaction_type: Known::Stated("21".into()),
        name: Known::Stated(OBJECT_NAME.into()),
        alias: Known::Stated(OBJECT_NAME.into()),
        tenant: Known::Stated(Tenant {
            dbid: Some(1),
            name: Some("Environment".into()),
        }),
        folder: Known::Stated(Folder {
            dbid: None,
            kind: Some("transaction".into()),
            path: vec!["Transactions".into()],
        }),
        state: Known::Stated("1".into()),
        dbid: Known::Stated(900),
        sections: Sections::default(),
        serves: Vec::new(),
        targets: Vec::new(),
        notes: Vec::new(),
    };
    for (section, options) in sections {
        for (option, value) in options {
            object = with(object, section, option, value);
        }
    }
    object
}

/// Sets an option; section and option are appended when they are not there.
#[must_use]
pub fn with(mut object: HybridObject, section: &str, option: &str, value: &str) -> HybridObject {
    let line = 10
        + u32::try_from(
            object
                .sections
                .iter()
                .map(|s| s.options.len() + 2)
                .sum::<usize>(),
        )
        .unwrap_or(0);
    let place = Place::line(object.place.input.raw(), line);
    let index = object
        .sections
        .iter()
        .position(|found| found.name == section)
        .unwrap_or_else(|| {
            object.sections.push(Section {
                name: section.into(),
                place: place.clone(),
                options: Vec::new(),
            });
            object.sections.len() - 1
        });
    let value = Value::at_the_door(section, option, value.into());
    let options = &mut object.sections[index].options;
    match options.iter_mut().find(|found| found.name == option) {
        Some(found) => found.value = value,
        None => {
            let name = option.into();
            options.push(Opt {
                name,
                value,
                value_type: ValueType::Text,
                place,
                missing_pieces: Vec::new(),
            });
        }
    }
    object
}

/// Removes an option.
#[must_use]
pub fn without(mut object: HybridObject, section: &str, option: &str) -> HybridObject {
    for found in object
        .sections
        .iter_mut()
        .filter(|found| found.name == section)
    {
        found.options.retain(|candidate| candidate.name != option);
    }
    object
}

/// Removes a section.
#[must_use]
pub fn without_section(mut object: HybridObject, section: &str) -> HybridObject {
    object.sections.retain(|found| found.name != section);
    object
}
