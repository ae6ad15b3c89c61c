//! The token endpoint's verdict on assertions: what is genuine logs in, and every forgery is refused for its own reason.

use base64ct::{Base64, Encoding as _};
use hybridcheck_core::time::Timestamp;
use test_case::test_case;

use super::cloud::{Cloud, Provider, USER};
use super::saml::{Refused, login};
use super::*;
use hybridcheck_saml::{Wish, mint};
use hybridcheck_sources as sources;
use hybridcheck_testkit::clock;

const SHORT_NAME: &str = "acme-sample";

/// An organisation, and the response that Workspace Desktop would send it.
struct Room {
    cloud: Cloud,
    response: String,
    now: Timestamp,
}

impl Room {
    fn new() -> Self {
        let sandbox = healthy();
        let input = sources::Input {
            name: "object".into(),
            bytes: sandbox.object_text().as_bytes().to_vec(),
        };
        let configuration = sources::read(&[input]).expect("an object");
        let wish = Wish {
            email: USER.into(),
            ..Wish::default()
        };
        let now = clock::now();
        let minted = mint(&configuration.objects[0], &wish, now).expect("an assertion");
        let mut cloud = Cloud::healthy().expect("an organisation");
        cloud.providers = sandbox.cloud.providers.clone();
        #[expect(clippy::disallowed_methods, reason = "the test forges it")]
        let response = minted.xml(true).expose().to_owned();
        Self {
            cloud,
            response,
            now,
        }
    }

    fn sent(&self, xml: &str) -> Result<String, Refused> {
        self.sent_at(xml, 0)
    }

    fn sent_at(&self, xml: &str, seconds: i64) -> Result<String, Refused> {
        let now = Timestamp::from_unix(self.now.unix() + seconds);
        let assertion = Base64::encode_string(xml.as_bytes());
        login(&self.cloud, SHORT_NAME, &assertion, now).map(|user| user.email)
    }

    /// The response around the assertion, and the assertion.
    fn parts(&self) -> (&str, &str, &str) {
        let start = self.response.find("<saml:Assertion ").expect("its start");
        let end = "</saml:Assertion>";
        let end = self.response.find(end).expect("its end") + end.len();
        let (head, tail) = self.response.split_at(end);
        let (before, assertion) = head.split_at(start);
        (before, assertion, tail)
    }

    fn unsigned(&self) -> String {
        let (_, assertion, _) = self.parts();
        let (head, rest) = assertion.split_once("<ds:Signature ").expect("a signature");
        let (_, tail) = rest.split_once("</ds:Signature>").expect("its end");
        format!("{head}{tail}")
    }
}

fn provider(cloud: &mut Cloud) -> &mut Provider {
    cloud.pureengage_mut().expect("the provider")
}

#[test]
fn the_genuine_one_logs_in_and_the_clocks_may_differ_a_little() {
    let room = Room::new();
    assert_eq!(room.sent(&room.response), Ok(USER.to_owned()));
    assert_eq!(room.sent_at(&room.response, -9), Ok(USER.to_owned()));
    assert_eq!(room.sent_at(&room.response, -60), Err(Refused::Time));
    let days = 3 * 24 * 60 * 60;
    assert_eq!(room.sent_at(&room.response, days), Err(Refused::Time));
}

#[test]
fn a_changed_character_breaks_the_signature() {
    let room = Room::new();
    let changed = room.response.replace(USER, "test.agenT@acme.example");
    assert_ne!(changed, room.response);
    assert_eq!(room.sent(&changed), Err(Refused::Signature));
}

#[test]
fn without_a_signature_nobody_logs_in() {
    let room = Room::new();
    let (before, _, after) = room.parts();
    let bare = format!("{before}{}{after}", room.unsigned());
    assert_eq!(room.sent(&bare), Err(Refused::Signature));
}

