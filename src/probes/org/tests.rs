//! What is read of an answer is what the Platform API's definition has.

use std::collections::BTreeSet;

use hybridcheck_core::facts::{ClientRef, FactKey};
use hybridcheck_core::object::ObjectId;
use hybridcheck_testkit::platform_api::PlatformApi;
use serde_json::json;

use super::*;

/// The members of a fact that hold nothing.
fn empty(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(path.to_owned()),
        Value::String(text) if text.is_empty() => found.push(path.to_owned()),
        Value::Array(items) if items.is_empty() => found.push(path.to_owned()),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                empty(item, &format!("{path}[{at}]"), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                empty(member, &format!("{path}/{key}"), found);
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An answer with every member that the definition has leaves no member of the fact empty: nothing is asked for under a name, or in
/// a type, that the definition does not have.
#[test]
fn every_member_that_is_read_is_defined() {
    let definition = PlatformApi::load();
    for (call, read) in READERS {
        let answer = definition.call(call).and_then(|call| call.answer);
        let answer = answer.unwrap_or_else(|| panic!("{call} is not defined"));
        let body = definition.sample(answer).to_string();
        let fact = read(body.as_bytes()).unwrap_or_else(|odd| panic!("{call}: {odd}"));
        let mut found = Vec::new();
        empty(&fact, "", &mut found);
        // The sample's certificates are no certificates; both of the members were read.
        let expected: &[&str] = match call {
            "GET /api/v2/identityproviders/pureengage" => {
                assert_eq!(fact["undecodable"], 2, "{fact}");
                &["/certificates", "/decoded"]
            }
            // Only the PureEngage provider's own definition has it.
            "GET /api/v2/identityproviders" => &[
                "/entities[0]/autoProvisionUsers",
                "/entities[0]/certificates",
                "/entities[0]/decoded",
            ],
            _ => &[],
        };
        assert_eq!(found, expected, "{call}: {fact}");
    }
}

/// Nothing but what is required has to be there, and what is missing is named.
#[test]
fn an_answer_without_its_members_accuses_nobody() {
    for (call, read) in READERS {
        match read(b"{}") {
            Ok(fact) => assert!(!call.ends_with('s') && fact.is_object(), "{call}: {fact}"),
            Err(odd) => {
                let text = odd.to_string();
                assert!(text.ends_with("is missing or null"), "{call}: {text}");
            }
        }
    }
}

#[test]
fn rights_that_are_not_stated_are_not_taken_for_none() {
    let read = |body: Value| answered::<Grants>(body.to_string().as_bytes());
    let missing = |body| read(body).expect_err("a missing member").to_string();
    assert_eq!(
        missing(json!({ "grants": null })),
        "member `grants` is missing or null"
    );
    let grant = json!({ "grants": [{ "role": { "policies": [] } }, { "role": { "id": "a" } }] });
    assert_eq!(
        missing(grant),
        "member `grants[1].role.policies` is missing or null"
    );
    assert_eq!(
        missing(json!({ "grants": [{}] })),
        "member `grants[0].role` is missing or null"
    );
    assert!(read(json!({ "grants": [] })).is_ok());
    let listing = json!({ "entities": [{ "domain": "journey" }], "total": 1, "pageCount": 1 });
    let fact = listed::<Permissions>(listing.to_string().as_bytes()).expect("a listing");
    assert_eq!(fact, json!({ "names": [], "incomplete": true }));
}

/// Every call, its permission and its scope are those of the definition; so are the parameters that are sent.
#[test]
fn what_the_tool_says_that_it_needs_is_what_the_definition_says() {
    let definition = PlatformApi::load();
    let object = ObjectId(0);
    let client = ClientRef::Tool { object };
    let domain = "journey".to_owned();
    let keys = [
        FactKey::client_record(&client),
        FactKey::grants(&client),
        FactKey::idps(object),
        FactKey::me(object),
        FactKey::organization(object),
        FactKey::permissions(object, domain),
        FactKey::products(object),
        FactKey::pureengage_idp(object),
        FactKey::roles(object),
        FactKey::token_end(&client),
        FactKey::token_info(&client),
    ];
    let mut calls = BTreeSet::new();
    for call in keys.iter().filter_map(FactKey::api_call) {
        let defined = definition.call(call.call);
        let defined = defined.unwrap_or_else(|| panic!("{} is not defined", call.call));
        calls.insert(call.call);
        assert_eq!(
            Vec::from_iter(call.permission),
            defined.permissions,
            "{}",
            call.call
        );
        // The excerpt does not know the scope of what is taken from the SDK.
        if defined.scopes.is_empty() {
            assert_eq!(call.call, "GET /api/v2/users/me");
        } else {
            assert!(defined.scopes.contains(&call.scope), "{}", call.call);
        }
    }
    for (call, _) in READERS {
        assert!(calls.contains(call), "{call}");
    }
    for (call, sent) in [
        ("GET /api/v2/authorization/roles", "userCount"),
        ("GET /api/v2/authorization/roles", "pageSize"),
        ("GET /api/v2/authorization/roles", "pageNumber"),
        ("GET /api/v2/authorization/permissions", "queryType"),
        ("GET /api/v2/authorization/permissions", "query"),
        ("GET /api/v2/authorization/permissions", "pageSize"),
        ("GET /api/v2/authorization/permissions", "pageNumber"),
        ("GET /api/v2/tokens/me", "preserveIdleTTL"),
    ] {
        let defined = definition.call(call).map(|call| &call.parameters);
        assert!(
            defined.is_some_and(|names| names.contains(&sent)),
            "{call}: {sent}"
        );
    }
}