/// A forged assertion beside the signed one, in every place.
#[test]
fn a_wrapped_message_is_refused_as_a_whole() {
    let room = Room::new();
    let (before, assertion, after) = room.parts();
    let forged = room
        .unsigned()
        .replacen(" ID=\"_", " ID=\"_forged", 1)
        .replace(USER, "mallory@acme.example");
    let inside = assertion.replacen(
        "</saml:Assertion>",
        &format!("{forged}</saml:Assertion>"),
        1,
    );
    for wrapped in [
        format!("{before}{forged}{assertion}{after}"),
        format!("{before}{assertion}{forged}{after}"),
        format!("{before}{inside}{after}"),
        format!("{before}{assertion}{assertion}{after}"),
    ] {
        let refused = room.sent(&wrapped).expect_err("a forgery");
        assert!(
            matches!(refused, Refused::Broken(_) | Refused::Signature),
            "{refused}"
        );
    }
}

#[test]
fn an_assertion_that_is_signed_twice_is_refused() {
    let room = Room::new();
    let (before, assertion, after) = room.parts();
    let start = assertion.find("<ds:Signature ").expect("a signature");
    let end = assertion.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let signature = &assertion[start..end];
    let twice = assertion.replacen(signature, &format!("{signature}{signature}"), 1);
    let refused = room.sent(&format!("{before}{twice}{after}"));
    assert!(
        matches!(refused, Err(Refused::Broken(_) | Refused::Signature)),
        "{refused:?}"
    );
}

#[test_case("<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><r>&e;</r>"; "an entity")]
#[test_case("<r/>"; "another document")]
#[test_case("<samlp:Response"; "cut off")]
fn what_is_no_message_is_refused_as_none(xml: &str) {
    let refused = Room::new().sent(xml).expect_err("no message");
    assert!(matches!(refused, Refused::Broken(_)), "{refused}");
}

#[test]
fn what_is_not_base64_is_refused_as_such() {
    let room = Room::new();
    let refused = login(&room.cloud, SHORT_NAME, "%%%", room.now);
    assert_eq!(refused.err(), Some(Refused::Broken("no base64")));
    let assertion = Base64::encode_string(room.response.as_bytes());
    let elsewhere = login(&room.cloud, "other-company", &assertion, room.now);
    assert_eq!(elsewhere.err(), Some(Refused::OrganizationName));
}

#[test_case(|cloud| provider(cloud).disabled = true, &Refused::ProviderDisabled; "a disabled provider")]
#[test_case(|cloud| provider(cloud).issuer.push('/'), &Refused::Issuer; "another issuer")]
#[test_case(|cloud| provider(cloud).certificates.clear(), &Refused::NoCertificate; "no certificate")]
#[test_case(|cloud| provider(cloud).relying_party = "urn:x".into(), &Refused::Broken("unexpected audience"); "another audience")]
#[test_case(|cloud| cloud.users[0].state = "inactive", &Refused::UserInactive; "an inactive user")]
#[test_case(|cloud| cloud.encodings.clear(), &Refused::Encoding; "no encoding")]
#[test_case(|cloud| { cloud.users.clear(); provider(cloud).auto_provision = false; }, &Refused::UserUnknown; "an unknown user")]
fn the_organisation_decides(spoil: fn(&mut Cloud), expected: &Refused) {
    let mut room = Room::new();
    spoil(&mut room.cloud);
    assert_eq!(room.sent(&room.response).as_ref().err(), Some(expected));
}

/// A certificate of the provider that has expired verifies nothing, whoever signed with its key.
#[test]
fn an_expired_certificate_of_the_provider_verifies_nothing() {
    let sandbox = with("idp-certificate-expired");
    let mut room = Room::new();
    room.cloud.providers = sandbox.cloud.providers.clone();
    assert_eq!(room.sent(&room.response), Err(Refused::NoCertificate));
}

#[test]
fn who_is_provisioned_at_the_first_login_exists_from_then_on() {
    let mut room = Room::new();
    room.cloud.users.clear();
    assert_eq!(room.sent(&room.response), Ok(USER.to_owned()));
    provider(&mut room.cloud).auto_provision = false;
    assert_eq!(room.sent(&room.response), Ok(USER.to_owned()));
}
